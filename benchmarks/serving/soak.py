"""`make soak`: very many messages to one process, and what its memory does meanwhile.

    python -m benchmarks.serving.soak [--messages N] [--out FOLDER]

People come, ask one to twenty questions that nobody trained on, and go; some come back later, when their
conversation is no longer in memory. Sixteen of them write at a time.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp
import matplotlib
import numpy as np
import psutil

from benchmarks.serving import systems
from benchmarks.understanding import unseen
from legalbot.paths import ROOT

matplotlib.use("Agg")

from matplotlib import pyplot as plt

SEED = 12348
AT_ONCE = 16
MOST_QUESTIONS = 20
COMES_BACK = 0.25
"""So many of those who come were there before."""
SAMPLES = 200
WARM = 0.1
"""After this share of the messages the process is warm: memory is compared from there on."""


@dataclass
class Soak:
    """What was seen: (messages, megabytes) over time, how the messages ended, and the seconds of it all."""

    memory: list[tuple[int, float]] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    people: int = 0
    seconds: float = 0.0
    stored: float = 0.0

    @property
    def warm(self) -> list[float]:
        """Megabytes of the samples after warm-up."""
        return [memory for messages, memory in self.memory if messages >= WARM * self.memory[-1][0]]

    @property
    def growth(self) -> float:
        """Megabytes in 100,000 messages: the slope of the line through the second half of the samples."""
        messages, memory = zip(*self.memory[len(self.memory) // 2 :], strict=True)
        return float(np.polyfit(messages, memory, 1)[0]) * 100_000


def main() -> None:
    """Send the messages and write what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(_soaked(systems.ours(Path(folder)), options.messages))
    write(seen, options.out)


async def _soaked(system: systems.System, messages: int) -> Soak:
    seen, coming = Soak(), people(messages, [text for _, text in unseen()])
    with system.running() as processes:
        async with aiohttp.ClientSession() as session:
            await started(session, system)
            begun = time.perf_counter()
            ask = partial(asked, session, system)
            sampled = partial(_sampled, seen, processes, max(messages // SAMPLES, 1))
            await asyncio.gather(*(_talks(ask, coming, seen, sampled) for _ in range(AT_ONCE)))
        seen.seconds = time.perf_counter() - begun
        seen.stored = sum(file.stat().st_size for file in system.folder.glob("ours.sqlite*")) / 1e6
    return seen


def people(messages: int, questions: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield who comes and what they ask, until there are enough messages."""
    chance = random.Random(SEED)  # noqa: S311
    known = 0
    while messages > 0:
        back = known and chance.random() < COMES_BACK
        number = chance.randrange(known) if back else known
        known += not back
        asked = chance.choices(questions, k=min(chance.randint(1, MOST_QUESTIONS), messages))
        messages -= len(asked)
        yield f"person-{number}", asked


async def _talks(
    ask: Callable[[str, str], Awaitable[str]],
    coming: Iterator[tuple[str, list[str]]],
    seen: Soak,
    sampled: Callable[[], None],
) -> None:
    for person, questions in coming:
        seen.people += 1
        for question in questions:
            seen.outcomes[await ask(person, question)] += 1
            sampled()


def _sampled(seen: Soak, processes: Sequence[psutil.Process], every: int) -> None:
    if seen.outcomes.total() % every == 0:
        seen.memory.append((seen.outcomes.total(), systems.memory(processes)))


async def asked(session: aiohttp.ClientSession, system: systems.System, person: str, question: str) -> str:
    """Ask one question and return the outcome."""
    async with session.post(system.address, json={"sender": person, "message": question}) as response:
        return str((await response.json())[0]["custom"]["outcome"])


async def started(session: aiohttp.ClientSession, system: systems.System) -> None:
    """Wait until the system answers."""
    while True:
        try:
            await asked(session, system, "first", "12348收费吗")
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
        else:
            return


def write(seen: Soak, folder: Path) -> None:
    """Write `soak.md` and `soak.svg` into `folder`."""
    total = seen.outcomes.total()
    failed = sum(seen.outcomes[outcome] for outcome in ("error", "busy", "too_fast"))
    text = (
        "# A long run\n\n"
        f"`make soak`: {total:,} messages of {seen.people:,} visits, {AT_ONCE} at once, to one process in "
        f"{seen.seconds / 60:.0f} minutes ({total / seen.seconds:.0f} a second); {failed} were not answered. "
        f"The database holds {seen.stored:.0f} MB afterwards.\n\n"
        f"Memory (PSS) after the first {WARM:.0%} of the messages: {min(seen.warm):.0f} MB at the least, "
        f"{max(seen.warm):.0f} MB at the most. The line through the second half: {seen.growth:+.1f} MB in "
        "100,000 messages.\n\n"
        "![memory over the messages](soak.svg)\n"
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "soak.md").write_text(text, "utf8")
    _picture(seen, folder / "soak.svg")
    print(text, dict(seen.outcomes))


def _picture(seen: Soak, path: Path) -> None:
    figure, axis = plt.subplots(figsize=(9, 3.5))
    axis.plot(*zip(*seen.memory, strict=True), color="#1a6840")
    axis.set_ylim(bottom=0)
    axis.set_xlabel("messages")
    axis.set_ylabel("memory (PSS), MB")
    axis.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
