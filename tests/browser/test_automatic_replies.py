"""Automatic replies: written in the settings, looked at before they are said, and marked in the thread."""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider
from tests.browser.watching import Watch

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
OFFICE = [{"from_minute": 540, "to_minute": 1080}]


@pytest.fixture(autouse=True)
def _nothing_said_afterwards(admin: Person) -> Iterator[None]:
    yield
    for one in admin.get("/api/automatic-replies")["items"]:
        admin.delete(f"/api/automatic-replies/{one['id']}")
    for one in admin.get("/api/calendars")["items"]:
        admin.delete(f"/api/calendars/{one['id']}")
    admin.patch("/api/workspace", {"settings": {"automatic": {"wait_s": 4, "quiet_min": 15}}})


def test_they_are_written_looked_at_and_said_with_a_mark(
    desk: Desk,
    admin: Person,
    channel: dict[str, Any],
    provider: Provider,
    new_context: ContextMaker,
    watch: Watch,
) -> None:
    watch.refusals += ("/api/automatic-replies",)
    page, keys = desk.page, desk.page.keyboard
    hours = {"name": "Shop", "zone": "Europe/Berlin", "week": [OFFICE] * 5 + [[], []], "is_default": True}
    admin.post("/api/calendars", hours)

    # Found by the search over settings.
    desk.open("/settings")
    page.get_by_role("searchbox", name="Search settings").fill("away mess")
    page.get_by_role("link", name="Away message").click()
    expect(page).to_have_url(re.compile("/settings/automatic$"))
    _look_ahead(desk, "2030-06-02T03:00")
    answer = page.get_by_role("region", name="If a customer wrote …")
    expect(answer).to_contain_text("there is no such text here")

    # A text that cannot be filled is refused in words; what is offered by the form is fine.
    page.get_by_role("button", name="Write an away message").click()
    form = page.get_by_role("dialog", name="Away message")
    words = form.get_by_role("textbox", name="Text in")
    expect(words).to_have_value(re.compile(r"closed right now and will answer \{\{hours.returns\}\}"))
    words.fill("We are away, {{agent.name}}")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("{{agent.name}} cannot be filled in.")).to_be_visible()
    words.fill("We answer .")
    words.press("End")
    keys.press("ArrowLeft")
    form.get_by_role("button", name="When you open").click()
    expect(words).to_have_value("We answer {{hours.returns}}.")
    _add_language(form, "German", "Wir antworten {{hours.returns}}.")
    _picture(desk, "form")
    assert problems_of(page) == []
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)

    # On a Sunday night in June they would read this, each in their own language.
    expect(answer).to_contain_text("We answer tomorrow from 9:00.")
    expect(answer).to_contain_text("Automatic: outside business hours")
    answer.get_by_role("combobox", name="Who speaks").click()
    page.get_by_role("option", name="German").click()
    expect(answer).to_contain_text("Wir antworten morgen ab 9:00 Uhr.")

    # On this channel something else, taken back by a key; off and on again.
    page.get_by_role("button", name="Write a greeting").click()
    page.get_by_role("dialog", name="Greeting").get_by_role("button", name="Save").click()
    expect(page.get_by_role("list", name="Greeting")).to_be_visible()
    away = page.get_by_role("list", name="Away message")
    away.get_by_role("switch", name="Everywhere").click()
    expect(answer).to_contain_text("Automatic: first message")
    expect(page.get_by_text("Saved").last).to_be_visible()
    keys.press("z")
    expect(answer).to_contain_text("Wir antworten morgen ab 9:00 Uhr.")

    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _picture(desk, f"page-{theme}")
        assert problems_of(page) + overflow_of(page) == []
    phone = Desk(new_context(admin, **PHONE).new_page()).open("/settings/automatic")
    expect(phone.page.get_by_role("list", name="Away message")).to_be_visible()
    phone.page.screenshot(path=RESULTS / "automatic-phone.png", full_page=True)
    assert problems_of(phone.page) + overflow_of(phone.page) == []
    phone.page.get_by_role("button", name="Edit: Everywhere").last.click()
    expect(phone.page.get_by_role("dialog", name="Away message")).to_be_visible()
    _picture(phone, "phone-form")
    phone.page.get_by_label("If a customer wrote …").scroll_into_view_if_needed()

    # Said: whatever the hour is now, one of both answers a burst once, and says why.
    page.emulate_media(color_scheme="light")
    desk.open("/inbox")
    customer = provider.customer(f"Mia {secrets.token_hex(3)}")
    for text in ("Hello", "Is somebody there?", "It is about my order"):
        customer.says(text)
    desk.enter(customer)
    said = desk.thread.get_by_role("article").filter(has_text=re.compile("Automatic: "))
    expect(said).to_have_count(1, timeout=30_000)
    conversation = admin.conversation_of(customer)
    assert conversation["waiting_since"] is not None
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _picture(desk, f"thread-{theme}")
    phone.open(f"/inbox/open/{conversation['id']}")
    expect(phone.thread.get_by_text(re.compile("^Automatic: "))).to_be_visible()
    _picture(phone, "thread-phone")

    # Whoever writes first is not followed by a machine.
    admin.patch("/api/workspace", {"settings": {"automatic": {"wait_s": 20}}})
    page.emulate_media(color_scheme="light")
    other = provider.customer(f"Noa {secrets.token_hex(3)}")
    other.says("Good evening")
    desk.enter(other)
    desk.answer(other, "Good evening, how can I help?")
    expect(desk.tick("how can I help", "Delivered")).to_be_visible()
    assert [one["automatic"] for one in _messages(admin, admin.conversation_of(other)["id"])] == [None, None]

    # Whoever writes faster than people do gets nothing by itself, and whoever looks is told.
    flood = provider.customer(f"Bot {secrets.token_hex(3)}")
    flood.says("First")
    desk.enter(flood)
    for number in range(21):
        flood.says(f"line {number}")
    expect(page.get_by_text("Bot writes faster than people do.")).to_be_visible()
    _picture(desk, "flood")
    admin.patch(f"/api/conversations/{admin.conversation_of(flood)['id']}", {"state": "resolved"})

    # A filter asks the same hours: both are open conversations, and nobody is at work any more.
    (hours,) = admin.get("/api/calendars")["items"]
    admin.patch(f"/api/calendars/{hours['id']}", {"week": [[]] * 7})
    page.keyboard.press("Escape")
    desk.open("/inbox")
    expect(desk.row(customer)).to_be_visible()
    keys.press("f")
    dialog = page.get_by_role("dialog", name="Filter conversations")
    dialog.get_by_role("button", name="Add a condition").click()
    for field, option in (("Field", "Hours: open now"), ("Question", "no")):
        dialog.get_by_role("combobox", name=field, exact=True).last.click()
        page.get_by_role("option", name=option, exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("2 conversations")
    _picture(desk, "filter")
    dialog.get_by_role("combobox", name="Question", exact=True).last.click()
    page.get_by_role("option", name="yes", exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text("0 conversations")


def _messages(admin: Person, conversation_id: str) -> list[dict[str, Any]]:
    items = admin.get(f"/api/conversations/{conversation_id}/messages")["items"]
    return [one for one in items if one["direction"] in ("incoming", "outgoing")]


def _look_ahead(desk: Desk, at: str) -> None:
    desk.page.get_by_label("At this moment, in your own time").fill(at)


def _add_language(form: Locator, name: str, text: str) -> None:
    form.get_by_role("combobox", name="Add a language").click()
    form.page.get_by_role("option", name=name, exact=True).click()
    form.get_by_role("textbox", name=f"Text in {name}").fill(text)


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"automatic-{name}.png")
