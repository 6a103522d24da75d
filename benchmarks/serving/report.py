"""The table and the picture of a run of `make bench`."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import psutil

from benchmarks.serving.load import Measured
from benchmarks.serving.systems import System

matplotlib.use("Agg")

from matplotlib import pyplot as plt

Found = Sequence[tuple[System, Measured]]


@dataclass(frozen=True)
class Row:
    """A line of the table: what is measured, in which unit, and whether more is better."""

    name: str
    unit: str
    value: Callable[[Measured], float]
    more_is_better: bool = False


ROWS = (
    Row("throughput, one at a time", "/s", lambda m: m.sequential.per_second, True),
    Row("throughput, 16 at once", "/s", lambda m: m.at_once.per_second, True),
    Row("median, one at a time", "ms", lambda m: m.sequential.median),
    Row("p99, one at a time", "ms", lambda m: m.sequential.p99),
    Row("median, 16 at once", "ms", lambda m: m.at_once.median),
    Row("p99, 16 at once", "ms", lambda m: m.at_once.p99),
    Row("1st turn of a conversation", "ms", lambda m: m.turns[1]),
    Row("50th turn", "ms", lambda m: m.turns[50]),
    Row("200th turn", "ms", lambda m: m.turns[200]),
    Row("start to first answer", "s", lambda m: m.start),
    Row("memory (PSS, all processes)", "MB", lambda m: m.memory),
)


def write(found: Found, questions: int, folder: Path) -> None:
    """Write `serving.md` and `serving.svg` into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "serving.md").write_text(_text(found, questions), "utf8")
    _picture(found, folder / "serving.svg")
    print((folder / "serving.md").read_text("utf8"))


def _text(found: Found, questions: int) -> str:
    names = [system.name for system, _ in found]
    lines = [
        "# How many people it serves",
        "",
        f"`make bench`: all systems one after another on one machine ({psutil.cpu_count()} cores, "
        f"Python {platform.python_version()}), the same {questions} questions, "
        "which no system was trained on, each over HTTP. In brackets: ours against that system.",
        "",
        "| | " + " | ".join(names) + " |",
        "|---|" + "---|" * len(names),
    ]
    lines += [_line(row, found) for row in ROWS]
    lines += [
        "| 200th turn against the 1st | "
        + " | ".join(f"{measured.turns[200] / measured.turns[1]:.2f}" for _, measured in found)
        + " |",
        "| training, s | " + " | ".join(_seconds(system.training) for system, _ in found) + " |",
        "| questions without an answer | "
        + " | ".join(str(m.sequential.unanswered + m.at_once.unanswered) for _, m in found)
        + " |",
        "",
        "![the table as a picture](serving.svg)",
        "",
    ]
    return "\n".join(lines)


def _line(row: Row, found: Found) -> str:
    own = row.value(found[0][1])
    cells = [f"{own:.1f}"]
    for _, measured in found[1:]:
        value = row.value(measured)
        cells.append(f"{value:.1f} ({own / value:.2f})")
    return f"| {row.name}, {row.unit} | " + " | ".join(cells) + " |"


def _seconds(training: float | None) -> str:
    return "not measured" if training is None else f"{training:.0f}"


def _picture(found: Found, path: Path) -> None:
    figure, axes = plt.subplots(3, 4, figsize=(13, 7.5))
    colours = ("#1a6840", "#b0b0b0", "#707070", "#d9d9d9")
    for axis, row in zip(axes.flat, ROWS, strict=False):
        values = [row.value(measured) for _, measured in found]
        bars = axis.bar(range(len(values)), values, color=colours[: len(values)])
        axis.bar_label(bars, [f"{value:.4g}" for value in values], fontsize=8)
        axis.set_title(
            f"{row.name}, {row.unit}" + (" (more is better)" if row.more_is_better else ""), fontsize=9
        )
        axis.set_xticks([])
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(ROWS) :]:
        axis.axis("off")
    figure.legend(bars, [system.name for system, _ in found], loc="lower right", fontsize=10, frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
