"""The board: conversations in columns, moved by keys and by dragging, told of live, on a phone one column at a time."""

import secrets
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.provider import Customer, Provider
from tests.browser.scene import eventually
from tests.browser.test_screens import PHONE


@pytest.fixture(scope="module")
def stage(admin: Person) -> Any:
    return admin.post("/api/stages", {"state": "open", "name": "Waiting for courier", "pauses_clock": True})


@pytest.fixture(scope="module")
def step(admin: Person) -> Any:
    options = [{"name": "Asked", "colour": "sky"}, {"name": "Sent", "colour": "green"}]
    return admin.post("/api/fields", {"owner": "conversation", "type": "choice", "name": "Parcel", "options": options})


def _column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def _card(page: Page, column: str, customer: Customer) -> Locator:
    return _column(page, column).get_by_role("option").filter(has_text=customer.name)


def _view(admin: Person, mark: str, *customers: Customer) -> str:
    """A saved view of these alone: what other tests left does not stand on the board."""
    of = [{"kind": "condition", "field": "contact.name", "operator": "contains", "values": [mark]}]
    for customer in customers:
        eventually(lambda one=customer: admin.get(f"/api/contacts?search={one.name.replace(' ', '%20')}")["items"])
    made = admin.post(
        "/api/saved-views", {"name": f"Board {mark}", "filter": {"kind": "group", "match": "all", "of": of}}
    )
    return f"/board/saved-{made['id']}"


def looked_at(page: Page, name: str) -> list[str]:
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        page.screenshot(path=RESULTS / f"board-{name}-{theme}.png")
        found += [f"{name} {theme}: {one}" for one in problems_of(page) + overflow_of(page)]
    page.emulate_media(color_scheme="light")
    return found


def test_cards_are_moved_by_keys_and_by_dragging_and_come_back(
    page: Page, admin: Person, provider: Provider, stage: Any, new_context: ContextMaker
) -> None:
    mark = secrets.token_hex(3)
    ina, jan = provider.customer(f"Ina {mark}"), provider.customer(f"Jan {mark}")
    ina.says("Where is my parcel?")
    jan.says("It arrived broken")
    page.goto(_view(admin, mark, ina, jan))
    expect(_card(page, "Open", jan)).to_be_visible()
    expect(_column(page, "Open").locator("header")).to_contain_text("2")
    expect(page.get_by_role("listbox", name="Waiting for courier")).to_be_attached()

    page.get_by_role("listbox", name="Open").focus()
    _card(page, "Open", ina).click()
    page.keyboard.press("Shift+ArrowRight")
    expect(_card(page, stage["name"], ina)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("listbox", name=stage["name"])).to_be_focused()
    expect(_column(page, "Open").locator("header")).to_contain_text("1")
    expect(page.locator("[aria-live=polite]").filter(has_text=f"{ina.name} moved to {stage['name']}")).to_be_attached()
    assert eventually(lambda: admin.conversation_of(ina)["stage"])["name"] == stage["name"]
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.keyboard.press("z")
    expect(_card(page, "Open", ina)).to_be_visible()
    eventually(lambda: admin.conversation_of(ina)["stage"] is None)

    _card(page, "Open", jan).drag_to(page.get_by_role("listbox", name=stage["name"]))
    expect(_card(page, stage["name"], jan)).to_be_visible()
    page.mouse.move(5, 5)
    assert looked_at(page, "states") == []
    page.keyboard.press("m")
    choice = page.get_by_role("dialog", name=f"Move {jan.name} to")
    expect(choice).to_be_visible()
    page.screenshot(path=RESULTS / "board-move.png")
    choice.get_by_role("button", name="Snoozed").click()
    page.get_by_role("dialog", name="Snooze").get_by_role("button", name="customer").click()
    expect(_card(page, "Snoozed", jan)).to_be_visible()

    # A colleague resolves one: it moves by itself, and by a customer's word back again.
    admin.patch(f"/api/conversations/{admin.conversation_of(ina)['id']}", {"state": "resolved"})
    expect(_card(page, "Resolved", ina)).to_be_visible()
    ina.says("It is still not here!")
    expect(_card(page, "Open", ina)).to_be_visible()

    phone = new_context(admin, **PHONE).new_page()
    phone.goto(page.url)
    expect(_card(phone, "Open", ina)).to_be_visible()
    expect(_column(phone, "Snoozed")).to_have_count(0)
    assert looked_at(phone, "phone") == []
    _card(phone, "Open", ina).locator("[data-move]").click()
    phone.get_by_role("dialog", name=f"Move {ina.name} to").get_by_role("button", name=stage["name"]).click()
    expect(_card(phone, stage["name"], ina)).to_be_visible()
    expect(_card(page, stage["name"], ina)).to_be_visible()
    phone.get_by_role("combobox", name="Column", exact=True).click()
    phone.get_by_role("option", name="Snoozed").click()
    expect(_card(phone, "Snoozed", jan)).to_be_visible()


def test_what_is_wanted_before_resolving_is_asked_and_fields_and_priorities_have_boards(
    page: Page, admin: Person, provider: Provider, step: Any
) -> None:
    mark = secrets.token_hex(3)
    kim = provider.customer(f"Kim {mark}")
    kim.says("Please send it back")
    page.goto(_view(admin, mark, kim))
    page.get_by_role("combobox", name="Columns").click()
    page.get_by_role("option", name="Parcel").click()
    expect(_card(page, "Parcel: nothing", kim)).to_be_visible()
    _card(page, "Parcel: nothing", kim).click()
    page.get_by_role("listbox", name="Parcel: nothing").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(_card(page, "Asked", kim)).to_be_visible()
    conversation_id = admin.conversation_of(kim)["id"]
    asked, sent = [one["id"] for one in step["options"]]
    path = f"/api/conversations/{conversation_id}/fields"
    eventually(lambda: admin.get(path)["fields"].get(step["id"]) == asked)
    _card(page, "Asked", kim).drag_to(page.get_by_role("listbox", name="Sent"))
    eventually(lambda: admin.get(path)["fields"].get(step["id"]) == sent)
    expect(_card(page, "Sent", kim)).to_be_visible()
    page.mouse.move(5, 5)
    assert looked_at(page, "field") == []
    page.keyboard.press("z")
    expect(_card(page, "Asked", kim)).to_be_visible()
    admin.patch(path, {"fields": {step["id"]: None}})
    expect(_card(page, "Parcel: nothing", kim)).to_be_visible()

    page.get_by_role("combobox", name="Columns").click()
    page.get_by_role("option", name="Priority").click()
    _card(page, "None", kim).drag_to(page.get_by_role("listbox", name="Urgent"))
    expect(_card(page, "Urgent", kim)).to_be_visible()
    eventually(lambda: admin.conversation_of(kim)["priority"] == 3)

    admin.patch("/api/workspace", {"settings": {"resolving_needs_label": True}})
    label = admin.post("/api/labels", {"kind": "conversation", "name": f"Parcels {mark}", "colour": "teal"})
    page.reload()
    page.get_by_role("combobox", name="Columns").click()
    page.get_by_role("option", name="States and stages").click()
    _card(page, "Open", kim).click()
    page.keyboard.press("m")
    page.get_by_role("dialog", name=f"Move {kim.name} to").get_by_role("button", name="Resolved").click()
    form = page.get_by_role("dialog").filter(has_text=label["name"])
    expect(form).to_be_visible()
    page.screenshot(path=RESULTS / "board-resolve.png")
    page.keyboard.press("Escape")
    expect(_card(page, "Open", kim)).to_be_visible()
    admin.patch("/api/workspace", {"settings": {"resolving_needs_label": False}})
