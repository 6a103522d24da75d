"""The custom action for plain turns: hand what was understood to the dialogue and utter its reply."""

from __future__ import annotations

import logging
import time
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.screening import again, heard_before, opening
from actions.turn import context_of, remembered, turn_of, utter, was_replied_to
from legalbot.dialogue import Reply, decide, sorry
from legalbot.screening.conversation import asks_to_change, heard_in, open_screening, reviewed, starts

logger = logging.getLogger(__name__)


class ActionReply(Action):  # type: ignore[misc]
    """Replies to whatever was said, from `legalbot.dialogue`; opens the screening where it is asked for."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_reply"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Utter one message; never raises: a failure is told to the citizen and counted as `error`."""
        if was_replied_to(tracker):
            return [FollowupAction("action_listen")]
        now = time.time()
        try:
            reply, events = _replied(tracker, now)
        except Exception:
            logger.exception("the reply could not be composed")
            reply, events = sorry(), []
        utter(dispatcher, reply)
        return [*events, SlotSet("outcome", reply.outcome), FollowupAction("action_listen")]


def _replied(tracker: Tracker, now: float) -> tuple[Reply, list[dict[str, Any]]]:
    turn = turn_of(tracker, now)
    if starts(turn):
        reply, begun = open_screening(turn, heard_before(remembered(tracker, now)))
        return reply, [*context_of(reply, now), *opening(begun, now)]
    if asks_to_change(turn) and (review := again(tracker, turn)) is not None:
        return reviewed(review), opening(review, now)
    reply = decide(turn)
    heard = heard_in(turn, None) if reply.outcome == "legal_matter" else None
    return reply, context_of(reply, now, heard)
