"""Read in a table of contacts in the background: its rows are kept, and a job takes some of them at a time.

Each row goes through the verb that reads one in, in the name of whoever brought the table and with the rights they have
at that moment. What was read in is marked in the transaction that did it, so that a worker may die at any time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final
from uuid import UUID

from threadline.actions.batch_contacts import RowOutcome, import_rows
from threadline.core.errors import Conflict
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.infra.jobs import Job, enqueue
from threadline.store import contact_imports
from threadline.store.contact_batches import get_batch
from threadline.store.contact_imports import TableRow, Way
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents

ROWS_AT_ONCE: Final = 50
"""So many in a transaction: each is a dozen statements."""


class ImportContacts(Job, frozen=True, kw_only=True):
    """Read in the next rows of this table. Safe to run twice: what was read in is marked in the same transaction."""

    kind: ClassVar[str] = "import_contacts"

    workspace_id: UUID
    batch_id: UUID


async def bring_rows(session: Session, *, batch_id: UUID, first: int, rows: Sequence[TableRow]) -> None:
    """A slice of the table, whose first row has this place. Raises NotFound, Conflict: it has begun already."""
    batch = await get_batch(session, batch_id, is_locked=True)
    if batch.started_at is not None or batch.undone_at is not None:
        raise _has_begun()
    await contact_imports.insert_rows(session, batch_id, first=first, rows=rows)


async def begin_import(
    session: Session, *, caller: Caller, agent_id: UUID, batch_id: UUID, way: Way, now: datetime
) -> None:
    """Lets a worker begin. Raises NotFound, Conflict: it has begun already, or nothing was brought."""
    await get_batch(session, batch_id)
    if not await contact_imports.start_import(session, batch_id, agent_id=agent_id, way=way, now=now):
        raise _has_begun()
    await enqueue(session, [ImportContacts(workspace_id=caller.workspace_id, batch_id=batch_id)])


async def import_next_rows(session: Session, job: ImportContacts, *, now: datetime, new_id: NewId) -> bool:
    """Some rows, in one transaction. True if there are more."""
    work = await contact_imports.lock_import(session, job.batch_id)
    if work is None:
        return False
    waiting = await contact_imports.next_rows(session, job.batch_id, limit=ROWS_AT_ONCE)
    caller = (await callers_of_agents(session, [work.agent_id])).get(work.agent_id)
    if caller is None or not caller.may(Permission.CONTACTS_IMPORT) or not caller.visibility.is_whole:
        outcomes = [_NOT_ALLOWED for _ in waiting]
    else:
        outcomes = await import_rows(
            session,
            caller=caller,
            batch_id=job.batch_id,
            rows=[one.row for one in waiting],
            mode=work.way.mode,
            region=work.way.region,
            label_ids=work.way.label_ids,
            is_preview=False,
            now=now,
            new_id=new_id,
        )
    failures = {
        one.place: {"text": outcome.text, "reason": outcome.reason, "field": outcome.field}
        for one, outcome in zip(waiting, outcomes, strict=True)
        if outcome.outcome == "failed"
    }
    await contact_imports.keep_outcomes(session, job.batch_id, done=[one.place for one in waiting], failures=failures)
    has_more = len(waiting) == ROWS_AT_ONCE
    await contact_imports.advance_import(
        session, job.batch_id, done=len(waiting), failed=len(failures), finished_at=None if has_more else now
    )
    return has_more


_NOT_ALLOWED: Final = RowOutcome(
    outcome="failed", text="Your role does not allow this. Ask an admin of the workspace.", reason="forbidden"
)


def _has_begun() -> Conflict:
    return Conflict("This table is being read in already, or there is nothing in it.", reason="import_has_begun")
