"""A linear one-against-the-rest scorer over string features, and its file format.

Serving needs numpy only: a model is a JSON vocabulary and one `.npz` of plain arrays, so that loading
one never executes code. Training (scikit-learn) lives in `legalbot.nlu.training`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
KIND_WEIGHTS: Mapping[str, float] = {"c": 1.0, "p": 0.6, "w": 0.6, "s": 0.6}
"""How much each kind of feature weighs; each kind is brought to this length by itself."""


@dataclass(frozen=True)
class Vocabulary:
    """Known features: the column of each, and its inverse document frequency."""

    columns: Mapping[str, int]
    idf: Floats

    def vector(self, features: Mapping[str, float]) -> tuple[NDArray[np.int64], Floats]:
        """Return the columns and weights of `features`; unknown ones are left out."""
        kinds: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for feature, count in features.items():
            column = self.columns.get(feature)
            if column is not None:
                kinds[feature[0]].append((column, (1.0 + log(count)) * float(self.idf[column])))
        columns: list[int] = []
        weights: list[float] = []
        for kind, entries in kinds.items():
            length = sqrt(sum(weight * weight for _, weight in entries))
            for column, weight in entries:
                columns.append(column)
                weights.append(KIND_WEIGHTS[kind] * weight / length)
        return np.asarray(columns, dtype=np.int64), np.asarray(weights, dtype=np.float32)


@dataclass(frozen=True)
class Calibration:
    """How sure to be that the best label is right, from its margin and its lead over the second."""

    slopes: tuple[float, float] = (1.0, 1.0)
    intercept: float = 0.0

    @staticmethod
    def evidence(margins: Floats) -> tuple[float, float]:
        """Return the best margin and its lead over the second best."""
        second, first = np.partition(margins, -2)[-2:]
        return float(first), float(first - second)

    def confidence(self, margins: Floats) -> float:
        """Return the probability, 0 to 1, that the label of the best margin is right."""
        first, lead = self.evidence(margins)
        return float(1.0 / (1.0 + exp(-(self.slopes[0] * first + self.slopes[1] * lead + self.intercept))))


@dataclass(frozen=True)
class LinearModel:
    """Scores of every label for a text: `weights` is (features, labels), `bias` is (labels,).

    A loaded model keeps its weights in half precision, as they are stored: there are 40 million of them.
    """

    labels: Sequence[str]
    vocabulary: Vocabulary
    weights: Floats | NDArray[np.float16]
    bias: Floats
    calibration: Calibration = Calibration()

    def margins(self, features: Mapping[str, float]) -> Floats:
        """Return one signed margin a label: above 0 is for the label, below 0 against it."""
        columns, values = self.vocabulary.vector(features)
        if not len(columns):
            return self.bias.copy()
        margins: Floats = values @ self.weights[columns].astype(np.float32) + self.bias
        return margins

    def save(self, folder: Path) -> None:
        """Write the model into `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(self.vocabulary.columns, key=self.vocabulary.columns.__getitem__)
        described = {
            "labels": list(self.labels),
            "features": names,
            "calibration": [*self.calibration.slopes, self.calibration.intercept],
        }
        (folder / "linear.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf8")
        np.savez_compressed(
            folder / "linear.npz",
            idf=self.vocabulary.idf,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
        )

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        """Read a model that `save` wrote."""
        described = json.loads((folder / "linear.json").read_text(encoding="utf8"))
        arrays = np.load(folder / "linear.npz", allow_pickle=False)
        top, lead, intercept = described["calibration"]
        columns = {name: column for column, name in enumerate(described["features"])}
        return cls(
            labels=tuple(described["labels"]),
            vocabulary=Vocabulary(columns, arrays["idf"]),
            weights=arrays["weights"],
            bias=arrays["bias"],
            calibration=Calibration((top, lead), intercept),
        )
