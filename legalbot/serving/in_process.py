"""Custom actions without a second process: an action endpoint that calls the action itself."""

from __future__ import annotations

import itertools
import json
from functools import cache
from typing import Any

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.utils import common
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

ACTIONS = "actions"
"""The package with the project's custom actions."""


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """Stands where Rasa expects the address of an action server, and runs the action at once."""

    def __init__(self, package: str = ACTIONS) -> None:
        super().__init__(url="in-process://actions", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, method: str = "post", **arguments: Any) -> Any:
        """Run the action named in `json` as the action server would, and return its answer.

        What it is called with passes through JSON, as it would on its way to another process: an action
        cannot change what the conversation holds.

        Raises:
            ClientResponseError: the action declined to run (status 400), as Rasa expects it.
        """
        call = json.loads(json.dumps(arguments["json"]))
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            body = {"error": rejection.message, "action_name": rejection.action_name}
            raise ClientResponseError(400, rejection.message, json.dumps(body)) from rejection


def call_actions_lightly() -> None:
    """Make Rasa tell an action of this turn only, and take its answer as it is.

    The classes of events are looked for once, not for every event.

    Rasa sends the whole conversation to every action, and checks the answer against a JSON schema that it
    compiles each time (17 ms): meant for another program's answer, not for one of this process. What is no
    event is refused in the next step, when Rasa makes events of it; the tests check answers by the schema.
    """
    common.all_subclasses = cache(common.all_subclasses)
    RemoteAction._validate_action_result = lambda self, result: True
    RemoteAction._action_call_format = _call


def _call(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    """Return the call of an action: the state of the conversation, and the events of the present turn."""
    state = tracker.current_state(EventVerbosity.NONE)
    since = itertools.takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    turn = [event.as_dict() for event in since]
    asked = tracker.get_last_event_for(UserUttered)
    if asked is not None:
        turn.append({"event": asked.type_name, "text": asked.text, "timestamp": asked.timestamp})
    state["events"] = turn[::-1]
    call = {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": state}
    return {**call, "version": rasa.__version__}
