"""The public channel of the widget: conversations by ticket, messages, ratings.

Whatever is not carried out is refused with a status and a body that says why.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, HTTPResponse, Request, Sanic, json
from sanic.exceptions import SanicException

from legalbot.channels.collected import CollectedReply
from legalbot.channels.web.access import address_of, check_origin
from legalbot.channels.web.asked import Rating, message_of, rating_of, ticket_of
from legalbot.channels.web.kept import rate, said_in
from legalbot.channels.web.pages import BASE, Page, Pages
from legalbot.channels.web.refusal import Refusal
from legalbot.channels.web.settings import Settings, read_settings
from legalbot.channels.web.tokens import Ticket, new_ticket, seal
from legalbot.channels.web.wording import AsTyped, is_traditional, traditional, widget_wording
from legalbot.serving.database import database_of
from legalbot.serving.limits import RateLimit

logger = logging.getLogger(__name__)

AT_ONCE = 8
"""So many messages of one conversation are taken at once, then one a second."""
PARTS = ("says", "cites", "outcome", "summary", "progress")
Body = dict[str, Any]
Handler = Callable[[Request], Awaitable[HTTPResponse]]


class WebInput(InputChannel):  # type: ignore[misc]
    """`/webhooks/legalbot/…`, and the page at `/`."""

    def __init__(self, settings: Settings | None = None, pages: Pages | None = None) -> None:
        self.settings = settings or read_settings()
        self.pages = pages or Pages(self.settings, widget_wording())
        each = self.settings.address_per_minute
        self._addresses = RateLimit(60 / each, burst=each)
        self._conversations = RateLimit(1, burst=AT_ONCE)

    @classmethod
    def name(cls) -> str:
        """Return the part of the address below /webhooks."""
        return "legalbot"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the addresses of the channel."""
        channel = Blueprint("legalbot")

        async def receive(request: Request) -> Body:
            return await self._received(request, on_new_message)

        for method, path, handler in (
            ("POST", "conversation", self._begin),
            ("GET", "conversation", self._look_back),
            ("DELETE", "conversation", self._clear),
            ("POST", "message", receive),
            ("POST", "rating", self._rate),
        ):
            guarded = self._guarded(handler)
            channel.add_route(guarded, f"/{path}", methods=[method], name=f"{method.lower()}_{path}")
        self._add_pages(channel)
        return channel

    async def _begin(self, request: Request) -> Body:
        return self._begun()

    async def _look_back(self, request: Request) -> Body:
        ticket = ticket_of(request, time.time())
        return {"messages": await _history(request.app, ticket), "hot": _hot(ticket)}

    async def _clear(self, request: Request) -> Body:
        await _forget(request.app, ticket_of(request, time.time()).sender)
        return self._begun()

    async def _received(self, request: Request, take: Callable[[UserMessage], Awaitable[Any]]) -> Body:
        ticket = ticket_of(request, time.time())
        if not self._conversations.allows(ticket.conversation):
            raise Refusal("too_fast", retry_after=1)
        said = message_of(request, ticket)
        message = UserMessage(said, CollectedReply(), ticket.sender, input_channel=self.name())
        await take(message)
        return self._answer(message, ticket)

    async def _rate(self, request: Request) -> Body:
        ticket, rating = ticket_of(request, time.time()), rating_of(request)
        if not await _is_rated(request.app, ticket, rating):
            raise Refusal("no_answer")
        return {"useful": rating.useful}

    def _begun(self) -> Body:
        """Return the ticket to a new conversation, and the questions that are offered first."""
        ticket = new_ticket(time.time(), self.settings.token_seconds)
        return {"ticket": str(ticket), "hot": _hot(ticket)}

    def _answer(self, message: UserMessage, ticket: Ticket) -> Body:
        """Return what the bot said to a message; a ticket half over is replaced by a fresh one."""
        said = message.output_channel.messages
        if not said:
            raise Refusal("failed")
        answer: Body = {"id": message.message_id, "messages": [_shown(one, ticket) for one in said]}
        now, seconds = time.time(), self.settings.token_seconds
        if ticket.expires - now < seconds / 2:
            answer["ticket"] = str(Ticket(ticket.conversation, int(now + seconds)))
        return answer

    def _guarded(self, handler: Callable[[Request], Awaitable[Body]]) -> Handler:
        """Return `handler` behind the checks that every request has to pass, its failures told."""

        @wraps(handler)
        async def guard(request: Request) -> HTTPResponse:
            try:
                check_origin(request, self.settings.sites)
                if not self._addresses.allows(address_of(request, self.settings.proxies)):
                    raise Refusal("too_many", retry_after=60)
                return _sent(request, await handler(request))
            except Refusal as refusal:
                return _refused(request, refusal)
            except Exception:
                logger.exception("a request could not be carried out")
                return _refused(request, Refusal("failed"))

        return guard

    def _add_pages(self, channel: Blueprint) -> None:
        pages = self.pages

        @channel.get("/")
        async def health(request: Request) -> HTTPResponse:
            return json({"status": "ok"})

        for path, page in (
            ("widget.js", pages.loader),
            ("frame", pages.frame),
            ("frame.js", pages.script),
            ("frame.css", pages.style),
            ("demo", pages.demo),
            ("demo.css", pages.demo_style),
            ("icon.svg", pages.icon),
        ):
            channel.add_route(_sender(pages, page), f"/{path}", name=path.replace(".", "_"))

        async def at_the_top(request: Request) -> HTTPResponse | None:
            """Show the widget on a page of its own where Rasa says hello."""
            shown = request.path == "/" and request.method in ("GET", "HEAD")
            return pages.send(pages.frame, request) if shown else None

        @channel.listener("before_server_start")
        async def set_up(app: Sanic, loop: object) -> None:
            app.register_middleware(at_the_top, "request")
            app.error_handler.add(SanicException, _told)


def _sender(pages: Pages, page: Page) -> Handler:
    async def send(request: Request) -> HTTPResponse:
        return pages.send(page, request)

    return send


def _hot(ticket: Ticket) -> list[dict[str, str]]:
    return [_button(ticket, question) for question in widget_wording().hot]


def _button(ticket: Ticket, title: str) -> dict[str, str]:
    return {"title": title, "payload": seal(ticket, title)}


def _shown(said: Body, ticket: Ticket) -> Body:
    """Return a message of the bot as the widget shows it: its parts, and buttons for this conversation."""
    parts = said.get("custom") or {}
    shown = {part: parts[part] for part in PARTS if part in parts}
    shown.setdefault("says", [said.get("text") or ""])
    shown["buttons"] = [_button(ticket, button["title"]) for button in said.get("buttons") or []]
    return shown


async def _history(app: Sanic, ticket: Ticket) -> list[Body]:
    """Return what is kept of a conversation, oldest first."""
    if not _keeps(app):
        return []
    return [
        {**said, "text": AsTyped(said["text"])}
        if said["from"] == "person"
        else {"from": "bot", "id": said["id"], "useful": said["useful"], **_shown(said, ticket)}
        for said in await database_of(app).call(said_in, ticket.sender)
    ]


async def _is_rated(app: Sanic, ticket: Ticket, rating: Rating) -> bool:
    """Keep a rating; tell whether the answer is one of this conversation."""
    return _keeps(app) and await database_of(app).call(rate, ticket.sender, rating)


def _keeps(app: Sanic) -> bool:
    """Tell whether conversations are kept; Rasa's own verbs have them in memory only."""
    return hasattr(app.ctx, "store")


async def _forget(app: Sanic, sender: str) -> None:
    """Delete all that is kept of a conversation, after what is being answered in it."""
    if _keeps(app):
        async with app.ctx.agent.agent.lock_store.lock(sender):
            await app.ctx.store.forget(sender)


def _sent(request: Request, body: Body, status: int = 200, **headers: str) -> HTTPResponse:
    """Return a response, in traditional characters where the request asks for them."""
    if is_traditional(request.headers.get("accept-language", "")):
        body = traditional(body)
    return json(body, status, headers={"cache-control": "no-store", **headers})


def _refused(request: Request, refusal: Refusal) -> HTTPResponse:
    wait = {} if refusal.retry_after is None else {"retry-after": str(refusal.retry_after)}
    body = {"error": refusal.code, "message": widget_wording().errors[refusal.code]}
    return _sent(request, body, refusal.status, **wait)


def _told(request: Request, failure: SanicException) -> HTTPResponse:
    """Tell below the channel's address what the server itself refuses, with a body as everything else."""
    if not request.path.startswith(f"{BASE}/"):
        return request.app.error_handler.default(request, failure)
    return _refused(request, Refusal(_OF_STATUS.get(failure.status_code, "failed")))


_OF_STATUS = {400: "not_json", 404: "not_found", 405: "not_allowed", 413: "too_large"}
