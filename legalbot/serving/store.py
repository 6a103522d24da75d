"""Conversations that survive `kill -9`: Rasa's events in Rasa's table, with the latest kept at hand.

What a reply was given for is in the database before the reply goes out, and so is how the turn ended. A
conversation in use is not read back for every message; one that has grown long is begun anew with its
slots and its active form, so that the two-hundredth message costs no more than the first.
"""

from __future__ import annotations

import itertools
import json
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from legalbot.serving.database import Database, Kept

AT_HAND = 500
"""So many conversations are kept in memory; the others are read back when their person writes again."""
LONG = 100
"""From so many events on a conversation is begun anew."""

PROBE = "store-check"
EVENTS: sa.Table = SQLTrackerStore.SQLEvent.__table__
OUTCOMES = sa.Table(
    "outcomes",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("message_id", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("channel", sa.String(64)),
    sa.Column("outcome", sa.String(64), nullable=False),
    sa.Column("intent", sa.String(128)),
    sa.Column("fact", sa.String(128)),
    sa.Column("useful", sa.Boolean),
    sa.Column("reason", sa.String(500)),
)
"""How each turn ended, one row a message, without what was said; `useful` and `reason` rate the answer."""


_OWN = EVENTS.c.sender_id == sa.bindparam("sender")
_LAST_ROW = sa.select(sa.func.max(EVENTS.c.id)).where(_OWN)
_BEGUN = sa.select(sa.func.max(EVENTS.c.timestamp)).where(
    _OWN, EVENTS.c.type_name == SessionStarted.type_name
)
_LATEST_SESSION = (
    sa.select(EVENTS.c.id, EVENTS.c.data)
    .where(_OWN, EVENTS.c.timestamp >= sa.func.coalesce(_BEGUN.scalar_subquery(), 0))
    .order_by(EVENTS.c.id)
)
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(sa.bindparam("sender"))))


@dataclass(frozen=True)
class _Turn:
    """The rows of one turn."""

    sender_id: str
    events: Sequence[dict[str, Any]]
    outcomes: Sequence[dict[str, Any]]


class ConversationMovedError(RuntimeError):
    """Another process has gone on with the conversation: what was computed here no longer fits."""


class ConversationStore(TrackerStore):  # type: ignore[misc]
    """Keeps conversations for many people at once.

    `shared`: other processes write to the same database. What is at hand is then compared with it at every
    message, and a turn that another process has overtaken is refused instead of being mixed in.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        *,
        database: Database,
        shared: bool = False,
    ) -> None:
        super().__init__(domain, event_broker)
        self.database = database
        self._shared = shared
        self._at_hand: OrderedDict[str, DialogueStateTracker] = OrderedDict()
        database.keep(Kept(EVENTS, at="timestamp"))
        database.keep(Kept(OUTCOMES))

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation of `sender_id`, or None; the caller has it for itself until it saves it."""
        kept = self._at_hand.pop(sender_id, None)
        if kept is not None and not self._shared:
            return kept
        last = kept.last_row if kept is not None else None
        rows = await self.database.read(_read, sender_id, last)
        if rows is None:
            return kept
        if not rows:
            return None
        events = [json.loads(row.data) for row in rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.stored, tracker.last_row = len(events), rows[-1].id
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new in `tracker`; returns when it is in the database.

        Raises:
            ConversationMovedError: another process has written to the conversation since it was read.
        """
        events = list(tracker.events)
        new = list(itertools.islice(events, getattr(tracker, "stored", 0), None))
        stored = len(events)
        if stored >= LONG:
            tracker = self._renewed(tracker)
            new, stored = [*new, *tracker.events], len(tracker.events)
        turn = _Turn(
            tracker.sender_id,
            [_row(tracker.sender_id, event) for event in new],
            _outcome_rows(tracker, new),
        )
        follows = (getattr(tracker, "last_row", None),) if self._shared else None
        tracker.last_row = await self.database.call(_write, turn, follows)
        tracker.stored = stored
        self._at_hand[tracker.sender_id] = tracker
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)

    async def forget(self, sender_id: str) -> None:
        """Delete all that is kept of one person."""
        self._at_hand.pop(sender_id, None)
        await self.database.forget(sender_id)

    async def forget_older_than(self, days: int) -> None:
        """Delete what was said more than `days` days ago."""
        await self.database.forget_before(time.time() - days * 86_400)

    async def check(self) -> None:
        """Raise where the database does not answer, or cannot be written."""
        await self.database.look()
        await self.database.call(_try)

    def _renewed(self, tracker: DialogueStateTracker) -> DialogueStateTracker:
        """Return a conversation that goes on where `tracker` is, without what was said before.

        Its events have one time: what is older than the start of a session is not read back.
        """
        now = time.time()
        kept: list[Event] = [
            SlotSet(name, value, timestamp=now)
            for name, value in tracker.current_slot_values().items()
            if value is not None
        ]
        if tracker.active_loop_name:
            kept.append(ActiveLoop(tracker.active_loop_name, timestamp=now))
        renewed = self._begun(tracker.sender_id, now, kept)
        renewed.last_row = getattr(tracker, "last_row", None)
        return renewed

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """Return a new conversation with its session begun; it is written with its first turn."""
        return self._begun(sender_id, time.time(), [])

    def _begun(self, sender_id: str, now: float, kept: Sequence[Event]) -> DialogueStateTracker:
        events = [
            ActionExecuted("action_session_start", timestamp=now),
            SessionStarted(now),
            *kept,
            ActionExecuted("action_listen", timestamp=now),
        ]
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)


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


def _outcome_rows(tracker: DialogueStateTracker, new: Sequence[Event]) -> list[dict[str, Any]]:
    """Return how the turn among the `new` events ended, if there is one and it was answered."""
    asked = next((event for event in reversed(new) if isinstance(event, UserUttered)), None)
    outcome = tracker.get_slot("outcome")
    if asked is None or outcome is None or not any(isinstance(event, BotUttered) for event in new):
        return []
    return [
        {
            "sender_id": tracker.sender_id,
            "message_id": asked.message_id or "",
            "at": asked.timestamp,
            "channel": asked.input_channel,
            "outcome": outcome,
            "intent": (asked.intent or {}).get("name"),
            "fact": (tracker.get_slot("context") or {}).get("fact"),
        }
    ]


def _read(connection: Any, sender_id: str, last: int | None) -> list[Any] | None:
    """Return the rows of the latest session, or None where row `last` is still the last one."""
    own = {"sender": sender_id}
    if last is not None and connection.scalar(_LAST_ROW, own) == last:
        return None
    return list(connection.execute(_LATEST_SESSION, own))


def _write(connection: Any, turn: _Turn, follows: tuple[int | None] | None) -> int | None:
    """Insert a turn; where it has to follow a certain row, refuse it behind another, and return its last."""
    own = {"sender": turn.sender_id}
    if follows:
        if connection.dialect.name == "postgresql":
            connection.execute(_LOCK, own)
        if (connection.scalar(_LAST_ROW, own),) != follows:
            raise ConversationMovedError
    for table, rows in ((EVENTS, turn.events), (OUTCOMES, turn.outcomes)):
        if rows:
            connection.execute(table.insert(), rows)
    return connection.scalar(_LAST_ROW, own) if follows else None


def _try(connection: Any) -> None:
    """Read and write nothing, with a lock: a full or read-only disk, a lost or broken file raise here."""
    connection.execute(sa.select(EVENTS.c.id).limit(1))
    connection.execute(EVENTS.insert(), [_row(PROBE, SessionStarted())])
    connection.execute(sa.delete(EVENTS).where(EVENTS.c.sender_id == PROBE))
