"""Give a contact another name than the provider does."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import contacts
from threadline.store.session import Session


async def rename_contact(
    session: Session, *, caller: Caller, contact_id: UUID, name: str, now: datetime, new_id: NewId
) -> None:
    """Raises NotFound if the caller sees none of the contact's conversations."""
    await contacts.access_contact(session, caller, contact_id)
    await contacts.rename_contact(session, contact_id, name=name)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONTACT_CHANGED,
            at=now,
            contact_id=contact_id,
            actor_id=caller.actor_id,
        )
    )
