"""tests/answers mirrors data/facts: an unseen question, what is understood, and the exact answer."""

from __future__ import annotations

from collections import Counter

import pytest
from conftest import cases

from legalbot.knowledge import knowledge
from legalbot.nlu.understanding import bare
from legalbot.paths import DATA
from legalbot.text import normalise
from legalbot.yaml_file import load

ANSWERS = [
    pytest.param(case, id=f"{name}:{number}")
    for name, content in cases("answers")
    for number, case in enumerate(content, 1)
]


@pytest.mark.parametrize("case", ANSWERS)
async def test_unseen_question_gets_exact_answer(case, talk):
    said = await talk(case["says"])
    assert said.text == case["answer"]


@pytest.mark.parametrize("case", ANSWERS)
async def test_buttons_are_the_next_questions(case, talk):
    fact = case["understood"].removeprefix("ask/")
    assert (await talk(case["says"])).buttons == tuple(f.ask for f in knowledge().related(fact))


def test_every_fact_has_three_unseen_questions():
    counts = Counter(case.values[0]["understood"] for case in ANSWERS)
    short = {fact: counts[f"ask/{fact}"] for fact in knowledge().facts if counts[f"ask/{fact}"] < 3}
    assert not short


def test_no_question_is_a_training_utterance():
    known = set()
    for path in (DATA / "nlu").glob("*.yml"):
        for node in load(path, DATA.parent).nodes("nlu"):
            known |= {bare(normalise(line.removeprefix("- "))) for line in node.text("examples").splitlines()}
    pinned = [case.values[0]["says"] for case in ANSWERS]
    measured = [q for _, content in cases("questions") for asked in content.values() for q in asked]
    assert not [question for question in [*pinned, *measured] if bare(normalise(question)) in known]


@pytest.mark.parametrize("fact", knowledge().facts.values(), ids=lambda fact: fact.id)
async def test_every_button_is_answered(fact, talk):
    said = await talk(fact.ask)
    assert said.text == f"{fact.says}\n{fact.cite}"
