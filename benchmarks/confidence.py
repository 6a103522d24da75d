"""Draw the curve of confidence: what each threshold costs, on utterances whose family was not trained on.

    python -m benchmarks.confidence [--out docs]

All of data/nlu is read by models that never saw the utterance nor a sister of it (cross-validation by
families), decided on as the bot would, and counted by threshold. Writes confidence.md and confidence.svg.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib as mpl
import numpy as np

from benchmarks.understanding import Utterance, turn, utterances
from legalbot import dialogue
from legalbot.dialogue import Reply, Turn, decide
from legalbot.nlu.components import reader
from legalbot.nlu.families import folds
from legalbot.nlu.training import calibrated, fit
from legalbot.nlu.understanding import read
from legalbot.paths import ROOT

FOLDS = 5
HARM = {
    "told right": 0.0,
    "named first, right": 1.0,
    "asked back": 2.5,
    "named first, wrong": 4.0,
    "told wrong": 10.0,
}
"""What each way of ending costs a citizen. A wrong figure told as if it were certain harms most; told below
the question that it answers, its reader can see that it is another's; a needless question costs a click."""
THRESHOLDS = tuple(round(float(value), 2) for value in np.arange(0.5, 0.99, 0.02))
SILENT = ("move", "chat", "screen")
"""Groups whose handling does not depend on the threshold."""


@dataclass(frozen=True)
class Point:
    """How all utterances end with one pair of thresholds, as counts by the names of `HARM`."""

    sure: float
    clarify: float
    ends: Counter[str]
    asked: int
    total: int

    @property
    def harm(self) -> float:
        """Mean harm of an utterance."""
        return sum(HARM[end] * count for end, count in self.ends.items() if end in HARM) / self.total

    def cells(self) -> list[str]:
        """Return the cells of the table: shares of the questions for a fact, or of all utterances."""
        asked = [
            f"{self.ends[end] / self.asked:.1%}" for end in ("told right", "named first, right", "asked back")
        ]
        every = [f"{self.ends[end] / self.total:.2%}" for end in ("told wrong", "named first, wrong")]
        return [f"{self.sure:.2f}", f"{self.clarify:.2f}", *asked, *every, f"{self.harm:.3f}"]


def unseen_turns(asked: Sequence[Utterance]) -> list[tuple[str, Turn]]:
    """Return each utterance's intent and how a model that was trained without its family reads it."""
    texts, labels = [read(text) for _, text in asked], np.asarray([intent for intent, _ in asked])
    fold = np.asarray(folds(texts, labels.tolist(), FOLDS))
    found = []
    for number in range(FOLDS):
        rows = np.flatnonzero(fold != number)
        part = fit([texts[row] for row in rows], labels[rows])
        found.append((number, part))
    sure = calibrated(
        [
            (part, texts[row], str(labels[row]))
            for number, part in found
            for row in np.flatnonzero(fold == number)
        ]
    )
    readers = {number: reader(replace(part, calibration=sure), part, {}) for number, part in found}
    return [(intent, turn(readers[number], text)) for (intent, text), number in zip(asked, fold, strict=True)]


def end_of(intent: str, asked: Turn, reply: Reply) -> str:
    """Return how a turn ended, as one of `HARM`, or `routed` where no fact was told."""
    right = any(ask.intent == intent for ask in asked.asks)
    if reply.outcome in ("answered", "answered_partly"):
        return "told right" if right else "told wrong"
    if reply.outcome != "clarify":
        return "routed"
    if not reply.cites:
        return "asked back"
    return "named first, right" if right else "named first, wrong"


def sweep(turns: Sequence[tuple[str, Turn]], pairs: Iterable[tuple[float, float]]) -> list[Point]:
    """Return how the turns end with each pair of thresholds."""
    kept = dialogue.SURE, dialogue.CLARIFY
    points = []
    for sure, clarify in pairs:
        dialogue.SURE, dialogue.CLARIFY = sure, clarify
        ends = Counter(end_of(intent, asked, decide(asked)) for intent, asked in turns)
        questions = sum(intent.startswith("ask/") for intent, _ in turns)
        points.append(Point(sure, clarify, ends, questions, len(turns)))
    dialogue.SURE, dialogue.CLARIFY = kept
    return points


def draw(points: Sequence[Point], chosen: float, path: Path) -> None:
    """Write the curve as a picture: share told outright and right, against wrong facts told."""
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "12348"
    from matplotlib import pyplot as plt  # noqa: PLC0415 - only after the backend is chosen

    figure, axis = plt.subplots(figsize=(7, 4))
    wrong = [100 * point.ends["told wrong"] / point.total for point in points]
    right = [100 * point.ends["told right"] / point.asked for point in points]
    axis.plot(wrong, right, marker="o", markersize=3)
    for point, x, y in list(zip(points, wrong, right, strict=True))[::2]:
        axis.annotate(f"{point.sure:.2f}", (x, y), textcoords="offset points", xytext=(4, -9), fontsize=7)
    index = min(range(len(points)), key=lambda i: abs(points[i].sure - chosen))
    axis.plot(
        wrong[index], right[index], marker="*", markersize=12, color="tab:red", label=f"chosen: {chosen}"
    )
    axis.set_xlabel("wrong fact told outright, % of all utterances")
    axis.set_ylabel("right fact told outright, % of questions")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def table(points: Sequence[Point]) -> list[str]:
    """Return the rows of a Markdown table."""
    head = [
        "sure",
        "clarify",
        "told outright, right",
        "question named first, right",
        "asked back",
        "wrong, told outright",
        "wrong, named first",
        "harm",
    ]
    return [
        "| " + " | ".join(row) + " |"
        for row in (head, ["---:"] * len(head), *(point.cells() for point in points))
    ]


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument(
        "--out", type=Path, default=ROOT / "docs", help="folder for the table and the picture"
    )
    folder = parser.parse_args().out
    turns = [(intent, asked) for intent, asked in unseen_turns(utterances()) if not intent.startswith(SILENT)]
    curve = sweep(turns, [(sure, dialogue.CLARIFY) for sure in THRESHOLDS])
    lower = sweep(turns, [(dialogue.SURE, clarify) for clarify in THRESHOLDS if clarify <= dialogue.SURE])
    best = min(curve, key=lambda point: point.harm)
    harms = ", ".join(f"{end} {harm:g}" for end, harm in HARM.items())
    text = [
        "# Confidence",
        "",
        "How the thresholds of `legalbot/dialogue.py` were chosen: on utterances of `data/nlu`, read by",
        "models that saw neither them nor a sister of them, by what each ending costs a citizen.",
        f"Made by `make curve` from {len(turns)} utterances. Harm: {harms}.",
        "",
        f"In use: sure {dialogue.SURE}, clarify {dialogue.CLARIFY}. Least harm here: sure {best.sure}.",
        "",
        "![the curve](confidence.svg)",
        "",
        *table(curve),
        "",
        "The lower threshold, below which the bot asks back:",
        "",
        *table(lower),
        "",
    ]
    draw(curve, dialogue.SURE, folder / "confidence.svg")
    (folder / "confidence.md").write_text("\n".join(text), "utf8")
    print("\n".join(text))


if __name__ == "__main__":
    main()
