"""Who is online, busy or offline: what is said of each agent, and when a desk of theirs was open last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.availability import HERE, Availability, AwayReason, Standing, Worker
from threadline.core.shift import Shift
from threadline.core.workspace import WorkspaceSettings
from threadline.store.connection import Connection
from threadline.store.session import Session

_USUAL: Final = WorkspaceSettings()


async def lock_standing(session: Session, agent_id: UUID) -> Standing:
    """What is said of an agent, kept from other changes until the end: two devices take turns."""
    connection = await session.raw()
    await connection.execute(
        "insert into availabilities (workspace_id, agent_id, state) values ($1, $2, 'online') on conflict do nothing",
        session.workspace_id,
        agent_id,
    )
    row = await connection.fetchrow(
        "select state, reason from availabilities where workspace_id = $1 and agent_id = $2 for no key update",
        session.workspace_id,
        agent_id,
    )
    assert row is not None
    return _standing(row["state"], row["reason"])


async def save_standing(session: Session, agent_id: UUID, standing: Standing, *, now: datetime) -> None:
    """Of an agent under their lock."""
    await (await session.raw()).execute(
        "update availabilities set state = $3, reason = $4, since = $5 where workspace_id = $1 and agent_id = $2",
        session.workspace_id,
        agent_id,
        standing.state.value,
        standing.reason.value,
        now,
    )


async def load_standings(session: Session, agent_ids: Sequence[UUID]) -> dict[UUID, Standing]:
    """Of each of these agents."""
    rows = await (await session.raw()).fetch(
        "select agent_id, state, reason from availabilities where workspace_id = $1 and agent_id = any($2::uuid[])",
        session.workspace_id,
        list(agent_ids),
    )
    said = {row["agent_id"]: _standing(row["state"], row["reason"]) for row in rows}
    return {agent_id: said.get(agent_id, HERE) for agent_id in agent_ids}


async def load_workers(session: Session, agent_ids: Sequence[UUID]) -> dict[UUID, Worker]:
    """Who of these still works here, and what is said of them."""
    rows = await (await session.raw()).fetch(
        "select a.id, a.deactivated_at is null as is_active, coalesce(v.state, 'online') as state from agents a"
        " left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id"
        " where a.workspace_id = $1 and a.id = any($2::uuid[])",
        session.workspace_id,
        list(agent_ids),
    )
    return {row["id"]: Worker(row["is_active"], Availability(row["state"])) for row in rows}


async def note_seen(connection: Connection, agents: Collection[tuple[UUID, UUID]]) -> None:
    """Desks of these agents, each with its workspace, are open now. As the engine: of all workspaces at once."""
    ordered = sorted(agents)
    await connection.execute(
        "insert into availabilities as v (workspace_id, agent_id, state, seen_at)"
        " select a.workspace_id, a.id, 'online', now() from unnest($1::uuid[], $2::uuid[]) as o (workspace_id, id)"
        " join agents a on a.workspace_id = o.workspace_id and a.id = o.id order by 1, 2"
        " on conflict (workspace_id, agent_id) do update set seen_at = excluded.seen_at",
        [workspace_id for workspace_id, _ in ordered],
        [agent_id for _, agent_id in ordered],
    )


_VANISHED: Final = """
v.state <> 'offline' and v.seen_at < now() - make_interval(mins => nullif(coalesce(
    (w.settings ->> 'vanished_after_min')::int, $1), 0))
"""
_HAS_HOURS: Final = "v.state <> 'offline' and jsonb_typeof(p.preferences -> 'shift') = 'object'"


async def find_workspaces_to_look_at(connection: Connection, *, limit: int) -> list[UUID]:
    """Where somebody vanished, or somebody who is there has working hours. Uses `availabilities_there`."""
    rows = await connection.fetch(
        "select distinct v.workspace_id from availabilities v join workspaces w on w.id = v.workspace_id"
        " left join agent_preferences p on p.workspace_id = v.workspace_id and p.agent_id = v.agent_id"
        f" where ({_VANISHED}) or ({_HAS_HOURS}) limit $2",
        _USUAL.vanished_after_min,
        limit,
    )
    return [row["workspace_id"] for row in rows]


async def find_vanished(session: Session) -> list[UUID]:
    """Agents who are said to be there, and whose desk was open nowhere for longer than the workspace allows."""
    rows = await (await session.raw()).fetch(
        "select v.agent_id from availabilities v join workspaces w on w.id = v.workspace_id"
        f" where v.workspace_id = $2 and {_VANISHED} order by v.agent_id",
        _USUAL.vanished_after_min,
        session.workspace_id,
    )
    return [row["agent_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class AtWork:
    """Somebody who is there and has working hours."""

    agent_id: UUID
    since: datetime
    shift: Shift
    zone: str


async def list_at_work(session: Session) -> list[AtWork]:
    """Of whoever never said anything, since they chose their hours."""
    rows = await (await session.raw()).fetch(
        "select v.agent_id, coalesce(v.since, p.changed_at) as since, p.preferences ->> 'shift' as shift,"
        " coalesce(p.preferences ->> 'time_zone', '') as zone from availabilities v"
        " join agent_preferences p on p.workspace_id = v.workspace_id and p.agent_id = v.agent_id"
        f" where v.workspace_id = $1 and {_HAS_HOURS} order by v.agent_id",
        session.workspace_id,
    )
    found = [(row, _shift(row["shift"])) for row in rows]
    return [AtWork(row["agent_id"], row["since"], shift, row["zone"]) for row, shift in found if shift is not None]


def _shift(text: str) -> Shift | None:
    """None: hours of another release, which end never."""
    try:
        return msgspec.json.decode(text, type=Shift)
    except msgspec.ValidationError:
        return None


def _standing(state: str, reason: str) -> Standing:
    """A reason that this release does not know is none."""
    known = AwayReason(reason) if reason in list(AwayReason) else AwayReason.NONE
    return Standing(state=Availability(state), reason=known)
