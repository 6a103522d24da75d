"""`python -m benchmarks.serving.flood [--senders N]`: what a flood of invented senders does to the others.

Each sender writes once; 300 write at a time, half as many more as are let in. Meanwhile one person, who was
there before, asks again and again.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from benchmarks.serving import systems
from benchmarks.serving.soak import asked, started

QUESTION = "12348收费吗"
AT_ONCE = 300
PAUSE = 0.5
"""Seconds between an answer to the person who was there before and the next question."""


async def flooded(system: systems.System, senders: int) -> str:
    """Flood `system` and return what was seen, in words."""
    with system.running() as processes:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            await started(session, system)
            for _ in range(3):
                await asked(session, system, "neighbour", QUESTION)
            before = systems.memory(processes)
            coming, told, waits = iter(range(senders)), Counter[str](), list[tuple[str, float]]()
            neighbour = asyncio.create_task(_neighbour(session, system, waits))
            begun = time.perf_counter()
            await asyncio.gather(*(_strangers(session, system, coming, told) for _ in range(AT_ONCE)))
            seconds = time.perf_counter() - begun
            neighbour.cancel()
        after = systems.memory(processes)
    took = sorted(1000 * wait for _, wait in waits)
    outcomes = Counter(outcome for outcome, _ in waits)
    return (
        f"{senders:,} invented senders in {seconds:.0f} s: {dict(told)}. Memory (PSS) {before:.0f} MB, "
        f"then {after:.0f} MB. The other person: {dict(outcomes)}, median {statistics.median(took):.0f} ms, "
        f"longest {took[-1]:.0f} ms."
    )


async def _strangers(
    session: aiohttp.ClientSession, system: systems.System, coming: Iterator[int], told: Counter[str]
) -> None:
    for _ in coming:
        told[await asked(session, system, uuid.uuid4().hex, QUESTION)] += 1


async def _neighbour(
    session: aiohttp.ClientSession, system: systems.System, waits: list[tuple[str, float]]
) -> None:
    while True:
        begun = time.perf_counter()
        outcome = await asked(session, system, "neighbour", QUESTION)
        waits.append((outcome, time.perf_counter() - begun))
        await asyncio.sleep(PAUSE)


def main() -> None:
    """Flood a server of our own and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--senders", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(flooded(systems.ours(Path(folder)), options.senders)))


if __name__ == "__main__":
    main()
