"""Take back a table that was read in, in the background: a job takes back some of its contacts at a time.

In the name of whoever asked and with the rights they have at that moment. What is taken back is gone from the batch in
the transaction that did it, so that a worker may die at any time.
"""

from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from threadline.actions.batch_contacts import undo_batch
from threadline.core.errors import Conflict
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.infra.jobs import Job, enqueue
from threadline.store import contact_batches
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents

CONTACTS_AT_ONCE: Final = 50


class UndoImport(Job, frozen=True, kw_only=True):
    """Take back the next contacts of this batch. Safe to run twice: each is taken back once, for it is gone with it."""

    kind: ClassVar[str] = "undo_import"

    workspace_id: UUID
    batch_id: UUID


async def order_undo_import(session: Session, *, caller: Caller, agent_id: UUID, batch_id: UUID, now: datetime) -> None:
    """Lets a worker begin; asked again while it goes on, nothing changes.

    Raises NotFound, Conflict (undone already, or still being read in).
    """
    batch = await contact_batches.get_batch(session, batch_id, is_locked=True)
    if batch.undone_at is not None:
        raise Conflict("This was undone already.", reason="undone_already")
    if batch.started_at is not None and batch.finished_at is None:
        raise Conflict("This table is still being read in.", reason="import_goes_on")
    if batch.undo_began_at is not None:
        return
    await contact_batches.begin_undo(session, batch_id, agent_id=agent_id, now=now)
    await enqueue(session, [UndoImport(workspace_id=caller.workspace_id, batch_id=batch_id)])


async def undo_next_contacts(session: Session, job: UndoImport, *, now: datetime, new_id: NewId) -> bool:
    """Some of them, in one transaction. True if there are more. Whoever lost the right meanwhile takes nothing back."""
    agent_id = await contact_batches.lock_undo(session, job.batch_id)
    if agent_id is None:
        return False
    caller = (await callers_of_agents(session, [agent_id])).get(agent_id)
    if caller is None or not caller.may(Permission.CONTACTS_IMPORT):
        await contact_batches.stop_undo(session, job.batch_id)
        return False
    return not await undo_batch(
        session, caller=caller, batch_id=job.batch_id, limit=CONTACTS_AT_ONCE, now=now, new_id=new_id
    )
