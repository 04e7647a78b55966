"""Who is on the rota is given somebody during their shifts only, unless the workspace decided otherwise."""

import json
from datetime import date, timedelta
from uuid import UUID

import pytest

from tests.actions.routing_world import add_agent, add_team, add_waiting, assignee_of, lines_of, make_pass
from tests.workers.outbox_world import Desk
from threadline.infra.clock import new_id, utc_now

pytestmark = pytest.mark.asyncio

ALWAYS = [[{"from_minute": 0, "to_minute": 1440}]] * 7
NEVER: list[list[object]] = [[]] * 7


async def _plan(desk: Desk, agent_id: UUID, *weeks: object, from_day: date = date(2024, 1, 1)) -> None:
    await desk.connection.execute(
        "insert into rota_plans (workspace_id, agent_id, from_day, zone, weeks) values ($1, $2, $3, 'UTC', $4::jsonb)",
        desk.workspace_id,
        agent_id,
        from_day,
        json.dumps(weeks),
    )


async def _change(desk: Desk, kind: str, agent_id: UUID, state: str = "accepted") -> None:
    """From an hour ago on for three hours."""
    await desk.connection.execute(
        "insert into rota_changes (workspace_id, id, kind, state, agent_id, starts_at, ends_at, asked_by, asked_at)"
        " values ($1, $2, $3, $4, $5, now() - interval '1 hour', now() + interval '2 hours', $5, now())",
        desk.workspace_id,
        new_id(),
        kind,
        state,
        agent_id,
    )


async def test_nobody_is_given_to_whoever_is_not_on(desk: Desk) -> None:
    on = await add_agent(desk)
    await _plan(desk, desk.agent_id, NEVER)
    await _plan(desk, on, ALWAYS)
    team_id = await add_team(desk, desk.agent_id, on)
    customers = await add_waiting(desk, team_id, 3)
    assert await make_pass(desk) == 3
    assert {await assignee_of(desk, one) for one in customers} == {on}


async def test_whoever_is_not_on_the_rota_works_as_they_like(desk: Desk) -> None:
    off = await add_agent(desk)
    await _plan(desk, off, NEVER)
    (customer,) = await add_waiting(desk, await add_team(desk, desk.agent_id, off), 1)
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == desk.agent_id


async def test_who_left_the_rota_is_given_somebody_again(desk: Desk) -> None:
    await _plan(desk, desk.agent_id, NEVER)
    (customer,) = await add_waiting(desk, await add_team(desk), 1)
    assert await make_pass(desk) == 0
    await _plan(desk, desk.agent_id, from_day=utc_now().date() - timedelta(days=1))
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == desk.agent_id


async def test_an_extra_shift_counts_when_it_was_accepted(desk: Desk) -> None:
    await _plan(desk, desk.agent_id, NEVER)
    (customer,) = await add_waiting(desk, await add_team(desk), 1)
    await _change(desk, "extra", desk.agent_id, "asked")
    assert await make_pass(desk) == 0
    await _change(desk, "extra", desk.agent_id)
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == desk.agent_id


async def test_a_workspace_may_give_to_everybody_who_is_online(desk: Desk) -> None:
    await desk.connection.execute(
        "update workspaces set settings = $2::jsonb where id = $1", desk.workspace_id, '{"routing": {"by_rota": false}}'
    )
    await _plan(desk, desk.agent_id, NEVER)
    (customer,) = await add_waiting(desk, await add_team(desk), 1)
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == desk.agent_id


async def test_an_owner_whose_shift_is_over_is_away(desk: Desk) -> None:
    owner = await add_agent(desk)
    await _plan(desk, owner, NEVER)
    (customer,) = await add_waiting(desk, await add_team(desk, desk.agent_id, owner), 1)
    await desk.connection.execute("update contacts set owner_id = $2 where id = $1", customer.contact_id, owner)
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == desk.agent_id
    assert (await lines_of(desk, customer))[-1]["data"]["reason"] == "owner_away"
