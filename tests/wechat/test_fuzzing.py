"""Whatever is sent to the address: never a failure of the server (5xx), never an exception uncaught.

The choice of inputs is seeded. The 50,000 of docs/wechat.md are those of

    LEGALBOT_FUZZ=50000 .venv/bin/python -m pytest tests/wechat/test_fuzzing.py -s
"""

from __future__ import annotations

import http.client
import os
import time
from collections import Counter
from urllib.parse import quote, urlencode

import pytest
import xmltodict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wechat_peer.account import NAME, TOKEN, Account, event, message, sha1, text, xml
from wechat_peer.bot import StagedBot

INPUTS = int(os.environ.get("LEGALBOT_FUZZ", "600"))
NAMES = ("signature", "timestamp", "nonce", "echostr", "encrypt_type", "msg_signature", "openid")
TAGS = (
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "Content",
    "MsgId",
    "Event",
    "EventKey",
    "Encrypt",
)
KINDS = ("text", "voice", "image", "location", "link", "event", "EVENT", "shortvideo", "x", "")
EVENTS = ("subscribe", "unsubscribe", "SCAN", "CLICK", "VIEW", "LOCATION", "x", "")

openids = st.sampled_from([f"oFuzz{number}" for number in range(2000)])
short = st.text(max_size=40)
xml_text = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\ufffe\uffff"), max_size=60
)
wholes = st.one_of(
    st.builds(text, openids, xml_text),
    st.builds(
        lambda who, kind, more: message(who, kind, **more), openids, st.sampled_from(KINDS), st.just({})
    ),
    st.builds(
        lambda who, name, key: event(who, name, EventKey=key), openids, st.sampled_from(EVENTS), xml_text
    ),
    st.dictionaries(st.sampled_from(TAGS), xml_text, min_size=1),
)


@st.composite
def broken(draw) -> bytes:
    """A message with something cut out, doubled, or put in."""
    whole = xml(draw(wholes)).encode()
    for _ in range(draw(st.sampled_from([0, 0, 1, 2]))):
        start, length = draw(st.integers(0, len(whole))), draw(st.integers(0, 30))
        put = draw(
            st.one_of(
                st.binary(max_size=20),
                st.sampled_from([b"]]>", b"<![CDATA[", b"<!DOCTYPE x>", b"&a;", b"<", b"\x00", b"<xml>"]),
                st.just(whole[start : start + length] * 2),
            )
        )
        whole = whole[:start] + put + whole[start + length :]
    return whole


bodies = st.one_of(broken(), broken(), st.binary(max_size=200), st.just(b""))


@st.composite
def queries(draw, account: Account) -> str:
    """A query: signed, signed and then changed, or none at all."""
    given_ = account.query()
    way = draw(st.integers(0, 5))
    if way == 0:
        return quote(draw(st.binary(max_size=80)), safe="=&%+")
    if way == 1:
        name = draw(st.sampled_from(NAMES))
        return urlencode({**given_, name: draw(short.map(lambda value: value.encode("utf8", "replace")))})
    if way == 2:
        extra = urlencode({draw(st.sampled_from(NAMES)): draw(short).encode("utf8", "replace")})
        return f"{urlencode(given_)}&{extra}"
    return urlencode(given_)


@st.composite
def requests(draw, account: Account) -> tuple[str, str, bytes, bool]:
    """Method, query, body, and whether the body is still to be encrypted."""
    method = draw(st.sampled_from(["POST"] * 9 + ["GET"]))
    if draw(st.integers(0, 3)):
        return method, draw(queries(account)), draw(bodies), False
    if draw(st.booleans()):
        return method, "", draw(bodies), True
    return method, *signed(account, draw(st.text("ABCD+/=", max_size=100))), False


def signed(account: Account, encrypted: str) -> tuple[str, bytes]:
    """Query and body of what claims to be encrypted."""
    query = account.query(encrypt_type="aes")
    query["msg_signature"] = sha1(TOKEN, query["timestamp"], query["nonce"], encrypted)
    return urlencode(query), xml({"ToUserName": NAME, "Encrypt": encrypted}).encode()


def sealed(account: Account, inner: bytes) -> tuple[str, bytes]:
    """Query and body with `inner` encrypted as it should be."""
    whole = account.crypto.encrypt_message(inner.decode("utf8", "replace"), "1", "1")
    return signed(account, xmltodict.parse(whole)["xml"]["Encrypt"])


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    bot = StagedBot(tmp_path_factory.mktemp("fuzz"), None, WECHAT_CUSTOMER_SERVICE="off").start()
    yield bot
    bot.stop()


def test_no_input_makes_the_server_fail(fuzzed):
    account = fuzzed.account("plain")
    line = http.client.HTTPConnection("127.0.0.1", fuzzed.port, timeout=10)
    statuses: Counter[int] = Counter()

    @settings(
        max_examples=INPUTS,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(requests(account))
    def send(request: tuple[str, str, bytes, bool]) -> None:
        method, query, body, to_be_sealed = request
        if to_be_sealed:
            query, body = sealed(account, body)
        try:
            line.request(method, f"/webhooks/wechat/webhook?{query}", body)
            reply = line.getresponse()
            reply.read()
        except (http.client.HTTPException, ConnectionError):
            line.close()
            raise
        statuses[reply.status] += 1
        assert reply.status < 500
        assert reply.status in (200, 400, 403), reply.status

    start = time.monotonic()
    send()
    seconds = time.monotonic() - start
    print(sum(statuses.values()), dict(statuses), f"{seconds:.0f} s")  # noqa: T201 - for docs/wechat.md
    assert sum(statuses.values()) >= INPUTS
    assert {200, 400, 403} <= set(statuses)
    assert failures(fuzzed.log) == []


def failures(log: str) -> list[str]:
    """The lines of exceptions, and of errors of our own; Sanic also notes a GET whose body nobody read."""
    lines = [line for line in log.splitlines() if line.startswith("{")]
    own = [line for line in lines if '"level": "error", "logger": "legalbot' in line]
    return own + [line for line in log.splitlines() if '"trace":' in line or "Traceback" in line]
