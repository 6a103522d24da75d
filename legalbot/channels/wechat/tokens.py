"""The account's access token: one for all processes, fetched by one of them at a time."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken

from legalbot.serving.database import Database, inserted
from legalbot.serving.secret import key_for, pseudonym

EARLY_SECONDS = 300.0
"""So long before its end a token is renewed; WeChat honours the old one five minutes longer."""
LEASE_SECONDS = 11.0
"""So long the others wait for the process that fetches; it asks twice at the most, five seconds each."""
FORCED_SECONDS = 60.0
"""WeChat is made to change a token at most this often; it allows twenty times a day."""
POLL_SECONDS = 0.1
TOKENS = sa.Table(
    "wechat_tokens",
    sa.MetaData(),
    sa.Column("account", sa.String(40), primary_key=True),
    sa.Column("token", sa.Text),
    sa.Column("mark", sa.String(40)),
    sa.Column("until", sa.Float, nullable=False),
    sa.Column("leased_until", sa.Float, nullable=False),
    sa.Column("forced_at", sa.Float, nullable=False),
)
"""One row an account; the token is encrypted with a key of the deployment."""

Fetch = Callable[[bool], Awaitable[tuple[str, float]]]
"""Fetches a token, a new one where told to, and returns it with its seconds."""


class TokenRefusedError(RuntimeError):
    """WeChat refuses the token that it gives out."""


@dataclass(frozen=True)
class _Seen:
    """The token as it is kept, None where it is of no use; whether the caller is the one to fetch another."""

    token: str | None
    leased: bool
    forced_at: float


class AccessToken:
    """Gives out the token that all processes share."""

    def __init__(self, database: Database, app_id: str, fetch: Fetch) -> None:
        self._database = database
        self._account = pseudonym("wechat-account", app_id)
        self._box = Fernet(base64.urlsafe_b64encode(key_for("wechat-token")))
        self._fetch = fetch
        self._one = asyncio.Lock()

    async def get(self, refused: str | None = None) -> str:
        """Return a token that is valid, and another one than `refused`.

        Raises:
            TokenRefusedError: WeChat gives out no other one, or another process got none in time.
            Exception: whatever fetching it raises.
        """
        patience = time.monotonic() + 2 * LEASE_SECONDS
        useless = _mark(refused) if refused else None
        while time.monotonic() < patience:
            async with self._one:
                seen = await self._database.call(_look, self._account, useless, time.time())
                if seen.leased:
                    return await self._renewed(refused, seen.forced_at)
            token = self._open(seen.token)
            if token is not None:
                return token
            await asyncio.sleep(POLL_SECONDS)
        raise TokenRefusedError("no token in time")

    async def _renewed(self, refused: str | None, forced_at: float) -> str:
        try:
            token, seconds = await self._fetch(False)
            if token == refused:
                now = time.time()
                if forced_at > now - FORCED_SECONDS:
                    raise TokenRefusedError("the token is refused again")
                await self._database.call(_change, self._account, {"forced_at": now})
                token, seconds = await self._fetch(True)
        except BaseException:
            await self._database.call(_change, self._account, {"leased_until": 0.0})
            raise
        new = {
            "token": self._box.encrypt(token.encode()).decode(),
            "mark": _mark(token),
            "until": time.time() + max(seconds - EARLY_SECONDS, 0.0),
            "leased_until": 0.0,
        }
        await self._database.call(_change, self._account, new)
        return token

    def _open(self, encrypted: str | None) -> str | None:
        """Return the token; None where there is none, or the deployment's secret has been changed since."""
        try:
            return self._box.decrypt(encrypted.encode()).decode() if encrypted else None
        except InvalidToken:
            return None


def _mark(token: str) -> str:
    """Return what tells tokens apart and does not tell them; it changes with the deployment's secret."""
    return pseudonym("wechat-token", token)


def _look(connection: Any, account: str, useless: str | None, now: float) -> _Seen:
    """Read the token; where it has ended or is `useless` take the lease to fetch another, if it is free."""
    own = TOKENS.c.account == account
    row = connection.execute(sa.select(TOKENS).where(own).with_for_update()).first()
    if row is None:
        return _Seen(None, _first(connection, account, now), 0.0)
    if row.token and row.until > now and row.mark != useless:
        return _Seen(row.token, leased=False, forced_at=row.forced_at)
    free = row.leased_until <= now
    if free:
        _change(connection, account, {"leased_until": now + LEASE_SECONDS})
    return _Seen(None, free, row.forced_at)


def _first(connection: Any, account: str, now: float) -> bool:
    """Insert the account's row with the lease; False where another process was faster."""
    new = {"account": account, "until": 0.0, "leased_until": now + LEASE_SECONDS, "forced_at": 0.0}
    return inserted(connection, TOKENS, new)


def _change(connection: Any, account: str, values: dict[str, Any]) -> None:
    connection.execute(sa.update(TOKENS).where(TOKENS.c.account == account).values(values))
