"""Sending later: by keys, seen above the box, sent when the time comes – or held with the reason."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider


@pytest.fixture
def customer(desk: Desk, provider: Provider) -> Customer:
    customer = provider.customer(f"Ivo {secrets.token_hex(3)}")
    customer.says("When do you open?")
    desk.enter(customer)
    return customer


def _bar(desk: Desk) -> Locator:
    return desk.page.get_by_role("region", name="Scheduled messages")


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []


def test_alt_enter_and_a_digit_schedule_it_and_its_time_sends_it(desk: Desk, customer: Customer, admin: Person) -> None:
    box = desk.answer_box(customer)
    box.fill("We are open now")
    box.press("Alt+Enter")
    dialog = desk.page.get_by_role("dialog", name="Send later")
    expect(dialog.get_by_role("button", name="In 3 hours")).to_be_focused()
    _picture(desk, "send-later")
    desk.page.keyboard.press("2")
    expect(dialog).to_have_count(0)
    expect(_bar(desk)).to_contain_text("We are open now")
    expect(_bar(desk)).to_contain_text("Goes out tomorrow, 09:00")
    expect(box).to_have_value("")
    expect(box).to_be_focused()
    _picture(desk, "scheduled")
    desk.open("/inbox/scheduled")
    expect(desk.row(customer).get_by_role("img", name="Scheduled message")).to_be_visible()
    desk.enter(customer)

    conversation_id = admin.conversation_of(customer)["id"]
    (one,) = admin.get(f"/api/conversations/{conversation_id}/scheduled")["items"]
    soon = datetime.now(UTC) + timedelta(seconds=1)
    admin.patch(f"/api/scheduled/{one['id']}", {"due_at": soon.isoformat()})
    expect(desk.has_arrived("We are open now")).to_be_visible()
    expect(_bar(desk)).to_have_count(0)


def test_it_goes_out_at_nine_by_the_customers_clock(desk: Desk, customer: Customer, admin: Person) -> None:
    conversation = admin.conversation_of(customer)
    admin.patch(f"/api/contacts/{conversation['contact']['id']}", {"time_zone": "Asia/Tokyo"})
    box = desk.answer_box(customer)
    box.fill("Good morning")
    box.press("Alt+Enter")
    dialog = desk.page.get_by_role("dialog", name="Send later")
    theirs = dialog.get_by_role("button", name="At 9:00 their time")
    expect(theirs).to_contain_text("09:00 there")
    dialog.get_by_label("Date and time").fill("2031-01-06T10:00")
    expect(dialog.get_by_text(re.compile(r"That is Monday,? \d\d:00 where Ivo is"))).to_be_visible()
    _picture(desk, "send-later-their-time")
    theirs.press("Enter")
    expect(dialog).to_have_count(0)
    (one,) = admin.get(f"/api/conversations/{conversation['id']}/scheduled")["items"]
    due = datetime.fromisoformat(one["due_at"]).astimezone(ZoneInfo("Asia/Tokyo"))
    assert (due.hour, due.minute) == (9, 0)
    assert timedelta(0) < due - datetime.now(UTC) <= timedelta(days=1)


def test_held_it_says_why_and_goes_back_into_the_box(
    desk: Desk, customer: Customer, admin: Person, colleague: Person, product: Product
) -> None:
    conversation_id = admin.conversation_of(customer)["id"]
    message = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Until Monday"}}
    soon = datetime.now(UTC) + timedelta(seconds=6)
    colleague.post(f"/api/conversations/{conversation_id}/scheduled", message | {"due_at": soon.isoformat()})
    # Whoever takes their access away is asked what becomes of it first; here somebody did before there was a question.
    product.run_sql(f"update agents set deactivated_at = now() where id = '{colleague.agent_id}'")
    expect(_bar(desk)).to_contain_text("may not write in this conversation any more")
    expect(_bar(desk)).to_contain_text(f"by {colleague.name}")
    _picture(desk, "held")
    desk.open("/inbox/held").enter(customer)
    expect(desk.row(customer)).to_contain_text("Held")
    _bar(desk).get_by_role("button", name="More").click()
    desk.page.get_by_role("menuitem", name="Edit").click()
    expect(desk.answer_box(customer)).to_have_value("Until Monday")
    expect(_bar(desk)).to_have_count(0)
    desk.answer_box(customer).press("Enter")
    expect(desk.has_arrived("Until Monday")).to_be_visible()


def test_on_a_dark_phone(new_context: ContextMaker, admin: Person, provider: Provider) -> None:
    context = new_context(admin, viewport={"width": 390, "height": 844}, has_touch=True, color_scheme="dark")
    desk = Desk(context.new_page())
    customer = provider.customer(f"Ivo {secrets.token_hex(3)}")
    customer.says("When do you open?")
    desk.open().enter(customer)
    desk.answer_box(customer).fill("We are open now")
    desk.page.get_by_role("button", name="More to send").click()
    desk.page.get_by_role("menuitem", name="Send later").click()
    expect(desk.page.get_by_role("dialog", name="Send later")).to_be_visible()
    _picture(desk, "send-later-phone")
    desk.page.get_by_role("button", name=re.compile("^Tomorrow")).click()
    expect(_bar(desk)).to_contain_text("Goes out tomorrow, 09:00")
    _picture(desk, "scheduled-phone")
    _bar(desk).get_by_role("button", name="More").click()
    desk.page.get_by_role("menuitem", name="Cancel it").click()
    expect(_bar(desk)).to_have_count(0)
