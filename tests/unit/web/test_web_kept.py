"""The way back: all that is kept of a conversation is shown, and after clearing nothing is."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from rasa.core.channels.channel import UserMessage

from legalbot.channels.collected import CollectedReply
from legalbot.channels.web.asked import Rating
from legalbot.channels.web.channel import _forget, _history
from legalbot.channels.web.kept import SHOWN, rate, said_in
from legalbot.channels.web.tokens import new_ticket
from legalbot.serving.agent import load_agent
from legalbot.serving.responder import Responder
from legalbot.serving.store import LONG

from legalbot.model import MODEL  # isort: skip

TICKET = new_ticket(1_000_000.0, 60)


def app_of(store) -> SimpleNamespace:
    """A server as far as the channel looks at it."""
    agent = Responder(load_agent(MODEL, store), store)
    return SimpleNamespace(ctx=SimpleNamespace(agent=agent, store=store, database=store.database))


async def say(app: SimpleNamespace, text: str) -> UserMessage:
    message = UserMessage(text, CollectedReply(), TICKET.sender, input_channel="legalbot")
    await app.ctx.agent.handle_message(message)
    return message


async def test_what_a_renewed_conversation_left_behind_is_shown_too(store):
    app = app_of(store)
    turns = LONG // 4
    for _ in range(turns):
        last = await say(app, "12348收费吗")
    assert len((await store.retrieve(TICKET.sender)).events) < 5 * turns, "the conversation was begun anew"
    kept = await _history(app, TICKET)
    assert len(kept) == 2 * turns <= SHOWN
    assert [one["from"] for one in kept[:2]] == ["person", "bot"]
    assert kept[-1]["id"] == last.message_id
    assert kept[-1]["buttons"]


async def test_a_rating_stands_beside_the_outcome_of_its_own_conversation(store):
    app = app_of(store)
    message = await say(app, "12348收费吗")
    rating = Rating(message.message_id, False, "看不懂")
    call = store.database.call
    assert not await call(rate, "web-another", rating)
    assert await call(rate, TICKET.sender, rating)
    assert (await call(said_in, TICKET.sender))[-1]["useful"] is False


async def test_clearing_waits_for_what_is_being_answered(store):
    """Otherwise the turn in work would be written after the deletion, and stay."""
    app = app_of(store)
    await say(app, "12348收费吗")
    answering = asyncio.create_task(say(app, "晚上呢"))
    while not app.ctx.agent.agent.lock_store._locks:
        await asyncio.sleep(0)
    await _forget(app, TICKET.sender)
    await answering
    assert await _history(app, TICKET) == []


async def test_without_a_store_there_is_no_way_back_and_nothing_breaks():
    app = SimpleNamespace(ctx=SimpleNamespace())
    assert await _history(app, TICKET) == []
    await _forget(app, TICKET.sender)
