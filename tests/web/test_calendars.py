"""Business hours through HTTP: what they say of now and of the days to come, who goes by them, and files of dates."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed

ALL_DAY = [{"from_minute": 0, "to_minute": 1440}]
NIGHT = [{"from_minute": 18 * 60, "to_minute": 26 * 60}]


def _hours(name: str = "Shop", **more: Any) -> dict[str, Any]:
    return {"name": name, "zone": "Europe/Berlin", "week": [ALL_DAY] * 5 + [NIGHT, []], **more}


async def _make(browser: Browser, name: str = "Shop", **more: Any) -> dict[str, Any]:
    made = await browser.post("/api/calendars", _hours(name, **more))
    assert made.status == 201, made.raw
    return made.json


async def _only(browser: Browser) -> dict[str, Any]:
    (found,) = (await browser.get("/api/calendars")).json["items"]
    return found


async def test_hours_are_made_changed_and_deleted(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser)
    assert made["week"][5] == NIGHT
    week = _hours()["week"]
    assert [day["periods"] for day in made["next_days"]] == [week[_weekday(day)] for day in made["next_days"]]
    path = f"/api/calendars/{made['id']}"
    changed = await browser.patch(path, {"name": "Bar", "week": [NIGHT] * 7, "zone": "Asia/Tokyo"})
    assert (changed.json["name"], changed.json["zone"], changed.json["week"]) == ("Bar", "Asia/Tokyo", [NIGHT] * 7)
    assert await _only(browser) == {**changed.json, "now": (await _only(browser))["now"]}
    assert (await browser.delete(path)).status == 204
    assert (await browser.get("/api/calendars")).json["items"] == []
    assert (await browser.patch(path, {"name": "Gone"})).status == 404
    kinds = [event["kind"] for event in (await browser.get("/api/events?after=0")).json["events"]]
    assert kinds.count("calendar_changed") == 3


def _weekday(day: dict[str, Any]) -> int:
    return datetime.fromisoformat(day["day"]).weekday()


async def test_special_days_are_changed_by_their_date(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser, special_days=[{"day": "2030-12-25", "name": "Christmas"}])
    path = f"/api/calendars/{made['id']}"
    eve = {"day": "2030-12-24", "name": "Christmas Eve", "periods": [{"from_minute": 540, "to_minute": 780}]}
    days = (await browser.patch(path, {"set_days": [eve]})).json["special_days"]
    assert days == [eve, {"day": "2030-12-25", "name": "Christmas", "periods": []}]
    days = (await browser.patch(path, {"set_days": [{**eve, "periods": []}], "remove_days": ["2030-12-25"]})).json
    assert days["special_days"] == [{**eve, "periods": []}]


async def test_a_special_day_takes_the_place_of_its_weekday(browser: Browser) -> None:
    await set_up(browser)
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    closed = [{"day": (today + timedelta(days=number)).isoformat(), "name": "Move"} for number in range(-1, 30)]
    made = await _make(browser, special_days=closed, week=[ALL_DAY] * 7)
    assert made["now"]["is_open"] is False
    opens = datetime.fromisoformat(made["now"]["opens_at"]).astimezone(ZoneInfo("Europe/Berlin"))
    assert (opens.date() - today).days in (29, 30)  # midnight may have passed since
    assert all(day["is_special"] and day["name"] == "Move" and day["periods"] == [] for day in made["next_days"])


async def test_hours_that_never_open_promise_no_time(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser, week=[[]] * 7)
    assert made["now"] == {"is_open": False, "opens_at": None, "closes_at": None}
    always = await _make(browser, "Always", week=[ALL_DAY] * 7)
    assert always["now"] == {"is_open": True, "opens_at": None, "closes_at": None}


async def test_only_one_is_everybodys(browser: Browser) -> None:
    await set_up(browser)
    first = await _make(browser, is_default=True)
    second = await _make(browser, "Office", is_default=True)
    assert [one["is_default"] for one in (await browser.get("/api/calendars")).json["items"]] == [True, False]
    await browser.patch(f"/api/calendars/{first['id']}", {"is_default": True})
    assert (await browser.get("/api/calendars/now")).json["default_id"] == first["id"]
    await browser.delete(f"/api/calendars/{first['id']}")
    assert (await browser.get("/api/calendars/now")).json["default_id"] is None
    assert (await _only(browser))["id"] == second["id"]


async def test_channels_and_teams_point_to_hours_until_these_are_deleted(browser: Browser) -> None:
    await set_up(browser)
    channel_id = str(await Desk(browser.server, browser.workspace_id).channel())
    team = (await browser.post("/api/teams", {"name": "Sales", "colour": "teal"})).json
    shop, office = await _make(browser), await _make(browser, "Office")
    pointed = await browser.patch(f"/api/channels/{channel_id}", {"calendar_id": shop["id"]})
    assert pointed.json["calendar_id"] == shop["id"]
    pointed = await browser.patch(f"/api/teams/{team['id']}", {"calendar_id": office["id"]})
    assert pointed.json["calendar_id"] == office["id"]
    renamed = await browser.patch(f"/api/teams/{team['id']}", {"name": "Sales team"})
    assert renamed.json["calendar_id"] == office["id"]
    states = (await browser.get("/api/calendars/now")).json
    assert (states["channels"], states["teams"]) == ({channel_id: shop["id"]}, {team["id"]: office["id"]})
    items = (await browser.get("/api/calendars")).json["items"]
    listed = {one["name"]: (one["channel_ids"], one["team_ids"]) for one in items}
    assert listed == {"Shop": ([channel_id], []), "Office": ([], [team["id"]])}

    for one in (shop, office):
        assert (await browser.delete(f"/api/calendars/{one['id']}")).status == 204
    assert (await browser.get(f"/api/channels/{channel_id}")).json["calendar_id"] is None
    assert (await browser.get("/api/teams")).json["items"][0]["calendar_id"] is None


async def test_a_channel_can_let_go_of_its_hours(browser: Browser) -> None:
    await set_up(browser)
    channel_id = await Desk(browser.server, browser.workspace_id).channel()
    shop = await _make(browser)
    path = f"/api/channels/{channel_id}"
    await browser.patch(path, {"calendar_id": shop["id"]})
    assert (await browser.patch(path, {"calendar_id": None})).json["calendar_id"] is None
    assert (await _only(browser))["channel_ids"] == []


async def test_hours_that_are_not_there_can_be_nobodys(browser: Browser) -> None:
    await set_up(browser)
    channel_id = await Desk(browser.server, browser.workspace_id).channel()
    team = (await browser.post("/api/teams", {"name": "Sales", "colour": "teal"})).json
    for path in (f"/api/channels/{channel_id}", f"/api/teams/{team['id']}"):
        _refused(await browser.patch(path, {"calendar_id": str(uuid4())}), "no_such_calendar", "calendar_id")


def _refused(answer: Answer, reason: str, field: str) -> None:
    assert answer.status == 422, answer.raw
    assert (answer.json["reason"], [one["field"] for one in answer.json["errors"]]) == (reason, [field])


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"zone": "Europe/Atlantis"}, "time_zone_unknown", "zone"),
        ({"week": [ALL_DAY * 2, *[[]] * 6]}, "periods_overlap", "week"),
        ({"week": [[{"from_minute": 60, "to_minute": 60}], *[[]] * 6]}, "period_without_length", "week"),
        ({"set_days": [{"day": "2030-01-01"}, {"day": "2030-01-01"}]}, "special_day_twice", "special_days"),
        ({"set_days": [{"day": "1990-01-01"}]}, "special_day_too_far", "special_days"),
    ],
)
async def test_bad_hours_are_refused_and_change_nothing(
    browser: Browser, change: dict[str, Any], reason: str, field: str
) -> None:
    await set_up(browser)
    made = await _make(browser)
    _refused(await browser.patch(f"/api/calendars/{made['id']}", change), reason, field)
    assert {**(await _only(browser)), "now": None} == {**made, "now": None}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"week": [[]] * 6},
        {"week": [[{"from_minute": -1, "to_minute": 10}], *[[]] * 6]},
        {"week": [[{"from_minute": 0.5, "to_minute": 10}], *[[]] * 6]},
        {"set_days": [{"day": "tomorrow"}]},
        {"set_days": [{"day": 20300101}]},
        {"name": ""},
        {"surprise": True},
    ],
)
async def test_what_is_no_change_is_refused(browser: Browser, change: dict[str, Any]) -> None:
    await set_up(browser)
    made = await _make(browser)
    assert (await browser.patch(f"/api/calendars/{made['id']}", change)).status == 422


async def test_a_name_is_given_once(browser: Browser) -> None:
    await set_up(browser)
    await _make(browser)
    again = await browser.post("/api/calendars", _hours("SHOP"))
    assert (again.status, again.json["reason"]) == (409, "calendar_exists")


async def test_no_more_than_a_menu_bears(browser: Browser) -> None:
    await set_up(browser)
    for number in range(50):
        await _make(browser, f"Shop {number}")
    refused = await browser.post("/api/calendars", _hours())
    assert (refused.status, refused.json["reason"], refused.json["values"]) == (
        409,
        "too_many_calendars",
        {"limit": "50"},
    )


async def test_a_file_is_read_and_changes_nothing_until_its_days_are_kept(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser, week=[ALL_DAY] * 7)
    path = f"/api/calendars/{made['id']}"
    year = datetime.now(ZoneInfo("Europe/Berlin")).year + 1
    event = f"BEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:{year}0501\nRRULE:FREQ=YEARLY\nSUMMARY:Labour Day\nEND:VEVENT\n"
    broken = "BEGIN:VEVENT\nUID:2\nDTSTART:soon\nEND:VEVENT\n"
    text = f"BEGIN:VCALENDAR\n{event}{broken}END:VCALENDAR\n"
    found = (await browser.post(f"{path}/read-file", {"text": text})).json
    assert found["unread_count"] == 1
    assert found["special_days"][0] == {"day": f"{year}-05-01", "name": "Labour Day", "periods": []}
    assert (await _only(browser))["special_days"] == []
    await browser.patch(path, {"set_days": found["special_days"]})
    assert (await browser.post(f"{path}/read-file", {"text": text})).json["special_days"] == []


async def test_a_file_that_is_none_is_told_so(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser)
    path = f"/api/calendars/{made['id']}/read-file"
    for text in ("", "hello", "\u0000\u0001", "BEGIN:VCALENDAR"):
        _refused(await browser.post(path, {"text": text}), "calendar_file_unreadable", "text")
    _refused(await browser.post(path, {"text": "x" * 600_000}), "calendar_file_too_large", "text")
    assert (await browser.post(path, {"text": 1})).status == 422


async def test_agents_read_and_only_admins_change(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent, role="agent")
        made = await _make(admin, is_default=True)
        assert (await agent.get("/api/calendars")).json["items"][0]["id"] == made["id"]
        assert (await agent.get("/api/calendars/now")).json["default_id"] == made["id"]
        path = f"/api/calendars/{made['id']}"
        for answer in (
            await agent.post("/api/calendars", _hours("Mine")),
            await agent.patch(path, {"name": "Mine"}),
            await agent.post(f"{path}/read-file", {"text": ""}),
            await agent.delete(path),
        ):
            assert answer.status == 403, answer.raw


async def test_an_agent_of_some_channels_is_not_told_of_others(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        desk = Desk(server, admin.workspace_id)
        own, other = str(await desk.channel()), str(await desk.channel())
        await join(admin, agent, role="agent", channel_ids=[own])
        made = await _make(admin)
        for channel_id in (own, other):
            await admin.patch(f"/api/channels/{channel_id}", {"calendar_id": made["id"]})
        assert (await agent.get("/api/calendars/now")).json["channels"] == {own: made["id"]}
        assert (await _only(agent))["channel_ids"] == [own]


async def test_other_workspaces_neither_see_nor_use_them(server: Server) -> None:
    async with AsyncExitStack() as stack:
        ours, theirs = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(ours)
        await set_up(theirs)
        made = await _make(ours)
        path = f"/api/calendars/{made['id']}"
        assert (await theirs.get("/api/calendars")).json["items"] == []
        assert (await theirs.patch(path, {"name": "Mine"})).status == 404
        assert (await theirs.post(f"{path}/read-file", {"text": ""})).status == 404
        assert (await theirs.delete(path)).status == 404
        channel_id = await Desk(server, theirs.workspace_id).channel()
        answer = await theirs.patch(f"/api/channels/{channel_id}", {"calendar_id": made["id"]})
        _refused(answer, "no_such_calendar", "calendar_id")
        assert (await _make(theirs))["name"] == "Shop"


async def test_open_screens_hear_of_a_change(browser: Browser) -> None:
    await set_up(browser)
    async with Feed.of(browser) as feed:
        made = await _make(browser)
        while not (told := [event for event in feed.events if event["kind"] == "calendar_changed"]):
            await feed.next()
        assert told[0]["data"] == {"calendar_id": made["id"]}


async def test_agents_hear_of_it_too_for_their_screens_say_when_it_is_closed(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent, role="agent")
        async with Feed.of(agent) as feed:
            made = await _make(admin)
            while not (told := [event for event in feed.events if event["kind"] == "calendar_changed"]):
                await feed.next()
            assert told[0]["data"] == {"calendar_id": made["id"]}


async def test_a_deletion_is_taken_back_with_everybody_who_went_by_it(browser: Browser, server: Server) -> None:
    await set_up(browser)
    shop, bar = await _make(browser, is_default=True), await _make(browser, "Bar")
    desk = Desk(server, browser.workspace_id)
    here, there = [await desk.channel() for _ in range(2)]
    for channel_id in (here, there):
        assert (await browser.patch(f"/api/channels/{channel_id}", {"calendar_id": shop["id"]})).status == 200
    team = (await browser.post("/api/teams", {"name": "Sales", "colour": "blue", "member_ids": []})).json
    await browser.patch(f"/api/teams/{team['id']}", {"calendar_id": shop["id"]})
    path = f"/api/calendars/{shop['id']}"
    assert (await browser.post(f"{path}/restore")).status == 404, "it is there"
    assert (await browser.delete(path)).status == 204
    now = (await browser.get("/api/calendars/now")).json
    assert (now["default_id"], now["channels"], now["teams"]) == (None, {}, {})
    assert [one["id"] for one in now["items"]] == [bar["id"]]
    await browser.patch(f"/api/channels/{there}", {"calendar_id": bar["id"]})  # somebody chose other hours since

    back = await browser.post(f"{path}/restore")
    assert (back.status, back.json["name"], back.json["week"]) == (200, "Shop", shop["week"]), back.raw
    now = (await browser.get("/api/calendars/now")).json
    assert now["default_id"] == shop["id"]
    assert now["channels"] == {str(here): shop["id"], str(there): bar["id"]}
    assert now["teams"] == {team["id"]: shop["id"]}
    assert (await browser.post(f"{path}/restore")).status == 404, "once"

    await browser.delete(path)
    other = await _make(browser, is_default=True)
    taken = await browser.post(f"{path}/restore")
    assert (taken.status, taken.json["reason"]) == (409, "calendar_exists")
    await browser.patch(f"/api/calendars/{other['id']}", {"name": "New shop"})
    assert (await browser.post(f"{path}/restore")).json["is_default"] is False, "another is by now"
    async with browser_of(server) as stranger:
        await set_up(stranger)
        await browser.delete(path)
        assert (await stranger.post(f"{path}/restore")).status == 404
