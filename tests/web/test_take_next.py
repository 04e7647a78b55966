"""Take next: the most urgent that one may and can serve, and never the same for two."""

import asyncio
import random
from contextlib import AsyncExitStack
from datetime import timedelta
from uuid import UUID

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.keep_deadlines import count_clocks
from threadline.core.due import next_due
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

AGENTS = 10


async def _queue(desk: Desk, channel_id: UUID, count: int) -> list[str]:
    """Conversations that nobody has, the one that waits longest first."""
    ids = [await desk.conversation(channel_id) for _ in range(count)]
    async with desk.server.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        for place, id in enumerate(ids):
            await (await session.raw()).execute(
                "update conversations set waiting_since = now() - $2::interval where id = $1",
                id,
                timedelta(minutes=count - place),
            )
    return [str(id) for id in ids]


async def _take(browser: Browser) -> str | None:
    answer = await browser.post("/api/conversations/next", {})
    assert answer.status == 200, answer.raw
    taken = answer.json["conversation"]
    assert taken is None or taken["assignee_id"] == str(browser.agent_id)
    return None if taken is None else taken["id"]


async def test_ten_agents_in_one_moment_get_ten_different_ones(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, *agents = [await stack.enter_async_context(browser_of(server)) for _ in range(AGENTS)]
        await set_up(admin)
        for agent in agents:
            await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        waiting = await _queue(desk, await desk.channel(), AGENTS + 2)
        taken = await asyncio.gather(*(_take(one) for one in (admin, *agents)))
        assert len(set(taken)) == AGENTS
        assert None not in taken
        # Those who wait shortest are left, but for one that was passed over while another had it for a moment.
        left = set(waiting) - set(taken)
        assert len(left) == 2
        assert left <= set(waiting[AGENTS // 2 :])


async def test_the_longest_waiting_comes_first_and_then_there_is_nothing_to_take(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    waiting = await _queue(desk, channel_id, 2)
    await desk.conversation(channel_id, state="snoozed")
    await desk.conversation(channel_id, assignee_id=browser.agent_id)
    assert [await _take(browser) for _ in range(3)] == [*waiting, None]


async def test_what_one_may_not_see_and_what_others_teams_have_is_left_alone(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, limited, member = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        desk = Desk(server, admin.workspace_id)
        seen, unseen = await desk.channel(), await desk.channel()
        await join(admin, limited, channel_ids=[str(seen)])
        await join(admin, member)
        (hidden,) = await _queue(desk, unseen, 1)
        (of_team,) = await _queue(desk, seen, 1)
        team = {"name": "Sales", "colour": "teal", "member_ids": [str(member.agent_id)]}
        team_id = (await admin.post("/api/teams", team)).json["id"]
        await admin.patch(f"/api/conversations/{of_team}", {"team_id": team_id})
        assert await _take(limited) is None
        assert {await _take(member), await _take(member)} == {hidden, of_team}


async def test_a_repeated_press_over_a_bad_line_takes_one(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    await _queue(desk, await desk.channel(), 2)
    key = {"Idempotency-Key": "press-1"}
    first, second = [await browser.post("/api/conversations/next", {}, headers=key) for _ in range(2)]
    assert first.json["conversation"]["id"] == second.json["conversation"]["id"]


async def test_priority_and_then_what_is_due_next_decide(browser: Browser) -> None:
    """The database orders as the rule says: of many with windows that close before, after and never."""
    await set_up(browser)
    level = {"minutes": 60}
    await browser.post("/api/sla-policies", {"name": "Hour", "first_reply": level, "next_reply": level})
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    chance, now = random.Random(3), utc_now()
    expected, ids = [], []
    async with desk.server.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        connection = await session.raw()
        for _ in range(24):
            id = await desk.conversation(channel_id)
            since = now - timedelta(minutes=chance.randrange(1, 90))
            closes_at = chance.choice([None, now + timedelta(minutes=chance.randrange(-90, 90))])
            priority = chance.choice([0, 0, 0, 2])
            await connection.execute(
                "update conversations set waiting_since = $2, window_closes_at = $3, priority = $4 where id = $1",
                id,
                since,
                closes_at,
                priority,
            )
            promised_at = since + timedelta(minutes=60)
            due = next_due(waiting_since=since, window_closes_at=closes_at, promised_at=promised_at, now=utc_now())
            expected.append((-priority, due, since, str(id)))
            ids.append(id)
        await count_clocks(session, ids, is_recount=False, now=utc_now(), new_id=new_id)
    assert [await _take(browser) for _ in expected] == [id for *_, id in sorted(expected)]
