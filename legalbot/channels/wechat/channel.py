"""`/webhooks/wechat/webhook`: the address that is entered in the account's back office."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, Sanic, text

from legalbot.channels.wechat import kept
from legalbot.channels.wechat.api import WeChatApi
from legalbot.channels.wechat.customer_service import CustomerService
from legalbot.channels.wechat.desk import Desk
from legalbot.channels.wechat.envelope import FORBIDDEN, MALFORMED, Envelope, Refused, Seal
from legalbot.channels.wechat.incoming import Incoming, IncompleteError, incoming
from legalbot.channels.wechat.menu import menu
from legalbot.channels.wechat.settings import WeChatSettings, wechat_settings
from legalbot.channels.wechat.turns import NAME, UNSUBSCRIBE, Turns, wants_reply
from legalbot.channels.wechat.wording import wechat_wording
from legalbot.channels.wechat.xml_fields import written
from legalbot.dialogue import sorry
from legalbot.serving.database import database_of

logger = logging.getLogger(__name__)

OFF = "微信公众号：没有设置 WECHAT_ 开头的变量，这个渠道没有打开（见 docs/wechat.md）。"
LARGEST_BODY = 32 * 1024
"""Bytes. A message of WeChat has at most 2,048 of text; encrypted it is about twice as large."""
TOO_LARGE = 413
THANKS = "success"
"""What tells WeChat that a message was taken and is not to be brought again. Never encrypted."""


class WeChatInput(InputChannel):  # type: ignore[misc]
    """The account's messages and events; off where it is not configured."""

    def __init__(self, settings: WeChatSettings | None) -> None:
        self._settings = settings
        self._desk: Desk | None = None
        self._api: WeChatApi | None = None

    @classmethod
    def name(cls) -> str:
        """Return the part of the address after `/webhooks/`."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> WeChatInput:
        """Return the channel as the environment configures it; says so where it does not.

        Raises:
            SettingError: a variable is missing or cannot be used.
            DataError: a file in `data/wechat` is broken.
        """
        settings = wechat_settings()
        if settings is None:
            print(OFF, flush=True)  # noqa: T201 - for the person at the terminal
        else:
            wechat_wording(), menu()
        return cls(settings)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the channel's address; none where it is off."""
        channel = Blueprint("wechat")
        if self._settings is None:
            return channel
        envelope = Envelope(self._settings)

        @channel.get("/webhook")
        async def verify(request: Request) -> HTTPResponse:
            return _verified(envelope, request)

        @channel.post("/webhook", stream=True)
        async def receive(request: Request) -> HTTPResponse:
            return await self._received(envelope, request, on_new_message)

        @channel.listener("after_server_start")
        async def prepare(app: Sanic, loop: object) -> None:
            self._desk_of(app, on_new_message)

        @channel.listener("before_server_stop")
        async def finish(app: Sanic, loop: object) -> None:
            await self._close()

        return channel

    async def _received(
        self,
        envelope: Envelope,
        request: Request,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
    ) -> HTTPResponse:
        """Answer one delivery: refused before it is opened where it is not WeChat's."""
        began = time.monotonic()
        try:
            given = envelope.verified(query_of(request))
            opened = envelope.opened(given, await _body(request))
            message = incoming(opened.fields)
        except Refused as refused:
            return _plain("", status=refused.status)
        except IncompleteError:
            return _plain("", status=MALFORMED)
        reply = await self._reply(request.app, on_new_message, message, began)
        return _answer(envelope, message, opened.seal, reply)

    async def _close(self) -> None:
        if self._desk is not None:
            await self._desk.close()
        if self._api is not None:
            await self._api.close()

    async def _reply(
        self,
        app: Sanic,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        message: Incoming,
        began: float,
    ) -> str | None:
        """Return what to reply, None for nothing; an honest sentence where the database is away."""
        try:
            desk = self._desk_of(app, on_new_message)
            if message.is_event and message.kind == UNSUBSCRIBE:
                await desk.leave(message, began)
                return None
            return await desk.reply(message, began) if wants_reply(message) else None
        except Exception:
            logger.exception("a message of WeChat could not be answered")
            return sorry().text

    def _desk_of(self, app: Sanic, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Desk:
        """Return the desk, made once the server has its database."""
        if self._desk is None and self._settings is not None:
            database = database_of(app)
            kept.prepare(database)
            if self._settings.customer_service:
                self._api = WeChatApi(self._settings, database)
            turns, service = Turns(on_new_message, database), CustomerService(self._api)
            self._desk = Desk(turns, database, service, partial(_forget, app))
        if self._desk is None:
            raise RuntimeError("the channel is off")
        return self._desk


def query_of(request: Request) -> bytes:
    """Return the query of a request as it came; nothing in it has been decoded."""
    raw = request.raw_url.partition(b"?")[2]
    return bytes(raw)


async def _body(request: Request) -> bytes:
    """Return the body, read only as far as it may be long.

    Raises:
        Refused: it is longer.
    """
    body = bytearray()
    while (chunk := await request.stream.read()) is not None:
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refused(TOO_LARGE, "too large")
    return bytes(body)


async def _forget(app: Sanic, sender: str) -> None:
    """Delete all that is kept of a person who has left, after what is being answered in any process."""
    if hasattr(app.ctx, "store"):
        async with app.ctx.agent.agent.lock_store.lock(sender):
            await app.ctx.store.forget(sender)
        return
    await database_of(app).forget(sender)
    store = getattr(app.ctx.agent, "tracker_store", None)
    while store is not None:  # Rasa's own verbs keep conversations in memory, below stores around it
        getattr(store, "store", {}).pop(sender, None)
        store = getattr(store, "_tracker_store", None)


def _answer(envelope: Envelope, message: Incoming, seal: Seal | None, reply: str | None) -> HTTPResponse:
    if reply is None:
        return _plain(THANKS)
    fields: dict[str, str | int] = {
        "ToUserName": message.openid,
        "FromUserName": message.account,
        "CreateTime": int(time.time()),
        "MsgType": "text",
        "Content": reply,
    }
    return text(envelope.closed(written(fields), seal), content_type="application/xml; charset=utf-8")


def _plain(body: str, status: int = 200) -> HTTPResponse:
    return text(body, status=status, headers={"X-Content-Type-Options": "nosniff"})


def _verified(envelope: Envelope, request: Request) -> HTTPResponse:
    """Answer WeChat's question whether this is the account's server."""
    try:
        echo = envelope.verified(query_of(request)).get("echostr")
    except Refused as refused:
        return _plain("", status=refused.status)
    return _plain(echo) if echo else _plain("", status=FORBIDDEN)
