"""Scheduled messages of a conversation."""

from typing import cast
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.schedule_message import cancel_scheduled, change_scheduled, schedule_message, send_scheduled
from threadline.channels.registry import channel_type
from threadline.core.content import Content, encode_content
from threadline.core.errors import Invalid
from threadline.core.permission import Caller, Permission
from threadline.core.personal import Said
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.messages import Message, access_message
from threadline.store.scheduled import ScheduledMessage, find_scheduled, list_scheduled
from threadline.web.api.contents import OutgoingContent, to_content
from threadline.web.api.inputs import Accepted, Id, Input, Moment
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class ScheduledList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ScheduledMessage]


class ScheduledInput(Input):
    """`client_id` is the client's own id of this message: sent twice, it is one message."""

    client_id: Id
    content: OutgoingContent
    due_at: Moment
    quoted_id: Id | None = None
    accepted: Accepted = Field(default_factory=list)


class ScheduledChange(Input):
    """What is absent stays."""

    content: OutgoingContent | None = None
    due_at: Moment | None = None


@operation(router, "GET", "/conversations/{conversation_id}/scheduled", out=ScheduledList)
async def get_scheduled(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What waits for its time in a conversation, and what is held."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    found = await list_scheduled(call.session, conversation_id=conversation_id)
    return call.answer(ScheduledList(items=[show_scheduled(one, call.caller) for one in found]))


@operation(
    router, "POST", "/conversations/{conversation_id}/scheduled", out=ScheduledMessage, status=201, name="schedule"
)
async def post_scheduled(
    conversation_id: UUID, given: ScheduledInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Send a message later."""
    await schedule_message(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        content=to_content(given.content),
        quoted_id=given.quoted_id,
        due_at=given.due_at,
        client_id=given.client_id,
        is_accepted="repeated_text" in given.accepted,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return await _answer(call, given.client_id, status=201)


@operation(router, "PATCH", "/scheduled/{scheduled_id}", out=ScheduledMessage)
async def update_scheduled(
    scheduled_id: UUID, given: ScheduledChange, call: Call = calls(Permission.MESSAGES_SEND)
) -> Response:
    """Change its text or its time; what was held waits anew."""
    if given.content is None and given.due_at is None:
        raise Invalid("Please say what is to change.", field="due_at", reason="nothing_to_change")
    await change_scheduled(
        call.session,
        caller=call.caller,
        scheduled_id=scheduled_id,
        content=None if given.content is None else to_content(given.content),
        due_at=given.due_at,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return await _answer(call, scheduled_id)


@operation(router, "POST", "/scheduled/{scheduled_id}/cancel", out=ScheduledMessage, name="cancelScheduled")
async def post_cancel(scheduled_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Do not send it. The answer is what it was, so that it can be written anew."""
    cancelled = await cancel_scheduled(
        call.session, caller=call.caller, scheduled_id=scheduled_id, now=call.now, new_id=new_id
    )
    return call.answer(show_scheduled(cancelled, call.caller))


@operation(router, "POST", "/scheduled/{scheduled_id}/send", out=Message, name="sendScheduled")
async def post_send(scheduled_id: UUID, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)) -> Response:
    """Send it now."""
    message_id = await send_scheduled(
        call.session,
        caller=call.caller,
        scheduled_id=scheduled_id,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(await access_message(call.session, call.caller, message_id))


async def _answer(call: Call, scheduled_id: UUID, *, status: int = 200) -> Response:
    found = await find_scheduled(call.session, scheduled_id)
    return call.answer(None if found is None else show_scheduled(found, call.caller), status=status)


def show_scheduled(message: ScheduledMessage, caller: Caller) -> ScheduledMessage:
    """A colleague's as any message is shown; one's own as it was written, for it is edited. A program edits nothing."""
    if message.agent_id is not None and message.agent_id == caller.agent_id and caller.token_id is None:
        return message
    content = Said(encode_content(message.content))
    return msgspec.structs.replace(message, content=cast("Content", content))
