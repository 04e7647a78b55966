"""The live screen: its figures are those of the views, it is read once for all who look, and only by those who may."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, running_server, set_up
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

NO_FIGURES = {
    "waiting": 0,
    "waiting_unassigned": 0,
    "unassigned": 0,
    "pressing": 0,
    "late": 0,
    "closing": 0,
    "failed": 0,
}
_CLOCK = """
insert into deadlines (workspace_id, conversation_id, clock, began_at, since, half_at, due_at, missed_at)
values ($1, $2, $3, $4, $4, $5, $6, $7)
"""


async def _live(browser: Browser) -> dict[str, Any]:
    """A reading made after this moment: the one before it is as good for almost a second."""
    asked = utc_now()
    async with asyncio.timeout(15):
        while True:
            answer = await browser.get("/api/live")
            assert answer.status == 200, answer.raw
            if datetime.fromisoformat(answer.json["at"]) >= asked:
                return answer.json
            await asyncio.sleep(0.1)


def _sum(groups: Iterable[dict[str, Any]]) -> dict[str, int]:
    found = dict(NO_FIGURES)
    for group in groups:
        for name in found:
            found[name] += group[name]
    return found


def _one(field: str, operator: str, *values: str) -> dict[str, Any]:
    return {"kind": "condition", "field": field, "operator": operator, "values": list(values)}


async def _count(browser: Browser, *conditions: dict[str, Any]) -> int:
    given = {"filter": {"kind": "group", "match": "all", "of": list(conditions)}}
    answer = await browser.post("/api/conversations/count", given)
    assert answer.status == 200, answer.raw
    return answer.json["total"]


class Town:
    """Conversations of every kind, with what was promised to them, made by chance."""

    def __init__(self, browser: Browser, chance: random.Random) -> None:
        self._browser = browser
        self._chance = chance
        self._desk = Desk(browser.server, browser.workspace_id)
        self.rows: list[dict[str, Any]] = []

    async def build(self, count: int, *, team_ids: list[str], agent_ids: list[UUID]) -> None:
        channel_ids = [await self._desk.channel() for _ in range(2)]
        for number in range(count):
            row = self._row(number, team_ids, agent_ids)
            row["channel_id"] = self._chance.choice(channel_ids)
            row["id"] = await self._desk.conversation(row["channel_id"], name=f"C{number}")
            await self._write(row)
            self.rows.append(row)

    def _row(self, number: int, team_ids: list[str], agent_ids: list[UUID]) -> dict[str, Any]:
        chance, now = self._chance, utc_now()
        far = timedelta(minutes=chance.choice((90, 600)))
        return {
            "team_id": chance.choice([None, *team_ids]),
            "assignee_id": chance.choice([None, *agent_ids]),
            "state": chance.choice(("open", "open", "open", "pending", "snoozed", "resolved")),
            "waiting_since": chance.choice((None, now - timedelta(seconds=100 + number))),
            "paused_at": chance.choice((None, None, None, now)),
            "window_closes_at": chance.choice(
                (None, now - far, now + timedelta(minutes=20, seconds=number), now + far)
            ),
            "failed_count": chance.choice((0, 0, 0, 2)),
            "last_activity_at": now - timedelta(minutes=chance.choice((5, 45))),
            "clocks": chance.choice(
                (
                    (),
                    (("reply", now - far, now + far, None),),
                    (("reply", now + far, now + 2 * far, None), ("window", now - far, now + far, None)),
                    (("reply", now - far, now - timedelta(minutes=1), now),),
                    (("reply", now - far, now + far, None), ("resolution", now - 2 * far, now - far, now)),
                    (("reply", None, None, now),),
                )
            ),
        }

    async def _write(self, row: dict[str, Any]) -> None:
        async with self._browser.server.database.transaction(Role.ENGINE, self._browser.workspace_id) as session:
            connection = await session.raw()
            await connection.execute(
                "update conversations set team_id = $2, assignee_id = $3, state = $4, waiting_since = $5,"
                " paused_at = $6, window_closes_at = $7, failed_count = $8, last_activity_at = $9 where id = $1",
                row["id"],
                None if row["team_id"] is None else UUID(row["team_id"]),
                *[row[name] for name in ("assignee_id", "state", "waiting_since", "paused_at", "window_closes_at")],
                row["failed_count"],
                row["last_activity_at"],
            )
            for clock, half_at, due_at, missed_at in row["clocks"]:
                since = row["waiting_since"] or utc_now()
                await connection.execute(
                    _CLOCK, self._browser.workspace_id, row["id"], clock, since, half_at, due_at, missed_at
                )

    def figures(self, rows: Iterable[dict[str, Any]]) -> dict[str, int]:
        """The same, the slow way."""
        found, now = dict(NO_FIGURES), utc_now()
        for row in rows:
            is_waiting = self.waits(row)
            promises = [clock for clock in row["clocks"] if clock[0] != "window" and clock[2] is not None]
            is_late = is_waiting and any(missed is not None for *_, missed in promises)
            closes = row["window_closes_at"]
            facts = {
                "waiting": is_waiting,
                "waiting_unassigned": is_waiting and row["assignee_id"] is None,
                "unassigned": row["assignee_id"] is None and row["state"] in ("open", "pending"),
                "pressing": is_waiting and not is_late and any(half <= now for _, half, *_ in promises),
                "late": is_late,
                "closing": row["state"] != "resolved"
                and closes is not None
                and now <= closes <= now + timedelta(hours=1),
                "failed": row["failed_count"] > 0,
            }
            for name, is_so in facts.items():
                found[name] += is_so
        return found

    def waits(self, row: dict[str, Any]) -> bool:
        return row["waiting_since"] is not None and row["state"] != "resolved" and row["paused_at"] is None

    def in_hand(self, agent_id: UUID) -> list[dict[str, Any]]:
        recently = utc_now() - timedelta(minutes=30)
        return [
            row
            for row in self.rows
            if row["assignee_id"] == agent_id
            and row["state"] == "open"
            and (self.waits(row) or row["last_activity_at"] > recently)
        ]


async def test_every_figure_is_that_of_its_view_and_of_a_slow_count(browser: Browser, server: Server) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    await set_up(browser)
    async with AsyncExitStack() as stack:
        agent = await stack.enter_async_context(browser_of(server))
        await join(browser, agent)
        mine = {"colour": "red", "member_ids": [str(browser.agent_id)]}
        teams = [(await browser.post("/api/teams", {"name": name, **mine})).json["id"] for name in "AB"]
        town = Town(browser, random.Random(seed))
        await town.build(70, team_ids=teams, agent_ids=[browser.agent_id, agent.agent_id])
        live = await _live(browser)
    groups = live["groups"]
    assert _sum(groups) == town.figures(town.rows)
    views = (await browser.get("/api/views")).json
    assert {name: _sum(groups)[name] for name in ("waiting", "unassigned", "failed")} == {
        name: views["views"][name]["total"] for name in ("waiting", "unassigned", "failed")
    }
    longest = min((group["longest_waiting_since"] for group in groups if group["longest_waiting_since"]), default=None)
    assert longest == views["longest_waiting_since"]
    of_teams = (await browser.get("/api/saved-views/counts")).json["teams"]
    for team_id in teams:
        of_team = [group for group in groups if group["team_id"] == team_id]
        assert _sum(of_team) == town.figures(row for row in town.rows if row["team_id"] == team_id)
        for name in ("waiting", "unassigned"):
            assert _sum(of_team)[name] == of_teams[team_id][name]["total"]
    unresolved = _one("state", "any_of", "open", "pending", "snoozed")
    assert await _count(browser, _one("pressing", "yes")) == _sum(groups)["pressing"]
    assert await _count(browser, _one("late", "yes")) == _sum(groups)["late"]
    assert await _count(browser, unresolved, _one("window_closes", "in_next", "1h")) == _sum(groups)["closing"]
    for shown in live["agents"]:
        in_hand = town.in_hand(UUID(shown["id"]))
        figures = town.figures(in_hand)
        assert {name: shown[name] for name in ("load", "waiting", "pressing", "late")} == {
            "load": len(in_hand),
            **{name: figures[name] for name in ("waiting", "pressing", "late")},
        }
        recent = {
            "kind": "group",
            "match": "any",
            "of": [_one("waiting", "yes"), _one("last_activity", "in_last", "30m")],
        }
        mine = (_one("state", "any_of", "open"), _one("assignee", "any_of", shown["id"]))
        assert await _count(browser, *mine, recent) == shown["load"]
    waiting = [UUID(id) for id in live["waiting_ids"]]
    assert len(waiting) == len(set(waiting)) <= _sum(groups)["waiting"]
    assert set(waiting) <= {row["id"] for row in town.rows if town.waits(row)}
    named = {*live["waiting_ids"], *live["closing_ids"], *live["failed_ids"]}
    assert {row["id"] for row in live["conversations"]} == named


async def test_of_each_team_the_most_pressing_are_named_however_many_wait_elsewhere(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    team = (await browser.post("/api/teams", {"name": "Quiet", "colour": "red"})).json["id"]
    ids = [await desk.conversation(channel_id) for _ in range(16)]
    async with desk.server.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        for number, id in enumerate(ids):
            await (await session.raw()).execute(
                "update conversations set due_at = now() + $2::int * interval '1 minute', team_id = $3 where id = $1",
                id,
                number,
                UUID(team) if number == 15 else None,
            )
    live = await _live(browser)
    assert live["waiting_ids"] == [str(id) for id in (*ids[:12], ids[15])]


async def test_an_agent_is_shown_as_they_said_and_with_their_last_answer(browser: Browser, server: Server) -> None:
    await set_up(browser)
    desk = Desk(server, browser.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id, assignee_id=browser.agent_id)
    await browser.put("/api/availability", {"state": "busy", "reason": "lunch"})
    before = (await _live(browser))["agents"]
    sent = await browser.post(
        f"/api/conversations/{conversation_id}/messages",
        {"client_id": str(new_id()), "content": {"kind": "text", "text": "Good morning"}},
    )
    assert sent.status == 201, sent.raw
    (shown,) = (await _live(browser))["agents"]
    assert before[0]["answered_at"] is None
    assert shown["answered_at"] is not None
    assert (shown["availability"], shown["away_reason"], shown["capacity"]) == ("busy", "lunch", 5)
    assert shown["available_since"] is not None


@asynccontextmanager
async def _watching(browser: Browser) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    headers = browser.headers("GET") if browser.token else {"Origin": browser.server.url}
    async with browser.http.ws_connect(browser.server.url + "/api/live/feed", headers=headers) as socket:
        yield socket


async def _next(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    message = await socket.receive(timeout=15)
    assert message.type is aiohttp.WSMsgType.TEXT, message
    return json.loads(message.data)


async def _until_waiting(socket: aiohttp.ClientWebSocketResponse, count: int) -> dict[str, Any]:
    async with asyncio.timeout(15):
        while True:
            frame = await _next(socket)
            if frame["kind"] == "live" and _sum(frame["live"]["groups"])["waiting"] == count:
                return frame["live"]


async def test_fifty_watchers_cost_the_database_what_one_does(database_url: str, tmp_path: Path) -> None:
    statements: list[str] = []
    # One connection for the engine: whatever the screens cost passes through it.
    async with running_server(database_url, tmp_path, database_options={"pool_size": 1}) as server:
        async with server.database.connection(Role.ENGINE) as connection:
            connection.add_query_logger(lambda record: statements.append(record.query))
        async with browser_of(server) as browser:
            await set_up(browser)
            desk = Desk(server, browser.workspace_id)
            channel_id = await desk.channel()

            async def cost(watchers: int, waiting: int) -> int:
                async with AsyncExitStack() as stack:
                    sockets = [await stack.enter_async_context(_watching(browser)) for _ in range(watchers)]
                    for socket in sockets:
                        await _until_waiting(socket, waiting)
                    statements.clear()
                    for more in range(1, 4):
                        await desk.conversation(channel_id)
                        told = [await _until_waiting(socket, waiting + more) for socket in sockets]
                        assert len({one["at"] for one in told}) == 1
                    return sum("clocked as materialized" in statement for statement in statements)

            alone = await cost(1, 0)
            together = await cost(50, 3)
            assert alone >= 3  # what is counted is there
            # One reading for each of the three; a slow machine may fit one more between them.
            assert together <= alone + 2 < 50


async def test_nothing_is_read_while_nobody_looks(browser: Browser, server: Server) -> None:
    await set_up(browser)
    async with _watching(browser) as socket:
        await _until_waiting(socket, 0)
        assert browser.workspace_id in server.web.hub.watched
    async with asyncio.timeout(10):
        while browser.workspace_id in server.web.hub.watched:
            await asyncio.sleep(0.05)


async def test_no_workspace_sees_another_and_nobody_more_than_they_see(server: Server) -> None:
    async with AsyncExitStack() as stack:
        ours, theirs, narrow = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(ours)
        await set_up(theirs)
        desk = Desk(server, ours.workspace_id)
        first, second = await desk.channel(), await desk.channel()
        await desk.conversation(first)
        seen = await desk.conversation(second)
        await join(ours, narrow, role="supervisor", channel_ids=[str(second)])
        assert (await _live(theirs))["groups"] == []
        live = await _live(narrow)
        assert [group["channel_id"] for group in live["groups"]] == [str(second)]
        assert [row["id"] for row in live["conversations"]] == [str(seen)]
        assert _sum((await _live(ours))["groups"])["waiting"] == 2
        sockets = [await stack.enter_async_context(_watching(one)) for one in (ours, theirs, narrow)]
        for socket, count in zip(sockets, (2, 0, 1), strict=True):
            await _until_waiting(socket, count)


async def test_who_may_not_is_refused_and_who_loses_the_right_is_told_no_more(browser: Browser, server: Server) -> None:
    await set_up(browser)
    async with AsyncExitStack() as stack:
        agent, watcher, stranger = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await join(browser, agent)
        await join(browser, watcher, role="supervisor")
        assert (await agent.get("/api/live")).status == 403
        socket = await stack.enter_async_context(_watching(agent))
        assert (await socket.receive(timeout=10)).data == 4403
        socket = await stack.enter_async_context(_watching(stranger))
        assert (await socket.receive(timeout=10)).data == 4401
        socket = await stack.enter_async_context(_watching(watcher))
        await _until_waiting(socket, 0)
        demoted = await browser.patch(f"/api/agents/{watcher.agent_id}", {"role": "agent"})
        assert demoted.status == 200, demoted.raw
        async with asyncio.timeout(20):
            while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                pass
        assert message.data == 4403


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["live:read", "conversations:read"], 200), (["live:read"], 403), (["conversations:read"], 403)],
)
async def test_a_program_needs_both_rights(browser: Browser, scopes: list[str], status: int) -> None:
    await set_up(browser)
    made = await browser.post("/api/tokens", {"name": "Wall", "scopes": scopes})
    assert made.status == 201, made.raw
    async with browser_of(browser.server) as program:
        program.token = made.json["token"]
        assert (await program.get("/api/live")).status == status
        if status == 200:
            async with _watching(program) as socket:
                await socket.send_str('{"kind":"ping"}')
                kinds = {(await _next(socket))["kind"] for _ in range(2)}
                assert kinds == {"live", "pong"}
                await socket.send_str("no JSON")
                async with asyncio.timeout(10):
                    while (message := await socket.receive()).type is aiohttp.WSMsgType.TEXT:
                        pass
                assert message.data == 1008
