"""Measure what is understood, on utterances never trained on, ours beside Rasa's stock pipeline.

    python -m benchmarks.understanding [--stock] [--epochs N] [--out docs/understanding.md]

The utterances of data/nlu are put into families (texts that share most of their character pairs), and
every tenth family is kept out of training, in both pipelines. The unseen questions of tests/questions
are measured besides. Figures are shares; `wrong fact` is an answer with another fact than the one asked
for, or with any fact where none was asked for, among all messages of the set.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ruamel.yaml import YAML

from legalbot.dialogue import Ask, Turn, decide
from legalbot.nlu.components import reader
from legalbot.nlu.families import folds
from legalbot.nlu.training import train
from legalbot.nlu.understanding import Understander, bare, read
from legalbot.paths import DATA, ROOT
from legalbot.text import normalise

Utterance = tuple[str, str]
"""A full intent and a text."""
Judged = tuple[str, str, str]
"""A full intent, the outcome (a group where the stock pipeline is judged) and the intent understood."""

KEPT_OUT = 10
STOCK = """
recipe: default.v1
language: zh
assistant_id: stock
pipeline:
  - name: JiebaTokenizer
  - name: CountVectorsFeaturizer
  - name: CountVectorsFeaturizer
    analyzer: char_wb
    min_ngram: 1
    max_ngram: 4
  - name: DIETClassifier
    epochs: {epochs}
    entity_recognition: false
    constrain_similarities: true
  - name: FallbackClassifier
    threshold: 0.3
    ambiguity_threshold: 0.1
policies:
  - name: RulePolicy
"""


def utterances() -> list[Utterance]:
    """Return every training utterance that is no half sentence."""
    found = []
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for entry in YAML(typ="safe").load(path.read_text("utf8"))["nlu"]:
            if not entry["intent"].startswith("follow/"):
                lines = entry["examples"].splitlines()
                found += [
                    (entry["intent"], line.removeprefix("- ").strip()) for line in lines if line.strip()
                ]
    return found


def unseen() -> list[Utterance]:
    """Return the questions that were written to measure with."""
    files = sorted((ROOT / "tests" / "questions").glob("*.yml"))
    contents = [YAML(typ="safe").load(path.read_text("utf8")) for path in files]
    return [(key, str(q)) for content in contents for key, asked in content.items() for q in asked]


def split(all_of_them: Sequence[Utterance]) -> tuple[list[Utterance], list[Utterance]]:
    """Return training utterances and kept-out ones; a family stands on one side only."""
    fold = folds([read(text) for _, text in all_of_them], [intent for intent, _ in all_of_them], KEPT_OUT)
    kept, out = [], []
    for number, utterance in zip(fold, all_of_them, strict=True):
        (kept if number else out).append(utterance)
    return kept, out


def ours(kept: Sequence[Utterance]) -> Callable[[str], tuple[str, str]]:
    """Train our reader; return what tells outcome and intent of a text."""
    model = train([read(text) for _, text in kept], [intent for intent, _ in kept])
    exact = {bare(normalise(text)): intent for intent, text in kept}
    understander: Understander = reader(model, model, exact)

    def judge(text: str) -> tuple[str, str]:
        read_as = turn(understander, text)
        return decide(read_as).outcome, read_as.asks[0].intent if read_as.asks else ""

    return judge


def turn(understander: Understander, text: str) -> Turn:
    """Return a text as the first turn of a conversation."""
    found = understander.understand(text)
    asks, ranking = (
        [Ask(c.intent, c.confidence, c.piece) for c in candidates]
        for candidates in (found.asks, found.ranking)
    )
    return Turn(text, asks, ranking, unread=found.unread, named=found.named, danger=found.danger)


def stock(kept: Sequence[Utterance], epochs: int) -> Callable[[str], tuple[str, str]]:
    """Train Rasa's usual Chinese pipeline on the same utterances, one intent each."""
    folder = Path(tempfile.mkdtemp())
    by_intent: dict[str, list[str]] = defaultdict(list)
    for intent, text in kept:
        by_intent[intent.replace("/", "__")].append(text)
    lines = ['version: "3.1"', "nlu:"]
    for name, texts in by_intent.items():
        lines += [f"- intent: {name}", "  examples: |", *(f"    - {text}" for text in texts)]
    (folder / "nlu.yml").write_text("\n".join(lines) + "\n", "utf8")
    (folder / "config.yml").write_text(STOCK.format(epochs=epochs), "utf8")
    command = [
        sys.executable,
        "-m",
        "rasa",
        "train",
        "nlu",
        "--nlu",
        "nlu.yml",
        "--fixed-model-name",
        "stock",
    ]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    from rasa.core.agent import Agent  # noqa: PLC0415 - with TensorFlow, only where it is wanted

    agent = Agent.load(str(folder / "models" / "stock.tar.gz"))

    def judge(text: str) -> tuple[str, str]:
        parsed = asyncio.run(agent.parse_message(normalise(text) or "。"))
        intent = parsed["intent"]["name"].replace("__", "/")
        return OUTCOME.get(intent.partition("/")[0], "not_understood"), intent

    return judge


OUTCOME = {
    "ask": "answered",
    "near": "not_in_report",
    "matter": "legal_matter",
    "alarm": "emergency",
    "scam": "scam",
    "agency": "other_agency",
    "chat": "smalltalk",
    "outside": "out_of_scope",
}
ABOUT = (
    "# What is understood",
    "",
    "Made by `make understanding`: both pipelines are trained on the same utterances in the same run. Kept",
    "out is a tenth of all families of utterances (texts that share most of their character pairs); the",
    "unseen questions are those of `tests/questions`, by people who saw no training data. A right fact is",
    "told outright, or named first where it is not certain, which the stock pipeline does not do.",
    "",
)
TELLS_A_FACT = ("answered", "answered_partly", "clarify")
OUT_OF_SCOPE = ("near", "matter", "agency", "outside", "alarm", "scam")


def figures(judged: Sequence[Judged]) -> dict[str, str]:
    """Return the shares of one set by their names."""
    group = [intent.partition("/")[0] for intent, _, _ in judged]
    asked = [j for j, g in zip(judged, group, strict=True) if g == "ask"]
    foreign = [j for j, g in zip(judged, group, strict=True) if g in OUT_OF_SCOPE]
    alarms = [j for j, g in zip(judged, group, strict=True) if g == "alarm"]
    calm = [j for j, g in zip(judged, group, strict=True) if g != "alarm"]
    return {
        "in scope, right fact": share(found == intent for intent, _, found in asked),
        "out of scope, recognised": share(outcome not in TELLS_A_FACT for _, outcome, _ in foreign),
        "wrong fact told outright": share(
            outcome == "answered" and found != intent for intent, outcome, found in judged
        ),
        "alarm missed": share(outcome != "emergency" for _, outcome, _ in alarms),
        "alarm without danger": share(outcome == "emergency" for _, outcome, _ in calm),
        "messages": str(len(judged)),
    }


def share(hits: Iterable[bool]) -> str:
    """Return the share of hits in per cent."""
    counted = Counter(hits)
    return f"{counted[True] / max(1, counted.total()):.1%}"


def measure(
    name: str, judge: Callable[[str], tuple[str, str]], sets: dict[str, list[Utterance]]
) -> list[str]:
    """Return the table rows of one pipeline, one a set."""
    rows = []
    for label, texts in sets.items():
        start = time.perf_counter()
        judged = [(intent, *judge(text)) for intent, text in texts]
        each = (time.perf_counter() - start) / len(texts)
        cells = [name, label, *figures(judged).values(), f"{each * 1000:.1f} ms"]
        rows.append("| " + " | ".join(cells) + " |")
    return rows


def main() -> None:
    """Train, measure, print the table and write it where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--stock", action="store_true", help="train and measure Rasa's stock pipeline too")
    parser.add_argument("--epochs", type=int, default=15, help="epochs of DIET")
    parser.add_argument("--out", type=Path, help="write the table here")
    options = parser.parse_args()
    kept, out = split(utterances())
    sets = {"families kept out": out, "unseen questions": unseen()}
    head = ["pipeline", "set", *figures([("ask/x", "answered", "ask/x")]), "each"]
    table = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    start = time.perf_counter()
    judge = ours(kept)
    print(f"ours: trained on {len(kept)} utterances in {time.perf_counter() - start:.0f} s", flush=True)
    table += measure("ours", judge, sets)
    if options.stock:
        start = time.perf_counter()
        judge = stock(kept, options.epochs)
        print(f"stock: trained in {time.perf_counter() - start:.0f} s", flush=True)
        table += measure(f"stock (DIET, {options.epochs} epochs)", judge, sets)
    print("\n".join(table))
    if options.out:
        options.out.write_text("\n".join([*ABOUT, *table, ""]), "utf8")


if __name__ == "__main__":
    main()
