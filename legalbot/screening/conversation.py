"""The screening within the conversation: when it starts, and what else may be said while it runs. No Rasa."""

from __future__ import annotations

from dataclasses import replace

from legalbot import dialogue
from legalbot.dialogue import Reply, Turn, decide
from legalbot.knowledge import knowledge
from legalbot.nlu.features import concepts, squeeze, syllables
from legalbot.nlu.understanding import DANGERS, is_asking
from legalbot.screening.flow import Screening, Step, ask_again, reopened, step
from legalbot.screening.flow import start as begin
from legalbot.screening.hearing import SURE, Heard, hear, is_button
from legalbot.screening.wording import wording
from legalbot.text import normalise

FORM_SECONDS = 1800
"""How long a question of the screening waits: what comes later is taken as said for itself."""
START = "screen/start"
AID = "法律援助"
"""The operator's concept (data/lexicon/synonyms.yml) of what the screening is about."""
MAYBE_START = 0.15
"""A legal problem or a question on legal aid is taken for an application where that is this likely."""
MATTER = 0.3
"""From this likelihood on a kind of legal matter is taken for what a message is about."""
ASIDES = ("ask", "near", "agency", "follow")
"""Groups that are questions of their own, answered before the screening goes on."""
ASIDES_HEARD = 2
"""So many questions in a row are answered before the one that was asked is left open."""
SMALL = ("chat", "outside", "move", "matter")


def starts(turn: Turn) -> bool:
    """Tell whether a message asks for the screening: whether the writer may have legal aid."""
    if not turn.asks or turn.asks[0].group in DANGERS:
        return False
    applies = turn.asks[0].group in ("matter", "screen") or turn.asks[0].key.startswith("aid.")
    needed = MAYBE_START if speaks_of_aid(turn.text) else dialogue.SURE
    likely = [ask.confidence for ask in (*turn.asks, *turn.ranking) if ask.intent == START]
    return applies and max(likely, default=0.0) >= needed


def speaks_of_aid(text: str) -> bool:
    """Tell whether a text names legal aid, or a lawyer who costs nothing, in any of the operator's words."""
    plain = squeeze(normalise(text))
    return AID in concepts(plain, syllables(plain))


def open_screening(turn: Turn, earlier: Heard | None) -> tuple[Reply, Step]:
    """Answer what else was asked, and begin; `earlier` is what was told shortly before."""
    heard = _joined(earlier, heard_in(turn, None))
    begun = begin(heard)
    beside = [ask for ask in turn.asks if ask.group in ASIDES and ask.confidence >= dialogue.SURE]
    aside = decide(replace(turn, asks=beside)) if beside and turn.asks[0].key[:4] != "aid." else None
    return _said(begun, aside), begun


def go_on(turn: Turn, state: Screening) -> tuple[Reply, Step]:
    """Return the reply to a message while the screening runs, and the step that it leads to."""
    first = turn.asks[0] if turn.asks else None
    if first is not None and first.group in DANGERS and not is_button(turn.text, state.asked):
        return decide(turn), Step(replace(state, asked=None), (), closed=True)
    anew = reopened(state, turn.text)
    if anew is not None:
        return _said(anew), anew
    heard = heard_in(turn, state.asked)
    aside = _aside(turn, heard)
    if aside is None or heard.says_something:
        moved = step(state, heard)
    else:
        patience = ASIDES_HEARD if turn.asks[0].group in ASIDES else 1
        moved = ask_again(state) if state.misses < patience else step(state, heard)
    return _said(moved, aside), moved


def heard_in(turn: Turn, asked: str | None) -> Heard:
    """Return what a turn says to the screening."""
    controls = [ask for ask in turn.asks if ask.group == "screen" and ask.confidence >= SURE]
    control = controls[0].key if controls and controls[0].intent != START else ""
    matters = [ask for ask in (*turn.asks, *turn.ranking) if ask.group == "matter"]
    matter = max(matters, key=lambda ask: ask.confidence, default=None)
    kind = matter.key if matter is not None and matter.confidence >= MATTER else None
    return hear(turn.text, asked, control, kind if asked in (None, "aid_matter") else None)


def asks_to_change(turn: Turn) -> bool:
    """Tell whether a message outside the screening wants to change an answer given in it."""
    return any(ask.intent in ("screen/change", "screen/back") for ask in turn.asks[:1])


def reviewed(review: Step) -> Reply:
    """Return the reply that shows answers given before for review."""
    return _said(review)


def overdue(turn: Turn) -> Reply:
    """Return the reply to what comes so late that it is no answer any more."""
    reply = decide(turn)
    return replace(reply, says=(*reply.says, wording().sentences["expired"]))


def _aside(turn: Turn, heard: Heard) -> Reply | None:
    """Return the reply to a question, or small talk, in place of an answer or beside it."""
    first = turn.asks[0] if turn.asks else None
    if first is None:
        return None
    if heard.says_something or heard.control:
        sure = first.group in ASIDES and first.confidence >= dialogue.SURE and is_asking(turn.text)
        return decide(turn) if sure else None
    return decide(turn) if first.group in (*ASIDES, *SMALL) and first.confidence >= dialogue.CLARIFY else None


def _joined(earlier: Heard | None, now: Heard) -> Heard:
    if earlier is None:
        return now
    return replace(
        now,
        options={**earlier.options, **now.options},
        groups=(earlier.groups - now.not_groups) | now.groups,
    )


def _said(moved: Step, aside: Reply | None = None) -> Reply:
    """Return the reply that says a step, below the answer to something else if there was one."""
    facts, words = knowledge().facts, wording()
    cites = (facts[words.asks[0]].cite,) if moved.result is not None else ()
    buttons = moved.buttons or (tuple(facts[key].ask for key in words.asks) if moved.closed else ())
    if aside is None:
        return Reply("screening", moved.says, cites, buttons, summary=moved.summary)
    goes_on = () if moved.closed else (words.sentences["goes_on"],)
    return Reply(
        outcome=aside.outcome,
        says=(*aside.says, *aside.cites, *goes_on, *moved.says),
        cites=cites,
        buttons=buttons,
        fact=aside.fact,
        summary=moved.summary,
    )
