"""Logs are JSON lines that say what failed and where, and nothing that people typed."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from legalbot.serving.logs import JsonLines

TYPED = "我的身份证是530102"


def logged(name: str, message: str, *arguments: object, failure: bool = False) -> dict[str, object]:
    information = sys.exc_info() if failure else None
    record = logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, information)
    line = JsonLines().format(record)
    assert "\n" not in line
    return dict(json.loads(line))


def test_a_line_of_this_project_is_told():
    line = logged("legalbot.serving.responder", "not answered within %s seconds", 5.0)
    assert line["event"] == "not answered within 5.0 seconds"
    assert line["level"] == "error"


@pytest.mark.parametrize("name", ["rasa.core.processor", "sqlalchemy.engine", "sanic.error", "root"])
def test_of_a_library_only_the_place_is_told(name):
    line = logged(name, f"cannot handle {TYPED}")
    assert TYPED not in json.dumps(line, ensure_ascii=False)
    assert line["at"] == "test_logs:1"


def test_of_a_failure_kind_and_places_are_told_but_not_its_text():
    try:
        raise ValueError(TYPED)
    except ValueError:
        line = logged("legalbot.serving.responder", "a message could not be answered", failure=True)
    assert line["error"] == "builtins.ValueError"
    assert any("test_logs.py" in str(place) for place in line["trace"])
    assert TYPED not in json.dumps(line, ensure_ascii=False)
