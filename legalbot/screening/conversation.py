"""The screening within the conversation: when it starts, and what else may be said while it runs. No Rasa."""

from __future__ import annotations

from dataclasses import replace

from legalbot import dialogue
from legalbot.dialogue import Reply, Turn, decide, heeding_danger
from legalbot.knowledge import knowledge
from legalbot.nlu.features import concepts, squeeze, syllables
from legalbot.nlu.understanding import DANGERS, bare, has_danger_word, is_asking
from legalbot.screening.flow import REVIEW, Screening, Step, ask_again, progress, reopened, step
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
MATTER = 0.5
"""From this likelihood on a kind of legal matter is taken for what a message is about."""
ASIDES = ("ask", "near", "agency", "follow")
"""Groups that are questions of their own, answered before the screening goes on."""
CERTAIN, BELIEVED = 0.9, 0.7
"""How sure danger must be to end a screening, where the message may be an answer and where it is none."""
SHORT = 4
"""So many characters are rather an answer than a call for help."""
ASIDES_HEARD = 2
"""So many questions in a row are answered before the one that was asked is left open."""
SMALL = ("chat", "outside", "matter")


def starts(turn: Turn) -> bool:
    """Tell whether a message asks for the screening: whether the writer may have legal aid."""
    if not turn.asks or turn.asks[0].group in DANGERS or _not_now(turn.text):
        return False
    likely = [ask.confidence for ask in (*turn.asks, *turn.ranking) if ask.intent == START]
    if any(ask.intent == START and ask.confidence >= dialogue.SURE for ask in turn.asks):
        return True
    applies = turn.asks[0].group in ("matter", "screen") or turn.asks[0].key.startswith("aid.")
    return applies and speaks_of_aid(turn.text) and max(likely, default=0.0) >= MAYBE_START


def _not_now(text: str) -> bool:
    """Tell whether a message speaks of legal aid that was applied for already, or is not wanted."""
    plain = normalise(text)
    return any(word in plain for word in wording().hearing["not_now"])


def speaks_of_aid(text: str) -> bool:
    """Tell whether a text names legal aid, or a lawyer who costs nothing, in any of the operator's words."""
    plain = squeeze(normalise(text))
    return AID in concepts(plain, syllables(plain))


def open_screening(turn: Turn, earlier: Heard | None) -> tuple[Reply, Step]:
    """Answer what else was asked, and begin; `earlier` is what was told shortly before."""
    heard = _joined(earlier, heard_in(turn, None))
    begun = begin(heard)
    beside = [ask for ask in turn.asks if ask.group in ASIDES and ask.confidence >= dialogue.SURE]
    beside = [ask for ask in beside if not ask.key.startswith("aid.")]
    aside = decide(replace(turn, asks=beside, danger=0.0)) if beside else None
    return heeding_danger(turn, _said(begun, aside)), begun


def go_on(turn: Turn, state: Screening) -> tuple[Reply, Step]:
    """Return the reply to a message while the screening runs, and the step that it leads to."""
    anew = reopened(state, turn.text)
    if anew is not None:
        return _said(anew), anew
    heard = heard_in(turn, state.asked)
    if _in_danger(turn, heard, state):
        return decide(turn), Step(replace(state, asked=None), (), closed=True)
    if turn.asks and turn.asks[0].group in DANGERS:
        turn = replace(turn, asks=())
    aside = _aside(turn, heard)
    if aside is None or heard.says_something:
        moved = step(state, heard)
    else:
        patience = ASIDES_HEARD if turn.asks[0].group in ASIDES or state.asked == REVIEW else 1
        moved = ask_again(state) if state.misses < patience else step(state, heard)
    reply = _said(moved, aside)
    return (reply if heard.says_something or heard.control else heeding_danger(turn, reply)), moved


def _in_danger(turn: Turn, heard: Heard, state: Screening) -> bool:
    """Tell whether a message in the screening is an emergency: an answer to a question rarely is one."""
    first = turn.asks[0] if turn.asks else None
    if first is None or first.group not in DANGERS or is_button(turn.text, state.asked):
        return False
    question = wording().questions.get(state.asked or "")
    answers = heard.says_something or heard.control or len(bare(normalise(turn.text))) <= SHORT
    needed = CERTAIN if answers and question is not None else BELIEVED
    return first.confidence >= needed or has_danger_word(normalise(turn.text))


def heard_in(turn: Turn, asked: str | None) -> Heard:
    """Return what a turn says to the screening."""
    controls = [ask for ask in turn.asks if ask.group == "screen" and ask.confidence >= SURE]
    control = controls[0].key if controls and controls[0].intent != START else ""
    matters = [ask for ask in (*turn.asks, *turn.ranking) if ask.group == "matter"]
    matter = max(matters, key=lambda ask: ask.confidence, default=None)
    kind = matter.key if matter is not None and matter.confidence >= MATTER else None
    return hear(turn.text, asked, control, kind if asked in (None, "aid_matter", "aid_case") else None)


def asks_to_change(turn: Turn) -> bool:
    """Tell whether a message outside the screening wants to change an answer given in it."""
    wrong = any(word in normalise(turn.text) for word in wording().questions[REVIEW].wrong)
    return wrong or any(ask.intent in ("screen/change", "screen/back") for ask in turn.asks[:1])


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
    ahead = None if moved.closed else progress(moved.state)
    if aside is None:
        return Reply("screening", moved.says, cites, buttons, summary=moved.summary, progress=ahead)
    goes_on = (words.sentences["goes_on"],) if moved.state.misses and not moved.closed else ()
    return Reply(
        outcome=aside.outcome,
        says=(*aside.says, *aside.cites, *goes_on, *moved.says),
        cites=cites,
        buttons=buttons,
        fact=aside.fact,
        summary=moved.summary,
        progress=ahead,
    )
