"""Drafts on every device of an agent, and colleagues named in notes."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually


@pytest.fixture
def customer(admin: Person, provider: Provider) -> Customer:
    return _customer(admin, provider)


def _customer(admin: Person, provider: Provider) -> Customer:
    made = provider.customer(f"Rosa {secrets.token_hex(3)}")
    made.says("Is it ready?")
    arrived(admin, made)
    return made


def _picture(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"{name}.png")
    assert problems_of(desk.page) == []
    assert overflow_of(desk.page) == []


def test_another_device_has_what_is_half_written_here(
    desk: Desk, customer: Customer, admin: Person, new_context: ContextMaker
) -> None:
    desk.enter(customer)
    desk.answer_box(customer).fill("It will be ready on")
    drafts = eventually(lambda: admin.get("/api/drafts")["items"])
    assert [draft["text"] for draft in drafts] == ["It will be ready on"]

    other = Desk(new_context(admin).new_page()).open("/inbox/drafts")
    expect(other.row(customer)).to_contain_text("Draft: It will be ready on")
    other.enter(customer)
    expect(other.answer_box(customer)).to_have_value("It will be ready on")
    _picture(other, "drafts")
    other.answer(customer, "It will be ready on Friday")
    eventually(lambda: admin.get("/api/drafts")["items"] == [])
    expect(desk.page.get_by_role("link", name="Drafts", exact=True)).to_be_visible()  # without a figure
    # Here the caret still stands in the box: nothing is taken from under the hands.
    expect(desk.answer_box(customer)).to_have_value("It will be ready on")


def test_twenty_switches_among_five_chats_lose_no_character(desk: Desk, admin: Person, provider: Provider) -> None:
    customers = [_customer(admin, provider) for _ in range(5)]
    written = dict.fromkeys(customers, "")
    for turn in range(20):
        customer = customers[turn * 3 % 5]
        desk.row(customer).click()
        box = desk.answer_box(customer)
        box.focus()
        word = f"word{turn} "
        desk.page.keyboard.press("Control+End")
        desk.page.keyboard.type(word)
        written[customer] += word
    for customer in customers:
        desk.row(customer).click()
        expect(desk.answer_box(customer)).to_have_value(written[customer])
        desk.answer_box(customer).fill("")


def test_a_colleague_named_in_a_note_finds_it(
    desk: Desk, customer: Customer, colleague: Person, new_context: ContextMaker
) -> None:
    theirs = Desk(new_context(colleague).new_page()).open("/inbox/open")
    expect(theirs.row(customer)).to_be_visible()
    desk.enter(customer)
    desk.list.focus()
    desk.page.keyboard.press("n")
    note = desk.page.get_by_role("textbox", name="Private note")
    expect(note).to_be_focused()
    first, last = colleague.name.split(" ")
    desk.page.keyboard.type(f"Please look @{last[:4].lower()}")
    found = desk.page.get_by_role("listbox", name="Colleagues and teams").get_by_role("option")
    expect(found.first).to_contain_text(colleague.name)
    _picture(desk, "mention-list")
    desk.page.keyboard.press("Enter")
    expect(note).to_have_value(f"Please look @{first} {last} ")
    desk.page.keyboard.type("today")
    desk.page.keyboard.press("Control+Enter")
    expect(desk.bubble("Please look")).to_contain_text(f"@{colleague.name}")
    expect(theirs.row(customer).get_by_role("img", name="You are mentioned")).to_be_visible()
    theirs.page.get_by_role("link", name="Mentions").click()
    theirs.page.bring_to_front()
    theirs.row(customer).click()
    expect(theirs.bubble("Please look")).to_contain_text(f"@{colleague.name}")
    _picture(theirs, "mentions")
    expect(theirs.row(customer).get_by_role("img", name="You are mentioned")).to_have_count(0)
    expect(theirs.row(customer)).to_be_visible()


def test_a_note_in_the_wrong_chat_is_withdrawn_and_leaves_a_trace(
    desk: Desk, customer: Customer, provider: Provider
) -> None:
    desk.enter(customer)
    desk.list.focus()
    desk.page.keyboard.press("n")
    note = desk.page.get_by_role("textbox", name="Private note")
    note.fill("Meant for somebody else")
    note.press("Control+Enter")
    desk.act("Meant for somebody else", "Withdraw the note")
    expect(desk.thread.get_by_text("Note withdrawn")).to_be_visible()
    expect(desk.thread.get_by_text("Meant for somebody else")).to_have_count(0)
    assert provider.sends_of("Meant for somebody else") == 0


def test_a_draft_goes_into_a_template_when_the_window_has_closed(desk: Desk, admin: Person, provider: Provider) -> None:
    late = provider.customer(f"Rosa {secrets.token_hex(3)}")
    with provider.clock_moved(hours=-30):
        late.says("Is it ready?")
        arrived(admin, late)
    conversation = admin.conversation_of(late)["id"]
    admin.put(f"/api/conversations/{conversation}/draft", {"mode": "reply", "text": "It is ready,\ncome by"})
    desk.open()
    desk.row(late).click()
    templates = desk.page.get_by_role("listbox", name="Templates")
    templates.get_by_role("option").filter(has_text="order_update").click()
    expect(desk.page.get_by_text("Draft kept, 20 characters")).to_be_visible()
    desk.page.get_by_role("button", name="Use the draft").first.click()
    expect(desk.page.get_by_label("The message as it will arrive")).to_contain_text("It is ready, come by")
    _picture(desk, "draft-in-template")
    admin.put(f"/api/conversations/{conversation}/draft", {"mode": "reply", "text": ""})
