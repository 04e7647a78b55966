"""Take a task back as if it had never been made, while nobody has touched it: what made it is undone."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_task import announce_task
from threadline.core.errors import Conflict
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.task import TaskState
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session
from threadline.store.tasks import access_task, delete_task


async def discard_task(session: Session, *, caller: Caller, task_id: UUID, now: datetime, new_id: NewId) -> None:
    """The line that told of it stays. Raises NotFound, Conflict (it is done, or somebody has called)."""
    seen = await access_task(session, caller, task_id)
    conversation = await access_conversation_keys(session, caller, seen.conversation_id, is_locked=True)
    task = await access_task(session, caller, task_id, is_locked=True)
    if task.state is not TaskState.OPEN or task.tries > 0 or any(step.is_done for step in task.checklist):
        raise Conflict("Somebody has worked on this task. It stays.", reason="task_touched")
    await delete_task(session, task_id)
    await announce_task(
        session,
        caller=caller,
        conversation=conversation,
        task_id=task_id,
        title=task.title,
        state=TaskState.DONE,
        owner_id=task.owner_id,
        line=None,
        data={"is_discarded": True},
        now=now,
        new_id=new_id,
    )
