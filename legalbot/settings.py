"""What a deployment sets by environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from legalbot.paths import VAR

HOST = "LEGALBOT_HOST"
"""The address that the server listens on; by default this machine only."""
DATABASE = "LEGALBOT_DATABASE"
"""An SQLAlchemy address (`postgresql://…`); by default an SQLite file in `var/` of the project."""
REDIS = "LEGALBOT_REDIS"
"""`redis://…`: keeps the messages of one person in order over several processes; by default none."""
WORKERS = "WORKERS"
"""So many processes serve together on this machine."""
TOGETHER = "LEGALBOT_TOGETHER"
"""`on`: other processes, started apart, write to the same SQLite file."""
KEEP_DAYS = "LEGALBOT_KEEP_DAYS"
"""After so many days what was said is deleted."""
PER_MINUTE = "LEGALBOT_PER_MINUTE"
"""So many messages a minute are taken from one sender."""
FIGURES = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable: the folder where several processes put their figures together."""
REST = "LEGALBOT_REST"
"""`off` closes `/webhooks/rest/webhook`, also on this machine (behind nginx, which is one of its users)."""
PROXIES = "LEGALBOT_PROXIES"
"""So many proxies of one's own stand in front: the address of a person is read from `X-Forwarded-For`."""
ADDRESS_PER_MINUTE = "LEGALBOT_ADDRESS_PER_MINUTE"
"""So many requests a minute are taken from one network address, behind which there may be many people."""
TOKEN_HOURS = "LEGALBOT_TOKEN_HOURS"  # noqa: S105 - the variable's name
"""So many hours a conversation on the web can be gone on with after its last message."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingError(ValueError):
    """An environment variable has a value that cannot be used; the text says which and why."""


def host() -> str:
    """Return the address to listen on."""
    return os.environ.get(HOST) or LOOPBACK[0]


def is_public() -> bool:
    """Tell whether other machines can reach the server directly."""
    return host() not in LOOPBACK


def workers() -> int:
    """Return how many processes serve together (`SettingError` where that is no number)."""
    return _positive(WORKERS, 1, "进程数")


def keep_days() -> int:
    """Return after how many days conversations are deleted (`SettingError` where that is no number)."""
    return _positive(KEEP_DAYS, 30, "天数")


def per_minute() -> int:
    """Return how many messages a minute one sender may write (`SettingError` where that is no number)."""
    return _positive(PER_MINUTE, 60, "每分钟条数")


def shared() -> bool:
    """Tell whether other processes may write to the same database.

    Raises:
        SettingError: what is set is neither on nor off.
    """
    return is_on(TOGETHER, default=False) or workers() > 1 or not database().startswith("sqlite")


def redis() -> str | None:
    """Return the address of Redis, or None.

    Raises:
        SettingError: what is set is no address.
    """
    address = os.environ.get(REDIS)
    if address and urlsplit(address).scheme not in ("redis", "rediss", "unix"):
        raise SettingError(f"{REDIS} 要写成 redis://主机:端口/编号 这样的地址")
    return address or None


def database() -> str:
    """Return the address of the database; the folder of an SQLite file is made where it is missing.

    Raises:
        SettingError: what is set is no address.
    """
    address = os.environ.get(DATABASE) or f"sqlite:///{VAR / 'conversations.sqlite'}"
    parts = urlsplit(address)
    if not parts.scheme or "://" not in address:
        raise SettingError(f"{DATABASE} 要写成 sqlite:///文件 或 postgresql://用户:密码@主机/库 这样的地址")
    if parts.scheme.startswith("sqlite"):
        Path(parts.path.removeprefix("/")).parent.mkdir(parents=True, exist_ok=True)
    return address


def rest_is_on() -> bool:
    """Tell whether the REST channel answers: on this machine only, unless it was switched off.

    Raises:
        SettingError: what is set is neither on nor off.
    """
    return is_on(REST, default=True) and not is_public()


def proxies() -> int:
    """Return how many proxies stand in front (`SettingError` where that is no number)."""
    return _positive(PROXIES, 0, "反向代理的层数")


def address_per_minute() -> int:
    """Return how many requests a minute one address may send (`SettingError` where that is no number)."""
    return _positive(ADDRESS_PER_MINUTE, 600, "每分钟次数")


def token_hours() -> int:
    """Return for how many hours a web conversation may rest (`SettingError` where that is no number)."""
    return _positive(TOKEN_HOURS, 24, "小时数")


def is_on(variable: str, *, default: bool) -> bool:
    """Tell whether a variable says `on`.

    Raises:
        SettingError: what is set is neither on nor off.
    """
    said = os.environ.get(variable) or ("on" if default else "off")
    if said not in ("on", "off"):
        raise SettingError(f"{variable} 只能写 on 或 off，现在是 {said!r}")
    return said == "on"


def _positive(variable: str, default: int, what: str) -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdecimal() or int(text) < min(default, 1):
        raise SettingError(
            f"{variable} 要写一个{'正整数' if default else '0或者正整数'}（{what}），现在是 {text!r}"
        )
    return int(text)
