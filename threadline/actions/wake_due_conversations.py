"""What time alone does to snoozed conversations: those whose time has come are open again, with a line that says so."""

from datetime import datetime

from threadline.actions.announce_change import announce_line
from threadline.core.conversation import ConversationState, alarm_line
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.store.session import Session
from threadline.store.snoozes import claim_due, wake

_DESK = Author(AuthorKind.SYSTEM, None)
BATCH = 100
"""So many in one transaction: after a long standstill people see the first at once, and nobody waits for its locks."""


async def wake_due_conversations(session: Session, *, now: datetime, new_id: NewId) -> int:
    """Wakes at most a hundred of the session's workspace, those due longest first. Returns how many.

    Each is claimed and finished in this one transaction; whoever wakes it at the same moment, only one does (R10).
    """
    workspace_id = session.workspace_id
    assert workspace_id is not None  # the edge opens the transaction for one workspace
    due = await claim_due(session, limit=BATCH)
    await wake(session, conversation_ids=[conversation.id for conversation in due], now=now)
    for conversation in due:
        await announce_line(
            session,
            workspace_id=workspace_id,
            conversation=conversation,
            content=alarm_line(),
            data={"state": ConversationState.OPEN.value, "is_woken": True},
            author=_DESK,
            actor_id=None,
            now=now,
            new_id=new_id,
        )
    return len(due)
