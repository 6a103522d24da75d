"""Conversations outlive the server: a killed process loses nothing that it answered, and old data goes."""

from __future__ import annotations

import asyncio
import signal
import time
import uuid

import pytest
from conftest import Served

from legalbot.screening.wording import wording
from legalbot.serving.agent import load_agent, say
from legalbot.serving.locks import ConversationLocks
from legalbot.serving.store import LONG, ConversationStore

from legalbot.model import MODEL  # isort: skip


def test_a_half_filled_form_survives_kill_9(served: Served):
    sender = uuid.uuid4().hex
    served.says(sender, "我是残疾人，能申请法律援助吗")
    served.stop(signal.SIGKILL)
    served.start()
    assert wording().questions["aid_matter"].ask in served.says(sender, "不是刑事")
    served.says(sender, "离婚")
    assert "残疾人" in served.says(sender, "不想说")


async def test_a_long_conversation_is_begun_anew_and_goes_on(store):
    agent = load_agent(MODEL, store)
    await say(agent, "我是残疾人，能申请法律援助吗", "long")
    for _ in range(14):
        await say(agent, "上一题", "long")
        await say(agent, "12348要钱吗", "long")
    tracker = await store.retrieve("long")
    assert len(tracker.events) < LONG
    assert tracker.active_loop_name == "legal_aid_form"
    assert tracker.get_slot("aid_groups") in (["disabled"], None)
    again = await ConversationStore(store.domain, database=store.database).retrieve("long")
    assert len(again.events) == len(tracker.events)
    assert again.current_slot_values() == tracker.current_slot_values()


async def test_what_was_saved_is_read_back_by_another_store(store):
    agent = load_agent(MODEL, store)
    await say(agent, "12348收费吗", "one")
    other = ConversationStore(agent.domain, database=store.database)
    tracker = await other.retrieve("one")
    assert tracker.get_slot("context")["fact"] == "hotline.cost"


async def test_a_failed_message_leaves_no_half_turn(store, monkeypatch):
    agent = load_agent(MODEL, store)
    await say(agent, "12348收费吗", "broken")
    before = len((await ConversationStore(store.domain, database=store.database).retrieve("broken")).events)
    monkeypatch.setattr(agent.processor, "_run_prediction_loop", None)
    assert "12348" in (await say(agent, "晚上呢", "broken"))[0].text
    monkeypatch.undo()
    assert len((await store.retrieve("broken")).events) == before


async def test_old_conversations_and_those_of_one_person_are_deleted(store, monkeypatch):
    agent = load_agent(MODEL, store)
    await say(agent, "12348收费吗", "old")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 31 * 86_400)
    await say(agent, "12348收费吗", "new")
    await say(agent, "12348收费吗", "other")
    await store.forget_older_than(30)
    await store.forget("other")
    store._at_hand.clear()
    assert await store.retrieve("old") is None
    assert await store.retrieve("other") is None
    assert await store.retrieve("new") is not None


async def test_messages_of_one_person_wait_for_each_other_without_delay():
    locks, order = ConversationLocks(), []

    async def message(number: int) -> None:
        async with locks.lock("one"):
            order.append(number)
            await asyncio.sleep(0.01)
            order.append(number)

    start = time.perf_counter()
    await asyncio.gather(*(message(number) for number in range(5)))
    assert order == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert time.perf_counter() - start < 1
    assert not locks._locks
    assert not locks._waiting


async def test_two_people_do_not_wait_for_each_other():
    locks = ConversationLocks()
    async with locks.lock("one"), locks.lock("two"):
        pass
    with pytest.raises(RuntimeError, match="inside"):
        async with locks.lock("one"):
            raise RuntimeError("inside")
    assert not locks._locks
