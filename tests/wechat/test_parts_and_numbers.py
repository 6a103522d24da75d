"""How a reply is cut for WeChat, and how a number chooses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalbot.channels.wechat.numbers import chosen, numbers_in
from legalbot.channels.wechat.parts import LARGEST, MOST, cut, numbered


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@given(st.text(alphabet="法律。，！ \nab😀👨‍👩‍👧]<>&", max_size=9000))
def test_every_part_fits_and_nothing_but_blanks_is_lost(text):
    parts = cut(text)
    assert all(len(part.encode()) <= LARGEST for part in parts)
    assert 1 <= len(parts) <= MOST
    joined = squeezed("".join(parts))
    assert squeezed(text).startswith(joined)
    assert len(parts) == MOST or joined == squeezed(text)


@pytest.mark.parametrize("size", [LARGEST - 1, LARGEST])
def test_what_just_fits_is_one_part(size):
    assert cut("a" * size) == ["a" * size]


def test_one_byte_more_makes_two():
    assert [len(part) for part in cut("a" * (LARGEST + 1))] == [LARGEST, 1]


def test_no_character_is_divided():
    parts = cut("律" * 1000)
    assert [len(part) for part in parts] == [682, 318]


@pytest.mark.parametrize("character", ["👨‍👩‍👧‍👦", "👍🏽", "🇨🇳", "1️⃣", "é"])
def test_what_is_shown_as_one_character_stays_whole(character):
    for before in range(40):
        parts = cut("a" * (LARGEST - before) + character * 20)
        assert all(part.count(character) * len(character) == len(part.lstrip("a")) for part in parts)


def test_a_cut_comes_at_a_sentence_end():
    text = ("这是一句话。" * 113) + "后面还有一句比较长的话要放到下一条里去才行。"
    first, second = cut(text)
    assert first.endswith("。")
    assert second.startswith("这是一句话。") or second.startswith("后面")


def test_what_is_too_long_for_five_parts_says_so():
    parts = cut("律师。" * 5000, more="（继续）", over="（请打12348）")
    assert len(parts) == MOST
    assert parts[0].endswith("（继续）")
    assert parts[-1].endswith("（请打12348）")
    assert all(len(part.encode()) <= LARGEST for part in parts)


CHOICES = ("甲", "乙", "丙")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1", "甲"),
        ("１", "甲"),
        ("一", "甲"),
        ("1.", "甲"),
        ("1、", "甲"),
        ("①", "甲"),
        ("（2）", "乙"),
        ("2️⃣", "乙"),
        ("第二个", "乙"),
        ("选3", "丙"),
        (" 3 ", "丙"),
        ("3号", "丙"),
        ("1和3", "甲，丙"),
        ("1、2", "甲，乙"),
        ("一 二", "甲，乙"),
        ("4", None),
        ("0", None),
        ("1和4", None),
        ("12348", None),
        ("110", None),
        ("1年", None),
        ("一下", None),
        ("一个人能申请吗", None),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("甲", None),
    ],
)
def test_a_number_chooses_and_anything_else_is_text(typed, meant):
    assert chosen(typed, CHOICES) == meant


def test_without_choices_a_number_is_text():
    assert chosen("1", ()) is None


@given(st.text(max_size=30))
def test_numbers_in_never_fails(text):
    assert all(1 <= number <= 99 for number in numbers_in(text))


def test_a_list_is_numbered():
    assert numbered(CHOICES) == "1. 甲\n2. 乙\n3. 丙"
