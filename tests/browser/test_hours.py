"""Business hours: made in the settings by keyboard, holidays from a file, and told above the box while it is closed."""

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.watching import Watch

ALL_DAY = [{"from_minute": 0, "to_minute": 1440}]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(autouse=True)
def _no_hours_left(admin: Person) -> Iterator[None]:
    yield
    for one in admin.get("/api/calendars")["items"]:
        admin.delete(f"/api/calendars/{one['id']}")


def test_a_week_is_set_by_keyboard_and_holidays_come_from_a_file(
    desk: Desk, admin: Person, channel: dict[str, Any], new_context: ContextMaker, watch: Watch, tmp_path: Path
) -> None:
    watch.refusals += ("/api/calendars/",)
    page, keys = desk.page, desk.page.keyboard
    desk.open("/settings/hours")
    expect(page.get_by_text("No business hours yet")).to_be_visible()
    page.get_by_role("button", name="New business hours").click()
    keys.type("Shop")
    keys.press("Enter")
    week = page.get_by_role("list", name="Week", exact=True)
    expect(_day(week, "Monday").get_by_label("Monday, from")).to_have_value("09:00")

    # Monday gets a pause and a long evening; then all workdays are like it.
    _type_time(_day(week, "Monday").get_by_label("Monday, to"), "12:00")
    expect(_day(week, "Monday").get_by_label("Monday, to")).to_have_value("12:00")
    _day(week, "Monday").get_by_role("button", name="Add hours: Monday").press("Enter")
    ends = _day(week, "Monday").get_by_label("Monday, to")
    expect(ends).to_have_count(2)
    _type_time(ends.nth(1), "02:00")
    expect(_day(week, "Monday").get_by_text("the next day")).to_be_visible()
    _day(week, "Monday").get_by_role("button", name="Copy Monday to other days").press("Enter")
    page.get_by_role("menuitem", name="To Monday to Friday").press("Enter")
    expect(week.get_by_text("the next day")).to_have_count(5)
    expect(page.get_by_text("Copied")).to_be_visible()
    keys.press("z")
    expect(week.get_by_text("the next day")).to_have_count(1)
    expect(page.get_by_text("Taken back")).to_be_visible()

    # What cannot be is refused, and the field says again what is saved.
    _type_time(_day(week, "Monday").get_by_label("Monday, from").nth(1), "11:00")
    expect(page.get_by_role("heading", name="Two periods of a day overlap.")).to_be_visible()
    expect(_day(week, "Monday").get_by_label("Monday, from").nth(1)).to_have_value("13:00")

    _add_a_day(desk)
    _read_a_file(desk, tmp_path)
    (made,) = admin.get("/api/calendars")["items"]
    assert [(len(day), made["is_default"]) for day in made["week"]] == [(2, True), *[(1, True)] * 4, *[(0, True)] * 2]
    assert made["week"][0][1] == {"from_minute": 780, "to_minute": 1560}

    desk.open(f"/settings/channels/{channel['id']}")
    page.get_by_role("combobox", name="Business hours").click()
    page.get_by_role("option", name="Shop").click()
    expect(page.get_by_text("Saved").first).to_be_visible()
    desk.open(f"/settings/hours/{made['id']}")
    expect(page.get_by_text(f"channel {channel['name']}")).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _picture(desk, f"page-{theme}")
        assert problems_of(page) + overflow_of(page) == []
    phone = Desk(new_context(admin, **PHONE).new_page()).open(f"/settings/hours/{made['id']}")
    expect(phone.page.get_by_role("list", name="Week", exact=True)).to_be_visible()
    phone.page.screenshot(path=RESULTS / "hours-phone.png", full_page=True)
    phone.page.get_by_role("list", name="Special days").scroll_into_view_if_needed()
    _picture(phone, "phone-special")
    assert problems_of(phone.page) + overflow_of(phone.page) == []

    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Delete", exact=True).click()
    question = page.get_by_role("dialog", name="Delete the business hours Shop?")
    expect(question.get_by_text(f"Used by: channel {channel['name']}.")).to_be_visible()
    _picture(desk, "delete")
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No business hours yet")).to_be_visible()
    page.get_by_role("button", name="Undo").last.click()
    expect(page.get_by_text("No business hours yet")).to_have_count(0)
    expect(page.get_by_role("main").get_by_text("Shop", exact=True)).to_be_visible()
    page.keyboard.press("Escape")


def _day(week: Locator, name: str) -> Locator:
    return week.get_by_role("listitem").filter(has_text=name)


def _type_time(field: Locator, time: str) -> None:
    field.fill(time)
    field.press("Enter")


def _add_a_day(desk: Desk) -> None:
    page = desk.page
    page.get_by_role("button", name="Add a day").click()
    form = page.get_by_role("dialog", name="Add a day")
    form.get_by_label("Name").fill("Christmas Eve")
    form.get_by_label("Date", exact=True).fill("2040-12-24")
    form.get_by_role("switch", name="Closed all day").click()
    expect(form.get_by_label("Christmas Eve, to")).to_have_value("13:00")
    _picture(desk, "day")
    assert problems_of(page) == []
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    row = page.get_by_role("list", name="Special days").get_by_role("listitem").filter(has_text="Christmas Eve")
    expect(row).to_contain_text("Mon, 24 December 2040 · 09:00 – 13:00")


def _read_a_file(desk: Desk, folder: Path) -> None:
    page = desk.page
    field = page.get_by_label("Calendar file (.ics)")
    bad = folder / "letter.ics"
    bad.write_text("Dear all, we are closed on Monday.")
    field.set_input_files(bad)
    expect(page.get_by_role("heading", name="This file cannot be read as a calendar.")).to_be_visible()

    year = datetime.now(UTC).year + 1
    dates = f"DTSTART;VALUE=DATE:{year}0105\nDTEND;VALUE=DATE:{year}0108\n"
    holiday = f"BEGIN:VEVENT\nUID:1\n{dates}SUMMARY:Stocktaking\nEND:VEVENT\n"
    good = folder / "holidays.ics"
    good.write_text(f"BEGIN:VCALENDAR\n{holiday}END:VCALENDAR\n")
    field.set_input_files(good)
    told = page.get_by_role("dialog", name="3 days found")
    expect(told.get_by_role("listitem")).to_have_count(1)
    _picture(desk, "file")
    assert problems_of(page) == []
    told.get_by_role("button", name="Add 3 days").click()
    expect(told).to_have_count(0)
    days = page.get_by_role("list", name="Special days").get_by_role("listitem")
    expect(days.filter(has_text="Stocktaking")).to_contain_text("Closed")


def test_the_thread_says_when_it_is_closed_and_when_it_opens(
    desk: Desk, provider: Provider, admin: Person, new_context: ContextMaker
) -> None:
    page, closed = desk.page, re.compile("Closed now, opens .*09:00")
    customer = provider.customer(f"Ivo {secrets.token_hex(3)}")
    customer.says("Are you open?")
    in_ten_days = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    sale = {"day": in_ten_days, "name": "Sale", "periods": [{"from_minute": 540, "to_minute": 600}]}
    hours = {"name": "Shop", "zone": "Europe/Amsterdam", "week": [[]] * 7, "special_days": [sale], "is_default": True}
    desk.enter(customer)
    expect(page.get_by_text(closed)).to_have_count(0)
    made = admin.post("/api/calendars", hours)
    expect(page.get_by_text(closed)).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _picture(desk, f"thread-{theme}")
        assert problems_of(page) == []
    phone = Desk(new_context(admin, **PHONE).new_page())
    phone.open(f"/inbox/open/{admin.conversation_of(customer)['id']}")
    expect(phone.page.get_by_text(closed)).to_be_visible()
    _picture(phone, "thread-phone")
    assert overflow_of(phone.page) == []

    # Another team's hours come before those of the workspace.
    team = admin.post("/api/teams", {"name": f"Night {secrets.token_hex(2)}", "colour": "navy"})
    try:
        night = admin.post("/api/calendars", {"name": "Night", "zone": "Europe/Amsterdam", "week": [ALL_DAY] * 7})
        admin.patch(f"/api/teams/{team['id']}", {"calendar_id": night["id"]})
        conversation_id = admin.conversation_of(customer)["id"]
        admin.patch(f"/api/conversations/{conversation_id}", {"team_id": team["id"]})
        expect(page.get_by_text(closed)).to_have_count(0)
        admin.patch(f"/api/conversations/{conversation_id}", {"team_id": None})
        expect(page.get_by_text(closed)).to_be_visible()
    finally:
        admin.delete(f"/api/teams/{team['id']}")
    admin.patch(f"/api/calendars/{made['id']}", {"week": [ALL_DAY] * 7, "remove_days": [in_ten_days]})
    expect(page.get_by_text(closed)).to_have_count(0)


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"hours-{name}.png")
