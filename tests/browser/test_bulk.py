"""Many rows at once: chosen by keys, changed by a worker with its progress, taken back with Z."""

import re
import secrets

from playwright.sync_api import Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def _looked_at(page: Page, name: str) -> list[str]:
    RESULTS.mkdir(exist_ok=True)
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        page.screenshot(path=RESULTS / f"bulk-{name}-{theme}.png")
        found += [f"{theme}: {one}" for one in problems_of(page) + overflow_of(page)]
    page.emulate_media(color_scheme="light")
    return found


def test_rows_are_chosen_by_keys_changed_together_and_taken_back(
    new_context: ContextMaker, admin: Person, provider: Provider
) -> None:
    mark = secrets.token_hex(2)
    label = admin.post("/api/labels", {"kind": "conversation", "name": f"Bulk {mark}", "colour": "green"})
    customers = [provider.customer(f"{name} {mark}") for name in ("Gus", "Hana", "Ines")]
    for customer in customers:
        customer.says("Is it still there?")
    page = new_context(admin).new_page()
    page.goto("/inbox/open")
    desk = Desk(page)
    for customer in customers:
        expect(desk.row(customer)).to_be_visible()
    desk.enter(customers[0])
    page.keyboard.press("Escape")
    keys = page.keyboard
    desk.list.focus()
    keys.press("x")
    bar = page.get_by_role("toolbar", name="Chosen conversations")
    expect(bar.get_by_role("status")).to_have_text("1 chosen")
    keys.press("Shift+KeyJ")
    expect(bar.get_by_role("status")).to_have_text("2 chosen")
    assert _looked_at(page, "bar") == []
    keys.press("*")
    keys.press("a")
    expect(bar.get_by_role("status")).to_have_text(re.compile(r"^\d+ chosen$"))
    keys.press("Escape")
    expect(bar).to_have_count(0)

    for customer in customers[:2]:
        desk.row(customer).locator("[data-choose]").click()
    bar.get_by_role("button", name="Put a label on").click()
    keys.type(f"Bulk {mark}")
    keys.press("Enter")
    expect(page.get_by_text("2 conversations changed.")).to_be_visible()
    for customer in customers[:2]:
        expect(desk.row(customer)).to_contain_text(label["name"])
    expect(desk.row(customers[2])).not_to_contain_text(label["name"])
    expect(bar).to_have_count(0)
    desk.list.focus()
    keys.press("z")
    expect(page.get_by_text("2 conversations are as they were.")).to_be_visible()
    for customer in customers[:2]:
        expect(desk.row(customer)).not_to_contain_text(label["name"])

    for customer in customers:
        desk.row(customer).locator("[data-choose]").click()
    bar.get_by_role("button", name="Resolve").click()
    for customer in customers:
        expect(desk.row(customer)).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    for customer in customers:
        expect(desk.row(customer)).to_be_visible()
    admin.delete(f"/api/labels/{label['id']}")
