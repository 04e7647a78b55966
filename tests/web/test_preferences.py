"""What an agent prefers, over HTTP: kept by field, said by the session, heard by nobody else."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.web.conftest import Browser, Server, browser_of, join, set_up


async def test_a_change_keeps_the_rest_and_comes_with_the_session(browser: Browser) -> None:
    await set_up(browser)
    usual = (await browser.get("/api/preferences")).json
    assert (usual["text_size_px"], usual["theme"], usual["quiet_hours"]) == (14, "system", None)
    night = {"from_minute": 1320, "to_minute": 480}
    assert (await browser.patch("/api/preferences", {"text_size_px": 18, "quiet_hours": night})).status == 200
    ways = usual["ways"] | {"woken": ["list"]}
    changed = await browser.patch("/api/preferences", {"theme": "dark", "time_zone": "Asia/Tokyo", "ways": ways})
    expected = usual | {
        "text_size_px": 18,
        "quiet_hours": night,
        "theme": "dark",
        "time_zone": "Asia/Tokyo",
        "ways": ways,
    }
    assert changed.json == expected
    assert (await browser.get("/api/session")).json["preferences"] == expected
    ended = await browser.patch("/api/preferences", {"quiet_hours": None})
    assert ended.json == expected | {"quiet_hours": None}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text_size_px": 40}, "text_size_px"),
        ({"volume": -1}, "volume"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"tone": "siren"}, "tone"),
        ({"shift": {"days": [], "from_minute": 540, "to_minute": 1020}}, "shift.days"),
        ({"shift": {"days": [0], "from_minute": 540, "to_minute": 540}}, "shift.to_minute"),
        ({"quiet_hours": {"from_minute": 1440, "to_minute": 0}}, "quiet_hours.from_minute"),
    ],
)
async def test_what_no_desk_could_follow_is_refused(browser: Browser, given: dict[str, Any], field: str) -> None:
    await set_up(browser)
    before = (await browser.get("/api/preferences")).json
    refused = await browser.patch("/api/preferences", given)
    assert refused.status == 422
    assert [one["field"] for one in refused.json["errors"]] == [field]
    assert (await browser.get("/api/preferences")).json == before


async def test_null_ends_a_quiet_time_only(browser: Browser) -> None:
    await set_up(browser)
    for given in ({}, {"theme": None}):
        assert (await browser.patch("/api/preferences", given)).status == 422


async def test_only_the_agent_hears_of_their_own(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin = await set_up(await stack.enter_async_context(browser_of(server)))
        colleague = await join(admin, await stack.enter_async_context(browser_of(server)))
        after = (await colleague.get("/api/session")).json["position"]
        await colleague.patch("/api/preferences", {"density": "compact"})
        heard = {}
        for who in (admin, colleague):
            page = (await who.get(f"/api/events?after={after}")).json
            heard[who.agent_id] = [one["kind"] for one in page["events"]]
        assert heard[colleague.agent_id] == ["preferences_changed"]
        assert heard[admin.agent_id] == []
