"""Conversations at every message: locked in id order, found or made, and moved on, many at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from threadline.core.conversation import ConversationState
from threadline.store.connection import Connection, sparse


@dataclass(frozen=True, slots=True)
class LockedConversation:
    """As it stood when its lock was ours."""

    id: UUID
    contact_id: UUID
    state: str
    last_seq: int
    waiting_since: datetime | None
    first_message_id: UUID | None
    ended_at: datetime | None = None
    """When it was resolved, of one that is."""
    keeps_thanks: bool = False
    """The workspace lets a thanks after the end reopen nothing."""
    paused_at: datetime | None = None
    """Since when its clock stands still."""
    stage_name: str = ""
    bot_id: UUID | None = None
    """Of one that has just begun: the bot that has it."""


_LOCK_UNRESOLVED = """
select id, contact_id, state, last_seq, waiting_since, first_message_id, channel_id, thread, paused_at,
       case when paused_at is not null then (
           select g.name from stages g where g.workspace_id = $1 and g.id = stage_id) end as stage_name
from conversations
where workspace_id = $1 and id in (
    select c.id from conversations c
    where c.workspace_id = $1 and c.channel_id = $2 and c.contact_id = any($3::uuid[]) and c.thread = ''
      and c.state <> 'resolved'
    union all select unnest($4::uuid[]))
order by id for update
"""


async def lock_unresolved_conversations(
    connection: Connection,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    contact_ids: Sequence[UUID],
    also_lock: Sequence[UUID],
) -> dict[UUID, LockedConversation]:
    """By contact: the one conversation each may have that is not resolved. Uses `conversations_unresolved`.

    `also_lock` are conversations that the caller will change too: all locks of a batch are taken in one order.
    """
    rows = await connection.fetch(_LOCK_UNRESOLVED, workspace_id, channel_id, contact_ids, also_lock)
    wanted = set(contact_ids)
    return {
        row["contact_id"]: _locked(row)
        for row in rows
        if row["contact_id"] in wanted
        and row["channel_id"] == channel_id
        and row["thread"] == ""
        and row["state"] != ConversationState.RESOLVED
    }


_LOCK_LATEST = """
select c.id, c.contact_id, c.state, c.last_seq, c.waiting_since, c.first_message_id, c.paused_at,
       coalesce(c.resolved_at, c.last_activity_at) as ended_at,
       coalesce(w.settings ->> 'quiet_thanks', 'true') = 'true' as keeps_thanks
from conversations c join workspaces w on w.id = c.workspace_id
where c.workspace_id = $1 and c.id in (
    select latest.id from unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[])
        as wanted (contact_id, came_at, kept_after)
    cross join lateral (
        select c.id, coalesce(c.resolved_at, c.last_activity_at) as ended_at from conversations c
        where c.workspace_id = $1 and c.contact_id = wanted.contact_id and c.channel_id = $2 and c.thread = ''
        order by c.created_at desc limit 1
    ) latest
    where wanted.came_at is null
       or (latest.ended_at > wanted.kept_after and (
            select coalesce(ws.settings ->> 'quiet_thanks', 'true') from workspaces ws where ws.id = $1) = 'true')
       or latest.ended_at > wanted.came_at - interval '1 day' * (
            select coalesce((ch.settings ->> 'reopen_days')::int, $6) from channels ch
            where ch.workspace_id = $1 and ch.id = $2))
order by c.id for update of c
"""


@dataclass(frozen=True, slots=True)
class Latest:
    """A contact whose latest conversation is looked for: any, or one that ended within the channel's days."""

    contact_id: UUID
    came_at: datetime | None
    """None: however old it is."""
    kept_after: datetime | None
    """Also one that ended after this, whatever the channel says."""


async def lock_latest_conversations(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, wanted: Sequence[Latest], reopen_days: int
) -> dict[UUID, LockedConversation]:
    """By contact: the latest conversation, if it may go on. Uses `conversations_by_contact`.

    `reopen_days` holds where the channel's settings say nothing.
    """
    rows = await connection.fetch(
        _LOCK_LATEST,
        workspace_id,
        channel_id,
        [one.contact_id for one in wanted],
        [one.came_at for one in wanted],
        [one.kept_after for one in wanted],
        reopen_days,
    )
    return {row["contact_id"]: _locked(row) for row in rows}


@dataclass(frozen=True, slots=True)
class NewConversation:
    id: UUID
    contact_id: UUID
    address_id: UUID
    state: str
    last_activity_at: datetime
    bot_id: UUID | None = None
    """The bot that has it first; None: nobody."""


_INSERT = """
insert into conversations (workspace_id, channel_id, id, contact_id, address_id, state, last_activity_at, created_at,
                           resolved_at, assignee_id, team_id, bot_id, bot_at)
select $1, $2, new.id, new.contact_id, address_id, state, last_activity_at, $3::timestamptz,
       case when state = 'resolved' then $3::timestamptz end, before.assignee_id, before.team_id,
       new.bot_id, case when new.bot_id is not null then $3::timestamptz end
from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::timestamptz[], $9::uuid[])
     as new (id, contact_id, address_id, state, last_activity_at, bot_id)
left join lateral (
    select a.id as assignee_id, t.id as team_id from (
        select c.assignee_id, c.team_id from conversations c
        where c.workspace_id = $1 and c.contact_id = new.contact_id and c.channel_id = $2
        order by c.created_at desc limit 1
    ) c
    left join agents a on a.workspace_id = $1 and a.id = c.assignee_id and a.deactivated_at is null
    left join teams t on t.workspace_id = $1 and t.id = c.team_id and t.deleted_at is null
) before on new.bot_id is null
on conflict (workspace_id, channel_id, contact_id, thread) where state <> 'resolved' do nothing
returning id
"""


async def insert_conversations(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, rows: Iterable[NewConversation], now: datetime
) -> set[UUID]:
    """Returns the ids that were inserted; another writer won the rest, which can be locked after this (R4).

    Whoever had the contact's conversation before on this channel, agent and team, has the new one, if still here and
    no bot answers first.
    """
    ordered = sorted(rows, key=lambda row: row.contact_id)
    inserted = await connection.fetch(
        _INSERT,
        workspace_id,
        channel_id,
        now,
        [row.id for row in ordered],
        [row.contact_id for row in ordered],
        [row.address_id for row in ordered],
        [row.state for row in ordered],
        [row.last_activity_at for row in ordered],
        sparse([row.bot_id for row in ordered]),
    )
    return {row["id"] for row in inserted}


@dataclass(frozen=True, slots=True)
class ConversationStep:
    """What a batch did to one locked conversation."""

    id: UUID
    state: str
    last_seq: int
    incoming_count: int
    """How many more."""
    first_message_id: UUID
    last_message_id: UUID | None
    """None: what came was history, the newest message stays."""
    last_line_id: UUID | None
    """A line that tells what happened to it, if the batch wrote one."""
    last_activity_at: datetime | None
    waiting_since: datetime | None
    last_inbound_at: datetime | None
    window_closes_at: datetime | None
    address_id: UUID | None
    ends_pause: bool = False
    """The customer wrote while the clock stood still in a stage: it leaves that stage."""


_ADVANCE = """
update conversations c set
    state = step.state,
    resolved_at = case when step.state = 'resolved' then c.resolved_at end,
    stage_id = case when step.state = c.state and (c.paused_at is null or not coalesce(step.ends_pause, false))
                    then c.stage_id end,
    paused_at = case when step.state = c.state and not coalesce(step.ends_pause, false) then c.paused_at end,
    closing_at = null,
    closing_message_id = case when step.state = c.state then c.closing_message_id end,
    last_seq = step.last_seq,
    incoming_count = c.incoming_count + step.incoming_count,
    first_message_id = coalesce(c.first_message_id, step.first_message_id),
    last_message_id = coalesce(step.last_message_id, c.last_message_id, step.first_message_id),
    last_line_id = coalesce(step.last_line_id, c.last_line_id),
    last_activity_at = greatest(c.last_activity_at, step.last_activity_at),
    waiting_since = step.waiting_since,
    last_inbound_at = greatest(c.last_inbound_at, step.last_inbound_at),
    window_closes_at = greatest(c.window_closes_at, step.window_closes_at),
    address_id = coalesce(step.address_id, c.address_id)
from unnest($2::uuid[], $3::text[], $4::int[], $5::int[], $6::uuid[], $7::uuid[], $8::timestamptz[],
            $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::uuid[], $13::uuid[], $14::boolean[])
     as step (id, state, last_seq, incoming_count, first_message_id, last_message_id, last_activity_at, waiting_since,
              last_inbound_at, window_closes_at, address_id, last_line_id, ends_pause)
where c.workspace_id = $1 and c.id = step.id
"""


async def advance_conversations(connection: Connection, workspace_id: UUID, steps: Sequence[ConversationStep]) -> None:
    """Under the locks of `lock_…`. Windows and times of activity never go back (`greatest` ignores null)."""
    await connection.execute(
        _ADVANCE,
        workspace_id,
        [step.id for step in steps],
        [step.state for step in steps],
        [step.last_seq for step in steps],
        [step.incoming_count for step in steps],
        [step.first_message_id for step in steps],
        sparse([step.last_message_id for step in steps]),
        [step.last_activity_at for step in steps],
        sparse([step.waiting_since for step in steps]),
        sparse([step.last_inbound_at for step in steps]),
        sparse([step.window_closes_at for step in steps]),
        sparse([step.address_id for step in steps]),
        sparse([step.last_line_id for step in steps]),
        sparse([step.ends_pause or None for step in steps]),
    )


@dataclass(frozen=True, slots=True)
class ReachStep:
    contact_id: UUID
    last_inbound_at: datetime
    window_closes_at: datetime | None


_REACH = """
insert into reaches as r (workspace_id, channel_id, contact_id, last_inbound_at, window_closes_at)
select $1, $2, contact_id, last_inbound_at, window_closes_at
from unnest($3::uuid[], $4::timestamptz[], $5::timestamptz[]) as step (contact_id, last_inbound_at, window_closes_at)
on conflict (workspace_id, channel_id, contact_id) do update set
    last_inbound_at = greatest(r.last_inbound_at, excluded.last_inbound_at),
    window_closes_at = greatest(r.window_closes_at, excluded.window_closes_at),
    blocked_at = null, blocked_reason = ''
"""


async def advance_reaches(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, steps: Iterable[ReachStep]
) -> None:
    """The customer wrote: the window opens or stays, and whoever was unreachable no longer is."""
    ordered = sorted(steps, key=lambda step: step.contact_id)
    await connection.execute(
        _REACH,
        workspace_id,
        channel_id,
        [step.contact_id for step in ordered],
        [step.last_inbound_at for step in ordered],
        [step.window_closes_at for step in ordered],
    )


def _locked(row: asyncpg.Record) -> LockedConversation:
    return LockedConversation(
        id=row["id"],
        contact_id=row["contact_id"],
        state=row["state"],
        last_seq=row["last_seq"],
        waiting_since=row["waiting_since"],
        first_message_id=row["first_message_id"],
        ended_at=row.get("ended_at") if row["state"] == ConversationState.RESOLVED else None,
        keeps_thanks=row.get("keeps_thanks") or False,
        paused_at=row["paused_at"],
        stage_name=row.get("stage_name") or "",
    )
