"""Service levels: made, ordered and taken back in the settings; the clock in the row, and the line when one is late."""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Provider
from tests.browser.watching import Watch

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
WEEK = [[{"from_minute": 540, "to_minute": 1080}]] * 7


@pytest.fixture(autouse=True)
def _as_they_were(admin: Person) -> Iterator[None]:
    before = [
        {name: one[name] for name in ("name", "filter", "first_reply", "next_reply", "resolution")}
        for one in admin.get("/api/sla-policies")["items"]
    ]
    _forget_all(admin)
    yield
    _forget_all(admin)
    for one in before:
        admin.post("/api/sla-policies", one)


def _forget_all(admin: Person) -> None:
    for one in admin.get("/api/sla-policies")["items"]:
        admin.delete(f"/api/sla-policies/{one['id']}")


def test_levels_are_made_ordered_and_taken_back(
    desk: Desk, admin: Person, new_context: ContextMaker, watch: Watch
) -> None:
    watch.refusals += ("/api/sla-policies/",)
    hours = admin.post("/api/calendars", {"name": "Shop", "zone": "Europe/Berlin", "week": WEEK, "is_default": True})
    try:
        _walk(desk, admin, new_context)
    finally:
        admin.delete(f"/api/calendars/{hours['id']}")


def _walk(desk: Desk, admin: Person, new_context: ContextMaker) -> None:
    page, keys = desk.page, desk.page.keyboard
    desk.open("/settings/service")
    expect(page.get_by_text("Nothing is promised")).to_be_visible()
    page.get_by_role("button", name="New service level").click()
    form = page.get_by_role("dialog", name="New service level")
    form.get_by_label("Name").fill("Everybody")
    first = form.get_by_role("group", name="First reply")
    first.get_by_label("Within").fill("14")
    first.get_by_role("combobox", name="What counts").click()
    page.get_by_role("option", name="Business hours only").click()
    # The shop closes at six on every day: four minutes are left for the morning.
    expect(first.get_by_text("17:50 must have an answer by")).to_contain_text("09:04")
    _looks_well(desk, "form")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    levels = page.get_by_role("list", name="Service levels")
    expect(levels.get_by_text("First reply in 14 minutes of business hours")).to_be_visible()

    # The warning may not come after the end.
    page.get_by_role("button", name="Edit Everybody").click()
    form = page.get_by_role("dialog", name="Everybody")
    first = form.get_by_role("group", name="First reply")
    first.get_by_role("combobox", name="Warning").click()
    page.get_by_role("option", name="Minutes before the end").click()
    first.get_by_label("Minutes", exact=True).fill("14")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("The warning must come before the time is over.")).to_be_visible()
    keys.press("Escape")
    expect(form).to_have_count(0)

    # Another one, for urgent conversations, goes to the top by the arrow keys.
    urgent = {
        "kind": "group",
        "match": "all",
        "of": [{"kind": "condition", "field": "priority", "operator": "any_of", "values": ["3"]}],
    }
    admin.post("/api/sla-policies", {"name": "Urgent", "filter": urgent, "first_reply": {"minutes": 2}})
    expect(levels.get_by_text("For conversations with 1 condition")).to_be_visible()
    expect(levels.get_by_text("what stands below never applies")).to_be_visible()
    page.get_by_role("button", name="Move Urgent").press("ArrowUp")
    expect(levels.get_by_role("listitem").first).to_contain_text("Urgent")
    expect(page.get_by_text("Urgent is now number 1 of 2")).to_be_visible()
    assert _names(admin) == ["Urgent", "Everybody"]
    expect(levels.get_by_text("For all other conversations")).to_be_visible()
    keys.press("z")
    expect(levels.get_by_role("listitem").first).to_contain_text("Everybody")
    levels.get_by_role("listitem").filter(has_text="Urgent").drag_to(levels.get_by_role("listitem").first)
    expect(levels.get_by_role("listitem").first).to_contain_text("Urgent")

    # What was deleted comes back in its place.
    page.get_by_role("button", name="Delete Urgent").click()
    expect(page.get_by_text("Urgent was deleted")).to_be_visible()
    expect(levels.get_by_role("listitem")).to_have_count(1)
    keys.press("z")
    expect(levels.get_by_role("listitem")).to_have_count(2)
    expect(levels.get_by_role("listitem").first).to_contain_text("Urgent")
    assert admin.get("/api/sla-policies")["items"][0]["filter"] == urgent

    page.get_by_role("combobox", name="Remind before a window closes").click()
    page.get_by_role("option", name="30 minutes").click()
    expect(page.get_by_role("combobox", name="Remind before a window closes")).to_have_text("30 minutes")
    assert admin.get("/api/workspace")["settings"]["window_reminder_min"] == 30
    admin.patch("/api/workspace", {"settings": {"window_reminder_min": 60}})

    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _looks_well(desk, f"page-{theme}")
    page.emulate_media(color_scheme="light")
    phone = Desk(new_context(admin, **PHONE).new_page()).open("/settings/service")
    expect(phone.page.get_by_role("list", name="Service levels")).to_be_visible()
    _looks_well(phone, "phone")
    phone.page.get_by_role("button", name="Edit Everybody").click()
    expect(phone.page.get_by_text("must have an answer by").first).to_be_visible()
    _looks_well(phone, "phone-form")


def test_what_is_late_is_told_in_row_and_thread(
    desk: Desk, provider: Provider, admin: Person, product: Product
) -> None:
    page = desk.page
    admin.post("/api/sla-policies", {"name": "Everybody", "first_reply": {"minutes": 4}, "next_reply": {"minutes": 9}})
    customer = provider.customer(f"Rosa {secrets.token_hex(3)}")
    customer.says("Is anybody there?")
    desk.open()
    expect(desk.row(customer)).to_be_visible()
    conversation_id = admin.conversation_of(customer)["id"]
    # As if they had written six minutes ago; whatever happens next counts their clock again.
    product.run_sql(
        f"delete from deadlines where conversation_id = '{conversation_id}';"
        f" update conversations set waiting_since = now() - interval '6 minutes' where id = '{conversation_id}'"
    )
    admin.patch(f"/api/conversations/{conversation_id}", {"priority": 1})
    expect(desk.row(customer).get_by_title("First reply due")).to_contain_text(re.compile(r"\+\d min"))
    desk.enter(customer)
    desk.expect_line("The first reply is late")
    expect(page.get_by_title("First reply due").filter(has_text="Waiting for")).to_be_visible()
    _looks_well(desk, "late")

    # An answer ends it; what the customer asks then is another promise.
    desk.answer(customer, "Yes, I am.")
    expect(desk.row(customer).get_by_title("First reply due")).to_have_count(0)
    customer.says("Good.")
    product_says = admin.conversation_of(customer)
    assert product_says["id"] == conversation_id
    desk.has_arrived("Good.")
    page.wait_for_function(
        "async id => (await (await fetch(`/api/conversations/${id}`)).json()).deadlines"
        ".some(({clock}) => clock === 'next_reply')",
        arg=conversation_id,
    )


def _names(admin: Person) -> list[str]:
    return [one["name"] for one in admin.get("/api/sla-policies")["items"]]


def _looks_well(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"service-{name}.png")
    assert problems_of(desk.page) + overflow_of(desk.page) == []
