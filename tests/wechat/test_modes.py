"""Plain, compatible and safe mode from end to end, and changes of keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from test_messages import COST, WORDS, choice
from wechat_peer.account import KEY, OLD_KEY, Account, event, message, text, xml
from wechat_peer.bot import StagedBot, script
from wechatpy import parse_message

from legalbot.channels.wechat.incoming import incoming
from legalbot.channels.wechat.xml_fields import fields

OLD_TOKEN = "oldpeertoken"


@pytest.fixture(scope="module")
def safe_one(tmp_path_factory, wechat_api) -> Iterator[StagedBot]:
    """A bot in safe mode, in the midst of a change of token and key."""
    bot = StagedBot(
        tmp_path_factory.mktemp("safe"),
        wechat_api,
        WECHAT_MODE="safe",
        WECHAT_TOKEN_PREVIOUS=OLD_TOKEN,
        WECHAT_ENCODING_AES_KEY_PREVIOUS=OLD_KEY,
    ).start()
    yield bot
    bot.stop()


@pytest.fixture(scope="module")
def plain_one(tmp_path_factory, wechat_api) -> Iterator[StagedBot]:
    bot = StagedBot(tmp_path_factory.mktemp("plain"), wechat_api, WECHAT_MODE="plain").start()
    yield bot
    bot.stop()


@pytest.fixture(params=["plain", "compatible", "safe"])
def account(request, staged, safe_one, plain_one) -> Account:
    bots = {"plain": plain_one, "compatible": staged, "safe": safe_one}
    return bots[request.param].account(request.param)


async def test_a_person_comes_asks_chooses_rates_and_leaves(account, openid):
    welcome = (await account.deliver(event(openid, "subscribe"))).text
    assert welcome.startswith(WORDS.greetings["welcome"].says)
    reply = await account.says(openid, "12348收费吗")
    assert reply.startswith(COST.says)
    second = choice(reply, 2)
    assert await account.says(openid, "2") == await account.says(openid, second)
    assert await account.says(openid, "有用") == WORDS.feedback.useful_says
    picture = message(openid, "image", PicUrl="https://example.com/a.jpg", MediaId="m")
    assert (await account.deliver(picture)).text == WORDS.sentences["picture"]
    spoken = message(openid, "voice", MediaId="m", Format="amr", Recognition="12348收费吗")
    assert (await account.deliver(spoken)).text.startswith(COST.says)
    left = await account.post(*account.request(event(openid, "unsubscribe")))
    assert (left.status, left.body) == (200, "success"), "never encrypted"


async def test_odd_texts_come_back_as_they_are(account, openid):
    said = "前]]>后 <Encrypt>假的</Encrypt> &amp; 😀👨‍👩‍👧‍👦"
    assert await account.says(openid, script(says=said)) == said


@pytest.mark.parametrize("token", [None, OLD_TOKEN])
@pytest.mark.parametrize("key", [KEY, OLD_KEY])
async def test_a_reply_is_sealed_with_what_the_request_was_sealed_with(safe_one, openid, token, key):
    more = {"token": token} if token else {}
    assert (await safe_one.account("safe", key=key, **more).says(openid, "12348收费吗")).startswith(COST.says)


async def test_signed_with_the_token_of_another_account_it_is_forbidden(safe_one, staged, openid):
    for bot, token in ((safe_one, "nobodystoken"), (staged, OLD_TOKEN)):
        stranger = bot.account("safe", token=token)
        assert (await stranger.post(*stranger.request(text(openid, "12348收费吗")))).status == 403


@pytest.mark.parametrize(
    "sent",
    [
        text("oPeer1", "12348收费吗"),
        text("oPeer1", "]]>&<b>", bizmsgmenuid="2"),
        message("oPeer1", "voice", MediaId="m", Format="amr", Recognition="有人接吗"),
        message("oPeer1", "image", PicUrl="https://example.com/a.jpg", MediaId="m"),
        message("oPeer1", "video", MediaId="m", ThumbMediaId="t"),
        message("oPeer1", "location", Location_X="25", Location_Y="102", Scale="15", Label="昆明"),
        message("oPeer1", "link", Title="t", Description="d", Url="https://example.com"),
        event("oPeer1", "subscribe"),
        event("oPeer1", "CLICK", EventKey="hotline-cost"),
    ],
    ids=lambda sent: str(sent.get("Event", sent["MsgType"])),
)
def test_wechatpy_reads_a_message_as_we_do(sent):
    theirs, ours = parse_message(xml(sent)), incoming(fields(xml(sent).encode()))
    assert (theirs.source, theirs.target) == (ours.openid, ours.account)
    assert theirs.type == ("event" if ours.is_event else ours.kind)
    if ours.is_event:
        assert theirs.event == ours.kind
        assert getattr(theirs, "key", "") == ours.key
    else:
        said = theirs.content if theirs.type == "text" else getattr(theirs, "recognition", "")
        assert said == ours.text
    assert int(theirs.time) == ours.at
