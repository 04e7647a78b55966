"""Put a conversation off, until a time or until the customer writes; and take it up again before."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_change, announce_line
from threadline.core.conversation import ConversationState, Handling, check_may_snooze, snooze_line
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store.conversations import access_conversation_keys, set_state
from threadline.store.session import Session
from threadline.store.snoozes import set_snooze


async def snooze_conversation(
    session: Session, *, caller: Caller, conversation_id: UUID, until: datetime | None, now: datetime, new_id: NewId
) -> None:
    """`until` None: until the customer writes, who wakes it in any case. The clock of waiting goes on.

    Raises NotFound, Conflict (it is resolved), Invalid (a time that is over).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    check_may_snooze(conversation.state, until, now=now)
    if conversation.state is ConversationState.SNOOZED and conversation.snoozed_until == until:
        return
    await set_snooze(session, conversation_id=conversation.id, until=until, now=now)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=snooze_line(conversation.state, until),
        data={"state": ConversationState.SNOOZED.value, "until": None if until is None else until.isoformat()},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


async def wake_conversation(
    session: Session, *, caller: Caller, conversation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Open again before its time. Nothing happens if it is not snoozed. Raises NotFound."""
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if conversation.state is not ConversationState.SNOOZED:
        return
    await set_state(session, conversation_id=conversation.id, state=ConversationState.OPEN, now=now)
    await announce_change(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        after=Handling(ConversationState.OPEN, conversation.assignee_id, conversation.team_id),
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
