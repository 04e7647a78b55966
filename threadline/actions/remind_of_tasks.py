"""What time alone does to tasks: a reminder rings once, for its owner."""

from datetime import datetime

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.store.session import Session
from threadline.store.tasks import take_due_reminders

BATCH = 100


async def remind_of_tasks(session: Session, *, now: datetime, new_id: NewId) -> int:
    """At most a hundred of the session's workspace; each is done in this one transaction (R10). Returns how many."""
    workspace_id = session.workspace_id
    assert workspace_id is not None  # the edge opens the transaction for one workspace
    due = await take_due_reminders(session, limit=BATCH)
    session.record(
        *(
            Event(
                id=new_id(),
                workspace_id=workspace_id,
                kind=EventKind.TASK_CHANGED,
                at=now,
                conversation_id=one.conversation_id,
                contact_id=one.contact_id,
                channel_id=one.channel_id,
                agent_id=one.owner_id,
                data={"task_id": str(one.task_id), "state": "open", "is_reminder": True},
            )
            for one in due
        )
    )
    return len(due)
