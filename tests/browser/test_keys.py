"""How many presses the work of a day takes, letters of a search or text apart; and keys of one's own."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived


@dataclass
class Hands:
    """Counts presses; what is typed as text costs nothing."""

    page: Page
    presses: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> "Hands":
        for key in keys:
            self.page.keyboard.press(key)
            self.presses.append(key)
        return self

    def type(self, text: str) -> "Hands":
        self.page.keyboard.type(text)
        return self

    def done_within(self, most: int) -> None:
        assert len(self.presses) <= most, self.presses


@pytest.fixture
def hands(page: Page) -> Hands:
    return Hands(page)


@pytest.fixture
def customer(desk: Desk, admin: Person, provider: Provider) -> Customer:
    """Somebody who waits, chosen in the list by a pointer; the hands are on the keys from now on."""
    made = provider.customer(f"Ines {secrets.token_hex(3)}")
    made.says("May I ask something?")
    arrived(admin, made)
    desk.open()
    desk.row(made).click()
    expect(desk.bubble("May I ask something?")).to_be_visible()
    desk.list.focus()
    return made


@pytest.fixture
def usual_keys(admin: Person) -> Iterator[None]:
    """What is chosen holds on every device of the agent, so also in the tests that follow."""
    yield
    admin.patch("/api/preferences", {"has_single_keys": True, "keys": {}})


def test_a_saved_reply_and_resolving_take_four_presses(
    desk: Desk, hands: Hands, customer: Customer, admin: Person
) -> None:
    made = admin.post("/api/saved-replies", {"title": "Hours", "text": "We are open until six.", "is_shared": False})
    hands.press("r")
    expect(desk.answer_box(customer)).to_be_focused()
    hands.press("/")
    expect(desk.page.get_by_role("listbox", name="Saved replies").get_by_role("option").first).to_be_visible()
    hands.type("hou").press("Enter")
    expect(desk.answer_box(customer)).to_have_value("We are open until six.")
    hands.press("Control+Shift+Enter")
    expect(desk.page.get_by_text(f"Resolved {customer.name}")).to_be_visible()
    hands.done_within(4)
    admin.delete(f"/api/saved-replies/{made['id']}")


def test_snoozing_takes_two_presses(desk: Desk, hands: Hands, customer: Customer) -> None:
    hands.press("h")
    expect(desk.page.get_by_role("dialog")).to_be_visible()
    hands.press("Enter")
    expect(desk.row(customer)).to_have_count(0)
    hands.done_within(2)


def test_assigning_takes_three_presses(desk: Desk, hands: Hands, customer: Customer, colleague: Person) -> None:
    hands.press("a")
    menu = desk.page.get_by_role("menuitemradio", name=colleague.name)
    expect(menu).to_be_visible()
    hands.type(colleague.name)
    hands.press("Enter")
    expect(desk.row(customer).get_by_text(f"Answered by {colleague.name}")).to_be_attached()
    hands.done_within(3)


def test_a_label_takes_three_presses(desk: Desk, hands: Hands, customer: Customer, admin: Person) -> None:
    name = f"Sand {secrets.token_hex(2)}"
    made = admin.post("/api/labels", {"kind": "conversation", "name": name, "colour": "teal"})
    hands.press("l")
    expect(desk.page.get_by_role("listbox", name="Labels", exact=True)).to_be_visible()
    hands.type(name)
    expect(desk.page.get_by_role("option", name=name)).to_be_visible()  # made a moment ago, by another hand
    hands.press("Enter", "Escape")
    expect(desk.row(customer)).to_contain_text(name)
    expect(desk.page.get_by_role("listbox", name="Labels", exact=True)).to_have_count(0)
    hands.done_within(3)
    admin.delete(f"/api/labels/{made['id']}")


def test_the_next_who_waits_takes_one_press(
    desk: Desk, hands: Hands, customer: Customer, admin: Person, provider: Provider
) -> None:
    other = provider.customer(f"Omar {secrets.token_hex(3)}")
    other.says("Me too")
    arrived(admin, other)
    admin.patch(f"/api/conversations/{admin.conversation_of(customer)['id']}", {"state": "resolved"})
    hands.press("t")
    expect(desk.bubble("Me too")).to_be_visible()
    hands.done_within(1)


def test_a_template_with_two_places_takes_six_presses(
    desk: Desk, hands: Hands, admin: Person, provider: Provider
) -> None:
    late = provider.customer(f"Tomas {secrets.token_hex(3)}")
    with provider.clock_moved(hours=-25):
        late.says("I will measure the shelf.")
    arrived(admin, late)
    desk.open()
    desk.row(late).click()
    templates = desk.page.get_by_role("listbox", name="Templates")
    expect(templates.get_by_role("option").first).to_be_visible()
    desk.list.focus()
    hands.press("r").type("order_update").press("Enter")
    expect(templates.get_by_role("option")).to_have_count(1)
    if not desk.page.get_by_label("Like “Ana”").input_value():
        hands.type("Tomas").press("Enter")
    hands.type("4187").press("Enter")
    expect(desk.bubble("your order 4187 is on its way to you.")).to_be_visible()
    hands.done_within(6)


def test_keys_are_changed_on_a_page_that_says_what_clashes(
    desk: Desk, customer: Customer, usual_keys: None, new_context: ContextMaker, admin: Person
) -> None:
    page = desk.page
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").get_by_role("button", name="Change keys").click()
    resolve = page.get_by_role("button", name="Change the key of “Resolve and go on”")
    resolve.focus()
    page.keyboard.press("Space")
    page.keyboard.press("j")
    expect(page.get_by_role("alert")).to_have_text("j is taken: Next conversation")
    page.keyboard.press("d")
    expect(page.get_by_role("button", name="Change the key of “Resolve and go on”, now d")).to_be_visible()
    for name, options in _SIGHTS.items():
        look = new_context(admin, **options).new_page()
        look.goto("/settings/keys")
        expect(look.get_by_role("button", name="Change the key of “Resolve and go on”, now d")).to_be_visible()
        assert problems_of(look) == []
        assert overflow_of(look) == []
        RESULTS.mkdir(exist_ok=True)
        look.screenshot(path=RESULTS / f"keys-{name}.png")
    desk.open()
    desk.row(customer).click()
    desk.list.focus()
    expect(page.get_by_role("button", name="Resolve").locator("kbd")).to_have_text("D")
    page.keyboard.press("e")
    page.keyboard.press("d")
    expect(page.get_by_text(f"Resolved {customer.name}")).to_be_visible()
    page.goto("/settings/keys")
    page.get_by_role("button", name="Usual key of “Resolve and go on”").click()
    expect(page.get_by_role("button", name="Change the key of “Resolve and go on”, now e")).to_be_visible()


_SIGHTS = {
    "light": {"color_scheme": "light"},
    "dark-phone": {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
}
