"""Finishing a shift: what an agent has, what becomes of it, taking that back; and who is absent with chats."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints

from threadline.actions.finish_shift import ChatWish, SchedulingWish, check_may_finish, finish_shift, undo_finish
from threadline.channels.registry import channel_type
from threadline.core.finishing import (
    MOST_CHATS,
    Choice,
    ChoiceText,
    Refused,
    SchedulingChoice,
    SchedulingChoiceText,
)
from threadline.core.permission import Permission
from threadline.core.personal import Excerpt
from threadline.infra.clock import new_id
from threadline.store.agents import get_agent
from threadline.store.conversations import (
    ContactName,
    Conversation,
    access_conversation_keys,
    load_visible_conversations,
)
from threadline.store.drafts import DraftMode
from threadline.store.finished_shifts import (
    Absent,
    find_left_drafts,
    list_absent,
    list_chat_ids,
    list_left_drafts,
    list_scheduled_ids,
)
from threadline.store.scheduled import ScheduledMessage, find_scheduled
from threadline.web.api.inputs import Id, Input, Moment, clean_text
from threadline.web.api.routes import operation
from threadline.web.api.scheduled import show_scheduled
from threadline.web.deps import Call, calls

router = APIRouter()

_Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_096), AfterValidator(clean_text)]


class HalfWritten(msgspec.Struct, frozen=True, kw_only=True):
    mode: DraftMode
    text: Excerpt
    written_at: datetime


class AgentChat(msgspec.Struct, frozen=True, kw_only=True):
    conversation: Conversation
    drafts: list[HalfWritten]
    """What the agent has half written there, the latest first."""


class AgentScheduled(msgspec.Struct, frozen=True, kw_only=True):
    message: ScheduledMessage
    contact: ContactName


class AgentChats(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent has; as far as the caller sees it, at most 500 of each."""

    agent_id: UUID
    chats: list[AgentChat]
    """Who waits longest first, then who wrote last."""
    scheduled: list[AgentScheduled]
    """The next first."""


class ChatInput(Input):
    conversation_id: Id
    choice: ChoiceText
    assignee_id: Id | None = None
    """With `team_id`, to whom it is handed; neither: to everybody, in the team where it is."""
    team_id: Id | None = None
    note: _Note = ""
    """For whoever gets it."""
    until: Moment | None = None
    """Of a snooze; null: until the customer writes."""


class SchedulingInput(Input):
    scheduled_id: Id
    choice: SchedulingChoiceText
    agent_id: Id | None = None
    """Whose it becomes when it is handed over."""


class FinishInput(Input):
    """What is not named is kept; whoever waits and is not named is given to everybody."""

    going: Literal["offline", "gone"] = "offline"
    """`gone`: they do not work here any more; then nobody may be left out who waits, and no scheduled message."""
    chats: Annotated[list[ChatInput], Field(max_length=MOST_CHATS)] = Field(default_factory=list)
    scheduled: Annotated[list[SchedulingInput], Field(max_length=MOST_CHATS)] = Field(default_factory=list)


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    """For taking it back."""
    is_finished: bool
    """False: something was refused, nothing was done, and nobody has gone."""
    refused: list[Refused]
    released_ids: list[UUID]
    """Conversations of who waits and was not named: everybody's now."""


class FinishUndone(msgspec.Struct, frozen=True, kw_only=True):
    kept: int
    """How many stay as they are, for somebody changed them since."""


class AbsentList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Absent]


class LeftDraft(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: UUID
    text: Excerpt
    written_at: datetime


class LeftDraftList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[LeftDraft]


@operation(router, "GET", "/agents/{agent_id}/chats", out=AgentChats, name="getAgentChats")
async def get_chats(agent_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What an agent has: their open chats, what they have half written there, and their scheduled messages."""
    check_may_finish(call.caller, agent_id)
    await get_agent(call.session, agent_id)
    ids = await list_chat_ids(call.session, call.caller, agent_id)
    drafts = await list_left_drafts(call.session, agent_id=agent_id, conversation_ids=ids)
    chats = [
        AgentChat(
            conversation=one,
            drafts=[
                HalfWritten(mode=draft.mode, text=Excerpt(draft.text), written_at=draft.written_at)
                for draft in drafts.get(one.id, [])
            ],
        )
        for one in await load_visible_conversations(call.session, call.caller, ids)
    ]
    return call.answer(AgentChats(agent_id=agent_id, chats=chats, scheduled=await _scheduled(call, agent_id)))


async def _scheduled(call: Call, agent_id: UUID) -> list[AgentScheduled]:
    found = [
        one
        for id in await list_scheduled_ids(call.session, call.caller, agent_id)
        if (one := await find_scheduled(call.session, id)) is not None
    ]
    rows = await load_visible_conversations(
        call.session, call.caller, list(dict.fromkeys(one.conversation_id for one in found))
    )
    contacts = {row.id: ContactName(id=row.contact.id, name=row.contact.name) for row in rows}
    return [
        AgentScheduled(message=show_scheduled(one, call.caller), contact=contacts[one.conversation_id])
        for one in found
        if one.conversation_id in contacts
    ]


@operation(router, "POST", "/agents/{agent_id}/finish-shift", out=Finished, name="finishShift")
async def post_finish(
    agent_id: UUID, given: FinishInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Say what becomes of each chat and scheduled message of an agent; then they are offline, or gone for good."""
    finish_id = new_id()
    outcome = await finish_shift(
        call.session,
        caller=call.caller,
        agent_id=agent_id,
        going=given.going,
        chats=[
            ChatWish(
                conversation_id=one.conversation_id,
                choice=Choice(one.choice),
                assignee_id=one.assignee_id,
                team_id=one.team_id,
                note=one.note,
                until=one.until,
            )
            for one in given.chats
        ],
        scheduled=[
            SchedulingWish(scheduled_id=one.scheduled_id, choice=SchedulingChoice(one.choice), agent_id=one.agent_id)
            for one in given.scheduled
        ],
        finish_id=finish_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(
        Finished(
            id=finish_id,
            is_finished=outcome.is_finished,
            refused=list(outcome.refused),
            released_ids=list(outcome.released_ids),
        )
    )


@operation(router, "POST", "/finished-shifts/{finish_id}/undo", out=FinishUndone, name="undoFinishedShift")
async def post_undo(finish_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Take it back within the hour: everything as it was, except what somebody changed since."""
    kept = await undo_finish(
        call.session,
        caller=call.caller,
        finish_id=finish_id,
        now=call.now,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(FinishUndone(kept=kept))


@operation(router, "GET", "/absent-agents", out=AbsentList)
async def get_absent(call: Call = calls(Permission.CONVERSATIONS_ASSIGN)) -> Response:
    """Who is not there and has chats: offline for long without finishing their shift, or gone for good."""
    return call.answer(AbsentList(items=await list_absent(call.session, call.caller)))


@operation(router, "GET", "/conversations/{conversation_id}/left-drafts", out=LeftDraftList)
async def get_left_drafts(conversation_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """What colleagues who are not there have half written in a conversation that is not theirs any more.

    Read by whoever has it now, and by those who hand out conversations.
    """
    conversation = await access_conversation_keys(call.session, call.caller, conversation_id)
    is_own = call.caller.agent_id is not None and conversation.assignee_id == call.caller.agent_id
    if not is_own and not call.caller.may(Permission.CONVERSATIONS_ASSIGN):
        return call.answer(LeftDraftList(items=[]))
    found = await find_left_drafts(call.session, conversation_id, reader_id=call.caller.agent_id)
    return call.answer(
        LeftDraftList(
            items=[LeftDraft(agent_id=one.agent_id, text=Excerpt(one.text), written_at=one.written_at) for one in found]
        )
    )
