"""Put labels on a contact and take others off."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.contact_event import contact_event
from threadline.actions.put_labels import put_labels
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.contacts import access_contact
from threadline.store.session import Session


async def label_contact(
    session: Session,
    *,
    caller: Caller,
    contact_id: UUID,
    add: Sequence[UUID],
    remove: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> None:
    """Raises NotFound if the caller sees none of the contact's conversations, and what `put_labels` raises."""
    await access_contact(session, caller, contact_id)
    changes = await put_labels(session, kind="contact", id=contact_id, add=add, remove=remove)
    session.record(*(contact_event(caller, contact_id, data=change.data, now=now, new_id=new_id) for change in changes))
