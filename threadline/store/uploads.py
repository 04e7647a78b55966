"""Files that go out: written when somebody uploads one, read when a message takes it along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.store.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    id: UUID
    channel_id: UUID | None
    """None: to be kept in a saved reply."""
    mime: str
    declared_mime: str
    name: str
    size_bytes: int
    sha256: bytes
    blob_key: str
    preview_key: str | None
    width: int | None
    height: int | None
    is_inline: bool
    uploaded_by: UUID
    created_at: datetime


async def insert_file(session: Session, workspace_id: UUID, file: NewFile) -> None:
    await (await session.raw()).execute(
        """
        insert into files (workspace_id, id, channel_id, state, mime, declared_mime, name, size_bytes, sha256, blob_key,
                           preview_key, width, height, is_inline, uploaded_by, created_at)
        values ($1, $2, $3, 'ready', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """,
        workspace_id,
        file.id,
        file.channel_id,
        file.mime,
        file.declared_mime,
        file.name,
        file.size_bytes,
        file.sha256,
        file.blob_key,
        file.preview_key,
        file.width,
        file.height,
        file.is_inline,
        file.uploaded_by,
        file.created_at,
    )


@dataclass(frozen=True, slots=True)
class UsableFile:
    channel_id: UUID | None
    uploaded_by: UUID | None
    conversation_id: UUID | None
    """Where it stands already; None: it was only uploaded."""
    mime: str
    size_bytes: int


async def find_usable_file(session: Session, workspace_id: UUID, file_id: UUID) -> UsableFile | None:
    """A file whose bytes we have, kept from being cleaned up until the end of this transaction."""
    row = await (await session.raw()).fetchrow(
        """
        select f.channel_id, f.uploaded_by, f.mime, f.size_bytes, (
            select m.conversation_id from messages m where m.workspace_id = f.workspace_id and m.id = f.message_id
        ) as conversation_id
        from files f where f.workspace_id = $1 and f.id = $2 and f.state = 'ready' for key share of f
        """,
        workspace_id,
        file_id,
    )
    if row is None:
        return None
    return UsableFile(row["channel_id"], row["uploaded_by"], row["conversation_id"], row["mime"], row["size_bytes"])


async def copy_file(
    session: Session, file_id: UUID, *, copy_id: UUID, channel_id: UUID, uploaded_by: UUID, now: datetime
) -> bool:
    """Another file with the same bytes, for another chat. False if there are none.

    Both rows name one blob: whoever deletes bytes asks first whether another file has them.
    """
    return True is await (await session.raw()).fetchval(
        """
        insert into files (workspace_id, id, channel_id, state, mime, declared_mime, name, size_bytes, sha256, blob_key,
                           preview_key, width, height, duration_ms, is_inline, uploaded_by, created_at)
        select workspace_id, $3, $4, 'ready', mime, declared_mime, name, size_bytes, sha256, blob_key, preview_key,
               width, height, duration_ms, is_inline, $5, $6
        from files where workspace_id = $1 and id = $2 and state = 'ready' and blob_key is not null for key share
        returning true
        """,
        session.workspace_id,
        file_id,
        copy_id,
        channel_id,
        uploaded_by,
        now,
    )


async def use_files(session: Session, workspace_id: UUID, file_ids: Sequence[UUID], message_id: UUID) -> None:
    """These files stand in this message now; one that stands in another stays there, too."""
    if file_ids:
        await (await session.raw()).execute(
            "update files set message_id = $3 where workspace_id = $1 and id = any($2::uuid[]) and message_id is null",
            workspace_id,
            file_ids,
            message_id,
        )


@dataclass(frozen=True, slots=True)
class FileToSend:
    id: UUID
    mime: str
    name: str
    size_bytes: int
    blob_key: str
    provider_media_id: str
    """The provider's id from an earlier upload that is still good; "" if there is none."""


async def load_files_to_send(session: Session, workspace_id: UUID, file_ids: Sequence[UUID]) -> dict[UUID, FileToSend]:
    rows = await (await session.raw()).fetch(
        """
        select id, mime, name, size_bytes, blob_key,
               case when provider_media_expires_at > now() + interval '1 hour' then provider_media_id end as media_id
        from files where workspace_id = $1 and id = any($2::uuid[]) and state = 'ready' and blob_key is not null
        """,
        workspace_id,
        file_ids,
    )
    return {
        row["id"]: FileToSend(
            row["id"], row["mime"], row["name"], row["size_bytes"], row["blob_key"], row["media_id"] or ""
        )
        for row in rows
    }


async def keep_provider_media(
    session: Session, workspace_id: UUID, media_ids: Mapping[UUID, str], *, kept_days: int
) -> None:
    """The provider's ids of files that were uploaded to it, good for so many days."""
    await (await session.raw()).execute(
        """
        update files f set provider_media_id = u.media_id, provider_media_expires_at = now() + make_interval(days => $4)
        from unnest($2::uuid[], $3::text[]) as u (id, media_id)
        where f.workspace_id = $1 and f.id = u.id
        """,
        workspace_id,
        list(media_ids),
        list(media_ids.values()),
        kept_days,
    )


async def forget_provider_media(session: Session, workspace_id: UUID, message_ids: Sequence[UUID]) -> None:
    """The provider's copies of these messages' files are no good; whoever sends them next uploads them anew."""
    await (await session.raw()).execute(
        """
        update files f set provider_media_id = null, provider_media_expires_at = null
        from messages m
        where m.workspace_id = $1 and m.id = any($2::uuid[]) and m.id >= $3
          and f.workspace_id = m.workspace_id and f.id = any(m.file_ids)
        """,
        workspace_id,
        message_ids,
        min(message_ids),
    )
