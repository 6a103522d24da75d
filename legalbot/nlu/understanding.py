"""What a message asks: one or more asks, each with how sure the bot is. No Rasa in here.

A message is read as a whole and in pieces. The whole decides, unless several pieces ask different
things with confidence (each is then answered), or a piece alone is clearer than the story around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from legalbot.lexicon import cut, longest_first, words
from legalbot.nlu.features import concepts, features, squeeze, syllables
from legalbot.nlu.linear import LinearModel
from legalbot.text import normalise

RANKING = 5
SURE = 0.7
"""A piece with this confidence stands for a question of its own."""
CERTAIN = 0.9
"""What a piece needs to stand for something else than a question, or for danger beside a question."""
CALM = 0.6
"""From this confidence on a whole message is a question or a legal matter rather than an alarm."""
STORY = 0.96
"""What a piece of a story on a legal matter needs to stand for danger."""
HEARD = 0.35
"""Below this confidence nothing was understood."""
WARNED = 0.55
"""A message as a whole is believed to tell danger from this confidence on."""
WARNED_PIECE = 0.8
"""A piece is, where the whole is not clearly something else; by itself a piece looks dangerous more often."""
HINTED = 0.5
"""How likely danger is at least where a word speaks of it."""
CLEAR = 0.6
"""A half sentence is taken for a question about the present topic from this score on."""
MAX_ELLIPSIS = 14
"""Longest text in characters that may be a half sentence."""
MAX_NAMELESS = 7
"""Longest text in characters that may leave out what it is about."""
MAX_PIECES = 8
MIN_STORY = 4
"""Fewest characters that tell of a danger beside something else."""
SILENT = ("chat", "screen", "outside", "move")
"""Groups that do not count as an ask where the message asks something else."""
APPLIES = "screen/start"
"""Asks whether one may have legal aid: the one question among the silent groups."""
DANGERS = ("alarm", "scam")


@dataclass(frozen=True)
class Candidate:
    """A full intent (`ask/hotline.cost`) that a text may have, with a confidence from 0 to 1.

    `piece` is the part of a message that it was read from, where it is not the whole.
    """

    intent: str
    confidence: float
    piece: str = ""

    @property
    def group(self) -> str:
        """The part of the intent before the slash."""
        return self.intent.partition("/")[0]


@dataclass(frozen=True)
class Understanding:
    """What was read from a text.

    `ranking` are the likeliest intents of the whole; `asks` what to reply to, in order, empty when
    nothing was understood; `follows` what the text would ask as a half sentence, by topic; `unread`
    tells that a part of the text asks something that was not understood; `named` that the text is long
    enough, or has a word that says what it is about; `danger` how likely, 0 to 1, somebody is in danger.
    """

    text: str
    ranking: tuple[Candidate, ...]
    asks: tuple[Candidate, ...]
    follows: Mapping[str, Candidate] = field(default_factory=dict)
    unread: bool = False
    named: bool = True
    danger: float = 0.0

    @property
    def best(self) -> Candidate:
        """The ask to reply to first, or the likeliest intent where nothing was understood."""
        return self.asks[0] if self.asks else self.ranking[0]


def read(text: str) -> dict[str, float]:
    """Return the features of a text as typed."""
    return _heard(normalise(text))


class Understander:
    """Reads messages with two trained models.

    `model` chooses among full intents; `ellipsis` among facts for half sentences that leave out the
    topic; `exact` holds the full intent of known texts; `topics` how each topic is called.
    """

    def __init__(
        self, model: LinearModel, ellipsis: LinearModel, exact: Mapping[str, str], topics: Mapping[str, str]
    ) -> None:
        self._model = model
        self._ellipsis = ellipsis
        self._exact = exact
        self._topics = topics
        self._labels = {
            topic: [(i, label) for i, label in enumerate(model.labels) if topic_of(label) == topic]
            for topic in topics
        }

    def understand(self, raw: str, present: Sequence[str] | None = None) -> Understanding:
        """Return what `raw` asks. Never raises on any text; the ranking is never empty.

        As a half sentence it is read for the topics that are `present`, for all where that is not known.
        """
        topics = list(self._topics) if present is None else [one for one in present if one in self._topics]
        typed = normalise(raw)
        normal = heeded(typed)
        whole = self._rank(normal)
        if not bare(normal):
            return Understanding(normal, whole, ())
        known = self._exact.get(bare(normal))
        if known is not None:
            sure = Candidate(known, 1.0)
            follows = {} if sure.group == "chat" else self._follows(normal, topics)
            return Understanding(normal, whole, (sure,), follows)
        parts = [(piece, whole[0] if piece == normal else self._rank(piece)[0]) for piece in pieces(normal)]
        danger = _danger(whole[0], [part for _, part in parts])
        if danger is None and normal != typed:
            danger = self._understood_danger(typed)
        danger = danger or self._danger_beside(normal)
        asks, unread = ([danger], False) if danger else self._choose(whole[0], parts)
        likely = _likely_danger(whole, [part for _, part in parts])
        likely = max(likely, HINTED) if has_danger_word(normal) else likely
        half = "".join(piece for piece, best in parts if best.group != "chat" or best.confidence < SURE)
        follows = self._follows(half, topics)
        return Understanding(normal, whole, tuple(asks), follows, unread, is_named(normal), likely)

    def _understood_danger(self, typed: str) -> Candidate | None:
        """Return the danger told by a text in full, with what it says is not asked."""
        return _danger(self._rank(typed)[0], [self._rank(piece)[0] for piece in pieces(typed)])

    def _danger_beside(self, normal: str) -> Candidate | None:
        """Return the danger that a text tells beside asking for legal aid, which sounds so much calmer."""
        rest = _aid_phrases().sub("", normal)
        if rest == normal or len(bare(rest)) < MIN_STORY:
            return None
        best = self._rank(rest)[0]
        return best if best.group in DANGERS and best.confidence >= SURE else None

    def _choose(
        self, whole: Candidate, parts: Sequence[tuple[str, Candidate]]
    ) -> tuple[list[Candidate], bool]:
        several, unread = self._several(parts)
        if len(several) > 1:
            return several, unread
        heard = [whole] if whole.confidence >= HEARD and whole.group != "alarm" else []
        if several and (whole.confidence < several[0].confidence or whole.group in SILENT):
            return several, False
        return heard, False

    def _several(self, parts: Sequence[tuple[str, Candidate]]) -> tuple[list[Candidate], bool]:
        found: dict[str, Candidate] = {}
        topic, unread = "", False
        for piece, best in parts:
            asking = is_asking(piece)
            ask = best if _stands_alone(best, asking) else self._in_topic(piece, topic) or best
            if _stands_alone(ask, asking):
                found.setdefault(ask.intent, replace(ask, piece=piece))
                topic = topic_of(ask.intent) or topic
            else:
                unread = unread or (asking and ask.confidence < HEARD)
        return list(found.values()), unread

    def _in_topic(self, piece: str, topic: str) -> Candidate | None:
        short = topic and len(piece) <= MAX_ELLIPSIS
        follow = self._follow(piece, topic, self._half(piece)) if short else None
        return Candidate(follow.intent, SURE) if follow and follow.confidence >= CLEAR else None

    def _rank(self, normal: str) -> tuple[Candidate, ...]:
        margins = self._model.margins(_heard(normal))
        sure = self._model.calibration.confidence(margins)
        order = np.argsort(-margins)[:RANKING]
        shares = np.exp(3.0 * (margins[order] - margins[order[0]]))
        rest = (1.0 - sure) / max(float(shares[1:].sum()), 1.0)
        ranking = [
            Candidate(self._model.labels[column], min(sure, rest * float(share)) if rank else sure)
            for rank, (column, share) in enumerate(zip(order, shares, strict=True))
        ]
        known = self._exact.get(bare(normal))
        if known is not None:
            ranking = [Candidate(known, 1.0), *(other for other in ranking if other.intent != known)]
        return tuple(ranking[:RANKING])

    def _follows(self, normal: str, topics: Sequence[str]) -> dict[str, Candidate]:
        if not topics or not 0 < len(normal) <= MAX_ELLIPSIS:
            return {}
        half = self._half(normal)
        found = {topic: self._follow(normal, topic, half) for topic in topics}
        return {topic: candidate for topic, candidate in found.items() if candidate is not None}

    def _half(self, normal: str) -> dict[str, float]:
        """Return the score of each fact for a half sentence by itself."""
        margins = self._ellipsis.margins(_heard(_without_opening(normal)))
        return {
            label: float(margin) + 1.0 for label, margin in zip(self._ellipsis.labels, margins, strict=True)
        }

    def _follow(self, normal: str, topic: str, half: Mapping[str, float]) -> Candidate | None:
        """Return the fact of `topic` that a half sentence asks for; the score is a margin, not a chance."""
        labels = self._labels.get(topic)
        if not labels:
            return None
        full = self._model.margins(_heard(self._topics[topic] + _without_opening(normal)))
        score, label = max((half.get(label, 0.0) + float(full[i]) + 1.0, label) for i, label in labels)
        return Candidate(label, score / 2)


def _heard(normal: str) -> dict[str, float]:
    """Return the features of a normalised text."""
    return features(normal, cut(normal))


def _stands_alone(candidate: Candidate, asking: bool) -> bool:
    """Tell whether a piece of a message is clear enough, and asks something, to be an ask of its own."""
    if not asking or (candidate.group in SILENT and candidate.intent != APPLIES):
        return False
    return candidate.confidence >= (SURE if candidate.group == "ask" else CERTAIN)


def _danger(whole: Candidate, parts: Sequence[Candidate]) -> Candidate | None:
    """Return the danger that the message tells, if any: alarm before scam, the whole before a piece.

    A piece is believed less where the whole is plainly something else: "he beats me" in a question on
    divorce is past, and only a piece that is certain by itself then counts.
    """
    needed = WARNED_PIECE
    if whole.confidence >= CALM:
        needed = {"matter": STORY, "screen": STORY, "scam": STORY, "ask": CERTAIN, "near": CERTAIN}.get(
            whole.group, WARNED_PIECE
        )
    for group in DANGERS:
        if whole.group == group and whole.confidence >= WARNED:
            return whole
        for part in parts:
            if part.group == group and part.confidence >= needed:
                return part
    return None


def _likely_danger(whole: Sequence[Candidate], parts: Sequence[Candidate]) -> float:
    """Return how likely a message tells of danger, as a whole or in a piece."""
    alarms = [part.confidence for part in parts if part.group == "alarm"]
    return max([sum(one.confidence for one in whole if one.group == "alarm"), *alarms])


def has_danger_word(normal: str) -> bool:
    """Tell whether a normalised text has a word that speaks of danger to life."""
    return any(word in normal for word in words("markers", "danger"))


def heeded(normal: str) -> str:
    """Return a normalised text without the pieces that only say what is not asked ("never mind the …")."""
    parts = pieces(normal)
    kept = [part for part in parts if not any(word in part for word in words("markers", "unasked"))]
    return ",".join(kept) if 0 < len(kept) < len(parts) else normal


def topic_of(intent: str) -> str | None:
    """Return the topic of a full intent that asks for a fact, else None."""
    group, _, key = intent.partition("/")
    return key.partition(".")[0] if group == "ask" else None


def bare(normal: str) -> str:
    """Return a normalised text without punctuation and blanks, as exact texts are compared."""
    return "".join(character for character in normal if character.isalnum())


def pieces(normal: str) -> list[str]:
    """Return the parts of a normalised text that may each ask something, in order."""
    return list(_cut(normal))[:MAX_PIECES]


def is_named(normal: str) -> bool:
    """Tell whether a text is long, or has an operator's concept that says what it is about."""
    plain = squeeze(normal)
    if len(plain) > MAX_NAMELESS:
        return True
    return bool(concepts(plain, syllables(plain)) - set(words("markers", "aspects")))


def is_asking(piece: str) -> bool:
    """Tell whether a piece of text has a word or mark of asking."""
    return any(word in piece for word in words("markers", "asking"))


def _without_opening(normal: str) -> str:
    return bare(strip_opening(normal)) or normal


def strip_opening(normal: str) -> str:
    """Return a text without words that only lead over ("no, I meant …")."""
    return _opening().sub("", normal)


def _cut(normal: str) -> Iterator[str]:
    for sentence in re.split(r"(?<=[?!;。])|[\n~]+", normal):
        for clause in re.split(r"[,:]", _joints().sub(",", sentence)):
            if len(bare(clause)) > 1:
                yield clause.strip()


@lru_cache(maxsize=1)
def _joints() -> re.Pattern[str]:
    return longest_first(words("markers", "joints"))


@lru_cache(maxsize=1)
def _aid_phrases() -> re.Pattern[str]:
    return longest_first(words("markers", "aid_phrases"))


@lru_cache(maxsize=1)
def _opening() -> re.Pattern[str]:
    return longest_first(words("markers", "opening"))
