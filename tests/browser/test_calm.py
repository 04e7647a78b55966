"""Nothing moves by itself: the browser's own measure of layout shifts stays at nothing while everything happens."""

import secrets
from datetime import UTC, datetime
from time import sleep, time
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.provider import Customer, Provider
from tests.browser.scene import eventually, send, text

_WATCH = """() => {
    window.shifts = [];
    window.watching = new PerformanceObserver((list) => window.keepShifts(list.getEntries()));
    window.keepShifts = (entries) => {
        for (const { value, sources } of entries) {
            const told = sources.map(({ node, previousRect: from, currentRect: to }) => {
                const one = node instanceof Element ? node : node?.parentElement;
                return `${one?.outerHTML.slice(0, 160)} from ${from.x},${from.y} to ${to.x},${to.y}`;
            });
            window.shifts.push([value, ...told]);
        }
    };
    window.watching.observe({ type: 'layout-shift' });
}"""
_SHIFTS = """async () => {
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    window.keepShifts(window.watching.takeRecords());
    return window.shifts.splice(0);
}"""


def watch_shifts(page: Page) -> None:
    page.evaluate(_WATCH)


def shifts(page: Page) -> list[Any]:
    return page.evaluate(_SHIFTS)


def _night_zone() -> str:
    """Where it is eleven in the evening."""
    away = (datetime.now(UTC).hour - 23) % 24
    return f"Etc/GMT+{away}" if away <= 12 else f"Etc/GMT-{24 - away}"


def _begin_a_second() -> None:
    """The provider tells seconds: what follows a note within its second is placed above it, which moves the note."""
    sleep(1 - time() % 1)


def _chats(desk: Desk, provider: Provider, admin: Person, names: str) -> list[Customer]:
    customers = [provider.customer(f"{name} {secrets.token_hex(2)}") for name in names.split()]
    for customer in customers:
        customer.says("Is somebody there?")
        expect(desk.row(customer)).to_be_visible()
    return customers


def test_nothing_moves_while_colleagues_and_customers_are_at_work(
    desk: Desk, provider: Provider, admin: Person, colleague_admin: Person
) -> None:
    page, colleague = desk.page, colleague_admin
    opened, *others = _chats(desk, provider, admin, "Ada Bo Cleo Dov Eri Fay")
    ids = {one.name: admin.conversation_of(one)["id"] for one in (opened, *others)}
    paths = {name: f"/api/conversations/{one}" for name, one in ids.items()}
    mine = paths[opened.name]
    admin.patch(mine, {"assignee_id": admin.agent_id})
    desk.enter(opened)
    desk.answer_box(opened).fill("One moment")
    expect(page.get_by_role("region", name="My chats").get_by_role("link")).to_have_count(1)
    page.mouse.move(5, 5)  # on nothing that waits for the pointer to go
    watch_shifts(page)

    for turn, other in enumerate(others * 2):
        path = paths[other.name]
        other.says(f"Still there? {turn}")
        _begin_a_second()
        opened.says(f"And another thing, number {turn}")
        expect(desk.bubble(f"And another thing, number {turn}")).to_be_visible()
        colleague.post(f"{path}/presence", {"doing": "typing"})
        colleague.post(f"{mine}/presence", {"doing": ("looking", "typing", "gone")[turn % 3]})
        owner = (admin.agent_id, colleague.agent_id, None)[turn % 3]
        admin.patch(path, {"assignee_id": owner, "priority": turn % 4})
        send(colleague, opened, text(f"Asked the workshop, {turn}"), kind="note")
        match turn % 5:
            case 0:
                colleague.patch(mine, {"assignee_id": colleague.agent_id})
            case 1:
                colleague.patch(mine, {"priority": 2})
                colleague.patch(path, {"state": "resolved"})
            case 2:
                task = {"title": f"Call the courier {turn}"}
                colleague.post(f"{mine}/tasks", task)
            case 3:
                colleague.patch(mine, {"assignee_id": admin.agent_id})
                colleague.put(f"{mine}/snooze", {"until": None})
            case _:
                colleague.patch(mine, {"state": "open"})
                send(colleague, opened, text(f"We are on it, {turn}"))
    newcomer = provider.customer(f"Zoe {secrets.token_hex(2)}")
    newcomer.says("Good evening")
    expect(desk.row(newcomer)).to_be_visible()
    _begin_a_second()
    opened.says("That is all")
    expect(desk.bubble("That is all")).to_be_in_viewport()
    expect(page.get_by_role("region", name="Tasks")).to_be_visible()
    page.screenshot(path=RESULTS / "calm.png")
    assert shifts(page) == []
    expect(desk.answer_box(opened)).to_have_value("One moment")
    desk.answer_box(opened).fill("")
    eventually(lambda: admin.get("/api/drafts")["items"] == [])

    # What would have been seen: the watch is awake.
    page.evaluate("() => document.body.firstElementChild.style.setProperty('padding-top', '40px')")
    assert shifts(page) != []


def test_nothing_moves_once_a_conversation_is_drawn(
    desk: Desk, provider: Provider, admin: Person, new_context: ContextMaker
) -> None:
    first, warned = _chats(desk, provider, admin, "Gus Hedi")
    conversation = admin.conversation_of(warned)
    admin.patch(f"/api/contacts/{conversation['contact']['id']}", {"time_zone": _night_zone(), "is_opted_out": True})
    admin.post(f"/api/conversations/{conversation['id']}/tasks", {"title": "Look for the parcel"})
    page = desk.page
    desk.enter(first)  # the code is there
    watch_shifts(page)
    desk.row(warned).click()
    expect(desk.bubble("Is somebody there?")).to_be_in_viewport()
    notes = page.get_by_role("main").get_by_role("note")
    expect(notes).to_have_count(2)
    expect(page.get_by_role("region", name="Tasks")).to_be_visible()
    page.screenshot(path=RESULTS / "calm-warned.png")
    assert shifts(page) == []
    admin.patch(f"/api/contacts/{conversation['contact']['id']}", {"is_blocked": True})
    expect(notes).to_have_count(1)
    assert shifts(page) == []
    admin.patch(f"/api/contacts/{conversation['contact']['id']}", {"is_blocked": False})
