"""Rasa's REST format, safe for what strangers type: for tests and for programs on this machine.

It has no tickets and no limits of its own, so it answers this machine only: never where the server listens
to others, never what a proxy hands on, and not at all where it is switched off.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, json

from legalbot.channels.collected import CollectedReply
from legalbot.settings import rest_is_on
from legalbot.text import clean

LONGEST_SENDER = 255
HANDED_ON = ("x-forwarded-for", "x-real-ip", "forwarded")
"""Headers of proxies: what carries one comes from elsewhere."""


class CleanRestInput(InputChannel):  # type: ignore[misc]
    """`/webhooks/rest/webhook`: every text is cleaned, clients set no metadata, bad input is named."""

    def __init__(self) -> None:
        self._on = rest_is_on()

    @classmethod
    def name(cls) -> str:
        """Keep the address of Rasa's own channel."""
        return "rest"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the two addresses of the channel."""
        channel = Blueprint("rest")

        @channel.middleware("request")
        async def only_this_machine(request: Request) -> HTTPResponse | None:
            return None if self._on and _is_of_this_machine(request) else _refused("not here", 404)

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


def _is_of_this_machine(request: Request) -> bool:
    if any(header in request.headers for header in HANDED_ON):
        return False
    try:
        return ipaddress.ip_address(request.ip).is_loopback
    except ValueError:
        return False


def _refused(why: str, status: int = 400) -> HTTPResponse:
    return json({"error": why}, status=status)
