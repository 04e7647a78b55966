"""What time alone does to snoozed conversations: those whose time has come are open again, with a line that says so."""

from datetime import datetime

from threadline.actions.announce_change import announce_by_desk
from threadline.core.availability import is_there
from threadline.core.conversation import OFF_SHIFT, ConversationState, alarm_line, assignment_line
from threadline.core.ids import NewId
from threadline.store.availabilities import load_workers
from threadline.store.conversations import ConversationKeys, set_assignee
from threadline.store.session import Session
from threadline.store.snoozes import claim_due, take_up

BATCH = 100
"""So many in one transaction: after a long standstill people see the first at once, and nobody waits for its locks."""


async def wake_due_conversations(session: Session, *, now: datetime, new_id: NewId) -> int:
    """Wakes at most a hundred of the session's workspace, those due longest first. Returns how many.

    Each is claimed and finished in this one transaction; whoever wakes it at the same moment, only one does (R10). It
    comes back to whoever has it if they are there, else to everybody.
    """
    due = await claim_due(session, limit=BATCH)
    await take_up(session, conversation_ids=[conversation.id for conversation in due], reason="time", now=now)
    assignees = {conversation.assignee_id for conversation in due if conversation.assignee_id is not None}
    workers = await load_workers(session, sorted(assignees)) if assignees else {}
    for conversation in due:
        assignee_id = conversation.assignee_id
        is_left = assignee_id is not None and not is_there(workers.get(assignee_id))
        await _tell(session, conversation, is_left=is_left, now=now, new_id=new_id)
    return len(due)


async def _tell(
    session: Session, conversation: ConversationKeys, *, is_left: bool, now: datetime, new_id: NewId
) -> None:
    assert session.workspace_id is not None  # the edge opens the transaction for one workspace
    lines = [alarm_line()]
    if is_left:
        await set_assignee(session, conversation_id=conversation.id, assignee_id=None)
        lines.append(assignment_line(conversation.assignee_id, None, reason=OFF_SHIFT))
    await announce_by_desk(
        session,
        workspace_id=session.workspace_id,
        conversation=conversation,
        lines=lines,
        state=ConversationState.OPEN,
        now=now,
        new_id=new_id,
    )
