"""What the account does by itself: one token for all, no endless loop, nothing sent twice, no secret told."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from wechat_peer.account import APP_ID, SECRET, TOKEN
from wechat_peer.bot import environment
from wechat_peer.fake_api import MENU_PATH, SEND_PATH, TOKEN_PATH, FakeApi

from legalbot.channels.wechat import api as api_module
from legalbot.channels.wechat.answers import Answer
from legalbot.channels.wechat.api import ApiError, NotReachedError, UnknownOutcomeError, WeChatApi
from legalbot.channels.wechat.customer_service import CustomerService
from legalbot.channels.wechat.menu import menu
from legalbot.channels.wechat.settings import WeChatSettings
from legalbot.channels.wechat.tokens import TOKENS, TokenRefusedError
from legalbot.paths import ROOT
from legalbot.serving.database import Database

ANSWER = Answer(["一", "二"], "一二")


@pytest.fixture
def fake():
    made = FakeApi()
    yield made
    made.close()


def settings_of(base: str) -> WeChatSettings:
    return WeChatSettings("plain", (TOKEN,), APP_ID, SECRET, (), 0, base, True)


@pytest.fixture
async def api(fake, database, monkeypatch) -> AsyncIterator[WeChatApi]:
    monkeypatch.setenv("LEGALBOT_SECRET", "x" * 40)
    client = WeChatApi(settings_of(fake.base), database)
    yield client
    await client.close()


def calls(fake: FakeApi, path: str) -> int:
    return sum(called == path for called, _, _ in fake.calls)


async def send(api: WeChatApi) -> dict:
    return await api.call(SEND_PATH, {"touser": "o", "msgtype": "text", "text": {"content": "中文"}})


async def test_one_token_for_many_calls_and_chinese_as_it_is(fake, api):
    await asyncio.gather(*(send(api) for _ in range(20)))
    assert calls(fake, TOKEN_PATH) == 1
    assert all("中文".encode() in raw for path, _, raw in fake.calls if path == SEND_PATH)


async def test_many_workers_fetch_one_token(fake, tmp_path, monkeypatch):
    monkeypatch.setenv("LEGALBOT_SECRET", "x" * 40)
    databases = [Database(f"sqlite:///{tmp_path / 'shared.sqlite'}") for _ in range(4)]
    clients = [WeChatApi(settings_of(fake.base), database) for database in databases]
    await asyncio.gather(*(send(client) for client in clients for _ in range(5)))
    assert calls(fake, TOKEN_PATH) == 1
    fake.token = "changed"
    await asyncio.gather(*(send(client) for client in clients))
    assert calls(fake, TOKEN_PATH) == 2
    for client, database in zip(clients, databases, strict=True):
        await client.close()
        database.close()


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(fake, api, code):
    await send(api)
    fake.fails[SEND_PATH].append(code)
    await send(api)
    assert calls(fake, SEND_PATH) == 3
    assert calls(fake, TOKEN_PATH) == 3, "first, unchanged, and by force"


async def test_a_token_refused_for_ever_ends(fake, api):
    fake.always[SEND_PATH] = 40001
    with pytest.raises(ApiError):
        await send(api)
    assert calls(fake, SEND_PATH) == 2
    for _ in range(3):
        with pytest.raises((ApiError, TokenRefusedError)):
            await send(api)
    assert calls(fake, SEND_PATH) <= 2 + 3 * 2
    assert sum(b'"force_refresh": true' in raw for _, _, raw in fake.calls) == 1


async def test_a_busy_system_is_asked_once_more(fake, api, monkeypatch):
    monkeypatch.setattr(api_module, "BUSY_SECONDS", 0.01)
    fake.fails[SEND_PATH].append(-1)
    await send(api)
    assert calls(fake, SEND_PATH) == 2
    fake.always[SEND_PATH] = -1
    with pytest.raises(ApiError):
        await send(api)
    assert calls(fake, SEND_PATH) == 4


@pytest.mark.parametrize("code", [45015, 45047, 43004, 40003, 48001])
async def test_what_is_refused_for_good_is_not_repeated(fake, api, code):
    fake.always[SEND_PATH] = code
    with pytest.raises(ApiError) as error:
        await send(api)
    assert error.value.code == code
    assert calls(fake, SEND_PATH) == 1


async def test_a_time_out_is_not_sent_again(fake, api, monkeypatch, caplog):
    monkeypatch.setattr(api_module, "SECONDS", api_module.aiohttp.ClientTimeout(total=0.5))
    fake.fails[SEND_PATH].append(2.0)
    with pytest.raises(UnknownOutcomeError):
        await send(api)
    await asyncio.sleep(0.2)
    assert calls(fake, SEND_PATH) == 1
    fake.fails[SEND_PATH].append(2.0)
    assert await CustomerService(api).send("o", ANSWER) is None
    assert [body["text"]["content"] for body in fake.bodies(SEND_PATH)[1:]] == ["一", "二"]


async def test_what_was_refused_half_way_is_left_over(fake, api):
    service = CustomerService(api)
    await send(api)
    fake.fails[SEND_PATH].extend([0, 45047])
    left = await service.send("o", ANSWER)
    assert left == Answer(["二"], "二", keeps=True)
    assert service.may_send


async def test_an_account_without_the_right_is_not_asked_again(fake, api):
    service = CustomerService(api)
    fake.always[SEND_PATH] = 48001
    assert await service.send("o", ANSWER) == ANSWER
    assert not service.may_send


async def test_an_api_that_is_away_is_named(api, fake, database):
    away = WeChatApi(settings_of("http://127.0.0.1:9"), database)
    with pytest.raises(NotReachedError):
        await send(away)
    await away.close()


async def test_no_secret_is_logged_or_kept_in_the_open(fake, api, database, caplog):
    caplog.set_level(logging.DEBUG)
    fake.fails[SEND_PATH].extend([40001, 45047])
    await CustomerService(api).send("o-person", ANSWER)
    fake.always[TOKEN_PATH] = 40125
    await CustomerService(WeChatApi(settings_of("http://127.0.0.1:9"), database)).send("o-person", ANSWER)
    logged = "".join(record.getMessage() + str(record.exc_info) for record in caplog.records)
    with database.engine.begin() as connection:
        kept = str(connection.execute(TOKENS.select()).all())
    for secret in (SECRET, fake.token, "token-0", "o-person"):
        assert secret not in logged
        assert secret not in kept


def make_menu(fake: FakeApi, tmp_path, **change: str) -> subprocess.CompletedProcess[str]:
    more = {"LEGALBOT_DATABASE": f"sqlite:///{tmp_path / 'menu.sqlite'}", **change}
    return subprocess.run(
        [sys.executable, "-m", "legalbot", "wechat-menu"],
        cwd=ROOT,
        env=environment(fake, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_menu_is_created_from_its_file(fake, tmp_path):
    made = make_menu(fake, tmp_path)
    assert made.returncode == 0, made.stderr
    assert fake.bodies(MENU_PATH) == [dict(menu().payload)]


def test_a_refused_menu_says_why_in_one_line(fake, tmp_path):
    fake.always[TOKEN_PATH] = 40164
    made = make_menu(fake, tmp_path)
    assert made.returncode == 1
    assert made.stderr.startswith("出错：")
    assert "IP 白名单" in made.stderr
    assert len(made.stderr.strip().splitlines()) == 1
    assert SECRET not in made.stderr + made.stdout


def test_without_settings_the_menu_says_what_is_missing(fake, tmp_path):
    off = {name: "" for name in environment(fake) if name.startswith("WECHAT_")}
    made = make_menu(fake, tmp_path, **off)
    assert made.returncode == 1
    assert "WECHAT_APP_SECRET" in made.stderr
