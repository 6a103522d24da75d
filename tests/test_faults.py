"""What breaks around the bot, each fault for real: a person always gets an honest sentence."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import aiohttp
import psutil
import pytest
from conftest import Served
from servers import Nginx, Postgres, Redis

from legalbot.dialogue import sorry
from legalbot.model import ModelError
from legalbot.serving.agent import load_agent

from legalbot.model import MODEL  # isort: skip

ASKED, ANSWERED = "12348收费吗", "不收费"


def ready(bot: Served) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{bot.port}/readyz", timeout=15) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def recovers(bot: Served, seconds: float = 15) -> None:
    """Wait until the bot answers again."""
    deadline = time.monotonic() + seconds
    while ANSWERED not in bot.says(uuid.uuid4().hex, ASKED):
        assert time.monotonic() < deadline, "the bot did not recover"
        time.sleep(0.3)


def kept_in(bot: Served) -> Path:
    return Path(bot.database.removeprefix("sqlite:///"))


def test_a_full_disk_is_told_and_gets_well_again(served: Served):
    recovers(served)
    assert served.process is not None
    limits = resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (4096, limits[1]))
    assert served.says("full", ASKED) == sorry().text
    assert ready(served) == 503
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, limits)
    recovers(served)
    time.sleep(1.1)
    assert ready(served) == 200


def test_a_locked_database_is_told_within_six_seconds(served: Served):
    recovers(served)
    with sqlite3.connect(kept_in(served), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        assert served.says("locked", ASKED) == sorry().text
        assert time.monotonic() - start < 6
        other.execute("ROLLBACK")
    recovers(served)


def test_a_corrupted_database_is_told_and_named_at_the_next_start(served: Served):
    recovers(served)
    path = kept_in(served)
    for file in (path, path.with_name(path.name + "-wal")):
        with file.open("r+b") as content:
            content.write(b"garbage!" * (max(file.stat().st_size, 8192) // 8))
    deadline = time.monotonic() + 10
    while ready(served) != 503:
        assert time.monotonic() < deadline
    served.stop(signal.SIGKILL)
    with pytest.raises(AssertionError, match="ended by itself"):
        served.start()
    assert served.process is not None
    assert "数据库" in served.log.read_text("utf8").splitlines()[-1]


def test_postgresql_may_stop_and_start(postgres_server: Postgres, tmp_path):
    bot = Served(tmp_path, LEGALBOT_DATABASE=postgres_server.address)
    bot.start()
    try:
        assert "刑事" in bot.says("form", "我是残疾人，能申请法律援助吗")
        postgres_server.stop()
        start = time.monotonic()
        assert bot.says("form", "不是刑事") == sorry().text
        assert time.monotonic() - start < 6
        assert ready(bot) == 503
        postgres_server.start()
        recovers(bot)
        assert "方面的事" in bot.says("form", "不是刑事"), "the half-filled form is still there"
    finally:
        bot.stop(signal.SIGKILL)


def test_redis_may_stop_and_start(redis_server: Redis, tmp_path):
    bot = Served(tmp_path, LEGALBOT_REDIS=redis_server.address)
    bot.start()
    try:
        recovers(bot)
        redis_server.stop()
        assert ANSWERED in bot.says("one", ASKED)
        assert ready(bot) == 200
        redis_server.start()
        assert ANSWERED in bot.says("one", ASKED)
    finally:
        bot.stop(signal.SIGKILL)


def test_a_truncated_model_is_refused_by_name(tmp_path):
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(MODEL.read_bytes()[: MODEL.stat().st_size // 2])
    with pytest.raises(ModelError, match=r"broken\.tar\.gz.*make train"):
        load_agent(broken)
    load_agent(MODEL)


async def asked_at_once(port: int, messages: list[tuple[str, str]]) -> list[str]:
    """Send (sender, text) all at once; return the outcomes, in order."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def one(sender: str, text: str) -> str:
            address = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
            async with session.post(address, json={"sender": sender, "message": text}) as reply:
                assert reply.status == 200
                return str((await reply.json())[0]["custom"]["outcome"])

        return list(await asyncio.gather(*(one(*message) for message in messages)))


async def test_of_a_thousand_at_once_everybody_is_told_something(served: Served):
    outcomes = await asked_at_once(served.port, [(uuid.uuid4().hex, ASKED) for _ in range(1000)])
    assert set(outcomes) <= {"answered", "busy"}
    assert outcomes.count("answered") >= 150


async def test_two_messages_of_one_person_at_once_are_both_answered(served: Served):
    outcomes = await asked_at_once(served.port, [("twice", ASKED), ("twice", "12348晚上有人接吗")])
    assert outcomes == ["answered", "answered"]


async def test_a_flood_of_invented_senders_stays_in_bounds(served: Served):
    assert served.process is not None
    process = psutil.Process(served.process.pid)
    await asked_at_once(served.port, [(uuid.uuid4().hex, ASKED) for _ in range(1000)])
    before = process.memory_info().rss
    for _ in range(10):
        await asked_at_once(served.port, [(uuid.uuid4().hex, ASKED) for _ in range(500)])
    assert process.memory_info().rss - before < 150e6
    assert await asked_at_once(served.port, [("somebody", ASKED)]) == ["answered"]


@pytest.fixture
def several(tmp_path) -> Iterator[Served]:
    bot = Served(tmp_path, WORKERS="2")
    bot.start()
    recovers(bot)
    yield bot
    if bot.process is not None and bot.process.poll() is None:
        bot.stop(signal.SIGTERM)


def test_a_killed_process_loses_no_conversation(several: Served):
    senders = [uuid.uuid4().hex for _ in range(12)]
    for sender in senders:
        assert "刑事" in several.says(sender, "我是残疾人，能申请法律援助吗")
    assert several.process is not None
    failures: list[float] = []
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            try:
                several.says(uuid.uuid4().hex, ASKED)
            except (OSError, urllib.error.URLError):
                failures.append(time.monotonic())

    workers = [threading.Thread(target=load) for _ in range(4)]
    for worker in workers:
        worker.start()
    time.sleep(1)
    killed = time.monotonic()
    psutil.Process(several.process.pid).children()[0].kill()
    time.sleep(5)
    stop.set()
    for worker in workers:
        worker.join()
    assert all(at - killed < 3 for at in failures), "errors end within seconds"
    for sender in senders:
        assert "方面的事" in several.says(sender, "不是刑事")
    assert len(psutil.Process(several.process.pid).children()) == 2, "the dead one was replaced"


def test_processes_behind_nginx_take_over_from_each_other(tmp_path):
    bots = [Served(tmp_path, LEGALBOT_TOGETHER="on", LEGALBOT_PROXIES="1") for _ in range(2)]
    for bot in bots:
        bot.start()
    nginx = Nginx(tmp_path, [bot.port for bot in bots])
    front = nginx.port
    try:
        nginx.start()
        ticket = str(post(front, "conversation", {}, None)["ticket"])
        assert ANSWERED in json.dumps(post(front, "message", {"text": ASKED}, ticket), ensure_ascii=False)
        for stopped, other in (bots, bots[::-1]):
            stopped.stop(signal.SIGKILL)
            told = post(front, "message", {"text": "那周末呢"}, ticket)
            assert "周末" in json.dumps(told, ensure_ascii=False), "the topic is still in mind"
            stopped.start()
            assert other.process is not None
        for path in ("metrics", "readyz", "webhooks/rest/webhook"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"http://127.0.0.1:{front}/{path}", timeout=5)
    finally:
        nginx.stop()
        for bot in bots:
            bot.stop(signal.SIGKILL)


def post(port: int, path: str, body: dict[str, object], ticket: str | None) -> dict[str, object]:
    headers = {"Content-Type": "application/json"}
    if ticket:
        headers["Authorization"] = f"Bearer {ticket}"
    address = f"http://127.0.0.1:{port}/webhooks/legalbot/{path}"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
        return dict(json.load(answer))


def test_a_stopped_server_finishes_what_it_began(served: Served):
    recovers(served)
    assert served.process is not None
    with ThreadPoolExecutor(30) as people:
        asked = [people.submit(served.says, uuid.uuid4().hex, ASKED) for _ in range(30)]
        time.sleep(0.05)
        os.kill(served.process.pid, signal.SIGTERM)
    assert all(ANSWERED in answer.result() for answer in asked)
    assert served.process.wait(15) == 0
