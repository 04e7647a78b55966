"""Routing: chosen in the settings, taken back by one press; who writes has somebody, and what each has is seen."""

import secrets
from typing import Any

from playwright.sync_api import expect

from tests.browser.accessibility import contrast_problems_of, overflow_of, problems_of
from tests.browser.conftest import RESULTS, ContextMaker, Person
from tests.browser.desk import Desk
from tests.browser.product import Product
from tests.browser.provider import Customer, Provider
from tests.browser.scene import arrived, eventually


def test_a_customer_of_a_channel_has_somebody_of_its_team_and_it_is_seen_who_has_too_many(
    desk: Desk,
    provider: Provider,
    admin: Person,
    colleague: Person,
    channel: dict[str, Any],
    new_context: ContextMaker,
) -> None:
    page, name = desk.page, f"Orders {secrets.token_hex(2)}"
    team = admin.post("/api/teams", {"name": name, "colour": "teal", "member_ids": [colleague.agent_id]})
    try:
        desk.open("/settings/profile")
        page.get_by_role("searchbox", name="Search settings").fill("customers a day")
        page.get_by_role("link", name="Customers a day").click()
        expect(page.get_by_role("heading", name="Routing")).to_be_visible()
        page.get_by_role("combobox", name=f"How {name} is given customers").click()
        page.screenshot(path=RESULTS / "routing-modes.png")
        page.get_by_role("option", name="In turn").click()
        expect(page.get_by_role("heading", name="Saved", exact=True).first).to_be_visible()
        eventually(lambda: _mode(admin, team["id"]) == "round_robin")
        page.get_by_role("button", name="Undo").click()
        eventually(lambda: _mode(admin, team["id"]) == "manual")
        page.get_by_role("combobox", name=f"How {name} is given customers").click()
        page.get_by_role("option", name="Balanced").click()
        page.get_by_role("combobox", name=f"Team of {channel['name']}").click()
        page.get_by_role("option", name=name).click()
        page.get_by_role("combobox", name=f"How many {colleague.name} has at once").click()
        page.get_by_role("option", name="1", exact=True).click()
        eventually(lambda: _capacity(admin, colleague) == 1)

        theirs = Desk(new_context(colleague).new_page()).open("/inbox/mine")
        first, second = (provider.customer(f"{one} {secrets.token_hex(2)}") for one in ("Ida", "Jan"))
        first.says("Where is my parcel?")
        theirs.enter(first)
        theirs.expect_line(f"Came to {name} by its channel")
        theirs.expect_line(f"Given to {colleague.name}")
        second.says("And mine?")
        arrived(admin, second)
        eventually(lambda: admin.conversation_of(second)["team_id"] == team["id"])
        assert admin.conversation_of(second)["assignee_id"] is None, "they bear one"

        admin.patch(f"/api/conversations/{admin.conversation_of(second)['id']}", {"assignee_id": colleague.agent_id})
        row = page.get_by_role("listitem").filter(has_text=colleague.name).filter(has_text="in hand")
        expect(row).to_contain_text("2 of 1 in hand")
        expect(row).to_contain_text("1 too many")
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"routing-{theme}.png", full_page=True)
            assert contrast_problems_of(page) == []
        row.scroll_into_view_if_needed()
        page.screenshot(path=RESULTS / "routing-people.png")
        assert problems_of(page) + overflow_of(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        row.scroll_into_view_if_needed()
        page.screenshot(path=RESULTS / "routing-phone.png")
        assert overflow_of(page) == []

        page.set_viewport_size({"width": 1440, "height": 900})
        _see_a_full_day(desk, theirs, admin, colleague, first)
        first.says("When will it be here?")
        eventually(lambda: admin.conversation_of(first)["waiting_since"] is not None)

        # Who goes offline gives up who waits; nobody else is there to have them.
        colleague.put("/api/availability", {"state": "offline"})
        eventually(lambda: admin.conversation_of(second)["assignee_id"] is None)
        eventually(lambda: admin.conversation_of(first)["assignee_id"] is None)
        colleague.put("/api/availability", {"state": "online"})
        eventually(lambda: admin.conversation_of(second)["assignee_id"] == colleague.agent_id)
        assert admin.conversation_of(first)["assignee_id"] is None, "they wait for less long"
    finally:
        admin.patch("/api/routing", {"channels": {channel["id"]: None}, "teams": {team["id"]: "manual"}})
        admin.patch("/api/routing", {"day_limits": {colleague.agent_id: {}}})
        admin.delete(f"/api/teams/{team['id']}")


def _see_a_full_day(desk: Desk, theirs: Desk, admin: Person, colleague: Person, customer: Customer) -> None:
    """One customer is enough for the day: both are told, and who has too many is seen wherever somebody is chosen."""
    page = desk.page
    limit = page.get_by_role("combobox", name=f"Customers a day of {colleague.name}")
    limit.click()
    page.get_by_role("option", name="Customers: 20", exact=True).click()
    eventually(lambda: _day_limit(admin, colleague) == {"customers": 20, "messages": None})
    expect(limit).to_have_text("Customers: 20")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        limit.scroll_into_view_if_needed()
        page.screenshot(path=RESULTS / f"day-limits-{theme}.png")
    page.set_viewport_size({"width": 390, "height": 844})
    limit.scroll_into_view_if_needed()
    page.screenshot(path=RESULTS / "day-limits-phone.png")
    assert overflow_of(page) == []
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("button", name="Undo").last.click()
    eventually(lambda: _day_limit(admin, colleague) == {"customers": None, "messages": None})
    admin.patch("/api/routing", {"day_limits": {colleague.agent_id: {"customers": 1}}})
    theirs.answer(customer, "It is on its way.")
    for who, bell in ((theirs, theirs.page), (desk, page)):
        eventually(lambda who=who: _hears_of_a_full_day(colleague if who is theirs else admin))
        bell.get_by_role("button", name="Notifications").click()
        expect(bell.get_by_text(f"{colleague.name}’s day is full").first).to_be_visible()
        bell.screenshot(path=RESULTS / f"day-full-{'theirs' if who is theirs else 'admin'}.png")
        bell.keyboard.press("Escape")
    desk.open("/live")
    row = page.get_by_role("listitem").filter(has_text=colleague.name)
    expect(row).to_contain_text("day full")
    expect(row).to_contain_text("1 over")
    desk.open("/inbox/all").enter(customer)
    page.get_by_role("button", name="Answered by").click()
    choice = page.get_by_role("menuitemradio", name=colleague.name)
    expect(choice).to_contain_text("2 of 1")
    expect(choice).to_contain_text("1 over · day full")
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=RESULTS / f"assign-menu-{theme}.png")
        assert contrast_problems_of(page) == []
    page.keyboard.press("Escape")


def _hears_of_a_full_day(person: Person) -> bool:
    return "day_full" in [one["kind"] for one in person.get("/api/notifications")["items"]]


def _day_limit(person: Person, agent: Person) -> dict[str, int | None]:
    return next(one["day_limit"] for one in person.get("/api/routing")["agents"] if one["id"] == agent.agent_id)


def _mode(person: Person, team_id: str) -> str:
    return next(one["assignment"] for one in person.get("/api/routing")["teams"] if one["id"] == team_id)


def _languages(person: Person, agent: Person) -> list[str]:
    return next(one["languages"] for one in person.get("/api/routing")["agents"] if one["id"] == agent.agent_id)


def _capacity(person: Person, agent: Person) -> int | None:
    return next(one["capacity"] for one in person.get("/api/routing")["agents"] if one["id"] == agent.agent_id)


def test_who_says_nothing_loses_the_customer_and_everybody_concerned_is_told(
    desk: Desk,
    product: Product,
    provider: Provider,
    admin: Person,
    colleague: Person,
    new_context: ContextMaker,
) -> None:
    """An hour of silence is made by moving the time of the assignment; who watches over all is the admin."""
    page, name = desk.page, f"Care {secrets.token_hex(2)}"
    members = [admin.agent_id, colleague.agent_id]
    team = admin.post("/api/teams", {"name": name, "colour": "red", "member_ids": members})
    try:
        desk.open("/settings/profile")
        page.get_by_role("searchbox", name="Search settings").fill("taken back")
        page.get_by_role("link", name="Taken back after silence").click()
        page.get_by_role("combobox", name=f"When {name} takes customers back").click()
        page.get_by_role("option", name="After 5 min").click()
        eventually(lambda: _take_back(admin, team["id"]) == 5)
        page.get_by_role("button", name="Undo").click()
        eventually(lambda: _take_back(admin, team["id"]) is None)
        page.get_by_role("combobox", name=f"When {name} takes customers back").click()
        page.get_by_role("option", name="After 5 min").click()
        eventually(lambda: _take_back(admin, team["id"]) == 5)
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"take-back-settings-{theme}.png", full_page=True)
            assert contrast_problems_of(page) == []
        assert problems_of(page) + overflow_of(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        page.get_by_role("combobox", name=f"When {name} takes customers back").scroll_into_view_if_needed()
        page.screenshot(path=RESULTS / "take-back-settings-phone.png")
        assert overflow_of(page) == []
        page.set_viewport_size({"width": 1440, "height": 900})

        customer = provider.customer(f"Una {secrets.token_hex(2)}")
        customer.says("Is anybody there?")
        arrived(admin, customer)
        id = admin.conversation_of(customer)["id"]
        admin.patch(f"/api/conversations/{id}", {"team_id": team["id"], "assignee_id": colleague.agent_id})
        theirs = Desk(new_context(colleague).new_page()).open("/inbox/mine")
        theirs.enter(customer)
        since = admin.conversation_of(customer)["waiting_since"]
        _let_an_hour_pass(product, id)
        eventually(lambda: admin.conversation_of(customer)["assignee_id"] is None)
        theirs.expect_line(f"Back to everybody: {colleague.name} said nothing for 5 min")
        theirs.page.screenshot(path=RESULTS / "taken-back-thread.png")
        told = _told(colleague, id)
        assert "taken_back" in told

        # Nobody else is there: it stays, and is told to who watches over waiting customers.
        admin.put("/api/availability", {"state": "busy"})
        admin.patch(f"/api/conversations/{id}", {"assignee_id": colleague.agent_id})
        _let_an_hour_pass(product, id)
        eventually(lambda: "left_waiting" in _told(admin, id))
        conversation = admin.conversation_of(customer)
        assert conversation["assignee_id"] == colleague.agent_id
        assert conversation["waiting_since"] <= since, "the clock goes on"
        desk.open(f"/inbox/all/{id}")
        desk.expect_line(f"{colleague.name} said nothing for 5 min: the supervisors were told")
        page.get_by_role("button", name="Notifications").click()
        expect(page.get_by_text(f"{customer.name} is left waiting: nobody answers").first).to_be_visible()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"left-waiting-{theme}.png")
            assert contrast_problems_of(page) == []
    finally:
        admin.put("/api/availability", {"state": "online"})
        admin.delete(f"/api/teams/{team['id']}")


def _take_back(person: Person, team_id: str) -> int | None:
    return next(one["take_back_min"] for one in person.get("/api/routing")["teams"] if one["id"] == team_id)


def _let_an_hour_pass(product: Product, conversation_id: str) -> None:
    product.run_sql(
        "update conversations set assigned_at = now() - interval '1 hour',"
        f" waiting_since = now() - interval '61 minutes' where id = '{conversation_id}'"
    )


def _told(person: Person, conversation_id: str) -> list[str]:
    items = person.get("/api/notifications")["items"]
    return [one["kind"] for one in items if one["conversation_id"] == conversation_id]


def test_a_customer_goes_to_their_own_person_and_to_the_team_when_that_one_is_away(
    desk: Desk,
    provider: Provider,
    admin: Person,
    colleague: Person,
    channel: dict[str, Any],
) -> None:
    page, name = desk.page, f"Shop {secrets.token_hex(2)}"
    customer = provider.customer(f"Olga {secrets.token_hex(2)}")
    customer.says("Hello")
    arrived(admin, customer)
    team = admin.post("/api/teams", {"name": name, "colour": "gold", "member_ids": [admin.agent_id]})
    try:
        admin.patch("/api/routing", {"teams": {team["id"]: "balanced"}, "agents": {admin.agent_id: 50}})
        desk.open("/inbox/all").enter(customer)
        page.get_by_role("button", name="Close", exact=True).click()  # the practice phone stands in its place
        page.get_by_role("complementary", name="Contact").get_by_role("combobox", name="Owner").click()
        page.get_by_role("option", name=colleague.name).click()
        desk.expect_line(f"Given to {colleague.name}, whose customer this is")
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"owner-{theme}.png")
            assert contrast_problems_of(page) == []

        # Their own person goes: the team has them, and it is told whose they are.
        id = admin.conversation_of(customer)["id"]
        admin.patch(f"/api/conversations/{id}", {"team_id": team["id"]})
        colleague.put("/api/availability", {"state": "offline"})
        eventually(lambda: admin.conversation_of(customer)["assignee_id"] == admin.agent_id)
        desk.expect_line(f"{colleague.name}, whose customer this is, is not there")
        page.screenshot(path=RESULTS / "owner-away.png")

        page.goto("/contacts")
        page.get_by_role("searchbox").first.fill(customer.name)
        row = page.get_by_role("row").filter(has_text=customer.name)
        expect(row).to_be_visible()
        page.get_by_role("button", name="Columns").click()
        page.get_by_role("menuitemcheckbox", name="Owner").click()
        page.keyboard.press("Escape")
        expect(row).to_contain_text(colleague.name)
        row.get_by_role("checkbox").check()
        page.get_by_role("toolbar", name="Edit several").get_by_role("button", name="Owner").click()
        page.screenshot(path=RESULTS / "owner-many.png")
        page.get_by_role("menuitem", name="Nobody").click()
        contact = admin.conversation_of(customer)["contact"]["id"]
        eventually(lambda: admin.get(f"/api/contacts/{contact}")["owner_id"] is None)

        desk.open("/settings/routing")
        switch = page.get_by_role("switch", name="Owners first")
        switch.click()
        eventually(lambda: admin.get("/api/routing")["settings"]["owners_first"] is False)
        page.screenshot(path=RESULTS / "owners-settings.png", full_page=True)
        page.get_by_role("button", name="Undo").click()
        eventually(lambda: admin.get("/api/routing")["settings"]["owners_first"] is True)
        expect(switch).to_be_checked()
        languages = page.get_by_role("combobox", name=f"Languages of {colleague.name}")
        languages.click()
        page.get_by_role("option", name="German").click()
        page.keyboard.press("Escape")
        eventually(lambda: _languages(admin, colleague) == ["de"])
        expect(languages).to_have_text("German")
        languages.scroll_into_view_if_needed()
        for theme in ("dark", "light"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=RESULTS / f"languages-{theme}.png")
            assert contrast_problems_of(page) == []
        assert problems_of(page) + overflow_of(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        languages.scroll_into_view_if_needed()
        page.screenshot(path=RESULTS / "languages-phone.png")
        assert overflow_of(page) == []
        page.goto(f"/contacts/{contact}")
        expect(page.get_by_role("combobox", name="Owner")).to_be_visible()
        page.screenshot(path=RESULTS / "owner-phone.png")
        assert overflow_of(page) == []
    finally:
        colleague.put("/api/availability", {"state": "online"})
        admin.patch("/api/routing", {"settings": {"owners_first": True}, "agents": {admin.agent_id: None}})
        admin.patch("/api/routing", {"languages": {colleague.agent_id: []}})
        admin.delete(f"/api/teams/{team['id']}")
