"""`make run`: one process that serves the channels of `credentials.yml` until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from legalbot.serving import lean  # noqa: F401 - before anything of Rasa

from rasa.core.run import configure_app, create_http_input_channels  # isort: skip
from sanic import HTTPResponse, Request, Sanic, text  # isort: skip

from legalbot.paths import ROOT  # isort: skip
from legalbot.serving.agent import load_agent  # isort: skip
from legalbot.serving.responder import Responder  # isort: skip
from legalbot.serving.port import HOST  # isort: skip
from legalbot.serving.store import ConversationStore  # isort: skip
from legalbot.settings import keep_days  # isort: skip

logger = logging.getLogger(__name__)

READY = "可以提问了：http://{host}:{port}/  （按 Ctrl-C 停止）"


def serve(model: Path, port: int) -> None:
    """Serve `model` on `port` until Ctrl-C or SIGTERM."""
    keep_days()
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = configure_app(channels, enable_api=False, port=port)
    app.add_route(_alive, "/healthz")
    app.add_route(_ready, "/readyz")
    app.register_listener(partial(_load, model), "before_server_start")
    app.register_listener(_close, "after_server_stop")
    app.register_listener(partial(_announce, port), "after_server_start")
    app.run(host=HOST, port=port, access_log=False, motd=False, debug=False)


async def _load(model: Path, app: Sanic, loop: object) -> None:
    app.ctx.store = ConversationStore()
    app.ctx.agent = Responder(load_agent(model, app.ctx.store), app.ctx.store)
    await app.ctx.agent.check()
    app.add_task(_forget_in_time(app.ctx.store))


async def _alive(request: Request) -> HTTPResponse:
    """`/healthz`: the process answers requests."""
    return text("ok")


async def _ready(request: Request) -> HTTPResponse:
    """`/readyz`: a real question is answered and kept; 503 where not, with the kind of failure."""
    try:
        await request.app.ctx.agent.check()
    except Exception as error:
        logger.exception("not ready")
        return text(f"not ready: {type(error).__name__}", status=503)
    return text("ready")


async def _close(app: Sanic, loop: object) -> None:
    app.ctx.store.close()


async def _forget_in_time(store: ConversationStore) -> None:
    """Delete what is too old, now and every hour."""
    while True:
        await store.forget_older_than(keep_days())
        await asyncio.sleep(3600)


async def _announce(port: int, app: Sanic, loop: object) -> None:
    print(READY.format(host=HOST, port=port), flush=True)  # noqa: T201 - the one line for the terminal
