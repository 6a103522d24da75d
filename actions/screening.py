"""The action behind Rasa's form `legal_aid_form`: it hears, answers and asks; nothing in it ever raises."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import context_of, turn_of, utter, was_replied_to
from legalbot.dialogue import Reply, Turn, sorry
from legalbot.screening.conversation import FORM_SECONDS, go_on, heard_in, overdue
from legalbot.screening.flow import Screening, Step, resume
from legalbot.screening.hearing import Heard
from legalbot.screening.wording import QUESTIONS

logger = logging.getLogger(__name__)

FORM = "legal_aid_form"
PROGRESS = "aid_progress"
"""Slot: how often the present question was asked in vain, the questions so far, when it was last asked."""
REQUESTED = "requested_slot"
Events = list[dict[str, Any]]


class ValidateLegalAidForm(Action):  # type: ignore[misc]
    """Takes one message while the form is active; Rasa calls it by the form's name."""

    def name(self) -> str:
        """Return the name in the domain."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter the reply and return the answers as slots; a failure ends the form and is told."""
        if was_replied_to(tracker):  # by the message that opened the form
            return [SlotSet(REQUESTED, tracker.get_slot(REQUESTED))]
        now = time.time()
        try:
            reply, events = _taken(tracker, now)
        except Exception:
            logger.exception("the screening could not go on")
            reply, events = sorry(), closing()
        utter(dispatcher, reply)
        return [*events, *context_of(reply, now), SlotSet("outcome", reply.outcome)]


def _taken(tracker: Tracker, now: float) -> tuple[Reply, Events]:
    progress = tracker.get_slot(PROGRESS) or {}
    turn = turn_of(tracker, now)
    if now - float(progress.get("at", now)) > FORM_SECONDS:
        return overdue(turn), closing()
    reply, moved = go_on(turn, state_of(tracker))
    return reply, events_of(moved, now)


def state_of(tracker: Tracker) -> Screening:
    """Return the screening that the tracker's slots hold."""
    progress = tracker.get_slot(PROGRESS) or {}
    return Screening(
        slots={slot: tracker.get_slot(slot) for slot in QUESTIONS},
        asked=tracker.get_slot(REQUESTED),
        misses=int(progress.get("misses", 0)),
        path=tuple(progress.get("path", ())),
    )


def opening(moved: Step, now: float) -> Events:
    """Return the events that activate the form at the question of `moved`."""
    return [*events_of(moved, now), ActiveLoop(FORM)] if not moved.closed else events_of(moved, now)


def events_of(moved: Step, now: float) -> Events:
    """Return the slots of a step; at the end the form closes, and only a result keeps its answers."""
    if moved.closed and moved.result is None:
        return closing()
    state = moved.state
    slots = [SlotSet(slot, state.slots.get(slot)) for slot in QUESTIONS]
    progress = {"misses": state.misses, "path": list(state.path), "at": now}
    return [*slots, SlotSet(PROGRESS, progress), SlotSet(REQUESTED, None if moved.closed else state.asked)]


def closing() -> Events:
    """Return the events that end the form without a result and clear its answers."""
    cleared = [SlotSet(slot, None) for slot in (*QUESTIONS, PROGRESS)]
    return [*cleared, SlotSet(REQUESTED, None), ActiveLoop(None)]


def again(tracker: Tracker, turn: Turn) -> Step | None:
    """Return the review of answers that led to a result in this session, to be changed, or None."""
    state = state_of(tracker)
    return resume(state.slots, heard_in(turn, None)) if state.slots.get("aid_review") else None


def heard_before(context: Mapping[str, Any]) -> Heard | None:
    """Return what a legal problem told shortly before said to the screening, or None."""
    told = context.get("heard")
    if not isinstance(told, dict):
        return None
    return Heard(options=dict(told.get("options", {})), groups=frozenset(told.get("groups", ())))
