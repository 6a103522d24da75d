"""Take the pictures of the widget's documentation from a running bot: `python -m scripts.screenshots`."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

SITE = f"http://127.0.0.1:{os.environ.get('PORT', '5005')}"
PICTURES = Path(__file__).resolve().parent.parent / "docs" / "widget"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
ANSWERED = "[data-outcome]"


def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        desktop(browser)
        telephone(browser)
        browser.close()


def desktop(browser: Browser) -> None:
    """The widget on a bureau's page."""
    page = browser.new_page(viewport={"width": 1200, "height": 780}, locale="zh-CN")
    page.goto(f"{SITE}/webhooks/legalbot/demo")
    page.locator("button").click()
    frame = page.frame_locator("iframe")
    frame.locator(".choice").first.wait_for()
    frame.locator("textarea").fill("打幺二三四八给是要钱呢？晚上有没有人接")
    frame.locator("textarea").press("Enter")
    frame.locator(ANSWERED).wait_for()
    keep(page, "desktop")


def telephone(browser: Browser) -> None:
    """A whole screening on a telephone, then large letters, high contrast, and somebody in danger."""
    context = browser.new_context(
        viewport={"width": 390, "height": 780},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="zh-CN",
    )
    page = context.new_page()
    page.goto(SITE)
    page.locator(".choice").first.wait_for()
    keep(page, "mobile")
    say(page, "我是在昆明打工的农民工，能不能申请法律援助")
    for answer in ("民事或其他的事", "工钱"):
        press(page, answer)
    keep(page, "screening")
    for answer in ("收入低、有困难", "没错，看结果"):
        press(page, answer)
    page.get_by_role("button", name="看小结").click()
    keep(page, "summary")
    page.get_by_role("button", name="返回对话").click()
    page.get_by_role("button", name="大字").click()
    page.get_by_role("button", name="更多").click()
    page.get_by_role("button", name="重新开始").click()
    page.get_by_text("大家常问").wait_for()
    say(page, "12348收费吗")
    keep(page, "large")
    page.get_by_role("button", name="更多").click()
    page.get_by_role("button", name="高对比").click()
    keep(page, "contrast")
    page.get_by_role("button", name="标准字").click()
    page.get_by_role("button", name="更多").click()
    page.get_by_role("button", name="标准颜色").click()
    say(page, "有人堵在我家门口要打我")
    keep(page, "danger")
    context.close()


def say(page: Page, text: str) -> None:
    """Ask a question and wait for its answer."""
    count = page.locator(ANSWERED).count()
    page.locator("textarea").fill(text)
    page.locator("button[type=submit]").click()
    page.locator(ANSWERED).nth(count).wait_for()


def press(page: Page, title: str) -> None:
    """Press a button of the bot and wait for its answer."""
    count = page.locator(ANSWERED).count()
    page.get_by_role("button", name=title, exact=True).click()
    page.locator(ANSWERED).nth(count).wait_for()


def keep(page: Page, name: str) -> None:
    """Write what is on the screen, in few colours, so that it stays small."""
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(300)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(128, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
