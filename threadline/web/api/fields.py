"""Fields of one's own: what there is, and the values of a conversation."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field as Checked

from threadline.actions.change_field import change_field, create_field, delete_field
from threadline.actions.fill_fields import fill_conversation_fields
from threadline.core.errors import Invalid
from threadline.core.field import MOST_OPTIONS, Field, FieldOption, FieldOwner, FieldType, FieldValue
from threadline.core.label import LabelColour
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.fields import list_fields, values_of
from threadline.web.api.contacts import FieldValues, values_by_field
from threadline.web.api.inputs import Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


_Type = Literal["text", "number", "date", "choice", "choices", "boolean", "link", "email", "phone"]


class FieldList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Field]


class FilledFields(msgspec.Struct, frozen=True, kw_only=True):
    fields: dict[str, FieldValue]
    """The id of a field → its value; what is not filled in is absent."""


class OptionInput(Input):
    id: Annotated[str, Checked(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    """Absent: a new one. One that is kept keeps its id, and so every value that names it."""
    name: Name
    colour: LabelColour = "grey"


_Options = Annotated[list[OptionInput], Checked(max_length=MOST_OPTIONS)]


class FieldInput(Input):
    owner: FieldOwner
    type: _Type
    name: Name
    options: _Options = Checked(default_factory=list)


class FieldUpdate(Input):
    """What is absent stays. A field never changes its type, nor what it is of."""

    name: Name | None = None
    options: _Options | None = None
    position: Annotated[int, Checked(ge=0, le=10_000)] | None = None


class FieldValuesInput(Input):
    """What is absent stays; null takes a value away."""

    fields: FieldValues


@operation(router, "GET", "/fields", out=FieldList)
async def get_fields(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """The fields of contacts, conversations and companies, in their order."""
    return call.answer(FieldList(items=await list_fields(call.session)))


@operation(router, "POST", "/fields", out=Field, status=201, name="createField")
async def post_field(given: FieldInput, call: Call = calls(Permission.FIELDS_MANAGE, is_repeatable=True)) -> Response:
    """Make a field."""
    field = await create_field(
        call.session,
        caller=call.caller,
        owner=given.owner,
        type=FieldType(given.type),
        name=given.name,
        options=_options(given.options),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(field, status=201)


@operation(router, "PATCH", "/fields/{field_id}", out=Field)
async def update_field(field_id: UUID, given: FieldUpdate, call: Call = calls(Permission.FIELDS_MANAGE)) -> Response:
    """Rename it, change its options or its place."""
    if given.name is None and given.options is None and given.position is None:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    field = await change_field(
        call.session,
        caller=call.caller,
        field_id=field_id,
        name=given.name,
        options=None if given.options is None else _options(given.options),
        position=given.position,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(field)


@operation(router, "DELETE", "/fields/{field_id}", out=None, status=204, name="deleteField")
async def remove_field(field_id: UUID, call: Call = calls(Permission.FIELDS_MANAGE)) -> Response:
    """Delete it: it is off everything at once."""
    await delete_field(call.session, caller=call.caller, field_id=field_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "GET", "/conversations/{conversation_id}/fields", out=FilledFields)
async def get_conversation_fields(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What is filled in of a conversation."""
    conversation = await access_conversation_keys(call.session, call.caller, conversation_id)
    return call.answer(await _filled(call, conversation.id))


@operation(router, "PATCH", "/conversations/{conversation_id}/fields", out=FilledFields)
async def update_conversation_fields(
    conversation_id: UUID, given: FieldValuesInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Fill in fields of a conversation."""
    await fill_conversation_fields(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        fields=values_by_field(given.fields),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await _filled(call, conversation_id))


async def _filled(call: Call, conversation_id: UUID) -> FilledFields:
    connection = await call.session.raw()
    found = await values_of(connection, call.caller.workspace_id, "conversation", [conversation_id])
    return FilledFields(fields=found.get(conversation_id, {}))


def _options(given: list[OptionInput]) -> list[FieldOption]:
    return [FieldOption(id=one.id or new_id().hex[-12:], name=one.name, colour=one.colour) for one in given]
