"""What the database holds of a conversation: what was said in it, and how its answers were rated."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from legalbot.channels.web.asked import Rating
from legalbot.serving.store import EVENTS, OUTCOMES

SHOWN = 200
"""So many events of a conversation are shown again, the latest."""


def said_in(connection: Any, sender: str) -> list[dict[str, Any]]:
    """Return what person and bot said, oldest first, as `{from, id, text, buttons, parts, useful}`.

    `id` is the message's, of an answer that of the message it answers. What a turn begun anew has left out
    is in the table all the same, until its time is over.
    """
    own = EVENTS.c.sender_id == sender
    spoken = EVENTS.c.type_name.in_(("user", "bot"))
    latest = sa.select(EVENTS.c.data).where(own, spoken).order_by(EVENTS.c.id.desc()).limit(SHOWN)
    rated = sa.select(OUTCOMES.c.message_id, OUTCOMES.c.useful).where(OUTCOMES.c.sender_id == sender)
    ratings = {row.message_id: row.useful for row in connection.execute(rated)}
    events = [json.loads(row.data) for row in connection.execute(latest)]
    return list(_said(reversed(events), ratings))


def _said(events: Any, ratings: dict[str, bool | None]) -> Any:
    message = ""
    for event in events:
        if event["event"] == "user":
            message = event.get("message_id") or ""
            yield {"from": "person", "id": message, "text": event.get("text") or ""}
        elif message:
            yield {
                "from": "bot",
                "id": message,
                "text": event.get("text") or "",
                "buttons": (event.get("data") or {}).get("buttons") or [],
                "custom": (event.get("metadata") or {}).get("parts") or {},
                "useful": ratings.get(message),
            }


def rate(connection: Any, sender: str, rating: Rating) -> bool:
    """Write a rating beside the outcome of its message; tell whether there is one in this conversation."""
    mine = (OUTCOMES.c.sender_id == sender, OUTCOMES.c.message_id == rating.message)
    values = {"useful": rating.useful, "reason": rating.reason}
    return bool(connection.execute(sa.update(OUTCOMES).where(*mine).values(values)).rowcount)
