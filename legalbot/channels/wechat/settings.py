"""What a deployment sets for the WeChat account, by environment variables."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from legalbot.settings import LOOPBACK, SettingError

TOKEN = "WECHAT_TOKEN"  # noqa: S105 - the variable's name
TOKEN_PREVIOUS = "WECHAT_TOKEN_PREVIOUS"  # noqa: S105 - the variable's name
APP_ID = "WECHAT_APP_ID"
APP_SECRET = "WECHAT_APP_SECRET"  # noqa: S105 - the variable's name
AES_KEY = "WECHAT_ENCODING_AES_KEY"
AES_KEY_PREVIOUS = "WECHAT_ENCODING_AES_KEY_PREVIOUS"
MODE = "WECHAT_MODE"
MAX_SKEW = "WECHAT_MAX_SKEW_SECONDS"
API_BASE = "WECHAT_API_BASE"
CUSTOMER_SERVICE = "WECHAT_CUSTOMER_SERVICE"
VARIABLES = (
    TOKEN,
    TOKEN_PREVIOUS,
    APP_ID,
    APP_SECRET,
    AES_KEY,
    AES_KEY_PREVIOUS,
    MODE,
    MAX_SKEW,
    API_BASE,
    CUSTOMER_SERVICE,
)

PLAIN, COMPATIBLE, SAFE = MODES = ("plain", "compatible", "safe")
REAL_API = "https://api.weixin.qq.com"
SKEW_SECONDS = 600
"""Requests whose time differs by more are refused; WeChat delivers within 15 seconds."""
_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_APP_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


@dataclass(frozen=True)
class WeChatSettings:
    """The account's settings; texts are as they stand in its back office, none of them is ever shown.

    `tokens` are the present one and the one before it, where that is still to be taken; `aes_keys` the same,
    43 characters each, none in plain mode. `max_skew` is in seconds,
    0 for any. `customer_service` tells whether the account may send messages on its own.
    """

    mode: str
    tokens: tuple[str, ...] = field(repr=False)
    app_id: str
    app_secret: str = field(repr=False)
    aes_keys: tuple[str, ...] = field(repr=False)
    max_skew: int
    api_base: str
    customer_service: bool


def wechat_settings() -> WeChatSettings | None:
    """Return the settings, or None where none of the variables is set: the channel is off then.

    Raises:
        SettingError: a value is missing or cannot be used; the text names the variable, never the value.
    """
    if not any(os.environ.get(variable) for variable in VARIABLES):
        return None
    mode = _one_of(MODE, MODES, SAFE)
    customer_service = _one_of(CUSTOMER_SERVICE, ("on", "off"), "on") == "on"
    return WeChatSettings(
        mode=mode,
        tokens=_tokens(),
        app_id=_fitting(APP_ID, _APP_ID, "公众号后台的开发者 ID（AppID），例如 wx 开头的一串字母数字"),
        app_secret=_needed(APP_SECRET, f"或者设 {CUSTOMER_SERVICE}=off") if customer_service else _secret(),
        aes_keys=() if mode == PLAIN else _aes_keys(),
        max_skew=_seconds(),
        api_base=_api_base(),
        customer_service=customer_service,
    )


def _tokens() -> tuple[str, ...]:
    what = "3 到 32 个英文字母或数字，和公众号后台“服务器配置”里的一样"
    present = _fitting(TOKEN, _TOKEN, what)
    if not os.environ.get(TOKEN_PREVIOUS, "").strip():
        return (present,)
    return present, _fitting(TOKEN_PREVIOUS, _TOKEN, what)


def _needed(variable: str, otherwise: str = "要关掉微信渠道，就一个 WECHAT_ 变量都不要设") -> str:
    value = os.environ.get(variable, "").strip()
    if not value:
        raise SettingError(f"缺少 {variable}：微信渠道要用它，请补上；{otherwise}")
    return value


def _secret() -> str:
    return os.environ.get(APP_SECRET, "").strip()


def _fitting(variable: str, pattern: re.Pattern[str], what: str) -> str:
    value = _needed(variable)
    if not pattern.fullmatch(value):
        raise SettingError(f"{variable} 要写{what}")
    return value


def _aes_keys() -> tuple[str, ...]:
    what = "43 个字母或数字（公众号后台“消息加解密密钥”那一栏），现在是 {length} 个字符"
    keys = []
    for variable in (AES_KEY, AES_KEY_PREVIOUS):
        value = os.environ.get(variable, "").strip()
        if not value and variable == AES_KEY_PREVIOUS:
            continue
        value = _needed(variable, f"或者设 {MODE}=plain（明文模式）")
        if not _AES_KEY.fullmatch(value):
            raise SettingError(f"{variable} 要写 {what.format(length=len(value))}")
        keys.append(value)
    return tuple(keys)


def _one_of(variable: str, allowed: tuple[str, ...], default: str) -> str:
    value = os.environ.get(variable, "").strip().lower() or default
    if value not in allowed:
        raise SettingError(f"{variable} 只能写 {'、'.join(allowed)}，现在是 {value!r}")
    return value


def _seconds() -> int:
    text = os.environ.get(MAX_SKEW, "").strip() or str(SKEW_SECONDS)
    if not (text.isascii() and text.isdecimal()) or int(text) > 86_400:
        raise SettingError(f"{MAX_SKEW} 要写 0 到 86400 之间的整数（秒，0 表示不检查），现在是 {text!r}")
    return int(text)


def _api_base() -> str:
    """Return the API's address without a slash at its end: the secret goes there, hence encrypted."""
    address = os.environ.get(API_BASE, "").strip() or REAL_API
    try:
        parts = urlsplit(address)
        encrypted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if encrypted and parts.hostname and not parts.query and not parts.fragment and parts.port != 0:
            return address.rstrip("/")
    except ValueError:
        pass
    raise SettingError(f"{API_BASE} 要写成 https://主机 这样的地址（不写就是 {REAL_API}）")
