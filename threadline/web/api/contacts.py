"""Contacts."""

from uuid import UUID

from fastapi import APIRouter, Response

from threadline.actions.rename_contact import rename_contact
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.contacts import Contact, access_contact
from threadline.web.api.inputs import Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class ContactChange(Input):
    name: Name


@operation(router, "GET", "/contacts/{contact_id}", out=Contact)
async def get_contact(contact_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """A contact with their conversations."""
    return call.answer(await access_contact(call.session, call.caller, contact_id))


@operation(router, "PATCH", "/contacts/{contact_id}", out=Contact)
async def update_contact(
    contact_id: UUID, given: ContactChange, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """Rename a contact."""
    await rename_contact(
        call.session, caller=call.caller, contact_id=contact_id, name=given.name, now=call.now, new_id=new_id
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id))
