"""Between Rasa's tracker and the pure dialogue: reading a turn, uttering a reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from legalbot.dialogue import MEMORY_SECONDS, Ask, Reply, Turn
from legalbot.screening.hearing import Heard


def utter(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Hand a reply to the channel: as plain text with buttons, and its parts for channels that show them."""
    parts: dict[str, Any] = {"says": list(reply.says), "cites": list(reply.cites), "outcome": reply.outcome}
    if reply.summary:
        parts["summary"] = list(reply.summary)
    if reply.progress:
        parts["progress"] = dict(zip(("at", "of_at_most"), reply.progress, strict=True))
    dispatcher.utter_message(
        text=reply.text,
        buttons=[{"title": question, "payload": question} for question in reply.buttons],
        parts=parts,
    )


def turn_of(tracker: Tracker, now: float) -> Turn:
    """Return the latest message of `tracker` as the dialogue takes it; `now` in seconds since the epoch."""
    message = tracker.latest_message
    return Turn(
        text=message.get("text") or "",
        asks=_asks(message.get("asks")),
        ranking=_asks(message.get("intent_ranking")),
        follows={topic: _ask(found) for topic, found in (message.get("follows") or {}).items()},
        unread=bool(message.get("unread")),
        named=bool(message.get("named", True)),
        danger=float(message.get("danger") or 0.0),
        fact=remembered(tracker, now).get("fact"),
    )


def was_replied_to(tracker: Tracker) -> bool:
    """Tell whether the bot has spoken since the latest message: one message gets one reply."""
    said = [event.get("event") for event in tracker.events if event.get("event") in ("user", "bot")]
    return said[-1:] == ["bot"]


def remembered(tracker: Tracker, now: float) -> Mapping[str, Any]:
    """Return what is still in mind of the turns before."""
    context = tracker.get_slot("context") or {}
    return context if now - float(context.get("at", 0)) <= MEMORY_SECONDS else {}


def context_of(reply: Reply, now: float, heard: Heard | None = None) -> list[dict[str, Any]]:
    """Return the event that keeps in mind what was talked about."""
    context: dict[str, Any] = {}
    if reply.fact:
        context["fact"] = reply.fact
    if heard is not None and heard.says_something:
        context["heard"] = {"options": dict(heard.options), "groups": sorted(heard.groups)}
    return [SlotSet("context", {**context, "at": now} if context else None)]


def _asks(found: list[dict[str, Any]] | None) -> list[Ask]:
    return [_ask(one) for one in found or []]


def _ask(found: dict[str, Any]) -> Ask:
    return Ask(str(found["name"]), float(found["confidence"]), str(found.get("piece", "")))
