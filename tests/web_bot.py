"""The bot as `make run` starts it, for the web: with proxies to be believed and a site that may embed it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from legalbot.serving import secret

SECRET = "a-secret-of-the-tests-that-is-long-enough"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Response:
    """What came back: status, headers in lower case, and the body read as JSON."""

    status: int
    headers: dict[str, str]
    body: Any


class WebBot:
    """Speaks to the channel as a program of its own; each test can come from an address of its own."""

    def __init__(self, port: int, log: Path, database: str) -> None:
        self.port = port
        self.log = log
        self.database = database
        self.site = f"http://127.0.0.1:{port}"
        self.base = f"{self.site}/webhooks/legalbot"

    def ask(
        self, method: str, path: str, body: Any = None, ticket: str | None = None, **headers: str
    ) -> Response:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if data is not None:
            sent.setdefault("content-type", "application/json")
        if ticket is not None:
            sent["authorization"] = f"Bearer {ticket}"
        request = urllib.request.Request(f"{self.base}/{path}", data, sent, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                status, head, raw = answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            status, head, raw = error.code, error.headers, error.read()
        return Response(status, {k.lower(): v for k, v in head.items()}, json.loads(raw))

    def ticket(self, **headers: str) -> str:
        return self.ask("POST", "conversation", **headers).body["ticket"]

    def say(self, ticket: str, text: str, **headers: str) -> Response:
        return self.ask("POST", "message", {"text": text}, ticket, **headers)


@dataclass
class Site:
    """A host page of another origin: `pages` by path as (headers, body)."""

    port: int
    pages: dict[str, tuple[dict[str, str], bytes]] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def named(self) -> str:
        """The same site under a name of its own, as on the open network (`--host-resolver-rules`)."""
        return f"http://bureau.example:{self.port}"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """A web site that may show the widget, on another origin than the bot's."""
    told = Site(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers, body = told.pages.get(self.path, ({}, b""))
            self.send_response(200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told
    server.shutdown()


@pytest.fixture(scope="session")
def bot(tmp_path_factory, site) -> Iterator[WebBot]:
    """The running bot; it believes one proxy, and the one site."""
    from conftest import Served  # noqa: PLC0415 - which imports this module

    folder = tmp_path_factory.mktemp("web")
    served = Served(
        folder,
        LEGALBOT_SITES=f"{site.origin} {site.named}",
        LEGALBOT_PROXIES="1",
        LEGALBOT_SECRET=SECRET,
        LEGALBOT_PER_MINUTE="600",
        LEGALBOT_ADDRESS_PER_MINUTE="600",
    )
    served.start()
    yield WebBot(served.port, served.log, served.database.removeprefix("sqlite:///"))
    served.stop(signal.SIGTERM)


@pytest.fixture
def own_secret(monkeypatch) -> Iterator[None]:
    """The tests sign with the running bot's secret."""
    monkeypatch.setenv(secret.SECRET, SECRET)
    secret._secret.cache_clear()
    yield
    secret._secret.cache_clear()


def found(program: str) -> str:
    """Return where a program is; without it the test is skipped, or fails where all is required."""
    path = shutil.which(program)
    if path is None:
        reason = f"{program} is not on PATH"
        pytest.fail(reason) if os.environ.get("LEGALBOT_REQUIRE_ALL") else pytest.skip(reason)
    return path


@pytest.fixture(scope="module")
def chromium() -> Iterator[tuple[Any, str]]:
    """Playwright's Chromium and where Debian's is; module by module: its event loop must not meet others."""
    path = found("chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as playwright:
        yield playwright.chromium, path


@pytest.fixture(scope="module")
def browser(chromium) -> Iterator[Any]:
    """Debian's Chromium."""
    kind, path = chromium
    opened = kind.launch(executable_path=path, args=ARGUMENTS)
    yield opened
    opened.close()


@pytest.fixture
def guarded_page(chromium, tmp_path) -> Iterator[Any]:
    """A page of a browser that forbids frames of other sites to store anything, and knows names for both."""
    kind, path = chromium
    preferences = {"profile": {"block_third_party_cookies": True, "cookie_controls_mode": 1}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(preferences))
    arguments = [*ARGUMENTS, "--host-resolver-rules=MAP *.example 127.0.0.1"]
    opened = kind.launch_persistent_context(tmp_path, executable_path=path, args=arguments, locale="zh-CN")
    yield opened.pages[0]
    opened.close()


def until(holds: Any, seconds: float = 5) -> None:
    """Wait until `holds()` is true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
