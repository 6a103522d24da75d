"""Many people at once, with repetitions, duplicates and an agent that is slow for some; also through nginx.

The figures of 200 people in docs/wechat.md are those of

    LEGALBOT_WECHAT_USERS=200 .venv/bin/python -m pytest tests/wechat/test_many_at_once.py -s
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time

from servers import Nginx
from test_messages import COST
from wechat_peer.account import OUT_OF_SERVICE, Account, new_openid, text
from wechat_peer.bot import StagedBot, script
from wechat_peer.fake_api import TOKEN_PATH, FakeApi

USERS = int(os.environ.get("LEGALBOT_WECHAT_USERS", "40"))
SLOW_SECONDS, VERY_SLOW_SECONDS = 7, 16


class Asked:
    """One person's question, which answer belongs to it, and what the person got."""

    def __init__(self, number: int) -> None:
        self.openid = new_openid()
        self.answer = f"答{number}号"
        self.slow = VERY_SLOW_SECONDS if number % 20 == 7 else SLOW_SECONDS if number % 4 == 1 else 0
        self.said = script(says=self.answer, slow=self.slow)
        self.fields = text(self.openid, self.said)
        self.duplicates = 1 + number % 2 if number % 3 == 0 else 0
        self.got: list[str] = []
        self.deliveries = 0
        self.seconds = 0.0

    async def ask(self, peer: Account, api: FakeApi, chance: random.Random) -> None:
        start = time.perf_counter()
        after = [chance.random() * 12 if self.slow else chance.random() for _ in range(self.duplicates)]
        duplicates = [asyncio.create_task(self.duplicate(peer, seconds)) for seconds in after]
        seen = await peer.deliver(self.fields)
        self.deliveries, self.got = seen.deliveries, seen.texts
        if not seen.texts:
            await api.waits_for(self.openid, 1, 20)
        self.seconds = time.perf_counter() - start
        await asyncio.gather(*duplicates)

    async def duplicate(self, peer: Account, after: float) -> None:
        """The same delivery once more, as a network between may make it; nobody sees its reply."""
        await asyncio.sleep(after)
        got = await peer.post(*peer.request(self.fields))
        assert got.status in (0, 200)
        assert got.content in (None, self.answer)


async def test_every_question_is_answered_exactly_once(tmp_path):
    with FakeApi() as api, StagedBot(tmp_path, api) as bot:
        start = time.perf_counter()
        asked = await asked_at_once(USERS, bot.account(), api)
        whole = time.perf_counter() - start
        await asyncio.sleep(8)
        for one in asked:
            sent = [body["text"]["content"] for body in api.sent_to(one.openid)]
            assert [*one.got, *sent] == [one.answer], (one.slow, one.got, sent)
            assert OUT_OF_SERVICE not in one.got
            assert len(bot.heard(one.said)) == 1
        print(json.dumps(figures(asked, api, whole), indent=1))  # noqa: T201 - for docs/wechat.md (pytest -s)


async def asked_at_once(people: int, peer: Account, api: FakeApi) -> list[Asked]:
    chance = random.Random(12348)  # noqa: S311 - no secret
    asked = [Asked(number) for number in range(people)]
    await asyncio.gather(*(one.ask(peer, api, chance) for one in asked))
    return asked


def figures(asked: list[Asked], api: FakeApi, whole: float) -> dict[str, float]:
    quick = sorted(one.seconds for one in asked if not one.slow)
    return {
        "people at once": len(asked),
        f"slow by {SLOW_SECONDS} s": sum(one.slow == SLOW_SECONDS for one in asked),
        f"slow by {VERY_SLOW_SECONDS} s": sum(one.slow == VERY_SLOW_SECONDS for one in asked),
        "deliveries by WeChat": sum(one.deliveries for one in asked),
        "duplicates by the network": sum(one.duplicates for one in asked),
        "answered as reply": sum(bool(one.got) for one in asked),
        "answered by customer-service message": sum(not one.got for one in asked),
        "tokens fetched": sum(path == TOKEN_PATH for path, _, _ in api.calls),
        "not slow: median s": round(quick[len(quick) // 2], 2),
        "not slow: longest s": round(quick[-1], 2),
        "all done after s": round(whole, 1),
    }


async def test_nginx_lets_wechat_through_whose_addresses_are_few(tmp_path, wechat_api):
    """As deployed: all of 150 people come from one address, and none is told to come later."""
    bot = StagedBot(tmp_path, wechat_api)
    nginx = Nginx(tmp_path, [bot.port])
    try:
        bot.start()
        nginx.start()
        peer = Account(nginx.port, "compatible")
        people = [new_openid() for _ in range(150)]
        replies = await asyncio.gather(*(peer.says(openid, "12348收费吗") for openid in people))
        assert {reply.partition("\n")[0] for reply in replies} == {COST.says.partition("\n")[0]}
        slow = await peer.deliver(text(people[0], script(slow=7, says="慢答")))
        assert (slow.deliveries, slow.texts) == (2, ["慢答"])
        kept = "".join(path.read_text("utf8") for path in (*tmp_path.glob("*.log"), bot.log_file))
        assert not [openid for openid in people if openid in kept]
    finally:
        nginx.stop()
        bot.stop()
