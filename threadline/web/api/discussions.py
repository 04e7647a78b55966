"""Side discussions: one's own in one place, those beside a conversation, and what stands in them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.change_discussion import change_discussion, read_discussion
from threadline.actions.change_discussion_members import add_to_discussion, remove_from_discussion
from threadline.actions.discuss import discuss
from threadline.actions.start_discussion import start_discussion
from threadline.actions.withdraw_discussion_note import withdraw_discussion_note
from threadline.core.discussion import DiscussionState
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.discussions import (
    Discussion,
    DiscussionNote,
    access_discussion,
    list_discussions_of,
    list_notes,
    list_own_discussions,
)
from threadline.web.api.inputs import Id, Input, Paragraphs, Title
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()

_Ids = Annotated[list[Id], Field(max_length=100, default_factory=list)]


class DiscussionInput(Input):
    """`id` is the client's own: sent twice, it is one discussion."""

    id: Id
    subject: Title
    text: Paragraphs
    """The first note."""
    agent_ids: _Ids
    team_ids: _Ids
    """Their members of now."""


class DiscussionUpdate(Input):
    """What is absent stays."""

    subject: Title | None = None
    state: Literal["open", "closed"] | None = None


class MembersInput(Input):
    agent_ids: _Ids
    team_ids: _Ids


class DiscussionNoteInput(Input):
    client_id: Id
    text: Paragraphs
    """Whom it names by `@` of those in it is found by the server."""


class DiscussionRead(Input):
    seq: Annotated[int, Field(ge=0)]


class DiscussionList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Discussion]


class DiscussionThread(msgspec.Struct, frozen=True, kw_only=True):
    discussion: Discussion
    notes: list[DiscussionNote]
    """The oldest first; what was before is asked for by the first number."""


@operation(router, "GET", "/discussions", out=DiscussionList)
async def get_discussions(
    state: DiscussionState = DiscussionState.OPEN, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """The discussions one is in."""
    own_agent(call)
    return call.answer(DiscussionList(items=await list_own_discussions(call.session, call.caller, state=state)))


@operation(router, "GET", "/conversations/{conversation_id}/discussions", out=DiscussionList)
async def get_conversation_discussions(
    conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """Those beside one conversation that one may read."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    return call.answer(DiscussionList(items=await list_discussions_of(call.session, call.caller, conversation_id)))


@operation(
    router,
    "POST",
    "/conversations/{conversation_id}/discussions",
    out=DiscussionThread,
    status=201,
    name="startDiscussion",
)
async def post_discussion(
    conversation_id: UUID,
    given: DiscussionInput,
    call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True),
) -> Response:
    """Discuss it with chosen colleagues."""
    await start_discussion(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        discussion_id=given.id,
        subject=given.subject,
        text=given.text,
        agent_ids=given.agent_ids,
        team_ids=given.team_ids,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await _thread(call, given.id), status=201)


@operation(router, "GET", "/discussions/{discussion_id}", out=DiscussionThread)
async def get_discussion(
    discussion_id: UUID,
    before: Annotated[int | None, Query(ge=1)] = None,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """One discussion with its last notes, or those before a number."""
    return call.answer(await _thread(call, discussion_id, before))


@operation(router, "PATCH", "/discussions/{discussion_id}", out=Discussion)
async def update_discussion(
    discussion_id: UUID, given: DiscussionUpdate, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Give it another subject, close it or open it again."""
    if given.subject is None and given.state is None:
        raise Invalid("Please say what is to change.", field="state", reason="nothing_to_change")
    await change_discussion(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        discussion_id=discussion_id,
        subject=given.subject,
        state=None if given.state is None else DiscussionState(given.state),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_discussion(call.session, call.caller, discussion_id))


@operation(router, "POST", "/discussions/{discussion_id}/notes", out=DiscussionThread, status=201, name="discuss")
async def post_note(
    discussion_id: UUID,
    given: DiscussionNoteInput,
    call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True),
) -> Response:
    """Write into it."""
    await discuss(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        discussion_id=discussion_id,
        text=given.text,
        client_id=given.client_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await _thread(call, discussion_id), status=201)


@operation(
    router,
    "DELETE",
    "/discussions/{discussion_id}/notes/{note_id}",
    out=None,
    status=204,
    name="withdrawDiscussionNote",
)
async def delete_note(
    discussion_id: UUID, note_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Withdraw a note of one's own; its trace stays."""
    await withdraw_discussion_note(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        discussion_id=discussion_id,
        note_id=note_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


@operation(router, "POST", "/discussions/{discussion_id}/members", out=DiscussionThread, name="addToDiscussion")
async def post_members(
    discussion_id: UUID, given: MembersInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Take colleagues into it."""
    await add_to_discussion(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        discussion_id=discussion_id,
        agent_ids=given.agent_ids,
        team_ids=given.team_ids,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await _thread(call, discussion_id))


@operation(
    router,
    "DELETE",
    "/discussions/{discussion_id}/members/{agent_id}",
    out=None,
    status=204,
    name="removeFromDiscussion",
)
async def delete_member(
    discussion_id: UUID, agent_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Leave it, or let somebody go."""
    await remove_from_discussion(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        discussion_id=discussion_id,
        removed_id=agent_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


@operation(router, "POST", "/discussions/{discussion_id}/read", out=None, status=204, name="readDiscussion")
async def post_read(
    discussion_id: UUID, given: DiscussionRead, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """One has seen it up to this entry."""
    await read_discussion(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        discussion_id=discussion_id,
        seq=given.seq,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


async def _thread(call: Call, discussion_id: UUID, before: int | None = None) -> DiscussionThread:
    discussion = await access_discussion(call.session, call.caller, discussion_id)
    return DiscussionThread(
        discussion=discussion, notes=await list_notes(call.session, discussion_id, before_seq=before)
    )
