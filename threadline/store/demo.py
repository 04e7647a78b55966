"""The demo's own rows: what it made is written down, so that one click takes away this and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from threadline.core.message import Status
from threadline.store.session import Session


class Blob(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def sha256(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Thing:
    kind: Literal[
        "person", "agent", "label", "saved_reply", "company", "team", "stage", "field", "task_pattern", "file"
    ]
    id: UUID


@dataclass(frozen=True, slots=True)
class DemoFile:
    """Stands in the message that has this provider id."""

    id: UUID
    provider_id: str
    mime: str
    name: str
    blob: Blob
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class FoundConversation:
    conversation_id: UUID
    contact_id: UUID


@dataclass(frozen=True, slots=True)
class Handled:
    """What people did with a conversation. `ended_at` counts where it is resolved."""

    conversation_id: UUID
    contact_id: UUID
    agent_id: UUID | None
    state: Literal["open", "snoozed", "resolved"]
    snoozed_until: datetime | None
    ended_at: datetime
    label_ids: tuple[UUID, ...]
    contact_label_ids: tuple[UUID, ...]
    company_id: UUID | None
    team_id: UUID | None
    values: tuple[tuple[UUID, str], ...]
    """(field, line) of the conversation."""
    contact_values: tuple[tuple[UUID, str], ...]
    is_for_admin: bool


async def demo_exists(session: Session) -> bool:
    return bool(
        await (await session.raw()).fetchval(
            "select exists (select from demo_things where workspace_id = $1)", session.workspace_id
        )
    )


async def count_demo(session: Session) -> int:
    """How many conversations of it are here."""
    return (
        await (await session.raw()).fetchval(
            "select count(*) from demo_things where workspace_id = $1 and kind = 'conversation'",
            session.workspace_id,
        )
        or 0
    )


async def insert_colleague(
    session: Session, *, person_id: UUID, agent_id: UUID, name: str, role: Literal["agent", "supervisor"]
) -> None:
    """Somebody to be seen, who cannot sign in: without a password, under an address that leads nowhere."""
    connection = await session.raw()
    await connection.execute(
        "insert into people (id, email, name) values ($1, $2, $3)",
        person_id,
        f"{person_id.hex[-6:]}@demo.invalid",
        name,
    )
    await connection.execute(
        "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, $4)",
        session.workspace_id,
        agent_id,
        person_id,
        role,
    )


async def remember(session: Session, things: Sequence[Thing]) -> None:
    await (await session.raw()).execute(
        "insert into demo_things (workspace_id, kind, id) select $1, t.kind, t.id"
        " from unnest($2::text[], $3::uuid[]) as t (kind, id)",
        session.workspace_id,
        [one.kind for one in things],
        [one.id for one in things],
    )


async def find_demo_conversations(
    session: Session, *, channel_id: UUID, phones: Sequence[str]
) -> dict[str, FoundConversation]:
    """By the phone number, as the address has it: the conversation that its contact has on this channel."""
    rows = await (await session.raw()).fetch(
        "select a.value, c.id, c.contact_id from addresses a"
        " join conversations c on c.workspace_id = a.workspace_id and c.contact_id = a.contact_id"
        " where a.workspace_id = $1 and a.scheme = 'phone' and a.value = any($2::text[]) and c.channel_id = $3",
        session.workspace_id,
        list(phones),
        channel_id,
    )
    return {row["value"]: FoundConversation(row["id"], row["contact_id"]) for row in rows}


async def handle_conversations(session: Session, handled: Sequence[Handled]) -> None:
    """State, owner, authors and labels of a batch, and all of it written down as the demo's."""
    connection = await session.raw()
    ids = [one.conversation_id for one in handled]
    await connection.execute(
        "update conversations c set state = h.state, assignee_id = h.agent_id, snoozed_until = h.snoozed_until,"
        " team_id = h.team_id, resolved_at = case when h.state = 'resolved' then h.ended_at end"
        " from unnest($2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::uuid[])"
        " as h (id, state, agent_id, snoozed_until, ended_at, team_id) where c.workspace_id = $1 and c.id = h.id",
        session.workspace_id,
        ids,
        [one.state for one in handled],
        [one.agent_id for one in handled],
        [one.snoozed_until for one in handled],
        [one.ended_at for one in handled],
        [one.team_id for one in handled],
    )
    await connection.execute(
        "update messages m set author_kind = 'agent', author_id = h.agent_id, status = $4"
        " from unnest($2::uuid[], $3::uuid[]) as h (id, agent_id)"
        " where m.workspace_id = $1 and m.conversation_id = h.id and m.direction = 'outgoing'"
        " and h.agent_id is not null",
        session.workspace_id,
        ids,
        [one.agent_id for one in handled],
        int(Status.READ),
    )
    for table, column, pairs in (
        ("conversation_labels", "conversation_id", [(one.conversation_id, one.label_ids) for one in handled]),
        ("contact_labels", "contact_id", [(one.contact_id, one.contact_label_ids) for one in handled]),
    ):
        flat = [(id, label_id) for id, label_ids in pairs for label_id in label_ids]
        await connection.execute(
            f"insert into {table} (workspace_id, {column}, label_id) select $1, l.id, l.label_id"
            " from unnest($2::uuid[], $3::uuid[]) as l (id, label_id) on conflict do nothing",
            session.workspace_id,
            [id for id, _ in flat],
            [label_id for _, label_id in flat],
        )
    for table, column, filled in (
        ("conversation_values", "conversation_id", [(one.conversation_id, one.values) for one in handled]),
        ("contact_values", "contact_id", [(one.contact_id, one.contact_values) for one in handled]),
    ):
        lines = [(id, field_id, line) for id, values in filled for field_id, line in values]
        await connection.execute(
            f"insert into {table} (workspace_id, {column}, field_id, value) select $1, v.id, v.field_id, v.value"
            " from unnest($2::uuid[], $3::uuid[], $4::text[]) as v (id, field_id, value) on conflict do nothing",
            session.workspace_id,
            [id for id, _, _ in lines],
            [field_id for _, field_id, _ in lines],
            [line for _, _, line in lines],
        )
    await connection.execute(
        "update contacts p set company_id = h.company_id from unnest($2::uuid[], $3::uuid[]) as h (id, company_id)"
        " where p.workspace_id = $1 and p.id = h.id and h.company_id is not null",
        session.workspace_id,
        [one.contact_id for one in handled],
        [one.company_id for one in handled],
    )
    await connection.execute(
        "insert into demo_things (workspace_id, kind, id, is_for_admin)"
        " select $1::uuid, 'conversation', h.id, h.is_for_admin"
        " from unnest($2::uuid[], $4::boolean[]) as h (id, is_for_admin)"
        " union all select $1::uuid, 'contact', id, false from unnest($3::uuid[]) as id on conflict do nothing",
        session.workspace_id,
        ids,
        [one.contact_id for one in handled],
        [one.is_for_admin for one in handled],
    )


async def show_newest(session: Session, conversation_ids: Sequence[UUID]) -> None:
    """History leaves the newest message of a conversation, and when the customer was last heard of, as it finds them:
    here they are what was written. No window opens by that."""
    await (await session.raw()).execute(
        "update conversations c set last_message_id = m.id, last_activity_at = m.sort_at,"
        " last_inbound_at = coalesce((select max(i.sort_at) from messages i where i.workspace_id = $1"
        "  and i.conversation_id = c.id and i.direction = 'incoming'), c.last_inbound_at) from ("
        " select distinct on (conversation_id) conversation_id, id, sort_at from messages"
        " where workspace_id = $1 and conversation_id = any($2::uuid[]) and direction in ('incoming', 'outgoing')"
        " order by conversation_id, sort_at desc, seq desc) m"
        " where c.workspace_id = $1 and c.id = m.conversation_id",
        session.workspace_id,
        list(conversation_ids),
    )


async def insert_demo_files(session: Session, *, channel_id: UUID, files: Sequence[DemoFile]) -> None:
    connection = await session.raw()
    await connection.execute(
        "insert into files (workspace_id, id, channel_id, message_id, state, mime, declared_mime, name, size_bytes,"
        " sha256, blob_key, preview_key, width, height, is_inline)"
        " select $1, f.id, $2, m.id, 'ready', f.mime, f.mime, f.name, f.size_bytes, f.sha256, f.blob_key,"
        " case when f.width is not null then f.blob_key end, f.width, f.height, true"
        " from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bytea[], $9::text[],"
        " $10::int[], $11::int[]) as f (id, provider_id, mime, name, size_bytes, sha256, blob_key, width, height)"
        " join messages m on m.workspace_id = $1 and m.channel_id = $2 and m.provider_id = f.provider_id",
        session.workspace_id,
        channel_id,
        [one.id for one in files],
        [one.provider_id for one in files],
        [one.mime for one in files],
        [one.name for one in files],
        [one.blob.size_bytes for one in files],
        [one.blob.sha256 for one in files],
        [one.blob.key for one in files],
        [one.width for one in files],
        [one.height for one in files],
    )
    await connection.execute(
        "update messages m set file_ids = array[f.id] from unnest($2::uuid[], $3::text[]) as f (id, provider_id)"
        " where m.workspace_id = $1 and m.channel_id = $4 and m.provider_id = f.provider_id",
        session.workspace_id,
        [one.id for one in files],
        [one.provider_id for one in files],
        channel_id,
    )


async def insert_reply_picture(session: Session, *, file_id: UUID, name: str, blob: Blob, uploaded_by: UUID) -> None:
    """As if somebody had uploaded it for a saved reply."""
    await (await session.raw()).execute(
        "insert into files (workspace_id, id, state, mime, declared_mime, name, size_bytes, sha256, blob_key,"
        " preview_key, is_inline, uploaded_by)"
        " values ($1, $2, 'ready', 'image/jpeg', 'image/jpeg', $3, $4, $5, $6, $6, true, $7)",
        session.workspace_id,
        file_id,
        name,
        blob.size_bytes,
        blob.sha256,
        blob.key,
        uploaded_by,
    )


async def give_demo_to(session: Session, agent_id: UUID) -> None:
    """Some of it becomes the first admin's, who else would find *mine* and *my tasks* empty: they are of its teams and
    discussions, and answers wait for their word."""
    connection = await session.raw()
    await connection.execute(
        "update conversations c set assignee_id = $2 from demo_things d where d.workspace_id = $1 and d.is_for_admin"
        " and d.kind = 'conversation' and c.workspace_id = d.workspace_id and c.id = d.id",
        session.workspace_id,
        agent_id,
    )
    await connection.execute(
        "update tasks t set owner_id = $2 from demo_things d where d.workspace_id = $1 and d.is_for_admin"
        " and d.kind = 'conversation' and t.workspace_id = d.workspace_id and t.conversation_id = d.id",
        session.workspace_id,
        agent_id,
    )
    await connection.execute(
        "insert into team_members (workspace_id, team_id, agent_id) select d.workspace_id, d.id, $2 from demo_things d"
        " where d.workspace_id = $1 and d.kind = 'team' on conflict do nothing",
        session.workspace_id,
        agent_id,
    )
    await connection.execute(
        "insert into discussion_members (workspace_id, discussion_id, agent_id, conversation_id, added_by, added_at,"
        " read_seq) select s.workspace_id, s.id, $2, s.conversation_id, s.started_by, s.started_at, s.last_seq - 1"
        " from discussions s join demo_things d on d.workspace_id = s.workspace_id and d.kind = 'conversation'"
        " and d.id = s.conversation_id where s.workspace_id = $1 on conflict do nothing",
        session.workspace_id,
        agent_id,
    )
    await connection.execute(
        "insert into review_reviewers (workspace_id, review_id, agent_id, conversation_id)"
        " select r.workspace_id, r.id, $2, r.conversation_id from reviews r"
        " join demo_things d on d.workspace_id = r.workspace_id and d.kind = 'conversation'"
        " and d.id = r.conversation_id"
        " where r.workspace_id = $1 and r.state = 'asked' and r.reviewer_id is null on conflict do nothing",
        session.workspace_id,
        agent_id,
    )


async def remove_demo_things(session: Session) -> int:
    """All that was written down, with whatever was done to it since; returns how many conversations went.

    A function of the owner does it, for no role that works here may delete messages (S65). A company that somebody put
    a customer of theirs into is theirs by now, as a label is.
    """
    connection = await session.raw()
    await connection.execute(
        "update companies k set owner_id = null from demo_things d where d.workspace_id = $1 and d.kind = 'agent'"
        " and k.workspace_id = d.workspace_id and k.owner_id = d.id",
        session.workspace_id,
    )
    await connection.execute(
        "update companies k set deleted_at = now() from demo_things d where d.workspace_id = $1 and d.kind = 'company'"
        " and k.workspace_id = d.workspace_id and k.id = d.id and k.deleted_at is null"
        " and not exists (select from contacts p where p.workspace_id = k.workspace_id and p.company_id = k.id"
        "  and p.merged_into is null and p.removed_at is null and not exists (select from demo_things t"
        "   where t.workspace_id = p.workspace_id and t.kind = 'contact' and t.id = p.id))",
        session.workspace_id,
    )
    return await connection.fetchval("select remove_demo($1)", session.workspace_id) or 0
