"""A customer's own person gets them, wherever they wait; with nobody there the team does, and it is told why."""

from typing import Any
from uuid import UUID

import pytest

from tests.actions.routing_world import (
    add_agent,
    add_team,
    add_waiting,
    assignee_of,
    caller_of,
    follow,
    give,
    lines_of,
    make_pass,
    say,
)
from tests.workers.outbox_world import Customer, Desk
from threadline.actions.change_contact import change_contact
from threadline.infra.clock import new_id, utc_now
from threadline.store.routing import find_workspaces_to_route
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio


async def test_their_own_person_gets_them_past_the_team_and_without_one(desk: Desk) -> None:
    owner = await add_agent(desk)
    team_id = await add_team(desk)
    mine, other = await add_waiting(desk, team_id, 2)
    nowhere = await desk.add_customer("Zoe")
    for customer in (mine, nowhere):
        await _own(desk, customer, owner)
    assert await make_pass(desk) == 3
    assert [await assignee_of(desk, one) for one in (mine, nowhere, other)] == [owner, owner, desk.agent_id]
    line = (await lines_of(desk, mine))[-1]
    assert (line["what"], line["data"]["reason"]) == ("assigned", "owner")


@pytest.mark.parametrize("why", ["away", "busy", "full", "blind", "left"])
async def test_with_nobody_there_the_team_gets_them_and_it_is_told(desk: Desk, why: str) -> None:
    owner = await add_agent(desk)
    team_id = await add_team(desk)
    (customer,) = await add_waiting(desk, team_id, 1)
    await _own(desk, customer, owner)
    match why:
        case "away" | "busy":
            await say(desk, owner, "offline" if why == "away" else "busy")
        case "full":
            await desk.connection.execute("update agents set capacity = 1 where id = $1", owner)
            await give(desk, await desk.add_customer("Zoe"), owner)
        case "blind":
            await desk.connection.execute("update agents set channel_ids = '{}' where id = $1", owner)
        case _:
            await desk.connection.execute("update agents set deactivated_at = now() where id = $1", owner)
    assert await make_pass(desk) == 1
    assert await assignee_of(desk, customer) == desk.agent_id
    data = (await lines_of(desk, customer))[-1]["data"]
    assert (data["reason"], data["owner_id"]) == ("owner_full" if why == "full" else "owner_away", str(owner))


async def test_where_the_workspace_does_not_want_it_an_owner_is_like_anybody(desk: Desk) -> None:
    owner = await add_agent(desk)
    team_id = await add_team(desk)
    (customer,) = await add_waiting(desk, team_id, 1)
    await _own(desk, customer, owner)
    await _decide(desk, '{"routing": {"owners_first": false}}')
    await make_pass(desk)
    assert await assignee_of(desk, customer) == desk.agent_id
    assert (await lines_of(desk, customer))[-1]["data"]["reason"] == "routing"


async def test_who_gets_an_owner_while_waiting_is_given_to_them_at_once(desk: Desk) -> None:
    """The change of the contact is the cause; other changes of it are none."""
    owner = await add_agent(desk)
    customer = await desk.add_customer("Ana")
    for given in ({"owner_id": "keep", "facts": {"name": "Anna"}}, {"owner_id": owner, "facts": {}}):
        async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
            more: Any = given
            await change_contact(
                session,
                caller=caller_of(desk),
                contact_id=customer.contact_id,
                fields={},
                now=utc_now(),
                new_id=new_id,
                **more,
            )
        await follow(desk)
        assert await assignee_of(desk, customer) == (None if given["owner_id"] == "keep" else owner)


async def test_the_timer_finds_who_waits_for_an_owner_that_is_online(desk: Desk) -> None:
    owner = await add_agent(desk)
    customer = await desk.add_customer("Ana")

    async def found() -> bool:
        async with desk.database.transaction(Role.ENGINE) as session:
            return desk.workspace_id in await find_workspaces_to_route(await session.raw(), limit=1000)

    assert not await found()
    await _own(desk, customer, owner)
    assert await found()
    await say(desk, owner, "offline")
    assert not await found()


async def _own(desk: Desk, customer: Customer, agent_id: UUID) -> None:
    await desk.connection.execute("update contacts set owner_id = $2 where id = $1", customer.contact_id, agent_id)


async def _decide(desk: Desk, settings: str) -> None:
    await desk.connection.execute(
        "update workspaces set settings = settings || $2::jsonb where id = $1", desk.workspace_id, settings
    )
