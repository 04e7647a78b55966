"""The live screen: who waits, what presses and how each agent stands; from a row, everything by keys."""

import re
import secrets
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually, play_neighbours, send, text
from tests.browser.test_calm import shifts, watch_shifts

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
_EARLIER = """
update deadlines set since = since - interval '{by}', began_at = began_at - interval '{by}',
    half_at = half_at - interval '{by}', due_at = due_at - interval '{by}', act_at = act_at - interval '{by}'
where conversation_id = '{id}' and clock <> 'window';
update conversations set waiting_since = waiting_since - interval '{by}', due_at = due_at - interval '{by}'
where id = '{id}';
"""


def _waits_longer(product: Product, admin: Person, customer: Customer, by: str) -> str:
    """As if they had written so much earlier, their clock counted since then."""
    arrived(admin, customer)
    id: str = admin.conversation_of(customer)["id"]
    eventually(lambda: admin.conversation_of(customer)["deadlines"])
    product.run_sql(_EARLIER.format(id=id, by=by))
    return id


def _figure(page: Page, name: str, value: int) -> Locator:
    shown = page.get_by_role("link", name=f"{name} {value}", exact=True)
    expect(shown).to_be_visible()
    return shown


def test_a_supervisor_sees_who_waits_and_acts_without_leaving_the_screen(
    desk: Desk,
    product: Product,
    provider: Provider,
    admin: Person,
    colleague: Person,
    new_context: ContextMaker,
) -> None:
    page, keys, mark = desk.page, desk.page.keyboard, secrets.token_hex(2)
    team = admin.post("/api/teams", {"name": f"Orders {mark}", "colour": "teal", "member_ids": [colleague.agent_id]})
    play_neighbours(admin, provider)
    ida, jan, kim = (provider.customer(f"{name} {mark}") for name in ("Ida", "Jan", "Kim"))
    for customer in (ida, jan, kim):
        customer.says("Where is my parcel?")
    late = _waits_longer(product, admin, ida, "6 minutes")
    soon = _waits_longer(product, admin, jan, "3 minutes")
    arrived(admin, kim)
    admin.patch(f"/api/conversations/{late}", {"assignee_id": colleague.agent_id, "team_id": team["id"]})
    admin.patch(f"/api/conversations/{soon}", {"team_id": team["id"]})
    colleague.put("/api/availability", {"state": "busy", "reason": "lunch"})
    try:
        desk.open("/tasks")
        expect(page.get_by_role("heading", name="Tasks")).to_be_visible()
        keys.press("g")
        keys.press("l")
        expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
        waiting = page.get_by_role("feed", name="Waiting")
        expect(waiting.get_by_role("article").first).to_contain_text(ida.name)
        counts = admin.get("/api/views")["views"]
        _figure(page, "Waiting now", counts["waiting"]["total"])
        _figure(page, "Not delivered", counts["failed"]["total"])
        _figure(page, "Later than promised", 1)
        expect(waiting.get_by_role("article", name=ida.name)).to_contain_text("late")
        expect(page.get_by_role("listitem").filter(has_text=colleague.name)).to_contain_text("Busy: Lunch")
        _looks_well(page)

        # Another customer writes and another is taken: figures change, and nothing moves.
        watch_shifts(page)
        lea = provider.customer(f"Lea {mark}")
        lea.says("And mine?")
        _figure(page, "Waiting now", counts["waiting"]["total"] + 1)
        assert shifts(page) == []

        # By keys: look on, take, give to somebody, write to them.
        keys.press("j")
        expect(waiting.get_by_role("article").first).to_be_focused()
        keys.press("Space")
        glance = page.get_by_role("dialog", name=ida.name)
        expect(glance.get_by_text("Where is my parcel?")).to_be_visible()
        page.screenshot(path=RESULTS / "live-look-on.png")
        keys.press("Escape")
        expect(glance).to_have_count(0)
        looked_on = admin.get(f"/api/conversations/{late}")
        assert looked_on["read_count"] == 0, "nobody is told that it was looked at"
        assert all(one["status"] != "read" for one in ida.messages())
        waiting.get_by_role("article", name=jan.name).focus()
        keys.press("i")
        eventually(lambda: admin.get(f"/api/conversations/{soon}")["assignee_id"] == admin.agent_id)
        row = waiting.get_by_role("article", name=jan.name)
        expect(row.get_by_role("button", name=re.compile(admin.name))).to_be_visible()
        row.focus()
        keys.press("a")
        page.get_by_role("menuitemradio", name=re.compile(colleague.name)).click()
        eventually(lambda: admin.get(f"/api/conversations/{soon}")["assignee_id"] == colleague.agent_id)
        expect(row.get_by_role("button", name=re.compile(colleague.name))).to_be_visible()
        row.focus()
        keys.press("n")
        note = page.get_by_role("dialog", name="Write a note to a colleague")
        expect(note.get_by_role("combobox", name="For")).to_have_text(colleague.name)
        note.get_by_label("Note", exact=True).fill("The parcel left yesterday.")
        page.screenshot(path=RESULTS / "live-note.png")
        assert problems_of(page) == []
        keys.press("Control+Enter")
        expect(note).to_have_count(0)
        said = admin.get(f"/api/conversations/{soon}/messages")["items"][-1]
        while said["direction"] != "note":  # the lines that tell who got it may stand behind
            said = next(
                one for one in admin.get(f"/api/conversations/{soon}/messages")["items"] if one["direction"] == "note"
            )
        assert said["content"]["text"] == f"@{colleague.name} The parcel left yesterday."
        assert [one["id"] for one in said["content"]["mentions"]] == [colleague.agent_id]
        assert not any("parcel left" in str(one) for one in jan.messages())

        # Every figure opens what it counts.
        _figure(page, "Later than promised", 1).click()
        expect(desk.row(ida)).to_be_visible()
        expect(desk.list.get_by_role("option")).to_have_count(1)
        desk.enter(ida)
        page.get_by_role("button", name="Contact", exact=True).click()
        promise = page.get_by_role("complementary", name="Contact").get_by_role("listitem").filter(has_text="reply due")
        (level,) = admin.get("/api/sla-policies")["items"]
        expect(promise).to_contain_text(f"late, {level['name']}")
        page.screenshot(path=RESULTS / "live-promise.png")
        page.go_back()
        page.go_back()
        page.get_by_role("link", name=re.compile(f"Orders {mark}, Waiting now")).click()
        expect(desk.list.get_by_role("option")).to_have_count(2)
        page.go_back()
        page.get_by_role("link", name=re.compile(f"{colleague.name}: 2 of 5")).click()
        expect(desk.row(jan)).to_be_visible()
        expect(desk.list.get_by_role("option")).to_have_count(2)
        page.go_back()

        # Only one team, on this browser, until another is chosen.
        page.get_by_role("combobox", name="Team").click()
        page.get_by_role("option", name=team["name"]).click()
        _figure(page, "Waiting now", 2)
        page.reload()
        _figure(page, "Waiting now", 2)
        page.get_by_role("combobox", name="Team").click()
        page.get_by_role("option", name="All teams").click()

        # What is answered leaves it at once.
        send(admin, ida, text("It is on its way."))
        _figure(page, "Later than promised", 0)
        expect(waiting.get_by_role("article", name=ida.name)).to_have_count(0)

        _hangs_on_a_wall(page)
        _is_a_tool_on_a_phone(new_context(admin, **PHONE).new_page(), jan)
        theirs = Desk(new_context(colleague).new_page()).open("/live")
        expect(theirs.page.get_by_text("The live screen is not open to you")).to_be_visible()
        expect(theirs.page.get_by_role("navigation").get_by_role("link", name="Live")).to_have_count(0)
    finally:
        colleague.put("/api/availability", {"state": "online"})
        admin.delete(f"/api/teams/{team['id']}")


def _looks_well(page: Page) -> None:
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.screenshot(path=RESULTS / f"live-{theme}.png")
        assert contrast_problems_of(page) == []
    assert problems_of(page) + overflow_of(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    page.screenshot(path=RESULTS / "live-1280.png")
    assert overflow_of(page) == []


def _hangs_on_a_wall(page: Page) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto("/live?wall")
    expect(page.get_by_role("button", name="Back to the desk")).to_be_visible()
    expect(page.get_by_role("feed", name="Waiting").get_by_role("article").first).to_be_visible()
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"live-wall-{theme}.png")
    page.get_by_role("button", name="Sound: off").click()
    page.get_by_role("menuitemradio", name="when somebody waits too long").click()
    expect(page.get_by_role("button", name="Sound: when somebody waits too long")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Back to the desk").click()
    expect(page.get_by_role("navigation", name="Places")).to_be_visible()


def _is_a_tool_on_a_phone(page: Page, customer: Customer) -> None:
    Desk(page).open("/live")
    row = page.get_by_role("feed", name="Waiting").get_by_role("article", name=customer.name)
    expect(row).to_be_visible()
    page.screenshot(path=RESULTS / "live-phone.png")
    row.scroll_into_view_if_needed()
    page.screenshot(path=RESULTS / "live-phone-rows.png")
    assert problems_of(page) + overflow_of(page) == []
    row.get_by_role("button", name="What to do").click()
    page.screenshot(path=RESULTS / "live-phone-menu.png")
    page.get_by_role("menuitem", name="Look on, unseen").click()
    expect(page.get_by_role("dialog", name=customer.name).get_by_text("Where is my parcel?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("region", name="People").scroll_into_view_if_needed()
    page.screenshot(path=RESULTS / "live-phone-people.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=RESULTS / "live-phone-dark.png")
