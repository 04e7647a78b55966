"""Finishing a shift by keys and on a phone; a supervisor sees to the chats of somebody who vanished, or is to go."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually, send, text
from threadline.infra.clock import new_id

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def test_a_shift_is_finished_by_keys_and_taken_back_and_finished_on_a_phone(
    desk: Desk, provider: Provider, admin: Person, colleague: Person, new_context: ContextMaker
) -> None:
    waiting, quiet, ended = (_customer(provider, name) for name in ("Wanda", "Quinn", "Enno"))
    for customer in (waiting, quiet, ended):
        _give(admin, customer, colleague)
    for customer in (quiet, ended):
        send(colleague, customer, text("Done!"))
        eventually(lambda customer=customer: admin.conversation_of(customer)["waiting_since"] is None)
    conversation_id = admin.conversation_of(waiting)["id"]
    colleague.put(f"/api/conversations/{conversation_id}/draft", {"mode": "reply", "text": "We will refund the"})
    scheduled = _schedule(colleague, quiet)

    page = new_context(colleague).new_page()
    Desk(page).open("/inbox/mine")
    expect(Desk(page).row(waiting)).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", name="Finish shift")).to_be_visible()
    row = _row(page, waiting)
    expect(row).to_contain_text("Draft: We will refund the")
    expect(_fate(page, quiet).first).to_contain_text("Keep")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"finish-shift-{theme}.png")
        assert contrast_problems_of(page) == []
    assert problems_of(page) + overflow_of(page) == []

    # Who waits is offered to those who are there, and is not kept.
    _fate(page, waiting).focus()
    page.keyboard.press("Enter")
    options = page.get_by_role("option")
    expect(options.filter(has_text=admin.name)).to_be_visible()
    expect(options.filter(has_text="Keep")).to_have_count(0)
    expect(options.filter(has_text="Resolve")).to_have_count(0)
    page.screenshot(path=RESULTS / "finish-shift-choices.png")
    page.keyboard.type(admin.name[:6])
    page.keyboard.press("Enter")
    note = page.get_by_role("textbox", name=f"Note about {waiting.name}")
    note.fill("Please see to the refund")
    _choose(page, _fate(page, ended), "Resolve")
    note.focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Your shift is finished")).to_be_visible()
    assert _standing(admin, waiting) == (admin.agent_id, "open")
    assert _standing(admin, quiet) == (colleague.agent_id, "open")
    assert admin.conversation_of(ended)["state"] == "resolved"
    assert _availability(admin, colleague) == "offline"
    assert _waiting_for_absent(admin) == []

    # What was half written is read, and taken over, by whoever has the chat now.
    desk.open(f"/inbox/open/{conversation_id}")
    expect(desk.page.get_by_text(f"{colleague.name} left this half written")).to_be_visible()
    desk.page.screenshot(path=RESULTS / "left-draft.png")
    desk.page.get_by_role("button", name="Take it over").click()
    expect(desk.answer_box(waiting)).to_have_value("We will refund the")
    expect(desk.page.get_by_text(f"{colleague.name} left this half written")).to_have_count(0)
    desk.answer_box(waiting).fill("")

    page.keyboard.press("z")
    expect(page.get_by_text("As it was")).to_be_visible()
    assert _standing(admin, waiting) == (colleague.agent_id, "open")
    assert _standing(admin, ended) == (colleague.agent_id, "open")
    assert _availability(admin, colleague) == "online"

    phone = new_context(colleague, **PHONE).new_page()
    phone.goto("/finish")
    expect(_row(phone, waiting)).to_be_visible()
    everything = phone.get_by_role("combobox", name="Hand all to")
    _choose(phone, everything, admin.name)
    expect(_fate(phone, quiet).first).to_contain_text(admin.name)
    _choose(phone, _fate(phone, quiet).last, "Hold it as a draft")
    phone.screenshot(path=RESULTS / "finish-shift-phone.png")
    assert overflow_of(phone) == []
    phone.get_by_role("button", name="Finish shift").click()
    expect(phone.get_by_text("Your shift is finished")).to_be_visible()
    assert [_standing(admin, one)[0] for one in (waiting, quiet, ended)] == [admin.agent_id] * 3
    (held,) = admin.get(f"/api/conversations/{admin.conversation_of(quiet)['id']}/scheduled")["items"]
    assert (held["id"], held["state"], held["reason"]) == (scheduled, "held", "writer_has_gone")


def test_a_supervisor_sees_to_the_chats_of_who_vanished_and_of_who_is_to_go(
    desk: Desk, provider: Provider, admin: Person, colleague: Person
) -> None:
    page = desk.page
    quiet, waiting = _customer(provider, "Otto"), _customer(provider, "Paul")
    _give(admin, quiet, colleague)
    send(colleague, quiet, text("Here you are"))
    eventually(lambda: admin.conversation_of(quiet)["waiting_since"] is None)
    minutes = admin.get("/api/workspace")["settings"]["absent_after_min"]
    try:
        # A list is asked for what is so by the clock of the database: a minute is the least it waits.
        admin.patch("/api/workspace", {"settings": {"absent_after_min": 1}})
        colleague.put("/api/availability", {"state": "offline"})
        desk.open("/absent")
        expect(page.get_by_role("heading", name="Absent with chats")).to_be_visible()
        page.screenshot(path=RESULTS / "absent-empty.png")
    finally:
        admin.patch("/api/workspace", {"settings": {"absent_after_min": minutes}})
    colleague.put("/api/availability", {"state": "online"})
    _give(admin, waiting, colleague)
    scheduled = _schedule(colleague, quiet)

    desk.open("/settings/people")
    page.get_by_role("button", name=f"Edit {colleague.name}").click()
    page.get_by_role("button", name="Take access away").click()
    expect(page.get_by_role("heading", name=f"Take access away from {colleague.name}")).to_be_visible()
    expect(_fate(page, waiting)).to_contain_text("Choose")
    page.get_by_role("button", name="Take access away").click()
    expect(page.get_by_text("Say what becomes of this").first).to_be_visible()
    expect(_fate(page, waiting)).to_be_focused()
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"deactivate-{theme}.png")
        assert contrast_problems_of(page) == []
    assert problems_of(page) + overflow_of(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    page.screenshot(path=RESULTS / "deactivate-phone.png")
    assert overflow_of(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    _choose(page, _fate(page, waiting), admin.name)
    _choose(page, _fate(page, quiet).last, admin.name)
    page.get_by_role("button", name="Take access away").click()
    expect(page.get_by_text(f"{colleague.name} does not work here any more")).to_be_visible()
    assert _standing(admin, waiting) == (admin.agent_id, "open")
    (message,) = admin.get(f"/api/conversations/{admin.conversation_of(quiet)['id']}/scheduled")["items"]
    assert (message["id"], message["agent_id"], message["state"]) == (scheduled, admin.agent_id, "waiting")


def _customer(provider: Provider, name: str) -> Customer:
    customer = provider.customer(f"{name} {secrets.token_hex(3)}")
    customer.says("Hello?")
    return customer


def _give(admin: Person, customer: Customer, agent: Person) -> None:
    arrived(admin, customer)
    admin.patch(f"/api/conversations/{admin.conversation_of(customer)['id']}", {"assignee_id": agent.agent_id})


def _schedule(person: Person, customer: Customer) -> str:
    body = {
        "client_id": str(new_id()),
        "content": text("See you tomorrow"),
        "due_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
    }
    return person.post(f"/api/conversations/{person.conversation_of(customer)['id']}/scheduled", body)["id"]


def _row(page: Page, customer: Customer) -> Locator:
    return page.get_by_role("region", name="Chats").get_by_role("listitem").filter(has_text=customer.name)


def _fate(page: Page, customer: Customer) -> Locator:
    return page.get_by_role("combobox", name=f"What becomes of {customer.name}")


def _choose(page: Page, choice: Locator, option: str) -> None:
    choice.click()
    page.get_by_role("option").filter(has_text=option).click()


def _standing(person: Person, customer: Customer) -> tuple[str | None, str]:
    row = person.conversation_of(customer)
    return row["assignee_id"], row["state"]


def _availability(person: Person, agent: Person) -> str:
    return next(one["availability"] for one in person.get("/api/agents")["items"] if one["id"] == agent.agent_id)


def _waiting_for_absent(person: Person) -> list[Any]:
    """Customers who wait for somebody who is offline or does not work here any more."""
    agents = {one["id"]: one for one in person.get("/api/agents")["items"]}
    listed = person.get("/api/conversations?view=waiting&order=newest&limit=50")["items"]
    away = [agent_id for agent_id, one in agents.items() if not one["is_active"] or one["availability"] == "offline"]
    return [one["contact"]["name"] for one in listed if one["assignee_id"] in away]
