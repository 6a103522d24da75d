"""`make run`: one process that serves the channels of `credentials.yml` until it is told to stop."""

from __future__ import annotations

import os
import socket
from functools import partial
from pathlib import Path

from legalbot.serving import lean  # noqa: F401 - before anything of Rasa

from rasa.core.run import configure_app, create_http_input_channels  # isort: skip
from sanic import Sanic  # isort: skip

from legalbot.paths import ROOT  # isort: skip
from legalbot.serving.agent import check_answering, load_agent  # isort: skip

HOST = "127.0.0.1"
DEFAULT_PORT = 5005
READY = "可以提问了：http://{host}:{port}/  （按 Ctrl-C 停止）"


class PortError(RuntimeError):
    """The port is not usable; the text says why, for the person at the terminal."""


def port_from_environment() -> int:
    """Return the port to serve on.

    Raises:
        PortError: `PORT` is no port number, or another program holds it.
    """
    given = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise PortError(f"PORT={given} 不是端口号，请用 1 到 65535 之间的数字")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(given)))
        except OSError:
            raise PortError(
                f"端口 {given} 被别的程序占用了，请先停掉它，或换一个：PORT=5006 make run"
            ) from None
    return int(given)


def serve(model: Path, port: int) -> None:
    """Serve `model` on `port` until Ctrl-C or SIGTERM."""
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = configure_app(channels, enable_api=False, port=port)
    app.register_listener(partial(_load, model), "before_server_start")
    app.register_listener(partial(_announce, port), "after_server_start")
    app.run(host=HOST, port=port, access_log=False, motd=False, debug=False)


async def _load(model: Path, app: Sanic, loop: object) -> None:
    app.ctx.agent = load_agent(model)
    await check_answering(app.ctx.agent)


async def _announce(port: int, app: Sanic, loop: object) -> None:
    print(READY.format(host=HOST, port=port), flush=True)  # noqa: T201 - the one line for the terminal
