"""What a stranger, a broken sender or a wrong setting may send: refused by name, never a failure of ours."""

from __future__ import annotations

import time
from urllib.parse import quote, urlencode

import aiohttp
import pytest
import xmltodict
from test_published_cases import padded, plain, raw
from wechat_peer.account import (
    APP_ID,
    KEY,
    NAME,
    OLD_KEY,
    TOKEN,
    Account,
    Got,
    event,
    message,
    new_openid,
    sha1,
    text,
    xml,
)
from wechat_peer.bot import StagedBot, script

QUESTION, ANSWER = "12348收费吗", "不收费"


async def get(account: Account, query: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{account.address}?{query}") as reply:
        return reply.status, await reply.text(), reply.content_type


# Verification of the address


@pytest.mark.parametrize("echo", ["4375120948345356249", "<script>alert(1)</script>", "回声"])
async def test_a_signed_echo_is_returned_as_it_is(peer, echo):
    query = urlencode(peer.query(echostr=echo), quote_via=quote)
    expected = (403, "") if not echo.isascii() else (200, echo)
    status, body, kind = await get(peer, query)
    assert (status, body) == expected
    assert kind == "text/plain"


def queries() -> dict[str, str]:
    account = Account(1, "plain")
    good = account.query(echostr="1")
    cases = {f"without {name}": urlencode({k: v for k, v in good.items() if k != name}) for name in good}
    cases |= {f"{name} empty": urlencode({**good, name: ""}) for name in good}
    cases |= {f"{name} twice": urlencode(good) + f"&{name}={good[name]}" for name in good}
    cases |= {f"{name} not ASCII": urlencode({**good, name: "签名"}) for name in good}
    return cases | {
        "wrong signature": urlencode({**good, "signature": "0" * 40}),
        "signature in capitals": urlencode({**good, "signature": good["signature"].upper()}),
        "timestamp no number": urlencode({**good, "timestamp": "now"}),
        "nothing": "",
        "broken percent": "signature=%ff%fe&timestamp=%zz&nonce=%",
        "many": "&".join(f"a{number}=1" for number in range(500)),
        "long": "signature=" + "a" * 5000,
        "no equals": "signature&timestamp&nonce&echostr",
    }


QUERIES = queries()
QUERIES_WITHOUT_ECHO = {QUERIES["without echostr"], QUERIES["echostr empty"]}
"""These are signed: a message may come with them, only the question for the echo is none."""


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
async def test_a_query_that_is_not_signed_is_forbidden(peer, query):
    assert (await get(peer, query))[0] == 403
    if query not in QUERIES_WITHOUT_ECHO:
        assert (await peer.post(query, xml(text("o", QUESTION)))).status == 403


async def test_a_post_without_a_signature_is_never_heard(staged, openid):
    said = script(says="x")
    got = await staged.account("plain").post("", xml(text(openid, said)))
    assert got.status == 403
    assert staged.heard(said) == []


@pytest.mark.parametrize("age", [3600, -3600])
async def test_a_stale_timestamp_is_forbidden(peer, openid, age):
    timestamp = str(int(time.time()) - age)
    query = {"timestamp": timestamp, "nonce": "1", "signature": sha1(TOKEN, timestamp, "1")}
    assert (await peer.post(query, xml(text(openid, QUESTION)))).status == 403


# Modes


@pytest.mark.parametrize("mode", ["plain", "compatible"])
async def test_the_compatible_server_answers_both(staged, openid, mode):
    assert (await staged.account(mode).says(openid, QUESTION)).startswith(ANSWER)


async def test_a_wrong_msg_signature_is_forbidden_though_the_signature_is_right(peer, openid):
    for given in ("0" * 40, "", "签名"):
        query, body = peer.request(text(openid, QUESTION))
        assert (await peer.post({**query, "msg_signature": given}, body)).status == 403
    query, body = peer.request(text(openid, QUESTION))
    del query["msg_signature"]
    assert (await peer.post(query, body)).status == 403


async def test_what_was_encrypted_for_another_account_is_forbidden(staged, openid):
    for other in ({"app_id": "wxffffffffffffffff"}, {"key": OLD_KEY}):
        stranger = staged.account("safe", **other)
        assert (await stranger.post(*stranger.request(text(openid, QUESTION)))).status == 403


async def test_only_the_encrypted_part_of_a_compatible_message_counts(staged, peer, openid):
    forged = script(says="gefälscht")
    query, body = peer.request(text(openid, QUESTION))
    fields = {**xmltodict.parse(body)["xml"], "Content": forged}
    got = await peer.post(query, xml(fields))
    assert got.content.startswith(ANSWER)
    assert staged.heard(forged) == []


@pytest.fixture(scope="module")
def safe(tmp_path_factory, wechat_api):
    """A bot in safe mode whose key was changed, with any timestamp allowed."""
    bot = StagedBot(
        tmp_path_factory.mktemp("safe"),
        wechat_api,
        WECHAT_MODE="safe",
        WECHAT_ENCODING_AES_KEY_PREVIOUS=OLD_KEY,
        WECHAT_MAX_SKEW_SECONDS="0",
    ).start()
    yield bot
    bot.stop()


async def test_safe_mode_answers_and_takes_nothing_in_the_open(safe, openid):
    assert (await safe.account("safe").says(openid, QUESTION)).startswith(ANSWER)
    plain = safe.account("plain")
    for fields in (text(openid, script(says="x")), event(openid, "subscribe")):
        assert (await plain.post(*plain.request(fields))).status == 403
    query, body = plain.request(text(openid, QUESTION))
    assert (await plain.post({**query, "encrypt_type": "raw"}, body)).status == 403
    assert "WECHAT_MODE=safe" in safe.log
    assert openid not in safe.log


async def test_after_a_change_of_keys_both_are_answered_each_with_its_own(safe, openid):
    for key in (KEY, OLD_KEY):
        assert (await safe.account("safe", key=key).says(openid, QUESTION)).startswith(ANSWER)


async def test_any_timestamp_is_taken_where_the_window_is_off(safe):
    query = {"timestamp": "1", "nonce": "1", "signature": sha1(TOKEN, "1", "1"), "echostr": "7"}
    assert (await get(safe.account("safe"), urlencode(query)))[:2] == (200, "7")


@pytest.fixture(scope="module")
def in_the_open(tmp_path_factory):
    """A bot in plain mode, without the right to send."""
    bot = StagedBot(
        tmp_path_factory.mktemp("plain"),
        None,
        WECHAT_MODE="plain",
        WECHAT_ENCODING_AES_KEY="",
        WECHAT_APP_SECRET="",
        WECHAT_CUSTOMER_SERVICE="off",
    ).start()
    yield bot
    bot.stop()


async def test_plain_mode_answers_and_names_the_wrong_mode(in_the_open, openid):
    assert (await in_the_open.account("plain").says(openid, QUESTION)).startswith(ANSWER)
    sealed = in_the_open.account("safe")
    assert (await sealed.post(*sealed.request(text(openid, QUESTION)))).status == 403
    assert "WECHAT_MODE=plain" in in_the_open.log


async def test_what_is_too_long_for_an_account_without_the_right_is_read_on_by_asking(in_the_open, openid):
    account = in_the_open.account("plain")
    long = script(says="这一句正好是十二个汉字长。", times=90)
    first = await account.says(openid, long)
    assert "继续" in first.splitlines()[-1]
    rest = await account.says(openid, "继续")
    assert (first.partition("（还没说完")[0] + rest) == "这一句正好是十二个汉字长。" * 90
    assert ANSWER in await account.says(openid, QUESTION)


# Bodies

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><xml><Content>&b;</Content></xml>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>'


def body_of(openid: str = "o", **fields: object) -> str:
    return xml({**text(openid, QUESTION), **fields})


def without(*names: str) -> str:
    return xml({name: value for name, value in text("o", QUESTION).items() if name not in names})


BODIES = {
    "empty": b"",
    "blanks": b"  \n ",
    "no xml": b"hello",
    "json": b'{"xml": 1}',
    "empty root": b"<xml/>",
    "wrong root": body_of().replace("xml>", "html>").encode(),
    "not closed": body_of().removesuffix("</xml>").encode(),
    "two roots": (body_of() * 2).encode(),
    "bad UTF-8": body_of().encode("gbk"),
    "control character": body_of(Content="a").replace(">a<", ">\x01<").encode(),
    "null reference": body_of(Content="a").replace(">a<", ">&#0;<").encode(),
    "nested": b"<xml>" + b"<a>" * 4000 + b"</a>" * 4000 + b"</xml>",
    "many fields": b"<xml>" + b"<a/>" * 5000 + b"</xml>",
    "field twice": body_of().replace("</xml>", "<Content>x</Content></xml>").encode(),
    "field twice in another case": body_of().replace("</xml>", "<content>x</content></xml>").encode(),
    "entity bomb": BOMB.encode(),
    "external entity": FILE.encode(),
    "UTF-16 document type": BOMB.encode("utf-16"),
    "UTF-16 named": ('<?xml version="1.0" encoding="UTF-16"?>' + FILE).encode("utf-16-le"),
    "UTF-7": b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-',
    "empty document type": ("<!DOCTYPE xml>" + body_of()).encode(),
    "unknown entity": body_of(Content="a").replace(">a<", ">&nbsp;<").encode(),
    "without sender": without("FromUserName").encode(),
    "without type": without("MsgType").encode(),
    "without account": without("ToUserName").encode(),
    "blank sender": body_of(FromUserName=" ").encode(),
    "long sender": body_of(FromUserName="o" * 1000).encode(),
    "event without a name": body_of(MsgType="event").encode(),
    "sender with fields": body_of(FromUserName={"a": "b"}).encode(),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_no_message_is_refused(staged, body):
    account = staged.account("plain")
    got = await account.post(account.query(), body)
    assert (got.status, got.body) == (400, "")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_nothing_is_read_that_is_not_signed(staged, body):
    account = staged.account("plain")
    assert (await account.post({**account.query(), "signature": "0" * 40}, body)).status == 403


@pytest.mark.parametrize("body", [BOMB, FILE, "<xml/>", "", "no", "<a" * 100])
async def test_the_same_holds_inside_what_is_encrypted(peer, body):
    query = peer.query()
    sealed = peer.crypto.encrypt_message(body, query["nonce"], query["timestamp"])
    parts = xmltodict.parse(sealed)["xml"]
    query |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
    got = await peer.post(query, xml({"ToUserName": NAME, "Encrypt": parts["Encrypt"]}))
    assert got.status == 400


def whole(openid: str) -> bytes:
    return xml(text(openid, QUESTION)).encode()


async def sealed_as_given(peer: Account, encrypted: str) -> Got:
    """A delivery signed as it should be, with what was encrypted as it should not be."""
    query = peer.query(encrypt_type="aes")
    query["msg_signature"] = sha1(TOKEN, query["timestamp"], query["nonce"], encrypted)
    return await peer.post(query, xml({"ToUserName": NAME, "Encrypt": encrypted}))


SEALED = {
    "nothing": "",
    "not base64": "####",
    "too short": "QUJD",
    "no whole block": "QUJD" * 11,
    "base64 without its end": "A" * 43,
    "noise": "A" * 64,
    "length past the end": raw(padded(plain(whole("o"), length=10**6))),
    "length far past the end": raw(padded(plain(whole("o"), length=2**31))),
    "padding 0": raw(padded(plain(whole("o")), 0)),
    "padding 33": raw(padded(plain(whole("o")), 33)),
    "another account": raw(padded(plain(whole("o"), app_id=APP_ID[:-1].encode()))),
    "no account": raw(padded(plain(whole("o"), app_id=b""))),
    "no room for a length": raw(b"\x20" * 32),
}


@pytest.mark.parametrize("encrypted", SEALED.values(), ids=SEALED.keys())
async def test_what_is_not_encrypted_for_the_account_is_forbidden(peer, encrypted):
    got = await sealed_as_given(peer, encrypted)
    assert (got.status, got.body) == (403, "")


async def test_a_padding_of_32_is_taken(peer):
    openid = new_openid()
    blanks = b" " * (-len(plain(whole(openid))) % 32)
    content = plain(whole(openid) + blanks)
    assert len(content) % 32 == 0
    assert (await sealed_as_given(peer, raw(content + b"\x20" * 32))).content.startswith(ANSWER)


@pytest.mark.parametrize("size", [40_000, 200_000, 100 * 1024 * 1024])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_body_is_refused_without_being_read(staged, openid, size, chunked):
    account = staged.account("plain")
    sent = 0

    async def chunks():
        nonlocal sent
        while sent < size:
            sent += 10_000
            yield b"x" * 10_000

    async with aiohttp.ClientSession() as session:
        address = f"{account.address}?{urlencode(account.query(openid=openid))}"
        headers = {} if chunked else {"Content-Length": str(size)}
        try:
            async with session.post(address, data=chunks(), headers=headers) as reply:
                assert reply.status == 413
        except (aiohttp.ClientError, ConnectionError):
            assert size > 64 * 1024, "only a sender of far too much is cut off"
    assert sent < 20 * 1024 * 1024
    assert openid not in staged.log, "nor is the address logged, in which the person stands"
    assert (await account.says(new_openid(), QUESTION)).startswith(ANSWER)


async def test_twenty_thousand_nested_fields_are_too_large(staged):
    account = staged.account("plain")
    assert (await account.post(account.query(), b"<xml>" + b"<a>" * 20_000)).status == 413


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_other_methods_are_not_taken(peer, method):
    async with aiohttp.ClientSession() as session, session.request(method, peer.address) as reply:
        assert reply.status == 405


async def test_unknown_types_and_events_are_thanked_for(peer, openid):
    for fields in (
        message(openid, "hologram"),
        event(openid, "TEMPLATESENDJOBFINISH", Status="success"),
        event(openid, "VIEW", EventKey="https://example.com"),
        event(openid, "LOCATION", Latitude="25.0", Longitude="102.7", Precision="10"),
        event(openid, "CLICK", EventKey="no-such-button"),
        event(openid, "CLICK"),
        event(
            openid,
            "pic_sysphoto",
            EventKey="photo",
            SendPicsInfo={"Count": 1, "PicList": {"item": {"PicMd5Sum": "1b5f7c23b5bf75682a53e7b6d163e185"}}},
        ),
    ):
        got = await peer.post(*peer.request(fields))
        assert (got.status, got.body) == (200, "success"), fields


async def test_letters_of_types_and_events_may_be_large_or_small(peer, openid):
    fields = {**text(openid, QUESTION), "MsgType": "Text"}
    assert (await peer.deliver(fields)).text.startswith(ANSWER)
    for name in ("Subscribe", "SUBSCRIBE"):
        assert "12348" in (await peer.deliver(event(new_openid(), name))).text


async def test_nothing_of_all_this_was_a_failure_of_ours(staged, safe, in_the_open):
    for bot in (staged, safe, in_the_open):
        for failure in ("of WeChat could not be answered", "WeChat channel failed", "uncaught"):
            assert failure not in bot.log
