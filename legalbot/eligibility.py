"""Which of the report's words on legal aid fit a person's answers. Pure: no Rasa, no wording.

The report names groups; it gives no threshold and no procedure. So no result grants or refuses anything:
each tells whether the report names what was said, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

ALL_REACHED = ("migrant", "disabled", "women", "minor")
"""Groups of whose eligible members, as the report says, every one was given legal aid."""
GREEN_CHANNEL = ("veteran",)
"""Groups, beside people on low income, that the report's green channel is for."""
SPECIAL = "special"
"""People who may count among the report's "special groups", which it leaves undefined."""
UNKNOWN = "unknown"
DECLINED = "declined"
OPEN = (None, UNKNOWN, DECLINED)


class ResultKind(Enum):
    """The closed list of results."""

    COURT_DESIGNATED = "court_designated"
    NAMED_GROUP = "named_group"
    MAYBE_NAMED = "maybe_named"
    NOT_NAMED = "not_named"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True)
class Answers:
    """What is known of a person: each value one of a closed set, None where it was not asked.

    `whom`: self, family, other, company; `groups`: named groups that hold, empty where none does; `case`:
    criminal, other; `court` (designates a lawyer): yes, no; `matter`: its kind; `hardship`: hard, fine.
    Any of them but `groups` may be `UNKNOWN` or `DECLINED`.
    """

    whom: str | None = None
    groups: frozenset[str] | None = None
    case: str | None = None
    court: str | None = None
    matter: str | None = None
    hardship: str | None = None


@dataclass(frozen=True)
class Result:
    """One result with the groups that the report names and the keys of its reasons."""

    kind: ResultKind
    groups: tuple[str, ...] = ()
    reasons: tuple[str, ...] = field(default=())


def assess(answers: Answers) -> Result:
    """Return what the report's words say of these answers. Total: every combination has a result."""
    if answers.whom == "company":
        return Result(ResultKind.NOT_NAMED, reasons=("company",))
    if answers.case == "criminal" and answers.court == "yes":
        return Result(ResultKind.COURT_DESIGNATED, _named(answers), _reasons(answers))
    if _named(answers):
        return Result(ResultKind.NAMED_GROUP, _named(answers), _reasons(answers))
    doubts = _doubts(answers)
    if doubts:
        return Result(ResultKind.MAYBE_NAMED, reasons=doubts)
    if answers.groups is None or answers.hardship in OPEN:
        return Result(ResultKind.NOT_ENOUGH)
    return Result(ResultKind.NOT_NAMED)


def _named(answers: Answers) -> tuple[str, ...]:
    known = answers.groups or frozenset()
    named = tuple(group for group in (*ALL_REACHED, *GREEN_CHANNEL) if group in known)
    return (*named, "low_income") if answers.hardship == "hard" else named


def _reasons(answers: Answers) -> tuple[str, ...]:
    named = _named(answers)
    reached = ("all_reached",) if set(named) & set(ALL_REACHED) else ()
    green = ("green_channel",) if set(named) - set(ALL_REACHED) else ()
    return (*reached, *green)


def _doubts(answers: Answers) -> tuple[str, ...]:
    """Return why somebody whom the report does not plainly name may still be meant."""
    doubts = []
    if answers.groups is not None and SPECIAL in answers.groups:
        doubts.append("special_open")
    if answers.case == "criminal" and answers.court in OPEN:
        doubts.append("court_open")
    if answers.hardship == UNKNOWN and answers.groups is not None:
        doubts.append("hardship_open")
    return tuple(doubts)
