"""Side discussions as those in them read them. Each query asks who reads: nobody else learns that there is one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.content import Mention
from threadline.core.discussion import DiscussionState, EntryKind
from threadline.core.errors import NotFound
from threadline.core.permission import Caller, may_read_discussion
from threadline.core.personal import Excerpt
from threadline.core.search_lexemes import vector
from threadline.core.search_text import words_of
from threadline.store.conversations import ContactName
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

MOST: Final = 200
"""More discussions than this in one list are no list any more: those with the newest notes are shown."""
COUNTED: Final = 100
"""More unread notes than this are only known to be more."""
PAGE: Final = 200


class Discussion(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    contact: ContactName
    subject: str
    state: DiscussionState
    member_ids: list[UUID]
    """Who is in it now, the first first."""
    is_in_it: bool
    """False: one reads it by one's right only."""
    unread: int
    """Notes of others that one has not seen; at most `COUNTED`."""
    last_seq: int
    last_note: Excerpt
    """The beginning of its newest note."""
    last_author_id: UUID | None
    last_note_at: datetime
    started_by: UUID | None
    started_at: datetime


class DiscussionNote(msgspec.Struct, frozen=True, kw_only=True):
    """A note, or a line that tells what was done."""

    id: UUID
    seq: int
    kind: Literal["note", "started", "added", "removed", "left", "closed", "reopened"]
    author_id: UUID | None
    text: Excerpt
    mentions: list[Mention]
    agent_id: UUID | None
    """Whom a line is about."""
    at: datetime
    withdrawn_at: datetime | None
    """Since then it says nothing any more, but to those who may see what stood before."""


class DiscussionKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Under its lock."""

    id: UUID
    conversation_id: UUID
    subject: str
    state: DiscussionState
    last_seq: int
    started_by: UUID | None
    is_in_it: bool


class NewNote(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    discussion_id: UUID
    conversation_id: UUID
    seq: int
    kind: EntryKind
    author_id: UUID | None
    text: str = ""
    """Of the entry that began it: the subject."""
    mentions: Sequence[Mention] = ()
    agent_id: UUID | None = None
    client_id: UUID | None = None
    at: datetime


_SELECT = f"""
select d.id, d.conversation_id, c.contact_id, {called("p")} as contact_name,
       d.subject, d.state, d.last_seq, d.last_note_at,
       d.started_by, d.started_at, me.agent_id is not null as is_in_it,
       array(select m.agent_id from discussion_members m where m.workspace_id = d.workspace_id
             and m.discussion_id = d.id and m.removed_at is null order by m.added_at, m.agent_id) as member_ids,
       case when me.agent_id is null then 0 else (select count(*) from (select from discussion_notes n
             where n.workspace_id = d.workspace_id and n.discussion_id = d.id and n.seq > me.read_seq
             and n.kind = 'note' and n.withdrawn_at is null
             and n.author_id is distinct from me.agent_id limit {COUNTED}) u) end as unread,
       coalesce(left(l.text, 200), '') as last_note, l.author_id as last_author_id
from discussions d
join conversations c on c.workspace_id = d.workspace_id and c.id = d.conversation_id
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
left join discussion_members me on me.workspace_id = d.workspace_id and me.discussion_id = d.id
    and me.agent_id = $2 and me.removed_at is null
left join lateral (select n.text, n.author_id from discussion_notes n where n.workspace_id = d.workspace_id
    and n.discussion_id = d.id and n.kind = 'note' and n.withdrawn_at is null order by n.seq desc limit 1) l on true
"""


_NOTES = """
select id, seq, kind, author_id, case when kind = 'note' then text else '' end as text, mentions::text as mentions,
       agent_id, at, withdrawn_at
from discussion_notes
"""


def _readable(caller: Caller, arguments: Arguments) -> str:
    is_read = "true" if may_read_discussion(caller, is_in_it=False) else "me.agent_id is not null"
    return f"{is_read} and {visible(caller.visibility, 'c', arguments)}"


async def list_own_discussions(session: Session, caller: Caller, *, state: DiscussionState) -> list[Discussion]:
    """Those the caller is in, the newest note first. Uses `discussion_members_by_agent`."""
    arguments = Arguments(caller.workspace_id, caller.agent_id, state.value)
    rows = await (await session.raw()).fetch(
        f"{_SELECT} where d.workspace_id = $1 and d.state = $3 and d.id in (select m.discussion_id"
        " from discussion_members m where m.workspace_id = $1 and m.agent_id = $2 and m.removed_at is null)"
        f" and {visible(caller.visibility, 'c', arguments)} order by d.last_note_at desc, d.id desc limit {MOST}",
        *arguments.values,
    )
    return [_discussion(row) for row in rows]


async def list_discussions_of(session: Session, caller: Caller, conversation_id: UUID) -> list[Discussion]:
    """Of one conversation, as far as the caller reads them; the open ones first. Uses `discussions_by_conversation`."""
    arguments = Arguments(caller.workspace_id, caller.agent_id, conversation_id)
    rows = await (await session.raw()).fetch(
        f"{_SELECT} where d.workspace_id = $1 and d.conversation_id = $3 and {_readable(caller, arguments)}"
        f" order by d.state = 'closed', d.last_note_at desc, d.id desc limit {MOST}",
        *arguments.values,
    )
    return [_discussion(row) for row in rows]


async def access_discussion(session: Session, caller: Caller, discussion_id: UUID) -> Discussion:
    """Raises NotFound: missing, foreign and somebody else's look alike (S1)."""
    arguments = Arguments(caller.workspace_id, caller.agent_id, discussion_id)
    row = await (await session.raw()).fetchrow(
        f"{_SELECT} where d.workspace_id = $1 and d.id = $3 and {_readable(caller, arguments)}", *arguments.values
    )
    if row is None:
        raise NotFound("This discussion does not exist.")
    return _discussion(row)


async def lock_discussion(session: Session, caller: Caller, discussion_id: UUID) -> DiscussionKeys:
    """As `access_discussion`, the row locked before it changes; its conversation before that, if it changes too."""
    seen = await access_discussion(session, caller, discussion_id)
    row = await (await session.raw()).fetchrow(
        "select id, conversation_id, subject, state, last_seq, started_by from discussions"
        " where workspace_id = $1 and id = $2 for no key update",
        caller.workspace_id,
        discussion_id,
    )
    assert row is not None  # discussions are never deleted while their conversation stands
    # Whoever was removed while this waited for its lock writes no more.
    is_in_it = seen.is_in_it and caller.agent_id in await list_members(session, discussion_id)
    return DiscussionKeys(**{**row, "state": DiscussionState(row["state"])}, is_in_it=is_in_it)


async def list_notes(session: Session, discussion_id: UUID, *, before_seq: int | None) -> list[DiscussionNote]:
    """The last `PAGE` before a number, oldest first; of a discussion that was accessed before."""
    rows = await (await session.raw()).fetch(
        f"{_NOTES} where workspace_id = $1 and discussion_id = $2 and ($3::int is null or seq < $3)"
        f" order by seq desc limit {PAGE}",
        session.workspace_id,
        discussion_id,
        before_seq,
    )
    return [_note(row) for row in reversed(rows)]


async def list_members(session: Session, discussion_id: UUID) -> list[UUID]:
    rows = await (await session.raw()).fetch(
        "select agent_id from discussion_members where workspace_id = $1 and discussion_id = $2"
        " and removed_at is null order by added_at, agent_id",
        session.workspace_id,
        discussion_id,
    )
    return [row["agent_id"] for row in rows]


async def find_note(session: Session, discussion_id: UUID, client_id: UUID) -> UUID | None:
    """For repeats. Uses `discussion_notes_once`."""
    return await (await session.raw()).fetchval(
        "select id from discussion_notes where workspace_id = $1 and discussion_id = $2 and client_id = $3",
        session.workspace_id,
        discussion_id,
        client_id,
    )


async def insert_discussion(
    session: Session, *, discussion_id: UUID, conversation_id: UUID, subject: str, started_by: UUID, now: datetime
) -> bool:
    """False: this id stands already, as in a repeat."""
    return True is await (await session.raw()).fetchval(
        "insert into discussions (workspace_id, id, conversation_id, subject, last_note_at, started_by, started_at)"
        " values ($1, $2, $3, $4, $6, $5, $6) on conflict do nothing returning true",
        session.workspace_id,
        discussion_id,
        conversation_id,
        subject,
        started_by,
        now,
    )


async def add_members(
    session: Session,
    *,
    discussion_id: UUID,
    conversation_id: UUID,
    agent_ids: Sequence[UUID],
    added_by: UUID,
    now: datetime,
) -> None:
    """Whoever was in it before comes back to where they had read."""
    await (await session.raw()).execute(
        "insert into discussion_members as m (workspace_id, discussion_id, agent_id, conversation_id, added_by,"
        " added_at) select $1, $2, a, $3, $5, $6 from unnest($4::uuid[]) a"
        " on conflict (workspace_id, discussion_id, agent_id) do update set removed_at = null,"
        " added_by = excluded.added_by, added_at = excluded.added_at",
        session.workspace_id,
        discussion_id,
        conversation_id,
        list(agent_ids),
        added_by,
        now,
    )


async def remove_member(session: Session, *, discussion_id: UUID, agent_id: UUID, now: datetime) -> bool:
    """False if they are not in it."""
    return True is await (await session.raw()).fetchval(
        "update discussion_members set removed_at = $4 where workspace_id = $1 and discussion_id = $2"
        " and agent_id = $3 and removed_at is null returning true",
        session.workspace_id,
        discussion_id,
        agent_id,
        now,
    )


async def insert_note(session: Session, note: NewNote) -> None:
    """Under the lock of its discussion, whose numbers it moves on; the writer has seen what stands so far."""
    connection = await session.raw()
    await connection.execute(
        "insert into discussion_notes (workspace_id, id, discussion_id, conversation_id, seq, kind, author_id, text,"
        " mentions, agent_id, client_id, at, words)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12, $13::text::tsvector)",
        session.workspace_id,
        note.id,
        note.discussion_id,
        note.conversation_id,
        note.seq,
        note.kind.value,
        note.author_id,
        note.text,
        msgspec.json.encode(note.mentions).decode(),
        note.agent_id,
        note.client_id,
        note.at,
        _words(session, note.text),
    )
    await connection.execute(
        "update discussions set last_seq = $3, last_note_at = case when $4 then $5 else last_note_at end"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        note.discussion_id,
        note.seq,
        note.kind is EntryKind.NOTE,
        note.at,
    )


async def access_note(session: Session, discussion_id: UUID, note_id: UUID) -> DiscussionNote:
    """Of a discussion that was accessed before. Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        f"{_NOTES} where workspace_id = $1 and discussion_id = $2 and id = $3 and kind = 'note'",
        session.workspace_id,
        discussion_id,
        note_id,
    )
    if row is None:
        raise NotFound("This note does not exist.")
    return _note(row)


async def strike_note(session: Session, note_id: UUID, *, now: datetime) -> None:
    """The row stays; nobody finds it by its words any more."""
    await (await session.raw()).execute(
        "update discussion_notes set withdrawn_at = $3, words = null where workspace_id = $1 and id = $2",
        session.workspace_id,
        note_id,
        now,
    )


async def update_discussion(session: Session, discussion_id: UUID, *, subject: str, state: DiscussionState) -> None:
    connection = await session.raw()
    await connection.execute(
        "update discussions set subject = $3, state = $4 where workspace_id = $1 and id = $2",
        session.workspace_id,
        discussion_id,
        subject,
        state.value,
    )
    await connection.execute(
        "update discussion_notes set text = $3, words = $4::text::tsvector"
        " where workspace_id = $1 and discussion_id = $2 and seq = 1 and kind = 'started'",
        session.workspace_id,
        discussion_id,
        subject,
        _words(session, subject),
    )


async def set_read(session: Session, *, discussion_id: UUID, agent_id: UUID, seq: int) -> bool:
    """Never back. False if they had seen as much before."""
    return True is await (await session.raw()).fetchval(
        "update discussion_members m set read_seq = least($4, d.last_seq) from discussions d"
        " where m.workspace_id = $1 and m.discussion_id = $2 and m.agent_id = $3 and m.removed_at is null"
        " and d.workspace_id = m.workspace_id and d.id = m.discussion_id and m.read_seq < least($4, d.last_seq)"
        " returning true",
        session.workspace_id,
        discussion_id,
        agent_id,
        seq,
    )


def _words(session: Session, text: str) -> str:
    assert session.workspace_id is not None
    return vector(session.workspace_id, words_of([text]))


def _discussion(row: asyncpg.Record) -> Discussion:
    values = dict(row)
    contact = ContactName(id=values.pop("contact_id"), name=person_name(values.pop("contact_name")))
    told = {"contact": contact, "state": DiscussionState(row["state"]), "last_note": Excerpt(row["last_note"])}
    return Discussion(**{**values, **told})


def _note(row: asyncpg.Record) -> DiscussionNote:
    mentions = msgspec.json.decode(row["mentions"], type=list[Mention])
    text = Excerpt(row["text"], is_deleted=row["withdrawn_at"] is not None)
    return DiscussionNote(**{**row, "text": text, "mentions": mentions})
