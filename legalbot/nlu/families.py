"""Families of utterances: texts that share most of their character pairs, directly or through others.

A text tells little about a model that was trained on its sister; so whatever is measured or calibrated
keeps whole families out of training.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence

ALIKE = 0.5
"""Share of common character pairs from which on two texts are sisters."""


def families(texts: Sequence[Mapping[str, float]], labels: Sequence[str]) -> list[list[int]]:
    """Return the rows of `texts` (their features) by family; a family has one label.

    The order of families within a label is fixed, but as good as random.
    """
    by_label: dict[str, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        by_label[label].append(row)
    found = []
    for rows in by_label.values():
        grouped = _grouped(rows, {row: _pairs(texts[row]) for row in rows})
        found += sorted(grouped, key=lambda family: _shuffled(texts[family[0]]))
    return found


def folds(texts: Sequence[Mapping[str, float]], labels: Sequence[str], count: int) -> list[int]:
    """Return the fold, 0 to `count` - 1, of every text: families stay together, labels are dealt evenly."""
    fold = [0] * len(texts)
    dealt: dict[str, int] = defaultdict(int)
    for family in families(texts, labels):
        label = labels[family[0]]
        for row in family:
            fold[row] = dealt[label] % count
        dealt[label] += 1
    return fold


def _pairs(features: Mapping[str, float]) -> frozenset[str]:
    """Return the pairs of neighbouring characters among the features of a text."""
    return frozenset(name for name in features if name[0] == "c" and len(name) == 3)


def _grouped(rows: Sequence[int], pairs: Mapping[int, frozenset[str]]) -> list[list[int]]:
    root = {row: row for row in rows}

    def find(row: int) -> int:
        while root[row] != row:
            row = root[row]
        return row

    for place, one in enumerate(rows):
        for other in rows[:place]:
            union = len(pairs[one] | pairs[other])
            if union and len(pairs[one] & pairs[other]) / union >= ALIKE:
                root[find(one)] = find(other)
    grouped: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        grouped[find(row)].append(row)
    return list(grouped.values())


def _shuffled(features: Mapping[str, float]) -> str:
    return hashlib.sha256("\n".join(sorted(features)).encode()).hexdigest()
