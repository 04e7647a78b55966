"""What search is answered from, written behind the feed: words of messages, parts of names and numbers.

Words of discussions are written with them (store/discussions.py); here only those that were there before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.search_lexemes import Subject
from threadline.store.connection import Connection


@dataclass(frozen=True, slots=True)
class MessageText:
    """What a message is indexed by. `content` is its JSON."""

    id: UUID
    channel_id: UUID
    direction: str
    author_kind: str
    author_id: UUID | None
    content: str
    is_deleted: bool


_MESSAGES = """
select id, channel_id, direction, author_kind, author_id, content::text as content,
       deleted_at is not null as is_deleted
from messages
"""


async def read_message_texts(
    connection: Connection, workspace_id: UUID, message_ids: Sequence[UUID]
) -> list[MessageText]:
    """By the primary key of the partitions that these ids name."""
    rows = await connection.fetch(
        f"{_MESSAGES} where workspace_id = $1 and id = any($2::uuid[]) and id between $3 and $4",
        workspace_id,
        list(message_ids),
        min(message_ids),
        max(message_ids),
    )
    return [MessageText(**row) for row in rows]


async def read_older_messages(
    connection: Connection, workspace_id: UUID, *, before_id: UUID, limit: int
) -> list[MessageText]:
    """The next ones down from an id, the newest first, by the primary key of one partition after another."""
    rows = await connection.fetch(
        f"{_MESSAGES} where workspace_id = $1 and id < $2 order by id desc limit $3", workspace_id, before_id, limit
    )
    return [MessageText(**row) for row in rows]


async def write_message_words(connection: Connection, workspace_id: UUID, words: Sequence[tuple[UUID, str]]) -> None:
    """(message, its vector): what stood there before is replaced. A message that is gone meanwhile is left out."""
    await connection.execute(
        "insert into message_words as w (workspace_id, id, words)"
        " select $1, new.id, new.words::tsvector from unnest($2::uuid[], $3::text[]) as new (id, words)"
        " where exists (select from messages m where m.workspace_id = $1 and m.id = new.id and m.id between $4 and $5"
        "               for key share of m)"
        " on conflict (workspace_id, id) do update set words = excluded.words where w.words <> excluded.words",
        workspace_id,
        [id for id, _ in words],
        [vector for _, vector in words],
        min(id for id, _ in words),
        max(id for id, _ in words),
    )


async def forget_message_words(connection: Connection, workspace_id: UUID, message_ids: Sequence[UUID]) -> None:
    await connection.execute(
        "delete from message_words where workspace_id = $1 and id = any($2::uuid[])", workspace_id, list(message_ids)
    )


@dataclass(frozen=True, slots=True)
class ContactText:
    """What a contact is found by."""

    id: UUID
    name: str
    handle: str
    phone: str
    addresses: list[str]
    is_merged: bool


_CONTACTS = """
select p.id, p.name, p.handle, p.phone, p.merged_into is not null as is_merged,
       coalesce((select array_agg(a.value) from addresses a where a.workspace_id = p.workspace_id
                 and a.contact_id = p.id and a.retired_at is null), '{}') as addresses
from contacts p
"""


async def read_contact_texts(
    connection: Connection, workspace_id: UUID, contact_ids: Sequence[UUID]
) -> list[ContactText]:
    rows = await connection.fetch(
        f"{_CONTACTS} where p.workspace_id = $1 and p.id = any($2::uuid[])", workspace_id, list(contact_ids)
    )
    return [ContactText(**row) for row in rows]


async def read_older_contacts(
    connection: Connection, workspace_id: UUID, *, before_id: UUID, limit: int
) -> list[ContactText]:
    rows = await connection.fetch(
        f"{_CONTACTS} where p.workspace_id = $1 and p.id < $2 order by p.id desc limit $3",
        workspace_id,
        before_id,
        limit,
    )
    return [ContactText(**row) for row in rows]


async def write_contact_words(connection: Connection, workspace_id: UUID, words: Sequence[tuple[UUID, str]]) -> None:
    """(contact, its vector)."""
    await connection.execute(
        "insert into contact_words as w (workspace_id, id, words)"
        " select $1, new.id, new.words::tsvector from unnest($2::uuid[], $3::text[]) as new (id, words)"
        " where exists (select from contacts p where p.workspace_id = $1 and p.id = new.id for key share of p)"
        " on conflict (workspace_id, id) do update set words = excluded.words where w.words <> excluded.words",
        workspace_id,
        [id for id, _ in words],
        [vector for _, vector in words],
    )


async def forget_contact_words(connection: Connection, workspace_id: UUID, contact_ids: Sequence[UUID]) -> None:
    await connection.execute(
        "delete from contact_words where workspace_id = $1 and id = any($2::uuid[])", workspace_id, list(contact_ids)
    )


@dataclass(frozen=True, slots=True)
class NoteText:
    """What an entry of a discussion is found by."""

    id: UUID
    text: str


async def read_older_notes(
    connection: Connection, workspace_id: UUID, *, before_id: UUID, limit: int
) -> list[NoteText]:
    rows = await connection.fetch(
        "select id, text from discussion_notes where workspace_id = $1 and id < $2 and text <> ''"
        " and withdrawn_at is null order by id desc limit $3",
        workspace_id,
        before_id,
        limit,
    )
    return [NoteText(**row) for row in rows]


async def write_note_words(connection: Connection, workspace_id: UUID, words: Sequence[tuple[UUID, str]]) -> None:
    """(note, its vector)."""
    await connection.execute(
        "update discussion_notes n set words = new.words::tsvector"
        " from unnest($2::uuid[], $3::text[]) as new (id, words)"
        " where n.workspace_id = $1 and n.id = new.id and n.withdrawn_at is null",
        workspace_id,
        [id for id, _ in words],
        [vector for _, vector in words],
    )


# How far the old ones have been read ---------------------------------------------------------------------------------

_BEGIN = """
insert into search_progress as p (workspace_id, subject, version)
select w.id, wanted.subject, wanted.version from workspaces w, unnest($1::text[], $2::int[]) wanted (subject, version)
where not exists (select from search_progress known where known.workspace_id = w.id
                  and known.subject = wanted.subject and known.version = wanted.version)
on conflict (workspace_id, subject) do update set version = excluded.version, reached_id = null, done_count = 0,
    finished_at = null, updated_at = now() where p.version < excluded.version
"""


@dataclass(frozen=True, slots=True)
class Unfinished:
    workspace_id: UUID
    subject: Subject
    reached_id: UUID | None
    """None: from the newest."""


async def begin_progress(connection: Connection, versions: Mapping[Subject, int]) -> None:
    """Workspaces that have no row of this version of a subject get one, to be read from the newest."""
    await connection.execute(_BEGIN, list(versions), list(versions.values()))


async def find_unfinished(connection: Connection) -> list[Unfinished]:
    """The contacts of each workspace before its messages: they are fewer, and people look for people."""
    rows = await connection.fetch(
        "select workspace_id, subject, reached_id from search_progress where finished_at is null"
        " order by subject, workspace_id"
    )
    return [Unfinished(**row) for row in rows]


async def save_progress(
    connection: Connection,
    workspace_id: UUID,
    subject: Subject,
    *,
    reached_id: UUID | None,
    count: int,
    is_finished: bool,
    now: datetime,
) -> None:
    await connection.execute(
        "update search_progress set reached_id = coalesce($3, reached_id), done_count = done_count + $4,"
        " finished_at = case when $5 then $6::timestamptz end, updated_at = $6"
        " where workspace_id = $1 and subject = $2",
        workspace_id,
        subject,
        reached_id,
        count,
        is_finished,
        now,
    )
