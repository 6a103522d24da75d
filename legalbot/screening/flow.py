"""Which question comes next, and what is said: from the answers so far and one message to a step.

Pure: no Rasa, no clock. The state is what the form's slots hold; it is checked whenever it is read, so
that nothing outside the closed sets of answers ever reaches the decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from legalbot.eligibility import DECLINED, UNKNOWN, Answers, Result, ResultKind, assess
from legalbot.screening.hearing import GROUPS, Heard, resolve, titles_of
from legalbot.screening.wording import QUESTIONS, Question, wording

REVIEW = "aid_review"
QUESTION_ONE = next(iter(QUESTIONS))
CONFIRMED = "confirmed"
WHICH = 10
"""In place of the number of misses: a person was asked which answer to change."""
FREE = (UNKNOWN, DECLINED)


@dataclass(frozen=True)
class Screening:
    """One person's screening: answers by slot, the slot asked for, how often it was asked in vain, and
    the slots asked so far, in order."""

    slots: Mapping[str, Any]
    asked: str | None = None
    misses: int = 0
    path: tuple[str, ...] = ()

    @property
    def answers(self) -> Answers:
        """The answers as the decision takes them."""
        values = checked(self.slots)
        groups = values.get(GROUPS)
        return Answers(
            whom=values.get("aid_for"),
            groups=frozenset(groups) if isinstance(groups, list) else None,
            case=values.get("aid_case"),
            court=values.get("aid_court"),
            matter=values.get("aid_matter"),
            hardship=values.get("aid_hardship"),
        )


@dataclass(frozen=True)
class Step:
    """What one message led to: the state after it, what to say, the buttons, and the result at the end."""

    state: Screening
    says: tuple[str, ...]
    buttons: tuple[str, ...] = ()
    result: Result | None = None
    closed: bool = False
    summary: tuple[str, ...] = ()


def checked(slots: Mapping[str, Any]) -> dict[str, Any]:
    """Return only those slots whose value is in the closed set of its question."""
    found: dict[str, Any] = {}
    for slot, question in wording().questions.items():
        value = slots.get(slot)
        if slot == GROUPS and isinstance(value, (list, tuple)):
            found[slot] = [key for key in question.options if key in value]
        elif isinstance(value, str) and (value in question.options or value in FREE):
            found[slot] = value
    return found


def start(heard: Heard) -> Step:
    """Begin: say what will be asked, note what the first message told, ask the first open question."""
    words = wording()
    state = _filled(Screening({}), heard)
    told, asked = recap(state, told_only=True), _next(state)
    noted = (words.sentences["noted"].format(recap="；".join(told)),) if told else ()
    if asked.state.asked == REVIEW:
        noted = ()
    return replace(asked, says=(words.sentences["intro"], *noted, *asked.says))


def resume(slots: Mapping[str, Any], heard: Heard) -> Step:
    """Begin again at the review of answers that were given before, with what is said now."""
    return _next(_filled(Screening(_without(slots, REVIEW)), heard))


def step(state: Screening, heard: Heard) -> Step:
    """Return what a message in the screening leads to."""
    if heard.control == "cancel":
        return Step(replace(state, asked=None), (wording().sentences["cancelled"],), closed=True)
    if heard.control == "back":
        return _back(state)
    question = wording().questions.get(state.asked or "")
    if question is None:
        return _next(_filled(state, heard))
    if state.asked == GROUPS and state.misses and heard.not_groups and not heard.groups:
        heard = replace(heard, not_groups=frozenset(question.options))
    heard = resolve(heard, question)
    if state.asked == REVIEW:
        return _reviewed(state, heard)
    filled = _filled(state, heard)
    if question.slot not in _needed(filled) or not _is_open(filled, question.slot):
        return _next(filled)
    told = [line for line in recap(filled) if line not in recap(state)]
    return _changed(filled, told) if told else _missed(filled, question)


def _changed(state: Screening, told: list[str]) -> Step:
    """Say what was heard beside the question, and ask it again."""
    asked = _asking(state, state.asked or QUESTION_ONE)
    return replace(asked, says=(wording().sentences["changed"].format(recap="；".join(told)), *asked.says))


def ask_again(state: Screening) -> Step:
    """Return the present question, unchanged, after something else was replied to."""
    return _asking(replace(state, misses=state.misses + 1), state.asked) if state.asked else _next(state)


def progress(state: Screening) -> tuple[int, int] | None:
    """Return which question this is for the person, from 1, and how many there are at most.

    Questions whose answers were told unasked do not count. None where none is asked.
    """
    needed = _needed(state)
    if state.asked not in needed:
        return None
    before = {slot for slot in state.path if slot in needed} - {state.asked, REVIEW}
    ahead = [slot for slot in needed if slot != state.asked and slot not in before and _is_open(state, slot)]
    return len(before) + 1, len(before) + 1 + len(ahead)


def recap(state: Screening, *, told_only: bool = False) -> list[str]:
    """Return what was understood, one line an answer: `label：answer`."""
    values = checked(state.slots)
    lines = []
    for slot, question in wording().questions.items():
        if slot == REVIEW or slot not in values or (told_only and values[slot] in FREE):
            continue
        lines.append(f"{question.label}：{_told(question, values[slot])}")
    return lines


def _told(question: Question, value: Any) -> str:
    words = wording().sentences
    if isinstance(value, list):
        return "、".join(question.options[key].recap for key in value) or question.extra["none_recap"]
    free = {UNKNOWN: words["unknown_recap"], DECLINED: words["declined_recap"]}
    return free.get(value) or question.options[value].recap


def _filled(state: Screening, heard: Heard) -> Screening:
    """Return the state with what was heard; a later word on the same thing replaces the earlier one."""
    values = {**checked(state.slots), **heard.options}
    if heard.groups or heard.not_groups:
        known = values.get(GROUPS)
        before = set(known) if isinstance(known, list) else set()
        after = (before | heard.groups) - heard.not_groups
        complete = heard.not_groups >= set(wording().questions[GROUPS].options)
        if after or known is not None or complete:
            values[GROUPS] = sorted(after)
    return replace(state, slots=_consistent(values))


def _consistent(values: dict[str, Any]) -> dict[str, Any]:
    """Return the answers with what follows from them: a court order makes a case criminal."""
    values = dict(values)
    if values.get("aid_court") == "yes":
        values.setdefault("aid_case", "criminal")
    if values.get("aid_case") == "other":
        values.pop("aid_court", None)
    return checked(values)


def _is_open(state: Screening, slot: str) -> bool:
    return slot not in checked(state.slots)


def _needed(state: Screening) -> list[str]:
    """Return the questions that the answers so far make necessary, in their order."""
    answers = state.answers
    if answers.whom == "company":
        return ["aid_for", "aid_matter", REVIEW]
    criminal = answers.case == "criminal"
    left_out = "aid_matter" if criminal else "aid_court"
    known_other = answers.matter is not None and answers.case is None
    skipped = {left_out, "aid_case"} if known_other else {left_out}
    return [slot for slot in QUESTIONS if slot not in skipped]


def _next(state: Screening) -> Step:
    for slot in _needed(state):
        if _is_open(state, slot):
            path = (*(before for before in state.path if before != slot), slot)
            return _asking(replace(state, misses=0, path=path), slot)
    return _concluded(state)


def _asking(state: Screening, slot: str, *, again: bool = False) -> Step:
    question = wording().questions[slot]
    text = (question.again if again else question.ask).format(who=_who(state), recap="\n".join(recap(state)))
    titles = titles_of(question)
    return Step(replace(state, asked=slot), (text,), tuple(titles.values()))


def _who(state: Screening) -> str:
    who = wording().who
    return who.get(str(state.slots.get("aid_for")), who["unknown"])


def _missed(state: Screening, question: Question) -> Step:
    """Ask once more in other words; after that go on without this answer."""
    sentences = wording().sentences
    if state.misses == 0:
        again = _asking(replace(state, misses=1), question.slot, again=True)
        return replace(again, says=(sentences["not_heard"] + again.says[0],))
    skipped = _next(replace(state, slots={**state.slots, question.slot: UNKNOWN}))
    return replace(skipped, says=(sentences["moved_on"], *skipped.says))


def _reviewed(state: Screening, heard: Heard) -> Step:
    """Confirm, change, or show once more."""
    changed = _without_denied(_filled(state, replace(heard, options=_without(heard.options, REVIEW))), heard)
    if changed.slots != checked(state.slots):
        return _next(replace(changed, misses=0))
    if heard.control in ("change", "no"):
        return _which(state)
    if state.misses >= WHICH:
        return _asking(replace(state, misses=1), REVIEW, again=True)
    agrees = bool(heard.groups or heard.options) and not heard.not_groups and not heard.denied
    if heard.options.get(REVIEW) == CONFIRMED or agrees or state.misses > 1:
        return _concluded(state)
    return _asking(replace(state, misses=state.misses + 1), REVIEW, again=True)


def _without_denied(state: Screening, heard: Heard) -> Screening:
    """Return the state without answers that were denied: they are asked anew."""
    kept = {slot: value for slot, value in state.slots.items() if (slot, value) not in _pairs(heard)}
    return replace(state, slots=kept)


def _pairs(heard: Heard) -> list[tuple[str, str]]:
    return [(slot, key) for slot, key in heard.denied if heard.options.get(slot) in (None, key)]


def _without(slots: Mapping[str, Any], slot: str) -> dict[str, Any]:
    """Return the checked answers of `slots` but the one of `slot`."""
    return {key: value for key, value in checked(slots).items() if key != slot}


def _which(state: Screening) -> Step:
    """Ask which answer to change: a button for each."""
    labels = [wording().questions[slot].label for slot in checked(state.slots) if slot != REVIEW]
    return Step(replace(state, misses=WHICH), (wording().sentences["change_which"],), tuple(labels))


def reopened(state: Screening, text: str) -> Step | None:
    """Return the question to ask anew where `text` is the label of an answer under review, else None."""
    if state.asked != REVIEW:
        return None
    for slot in checked(state.slots):
        if wording().questions[slot].label == text.strip():
            kept = _without(state.slots, slot)
            return _asking(replace(state, slots=kept, misses=0, path=(*state.path, slot)), slot)
    return None


def _back(state: Screening) -> Step:
    """Ask the question before the present one again."""
    earlier = [slot for slot in state.path if slot != state.asked]
    if not earlier:
        return _asking(state, state.asked or QUESTION_ONE)
    slot = earlier[-1]
    return _asking(Screening(_without(state.slots, slot), path=tuple(earlier)), slot)


def _concluded(state: Screening) -> Step:
    """Say the result, its reasons, the next steps, and what may be read to the lawyer."""
    words, result = wording(), assess(state.answers)
    reasons = [words.reasons[key] for key in result.reasons]
    says = words.results[result.kind.value].format(groups=_group_names(result), why="".join(reasons))
    because = () if result.kind is ResultKind.MAYBE_NAMED else tuple(reasons)
    steps = [f"{number}. {text}" for number, text in enumerate(words.steps, 1)]
    summary = tuple(recap(state, told_only=True))
    spoken = words.sentences["summary"].format(recap="；".join(summary))
    return Step(
        state=replace(state, asked=None, slots={**checked(state.slots), REVIEW: CONFIRMED}),
        says=(
            says,
            *because,
            "\n".join([words.sentences["next_step"], *steps]),
            f"{words.sentences['summary_title']}{spoken}",
        ),
        result=result,
        closed=True,
        summary=summary,
    )


def _group_names(result: Result) -> str:
    options = wording().questions[GROUPS].options
    low_income = wording().sentences["low_income"]
    return "、".join(options[key].recap if key in options else low_income for key in result.groups)
