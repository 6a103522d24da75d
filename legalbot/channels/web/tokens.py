"""Tickets to a conversation: issued by the bot, unguessable, signed, valid for some hours.

A ticket is `conversation.expiry.signature`: 192 random bits, seconds since the epoch, and an HMAC over both.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass

from legalbot.channels.web.refusal import Refusal
from legalbot.serving.secret import key_for

LONGEST = 128
"""Characters of a ticket; a longer one is refused unread."""
LONGEST_BUTTON = 1_000
_SIGNATURE = 16


@dataclass(frozen=True)
class Ticket:
    """A conversation that its bearer may go on with until `expires` (seconds since the epoch)."""

    conversation: str
    expires: int

    @property
    def sender(self) -> str:
        """The name of the conversation in Rasa."""
        return f"web-{self.conversation}"

    def __str__(self) -> str:
        said = f"{self.conversation}.{self.expires}"
        return f"{said}.{_signed('web-ticket', said)}"


def new_ticket(now: float, seconds: float) -> Ticket:
    """Return the ticket to a new conversation, valid for `seconds` from `now`."""
    return Ticket(secrets.token_urlsafe(24), int(now + seconds))


def read_ticket(text: str, now: float) -> Ticket:
    """Return what a ticket says.

    Raises:
        Refusal: it was not issued by this bot (`bad_token`), or it is over (`expired_token`).
    """
    said, _, signature = text.rpartition(".")
    conversation, _, expires = said.partition(".")
    if len(text) > LONGEST or not text.isascii() or not _fits("web-ticket", said, signature):
        raise Refusal("bad_token")
    if int(expires) <= now:
        raise Refusal("expired_token")
    return Ticket(conversation, int(expires))


def seal(ticket: Ticket, title: str) -> str:
    """Return the payload of a button: it says `title`, in this conversation only."""
    said = base64.urlsafe_b64encode(title.encode()).decode()
    return f"{said}.{_signed('web-button', f'{ticket.conversation}.{said}')}"


def unseal(ticket: Ticket, payload: str) -> str:
    """Return the title of a button that the bot offered in this conversation.

    Raises:
        Refusal: it did not (`bad_button`).
    """
    said, _, signature = payload.rpartition(".")
    sound = payload.isascii() and len(payload) <= LONGEST_BUTTON
    if not sound or not _fits("web-button", f"{ticket.conversation}.{said}", signature):
        raise Refusal("bad_button")
    try:
        return base64.urlsafe_b64decode(said).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal("bad_button") from None


def _signed(purpose: str, said: str) -> str:
    code = hmac.digest(key_for(purpose), said.encode(), "sha256")[:_SIGNATURE]
    return base64.urlsafe_b64encode(code).decode().rstrip("=")


def _fits(purpose: str, said: str, signature: str) -> bool:
    return hmac.compare_digest(_signed(purpose, said), signature)
