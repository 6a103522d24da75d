"""Many people at once, with repetitions, duplicates and an agent that is slow for some.

LEGALBOT_WECHAT_USERS says how many; the run of 200 is in docs/wechat-load.md. LEGALBOT_WECHAT_REPORT names a
file for the figures.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from pathlib import Path

from wechat_peer.account import OUT_OF_SERVICE, Account, new_openid, text
from wechat_peer.bot import StagedBot, script
from wechat_peer.fake_api import FakeApi

USERS = int(os.environ.get("LEGALBOT_WECHAT_USERS", "40"))
REPORT = os.environ.get("LEGALBOT_WECHAT_REPORT")
SLOW_SECONDS, VERY_SLOW_SECONDS = 7, 16


class Asked:
    """One person's question, which answer belongs to it, and what the person got."""

    def __init__(self, number: int) -> None:
        self.openid = new_openid()
        self.answer = f"答{number}号"
        self.slow = VERY_SLOW_SECONDS if number % 20 == 7 else SLOW_SECONDS if number % 4 == 1 else 0
        self.said = script(says=self.answer, slow=self.slow)
        self.fields = text(self.openid, self.said)
        self.duplicated = number % 3 == 0
        self.got: list[str] = []
        self.deliveries = 0
        self.seconds = 0.0

    async def ask(self, peer: Account, api: FakeApi, chance: random.Random) -> None:
        start = time.perf_counter()
        duplicate = asyncio.create_task(self.duplicate(peer, chance.random() * 2))
        seen = await peer.deliver(self.fields)
        self.deliveries, self.got = seen.deliveries, seen.texts
        if not seen.texts:
            await api.waits_for(self.openid, 1, 20)
        self.seconds = time.perf_counter() - start
        await duplicate

    async def duplicate(self, peer: Account, after: float) -> None:
        """The same delivery once more, as a network between may make it; nobody sees its reply."""
        if self.duplicated:
            await asyncio.sleep(after)
            got = await peer.post(*peer.request(self.fields))
            assert got.content in (None, self.answer)


async def test_every_question_is_answered_exactly_once(tmp_path):
    api = FakeApi()
    bot = StagedBot(tmp_path, api).start()
    try:
        peer, chance = bot.account(), random.Random(12348)  # noqa: S311 - no secret
        asked = [Asked(number) for number in range(USERS)]
        start = time.perf_counter()
        await asyncio.gather(*(one.ask(peer, api, chance) for one in asked))
        whole = time.perf_counter() - start
        await asyncio.sleep(8)
        for one in asked:
            sent = [body["text"]["content"] for body in api.sent_to(one.openid)]
            assert [*one.got, *sent] == [one.answer], (one.slow, one.got, sent)
            assert OUT_OF_SERVICE not in one.got
            assert len(bot.heard(one.said)) == 1
        report(asked, api, whole)
    finally:
        bot.stop()
        api.close()


def report(asked: list[Asked], api: FakeApi, whole: float) -> None:
    quick = sorted(one.seconds for one in asked if not one.slow)
    lines = [
        f"people at once: {len(asked)}; all done after {whole:.1f} s",
        f"slow by {SLOW_SECONDS} s: {sum(one.slow == SLOW_SECONDS for one in asked)}, "
        f"by {VERY_SLOW_SECONDS} s: {sum(one.slow == VERY_SLOW_SECONDS for one in asked)}, "
        f"delivered twice by the network: {sum(one.duplicated for one in asked)}",
        f"deliveries by WeChat: {sum(one.deliveries for one in asked)}",
        f"answered as reply: {sum(bool(one.got) for one in asked)}, "
        f"by customer-service message: {sum(not one.got for one in asked)}",
        f"tokens fetched: {sum(path.endswith('stable_token') for path, _, _ in api.calls)}",
        f"not slow: median {quick[len(quick) // 2]:.2f} s, longest {quick[-1]:.2f} s",
        "answered twice: 0, not answered: 0",
    ]
    if REPORT:
        Path(REPORT).write_text("\n".join(lines) + "\n", encoding="utf8")
