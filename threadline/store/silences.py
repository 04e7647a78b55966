"""Customers who wait for an assignee that says nothing, and that somebody types, as far as that has to be known.

The conversation is its own timer: what ends the silence – an answer, another assignee, a sign of life – takes it away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from threadline.core.conversation import ConversationState
from threadline.core.silence import TYPING_KEPT_EVERY, Silence
from threadline.store.clocks import IS_WAITING
from threadline.store.connection import Connection
from threadline.store.conversations import KEYS, ConversationKeys
from threadline.store.session import Session

_WAITS_FOR_SOMEBODY: Final = (
    f"{IS_WAITING} and c.state = 'open' and c.assignee_id is not null and c.left_at is null"
    " and t.take_back_min is not null and t.deleted_at is null"
)
_MAY_BE_SILENT: Final = (
    f"{_WAITS_FOR_SOMEBODY}"
    " and greatest(c.waiting_since, c.assigned_at) <= {now}::timestamptz - make_interval(mins => t.take_back_min)"
)
"""Without the signs of life and the hours, which only make it shorter."""

_READ: Final = f"""
select {KEYS}, t.take_back_min as after_min, c.taken_from,
    greatest(c.waiting_since, c.assigned_at, wrote.at, typed.typed_at, drafted.at) as since,
    array(select a.id from team_members m
        join agents a on a.workspace_id = m.workspace_id and a.id = m.agent_id and a.deactivated_at is null
        left join availabilities v on v.workspace_id = a.workspace_id and v.agent_id = a.id
        where m.workspace_id = c.workspace_id and m.team_id = c.team_id and a.id <> c.assignee_id
          and coalesce(v.state, 'online') = 'online'
          and (a.channel_ids is null or c.channel_id = any(a.channel_ids))) as colleague_ids
from conversations c
join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id
join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id and ch.state <> 'disconnected'
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id and p.blocked_at is null
left join typing_signs typed on typed.workspace_id = c.workspace_id and typed.conversation_id = c.id
    and typed.agent_id = c.assignee_id
left join lateral (
    select max(d.written_at) as at from drafts d
    where d.workspace_id = c.workspace_id and d.agent_id = c.assignee_id and d.conversation_id = c.id
) drafted on true
left join lateral (
    select max(m.created_at) filter (where m.author_kind = 'agent' and m.author_id = c.assignee_id) as at,
           coalesce(bool_or(m.direction = 'outgoing' and m.status in (0, 1)
                            and m.author_kind in ('agent', 'flow', 'phone_app')), false) as is_answering
    from messages m
    where m.workspace_id = c.workspace_id and m.conversation_id = c.id and m.sort_at >= c.waiting_since
) wrote on true
where c.workspace_id = $1 and ($2::uuid[] is null or c.id = any($2)) and {_MAY_BE_SILENT.format(now="$3")}
  and not wrote.is_answering
  and coalesce(greatest(wrote.at, typed.typed_at, drafted.at), '-infinity')
      <= $3::timestamptz - make_interval(mins => t.take_back_min)
  and not exists (select from reviews r where r.workspace_id = c.workspace_id and r.conversation_id = c.id
                  and r.author_id = c.assignee_id and r.state = 'asked')
order by since, c.id limit $4
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A conversation whose assignee says nothing, by the clock on the wall."""

    conversation: ConversationKeys
    silence: Silence


async def read_silent(
    session: Session, *, now: datetime, limit: int, conversation_ids: Sequence[UUID] | None = None
) -> list[Silent]:
    """Those silent longest first; of these conversations, or of all. Takes no lock.

    An answer that is on its way, or waits for a review, is no silence. Uses `conversations_by_team`.
    """
    rows = await (await session.raw()).fetch(_READ, session.workspace_id, conversation_ids, now, limit)
    return [_silent(dict(row)) for row in rows]


def _silent(row: dict[str, Any]) -> Silent:  # a row of the database: typed by its columns
    silence = Silence(
        after_min=row.pop("after_min"),
        since=row.pop("since"),
        taken_from=frozenset(row.pop("taken_from")),
        colleague_ids=frozenset(row.pop("colleague_ids")),
    )
    keys = ConversationKeys(**{**row, "state": ConversationState(row["state"])})
    return Silent(conversation=keys, silence=silence)


async def lock_waiting_for_somebody(session: Session, conversation_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these that still wait for their assignee, locked in the order of their ids.

    What somebody holds is passed over: they may be answering it. Whether it is silent still, is asked after the lock.
    """
    rows = await (await session.raw()).fetch(
        "select c.id from conversations c join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id"
        f" where c.workspace_id = $1 and c.id = any($2::uuid[]) and {_WAITS_FOR_SOMEBODY}"
        " order by c.id for no key update of c skip locked",
        session.workspace_id,
        list(conversation_ids),
    )
    return [row["id"] for row in rows]


async def note_taken_back(session: Session, taken: Mapping[UUID, UUID]) -> None:
    """Conversation → from whom, under their locks. What was taken is forgotten when nobody waits any more."""
    await (await session.raw()).execute(
        "update conversations c set taken_from = c.taken_from || v.agent_id"
        " from unnest($2::uuid[], $3::uuid[]) as v (id, agent_id) where c.workspace_id = $1 and c.id = v.id",
        session.workspace_id,
        list(taken),
        list(taken.values()),
    )


async def note_left(session: Session, conversation_ids: Sequence[UUID], *, now: datetime) -> None:
    """Under their locks: the supervisors are told of this wait."""
    await (await session.raw()).execute(
        "update conversations set left_at = $3 where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(conversation_ids),
        now,
    )


async def find_workspaces_with_silent(connection: Connection, *, limit: int) -> list[UUID]:
    """Where an assignee may have been silent for too long, by the database's clock. Uses `conversations_by_team`."""
    rows = await connection.fetch(
        "select t.workspace_id from teams t where t.take_back_min is not null and t.deleted_at is null and exists ("
        " select from conversations c where c.workspace_id = t.workspace_id and c.team_id = t.id"
        f" and {_MAY_BE_SILENT.format(now='now()')}) group by t.workspace_id limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


async def note_typing(session: Session, *, conversation_id: UUID, agent_id: UUID) -> None:
    """The assignee types where silence is counted; anywhere else nothing is written."""
    await (await session.raw()).execute(
        "insert into typing_signs as s (workspace_id, conversation_id, agent_id, typed_at)"
        " select c.workspace_id, c.id, c.assignee_id, now() from conversations c"
        " join teams t on t.workspace_id = c.workspace_id and t.id = c.team_id and t.take_back_min is not null"
        " where c.workspace_id = $1 and c.id = $2 and c.assignee_id = $3 and c.waiting_since is not null"
        " on conflict (workspace_id, conversation_id, agent_id) do update set typed_at = excluded.typed_at"
        " where s.typed_at < excluded.typed_at - $4::interval",
        session.workspace_id,
        conversation_id,
        agent_id,
        TYPING_KEPT_EVERY,
    )
