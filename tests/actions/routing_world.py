"""Teams, agents and waiting customers, for what routing does with them."""

import json
from typing import Any
from uuid import UUID

from tests.workers.outbox_world import Customer, Desk
from threadline.actions.notify_agents import notify_agents
from threadline.actions.route_conversations import CAUSES, give_to_free, route_conversations
from threadline.core.events import Event, EventKind
from threadline.core.notification import NOTIFYING
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import read_events
from threadline.store.session import Role


def caller_of(desk: Desk) -> Caller:
    return Caller(desk.workspace_id, frozenset(Permission), agent_id=desk.agent_id)


async def add_team(desk: Desk, *members: UUID, assignment: str = "balanced") -> UUID:
    team_id = new_id()
    await desk.connection.execute(
        "insert into teams (workspace_id, id, name, name_key, colour, assignment)"
        " values ($1, $2, 'Sales', 'sales', 'teal', $3)",
        desk.workspace_id,
        team_id,
        assignment,
    )
    await desk.connection.execute(
        "insert into team_members (workspace_id, team_id, agent_id) select $1, $2, unnest($3::uuid[])",
        desk.workspace_id,
        team_id,
        list(members or (desk.agent_id,)),
    )
    return team_id


async def add_agent(desk: Desk, role: str = "agent") -> UUID:
    person_id, agent_id = new_id(), new_id()
    await desk.connection.execute(
        "insert into people (id, email, name) values ($1, $2, 'Bo')", person_id, f"{person_id}@x.test"
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, $4)",
        desk.workspace_id,
        agent_id,
        person_id,
        role,
    )
    return agent_id


async def add_waiting(desk: Desk, team_id: UUID, count: int) -> list[Customer]:
    """The first waits longest."""
    customers = await desk.add_customers(count)
    for number, customer in enumerate(customers):
        await desk.connection.execute(
            "update conversations set team_id = $2,"
            " waiting_since = now() - interval '1 hour' + $3 * interval '1 minute'"
            " where id = $1",
            customer.conversation_id,
            team_id,
            number,
        )
    return customers


async def give(desk: Desk, customer: Customer, agent_id: UUID) -> None:
    await desk.connection.execute(
        "update conversations set assignee_id = $2 where id = $1", customer.conversation_id, agent_id
    )


async def say(desk: Desk, agent_id: UUID, state: str) -> None:
    await desk.connection.execute(
        "insert into availabilities (workspace_id, agent_id, state, since) values ($1, $2, $3, now())"
        " on conflict (workspace_id, agent_id) do update set state = excluded.state, since = excluded.since",
        desk.workspace_id,
        agent_id,
        state,
    )


async def make_pass(desk: Desk) -> int:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        return await give_to_free(session, now=utc_now(), new_id=new_id)


async def record(desk: Desk, kind: EventKind, customer: Customer) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        session.record(
            Event(
                id=new_id(),
                workspace_id=desk.workspace_id,
                kind=kind,
                at=utc_now(),
                conversation_id=customer.conversation_id,
                contact_id=customer.contact_id,
                channel_id=desk.channel_id,
            )
        )


async def read_all(session: Any) -> Any:
    return await read_events(
        await session.raw(),
        workspace_id=session.workspace_id,
        after_seq=0,
        limit=1000,
        not_before=UUID(int=0),
    )


async def follow(desk: Desk) -> None:
    """As the consumer does it, over everything that has happened."""
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        causes = [one for one in await read_all(session) if one.event.kind in CAUSES]
        if causes:
            await route_conversations(session, causes, now=utc_now(), new_id=new_id)


async def assignee_of(desk: Desk, customer: Customer) -> UUID | None:
    return (await desk.conversation(customer))["assignee_id"]


async def lines_of(desk: Desk, customer: Customer) -> list[Any]:
    rows = await desk.connection.fetch(
        "select content -> 'what' as what, content -> 'data' as data from messages"
        " where conversation_id = $1 and direction = 'line' order by seq",
        customer.conversation_id,
    )
    return [{"what": json.loads(row["what"]), "data": json.loads(row["data"])} for row in rows]


async def told_to(desk: Desk) -> list[tuple[str, UUID, UUID]]:
    """What everybody is told of everything that has happened, as the consumer tells it: kind, agent, conversation."""
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        events = [one for one in await read_all(session) if one.event.kind in NOTIFYING]
        if events:
            await notify_agents(session, events, now=utc_now(), new_id=new_id)
    rows = await desk.connection.fetch(
        "select kind, agent_id, conversation_id from notifications where workspace_id = $1 and read_at is null"
        " order by at, kind, agent_id",
        desk.workspace_id,
    )
    return [tuple(row) for row in rows]
