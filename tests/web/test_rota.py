"""The rota through HTTP: plans, what is asked and decided, who sees what, and who is on now."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.web.conftest import Browser, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed

OFFICE = [[{"from_minute": 540, "to_minute": 1020}]] * 5 + [[], []]
EVENING = [[{"from_minute": 1020, "to_minute": 1320}]] * 5 + [[], []]
ALL_DAY = [[{"from_minute": 0, "to_minute": 1440}]] * 7
WEEK = "/api/rota?starts_at=2030-01-07T00:00:00Z&ends_at=2030-01-14T00:00:00Z"


def _moment(day: int, hour: int) -> str:
    """Of January 2030; its seventh is a Monday."""
    return f"2030-01-{day:02}T{hour:02}:00:00Z"


async def _plan(planner: Browser, agent: Browser, week: Any = OFFICE, **more: Any) -> None:
    plan = {"from_day": "2024-01-01", "zone": "UTC", "weeks": [week], **more}
    made = await planner.put(f"/api/rota/agents/{agent.agent_id}/plans", plan)
    assert made.status == 200, made.raw


async def _shifts(browser: Browser) -> dict[str, list[str]]:
    """Agent → when their shifts begin in the week, as it is shown to somebody."""
    found: dict[str, list[str]] = {}
    for one in (await browser.get(WEEK)).json["shifts"]:
        found.setdefault(one["agent_id"], []).append(one["starts_at"][8:16])
    return found


class House:
    def __init__(self, admin: Browser, anna: Browser, boris: Browser, clara: Browser) -> None:
        self.admin, self.anna, self.boris, self.clara = admin, anna, boris, clara

    def swap(self, day: int = 7, **more: Any) -> dict[str, Any]:
        """Anna's shift of a day, offered to Boris."""
        given = {"agent_id": str(self.anna.agent_id), "receiver_id": str(self.boris.agent_id)}
        return {**given, "starts_at": _moment(day, 9), "ends_at": _moment(day, 17), **more}


@pytest.fixture
async def house(server: Server) -> Any:
    """Anna and Boris are in one team, Clara in none; all are agents."""
    async with AsyncExitStack() as stack:
        admin, anna, boris, clara = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        for agent in (anna, boris, clara):
            await join(admin, agent)
        team = await admin.post("/api/teams", {"name": "Sales", "colour": "teal"})
        added = await admin.patch(f"/api/teams/{team.json['id']}", {"add": [str(anna.agent_id), str(boris.agent_id)]})
        assert added.status == 200, added.raw
        house = House(admin, anna, boris, clara)
        await _plan(admin, anna)
        await _plan(admin, boris, EVENING)
        yield house


async def test_everybody_sees_the_shifts_of_their_teams(house: House) -> None:
    await _plan(house.admin, house.clara)
    sales = {str(house.anna.agent_id), str(house.boris.agent_id)}
    assert set(await _shifts(house.admin)) == sales | {str(house.clara.agent_id)}
    assert set(await _shifts(house.anna)) == sales
    assert set(await _shifts(house.clara)) == {str(house.clara.agent_id)}
    seen = (await house.clara.get(WEEK)).json
    assert {one["agent_id"] for one in seen["plans"]} == {str(house.clara.agent_id)}


async def test_plans_follow_each_other_and_are_taken_away(house: House) -> None:
    me = str(house.anna.agent_id)
    await _plan(house.admin, house.anna, EVENING, from_day="2030-01-09")
    assert (await _shifts(house.anna))[me] == ["07T09:00", "08T09:00", "09T17:00", "10T17:00", "11T17:00"]
    path = f"/api/rota/agents/{me}/plans"
    assert (await house.admin.delete(f"{path}?from_day=2030-01-09")).status == 204
    assert (await _shifts(house.anna))[me] == [f"{day:02}T09:00" for day in range(7, 12)]
    assert (await house.admin.delete(f"{path}?from_day=2030-01-09")).status == 404
    off = {"from_day": "2030-01-08", "zone": "UTC", "weeks": []}
    assert (await house.admin.put(path, off)).status == 200
    assert (await _shifts(house.anna))[me] == ["07T09:00"]


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"zone": "Mars/Base"}, "time_zone_unknown"),
        ({"from_day": "1999-01-01"}, "rota_day_too_far"),
        ({"weeks": [OFFICE] * 9}, "rota_too_many_weeks"),
        ({"weeks": [[[{"from_minute": 0, "to_minute": 60}] * 2, *[[]] * 6]]}, "periods_overlap"),
        ({"weeks": [[[{"from_minute": 60, "to_minute": 60}], *[[]] * 6]]}, "period_without_length"),
    ],
)
async def test_plans_that_cannot_be_are_refused(house: House, plan: dict[str, Any], reason: str) -> None:
    whole = {"from_day": "2030-01-07", "zone": "UTC", "weeks": [OFFICE], **plan}
    refused = await house.admin.put(f"/api/rota/agents/{house.anna.agent_id}/plans", whole)
    assert (refused.status, refused.json["reason"]) == (422, reason)


async def test_a_sight_has_an_end(house: House) -> None:
    for end in ("2030-04-01T00:00:00Z", "2030-01-07T00:00:00Z"):
        refused = await house.admin.get(f"/api/rota?starts_at=2030-01-07T00:00:00Z&ends_at={end}")
        assert (refused.status, refused.json["reason"]) == (422, "rota_sight_too_long")


async def test_a_swap_holds_when_its_receiver_accepts(house: House) -> None:
    anna, boris = str(house.anna.agent_id), str(house.boris.agent_id)
    asked = await house.anna.post("/api/rota/swaps", house.swap(note="My son's birthday"))
    assert (asked.status, asked.json["state"]) == (201, "asked")
    assert "07T09:00" in (await _shifts(house.anna))[anna]
    assert (await house.boris.get("/api/rota/now")).json["asked_count"] == 1
    assert (await house.anna.get("/api/rota/now")).json["asked_count"] == 0
    path = f"/api/rota/changes/{asked.json['id']}"
    assert (await house.anna.post(f"{path}/decide", {"is_accepted": True})).status == 403
    assert (await house.clara.post(f"{path}/decide", {"is_accepted": True})).status == 404
    accepted = await house.boris.post(f"{path}/decide", {"is_accepted": True})
    assert (accepted.json["state"], accepted.json["decided_by"]) == ("accepted", boris)
    shifts = await _shifts(house.anna)
    assert "07T09:00" not in shifts[anna]
    assert shifts[boris][0] == "07T09:00"  # until 22:00: it meets the shift of the evening
    again = await house.boris.post(f"{path}/decide", {"is_accepted": False})
    assert (again.status, again.json["reason"]) == (409, "rota_decided")
    assert (await house.anna.post(f"{path}/withdraw")).json["reason"] == "rota_decided"
    withdrawn = await house.admin.post(f"{path}/withdraw")
    assert withdrawn.json["state"] == "withdrawn"
    assert "07T09:00" in (await _shifts(house.anna))[anna]
    assert (await house.admin.post(f"{path}/decide", {"is_accepted": True})).json["state"] == "accepted"


async def test_a_swap_takes_a_shift_in_return(house: House) -> None:
    swap = house.swap(return_starts_at=_moment(8, 17), return_ends_at=_moment(8, 22))
    asked = await house.anna.post("/api/rota/swaps", swap)
    await house.boris.post(f"/api/rota/changes/{asked.json['id']}/decide", {"is_accepted": True})
    shifts = await _shifts(house.anna)
    assert shifts[str(house.anna.agent_id)] == ["08T09:00", "09T09:00", "10T09:00", "11T09:00"]
    assert shifts[str(house.boris.agent_id)] == ["07T09:00", "09T17:00", "10T17:00", "11T17:00"]
    half = await house.anna.post("/api/rota/swaps", house.swap(8, return_starts_at=_moment(8, 17)))
    assert half.json["reason"] == "rota_half_return"


async def test_two_swaps_of_one_shift_cannot_both_hold(house: House) -> None:
    first, second = [await house.anna.post("/api/rota/swaps", house.swap()) for _ in range(2)]
    accept = {"is_accepted": True}
    assert (await house.boris.post(f"/api/rota/changes/{first.json['id']}/decide", accept)).status == 200
    late = await house.boris.post(f"/api/rota/changes/{second.json['id']}/decide", accept)
    assert (late.status, late.json["reason"]) == (409, "rota_shift_gone")
    refused = await house.boris.post(f"/api/rota/changes/{second.json['id']}/decide", {"is_accepted": False})
    assert refused.json["state"] == "refused"


async def test_swaps_that_cannot_be_are_refused(house: House) -> None:
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"receiver_id": str(house.anna.agent_id)}, 422, "rota_own_receiver"),
        ({"receiver_id": str(house.clara.agent_id)}, 422, "rota_no_colleague"),
        ({"receiver_id": str(house.admin.workspace_id)}, 422, "person_not_here"),
        ({"starts_at": _moment(12, 9), "ends_at": _moment(12, 17)}, 409, "rota_shift_gone"),
        ({"ends_at": _moment(7, 9)}, 422, "rota_ends_first"),
        ({"ends_at": _moment(9, 9)}, 422, "rota_shift_too_long"),
        ({"agent_id": str(house.boris.agent_id), "receiver_id": str(house.anna.agent_id)}, 403, "rota_not_yours"),
    ]
    for more, status, reason in cases:
        refused = await house.anna.post("/api/rota/swaps", {**house.swap(), **more})
        assert (refused.status, refused.json["reason"]) == (status, reason), more


async def test_a_day_off_is_asked_for_and_its_reason_is_nobody_elses(house: House) -> None:
    anna = str(house.anna.agent_id)
    off = {"agent_id": anna, "from_day": "2030-01-08", "to_day": "2030-01-09", "reason": "ill", "note": "Flu"}
    asked = await house.anna.post("/api/rota/days-off", off)
    assert asked.json["state"] == "asked"
    assert (await house.boris.get(WEEK)).json["changes"] == []
    assert (await house.admin.get("/api/rota/now")).json["asked_count"] == 1
    await house.admin.post(f"/api/rota/changes/{asked.json['id']}/decide", {"is_accepted": True})
    assert (await _shifts(house.boris))[anna] == ["07T09:00", "10T09:00", "11T09:00"]
    told = [[(one["reason"], one["note"]) for one in (await who.get(WEEK)).json["changes"]]
            for who in (house.anna, house.admin, house.boris, house.clara)]  # fmt: skip
    assert told == [[("ill", "Flu")], [("ill", "Flu")], [("", "")], []]


async def test_what_the_planner_says_holds_at_once(house: House) -> None:
    extra = {"agent_id": str(house.anna.agent_id), "day": "2030-01-12", "from_minute": 600, "to_minute": 720}
    assert (await house.admin.post("/api/rota/extra-shifts", extra)).json["state"] == "accepted"
    assert (await _shifts(house.anna))[str(house.anna.agent_id)][-1] == "12T10:00"
    twice = await house.admin.post("/api/rota/extra-shifts", extra)
    assert (twice.status, twice.json["reason"]) == (409, "rota_works_already")
    asked = await house.anna.post("/api/rota/extra-shifts", {**extra, "day": "2030-01-13"})
    assert asked.json["state"] == "asked"
    assert (await house.anna.post(f"/api/rota/changes/{asked.json['id']}/withdraw")).json["state"] == "withdrawn"
    wrong = {"agent_id": str(house.anna.agent_id), "from_day": "2030-01-08", "to_day": "2030-01-07"}
    assert (await house.admin.post("/api/rota/days-off", wrong)).json["reason"] == "rota_ends_first"


async def test_who_is_on_now_and_next(house: House) -> None:
    await _plan(house.admin, house.clara, ALL_DAY)
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    for agent in (house.anna, house.boris):
        off = {"from_day": str(tomorrow - timedelta(days=3)), "to_day": str(tomorrow + timedelta(days=30))}
        await house.admin.post("/api/rota/days-off", {"agent_id": str(agent.agent_id), **off})
    found = (await house.anna.get("/api/rota/now")).json
    on = {one["agent_id"]: one["is_on"] for one in found["items"]}
    assert on == {
        str(house.anna.agent_id): False,
        str(house.boris.agent_id): False,
        str(house.clara.agent_id): True,
    }
    (boris,) = [one for one in found["items"] if one["agent_id"] == str(house.boris.agent_id)]
    assert datetime.fromisoformat(boris["next_at"]).date() > tomorrow + timedelta(days=30)
    assert boris["until"] is None
    assert [one["agent_id"] for one in found["next"]] == [str(house.anna.agent_id)]


async def test_open_hours_without_anybody_are_gaps(house: House) -> None:
    hours = {"name": "Shop", "zone": "UTC", "week": [[{"from_minute": 480, "to_minute": 1320}]] * 5 + [[], []]}
    assert (await house.anna.get(WEEK)).json["gaps"] == []
    await house.admin.post("/api/calendars", {**hours, "is_default": True})
    off = {"agent_id": str(house.boris.agent_id), "from_day": "2030-01-08", "to_day": "2030-01-08"}
    await house.admin.post("/api/rota/days-off", off)
    gaps = [(one["starts_at"][8:16], one["ends_at"][8:16]) for one in (await house.anna.get(WEEK)).json["gaps"]]
    assert gaps[:3] == [("07T08:00", "07T09:00"), ("08T08:00", "08T09:00"), ("08T17:00", "08T22:00")]
    assert len(gaps) == 6
    assert (await house.clara.get(WEEK)).json["gaps"] == []


async def test_who_works_here_no_more_is_not_on_the_rota(house: House) -> None:
    asked = await house.anna.post("/api/rota/swaps", house.swap())
    gone = await house.admin.patch(f"/api/agents/{house.boris.agent_id}", {"is_active": False})
    assert gone.status == 200, gone.raw
    assert set(await _shifts(house.admin)) == {str(house.anna.agent_id)}
    late = await house.admin.post(f"/api/rota/changes/{asked.json['id']}/decide", {"is_accepted": True})
    assert (late.status, late.json["reason"]) == (409, "person_left")


async def test_the_feed_tells_who_is_off_to_planners_only(house: House) -> None:
    async with Feed.of(house.admin) as planner, Feed.of(house.boris) as colleague:
        off = {"agent_id": str(house.anna.agent_id), "from_day": "2030-01-08", "to_day": "2030-01-09"}
        made = await house.admin.post("/api/rota/days-off", {**off, "reason": "ill", "note": "Flu"})
        await planner.quiet()
        await colleague.quiet()
        heard, bare = [
            [one for frame in feed.frames for one in frame.get("events", ()) if one["kind"] == "rota_changed"]
            for feed in (planner, colleague)
        ]
        assert [one["data"] for one in heard] == [
            {"what": "off", "change_id": made.json["id"], "state": "accepted", "receiver_id": None}
        ]
        assert heard[0]["agent_id"] == str(house.anna.agent_id)
        assert [(one.get("data"), one.get("agent_id")) for one in bare] in ([({}, None)], [(None, None)])
