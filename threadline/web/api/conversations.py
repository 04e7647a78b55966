"""Conversations: lists, figures, one with its thread, and what people change of it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.change_conversation import change_conversation
from threadline.actions.check_answer import check_answer
from threadline.actions.end_waiting import end_waiting, restore_waiting
from threadline.actions.mark_conversation_read import MarkRead, mark_conversation_read, show_typing
from threadline.actions.merge_contacts import move_conversation
from threadline.actions.read_conversation import read_conversation
from threadline.actions.set_priority import set_priority
from threadline.actions.snooze_conversation import snooze_conversation, wake_conversation
from threadline.actions.take_next import take_next
from threadline.actions.undo_change import undo_told_change
from threadline.channels.registry import channel_type
from threadline.core.conversation import ConversationState
from threadline.core.errors import Forbidden, Invalid
from threadline.core.filter import Condition, Group, Operator
from threadline.core.permission import Permission, Visibility
from threadline.core.personal import Address
from threadline.core.search_query import LONGEST_QUERY, read_query
from threadline.core.undo import Kept, Standing
from threadline.infra.clock import new_id
from threadline.store.contacts import Contact, access_contact
from threadline.store.conversations import (
    BotName,
    Conversation,
    LastMessage,
    ListOrder,
    ListView,
    ShownDeadline,
    StageName,
    WokenReason,
    access_conversation,
    access_conversation_keys,
    closing_time,
    find_earlier,
    list_conversations,
)
from threadline.store.events import read_position
from threadline.store.filtered_conversations import find_conversations
from threadline.store.messages import Message, list_messages, list_messages_around
from threadline.store.ranked_conversations import list_by_triage, where_view
from threadline.store.search_thread import FoundInThread, find_in_thread
from threadline.store.views import ViewCounts, count_views
from threadline.web.api.inputs import AskedMoment, Id, Input, Moment
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Cursor = Annotated[str | None, Query(max_length=300)]
_Limit = Annotated[int, Query(ge=1, le=100)]


class ConversationPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Conversation]
    next: str | None
    """The cursor of the next page; None: this is the last."""
    position: int
    """The feed's number before the page was read: resume from here."""


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Message]
    """Ascending by (at, seq)."""
    next: str | None
    """The cursor of the older page."""
    position: int


class MessagesAround(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a thread from its middle."""

    items: list[Message]
    """Ascending by (at, seq)."""
    next: str | None
    """The cursor of the older page."""
    newer: str | None
    """The cursor of the newer part; None: this one reaches to the end."""
    position: int


class ConversationDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as lists have it, with its contact whole."""

    id: UUID
    channel_id: UUID
    contact: Contact
    state: ConversationState
    snoozed_until: datetime | None
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    last_message: LastMessage | None
    last_activity_at: datetime
    waiting_since: datetime | None
    window_closes_at: datetime | None
    due_at: datetime | None
    deadlines: list[ShownDeadline]
    incoming_count: int
    read_count: int
    last_seq: int
    has_failed: bool
    woken_at: datetime | None
    woken_reason: WokenReason
    closing_at: datetime | None
    """When the channel's closing text goes out, of one that was resolved just now."""
    stage: StageName | None
    bot: BotName | None
    is_unreachable: bool
    paused_at: datetime | None
    scheduled_count: int
    held_count: int
    address_display: Address
    label_ids: list[UUID]
    follower_ids: list[UUID]


class EarlierAnswer(msgspec.Struct, frozen=True, kw_only=True):
    item: Conversation | None
    """Null: this was the first on its channel, or the first that one may see."""
    position: int


class TakenConversation(msgspec.Struct, frozen=True, kw_only=True):
    conversation: ConversationDetail | None
    """None: nobody waits whom the one who asks may and can serve."""


class ConversationChange(Input):
    """What is absent stays; `assignee_id` null gives the conversation back to everybody, `team_id` null to no team."""

    state: Literal["open", "resolved"] | None = None
    assignee_id: Id | None = None
    team_id: Id | None = None
    priority: Annotated[int, Field(ge=0, le=3)] | None = None
    """0 none, 1 medium, 2 high, 3 urgent."""


class ContactOfConversation(Input):
    contact_id: Id


class Snooze(Input):
    until: Moment | None
    """Null: until the customer writes."""


class StandingInput(Input):
    state: Literal["open", "pending", "snoozed", "resolved"]
    snoozed_until: Moment | None
    assignee_id: Id | None
    team_id: Id | None
    stage_id: Id | None = None

    def standing(self) -> Standing:
        return Standing(
            state=ConversationState(self.state),
            snoozed_until=self.snoozed_until,
            assignee_id=self.assignee_id,
            team_id=self.team_id,
            stage_id=self.stage_id,
        )


class Undo(Input):
    """How it stood before the act, and what the act made of it."""

    before: StandingInput
    after: StandingInput


class Undone(msgspec.Struct, frozen=True, kw_only=True):
    conversation: ConversationDetail
    kept: list[Kept]
    """What somebody changed since: it stays."""
    is_closing_sent: bool
    """The customer has had the closing text already."""


class ReadMark(Input):
    incoming_count: Annotated[int, Field(ge=0, le=2**31 - 1)]
    mark_provider: bool = False
    """Opened on a screen by whoever answers: also tell the customer's messenger, if the channel is set to that."""


@operation(router, "GET", "/conversations", out=ConversationPage)
async def get_conversations(
    view: ListView = ListView.OPEN,
    order: ListOrder | None = None,
    channel_id: UUID | None = None,
    after: _Cursor = None,
    limit: _Limit = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """A page of a view."""
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    if order is ListOrder.TRIAGE:
        items, following = await list_by_triage(
            call.session,
            call.caller,
            where=where_view(call.caller, view, channel_id),
            now=call.now,
            after=after,
            limit=limit,
        )
        return call.answer(ConversationPage(items=items, next=following, position=position))
    if view is ListView.ALL:
        return await _answer_all(call, order, channel_id, after, limit, position)
    items, following = await list_conversations(
        call.session,
        call.caller,
        view=view,
        order=order or (ListOrder.WAITING if view is ListView.WAITING else ListOrder.NEWEST),
        channel_id=channel_id,
        after=after,
        limit=limit,
    )
    return call.answer(ConversationPage(items=items, next=following, position=position))


async def _answer_all(
    call: Call, order: ListOrder | None, channel_id: UUID | None, after: str | None, limit: int, position: int
) -> Response:
    """Every state is read from the top of its own index."""
    of = (
        () if channel_id is None else (Condition(field="channel", operator=Operator.ANY_OF, values=(str(channel_id),)),)
    )
    items, following = await find_conversations(
        call.session,
        call.caller,
        filter=Group(of=of),
        order=order or ListOrder.NEWEST,
        now=call.now,
        after=after,
        limit=limit,
    )
    return call.answer(ConversationPage(items=items, next=following, position=position))


@operation(router, "POST", "/conversations/next", out=TakenConversation, name="takeNext")
async def post_next(call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)) -> Response:
    """Take the most urgent conversation that nobody has."""
    if call.caller.agent_id is None:
        raise Forbidden("A token without an agent takes nothing.", reason="sign_in_for_it")
    taken = await take_next(
        call.session, caller=call.caller, agent_id=call.caller.agent_id, now=call.now, new_id=new_id
    )
    return call.answer(TakenConversation(conversation=None if taken is None else await read_detail(call, taken)))


@operation(router, "GET", "/views", out=ViewCounts)
async def get_views(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """How many conversations each view and channel has."""
    return call.answer(await count_views(call.session, call.caller))


@operation(router, "GET", "/conversations/{conversation_id}", out=ConversationDetail)
async def get_conversation(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """One conversation with its contact."""
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "PATCH", "/conversations/{conversation_id}", out=ConversationDetail)
async def update_conversation(
    conversation_id: UUID, given: ConversationChange, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Assign it, resolve or reopen it, say how much it presses."""
    named = given.model_fields_set
    if not named or ("state" in named and given.state is None) or ("priority" in named and given.priority is None):
        raise Invalid("Please say what is to change.", field="state", reason="nothing_to_change")
    if given.priority is not None:
        await set_priority(
            call.session,
            caller=call.caller,
            conversation_id=conversation_id,
            priority=given.priority,
            now=call.now,
            new_id=new_id,
        )
    await change_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        state=given.state,
        assignee_id=given.assignee_id if "assignee_id" in given.model_fields_set else "keep",
        team_id=given.team_id if "team_id" in given.model_fields_set else "keep",
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id, is_just_changed=True))


@operation(router, "POST", "/conversations/{conversation_id}/undo", out=Undone, name="undoChange")
async def post_undo(
    conversation_id: UUID, given: Undo, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Take an act back: everything as it was within a day, except what somebody changed since."""
    undone = await undo_told_change(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        before=given.before.standing(),
        after=given.after.standing(),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(
        Undone(
            conversation=await read_detail(call, conversation_id),
            kept=undone.kept,
            is_closing_sent=undone.is_closing_sent,
        )
    )


@operation(router, "PUT", "/conversations/{conversation_id}/snooze", out=ConversationDetail, name="snoozeConversation")
async def put_snooze(
    conversation_id: UUID, given: Snooze, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Put it off until a time, or until the customer writes."""
    await snooze_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        until=given.until,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "DELETE", "/conversations/{conversation_id}/snooze", out=ConversationDetail, name="wakeConversation")
async def delete_snooze(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Take it up again before its time."""
    await wake_conversation(
        call.session, caller=call.caller, conversation_id=conversation_id, now=call.now, new_id=new_id
    )
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "DELETE", "/conversations/{conversation_id}/waiting", out=ConversationDetail, name="endWaiting")
async def delete_waiting(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """No answer is needed: stop the customer's clock."""
    await end_waiting(call.session, caller=call.caller, conversation_id=conversation_id, now=call.now, new_id=new_id)
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "PUT", "/conversations/{conversation_id}/waiting", out=ConversationDetail, name="restoreWaiting")
async def put_waiting(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Take it back that no answer is needed."""
    await restore_waiting(
        call.session, caller=call.caller, conversation_id=conversation_id, now=call.now, new_id=new_id
    )
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "PUT", "/conversations/{conversation_id}/contact", out=ConversationDetail, name="moveConversation")
async def put_contact(
    conversation_id: UUID, given: ContactOfConversation, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """It is another contact's: the wrong person, or a shared phone."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    await move_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        contact_id=given.contact_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id))


@operation(router, "GET", "/conversations/{conversation_id}/messages", out=MessagePage)
async def get_messages(
    conversation_id: UUID,
    before: _Cursor = None,
    limit: _Limit = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """A page of the thread, the newest first page."""
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    keys = await access_conversation_keys(call.session, call.caller, conversation_id)
    items, older = await list_messages(
        call.session,
        conversation_id=keys.id,
        first_message_id=keys.first_message_id,
        last_message_id=keys.last_message_id,
        before=before,
        limit=limit,
    )
    return call.answer(MessagePage(items=items, next=older, position=position))


@operation(router, "GET", "/conversations/{conversation_id}/messages/around", out=MessagesAround)
async def get_messages_around(
    conversation_id: UUID,
    message_id: UUID | None = None,
    at: AskedMoment | None = None,
    newer: _Cursor = None,
    limit: _Limit = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """Part of the thread around a message or a moment, or on from a part that was read."""
    around = message_id or at or newer
    if around is None:
        raise Invalid("Please say around what.", field="message_id")
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    keys = await access_conversation_keys(call.session, call.caller, conversation_id)
    page = await list_messages_around(
        call.session,
        conversation_id=keys.id,
        first_message_id=keys.first_message_id,
        last_message_id=keys.last_message_id,
        around=around,
        limit=limit,
    )
    return call.answer(MessagesAround(items=page.items, next=page.older, newer=page.newer, position=position))


@operation(router, "GET", "/conversations/{conversation_id}/find", out=FoundInThread, name="findInThread")
async def get_found(
    conversation_id: UUID,
    q: Annotated[str, Query(max_length=LONGEST_QUERY)],
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """Which messages of the thread have these words."""
    keys = await access_conversation_keys(call.session, call.caller, conversation_id)
    wanted = read_query(q, today=call.now.date()).wanted
    return call.answer(await find_in_thread(call.session, call.caller, keys, wanted))


@operation(router, "GET", "/conversations/{conversation_id}/earlier", out=EarlierAnswer)
async def get_earlier(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """The conversation with this contact on this channel before this one."""
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    await access_conversation_keys(call.session, call.caller, conversation_id)
    item = await find_earlier(call.session, call.caller, conversation_id)
    return call.answer(EarlierAnswer(item=item, position=position))


@operation(router, "POST", "/conversations/{conversation_id}/read", out=None, status=204, name="markConversationRead")
async def post_read(
    conversation_id: UUID, given: ReadMark, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """Say how far one has read."""
    if call.caller.agent_id is None:
        raise Forbidden("A token without an agent reads for nobody.")
    conversation = await access_conversation_keys(call.session, call.caller, conversation_id)
    await read_conversation(
        call.session,
        caller=call.caller,
        agent_id=call.caller.agent_id,
        conversation_id=conversation_id,
        incoming_count=given.incoming_count,
        now=call.now,
        new_id=new_id,
    )
    # Whoever only looks – a supervisor, a colleague – does not let the customer believe that the one who answers has.
    is_theirs = conversation.assignee_id == call.caller.agent_id
    if given.mark_provider and is_theirs and call.caller.may(Permission.MESSAGES_SEND):
        await mark_conversation_read(
            call.session,
            workspace_id=call.caller.workspace_id,
            conversation_id=conversation_id,
            occasion=MarkRead.ON_OPEN,
            new_id=new_id,
            find_type=channel_type,
        )
    return call.answer(status=204)


@operation(router, "POST", "/conversations/{conversation_id}/typing", out=None, status=204, name="showTyping")
async def post_typing(conversation_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Show the customer that somebody writes. Who may not answer there does not: to the customer it is a read mark."""
    await check_answer(call.session, caller=call.caller, conversation_id=conversation_id, is_reviewed=True)
    await show_typing(
        call.session,
        workspace_id=call.caller.workspace_id,
        conversation_id=conversation_id,
        new_id=new_id,
        find_type=channel_type,
    )
    return call.answer(status=204)


async def read_detail(call: Call, conversation_id: UUID, *, is_just_changed: bool = False) -> ConversationDetail:
    """One conversation as its caller sees it. Raises NotFound.

    `is_just_changed`: this request found that the caller sees it, and perhaps gave it away. Its answer tells what
    became of it; a refusal would undo it.
    """
    caller = call.caller
    if is_just_changed:
        caller = replace(caller, visibility=Visibility(channel_ids=caller.visibility.channel_ids))
    conversation = await access_conversation(call.session, caller, conversation_id)
    contact = await access_contact(call.session, caller, conversation.contact.id)
    closing_at = await closing_time(call.session, conversation_id) if conversation.state == "resolved" else None
    return ConversationDetail(**{**msgspec.structs.asdict(conversation), "contact": contact, "closing_at": closing_at})
