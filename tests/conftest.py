"""What the tests share: the trained bot, loaded once, and the case files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests  # noqa: F401 - the real one, before `lean` puts a stand-in there
import scipy.sparse  # noqa: F401 - likewise
from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
from ruamel.yaml import YAML
from servers import postgres_server, redis_server  # noqa: F401 - fixtures
from web_bot import bot, browser, chromium, guarded_page, own_secret, site  # noqa: F401 - fixtures
from wechat_peer.fixtures import openid, peer, staged, wechat_api  # noqa: F401 - fixtures

from legalbot.serving.agent import Said, load_agent, say
from legalbot.serving.database import Database
from legalbot.serving.store import ConversationStore

from legalbot.model import MODEL, is_fresh  # isort: skip
from legalbot.paths import DATA, ROOT  # isort: skip
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
    loaded = load_agent(MODEL)
    loaded.action_endpoint.request = checked(loaded.action_endpoint.request)
    return loaded


def checked(request: Callable[..., Any]) -> Callable[..., Any]:
    """Return an action endpoint's `request` whose every answer is held against Rasa's schema."""
    schema = Draft202012Validator(RemoteAction.action_response_format_spec())

    async def call(*positional: Any, **named: Any) -> Any:
        answer = await request(*positional, **named)
        schema.validate(answer)
        return answer

    return call


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


class Served:
    """The bot as `make run` starts it, on a port of its own."""

    root = ROOT

    def __init__(self, folder: Path, **environment: str) -> None:
        self.environment = environment
        self.log = folder / "log.txt"
        self.database = f"sqlite:///{folder / 'kept' / 'conversations.sqlite'}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "PORT": str(self.port), "LEGALBOT_DATABASE": self.database}
        environment |= self.environment
        command = [sys.executable, "-m", "legalbot", "run"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=self.root, env=environment, stdout=log, stderr=log)
        for _ in range(120):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, "the server ended by itself"
            time.sleep(0.5)
        pytest.fail("the server did not start")

    def stop(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(20)

    def says(self, sender: str, text: str) -> str:
        body = json.dumps({"sender": sender, "message": text}).encode()
        address = f"http://127.0.0.1:{self.port}/webhooks/rest/webhook"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return "\n".join(message["text"] for message in json.load(answer))


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    running = Served(tmp_path)
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop(signal.SIGKILL)


@pytest.fixture
def database(tmp_path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'conversations.sqlite'}")
    yield opened
    opened.close()


@pytest.fixture
def store(database) -> ConversationStore:
    return ConversationStore(database=database)
