"""Odd input in any form: a short, friendly, truthful answer; never a command, an echo or an internal word."""

from __future__ import annotations

import random
import re
import uuid

import pytest
from conftest import cases

from legalbot.dialogue import MAX_BUTTONS
from legalbot.knowledge import knowledge, numbers
from legalbot.replies import replies
from legalbot.screening.hearing import titles_of
from legalbot.screening.wording import wording
from legalbot.serving.agent import say
from legalbot.text import clean

ODD = {
    "empty": "",
    "blanks": " \t\n　",
    "emoji": "😀😂👍🏻🙏🎉👨‍👩‍👧‍👦🏳️‍🌈",
    "long": "我要问一下" * 1000,
    "control": "\x00\x01\x02\x1b[31m",
    "right to left": "\u202e\u202d\u200f吗费收",
    "zero width": "\u200b\u200c\ufeff",
    "markup": "<img src=x onerror=alert(1)><b>法律</b>",
    "template": "{{7*7}} ${7*7} <%= 7*7 %>",
    "restart": "/restart",
    "session": "／session_start",
    "intent": '/ask{"fact": "hotline.cost"}',
    "intent with confidence": "/chat@1.0",
    "json": '{"sender": "x", "message": null}',
    "base64": "5L2g5aW95ZWK5oiR5piv5LiA5Liq5Lq6Cg==",
    "sql": "'; DROP TABLE events; --",
    "path": "../../etc/passwd",
    "punctuation": "？？？！！！。。。",
    "one character": "嗯",
}
INTERNAL = re.compile(r"Traceback|action_|utter_|slot|\{|\}|<|>|None|null|nan|rasa|intent|fallback", re.I)
MUTATIONS = 2000
SEED = 20201231


def allowed() -> set[str]:
    facts = knowledge().facts.values()
    known = {figure.value for fact in facts for figure in fact.figures} | {"12110"}
    known |= {number for fact in facts for number in numbers(fact.cite)}
    return known | {service.number for service in replies().services.values()}


ALLOWED = allowed()
ANSWERS = {title for question in wording().questions.values() for title in titles_of(question).values()}
QUESTIONS = {replies().matter_wording["start"]} | {fact.ask for fact in knowledge().facts.values()}


def check(said, typed):
    assert said.text.strip(), repr(typed)
    assert len(said.text) < 600, repr(typed)
    assert not INTERNAL.search(said.text), repr(typed)
    named = set(numbers(clean(typed)))
    assert not [n for n in numbers(said.text) if n not in ALLOWED and n not in named], repr(typed)
    assert len(said.buttons) <= MAX_BUTTONS or set(said.buttons) <= ANSWERS
    assert set(said.buttons) <= QUESTIONS | ANSWERS


@pytest.mark.parametrize("typed", ODD.values(), ids=ODD.keys())
async def test_odd_input(typed, talk):
    check(await talk(typed), typed)


@pytest.mark.parametrize("typed", ODD.values(), ids=ODD.keys())
async def test_the_next_question_is_answered(typed, talk):
    await talk(typed)
    assert "不收费" in (await talk("打12348收费吗？")).text


def mutated(text: str, other: str, chance: random.Random) -> str:
    """Return `text` damaged in one to three ways."""
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(text) + 1)
        text = chance.choice(
            [
                text[:place] + text[place + 1 :],
                text[:place] + text[place : place + 1] * 3 + text[place:],
                text[:place] + chance.choice("😀\u200b/<>{}%$\x00\u202e？！，。 0") + text[place:],
                text[place:] + text[:place],
                text[::-1],
                text[:place],
                text + chance.choice("？！，。") + other,
                text.upper().translate(str.maketrans("0123456789", "０１２３４５６７８９")),
                f"<p>{text}</p>",
                f"/{text}",
            ]
        )
    return text


async def test_two_thousand_mutations_of_real_questions(agent):
    chance = random.Random(SEED)  # noqa: S311 - no secret
    real = [str(q) for _, content in cases("questions") for asked in content.values() for q in asked]
    sender = ""
    for number in range(MUTATIONS):
        if number % 5 == 0:
            sender = f"mutation-{uuid.uuid4().hex}"
        typed = mutated(chance.choice(real), chance.choice(real), chance)
        said = await say(agent, clean(typed), sender)
        assert len(said) == 1, repr(typed)
        check(said[0], typed)
