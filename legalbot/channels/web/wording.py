"""The widget's wording, from `data/widget/zh-CN.yml`; the traditional characters are derived from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from opencc import OpenCC

from legalbot.channels.web.refusal import CODES
from legalbot.knowledge import Knowledge, knowledge
from legalbot.paths import DATA
from legalbot.yaml_file import load

TEMPLATES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "left": ("count",),
        "call": ("number",),
        "progress": ("at", "of"),
        "summary_date": ("year", "month", "day"),
    }
)
INTERFACE = (
    *("title", "subtitle", "open", "close", "greeting", "hot_title", "hot_button", "notice"),
    *("placeholder", "input_label", "send", "left", "conversation", "you", "bot", "typing"),
    *("sources", "related", "options", "progress"),
    *("rate_ask", "useful", "not_useful", "rated", "rate_failed"),
    *("reason_ask", "reason_label", "reason_send", "reason_skip"),
    *("read", "read_stop", "large", "large_off", "contrast", "contrast_off", "hans", "hant", "more", "menu"),
    *("restart", "restarted", "clear", "clear_ask", "clear_yes", "clear_no", "cleared", "history", "expired"),
    *("offline", "online", "failed_network", "failed_server", "failed_timeout", "failed_start", "retry"),
    *("hotline", "call", "summary_open", "summary_title", "summary_told", "summary_read"),
    *("summary_steps", "summary_note", "summary_date", "back"),
    *("print", "print_failed", "copy", "copied", "copy_failed"),
    "no_script",
)
"""Every sentence that the widget's pages say, by the name under which they ask for it."""


@dataclass(frozen=True)
class WidgetWording:
    """What stands on the widget; `hot` are offered first, `reasons` say why an answer was no use."""

    interface: Mapping[str, str]
    reasons: tuple[str, ...]
    hot: tuple[str, ...]
    errors: Mapping[str, str]


@lru_cache(maxsize=1)
def widget_wording() -> WidgetWording:
    """Return the wording, read and validated once."""
    return read_widget(DATA, knowledge())


def read_widget(data: Path, facts: Knowledge) -> WidgetWording:
    """Read and validate `widget/zh-CN.yml` below the folder `data`.

    Raises:
        DataError: something is missing, unknown or broken; the text names file and line.
    """
    top = load(data / "widget" / "zh-CN.yml", data.parent)
    top.only(("interface", "reasons", "hot", "screen", "errors"))
    interface, errors = top.node("interface"), top.node("errors")
    interface.only(INTERFACE)
    errors.only(CODES)
    hot = top.texts("hot")
    for fact in hot:
        if fact not in facts.facts:
            top.fail(f"没有“{fact}”这个事实", "hot")
    return WidgetWording(
        interface=MappingProxyType({k: interface.template(k, TEMPLATES.get(k, ())) for k in INTERFACE}),
        reasons=top.texts("reasons"),
        hot=(*(facts.facts[fact].ask for fact in hot), top.text("screen")),
        errors=MappingProxyType({code: errors.text(code) for code in CODES}),
    )


def is_traditional(languages: str) -> bool:
    """Tell whether an `Accept-Language` header asks for traditional characters first."""
    first = languages.partition(",")[0].strip().lower()
    return first.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo"))


class AsTyped(str):
    """A text of a person: it stays in the characters in which it was typed."""


def traditional(said: Any) -> Any:
    """Return a text, or texts within lists and mappings, in traditional characters; keys stay."""
    if isinstance(said, AsTyped):
        return said
    if isinstance(said, str):
        return _converter().convert(said)
    if isinstance(said, (list, tuple)):
        return [traditional(one) for one in said]
    if isinstance(said, Mapping):
        return {key: traditional(one) for key, one in said.items()}
    return said


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("s2t")
