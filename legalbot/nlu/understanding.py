"""What a message asks: one or more asks, each with how sure the bot is. No Rasa in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import jieba
import numpy as np

from legalbot.nlu.features import features
from legalbot.nlu.linear import LinearModel
from legalbot.text import normalise

RANKING = 5


@dataclass(frozen=True)
class Candidate:
    """A full intent (`ask/hotline.cost`) that a text may have, with a confidence from 0 to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class Understanding:
    """The likeliest intents of a text, the best first; the normalised text they were read from."""

    text: str
    ranking: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The likeliest intent."""
        return self.ranking[0]


def read(text: str) -> dict[str, float]:
    """Return the features of a text as typed."""
    normal = normalise(text)
    return features(normal, jieba.lcut(normal))


class Understander:
    """Reads messages with a trained model; `exact` holds the full intent of known texts, normalised."""

    def __init__(self, model: LinearModel, exact: Mapping[str, str]) -> None:
        self._model = model
        self._exact = exact

    def understand(self, raw: str) -> Understanding:
        """Return what `raw` asks. Never raises on any text; the ranking is never empty."""
        normal = normalise(raw)
        known = self._exact.get(bare(normal))
        ranking = self._rank(normal)
        if known is not None:
            others = [candidate for candidate in ranking if candidate.intent != known]
            ranking = [Candidate(known, 1.0), *others]
        return Understanding(normal, tuple(ranking[:RANKING]))

    def _rank(self, normal: str) -> Sequence[Candidate]:
        margins = self._model.margins(features(normal, jieba.lcut(normal)))
        sure = self._model.calibration.confidence(margins)
        order = np.argsort(-margins)[:RANKING]
        shares = np.exp(3.0 * (margins[order] - margins[order[0]]))
        rest = (1.0 - sure) / max(float(shares[1:].sum()), 1.0)
        confidences = [sure, *(min(sure, rest * float(share)) for share in shares[1:])]
        return [Candidate(self._model.labels[i], c) for i, c in zip(order, confidences, strict=False)]


def bare(normal: str) -> str:
    """Return a normalised text without punctuation and blanks, as exact texts are compared."""
    return "".join(character for character in normal if character.isalnum())
