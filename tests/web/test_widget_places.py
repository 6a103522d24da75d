"""Where the widget stands: on other sites with policies and styles of their own, on small screens."""

from __future__ import annotations

import pytest
from pages import WORDS, Widget, embedded, opened, violations
from web_bot import until

HTML = {"Content-Type": "text/html; charset=utf-8"}
ODD = """
* { font-size: 40px !important; line-height: 1 !important; color: lime !important; letter-spacing: 1em; }
div, button, iframe { display: none !important; position: static !important; max-width: 9px !important; }
body { transform: none; direction: rtl; zoom: 1; }
"""
PHONE = {"width": 390, "height": 844}


def host_page(bot, extra: str = "") -> bytes:
    tag = f'<script src="{bot.base}/widget.js" async></script>'
    return f"<!doctype html><title>局</title>{extra}<h1>某某局</h1><p>正文</p>{tag}".encode()


def policy(bot) -> str:
    return f"default-src 'none'; style-src 'self'; script-src {bot.site}; frame-src {bot.site}"


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="zh-CN")
    made = context.new_page()
    made.complaints = []
    made.on("console", lambda line: made.complaints.append(line.text) if line.type == "error" else None)
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    yield made
    context.close()


def test_a_page_with_a_strict_policy_and_odd_styles_of_another_origin(page, bot, site):
    site.pages["/odd.css"] = ({"Content-Type": "text/css"}, ODD.encode())
    site.pages["/favicon.ico"] = ({}, b"")
    link = '<link rel="stylesheet" href="/odd.css">'
    site.pages["/strict"] = ({**HTML, "Content-Security-Policy": policy(bot)}, host_page(bot, link))
    page.goto(f"{site.origin}/strict")
    launcher = page.get_by_role("button", name=WORDS["open"])
    box = launcher.bounding_box()
    assert box["height"] >= 44
    assert box["x"] + box["width"] <= 1200
    assert launcher.evaluate("e => getComputedStyle(e).fontSize") == "18px"
    widget = embedded(page)
    assert widget.ask("12348收费吗").startswith("不收费")
    assert page.locator("iframe").bounding_box()["width"] == 420
    widget.button(WORDS["large"]).click()
    until(lambda: page.locator("iframe").bounding_box()["width"] == 600)
    widget.button(WORDS["close"]).click()
    assert not page.locator("iframe").is_visible()
    assert page.complaints == []
    requests = page.evaluate("performance.getEntriesByType('resource').map(one => one.name)")
    assert all(address.startswith((bot.site, site.origin)) for address in requests)


def test_the_bots_own_pages_have_a_strict_policy_and_ask_nobody_else(page, bot, site):
    seen = []
    page.on("request", lambda request: seen.append(request.url))
    response = page.goto(bot.site)
    sent = response.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "base-uri 'none'", f"'self' {site.origin}"):
        assert rule in sent
    assert "unsafe" not in sent
    assert response.headers["x-content-type-options"] == "nosniff"
    Widget(page, page).ready().ask("12348收费吗")
    assert all(url.startswith(bot.site) for url in seen)
    assert not any("12348" in url.removeprefix(bot.site) for url in seen)
    assert page.complaints == []


def test_a_site_that_is_not_listed_does_not_get_the_conversation(page, bot, site):
    site.pages["/page"] = (HTML, host_page(bot))
    page.goto(f"{site.origin.replace('localhost', '127.0.0.1')}/page")
    page.get_by_role("button", name=WORDS["open"]).click()
    close = page.get_by_role("button", name=WORDS["close"])
    close.wait_for()
    assert page.get_by_role("link", name="12348").get_attribute("href") == "tel:12348"
    frame = page.query_selector("iframe").content_frame()
    assert frame is None or frame.locator("textarea").count() == 0
    close.click()
    assert page.get_by_role("button", name=WORDS["open"]).is_visible()


@pytest.mark.parametrize("charset", ["", "; charset=gbk"])
def test_a_page_without_or_with_another_charset_shows_the_right_words(page, bot, site, charset):
    site.pages["/old"] = (
        {"Content-Type": f"text/html{charset}"},
        host_page(bot).replace("局".encode(), b"x"),
    )
    page.goto(f"{site.origin}/old")
    assert embedded(page).ask("12348收费吗").startswith("不收费")


def test_the_tag_twice_makes_one_launcher(page, bot, site):
    tag = f'<script src="{bot.base}/widget.js"></script>'
    site.pages["/twice"] = (HTML, host_page(bot, tag))
    page.goto(f"{site.origin}/twice")
    page.get_by_role("button", name=WORDS["open"]).wait_for()
    page.wait_for_timeout(300)
    assert page.get_by_role("button", name=WORDS["open"]).count() == 1


def test_a_frame_whose_storage_is_forbidden_works_all_the_same(page, bot, site):
    page.add_init_script(
        """for (const kind of ["sessionStorage", "localStorage"])
          Object.defineProperty(window, kind, {
            get() { throw new DOMException("denied", "SecurityError") },
          });"""
    )
    site.pages["/page"] = (HTML, host_page(bot))
    page.goto(f"{site.origin}/page")
    widget = embedded(page)
    widget.ask("12348收费吗")
    assert "有人接" in widget.ask("晚上呢")
    widget.button(WORDS["large"]).click()
    assert page.complaints == []


def test_plain_http_across_sites_with_third_party_storage_blocked(guarded_page, bot, site):
    """Two names, no encryption, and a browser that keeps the frame from storing: as hard as it gets."""
    there = f"http://bot.example:{bot.port}"
    tag = f'<script src="{there}/webhooks/legalbot/widget.js" async></script>'
    site.pages["/http"] = (HTML, f"<title>局</title><h1>局</h1>{tag}".encode())
    guarded_page.goto(f"{site.named}/http")
    widget = embedded(guarded_page)
    assert not widget.frame.evaluate("window.isSecureContext")
    assert widget.frame.evaluate("(() => { try { return !sessionStorage } catch { return true } })()")
    widget.ask("我是农民工，能不能申请法律援助")
    for answer in ("民事或其他的事", "工钱", "不想说", "没错，看结果"):
        widget.press(answer)
    widget.button(WORDS["summary_open"]).click()
    widget.button(WORDS["copy"]).click()
    until(lambda: widget.frame.locator(".told").inner_text() == WORDS["copied"])


def test_the_host_page_is_printed_without_the_widget(page, bot, site):
    site.pages["/page"] = (HTML, host_page(bot))
    page.goto(f"{site.origin}/page")
    embedded(page)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert not page.locator("iframe").is_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("iframe").is_visible()


def test_messages_of_others_do_not_move_the_window(page, bot, site):
    site.pages["/page"] = (HTML, host_page(bot))
    page.goto(f"{site.origin}/page")
    widget = embedded(page)
    page.evaluate("window.postMessage({legalbot: 'close'}, '*')")
    page.wait_for_timeout(200)
    assert page.locator("iframe").is_visible()
    assert widget.frame.evaluate("window.origin") == bot.site


def test_a_phone_gets_the_whole_screen_and_large_targets(browser, bot, site):
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="zh-CN")
    page = context.new_page()
    head = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    site.pages["/phone"] = (HTML, host_page(bot, head))
    page.goto(f"{site.origin}/phone")
    widget = embedded(page)
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, **PHONE}
    assert page.get_by_role("dialog", name=WORDS["title"]).get_attribute("aria-modal") == "true"
    assert widget.frame.evaluate("document.activeElement.id") != "question", "the keyboard would come up"
    widget.ask("我能不能申请法律援助")
    assert smallest(widget) >= 44
    widget.button(WORDS["large"]).click()
    assert smallest(widget) >= 60
    assert overflow(widget) <= 0
    context.close()


def smallest(widget: Widget) -> float:
    """Return the least width or height of what is to be touched, in CSS pixels."""
    return widget.frame.evaluate(
        """() => Math.min(...[...document.querySelectorAll("button, textarea, input, a.button")]
             .map(e => e.getBoundingClientRect()).filter(r => r.width)
             .map(r => Math.min(r.width, r.height)))"""
    )


def overflow(widget: Widget) -> float:
    """Return by how many pixels something is wider than the window."""
    return widget.frame.evaluate(
        """() => Math.max(...[...document.querySelectorAll("body *:not(.sr)")]
             .map(e => e.getBoundingClientRect().right - innerWidth))"""
    )


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("size", [(320, 568), (390, 360), (844, 390), (640, 400)])
def test_what_is_said_has_room_where_there_is_little(browser, bot, size, large):
    """Small and sideways telephones, one with its keyboard shown, a page enlarged to 200 %."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{bot.base}/demo")
    widget = embedded(page)
    if large:
        widget.button(WORDS["large"]).click()
    assert widget.frame.get_by_text(WORDS["notice"]).is_visible()
    widget.ask("12348收费吗")
    room = widget.frame.locator(".scroller").bounding_box()["height"]
    assert room >= size[1] * (0.45 if large else 0.55)
    assert overflow(widget) <= 0
    assert violations(widget.frame) == []
    context.close()


def test_of_a_long_question_the_answer_is_in_view_and_at_first_the_greeting(browser, bot):
    context = browser.new_context(viewport={"width": 320, "height": 568}, locale="zh-CN")
    widget = opened(context, bot.site)
    assert in_view(widget, ".greeting .bubble")
    widget.ask("请问打12348这个电话要不要钱？" * 25)
    assert in_view(widget, ".entry.bot .bubble")
    context.close()


def in_view(widget: Widget, what: str) -> bool:
    """Tell whether the beginning of something is seen in the conversation."""
    return widget.frame.locator(what).first.evaluate(
        """e => { const room = document.querySelector(".scroller").getBoundingClientRect();
          const top = e.getBoundingClientRect().top; return room.top <= top && top < room.bottom - 40; }"""
    )


@pytest.mark.parametrize("width", [320, 390, 1200])
def test_large_letters_are_half_as_large_again_at_least_and_fit(browser, bot, width):
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN")
    widget = opened(context, bot.site)
    widget.ask("我能不能申请法律援助")
    before, spacing = text_size(widget)
    widget.button(WORDS["large"]).click()
    after, _ = text_size(widget)
    assert after >= 1.5 * before >= 24
    assert spacing >= 1.3
    assert tightest(widget) >= 1.3
    assert overflow(widget) <= 0
    widget.page.reload()
    widget.frame.get_by_text(WORDS["history"]).wait_for()
    assert text_size(widget)[0] == after
    context.close()


def text_size(widget: Widget) -> tuple[float, float]:
    """Return the size of an answer's letters in pixels, and its line spacing as a multiple of it."""
    size, line = widget.frame.locator(".bubble p").last.evaluate(
        "e => [getComputedStyle(e).fontSize, getComputedStyle(e).lineHeight].map(parseFloat)"
    )
    return size, line / size


def tightest(widget: Widget) -> float:
    """Return the least line spacing of any text in the window."""
    return widget.frame.evaluate(
        """() => Math.min(...[...document.querySelectorAll("#app *")]
             .filter(e => [...e.childNodes].some(one => one.nodeType === 3 && one.data.trim()))
             .map(e => getComputedStyle(e)).map(s => parseFloat(s.lineHeight) / parseFloat(s.fontSize)))"""
    )


def test_nothing_moves_for_who_wants_no_motion(browser, bot):
    context = browser.new_context(reduced_motion="reduce", locale="zh-CN")
    widget = opened(context, bot.site)
    widget.page.route("**/message", lambda route: None)
    widget.input.fill("好")
    widget.input.press("Enter")
    dots = widget.frame.locator(".dots i").first
    assert dots.evaluate("e => getComputedStyle(e).animationName") == "none"
    assert widget.frame.locator(".typing").is_visible()
    context.close()


def test_axe_finds_nothing_in_any_state(browser, bot, site):
    context = browser.new_context(viewport={"width": 1200, "height": 800}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{bot.base}/demo")
    assert violations(page) == [], "closed"
    widget = embedded(page)
    found = {"open": violations(widget.frame)}
    widget.ask("我能不能申请法律援助")
    found["in the form"] = violations(widget.frame)
    widget.button(WORDS["more"]).click()
    found["menu"] = violations(widget.frame)
    page.keyboard.press("Escape")
    assert page.locator("iframe").is_visible()
    widget.button(WORDS["large"]).click()
    found["large"] = violations(widget.frame)
    widget.menu(WORDS["contrast"])
    found["large, high contrast"] = violations(widget.frame)
    widget.button(WORDS["large_off"]).click()
    found["high contrast"] = violations(widget.frame)
    widget.menu(WORDS["clear"])
    found["asked before clearing"] = violations(widget.frame)
    page.keyboard.press("Escape")
    assert found == {state: [] for state in found}
    context.close()
