"""The menu at the bottom of the account, from `data/wechat/menu.yml`: what its buttons say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from legalbot.knowledge import Knowledge, knowledge
from legalbot.paths import DATA
from legalbot.text import clean
from legalbot.yaml_file import Node, load

WIDEST, DEEPEST = 3, 5
"""Buttons beside each other, and buttons above one of them."""
LONGEST_TOP, LONGEST = 16, 60
"""Bytes of a name."""
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_URL = re.compile(r"https://[^\s/]+(/\S*)?")


class MenuError(RuntimeError):
    """The menu could not be created; the text says why, for the person at the terminal."""


@dataclass(frozen=True)
class Menu:
    """The menu: what each key says to the bot, and the whole as WeChat wants it."""

    says: Mapping[str, str]
    payload: Mapping[str, Any]


@lru_cache(maxsize=1)
def menu() -> Menu:
    """Return the account's menu, read and validated once."""
    return read_menu(DATA, knowledge())


def read_menu(data: Path, facts: Knowledge) -> Menu:
    """Read and validate `wechat/menu.yml` below the folder `data`.

    Raises:
        DataError: something is missing, unknown, too long or too much; the text names file and line.
    """
    top = load(data / "wechat" / "menu.yml", data.parent)
    top.only(("menu",))
    says: dict[str, str] = {}
    nodes = list(top.nodes("menu"))
    if not 1 <= len(nodes) <= WIDEST:
        top.fail(f"一级菜单要有 1 到 {WIDEST} 个", "menu")
    buttons = [_top(node, facts, says) for node in nodes]
    return Menu(MappingProxyType(says), MappingProxyType({"button": buttons}))


def _top(node: Node, facts: Knowledge, says: dict[str, str]) -> dict[str, Any]:
    if "buttons" not in node.values:
        return _button(node, facts, says, LONGEST_TOP)
    node.only(("name", "buttons"))
    below = list(node.nodes("buttons"))
    if not 1 <= len(below) <= DEEPEST:
        node.fail(f"二级菜单要有 1 到 {DEEPEST} 个", "buttons")
    return {
        "name": _name(node, LONGEST_TOP),
        "sub_button": [_button(child, facts, says, LONGEST) for child in below],
    }


def _button(node: Node, facts: Knowledge, says: dict[str, str], longest: int) -> dict[str, Any]:
    node.only(("name", "key", "ask", "says", "url"))
    name = _name(node, longest)
    does = [key for key in ("ask", "says", "url") if key in node.values]
    if len(does) != 1:
        node.fail("每个按钮要写 ask、says、url 里的一样，只写一样")
    if does == ["url"]:
        if not _URL.fullmatch(node.text("url")):
            node.fail("“url”要写成 https:// 开头的网址", "url")
        return {"type": "view", "name": name, "url": node.text("url")}
    key = node.text("key")
    if not _KEY.fullmatch(key) or key in says:
        node.fail("“key”要用字母、数字、点、横线，最多 64 个，不能和别的按钮重复", "key")
    says[key] = _says(node, does[0], facts)
    return {"type": "click", "name": name, "key": key}


def _says(node: Node, key: str, facts: Knowledge) -> str:
    text = node.text(key)
    if key == "says":
        return clean(text)
    if text not in facts.facts:
        node.fail(f"没有“{text}”这个事实", "ask")
    return facts.facts[text].ask


def _name(node: Node, longest: int) -> str:
    name = node.text("name")
    if len(name.encode()) > longest:
        node.fail(f"“{name}”太长，这里最多 {longest} 个字节（一个汉字 3 个字节）", "name")
    return name
