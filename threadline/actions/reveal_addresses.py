"""Look at the numbers and e-mail addresses of one contact, which are masked from the one who looks. It is recorded."""

from datetime import datetime
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.store.contacts import Contact, access_contact
from threadline.store.reveals import insert_reveal
from threadline.store.session import Session


async def reveal_addresses(
    session: Session, *, caller: Caller, contact_id: UUID, now: datetime, new_id: NewId
) -> Contact:
    """The contact, to be shown whole this once. Who sees addresses anyway leaves no record.

    Raises Forbidden, and NotFound for whom the caller does not see.
    """
    check_may(caller, Permission.ADDRESSES_REVEAL)
    contact = await access_contact(session, caller, contact_id)
    if caller.clearance.sees_addresses:
        return contact
    await insert_reveal(session, new_id(), contact_id=contact.id, actor_id=caller.actor_id, now=now)
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ADDRESSES_REVEALED,
            at=now,
            contact_id=contact.id,
            agent_id=caller.agent_id,
            actor_id=caller.actor_id,
        )
    )
    return contact
