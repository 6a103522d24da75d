"""docs/wechat-screening.md is what a person sees in WeChat today: a whole screening with corrections.

The conversation is held over HTTP, in safe mode, with the bot as `make run` starts it. With LEGALBOT_WRITE=1
the page is written anew instead of compared.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from conftest import Served
from ruamel.yaml import YAML
from wechat_peer.account import Account, event, new_openid, text
from wechat_peer.bot import environment

from legalbot.channels.wechat.menu import menu
from legalbot.paths import ROOT
from legalbot.screening.wording import wording

PAGE = ROOT / "docs" / "wechat-screening.md"
EXAMPLE = YAML(typ="safe").load(Path(__file__).with_name("screening_example.yml").read_text("utf8"))


@pytest.fixture
def as_deployed(tmp_path):
    settings = environment(None, WECHAT_MODE="safe", WECHAT_CUSTOMER_SERVICE="off")
    running = Served(tmp_path, **{name: settings[name] for name in settings if name.startswith("WECHAT_")})
    running.start()
    yield running
    running.stop(signal.SIGTERM)


def sent(step: dict[str, str], openid: str) -> dict[str, object]:
    """The message or event that a step of the example stands for."""
    if "says" in step:
        return text(openid, step["says"])
    if "click" in step:
        assert step["click"] in menu().says
        return event(openid, "CLICK", EventKey=step["click"])
    return event(openid, step["event"])


async def held(account: Account) -> list[tuple[dict[str, str], str]]:
    """Hold the conversation; return each step with what the person got."""
    openid = new_openid()
    return [(step, (await account.deliver(sent(step, openid))).text) for step in EXAMPLE["steps"]]


def page(turns: list[tuple[dict[str, str], str]]) -> str:
    lines = [f"# {EXAMPLE['title']}", "", EXAMPLE["intro"]]
    for step, reply in turns:
        note = f"　*{step['note']}*" if "note" in step else ""
        said = step["shown"] if "shown" in step else f"{EXAMPLE['person']}：{step['says']}"
        lines += ["", f"**{said}**{note}", "", "```text", reply, "```"]
    return "\n".join(lines) + "\n"


async def test_the_page_is_what_a_person_sees_today(as_deployed):
    turns = await held(Account(as_deployed.port, "safe"))
    replies = [reply for _, reply in turns]
    assert sum(wording().sentences["summary_title"] in reply for reply in replies) == 1
    assert sum(wording().sentences["next_step"] in reply for reply in replies) == 1
    if os.environ.get("LEGALBOT_WRITE"):
        PAGE.write_text(page(turns), encoding="utf8")
    assert PAGE.read_text("utf8") == page(turns)
