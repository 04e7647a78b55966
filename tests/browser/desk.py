"""An agent in a browser window: finds things by role and name, and knows what a person knows about the screen."""

import re
from dataclasses import dataclass
from time import monotonic
from typing import Final

from playwright.sync_api import Locator, Page, expect

from tests.browser.provider import Customer

_LINES_WITHIN_S: Final = 15


@dataclass(frozen=True, slots=True)
class Desk:
    page: Page

    def open(self, path: str = "/inbox") -> "Desk":
        self.page.goto(path)
        return self

    # The list

    @property
    def list(self) -> Locator:
        return self.page.get_by_role("listbox", name="Conversations")

    def row(self, customer: Customer) -> Locator:
        return self.row_named(customer.name)

    def row_named(self, name: str) -> Locator:
        return self.list.get_by_role("option").filter(has_text=name)

    def enter(self, customer: Customer) -> "Desk":
        self.row(customer).click()
        expect(self.answer_box(customer)).to_be_in_viewport()
        return self

    # The thread

    @property
    def thread(self) -> Locator:
        return self.page.get_by_role("log", name="Messages").first

    def bubble(self, text: str) -> Locator:
        return self.thread.get_by_role("article").filter(has_text=text)

    def expect_line(self, text: str) -> None:
        """What the desk tells, unfolded wherever it stands: around midnight what follows each other is of two days."""
        line = self.thread.locator("p, li").filter(has_text=text)
        folded = self.thread.get_by_role("button", name=re.compile(r", \d+ more$"), expanded=False)
        expect(line.or_(folded).first).to_be_visible()
        deadline = monotonic() + _LINES_WITHIN_S
        while not line.first.is_visible() and monotonic() < deadline:
            if folded.count() > 0:
                folded.first.click()
            self.page.wait_for_timeout(100)
        expect(line.first).to_be_visible()

    def tick(self, text: str, name: str) -> Locator:
        return self.bubble(text).get_by_role("img", name=name, exact=True)

    def has_arrived(self, text: str) -> Locator:
        """The sign that the customer has it; a phone that lies open beside the inbox reads at once."""
        return self.bubble(text).get_by_role("img", name=re.compile("^(Delivered|Read)$"))

    def answer_box(self, customer: Customer) -> Locator:
        return self.page.get_by_role("textbox", name=f"Answer to {customer.name}")

    def answer(self, customer: Customer, text: str) -> None:
        box = self.answer_box(customer)
        box.fill(text)
        box.press("Enter")
        expect(self.bubble(text)).to_be_visible()

    def act(self, text: str, action: str) -> None:
        """From the menu beside a bubble."""
        bubble = self.bubble(text)
        bubble.hover()
        bubble.get_by_role("button", name="More for this message").click()
        self.page.get_by_role("menuitem", name=action).click()
