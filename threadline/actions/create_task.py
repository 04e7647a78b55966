"""Make a task of a conversation, or of some of its messages: with its own owner, state and deadline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_task import announce_task
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.task import Step, TaskKind, TaskState, check_steps, check_times
from threadline.store.agents import is_active_agent
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session
from threadline.store.tasks import NewTask, count_messages_of, insert_task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWish:
    kind: TaskKind
    title: str
    note: str
    owner_id: UUID | None
    due_at: datetime | None
    remind_at: datetime | None
    checklist: Sequence[Step]
    message_ids: Sequence[UUID]
    """The messages it is made of; empty: it is made by hand."""


async def create_task(
    session: Session, *, caller: Caller, conversation_id: UUID, wish: TaskWish, now: datetime, new_id: NewId
) -> UUID:
    """The thread tells that it was made; its place in lists and its clocks stay. Returns the task's id.

    Raises NotFound and Invalid: a reminder that is over, an owner who is not here, messages of another conversation.
    """
    check_times(wish.due_at, wish.remind_at, now=now)
    check_steps(wish.checklist)
    await check_owner(session, wish.owner_id)
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    message_ids = list(dict.fromkeys(wish.message_ids))
    if message_ids:
        count = await count_messages_of(session, conversation_id=conversation.id, message_ids=message_ids)
        if count < len(message_ids):
            raise Invalid(
                "These messages do not stand in this conversation.", field="message_ids", reason="messages_elsewhere"
            )
    task_id = new_id()
    await insert_task(
        session,
        NewTask(
            id=task_id,
            conversation_id=conversation.id,
            kind=wish.kind,
            title=wish.title,
            note=wish.note,
            owner_id=wish.owner_id,
            due_at=wish.due_at,
            remind_at=wish.remind_at,
            checklist=wish.checklist,
            message_ids=message_ids,
            created_by=caller.agent_id,
            created_at=now,
        ),
    )
    await announce_task(
        session,
        caller=caller,
        conversation=conversation,
        task_id=task_id,
        title=wish.title,
        state=TaskState.OPEN,
        owner_id=wish.owner_id,
        line="task_made",
        data={"is_new": True},
        now=now,
        new_id=new_id,
    )
    return task_id


async def check_owner(session: Session, owner_id: UUID | None) -> None:
    """Raises Invalid for somebody who does not work here."""
    if owner_id is not None and not await is_active_agent(session, owner_id):
        raise Invalid("This person is not in the workspace.", field="owner_id", reason="person_not_here")
