"""What follows the end of a conversation: a thanks, a message that was lost, an undo; and the hours of an agent."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider

WAITING = re.compile("^Waiting for")


@pytest.fixture
def customer(desk: Desk, provider: Provider) -> Customer:
    """Somebody who waits, in the conversation that is open."""
    customer = provider.customer(f"Ines {secrets.token_hex(3)}")
    customer.says("Is the blue one still there?")
    desk.enter(customer)
    desk.list.focus()
    return customer


def test_a_thanks_keeps_it_resolved_and_one_click_reopens(desk: Desk, customer: Customer, admin: Person) -> None:
    conversation_id = admin.conversation_of(customer)["id"]
    desk.page.keyboard.press("e")
    expect(desk.row(customer)).to_have_count(0)
    desk.open(f"/inbox/resolved/{conversation_id}")
    customer.says("Thank you so much 😊")
    line = desk.thread.get_by_text("Not reopened: the customer only said thanks")
    expect(line).to_be_in_viewport()
    _picture(desk, "thanks")
    assert problems_of(desk.page) == []
    desk.thread.get_by_role("button", name="Reopen", exact=True).click()
    expect(desk.thread.get_by_role("button", name="Reopen", exact=True)).to_have_count(0)
    desk.open("/inbox/open")
    expect(desk.row(customer)).to_be_visible()


def test_a_lost_message_is_told_to_who_sent_it(desk: Desk, customer: Customer, provider: Provider) -> None:
    provider.post(f"/_control/users/{customer.key}", {"is_on_whatsapp": False})
    desk.answer(customer, "Yes, one is left.")
    told = desk.page.get_by_role("region", name="Notifications")
    expect(told.get_by_text(f"Your message to {customer.name} was not delivered")).to_be_visible()
    _picture(desk, "lost")
    told.get_by_text("Open", exact=True).click()
    expect(desk.page).to_have_url(re.compile("/inbox/failed/"))
    expect(desk.bubble("Yes, one is left.")).to_contain_text("Not delivered.")
    expect(desk.page.get_by_text(WAITING)).to_be_visible()


def test_z_brings_the_clock_back_and_says_what_changed_since(desk: Desk, customer: Customer, admin: Person) -> None:
    keys = desk.page.keyboard
    conversation_id = admin.conversation_of(customer)["id"]
    since = admin.get(f"/api/conversations/{conversation_id}")["waiting_since"]
    keys.press("e")
    expect(desk.page.get_by_text(f"Resolved {customer.name}").first).to_be_visible()
    keys.press("z")
    expect(desk.row(customer)).to_be_visible()
    desk.enter(customer)
    expect(desk.page.get_by_text(WAITING)).to_be_visible()
    assert admin.get(f"/api/conversations/{conversation_id}")["waiting_since"] == since

    desk.list.focus()
    keys.press("e")
    expect(desk.page.get_by_text(f"Resolved {customer.name}").first).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)
    customer.says("And the green one?")
    expect(desk.row(customer)).to_be_visible()
    keys.press("z")
    expect(desk.page.get_by_text("Undone, except what somebody changed since: the state")).to_be_visible()


def test_working_hours_and_the_rules_of_reopening_are_set_by_hand(
    new_context: ContextMaker, admin: Person, desk: Desk
) -> None:
    desk.open("/settings/profile")
    switch = desk.page.get_by_role("switch", name="I work at certain hours")
    switch.click()
    expect(desk.page.get_by_label("From")).to_have_value("09:00")
    desk.page.get_by_text("Sat", exact=True).click()
    expect(desk.page.get_by_role("checkbox", name="Sat")).to_be_checked()
    desk.page.get_by_label("From").fill("10:00")
    desk.page.get_by_label("From").blur()
    _picture(desk, "working-hours")
    assert problems_of(desk.page) == []
    desk.page.reload()
    expect(desk.page.get_by_label("From")).to_have_value("10:00")
    desk.page.get_by_role("switch", name="I work at certain hours").click()
    expect(desk.page.get_by_label("From")).to_have_count(0)
    desk.open("/settings/general")
    expect(desk.page.get_by_role("switch", name="A thanks keeps a conversation resolved")).to_be_checked()
    price = desk.page.get_by_label("Price of reopening a window")
    expect(price).to_contain_text("As much as one step of priority")
    price.click()
    desk.page.get_by_role("option", name="High: windows decide").click()
    expect(price).to_contain_text("High: windows decide")
    expect(desk.page.get_by_text("Saved").first).to_be_visible()
    _picture(desk, "general")
    assert problems_of(desk.page) == []
    desk.page.reload()
    expect(price).to_contain_text("High: windows decide")
    desk.open("/settings/channels")
    desk.page.get_by_role("main").get_by_role("link").first.click()
    expect(desk.page.get_by_label("A message reopens what was resolved")).to_be_visible()
    _picture(desk, "channel")
    assert overflow_of(desk.page) == []


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"states-{name}.png")


def test_a_stage_is_made_chosen_and_seen(desk: Desk, customer: Customer) -> None:
    keys = desk.page.keyboard
    desk.open("/settings/stages")
    name = f"Courier {secrets.token_hex(2)}"
    desk.page.get_by_role("button", name="New stage: Open").click()
    keys.type(name)
    desk.page.get_by_role("switch", name="The clock stands still in it").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    expect(desk.page.get_by_text(name)).to_be_visible()
    _picture(desk, "stages")
    assert problems_of(desk.page) == []

    desk.open("/inbox/waiting").enter(customer)
    desk.page.get_by_role("button", name="More", exact=True).click()
    desk.page.get_by_role("menuitem", name="Stage…").click()
    dialog = desk.page.get_by_role("dialog", name="Stage of this conversation")
    expect(dialog.get_by_text(name)).to_be_visible()
    _picture(desk, "stage-dialog")
    dialog.get_by_role("button", name=re.compile(name)).click()
    expect(desk.thread.get_by_text(f"Mila Brandt set the stage: {name}")).to_be_in_viewport()
    desk.page.mouse.move(720, 450)  # off the list, which holds still under the pointer
    expect(desk.row(customer)).to_have_count(0)
    desk.open("/inbox/open")
    expect(desk.row(customer)).to_contain_text(name)
    expect(desk.row(customer).get_by_role("img", name="clock stands still")).to_be_visible()
    desk.enter(customer)
    stands = desk.page.get_by_text(re.compile(r"^Waiting for .+, clock stands still$"))
    shown = stands.inner_text()
    _picture(desk, "staged")
    assert problems_of(desk.page) == []

    desk.list.focus()
    keys.press("e")
    expect(desk.page.get_by_text(f"Resolved {customer.name}").first).to_be_visible()
    expect(desk.row(customer)).to_have_count(0)
    keys.press("z")
    expect(desk.row(customer)).to_contain_text(name)
    desk.enter(customer)
    expect(stands).to_have_text(shown)
    desk.expect_line("Mila Brandt took the resolving back")

    customer.says("Where is it?")
    expect(desk.row(customer).get_by_text(name)).to_have_count(0)
    expect(desk.page.get_by_text(WAITING)).to_be_visible()
    expect(stands).to_have_count(0)
    desk.expect_line(f"Left the stage {name}")
    _picture(desk, "unstaged")


def test_a_closing_text_waits_ten_seconds_and_undo_cancels_it(desk: Desk, customer: Customer, admin: Person) -> None:
    keys = desk.page.keyboard
    conversation = admin.conversation_of(customer)
    desk.open(f"/settings/channels/{conversation['channel_id']}")
    box = desk.page.get_by_label("Closing text")
    box.fill("Until soon, !")
    box.evaluate("box => box.setSelectionRange(12, 12)")
    desk.page.get_by_role("button", name="Customer’s first name").click()
    expect(box).to_have_value(re.compile(r"^Until soon, \{\{.+\}\}!$"))
    save = box.locator("xpath=ancestor::form").get_by_role("button", name="Save")
    words = 'Until soon, {{contact.first_name | default: "friend"}}!'
    box.fill(words)
    save.click()
    expect(save).to_be_disabled()
    box.scroll_into_view_if_needed()
    _picture(desk, "closing-settings")
    assert problems_of(desk.page) == []
    phone = desk.page.context.new_page()
    try:
        phone.set_viewport_size({"width": 390, "height": 844})
        phone.emulate_media(color_scheme="dark")
        phone.goto(desk.page.url)
        phone.get_by_label("Closing text").scroll_into_view_if_needed()
        phone.screenshot(path=RESULTS / "states-closing-phone-dark.png")
        assert overflow_of(phone) == []
    finally:
        phone.close()

    said = f"Until soon, {customer.name.split(' ')[0]}!"
    desk.open("/inbox/waiting").enter(customer)
    desk.list.focus()
    keys.press("e")
    expect(desk.page.get_by_text("The closing text goes out in ten seconds.").first).to_be_visible()
    _picture(desk, "closing")
    keys.press("z")
    expect(desk.row(customer)).to_be_visible()
    desk.open("/inbox/open").enter(customer)
    desk.expect_line("Mila Brandt took the resolving back")
    expect(desk.page.get_by_text(WAITING)).to_be_visible()

    desk.list.focus()
    keys.press("e")
    expect(desk.row(customer)).to_have_count(0)
    desk.open(f"/inbox/resolved/{conversation['id']}")
    # Ten seconds, and as long as a busy machine takes.
    expect(desk.bubble(said)).to_be_visible(timeout=40_000)
    expect(desk.bubble(said)).to_have_count(1)
    _picture(desk, "closing-sent")
    assert admin.get(f"/api/conversations/{conversation['id']}")["state"] == "resolved"
    admin.patch(f"/api/channels/{conversation['channel_id']}", {"settings": {}})


def test_what_is_missing_is_asked_for_in_one_form_by_keyboard(
    desk: Desk, customer: Customer, admin: Person, provider: Provider
) -> None:
    mark = secrets.token_hex(2)
    made: list[str] = []

    def field(owner: str, name: str, type: str, *options: str) -> str:
        given = [{"name": one} for one in options]
        body = {"owner": owner, "name": f"{name} {mark}", "type": type, "options": given}
        made.append(admin.post("/api/fields", body)["id"])
        return made[-1]

    label = admin.post("/api/labels", {"kind": "conversation", "name": f"zz{mark}", "colour": "red"})
    wanted = [field("conversation", "Order", "number"), field("contact", "Branch", "choice", "North", "South")]
    keys, page = desk.page.keyboard, desk.page
    conversation_id = admin.conversation_of(customer)["id"]
    try:
        desk.open("/settings/general")
        page.get_by_role("switch", name="Resolving needs a label").click()
        page.get_by_role("combobox", name="Resolving needs these fields").click()
        page.get_by_role("option", name=f"Order {mark}").click()
        page.get_by_role("option", name=f"Branch {mark} (contact)").click()
        keys.press("Escape")
        expect(page.get_by_role("combobox", name="Resolving needs these fields")).to_contain_text("Branch")
        _picture(desk, "wanted")
        assert problems_of(page) == []
        desk.open("/inbox/waiting").enter(customer)
        page.reload()
        expect(desk.answer_box(customer)).to_be_visible()
        desk.list.focus()
        keys.press("e")
        form = page.get_by_role("dialog", name="Before it is resolved")
        expect(form.get_by_role("textbox", name="Label")).to_be_focused()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            _picture(desk, f"missing-{theme}")
            assert problems_of(page) == []
        keys.type(label["name"])
        keys.press("Enter")
        expect(form.get_by_role("textbox", name=f"Order {mark}")).to_be_focused()
        keys.type("12,5")
        keys.press("Enter")
        expect(form.get_by_role("radio", name="North")).to_be_focused()
        keys.press("s")
        keys.press("Enter")
        expect(page.get_by_text(f"Resolved {customer.name}")).to_be_visible()
        expect(desk.row(customer)).to_have_count(0)
        found = admin.get(f"/api/conversations/{conversation_id}/fields")
        assert found["fields"] == {wanted[0]: 12.5}

        # Many at once: one lacks something, and the reason stands beside its name.
        other = provider.customer(f"Nora {mark}")
        other.says("Where is it?")
        desk.open("/inbox/waiting")
        expect(desk.row(other)).to_be_visible()
        desk.row(other).locator("[data-choose]").click()
        page.get_by_role("toolbar", name="Chosen conversations").get_by_role("button", name="Resolve").click()
        page.get_by_role("button", name="Why").click()
        told = page.get_by_role("dialog", name="Left as they were")
        expect(
            told.get_by_text(f"Put a label on this conversation and fill in Order {mark}, Branch {mark}")
        ).to_be_visible()
        _picture(desk, "refused")
        assert problems_of(page) == []
        told.get_by_role("link", name=re.compile(other.name)).click()
        expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
        desk.list.focus()
        keys.press("e")
        expect(form).to_be_visible()
        page.set_viewport_size({"width": 390, "height": 844})
        _picture(desk, "missing-phone")
        assert overflow_of(page) == []
    finally:
        admin.patch("/api/workspace", {"settings": {"resolving_needs_label": False, "resolving_needs_fields": []}})
        for id in made:
            admin.delete(f"/api/fields/{id}")
        admin.delete(f"/api/labels/{label['id']}")


def test_a_vip_is_marked_and_raised_as_the_workspace_decided(desk: Desk, customer: Customer, admin: Person) -> None:
    page = desk.page
    desk.open("/settings/general")
    page.get_by_role("combobox", name="Priority at least").click()
    page.get_by_role("option", name="Urgent").click()
    expect(page.get_by_role("combobox", name="Priority at least")).to_contain_text("Urgent")
    _picture(desk, "vip-settings")
    assert problems_of(page) == []
    contact_id = admin.conversation_of(customer)["contact"]["id"]
    try:
        desk.open("/inbox/waiting").enter(customer)
        admin.patch(f"/api/contacts/{contact_id}", {"is_vip": True})
        expect(desk.row(customer).get_by_role("img", name="VIP")).to_be_visible()
        expect(desk.row(customer).get_by_role("img", name="Priority: urgent")).to_be_visible()
        expect(page.get_by_role("main").get_by_role("img", name="VIP")).to_be_visible()
        expect(desk.thread.get_by_text("Priority: urgent, for a VIP")).to_be_visible()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            _picture(desk, f"vip-{theme}")
            assert problems_of(page) == []
    finally:
        admin.patch("/api/workspace", {"settings": {"vip_priority": 2}})
        admin.patch(f"/api/contacts/{contact_id}", {"is_vip": False})
