"""Keep what search is answered from: what the feed tells is read again, and what was there before, bit by bit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

import msgspec

from threadline.core.content import decode_content
from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.core.search_contact import contact_lexemes
from threadline.core.search_lexemes import attributes, is_searched, vector
from threadline.core.search_message import has_of, texts_of
from threadline.core.search_text import words_of
from threadline.store.connection import Connection
from threadline.store.events import NumberedEvent
from threadline.store.search_index import (
    ContactText,
    MessageText,
    NoteText,
    Unfinished,
    forget_contact_words,
    forget_message_words,
    read_contact_texts,
    read_message_texts,
    read_older_contacts,
    read_older_messages,
    read_older_notes,
    save_progress,
    write_contact_words,
    write_message_words,
    write_note_words,
)
from threadline.store.session import Session

BATCH: Final = 500
_LAST = UUID(int=2**128 - 1)

_OF_MESSAGES: Final = frozenset(
    {
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_QUEUED,
        EventKind.MESSAGE_EDITED,
        EventKind.MESSAGE_DELETED,
        EventKind.NOTE_ADDED,
        EventKind.SPOKEN_TEXT_CHANGED,
    }
)
_OF_CONTACTS: Final = frozenset(
    {EventKind.CONVERSATION_STARTED, *(kind for kind in EventKind if kind.value.startswith("contact_"))}
)
INDEXED: Final = _OF_MESSAGES | _OF_CONTACTS


async def index_search(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """Read again what these events of one workspace tell of; twice is as good as once."""
    del now, new_id
    workspace_id = events[0].event.workspace_id
    connection = await session.raw()
    message_ids = _ids(one.event.message_id for one in events if one.event.kind in _OF_MESSAGES)
    contact_ids = _ids(one.event.contact_id for one in events if one.event.kind in _OF_CONTACTS)
    if message_ids:
        found = await read_message_texts(connection, workspace_id, message_ids)
        await _write_messages(connection, workspace_id, found)
    if contact_ids:
        contacts = await read_contact_texts(connection, workspace_id, contact_ids)
        await _write_contacts(connection, workspace_id, contacts)


async def index_older(session: Session, unfinished: Unfinished, *, now: datetime) -> bool:
    """The next batch of what was there before. True if there is more."""
    connection = await session.raw()
    workspace_id, before_id = unfinished.workspace_id, unfinished.reached_id or _LAST
    found: Sequence[MessageText] | Sequence[ContactText] | Sequence[NoteText]
    match unfinished.subject:
        case "messages":
            found = await read_older_messages(connection, workspace_id, before_id=before_id, limit=BATCH)
            await _write_messages(connection, workspace_id, found)
        case "contacts":
            found = await read_older_contacts(connection, workspace_id, before_id=before_id, limit=BATCH)
            await _write_contacts(connection, workspace_id, found)
        case "discussions":
            found = await read_older_notes(connection, workspace_id, before_id=before_id, limit=BATCH)
            await _write_notes(connection, workspace_id, found)
        case _:
            assert_never(unfinished.subject)
    has_more = len(found) == BATCH
    await save_progress(
        connection,
        workspace_id,
        unfinished.subject,
        reached_id=found[-1].id if found else None,
        count=len(found),
        is_finished=not has_more,
        now=now,
    )
    return has_more


def _ids(found: Iterable[UUID | None]) -> list[UUID]:
    return list(dict.fromkeys(id for id in found if id is not None))


async def _write_messages(connection: Connection, workspace_id: UUID, found: Sequence[MessageText]) -> None:
    kept = [(one.id, message_vector(workspace_id, one)) for one in found if not one.is_deleted]
    words = [(id, vector) for id, vector in kept if vector]
    gone = [one.id for one in found if one.is_deleted]
    if words:
        await write_message_words(connection, workspace_id, words)
    if gone:
        await forget_message_words(connection, workspace_id, gone)


def message_vector(workspace_id: UUID, message: MessageText) -> str:
    """Pure. Empty: it is not searched."""
    if not is_searched(message.direction):
        return ""
    try:
        content = decode_content(message.content)
    except msgspec.MsgspecError:  # content that only a newer release knows: found once that has read it
        return ""
    found = attributes(
        direction=message.direction,
        author_kind=message.author_kind,
        author_id=message.author_id,
        channel_id=message.channel_id,
        has=has_of(content),
    )
    return vector(workspace_id, [*words_of(texts_of(content)), *found])


async def _write_contacts(connection: Connection, workspace_id: UUID, found: Sequence[ContactText]) -> None:
    words = [(one.id, contact_vector(workspace_id, one)) for one in found if not one.is_merged]
    gone = [one.id for one in found if one.is_merged]
    if words:
        await write_contact_words(connection, workspace_id, words)
    if gone:
        await forget_contact_words(connection, workspace_id, gone)


async def _write_notes(connection: Connection, workspace_id: UUID, found: Sequence[NoteText]) -> None:
    if found:
        words = [(one.id, vector(workspace_id, words_of([one.text]))) for one in found]
        await write_note_words(connection, workspace_id, words)


def contact_vector(workspace_id: UUID, contact: ContactText) -> str:
    return vector(
        workspace_id,
        contact_lexemes(name=contact.name, handle=contact.handle, numbers=[contact.phone, *contact.addresses]),
    )
