"""Custom actions without a second process: an action endpoint that calls the action itself."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import Any

from jsonschema import Draft7Validator
from rasa.core.actions.action import RemoteAction
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

        Raises:
            ClientResponseError: the action declined to run (status 400), as Rasa expects it.
        """
        call = copy.deepcopy(arguments["json"])
        try:
            return await self._executor.run(call)
        except ActionExecutionRejection as rejection:
            body = {"error": rejection.message, "action_name": rejection.action_name}
            raise ClientResponseError(400, rejection.message, json.dumps(body)) from rejection


@lru_cache(maxsize=1)
def _validator() -> Draft7Validator:
    return Draft7Validator(RemoteAction.action_response_format_spec())


def check_answers_once_compiled() -> None:
    """Make Rasa check an action's answer with a schema compiled once (it re-checks the schema each time)."""

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        _validator().validate(result)
        return True

    RemoteAction._validate_action_result = validate
