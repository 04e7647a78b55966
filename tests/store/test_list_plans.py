"""Each list is read from the top of its own index, as the web role under its policies, in a house of any size."""

from typing import Any

import asyncpg
import pytest

from threadline.core.filter import Condition, Group, Operator
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.filtered_conversations import count_conversations, find_conversations
from threadline.store.ranked_conversations import list_by_triage, where_view
from threadline.store.session import Database, Role, Session
from threadline.store.views import count_views

_MADE = """
with numbers as (select n, gen_random_uuid() as id from generate_series(1, 30000) n),
people as (insert into contacts (workspace_id, id, name) select $1, id, 'C' || n from numbers)
insert into conversations (workspace_id, id, channel_id, contact_id, state, last_activity_at, assignee_id,
                           waiting_since, failed_count, resolved_at)
select $1, id, $2, id, case when n % 20 = 0 then 'open' when n % 100 = 1 then 'snoozed' when n % 500 = 2 then 'pending'
                            else 'resolved' end,
       now() - n * interval '1 minute', case when n % 40 = 0 then $3::uuid end,
       case when n % 100 = 0 then now() - n * interval '1 minute' end, case when n % 1000 = 0 then 1 else 0 end, null
from numbers
"""


@pytest.fixture
async def house(database: Database, database_url: str) -> tuple[Database, Caller]:
    workspace_id, agent_id, channel_id = new_id(), new_id(), new_id()
    owner = await asyncpg.connect(database_url)
    await owner.execute("insert into workspaces (id, name) values ($1, 'Shop')", workspace_id)
    await owner.execute("insert into feed_counters (workspace_id) values ($1)", workspace_id)
    await owner.execute("insert into people (id, email, name) values ($1, $2, 'Ana')", agent_id, f"{agent_id}@x.test")
    await owner.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $2, 'agent')", workspace_id, agent_id
    )
    await owner.execute(
        "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, 'x', '')",
        workspace_id,
        channel_id,
        str(channel_id),
    )
    await owner.execute(
        "insert into channels (workspace_id, id, type, name, endpoint_id, address, secrets)"
        " values ($1, $2, 'x', 'X', $2, $3, '')",
        workspace_id,
        channel_id,
        str(channel_id),
    )
    await owner.execute(_MADE, workspace_id, channel_id, agent_id)
    await owner.execute("analyze conversations; analyze contacts")
    await owner.close()
    return database, Caller(workspace_id=workspace_id, permissions=frozenset(Permission), agent_id=agent_id)


class Explaining:
    """A connection whose statements about conversations are explained, and run."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.plans: list[str] = []

    async def fetch(self, statement: str, *values: object) -> list[asyncpg.Record]:
        connection = await self._session.raw()
        if " conversations c" in statement:
            rows = await connection.fetch(f"explain (analyze, costs off, timing off, summary off) {statement}", *values)
            self.plans.append("\n".join(row[0] for row in rows))
        return await connection.fetch(statement, *values)

    async def fetchrow(self, statement: str, *values: object) -> asyncpg.Record | None:
        return next(iter(await self.fetch(statement, *values)), None)

    async def fetchval(self, statement: str, *values: object) -> object:
        row = await self.fetchrow(statement, *values)
        return None if row is None else row[0]

    async def execute(self, statement: str, *values: object) -> str:
        return await (await self._session.raw()).execute(statement, *values)


def _watched(session: Session) -> tuple[Explaining, Session]:
    explaining = Explaining(session)

    async def raw() -> Any:
        return explaining

    watched = Session.__new__(Session)
    watched.workspace_id = session.workspace_id
    watched.events, watched.hints = [], set()
    watched.raw = raw  # stands before the connection
    return explaining, watched


_INDEX = {
    ListView.MINE: "conversations_by_assignee",
    ListView.UNASSIGNED: "conversations_unassigned",
    ListView.WAITING: "conversations_waiting",
    ListView.OPEN: "conversations_open",
    ListView.SNOOZED: "conversations_snoozed",
    ListView.RESOLVED: "conversations_resolved",
    ListView.FAILED: "conversations_failed",
}


async def test_each_fixed_view_reads_its_index_and_no_more_than_a_page(house: tuple[Database, Caller]) -> None:
    database, caller = house
    async with database.transaction(Role.WEB, caller.workspace_id) as session:
        for view, index in _INDEX.items():
            explaining, watched = _watched(session)
            order = ListOrder.WAITING if view is ListView.WAITING else ListOrder.NEWEST
            items, _ = await list_conversations(
                watched,
                caller,
                view=view,
                order=order,
                channel_id=None,
                after=None,
                limit=50,
            )
            assert items, view
            (plan,) = explaining.plans
            assert index in plan, (view, plan)
            assert "Seq Scan on conversations" not in plan, (view, plan)
            assert "Rows Removed by Filter: 1000" not in plan, (view, plan)


async def test_figures_triage_and_filters_read_indexes_too(house: tuple[Database, Caller]) -> None:
    database, caller = house
    some_states = Group(of=(Condition(field="state", operator=Operator.ANY_OF, values=("open", "pending", "snoozed")),))
    async with database.transaction(Role.WEB, caller.workspace_id) as session:
        explaining, watched = _watched(session)
        await count_views(watched, caller)
        await list_by_triage(
            watched,
            caller,
            where=where_view(caller, ListView.WAITING, None),
            now=utc_now(),
            after=None,
            limit=50,
        )
        await find_conversations(
            watched,
            caller,
            filter=some_states,
            order=ListOrder.NEWEST,
            now=utc_now(),
            after=None,
            limit=50,
        )
        for index in ("conversations_open", "conversations_pending", "conversations_snoozed"):
            assert index in explaining.plans[-1], explaining.plans[-1]
        await count_conversations(watched, caller, filter=some_states, now=utc_now())
        assert len(explaining.plans) >= 5
        for plan in explaining.plans:
            assert "Seq Scan on conversations" not in plan, plan
