"""What to say to a message: the bot's answer, or the channel's own word where the bot need not be asked."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.channels.channel import UserMessage

from legalbot.channels.collected import CollectedReply
from legalbot.channels.wechat import kept, people
from legalbot.channels.wechat.answers import Answer
from legalbot.channels.wechat.incoming import TEXT, VOICE, Incoming
from legalbot.channels.wechat.kept import Before
from legalbot.channels.wechat.menu import menu
from legalbot.channels.wechat.numbers import chosen
from legalbot.channels.wechat.parts import cut, numbered
from legalbot.channels.wechat.people import Person
from legalbot.channels.wechat.wording import Greeting, bare, wechat_wording
from legalbot.dialogue import busy, sorry, too_fast
from legalbot.serving.database import Database
from legalbot.text import clean

NAME = "wechat"
SUBSCRIBE, UNSUBSCRIBE, SCAN, CLICK = "subscribe", "unsubscribe", "scan", "click"
PICTURES = ("image", "video", "shortvideo")
NOT_ANSWERS = frozenset(reply().outcome for reply in (sorry, busy, too_fast))
_PRESSED = re.compile(r"^\d{1,2}\. ")
"""What stands before the words of a choice that was pressed in a menu message."""
_NUMBERED = re.compile(r"^\d{1,2}\W*(?=\D)")
"""What some people type before a rating: the number of the answer that they mean, or of a choice."""
_KINDS = (TEXT, VOICE, *PICTURES, "location", "link")
_EVENTS = (SUBSCRIBE, SCAN, CLICK)


@dataclass(frozen=True)
class Said:
    """What to say to one message, before it is written for WeChat; its fields are those of an `Answer`."""

    text: str
    choices: tuple[str, ...] = ()
    asks_why: bool | None = None
    rated: str | None = None
    keeps: bool = False
    asks_rating: bool = False


def wants_reply(message: Incoming) -> bool:
    """Tell whether there is anything to say to a message or event of this kind."""
    if message.kind == CLICK:
        return message.key in menu().says
    return message.kind in (_EVENTS if message.is_event else _KINDS)


class Turns:
    """Says what is to be said to a message; keeps nothing itself."""

    def __init__(self, ask: Callable[[UserMessage], Awaitable[Any]], database: Database) -> None:
        self._ask = ask
        self._database = database

    async def said(self, message: Incoming, *, resumes: bool = False) -> Said:
        """Return what to say; with `resumes` the bot may have answered in a process that is gone.

        Raises:
            Exception: whatever the database says, or a bot without a responder.
        """
        if message.kind == CLICK:
            return await self._answered(message, menu().says[message.key], resumes)
        own = self._own_word(message)
        return own or await self._to_text(message, resumes)

    def _own_word(self, message: Incoming) -> Said | None:
        """Return what is said to anything but words."""
        words = wechat_wording()
        greetings = {SUBSCRIBE: "welcome", SCAN: "back"}
        if message.kind in greetings:
            return _greeted(words.greetings[greetings[message.kind]])
        if message.kind in PICTURES:
            return Said(words.sentences["picture"], keeps=True)
        if message.kind in ("location", "link"):
            return Said(words.sentences[message.kind], keeps=True)
        if not clean(message.text):
            return Said(words.sentences["voice" if message.kind == VOICE else "blank"], keeps=True)
        return None

    async def _to_text(self, message: Incoming, resumes: bool) -> Said:
        known = await self._database.call(people.person, message.sender, time.time())
        text = clean(message.text)
        if message.choice:
            text = _PRESSED.sub("", text)
        if bare(text) in wechat_wording().more_words and await self._waits(message.sender):
            return Said("", keeps=True)
        rating = await self._rating(message.sender, known, text)
        if rating is not None:
            return rating
        return await self._answered(message, chosen(text, known.choices) or text, resumes)

    async def _waits(self, sender: str) -> bool:
        return await self._database.call(kept.waits, sender, time.time())

    async def _answered(self, message: Incoming, text: str, resumes: bool) -> Said:
        """Return the bot's answer to `text`."""
        if resumes:
            before = await self._database.call(kept.said_before, message.sender, message.id)
            if before:
                outcome = await self._database.call(kept.outcome_of, message.sender, message.id)
                return _collected(before, outcome, message.id)
        reply = CollectedReply()
        asked = UserMessage(text, reply, message.sender, input_channel=NAME, message_id=message.id)
        await self._ask(asked)
        return _collected(reply.messages, _outcome(reply.messages), message.id)

    async def _rating(self, sender: str, known: Person, text: str) -> Said | None:
        """Return what is said to a rating of the last answer, or to its reason; None to anything else."""
        feedback, word = wechat_wording().feedback, _NUMBERED.sub("", bare(text))
        if word in feedback.useful | feedback.useless:
            useful = word in feedback.useful
            if not await self._rate(sender, known, useful, None):
                return Said(feedback.nothing, keeps=True)
            if useful:
                return Said(feedback.useful_says, asks_why=False, keeps=True)
            return Said(feedback.useless_says, feedback.reasons, asks_why=True, keeps=True)
        reason = chosen(text, feedback.reasons) or (text if text in feedback.reasons else None)
        if not known.asked_why or reason is None:
            return None
        done = await self._rate(sender, known, False, reason)
        return Said(feedback.thanks if done else feedback.nothing, asks_why=False, keeps=True)

    async def _rate(self, sender: str, known: Person, useful: bool, reason: str | None) -> bool:
        if known.rated is None:
            return False
        return await self._database.call(people.rate, sender, known.rated, useful, reason)


def composed(said: Said, before: Before, *, sends_rest: bool) -> Answer:
    """Return `said` written for WeChat, below what the person still had to be told.

    `sends_rest`: what does not fit is sent by itself; else the person has to ask for it.
    """
    words = wechat_wording()
    lost = [words.sentences["lost"]] if before.lost else []
    earlier = [words.sentences["earlier"], *before.texts] if before.texts else []
    now = [words.sentences["now"]] if said.text and (earlier or before.rests) else []
    ending = [words.feedback.ask] if said.asks_rating else []
    offered = [f"{words.sentences['list']}\n{numbered(said.choices)}"] if said.choices else []
    text = _lines([*lost, *before.rests, *earlier, *now, said.text])
    whole = _lines([text, *offered, *ending])
    more = "" if sends_rest else words.sentences["more"]
    return Answer(
        parts=cut(whole, more, words.sentences["over"]),
        text=_lines([text, *ending]),
        choices=said.choices,
        asks_why=said.asks_why,
        rated=said.rated,
        keeps=said.keeps,
    )


def _lines(texts: Sequence[str]) -> str:
    return "\n".join(text for text in texts if text)


def _greeted(greeting: Greeting) -> Said:
    return Said(greeting.says, greeting.choices)


def _collected(messages: Sequence[dict[str, Any]], outcome: str | None, message: str) -> Said:
    """Return what the bot said in one turn; an honest sentence where it said nothing."""
    text = _lines([said.get("text") or "" for said in messages])
    if not text:
        return Said(sorry().text)
    buttons = [button for said in messages for button in said.get("buttons") or []]
    return Said(
        text,
        tuple(button["title"] for button in buttons),
        rated=None if outcome in NOT_ANSWERS else message,
        asks_rating=outcome in wechat_wording().feedback.after,
    )


def _outcome(messages: Sequence[dict[str, Any]]) -> str | None:
    return next((said["custom"].get("outcome") for said in messages if said.get("custom")), None)
