"""Assign, resolve and reopen a conversation."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.store.agents import is_active_agent
from threadline.store.conversations import (
    ConversationKeys,
    access_conversation_keys,
    find_unresolved,
    set_assignee,
    set_state,
)
from threadline.store.session import Session


async def change_conversation(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    state: Literal["open", "resolved"] | None,
    assignee_id: UUID | Literal["keep"] | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """`state` None and `assignee_id` "keep" leave things as they are; `assignee_id` None takes it from everybody.

    Raises NotFound, Forbidden, Invalid (an agent who is not here), Conflict (a newer one is open in its place).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    is_changed = False
    if assignee_id != "keep" and assignee_id != conversation.assignee_id:
        await _assign(session, caller, conversation, assignee_id)
        is_changed = True
    if state is not None and conversation.state != state:
        await _set_state(session, conversation, ConversationState(state), now)
        is_changed = True
    if is_changed:
        new_assignee_id = conversation.assignee_id if assignee_id == "keep" else assignee_id
        new_state = conversation.state if state is None else ConversationState(state)
        session.record(_changed(caller, conversation, new_state, new_assignee_id, now, new_id=new_id))


async def _assign(session: Session, caller: Caller, conversation: ConversationKeys, assignee_id: UUID | None) -> None:
    is_own = caller.agent_id is not None and assignee_id == caller.agent_id and conversation.assignee_id is None
    is_given_back = assignee_id is None and conversation.assignee_id == caller.agent_id
    if not (is_own or is_given_back or caller.may(Permission.CONVERSATIONS_ASSIGN)):
        raise Forbidden("You can take what nobody has and give back what is yours. Ask a supervisor for more.")
    if assignee_id is not None and not await is_active_agent(session, assignee_id):
        raise Invalid("This person is not in the workspace.", field="assignee_id")
    await set_assignee(session, conversation_id=conversation.id, assignee_id=assignee_id)


async def _set_state(session: Session, conversation: ConversationKeys, state: ConversationState, now: datetime) -> None:
    if conversation.state is ConversationState.RESOLVED and await find_unresolved(
        session, conversation_id=conversation.id
    ):
        raise Conflict("This customer has a newer open conversation on this channel. Go on there.")
    await set_state(session, conversation_id=conversation.id, state=state, now=now)


def _changed(
    caller: Caller,
    conversation: ConversationKeys,
    state: ConversationState,
    assignee_id: UUID | None,
    now: datetime,
    new_id: NewId,
) -> Event:
    """`previous_assignee_id` lets the feed tell somebody that a conversation has left their sight."""
    is_moved = assignee_id != conversation.assignee_id
    data: dict[str, str | int | bool | None] = {"state": state.value}
    if is_moved:
        data["assignee_id"] = None if assignee_id is None else str(assignee_id)
        data["previous_assignee_id"] = None if conversation.assignee_id is None else str(conversation.assignee_id)
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=EventKind.CONVERSATION_CHANGED,
        at=now,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
        channel_id=conversation.channel_id,
        agent_id=assignee_id if is_moved else None,
        actor_id=caller.actor_id,
        data=data,
    )
