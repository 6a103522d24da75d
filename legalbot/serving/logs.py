"""Structured logs, one JSON object a line on standard error, without anything that people typed.

What a library says of a failure may quote a message (an SQL statement, a request), and so may the text of an
exception. Of an exception only its kind and where it was raised are logged; of lines by other programmers
only the level and the place in the code. This project's own lines are fixed sentences with figures.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from types import TracebackType
from typing import Any

OWN = ("legalbot", "actions", "gunicorn")
PLACES = 6
"""So many places of a traceback are told, the innermost last."""


class JsonLines(logging.Formatter):
    """Makes one JSON object of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
        }
        if record.name.partition(".")[0] in OWN:
            line["event"] = record.getMessage()
        else:
            line["at"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, where = record.exc_info
            line["error"] = f"{kind.__module__}.{kind.__qualname__}"
            line["trace"] = _places(where)
        return json.dumps(line, ensure_ascii=False)


def log_as_json() -> None:
    """Send all logs of this process to standard error as JSON lines, warnings and errors only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        if logger.level < logging.WARNING:
            logger.setLevel(logging.WARNING)


def _places(where: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(where)[-PLACES:]
    return [f"{os.path.relpath(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
