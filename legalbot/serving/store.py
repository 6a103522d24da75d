"""Conversations that survive `kill -9`: Rasa's SQL store, off the event loop, with the latest kept at hand.

What a reply was given for is in the database before the reply goes out. A conversation in use is not read
back for every message; one that has grown long is begun anew with its slots and its active form, so that
the two-hundredth message costs no more than the first.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

from legalbot.settings import database

AT_HAND = 2_000
"""So many conversations are kept in memory; the others are read back when their person writes again."""
LONG = 100
"""From so many events on a conversation is begun anew."""
T = TypeVar("T")


class ConversationStore(SQLTrackerStore):  # type: ignore[misc]
    """Rasa's SQL tracker store (its tables, its events) for many people at once."""

    engine: Any

    def __init__(
        self,
        domain: Domain | None = None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        address = host or database()
        super().__init__(domain, host=address, event_broker=event_broker, **kwargs)
        self.engine.dispose()
        self._is_sqlite = make_url(address).get_backend_name() == "sqlite"
        self.engine = sa.create_engine(address, poolclass=QueuePool, **_connecting(self._is_sqlite))
        if self._is_sqlite:
            sa.event.listen(self.engine, "connect", _write_ahead)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        self._threads = ThreadPoolExecutor(1 if self._is_sqlite else 4, thread_name_prefix="store")
        self._at_hand: OrderedDict[str, DialogueStateTracker] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation of `sender_id`, or None; the caller has it for itself until it saves it."""
        kept = self._at_hand.pop(sender_id, None)
        return kept if kept is not None else await self._in_thread(self._read, sender_id)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new in `tracker`; returns when it is in the database."""
        events = list(tracker.events)
        stored = getattr(tracker, "stored", None)
        await self._in_thread(self._write, tracker.sender_id, events, stored)
        tracker.stored = len(events)
        if len(events) >= LONG:
            tracker = self._renewed(tracker)
            await self._in_thread(self._write, tracker.sender_id, list(tracker.events), 0)
            tracker.stored = len(tracker.events)
        self._at_hand[tracker.sender_id] = tracker
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)

    async def forget(self, sender_id: str) -> None:
        """Delete all that is kept of one person."""
        self._at_hand.pop(sender_id, None)
        await self._in_thread(self._delete, self.SQLEvent.sender_id == sender_id)

    async def forget_older_than(self, days: int) -> None:
        """Delete what was said more than `days` days ago."""
        await self._in_thread(self._delete, self.SQLEvent.timestamp < time.time() - days * 86_400)

    async def check(self) -> None:
        """Raise where the database does not answer."""
        await self._in_thread(self._ping)

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        self._threads.shutdown(wait=True)
        self.engine.dispose()

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _read(self, sender_id: str) -> DialogueStateTracker | None:
        with self.session_scope() as session:
            rows = self._event_query(session, sender_id, fetch_events_from_all_sessions=False).all()
            events = [json.loads(row.data) for row in rows]
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.stored = len(events)
        return tracker

    def _write(self, sender_id: str, events: Sequence[Event], stored: int | None) -> None:
        with self.session_scope() as session:
            if stored is None:
                stored = self._event_query(session, sender_id, fetch_events_from_all_sessions=False).count()
            rows = [self._row(sender_id, event) for event in itertools.islice(events, stored, None)]
            if rows:
                session.execute(self.SQLEvent.__table__.insert(), rows)
                session.commit()

    @staticmethod
    def _row(sender_id: str, event: Event) -> dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data, ensure_ascii=False),
        }

    def _renewed(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Return a conversation that goes on where `tracker` is, without what was said before.

        Its events have one time: what is older than the start of a session is not read back.
        """
        now = time.time()
        events: list[Event] = [ActionExecuted("action_session_start", timestamp=now), SessionStarted(now)]
        for name, value in tracker.current_slot_values().items():
            if value is not None:
                events.append(SlotSet(name, value, timestamp=now))
        if tracker.active_loop_name:
            events.append(ActiveLoop(tracker.active_loop_name, timestamp=now))
        events.append(ActionExecuted("action_listen", timestamp=now))
        renewed = DialogueStateTracker.from_events(tracker.sender_id, events, self.domain.slots)
        renewed.stored = 0
        return renewed

    def _delete(self, condition: Any) -> None:
        with self.session_scope() as session:
            session.execute(sa.delete(self.SQLEvent).where(condition))
            session.commit()

    def _ping(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(sa.text("SELECT 1 FROM events LIMIT 1"))


def _connecting(sqlite: bool) -> dict[str, Any]:
    if sqlite:
        return {"pool_size": 1, "connect_args": {"check_same_thread": False, "timeout": 5}}
    return {"pool_size": 4, "pool_pre_ping": True}


def _write_ahead(connection: Any, record: Any) -> None:
    """Make SQLite write its log first: readers do not wait, and a killed process loses nothing."""
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}").close()
