"""What agents were told: written by the consumer, read and marked by their own agent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.notification import Concerned, NotificationKind, Settled
from threadline.core.permission import Caller, Visibility, visibility_of
from threadline.core.personal import Excerpt, PersonName
from threadline.store.connection import Connection
from threadline.store.conversations import ContactName
from threadline.store.cursors import decode_cursor, encode_cursor, from_microseconds, id_of_key, to_microseconds
from threadline.store.followers import invited_to
from threadline.store.messages import PREVIEW
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

COUNTED: Final = 100
"""More unread ones than this are only known to be more."""

NotificationKindText = Literal[
    "assigned",
    "mentioned",
    "not_delivered",
    "woken",
    "replied",
    "discussed",
    "review_asked",
    "reviewed",
    "task_due",
    "due_soon",
    "window_closing",
    "taken_back",
    "left_waiting",
    "day_full",
]


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: NotificationKindText
    conversation_id: UUID
    contact: ContactName
    actor_id: UUID | None
    """The colleague who caused it."""
    count: int
    """How often it came while it was unread."""
    at: datetime
    is_read: bool


class NotificationPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Notification]
    next: str | None
    unread: int
    """Of all; at most `COUNTED`."""


class ShownNotification(msgspec.Struct, frozen=True, kw_only=True):
    """As a lock screen shows it, in the agent's language."""

    title: str
    body: str
    """What the customer wrote, where the workspace lets texts out; else empty."""
    conversation_id: UUID
    is_read: bool


@dataclass(frozen=True, slots=True)
class FoundNotification:
    kind: NotificationKind
    conversation_id: UUID
    contact_name: PersonName
    text: Excerpt
    is_read: bool


@dataclass(frozen=True, slots=True)
class NewNotification:
    id: UUID
    agent_id: UUID
    kind: NotificationKind
    conversation_id: UUID
    message_id: UUID | None
    actor_id: UUID | None
    count: int
    at: datetime
    is_listed: bool
    push_at: datetime | None
    mail_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A row as it stands after it was written."""

    id: UUID
    agent_id: UUID
    kind: str
    conversation_id: UUID
    count: int


# --- By the consumer ---------------------------------------------------------------------------------------------


async def load_concerned(
    connection: Connection, *, workspace_id: UUID, message_of: Sequence[tuple[UUID, UUID | None]]
) -> dict[tuple[UUID, UUID | None], Concerned]:
    """Who has to do with each (conversation, message), as it stands now."""
    rows = await connection.fetch(
        "select asked.conversation_id, asked.message_id, c.assignee_id, c.channel_id, c.team_id,"
        " case when m.author_kind = 'agent' then m.author_id end as author_id,"
        " case when m.direction = 'note' then array(select t.agent_id from mentions t"
        " where t.workspace_id = $1 and t.message_id = m.id order by t.agent_id) end as mentioned_ids"
        " from unnest($2::uuid[], $3::uuid[]) as asked (conversation_id, message_id)"
        " join conversations c on c.workspace_id = $1 and c.id = asked.conversation_id"
        " left join messages m on m.workspace_id = $1 and m.id = asked.message_id",
        workspace_id,
        [conversation_id for conversation_id, _ in message_of],
        [message_id for _, message_id in message_of],
    )
    invited = await invited_to(connection, workspace_id, [conversation_id for conversation_id, _ in message_of])
    return {
        (row["conversation_id"], row["message_id"]): Concerned(
            assignee_id=row["assignee_id"],
            author_id=row["author_id"],
            channel_id=row["channel_id"],
            team_id=row["team_id"],
            mentioned_ids=row["mentioned_ids"] or (),
            invited_ids=invited.get(row["conversation_id"], frozenset()),
        )
        for row in rows
    }


async def load_team_members(
    connection: Connection, *, workspace_id: UUID, team_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Team → who is in it."""
    rows = await connection.fetch(
        "select team_id, array_agg(agent_id order by agent_id) as agent_ids from team_members"
        " where workspace_id = $1 and team_id = any($2::uuid[]) group by team_id",
        workspace_id,
        list(team_ids),
    )
    return {row["team_id"]: row["agent_ids"] for row in rows}


async def load_sights(
    connection: Connection, *, workspace_id: UUID, agent_ids: Sequence[UUID]
) -> dict[UUID, Visibility]:
    """What each of them sees who works here now."""
    rows = await connection.fetch(
        "select a.id, a.sees, a.channel_ids, array(select m.team_id from team_members m"
        " where m.workspace_id = a.workspace_id and m.agent_id = a.id) as team_ids"
        " from agents a join people p on p.id = a.person_id"
        " where a.workspace_id = $1 and a.id = any($2::uuid[]) and a.deactivated_at is null"
        " and p.deactivated_at is null",
        workspace_id,
        list(agent_ids),
    )
    return {
        row["id"]: visibility_of(
            row["sees"], agent_id=row["id"], team_ids=row["team_ids"], channel_ids=row["channel_ids"]
        )
        for row in rows
    }


async def settle(connection: Connection, *, workspace_id: UUID, settled: Sequence[Settled], now: datetime) -> set[UUID]:
    """Marks as read what needs nobody's attention any more; returns whose list changed. Uses `notifications_unread`."""
    rows = [(one.conversation_id, one.agent_id, None if one.kinds is None else sorted(one.kinds)) for one in settled]
    flat = [(conversation_id, agent_id, kind) for conversation_id, agent_id, kinds in rows for kind in kinds or [None]]
    found = await connection.fetch(
        "update notifications n set read_at = $2, push_at = null, mail_at = null"
        " from unnest($3::uuid[], $4::uuid[], $5::text[]) as s (conversation_id, agent_id, kind)"
        " where n.workspace_id = $1 and n.read_at is null and n.conversation_id = s.conversation_id"
        " and (s.agent_id is null or n.agent_id = s.agent_id) and (s.kind is null or n.kind = s.kind)"
        " returning n.agent_id",
        workspace_id,
        now,
        [conversation_id for conversation_id, _, _ in flat],
        [agent_id for _, agent_id, _ in flat],
        [kind for _, _, kind in flat],
    )
    return {row["agent_id"] for row in found}


_TELL = """
insert into notifications as n (workspace_id, id, agent_id, kind, conversation_id, message_id, actor_id, count, at,
    is_listed, push_at, mail_at)
select $1, new.* from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::int[],
    $9::timestamptz[], $10::boolean[], $11::timestamptz[], $12::timestamptz[]) as new
on conflict (workspace_id, conversation_id, agent_id, kind) where read_at is null do update set
    count = n.count + excluded.count, at = excluded.at, message_id = coalesce(excluded.message_id, n.message_id),
    actor_id = excluded.actor_id, is_listed = n.is_listed or excluded.is_listed,
    push_at = case when n.pushed_at is null or n.pushed_at < excluded.at - interval '1 minute'
        then coalesce(n.push_at, excluded.push_at) end,
    mail_at = case when n.mailed_at is null then coalesce(n.mail_at, excluded.mail_at) end
returning n.id, n.agent_id, n.kind, n.conversation_id, n.count
"""


async def tell(connection: Connection, *, workspace_id: UUID, new: Sequence[NewNotification]) -> list[Told]:
    """Writes them; what came again while it was unread stays one row, and is pushed at most once a minute.

    Two of `new` are never for the same (agent, conversation, kind).
    """
    rows = await connection.fetch(
        _TELL,
        workspace_id,
        [one.id for one in new],
        [one.agent_id for one in new],
        [one.kind.value for one in new],
        [one.conversation_id for one in new],
        [one.message_id for one in new],
        [one.actor_id for one in new],
        [one.count for one in new],
        [one.at for one in new],
        [one.is_listed for one in new],
        [one.push_at for one in new],
        [one.mail_at for one in new],
    )
    return [Told(**row) for row in rows]


async def count_unread(connection: Connection, *, workspace_id: UUID, agent_ids: Sequence[UUID]) -> dict[UUID, int]:
    """At most `COUNTED` each. Uses `notifications_counted`."""
    rows = await connection.fetch(
        "select a.id, (select count(*) from (select from notifications n where n.workspace_id = $1"
        " and n.agent_id = a.id and n.read_at is null and n.is_listed limit $3) counted) as unread"
        " from unnest($2::uuid[]) as a (id)",
        workspace_id,
        list(agent_ids),
        COUNTED,
    )
    return {row["id"]: row["unread"] for row in rows}


# --- By their agent ------------------------------------------------------------------------------------------------

_COLUMNS = f"""
n.id, n.kind, n.conversation_id, n.actor_id, n.count, n.at, n.read_at is not null as is_read,
c.contact_id, {called("o")} as contact_name
"""
_FROM = """
from notifications n join conversations c on c.workspace_id = n.workspace_id and c.id = n.conversation_id
join contacts o on o.workspace_id = c.workspace_id and o.id = c.contact_id
"""


async def list_notifications(
    session: Session, caller: Caller, *, agent_id: UUID, after: str | None, limit: int
) -> NotificationPage:
    """The agent's own, the newest first, of conversations that they see now. Uses `notifications_by_agent`."""
    arguments = Arguments(session.workspace_id, agent_id)
    condition = visible(caller.visibility, "c", arguments)
    if after is not None:
        at, last_id = decode_cursor(after, int, str)
        condition += (
            f" and (n.at, n.id) < ({arguments.add(from_microseconds(int(at)))}, {arguments.add(id_of_key(last_id))})"
        )
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} {_FROM} where n.workspace_id = $1 and n.agent_id = $2 and n.is_listed and {condition}"
        f" order by n.at desc, n.id desc limit {arguments.add(limit + 1)}",
        *arguments.values,
    )
    items = [_read(row) for row in rows[:limit]]
    connection = await session.raw()
    workspace_id = caller.workspace_id
    unread = await count_unread(connection, workspace_id=workspace_id, agent_ids=[agent_id])
    more = items[-1] if len(rows) > limit else None
    return NotificationPage(
        items=items,
        next=None if more is None else encode_cursor(to_microseconds(more.at), str(more.id)),
        unread=unread[agent_id],
    )


_TEXT_GOES_OUT = (
    "coalesce((w.settings->>'notifies_with_text')::boolean, false) and m.direction = 'incoming'"
    " and m.deleted_at is null"
)


async def access_notification(
    session: Session, caller: Caller, *, agent_id: UUID, notification_id: UUID
) -> FoundNotification:
    """Raises NotFound: missing, foreign and of a conversation that is not seen any more look alike (S1)."""
    arguments = Arguments(session.workspace_id, agent_id, notification_id)
    condition = visible(caller.visibility, "c", arguments)
    row = await (await session.raw()).fetchrow(
        f"select n.kind, n.conversation_id, n.read_at is not null as is_read, {called('o')} as name,"
        f" case when {_TEXT_GOES_OUT} then {PREVIEW.format('m')} else '' end as text"
        f" {_FROM} join workspaces w on w.id = n.workspace_id"
        " left join messages m on m.workspace_id = n.workspace_id and m.id = n.message_id"
        f" where n.workspace_id = $1 and n.agent_id = $2 and n.id = $3 and {condition}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This notification does not exist.")
    return FoundNotification(
        kind=NotificationKind(row["kind"]),
        conversation_id=row["conversation_id"],
        contact_name=person_name(row["name"]),
        text=Excerpt(row["text"]),
        is_read=row["is_read"],
    )


async def mark_read(session: Session, *, agent_id: UUID, ids: Sequence[UUID] | None, now: datetime) -> bool:
    """Those, or all of the agent's. False if nothing was unread."""
    found = await (await session.raw()).fetchval(
        "with marked as (update notifications set read_at = $3, push_at = null, mail_at = null"
        " where workspace_id = $1 and agent_id = $2 and read_at is null and ($4::uuid[] is null or id = any($4))"
        " returning true) select exists (select from marked)",
        session.workspace_id,
        agent_id,
        now,
        None if ids is None else list(ids),
    )
    return bool(found)


def _read(row: asyncpg.Record) -> Notification:
    return Notification(
        id=row["id"],
        kind=row["kind"],
        conversation_id=row["conversation_id"],
        contact=ContactName(id=row["contact_id"], name=person_name(row["contact_name"])),
        actor_id=row["actor_id"],
        count=row["count"],
        at=row["at"],
        is_read=row["is_read"],
    )
