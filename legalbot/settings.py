"""What a deployment sets by environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from legalbot.paths import ROOT

DATABASE = "LEGALBOT_DATABASE"
"""An SQLAlchemy address (`postgresql://…`); by default an SQLite file in `var/` of the project."""
KEEP_DAYS = "LEGALBOT_KEEP_DAYS"
"""After so many days what was said is deleted."""
DEFAULT_KEEP_DAYS = 30


class SettingError(ValueError):
    """An environment variable has a value that cannot be used; the text says which and why."""


def keep_days() -> int:
    """Return after how many days conversations are deleted.

    Raises:
        SettingError: it is set to something that is no positive number.
    """
    text = os.environ.get(KEEP_DAYS, str(DEFAULT_KEEP_DAYS))
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"{KEEP_DAYS} 要写一个正整数（天数），现在是 {text!r}")
    return int(text)


def database() -> str:
    """Return the address of the database; the folder of an SQLite file is made where it is missing.

    Raises:
        SettingError: what is set is no address.
    """
    address = os.environ.get(DATABASE, f"sqlite:///{ROOT / 'var' / 'conversations.sqlite'}")
    parts = urlsplit(address)
    if not parts.scheme or "://" not in address:
        raise SettingError(f"{DATABASE} 要写成 sqlite:///文件 或 postgresql://用户:密码@主机/库 这样的地址")
    if parts.scheme.startswith("sqlite"):
        Path(parts.path.removeprefix("/")).parent.mkdir(parents=True, exist_ok=True)
    return address
