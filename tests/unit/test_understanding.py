"""Reading messages with two toy models: exact texts, pieces, and texts that nobody foresaw."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from legalbot.nlu.training import train
from legalbot.nlu.understanding import RANKING, Understander, bare, pieces, read, strip_opening, topic_of
from legalbot.text import normalise

WHOLES = {
    "ask/hotline.cost": ("12348要钱吗", "热线收费吗", "打热线要不要钱", "12348收多少钱", "热线免费吗"),
    "ask/hotline.hours": (
        "热线几点下班",
        "12348晚上有人接吗",
        "热线周末有人吗",
        "12348半夜能打吗",
        "热线几点上班",
    ),
    "matter/wages": ("老板不发工资", "老板拖欠我工资", "工资被拖欠怎么办", "公司欠工资不给", "老板欠薪"),
    "alarm/fire": ("着火了", "我家着火了", "楼上起火了", "厨房着火了怎么办", "着火了快来人"),
    "chat/greet": ("你好", "您好", "你好呀", "早上好", "在吗你好"),
    "outside/general": ("今天天气怎么样", "讲个笑话", "唱首歌吧", "明天下雨吗", "推荐一部电影"),
}
HALVES = {
    "ask/hotline.cost": ("要钱吗", "收费吗", "那收费呢", "免费的吗"),
    "ask/hotline.hours": ("晚上呢", "周末呢", "几点呢", "半夜也行吗"),
}
WORDY = st.text(st.sampled_from("热线要钱吗，。？!着火工资12348 \n"), max_size=60)
EXACT = {"热线": "ask/hotline.hours"}


def model(toy: dict[str, tuple[str, ...]]):
    examples = [(text, intent) for intent, texts in toy.items() for text in texts]
    return train([read(text) for text, _ in examples], [intent for _, intent in examples])


@pytest.fixture(scope="module")
def reader() -> Understander:
    return Understander(model(WHOLES), model(HALVES), EXACT, {"hotline": "12348热线"})


@pytest.mark.parametrize(("text", "intent"), [(t, intent) for intent, texts in WHOLES.items() for t in texts])
def test_the_likeliest_intent_of_an_example_is_its_own(reader, text, intent):
    assert reader.understand(text).ranking[0].intent == intent


@pytest.mark.parametrize("typed", ["热线", "热线？", " 熱 線 !", "／热线"])
def test_an_exact_text_is_certain_however_it_is_typed(reader, typed):
    found = reader.understand(typed)
    assert [(ask.intent, ask.confidence) for ask in found.asks] == [("ask/hotline.hours", 1.0)]
    assert found.ranking[0].intent == "ask/hotline.hours"
    assert [candidate.intent for candidate in found.ranking].count("ask/hotline.hours") == 1


@pytest.mark.parametrize("typed", ["", " ", "？？", "😀", "\u200b/", "＊"])
def test_where_nothing_is_said_nothing_is_understood(reader, typed):
    found = reader.understand(typed)
    assert found.asks == ()
    assert found.follows == {}
    assert found.ranking


def test_the_ranking_is_short_and_falls(reader):
    for text in ("热线要钱吗", "老板", "今天热线着火了"):
        confidences = [candidate.confidence for candidate in reader.understand(text).ranking]
        assert len(confidences) == min(RANKING, len(WHOLES))
        assert confidences == sorted(confidences, reverse=True)
        assert all(0 <= confidence <= 1 for confidence in confidences)


def test_a_half_sentence_is_read_for_its_topic(reader):
    assert reader.understand("那晚上呢").follows["hotline"].intent == "ask/hotline.hours"
    assert reader.understand("那收费呢").follows["hotline"].intent == "ask/hotline.cost"
    assert reader.understand("我想问一问我那个老板一直拖欠我的工资该怎么办才好").follows == {}


@settings(deadline=None, database=None, derandomize=True, max_examples=100)
@given(
    text=st.one_of(
        st.text(max_size=80), st.text(st.sampled_from("热线要钱吗，。？!着火工资12348 \n"), max_size=60)
    )
)
def test_no_text_breaks_it(reader, text):
    found = reader.understand(text)
    assert found.ranking
    assert found.best in (*found.asks, *found.ranking)
    assert {ask.intent for ask in found.asks} <= set(WHOLES)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12348要钱吗?晚上有人吗?", ["12348要钱吗?", "晚上有人吗?"]),
        ("我被骗了,怎么办", ["我被骗了", "怎么办"]),
        ("一句话", ["一句话"]),
        ("好,12348要钱吗", ["12348要钱吗"]),
        ("", []),
        ("?!", []),
    ],
)
def test_a_message_is_cut_into_what_may_each_ask_something(text, parts):
    assert pieces(text) == parts


def test_only_so_many_pieces_are_read():
    assert len(pieces("要钱吗?" * 50)) == len(pieces("要钱吗?" * 500)) < 20


@pytest.mark.parametrize(("text", "kept"), [("12348, 要钱吗?", "12348要钱吗"), ("＊", ""), ("", "")])
def test_bare_texts_are_compared(text, kept):
    assert bare(normalise(text)) == kept


@pytest.mark.parametrize(
    ("intent", "topic"), [("ask/hotline.cost", "hotline"), ("near/hotline.dial", None), ("chat/greet", None)]
)
def test_only_questions_for_facts_have_a_topic(intent, topic):
    assert topic_of(intent) == topic


def test_an_opening_alone_is_nothing():
    assert strip_opening("") == ""
    assert strip_opening("要钱吗") == "要钱吗"
