"""What stands between a browser and the bot, as nginx does, and fails as it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CALLS = ("/message", "/conversation", "/rating")
"""Where the channel's calls end; pages and files always pass."""


class Gate(ThreadingHTTPServer):
    """Hands requests on to the bot at `port`; while `fault` is set, its calls fail in that way.

    `broken`: 500 with a page of the proxy's own. `away`: the connection is closed unanswered.
    `silent`: nothing comes back. `lost`: the bot answers, but the answer is lost.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bot = port
        self.fault = ""
        self.ended = threading.Event()

    @property
    def site(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of browsers that hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: Gate

    def do_GET(self) -> None:
        """Hand a request on, or fail."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.fault if self.path.endswith(CALLS) else ""
        if fault == "broken":
            self._send(500, {"Content-Type": "text/html"}, b"<h1>500 Internal Server Error</h1>")
        elif fault == "silent":
            self.server.ended.wait(60)
        elif fault != "away":
            answer, told = self._handed_on(body)
            if fault != "lost":
                self._send(answer.status, dict(answer.getheaders()), told)

    def do_POST(self) -> None:
        """Do the same."""
        self.do_GET()

    def do_DELETE(self) -> None:
        """Do the same."""
        self.do_GET()

    def _handed_on(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        bot = http.client.HTTPConnection("127.0.0.1", self.server.bot, timeout=20)
        bot.request(self.command, self.path, body or None, dict(self.headers.items()))
        answer = bot.getresponse()
        return answer, answer.read()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "connection", "transfer-encoding", "keep-alive"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def gate_before(port: int) -> Iterator[Gate]:
    """Yield a gate before the bot at `port`."""
    gate = Gate(port)
    threading.Thread(target=gate.serve_forever, daemon=True).start()
    yield gate
    gate.ended.set()
    gate.shutdown()
    gate.server_close()
