"""Assign, resolve and reopen a conversation."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from threadline.actions.announce_change import announce_change
from threadline.core.conversation import ConversationState, Handling
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, author_of
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
    after = Handling(
        state=conversation.state if state is None else ConversationState(state),
        assignee_id=conversation.assignee_id if assignee_id == "keep" else assignee_id,
    )
    if after.assignee_id != conversation.assignee_id:
        await _assign(session, caller, conversation, after.assignee_id)
    if after.state is not conversation.state:
        await _set_state(session, conversation, after.state, now)
    await announce_change(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        after=after,
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


async def _assign(session: Session, caller: Caller, conversation: ConversationKeys, assignee_id: UUID | None) -> None:
    is_own = caller.agent_id is not None and assignee_id == caller.agent_id and conversation.assignee_id is None
    is_given_back = assignee_id is None and conversation.assignee_id == caller.agent_id
    if not (is_own or is_given_back or caller.may(Permission.CONVERSATIONS_ASSIGN)):
        raise Forbidden(
            "You can take what nobody has and give back what is yours. Ask a supervisor for more.",
            reason="take_or_give_back",
        )
    if assignee_id is not None and not await is_active_agent(session, assignee_id):
        raise Invalid("This person is not in the workspace.", field="assignee_id", reason="person_not_here")
    await set_assignee(session, conversation_id=conversation.id, assignee_id=assignee_id)


async def _set_state(session: Session, conversation: ConversationKeys, state: ConversationState, now: datetime) -> None:
    if conversation.state is ConversationState.RESOLVED and await find_unresolved(
        session, conversation_id=conversation.id
    ):
        raise Conflict(
            "This customer has a newer open conversation on this channel. Go on there.", reason="newer_conversation"
        )
    await set_state(session, conversation_id=conversation.id, state=state, now=now)
