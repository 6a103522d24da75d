"""The bot as `make run` serves it, with an agent that can be told to be slow, to fail or to say something.

    python staged_server.py PORT LOG SECONDS

LOG gets a line for each message that the agent hears. SECONDS is how long it may think.
A message of the form 剧本{"…": …} is heard by the stage: `slow` seconds, then what it `says` or `asks`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from legalbot.serving import lean  # noqa: F401 - before anything of Rasa

from rasa.core.channels.channel import UserMessage  # isort: skip
from sanic import Sanic  # isort: skip

from wechat_peer import SCRIPT  # isort: skip

from legalbot.model import MODEL  # isort: skip
from legalbot.serving.server import BACKLOG, make_app  # isort: skip
from legalbot.settings import SettingError  # isort: skip


def stage(app: Sanic, log: Path, seconds: float) -> None:
    """Put the stage before the loaded agent."""
    responder = app.ctx.agent
    responder._seconds = seconds
    agent = responder.agent
    handle = agent.handle_message

    async def staged(message: UserMessage) -> Any:
        with log.open("a", encoding="utf8") as file:
            file.write(json.dumps([message.sender_id, message.text], ensure_ascii=False) + "\n")
        if not message.text.startswith(SCRIPT):
            return await handle(message)
        script = json.loads(message.text.removeprefix(SCRIPT))
        await asyncio.sleep(script.get("slow", 0))
        if script.get("raises"):
            raise RuntimeError("staged")
        if "asks" in script:
            message.text = script["asks"]
            return await handle(message)
        if "says" in script:
            said, buttons = script["says"] * script.get("times", 1), script.get("buttons", [])
            listed = [{"title": title, "payload": title} for title in buttons]
            await message.output_channel.send_text_with_buttons(message.sender_id, said, listed)
        return None

    agent.handle_message = staged


def main(port: int, log: Path, seconds: float) -> None:
    app = make_app(MODEL, port)

    async def staging(app: Sanic, loop: object) -> None:
        stage(app, log, seconds)

    app.register_listener(staging, "before_server_start")
    app.run(host="127.0.0.1", port=port, backlog=BACKLOG, access_log=False, motd=False, debug=False)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
    except SettingError as error:
        sys.exit(str(error))
