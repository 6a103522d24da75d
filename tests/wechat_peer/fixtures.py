"""What the tests of the WeChat channel share: a fake API and a staged bot, started once each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wechat_peer.account import Account, new_openid
from wechat_peer.bot import StagedBot
from wechat_peer.fake_api import FakeApi


@pytest.fixture(scope="session")
def wechat_api() -> Iterator[FakeApi]:
    """The API of the bot that `staged` starts."""
    api = FakeApi()
    yield api
    api.close()


@pytest.fixture(scope="session")
def staged(wechat_api: FakeApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagedBot]:
    """A staged bot in compatible mode, with the right to send: it takes plain and encrypted requests."""
    bot = StagedBot(tmp_path_factory.mktemp("wechat"), wechat_api).start()
    yield bot
    bot.stop()


@pytest.fixture
def peer(staged: StagedBot) -> Account:
    """WeChat, delivering encrypted to `staged`."""
    return staged.account()


@pytest.fixture
def openid() -> str:
    """A person who has not written yet."""
    return new_openid()
