"""Every number that is said, with its unit: `test_every_answer` compares the bare numbers.

From each text the known figures are taken out, number and unit together; no digit may be left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from legalbot.dialogue import Ask, Turn, decide
from legalbot.knowledge import Fact, Figure, knowledge
from legalbot.replies import replies

FACTS = knowledge().facts
LONGEST = 200
POLICE_BY_SMS = "12110"
"""Not a service of services.yml: it takes messages, not calls; said in alarms only."""


def left_over(text: str, figures: Iterable[Figure], years: Iterable[object]) -> str:
    """Return what is left of `text` without the figures, these years and the public numbers."""
    for figure in figures:
        text = re.sub(rf"(?<![\d.]){re.escape(figure.value)}[余多]?{re.escape(figure.unit)}", "＃", text)
    for year in years:
        text = re.sub(rf"(?<!\d){year}年", "＃", text)
    for service in replies().services.values():
        text = re.sub(rf"(?<!\d){service.number}(?![\d.]|[万亿件个人名]|余)", "＃", text)
    return text


def years_of(fact: Fact) -> set[str]:
    return {str(fact.source.covers), *re.findall(r"(\d{4})年", fact.period)}


ALL_FIGURES = {figure for fact in FACTS.values() for figure in fact.figures}
ALL_YEARS = {year for fact in FACTS.values() for year in years_of(fact)}


def test_the_comparison_notices_a_wrong_unit_and_a_wrong_number():
    figures, years = [Figure("12", "项")], ["2020"]
    assert not re.search(r"\d", left_over("2020年有12项，打12348", figures, years))
    for wrong in ("12个", "112项", "1.12项", "12万项", "2021年", "2020件", "12348件", "12349", "12项3"):
        assert re.search(r"\d", left_over(wrong, figures, years)), wrong


@pytest.mark.parametrize("part", ["ask", "says", "short"])
@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_fact_says_its_own_figures_only(fact: Fact, part: str):
    assert not re.search(r"\d", left_over(getattr(fact, part), fact.figures, years_of(fact)))


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_a_source_line_has_years_and_spans_of_years_only(fact: Fact):
    spans = [figure for figure in ALL_FIGURES if figure.unit == "年"]
    assert not re.search(r"\d", left_over(fact.cite, spans, years_of(fact)))


@pytest.mark.parametrize("fact", FACTS.values(), ids=FACTS)
def test_what_is_said_about_a_fact_again_or_more_shortly(fact: Fact):
    for key in ("repeat", "shorter", "simpler", "period", "more", "source"):
        reply = decide(Turn(text="", asks=[Ask(f"move/{key}")], fact=fact.id))
        assert not re.search(
            r"\d", left_over("".join(reply.says), [*fact.figures, *ALL_FIGURES], years_of(fact))
        )
        assert reply.fact == fact.id
        assert len("".join(reply.says)) <= LONGEST


SAYINGS = {
    **{f"saying {key}": saying.says for key, saying in replies().sayings.items()},
    **{f"outcome {key}": outcome.says or "" for key, outcome in replies().outcomes.items()},
    **{f"near {key}": near.lacks for key, near in replies().near.items()},
    **{f"near wording {key}": says for key, says in replies().near_wording.items()},
    **{f"matter {key}": matter.heard for key, matter in replies().matters.items()},
    **{f"matter wording {key}": says for key, says in replies().matter_wording.items()},
    **{f"source {key}": source.about for key, source in knowledge().sources.items()},
}


@pytest.mark.parametrize("name", SAYINGS)
def test_wording_beside_the_facts_has_public_numbers_and_the_covered_year_only(name):
    text = SAYINGS[name]
    if name.startswith("saying alarm/"):
        text = text.replace(POLICE_BY_SMS, "")
    assert not re.search(r"\d", left_over(text, [], ALL_YEARS))


PLACEHOLDERS = {
    "near wording says": {"lacks"},
    "near wording says_giving": {"lacks", "short"},
    "near wording other_year": {"year", "says"},
    "near wording other_place": {"place", "says"},
    "near wording breakdown": {"says"},
    "matter wording says": {"heard"},
    "matter wording aid": {"groups"},
    "saying move/hedge": {"ask", "says"},
    "saying move/simpler": {"short"},
    "saying move/source": {"about"},
    "saying move/period": {"period"},
}


@pytest.mark.parametrize("name", SAYINGS)
def test_wording_has_the_places_to_fill_in_that_the_dialogue_fills(name):
    assert set(re.findall(r"\{(\w*)\}", SAYINGS[name])) == PLACEHOLDERS.get(name, set())
    assert SAYINGS[name].count("{") == SAYINGS[name].count("}") == len(PLACEHOLDERS.get(name, ()))


@pytest.mark.parametrize("name", replies().near)
def test_a_near_miss_says_what_is_lacking_and_the_nearest_fact(name):
    near = replies().near[name]
    for remembered in (None, *FACTS):
        reply = decide(Turn(text="", asks=[Ask(f"near/{name}")], fact=remembered))
        said = "".join(reply.says)
        assert reply.outcome == "not_in_report"
        assert near.lacks in said
        given = [FACTS[fact_id] for fact_id in near.gives[:1]]
        assert all(fact.short in said for fact in given)
        assert reply.cites == tuple(fact.cite for fact in given)
        assert reply.fact == (given[0].id if given else remembered)
        assert not re.search(r"\d", left_over(said, [f for fact in given for f in fact.figures], ALL_YEARS))
        assert set(near.gives) <= {fact.id for fact in FACTS.values() if fact.ask in reply.buttons}


@pytest.mark.parametrize("kind", replies().matters)
def test_a_legal_matter_of_somebody_of_every_group_is_not_too_long(kind):
    """The longest reply to a matter: the story names every group that the report names."""
    story = "，".join(words[0] for words in replies().matter_groups.values())
    reply = decide(Turn(text=story, asks=[Ask(f"matter/{kind}")]))
    said = "".join(reply.says)
    assert all(group in said for group in replies().matter_groups)
    assert len(said) <= LONGEST
    assert reply.outcome == "legal_matter"
    assert "12348" in said


def test_two_questions_at_once_are_not_too_long():
    longest = sorted(FACTS.values(), key=lambda fact: len(fact.says))[-2:]
    asks = [Ask(f"ask/{fact.id}") for fact in longest]
    reply = decide(Turn(text="", asks=asks, unread=True))
    assert len("".join(reply.says)) <= LONGEST
    assert reply.outcome == "answered_partly"
