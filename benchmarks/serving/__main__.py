"""`make bench`: one run, one table and one picture with ratios.

    python -m benchmarks.serving [--questions N] [--epochs N] [--only NAME …] [--out FOLDER]

All systems run one after another on this machine and answer the same questions, which nobody trained on.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.serving import systems
from benchmarks.serving.load import Measured, measure
from benchmarks.serving.report import write
from benchmarks.understanding import unseen
from legalbot.paths import ROOT

SEED = 12348


def main() -> None:
    """Measure what is asked for and write the table and the picture."""
    options = _options()
    questions = [text for _, text in unseen()]
    questions = random.Random(SEED).sample(questions, min(options.questions, len(questions)))  # noqa: S311
    makers: dict[str, Callable[[Path], systems.System]] = {
        "ours": systems.ours,
        "stock": systems.stock_same_model,
        "usual": lambda folder: systems.stock_usual(folder, options.epochs),
        "floor": systems.floor,
    }
    found: list[tuple[systems.System, Measured]] = []
    for name in options.only or makers:
        with tempfile.TemporaryDirectory() as folder:
            system = makers[name](Path(folder))
            print(f"measuring {system.name} …", flush=True)
            measured = asyncio.run(measure(system, questions, options.conversations))
            print(f"  {measured}", flush=True)
            found.append((system, measured))
    trained = systems.train_ours() if not options.only else None
    for system, _ in found:
        if system.name in ("ours", "stock, same model"):
            system.training = trained
    write(found, len(questions), options.out)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument(
        "--epochs", type=int, default=3, help="of DIET and TED; what they cost to answer is the same"
    )
    parser.add_argument("--conversations", type=int, default=5, help="of 200 turns")
    parser.add_argument("--only", nargs="*", choices=("ours", "stock", "usual", "floor"))
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
