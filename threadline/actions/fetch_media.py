"""Fetch the bytes of an inbound file: a job for each, enqueued with the message it belongs to.

The file's row is there at once, its bytes come soon, the text waits for neither (R27). The job (workers/media.py) asks
the provider between the two transactions that stand here: `begin_fetch` before, `finish_fetch` after.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.infra.jobs import Job, enqueue
from threadline.store.media import PendingMedia, ReadyMedia, keep_failed, keep_ready
from threadline.store.session import Session


class FetchMedia(Job, frozen=True, kw_only=True):
    """Fetch this file. Safe to run twice: a file that is no longer pending is left alone."""

    kind: ClassVar[str] = "fetch_media"

    workspace_id: UUID
    file_id: UUID


async def enqueue_fetches(session: Session, *, workspace_id: UUID, file_ids: Sequence[UUID]) -> None:
    """In the transaction that stores the message: the job exists if and only if the file does."""
    await enqueue(session, [FetchMedia(workspace_id=workspace_id, file_id=file_id) for file_id in file_ids])


async def finish_fetch(
    session: Session, pending: PendingMedia, media: ReadyMedia, *, now: datetime, new_id: NewId
) -> bool:
    """The file is there and people may open it. False if it was finished meanwhile."""
    connection = await session.raw()
    is_kept = await keep_ready(connection, workspace_id=pending.workspace_id, file_id=pending.id, media=media)
    if is_kept:
        session.record(_changed(pending, "ready", now, new_id))
    return is_kept


async def give_up_fetch(
    session: Session, pending: PendingMedia, *, state: str, error: str, now: datetime, new_id: NewId
) -> None:
    """It will not come (`failed`) or is not taken (`refused`); the message says so in its place."""
    connection = await session.raw()
    if await keep_failed(connection, workspace_id=pending.workspace_id, file_id=pending.id, state=state, error=error):
        session.record(_changed(pending, state, now, new_id))


def _changed(pending: PendingMedia, state: str, now: datetime, new_id: NewId) -> Event:
    return Event(
        id=new_id(),
        workspace_id=pending.workspace_id,
        kind=EventKind.FILE_CHANGED,
        at=now,
        conversation_id=pending.conversation_id,
        message_id=pending.message_id,
        channel_id=pending.channel_id,
        data={"file_id": str(pending.id), "state": state},
    )
