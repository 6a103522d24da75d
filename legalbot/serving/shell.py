"""`make shell`: talk to the bot in the terminal, one process, no server."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path

from legalbot.serving.agent import Said, load_agent, say
from legalbot.text import clean

PROMPT = "您说："
STOP = {"/stop", "exit", "quit"}


def talk(model: Path) -> None:
    """Read questions from standard input and print the answers until the end of input or Ctrl-C."""
    asyncio.run(_talk(model))


async def _talk(model: Path) -> None:
    agent = load_agent(model)
    sender = f"shell-{uuid.uuid4().hex}"
    offered: tuple[str, ...] = ()
    print("可以提问了。输入数字选下面的问题，Ctrl-D 结束。")  # noqa: T201
    while True:
        line = await asyncio.to_thread(_read)
        if line is None or line.strip() in STOP:
            return
        for said in await say(agent, clean(_chosen(line, offered)), sender):
            offered = said.buttons
            _show(said)


def _read() -> str | None:
    sys.stdout.write(PROMPT)
    sys.stdout.flush()
    line = sys.stdin.readline()
    return line if line else None


def _chosen(line: str, offered: tuple[str, ...]) -> str:
    number = line.strip()
    if number.isdecimal() and 0 < int(number) <= len(offered):
        return offered[int(number) - 1]
    return line


def _show(said: Said) -> None:
    numbered = [f"  {number}. {title}" for number, title in enumerate(said.buttons, 1)]
    print("\n".join([said.text, *numbered, ""]))  # noqa: T201
