"""What a message or event of WeChat is, whose it is, and by which key it is known when it comes again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from legalbot.serving.secret import pseudonym

LONGEST_NAME = 128
"""Characters of an openid or account name; WeChat's have 28 and 15."""
TEXT, VOICE, EVENT = "text", "voice", "event"


class IncompleteError(ValueError):
    """A message that does not say whose or what it is."""


@dataclass(frozen=True)
class Incoming:
    """One message or event. `openid` is for addressing the reply only; `sender` stands for it elsewhere.

    `kind` is a MsgType or, for an event, its name; `text` what was typed or spoken; `key` what a menu button
    or scanned code carries; `choice` the number of a choice that was pressed; `at` when, in epoch seconds.
    """

    openid: str = field(repr=False)
    account: str
    sender: str
    kind: str
    is_event: bool
    text: str = field(repr=False)
    key: str
    choice: str
    at: int
    id: str
    """Keyed hash of what makes a message the same one when it is delivered again."""


def incoming(fields: Mapping[str, str]) -> Incoming:
    """Return what the fields of a request say.

    Raises:
        IncompleteError: sender, account or type are missing or far too long.
    """
    openid, account, kind = (_named(fields, name) for name in ("fromusername", "tousername", "msgtype"))
    kind = kind.lower()
    is_event = kind == EVENT
    if is_event:
        kind = _named(fields, "event").lower()
    return Incoming(
        openid=openid,
        account=account,
        sender=pseudonym("wechat", openid),
        kind=kind,
        is_event=is_event,
        text=fields.get("recognition" if kind == VOICE else "content", ""),
        key=fields.get("eventkey", "")[:LONGEST_NAME],
        choice=fields.get("bizmsgmenuid", "").strip()[:8],
        at=_seconds(fields.get("createtime", "")),
        id=pseudonym("wechat-message", _identity(openid, is_event, fields)),
    )


def _identity(openid: str, is_event: bool, fields: Mapping[str, str]) -> str:
    """Return what a message keeps when WeChat delivers it again: its MsgId, or what an event is made of."""
    message = fields.get("msgid", "").strip()
    if message and not is_event:
        return f"{openid}\n{message}"
    parts = [fields.get(name, "") for name in ("createtime", "msgtype", "event", "eventkey", "content")]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return f"{openid}\n{digest}"


def _named(fields: Mapping[str, str], name: str) -> str:
    value = fields.get(name, "").strip()
    if not value or len(value) > LONGEST_NAME:
        raise IncompleteError(name)
    return value


def _seconds(text: str) -> int:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 12 else int(time.time())
