"""The questions, options, results and words of the screening, from `data/replies/screening.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from legalbot.eligibility import ResultKind
from legalbot.knowledge import Knowledge, knowledge
from legalbot.paths import DATA
from legalbot.replies import children
from legalbot.yaml_file import Node, load

QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "aid_for": ("self", "family", "other", "company"),
        "aid_groups": ("migrant", "disabled", "women", "minor", "veteran", "special"),
        "aid_case": ("criminal", "other"),
        "aid_court": ("yes", "no"),
        "aid_matter": (),
        "aid_hardship": ("hard", "fine"),
        "aid_review": ("confirmed",),
    }
)
"""The slots of the form in the order in which they are asked, with the options that the decision needs.
The kinds of matter are the operator's."""
SENTENCES = (
    "intro",
    "goes_on",
    "not_heard",
    "moved_on",
    "cancelled",
    "expired",
    "nothing_to_change",
    "change_which",
    "unknown_recap",
    "declined_recap",
    "unknown_title",
    "declined_title",
    "next_step",
    "summary_title",
    "low_income",
)
TEMPLATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"noted": ("recap",), "changed": ("recap",), "summary": ("recap",)}
)
REASONS = ("all_reached", "green_channel", "special_open", "court_open", "hardship_open", "company")
WHO = ("self", "family", "other", "company", "unknown")
REQUIRED = ("label", "ask", "again", "options")
HEARING = (
    *(
        "not",
        "denied_after",
        "asking",
        "questions",
        "not_of_self",
        "them",
        "family",
        "other",
        "for",
        "asks_for",
        "not_now",
    ),
    *("wife", "yes", "no", "cancel", "unknown", "decline"),
)


@dataclass(frozen=True)
class Option:
    """One answer: its button (None where it is only heard), how it is summed up, and words that mean it.

    Those of `here` mean it only where its question was asked; those of `denied_by` deny it.
    """

    key: str
    title: str | None
    recap: str
    words: tuple[str, ...]
    here: tuple[str, ...]
    denied_by: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question of the form; `yes` and `no` are the options that a bare yes or no means, if any.

    `none` are ways to say that no option holds, `wrong` that something is not right.
    """

    slot: str
    label: str
    ask: str
    again: str
    options: Mapping[str, Option]
    yes: str | None
    no: str | None
    none: tuple[str, ...]
    wrong: tuple[str, ...]
    extra: Mapping[str, str]
    """Titles beyond the options: none_title, none_recap, change_title."""


@dataclass(frozen=True)
class Wording:
    """All that the screening says and listens for."""

    questions: Mapping[str, Question]
    sentences: Mapping[str, str]
    who: Mapping[str, str]
    results: Mapping[str, str]
    reasons: Mapping[str, str]
    steps: tuple[str, ...]
    asks: tuple[str, ...]
    hearing: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def wording() -> Wording:
    """Return the screening's wording, read and validated once."""
    return read_wording(DATA, knowledge())


def read_wording(data: Path, facts: Knowledge) -> Wording:
    """Read and validate `replies/screening.yml` below the folder `data`.

    Raises:
        DataError: something is missing, unknown or broken; the text names file and line.
    """
    top = load(data / "replies" / "screening.yml", data.parent)
    asks = top.texts("ask")
    for fact in asks:
        if fact not in facts.facts:
            top.fail(f"没有“{fact}”这个事实", "ask")
    kinds = {kind.value: ("groups", "why") for kind in ResultKind}
    sentences = {key: top.text(key) for key in SENTENCES}
    sentences["filler"] = top.node("hearing").text("filler")
    sentences |= {key: top.template(key, fields) for key, fields in TEMPLATES.items()}
    questions = top.node("questions")
    questions.only(QUESTIONS)
    return Wording(
        questions=MappingProxyType({slot: _question(questions.node(slot), slot) for slot in QUESTIONS}),
        sentences=MappingProxyType(sentences),
        who=_texts(top.node("who"), WHO),
        results=MappingProxyType({key: top.node("results").template(key, f) for key, f in kinds.items()}),
        reasons=_texts(top.node("reasons"), REASONS),
        steps=top.texts("steps"),
        asks=asks,
        hearing=MappingProxyType({key: top.node("hearing").texts(key) for key in HEARING}),
    )


def _texts(node: Node, keys: tuple[str, ...]) -> Mapping[str, str]:
    node.only(keys)
    return MappingProxyType({key: node.text(key) for key in keys})


def _question(node: Node, slot: str) -> Question:
    node.only((*REQUIRED, "yes", "no", "none", "wrong", "none_title", "none_recap", "change_title"))
    fields = ("recap",) if slot == "aid_review" else ("who",)
    options = {str(key): _option(str(key), child) for key, child in children(node.node("options"))}
    for key in QUESTIONS[slot]:
        if key not in options:
            node.fail(f"缺少选项“{key}”，请补上", "options")
    yes, no = (node.text(key) if key in node.values else None for key in ("yes", "no"))
    for key, meant in (("yes", yes), ("no", no)):
        if meant is not None and meant not in options:
            node.fail(f"没有“{meant}”这个选项", key)
    return Question(
        slot=slot,
        label=node.text("label"),
        ask=node.template("ask", fields),
        again=node.template("again", fields),
        options=MappingProxyType(options),
        yes=yes,
        no=no,
        none=node.texts_if_any("none"),
        wrong=node.texts_if_any("wrong"),
        extra={
            key: node.text(key) for key in ("none_title", "none_recap", "change_title") if key in node.values
        },
    )


def _option(key: str, node: Node) -> Option:
    node.only(("title", "recap", "words", "here", "denied_by"))
    title = node.text("title") if "title" in node.values else None
    here, denied_by = (node.texts_if_any(name) for name in ("here", "denied_by"))
    return Option(key, title, node.text("recap"), node.texts("words"), here, denied_by)
