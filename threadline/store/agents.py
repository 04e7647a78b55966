"""Agents: people in one workspace, with their role and what they see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.availability import AvailabilityText
from threadline.core.errors import NotFound
from threadline.core.permission import Sees
from threadline.store.connection import Connection
from threadline.store.session import Session

RoleText = Literal["admin", "supervisor", "agent"]


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    email: str
    role: RoleText
    """'agent' beside a role of the workspace's own."""
    role_id: UUID | None
    """The role of the workspace's own; None: a built-in one."""
    sees: Sees
    channel_ids: list[UUID] | None
    """None: every channel."""
    is_novice: bool
    """Their answers go out through a colleague's hands only."""
    is_active: bool
    availability: AvailabilityText
    away_reason: str
    """Why they are busy or offline; empty: they did not say."""
    available_since: datetime | None
    """Since when it is so; None: nobody ever said anything."""
    created_at: datetime


class AgentKeys(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    person_id: UUID
    role: RoleText
    role_id: UUID | None
    sees: Sees
    channel_ids: list[UUID] | None
    is_novice: bool
    is_active: bool


_SELECT = """
select a.id, p.name, p.email, a.role, a.role_id, a.sees, a.channel_ids, a.is_novice,
       a.deactivated_at is null and p.deactivated_at is null as is_active, a.created_at,
       coalesce(v.state, 'online') as availability, coalesce(v.reason, '') as away_reason, v.since as available_since
from agents a join people p on p.id = a.person_id
left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id
"""


async def list_agents(session: Session) -> list[Agent]:
    rows = await (await session.raw()).fetch(f"{_SELECT} where a.workspace_id = $1 order by a.id", session.workspace_id)
    return [Agent(**row) for row in rows]


async def load_agents(connection: Connection, *, workspace_id: UUID, agent_ids: Sequence[UUID]) -> list[Agent]:
    rows = await connection.fetch(
        f"{_SELECT} where a.workspace_id = $1 and a.id = any($2::uuid[]) order by a.id", workspace_id, list(agent_ids)
    )
    return [Agent(**row) for row in rows]


async def get_agent(session: Session, agent_id: UUID) -> Agent:
    """Raises NotFound, also for agents of other workspaces."""
    row = await (await session.raw()).fetchrow(
        f"{_SELECT} where a.workspace_id = $1 and a.id = $2", session.workspace_id, agent_id
    )
    if row is None:
        raise NotFound("This person is not in the workspace.", reason="person_not_here")
    return Agent(**row)


async def lock_agent(session: Session, agent_id: UUID) -> AgentKeys:
    """The row, locked before it changes. Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        "select id, person_id, role, role_id, sees, channel_ids, is_novice, deactivated_at is null as is_active"
        " from agents where workspace_id = $1 and id = $2 for no key update",
        session.workspace_id,
        agent_id,
    )
    if row is None:
        raise NotFound("This person is not in the workspace.", reason="person_not_here")
    return AgentKeys(**row)


async def lock_admins(session: Session) -> list[UUID]:
    """The active agents who hold every right, locked in id order: two who leave at once take turns (S7)."""
    rows = await (await session.raw()).fetch(
        "select id from agents where workspace_id = $1 and role = 'admin' and deactivated_at is null order by id"
        " for no key update",
        session.workspace_id,
    )
    return [row["id"] for row in rows]


async def is_active_agent(session: Session, agent_id: UUID) -> bool:
    return bool(
        await (await session.raw()).fetchval(
            "select true from agents where workspace_id = $1 and id = $2 and deactivated_at is null",
            session.workspace_id,
            agent_id,
        )
    )


async def serves_channel(session: Session, agent_id: UUID, channel_id: UUID) -> bool | None:
    """Whether an agent who is here sees a channel; None: nobody who is here."""
    return await (await session.raw()).fetchval(
        "select channel_ids is null or $3 = any(channel_ids) from agents"
        " where workspace_id = $1 and id = $2 and deactivated_at is null",
        session.workspace_id,
        agent_id,
        channel_id,
    )


async def find_agent_by_email(session: Session, email: str) -> UUID | None:
    """Who works here under this address, written as `normal_email` does."""
    return await (await session.raw()).fetchval(
        "select a.id from agents a join people p on p.id = a.person_id"
        " where a.workspace_id = $1 and p.email = $2 and a.deactivated_at is null",
        session.workspace_id,
        email,
    )


async def has_people(session: Session) -> bool:
    """Whether anybody works here who could sign in: the demo's colleagues cannot."""
    found = await (await session.raw()).fetchval(
        "select true from agents a join people p on p.id = a.person_id and p.password_hash <> ''"
        " where a.workspace_id = $1 limit 1",
        session.workspace_id,
    )
    return bool(found)


async def insert_agent(
    session: Session,
    *,
    agent_id: UUID,
    person_id: UUID,
    role: str,
    role_id: UUID | None = None,
    sees: str,
    channel_ids: Sequence[UUID] | None,
) -> UUID:
    """Makes the person an agent, or brings back the agent they once were here; returns the agent's id."""
    found = await (await session.raw()).fetchval(
        "insert into agents (workspace_id, id, person_id, role, sees, channel_ids, role_id)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (workspace_id, person_id)"
        " do update set role = excluded.role, role_id = excluded.role_id, sees = excluded.sees,"
        " channel_ids = excluded.channel_ids, deactivated_at = null returning id",
        session.workspace_id,
        agent_id,
        person_id,
        role,
        sees,
        None if channel_ids is None else list(channel_ids),
        role_id,
    )
    assert isinstance(found, UUID)
    return found


async def update_agent(
    session: Session,
    agent_id: UUID,
    *,
    role: str,
    role_id: UUID | None,
    sees: str,
    channel_ids: Sequence[UUID] | None,
    is_novice: bool,
    is_active: bool,
) -> None:
    await (await session.raw()).execute(
        "update agents set role = $3, role_id = $8, sees = $4, channel_ids = $5, is_novice = $7,"
        " deactivated_at = case when $6 then null else coalesce(deactivated_at, now()) end"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        agent_id,
        role,
        sees,
        None if channel_ids is None else list(channel_ids),
        is_active,
        is_novice,
        role_id,
    )
