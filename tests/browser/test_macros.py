"""Macros: made in the settings, looked at and run by keys, taken back whole, run over many; and said what cannot be."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.watching import Watch

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def _looked_at(page: Page, name: str) -> list[str]:
    RESULTS.mkdir(exist_ok=True)
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        page.screenshot(path=RESULTS / f"macros-{name}-{theme}.png")
        found += [f"{theme}: {one}" for one in problems_of(page) + overflow_of(page)]
    page.emulate_media(color_scheme="light")
    return found


@pytest.fixture(autouse=True)
def _no_macros_left(admin: Person) -> Iterator[None]:
    yield
    for one in admin.get("/api/macros")["items"]:
        admin.delete(f"/api/macros/{one['id']}")


def _dialog(page: Page, name: str = "Run a macro") -> Locator:
    return page.get_by_role("dialog", name=name)


def test_a_macro_is_made_seen_run_by_three_presses_and_taken_back(
    new_context: ContextMaker, admin: Person, provider: Provider, watch: Watch
) -> None:
    watch.refusals += ("/api/macros",)
    mark = secrets.token_hex(2)
    label = admin.post("/api/labels", {"kind": "conversation", "name": f"Refund {mark}", "colour": "green"})
    customer = provider.customer(f"Rita {mark}")
    customer.says("I want my money back")
    page = new_context(admin).new_page()
    page.goto("/settings/macros")
    expect(page.get_by_text("No macros yet")).to_be_visible()
    page.get_by_role("button", name="Make a macro").click()
    form = _dialog(page, "Make a macro")
    form.get_by_label("Name").fill(f"Give back {mark}")
    form.get_by_role("button", name="Add a step").click()
    page.get_by_role("menuitem", name="Answer", exact=True).click()
    form.get_by_label("What the answer says").fill("Dear {{contact.first_name}}, you have it back.")
    form.get_by_role("button", name="Add a step").click()
    page.get_by_role("menuitem", name="Labels", exact=True).click()
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Choose a label.")).to_be_visible()
    form.get_by_role("combobox", name="Put on").click()
    page.get_by_role("option", name=label["name"]).click()
    page.keyboard.press("Escape")  # several may be chosen: the list stays open over what stands below it
    form.get_by_role("button", name="Add a step").click()
    page.get_by_role("menuitem", name="Resolve or reopen").click()
    assert _looked_at(page, "editor") == []
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(page.get_by_text(f"Put on the label {label['name']}")).to_be_visible()
    assert _looked_at(page, "settings") == []

    desk = Desk(page)
    desk.open("/inbox/open")
    desk.enter(customer)
    keys = page.keyboard
    keys.press("Shift+KeyM")
    keys.type(f"Give back {mark}")
    dialog = _dialog(page)
    said = dialog.get_by_role("textbox", name="Send an answer")
    expect(said).to_have_value("Dear Rita, you have it back.")
    assert _looked_at(page, "preview") == []
    said.fill("Dear Rita, all of it is back.")
    dialog.get_by_role("combobox", name="Find a macro").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text(f"Done: Give back {mark}")).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)
    page.get_by_role("button", name="Undo").last.click()
    expect(desk.row(customer)).to_be_visible()
    expect(desk.row(customer)).not_to_contain_text(label["name"])

    # Once more by three presses, and from the command bar.
    desk.enter(customer)
    keys.press("Control+KeyK")
    keys.type(f"give back {mark}")
    page.get_by_role("option", name=f"Give back {mark} Macro", exact=True).click()
    expect(_dialog(page).get_by_role("textbox", name="Send an answer")).to_be_visible()
    keys.press("Escape")
    expect(_dialog(page)).to_have_count(0)
    keys.press("Shift+KeyM")
    expect(_dialog(page)).to_be_visible()
    keys.press("g")
    keys.press("Enter")
    expect(page.get_by_text(f"Done: Give back {mark}").first).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)

    # What a label that is gone leaves behind is said, in the settings and before it runs.
    admin.delete(f"/api/labels/{label['id']}")
    page.goto("/settings/macros")
    expect(page.get_by_text("Broken")).to_be_visible()
    expect(page.get_by_text("This label does not exist any more.")).to_be_visible()


def test_what_cannot_be_done_here_is_said_before_and_over_many_after(
    new_context: ContextMaker, admin: Person, provider: Provider
) -> None:
    mark = secrets.token_hex(2)
    acts = [
        {"kind": "reply", "text": "Dear {{contact.first_name}}"},
        {"kind": "note", "text": "Thanked"},
        {"kind": "priority", "priority": 2},
    ]
    admin.post("/api/macros", {"name": f"Thank {mark}", "acts": acts, "is_shared": True})
    nameless, other = provider.customer("+49 171 555 0199"), provider.customer(f"Otto {mark}")
    for customer in (nameless, other):
        customer.says("Hello?")
    page = new_context(admin, **PHONE).new_page()
    desk = Desk(page)
    desk.open("/inbox/open")
    desk.row(other).click()
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("menuitem", name="Run a macro").click()
    expect(_dialog(page).get_by_role("textbox", name="Send an answer")).to_have_value("Dear Otto")
    assert _looked_at(page, "phone") == []

    wide = new_context(admin).new_page()
    desk = Desk(wide)
    desk.open("/inbox/open")
    for customer in (nameless, other):
        desk.row(customer).locator("[data-choose]").click()
    bar = wide.get_by_role("toolbar", name="Chosen conversations")
    expect(bar.get_by_role("status")).to_have_text("2 chosen")
    bar.get_by_role("button", name="More to do").click()
    wide.get_by_role("menuitem", name="Run a macro").click()
    dialog = _dialog(wide)
    expect(dialog.get_by_text("Send an answer")).to_be_visible()
    assert _looked_at(wide, "many") == []
    dialog.get_by_role("button", name="Run in 2").click()
    expect(wide.get_by_text("1 conversation changed.")).to_be_visible()
    wide.get_by_role("button", name="Why", exact=True).last.click()
    expect(wide.get_by_text("Something is still to be filled in.")).to_be_visible()
