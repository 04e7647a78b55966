"""Step 2 of a new user: a customer writes, the agent answers, and both see it."""

import re

from playwright.sync_api import Route, expect

from tests.browser.conftest import Person
from tests.browser.desk import Desk
from tests.browser.provider import Provider


def test_a_message_of_the_phone_stands_in_the_list_and_its_answer_on_the_phone(desk: Desk) -> None:
    phone = desk.page.get_by_role("complementary", name="Try it")
    whose = phone.get_by_role("button", name="Whose phone is this?")
    adding = phone.get_by_label("Somebody new")
    expect(whose.or_(adding)).to_be_visible()
    if whose.is_visible():
        whose.click()
    adding.fill("Hannah Whitcombe")
    phone.get_by_role("button", name="Add", exact=True).click()
    phone.get_by_role("textbox", name="Message").fill("Hello! Do you still have the blue bowls?")
    phone.get_by_role("button", name="Send", exact=True).click()

    row = desk.list.get_by_role("option").filter(has_text="Hannah Whitcombe")
    expect(row).to_contain_text("Do you still have the blue bowls?")
    row.click()
    box = desk.page.get_by_role("textbox", name="Answer to Hannah Whitcombe")
    expect(box).to_be_in_viewport()
    box.fill("We do, six of them.")
    box.press("Enter")

    expect(phone.get_by_role("log")).to_contain_text("We do, six of them.")
    expect(desk.tick("We do, six of them.", "Read")).to_be_visible()
    expect(box).to_have_value("")
    expect(row).to_contain_text(re.compile("You:.*We do, six of them."))


def test_the_number_of_unread_messages_stands_in_the_row_and_the_title(
    desk: Desk, provider: Provider, admin: Person
) -> None:
    """In the row once it is mine: in shared views *waiting* is the sign."""
    customer = provider.customer("Sanne de Vries")
    customer.says("Kan ik de kom nog ruilen?")
    customer.says("Hij is te klein.")
    expect(desk.row(customer)).to_be_visible()
    expect(desk.row(customer).get_by_text("unread")).to_have_count(0)
    conversation = admin.conversation_of(customer)
    admin.patch(f"/api/conversations/{conversation['id']}", {"assignee_id": admin.agent_id})
    expect(desk.row(customer).get_by_text("2 unread")).to_be_attached()
    expect(desk.page).to_have_title(re.compile(r"^\(\d+\) All open – Threadline$"))
    desk.enter(customer)
    expect(desk.row(customer).get_by_text("unread")).to_have_count(0)


def test_a_new_customer_writes_from_their_own_phone_at_once(desk: Desk, provider: Provider) -> None:
    """Until the list of phones was read again, what they wrote came from somebody else's."""
    provider.customer("Oskar Lund")

    def late(route: Route) -> None:
        desk.page.wait_for_timeout(800)
        route.continue_()

    desk.open()
    phone = desk.page.get_by_role("complementary", name="Try it")
    phone.get_by_role("button", name="Whose phone is this?").click()
    desk.page.route(re.compile(r"/api/practice/[^/]+$"), late)
    phone.get_by_label("Somebody new").fill("Nele Brandt")
    phone.get_by_role("button", name="Add", exact=True).click()
    phone.get_by_role("textbox", name="Message").fill("Is it mine?")
    phone.get_by_role("button", name="Send", exact=True).click()
    expect(desk.row_named("Nele Brandt")).to_contain_text("Is it mine?")
    desk.page.unroute_all(behavior="ignoreErrors")
