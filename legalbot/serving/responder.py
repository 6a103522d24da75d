"""Between the channels and the agent: whatever happens inside, a person gets an answer, and soon."""

from __future__ import annotations

import asyncio
import logging

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from legalbot.dialogue import sorry
from legalbot.serving.agent import SELF_CHECK, check_answering
from legalbot.serving.store import ConversationStore

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
"""A message is answered within this time, or the person is told that it could not be."""


class Responder:
    """Stands where Rasa's channels expect the agent, and never lets a message go without an answer."""

    def __init__(self, agent: Agent, store: ConversationStore, seconds: float = ANSWER_SECONDS) -> None:
        self.agent = agent
        self._store = store
        self._seconds = seconds

    async def handle_message(self, message: UserMessage) -> None:
        """Answer `message` on its output channel; a failure is logged without what was typed."""
        try:
            await asyncio.wait_for(self.agent.handle_message(message), self._seconds)
        except asyncio.TimeoutError:
            logger.error("a message was not answered within %s seconds", self._seconds)
        except Exception:
            logger.exception("a message could not be answered")
        else:
            if _collected(message) != []:
                return
            logger.error("a message got no answer")
        if not _collected(message):
            await message.output_channel.send_text_message(message.sender_id, sorry().text)

    async def check(self) -> None:
        """Raise unless a real question is answered and the store can be read.

        Raises:
            NotAnsweringError: the answer is another one, or none.
            Exception: whatever the database says.
        """
        await self._store.check()
        await asyncio.wait_for(check_answering(self.agent), self._seconds)
        await self._store.forget(SELF_CHECK)


def _collected(message: UserMessage) -> list[object] | None:
    """Return what was said to a channel that collects answers, None for one that sends them at once."""
    channel = message.output_channel
    return channel.messages if isinstance(channel, CollectingOutputChannel) else None
