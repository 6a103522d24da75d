"""Cleaning for keeping, normalising for understanding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legalbot.text import MAX_CHARACTERS, clean, normalise


@pytest.mark.parametrize(
    "typed", ["/restart", "／restart", "\u200b/restart", " / /restart", "\u202e/\u200f/restart", "//restart"]
)
def test_no_command_survives(typed):
    assert clean(typed) == "restart"


@pytest.mark.parametrize(
    "number",
    [
        "53010319960706000x",
        "532128 19780316 0008",
        "５３０１０３１９９６０７０６０００Ｘ",
        "6222021234567890123",
        "6222 0212 3456 7890",
        "13800001111",
        "+86 138-0000-1111",
        "someone@example.com",
    ],
)
def test_personal_numbers_are_not_kept(number):
    kept = clean(f"我的号码是{number}，请登记")
    assert number not in kept
    assert sum(character.isdigit() for character in kept) == 0
    assert "请登记" in kept


@pytest.mark.parametrize(
    "number", ["12348", "96110", "37478件", "187055", "2020年", "8820元", "1.8万", "400万"]
)
def test_other_numbers_stay(number):
    assert number in clean(f"问一下{number}的事")


@pytest.mark.parametrize(
    ("typed", "standard"),
    [
        ("請問12348收費嗎", "请问12348收费吗"),
        ("１２３４８ 收费 吗", "12348收费吗"),
        ("打幺二三四八给是要钱", "打12348是不是要钱"),
        ("幺二三四八一天接几次", "12348一天接几次"),
        ("幺二三四八八点有人没", "12348八点有人没"),
        ("12348咋个打", "12348怎么打"),
        ("喂喂喂喂喂", "喂喂"),
        ("20000元", "20000元"),
    ],
)
def test_one_standard_spelling(typed, standard):
    assert normalise(typed) == standard


def test_long_and_hostile_texts():
    assert len(clean("啊" * 5000)) == MAX_CHARACTERS
    assert clean("\x00\x01\u200b\ufeff") == ""
    assert "\x00" not in clean("a\x00b")


@given(st.text(max_size=700))
def test_never_raises_and_is_stable(text):
    kept = clean(text)
    assert clean(kept) == kept
    assert not kept.startswith(("/", "／"))
    normalise(text)
