"""What was taken away while it was open, and the chord between my chats: nothing that is written is lost."""

import secrets

from playwright.sync_api import expect

from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_a_chat_that_is_taken_away_stays_readable_and_sends_nothing(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    customer = provider.customer(f"Kim {secrets.token_hex(2)}")
    customer.says("Is my order on its way?")
    expect(desk.row(customer)).to_be_visible()
    conversation = admin.conversation_of(customer)
    path = f"/api/conversations/{conversation['id']}"
    admin.patch(f"/api/agents/{colleague.agent_id}", {"sees": "assigned"})
    admin.patch(path, {"assignee_id": colleague.agent_id})
    other = Desk(new_context(colleague).new_page()).open().enter(customer)
    box = other.answer_box(customer)
    box.press_sequentially("It left")
    admin.patch(path, {"assignee_id": admin.agent_id})
    status = other.page.get_by_role("status").filter(has_text="has this conversation now")
    expect(status).to_be_visible()
    expect(other.row(customer)).to_have_count(0)
    expect(other.bubble("Is my order on its way?")).to_be_visible()
    expect(box).to_be_focused()
    box.press_sequentially(" yesterday")
    box.press("Enter")
    expect(box).to_have_value("It left yesterday")
    other.page.screenshot(path=RESULTS / "taken-away.png")
    assert [one["direction"] for one in admin.get(f"{path}/messages")["items"]].count("outgoing") == 0
    # Given back, it goes on where it stood.
    admin.patch(path, {"assignee_id": colleague.agent_id})
    expect(status).to_have_count(0)
    box.press("Enter")
    expect(other.bubble("It left yesterday")).to_be_visible()


def test_one_chord_leads_to_my_longest_waiting_chat_and_back_with_the_caret_where_it_was(
    desk: Desk, provider: Provider, admin: Person
) -> None:
    first, second = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in ("Lou", "Max")]
    for customer in (first, second):
        customer.says("Hello?")
        expect(desk.row(customer)).to_be_visible()
        admin.patch(f"/api/conversations/{admin.conversation_of(customer)['id']}", {"assignee_id": admin.agent_id})
    desk.enter(second)
    box = desk.answer_box(second)
    box.press_sequentially("Good day, here you are")
    box.evaluate("(area) => area.setSelectionRange(4, 8)")
    keys = desk.page.keyboard
    keys.press("Control+J")
    expect(desk.answer_box(first)).to_be_focused()
    keys.type("Yes")
    keys.press("Control+J")
    expect(box).to_be_focused()
    expect(box).to_have_value("Good day, here you are")
    assert box.evaluate("(area) => [area.selectionStart, area.selectionEnd]") == [4, 8]
    keys.type("!")
    expect(box).to_have_value("Good!, here you are")
    keys.press("Control+J")
    expect(desk.answer_box(first)).to_have_value("Yes")
