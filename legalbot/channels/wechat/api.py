"""WeChat's API: what the account does by itself. Every failure has a name; none tells a secret."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import sqlalchemy as sa

from legalbot.channels.wechat.settings import APP_ID, APP_SECRET, WeChatSettings
from legalbot.channels.wechat.tokens import TOKENS, AccessToken
from legalbot.serving.database import Database

logger = logging.getLogger(__name__)

SECONDS = aiohttp.ClientTimeout(total=5, connect=3)
LARGEST_ANSWER = 64 * 1024
TOKEN_ERRORS = frozenset({40001, 40014, 42001})
BUSY = -1
BUSY_SECONDS = 1.0
HINTS: Mapping[int, str] = {
    40164: "请把这台服务器的公网 IP 加进公众号后台的 IP 白名单",
    40125: f"请核对 {APP_SECRET}",
    40013: f"请核对 {APP_ID}",
    48001: "这个公众号没有这项权限（要认证的服务号）；回答会随用户的下一条消息发出",
    45009: "今天调用的次数用完了",
    45015: "用户超过 48 小时没有发消息",
    45047: "对这个用户连着发的客服消息太多",
    40018: "菜单名字的长度不对",
}


class ApiError(RuntimeError):
    """WeChat has not done what it was asked; `code` is its own number, 0 where it gave none that we know."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code} {HINTS.get(code, '')}".strip())
        self.code = code


class UnknownOutcomeError(RuntimeError):
    """WeChat was asked and has not answered: it may have done it, so it must not be asked again."""


class NotReachedError(RuntimeError):
    """WeChat could not be reached, or answered what cannot be read, so nothing was done."""


class WeChatApi:
    """Calls the API with the token that all processes share."""

    def __init__(self, settings: WeChatSettings, database: Database) -> None:
        """Make the client; the token's table is created where it is missing."""
        try:
            TOKENS.create(database.engine, checkfirst=True)
        except sa.exc.SQLAlchemyError:  # another process was faster
            TOKENS.create(database.engine, checkfirst=True)
        self._settings = settings
        self._token = AccessToken(database, settings.app_id, self._fetch_token)
        self._session: aiohttp.ClientSession | None = None

    async def call(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Post `payload` to `path` and return the answer.

        A refused token is renewed once and a busy system asked again once, never more.

        Raises:
            ApiError: WeChat refused; nothing was done.
            UnknownOutcomeError: it may or may not have been done.
            NotReachedError: nothing was done.
            TokenRefusedError: there is no token that WeChat takes.
        """
        token = await self._token.get()
        try:
            return await self._post(path, payload, token)
        except ApiError as error:
            if error.code in TOKEN_ERRORS:
                token = await self._token.get(refused=token)
            elif error.code == BUSY:
                await asyncio.sleep(BUSY_SECONDS)
            else:
                raise
        return await self._post(path, payload, token)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _fetch_token(self, forced: bool) -> tuple[str, float]:
        asked = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "force_refresh": forced,
        }
        try:
            answer = await self._post("/cgi-bin/stable_token", asked)
        except UnknownOutcomeError:  # asking for a token changes nothing
            raise NotReachedError("no answer") from None
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise NotReachedError("an answer without a token")
        return token, float(seconds)

    async def _post(self, path: str, payload: Mapping[str, Any], token: str | None = None) -> dict[str, Any]:
        """Post once. The addresses in aiohttp's errors hold the token: only their kind is told on."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=SECONDS)
        body = json.dumps(payload, ensure_ascii=False).encode()
        try:
            async with self._session.post(
                self._settings.api_base + path,
                params={"access_token": token} if token else {},
                data=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
                allow_redirects=False,
            ) as response:
                text, status = await response.content.read(LARGEST_ANSWER), response.status
        except aiohttp.ClientConnectorError as error:
            raise NotReachedError(type(error).__name__) from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            raise UnknownOutcomeError(type(error).__name__) from None
        return _read(text, status)


def _read(text: bytes, status: int) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status >= 500 or not isinstance(answer, dict):
        raise UnknownOutcomeError(f"status {status}")
    code = answer.get("errcode", 0)
    if code:
        raise ApiError(code if isinstance(code, int) else 0)
    return answer
