"""Keys of this deployment: for tokens that nobody else can make, for names that nobody can trace back."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from legalbot.paths import VAR
from legalbot.settings import SettingError

SECRET = "LEGALBOT_SECRET"  # noqa: S105 - the variable's name
"""At least 32 characters, the same for all processes; by default made once and kept in `var/secret`."""
SHORTEST = 32


def key_for(purpose: str) -> bytes:
    """Return 32 bytes for one purpose; another purpose's key does not tell them.

    Raises:
        SettingError: the secret is too short.
    """
    return hmac.digest(_secret(), purpose.encode(), hashlib.sha256)


def pseudonym(purpose: str, name: str) -> str:
    """Return 32 hexadecimal digits that stand for `name` and do not tell it."""
    return hmac.new(key_for(purpose), name.encode(), hashlib.sha256).hexdigest()[:32]


@lru_cache(maxsize=1)
def _secret() -> bytes:
    given = os.environ.get(SECRET)
    if given is None:
        return _own(VAR / "secret")
    if len(given) < SHORTEST:
        raise SettingError(f"{SECRET} 至少要有 {SHORTEST} 个字符")
    return given.encode()


def _own(path: Path) -> bytes:
    """Return the secret kept at `path`, made at the first start; of two processes one makes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()
    return path.read_bytes()
