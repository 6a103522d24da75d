"""What the tests share: the trained bot, loaded once, and the case files."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from legalbot.serving.agent import Said, load_agent, say

from legalbot.model import MODEL, is_fresh  # isort: skip
from legalbot.paths import DATA  # isort: skip
from legalbot.text import clean  # isort: skip

TESTS = Path(__file__).parent


def cases(folder: str) -> Iterator[tuple[str, Any]]:
    """Yield (file name without ending, content) of each case file below tests/<folder>."""
    for path in sorted((TESTS / folder).glob("*.yml")):
        yield path.stem, YAML(typ="safe").load(path.read_text(encoding="utf8"))


@pytest.fixture(scope="session")
def agent():
    """The bot as `make train` left it; a missing or stale model ends the run."""
    if not is_fresh():
        pytest.exit("the model is missing or stale: run `make train` (or `make test`)", returncode=2)
    return load_agent(MODEL)


@pytest.fixture
def talk(agent) -> Callable[..., Any]:
    """Return `await talk(text)`: says `text` in a fresh conversation and returns the bot's one message."""
    sender = f"test-{uuid.uuid4().hex}"

    async def one(text: str) -> Said:
        said = await say(agent, clean(text), sender)
        assert len(said) == 1, "every message gets exactly one reply"
        return said[0]

    return one


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the fact base, to be broken."""
    copy = tmp_path / "data"
    shutil.copytree(DATA / "facts", copy / "facts")
    shutil.copy(DATA / "sources.yml", copy / "sources.yml")
    return copy


def report_path() -> Path:
    """Where the report is looked for: KUNMING_REPORT, or beside the project."""
    beside = TESTS.parent.parent / "shared" / "report" / "report.txt"
    return Path(os.environ.get("KUNMING_REPORT", beside))
