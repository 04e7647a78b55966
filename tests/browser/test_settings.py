"""Step 3 of a new user: connecting a number of one's own; and people, tokens, sessions."""

import re
import secrets
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import PASSWORD, Product, new_email
from tests.browser.provider import Customer, Provider
from tests.browser.watching import Watch


@pytest.fixture
def second_number(provider: Provider) -> dict[str, Any]:
    """An app of its own with an account and a number, as Meta's pages would show them."""
    return provider.post("/_control/sandbox", {"name": "Workshop", "app_secret": "0123456789abcdef0123456789abcdef"})


def _prove(page: Page) -> None:
    """The password once more."""
    question = page.get_by_role("dialog", name="Is it you?")
    question.get_by_label("Password").fill(PASSWORD)
    question.get_by_role("button", name="Continue").click()
    expect(question).to_have_count(0)


def test_a_number_is_connected_and_receives(
    new_context: ContextMaker,
    colleague_admin: Person,
    watch: Watch,
    second_number: dict[str, Any],
    provider: Provider,
    product: Product,
) -> None:
    watch.refusals += ("/api/channels",)
    page = new_context(colleague_admin).new_page()
    page.goto("/settings/channels")
    page.get_by_role("link", name="Connect WhatsApp").or_(page.get_by_role("button", name="Connect WhatsApp")).click()
    checks = page.get_by_role("region", name="Checks")
    page.get_by_label("Access token").fill(second_number["token"])
    expect(checks.get_by_role("listitem").filter(has_text="Permissions")).to_contain_text("messaging, management")
    page.get_by_label("WhatsApp account ID").fill(second_number["account_id"])
    page.get_by_label("Phone number ID").fill(second_number["number_id"])
    expect(checks.get_by_role("listitem").filter(has_text="Number, ")).to_contain_text("Number, holds")

    start = page.get_by_role("button", name="Start receiving")
    secret = page.get_by_label("App secret")
    secret.fill("f" * 32)
    expect(secret).to_have_accessible_description(re.compile("This secret belongs to another app"))
    expect(start).to_be_disabled()
    secret.fill(second_number["app_secret"])
    expect(checks.get_by_role("listitem").filter(has_text="App secret")).to_contain_text("Fits the token.")
    expect(page.get_by_label("Callback address")).to_have_value(re.compile(rf"^{re.escape(product.url)}/hooks/\w+$"))
    expect(page.get_by_label("Verify token")).to_have_value(re.compile(r"^tl-"))
    page.get_by_label("Name in the desk").fill("Workshop")
    product.forget_proofs()
    start.click()
    _prove(page)
    expect(page.get_by_text("Workshop is connected")).to_be_visible()
    expect(page.get_by_role("heading", name="Workshop", level=1)).to_be_visible()

    page.get_by_role("button", name="Replace values").click()
    expect(page.get_by_label("Access token")).to_have_value("")  # a secret never comes back
    expect(page.get_by_label("Access token")).to_have_attribute("placeholder", re.compile("^•+.{4}$"))

    customer = provider.customer("Ruben Smit", number_id=second_number["number_id"])
    customer.says("Is the workshop on Saturday full?")
    desk = Desk(page).open()
    desk.enter(customer)
    desk.answer(customer, "Two seats are left.")
    expect(desk.has_arrived("Two seats are left.")).to_be_visible()
    expect(page.get_by_role("main").get_by_text("Workshop").first).to_be_visible()


def test_an_invited_colleague_sees_the_same_live(
    new_context: ContextMaker, colleague_admin: Person, provider: Provider
) -> None:
    page = new_context(colleague_admin).new_page()
    page.goto("/settings/people")
    page.get_by_role("button", name="Invite a colleague").click()
    dialog = page.get_by_role("dialog")
    email = new_email()
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Invitation link").input_value()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("list", name="Invited")).to_contain_text(email)

    other = new_context().new_page()
    other.goto(link)
    expect(other.get_by_role("heading", name="Join Atelier Nord")).to_be_visible()
    expect(other.get_by_label("E-mail")).to_have_value(email)
    other.get_by_label("Your name").fill("Joris Bakker")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Join").click()
    theirs, ours = Desk(other), Desk(page).open()
    expect(theirs.list).to_be_visible()
    expect(other.get_by_role("link", name="Settings")).to_be_visible()

    customer = provider.customer("Марина Белова")
    customer.says("Фото дойдёт?")
    for desk in (ours, theirs):
        expect(desk.row(customer)).to_contain_text("Фото дойдёт?")
    ours.enter(customer)
    page.keyboard.press("i")
    expect(theirs.row(customer).get_by_text(f"Answered by {colleague_admin.name}")).to_be_attached()
    ours.answer(customer, "Да, конечно.")
    expect(theirs.row(customer)).to_contain_text("Да, конечно.")


def test_an_agent_meets_no_settings_of_admins(new_context: ContextMaker, colleague: Person) -> None:
    page = new_context(colleague).new_page()
    page.goto("/settings/people")
    expect(page.get_by_text("This page is for admins")).to_be_visible()


def test_a_token_is_shown_once_and_can_be_revoked(
    new_context: ContextMaker, colleague_admin: Person, watch: Watch, product: Product
) -> None:
    watch.refusals += ("/api/tokens", "/api/session/proof")
    page = new_context(colleague_admin).new_page()
    page.goto("/settings/tokens")
    page.get_by_role("button", name="Create a token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Shop sync")
    dialog.get_by_role("checkbox", name="Read conversations").check()
    product.forget_proofs()
    dialog.get_by_role("button", name="Create a token").click()
    question = page.get_by_role("dialog", name="Is it you?")
    question.get_by_label("Password").fill("not this one")
    question.get_by_role("button", name="Continue").click()
    expect(question.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
    _prove(page)
    expect(page.get_by_role("textbox", name="Token", exact=True)).to_have_value(re.compile(r"^tl_"))
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("listitem").filter(has_text="Shop sync")
    expect(row).to_contain_text("Never used")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("alertdialog").or_(page.get_by_role("dialog")).get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)


def test_another_session_can_be_ended(new_context: ContextMaker, colleague: Person, watch: Watch) -> None:
    watch.refusals += ("/api/",)
    here, there = new_context().new_page(), new_context(colleague).new_page()
    _sign_in(here, colleague)
    expect(here.get_by_role("listbox", name="Conversations")).to_be_visible()
    there.goto("/inbox")
    expect(there.get_by_role("listbox", name="Conversations")).to_be_visible()
    here.goto("/settings/sessions")
    expect(here.get_by_role("listitem").filter(has_text="This browser")).to_have_count(1)
    here.get_by_role("button", name="Sign out there").first.click()
    expect(there.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_colleague_is_signed_out_everywhere(
    new_context: ContextMaker, colleague_admin: Person, colleague: Person, watch: Watch
) -> None:
    """S14: a lost telephone; whoever loses a session can sign in again, for their access stays."""
    watch.refusals += ("/api/",)
    desk, telephone = new_context(colleague).new_page(), new_context().new_page()
    _sign_in(telephone, colleague)
    desk.goto("/inbox")
    for page in (desk, telephone):
        expect(page.get_by_role("listbox", name="Conversations")).to_be_visible()

    page = new_context(colleague_admin).new_page()
    page.goto("/settings/people")
    row = page.get_by_role("listitem").filter(has_text=colleague.email)
    row.get_by_role("button", name=f"Edit {colleague.name}").click()
    page.get_by_role("dialog", name=colleague.name).get_by_role("button", name="Sign out everywhere").click()
    question = page.get_by_role("dialog", name=f"Sign {colleague.name} out everywhere?")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    expect(desk.get_by_role("listbox", name="Conversations")).to_be_visible()
    page.get_by_role("dialog", name=colleague.name).get_by_role("button", name="Sign out everywhere").click()
    question.get_by_role("button", name="Sign out everywhere").click()
    expect(page.get_by_text(f"{colleague.name} is signed out everywhere")).to_be_visible()
    for other in (desk, telephone):
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    _sign_in(telephone, colleague)
    expect(telephone.get_by_role("listbox", name="Conversations")).to_be_visible()


def test_nobody_signs_themselves_out_among_the_people(new_context: ContextMaker, colleague_admin: Person) -> None:
    """One's own sessions have their own page, which says which of them is this one."""
    page = new_context(colleague_admin).new_page()
    page.goto("/settings/people")
    row = page.get_by_role("listitem").filter(has_text=colleague_admin.email)
    row.get_by_role("button", name=f"Edit {colleague_admin.name}").click()
    dialog = page.get_by_role("dialog", name=colleague_admin.name)
    expect(dialog.get_by_text("This is you")).to_be_visible()
    expect(dialog.get_by_role("button", name="Sign out everywhere")).to_have_count(0)


def _sign_in(page: Page, person: Person) -> None:
    page.goto("/signin")
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def _sees_nothing_that_writes(reader: Page, customer: Customer) -> None:
    """Menus, keys, the palette and the contact's panel of somebody who only reads."""
    reader.get_by_role("option").filter(has_text=customer.name).click()
    expect(reader.get_by_role("heading", name=customer.name)).to_be_visible()
    reader.get_by_role("banner").or_(reader.get_by_role("main")).get_by_role("button", name="More", exact=True).click()
    menu = reader.get_by_role("menu")
    expect(menu.get_by_role("menuitem").filter(has_text="Transcript")).to_be_visible()
    for refused in ("Snooze", "Hand over", "Priority", "New task", "Follow", "stage", "Merge"):
        expect(menu.get_by_role("menuitem").filter(has_text=refused)).to_have_count(0)
    reader.screenshot(path=RESULTS / "reader-menu.png")
    reader.keyboard.press("Escape")
    reader.get_by_role("button", name="Close", exact=True).click()  # the practice phone stands in its place
    panel = reader.get_by_role("complementary", name="Contact")
    expect(panel.get_by_text("Time zone")).to_be_visible()
    expect(panel.get_by_role("button", name="Time zone")).to_have_count(0)
    expect(panel.get_by_role("combobox", name="Language")).to_be_disabled()
    expect(panel.get_by_role("textbox", name="Write a note about this contact")).to_have_count(0)
    for key in ("h", "p", "a", "Shift+T"):
        reader.keyboard.press(key)
    expect(reader.get_by_role("dialog")).to_have_count(0)
    expect(reader.get_by_role("menu")).to_have_count(0)
    reader.keyboard.press("Control+k")
    palette = reader.get_by_role("dialog")
    palette.get_by_role("combobox").fill("Snooze")
    expect(palette.get_by_role("option").filter(has_text="Snooze this")).to_have_count(0)
    reader.keyboard.press("Escape")


def test_a_role_of_its_own_is_made_given_and_felt_at_once(
    new_context: ContextMaker, colleague_admin: Person, colleague: Person, provider: Provider, watch: Watch
) -> None:
    watch.refusals += ("/api/roles/",)
    customer = provider.customer(f"Rae {secrets.token_hex(3)}")
    customer.says("Is anybody there?")
    reader, page = new_context(colleague).new_page(), new_context(colleague_admin).new_page()
    reader.goto("/inbox/open")
    expect(reader.get_by_role("button", name="New conversation")).to_be_visible()
    page.goto("/settings/people")
    page.get_by_role("button", name="New role").click()
    dialog = page.get_by_role("dialog", name="New role")
    name = f"Reader {colleague.name}"
    dialog.get_by_label("Name").fill(name)
    expect(dialog.get_by_role("checkbox", name="Send messages")).to_be_checked()  # what an agent may, to start from
    for right in ("Send messages", "Resolve conversations and take them", "Change contacts", "Upload files"):
        dialog.get_by_role("checkbox", name=right).uncheck()
    dialog.get_by_role("button", name="Save").click()
    roles = page.get_by_role("list", name="Roles", exact=True)
    row = roles.get_by_role("listitem").filter(has_text=name)
    expect(row).to_contain_text("Nobody has it yet")

    people = page.get_by_role("list", name="People and roles")
    people.get_by_role("button", name=f"Edit {colleague.name}").click()
    agent = page.get_by_role("dialog", name=colleague.name)
    agent.get_by_role("combobox", name="Role").click()
    page.get_by_role("option", name=name).click()
    agent.get_by_role("button", name="Save").click()
    expect(people.get_by_role("listitem").filter(has_text=colleague.email)).to_contain_text(name)
    expect(row).to_contain_text("1 person")
    expect(reader.get_by_role("button", name="New conversation")).to_have_count(0)  # without loading anything again
    _sees_nothing_that_writes(reader, customer)

    row.get_by_role("button", name=f"Delete {name}").click()
    page.get_by_role("dialog", name=f"Delete {name}?").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="People have this role or are invited into it.")).to_be_visible()
    expect(row).to_be_visible()
