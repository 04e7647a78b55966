"""The strip of my chats: all of them, the most urgent in sight, with who waits and where something is half written."""

import re
import secrets

from playwright.sync_api import expect

from tests.browser.conftest import RESULTS, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider


def _mine(provider: Provider, desk: Desk, admin: Person, names: str) -> list[Customer]:
    """One after the other, so that the first waits longest."""
    customers = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in names.split()]
    for customer in customers:
        customer.says("Is somebody there?")
        expect(desk.row(customer)).to_be_visible()
        conversation_id = admin.conversation_of(customer)["id"]
        admin.patch(f"/api/conversations/{conversation_id}", {"assignee_id": admin.agent_id})
    return customers


def test_all_of_my_chats_are_in_the_strip_and_the_rest_of_them_by_keys(
    desk: Desk, provider: Provider, admin: Person
) -> None:
    customers = _mine(provider, desk, admin, "Ada Bo Cleo Dov Eri Fay Gus Hedi")
    page, keys = desk.page, desk.page.keyboard
    # Where nothing of mine stands in the list: the strip knows of them all the same.
    desk.open("/inbox/snoozed")
    strip = page.get_by_role("region", name="My chats")
    links = strip.get_by_role("link")
    expect(links).to_have_count(5)
    for link, customer in zip(links.all(), customers, strict=False):
        expect(link).to_have_text(re.compile(rf"{customer.name}\d+:\d\d$"))
    desk.open(f"/inbox/snoozed/{admin.conversation_of(customers[6])['id']}")
    desk.answer_box(customers[6]).press_sequentially("I shall look at")
    more = strip.get_by_role("button", name="3 more chats of mine")
    expect(more).to_have_text(re.compile(r"^\+3\d+:\d\d$"))
    more.focus()
    keys.press("Enter")
    items = page.get_by_role("menu").get_by_role("menuitem")
    expect(items).to_have_text([re.compile(rf"{one.name}\d+:\d\d$") for one in customers[5:]])
    expect(items.nth(1).get_by_role("img", name="Has a draft")).to_be_visible()
    page.screenshot(path=RESULTS / "my-chats-light.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=RESULTS / "my-chats-dark.png")
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(desk.answer_box(customers[7])).to_be_in_viewport()

    # Whoever is answered, or goes, gives up the place: the next moves up.
    admin.patch(f"/api/conversations/{admin.conversation_of(customers[0])['id']}", {"state": "resolved"})
    expect(links.filter(has_text=customers[5].name)).to_be_visible()
    expect(strip.get_by_role("button", name="2 more chats of mine")).to_be_visible()
    expect(strip.get_by_role("link", name=customers[0].name)).to_have_count(0)
