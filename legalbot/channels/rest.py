"""Rasa's REST format, safe for what strangers type: for tests and for programs on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, json

from legalbot.channels.collected import CollectedReply
from legalbot.text import clean

LONGEST_SENDER = 255


class CleanRestInput(InputChannel):  # type: ignore[misc]
    """`/webhooks/rest/webhook`: every text is cleaned, clients set no metadata, bad input is named."""

    @classmethod
    def name(cls) -> str:
        """Keep the address of Rasa's own channel."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the two addresses of the channel."""
        channel = Blueprint("rest")

        @channel.get("/")
        async def health(request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        @channel.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            body = request.json
            if not isinstance(body, dict):
                return _refused("the body must be a JSON object")
            sender, text = body.get("sender"), body.get("message")
            if not isinstance(sender, str) or not 0 < len(sender) <= LONGEST_SENDER:
                return _refused(f"sender must be a text of 1 to {LONGEST_SENDER} characters")
            if not isinstance(text, str):
                return _refused("message must be a text")
            reply = CollectedReply()
            await on_new_message(UserMessage(clean(text), reply, sender, input_channel=self.name()))
            return json(reply.messages)

        return channel


def _refused(why: str) -> HTTPResponse:
    return json({"error": why}, status=400)
