"""A linear one-against-the-rest scorer over string features, and its file format.

Serving needs numpy only: a model is a JSON vocabulary and plain arrays, so that loading one never executes
code. The weights are mapped into memory: what no message needs is never read, and processes share the rest.
Training (scikit-learn) lives in `legalbot.nlu.training`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
        columns: list[int] = []
        weights: list[float] = []
        kinds: list[str] = []
        squares: dict[str, float] = defaultdict(float)
        for feature, count in features.items():
            column = self.columns.get(feature)
            if column is not None:
                weight = self._idf[column] if count == 1 else (1.0 + log(count)) * self._idf[column]
                columns.append(column)
                weights.append(weight)
                kinds.append(feature[0])
                squares[feature[0]] += weight * weight
        lengths = {kind: KIND_WEIGHTS[kind] / sqrt(square) for kind, square in squares.items()}
        scaled = [weight * lengths[kind] for weight, kind in zip(weights, kinds, strict=True)]
        return np.asarray(columns, dtype=np.int64), np.asarray(scaled, dtype=np.float32)

    @cached_property
    def _idf(self) -> list[float]:
        return [float(weight) for weight in self.idf]


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

    A loaded model has its weights as they are stored, in one byte each (there are 40 million of them), with
    `scales` (features,): what a feature's weights are to be multiplied by.
    """

    labels: Sequence[str]
    vocabulary: Vocabulary
    weights: Floats | NDArray[np.int8]
    bias: Floats
    calibration: Calibration = Calibration()
    scales: Floats | None = None

    def margins(self, features: Mapping[str, float]) -> Floats:
        """Return one signed margin a label: above 0 is for the label, below 0 against it."""
        columns, values = self.vocabulary.vector(features)
        if not len(columns):
            return self.bias.copy()
        if self.scales is not None:
            values = values * self.scales[columns]
        margins: Floats = values @ self.weights.take(columns, axis=0).astype(np.float32) + self.bias
        return margins

    def small(self) -> LinearModel:
        """Return the model with one byte a weight, exact to 1/254 of the largest weight of its feature."""
        if self.scales is not None:
            return self
        largest = np.abs(self.weights).max(axis=1, initial=0.0)
        scales = np.where(largest > 0, largest / 127, 1).astype(np.float32)
        weights = np.rint(self.weights / scales[:, np.newaxis]).astype(np.int8)
        return replace(self, weights=weights, scales=scales)

    def save(self, folder: Path) -> None:
        """Write the model into `folder`, with one byte a weight."""
        small = self.small()
        folder.mkdir(parents=True, exist_ok=True)
        names = sorted(self.vocabulary.columns, key=self.vocabulary.columns.__getitem__)
        described = {
            "labels": list(self.labels),
            "features": names,
            "calibration": [*self.calibration.slopes, self.calibration.intercept],
        }
        (folder / "linear.json").write_text(json.dumps(described, ensure_ascii=False), encoding="utf8")
        np.savez(
            folder / "linear.npz", idf=self.vocabulary.idf, bias=self.bias, scales=np.asarray(small.scales)
        )
        np.save(folder / "weights.new.npy", small.weights)
        (folder / "weights.new.npy").replace(folder / "weights.npy")

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
            weights=np.asarray(np.load(folder / "weights.npy", mmap_mode="r", allow_pickle=False)),
            bias=arrays["bias"],
            scales=arrays["scales"],
            calibration=Calibration((top, lead), intercept),
        )
