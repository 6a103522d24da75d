"""Locks in Redis, for several processes: only where one is named is it imported."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.asyncio.lock import Lock
from redis.exceptions import LockError, RedisError

from legalbot.serving.locks import ConversationLocks

logger = logging.getLogger(__name__)

LIFETIME = 6.0
"""Seconds after which a lock in Redis ends by itself: a message is answered in five."""
REDIS_SECONDS = 0.5
"""So long Redis may take to answer."""
AWAY_SECONDS = 5.0
"""So long a Redis that did not answer is not asked again."""


class SharedLocks(ConversationLocks):
    """Locks of this process and, behind each, one in Redis, so that other processes wait as well.

    While Redis is away messages are answered all the same: that two processes do not mix their turns in one
    conversation is seen to by the store, only who comes first may then be another.
    """

    def __init__(self, address: str) -> None:
        super().__init__()
        patience = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
        self._redis = Redis.from_url(address, **patience)
        self._away_until = 0.0

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AsyncGenerator[None, None]:
        """Hold the lock of `conversation_id` here and in Redis."""
        async with super().lock(conversation_id):
            held = await self._held(conversation_id)
            try:
                yield
            finally:
                if held is not None:
                    await self._let_go(held)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.close()

    async def _held(self, conversation_id: str) -> Lock | None:
        """Return the lock in Redis, or None where Redis is away or another process keeps it too long."""
        if time.monotonic() < self._away_until:
            return None
        lock = self._redis.lock(
            f"legalbot:{conversation_id}", timeout=LIFETIME, sleep=0.02, blocking_timeout=LIFETIME
        )
        try:
            return lock if await lock.acquire() else None
        except (RedisError, OSError):
            self._missed()
            return None

    async def _let_go(self, lock: Lock) -> None:
        try:
            await lock.release()
        except LockError:
            logger.warning("a conversation was held longer than %s seconds", LIFETIME)
        except (RedisError, OSError):
            self._missed()

    def _missed(self) -> None:
        logger.warning("Redis does not answer; going on without it for %s seconds", AWAY_SECONDS)
        self._away_until = time.monotonic() + AWAY_SECONDS
