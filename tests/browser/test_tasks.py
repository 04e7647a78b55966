"""Tasks beside answering: made by a key or of messages, ticked off, found on a page of their own, reminded of."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived


@pytest.fixture
def customer(desk: Desk, provider: Provider, admin: Person) -> Customer:
    """Somebody who has written, in the conversation that is open."""
    customer = provider.customer(f"Noor {secrets.token_hex(3)}")
    customer.says("The lid came broken")
    customer.says("Please call me about it")
    arrived(admin, customer, 2)
    desk.enter(customer)
    desk.list.focus()
    return customer


def test_a_task_is_made_by_a_key_ticked_off_and_reminds(desk: Desk, customer: Customer, admin: Person) -> None:
    page = desk.page
    page.keyboard.press("Shift+T")
    dialog = page.get_by_role("dialog", name="New task")
    what = dialog.get_by_label("What is to be done")
    expect(what).to_be_focused()
    what.fill("Send a new lid")
    soon = datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(minutes=61)  # the field speaks the browser's own time
    dialog.get_by_label("Due").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    dialog.get_by_role("button", name="Add a line").click()
    page.keyboard.type("Ask for the size")
    page.keyboard.press("Enter")
    page.keyboard.type("Pack it")
    dialog.get_by_role("button", name="Keep as a pattern").click()
    expect(page.get_by_text("Kept as a pattern: Send a new lid")).to_be_visible()
    _picture(desk, "task-dialog")
    dialog.get_by_role("button", name="Make the task").click()
    expect(dialog).to_have_count(0)
    strip = page.get_by_role("region", name="Tasks")
    expect(strip).to_contain_text("1 task")
    expect(strip).to_contain_text("Send a new lid")
    expect(desk.thread.get_by_text("Mila Brandt made a task: Send a new lid")).to_be_in_viewport()

    conversation_id = admin.conversation_of(customer)["id"]
    (task,) = admin.get(f"/api/conversations/{conversation_id}/tasks")["items"]
    assert [step["text"] for step in task["checklist"]] == ["Ask for the size", "Pack it"]
    rings_at = datetime.now(UTC) + timedelta(seconds=4)
    admin.patch(f"/api/tasks/{task['id']}", {"remind_at": rings_at.isoformat()})
    expect(page.get_by_text(f"Reminder, {customer.name}: Send a new lid")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Notifications")).click()
    expect(page.get_by_text(f"A task for {customer.name} is due")).to_be_visible()
    page.keyboard.press("Escape")

    # How far its check list is, where the task stands: in the strip, and in the panel beside the thread.
    admin.patch(
        f"/api/tasks/{task['id']}", {"checklist": [*task["checklist"][:1], {"text": "Pack it", "is_done": True}]}
    )
    expect(strip).to_contain_text("1 of 2")
    _picture(desk, "task-strip-folded")
    strip.get_by_role("button", name=re.compile("^1 task")).click()
    _picture(desk, "task-strip")
    strip.get_by_role("checkbox", name="Done: Send a new lid").check()
    expect(desk.thread.get_by_text("Mila Brandt did: Send a new lid").or_(_folded(desk))).to_be_attached()
    expect(strip).to_contain_text("0 tasks")
    page.keyboard.press("Shift+T")
    dialog.get_by_role("combobox", name="Begin with").click()
    page.get_by_role("option", name="Send a new lid").click()
    expect(what).to_have_value("Send a new lid")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)

    # By its pattern: a key of its own, letters, Enter, and the task stands there filled in; Enter makes it.
    desk.list.focus()
    page.keyboard.press("Shift+C")
    picker = page.get_by_role("dialog", name="Task by a pattern")
    expect(picker.get_by_role("option")).to_have_text([re.compile("^Send a new lid")])
    page.keyboard.type("nothing of the kind")
    expect(picker.get_by_text("No pattern has these words.")).to_be_visible()
    picker.get_by_label("Find a pattern").fill("lid new")
    expect(picker.get_by_role("option")).to_have_count(1)
    _picture(desk, "task-patterns")
    page.keyboard.press("Enter")
    expect(what).to_have_value("Send a new lid")
    expect(dialog.get_by_role("textbox", name="Line 2")).to_have_value("Pack it")
    what.press("Enter")
    expect(dialog).to_have_count(0)
    expect(strip).to_contain_text("0 of 2")
    page.get_by_role("button", name="Close").first.click()  # the practice phone gives its place to the contact
    panel = page.get_by_role("complementary", name="Contact").get_by_role("region", name="Tasks")
    row = panel.get_by_role("button").filter(has_text="Send a new lid").filter(has_text="0 of 2")
    expect(row).to_be_visible()
    _picture(desk, "task-panel")
    row.click()
    edited = page.get_by_role("dialog", name="Task", exact=True)
    expect(edited.get_by_label("What is to be done")).to_be_focused()
    page.keyboard.press("Escape")
    expect(edited).to_have_count(0)
    page.keyboard.press("Shift+T")
    dialog.get_by_role("combobox", name="Begin with").click()
    page.get_by_role("option", name="Send a new lid").click()
    dialog.get_by_role("button", name="Forget this pattern").click()
    expect(dialog.get_by_role("combobox", name="Begin with")).to_have_count(0)


def _folded(desk: Desk) -> Locator:
    return desk.thread.get_by_role("button", name=re.compile("made a task: Send a new lid, 1 more"))


def test_messages_are_split_off_into_a_call_back_that_stands_on_my_page(
    desk: Desk, customer: Customer, new_context: ContextMaker, admin: Person
) -> None:
    page = desk.page
    desk.act("Please call me about it", "Choose several")
    page.get_by_role("button", name="Make a task").click()
    dialog = page.get_by_role("dialog", name="Task of 1 message")
    expect(dialog.get_by_label("What is to be done")).to_have_value("Please call me about it")
    dialog.get_by_role("combobox", name="What it is").click()
    page.get_by_role("option", name="Call back").click()
    dialog.get_by_role("button", name="Make the task").click()
    expect(dialog).to_have_count(0)
    desk.list.focus()
    page.keyboard.press("g")
    page.keyboard.press("t")
    expect(page).to_have_url(re.compile("/tasks$"))
    mine = page.get_by_role("region", name="Without a date")
    expect(mine).to_contain_text("Please call me about it")
    expect(mine.get_by_role("link", name=re.compile(r"^\+44"))).to_have_attribute("href", re.compile(r"^tel:\+44"))
    _picture(desk, "tasks")
    phone = Desk(new_context(admin, viewport={"width": 390, "height": 844}, color_scheme="dark").new_page())
    phone.open("/tasks")
    expect(phone.page.get_by_role("region", name="Without a date")).to_contain_text("Please call me about it")
    _picture(phone, "tasks-phone")
    mine.get_by_role("button", name="Not reached").click()
    page.get_by_role("menuitem", name="Again in 1 hour").click()
    called = page.get_by_role("main").get_by_role("listitem").filter(has_text="Please call me about it")
    expect(called).to_contain_text("Not reached, 1 try")
    expect(mine).to_have_count(0)
    _picture(desk, "tasks-called")
    called.get_by_role("button", name="Reached", exact=True).click()
    page.get_by_role("tab", name="Done").click()
    expect(page.get_by_role("region", name="Done")).to_contain_text("Please call me about it")
    expect(page.get_by_role("region", name="Done")).to_contain_text("Reached")
    page.get_by_role("link", name=customer.name).first.click()
    expect(desk.answer_box(customer)).to_be_in_viewport()


def test_a_pattern_is_written_in_the_settings_and_fills_in_a_new_task(
    desk: Desk, customer: Customer, admin: Person
) -> None:
    page = desk.page
    page.goto("/settings/tasks")
    page.get_by_role("button", name="New pattern").click()
    dialog = page.get_by_role("dialog", name="New pattern")
    name = f"Return {secrets.token_hex(3)}"
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("What is to be done").fill("Send the return label")
    dialog.get_by_role("combobox", name="Due after").click()
    page.get_by_role("option", name="1 day", exact=True).click()
    dialog.get_by_role("button", name="Add a line").click()
    page.keyboard.type("Ask for photos")
    _picture(desk, "settings-pattern")
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("list", name="Task patterns").get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("due after 1 day")
    expect(row).to_contain_text("1 line")
    _picture(desk, "settings-patterns")
    desk.open().enter(customer)
    desk.list.focus()
    page.keyboard.press("Shift+T")
    dialog = page.get_by_role("dialog", name="New task")
    dialog.get_by_role("combobox", name="Begin with").click()
    page.get_by_role("option", name=name).click()
    expect(dialog.get_by_label("What is to be done")).to_have_value("Send the return label")
    expect(dialog.get_by_label("Line 1")).to_have_value("Ask for photos")
    page.keyboard.press("Escape")
    page.goto("/settings/tasks")
    page.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []
