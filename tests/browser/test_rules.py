"""Automation rules: made in the settings, at work on what a customer writes, and seen in the thread and in the log."""

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


@pytest.fixture(autouse=True)
def _without_rules(admin: Person) -> Iterator[None]:
    yield
    for one in admin.get("/api/rules")["items"]:
        admin.delete(f"/api/rules/{one['id']}")


def test_rules_are_made_do_their_work_and_say_why(
    desk: Desk, provider: Provider, admin: Person, product: Product, new_context: ContextMaker, watch: Watch
) -> None:
    watch.refusals += ("/api/rules",)
    page, keys = desk.page, desk.page.keyboard
    word = f"Refund {secrets.token_hex(2)}"
    label = admin.post("/api/labels", {"kind": "conversation", "name": word, "colour": "teal"})
    desk.open("/settings/rules")
    expect(page.get_by_text("No rules yet")).to_be_visible()

    # When a customer writes and it is not urgent: label, urgent, an answer.
    page.get_by_role("button", name="New rule").click()
    form = page.get_by_role("dialog", name="New rule")
    form.get_by_label("Name").fill("Refunds")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Say what is to be done.")).to_be_visible()
    for step in ("Labels", "Priority", "Answer"):
        form.get_by_role("button", name="Add a step").click()
        page.get_by_role("menuitem", name=step, exact=True).click()
    form.get_by_role("combobox", name="Put on").click()
    page.get_by_role("option", name=word).click()
    keys.press("Escape")
    form.get_by_role("textbox", name="What the answer says").fill("We look into it, {{agent.name}}")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("{{agent.name}} cannot be filled in")).to_be_visible()
    form.get_by_role("textbox", name="What the answer says").fill("We look into it.")
    _looks_well(desk, "form")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    rules = page.get_by_role("list", name="Automation rules")
    expect(rules.get_by_text("A customer writes")).to_be_visible()

    # It does so for whoever writes, and the thread says why.
    customer = provider.customer(f"Rosa {secrets.token_hex(3)}")
    customer.says("Where is my money?")
    desk.open()
    desk.enter(customer)
    desk.expect_line("Rule “Refunds”")
    expect(desk.bubble("We look into it.")).to_be_visible(timeout=30_000)
    expect(desk.bubble("We look into it.").get_by_text("Automatic: by a rule")).to_be_visible()
    page.get_by_role("button", name="Why?").first.click()
    why = page.get_by_role("dialog", name="What rules did here")
    expect(why.get_by_text(f"Put on the label {word}")).to_be_visible()
    expect(why.get_by_text("the answer went out")).to_be_visible()
    _looks_well(desk, "why")
    keys.press("Escape")
    expect(why).to_have_count(0)
    assert admin.conversation_of(customer)["waiting_since"] is not None

    # Tried on what happened, it says where it would have run; nothing is done by that.
    page.goto("/settings/rules")
    page.get_by_role("button", name="Change Refunds").click()
    form = page.get_by_role("dialog", name="Refunds")
    form.get_by_role("button", name="Try on the last week").click()
    tried = form.get_by_role("region", name="Try on the last week")
    expect(tried.get_by_role("link", name=customer.name)).to_be_visible()
    tried.scroll_into_view_if_needed()
    _looks_well(desk, "tried")
    keys.press("Escape")
    expect(form).to_have_count(0)
    assert len(customer.messages()) == 2

    # A second rule waits for silence; the order is changed by keys, and taken back.
    page.goto("/settings/rules")
    page.get_by_role("button", name="New rule").click()
    form = page.get_by_role("dialog", name="New rule")
    form.get_by_label("Name").fill("Silence")
    form.get_by_role("combobox", name="When").click()
    page.get_by_role("option", name="The customer has been silent for").click()
    form.get_by_label("How long").fill("3")
    form.get_by_role("combobox", name="Unit").click()
    page.get_by_role("option", name="Days").click()
    form.get_by_role("button", name="Add a step").click()
    page.get_by_role("menuitem", name="Resolve or reopen").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(rules.get_by_text("The customer has been silent for: 3 days")).to_be_visible()
    page.get_by_role("button", name="Move Silence").press("ArrowUp")
    expect(rules.get_by_role("listitem").first).to_contain_text("Silence")
    expect(page.get_by_text("Silence is 1 of 2 now")).to_be_visible()
    keys.press("z")
    expect(rules.get_by_role("listitem").first).to_contain_text("Refunds")

    # A rule may ask a program of the owner's; who has none is not offered it.
    page.get_by_role("button", name="New rule").click()
    form = page.get_by_role("dialog", name="New rule")
    form.get_by_role("button", name="Add a step").click()
    expect(page.get_by_role("menuitem", name="Note", exact=True)).to_be_visible()
    expect(page.get_by_role("menuitem", name="Call a webhook")).to_have_count(0)
    keys.press("Escape")
    keys.press("Escape")
    expect(form).to_have_count(0)
    product.let_invite(admin.email)
    shop = {"name": "The shop", "url": f"http://127.0.0.1:{product.receiver_port}/shop", "kinds": []}
    hook = admin.post("/api/webhooks", shop)["webhook"]
    page.reload()
    page.get_by_role("button", name="New rule").click()
    form.get_by_label("Name").fill("Ask")
    form.get_by_role("button", name="Add a step").click()
    page.get_by_role("menuitem", name="Call a webhook").click()
    form.get_by_role("combobox", name="Call a webhook").click()
    page.get_by_role("option", name="The shop").click()
    form.get_by_role("checkbox", name="Take its answer").click()
    _looks_well(desk, "webhook")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(rules.get_by_text("Call The shop")).to_be_visible()
    made = next(one for one in admin.get("/api/rules")["items"] if one["name"] == "Ask")
    assert made["acts"] == [{"kind": "webhook", "webhook_id": hook["id"], "takes_answer": True}]
    admin.delete(f"/api/webhooks/{hook['id']}")
    page.reload()
    expect(rules.get_by_role("listitem").filter(has_text="Ask")).to_contain_text(
        "This webhook does not exist any more."
    )
    admin.delete(f"/api/rules/{made['id']}")
    expect(rules.get_by_role("listitem")).to_have_count(2)

    # Off, with undo; deleted, with undo; broken when its label goes.
    page.get_by_role("button", name="Switch Silence off").click()
    expect(rules.get_by_role("listitem").nth(1).get_by_text("Off", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete Silence").click()
    expect(rules.get_by_role("listitem")).to_have_count(1)
    keys.press("z")
    expect(rules.get_by_role("listitem")).to_have_count(2)
    admin.delete(f"/api/labels/{label['id']}")
    expect(rules.get_by_text("Broken")).to_be_visible()
    expect(rules.get_by_text("This label does not exist any more.")).to_be_visible()
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        _looks_well(desk, f"page-{theme}")
    page.emulate_media(color_scheme="light")

    # What it did, and what it said before.
    page.get_by_role("button", name="What Refunds did").click()
    log = page.get_by_role("dialog", name="Refunds")
    expect(log.get_by_role("link", name=re.compile("Rosa"))).to_be_visible()
    _looks_well(desk, "log")
    keys.press("Escape")
    rule = next(one for one in admin.get("/api/rules")["items"] if one["name"] == "Refunds")
    admin.patch(f"/api/rules/{rule['id']}", {"name": "Money", "acts": [{"kind": "priority", "priority": 2}]})
    expect(rules.get_by_text("Money", exact=True)).to_be_visible()
    page.get_by_role("button", name="What Money did").click()
    log = page.get_by_role("dialog", name="Money")
    log.get_by_role("tab", name="Versions").click()
    expect(log.get_by_text("Version 2")).to_be_visible()
    _looks_well(desk, "versions")
    log.get_by_role("button", name="Go back to this").click()
    # Its label is gone: what it said cannot be said again, and the sentence says so.
    expect(page.get_by_text("This label does not exist any more.").first).to_be_visible()

    phone = Desk(new_context(admin, **PHONE).new_page()).open("/settings/rules")
    expect(phone.page.get_by_role("list", name="Automation rules")).to_be_visible()
    _looks_well(phone, "phone")
    phone.page.get_by_role("button", name="Change Silence").click()
    expect(phone.page.get_by_label("How long")).to_be_visible()
    _looks_well(phone, "phone-form")


def _looks_well(desk: Desk, name: str) -> None:
    RESULTS.mkdir(exist_ok=True)
    desk.page.screenshot(path=RESULTS / f"rules-{name}.png")
    assert overflow_of(desk.page) == [], name
    assert problems_of(desk.page) == [], name
