"""Take the most urgent conversation that nobody has: of ten who ask at once, each gets another."""

from datetime import datetime
from uuid import UUID

from threadline.actions.change_conversation import change_conversation
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import claim_most_urgent
from threadline.store.session import Session


async def take_next(session: Session, *, caller: Caller, agent_id: UUID, now: datetime, new_id: NewId) -> UUID | None:
    """Returns the conversation that is the agent's now; None: nobody waits whom they may and can serve."""
    conversation_id = await claim_most_urgent(session, caller, now=now)
    if conversation_id is None:
        return None
    await change_conversation(
        session,
        caller=caller,
        conversation_id=conversation_id,
        state=None,
        assignee_id=agent_id,
        now=now,
        new_id=new_id,
    )
    return conversation_id
