"""Each question is answered once and told once, within WeChat's five seconds or as soon as may be after them.

WeChat waits five seconds, then hangs up and brings the same message again, three times in all. A slow answer
is therefore awaited by the repetitions; the last of them is acknowledged, and then the answer is sent by
customer-service message, or told with the person's next message where the account may not send.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from legalbot.channels.wechat import kept
from legalbot.channels.wechat.customer_service import CustomerService
from legalbot.channels.wechat.incoming import Incoming
from legalbot.channels.wechat.kept import Arrival, Delivery
from legalbot.channels.wechat.turns import SUBSCRIBE, Said, Turns, composed
from legalbot.dialogue import sorry
from legalbot.serving.database import Database
from legalbot.serving.locks import ConversationLocks

logger = logging.getLogger(__name__)

REPLY_SECONDS = 4.3
"""An answer that is there by then is the reply; the rest of the five seconds is for the way."""
HANGS_UP_SECONDS = 6.5
"""By then WeChat has hung up, and will bring the message again."""
LAST_DELIVERY = 3
ARRIVE_SECONDS = 3.5
LATE_SECONDS = 60.0
"""So long it is known how often a message could not be noted in time (`ARRIVE_SECONDS`)."""
ALIVE_SECONDS = 1.0
LOOK_SECONDS = 0.15
"""How often another process is looked after, and (`SENDS_LOOK_SECONDS`) an answer that nobody has fetched."""
SENDS_LOOK_SECONDS = 0.5
FORGET_AGAIN_SECONDS = (1, 2, 5, 10, 30, 60, 300, 900, 3600)
"""So long after a failure it is tried again to forget a person; after the last, age deletes what is kept."""
CLOSING_SECONDS = 7.0


Forget = Callable[[str], Awaitable[None]]
"""Deletes all that is kept of a person."""


class UnkeptError(RuntimeError):
    """An answer could not be kept, so nobody can tell it."""


@dataclass
class Work:
    """A message in work in this process: whether its answer is there, and whether that failed."""

    message: Incoming
    done: asyncio.Event = field(default_factory=asyncio.Event)
    failed: bool = False


class Desk:
    """Takes messages and hands out replies, together with the other processes on the same database."""

    def __init__(self, turns: Turns, database: Database, service: CustomerService, forget: Forget) -> None:
        self._turns = turns
        self._database = database
        self._service = service
        self._forget = forget
        self._owner = secrets.token_hex(16)
        self._works: dict[str, Work] = {}
        self._arrivals, self._dialogues = ConversationLocks(), ConversationLocks()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._sending: set[asyncio.Task[Any]] = set()
        self._alive: asyncio.Task[Any] | None = None
        self._late: dict[str, tuple[int, float]] = {}

    async def reply(self, message: Incoming, began: float) -> str | None:
        """Return what to reply to a delivery that came at `began` (monotonic seconds).

        None means that it is told otherwise, or later, and WeChat is only to be thanked.

        Raises:
            UnkeptError, asyncio.TimeoutError, sqlalchemy.exc.SQLAlchemyError: the database is away.
        """
        arrival = await self._arrival(message)
        if arrival is not None and arrival.state == kept.GIVEN:
            return None
        if arrival is not None and await self._is_answered(message.id, began + REPLY_SECONDS):
            return await self._told(message)
        if arrival is not None and arrival.deliveries >= LAST_DELIVERY:
            await self._database.call(kept.acknowledge, message.id)
        else:
            await asyncio.sleep(began + HANGS_UP_SECONDS - time.monotonic())
        return None

    async def _arrival(self, message: Incoming) -> Arrival | None:
        """Note a delivery; None where the database takes so long that WeChat is to come again.

        An apology would be a second answer: what was asked of the database may still begin the work.

        Raises:
            asyncio.TimeoutError: WeChat does not come again, and nothing is in work.
        """
        arriving = self._task(self._arrived(message), self._tasks)
        try:
            return await asyncio.wait_for(asyncio.shield(arriving), ARRIVE_SECONDS)
        except asyncio.TimeoutError:
            now = time.monotonic()
            self._late = {key: late for key, late in self._late.items() if late[1] > now - LATE_SECONDS}
            times = self._late.get(message.id, (0, now))[0] + 1
            self._late[message.id] = (times, now)
            if times < LAST_DELIVERY:
                return None
            if message.id in self._works:
                return Arrival(kept.WORKING, LAST_DELIVERY)
            raise

    async def leave(self, message: Incoming, began: float) -> None:
        """Forget a person behind what is still in work for them; returns in time for WeChat."""
        left = began + REPLY_SECONDS - time.monotonic()
        await asyncio.wait([self._task(self._forgotten(message), self._tasks)], timeout=left)

    async def _forgotten(self, message: Incoming) -> None:
        """Forget a person, however long the database is away: WeChat tells of it only now."""
        for seconds in FORGET_AGAIN_SECONDS:
            try:
                await self._database.call(kept.leave, message.sender, message.at, time.time())
                async with self._dialogues.lock(message.sender):
                    await self._forget(message.sender)
                return
            except Exception:
                logger.exception("somebody who left could not be forgotten yet")
                await asyncio.sleep(seconds)

    async def close(self) -> None:
        """Finish what is in work; what nobody has fetched waits in the database."""
        for task in self._sending:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        if self._alive is not None:
            self._alive.cancel()

    async def _arrived(self, message: Incoming) -> Arrival:
        """Note the delivery, in the order of arrival, and begin to answer what nobody answers yet."""
        async with self._arrivals.lock(message.sender):
            in_work = message.id in self._works
            joins = message.kind == SUBSCRIBE
            delivery = Delivery(
                message.id, message.sender, self._owner, time.time(), message.at, joins, in_work
            )
            arrival = await self._database.call(kept.arrive, delivery)
            if arrival.starts and self._late.get(message.id, (0,))[0] >= LAST_DELIVERY:
                await self._database.call(kept.drop, message.id)
            elif arrival.starts:
                work = self._works[message.id] = Work(message)
                self._task(self._answer(work, arrival.resumes), self._tasks)
                if self._alive is None or self._alive.done():
                    self._alive = asyncio.create_task(self._say_alive())
        return arrival

    async def _answer(self, work: Work, resumes: bool) -> None:
        """Answer a message behind those that its person wrote before, keep the answer, and see it off."""
        try:
            async with self._dialogues.lock(work.message.sender):
                is_kept = await self._in_turn(work.message, resumes)
        except Exception:
            logger.exception("an answer could not be kept")
            work.failed, is_kept = True, False
        finally:
            work.done.set()
            self._works.pop(work.message.id, None)
        if is_kept and self._service.may_send:
            self._task(self._see_off(work), self._sending)

    async def _in_turn(self, message: Incoming, resumes: bool) -> bool:
        """Answer a message behind those in work in other processes; tell whether its answer is kept.

        Who leaves meanwhile, told to another process, is forgotten once more: what was just said, too.
        """
        while (turn := await self._database.call(kept.turn, message.id, time.time())) == kept.LATER:
            await asyncio.sleep(LOOK_SECONDS)
        if turn == kept.NEVER:
            return False
        said = await self._said(message, resumes)
        if await self._database.call(self._keep, message, said):
            return True
        if await self._database.call(kept.state_of, message.id) is None:
            await self._forget(message.sender)
        return False

    async def _said(self, message: Incoming, resumes: bool) -> Said:
        try:
            return await self._turns.said(message, resumes=resumes)
        except Exception:
            logger.exception("a message could not be answered")
            return Said(sorry().text, keeps=True)

    def _keep(self, connection: Any, message: Incoming, said: Said) -> bool:
        before = kept.before(connection, message.sender, message.id, time.time())
        answer = composed(said, before, sends_rest=self._service.may_send)
        return kept.finish(connection, message.id, self._owner, answer)

    async def _is_answered(self, message_id: str, until: float) -> bool:
        """Wait until a message is answered, here or in another process; False where it is not by `until`."""
        work = self._works.get(message_id)
        if work is not None:
            try:
                await asyncio.wait_for(work.done.wait(), max(until - time.monotonic(), 0))
            except asyncio.TimeoutError:
                return False
            if work.failed:
                raise UnkeptError
            return True
        while True:
            row = await self._database.call(kept.state_of, message_id)
            if row is None or row.state != kept.WORKING:
                return True
            if time.monotonic() + LOOK_SECONDS > until:
                return False
            await asyncio.sleep(LOOK_SECONDS)

    async def _told(self, message: Incoming) -> str | None:
        """Return the first part of an answer as the reply; what does not fit follows by itself."""
        answer = await self._database.call(kept.reply, message.id, time.time())
        if answer is None:
            return None
        if len(answer.parts) > 1 and self._service.may_send:
            self._task(self._send(kept.rest_of(message.id), message.openid), self._sending)
        return answer.parts[0] or None

    async def _see_off(self, work: Work) -> None:
        """Send an answer by itself where WeChat does not bring its message again."""
        while True:
            await asyncio.sleep(SENDS_LOOK_SECONDS)
            row = await self._database.call(kept.state_of, work.message.id)
            if row is None or row.state != kept.READY:
                return
            if row.acknowledged or time.time() - row.delivered_at > kept.RETRIES_OVER_SECONDS:
                break
        await self._send(work.message.id, work.message.openid)

    async def _send(self, message_id: str, openid: str) -> None:
        answer = await self._database.call(kept.give, message_id, time.time())
        if answer is None:
            return
        left = await self._service.send(openid, answer)
        if left is not None:
            await self._database.call(kept.give_back, message_id, left)

    async def _say_alive(self) -> None:
        """Let the other processes know that the messages in work here are not abandoned."""
        while self._works:
            await asyncio.sleep(ALIVE_SECONDS)
            try:
                await self._database.call(kept.is_alive, self._owner, time.time())
            except Exception:
                logger.exception("the database is away")

    def _task(self, work: Coroutine[Any, Any, Any], among: set[asyncio.Task[Any]]) -> asyncio.Task[Any]:
        """Run `work` whatever becomes of the request that began it; its failure is logged."""
        task = asyncio.create_task(work)
        among.add(task)
        task.add_done_callback(lambda done: _ended(done, among))
        return task


def _ended(task: asyncio.Task[Any], among: set[asyncio.Task[Any]]) -> None:
    among.discard(task)
    if not task.cancelled() and task.exception() is not None:
        logger.error("work of the WeChat channel failed: %s", type(task.exception()).__name__)
