"""The rota: planned by who may, swapped between colleagues, with who is on and where nobody is; on a phone, too."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.scene import arrived, eventually

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
ALL_DAY = [{"from_minute": 0, "to_minute": 1440}]


@pytest.fixture
def _no_rota_afterwards(admin: Person) -> Iterator[None]:
    """Others work on the same desk."""
    yield
    for change in _sheet(admin)["changes"]:
        if change["state"] in ("asked", "accepted"):
            admin.post(f"/api/rota/changes/{change['id']}/withdraw", {})
    for plan in _sheet(admin)["plans"]:
        admin.delete(f"/api/rota/agents/{plan['agent_id']}/plans?from_day={plan['from_day']}")
    for team in admin.get("/api/teams")["items"]:
        if team["name"] == "Rota team":
            admin.delete(f"/api/teams/{team['id']}")
    for calendar in admin.get("/api/calendars")["items"]:
        if calendar["name"] == "Rota hours":
            admin.delete(f"/api/calendars/{calendar['id']}")


def _sheet(person: Person) -> Any:
    today = date.today()  # noqa: DTZ011 - what is looked at is two months wide
    first, last = today - timedelta(days=10), today + timedelta(days=40)
    return person.get(f"/api/rota?starts_at={first}T00:00:00Z&ends_at={last}T00:00:00Z")


@pytest.mark.usefixtures("_no_rota_afterwards")
def test_weeks_are_planned_and_a_shift_is_swapped(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    hours = {"name": "Rota hours", "zone": "UTC", "week": [ALL_DAY] * 7}
    calendar = admin.post("/api/calendars", hours)
    team = admin.post("/api/teams", {"name": "Rota team", "colour": "teal"})
    admin.patch(
        f"/api/teams/{team['id']}",
        {"add": [admin.agent_id, colleague.agent_id], "calendar_id": calendar["id"]},
    )

    # The room is found by the search over settings, and empty.
    page = desk.page
    desk.open("/settings")
    page.get_by_role("searchbox").fill("extra shift")
    page.get_by_role("link", name=re.compile("Extra shift")).click()
    expect(page.get_by_role("heading", name="Rota", exact=True)).to_be_visible()
    expect(page.get_by_text("Nobody is on the rota yet")).to_be_visible()

    # Two weeks that take turns, written by keys and taken back.
    _plan_weeks(page, colleague)
    expect(_line(page, colleague)).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_text("Nobody is on the rota yet")).to_be_visible()
    _plan_weeks(page, colleague)
    admin.put(
        f"/api/rota/agents/{admin.agent_id}/plans",
        {"from_day": "2024-01-01", "zone": "UTC", "weeks": [[[{"from_minute": 1080, "to_minute": 1560}]] * 7]},
    )
    expect(_line(page, admin)).to_be_visible()
    expect(page.get_by_role("region", name="Open, and nobody works")).to_contain_text("Rota team")
    expect(page.get_by_text("On now", exact=True)).to_be_visible()

    # The colleague walks to a shift of next week by the arrows and offers it.
    theirs = new_context(colleague).new_page()
    Desk(theirs).open("/settings/rota")
    theirs.get_by_role("button", name="Week after").click()
    cells = _line(theirs, colleague).get_by_role("button")
    expect(cells.nth(1)).to_have_accessible_name(re.compile(r"\d:\d\d"))
    cells.nth(0).focus()
    theirs.keyboard.press("ArrowRight")
    expect(cells.nth(1)).to_be_focused()
    expect(_line(theirs, admin).get_by_role("button")).to_have_count(0)
    theirs.keyboard.press("Enter")
    theirs.get_by_role("menuitem", name=re.compile("^Offer")).press("Enter")
    dialog = theirs.get_by_role("dialog", name="Swap a shift")
    _choose(theirs, dialog.get_by_role("combobox", name="To"), admin.name)
    dialog.get_by_role("textbox", name="Note").fill("My son's birthday")
    theirs.screenshot(path=RESULTS / "rota-offer.png")
    theirs.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(theirs.get_by_role("region", name="Asked for")).to_contain_text("offers")

    # It is asked of the other side at once, and holds when they accept.
    asked = page.get_by_role("region", name="Asked for")
    expect(asked).to_contain_text("My son's birthday")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"rota-{theme}.png", full_page=True)
        assert contrast_problems_of(page) == []
    assert problems_of(page) + overflow_of(page) == []
    asked.get_by_role("button", name="Accept").click()
    expect(asked).to_have_count(0)
    expect(theirs.get_by_text(re.compile("^Accepted:"))).to_be_visible()
    expect(cells.nth(1)).to_have_accessible_name(re.compile("no shift"))
    page.get_by_role("button", name="Week after").click()
    expect(_line(page, admin).get_by_role("button").nth(1)).to_have_accessible_name(re.compile("changed"))

    # A day off on a phone, in the list of days; its reason is the planner's to know.
    phone = new_context(colleague, **PHONE).new_page()
    phone.goto("/settings/rota")
    phone.get_by_role("button", name="Week after").click()
    mine = phone.get_by_role("button", name=re.compile(colleague.name)).nth(3)
    mine.click()
    phone.get_by_role("menuitem", name="Ask for a day off…").click()
    form = phone.get_by_role("dialog", name="Day off")
    _choose(phone, form.get_by_role("combobox", name="Reason"), "Training")
    form.get_by_role("button", name="Ask").click()
    expect(phone.get_by_role("region", name="Asked for")).to_contain_text("would like to be off")
    phone.screenshot(path=RESULTS / "rota-phone.png")
    assert overflow_of(phone) == []
    expect(page.get_by_role("region", name="Asked for")).to_contain_text("Training")
    page.get_by_role("region", name="Asked for").get_by_role("button", name="Refuse").click()
    expect(phone.get_by_text(re.compile("^Refused:"))).to_be_visible()
    phone.screenshot(path=RESULTS / "rota-phone-list.png", full_page=True)

    # Where somebody is chosen to answer stands until when they are off; they can be chosen all the same.
    today = date.today()  # noqa: DTZ011 - two days around it are off, whatever the clock says
    off = {"from_day": f"{today - timedelta(days=2)}", "to_day": f"{today + timedelta(days=2)}"}
    admin.post("/api/rota/days-off", {"agent_id": colleague.agent_id, **off})
    customer = provider.customer("Ruben Off")
    customer.says("Are you there?")
    arrived(admin, customer)
    desk.open().enter(customer)
    page.keyboard.press("a")
    choice = page.get_by_role("menuitemradio", name=re.compile(colleague.name))
    expect(choice).to_contain_text("Off until")
    page.screenshot(path=RESULTS / "rota-assign.png")
    choice.click()
    eventually(lambda: admin.conversation_of(customer)["assignee_id"] == colleague.agent_id)


def _plan_weeks(page: Page, agent: Person) -> None:
    page.get_by_role("button", name="Plan weeks").click()
    dialog = page.get_by_role("dialog", name="Plan weeks")
    _choose(page, dialog.get_by_role("combobox", name="Whose weeks"), agent.name)
    dialog.get_by_label("From", exact=True).fill("2024-01-01")
    dialog.get_by_label("Time zone").fill("UTC")
    dialog.get_by_role("button", name="Another week that takes turns").press("Enter")
    expect(dialog.get_by_text("Week 2")).to_be_visible()
    page.screenshot(path=RESULTS / "rota-plan.png")
    assert overflow_of(page) == []
    dialog.get_by_role("button", name="Save").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Weeks saved")).to_be_visible()


def _line(page: Page, agent: Person) -> Locator:
    return page.get_by_role("table", name="Shifts of the week").get_by_role("row").filter(has_text=agent.name)


def _choose(page: Page, choice: Locator, name: str) -> None:
    choice.click()
    page.get_by_role("option", name=name).first.click()
