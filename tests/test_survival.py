"""Conversations outlive the server: a killed process loses nothing that it answered, and old data goes."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from legalbot.paths import ROOT
from legalbot.screening.wording import wording
from legalbot.serving.agent import load_agent, say
from legalbot.serving.locks import ConversationLocks
from legalbot.serving.store import LONG, ConversationStore

from legalbot.model import MODEL  # isort: skip


class Served:
    """The bot as `make run` starts it, on a port of its own."""

    def __init__(self, folder: Path) -> None:
        self.database = f"sqlite:///{folder / 'kept' / 'conversations.sqlite'}"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {**os.environ, "PORT": str(self.port), "LEGALBOT_DATABASE": self.database}
        command = [sys.executable, "-m", "legalbot", "run"]
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
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
    bot = Served(tmp_path)
    bot.start()
    yield bot
    if bot.process is not None and bot.process.poll() is None:
        bot.stop(signal.SIGKILL)


def test_a_half_filled_form_survives_kill_9(served):
    sender = uuid.uuid4().hex
    served.says(sender, "我是残疾人，能申请法律援助吗")
    served.stop(signal.SIGKILL)
    served.start()
    assert wording().questions["aid_matter"].ask in served.says(sender, "不是刑事")
    served.says(sender, "离婚")
    assert "残疾人" in served.says(sender, "不想说")


@pytest.fixture
def store(tmp_path) -> Iterator[ConversationStore]:
    kept = ConversationStore(host=f"sqlite:///{tmp_path / 'conversations.sqlite'}")
    yield kept
    kept.close()


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
    again = await store._in_thread(store._read, "long")
    assert len(again.events) == len(tracker.events)
    assert again.current_slot_values() == tracker.current_slot_values()


async def test_what_was_saved_is_read_back_by_another_store(store, tmp_path):
    agent = load_agent(MODEL, store)
    await say(agent, "12348收费吗", "one")
    other = ConversationStore(agent.domain, host=f"sqlite:///{tmp_path / 'conversations.sqlite'}")
    tracker = await other.retrieve("one")
    assert tracker.get_slot("context")["fact"] == "hotline.cost"
    other.close()


async def test_a_failed_message_leaves_no_half_turn(store, monkeypatch):
    agent = load_agent(MODEL, store)
    await say(agent, "12348收费吗", "broken")
    before = len((await store._in_thread(store._read, "broken")).events)
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
