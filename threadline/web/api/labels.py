"""Labels: what there is, and what has them."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.change_label import change_label
from threadline.actions.create_label import create_label
from threadline.actions.delete_label import delete_label
from threadline.actions.label_contact import label_contact
from threadline.actions.label_conversation import label_conversation
from threadline.core.errors import Invalid
from threadline.core.label import MOST_ON_ONE, LabelColour, LabelKind
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.contacts import Contact, access_contact
from threadline.store.labels import Label, get_label, list_labels
from threadline.web.api.conversations import ConversationDetail, read_detail
from threadline.web.api.inputs import Id, Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_LabelIds = Annotated[list[Id], Field(max_length=MOST_ON_ONE)]


class LabelList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Label]


class LabelInput(Input):
    kind: LabelKind
    name: Name
    colour: LabelColour


class LabelUpdate(Input):
    """What is absent stays. A label never changes its kind."""

    name: Name | None = None
    colour: LabelColour | None = None


class LabelsInput(Input):
    """What is in neither list stays as it is."""

    add: _LabelIds = Field(default_factory=list)
    remove: _LabelIds = Field(default_factory=list)


@operation(router, "GET", "/labels", out=LabelList)
async def get_labels(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """The labels of conversations and those of contacts."""
    return call.answer(LabelList(items=await list_labels(call.session)))


@operation(router, "POST", "/labels", out=Label, status=201, name="createLabel")
async def post_label(given: LabelInput, call: Call = calls(Permission.LABELS_MANAGE, is_repeatable=True)) -> Response:
    """Make a label."""
    label = await create_label(
        call.session,
        caller=call.caller,
        kind=given.kind,
        name=given.name,
        colour=given.colour,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(label, status=201)


@operation(router, "PATCH", "/labels/{label_id}", out=Label)
async def update_label(label_id: UUID, given: LabelUpdate, call: Call = calls(Permission.LABELS_MANAGE)) -> Response:
    """Rename or recolour it."""
    if given.name is None and given.colour is None:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await change_label(
        call.session,
        caller=call.caller,
        label_id=label_id,
        name=given.name,
        colour=given.colour,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_label(call.session, label_id))


@operation(router, "DELETE", "/labels/{label_id}", out=None, status=204, name="deleteLabel")
async def remove_label(label_id: UUID, call: Call = calls(Permission.LABELS_MANAGE)) -> Response:
    """Delete it: it is off every conversation or contact at once."""
    await delete_label(call.session, caller=call.caller, label_id=label_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "PATCH", "/conversations/{conversation_id}/labels", out=ConversationDetail)
async def update_conversation_labels(
    conversation_id: UUID, given: LabelsInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Put labels on a conversation, take others off."""
    await label_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        add=given.add,
        remove=given.remove,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "PATCH", "/contacts/{contact_id}/labels", out=Contact)
async def update_contact_labels(
    contact_id: UUID, given: LabelsInput, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """Put labels on a contact, take others off."""
    await label_contact(
        call.session,
        caller=call.caller,
        contact_id=contact_id,
        add=given.add,
        remove=given.remove,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id))
