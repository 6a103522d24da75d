"""Between the channels and the agent: whatever happens inside, a person gets an answer, and soon.

Too many messages at once, or too many of one sender, get a quick and honest refusal, so that what is in work
is finished. Every message ends in one outcome, and is counted.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from cachetools import LRUCache
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from legalbot.dialogue import Reply, busy, sorry, too_fast
from legalbot.serving import metrics
from legalbot.serving.agent import check_answering
from legalbot.serving.limits import RateLimit
from legalbot.serving.store import ConversationMovedError, ConversationStore

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
"""A message is answered within this time, or the person is told that it could not be."""
AT_ONCE = 200
"""So many messages are in work at once; at a few milliseconds each the last of them waits about a second."""
STRANGERS = 0.75
"""So much of that is for senders not answered before: a flood of invented ones leaves room for others."""
REMEMBERED = 50_000
"""So many senders who were answered are remembered."""
AT_ONCE_OF_ONE = 5
"""So many messages of one sender wait for each other."""
URGENT = ("emergency", "scam")
"""Outcomes whose reply is given even where it could not be kept: a number to call waits for no disk."""
TRIES = 3
"""So often a message is answered anew because another process had gone on with its conversation."""


class Responder:
    """Stands where Rasa's channels expect the agent, and never lets a message go without an answer."""

    def __init__(
        self,
        agent: Agent,
        store: ConversationStore,
        *,
        seconds: float = ANSWER_SECONDS,
        at_once: int = AT_ONCE,
        rate: RateLimit | None = None,
    ) -> None:
        self.agent = agent
        self._store = store
        self._seconds = seconds
        self._at_once = at_once
        self._rate = rate
        self._answered_before: LRUCache[str, bool] = LRUCache(REMEMBERED)
        self._in_work: Counter[str] = Counter()
        self._all = 0

    async def handle_message(self, message: UserMessage) -> None:
        """Answer `message` on its output channel; a failure is logged without what was typed."""
        start = time.perf_counter()
        refusal = self._refusal(message.sender_id)
        if refusal is not None:
            await _send(message, refusal)
            metrics.count(message.input_channel, refusal.outcome, time.perf_counter() - start)
            return
        with self._working_for(message.sender_id):
            outcome = await self._answered(message)
        self._answered_before[message.sender_id] = True
        metrics.count(message.input_channel, outcome, time.perf_counter() - start)

    async def check(self) -> None:
        """Raise unless a real question is answered and the store can be written.

        Raises:
            NotAnsweringError: the answer is another one, or none.
            Exception: whatever the database says.
        """
        sender = f"self-check-{uuid.uuid4().hex}"
        await asyncio.wait_for(self._store.check(), self._seconds)
        try:
            await asyncio.wait_for(check_answering(self.agent, sender), self._seconds)
        finally:
            await asyncio.wait_for(self._store.forget(sender), self._seconds)

    @contextmanager
    def _working_for(self, sender: str) -> Iterator[None]:
        self._in_work[sender] += 1
        self._all += 1
        with metrics.IN_WORK.track_inprogress():
            try:
                yield
            finally:
                self._all -= 1
                self._in_work[sender] -= 1
                if not self._in_work[sender]:
                    del self._in_work[sender]

    def _refusal(self, sender: str) -> Reply | None:
        if self._in_work[sender] >= AT_ONCE_OF_ONE or (self._rate and not self._rate.allows(sender)):
            return too_fast()
        room = self._at_once if sender in self._answered_before else self._at_once * STRANGERS
        return busy() if self._all >= room else None

    async def _answered(self, message: UserMessage) -> str:
        """Answer a message, or say that it could not be; return the outcome."""
        try:
            await asyncio.wait_for(self._until_it_fits(message), self._seconds)
        except asyncio.TimeoutError:
            metrics.failed("timeout")
            logger.error("a message was not answered within %s seconds", self._seconds)
        except Exception as error:
            metrics.failed(type(error).__name__)
            logger.exception("a message could not be answered")
        else:
            if _collected(message) != []:
                return _outcome(message)
            metrics.failed("silence")
            logger.error("a message got no answer")
        said = _collected(message)
        if not said or _outcome(message) not in URGENT:
            if said:
                said.clear()
            await _send(message, sorry())
        return sorry().outcome

    async def _until_it_fits(self, message: UserMessage) -> None:
        for tried in range(1, TRIES + 1):
            try:
                await self.agent.handle_message(message)
            except ConversationMovedError:
                if tried == TRIES or _collected(message) is None:
                    raise
                message.output_channel.messages.clear()
            else:
                return


async def _send(message: UserMessage, reply: Reply) -> None:
    parts = {"says": list(reply.says), "cites": [], "outcome": reply.outcome}
    await message.output_channel.send_response(message.sender_id, {"text": reply.text, "parts": parts})


def _collected(message: UserMessage) -> list[dict[str, object]] | None:
    """Return what was said to a channel that collects answers, None for one that sends them at once."""
    channel = message.output_channel
    return channel.messages if isinstance(channel, CollectingOutputChannel) else None


def _outcome(message: UserMessage) -> str:
    """Return the outcome that the reply carries, where its channel keeps parts."""
    for said in _collected(message) or []:
        parts = said.get("custom")
        if isinstance(parts, dict) and "outcome" in parts:
            return str(parts["outcome"])
    return "unknown"
