"""A bot that was tampered with: its data hold code, its action fails or hangs."""

from __future__ import annotations

import shutil
import signal

import pytest
from conftest import Served
from pages import WORDS, Widget, opened, violations

from legalbot.model import MODELS
from legalbot.paths import ROOT
from legalbot.replies import replies

CODE = "<img src=x onerror=hit=true><script>hit=true</script>"
LINKS = "[x](javascript:hit=true) data:text/html,<b>hit https://example.gov.cn/a?b=c"
NEEDED = ("actions", "data", "legalbot", "web/dist", "web/pages")
CHANGED = (
    ("data/facts/hotline.yml", "says: 不收费。", f"says: 不收费。{CODE}"),
    ("data/facts/hotline.yml", "您打12348，电话那头由专业律师给您解答法律问题。", f"{LINKS}。"),
    ("data/facts/hotline.yml", "ask: 12348晚上和周末有人接吗？", f"ask: 12348晚上和周末有人接吗？{CODE}"),
    ("data/sources.yml", "cite: 来源：昆明", f"cite: 来源：{CODE}昆明"),
    ("data/replies/screening.yml", "recap: 农民工", f"recap: '农民工{CODE}'"),
    (
        "actions/reply.py",
        "    turn = turn_of(tracker, now)\n",
        "    turn = turn_of(tracker, now)\n    if '帮我算账' in turn.text: raise RuntimeError\n",
    ),
    (
        "actions/reply.py",
        "        now = time.time()\n        try:",
        "        now = time.time()\n"
        "        said = tracker.latest_message.get('text') or ''\n"
        "        if '唱首歌' in said: await __import__('asyncio').sleep(60)\n"
        "        if '讲笑话' in said: raise RuntimeError\n"
        "        try:",
    ),
)


class Doctored(Served):
    """The bot as `make run` starts it, from a copy of the project that somebody has changed."""

    def __init__(self, folder) -> None:
        super().__init__(folder)
        self.root = folder / "copy"
        for name in NEEDED:
            shutil.copytree(ROOT / name, self.root / name)
        shutil.copytree(MODELS, self.root / "models")
        for path in [*ROOT.glob("*.yml"), ROOT / "requirements.txt"]:
            shutil.copy(path, self.root)
        for name, old, new in CHANGED:
            path = self.root / name
            text = path.read_text("utf8")
            assert text.count(old) == 1, (name, old)
            path.write_text(text.replace(old, new), encoding="utf8")


@pytest.fixture(scope="module")
def doctored(tmp_path_factory):
    served = Doctored(tmp_path_factory.mktemp("doctored"))
    served.start()
    yield f"http://127.0.0.1:{served.port}"
    served.stop(signal.SIGKILL)


@pytest.fixture
def widget(browser, doctored):
    context = browser.new_context(locale="zh-CN")
    yield opened(context, doctored)
    context.close()


def unharmed(widget: Widget) -> None:
    """Nothing was run, and nothing but the widget's own elements is on the page."""
    widget.page.wait_for_timeout(300)
    assert widget.page.evaluate("window.hit") is None
    assert widget.page.locator("#app img, #app script, #app iframe").count() == 0


def test_code_in_questions_answers_sources_and_buttons_is_shown_and_never_run(widget):
    question = f"12348收费吗{CODE}"
    assert CODE in widget.ask(question)
    assert question in widget.frame.locator(".entry.person").inner_text()
    assert CODE in widget.frame.locator(".sources").inner_text()
    unharmed(widget)
    assert violations(widget.page) == []
    widget.frame.locator(".choice", has_text=CODE).click()
    widget.answered(1)
    assert CODE in widget.frame.locator(".entry.person").last.inner_text()
    widget.page.reload()
    widget.frame.get_by_text(WORDS["history"]).wait_for()
    assert CODE in widget.answers.first.inner_text()
    unharmed(widget)


def test_only_web_addresses_and_known_numbers_can_be_touched(widget):
    assert LINKS in widget.ask("12348是谁在接电话？")
    links = widget.answers.last.locator("a").evaluate_all("a => a.map(a => [a.href, a.rel, a.target])")
    assert links == [["https://example.gov.cn/a?b=c", "noopener noreferrer", "_blank"]]


def test_code_in_the_summary_is_printed_and_never_run(widget):
    widget.ask("我是农民工，能不能申请法律援助")
    for answer in ("民事或其他的事", "工钱", "不想说", "没错，看结果"):
        widget.press(answer)
    widget.button(WORDS["summary_open"]).click()
    assert CODE in widget.page.locator(".sheet li", has_text="农民工").inner_text()
    unharmed(widget)


@pytest.mark.parametrize("text", ["帮我算账", "讲笑话", "唱首歌"])
def test_a_bot_that_fails_or_hangs_says_so_and_can_be_asked_again(widget, text):
    """It raises within its own guard, or outside of it, or does not end: an apology within five seconds."""
    widget.input.fill(text)
    widget.input.press("Enter")
    failure = widget.frame.locator(".failure")
    failure.wait_for(timeout=8_000)
    assert replies().outcomes["error"].says in failure.inner_text()
    assert failure.locator("a.button").get_attribute("href") == "tel:12348"
    assert replies().outcomes["error"].says in widget.live.inner_text()
    assert widget.frame.locator(".rating").count() == 0
    assert violations(widget.page) == []
    with widget.page.expect_response("**/message", timeout=8_000):
        widget.button(WORDS["retry"]).click()
    failure.wait_for()
    assert widget.frame.locator(".entry.person").count() == 1
    assert widget.ask("12348收费吗").startswith("不收费")


def test_while_an_answer_is_looked_for_it_is_said_and_nothing_else_is_sent(widget):
    widget.input.fill("唱首歌")
    widget.input.press("Enter")
    widget.frame.locator(".typing", has_text=WORDS["typing"]).wait_for()
    assert widget.live.inner_text() == WORDS["typing"]
    widget.input.fill("12348收费吗")
    widget.input.press("Enter")
    assert widget.frame.locator(".entry.person").count() == 1
    assert widget.input.input_value() == "12348收费吗"
    widget.frame.locator(".failure").wait_for(timeout=8_000)
    assert widget.frame.locator(".typing").count() == 0
