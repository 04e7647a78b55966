"""What a workspace decides for all: changed one by one, and what another release put there stays."""

from uuid import uuid4

from tests.web.conftest import Browser, set_up
from threadline.store.session import Role


async def test_settings_are_changed_one_by_one_and_keep_what_they_do_not_know(browser: Browser) -> None:
    await set_up(browser)
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await (await session.raw()).execute(
            "update workspaces set settings = '{\"of_tomorrow\": 3}' where id = $1", browser.workspace_id
        )
    assert (await browser.get("/api/workspace")).json["settings"]["first_reply_assigns"] is True
    changed = await browser.patch("/api/workspace", {"settings": {"first_reply_assigns": False}})
    assert changed.json["settings"]["first_reply_assigns"] is False
    assert (await browser.patch("/api/workspace", {"settings": {}})).status == 422
    assert (await browser.patch("/api/workspace", {"settings": {"of_tomorrow": 4}})).status == 422
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        kept = await (await session.raw()).fetchval(
            "select settings->>'of_tomorrow' from workspaces where id = $1", browser.workspace_id
        )
    assert kept == "3"


async def test_the_price_of_reopening_stays_within_its_range(browser: Browser) -> None:
    await set_up(browser)
    assert (await browser.get("/api/workspace")).json["settings"]["reopening_price"] == 1
    for price in (0.1, 100, 2.5):
        changed = await browser.patch("/api/workspace", {"settings": {"reopening_price": price}})
        assert changed.json["settings"]["reopening_price"] == price, changed.raw
    for wrong in (0, 0.05, 101, "dear", -1):
        assert (await browser.patch("/api/workspace", {"settings": {"reopening_price": wrong}})).status == 422
    assert (await browser.get("/api/workspace")).json["settings"]["reopening_price"] == 2.5


async def test_who_takes_care_of_important_customers_is_somebody_here(browser: Browser) -> None:
    await set_up(browser)
    team = (await browser.post("/api/teams", {"name": "Gold", "colour": "blue", "member_ids": []})).json
    care = {"vip_priority": 3, "vip_team_id": team["id"], "vip_assignee_id": str(browser.agent_id)}
    kept = (await browser.patch("/api/workspace", {"settings": care})).json["settings"]
    assert {name: kept[name] for name in care} == care
    cleared = await browser.patch("/api/workspace", {"settings": {"vip_team_id": None, "vip_priority": None}})
    assert cleared.json["settings"]["vip_team_id"] is None
    assert cleared.json["settings"]["vip_priority"] == 3, "null is no priority: it stays"
    for wrong in ({"vip_team_id": str(uuid4())}, {"vip_assignee_id": str(uuid4())}, {"vip_priority": 4}):
        assert (await browser.patch("/api/workspace", {"settings": wrong})).status == 422
