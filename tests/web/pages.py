"""Driving the widget: what a person does, in the words that stand on the screen."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

from legalbot.channels.web.wording import widget_wording

WORDS = widget_wording().interface


class Widget:
    """The conversation in `frame`: a page of its own, or the frame within a host page."""

    def __init__(self, page: Any, frame: Any) -> None:
        self.page = page
        self.frame = frame

    @property
    def input(self) -> Any:
        return self.frame.get_by_role("textbox", name=WORDS["input_label"])

    @property
    def answers(self) -> Any:
        return self.frame.locator(".entry.bot .tools").locator("..")

    @property
    def live(self) -> Any:
        return self.frame.locator("[aria-live]")

    def button(self, name: str) -> Any:
        return self.frame.get_by_role("button", name=name, exact=True)

    def ready(self) -> Widget:
        self.frame.get_by_text(WORDS["hot_title"]).wait_for()
        return self

    def ask(self, text: str) -> str:
        """Type a question, send it with Enter, and return the whole answer."""
        count = self.answers.count()
        self.input.fill(text)
        self.input.press("Enter")
        return self.answered(count)

    def press(self, title: str) -> str:
        count = self.answers.count()
        self.button(title).click()
        return self.answered(count)

    def answered(self, count: int) -> str:
        answer = self.answers.nth(count)
        answer.wait_for()
        return answer.locator(".bubble").inner_text()

    def menu(self, item: str) -> None:
        self.button(WORDS["more"]).click()
        self.button(item).click()


def opened(context: Any, address: str) -> Widget:
    """Open the page of the widget's own."""
    page = context.new_page()
    page.goto(address)
    return Widget(page, page).ready()


def embedded(page: Any) -> Widget:
    """Press the launcher of a host page."""
    page.get_by_role("button", name=WORDS["open"]).click()
    element = page.wait_for_selector("iframe")
    return Widget(page, element.content_frame()).ready()


def violations(frame: Any) -> list[str]:
    """Return what axe-core finds wrong in a page or frame, one line each."""
    found = Axe().run(frame).response["violations"]
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]]
