"""Decide what to reply: from what was understood and what was talked about, to one named outcome.

Pure: no Rasa, no clock, no wording of its own. Facts come from `legalbot.knowledge`, all other words
from `legalbot.replies`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from legalbot.knowledge import Fact, knowledge
from legalbot.qualifiers import asks_breakdown, other_place, other_year
from legalbot.replies import replies
from legalbot.text import normalise

MEMORY_SECONDS = 600
"""How long a topic stays in mind: after ten quiet minutes "and at weekends?" is no longer clear."""
MAX_BUTTONS = 3


SURE = 0.92
"""From this confidence on a question is answered outright; below, the answer names its question first."""
CLARIFY = 0.6
"""Below this nothing is answered: the likeliest questions are offered as buttons."""
RATHER_OWN = 0.12
"""A doubtful question is taken for somebody's own legal problem where that is this likely: the lawyers of
12348 are the safer answer than a figure."""
NEAR = 0.7
"""From this confidence on the reply to what the report lacks tells what it does hold."""
DANGER = 0.06
"""From this likelihood of danger on, its numbers stand above a reply to something else."""
HALF = 0.6
"""From this score on, half a sentence is taken for a question about the present topic."""


@dataclass(frozen=True)
class Ask:
    """A full intent (`ask/hotline.cost`) found in a message, with a confidence from 0 to 1.

    `piece` is the part of the message that asks it, where it is not the whole.
    """

    intent: str
    confidence: float = 1.0
    piece: str = ""

    @property
    def group(self) -> str:
        """The part before the slash."""
        return self.intent.partition("/")[0]

    @property
    def key(self) -> str:
        """The part behind the slash."""
        return self.intent.partition("/")[2]


@dataclass(frozen=True)
class Turn:
    """One message and what surrounds it.

    `text` as typed; `asks` found in it, in order; `ranking` of the whole; `follows` what it would ask
    as half a sentence, by topic; `unread` whether a part of it was not understood; `named` whether it
    says what it is about; `danger` how likely, 0 to 1, somebody is in danger; `fact` the one last talked
    about, if it is still in mind.
    """

    text: str
    asks: Sequence[Ask]
    ranking: Sequence[Ask] = ()
    follows: Mapping[str, Ask] = field(default_factory=dict)
    unread: bool = False
    named: bool = True
    danger: float = 0.0
    fact: str | None = None


@dataclass(frozen=True)
class Reply:
    """What to say: sentences, source lines below them, questions as buttons, and the fact now in mind.

    `summary` are the lines of a screening that a person may keep, where one was concluded; `progress` says
    which question of it is asked, from 1, and how many there are at most.
    """

    outcome: str
    says: tuple[str, ...]
    cites: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    fact: str | None = None
    summary: tuple[str, ...] = ()
    progress: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """The whole reply as plain text: the answer, then the source."""
        return "\n".join([*self.says, *self.cites])


def decide(turn: Turn) -> Reply:
    """Return the reply to a turn; its outcome is one of `data/replies/outcomes.yml`."""
    return heeding_danger(turn, _decided(turn))


def heeding_danger(turn: Turn, reply: Reply) -> Reply:
    """Put the emergency numbers above a reply where danger is not believed, but not unlikely either."""
    if turn.danger < DANGER or reply.outcome in ("emergency", "answered", "answered_partly", "not_in_report"):
        return reply
    return replace(reply, says=(replies().sayings["move/danger"].says, *reply.says))


def _decided(turn: Turn) -> Reply:
    follow = _half_sentence(turn)
    if follow is not None:
        return _one(turn, follow)
    if not turn.asks:
        return _plain("not_understood", fact=turn.fact)
    if not turn.named and turn.asks[0].group in ("ask", "near"):
        return _one(turn, turn.asks[0]) if turn.asks[0].confidence >= SURE else _clarify(turn)
    if len(turn.asks) == 1:
        return _DOUBTFUL.get(turn.asks[0].group, _one)(turn, turn.asks[0])
    return _several(turn, [_one(turn, ask) for ask in turn.asks])


def _half_sentence(turn: Turn) -> Ask | None:
    """Return what the message asks about the present topic, where it does not name one itself."""
    fact = knowledge().facts.get(turn.fact or "")
    if fact is None or len(turn.asks) > 1:
        return None
    best = turn.asks[0] if turn.asks else None
    if best and turn.follows and best.key in fact.next:
        return best
    follow = turn.follows.get(fact.topic)
    if follow is None or follow.confidence < HALF:
        return None
    return follow if best and best.intent == follow.intent else _half_against(turn, best, follow, fact)


def _half_against(turn: Turn, best: Ask | None, follow: Ask, fact: Fact) -> Ask | None:
    """Return the half sentence's question, or what the message asks by itself, or None for the latter."""
    if best and not turn.named and best.group in ("ask", "near"):
        return best if best.key in fact.next else follow
    if best and turn.named and best.group == "ask" and best.confidence >= CLARIFY:
        return None
    if best is None or best.group in ("chat", "outside", "near", "screen"):
        return follow if best is None or best.confidence < SURE or best.group == "chat" else None
    return follow if best.group == "ask" and best.confidence < SURE else None


def _doubtful_fact(turn: Turn, ask: Ask) -> Reply:
    """Answer a question about a fact as outright as it was understood."""
    reply = _one(turn, ask)
    if ask.confidence >= SURE or reply.outcome != "answered":
        return reply
    own = _own_matter(turn)
    if own is not None:
        return own
    if ask.confidence < CLARIFY:
        return _clarify(turn)
    fact = knowledge().facts[ask.key]
    says = replies().sayings["move/hedge"].says.format(ask=fact.ask, says=fact.says)
    buttons = _questions([*_likely(turn)[1:2], *fact.next])
    return Reply("clarify", (says,), (fact.cite,), buttons, fact.id)


def _doubtful_near(turn: Turn, ask: Ask) -> Reply:
    """Say what the report lacks; where that is doubtful, without a figure that may be beside the point."""
    if ask.confidence >= NEAR:
        return _one(turn, ask)
    own = _own_matter(turn)
    return own or _reply("not_in_report", replies().near_wording["unsure"], replies().asks["move"], turn.fact)


def _doubtful_screen(turn: Turn, ask: Ask) -> Reply:
    """Reply to what sounds like a part of the screening while none is running."""
    if ask.confidence >= SURE:
        return _one(turn, ask)
    return _own_matter(turn) or (_clarify(turn) if ask.key == "start" else _one(turn, ask))


def _own_matter(turn: Turn) -> Reply | None:
    """Return the reply to somebody's own legal problem, where the message may well be one."""
    own = next((other for other in turn.ranking[1:] if other.group == "matter"), None)
    return _one(turn, own) if own is not None and own.confidence >= RATHER_OWN else None


def _one(turn: Turn, ask: Ask) -> Reply:
    handler = _HANDLERS.get(ask.group)
    if ask.group == "ask":
        turn = replace(turn, text=ask.piece or turn.text)
    return handler(turn, ask.key) if handler else _plain("not_understood", fact=turn.fact)


def _several(turn: Turn, parts: Sequence[Reply]) -> Reply:
    """Put the replies to several asks together: each said once, sources not repeated."""
    says = list(dict.fromkeys(sentence for part in parts for sentence in part.says))
    outcomes = {part.outcome for part in parts}
    outcome = outcomes.pop() if len(outcomes) == 1 else "answered_partly"
    if turn.unread:
        outcome = "answered_partly"
        says.append(replies().outcomes[outcome].says or "")
    said = {knowledge().facts[part.fact].ask for part in parts if part.fact}
    offered = dict.fromkeys(button for part in parts for button in part.buttons if button not in said)
    return Reply(
        outcome=outcome,
        says=tuple(says),
        cites=tuple(dict.fromkeys(cite for part in parts for cite in part.cites)),
        buttons=tuple(offered)[:MAX_BUTTONS],
        fact=next((part.fact for part in reversed(parts) if part.fact), turn.fact),
    )


def _clarify(turn: Turn) -> Reply:
    return _plain("clarify", _likely(turn), turn.fact)


def _likely(turn: Turn) -> list[str]:
    return [ask.key for ask in turn.ranking if ask.group == "ask" and ask.key in knowledge().facts]


def sorry() -> Reply:
    """Return what a citizen is told when something broke inside."""
    return _plain("error")


def busy() -> Reply:
    """Return what a citizen is told when too many people write at once."""
    return _plain("busy")


def too_fast() -> Reply:
    """Return what somebody is told whose messages come faster than they can be answered."""
    return _plain("too_fast")


def _answer(turn: Turn, key: str) -> Reply:
    fact = knowledge().facts.get(key)
    if fact is None:
        return _plain("not_understood", fact=turn.fact)
    wording = replies().near_wording
    if year := other_year(turn.text, fact):
        return _about("not_in_report", wording["other_year"].format(year=year, says=fact.says), fact)
    if place := other_place(turn.text, fact):
        return _about("not_in_report", wording["other_place"].format(place=place, says=fact.says), fact)
    if asks_breakdown(turn.text, fact):
        return _about("not_in_report", wording["breakdown"].format(says=fact.says), fact)
    return _about("answered", fact.says, fact)


def _near(turn: Turn, key: str) -> Reply:
    near, wording = replies().near[key], replies().near_wording
    if not near.gives:
        return _reply("not_in_report", wording["says"].format(lacks=near.lacks), (), turn.fact)
    fact = knowledge().facts[near.gives[0]]
    says = wording["says_giving"].format(lacks=near.lacks, short=fact.short)
    return Reply("not_in_report", (says,), (fact.cite,), _questions((*near.gives, *fact.next)), fact.id)


def _matter(turn: Turn, key: str) -> Reply:
    matter, wording = replies().matters[key], replies().matter_wording
    says = [*matter.first, wording["says"].format(heard=matter.heard)]
    groups = groups_in(turn.text)
    if groups:
        says.append(wording["aid"].format(groups="、".join(groups)))
    says += [wording[name] for name in ("mediation", "notary") if getattr(matter, name)]
    reply = _reply("legal_matter", "".join(says), replies().asks["matter"], turn.fact)
    offered = (replies().matter_wording["start"], *reply.buttons)[:MAX_BUTTONS]
    return replace(reply, buttons=offered) if groups else reply


def groups_in(text: str) -> list[str]:
    """Return the groups of the report that a story names, in the report's words."""
    plain = normalise(text)
    return [g for g, words in replies().matter_groups.items() if any(word in plain for word in words)]


def _move(turn: Turn, key: str) -> Reply:
    fact = knowledge().facts.get(turn.fact or "")
    sayings, asks = replies().sayings, replies().asks["move"]
    if key in ("operator", "wrong"):
        return _reply("smalltalk" if key == "operator" else "clarify", sayings[f"move/{key}"].says, asks)
    if key == "source":
        source = fact.source if fact else next(iter(knowledge().sources.values()))
        return _reply("answered", source.about, fact.next if fact else asks, turn.fact)
    if fact is None:
        return _reply("clarify", sayings["move/nothing_to_repeat"].says, asks)
    says = {
        "repeat": fact.says,
        "shorter": fact.short,
        "simpler": sayings["move/simpler"].says.format(short=fact.short),
        "period": sayings["move/period"].says.format(period=fact.period) + fact.says,
        "more": sayings["move/more"].says,
    }
    return _about("answered", says[key], fact)


def _screen(turn: Turn, key: str) -> Reply:
    if key != "start":
        return _saying("smalltalk", "chat/ok", turn)
    return _answer(turn, "aid.groups")


def _follow(turn: Turn, key: str) -> Reply:
    asks = knowledge().facts[turn.fact].next if turn.fact else replies().asks["move"]
    return _plain("clarify", asks, turn.fact)


def _said(group: str, outcome: str) -> Callable[[Turn, str], Reply]:
    return lambda turn, key: _saying(outcome, f"{group}/{key}", turn)


_HANDLERS: Mapping[str, Callable[[Turn, str], Reply]] = {
    "ask": _answer,
    "follow": _follow,
    "near": _near,
    "matter": _matter,
    "screen": _screen,
    "move": _move,
    "alarm": _said("alarm", "emergency"),
    "scam": _said("scam", "scam"),
    "agency": _said("agency", "other_agency"),
    "chat": _said("chat", "smalltalk"),
    "outside": _said("outside", "out_of_scope"),
}


_DOUBTFUL: Mapping[str, Callable[[Turn, Ask], Reply]] = {
    "ask": _doubtful_fact,
    "near": _doubtful_near,
    "screen": _doubtful_screen,
}
"""Groups that are replied to otherwise where they were not understood with confidence."""


def _saying(outcome: str, key: str, turn: Turn) -> Reply:
    saying = replies().sayings[key]
    return _reply(outcome, saying.says, saying.ask, turn.fact)


def _plain(outcome: str, asks: Sequence[str] = (), fact: str | None = None) -> Reply:
    says = replies().outcomes[outcome].says
    assert says is not None, f"outcomes.yml gives no wording for {outcome}"  # noqa: S101
    return _reply(outcome, says, asks or replies().asks["move"], fact)


def _about(outcome: str, says: str, fact: Fact) -> Reply:
    return Reply(outcome, (says,), (fact.cite,), _questions(fact.next), fact.id)


def _reply(outcome: str, says: str, asks: Sequence[str], fact: str | None = None) -> Reply:
    return Reply(outcome, (says,), (), _questions(asks), fact)


def _questions(facts: Sequence[str]) -> tuple[str, ...]:
    known = knowledge().facts
    return tuple(known[fact].ask for fact in dict.fromkeys(facts))[:MAX_BUTTONS]
