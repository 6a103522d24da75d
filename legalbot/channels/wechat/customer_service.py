"""Messages that the account sends by itself (客服消息): for answers that come too late to be a reply."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

from legalbot.channels.wechat.answers import Answer
from legalbot.channels.wechat.api import ApiError, NotReachedError, UnknownOutcomeError, WeChatApi
from legalbot.channels.wechat.parts import MOST, cut
from legalbot.channels.wechat.tokens import TokenRefusedError
from legalbot.channels.wechat.wording import wechat_wording

logger = logging.getLogger(__name__)

SEND = "/cgi-bin/message/custom/send"
NO_RIGHT = frozenset({48001, 48004, 40164, 40125, 40013})
"""Refusals that hold for every message of the account."""
BARRED_SECONDS = 600.0
"""So long an account without the right is not asked again."""
Piece = dict[str, Any]


class CustomerService:
    """Sends answers, each piece once."""

    def __init__(self, api: WeChatApi | None) -> None:
        """Send with `api`; without one the account never sends by itself."""
        self._api = api
        self._barred_until = 0.0

    @property
    def may_send(self) -> bool:
        """Whether the account may send messages by itself, as far as is known."""
        return self._api is not None and time.monotonic() >= self._barred_until

    async def send(self, openid: str, answer: Answer) -> Answer | None:
        """Send an answer, its choices as a menu to press; return what WeChat refused of it, or None.

        What was sent without an answer from WeChat counts as sent: sending it again might double it.
        """
        pieces = _pieces(answer)
        for number, piece in enumerate(pieces):
            try:
                await self._send(openid, piece)
            except UnknownOutcomeError as error:
                logger.warning("微信没有回话，不知道客服消息到了没有，不再重发（%s）", error)
            except (ApiError, NotReachedError, TokenRefusedError) as error:
                self._bar(error)
                return _left(answer, pieces[number:], whole=number == 0)
        return None

    async def _send(self, openid: str, piece: Piece) -> None:
        if self._api is None:
            raise NotReachedError("off")
        await self._api.call(SEND, {"touser": openid, **piece})

    def _bar(self, error: Exception) -> None:
        logger.warning("客服消息没有发成，会随用户的下一条消息发出（%s：%s）", type(error).__name__, error)
        if isinstance(error, TokenRefusedError) or (isinstance(error, ApiError) and error.code in NO_RIGHT):
            self._barred_until = time.monotonic() + BARRED_SECONDS


def _pieces(answer: Answer) -> list[Piece]:
    """Return the messages of an answer: texts, and at the end a menu where there are choices."""
    if not answer.choices:
        return [_text(part) for part in answer.parts]
    over = wechat_wording().sentences["over"]
    listed = [
        {"id": str(number), "content": f"{number}. {choice}"}
        for number, choice in enumerate(answer.choices, 1)
    ]
    menu = {"head_content": wechat_wording().sentences["tap"], "list": listed, "tail_content": ""}
    texts = [_text(part) for part in cut(answer.text, over=over, most=MOST - 1)]
    return [*texts, {"msgtype": "msgmenu", "msgmenu": menu}]


def _text(part: str) -> Piece:
    return {"msgtype": "text", "text": {"content": part}}


def _left(answer: Answer, pieces: Sequence[Piece], *, whole: bool) -> Answer:
    """Return what was not sent, to be told later; with nothing sent that is all of it."""
    if whole:
        return answer
    texts = [piece["text"]["content"] for piece in pieces if piece["msgtype"] == "text"]
    return Answer(texts, "\n".join(texts), keeps=True)
