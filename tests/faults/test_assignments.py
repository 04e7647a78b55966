"""kill -9 between an assignment and its notification: whoever has a customer in the end has been told so."""

import asyncio
import random
from uuid import UUID

import asyncpg
import pytest

from tests.faults.house import House
from tests.faults.town import Town
from threadline.infra.clock import new_id

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CUSTOMERS = 12
TAKE_BACK_MIN = 5


async def test_nobody_is_given_to_somebody_who_never_hears_of_it(house: House, seed: int) -> None:
    town = Town(house, random.Random(seed))
    await town.open(CUSTOMERS)
    workspace_id = (await house.query("select id from workspaces"))[0]["id"]
    agent_ids = [await _agent(house, workspace_id) for _ in range(4)]
    team_id = await _team(house, workspace_id, agent_ids)

    # Nothing can be told while this lock is held: the worker dies exactly between the two.
    holder = await asyncpg.connect(house.database_url)
    telling = holder.transaction()
    await telling.start()
    await holder.execute("lock table notifications in share row exclusive mode")
    for conversation_id in town.conversations.values():
        status, _ = await house.api("PATCH", f"/conversations/{conversation_id}", {"team_id": str(team_id)})
        assert status == 200
    await house.wait_for("everybody has somebody", lambda: _all_given(house), within_s=30)
    house.worker.kill()
    assert await _untold(house) == CUSTOMERS
    await telling.rollback()
    await holder.close()
    house.worker.start()
    await house.wait_for("who has somebody was told", lambda: _all_told(house), within_s=60)

    # And while silence takes them back, at any moment.
    chance = random.Random(f"{seed} silence")
    await house.query("update teams set take_back_min = $2 where id = $1", team_id, TAKE_BACK_MIN)
    for _ in range(3):
        await house.query(
            "update conversations set assigned_at = now() - interval '1 hour',"
            " waiting_since = now() - interval '2 hours' where assignee_id is not null and left_at is null"
        )
        await asyncio.sleep(chance.uniform(0, 1.5))
        house.worker.kill()
        await asyncio.sleep(chance.uniform(0, 0.5))
        house.worker.start()
        await house.wait_for("nobody is silent", lambda: _none_silent(house), within_s=60)
    assert await _all_given(house)
    await house.wait_for("who has somebody was told", lambda: _all_told(house), within_s=60)
    rows = await house.query("select taken_from, assignee_id, left_at from conversations where team_id is not null")
    assert all(len(set(row["taken_from"])) == 2 and row["assignee_id"] not in row["taken_from"] for row in rows)
    assert all(row["left_at"] is not None for row in rows)


async def _agent(house: House, workspace_id: UUID) -> UUID:
    person_id, agent_id = new_id(), new_id()
    await house.query(
        "insert into people (id, email, name) values ($1, $2, 'Bo')", person_id, f"{person_id}@example.org"
    )
    await house.query(
        "insert into agents (workspace_id, id, person_id, role, capacity) values ($1, $2, $3, 'agent', 50)",
        workspace_id,
        agent_id,
        person_id,
    )
    return agent_id


async def _team(house: House, workspace_id: UUID, member_ids: list[UUID]) -> UUID:
    team_id = new_id()
    await house.query(
        "insert into teams (workspace_id, id, name, name_key, colour, assignment)"
        " values ($1, $2, 'Sales', 'sales', 'teal', 'balanced')",
        workspace_id,
        team_id,
    )
    await house.query(
        "insert into team_members (workspace_id, team_id, agent_id) select $1, $2, unnest($3::uuid[])",
        workspace_id,
        team_id,
        member_ids,
    )
    return team_id


async def _all_given(house: House) -> bool:
    rows = await house.query(
        "select count(*) as count from conversations where team_id is not null and assignee_id is not null"
    )
    return rows[0]["count"] == CUSTOMERS


async def _untold(house: House) -> int:
    """How many have somebody who was not told of this assignment."""
    rows = await house.query(
        "select count(*) as count from conversations c where c.assignee_id is not null and c.team_id is not null"
        " and not exists (select from notifications n where n.workspace_id = c.workspace_id"
        " and n.conversation_id = c.id and n.agent_id = c.assignee_id and n.kind = 'assigned' and n.read_at is null)"
    )
    return rows[0]["count"]


async def _all_told(house: House) -> bool:
    return await _untold(house) == 0


async def _none_silent(house: House) -> bool:
    rows = await house.query(
        "select count(*) as count from conversations where team_id is not null and left_at is null"
        " and (assignee_id is null or assigned_at <= now() - make_interval(mins => $1))",
        TAKE_BACK_MIN,
    )
    return rows[0]["count"] == 0
