"""`make run`: serves the channels of `credentials.yml` until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from pathlib import Path

from legalbot.serving import lean  # noqa: F401 - before anything of Rasa

from rasa.core.agent import Agent  # isort: skip
from rasa.core.run import configure_app, create_http_input_channels  # isort: skip
from sanic import HTTPResponse, Request, Sanic, text  # isort: skip
from sanic.response import raw  # isort: skip
from sqlalchemy.exc import SQLAlchemyError  # isort: skip

from legalbot.paths import ROOT  # isort: skip
from legalbot.serving import metrics  # isort: skip
from legalbot.serving.agent import keep_in, load_agent  # isort: skip
from legalbot.serving.database import Database  # isort: skip
from legalbot.serving.limits import RateLimit  # isort: skip
from legalbot.serving.logs import log_as_json  # isort: skip
from legalbot.serving.responder import Responder  # isort: skip
from legalbot.serving.store import ConversationStore  # isort: skip
from legalbot.settings import DATABASE, SettingError, host, keep_days, per_minute, shared, workers  # isort: skip

logger = logging.getLogger(__name__)

READY = "可以提问了：http://{host}:{port}/  （按 Ctrl-C 停止）"
BACKLOG = 1024
"""So many connections wait to be taken; nginx gives up what waits for a second, and people are told of it."""
LARGEST_REQUEST = 64 * 1024
"""Bytes. Every channel's messages are far smaller; several have caps of their own below it."""
CHECKED_ANEW = 1.0
"""Seconds for which an answer of `/readyz` holds, so that asking often costs nothing."""
LAST_CALL = 0.5
"""Seconds for which a server told to stop still takes what is on its way; `/readyz` says so meanwhile."""
GRACE = 10.0
"""Seconds that messages in work have when the server is told to stop; they need five at the most."""


def make_app(model: Path, port: int) -> Sanic:
    """Return the server of `model`, not started.

    Raises:
        SettingError: an environment variable has a value that cannot be used.
    """
    for setting in (keep_days, per_minute, shared):
        setting()
    _try_database()
    channels = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    app = configure_app(channels, enable_api=False, port=port)
    app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = GRACE
    app.add_route(_alive, "/healthz")
    app.add_route(_ready, "/readyz")
    app.add_route(_figures, "/metrics")
    app.register_listener(partial(_open, load_agent(model)), "before_server_start")
    app.register_listener(_last_call, "before_server_stop")
    app.register_listener(_close, "after_server_stop")
    log_as_json()
    return app


def _try_database() -> None:
    """Open the database once before anything is served.

    Raises:
        SettingError: it cannot be opened, read or written.
    """
    database = Database()
    try:
        ConversationStore(database=database)
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        raise SettingError(
            f"数据库打不开或者坏了（{kind}），请看 {DATABASE} 指的是不是它，坏了的先移开"
        ) from None
    finally:
        database.close()


def serve(model: Path, port: int) -> None:
    """Serve `model` on `port` until Ctrl-C or SIGTERM, with as many processes as are wanted."""
    app = make_app(model, port)
    announce = partial(print, READY.format(host=host(), port=port), flush=True)
    if workers() > 1:
        from legalbot.serving.workers import serve_with  # noqa: PLC0415 - gunicorn is needed only here

        serve_with(app, f"{host()}:{port}", workers(), GRACE, announce)
        return
    app.register_listener(lambda *_: announce(), "after_server_start")
    app.run(host=host(), port=port, backlog=BACKLOG, access_log=False, motd=False, debug=False)


async def _open(agent: Agent, app: Sanic, loop: object) -> None:
    """Open what belongs to this process, and do not serve before a real question is answered."""
    app.ctx.database = Database()
    app.ctx.store = ConversationStore(database=app.ctx.database, shared=shared())
    keep_in(app.ctx.store, agent)
    rate = RateLimit(60 / per_minute(), burst=per_minute())
    app.ctx.agent = Responder(agent, app.ctx.store, rate=rate)
    app.ctx.checked = (0.0, None)
    app.ctx.checking = asyncio.Lock()
    app.ctx.stopping = False
    await app.ctx.agent.check()
    app.ctx.forgetting = asyncio.create_task(_forget_in_time(app.ctx.store))


async def _alive(request: Request) -> HTTPResponse:
    """`/healthz`: the process answers requests."""
    return text("ok")


async def _ready(request: Request) -> HTTPResponse:
    """`/readyz`: a real question is answered and kept; 503 where not, with the kind of failure."""
    failure = await _failure(request.app)
    metrics.READY.set(failure is None)
    return text(f"not ready: {failure}", status=503) if failure else text("ready")


async def _failure(app: Sanic) -> str | None:
    """Return the kind of failure that keeps the bot from answering, found at most a second ago."""
    if app.ctx.stopping:
        return "stopping"
    async with app.ctx.checking:
        at, found = app.ctx.checked
        if time.monotonic() - at < CHECKED_ANEW:
            return str(found) if found else None
        failure = None
        try:
            await app.ctx.agent.check()
        except Exception as error:
            failure = type(error).__name__
            logger.exception("not ready")
        app.ctx.checked = (time.monotonic(), failure)
        return failure


async def _figures(request: Request) -> HTTPResponse:
    """`/metrics`: the figures for Prometheus."""
    return raw(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


async def _last_call(app: Sanic, loop: object) -> None:
    app.ctx.stopping = True
    await asyncio.sleep(LAST_CALL)


async def _close(app: Sanic, loop: object) -> None:
    app.ctx.forgetting.cancel()
    await app.ctx.agent.agent.lock_store.close()
    app.ctx.database.close()


async def _forget_in_time(store: ConversationStore) -> None:
    """Delete what is too old, now and every hour; a database that is away is asked again next time."""
    while True:
        try:
            await store.forget_older_than(keep_days())
        except Exception:
            logger.exception("what is too old could not be deleted")
        await asyncio.sleep(3600)
