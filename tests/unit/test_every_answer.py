"""Walk every reply that the bot can give: its figures are known, its form is what citizens are promised."""

from __future__ import annotations

import re

import pytest

from legalbot.dialogue import MAX_BUTTONS, Ask, Turn, decide, sorry
from legalbot.knowledge import knowledge, numbers
from legalbot.paths import DATA
from legalbot.replies import replies
from legalbot.yaml_file import load

POLICE_BY_SMS = "12110"
LONGEST = 200


def intents() -> list[str]:
    found = set()
    for path in (DATA / "nlu").glob("*.yml"):
        found |= {node.text("intent") for node in load(path, DATA.parent).nodes("nlu")}
    return sorted(found)


INTENTS = intents()
FACTS = [None, *knowledge().facts]


def allowed() -> set[str]:
    facts = knowledge().facts.values()
    known = {figure.value for fact in facts for figure in fact.figures}
    known |= {number for fact in facts for number in numbers(fact.period)}
    known |= {str(source.covers) for source in knowledge().sources.values()}
    return known | {service.number for service in replies().services.values()} | {POLICE_BY_SMS}


ALLOWED = allowed()


def check(reply, extra=()):
    text = "".join(reply.says)
    assert text
    assert not [n for n in numbers(reply.text) if n not in ALLOWED and n not in extra]
    assert len(text) <= LONGEST
    assert not re.search(r"[{}]|\bNone\b|action_|utter_", reply.text)
    assert len(reply.buttons) <= MAX_BUTTONS
    assert set(reply.buttons) <= {fact.ask for fact in knowledge().facts.values()}
    assert reply.outcome in replies().outcomes


@pytest.mark.parametrize("intent", INTENTS)
@pytest.mark.parametrize("confidence", [1.0, 0.6, 0.4])
def test_every_reply(intent, confidence):
    for fact in FACTS:
        ask = Ask(intent, confidence)
        check(decide(Turn(text="", asks=[ask], ranking=[ask], fact=fact)))


@pytest.mark.parametrize("fact", knowledge().facts)
def test_another_year_or_place_is_never_answered_outright(fact):
    for text, extra in (("2022年大理的呢", ("2022",)), ("2023年的数字", ("2023",))):
        reply = decide(Turn(text=text, asks=[Ask(f"ask/{fact}")]))
        check(reply, extra)
        if knowledge().facts[fact].figures and not knowledge().facts[fact].any_year:
            assert reply.outcome == "not_in_report"
            assert "没有" in reply.text


def test_nothing_understood_and_failures():
    check(decide(Turn(text="", asks=[])))
    check(sorry())
    assert sorry().outcome == "error"


def test_every_intent_of_the_data_has_a_reply():
    for intent in INTENTS:
        if not intent.startswith("follow/"):
            assert decide(Turn(text="", asks=[Ask(intent)])).outcome != "error"


def test_every_fact_can_be_asked_for():
    assert {f"ask/{fact}" for fact in knowledge().facts} <= set(INTENTS)


def test_alarms_begin_with_the_number():
    for intent in INTENTS:
        if intent.startswith("alarm/"):
            first = re.split(r"[！。]", decide(Turn(text="", asks=[Ask(intent)])).text)[0]
            assert re.search(r"110|119|120|12356", first)


def test_several_asks_do_not_repeat_their_source():
    asks = [Ask("ask/hotline.cost"), Ask("ask/hotline.hours"), Ask("ask/hotline.cost")]
    reply = decide(Turn(text="", asks=asks))
    check(reply)
    assert reply.text.count("来源") == 1
    assert len(reply.says) == 2
