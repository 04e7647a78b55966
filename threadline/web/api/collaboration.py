"""Working a conversation together: who follows it, who is asked in, what one pins, handing it over, unread again."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.follow_conversation import follow_conversation, unfollow_conversation
from threadline.actions.hand_over import hand_over
from threadline.actions.mark_unread import mark_unread
from threadline.actions.pin_conversation import pin_conversation, unpin_conversation
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.presence import Doing, presence_topic
from threadline.infra.clock import new_id
from threadline.store.conversations import Conversation, access_conversation_keys, list_pinned
from threadline.store.events import read_position
from threadline.store.silences import note_typing
from threadline.web.api.conversations import ConversationDetail, read_detail
from threadline.web.api.inputs import Id, Input, Paragraphs
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()


class PinList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Conversation]
    """The one pinned last first; what one does not see any more is left out."""
    position: int


class HandOver(Input):
    """To a person, to a team, or to a person of a team; a bot hands over to teams only."""

    assignee_id: Id | None = None
    team_id: Id | None = None
    note: Paragraphs | None = None
    client_id: Id
    """Of the note."""
    label_ids: Annotated[list[Id], Field(max_length=50)] = Field(default_factory=list)
    """They are put on it, too: by them rules and colleagues know what it is about."""


class PresenceInput(Input):
    doing: Literal["looking", "typing", "gone"]


class UnreadMark(Input):
    message_id: Id
    """From this message of the customer on."""


@operation(router, "PUT", "/conversations/{conversation_id}/followers/{agent_id}", out=ConversationDetail)
async def follow(
    conversation_id: UUID, agent_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Follow it, or ask a colleague in."""
    await follow_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        agent_id=agent_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "DELETE", "/conversations/{conversation_id}/followers/{agent_id}", out=ConversationDetail)
async def unfollow(
    conversation_id: UUID, agent_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Follow it no more, or let a colleague go."""
    await unfollow_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        agent_id=agent_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id, is_just_changed=True))


@operation(router, "GET", "/pins", out=PinList)
async def get_pins(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What one has pinned."""
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    agent_id = own_agent(call)
    items = await list_pinned(call.session, call.caller, agent_id)
    return call.answer(PinList(items=items, position=position))


@operation(router, "PUT", "/conversations/{conversation_id}/pin", out=None, status=204, name="pinConversation")
async def put_pin(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """Keep it on top of one's own lists."""
    await pin_conversation(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


@operation(router, "DELETE", "/conversations/{conversation_id}/pin", out=None, status=204, name="unpinConversation")
async def delete_pin(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """Let go of it."""
    await unpin_conversation(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


@operation(router, "POST", "/conversations/{conversation_id}/handover", out=ConversationDetail, name="handOver")
async def post_handover(
    conversation_id: UUID, given: HandOver, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Give it to somebody or to a team, with a note. A bot need not say to whom: its channel does."""
    if given.assignee_id is None and given.team_id is None and not call.caller.is_bot:
        raise Invalid("Please say to whom.", field="assignee_id", reason="to_whom")
    await hand_over(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        assignee_id=given.assignee_id,
        team_id=given.team_id,
        note=given.note or "",
        client_id=given.client_id,
        label_ids=given.label_ids,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id, is_just_changed=True))


@operation(router, "POST", "/conversations/{conversation_id}/presence", out=None, status=204, name="sayPresence")
async def post_presence(
    conversation_id: UUID, given: PresenceInput, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """Tell colleagues that one looks, types, or is gone; say it again while it lasts.

    That one types is kept only where silence takes a conversation away: `docs/routing.md`.
    """
    agent_id = own_agent(call)
    await access_conversation_keys(call.session, call.caller, conversation_id)
    said_at_ms = int(call.now.timestamp() * 1000)
    doing = Doing(given.doing)
    topic = presence_topic(call.caller.workspace_id, conversation_id, agent_id, doing, said_at_ms=said_at_ms)
    call.session.hint(topic)
    if doing is Doing.TYPING:
        await note_typing(call.session, conversation_id=conversation_id, agent_id=agent_id)
    return call.answer(status=204)


@operation(router, "POST", "/conversations/{conversation_id}/unread", out=None, status=204, name="markUnread")
async def post_unread(
    conversation_id: UUID, given: UnreadMark, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """Unread again, from a message of the customer on. The customer's messenger is told nothing."""
    await mark_unread(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        message_id=given.message_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)
