"""Online, busy, offline: said on one device, heard on all, and by colleagues."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Browser, Server, browser_of, join, set_up
from tests.web.test_teams import Feed
from threadline.infra.clock import new_id, utc_now
from threadline.store.availabilities import note_seen
from threadline.store.session import Role
from threadline.workers.availability_timers import AvailabilityTimers


async def test_what_one_says_holds_everywhere_and_colleagues_hear_it(browser: Browser, server: Server) -> None:
    await set_up(browser)
    async with browser_of(server) as second:
        colleague = await join(browser, second)
        async with Feed.of(browser) as feed:
            said = await colleague.put("/api/availability", {"state": "busy", "reason": "lunch"})
            assert (said.status, said.json["availability"], said.json["away_reason"]) == (200, "busy", "lunch")
            await colleague.put("/api/availability", {"state": "busy", "reason": "lunch"})
            await feed.quiet()
            told = [one for one in feed.events if one["kind"] == "availability_changed"]
            assert [(one["agent_id"], one["data"]) for one in told] == [
                (str(colleague.agent_id), {"state": "busy", "previous_state": "online", "reason": "lunch"})
            ], "said twice, told once"
        row = await _row(colleague, colleague)
        assert (row["availability"], row["away_reason"]) == ("busy", "lunch")
        assert (await _row(browser, browser))["availability"] == "online"


async def test_a_supervisor_says_it_for_somebody_and_an_agent_for_themselves_only(
    browser: Browser, server: Server
) -> None:
    await set_up(browser)
    async with browser_of(server) as second, browser_of(server) as third:
        agent = await join(browser, second)
        supervisor = await join(browser, third, role="supervisor")
        body = {"state": "offline"}
        assert (await supervisor.put(f"/api/agents/{agent.agent_id}/availability", body)).status == 200
        assert (await _row(agent, agent))["availability"] == "offline"
        assert (await agent.put(f"/api/agents/{supervisor.agent_id}/availability", body)).status == 403
        assert (await supervisor.put(f"/api/agents/{uuid4()}/availability", body)).status == 404
        await browser.patch(f"/api/agents/{agent.agent_id}", {"is_active": False})
        back = await supervisor.put(f"/api/agents/{agent.agent_id}/availability", {"state": "online"})
        assert (back.status, back.json["reason"]) == (409, "person_left")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"state": "away"}, "state"),
        ({"state": "online", "reason": "lunch"}, "reason"),
        ({"state": "offline", "reason": "vanished"}, "reason"),
        ({}, "state"),
        ({"state": "busy", "reason": None}, "reason"),
    ],
)
async def test_what_is_no_state_is_refused(browser: Browser, given: dict[str, Any], field: str) -> None:
    await set_up(browser)
    refused = await browser.put("/api/availability", given)
    assert refused.status == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]


async def test_who_has_no_desk_open_for_long_is_offline_and_who_never_had_one_is_not(
    browser: Browser, server: Server
) -> None:
    await set_up(browser)
    async with browser_of(server) as second:
        program = await join(browser, second)
        async with server.database.transaction(Role.ENGINE) as session:
            connection = await session.raw()
            await note_seen(connection, {(browser.workspace_id, browser.agent_id)})
        await _look(server)
        assert (await _row(browser, browser))["availability"] == "online"
        await _age(server, browser, "29 minutes")
        await _look(server)
        assert (await _row(browser, browser))["availability"] == "online"
        await _age(server, browser, "31 minutes")
        await browser.patch("/api/workspace", {"settings": {"vanished_after_min": 0}})
        await _look(server)
        assert (await _row(browser, browser))["availability"] == "online", "the workspace does not want it"
        await browser.patch("/api/workspace", {"settings": {"vanished_after_min": 30}})
        await _look(server)
        row = await _row(browser, browser)
        assert (row["availability"], row["away_reason"]) == ("offline", "vanished")
        assert (await _row(browser, program))["availability"] == "online"


async def test_when_working_hours_end_one_is_offline_until_one_says_otherwise(browser: Browser, server: Server) -> None:
    await set_up(browser)
    await browser.put("/api/availability", {"state": "busy"})
    every_day = {"days": [0, 1, 2, 3, 4, 5, 6], "from_minute": 0, "to_minute": 1}
    await browser.patch("/api/preferences", {"time_zone": "UTC", "shift": every_day})
    await _look(server)
    assert (await _row(browser, browser))["availability"] == "busy", "they came after it"
    async with server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            "update availabilities set since = now() - interval '25 hours' where agent_id = $1", browser.agent_id
        )
    await _look(server)
    row = await _row(browser, browser)
    assert (row["availability"], row["away_reason"]) == ("offline", "off_hours")
    await browser.put("/api/availability", {"state": "online"})
    await _look(server)
    assert (await _row(browser, browser))["availability"] == "online"


async def test_an_open_socket_is_seen(browser: Browser, server: Server) -> None:
    await set_up(browser)
    server.web.hub._seen_at = float("-inf")  # pyright: ignore[reportPrivateUsage] - as after the first minute
    async with Feed.of(browser):
        async with asyncio.timeout(10):
            while not await _seen_at(server, browser):
                server.web.hub.recheck_soon()
                await asyncio.sleep(0.05)


async def _seen_at(server: Server, browser: Browser) -> Any:
    async with server.database.transaction(Role.ENGINE) as session:
        return await (await session.raw()).fetchval(
            "select seen_at from availabilities where agent_id = $1", browser.agent_id
        )


async def _look(server: Server) -> None:
    await AvailabilityTimers(server.database, utc_now, new_id).step()


async def _age(server: Server, browser: Browser, age: str) -> None:
    async with server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            f"update availabilities set seen_at = now() - interval '{age}' where agent_id = $1", browser.agent_id
        )


async def _row(asker: Browser, agent: Browser) -> dict[str, Any]:
    items = (await asker.get("/api/agents")).json["items"]
    return next(one for one in items if one["id"] == str(agent.agent_id))
