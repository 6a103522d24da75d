"""The public channel over HTTP: what is answered, what is refused and how, and that others are not harmed."""

from __future__ import annotations

import asyncio
import collections
import itertools
import re
import time

import aiohttp
import pytest

from legalbot.channels.web.asked import LARGEST
from legalbot.channels.web.refusal import CODES
from legalbot.channels.web.tokens import Ticket, new_ticket
from legalbot.channels.web.wording import widget_wording
from legalbot.text import MAX_CHARACTERS

ADDRESSES = (f"198.51.100.{number}" for number in itertools.count(1))


@pytest.fixture
def me() -> dict[str, str]:
    """Headers of somebody at an address of their own."""
    return {"x_forwarded_for": next(ADDRESSES)}


@pytest.fixture
def ticket(bot, me) -> str:
    return bot.ticket(**me)


def refused(response, code: str) -> None:
    assert (response.status, response.body["error"]) == (CODES[code], code)
    assert response.body["message"] == widget_wording().errors[code]
    assert response.headers["cache-control"] == "no-store"


def test_a_question_is_answered_with_its_parts_and_sealed_buttons(bot, me, ticket):
    said = bot.say(ticket, "12348收费吗", **me)
    assert said.status == 200
    assert set(said.body) == {"id", "messages"}
    answer = said.body["messages"][0]
    assert answer["says"][0].startswith("不收费")
    assert answer["cites"][0].startswith("来源")
    assert answer["outcome"] == "answered"
    button = answer["buttons"][0]
    assert button["title"] not in button["payload"]
    pressed = bot.ask("POST", "message", {"button": button["payload"]}, ticket, **me)
    assert pressed.body["messages"][0]["says"][0].startswith("有人接")


def test_the_conversation_is_found_again_by_its_ticket_only(bot, me, ticket):
    assert bot.ask("GET", "conversation", None, ticket, **me).body["messages"] == []
    first = bot.say(ticket, "我的电话是13800138000，12348收费吗", **me).body
    bot.say(ticket, "晚上呢", **me)
    kept = bot.ask("GET", "conversation", None, ticket, **me).body["messages"]
    assert [one["from"] for one in kept] == ["person", "bot", "person", "bot"]
    assert "13800138000" not in kept[0]["text"]
    assert kept[1] == {"from": "bot", "id": first["id"], "useful": None, **first["messages"][0]}
    other = bot.ticket(**me)
    assert bot.ask("GET", "conversation", None, other, **me).body["messages"] == []


def test_clearing_deletes_what_was_said_and_gives_a_new_ticket(bot, me, ticket):
    bot.say(ticket, "12348收费吗", **me)
    cleared = bot.ask("DELETE", "conversation", None, ticket, **me)
    assert cleared.body["ticket"].split(".")[0] != ticket.split(".")[0]
    assert bot.ask("GET", "conversation", None, ticket, **me).body["messages"] == []


def test_a_screening_goes_on_with_progress_and_ends_with_a_summary(bot, me, ticket):
    ahead = []
    for text in ("我是农民工，能不能申请法律援助", "民事", "工钱", "不想说", "没错"):
        answer = bot.say(ticket, text, **me).body["messages"][0]
        ahead.append(answer.get("progress"))
    assert ahead == [{"at": at, "of_at_most": 4} for at in (1, 2, 3, 4)] + [None]
    assert any("农民工" in line for line in answer["summary"])


def test_answers_are_rated_once_more_and_only_in_their_conversation(bot, me, ticket):
    message = bot.say(ticket, "12348收费吗", **me).body["id"]
    for useful, reason in ((True, None), (False, "看不懂")):
        rating = {"message": message, "useful": useful} | ({"reason": reason} if reason else {})
        assert bot.ask("POST", "rating", rating, ticket, **me).body == {"useful": useful}
        kept = bot.ask("GET", "conversation", None, ticket, **me).body["messages"]
        assert kept[1]["useful"] is useful
    refused(bot.ask("POST", "rating", rating, bot.ticket(**me), **me), "no_answer")


def test_traditional_characters_are_given_on_request_but_not_to_what_was_typed(bot, me, ticket):
    hant = {**me, "accept_language": "zh-Hant-TW,zh;q=0.8"}
    answer = bot.say(ticket, "12348收费吗", **hant).body["messages"][0]
    assert "免費" in answer["says"][0]
    kept = bot.ask("GET", "conversation", None, ticket, **hant).body["messages"]
    assert kept[0]["text"] == "12348收费吗"
    assert kept[1]["says"] == answer["says"]
    pressed = bot.ask("POST", "message", {"button": answer["buttons"][0]["payload"]}, ticket, **me)
    assert pressed.body["messages"][0]["outcome"] == "answered"


def test_forged_swapped_and_expired_tickets_are_refused(bot, me, ticket, own_secret):
    other = bot.ticket(**me)
    conversation, expires, signature = ticket.split(".")
    forged = [
        "",
        ticket[:-1] + ("A" if ticket[-1] != "A" else "B"),
        f"{conversation}.{int(expires) + 9}.{signature}",
        f"{other.split('.')[0]}.{expires}.{signature}",
        f"{conversation}.{expires}.{other.split('.')[2]}",
        f"{conversation}.{expires}",
        f"{conversation}.x.{signature}",
        "汉字".encode().decode("latin-1"),
        ticket + "A" * 500,
    ]
    for text in forged:
        refused(bot.ask("GET", "conversation", None, text, **me), "bad_token")
    refused(bot.ask("GET", "conversation", None, None, **me), "no_token")
    assert bot.ask("GET", "conversation", None, str(new_ticket(time.time(), 60)), **me).status == 200
    refused(
        bot.ask("GET", "conversation", None, str(new_ticket(time.time() - 61, 60)), **me), "expired_token"
    )


def test_a_ticket_half_over_is_renewed_with_the_answer(bot, me, own_secret):
    old = new_ticket(time.time(), 3600)
    fresh = bot.say(str(old), "12348收费吗", **me).body["ticket"]
    assert fresh.split(".")[0] == old.conversation
    assert Ticket(old.conversation, int(fresh.split(".")[1])).expires > time.time() + 23 * 3600


def test_buttons_of_another_conversation_or_of_nobody_are_refused(bot, me, ticket):
    payload = bot.say(bot.ticket(**me), "12348收费吗", **me).body["messages"][0]["buttons"][0]["payload"]
    for button in (payload, "12348收费吗", "/restart", "", ".", payload + "=", "A" * 5000, "\ud800"):
        refused(bot.ask("POST", "message", {"button": button}, ticket, **me), "bad_button")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"[" * 9000, "not_json"),
        (b'"12348"', "not_json"),
        (b"\xff\xfe", "not_json"),
        ({"text": 12348}, "not_json"),
        ({"text": None}, "not_json"),
        ({}, "unknown_field"),
        ({"text": "好", "button": "好"}, "unknown_field"),
        ({"text": "好", "metadata": {"admin": True}}, "unknown_field"),
        ({"text": "好", "sender": "someone"}, "unknown_field"),
        ({"text": " \u200b "}, "empty"),
        ({"text": "///"}, "empty"),
        ({"text": "长" * (MAX_CHARACTERS + 1)}, "too_long"),
        (b'{"text": "' + b"a" * LARGEST + b'"}', "too_large"),
        (b"a" * 80_000, "too_large"),
    ],
)
def test_a_message_that_is_none_is_refused_by_name(bot, me, ticket, body, code):
    refused(bot.ask("POST", "message", body, ticket, **me), code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"message": "x"}, "unknown_field"),
        ({"message": "x", "useful": "yes"}, "not_json"),
        ({"message": 1, "useful": True}, "not_json"),
        ({"message": "x", "useful": True, "outcome": "answered"}, "unknown_field"),
        ({"message": "x", "useful": True, "reason": "长" * 201}, "too_long"),
        ({"message": "x", "useful": True}, "no_answer"),
    ],
)
def test_a_rating_that_is_none_is_refused_by_name(bot, me, ticket, body, code):
    refused(bot.ask("POST", "rating", body, ticket, **me), code)


def test_what_the_server_itself_refuses_has_a_body_too(bot, me, ticket):
    refused(bot.ask("POST", "message", b"text=1", ticket, content_type="text/plain", **me), "wrong_type")
    refused(bot.ask("GET", "message", None, ticket, **me), "not_allowed")
    refused(bot.ask("GET", "nothing", None, ticket, **me), "not_found")


def test_the_longest_message_and_a_command_are_taken_as_text(bot, me, ticket):
    for text in ("长" * MAX_CHARACTERS, "/restart"):
        assert bot.say(ticket, text, **me).status == 200
    kept = bot.ask("GET", "conversation", None, ticket, **me).body["messages"]
    assert [one["text"] for one in kept if one["from"] == "person"] == ["长" * MAX_CHARACTERS, "restart"]


def test_other_sites_may_not_ask_on_behalf_of_a_visitor(bot, me, site):
    for origin in ("https://evil.example", "null", f"http://localhost:{bot.port}", "https://127.0.0.1"):
        refused(bot.ask("POST", "conversation", origin=origin, **me), "wrong_origin")
    refused(bot.ask("POST", "conversation", sec_fetch_site="cross-site", **me), "wrong_origin")
    for origin in (bot.site, site.origin):
        assert bot.ask("POST", "conversation", origin=origin, **me).status == 200


def test_one_conversation_cannot_be_flooded(bot, me, ticket):
    statuses = [bot.say(ticket, "12348收费吗", **me) for _ in range(12)]
    late = [one for one in statuses if one.status != 200]
    assert late
    for one in late:
        refused(one, "too_fast")
        assert one.headers["retry-after"] == "1"
    assert bot.say(bot.ticket(**me), "12348收费吗", **me).status == 200


def test_an_address_that_nobody_vouches_for_is_not_believed(bot, me):
    """With one proxy only what it appended counts: whoever writes the header cannot change address."""
    address = next(ADDRESSES)
    for number in range(3000):
        told = bot.ask("POST", "conversation", x_forwarded_for=f"203.0.113.{number % 250}, {address}")
        if told.status == 429:
            refused(told, "too_many")
            return
    pytest.fail("the address was never limited")


async def test_a_thousand_requests_a_second_from_one_address_do_not_keep_others_waiting(bot):
    for _ in range(4):
        seen, speed, waits = await flooded(bot, requests=3000)
        assert seen.total() == 3000
        assert seen[429] > 2000
        if speed > 900:
            assert max(waits) < 2
            return
    pytest.fail(f"this machine is too busy to send a thousand a second: {speed:.0f}")


async def flooded(bot, requests: int) -> tuple[collections.Counter[int], float, list[float]]:
    """Knock a thousand times a second from one address, and ask from another meanwhile.

    Return the statuses of the knocks, how many were answered a second, and how long each answer took.
    """
    citizen = {"x-forwarded-for": next(ADDRESSES)}
    seen: collections.Counter[int] = collections.Counter()
    lines = 50
    knock = (
        "POST /webhooks/legalbot/conversation HTTP/1.1\r\nHost: bot\r\n"
        f"X-Forwarded-For: {next(ADDRESSES)}\r\nContent-Length: 0\r\n\r\n"
    ).encode()

    async def knocked() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", bot.port)
        for number in range(requests // lines):
            await asyncio.sleep(max(0.0, begin + number * lines / 1000 - time.perf_counter()))
            writer.write(knock)
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1]))
            seen[int(head.split()[1])] += 1
            assert (b"ticket" if b" 200 " in head else b"too_many") in body
        writer.close()

    async with aiohttp.ClientSession() as client:
        asking = asyncio.create_task(asked(client, bot, citizen))
        begin = time.perf_counter()
        await asyncio.gather(*(knocked() for _ in range(lines)))
        took = time.perf_counter() - begin
        return seen, requests / took, await asking


async def asked(client: aiohttp.ClientSession, bot, citizen: dict[str, str]) -> list[float]:
    """Ask six questions, and return the seconds until each was answered."""
    async with client.post(f"{bot.base}/conversation", headers=citizen) as begun:
        headers = citizen | {"authorization": f"Bearer {(await begun.json())['ticket']}"}
    waits = []
    for _ in range(6):
        start = time.perf_counter()
        async with client.post(
            f"{bot.base}/message", json={"text": "12348收费吗"}, headers=headers
        ) as answer:
            assert answer.status == 200
            assert "不收费" in (await answer.json())["messages"][0]["says"][0]
        waits.append(time.perf_counter() - start)
        await asyncio.sleep(0.4)
    return waits


def test_nothing_of_what_is_said_or_of_a_ticket_is_in_addresses_or_logs(bot, me, ticket):
    bot.say(ticket, "我叫张三丰，老板欠我三千七百块", **me)
    bot.ask("POST", "message", {"text": "张三丰", "name": "张三丰"}, ticket, **me)
    log = bot.log.read_text("utf8")
    assert "可以提问了" in log
    assert "张三丰" not in log
    assert ticket.split(".")[0] not in log
    refused(bot.ask("GET", f"message?text=x&ticket={ticket}", None, None, **me), "not_allowed")
    refused(bot.ask("GET", f"conversation?ticket={ticket}", None, None, **me), "no_token")
