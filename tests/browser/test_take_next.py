"""Taking the next customer, and going on to the next when one is done: one key each."""

import secrets

from playwright.sync_api import expect

from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider


def _waiting(provider: Provider, desk: Desk, count: int) -> list[Customer]:
    customers = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in ("Ada", "Bo", "Cleo")[:count]]
    for customer in customers:
        customer.says("Is somebody there?")
        expect(desk.row(customer)).to_be_visible()
    return customers


def test_one_key_takes_the_longest_waiting_and_one_key_goes_on_to_the_next(desk: Desk, provider: Provider) -> None:
    first, second, third = _waiting(provider, desk, 3)
    page, keys = desk.page, desk.page.keyboard
    keys.press("t")
    expect(desk.answer_box(first)).to_be_in_viewport()
    expect(page.get_by_text(f"{first.name} is yours")).to_be_visible()
    expect(desk.thread.get_by_text("Mila Brandt took this")).to_be_visible()
    page.screenshot(path=RESULTS / "take-next.png")
    keys.press("t")
    expect(desk.answer_box(second)).to_be_in_viewport()
    # Done: on to the next that waits, from here downwards and then from the top.
    keys.press("e")
    expect(desk.answer_box(third)).to_be_in_viewport()
    keys.press("e")
    expect(desk.answer_box(first)).to_be_in_viewport()
    keys.press("t")
    expect(page.get_by_text("Nobody waits whom you could take")).to_be_visible()
    expect(desk.answer_box(first)).to_be_in_viewport()


def test_the_first_answer_takes_a_conversation_unless_the_workspace_wants_it_otherwise(
    desk: Desk, provider: Provider, admin: Person
) -> None:
    first, second = _waiting(provider, desk, 2)
    desk.enter(first).answer(first, "I am here.")
    expect(desk.thread.get_by_text("Mila Brandt took this")).to_be_visible()
    desk.page.goto("/settings/general")
    switch = desk.page.get_by_role("switch", name="The first answer takes a conversation")
    expect(switch).to_be_checked()
    switch.click()
    expect(desk.page.get_by_text("Saved", exact=True)).to_be_visible()
    desk.page.screenshot(path=RESULTS / "first-reply-setting.png")
    try:
        desk.open().enter(second).answer(second, "I am here, too.")
        expect(desk.has_arrived("I am here, too.")).to_be_visible()
        assert admin.conversation_of(second)["assignee_id"] is None
    finally:
        admin.patch("/api/workspace", {"settings": {"first_reply_assigns": True}})
