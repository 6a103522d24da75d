"""The widget in Chromium against the real bot: asking, choosing, the whole screening, rating, coming back."""

from __future__ import annotations

import sqlite3

import pytest
from pages import WORDS, Widget, embedded, opened, violations
from web_bot import until

from legalbot.channels.web.wording import traditional

DESKTOP = {"width": 1200, "height": 760}


@pytest.fixture
def context(browser):
    made = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    yield made
    made.close()


@pytest.fixture
def widget(context, bot) -> Widget:
    return opened(context, bot.site)


def test_it_never_opens_by_itself_and_is_used_by_keyboard_alone(context, bot):
    page = context.new_page()
    page.goto(f"{bot.base}/demo")
    page.get_by_role("button", name=WORDS["open"]).wait_for()
    page.wait_for_timeout(500)
    assert page.locator("iframe").count() == 0
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.shadowRoot?.activeElement?.textContent") == WORDS["open"]:
            break
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.style.outlineStyle") == "solid"
    page.keyboard.press("Enter")
    widget = Widget(page, page.wait_for_selector("iframe").content_frame()).ready()
    until(lambda: widget.frame.evaluate("document.activeElement.id") == "question")
    page.keyboard.type("12348收费吗")
    page.keyboard.press("Enter")
    assert widget.answered(0).startswith("不收费")
    assert widget.frame.evaluate("document.activeElement.id") == "question"
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if widget.frame.evaluate("document.activeElement.className") == "button choice":
            break
    title = widget.frame.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    widget.answered(1)
    assert title in widget.frame.locator(".entry.person").nth(1).inner_text()
    assert widget.frame.evaluate("document.activeElement.closest('.entry.bot') !== null")
    page.keyboard.press("Escape")
    until(lambda: page.evaluate("document.activeElement.shadowRoot?.activeElement?.tagName") == "BUTTON")
    assert not page.locator("iframe").is_visible()
    page.keyboard.press("Enter")
    assert widget.answers.count() == 2


def test_a_related_question_is_pressed_and_sources_stand_apart(widget):
    answer = widget.ask("12348收费吗")
    assert "来源" in widget.frame.locator(".sources").first.inner_text()
    assert "来源" not in widget.frame.locator(".bubble > p").first.inner_text()
    assert "12348" in answer
    related = widget.frame.locator(".choice").first.inner_text()
    assert widget.press(related) != answer
    assert widget.frame.locator(".choices").count() == 1


def test_telephone_numbers_can_be_rung_and_figures_cannot(widget):
    widget.ask("12348收费吗")
    links = widget.frame.locator(".bubble a[href^='tel:']")
    assert links.first.get_attribute("href") == "tel:12348"
    widget.ask("扫黑除恶打掉了多少个组织")
    assert "119个" in widget.answers.last.inner_text()
    assert widget.answers.last.locator("a").count() == 0


def test_the_whole_screening_with_a_correction_and_its_printed_summary(widget):
    widget.ask("我是农民工，能不能申请法律援助")
    progress = widget.frame.locator(".progress").last
    assert progress.inner_text().strip() == WORDS["progress"].format(at=1, of=4)
    widget.press("民事或其他的事")
    widget.press("工钱")
    widget.press("不算困难")
    reviewed = widget.ask("不对，收入低")
    assert "收入低、有困难" in reviewed
    widget.press("没错，看结果")
    page = widget.page
    page.evaluate("window.print = () => { window.printed = (window.printed || 0) + 1 }; 0")
    widget.button(WORDS["summary_open"]).click()
    assert page.evaluate("document.activeElement.tagName") == "H1"
    sheet = page.locator(".sheet")
    for text in ("农民工", "拖欠工钱", "收入低、有困难", "12348", WORDS["summary_note"]):
        assert text in sheet.inner_text()
    assert violations(page) == []
    widget.button(WORDS["print"]).click()
    assert page.evaluate("window.printed") == 1
    widget.frame.locator(".told", has_text=WORDS["print_failed"]).wait_for()
    page.evaluate("document.documentElement.classList.add('large', 'contrast')")
    page.emulate_media(media="print")
    assert sheet.is_visible()
    assert not widget.button(WORDS["back"]).is_visible()
    assert paper(widget) == {"rgb(0, 0, 0)", "rgb(51, 51, 51)"}
    page.emulate_media(media="screen")
    page.evaluate("document.documentElement.classList.remove('large', 'contrast')")
    widget.button(WORDS["back"]).click()
    assert widget.answers.count() == 6
    assert page.evaluate("document.activeElement.closest('.entry')?.querySelector('.main') !== null")


def paper(widget: Widget) -> set[str]:
    """Return the colours of the letters on the summary."""
    return set(
        widget.frame.locator(".sheet *").evaluate_all("all => all.map(e => getComputedStyle(e).color)")
    )


def test_the_conversation_survives_a_reload_and_is_cleared_or_begun_again(widget, bot):
    widget.ask("12348收费吗")
    widget.page.reload()
    widget.frame.get_by_text(WORDS["history"]).wait_for()
    assert widget.answers.count() == 1
    assert "晚上" in widget.ask("晚上呢")
    widget.menu(WORDS["restart"])
    widget.ready()
    assert widget.answers.count() == 0
    widget.ask("12348收费吗")
    ticket = widget.page.evaluate("sessionStorage.getItem('legalbot.ticket')")
    widget.menu(WORDS["clear"])
    widget.button(WORDS["clear_no"]).click()
    assert widget.answers.count() == 1
    widget.menu(WORDS["clear"])
    widget.button(WORDS["clear_yes"]).click()
    widget.frame.locator(".entry.note", has_text=WORDS["cleared"]).wait_for()
    assert bot.ask("GET", "conversation", None, ticket).body["messages"] == []
    widget.page.reload()
    widget.ready()
    assert widget.answers.count() == 0


def test_answers_are_rated_with_or_without_a_reason(widget, bot):
    widget.ask("12348收费吗")
    widget.button(WORDS["useful"]).click()
    widget.frame.locator(".rated", has_text=WORDS["useful"]).wait_for()
    widget.ask("12348是谁在接电话")
    widget.button(WORDS["not_useful"]).click()
    assert violations(widget.page) == []
    widget.button("看不懂").click()
    widget.frame.locator(".rated", has_text=WORDS["not_useful"]).wait_for()
    until(lambda: rated(widget, bot) == [("answered", 1, None), ("answered", 0, "看不懂")])
    widget.ask("哪些人能得到法律援助？")
    widget.button(WORDS["not_useful"]).click()
    widget.frame.get_by_label(WORDS["reason_label"]).fill("想问婚姻的事")
    widget.button(WORDS["reason_send"]).click()
    until(lambda: rated(widget, bot)[-1] == ("answered", 0, "想问婚姻的事"))
    widget.page.reload()
    widget.frame.get_by_text(WORDS["history"]).wait_for()
    assert widget.frame.locator(".rated").count() == 3


def rated(widget: Widget, bot) -> list[tuple[str, int, str | None]]:
    """Return what the database holds of the answers: outcome, whether it was of use, why not."""
    ticket = widget.page.evaluate("sessionStorage.getItem('legalbot.ticket')")
    kept = sqlite3.connect(bot.database)
    rows = kept.execute(
        "SELECT outcome, useful, reason FROM outcomes WHERE sender_id = ? ORDER BY id",
        [f"web-{ticket.split('.')[0]}"],
    ).fetchall()
    kept.close()
    return rows


def test_a_screening_question_is_not_rated(widget):
    widget.ask("我能不能申请法律援助")
    assert widget.frame.locator(".rating").count() == 0


@pytest.mark.parametrize(("text", "first"), [("我不想活了", "12356"), ("刷单让我先垫钱", "110")])
def test_people_in_danger_get_numbers_to_press_and_are_not_asked_for_an_opinion(widget, text, first):
    widget.ask(text)
    calls = widget.frame.locator(".calls a")
    assert calls.first.inner_text() == WORDS["call"].format(number=first)
    assert calls.evaluate_all("all => all.every(a => a.href === 'tel:' + a.textContent.match(/[0-9]+/)[0])")
    assert widget.frame.locator(".rating").count() == 0
    assert violations(widget.page) == []
    widget.menu(WORDS["contrast"])
    assert violations(widget.page) == []


def test_enter_inside_an_input_method_never_sends(widget):
    widget.input.fill("nihao")
    enter = (
        "e => e.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'Enter', bubbles: true, cancelable: true, [HOW]}))"
    )
    widget.input.evaluate(enter.replace("[HOW]", "isComposing: true"))
    widget.input.evaluate(enter.replace("[HOW]", "keyCode: 229"))
    widget.input.evaluate("e => e.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}))")
    widget.input.evaluate(enter.replace("[HOW]", ""))
    widget.page.wait_for_timeout(200)
    assert widget.frame.locator(".entry.person").count() == 0
    widget.input.evaluate("e => e.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true}))")
    assert widget.input.input_value() == "nihao"
    widget.input.press("Shift+Enter")
    assert widget.frame.locator(".entry.person").count() == 0
    widget.input.press("Enter")
    widget.answered(0)


def test_a_real_composition_is_not_sent_by_its_enter(widget, context):
    """Chromium's own input-method events, as a pinyin keyboard makes them."""
    widget.input.focus()
    devtools = context.new_cdp_session(widget.page)
    devtools.send("Input.imeSetComposition", {"text": "shoufei", "selectionStart": 7, "selectionEnd": 7})
    key = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    devtools.send("Input.dispatchKeyEvent", key)
    devtools.send("Input.insertText", {"text": "收费吗"})
    widget.page.wait_for_timeout(200)
    assert widget.frame.locator(".entry.person").count() == 0
    assert widget.input.input_value() == "收费吗"


def test_escape_inside_an_input_method_does_not_close_the_window(context, bot):
    page = context.new_page()
    page.goto(f"{bot.base}/demo")
    widget = embedded(page)
    escape = (
        "(e, how) => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true, ...how}))"
    )
    widget.input.evaluate(escape, {"isComposing": True})
    widget.input.evaluate(escape, {"keyCode": 229})
    page.wait_for_timeout(200)
    assert page.locator("iframe").is_visible()
    widget.input.evaluate(escape, {})
    page.locator("iframe").wait_for(state="hidden")


VOICE = """window.spoken = [];
const voice = {
    speak: u => window.spoken.push([u.text, u.lang]),
    cancel: () => window.spoken.push("stop"),
};
Object.defineProperty(window, "speechSynthesis", {value: voice});"""


def test_answers_are_read_aloud_with_telephone_numbers_figure_by_figure(context, bot):
    context.add_init_script(VOICE)
    widget = opened(context, bot.site)
    widget.ask("12348收费吗")
    widget.button(WORDS["read"]).click()
    widget.button(WORDS["read_stop"]).click()
    stop, (text, language), stopped = widget.page.evaluate("window.spoken")
    assert (stop, stopped, language) == ("stop", "stop", "zh-CN")
    assert "幺二三四八是免费的" in text
    assert "来源" not in text


def test_nothing_is_read_on_once_the_window_is_closed_or_the_answer_is_gone(context, bot):
    context.add_init_script(VOICE)
    page = context.new_page()
    page.goto(f"{bot.base}/demo")
    widget = embedded(page)
    widget.ask("12348收费吗")
    spoken = lambda: widget.frame.evaluate("window.spoken.map(one => typeof one === 'string' ? one : 'on')")  # noqa: E731
    widget.button(WORDS["read"]).click()
    widget.menu(WORDS["restart"])
    until(lambda: spoken() == ["stop", "on", "stop"])
    widget.ask("12348收费吗")
    widget.button(WORDS["read"]).click()
    widget.button(WORDS["close"]).click()
    until(lambda: spoken()[3:] == ["stop", "on", "stop"])


def test_one_polite_live_region_tells_the_answer(widget):
    assert widget.live.count() == 1
    assert widget.live.get_attribute("aria-live") == "polite"
    widget.ask("12348收费吗")
    assert widget.live.inner_text().startswith(f"{WORDS['bot']}：不收费")
    assert widget.frame.locator("[role=alert], [role=log]").count() == 0


def test_two_tabs_are_two_conversations(context, bot):
    one = opened(context, bot.site)
    page = context.new_page()
    page.goto(f"{bot.base}/demo")
    two = embedded(page)
    one.ask("12348收费吗")
    assert "微信" in two.ask("微信上能问法律吗")
    one.page.reload()
    one.frame.get_by_text(WORDS["history"]).wait_for()
    assert one.answers.count() == 1


def test_the_interface_speaks_traditional_characters(context, widget, browser, bot):
    widget.ask("12348收费吗")
    widget.menu(traditional(WORDS["hant"]))
    widget.frame.get_by_text("免費的法律").first.wait_for()
    assert widget.page.evaluate("document.documentElement.lang") == "zh-Hant"
    assert widget.frame.get_by_role("button", name=traditional(WORDS["send"])).is_visible()
    assert "12348收费吗" in widget.frame.locator(".entry.person").inner_text()
    assert violations(widget.page) == []
    widget.button(traditional(WORDS["more"])).click()
    back = widget.button(WORDS["hans"])
    assert back.get_attribute("lang") == "zh-Hans"
    back.click()
    widget.frame.get_by_text("免费的法律").first.wait_for()
    elsewhere = browser.new_context(locale="zh-TW")
    page = elsewhere.new_page()
    page.goto(f"{bot.base}/demo")
    page.get_by_role("button", name=traditional(WORDS["open"])).click()
    frame = page.wait_for_selector("iframe").content_frame()
    frame.get_by_text(traditional(WORDS["hot_title"])).wait_for()
    elsewhere.close()


def test_a_question_too_long_cannot_be_typed_and_the_rest_is_counted(widget):
    widget.input.fill("长" * 450)
    assert widget.frame.get_by_text(WORDS["left"].format(count=50)).is_visible()
    widget.input.press_sequentially("短" * 60)
    assert len(widget.input.input_value()) == 500
