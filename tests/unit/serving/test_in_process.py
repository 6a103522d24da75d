"""Actions in the server's process answer as an action server does, and cannot reach into conversations."""

from __future__ import annotations

import pytest
from conftest import checked
from jsonschema import ValidationError
from rasa.utils.endpoints import ClientResponseError
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

from legalbot.serving.in_process import InProcessActions


class Declining(Action):
    def name(self) -> str:
        return "declining"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection("declining", "not now")


class Meddling(Action):
    def name(self) -> str:
        return "meddling"

    def run(self, dispatcher, tracker, domain):
        tracker.slots["outcome"] = "changed"
        return []


def call(action: str) -> dict[str, object]:
    state = {"sender_id": "one", "slots": {"outcome": "answered"}, "latest_message": {}, "events": []}
    return {"next_action": action, "sender_id": "one", "tracker": state, "domain": {}}


@pytest.fixture
def actions() -> InProcessActions:
    endpoint = InProcessActions()
    for action in (Declining(), Meddling()):
        endpoint._executor.register_function(action.name(), action.run)
    return endpoint


async def test_an_action_that_declines_is_told_as_rasa_expects_it(actions):
    with pytest.raises(ClientResponseError) as declined:
        await actions.request(json=call("declining"))
    assert declined.value.status == 400


async def test_an_action_cannot_change_what_the_conversation_holds(actions):
    asked = call("meddling")
    await actions.request(json=asked)
    assert asked["tracker"]["slots"] == {"outcome": "answered"}


async def test_answers_that_are_not_of_the_schema_are_found_by_the_tests():
    async def answers(**_: object) -> dict[str, object]:
        return {"events": [{"event": "no such event"}], "responses": []}

    with pytest.raises(ValidationError):
        await checked(answers)(json={})
