"""Say how a call-back ended: reached, or not – then it is tried again at a time, or given up."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.announce_task import announce_task
from threadline.core.errors import Conflict
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.task import CallOutcome, TaskKind, TaskState, after_call
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session
from threadline.store.tasks import Task, access_task, update_task


async def record_call(
    session: Session,
    *,
    caller: Caller,
    task_id: UUID,
    outcome: CallOutcome,
    again_at: datetime | None,
    now: datetime,
    new_id: NewId,
) -> Task:
    """The thread tells it. A new time comes with a reminder. Raises NotFound, Conflict and Invalid (a past time)."""
    seen = await access_task(session, caller, task_id)
    # The conversation first, as everywhere.
    conversation = await access_conversation_keys(session, caller, seen.conversation_id, is_locked=True)
    before = await access_task(session, caller, task_id, is_locked=True)
    if before.kind is not TaskKind.CALL_BACK or before.state is not TaskState.OPEN:
        raise Conflict("This is no call-back that is still to be done.", reason="no_open_call_back")
    result = after_call(outcome, tries=before.tries, again_at=again_at, now=now)
    is_done = result.state is TaskState.DONE
    after = msgspec.structs.replace(
        before,
        state=result.state,
        outcome=result.outcome,
        tries=result.tries,
        due_at=result.due_at or before.due_at,
        remind_at=result.due_at or before.remind_at,
        done_at=now if is_done else None,
        done_by=caller.agent_id if is_done else None,
    )
    await update_task(session, after, is_reminder_new=result.due_at is not None)
    await announce_task(
        session,
        caller=caller,
        conversation=conversation,
        task_id=task_id,
        title=after.title,
        state=after.state,
        owner_id=after.owner_id,
        line=f"call_{outcome.value}",
        now=now,
        new_id=new_id,
    )
    return after
