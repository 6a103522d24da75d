"""Fit the classifier: scikit-learn, needed for training only.

Labels are full intents (`ask/hotline.cost`). One linear support vector machine a label, against all
others, so that a text foreign to every label scores low everywhere; confidence is fitted on texts that
the machine had not seen, nor any sister of theirs (cross-validation by families).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from legalbot.nlu.families import folds
from legalbot.nlu.linear import Calibration, LinearModel, Vocabulary

Features = Mapping[str, float]
SEED = 12348
FOLDS = 4
GROUP_SHARE = 0.3
"""How much the machine of a group counts beside the machine of a label; chosen by cross-validation."""
CAREFUL = {"near": 2.0, "alarm": 1.5}
"""Groups that are worse to miss than to suspect: a figure passed off as another's, a danger."""
MIN_TEXTS = 2
"""A feature seen in one text only says nothing about others."""


def train(texts: Sequence[Features], labels: Sequence[str]) -> LinearModel:
    """Fit a calibrated model to the features of `texts` and their `labels`.

    Raises:
        ValueError: fewer than two labels, or a label with a single text.
    """
    counts = Counter(labels)
    scarce = [label for label, count in counts.items() if count < MIN_TEXTS]
    if len(counts) < 2 or scarce:
        raise ValueError(f"every intent needs at least {MIN_TEXTS} examples; too few for: {scarce}")
    known = np.asarray(labels)
    model = fit(texts, known)
    fold = np.asarray(folds(texts, labels, FOLDS))
    unseen: list[tuple[LinearModel, Features, str]] = []
    for number in range(FOLDS):
        rows = np.flatnonzero(fold != number)
        if len(set(known[rows])) > 1:
            part = fit([texts[row] for row in rows], known[rows])
            unseen += [(part, texts[row], str(known[row])) for row in np.flatnonzero(fold == number)]
    return replace(model, calibration=calibrated(unseen))


def fit(texts: Sequence[Features], labels: NDArray[np.str_]) -> LinearModel:
    """Fit one machine a label and one a group, and add each group's share to its labels.

    The groups (`ask`, `matter`, …) have far more texts than a label has; their share keeps a legal
    problem from being taken for a figure that has words in common with it.
    """
    vocabulary = _vocabulary(texts)
    matrix = _matrix(vocabulary, texts)
    names, weights, bias = _machine(matrix, labels, C=0.5)
    groups = np.asarray([label.partition("/")[0] for label in labels])
    if len(set(groups)) > 1:
        group_names, group_weights, group_bias = _machine(matrix, groups, C=0.2)
        rows = [group_names.index(name.partition("/")[0]) for name in names]
        weights = weights + GROUP_SHARE * group_weights[rows]
        bias = bias + GROUP_SHARE * group_bias[rows]
    return LinearModel(
        labels=tuple(names),
        vocabulary=vocabulary,
        weights=np.ascontiguousarray(weights.T, dtype=np.float32),
        bias=bias.astype(np.float32),
    )


def _machine(
    matrix: csr_matrix,
    labels: NDArray[np.str_],
    C: float,  # noqa: N803 - scikit-learn's name
) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    weights_of = {label: CAREFUL.get(label.partition("/")[0], 1.0) for label in set(labels.tolist())}
    machine = LinearSVC(C=C, class_weight=weights_of, random_state=SEED).fit(matrix, labels)
    weights, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]), np.concatenate([-bias, bias])
    return [str(label) for label in machine.classes_], weights, bias


def _vocabulary(texts: Iterable[Features]) -> Vocabulary:
    counts: Counter[str] = Counter()
    total = 0
    for features in texts:
        counts.update(features.keys())
        total += 1
    names = sorted(name for name, count in counts.items() if count >= MIN_TEXTS)
    idf = np.array([np.log((1 + total) / (1 + counts[name])) + 1 for name in names], dtype=np.float32)
    return Vocabulary({name: column for column, name in enumerate(names)}, idf)


def _matrix(vocabulary: Vocabulary, texts: Sequence[Features]) -> csr_matrix:
    rows = [vocabulary.vector(features) for features in texts]
    starts = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows]).astype(np.float64)
    return csr_matrix((values, columns, starts), shape=(len(rows), len(vocabulary.columns)))


def _is_right(found: str, label: str) -> bool:
    """A fact must be the very fact; elsewhere the group decides what is said, so the group must be right."""
    return found == label or (found[:4] != "ask/" and found.partition("/")[0] == label.partition("/")[0])


def calibrated(unseen: Sequence[tuple[LinearModel, Features, str]]) -> Calibration:
    """Return the calibration fitted to texts with their labels, each with a model that never saw it."""
    margins = [(model.labels, model.margins(text), label) for model, text, label in unseen]
    evidence = np.array([Calibration.evidence(found) for _, found, _ in margins])
    right = np.array([_is_right(labels[int(np.argmax(found))], label) for labels, found, label in margins])
    if not len(right) or right.all() or not right.any():
        return Calibration((1.0, 0.0), 0.0)
    fitted = LogisticRegression(C=10.0).fit(evidence, right)
    top, lead = fitted.coef_[0]
    return Calibration((float(top), float(lead)), float(fitted.intercept_[0]))
