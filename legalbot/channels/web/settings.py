"""What a deployment sets for the widget by environment variables."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from legalbot.settings import SettingError, address_per_minute, proxies, token_hours

SITES = "LEGALBOT_SITES"
"""Sites that may show the widget: origins (`https://sf.example.gov.cn`), separated by blanks."""
TITLE = "LEGALBOT_TITLE"
"""What stands above the conversation; by default `title` of `data/widget/zh-CN.yml`."""
COLOUR = "LEGALBOT_COLOUR"
"""The main colour, `#rrggbb`: white letters must be readable on it."""
COLOUR_SOFT = "LEGALBOT_COLOUR_SOFT"
"""The colour behind what a citizen said, `#rrggbb`: black letters must be readable on it."""
LONGEST_TITLE = 20
READABLE = 4.5
"""The least contrast of letters and their background (WCAG 2.1 AA)."""
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Settings:
    """How this deployment's widget looks and whom it trusts."""

    sites: tuple[str, ...]
    title: str | None
    colour: str
    colour_soft: str
    proxies: int
    address_per_minute: int
    token_seconds: int


def read_settings() -> Settings:
    """Return the settings.

    Raises:
        SettingError: a variable has a value that cannot be used.
    """
    return Settings(
        sites=_sites(os.environ.get(SITES, "")),
        title=_title(os.environ.get(TITLE, "").strip()),
        colour=_colour(COLOUR, "#1a5a9e", "#ffffff", "白字"),
        colour_soft=_colour(COLOUR_SOFT, "#dcebfa", "#1b1f24", "黑字"),
        proxies=proxies(),
        address_per_minute=address_per_minute(),
        token_seconds=token_hours() * 3600,
    )


def _sites(text: str) -> tuple[str, ...]:
    return tuple(_site(site) for site in re.split(r"[\s,]+", text) if site)


def _site(text: str) -> str:
    """Return an origin in the form in which browsers name it."""
    parts = urlsplit(text)
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not bare or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
        raise SettingError(f"{SITES} 要写网站的地址，例如 https://sf.example.gov.cn ，现在有 {text!r}")
    default = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default)}"


def _title(text: str) -> str | None:
    if len(text) > LONGEST_TITLE:
        raise SettingError(f"{TITLE} 最多写 {LONGEST_TITLE} 个字")
    return text or None


def _colour(variable: str, default: str, against: str, letters: str) -> str:
    colour = os.environ.get(variable) or default
    if not _COLOUR.fullmatch(colour):
        raise SettingError(f"{variable} 要写成 #1a5a9e 这样的颜色，现在是 {colour!r}")
    found = contrast(colour, against)
    if found < READABLE:
        raise SettingError(
            f"{variable}={colour} 上的{letters}看不清（对比度 {found:.1f}，至少要 {READABLE}），请换一个"
        )
    return colour.lower()


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.1 defines it, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
