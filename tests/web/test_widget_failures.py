"""When the network or the bot fails: what happened is said, it can be tried again, 12348 is there."""

from __future__ import annotations

import json

import pytest
from pages import WORDS, Widget, opened, violations

from legalbot.channels.web.wording import widget_wording

SORRY = widget_wording().errors


@pytest.fixture
def widget(browser, bot):
    context = browser.new_context(locale="zh-CN")
    yield opened(context, bot.site)
    context.close()


def told(widget: Widget, sentence: str) -> None:
    failure = widget.frame.locator(".failure")
    failure.wait_for()
    assert sentence in failure.inner_text()
    assert failure.locator("a").get_attribute("href") == "tel:12348"
    assert sentence in widget.live.inner_text()


def test_offline_is_said_and_the_question_is_sent_once_the_network_is_back(widget):
    widget.page.context.set_offline(True)
    widget.frame.locator(".offline").wait_for()
    assert widget.live.inner_text() == WORDS["offline"]
    assert violations(widget.page) == []
    widget.input.fill("12348收费吗")
    widget.input.press("Enter")
    told(widget, WORDS["failed_network"])
    widget.page.context.set_offline(False)
    widget.frame.locator(".offline").wait_for(state="detached")
    widget.button(WORDS["retry"]).click()
    assert widget.answered(0).startswith("不收费")
    assert widget.frame.locator(".failure").count() == 0
    assert widget.frame.locator(".entry.person").count() == 1


def test_a_server_error_is_said_and_tried_again(widget):
    widget.page.route("**/message", lambda route: route.fulfill(status=500, body="<h1>nginx</h1>"))
    widget.input.fill("12348收费吗")
    widget.input.press("Enter")
    told(widget, WORDS["failed_server"])
    assert violations(widget.page) == []
    widget.page.unroute("**/message")
    widget.button(WORDS["retry"]).click()
    assert widget.answered(0).startswith("不收费")


def test_a_silent_server_is_given_up_after_a_while(widget):
    widget.page.clock.install()
    widget.page.route("**/message", lambda route: None)
    widget.input.fill("12348收费吗")
    widget.input.press("Enter")
    widget.frame.locator(".typing").wait_for()
    widget.page.clock.fast_forward(13_000)
    told(widget, WORDS["failed_timeout"])


def test_what_was_answered_after_all_is_shown_and_not_said_twice(widget, bot):
    """The answer is lost on its way: trying again must not give the screening the same answer twice."""
    widget.ask("我是农民工，能不能申请法律援助")
    lose = lambda route: (route.fetch(), route.abort())  # noqa: E731
    widget.page.route("**/message", lose)
    widget.input.fill("民事")
    widget.input.press("Enter")
    told(widget, WORDS["failed_network"])
    widget.page.unroute("**/message")
    widget.button(WORDS["retry"]).click()
    widget.answered(1)
    ticket = widget.page.evaluate("sessionStorage.getItem('legalbot.ticket')")
    kept = bot.ask("GET", "conversation", None, ticket).body["messages"]
    assert [one["text"] for one in kept if one["from"] == "person"][1:] == ["民事"]


def test_a_refusal_is_said_in_the_servers_words(widget):
    body = json.dumps({"error": "too_fast", "message": SORRY["too_fast"]})
    refuse = lambda route: route.fulfill(status=429, content_type="application/json", body=body)  # noqa: E731
    widget.page.route("**/message", refuse)
    widget.input.fill("12348收费吗")
    widget.input.press("Enter")
    told(widget, SORRY["too_fast"])


def test_a_conversation_that_is_over_begins_anew_without_losing_the_question(widget):
    widget.ask("12348收费吗")
    expired = '{"error": "expired_token", "message": "x"}'
    once = {"times": 1}
    widget.page.route("**/message", lambda route: route.fulfill(status=401, body=expired), **once)
    widget.input.fill("12348晚上和周末有人接吗？")
    widget.input.press("Enter")
    widget.frame.get_by_text(WORDS["expired"]).wait_for()
    assert widget.answered(0).startswith("有人接")
    assert widget.answers.count() == 1


def test_a_bot_that_is_away_at_first_can_be_tried_again(browser, bot):
    page = browser.new_context(locale="zh-CN").new_page()
    page.route("**/conversation", lambda route: route.fulfill(status=503, body=""))
    page.goto(bot.site)
    widget = Widget(page, page)
    told(widget, WORDS["failed_start"])
    assert violations(page) == []
    page.unroute("**/conversation")
    widget.button(WORDS["retry"]).click()
    assert widget.ready().ask("12348收费吗").startswith("不收费")
    page.context.close()


def test_an_apology_of_the_bot_is_not_rated(widget):
    body = '{"id": "x", "messages": [{"says": ["对不起"], "outcome": "error", "buttons": []}]}'
    widget.page.route("**/message", lambda route: route.fulfill(content_type="application/json", body=body))
    assert widget.ask("好") == "对不起"
    assert widget.frame.locator(".rating").count() == 0
