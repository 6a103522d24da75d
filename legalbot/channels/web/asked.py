"""What a request asks for: read from its body with one meaning, or refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sanic import Request

from legalbot.channels.web.refusal import Refusal
from legalbot.channels.web.tokens import Ticket, read_ticket, unseal
from legalbot.text import MAX_CHARACTERS, clean

LARGEST = 16 * 1024
"""Bytes of a body."""
LONGEST_REASON = 200
_BEARER = "Bearer "


@dataclass(frozen=True)
class Rating:
    """Whether the answer to a message was of use, and why not."""

    message: str
    useful: bool
    reason: str | None


def ticket_of(request: Request, now: float) -> Ticket:
    """Return the ticket in the `Authorization` header.

    Raises:
        Refusal: there is none, or it is not valid.
    """
    header = request.headers.get("authorization", "")
    if not header.startswith(_BEARER):
        raise Refusal("no_token")
    return read_ticket(header[len(_BEARER) :], now)


def message_of(request: Request, ticket: Ticket) -> str:
    """Return what a person says: typed as `text`, or the title of the bot's own `button`.

    Raises:
        Refusal: the body says anything else.
    """
    body = _body(request)
    if set(body) not in ({"text"}, {"button"}):
        raise Refusal("unknown_field")
    said = _text(body, "text" if "text" in body else "button")
    if "button" in body:
        return unseal(ticket, said)
    if len(said.strip()) > MAX_CHARACTERS:
        raise Refusal("too_long")
    text = clean(said)
    if not text:
        raise Refusal("empty")
    return text


def rating_of(request: Request) -> Rating:
    """Return a rating.

    Raises:
        Refusal: the body is none.
    """
    body = _body(request)
    if not {"message", "useful"} <= set(body) <= {"message", "useful", "reason"}:
        raise Refusal("unknown_field")
    if not isinstance(body["useful"], bool):
        raise Refusal("not_json")
    reason = _text(body, "reason") if "reason" in body else ""
    if len(reason) > LONGEST_REASON:
        raise Refusal("too_long")
    return Rating(_text(body, "message"), body["useful"], clean(reason) or None)


def _body(request: Request) -> dict[str, Any]:
    if len(request.body) > LARGEST:
        raise Refusal("too_large")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal("wrong_type")
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Refusal("not_json") from None
    if not isinstance(body, dict):
        raise Refusal("not_json")
    return body


def _text(body: dict[str, Any], key: str) -> str:
    if not isinstance(body[key], str):
        raise Refusal("not_json")
    return str(body[key])
