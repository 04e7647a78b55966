"""Fetch the bytes of an inbound file: a job for each, enqueued with the message it belongs to."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from threadline.infra.jobs import Job, enqueue
from threadline.store.session import Session


class FetchMedia(Job, frozen=True, kw_only=True):
    """Fetch this file. Safe to run twice: a file that is no longer pending is left alone."""

    kind: ClassVar[str] = "fetch_media"

    workspace_id: UUID
    file_id: UUID


async def enqueue_fetches(session: Session, *, workspace_id: UUID, file_ids: Sequence[UUID]) -> None:
    """In the transaction that stores the message: the job exists if and only if the file does."""
    await enqueue(session, [FetchMedia(workspace_id=workspace_id, file_id=file_id) for file_id in file_ids])
