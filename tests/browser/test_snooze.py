"""Putting a conversation off and saying that no answer is needed, by keys alone; and what brings it back."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider

DAY = "(today|tomorrow)"  # in three hours it may be tomorrow, and tomorrow may have come when it is read


@pytest.fixture
def customer(desk: Desk, provider: Provider) -> Customer:
    """Somebody who waits, in the conversation that is open."""
    customer = provider.customer(f"Noor {secrets.token_hex(3)}")
    customer.says("Please call me again next week")
    desk.enter(customer)
    desk.list.focus()
    return customer


def test_y_stops_the_clock_and_z_lets_it_run_again(desk: Desk, customer: Customer) -> None:
    keys = desk.page.keyboard
    desk.open("/inbox/waiting").enter(customer)
    desk.list.focus()
    expect(desk.page.get_by_text(re.compile("^Waiting for"))).to_be_visible()
    keys.press("y")
    expect(desk.page.get_by_text(f"{customer.name}: no answer needed")).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)
    expect(desk.thread.get_by_text("Mila Brandt: no answer needed")).to_be_in_viewport()
    expect(desk.page.get_by_text(re.compile("^Waiting for"))).to_have_count(0)
    _picture(desk, "no-answer-needed")
    keys.press("z")
    expect(desk.row(customer)).to_be_visible()
    desk.expect_line("Mila Brandt: the customer waits again")
    expect(desk.page.get_by_text(re.compile("^Waiting for"))).to_be_visible()


def test_h_and_enter_put_it_off_and_its_time_brings_it_back(desk: Desk, customer: Customer, admin: Person) -> None:
    keys = desk.page.keyboard
    conversation_id = admin.conversation_of(customer)["id"]
    keys.press("h")
    expect(_dialog(desk).get_by_role("button", name="In 3 hours")).to_be_focused()
    _picture(desk, "snooze-dialog")
    keys.press("Enter")
    expect(_dialog(desk)).to_have_count(0)
    expect(desk.page.get_by_text(re.compile(f"{customer.name}: snoozed until {DAY}"))).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)

    desk.open("/inbox/snoozed").enter(customer)
    expect(desk.page.get_by_role("link", name="Snoozed")).to_contain_text("1")
    expect(_bar(desk)).to_contain_text(re.compile(f"Snoozed until {DAY}"))
    _picture(desk, "snoozed")

    desk.page.mouse.move(720, 450)  # off the list, which holds still under the pointer
    soon = datetime.now(UTC) + timedelta(seconds=4)
    admin.put(f"/api/conversations/{conversation_id}/snooze", {"until": soon.isoformat()})
    expect(desk.row(customer)).to_have_count(0)
    expect(_bar(desk)).to_have_count(0)
    desk.expect_line("Its time has come: open again")
    desk.open("/inbox/open")
    expect(desk.row(customer)).to_be_visible()


def test_z_takes_it_back_and_a_digit_chooses(desk: Desk, customer: Customer) -> None:
    keys = desk.page.keyboard
    keys.press("h")
    expect(_dialog(desk)).to_be_visible()
    keys.press("2")
    expect(desk.page.get_by_text(re.compile(f"{customer.name}: snoozed until {DAY}, 09:00"))).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)
    keys.press("z")
    expect(desk.row(customer)).to_be_visible()


def test_a_time_of_ones_own_is_judged_before_it_is_saved(desk: Desk, customer: Customer) -> None:
    keys = desk.page.keyboard
    keys.press("h")
    field = _dialog(desk).get_by_label("Date and time")
    field.fill("2026-01-02T09:00")
    expect(_dialog(desk)).to_contain_text("This time is over. Choose a later one.")
    field.press("Enter")
    expect(_dialog(desk)).to_be_visible()
    in_three_days = datetime.now() + timedelta(days=3)  # noqa: DTZ005 - the field speaks the browser's own time
    field.fill(in_three_days.strftime("%Y-%m-%dT09:00"))
    expect(_dialog(desk)).to_contain_text("The window closes before")
    _picture(desk, "snooze-own-time")
    field.press("Enter")
    expect(_dialog(desk)).to_have_count(0)
    expect(desk.row(customer)).to_have_count(0)

    desk.open("/inbox/snoozed").enter(customer)
    desk.page.get_by_role("button", name="Wake now").click()
    expect(desk.row(customer)).to_have_count(0)
    expect(desk.page.get_by_text(f"{customer.name}: open again")).to_be_visible()
    keys.press("z")
    expect(desk.row(customer)).to_be_visible()
    expect(_bar(desk)).to_be_visible()


def test_until_the_customer_writes(desk: Desk, customer: Customer) -> None:
    desk.page.keyboard.press("Control+k")
    desk.page.keyboard.type("snooze")
    found = desk.page.get_by_role("listbox", name="Commands and search").get_by_role("option")
    expect(found.first).to_contain_text("Snooze")
    desk.page.keyboard.press("Enter")
    _dialog(desk).get_by_role("button", name="Until the customer writes").press("Enter")
    expect(desk.row(customer)).to_have_count(0)
    desk.open("/inbox/snoozed").enter(customer)
    expect(_bar(desk)).to_contain_text("Snoozed until the customer writes")
    customer.says("Here I am again")
    expect(_bar(desk)).to_have_count(0)
    desk.expect_line("The customer’s message woke this")
    desk.open("/inbox/open")
    expect(desk.row(customer)).to_contain_text("Here I am again")


def test_on_a_phone_both_stand_in_the_menu(new_context: ContextMaker, admin: Person, provider: Provider) -> None:
    context = new_context(admin, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    desk = Desk(context.new_page())
    customer = provider.customer(f"Noor {secrets.token_hex(3)}")
    customer.says("Thanks!")
    desk.open().enter(customer)
    more = desk.page.get_by_role("button", name="More", exact=True)
    more.click()
    desk.page.get_by_role("menuitem", name="No answer needed").click()
    expect(desk.thread.get_by_text("Mila Brandt: no answer needed")).to_be_visible()
    more.click()
    expect(desk.page.get_by_role("menuitem", name="No answer needed")).to_have_count(0)
    desk.page.get_by_role("menuitem", name="Snooze").click()
    expect(_dialog(desk)).to_be_visible()
    _picture(desk, "snooze-dialog-phone")
    _dialog(desk).get_by_role("button", name=re.compile("^Tomorrow")).click()
    expect(desk.row(customer)).to_have_count(0)
    desk.open("/inbox/snoozed").enter(customer)
    expect(_bar(desk)).to_contain_text(re.compile(f"Snoozed until {DAY}, 09:00"))
    _picture(desk, "snoozed-phone")


def _dialog(desk: Desk) -> Locator:
    return desk.page.get_by_role("dialog", name="Snooze until")


def _bar(desk: Desk) -> Locator:
    """Of the conversation that is open: until when, with the way back."""
    return desk.page.get_by_role("group", name="Snoozed")


def _picture(desk: Desk, name: str) -> None:
    folder: Path = RESULTS
    folder.mkdir(exist_ok=True)
    desk.page.screenshot(path=folder / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []
