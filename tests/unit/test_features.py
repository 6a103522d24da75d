"""Features: the same sound gives the same features, however it was typed."""

from __future__ import annotations

from types import MappingProxyType

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalbot.nlu import features as module
from legalbot.nlu.features import concepts, features, squeeze, syllables
from legalbot.text import normalise


@pytest.fixture
def words(monkeypatch):
    """A table of concepts of our own, so that the operator may change the project's."""
    table = {"法律援助": ("法律援助", "免费律师", "法援"), "热线": ("热线", "咨询电话", "法律服务咨询热线")}
    monkeypatch.setattr(module, "synonyms", lambda: MappingProxyType(table))
    module._concept_tables.cache_clear()
    yield table
    module._concept_tables.cache_clear()


def kind(prefix: str, text: str) -> dict[str, float]:
    found = features(text, jieba.lcut(text))
    return {name: count for name, count in found.items() if name.startswith(prefix)}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("法律援助", "发律援住"),
        ("公证处", "公正处"),
        ("有多少名额", "有多少明额"),
        ("热线", "热现"),
        ("申请", "身请"),
        ("要钱吗", "药钱嘛"),
    ],
)
def test_homophones_share_all_their_sounds(right, wrong):
    assert syllables(right) == syllables(wrong)
    assert kind("p", right) == kind("p", wrong)
    assert kind("c", right) != kind("c", wrong)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("知", "资"),
        ("吃", "刺"),
        ("是", "四"),
        ("牛", "刘"),
        ("南", "蓝"),
        ("热", "乐"),
        ("申", "生"),
        ("金", "京"),
        ("兰", "狼"),
    ],
)
def test_sounds_that_people_mix_up_are_one(one, other):
    assert syllables(one) == syllables(other)


@pytest.mark.parametrize(
    ("one", "other"), [("法", "花"), ("律", "路"), ("援", "严"), ("八", "怕"), ("多", "都")]
)
def test_other_sounds_are_kept_apart(one, other):
    assert syllables(one) != syllables(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("yao qian ma", "要钱吗"),
        ("yaoqianma", "要钱吗"),
        ("Yao Qian Ma", "要钱吗"),
        ("falv yuanzhu", "法律援助"),
        ("zhong xin zai na li", "中心在哪里"),
        ("mian fei 12348", "免费12348"),
        ("要qian吗", "要钱吗"),
    ],
)
def test_typed_pinyin_has_the_sounds_of_what_is_meant(typed, meant):
    typed, meant = squeeze(normalise(typed)), squeeze(normalise(meant))
    assert syllables(typed) == syllables(meant)
    assert kind("p", typed) == kind("p", meant)


def test_the_fewest_syllables_are_taken():
    assert syllables("xian") == ["xian"]
    assert syllables("zhuang") == ["zuan"]
    assert len(syllables("zhongguo")) == 2


@pytest.mark.parametrize("word", ["robot", "wifi", "app", "xyz", "vip"])
def test_a_word_that_is_no_pinyin_stays_one(word):
    assert len(syllables(word)) == 1


def test_what_has_no_sound_is_kept_as_it_is():
    assert syllables("12348") == ["1", "2", "3", "4", "8"]
    assert syllables("") == []
    assert syllables("😀") == ["😀"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("12348要钱吗？", "12348要钱吗"),
        ("是 24 小时 吗!", "是24小时吗"),
        ("打110还是96110", "打110还是96110"),
        ("a_b-c", "abc"),
        ("？！。", ""),
    ],
)
def test_punctuation_and_blanks_go_and_known_numbers_stay(text, kept):
    assert squeeze(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [("有 2351 个、3.08亿元!", "有#个#亿元"), ("7天24小时", "#天24小时"), ("123481", "#")],
)
def test_unknown_numbers_are_one(text, kept):
    assert squeeze(text) == kept


def test_concepts_are_found_by_their_words(words):
    assert concepts("我要法援", syllables("我要法援")) == {"法律援助"}
    assert concepts("免费律师热线", syllables("免费律师热线")) == {"法律援助", "热线"}
    assert concepts("今天天气", syllables("今天天气")) == set()


@pytest.mark.parametrize("text", ["发律援住", "免废律施", "法绿源助在哪", "falvyuanzhu", "我要mianfeilvshi"])
def test_concepts_are_found_by_their_sound(words, text):
    assert concepts(text, syllables(text)) == {"法律援助"}


def test_the_longest_sound_is_found_too(words):
    text = "发律服务资询热现"
    assert concepts(text, syllables(text)) == {"热线"}


@pytest.mark.parametrize("text", ["乏远", "热县"])
def test_two_syllables_are_not_enough_for_the_sound(words, text):
    assert concepts(text, syllables(text)) == set()


def test_a_concept_is_one_feature_however_it_was_written(words):
    for text in ("法律援助", "免费律师", "发律援住"):
        assert kind("s", text) == {"s法律援助": 1}


def test_each_kind_of_feature_is_there_and_counted(words):
    found = features("人人法援", ["人人", "法援"])
    assert found["c人"] == 2
    assert found["c^人"] == 1
    assert found["c法援$"] == 1
    assert found["c^人人法"] == 1
    assert found["pfa yuan"] == 1
    assert found["p^ len"] == 1
    assert found["pyuan $"] == 1
    assert found["w人人"] == 1
    assert found["w人人 法援"] == 1
    assert found["s法律援助"] == 1
    assert {name[0] for name in found} == {"c", "p", "w", "s"}
    assert max(len(name) - 1 for name in found if name[0] == "c") == 4


def test_words_of_punctuation_do_not_part_their_neighbours():
    assert "w要 钱" in features("要,钱", ["要", ",", "钱"])
    assert "w," not in features("要,钱", ["要", ",", "钱"])


def test_the_same_text_gives_the_same_features():
    assert features("打12348要钱吗", ["打", "12348"]) == features("打12348要钱吗", ["打", "12348"])


@settings(deadline=None, database=None, derandomize=True, max_examples=200)
@given(st.text(max_size=60))
def test_no_text_breaks_it_and_every_count_is_one_at_least(text):
    found = features(text, list(text))
    assert all(count >= 1 for count in found.values())
    assert {name[0] for name in found} <= {"c", "p", "w", "s"}
