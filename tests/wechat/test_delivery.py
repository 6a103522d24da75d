"""Once, in time, in order: repetitions, slow answers, several processes, restarts."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import time

import pytest
from test_messages import COST, WORDS, choice, everything, ratings, rows, sender_of
from wechat_peer.account import KEY, SECRET, TOKEN, Account, event, new_openid, text
from wechat_peer.bot import StagedBot, script
from wechat_peer.fake_api import SEND_PATH, FakeApi

from legalbot.channels.wechat.api import TOKEN_ERRORS
from legalbot.dialogue import sorry

ASKS = {"asks": "12348收费吗"}


async def test_the_same_message_at_once_runs_once_and_gets_the_same_reply(staged, peer, openid):
    said = script(slow=1, says="答")
    fields = text(openid, said)
    got = await asyncio.gather(*(peer.post(*peer.request(fields)) for _ in range(5)))
    assert [one.content for one in got] == ["答"] * 5
    assert len(staged.heard(said)) == 1


async def test_a_repetition_after_the_end_and_a_replay_get_the_same_reply(staged, peer, openid):
    said = script(says="答")
    request = peer.request(text(openid, said))
    got = [await peer.post(*request) for _ in range(4)]
    assert [one.content for one in got] == ["答"] * 4
    assert len(staged.heard(said)) == 1


async def test_the_same_number_from_two_people_runs_for_both(staged, peer):
    said = script(says="答")
    for openid in (new_openid(), new_openid()):
        assert (await peer.deliver(text(openid, said, 77))).text == "答"
    assert len(staged.heard(said)) == 2


async def test_a_repeated_event_is_one(staged, peer, openid):
    fields = event(openid, "CLICK", EventKey="hotline-cost")
    first, second = [(await peer.post(*peer.request(fields))).content for _ in range(2)]
    assert first == second
    assert len(staged.heard(COST.ask)) >= 1


async def test_a_slow_answer_joins_the_second_delivery(staged, peer, wechat_api, openid):
    said = script(slow=7, **ASKS)
    start = time.monotonic()
    seen = await peer.deliver(text(openid, said))
    assert (seen.deliveries, seen.text.startswith(COST.says)) == (2, True)
    assert time.monotonic() - start < 8
    await asyncio.sleep(4)
    assert wechat_api.sent_to(openid) == []
    assert len(staged.heard(said)) == 1


async def test_a_very_slow_answer_is_acknowledged_and_sent_with_its_choices(staged, peer, wechat_api, openid):
    said = script(slow=20, **ASKS)
    fields = text(openid, said)
    seen = await peer.deliver(fields)
    assert (seen.deliveries, seen.texts) == (3, [])
    answer, choices = await wechat_api.waits_for(openid, 2)
    assert answer["text"]["content"].startswith(COST.says)
    listed = choices["msgmenu"]["list"]
    assert listed[0]["id"] == "1"
    assert (await peer.post(*peer.request(fields))).body == "success"
    assert len(wechat_api.sent_to(openid)) == 2
    assert len(staged.heard(said)) == 1
    pressed = await peer.deliver(text(openid, listed[0]["content"], bizmsgmenuid="1"))
    assert pressed.text


async def test_where_wechat_does_not_come_again_the_answer_is_sent(staged, peer, wechat_api, openid):
    said = script(slow=6, says="晚到的答")
    seen = await peer.deliver(text(openid, said), deliveries=1)
    assert seen.texts != ["晚到的答"]
    (sent,) = await wechat_api.waits_for(openid)
    assert sent["text"]["content"] == "晚到的答"
    assert (await peer.post(*peer.request(text(openid, script(says="新的"))))).content == "新的"


async def test_what_does_not_fit_into_the_reply_follows_by_itself(peer, wechat_api, openid):
    long = script(says="这一句正好是十二个汉字长。", times=200)
    reply = await peer.says(openid, long)
    sent = await wechat_api.waits_for(openid, 3)
    assert reply + "".join(body["text"]["content"] for body in sent) == "这一句正好是十二个汉字长。" * 200
    assert all(len(body["text"]["content"].encode()) <= 2048 for body in sent)


@pytest.mark.parametrize(
    ("unit", "times"), [("律律律律律律律律律律aa", 64), ("律", 683)], ids=["2048", "2049"]
)
async def test_what_just_fits_is_one_reply_and_one_byte_more_is_two(peer, wechat_api, openid, unit, times):
    more = len((unit * times).encode()) - 2048
    reply = await peer.says(openid, script(says=unit, times=times))
    rest = await wechat_api.waits_for(openid, more)
    assert reply + "".join(body["text"]["content"] for body in rest) == unit * times
    await asyncio.sleep(0.5)
    assert len(wechat_api.sent_to(openid)) == more


async def test_more_than_five_parts_end_with_where_to_ask(peer, wechat_api, openid):
    reply = await peer.says(openid, script(says="这一句正好是十二个汉字长。", times=900))
    sent = await wechat_api.waits_for(openid, 4)
    await asyncio.sleep(0.5)
    assert reply
    assert len(wechat_api.sent_to(openid)) == 4
    assert sent[-1]["text"]["content"].endswith(WORDS.sentences["over"])


async def test_three_quick_messages_are_answered_in_order_each_with_its_own(staged, peer, openid):
    said = [script(slow=slow, says=f"第{number}答") for number, slow in enumerate((1.2, 0.7, 0.2))]
    asked = []
    for one in said:
        asked.append(asyncio.create_task(peer.deliver(text(openid, one))))
        await asyncio.sleep(0.05)
    assert [(await one).text for one in asked] == ["第0答", "第1答", "第2答"]
    assert [len(staged.heard(one)) for one in said] == [1, 1, 1]


async def test_a_client_that_hangs_up_at_once_does_not_stop_the_work(staged, peer, openid):
    said = script(slow=1, says="答")
    fields = text(openid, said)
    assert (await peer.post(*peer.request(fields), seconds=0.2)).status == 0
    assert (await peer.deliver(fields)).text == "答"
    assert len(staged.heard(said)) == 1


async def test_the_answer_comes_before_wechat_hangs_up(peer, openid):
    got = await peer.post(*peer.request(text(openid, script(slow=4, says="答"))))
    assert got.content == "答"
    assert got.seconds < 4.7


# An account without the right to send


@pytest.fixture(scope="module")
def without_right(tmp_path_factory) -> StagedBot:
    bot = StagedBot(tmp_path_factory.mktemp("without"), None, WECHAT_CUSTOMER_SERVICE="off").start()
    yield bot
    bot.stop()


async def test_without_the_right_it_comes_with_the_next_message(without_right, openid):
    peer = without_right.account()
    said = script(slow=20, **ASKS)
    assert (await peer.deliver(text(openid, said))).texts == []
    await asyncio.sleep(2)
    reply = await peer.says(openid, "12348几点有人接")
    assert reply.startswith(WORDS.sentences["earlier"])
    assert COST.says in reply
    assert WORDS.sentences["now"] in reply
    again = await peer.says(openid, "12348收费吗")
    assert WORDS.sentences["earlier"] not in again
    assert len(without_right.heard(said)) == 1


@pytest.mark.parametrize("code", [48001, 45015, 45047, 40001])
async def test_a_refused_message_comes_with_the_next_one(tmp_path, openid, code):
    with FakeApi() as api, StagedBot(tmp_path, api) as bot:
        api.always[SEND_PATH] = code
        peer = bot.account()
        said = script(slow=6, says="晚到的答")
        await peer.deliver(text(openid, said), deliveries=1)
        await api.waits_for(openid)
        await asyncio.sleep(0.5)
        reply = await peer.says(openid, script(says="新的"))
        assert "晚到的答" in reply
        assert reply.endswith("新的")
        assert "晚到的答" not in await peer.says(openid, script(says="再来"))
        assert len(api.sent_to(openid)) == (2 if code in TOKEN_ERRORS else 1)
        assert str(code) in bot.log
        for secret in (openid, api.token, SECRET, TOKEN, KEY):
            assert secret not in bot.log


async def test_what_may_have_been_sent_is_not_sent_again(tmp_path, openid):
    with FakeApi() as api, StagedBot(tmp_path, api) as bot:
        api.fails[SEND_PATH].append(8.0)
        peer = bot.account()
        await peer.deliver(text(openid, script(slow=5.5, says="晚到的答")), deliveries=1)
        assert len(await api.waits_for(openid)) == 1
        await asyncio.sleep(7)
        assert await peer.says(openid, script(says="新的")) == "新的"
        assert len(api.sent_to(openid)) == 1
        assert "不再重发" in bot.log


async def test_the_time_limit_of_the_bot_is_an_answer_too(tmp_path, openid):
    """As it is deployed: after five seconds the bot says sorry, and that joins the second delivery."""
    with StagedBot(tmp_path, None, seconds=5, WECHAT_CUSTOMER_SERVICE="off") as bot:
        seen = await bot.account().deliver(text(openid, script(slow=20, says="太晚")))
        assert (seen.deliveries, seen.text) == (2, sorry().text)


# Several processes, and restarts


async def test_two_processes_answer_a_message_once(tmp_path, openid, wechat_api):
    bots = [StagedBot(tmp_path, wechat_api, WORKERS="2").start() for _ in range(2)]
    try:
        one, other = (bot.account() for bot in bots)
        said = script(slow=2, **ASKS)
        fields = text(openid, said)
        got = await asyncio.gather(*(peer.post(*peer.request(fields)) for peer in (one, other, one, other)))
        assert len({answer.content for answer in got}) == 1
        assert got[0].content.startswith(COST.says)
        assert sum(len(bot.heard(said)) for bot in bots) == 1
        title = next(line for line in got[0].content.splitlines() if line.startswith("1. "))
        assert (await other.says(openid, "1")) == (await other.says(openid, title.removeprefix("1. ")))
        slow = script(slow=7, says="慢答")
        fields = text(openid, slow)
        assert (await one.post(*one.request(fields))).status == 0
        assert (await other.post(*other.request(fields))).content == "慢答"
    finally:
        for bot in bots:
            bot.stop()


async def test_choices_and_the_screening_survive_kill_9(tmp_path, openid):
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer = bot.account()
        fields = text(openid, "我能申请法律援助吗")
        first = (await peer.deliver(fields)).text
        bot.stop(signal.SIGKILL)
        bot.start()
        assert (await peer.deliver(fields)).text == first
        assert len(bot.heard("我能申请法律援助吗")) == 1
        chosen = choice(first, 1)
        await peer.says(openid, "1")
        assert bot.heard(chosen)


async def test_a_message_in_work_when_the_process_was_killed_is_answered_at_its_repetition(tmp_path, openid):
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer = bot.account()
        said = script(slow=3, **ASKS)
        fields = text(openid, said)
        first = asyncio.create_task(peer.post(*peer.request(fields), seconds=2))
        await asyncio.sleep(1)
        bot.stop(signal.SIGKILL)
        with pytest.raises(Exception, match=r".*"):
            await first
        bot.start()
        await asyncio.sleep(4)
        assert (await peer.deliver(fields)).text.startswith(COST.says)


async def test_an_answer_given_but_not_kept_when_the_process_was_killed_is_not_asked_for_again(
    tmp_path, openid
):
    """Between the bot's turn and the channel's note of its answer: the note is put back to before."""
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer = bot.account()
        fields = text(openid, "12348收费吗")
        first = (await peer.deliver(fields)).text
        bot.stop(signal.SIGKILL)
        change(bot, "update wechat_messages set state = 'working', answer = null, alive_at = alive_at - 60")
        bot.start()
        assert (await peer.deliver(fields)).text == first
        assert len(bot.heard("12348收费吗")) == 1
        await peer.says(openid, "有用")
        assert ratings(bot, openid) == [(1, None)]


@pytest.mark.parametrize("seconds", [4.5, 17])
async def test_a_database_that_is_locked_is_waited_for_and_then_apologised_for(tmp_path, openid, seconds):
    """Free again in time the answer joins a repetition; if not, an apology comes before WeChat gives up."""
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer, said = bot.account(), script(says="答")
        await peer.says(openid, script(says="先"))
        with sqlite3.connect(bot.address.removeprefix("sqlite:///"), isolation_level=None) as database:
            database.execute("begin immediate")
            asking = asyncio.create_task(peer.deliver(text(openid, said)))
            await asyncio.sleep(seconds)
            database.execute("rollback")
        seen = await asking
        in_time = seconds < 5
        assert seen.text == ("答" if in_time else sorry().text)
        assert len(bot.heard(said)) == in_time
        assert await peer.says(openid, script(says="后")) == "后"


async def test_who_leaves_while_the_database_is_locked_is_forgotten_once_it_is_free(tmp_path, openid):
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer = bot.account()
        await peer.says(openid, "12348收费吗")
        sender = sender_of(bot, openid)
        assert sender in everything(bot)
        with sqlite3.connect(bot.address.removeprefix("sqlite:///"), isolation_level=None) as database:
            database.execute("begin immediate")
            left = await peer.post(*peer.request(event(openid, "unsubscribe")))
            assert (left.status, left.body) == (200, "success")
            await asyncio.sleep(1)
            assert "could not be forgotten yet" in bot.log
            database.execute("rollback")
        await asyncio.sleep(4)
        assert sender not in everything(bot)


async def test_what_is_known_again_is_bounded(staged, peer, openid):
    """A quarter of an hour after its delivery a message is forgotten, a waiting answer after a day."""
    await peer.says(openid, "12348收费吗")
    columns = "id, sender_id, at, state, owner, alive_at, deliveries, delivered_at, acknowledged"
    for state, age in (
        ("given", 1000),
        ("replied", 1000),
        ("working", 1000),
        ("left", 1000),
        ("ready", 90_000),
    ):
        values = f"'{state}' || value, 'of-old', {time.time() - age}, '{state}', '', 0, 1, 0, 1"
        numbers = "with recursive many(value) as (select 1 union all select value + 1 from many limit 2000)"
        change(staged, f"{numbers} insert into wechat_messages ({columns}) select {values} from many")  # noqa: S608
    count = "select count(*) from wechat_messages where sender_id = 'of-old'"
    assert rows(staged, count) == [(10_000,)]
    await peer.says(openid, "12348几点有人接")
    assert rows(staged, count) == [(0,)]


def change(bot: StagedBot, statement: str) -> None:
    with sqlite3.connect(bot.address.removeprefix("sqlite:///"), timeout=5) as database:
        database.execute(statement)


async def test_a_message_lost_with_its_process_is_told_so(tmp_path, openid):
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer = bot.account()
        await peer.post(*peer.request(text(openid, script(slow=60, says="x"))), seconds=1)
        bot.stop(signal.SIGKILL)
        bot.start()
        await asyncio.sleep(8)
        reply = await peer.says(openid, "12348收费吗")
        assert reply.startswith(WORDS.sentences["lost"])
        assert COST.says in reply
        assert WORDS.sentences["lost"] not in await peer.says(openid, "12348收费吗")


async def test_an_answer_that_nobody_fetched_before_the_stop_comes_with_the_next_message(tmp_path, openid):
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer = bot.account()
        await peer.post(*peer.request(text(openid, script(slow=2, says="晚到的答"))), seconds=1)
        bot.stop()
        assert "晚到的答" in everything(bot)
        bot.start()
        await asyncio.sleep(7)
        reply = await peer.says(openid, script(says="新的"))
        assert "晚到的答" in reply


async def test_a_broken_database_gets_an_honest_sentence_in_time(tmp_path, openid):
    with StagedBot(tmp_path, None, WECHAT_CUSTOMER_SERVICE="off") as bot:
        peer: Account = bot.account()
        change(bot, "drop table wechat_messages")
        got = await peer.post(*peer.request(text(openid, "12348收费吗")))
        assert got.content == sorry().text
