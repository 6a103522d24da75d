"""When the network or the bot fails: what happened is said, it can be tried again, 12348 is there.

The failures are real: of a proxy between browser and bot, of a bot that is killed, of a limit that is met.
"""

from __future__ import annotations

import signal
import time

import pytest
from conftest import Served
from gate import gate_before
from pages import WORDS, Widget, opened, violations
from web_bot import SECRET, until

from legalbot.channels.web.tokens import new_ticket
from legalbot.channels.web.wording import widget_wording

SORRY = widget_wording().errors
TICKET = "sessionStorage.getItem('legalbot.ticket')"
PATIENCE = 14_000
"""Milliseconds after which the widget has given up."""


@pytest.fixture
def gate(bot):
    with gate_before(bot.port) as made:
        yield made


@pytest.fixture
def context(browser):
    made = browser.new_context(locale="zh-CN")
    yield made
    made.close()


@pytest.fixture
def widget(context, gate):
    return opened(context, gate.site)


def send(widget: Widget, text: str) -> None:
    widget.input.fill(text)
    widget.input.press("Enter")


def told(widget: Widget, sentence: str) -> None:
    """A failure is said in `sentence` to everybody, with a way to try again and a way to a human."""
    failure = widget.frame.locator(".failure")
    failure.wait_for(timeout=PATIENCE)
    assert sentence in failure.inner_text()
    assert failure.locator("a.button").get_attribute("href") == "tel:12348"
    assert sentence in widget.live.inner_text()
    assert widget.button(WORDS["retry"]).is_visible()
    assert violations(widget.frame) == []


def test_offline_is_said_and_the_question_is_sent_once_the_network_is_back(widget):
    widget.page.context.set_offline(True)
    widget.frame.locator(".offline").wait_for()
    assert widget.frame.locator(".offline a").get_attribute("href") == "tel:12348"
    assert widget.live.inner_text() == WORDS["offline"]
    send(widget, "12348收费吗")
    told(widget, WORDS["failed_network"])
    widget.page.context.set_offline(False)
    widget.frame.locator(".offline").wait_for(state="detached")
    assert widget.live.inner_text() == WORDS["online"]
    widget.button(WORDS["retry"]).click()
    assert widget.answered(0).startswith("不收费")
    assert widget.frame.locator(".failure").count() == 0
    assert widget.frame.locator(".entry.person").count() == 1


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("broken", "failed_server"), ("away", "failed_network"), ("silent", "failed_timeout")],
)
def test_a_server_that_fails_is_told_of_and_tried_again(widget, gate, fault, sentence):
    gate.fault = fault
    send(widget, "12348收费吗")
    told(widget, WORDS[sentence])
    assert "<h1>" not in widget.frame.locator(".failure").inner_text()
    gate.fault = ""
    widget.button(WORDS["retry"]).click()
    assert widget.answered(0).startswith("不收费")
    assert widget.frame.locator(".entry.person").count() == 1


def test_what_was_answered_after_all_is_shown_and_not_said_twice(widget, gate, bot):
    """The answer is lost on its way: trying again must not give the screening the same answer twice."""
    widget.ask("我是农民工，能不能申请法律援助")
    gate.fault = "lost"
    send(widget, "民事")
    told(widget, WORDS["failed_network"])
    gate.fault = ""
    widget.button(WORDS["retry"]).click()
    widget.answered(1)
    kept = bot.ask("GET", "conversation", None, widget.page.evaluate(TICKET)).body["messages"]
    assert [one["text"] for one in kept if one["from"] == "person"][1:] == ["民事"]


@pytest.fixture
def unreached(context, gate) -> Widget:
    """The widget whose bot was away when the page was opened, and is there now."""
    gate.fault = "broken"
    page = context.new_page()
    page.goto(gate.site)
    widget = Widget(page, page)
    told(widget, WORDS["failed_start"])
    gate.fault = ""
    return widget


def test_a_bot_that_is_away_at_first_can_be_tried_again(unreached):
    unreached.button(WORDS["retry"]).click()
    assert unreached.ready().ask("12348收费吗").startswith("不收费")


def test_a_question_typed_before_the_bot_is_there_is_not_lost(unreached):
    send(unreached, "12348收费吗")
    unreached.ready()
    assert unreached.input.input_value() == "12348收费吗"
    unreached.input.press("Enter")
    assert unreached.answered(0).startswith("不收费")


def test_a_rating_that_was_not_kept_is_not_thanked_for(widget, gate):
    widget.ask("12348收费吗")
    gate.fault = "broken"
    widget.button(WORDS["useful"]).click()
    widget.frame.locator(".rating", has_text=WORDS["rate_failed"]).wait_for()
    assert widget.live.inner_text() == WORDS["rate_failed"]
    gate.fault = ""
    widget.button(WORDS["useful"]).click()
    widget.frame.locator(".rated").wait_for()
    assert widget.live.inner_text() == WORDS["rated"]


def test_the_keyboard_goes_on_where_something_was_pressed(widget, gate):
    within = lambda what: widget.frame.evaluate(f"!!document.activeElement.closest('{what}')")  # noqa: E731
    widget.ask("12348收费吗")
    widget.button(WORDS["not_useful"]).press("Enter")
    until(lambda: within(".reason"))
    widget.button(WORDS["reason_skip"]).press("Enter")
    until(lambda: within(".rated"))
    gate.fault = "broken"
    send(widget, "哪些人能得到法律援助？")
    told(widget, WORDS["failed_server"])
    with widget.page.expect_response("**/conversation"):
        widget.button(WORDS["retry"]).press("Enter")
    until(lambda: within(".failure"))
    gate.fault = ""
    widget.button(WORDS["retry"]).press("Enter")
    widget.answered(1)
    until(lambda: within(".entry.bot .bubble"))


def test_a_conversation_that_could_not_be_cleared_stays_until_it_is(widget, gate):
    widget.ask("12348收费吗")
    gate.fault = "away"
    widget.menu(WORDS["clear"])
    widget.button(WORDS["clear_yes"]).click()
    told(widget, WORDS["failed_network"])
    assert widget.answers.count() == 1
    gate.fault = ""
    widget.button(WORDS["retry"]).click()
    widget.frame.locator(".entry.note", has_text=WORDS["cleared"]).wait_for()
    assert widget.answers.count() == 0


def test_a_limit_that_is_met_is_told_in_the_servers_words(widget, bot):
    ticket = widget.page.evaluate(TICKET)
    while bot.say(ticket, "12348收费吗").status == 200:
        pass
    send(widget, "12348收费吗")
    told(widget, SORRY["too_fast"])
    time.sleep(1.1)
    widget.button(WORDS["retry"]).click()
    widget.frame.locator(".failure").wait_for(state="detached")
    assert widget.answers.last.inner_text().startswith("不收费")


def test_a_conversation_that_is_over_begins_anew_without_losing_the_question(context, bot, own_secret):
    widget = with_ticket(context, bot, str(new_ticket(time.time(), 3)))
    time.sleep(3.1)
    send(widget, "12348晚上和周末有人接吗？")
    widget.frame.get_by_text(WORDS["expired"]).wait_for()
    assert widget.answered(0).startswith("有人接")
    assert "有人接" in widget.ask("晚上呢")


def test_a_ticket_that_is_over_or_forged_is_replaced_when_the_page_is_opened(context, bot, own_secret):
    widget = with_ticket(context, bot, str(new_ticket(time.time() - 9, 3)))
    assert widget.frame.get_by_text(WORDS["expired"]).is_visible()
    assert widget.ask("12348收费吗").startswith("不收费")
    assert with_ticket(context, bot, "x.y.z").ask("12348收费吗").startswith("不收费")


def with_ticket(context, bot, ticket: str) -> Widget:
    """Open the page in a tab that has kept `ticket`."""
    widget = opened(context, bot.site)
    widget.page.evaluate(f"sessionStorage.setItem('legalbot.ticket', '{ticket}')")
    widget.page.reload()
    return widget.ready()


def test_a_bot_that_is_killed_and_started_again_goes_on(context, tmp_path):
    served = Served(tmp_path, LEGALBOT_SECRET=SECRET)
    served.start()
    try:
        widget = opened(context, f"http://127.0.0.1:{served.port}")
        widget.ask("我是农民工，能不能申请法律援助")
        served.stop(signal.SIGKILL)
        send(widget, "民事")
        told(widget, WORDS["failed_network"])
        served.start()
        widget.button(WORDS["retry"]).click()
        widget.answered(1)
        assert widget.frame.locator(".progress").last.inner_text().strip() == WORDS["progress"].format(
            at=2, of=4
        )
    finally:
        served.stop(signal.SIGKILL)
