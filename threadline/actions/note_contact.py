"""Write a note on a contact, correct it, take it away: for colleagues, never for the customer."""

from datetime import datetime
from uuid import UUID

from threadline.actions.contact_event import contact_event
from threadline.core.contact import LONGEST_NOTE
from threadline.core.errors import Forbidden, Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.store.contact_notes import (
    ContactNote,
    delete_contact_note,
    get_contact_note,
    insert_contact_note,
    update_contact_note,
)
from threadline.store.contacts import check_sees_contact
from threadline.store.session import Session


async def note_contact(
    session: Session, *, caller: Caller, contact_id: UUID, text: str, now: datetime, new_id: NewId
) -> ContactNote:
    """Raises NotFound if the caller sees none of the contact's conversations, Invalid for an empty note."""
    await check_sees_contact(session, caller, contact_id)
    note = ContactNote(id=new_id(), author_id=caller.agent_id, text=_checked(text), created_at=now, edited_at=None)
    await insert_contact_note(session, contact_id, note)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))
    return note


async def change_contact_note(
    session: Session, *, caller: Caller, contact_id: UUID, note_id: UUID, text: str, now: datetime, new_id: NewId
) -> None:
    """One's own, or anybody's for who manages fields. Raises NotFound, Forbidden, Invalid."""
    await _own(session, caller, contact_id, note_id)
    await update_contact_note(session, note_id, text=_checked(text), now=now)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))


async def remove_contact_note(
    session: Session, *, caller: Caller, contact_id: UUID, note_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Raises NotFound, Forbidden."""
    await _own(session, caller, contact_id, note_id)
    await delete_contact_note(session, note_id, now=now)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))


async def _own(session: Session, caller: Caller, contact_id: UUID, note_id: UUID) -> None:
    await check_sees_contact(session, caller, contact_id)
    note = await get_contact_note(session, contact_id, note_id)
    if note.author_id != caller.agent_id and not caller.may(Permission.FIELDS_MANAGE):
        raise Forbidden("Only who wrote a note, a supervisor or an admin changes it.", reason="note_of_another")


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid("The note is empty.", field="text", reason="note_empty")
    if len(text) > LONGEST_NOTE:
        raise Invalid(
            f"Please use no more than {LONGEST_NOTE} characters.",
            field="text",
            reason="field_too_long",
            values={"limit": str(LONGEST_NOTE)},
        )
    return text
