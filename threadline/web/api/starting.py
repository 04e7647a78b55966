"""Writing first."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.start_conversation import Recipient, find_recipient, start_conversation
from threadline.channels.registry import channel_type
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.personal import Address
from threadline.infra.clock import new_id
from threadline.infra.phone import display_phone
from threadline.web.api.contents import OutgoingContent, to_content
from threadline.web.api.inputs import Id, Input, Line
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls
from threadline.web.guesses import count_numbers

router = APIRouter()


class RecipientInput(Input):
    """A contact, or a number as somebody typed it."""

    channel_id: Id
    contact_id: Id | None = None
    phone: Annotated[Line, Field(max_length=40)] = ""


class StartInput(RecipientInput):
    """`client_id` is the client's own id of the first message."""

    client_id: Id
    content: OutgoingContent


class RecipientFound(msgspec.Struct, frozen=True, kw_only=True):
    phone: Address
    """As people read it, with its country."""
    contact_id: UUID | None
    """None: nobody has this number yet."""
    conversation_id: UUID | None
    """What is open already; None: nothing is."""


class ConversationStarted(msgspec.Struct, frozen=True, kw_only=True):
    conversation_id: UUID
    is_new: bool
    """False: one was open already, and nothing was sent."""


@operation(router, "POST", "/recipients", out=RecipientFound, name="findRecipient")
async def post_recipient(given: RecipientInput, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Who that is, and whether a conversation is open. A number stands in no address, which logs keep."""
    await count_numbers(call.web, call.caller, [given.phone])
    found = await find_recipient(
        call.session,
        caller=call.caller,
        channel_id=given.channel_id,
        recipient=_recipient(given),
        find_type=channel_type,
    )
    return call.answer(
        RecipientFound(
            phone=Address(display_phone(found.phone)),
            contact_id=found.contact_id,
            conversation_id=found.conversation_id,
        )
    )


@operation(router, "POST", "/conversations", out=ConversationStarted, status=201, name="startConversation")
async def post_conversation(
    given: StartInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Begin a conversation with its first message."""
    await count_numbers(call.web, call.caller, [given.phone])
    started = await start_conversation(
        call.session,
        caller=call.caller,
        channel_id=given.channel_id,
        recipient=_recipient(given),
        content=to_content(given.content),
        client_id=given.client_id,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(ConversationStarted(conversation_id=started.conversation_id, is_new=started.is_new), status=201)


def _recipient(given: RecipientInput) -> Recipient:
    if given.contact_id is None and not given.phone.strip():
        raise Invalid("Please say to whom.", field="phone", reason="recipient_missing")
    return Recipient(given.contact_id, given.phone)
