"""The server tells the truth about itself: no message without an answer, no readiness without one either."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import pytest
import sqlalchemy as sa
from conftest import Served
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from legalbot.channels.collected import CollectedReply
from legalbot.dialogue import sorry
from legalbot.serving.agent import NotAnsweringError, load_agent
from legalbot.serving.responder import Responder
from legalbot.serving.store import EVENTS

from legalbot.model import MODEL  # isort: skip


class Broken:
    """An agent that fails in a way of its own."""

    def __init__(self, failure) -> None:
        self.failure = failure

    async def handle_message(self, message: UserMessage) -> None:
        await self.failure(message)


async def slow(message: UserMessage) -> None:
    await asyncio.sleep(60)


async def raising(message: UserMessage) -> None:
    raise ConnectionError(message.text)


async def silent(message: UserMessage) -> None:
    return None


async def breaking_off(message: UserMessage) -> None:
    await message.output_channel.send_text_message(message.sender_id, "一半")
    raise RuntimeError


async def answer(failure, store) -> list[str]:
    channel = CollectingOutputChannel()
    await Responder(Broken(failure), store, seconds=0.2).handle_message(
        UserMessage("一件私事", channel, "one")
    )
    return [message["text"] for message in channel.messages]


@pytest.mark.parametrize("failure", [slow, raising, silent])
async def test_every_failure_gets_one_honest_sentence_in_time(failure, store, caplog):
    start = time.perf_counter()
    assert await answer(failure, store) == [sorry().text]
    assert time.perf_counter() - start < 2
    assert caplog.records, "a failure is logged"
    assert "一件私事" not in "".join(record.getMessage() for record in caplog.records)


async def breaking_off_in_danger(message: UserMessage) -> None:
    parts = {"says": ["请马上打110"], "cites": [], "outcome": "emergency"}
    await message.output_channel.send_response(message.sender_id, {"text": "请马上打110", "parts": parts})
    raise RuntimeError


async def test_what_could_not_be_kept_is_not_said_but_a_number_in_danger_is(store):
    assert await answer(breaking_off, store) == [sorry().text]
    channel = CollectedReply()
    message = UserMessage("救命", channel, "one")
    await Responder(Broken(breaking_off_in_danger), store).handle_message(message)
    assert [said["text"] for said in channel.messages] == ["请马上打110"]


async def test_strangers_leave_room_for_those_who_were_there_before(store):
    hanging: set[str] = set()
    go_on = asyncio.Event()

    async def answering(message: UserMessage) -> None:
        if message.sender_id in hanging:
            await go_on.wait()
        parts = {"says": ["一"], "cites": [], "outcome": "answered"}
        await message.output_channel.send_response(message.sender_id, {"text": "一", "parts": parts})

    responder = Responder(Broken(answering), store, at_once=4)

    async def said(sender: str) -> str:
        channel = CollectedReply()
        await responder.handle_message(UserMessage("一", channel, sender))
        return str(channel.messages[0]["custom"]["outcome"])

    assert await said("neighbour") == "answered"
    hanging |= {"a", "b", "c"}
    flood = [asyncio.create_task(said(sender)) for sender in sorted(hanging)]
    await asyncio.sleep(0)
    assert await said("stranger") == "busy"
    assert await said("neighbour") == "answered"
    go_on.set()
    assert await asyncio.gather(*flood) == ["answered"] * 3
    assert await said("stranger") == "answered"


async def test_after_a_time_out_the_next_message_is_answered(store):
    agent: Agent = load_agent(MODEL, store)
    handle, responder = agent.handle_message, Responder(agent, store, seconds=0.3)
    agent.handle_message = slow
    await responder.handle_message(UserMessage("12348收费吗", CollectingOutputChannel(), "late"))
    agent.handle_message, responder = handle, Responder(agent, store)
    channel = CollectingOutputChannel()
    await responder.handle_message(UserMessage("12348收费吗", channel, "late"))
    assert "不收费" in channel.messages[0]["text"]


async def test_ready_means_that_a_question_is_answered_and_nothing_is_kept_of_it(store):
    responder = Responder(load_agent(MODEL, store), store)
    await responder.check()
    kept = await store.database.call(lambda connection: connection.execute(sa.select(EVENTS)).all())
    assert kept == []
    responder.agent.handle_message = silent
    with pytest.raises(NotAnsweringError):
        await responder.check()


async def test_a_broken_database_is_not_ready(store):
    responder = Responder(load_agent(MODEL, store), store)
    EVENTS.drop(store.database.engine)
    with pytest.raises(Exception, match="no such table"):
        await responder.check()


def test_the_served_bot_is_alive_and_ready(served: Served):
    for path, told in (("healthz", b"ok"), ("readyz", b"ready")):
        with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/{path}", timeout=10) as reply:
            assert (reply.status, reply.read()) == (200, told)
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(f"http://127.0.0.1:{served.port}/status", timeout=10)


def figures(served: Served) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{served.port}/metrics", timeout=10) as reply:
        lines = reply.read().decode().splitlines()
    told = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in told}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_messages_outcomes_and_latency_are_counted_and_nothing_typed_is_logged(workers, tmp_path):
    bot = Served(tmp_path, WORKERS=workers)
    bot.start()
    typed = ["12348收费吗", "月球上有外星人吗" * 3, "12348收费吗"]
    try:
        for text in typed:
            bot.says(uuid.uuid4().hex, text)
        counted = figures(bot)
    finally:
        bot.stop(signal.SIGTERM)
    assert counted['legalbot_messages_total{channel="rest"}'] == len(typed)
    assert counted['legalbot_outcomes_total{outcome="answered"}'] == 2
    assert counted["legalbot_answer_seconds_count"] == len(typed)
    assert counted["legalbot_in_work"] == 0
    log = bot.log.read_text("utf8")
    assert not any(text in log for text in typed)


def test_a_failure_is_counted_and_logged_as_one_line_of_json(served: Served):
    path = Path(served.database.removeprefix("sqlite:///"))
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE events")
    assert served.says("one", "12348收费吗") == sorry().text
    counted = figures(served)
    assert counted['legalbot_outcomes_total{outcome="error"}'] == 1
    assert sum(value for name, value in counted.items() if name.startswith("legalbot_errors_total")) == 1
    line = json.loads(served.log.read_text("utf8").splitlines()[-1])
    assert line["level"] == "error"
    assert "12348收费吗" not in json.dumps(line, ensure_ascii=False)
