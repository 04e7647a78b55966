"""Writing what goes out: a message of ours, its parts as attempts, and what its conversation becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg

from threadline.core.content import Content, encode_content
from threadline.core.conversation import ConversationState
from threadline.core.errors import NotFound
from threadline.core.ids import first_uuid7_at, time_of_uuid7
from threadline.core.message import AuthorKind, Direction, SendClass, Status
from threadline.core.sending import ORDER_WAIT
from threadline.core.workspace import WorkspaceSettings, decode_settings
from threadline.store.clocks import unpaused
from threadline.store.session import Session

_TO_SEND = """
select c.id, c.channel_id, c.contact_id, c.thread, c.state, c.assignee_id, c.team_id, c.last_seq, c.incoming_count,
       ch.type, ch.account, ch.state as channel_state, ch.settings::text as channel_settings,
       w.settings::text as workspace_settings,
       c.waiting_since, c.paused_at, greatest(c.window_closes_at, r.window_closes_at) as window_closes_at, r.blocked_at,
       r.blocked_reason, p.blocked_at as contact_blocked_at,
       p.opted_out_at is not null or coalesce(not k.is_given, false) as is_opted_out
from conversations c
join workspaces w on w.id = c.workspace_id
join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
left join reaches r on r.workspace_id = c.workspace_id and r.channel_id = c.channel_id and r.contact_id = c.contact_id
left join consents k on k.workspace_id = c.workspace_id and k.contact_id = c.contact_id and k.channel_id = c.channel_id
                    and k.category = 'marketing'
"""
_LOCK = f"{_TO_SEND} where c.workspace_id = $1 and c.id = $2 for update of c"


@dataclass(frozen=True, slots=True)
class LockedConversation:
    """A conversation under its lock, with what decides whether something may be sent in it."""

    id: UUID
    channel_id: UUID
    contact_id: UUID
    thread: str
    state: ConversationState
    assignee_id: UUID | None
    team_id: UUID | None
    last_seq: int
    channel_type: str
    account: str
    channel_state: str
    channel_settings: str
    """The JSON of the channel's own settings."""
    waiting_since: datetime | None
    paused_at: datetime | None
    window_closes_at: datetime | None
    blocked_at: datetime | None
    blocked_reason: str
    contact_blocked_at: datetime | None
    """We do not want to hear of them, on any channel."""
    is_opted_out: bool
    """By hand everywhere, by a word or at the provider on this channel: nothing goes out by itself."""
    workspace_settings: WorkspaceSettings


async def lock_conversation(session: Session, workspace_id: UUID, conversation_id: UUID) -> LockedConversation:
    """Take the lock under which messages get their number. Raises NotFound."""
    row = await (await session.raw()).fetchrow(_LOCK, workspace_id, conversation_id)
    if row is None:
        raise NotFound("This conversation does not exist.")
    return _conversation_of(row)


async def read_to_send(
    session: Session, workspace_id: UUID, conversation_ids: Sequence[UUID]
) -> dict[UUID, LockedConversation]:
    """The same without the lock, to say beforehand what sending would say. The caller has checked that they are seen.

    Left out are those in which nobody writes any more: read within another one, or over while the customer has a later
    one in the same place. Uses the primary key, `conversations_by_contact` and the key of the merges.
    """
    rows = await (await session.raw()).fetch(
        f"{_TO_SEND} where c.workspace_id = $1 and c.id = any($2::uuid[])"
        " and not exists (select from conversation_merges m where m.workspace_id = $1 and m.pointer_id = c.id)"
        " and not (c.state = 'resolved' and exists (select from conversations n where n.workspace_id = $1"
        "  and n.contact_id = c.contact_id and n.channel_id = c.channel_id and n.thread = c.thread and n.id <> c.id"
        "  and (n.state <> 'resolved' or n.created_at > c.created_at)))",
        workspace_id,
        list(conversation_ids),
    )
    return {row["id"]: _conversation_of(row) for row in rows}


def _conversation_of(row: asyncpg.Record) -> LockedConversation:
    return LockedConversation(
        id=row["id"],
        channel_id=row["channel_id"],
        contact_id=row["contact_id"],
        thread=row["thread"],
        state=ConversationState(row["state"]),
        assignee_id=row["assignee_id"],
        team_id=row["team_id"],
        last_seq=row["last_seq"],
        channel_type=row["type"],
        account=row["account"],
        channel_state=row["channel_state"],
        channel_settings=row["channel_settings"],
        waiting_since=row["waiting_since"],
        paused_at=row["paused_at"],
        window_closes_at=row["window_closes_at"],
        blocked_at=row["blocked_at"],
        blocked_reason=row["blocked_reason"] or "",
        contact_blocked_at=row["contact_blocked_at"],
        is_opted_out=row["is_opted_out"],
        workspace_settings=decode_settings(row["workspace_settings"]),
    )


async def find_by_client_id(
    session: Session, workspace_id: UUID, conversation_id: UUID, client_id: UUID
) -> UUID | None:
    """The message that this id of the client's already made."""
    return await (await session.raw()).fetchval(
        "select message_id from client_messages where workspace_id = $1 and conversation_id = $2 and client_id = $3",
        workspace_id,
        conversation_id,
        client_id,
    )


async def has_other_unresolved(session: Session, workspace_id: UUID, conversation: LockedConversation) -> bool:
    """True if the same customer has a newer open conversation on this channel. Uses `conversations_unresolved`."""
    return True is await (await session.raw()).fetchval(
        """
        select exists (select from conversations where workspace_id = $1 and channel_id = $2 and contact_id = $3
                       and thread = $4 and state <> 'resolved' and id <> $5)
        """,
        workspace_id,
        conversation.channel_id,
        conversation.contact_id,
        conversation.thread,
        conversation.id,
    )


async def find_consent(
    session: Session, workspace_id: UUID, *, contact_id: UUID, channel_id: UUID, category: str
) -> bool | None:
    """What the customer said about this category on this channel; None: nothing."""
    return await (await session.raw()).fetchval(
        """
        select is_given from consents
        where workspace_id = $1 and contact_id = $2 and channel_id = $3 and category = $4
        """,
        workspace_id,
        contact_id,
        channel_id,
        category,
    )


@dataclass(frozen=True, slots=True)
class StoredTemplate:
    category: str
    status: str
    components: str


async def find_template(
    session: Session, workspace_id: UUID, *, channel_type: str, account: str, name: str, language: str
) -> StoredTemplate | None:
    row = await (await session.raw()).fetchrow(
        """
        select category, status, components::text as components from templates
        where workspace_id = $1 and channel_type = $2 and account = $3 and name = $4 and language = $5
        """,
        workspace_id,
        channel_type,
        account,
        name,
        language,
    )
    return StoredTemplate(row["category"], row["status"], row["components"]) if row else None


@dataclass(frozen=True, slots=True)
class Target:
    """A message somebody points at: to quote it, react to it, or mark it read."""

    id: UUID
    direction: Direction
    provider_id: str | None
    created_at: datetime


async def find_target(session: Session, workspace_id: UUID, conversation_id: UUID, message_id: UUID) -> Target | None:
    """A message of this conversation with the provider's id of its first part (of the attempt that got furthest)."""
    row = await (await session.raw()).fetchrow(
        """
        select m.id, m.direction, m.created_at, coalesce(m.provider_id, (
            select a.provider_id from attempts a
            where a.workspace_id = m.workspace_id and a.message_id = m.id and a.id >= $4 and a.provider_id is not null
            order by a.part, a.status desc, a.id limit 1)) as provider_id
        from messages m where m.workspace_id = $1 and m.id = $2 and m.conversation_id = $3 and m.deleted_at is null
        """,
        workspace_id,
        message_id,
        conversation_id,
        _a_day_before(message_id),
    )
    if row is None:
        return None
    return Target(row["id"], Direction(row["direction"]), row["provider_id"], row["created_at"])


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """A conversation and the settings of its channel, as marks of reading and typing need them."""

    conversation_id: UUID
    channel_id: UUID
    channel_type: str
    channel_settings: str


async def get_read_settings(session: Session, workspace_id: UUID, conversation_id: UUID) -> ReadSettings:
    """Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        """
        select c.id, c.channel_id, ch.type, ch.settings::text as settings
        from conversations c join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id
        where c.workspace_id = $1 and c.id = $2
        """,
        workspace_id,
        conversation_id,
    )
    if row is None:
        raise NotFound("This conversation does not exist.")
    return ReadSettings(row["id"], row["channel_id"], row["type"], row["settings"])


async def count_unanswered(session: Session, workspace_id: UUID, conversation_id: UUID, *, limit: int) -> int:
    """How many of our last `limit` messages stand after the customer's last one. Uses `messages_by_sort`."""
    rows = await (await session.raw()).fetch(
        """
        select direction from messages where workspace_id = $1 and conversation_id = $2
           and direction in ('incoming', 'outgoing') order by sort_at desc, seq desc limit $3
        """,
        workspace_id,
        conversation_id,
        limit,
    )
    directions = [row["direction"] for row in rows]
    return directions.index(Direction.INCOMING) if Direction.INCOMING in directions else len(directions)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    id: UUID
    seq: int
    direction: Direction
    author_kind: AuthorKind
    author_id: UUID | None
    content: Content
    client_id: UUID | None
    quoted_id: UUID | None = None
    quoted_provider_id: str | None = None
    file_ids: tuple[UUID, ...] = ()
    automatic: str | None = None
    """Why it is said by itself, if it is."""
    at: datetime


_INSERT_MESSAGE = """
insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, author_id, kind,
                      content, sort_at, created_at, quoted_id, quoted_provider_id, client_id, status, file_ids,
                      automatic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11, $11, $12, $13, $14, $15, $16, $17)
"""


class Thread(Protocol):
    """Whatever names a conversation and its channel."""

    @property
    def id(self) -> UUID: ...
    @property
    def channel_id(self) -> UUID: ...


async def insert_message(session: Session, workspace_id: UUID, conversation: Thread, message: NewMessage) -> None:
    """The message and, if the client named it, its name. The conversation is locked and is not changed here."""
    connection = await session.raw()
    encoded = encode_content(message.content).decode()
    await connection.execute(
        _INSERT_MESSAGE,
        workspace_id,
        message.id,
        conversation.id,
        conversation.channel_id,
        message.seq,
        message.direction.value,
        message.author_kind.value,
        message.author_id,
        message.content.__struct_config__.tag,
        encoded,
        message.at,
        message.quoted_id,
        message.quoted_provider_id,
        message.client_id,
        int(Status.QUEUED) if message.direction is Direction.OUTGOING else None,
        list(message.file_ids) or None,
        message.automatic,
    )
    if message.client_id is not None:
        await connection.execute(
            "insert into client_messages (workspace_id, conversation_id, client_id, message_id)"
            " values ($1, $2, $3, $4)",
            workspace_id,
            conversation.id,
            message.client_id,
            message.id,
        )


_INSERT_ATTEMPTS = """
insert into attempts (workspace_id, id, channel_id, conversation_id, contact_id, message_id, seq, part, content,
                      send_class, not_before, due_at)
select $1, n.id, $2, $3, $4, $5, $6, n.part, n.content::jsonb, $7,
       case when $12::interval > interval '0' then now() + $12 end,
       case when n.part > 0 or exists (
                select from attempts p where p.conversation_id = $3 and p.status <= 1 and not p.is_held
                   and p.uncertain_at is null and p.id >= $10)
            then now() + $11::interval else now() + $12::interval end
from unnest($8::uuid[], $9::text[]) with ordinality as n0 (id, content, number),
     lateral (select n0.id, n0.content, (n0.number - 1)::smallint as part) n
"""


async def insert_attempts(
    session: Session,
    workspace_id: UUID,
    conversation: LockedConversation,
    *,
    message_id: UUID,
    seq: int,
    parts: Sequence[tuple[UUID, Content | None]],
    send_class: SendClass,
    hold: timedelta,
) -> None:
    """Queue the parts in this order; content None: the message's own. Those that must wait for another are due when it
    is settled (`release_next`), at the latest in a minute."""
    await (await session.raw()).execute(
        _INSERT_ATTEMPTS,
        workspace_id,
        conversation.channel_id,
        conversation.id,
        conversation.contact_id,
        message_id,
        seq,
        int(send_class),
        [id for id, _ in parts],
        [encode_content(content).decode() if content is not None else None for _, content in parts],
        _days_before(message_id, 3),
        ORDER_WAIT,
        hold,
    )


async def advance_conversation(
    session: Session,
    workspace_id: UUID,
    conversation: LockedConversation,
    *,
    message_id: UUID,
    seq: int,
    at: datetime | None,
    state: ConversationState,
    assignee_id: UUID | None,
    keeps_woken: bool = False,
) -> None:
    """The conversation after a message of ours. The clock of waiting goes on until the provider accepts it.

    `at` None: a note, which moves no list. `keeps_woken`: nobody has looked after it, it stays on top with its reason.
    """
    await (await session.raw()).execute(
        f"""
        update conversations
        set first_message_id = coalesce(first_message_id, $3), last_message_id = $3, last_seq = $4,
            last_activity_at = greatest(last_activity_at, $5::timestamptz), state = $6,
            woken_at = case when $5::timestamptz is null or $8 then woken_at end,
            woken_reason = case when $5::timestamptz is null or $8 then woken_reason else '' end, assignee_id = $7,
            resolved_at = case when $6 = 'resolved' then resolved_at end,
            stage_id = case when state = $6 then stage_id end,
            paused_at = case when state = $6 then paused_at end,
            closing_at = case when state = $6 then closing_at end,
            closing_message_id = case when state = $6 then closing_message_id end,
            waiting_since = case when state = $6 then waiting_since else {unpaused("$5")} end
        where workspace_id = $1 and id = $2
        """,
        workspace_id,
        conversation.id,
        message_id,
        seq,
        at,
        state.value,
        assignee_id,
        keeps_woken,
    )


async def advance_to_line(
    session: Session, workspace_id: UUID, conversation_id: UUID, *, line_id: UUID, seq: int
) -> None:
    """A line of the desk takes its number and nothing else: lists, clocks and what is unread stay as they are."""
    await (await session.raw()).execute(
        """
        update conversations
        set last_line_id = $3, last_seq = $4, first_message_id = coalesce(first_message_id, $3)
        where workspace_id = $1 and id = $2
        """,
        workspace_id,
        conversation_id,
        line_id,
        seq,
    )


def _a_day_before(id: UUID) -> UUID:
    return _days_before(id, 1)


def _days_before(id: UUID, days: int) -> UUID:
    return first_uuid7_at(time_of_uuid7(id) - timedelta(days=days))
