"""The one action that answers: whatever was understood, `legalbot.dialogue` decides what is said."""

from __future__ import annotations

import logging
import time
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from legalbot.dialogue import MEMORY_SECONDS, Ask, Reply, Turn, decide, sorry

logger = logging.getLogger(__name__)


class ActionReply(Action):  # type: ignore[misc]
    """Says the reply to the latest message and remembers what it was about."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_reply"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter one message; never raises: a failure is told to the citizen and counted as `error`."""
        now = time.time()
        try:
            reply = decide(_turn(tracker, now))
        except Exception:
            logger.exception("the reply could not be composed")
            reply = sorry()
        utter(dispatcher, reply)
        context = {"fact": reply.fact, "at": now} if reply.fact else None
        return [SlotSet("context", context), SlotSet("outcome", reply.outcome)]


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Hand a reply to the channel: as plain text with buttons, and its parts for channels that show them."""
    dispatcher.utter_message(
        text=reply.text,
        buttons=[{"title": question, "payload": question} for question in reply.buttons],
        parts={"says": list(reply.says), "cites": list(reply.cites), "outcome": reply.outcome},
    )


def _turn(tracker: Tracker, now: float) -> Turn:
    message = tracker.latest_message
    context = tracker.get_slot("context") or {}
    remembered = now - float(context.get("at", 0)) <= MEMORY_SECONDS
    return Turn(
        text=message.get("text") or "",
        asks=_asks(message.get("asks")),
        ranking=_asks(message.get("intent_ranking")),
        follows={topic: _ask(found) for topic, found in (message.get("follows") or {}).items()},
        unread=bool(message.get("unread")),
        named=bool(message.get("named", True)),
        danger=float(message.get("danger") or 0.0),
        fact=context.get("fact") if remembered else None,
    )


def _asks(found: list[dict[str, Any]] | None) -> list[Ask]:
    return [_ask(one) for one in found or []]


def _ask(found: dict[str, Any]) -> Ask:
    return Ask(str(found["name"]), float(found["confidence"]), str(found.get("piece", "")))
