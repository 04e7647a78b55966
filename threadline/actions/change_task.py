"""Change a task: its words, its owner, its times, its check list; do it, or open it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from threadline.actions.announce_task import announce_task
from threadline.actions.create_task import check_owner
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.task import TaskState, check_steps, check_times
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session
from threadline.store.tasks import Task, access_task, update_task


async def change_task(
    session: Session,
    *,
    caller: Caller,
    task_id: UUID,
    change: Mapping[str, Any],  # fields of Task, checked by the edge
    now: datetime,
    new_id: NewId,
) -> Task:
    """What is absent stays. Doing it and opening it again stand in the thread. Raises NotFound and Invalid."""
    seen = await access_task(session, caller, task_id)
    # The conversation first, as everywhere.
    conversation = await access_conversation_keys(session, caller, seen.conversation_id, is_locked=True)
    before = await access_task(session, caller, task_id, is_locked=True)
    after = msgspec.structs.replace(before, **change)
    is_reminder_new = after.remind_at != before.remind_at
    if is_reminder_new:
        check_times(after.due_at, after.remind_at, now=now)
    check_steps(after.checklist)
    if after.owner_id != before.owner_id:
        await check_owner(session, after.owner_id)
    is_moved = after.state is not before.state
    if is_moved:
        is_done = after.state is TaskState.DONE
        after = msgspec.structs.replace(
            after,
            done_at=now if is_done else None,
            done_by=caller.agent_id if is_done else None,
            outcome=after.outcome if is_done else None,
        )
    if after == before:
        return before
    await update_task(session, after, is_reminder_new=is_reminder_new)
    await announce_task(
        session,
        caller=caller,
        conversation=conversation,
        task_id=task_id,
        title=after.title,
        state=after.state,
        owner_id=after.owner_id,
        line=("task_done" if after.state is TaskState.DONE else "task_reopened") if is_moved else None,
        now=now,
        new_id=new_id,
    )
    return after
