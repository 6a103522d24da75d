"""One dialogue for all: what people send in WeChat, in all its kinds, and what they get."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time

import pytest
from conftest import cases
from wechat_peer.account import Account, event, message, new_openid, text
from wechat_peer.bot import script

from legalbot.channels.wechat.menu import menu
from legalbot.channels.wechat.wording import wechat_wording
from legalbot.dialogue import sorry
from legalbot.knowledge import knowledge
from legalbot.screening.wording import wording
from legalbot.text import clean

WORDS = wechat_wording()
COST = knowledge().facts["hotline.cost"]
NEXT = [knowledge().facts[key] for key in COST.next]


def rows(staged, query: str, *values: object) -> list[tuple]:
    path = staged.address.removeprefix("sqlite:///")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        return database.execute(query, values).fetchall()


def everything(staged) -> str:
    """All that is in the database, as one text."""
    tables = [name for (name,) in rows(staged, "select name from sqlite_master where type = 'table'")]
    return "\n".join(str(row) for table in tables for row in rows(staged, f"select * from {table}"))  # noqa: S608


async def test_a_question_is_answered_with_numbered_choices(peer, openid):
    reply = await peer.says(openid, "12348收费吗")
    assert reply.startswith(COST.says)
    assert COST.cite in reply
    assert "\n1. " in reply
    assert WORDS.sentences["list"] in reply


@pytest.mark.parametrize("typed", ["2", "２", "二", "2.", "第二个"])
async def test_a_number_chooses_what_stands_behind_it(peer, openid, typed):
    reply = await peer.says(openid, "12348收费吗")
    title = choice(reply, 2)
    fact = next(fact for fact in knowledge().facts.values() if fact.ask == title)
    assert (await peer.says(openid, typed)).startswith(fact.says)


async def test_a_number_that_is_no_choice_is_just_text(staged, peer, openid):
    await peer.says(openid, "12348收费吗")
    await peer.says(openid, "9")
    assert staged.heard("9")
    other = new_openid()
    await peer.says(other, "1")
    assert staged.heard("1")


async def test_a_pressed_choice_of_a_menu_message_is_its_text(peer, openid):
    pressed = text(openid, f"1. {COST.ask}", bizmsgmenuid="1")
    assert (await peer.deliver(pressed)).text.startswith(COST.says)


async def test_spoken_words_are_answered(peer, openid):
    spoken = message(openid, "voice", MediaId="m", Format="amr", Recognition="12348收费吗")
    assert (await peer.deliver(spoken)).text.startswith(COST.says)


@pytest.mark.parametrize(
    ("kind", "more", "word"),
    [
        ("voice", {"MediaId": "m", "Format": "amr"}, "voice"),
        ("voice", {"MediaId": "m", "Format": "amr", "Recognition": ""}, "voice"),
        ("voice", {"MediaId": "m", "Format": "amr", "Recognition": " \u200b"}, "voice"),
        ("image", {"PicUrl": "https://example.com/a.jpg", "MediaId": "m"}, "picture"),
        ("video", {"MediaId": "m", "ThumbMediaId": "t"}, "picture"),
        ("shortvideo", {"MediaId": "m", "ThumbMediaId": "t"}, "picture"),
        (
            "location",
            {"Location_X": "25.0", "Location_Y": "102.7", "Scale": "15", "Label": "昆明"},
            "location",
        ),
        ("link", {"Title": "t", "Description": "d", "Url": "https://example.com"}, "link"),
        ("text", {"Content": ""}, "blank"),
        ("text", {"Content": " \t\u3000\u200b"}, "blank"),
        ("text", {}, "blank"),
    ],
)
async def test_what_is_not_words_gets_a_kind_answer(peer, openid, kind, more, word):
    assert (await peer.deliver(message(openid, kind, **more))).text == WORDS.sentences[word]


async def test_a_picture_in_between_leaves_the_choices(peer, openid):
    await peer.says(openid, "12348收费吗")
    await peer.deliver(message(openid, "image", PicUrl="https://example.com/a.jpg", MediaId="m"))
    assert (await peer.says(openid, "1")) != WORDS.sentences["blank"]
    assert knowledge().facts["hotline.hours"].says in await peer.says(openid, "12348晚上有人接吗")


@pytest.mark.parametrize("key", [None, "qrscene_5"])
async def test_a_new_subscriber_is_welcomed_and_may_choose(peer, openid, key):
    more = {"EventKey": key} if key else {}
    welcome = (await peer.deliver(event(openid, "subscribe", **more))).text
    assert welcome.startswith(WORDS.greetings["welcome"].says)
    assert "12348" in welcome
    chosen = WORDS.greetings["welcome"].choices[1]
    fact = next(fact for fact in knowledge().facts.values() if fact.ask == chosen)
    assert (await peer.says(openid, "2")).startswith(fact.says)


async def test_a_scanned_code_greets(peer, openid):
    back = (await peer.deliver(event(openid, "SCAN", EventKey="5", Ticket="t"))).text
    assert back.startswith(WORDS.greetings["back"].says)


@pytest.mark.parametrize("key", menu().says)
async def test_every_button_of_the_menu_is_answered(peer, key):
    openid = new_openid()
    reply = (await peer.deliver(event(openid, "CLICK", EventKey=key))).text
    assert reply != sorry().text
    fact = next((fact for fact in knowledge().facts.values() if fact.ask == menu().says[key]), None)
    assert fact is None or reply.startswith(fact.says)


async def test_two_events_in_one_second_are_two(peer, openid):
    first = event(openid, "CLICK", EventKey="hotline-cost")
    second = {**first, "EventKey": "hotline-hours"}
    replies = [(await peer.deliver(fields)).text for fields in (first, second)]
    assert replies[0].startswith(COST.says)
    assert replies[1].startswith(knowledge().facts["hotline.hours"].says)


@pytest.mark.parametrize("typed", ["/restart", '/ask{"fact": "hotline.cost"}', "／session_start", "/:strong"])
async def test_a_typed_command_never_acts(staged, peer, openid, typed):
    await peer.says(openid, "我是残疾人，能申请法律援助吗")
    await peer.says(openid, typed)
    assert wording().questions["aid_matter"].ask in await peer.says(openid, "不是刑事")
    assert not staged.heard(typed)


@pytest.mark.parametrize(
    "said",
    [
        "前]]>后",
        "]]]]>>",
        "<Encrypt>假的</Encrypt>",
        "</Content></xml>",
        "&amp; &lt; <b>",
        "😀👨‍👩‍👧‍👦🇨🇳",
        "一\u2028二",
        "零\x00\x01\x08零",
        "尾\ufffe\uffff",
    ],
)
async def test_odd_characters_arrive_as_they_are(staged, openid, said):
    arrives = said.translate({0: None, 1: None, 8: None, 0xFFFE: None, 0xFFFF: None})
    for mode in ("plain", "compatible"):
        assert await staged.account(mode).says(openid, script(says=said)) == arrives


async def test_two_people_at_once_are_two_dialogues(peer):
    one, other = new_openid(), new_openid()
    await asyncio.gather(
        peer.says(one, "我是农民工，能申请法律援助吗"), peer.says(other, "我是残疾人，能申请法律援助吗")
    )
    assert "残疾人" not in await finished(peer, one)
    assert "农民工" not in await finished(peer, other)


async def finished(peer: Account, openid: str) -> str:
    for typed in ("不是刑事", "离婚", "不想说"):
        reply = await peer.says(openid, typed)
    return reply


# All abilities, as on the web

DIALOGUES = [
    pytest.param(dialogue, id=f"{name}:{dialogue['id']}")
    for name, content in cases("dialogues")
    for dialogue in content
    if all(clean(turn["says"]) for turn in dialogue["turns"])
]
"""Without those of blanks, to which the channel has a word of its own."""


@pytest.mark.parametrize("dialogue", DIALOGUES)
async def test_a_dialogue_of_the_bot_is_the_same_in_wechat(staged, peer, openid, dialogue):
    for turn in dialogue["turns"]:
        reply = await peer.says(openid, turn["says"])
        told = [fact.id for fact in knowledge().facts.values() if fact.says in reply]
        assert sorted(told) == sorted(turn.get("facts", [])), turn["says"]
        for said in turn.get("contains", []):
            assert said in reply
    outcomes = rows(
        staged, "select outcome from outcomes where sender_id = ? order by id", sender_of(staged, openid)
    )
    assert [outcome for (outcome,) in outcomes] == [turn["outcome"] for turn in dialogue["turns"]]


@pytest.mark.parametrize("fact", knowledge().facts.values(), ids=knowledge().facts)
async def test_every_fact_is_plain_text_in_one_message(peer, fact):
    openid = new_openid()
    reply = await peer.says(openid, fact.ask)
    assert reply.startswith(fact.says)
    assert not re.search(r"\*\*|__|`|\]\(|^#|^[*-] |<\w+>", reply, re.MULTILINE), "no Markdown, no HTML"


# The screening


async def test_a_whole_screening_by_numbers(peer, openid):
    reply = await peer.says(openid, "我能不能申请法律援助")
    assert wording().questions["aid_for"].ask in reply or wording().questions["aid_groups"].label
    for _ in range(9):
        if wording().sentences["next_step"] in reply:
            break
        assert "\n1. " in reply
        reply = await peer.says(openid, "1")
    assert wording().sentences["next_step"] in reply
    assert wording().sentences["summary_title"] in reply


async def test_several_numbers_choose_several_groups(peer, openid):
    reply = await peer.says(openid, "我能申请法律援助吗")
    lines = reply.splitlines()
    numbers = [line.partition(".")[0] for line in lines if line.endswith((". 农民工", ". 残疾人"))]
    assert len(numbers) == 2
    await peer.says(openid, "和".join(numbers))
    reply = await finished(peer, openid)
    assert "农民工" in reply
    assert "残疾人" in reply


async def test_an_emergency_comes_first(peer, openid):
    await peer.says(openid, "我能申请法律援助吗")
    assert "110" in (await peer.says(openid, "他现在拿着刀在砍门，救命")).splitlines()[0]


# Ratings


def sender_of(staged, openid: str) -> str:
    """The name under which a person is kept."""
    from legalbot.serving.secret import _secret, pseudonym  # noqa: PLC0415

    _secret.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEGALBOT_SECRET", staged.environment["LEGALBOT_SECRET"])
        sender = pseudonym("wechat", openid)
    _secret.cache_clear()
    return sender


def ratings(staged, openid: str) -> list[tuple]:
    query = "select useful, reason from outcomes where sender_id = ? order by id"
    return rows(staged, query, sender_of(staged, openid))


@pytest.mark.parametrize(
    ("typed", "useful"),
    [
        ("有用", 1),
        ("1 有用", 1),
        ("2. 没用", 0),
        ("👍🏽", 1),
        ("有用，谢谢！", 1),
        ("[强]", 1),
        ("没用。", 0),
        ("👎", 0),
    ],
)
async def test_an_answer_is_rated_by_a_word(staged, peer, openid, typed, useful):
    assert WORDS.feedback.ask in await peer.says(openid, "12348收费吗")
    await peer.says(openid, typed)
    assert ratings(staged, openid) == [(useful, None)]
    assert not staged.heard(typed)


async def test_of_no_use_asks_why_by_number(staged, peer, openid):
    await peer.says(openid, "12348几点有人接")
    await peer.says(openid, "12348收费吗")
    reply = await peer.says(openid, "没用")
    assert reply.startswith(WORDS.feedback.useless_says)
    assert await peer.says(openid, "2") == WORDS.feedback.thanks
    assert ratings(staged, openid) == [(None, None), (0, WORDS.feedback.reasons[1])]


async def test_a_rating_without_an_answer_is_told_so(peer, openid):
    assert await peer.says(openid, "有用") == WORDS.feedback.nothing


async def test_what_only_contains_the_word_is_a_question(staged, peer, openid):
    await peer.says(openid, "12348收费吗")
    await peer.says(openid, "法律援助有用吗")
    assert staged.heard("法律援助有用吗")


async def test_a_rating_leaves_the_numbers_of_the_choices(staged, peer, openid):
    reply = await peer.says(openid, "12348收费吗")
    first = choice(reply, 1)
    assert await peer.says(openid, "有用") == WORDS.feedback.useful_says
    assert (await peer.says(openid, "1")).startswith(fact_asked(first).says)
    assert ratings(staged, openid) == [(1, None), (None, None)]


async def test_after_the_reason_the_numbers_are_the_choices_again(staged, peer, openid):
    reply = await peer.says(openid, "12348收费吗")
    await peer.says(openid, "没用")
    await peer.says(openid, "4")
    second = choice(reply, 2)
    assert (await peer.says(openid, "2")).startswith(fact_asked(second).says)
    assert ratings(staged, openid) == [(0, WORDS.feedback.reasons[3]), (None, None)]


async def test_who_asks_on_instead_of_telling_why_chooses_again(staged, peer, openid):
    await peer.says(openid, "12348收费吗")
    await peer.says(openid, "没用")
    reply = await peer.says(openid, "12348几点有人接")
    first = choice(reply, 1)
    assert (await peer.says(openid, "1")).startswith(fact_asked(first).says)
    assert ratings(staged, openid) == [(0, None), (None, None), (None, None)]


async def test_a_rating_may_be_changed_and_told_with_its_reason_in_words(staged, peer, openid):
    await peer.says(openid, "12348收费吗")
    await peer.says(openid, "有用")
    await peer.says(openid, "没有用")
    assert await peer.says(openid, WORDS.feedback.reasons[0]) == WORDS.feedback.thanks
    assert ratings(staged, openid) == [(0, WORDS.feedback.reasons[0])]
    await peer.says(openid, "有用")
    assert ratings(staged, openid) == [(1, None)]


@pytest.mark.parametrize("rated", [("有用",), ("没用", "2")])
async def test_in_the_middle_of_the_screening_a_rating_leaves_its_question(peer, openid, rated):
    reply, other = await peer.says(openid, "我能不能申请法律援助"), new_openid()
    assert await peer.says(other, "我能不能申请法律援助") == reply
    first = choice(reply, 1)
    for typed in rated:
        await peer.says(openid, typed)
    assert await peer.says(openid, "1") == await peer.says(other, first)


def choice(reply: str, number: int) -> str:
    """What stands behind a number in a reply."""
    return next(line for line in reply.splitlines() if line.startswith(f"{number}. ")).partition(" ")[2]


def fact_asked(question: str):
    return next(fact for fact in knowledge().facts.values() if fact.ask == question)


# What is kept


async def test_the_openid_is_nowhere_and_unsubscribing_leaves_nothing(staged, peer, openid):
    await peer.deliver(event(openid, "subscribe"))
    await peer.says(openid, "我的身份证是530102199001011234，电话13888888888，能申请法律援助吗")
    await peer.says(openid, "我是农民工，能申请法律援助吗")
    await peer.says(openid, "12348收费吗")
    await peer.says(openid, "有用")
    before = everything(staged)
    sender = next(sender for sender in reversed(senders(staged, "12348收费吗")))
    assert sender in before
    for private in (openid, "530102199001011234", "13888888888"):
        assert private not in before
        assert private not in staged.log
    left = await peer.post(*peer.request(event(openid, "unsubscribe")))
    assert (left.status, left.body) == (200, "success")
    assert sender not in everything(staged)


def senders(staged, said: str) -> list[str]:
    return staged.heard(said)


async def test_what_was_repeated_from_before_leaving_is_not_heard_again(staged, peer, openid):
    said = script(says="x")
    before = text(openid, said)
    assert (await peer.deliver(before)).text == "x"
    await peer.deliver(event(openid, "unsubscribe"))
    got = await peer.post(*peer.request(before))
    assert got.body == "success"
    assert len(staged.heard(said)) == 1
    assert (await peer.deliver(event(openid, "subscribe"))).text.startswith(WORDS.greetings["welcome"].says)
    await asyncio.sleep(1.1 - time.time() % 1)
    assert (await peer.says(openid, "12348收费吗")).startswith(COST.says)


async def test_leaving_while_an_answer_is_in_work_leaves_nothing_either(staged, peer, openid):
    said = script(slow=2, asks="12348收费吗")
    asked = asyncio.create_task(peer.deliver(text(openid, said)))
    await asyncio.sleep(0.5)
    await peer.deliver(event(openid, "unsubscribe"))
    await asked
    assert staged.heard(said)[0] not in everything(staged)


async def test_locations_every_five_seconds_are_not_kept(staged, peer, openid):
    count = "select count(*) from wechat_messages"
    before = rows(staged, count)
    for _ in range(20):
        await peer.deliver(event(openid, "LOCATION", Latitude="25", Longitude="102", Precision="5"))
    assert rows(staged, count) == before


@pytest.mark.parametrize("failure", [{"raises": True}, {}], ids=["raises", "silent"])
async def test_an_agent_that_fails_or_stays_silent_gets_an_honest_sentence(peer, openid, failure):
    assert await peer.says(openid, script(**failure)) == sorry().text
