"""The decision of the screening: every combination of answers has one result, and none promises anything."""

from __future__ import annotations

import itertools

import pytest

from legalbot.eligibility import ALL_REACHED, Answers, ResultKind, assess
from legalbot.screening.wording import QUESTIONS, wording

FREE = (None, "unknown", "declined")
GROUPS = (
    None,
    *(frozenset(g) for n in (0, 1, 2) for g in itertools.combinations(QUESTIONS["aid_groups"], n)),
)
EVERY = [
    Answers(whom, groups, case, court, None, hardship)
    for whom in (*FREE, *QUESTIONS["aid_for"])
    for groups in GROUPS
    for case in (*FREE, *QUESTIONS["aid_case"])
    for court in (*FREE, *QUESTIONS["aid_court"])
    for hardship in (*FREE, *QUESTIONS["aid_hardship"])
]


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (Answers("self", frozenset({"migrant"}), "other", None, "wages", "hard"), ResultKind.NAMED_GROUP),
        (Answers("self", frozenset({"migrant"}), "other", None, "wages", "fine"), ResultKind.NAMED_GROUP),
        (Answers("family", frozenset(), "criminal", "yes", None, "fine"), ResultKind.COURT_DESIGNATED),
        (Answers("family", frozenset({"minor"}), "criminal", "yes"), ResultKind.COURT_DESIGNATED),
        (Answers("family", frozenset(), "criminal", "unknown", None, "fine"), ResultKind.MAYBE_NAMED),
        (Answers("family", frozenset(), "criminal", "no", None, "fine"), ResultKind.NOT_NAMED),
        (Answers("self", frozenset({"veteran"}), "other", None, None, "fine"), ResultKind.NAMED_GROUP),
        (Answers("self", frozenset(), "other", None, "debt", "hard"), ResultKind.NAMED_GROUP),
        (Answers("self", frozenset({"special"}), "other", None, None, "fine"), ResultKind.MAYBE_NAMED),
        (Answers("self", frozenset(), "other", None, None, "unknown"), ResultKind.MAYBE_NAMED),
        (Answers("self", frozenset(), "other", None, None, "declined"), ResultKind.NOT_ENOUGH),
        (Answers("self", frozenset(), "other", None, "debt", "fine"), ResultKind.NOT_NAMED),
        (Answers("company", frozenset({"women"}), "other", None, "ip", "hard"), ResultKind.NOT_NAMED),
        (Answers(), ResultKind.NOT_ENOUGH),
    ],
)
def test_results(answers, kind):
    assert assess(answers).kind is kind


def test_every_combination_has_a_result_with_known_reasons():
    reasons = wording().reasons
    assert len(EVERY) > 5_000
    for answers in EVERY:
        result = assess(answers)
        assert set(result.reasons) <= set(reasons), answers
        if result.kind is ResultKind.NAMED_GROUP:
            assert result.groups, answers
            assert result.reasons, answers
        if result.kind is ResultKind.MAYBE_NAMED:
            assert result.reasons, answers


def test_a_court_order_counts_in_a_criminal_case_only():
    for answers in EVERY:
        if assess(answers).kind is ResultKind.COURT_DESIGNATED:
            assert (answers.case, answers.court) == ("criminal", "yes")


def test_a_company_is_never_named():
    assert {assess(answers).kind for answers in EVERY if answers.whom == "company"} == {ResultKind.NOT_NAMED}


def test_not_named_needs_that_groups_and_hardship_are_known():
    for answers in EVERY:
        if assess(answers).kind is ResultKind.NOT_NAMED and answers.whom != "company":
            assert answers.groups is not None
            assert not answers.groups & set(ALL_REACHED)
            assert answers.hardship == "fine"


def test_no_result_promises_or_refuses():
    said = [*wording().results.values(), *wording().reasons.values(), *wording().steps]
    for sentence in said:
        for word in (
            "一定",
            "肯定",
            "保证",
            "绝对",
            "符合条件的话就",
            "您符合",
            "您不符合",
            "不能申请",
            "批准了",
        ):
            assert word not in sentence, sentence


def test_every_result_names_where_to_ask():
    assert any("12348" in step for step in wording().steps)
    assert "12348" in wording().results["not_named"]
    assert "12348" in wording().results["not_enough"]
