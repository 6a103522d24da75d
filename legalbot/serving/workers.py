"""`WORKERS=N`: several processes behind one port on one machine, kept alive by gunicorn.

The model is loaded once and shared by all processes until they write to it; each has its own connections to
the database. A process that dies is replaced, and its conversations go on in any other.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from typing import Any

from gunicorn.app.base import BaseApplication
from sanic import Sanic
from sanic.worker import GunicornWorker

from legalbot.paths import VAR
from legalbot.settings import FIGURES

SILENT_SECONDS = 30
"""A process that gives no sign of life for so long is replaced."""


class Worker(GunicornWorker):  # type: ignore[misc]
    """Sanic's worker for gunicorn, as Python 3.10 needs it."""

    announce: Callable[[], None] | None = None

    def init_process(self) -> None:
        """Make the event loop of this process and serve."""
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        super(GunicornWorker, self).init_process()

    async def _check_alive(self) -> None:
        """Serve until told to stop, or until the parent process is gone."""
        if self.age == 1 and Worker.announce is not None:
            Worker.announce()
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await asyncio.sleep(0.5)


class _Processes(BaseApplication):  # type: ignore[misc]
    def __init__(self, app: Sanic, options: dict[str, Any]) -> None:
        self._app = app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Sanic:
        return self._app


def share_figures() -> None:
    """Let the processes count together; to be called before `legalbot.serving.metrics` is imported."""
    folder = VAR / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ[FIGURES] = str(folder)


def serve_with(app: Sanic, address: str, processes: int, grace: float, announce: Callable[[], None]) -> None:
    """Serve `app` at `address` (`host:port`) with so many processes until Ctrl-C or SIGTERM.

    `announce` is called once, when the first of them answers; `grace` are the seconds that messages in work
    have at the end.
    """
    Worker.announce = announce
    options = {
        "bind": address,
        "workers": processes,
        "worker_class": Worker,
        "timeout": SILENT_SECONDS,
        "graceful_timeout": int(grace),
        "loglevel": "warning",
        "proc_name": "legalbot",
        "child_exit": _figures_of_the_dead,
    }
    _Processes(app, options).run()


def _figures_of_the_dead(arbiter: object, worker: Any) -> None:
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415 - after `share_figures`

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
