"""WeChat as it meets the bot's server; wechatpy, an independent peer, encrypts and reads the replies."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import aiohttp
import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import TextReply, deserialize_reply

TOKEN = "peertoken123"
APP_ID = "wx0123456789abcdef"
SECRET = "0123456789abcdef0123456789abcdef"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
OPENID = "oPeer{:024d}"
NAME = "gh_peer00000000"
HANGS_UP = 5.0
DELIVERIES = 3
OUT_OF_SERVICE = "该公众号暂时无法提供服务"
_numbers = itertools.count(random.SystemRandom().randrange(10**9, 10**12))


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324


def text(openid: str, content: str, message: int | None = None, **more: object) -> dict[str, object]:
    """The fields of a text message."""
    return _fields(openid, "text", message, Content=content, **more)


def message(openid: str, kind: str, **more: object) -> dict[str, object]:
    return _fields(openid, kind, None, **more)


def event(openid: str, name: str, **more: object) -> dict[str, object]:
    """The fields of an event: they have no MsgId."""
    return {**_head(openid, "event"), "Event": name, **more}


def new_openid() -> str:
    return OPENID.format(next(_numbers))


def _head(openid: str, kind: str) -> dict[str, object]:
    return {"ToUserName": NAME, "FromUserName": openid, "CreateTime": int(time.time()), "MsgType": kind}


def _fields(openid: str, kind: str, number: int | None, **more: object) -> dict[str, object]:
    return {**_head(openid, kind), "MsgId": number or next(_numbers), **more}


def xml(fields: Mapping[str, object]) -> str:
    return xmltodict.unparse({"xml": dict(fields)}, full_document=False)


@dataclass
class Got:
    """What came back for one delivery; status 0 where WeChat hung up."""

    status: int
    body: str = ""
    content: str | None = None
    seconds: float = 0.0


@dataclass
class Seen:
    """What a person sees as reply to a message, and how often it was delivered until then."""

    texts: list[str] = field(default_factory=list)
    deliveries: int = 0

    @property
    def text(self) -> str:
        assert len(self.texts) == 1, self.texts
        return self.texts[0]


class Account:
    """Speaks to one server in one mode: plain, compatible or safe."""

    def __init__(
        self, port: int, mode: str, key: str = KEY, app_id: str = APP_ID, token: str = TOKEN
    ) -> None:
        self.address = f"http://127.0.0.1:{port}/webhooks/wechat/webhook"
        self.mode = mode
        self.token = token
        self.crypto = WeChatCrypto(token, key, app_id)

    def query(self, **more: str) -> dict[str, str]:
        """Signed parameters."""
        timestamp, nonce = str(int(time.time())), str(next(_numbers))
        signature = sha1(self.token, timestamp, nonce)
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce, **more}

    def request(self, fields: Mapping[str, object] | str) -> tuple[dict[str, str], str]:
        """The query and body of a delivery."""
        plain = fields if isinstance(fields, str) else xml(fields)
        whose = OPENID.format(0) if isinstance(fields, str) else str(fields["FromUserName"])
        query = self.query(openid=whose)
        if self.mode == "plain":
            return query, plain
        sealed = self.crypto.encrypt_message(plain, query["nonce"], query["timestamp"])
        parts = xmltodict.parse(sealed)["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
        if self.mode == "safe":
            return query, xml({"ToUserName": NAME, "Encrypt": parts["Encrypt"]})
        return query, xml({**xmltodict.parse(plain)["xml"], "Encrypt": parts["Encrypt"]})

    def opened(self, body: str) -> str | None:
        """The text in a reply, None where WeChat is only thanked.

        Raises AssertionError for anything that WeChat would not understand.
        """
        if body in ("", "success"):
            return None
        if self.mode != "plain":
            parts = xmltodict.parse(body)["xml"]
            assert set(parts) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}
            body = self.crypto.decrypt_message(
                body, parts["MsgSignature"], parts["TimeStamp"], parts["Nonce"]
            )
        reply = deserialize_reply(body)
        assert isinstance(reply, TextReply)
        assert reply.source == NAME
        assert 0 < len(reply.content.encode()) <= 2048
        return str(reply.content)

    async def post(self, query: Mapping[str, str] | str, body: str | bytes, seconds: float = HANGS_UP) -> Got:
        """One delivery; WeChat hangs up after `seconds`."""
        asked = query if isinstance(query, str) else urlencode(query, quote_via=quote)
        start, limit = time.perf_counter(), aiohttp.ClientTimeout(total=seconds)
        data = body.encode() if isinstance(body, str) else body
        try:
            async with (
                aiohttp.ClientSession(timeout=limit, connector=aiohttp.TCPConnector(limit=0)) as session,
                session.post(f"{self.address}?{asked}", data=data) as reply,
            ):
                got = Got(reply.status, await reply.text())
        except asyncio.TimeoutError:
            return Got(0, seconds=time.perf_counter() - start)
        got.seconds = time.perf_counter() - start
        got.content = self.opened(got.body) if got.status == 200 else None
        return got

    async def deliver(self, fields: Mapping[str, object] | str, deliveries: int = DELIVERIES) -> Seen:
        """Deliver a message as WeChat does, until it is answered; return what the person sees."""
        seen = Seen()
        for _ in range(deliveries):
            seen.deliveries += 1
            got = await self.post(*self.request(fields))
            if got.status == 0:
                continue
            if got.status != 200:
                seen.texts.append(OUT_OF_SERVICE)
            elif got.content is not None:
                seen.texts.append(got.content)
            return seen
        seen.texts.append(OUT_OF_SERVICE)
        return seen

    async def says(self, openid: str, content: str) -> str:
        """Send a text and return the reply."""
        return (await self.deliver(text(openid, content))).text
