"""Two processes on one database, SQLite and PostgreSQL: one answer, one order, one token, one forgetting."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from test_messages import COST
from wechat_peer.account import event, new_openid, text
from wechat_peer.bot import StagedBot, script
from wechat_peer.fake_api import TOKEN_PATH, FakeApi

ASKS = {"asks": "12348收费吗"}
Pair = tuple[StagedBot, StagedBot]


@pytest.fixture
def api() -> Iterator[FakeApi]:
    made = FakeApi()
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(request, tmp_path, api) -> Iterator[Pair]:
    address = request.getfixturevalue("postgres_server").address if request.param != "sqlite" else ""
    bots = tuple(StagedBot(tmp_path, api, database=address, LEGALBOT_TOGETHER="on").start() for _ in range(2))
    yield bots
    for bot in bots:
        bot.stop()


def everything(bot: StagedBot) -> str:
    engine = sa.create_engine(bot.address)
    with engine.connect() as connection:
        tables = sa.inspect(engine).get_table_names()
        return "\n".join(str(connection.execute(sa.text(f"select * from {name}")).all()) for name in tables)  # noqa: S608


async def test_together_they_answer_once_in_order_and_forget_all(pair, api):
    await once(pair)
    await in_order(pair)
    await strangers_at_once(pair)
    await leaving_while_the_other_answers(pair)
    await one_token(pair, api)
    for bot in pair:
        assert "could not be answered" not in bot.log
        assert "could not be kept" not in bot.log


async def once(pair: Pair) -> None:
    one, other = (bot.account() for bot in pair)
    said = script(slow=1, **ASKS)
    fields = text(new_openid(), said)
    got = await asyncio.gather(*(peer.post(*peer.request(fields)) for peer in (one, other, one, other)))
    assert {answer.content for answer in got} == {got[0].content}
    assert got[0].content.startswith(COST.says)
    assert sum(len(bot.heard(said)) for bot in pair) == 1


async def in_order(pair: Pair) -> None:
    """Quick messages of one person that reach both processes: each is answered behind the one before."""
    peers, openid = [bot.account() for bot in pair], new_openid()
    said = [script(slow=slow, says=f"第{number}答") for number, slow in enumerate((1.5, 0.5, 0))]
    ended: list[str] = []

    async def ask(number: int) -> None:
        ended.append((await peers[number % 2].deliver(text(openid, said[number]))).text)

    asking = []
    for number in range(3):
        asking.append(asyncio.create_task(ask(number)))
        await asyncio.sleep(0.2)
    await asyncio.gather(*asking)
    assert ended == ["第0答", "第1答", "第2答"]


async def strangers_at_once(pair: Pair) -> None:
    """The first two messages of a person, one to each process."""
    one, other = (bot.account() for bot in pair)
    for _ in range(10):
        openid = new_openid()
        asked = (peer.says(openid, "12348收费吗") for peer in (one, other))
        for reply in await asyncio.gather(*asked):
            assert reply.startswith(COST.says)


async def leaving_while_the_other_answers(pair: Pair) -> None:
    one, other = (bot.account() for bot in pair)
    openid, said, behind = new_openid(), script(slow=2, **ASKS), script(says="x")
    fields = text(openid, said)
    asked = [asyncio.create_task(one.deliver(fields))]
    await asyncio.sleep(0.5)
    asked.append(asyncio.create_task(one.deliver(text(openid, behind))))
    await asyncio.sleep(0.5)
    sender = pair[0].heard(said)[0]
    assert sender in everything(pair[0])
    await other.deliver(event(openid, "unsubscribe"))
    await asyncio.gather(*asked)
    assert sender not in everything(pair[0])
    for peer in (other, one):
        assert (await peer.post(*peer.request(fields))).body == "success", "repeated from before"
    assert sum(len(bot.heard(said)) for bot in pair) == 1
    assert pair[0].heard(behind) == []
    assert sender not in everything(pair[0])
    await asyncio.sleep(1.1 - time.time() % 1)
    await one.deliver(event(openid, "subscribe"))
    assert (await other.says(openid, "12348收费吗")).startswith(COST.says)


async def one_token(pair: Pair, api: FakeApi) -> None:
    """Both have something to send at the same time: one fetches the token, and one renews it."""
    for fetched in (1, 2):
        people = [new_openid() for _ in range(8)]
        asked = (
            pair[number % 2].account().deliver(text(openid, script(slow=5.2, says="晚")), deliveries=1)
            for number, openid in enumerate(people)
        )
        await asyncio.gather(*asked)
        for openid in people:
            await api.waits_for(openid)
        await asyncio.sleep(2)
        assert sum(path == TOKEN_PATH for path, _, _ in api.calls) == fetched
        for openid in people:
            taken = [body for body in api.taken if body["touser"] == openid]
            assert [body["text"]["content"] for body in taken] == ["晚"]
        api.token = "changed-behind-their-back"
