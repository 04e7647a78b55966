"""Filters and saved views: built by keys, counted while one builds, kept, shared, and live."""

import re
import secrets
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.test_screens import PHONE


@pytest.fixture
def mark(admin: Person) -> Iterator[str]:
    """In the names of everything a test makes; its views are gone afterwards."""
    mark = secrets.token_hex(2)
    yield mark
    for view in admin.get("/api/saved-views")["items"]:
        if mark in view["name"]:
            admin.delete(f"/api/saved-views/{view['id']}")


def _dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Filter conversations")


def _choose(page: Page, within: Locator, field: str, option: str) -> None:
    """By keys: open, letters, Enter."""
    within.get_by_role("combobox", name=field, exact=True).last.focus()
    page.keyboard.press("Enter")
    page.get_by_role("option", name=option, exact=True).wait_for()
    page.keyboard.type(option[:12])
    page.keyboard.press("Enter")


def _looked_at(page: Page, name: str) -> list[str]:
    RESULTS.mkdir(exist_ok=True)
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(100)
        page.screenshot(path=RESULTS / f"views-{name}-{theme}.png")
        found += [f"{theme}: {one}" for one in problems_of(page) + overflow_of(page)]
    page.emulate_media(color_scheme="light")
    return found


def test_a_filter_is_built_by_keys_kept_and_stays_true(
    desk: Desk, provider: Provider, new_context: ContextMaker, colleague: Person, mark: str
) -> None:
    first, second, other = [provider.customer(f"{name} {mark}") for name in ("Aisha", "Aisha Noor", "Bruno")]
    for customer in (first, second, other):
        customer.says("Good morning")
        expect(desk.row(customer)).to_be_visible()

    page = desk.page
    page.keyboard.press("f")
    dialog = _dialog(page)
    expect(dialog.get_by_role("status")).to_contain_text("conversation")
    dialog.get_by_role("button", name="Add a condition").focus()
    page.keyboard.press("Enter")
    _choose(page, dialog, "Field", "Contact: name")
    _choose(page, dialog, "Question", "starts with")
    dialog.get_by_role("textbox", name="Value").fill("AISHA")
    dialog.get_by_role("button", name="Add a condition").click()
    _choose(page, dialog, "Field", "Contact: name")
    dialog.get_by_role("textbox", name="Value").last.fill(mark)
    expect(dialog.get_by_role("status")).to_have_text("2 conversations, 2 waiting")
    assert _looked_at(page, "builder") == []

    dialog.get_by_role("button", name="Show once").click()
    expect(page).to_have_url(re.compile("/inbox/filter$"))
    expect(desk.list.get_by_role("option")).to_have_count(2)
    expect(desk.row(other)).to_have_count(0)
    page.reload()
    expect(desk.list.get_by_role("option")).to_have_count(2)

    page.keyboard.press("f")
    dialog.get_by_role("textbox", name="Name of the view").fill(f"Aishas {mark}")
    dialog.get_by_role("combobox", name="Who sees it").click()
    page.get_by_role("option", name="Everybody").click()
    dialog.get_by_role("button", name="Save the view").click()
    link = page.get_by_role("link", name=f"Aishas {mark}")
    expect(link).to_have_attribute("aria-current", "page")
    expect(link).to_contain_text("22")  # two wait, two in all

    mate = Desk(new_context(colleague).new_page()).open()
    theirs = mate.page.get_by_role("link", name=f"Aishas {mark}")
    expect(theirs).to_contain_text("22")
    third = provider.customer(f"Aisha the third {mark}")
    third.says("Me, too")
    expect(theirs).to_contain_text("33")
    theirs.click()
    expect(mate.list.get_by_role("option")).to_have_count(3)
    expect(desk.list.get_by_role("option")).to_have_count(3)
    expect(desk.row(third)).to_be_visible()
    mate.page.get_by_role("button", name="More about this view").click()
    expect(mate.page.get_by_role("menuitem", name="Open the inbox here")).to_be_visible()
    expect(mate.page.get_by_role("menuitem", name="Delete the view")).to_have_count(0)
    assert _looked_at(page, "list") == []

    page.get_by_role("button", name="More about this view").click()
    page.get_by_role("menuitem", name="Delete the view").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(link).to_have_count(0)
    expect(theirs).to_have_count(0)


def test_a_filter_on_a_phone(new_context: ContextMaker, admin: Person) -> None:
    desk = Desk(new_context(admin, **PHONE).new_page()).open()
    desk.page.get_by_role("button", name="Filter", exact=True).click()
    dialog = _dialog(desk.page)
    dialog.get_by_role("button", name="Add a group").click()
    dialog.get_by_role("button", name="Add a condition").first.click()
    dialog.get_by_role("button", name="Save the view").click()
    expect(dialog.get_by_role("status")).to_contain_text("conversation")
    assert _looked_at(desk.page, "phone") == []
    assert overflow_of(desk.page) == []


def test_a_row_says_when_an_answer_is_due_and_when_a_window_presses(
    new_context: ContextMaker, admin: Person, provider: Provider, mark: str
) -> None:
    customer = provider.customer(f"Dana {mark}")
    customer.says("Is anybody there?")
    page = new_context(admin).new_page()
    desk = Desk(page).open()
    expect(desk.row(customer)).to_be_visible()
    now = time.time()
    for minutes, said in ((1, None), (3, "Answer due in"), (9, "Answer overdue by")):
        page.clock.set_fixed_time(now + minutes * 60)
        page.reload()
        expect(desk.row(customer)).to_be_visible()
        if said is None:
            expect(desk.row(customer)).not_to_contain_text("Answer")
        else:
            expect(desk.row(customer)).to_contain_text(said)
    page.clock.set_fixed_time(now + 21 * 3600)
    page.reload()
    expect(desk.row(customer)).to_contain_text("Answer overdue by")
    expect(desk.row(customer)).to_contain_text(re.compile("2 h"))
    assert _looked_at(page, "signs") == []


def test_the_order_of_triage_and_where_the_inbox_opens(
    new_context: ContextMaker, admin: Person, provider: Provider, mark: str
) -> None:
    customer = provider.customer(f"Emil {mark}")
    customer.says("Hello?")
    page = new_context(admin).new_page()
    desk = Desk(page).open("/inbox/waiting")
    expect(desk.row(customer)).to_be_visible()
    page.get_by_role("button", name="Next due").click()
    page.get_by_role("menuitemradio", name="Triage").click()
    expect(desk.row(customer)).to_be_visible()
    late = provider.customer(f"Fay {mark}")
    late.says("Me, too")
    expect(desk.row(late)).to_be_visible()
    page.get_by_role("button", name="More about this view").click()
    page.get_by_role("menuitem", name="Open the inbox here").click()
    try:
        page.goto("/inbox")
        expect(page.get_by_role("link", name="Waiting")).to_have_attribute("aria-current", "page")
        expect(page.get_by_role("button", name="Triage")).to_be_visible()
        expect(desk.row(late)).to_be_visible()
    finally:
        admin.patch("/api/preferences", {"default_view": ""})
