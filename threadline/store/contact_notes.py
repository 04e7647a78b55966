"""Notes on a contact: what colleagues should know of somebody, whatever is spoken about at present."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.store.session import Session


class ContactNote(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    author_id: UUID | None
    """None: a program wrote it."""
    text: str
    created_at: datetime
    edited_at: datetime | None


_COLUMNS = "id, author_id, text, created_at, edited_at"


async def list_contact_notes(
    session: Session, contact_id: UUID, *, before: UUID | None = None, limit: int
) -> list[ContactNote]:
    """The newest first, by `contact_notes_by_contact`. For callers who were found to see the contact."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from contact_notes where workspace_id = $1 and contact_id = $2 and deleted_at is null"
        " and ($3::uuid is null or id < $3) order by id desc limit $4",
        session.workspace_id,
        contact_id,
        before,
        limit,
    )
    return [ContactNote(**row) for row in rows]


async def insert_contact_note(session: Session, contact_id: UUID, note: ContactNote) -> None:
    await (await session.raw()).execute(
        "insert into contact_notes (workspace_id, id, contact_id, author_id, text, created_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        session.workspace_id,
        note.id,
        contact_id,
        note.author_id,
        note.text,
        note.created_at,
    )


async def get_contact_note(session: Session, contact_id: UUID, note_id: UUID) -> ContactNote:
    """Raises NotFound: missing, deleted, or of another contact."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from contact_notes"
        " where workspace_id = $1 and contact_id = $2 and id = $3 and deleted_at is null",
        session.workspace_id,
        contact_id,
        note_id,
    )
    if row is None:
        raise NotFound("This note does not exist.")
    return ContactNote(**row)


async def update_contact_note(session: Session, note_id: UUID, *, text: str, now: datetime) -> None:
    await (await session.raw()).execute(
        "update contact_notes set text = $3, edited_at = $4 where workspace_id = $1 and id = $2",
        session.workspace_id,
        note_id,
        text,
        now,
    )


async def delete_contact_note(session: Session, note_id: UUID, *, now: datetime) -> None:
    """It is read no more; the row stays, for the feed names it."""
    await (await session.raw()).execute(
        "update contact_notes set deleted_at = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        note_id,
        now,
    )
