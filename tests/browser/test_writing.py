"""Writing: first to somebody new, with Enter as one likes it, and with a moment to take it back."""

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually, shown
from tests.browser.watching import Watch


@pytest.fixture
def customer(admin: Person, provider: Provider) -> Customer:
    made = provider.customer(f"Wim {secrets.token_hex(3)}")
    made.says("Hello?")
    arrived(admin, made)
    return made


@pytest.fixture
def _as_it_was(admin: Person) -> Iterator[None]:
    yield
    admin.patch("/api/preferences", {"enter_sends": True, "hold_s": 0})


# Ten seconds are enough for a person, not for a machine that does other things beside this test.
_LONGER = """
update attempts set due_at = due_at + interval '5 minutes', not_before = not_before + interval '5 minutes'
where status = 0 and not_before > now()
"""


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []


def test_c_writes_first_to_a_number_and_shows_what_is_open(desk: Desk, provider: Provider, watch: Watch) -> None:
    watch.refusals += ("/api/recipients",)
    somebody = provider.customer(f"New {secrets.token_hex(3)}")
    desk.list.focus()
    desk.page.keyboard.press("c")
    dialog = desk.page.get_by_role("dialog", name="New conversation")
    expect(dialog.get_by_label("To")).to_be_focused()
    desk.page.keyboard.type("+99 1")
    desk.page.keyboard.type("2345")
    desk.page.keyboard.press("Enter")
    expect(dialog).to_contain_text("This is no telephone number that can be called.")
    dialog.get_by_label("To").fill(somebody.phone)
    _picture(desk, "start-to")
    desk.page.keyboard.press("Enter")
    dialog.get_by_role("option").filter(has_text="order_update").click()
    dialog.get_by_label("Like “Ana”").fill("Nia")
    dialog.get_by_label("Like “1234”").fill("77")
    _picture(desk, "start-template")
    dialog.get_by_role("button", name="Send template").click()
    expect(dialog).to_have_count(0)
    expect(desk.bubble("Hello Nia, your order 77")).to_be_visible()
    eventually(lambda: any("your order 77" in str(one) for one in somebody.messages()))

    desk.open()
    desk.list.focus()
    desk.page.keyboard.press("c")
    dialog.get_by_label("To").fill(somebody.phone)
    expect(dialog.get_by_role("option").first).to_be_visible()
    desk.page.keyboard.press("Enter")
    expect(desk.bubble("Hello Nia, your order 77")).to_be_visible()


@pytest.mark.usefixtures("_as_it_was")
def test_enter_is_asked_about_once_and_never_sends_while_a_word_is_put_together(
    desk: Desk, customer: Customer, admin: Person
) -> None:
    admin.patch("/api/preferences", {"enter_sends": None})
    desk.open().enter(customer)
    box = desk.answer_box(customer)
    box.fill("かな")
    box.evaluate(
        "box => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(box).to_have_value("かな")
    box.press("Enter")
    expect(desk.bubble("かな")).to_be_visible()
    desk.page.get_by_role("button", name="Enter starts a new line").click()
    eventually(lambda: admin.get("/api/preferences")["enter_sends"] is False)
    box.fill("One")
    box.press("Enter")
    box.type("Two")
    expect(box).to_have_value("One\nTwo")
    box.press("Control+Enter")
    expect(desk.bubble("Two")).to_be_visible()
    expect(desk.page.get_by_role("button", name="Enter starts a new line")).to_have_count(0)
    assert box.get_attribute("lang") == "en"
    box.fill("x" * 3600)
    expect(desk.page.get_by_text("of 4,096")).to_have_count(0)
    box.fill("x" * 3700)
    expect(desk.page.get_by_text("3,700 of 4,096")).to_be_visible()
    box.fill("")


@pytest.mark.usefixtures("_as_it_was")
def test_held_for_a_moment_an_answer_is_taken_back_or_goes_out(
    desk: Desk, customer: Customer, admin: Person, provider: Provider, product: Product
) -> None:
    desk.open("/settings/writing")
    desk.page.get_by_label("Hold answers before they go out").click()
    desk.page.get_by_role("option", name="10 seconds").click()
    eventually(lambda: admin.get("/api/preferences")["hold_s"] == 10)
    _picture(desk, "settings-writing")
    desk.open().enter(customer)
    box = desk.answer_box(customer)
    box.fill("Too quick")
    box.press("Enter")
    desk.page.get_by_text("Goes out in 10 seconds").hover()  # under the pointer it stays
    product.run_sql(_LONGER)
    desk.page.get_by_role("button", name="Undo").click()
    expect(box).to_have_value("Too quick")

    admin.patch("/api/preferences", {"hold_s": 3})
    desk.open().enter(customer)
    box.fill("As it should be")
    box.press("Enter")
    desk.open("/settings")  # the server sends it without this page
    shown(customer, "As it should be")
    assert provider.sends_of("Too quick") == 0
