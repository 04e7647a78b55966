"""Tell everybody of a task that was made, done, changed or called about, and the thread where it is worth a line."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import write_line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.core.task import TaskState, task_line
from threadline.store.conversations import ConversationKeys
from threadline.store.session import Session


async def announce_task(
    session: Session,
    *,
    caller: Caller,
    conversation: ConversationKeys,
    task_id: UUID,
    title: str,
    state: TaskState,
    owner_id: UUID | None,
    line: str | None,
    data: Mapping[str, bool] | None = None,
    now: datetime,
    new_id: NewId,
) -> None:
    """`line`: what the thread says of it, as `task_line` names it; None: nothing. `data`: more of the event's."""
    line_id = None
    if line is not None:
        line_id = await write_line(
            session,
            workspace_id=caller.workspace_id,
            conversation=conversation,
            content=task_line(line, task_id=str(task_id), title=title),
            author=author_of(caller),
            seq=conversation.last_seq + 1,
            now=now,
            line_id=new_id(),
        )
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.TASK_CHANGED,
            at=now,
            conversation_id=conversation.id,
            message_id=line_id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            agent_id=owner_id,
            actor_id=caller.actor_id,
            data={"task_id": str(task_id), "state": state.value, **(data or {})},
        )
    )
