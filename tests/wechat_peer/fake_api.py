"""WeChat's API on loopback: it gives tokens, takes messages and menus, and fails as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict, deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN_PATH = "/cgi-bin/stable_token"
SEND_PATH = "/cgi-bin/message/custom/send"
MENU_PATH = "/cgi-bin/menu/create"


class FakeApi:
    """`fails[path]` holds what the next calls get instead: a number of WeChat, or seconds of silence."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any], bytes]] = []
        self.taken: list[dict[str, Any]] = []
        """What was sent to people with a good token."""
        self.fails: dict[str, deque[int | float]] = defaultdict(deque)
        self.always: dict[str, int] = {}
        self.token = "token-0"
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self) -> FakeApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def reset(self) -> None:
        self.calls.clear()
        self.taken.clear()
        self.fails.clear()
        self.always.clear()

    def bodies(self, path: str) -> list[dict[str, Any]]:
        return [json.loads(raw) for called, _, raw in list(self.calls) if called == path]

    def sent_to(self, openid: str) -> list[dict[str, Any]]:
        """The customer-service messages to one person."""
        return [body for body in self.bodies(SEND_PATH) if body["touser"] == openid]

    async def waits_for(self, openid: str, count: int = 1, seconds: float = 15) -> list[dict[str, Any]]:
        import asyncio  # noqa: PLC0415

        end = time.monotonic() + seconds
        while len(self.sent_to(openid)) < count and time.monotonic() < end:
            await asyncio.sleep(0.1)
        return self.sent_to(openid)

    def answer(self, path: str, query: dict[str, Any], raw: bytes) -> dict[str, Any]:
        with self.lock:
            self.calls.append((path, query, raw))
            failure = self.fails[path].popleft() if self.fails[path] else self.always.get(path)
        if isinstance(failure, float):
            time.sleep(failure)
        elif failure is not None:
            return {"errcode": failure, "errmsg": f"refused, token {self.token}"}
        if path == TOKEN_PATH:
            if json.loads(raw)["force_refresh"]:
                self.token = f"token-{len(self.calls)}"
            time.sleep(0.2)
            return {"access_token": self.token, "expires_in": 7200}
        if query.get("access_token") != [self.token]:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        if path == SEND_PATH:
            self.taken.append(json.loads(raw))
        return {"errcode": 0, "errmsg": "ok"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                parts = urlsplit(self.path)
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                body = json.dumps(api.answer(parts.path, parse_qs(parts.query), raw)).encode()
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *_: object) -> None:
                pass

        return Handler
