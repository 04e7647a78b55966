"""Important customers are served first when they come, come back, or become important; a line says why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from tests.workers.test_consequences import drain, loop_of
from threadline.actions.change_contact import change_contact
from threadline.actions.serve_vips import CAUSES, serve_vips
from threadline.core.permission import Caller, Permission, Visibility
from threadline.store.session import Role
from threadline.workers.consequences import Consumer

pytestmark = pytest.mark.asyncio

CARE = Consumer("serve_vips", serve_vips, CAUSES)


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        await opened.connection.execute(
            "insert into leases (name, fence) values ('consumer', 1) on conflict do nothing"
        )
        await opened.connection.execute("update leases set fence = 1 where name = 'consumer'")
        yield opened


async def _agent(desk: ReceivingDesk, name: str) -> Any:
    person_id, agent_id = desk.new_id(), desk.new_id()
    await desk.connection.execute(
        "insert into people (id, name, email, password_hash) values ($1, $2, $3, 'x')",
        person_id,
        name,
        f"{person_id}@example.org",
    )
    await desk.connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, 'agent')",
        desk.workspace_id,
        agent_id,
        person_id,
    )
    return agent_id


async def _decide(desk: ReceivingDesk, settings: str) -> None:
    await desk.connection.execute(
        "update workspaces set settings = $2::jsonb where id = $1", desk.workspace_id, settings
    )


async def _mark(desk: ReceivingDesk, is_vip: bool) -> None:
    """As a colleague does it in the contact's column."""
    (contact,) = await desk.of("contacts")
    caller = Caller(
        workspace_id=desk.workspace_id,
        permissions=frozenset(Permission),
        visibility=Visibility(),
        agent_id=desk.new_id(),
    )
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await change_contact(
            session,
            caller=caller,
            contact_id=contact["id"],
            facts={"is_vip": is_vip},
            fields={},
            now=desk.now,
            new_id=desk.new_id,
        )


async def _row(desk: ReceivingDesk) -> Any:
    return (await desk.of("conversations"))[-1]


async def _lines(desk: ReceivingDesk) -> list[str]:
    rows = await desk.rows(
        "select content ->> 'what' as what from messages where workspace_id = $1 and direction = 'line'"
        " and content -> 'data' ->> 'reason' = 'vip' order by seq",
        desk.workspace_id,
    )
    return [row["what"] for row in rows]


async def test_who_becomes_important_is_served_at_once_and_others_are_not(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    await drain(loop_of(desk, CARE))
    assert (await _row(desk))["priority"] == 0
    await _mark(desk, is_vip=True)
    await drain(loop_of(desk, CARE))
    assert ((await _row(desk))["priority"], await _lines(desk)) == (2, ["priority"])


async def test_what_somebody_lowered_by_hand_stays_so_until_the_next_occasion(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    await _mark(desk, is_vip=True)
    await drain(loop_of(desk, CARE))
    await desk.connection.execute("update conversations set priority = 0 where workspace_id = $1", desk.workspace_id)
    await _mark(desk, is_vip=True)
    await desk.receive(desk.message(1, "m2"))
    await drain(loop_of(desk, CARE))
    assert (await _row(desk))["priority"] == 0, "known as important, and nothing began"

    await desk.connection.execute(
        "update conversations set state = 'resolved', resolved_at = $2, waiting_since = null where workspace_id = $1",
        desk.workspace_id,
        desk.now,
    )
    desk.advance(hours=1)
    await desk.receive(desk.message(1, "m3", "Where is my order 12?"))
    await drain(loop_of(desk, CARE))
    assert ((await _row(desk))["state"], (await _row(desk))["priority"]) == ("open", 2)


async def test_a_higher_priority_and_an_owner_stay(desk: ReceivingDesk) -> None:
    ana, bo = await _agent(desk, "Ana"), await _agent(desk, "Bo")
    await _decide(desk, f'{{"vip_assignee_id": "{ana}", "vip_priority": 1}}')
    await desk.receive(desk.message(1, "m1"))
    await desk.connection.execute(
        "update conversations set priority = 3, assignee_id = $2 where workspace_id = $1", desk.workspace_id, bo
    )
    await _mark(desk, is_vip=True)
    await drain(loop_of(desk, CARE))
    row = await _row(desk)
    assert (row["priority"], row["assignee_id"], await _lines(desk)) == (3, bo, [])


@pytest.mark.parametrize("is_here", [True, False])
async def test_the_team_and_an_owner_who_is_here_get_it(desk: ReceivingDesk, is_here: bool) -> None:
    ana, team_id = await _agent(desk, "Ana"), desk.new_id()
    await desk.connection.execute(
        "insert into teams (workspace_id, id, name, name_key, colour) values ($1, $2, 'Gold', 'gold', 'blue')",
        desk.workspace_id,
        team_id,
    )
    await _decide(
        desk, f'{{"vip_assignee_id": "{ana}", "vip_team_id": "{team_id}", "vip_priority": 0, "from_later": 1}}'
    )
    if not is_here:
        await desk.connection.execute("update agents set deactivated_at = now() where id = $1", ana)
    await desk.receive(desk.message(1, "m1"))
    await _mark(desk, is_vip=True)
    await drain(loop_of(desk, CARE))
    row = await _row(desk)
    assert (row["team_id"], row["assignee_id"]) == (team_id, ana if is_here else None)
    assert await _lines(desk) == (["team_assigned", "assigned"] if is_here else ["team_assigned"])
    await desk.connection.execute(
        "update consumers set position = 0 where workspace_id = $1 and name = 'serve_vips'", desk.workspace_id
    )
    before = await _lines(desk)
    await drain(loop_of(desk, CARE))
    assert await _lines(desk) == before, "run twice, done once"


@pytest.mark.parametrize(("state", "wants_owners"), [("online", True), ("offline", True), ("online", False)])
async def test_their_own_person_comes_before_the_one_for_all_of_them(
    desk: ReceivingDesk, state: str, wants_owners: bool
) -> None:
    """Routing gives them to whoever owns them; this leaves them free for that, as long as it can be."""
    ana, owner = await _agent(desk, "Ana"), await _agent(desk, "Bo")
    owners_first = "true" if wants_owners else "false"
    await _decide(desk, f'{{"vip_assignee_id": "{ana}", "routing": {{"owners_first": {owners_first}}}}}')
    await desk.connection.execute(
        "insert into availabilities (workspace_id, agent_id, state) values ($1, $2, $3)",
        desk.workspace_id,
        owner,
        state,
    )
    await desk.receive(desk.message(1, "m1"))
    await desk.connection.execute("update contacts set owner_id = $2 where workspace_id = $1", desk.workspace_id, owner)
    await _mark(desk, is_vip=True)
    await drain(loop_of(desk, CARE))
    expected = None if state == "online" and wants_owners else ana
    assert (await _row(desk))["assignee_id"] == expected
