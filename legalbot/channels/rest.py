"""Rasa's REST channel, safe for what strangers type: for tests and for programs on this machine."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.rest import RestInput
from sanic.request import Request

from legalbot.text import clean


class CleanRestInput(RestInput):  # type: ignore[misc]
    """`/webhooks/rest/webhook` in Rasa's format; every text is cleaned, clients set no metadata."""

    @classmethod
    def name(cls) -> str:
        """Keep the address of Rasa's own channel."""
        return "rest"

    def _extract_message(self, req: Request) -> str:
        message = (req.json or {}).get("message")
        return clean(message if isinstance(message, str) else "")

    def _extract_input_channel(self, req: Request) -> str:
        return self.name()

    def get_metadata(self, request: Request) -> dict[str, Any] | None:
        """Accept no metadata from outside."""
        return None
