"""What is remembered of a person, in the database: what a number means, and which answer a rating is for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from legalbot.channels.wechat.answers import Answer
from legalbot.serving.database import inserted
from legalbot.serving.store import OUTCOMES

CHOICES_SECONDS = 86_400.0
"""So long a number stands for a choice."""
PEOPLE = sa.Table(
    "wechat_people",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("choices", sa.Text, nullable=False),
    sa.Column("asked_why", sa.Boolean, nullable=False),
    sa.Column("rated", sa.String(255)),
)
"""One row a person: what the numbers of the list seen last mean, whether they are told that an answer was of
no use and asked why, and which answer a rating is for."""


@dataclass(frozen=True)
class Person:
    """What was offered to a person, whether they were asked why an answer was of no use, and which message's
    answer can be rated."""

    choices: tuple[str, ...] = ()
    asked_why: bool = False
    rated: str | None = None


def person(connection: Any, sender: str, now: float) -> Person:
    """Return what the channel knows of a person."""
    row = connection.execute(sa.select(PEOPLE).where(PEOPLE.c.sender_id == sender)).first()
    if row is None:
        return Person()
    if row.at < now - CHOICES_SECONDS:
        return Person(rated=row.rated)
    return Person(tuple(json.loads(row.choices)), row.asked_why, row.rated)


def offer(connection: Any, sender: str, answer: Answer, now: float) -> None:
    """Keep what the numbers of an answer mean from now on, and what a rating is for."""
    values: dict[str, Any] = {"rated": answer.rated} if answer.rated else {}
    if not answer.keeps:
        values |= {"choices": json.dumps(list(answer.choices)), "at": now}
    if answer.asks_why is not None or not answer.keeps:
        values |= {"asked_why": bool(answer.asks_why)}
    if not values:
        return
    change = sa.update(PEOPLE).where(PEOPLE.c.sender_id == sender).values(values)
    whole = {"sender_id": sender, "choices": "[]", "asked_why": False, "at": now, **values}
    if not connection.execute(change).rowcount and not inserted(connection, PEOPLE, whole):
        connection.execute(change)


def rate(connection: Any, sender: str, message: str, useful: bool, reason: str | None) -> bool:
    """Write a rating beside the outcome of a message; False where there is none of this person."""
    own = (OUTCOMES.c.sender_id == sender, OUTCOMES.c.message_id == message)
    rating = sa.update(OUTCOMES).where(*own).values(useful=useful, reason=reason)
    return bool(connection.execute(rating).rowcount)
