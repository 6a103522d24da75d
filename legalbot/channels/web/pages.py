"""The pages and files of the widget, as they are sent: built files of `web/dist`, with this deployment's
wording, title and colours, under a strict content security policy."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request

from legalbot.channels.web.settings import Settings
from legalbot.channels.web.wording import WidgetWording, traditional
from legalbot.paths import ROOT
from legalbot.replies import replies
from legalbot.yaml_file import DataError

WEB = ROOT / "web"
BASE = "/webhooks/legalbot"
_SETTINGS = "LEGALBOT_SETTINGS"
"""The name in the built loader that the settings of this deployment replace."""
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True)
class Page:
    """One file as it is sent."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """A name for exactly these bytes."""
        return hashlib.sha256(self.body).hexdigest()[:16]


class Pages:
    """All pages of one deployment, made once."""

    def __init__(self, settings: Settings, wording: WidgetWording) -> None:
        self._settings = settings
        self._words = {**wording.interface, "title": settings.title or wording.interface["title"]}
        self._wording = wording
        self.script = Page(_file("dist", "frame.js"), "text/javascript; charset=utf-8")
        self.style = Page(_file("dist", "frame.css") + self._colours(), "text/css; charset=utf-8")
        self.loader = Page(self._loader(), "text/javascript; charset=utf-8")
        self.frame = self._page("frame.html", sites=settings.sites)
        self.demo = self._page("demo.html")
        self.demo_style = Page(_file("pages", "demo.css"), "text/css; charset=utf-8")
        self.icon = Page(_file("pages", "icon.svg"), "image/svg+xml")
        self._zipped = {page.tag: gzip.compress(page.body, mtime=0) for page in self._all()}

    def send(self, page: Page, request: Request) -> HTTPResponse:
        """Return the response that sends a page, zipped where the browser takes it, or 304."""
        headers = {**_HEADERS, **page.headers, "etag": f'"{page.tag}"', "vary": "accept-encoding"}
        exactly = request.args.get("v") == page.tag
        headers["cache-control"] = "public, max-age=31536000, immutable" if exactly else "no-cache"
        if page.tag in request.headers.get("if-none-match", ""):
            return HTTPResponse(status=304, headers=headers)
        body = page.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["content-encoding"] = self._zipped[page.tag], "gzip"
        return HTTPResponse(body, headers=headers, content_type=page.content_type)

    def _all(self) -> tuple[Page, ...]:
        return self.script, self.style, self.loader, self.frame, self.demo, self.demo_style, self.icon

    def _colours(self) -> bytes:
        own = self._settings
        return f":root{{--main:{own.colour};--soft:{own.colour_soft}}}\n".encode()

    def _loader(self) -> bytes:
        """Return the loader with its settings, in ASCII: pages without a charset show it right, too."""
        words = {key: self._words[key] for key in ("title", "open", "close")}
        both = {"hans": words, "hant": traditional(words)}
        settings = json.dumps({**both, "colour": self._settings.colour, "base": BASE})
        built = _file("dist", "loader.js").decode("ascii")
        if _SETTINGS not in built:
            raise DataError("web/dist/loader.js 不完整，请运行 make web")
        return built.replace(_SETTINGS, settings).encode("ascii")

    def _page(self, name: str, sites: tuple[str, ...] = ()) -> Page:
        """Return an HTML file of `web/pages` with its places filled."""
        text = _file("pages", name).decode()
        filled = {
            "title": html.escape(self._words["title"]),
            "no_script": html.escape(self._words["no_script"]),
            "base": BASE,
            "script": f"{BASE}/frame.js?v={self.script.tag}",
            "style": f"{BASE}/frame.css?v={self.style.tag}",
            "colour": self._settings.colour,
            "wording": _in_html(self._told()),
        }
        for key, value in filled.items():
            text = text.replace(f"[[{key}]]", value)
        return Page(text.encode(), "text/html; charset=utf-8", {"content-security-policy": _policy(sites)})

    def _told(self) -> dict[str, Any]:
        """Return what the frame's script is told: wording in both scripts, numbers that can be rung."""
        told = {"interface": self._words, "reasons": self._wording.reasons}
        numbers = [service.number for service in replies().services.values()]
        return {"hans": told, "hant": traditional(told), "numbers": numbers, "base": BASE}


def _policy(sites: tuple[str, ...]) -> str:
    own = ("script-src", "style-src", "connect-src", "frame-src", "img-src")
    ancestors = " ".join(("'self'", *sites))
    return "; ".join(
        (
            "default-src 'none'",
            *(f"{kind} 'self'" for kind in own),
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {ancestors}",
        )
    )


def _in_html(told: object) -> str:
    """Return JSON that can stand in a script element: nothing in it ends the element."""
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


def _file(folder: str, name: str) -> bytes:
    """Return a file of `web/`.

    Raises:
        DataError: it is missing.
    """
    path: Path = WEB / folder / name
    if not path.is_file():
        raise DataError(f"缺少 web/{folder}/{name}，请恢复它（web/dist 里的可以用 make web 重做）")
    return path.read_bytes()
