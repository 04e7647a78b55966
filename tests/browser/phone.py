"""The customer's phone beside the inbox, as a person uses it."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.browser.provider import Customer


@dataclass(frozen=True, slots=True)
class Phone:
    page: Page

    @property
    def frame(self) -> Locator:
        return self.page.get_by_role("complementary", name="Try it")

    @property
    def chat(self) -> Locator:
        return self.frame.get_by_role("log", name="Messages")

    def take(self, customer: Customer) -> "Phone":
        """Puts this customer's phone there; they have written before."""
        self.frame.get_by_role("button", name="Whose phone is this?").click()
        self.frame.get_by_role("button", name=customer.name).click()
        expect(self.page.get_by_role("heading", name=customer.name).or_(self.chat).first).to_be_visible()
        return self

    def write(self, text: str) -> None:
        field = self.frame.get_by_role("textbox", name="Message")
        field.fill(text)
        field.press("Enter")

    def press(self, action: str) -> None:
        """One of the actions below the phone."""
        self.frame.get_by_role("button", name=action, exact=True).click()

    def attach(self, what: str) -> None:
        self.press("Send something else")
        self.page.get_by_role("menuitem", name=what).click()

    def choose(self, text: str) -> None:
        """The message that Quote and React mean."""
        self.message(text).get_by_role("button", name="Choose this message").or_(
            self.message(text).get_by_title("Choose this message")
        ).first.click()

    def message(self, text: str) -> Locator:
        return self.chat.locator("div").filter(has_text=text).last.locator("xpath=../..")

    def react(self, emoji: str) -> None:
        self.press("React")
        self.page.get_by_role("menuitem", name=emoji).click()
