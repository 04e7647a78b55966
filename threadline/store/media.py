"""Inbound files on their way: pending with their source, then ready, refused or failed."""

from dataclasses import dataclass
from uuid import UUID

from threadline.store.connection import Connection


@dataclass(frozen=True, slots=True)
class PendingMedia:
    id: UUID
    workspace_id: UUID
    channel_id: UUID
    message_id: UUID
    conversation_id: UUID | None
    declared_mime: str
    source: str
    """JSON of the channel's `MediaSource`."""
    tries: int


async def begin_fetch(connection: Connection, *, workspace_id: UUID, file_id: UUID) -> PendingMedia | None:
    """Counts a try and returns what is to be fetched; None if the file is no longer pending."""
    row = await connection.fetchrow(
        "update files set tries = tries + 1 where workspace_id = $1 and id = $2 and state = 'pending'"
        " and source is not null and channel_id is not null and message_id is not null"
        " returning id, workspace_id, channel_id, message_id, declared_mime, source::text as source, tries",
        workspace_id,
        file_id,
    )
    if row is None:
        return None
    conversation_id = await connection.fetchval(
        "select conversation_id from messages where workspace_id = $1 and id = $2", workspace_id, row["message_id"]
    )
    return PendingMedia(
        id=row["id"],
        workspace_id=row["workspace_id"],
        channel_id=row["channel_id"],
        message_id=row["message_id"],
        conversation_id=conversation_id,
        declared_mime=row["declared_mime"],
        source=row["source"],
        tries=row["tries"],
    )


@dataclass(frozen=True, slots=True)
class ReadyMedia:
    blob_key: str
    size_bytes: int
    sha256: bytes
    mime: str
    is_inline: bool
    width: int | None
    height: int | None
    duration_ms: int | None


async def keep_ready(connection: Connection, *, workspace_id: UUID, file_id: UUID, media: ReadyMedia) -> bool:
    """False if somebody else finished it meanwhile: the blob is not needed."""
    row = await connection.fetchrow(
        "update files set state = 'ready', blob_key = $3, size_bytes = $4, sha256 = $5, mime = $6, is_inline = $7,"
        " width = $8, height = $9, duration_ms = $10, error = ''"
        " where workspace_id = $1 and id = $2 and state = 'pending' returning id",
        workspace_id,
        file_id,
        media.blob_key,
        media.size_bytes,
        media.sha256,
        media.mime,
        media.is_inline,
        media.width,
        media.height,
        media.duration_ms,
    )
    return row is not None


async def keep_failed(connection: Connection, *, workspace_id: UUID, file_id: UUID, state: str, error: str) -> bool:
    """`failed`: the provider no longer has it, or never gave it. `refused`: we do not take it.

    `error` is a `FileLoss` or the provider's code.
    """
    row = await connection.fetchrow(
        "update files set state = $3, error = $4"
        " where workspace_id = $1 and id = $2 and state = 'pending' returning id",
        workspace_id,
        file_id,
        state,
        error,
    )
    return row is not None
