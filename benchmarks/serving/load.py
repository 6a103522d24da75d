"""What is measured of a running system, from outside, by the same client for all."""

from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from benchmarks.serving.systems import System, memory

TURNS = (1, 50, 200)
AROUND = 2
"""A turn's cost is the median over it and so many neighbours on each side, in all long conversations."""
PATIENCE = 300


@dataclass(frozen=True)
class Latencies:
    """One pass of questions: how many were answered a second, and how long each took, in milliseconds."""

    per_second: float
    median: float
    p99: float
    unanswered: int


@dataclass(frozen=True)
class Measured:
    """All figures of a system: seconds, milliseconds, megabytes (PSS of all its processes)."""

    start: float
    sequential: Latencies
    at_once: Latencies
    turns: dict[int, float]
    memory: float


async def measure(system: System, questions: Sequence[str], conversations: int) -> Measured:
    """Start `system`, ask it the `questions` in every way, and return what was measured."""
    begun = time.perf_counter()
    with system.running() as processes:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE)) as session:
            client = _Client(system, session)
            await client.first_answer(questions[0])
            start = time.perf_counter() - begun
            for question in questions[:30]:
                await client.ask(question, uuid.uuid4().hex)
            sequential = await _pass(client, questions, 1)
            at_once = await _pass(client, questions, 16)
            turns = await _long(client, questions, conversations)
        return Measured(start, sequential, at_once, turns, memory(processes))


class _Client:
    def __init__(self, system: System, session: aiohttp.ClientSession) -> None:
        self._system = system
        self._session = session

    async def ask(self, question: str, sender: str) -> bool:
        """Return whether there was an answer."""
        body = {"sender": sender, "message": self._system.says(question)}
        async with self._session.post(self._system.address, json=body) as response:
            return response.status == 200 and bool(await response.json())

    async def first_answer(self, question: str) -> None:
        deadline = time.perf_counter() + PATIENCE
        while time.perf_counter() < deadline:
            try:
                if await self.ask(question, uuid.uuid4().hex):
                    return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{self._system.name} gave no answer; see {self._system.folder / 'log'}")


async def _pass(client: _Client, questions: Sequence[str], at_once: int) -> Latencies:
    """Ask each question in a new conversation, so many at a time."""
    waiting, seconds, unanswered = iter(questions), [], 0

    async def worker() -> None:
        nonlocal unanswered
        for question in waiting:
            begun = time.perf_counter()
            unanswered += not await client.ask(question, uuid.uuid4().hex)
            seconds.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    took = time.perf_counter() - begun
    ordered = sorted(1000 * one for one in seconds)
    return Latencies(
        len(ordered) / took, statistics.median(ordered), ordered[int(0.99 * len(ordered))], unanswered
    )


async def _long(client: _Client, questions: Sequence[str], conversations: int) -> dict[int, float]:
    """Return the cost of some turns of long conversations, in milliseconds."""
    cost: dict[int, list[float]] = {turn: [] for turn in TURNS}
    for number in range(conversations):
        sender = uuid.uuid4().hex
        for turn in range(1, TURNS[-1] + AROUND + 1):
            question = questions[(number * 211 + turn) % len(questions)]
            begun = time.perf_counter()
            await client.ask(question, sender)
            took = 1000 * (time.perf_counter() - begun)
            for near, found in cost.items():
                if abs(turn - near) <= AROUND:
                    found.append(took)
    return {turn: statistics.median(found) for turn, found in cost.items()}
