"""Which message is in work, answered, told: remembered in the database.

Each function is one transaction on a connection of `Database.call`, so that several processes, and a process
that was started anew, agree on who answers a message and how its answer reaches the person: once.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import BotUttered, UserUttered

from legalbot.channels.wechat.answers import Answer, as_text, from_text
from legalbot.channels.wechat.people import PEOPLE, offer
from legalbot.serving.database import Database, Kept, inserted
from legalbot.serving.secret import pseudonym
from legalbot.serving.store import EVENTS, OUTCOMES

WORKING, READY, REPLIED, GIVEN = "working", "ready", "replied", "given"
"""In work; answered, not yet on its way; told as the reply to the message, and to its repetitions; told
otherwise: by a message of its own or with the reply to a later message."""
LEFT = "left"
"""No message: somebody has left, and what they wrote before is not answered when it is repeated."""
NOW, LATER, NEVER = "now", "later", "never"
"""When a message is to be answered: behind others of its person, or not any more since they have left."""
STALE_SECONDS = 4.0
"""A process that has not said for so long that it works on a message does not any more."""
RETRIES_OVER_SECONDS = 7.0
"""WeChat repeats a message about five seconds after it hung up; after this long it will not."""
REMEMBERED_SECONDS = 900.0
"""So long a message is known again; it may be repeated by WeChat for fifteen seconds, by others longer."""
WAITING_SECONDS = 86_400.0
"""So long an answer waits for its person's next message."""
LATEST_EVENTS = 100
_REST = "-rest"

MESSAGES = sa.Table(
    "wechat_messages",
    sa.MetaData(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owner", sa.String(32), nullable=False),
    sa.Column("alive_at", sa.Float, nullable=False),
    sa.Column("deliveries", sa.Integer, nullable=False),
    sa.Column("delivered_at", sa.Float, nullable=False),
    sa.Column("acknowledged", sa.Boolean, nullable=False),
    sa.Column("answer", sa.Text),
)
"""One row a message: whose it is, which process works on it, how often WeChat brought it, and the answer."""


@dataclass(frozen=True)
class Delivery:
    """A message as it was brought to the process `owner`, at `at` in epoch seconds.

    `said_at` is when it was written, `joins` tells that it is of somebody who joins (again), `in_work` that
    the process is answering it already.
    """

    message: str
    sender: str
    owner: str
    at: float
    said_at: int
    joins: bool = False
    in_work: bool = False


@dataclass(frozen=True)
class Arrival:
    """How a delivery finds its message: in which state, and the how manieth delivery it is.

    `starts`: the caller has to answer the message now; `resumes`: another process had begun to.
    """

    state: str
    deliveries: int
    starts: bool = False
    resumes: bool = False


@dataclass(frozen=True)
class Before:
    """What a person still has to be told: the rest of what did not fit, answers to earlier messages, and
    whether one of them was lost."""

    rests: Sequence[str] = ()
    texts: Sequence[str] = ()
    lost: bool = False


def prepare(database: Database) -> None:
    """Create the tables, and let forgetting reach them; of two processes that start at once both succeed."""
    for table, kept in ((MESSAGES, True), (PEOPLE, True), (OUTCOMES, False)):
        for last in (False, True):
            try:
                if kept:
                    database.keep(Kept(table))
                else:
                    table.create(database.engine, checkfirst=True)
                break
            except sa.exc.SQLAlchemyError:
                if last:
                    raise


def arrive(connection: Any, delivery: Delivery) -> Arrival:
    """Note that a message was delivered, and tell whether the process has to answer it."""
    now = delivery.at
    _purge(connection, now)
    if _has_left(connection, delivery):
        return Arrival(GIVEN, 1)
    row = _locked(connection, delivery.message)
    if row is None and _inserted(connection, delivery):
        return Arrival(WORKING, 1, starts=True)
    row = row or _locked(connection, delivery.message)
    if row is None:
        return Arrival(GIVEN, 1)
    own = row.owner == delivery.owner
    left = not delivery.in_work if own else row.alive_at < now - STALE_SECONDS
    abandoned = row.state == WORKING and left
    change = {"deliveries": row.deliveries + 1, "delivered_at": now}
    if abandoned:
        change |= {"owner": delivery.owner, "alive_at": now}
    connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == delivery.message).values(change))
    return Arrival(row.state, row.deliveries + 1, abandoned, abandoned)


def leave(connection: Any, sender: str, said_at: int, now: float) -> None:
    """Note for a while that a person left at `said_at`, under a name that does not lead back to them."""
    row = {"id": _place_of_leaving(sender), "sender_id": "", "at": now, "state": LEFT, "owner": ""}
    row |= {"alive_at": now, "deliveries": 1, "delivered_at": float(said_at), "acknowledged": True}
    if not inserted(connection, MESSAGES, row):
        connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == row["id"]).values(row))


def turn(connection: Any, message: str, now: float) -> str:
    """Tell whether a message is to be answered now: later while another process answers an earlier one."""
    row = state_of(connection, message)
    if row is None or row.state != WORKING:
        return NEVER
    earlier = (
        MESSAGES.c.sender_id == row.sender_id,
        MESSAGES.c.state == WORKING,
        MESSAGES.c.at < row.at,
        MESSAGES.c.owner != row.owner,
        MESSAGES.c.alive_at > now - STALE_SECONDS,
    )
    return LATER if connection.scalar(sa.select(sa.func.count()).where(*earlier)) else NOW


def is_alive(connection: Any, owner: str, now: float) -> None:
    """Note that the process `owner` still works on its messages."""
    own = (MESSAGES.c.owner == owner, MESSAGES.c.state == WORKING)
    connection.execute(sa.update(MESSAGES).where(*own).values(alive_at=now))


def state_of(connection: Any, message: str) -> Any | None:
    """Return the row of a message (state, acknowledged, delivered_at, answer), or None."""
    return connection.execute(sa.select(MESSAGES).where(MESSAGES.c.id == message)).first()


def waits(connection: Any, sender: str, now: float) -> bool:
    """Tell whether something waits for a person's next message."""
    return bool(connection.scalar(sa.select(sa.func.count()).where(*_waiting(sender, now))))


def before(connection: Any, sender: str, message: str, now: float) -> Before:
    """Take over what waits for a person's next message, to be told with the answer to `message`."""
    wanted = sa.select(MESSAGES).where(*_waiting(sender, now)).order_by(MESSAGES.c.at)
    rows = [row for row in connection.execute(wanted) if _moved(connection, row.id, READY, GIVEN)]
    told = {row.id: answer.text for row in rows if (answer := from_text(row.answer)) is not None}
    abandoned = (
        MESSAGES.c.sender_id == sender,
        MESSAGES.c.id != message,
        MESSAGES.c.state == WORKING,
        MESSAGES.c.alive_at < now - STALE_SECONDS,
        MESSAGES.c.delivered_at < now - RETRIES_OVER_SECONDS,
    )
    lost = connection.execute(sa.update(MESSAGES).where(*abandoned).values(state=GIVEN)).rowcount
    rests = [text for key, text in told.items() if key.endswith(_REST)]
    texts = [text for key, text in told.items() if not key.endswith(_REST)]
    return Before(rests, texts, lost=bool(lost))


def finish(connection: Any, message: str, owner: str, answer: Answer) -> bool:
    """Keep the answer to a message; False where the message was forgotten or went to another process."""
    own = (MESSAGES.c.id == message, MESSAGES.c.owner == owner, MESSAGES.c.state == WORKING)
    values = {"state": READY, "answer": as_text(answer)}
    return bool(connection.execute(sa.update(MESSAGES).where(*own).values(values)).rowcount)


def reply(connection: Any, message: str, now: float) -> Answer | None:
    """Return the answer to be told as the reply to a message, or None where it is told otherwise.

    What does not fit into the reply waits under an id of its own, `rest_of(message)`.
    """
    row = _locked(connection, message)
    if row is None or row.state not in (READY, REPLIED):
        return None
    answer = from_text(row.answer)
    if row.state == READY and answer is not None:
        _moved(connection, message, READY, REPLIED)
        offer(connection, row.sender_id, answer, now)
        if len(answer.parts) > 1:
            rest = Answer(answer.parts[1:], "\n".join(answer.parts[1:]), keeps=True)
            _wait_separately(connection, row, rest)
    return answer


def rest_of(message: str) -> str:
    """Return the id under which waits what did not fit into the reply to `message`."""
    return message + _REST


def give(connection: Any, message: str, now: float) -> Answer | None:
    """Take an answer to be told by a message of its own; None where it is told otherwise."""
    row = _locked(connection, message)
    if row is None or not _moved(connection, message, READY, GIVEN):
        return None
    answer = from_text(row.answer)
    if answer is not None:
        offer(connection, row.sender_id, answer, now)
    return answer


def give_back(connection: Any, message: str, left: Answer) -> None:
    """Let what could not be sent of an answer wait for the person's next message."""
    given = (MESSAGES.c.id == message, MESSAGES.c.state == GIVEN)
    values = {"state": READY, "acknowledged": True, "answer": as_text(left)}
    connection.execute(sa.update(MESSAGES).where(*given).values(values))


def drop(connection: Any, message: str) -> None:
    """Leave a message unanswered: its person was told that it could not be."""
    _moved(connection, message, WORKING, GIVEN)


def acknowledge(connection: Any, message: str) -> None:
    """Note that WeChat was told not to repeat a message whose answer is not there yet."""
    connection.execute(sa.update(MESSAGES).where(MESSAGES.c.id == message).values(acknowledged=True))


def said_before(connection: Any, sender: str, message: str) -> list[dict[str, Any]]:
    """Return what the bot said to a message already, in the manner of a collecting channel; or nothing.

    A process that was killed may have finished the turn and not kept its answer here: asking the bot again
    would make it hear the message twice.
    """
    wanted = sa.select(EVENTS.c.type_name, EVENTS.c.data).where(EVENTS.c.sender_id == sender)
    rows = connection.execute(wanted.order_by(EVENTS.c.id.desc()).limit(LATEST_EVENTS)).all()
    found: list[dict[str, Any]] = []
    for row in rows:
        data = json.loads(row.data)
        if row.type_name == BotUttered.type_name:
            found.insert(0, {"text": data.get("text"), "buttons": (data.get("data") or {}).get("buttons")})
        elif row.type_name == UserUttered.type_name:
            if data.get("message_id") == message:
                return found
            found = []
    return []


def outcome_of(connection: Any, sender: str, message: str) -> str | None:
    """Return how the turn of a message ended, where it is known."""
    own = (OUTCOMES.c.sender_id == sender, OUTCOMES.c.message_id == message)
    found = connection.scalar(sa.select(OUTCOMES.c.outcome).where(*own).limit(1))
    return str(found) if found else None


def _place_of_leaving(sender: str) -> str:
    return pseudonym("wechat-left", sender)


def _has_left(connection: Any, delivery: Delivery) -> bool:
    """Tell whether a person wrote before leaving; who joins again has not left."""
    place = _place_of_leaving(delivery.sender)
    row = state_of(connection, place)
    if row is None or delivery.said_at > row.delivered_at:
        return False
    if not delivery.joins or delivery.said_at < row.delivered_at:
        return True
    connection.execute(sa.delete(MESSAGES).where(MESSAGES.c.id == place))
    return False


def _locked(connection: Any, message: str) -> Any | None:
    return connection.execute(sa.select(MESSAGES).where(MESSAGES.c.id == message).with_for_update()).first()


def _inserted(connection: Any, delivery: Delivery) -> bool:
    """Insert the row of a new message; False where another process was faster."""
    new = {
        "id": delivery.message,
        "sender_id": delivery.sender,
        "at": delivery.at,
        "state": WORKING,
        "owner": delivery.owner,
        "alive_at": delivery.at,
        "deliveries": 1,
        "delivered_at": delivery.at,
        "acknowledged": False,
    }
    return inserted(connection, MESSAGES, new)


def _moved(connection: Any, message: str, old: str, new: str) -> bool:
    own = (MESSAGES.c.id == message, MESSAGES.c.state == old)
    return bool(connection.execute(sa.update(MESSAGES).where(*own).values(state=new)).rowcount)


def _waiting(sender: str, now: float) -> tuple[Any, ...]:
    late = sa.or_(MESSAGES.c.acknowledged, MESSAGES.c.delivered_at < now - RETRIES_OVER_SECONDS)
    recent = MESSAGES.c.at > now - WAITING_SECONDS
    return (MESSAGES.c.sender_id == sender, MESSAGES.c.state == READY, late, recent)


def _wait_separately(connection: Any, row: Any, rest: Answer) -> None:
    values = {**row._mapping, "id": rest_of(row.id), "state": READY, "acknowledged": True}
    values["answer"] = as_text(rest)
    connection.execute(MESSAGES.insert().values(values))


def _purge(connection: Any, now: float) -> None:
    """Delete what is known again or waits no longer."""
    old = MESSAGES.c.at < now - REMEMBERED_SECONDS
    done = sa.and_(old, MESSAGES.c.state != READY)
    connection.execute(sa.delete(MESSAGES).where(sa.or_(done, MESSAGES.c.at < now - WAITING_SECONDS)))
