"""Files as people read them. The bytes lie in the blobs; a row says what they are and who may have them."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import NotFound
from threadline.core.lost_file import FileLoss
from threadline.core.permission import Caller, Permission
from threadline.store.connection import Connection
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible


class File(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    mime: str
    name: str
    size_bytes: int
    state: Literal["pending", "ready", "failed", "refused"]
    loss: FileLoss | None
    """Why it is not there, if it has a name: null for a file that is, and for one that the provider did not give."""
    url: str
    width: int | None
    height: int | None
    duration_s: float | None


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """What serving a file needs: where its bytes lie, and whether a browser may show them."""

    id: UUID
    mime: str
    name: str
    size_bytes: int
    blob_key: str
    is_inline: bool


_LOSSES = frozenset(FileLoss)
_COLUMNS = "f.id, f.mime, f.name, f.size_bytes, f.state, f.error, f.width, f.height, f.duration_ms, f.message_id"


async def load_files(connection: Connection, *, workspace_id: UUID, file_ids: Sequence[UUID]) -> list[File]:
    if not file_ids:
        return []
    rows = await connection.fetch(
        f"select {_COLUMNS} from files f where f.workspace_id = $1 and f.id = any($2::uuid[])",
        workspace_id,
        list(file_ids),
    )
    return [_file(row) for row in rows]


async def conversations_of_files(
    connection: Connection, *, workspace_id: UUID, file_ids: Sequence[UUID]
) -> dict[UUID, UUID]:
    """File → the conversation in which it stands; files that stand in none are absent."""
    rows = await connection.fetch(
        "select f.id, m.conversation_id from files f join messages m on m.workspace_id = f.workspace_id"
        " and m.id = f.message_id where f.workspace_id = $1 and f.id = any($2::uuid[])",
        workspace_id,
        list(file_ids),
    )
    return {row["id"]: row["conversation_id"] for row in rows}


async def access_file(session: Session, caller: Caller, file_id: UUID) -> File:
    """A file of a conversation or saved reply that the caller may see, or that the caller uploaded. Raises NotFound.

    The file of a deleted message is there for those who may see what was deleted.
    """
    return _file(await _access(session, caller, file_id, _COLUMNS))


async def access_stored_file(session: Session, caller: Caller, file_id: UUID) -> StoredFile:
    """As `access_file`; a file without bytes (pending, failed, refused) does not exist either."""
    row = await _access(
        session, caller, file_id, "f.id, f.mime, f.name, f.size_bytes, f.state, f.blob_key, f.is_inline"
    )
    if row["state"] != "ready" or row["blob_key"] is None:
        raise NotFound("This file does not exist.")
    return StoredFile(
        id=row["id"],
        mime=row["mime"],
        name=row["name"],
        size_bytes=row["size_bytes"],
        blob_key=row["blob_key"],
        is_inline=row["is_inline"],
    )


async def list_recent_files(session: Session, *, uploaded_by: UUID, limit: int) -> list[File]:
    """The last ones of somebody, each content once, the newest first. Uses `files_by_uploader`."""
    rows = await (await session.raw()).fetch(
        f"with latest as (select * from files where workspace_id = $1 and uploaded_by = $2 and state = 'ready'"
        " order by id desc limit $3),"
        " once as (select distinct on (sha256) * from latest order by sha256, id desc)"
        f" select {_COLUMNS} from once f order by f.id desc limit $4",
        session.workspace_id,
        uploaded_by,
        limit * 5,
        limit,
    )
    return [_file(row) for row in rows]


async def _access(session: Session, caller: Caller, file_id: UUID, columns: str) -> asyncpg.Record:
    arguments = Arguments(caller.workspace_id, file_id)
    is_there = "true" if caller.clearance.sees_earlier else "m.deleted_at is null"
    row = await (await session.raw()).fetchrow(
        f"select {columns} from files f where f.workspace_id = $1 and f.id = $2 and"
        f" (f.message_id is null and f.uploaded_by = {arguments.add(caller.actor_id)} or exists ("
        "select from messages m join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id"
        " where m.workspace_id = f.workspace_id and m.id = f.message_id"
        f" and {is_there} and {visible(caller.visibility, 'c', arguments)}) or {_is_of_a_reply(caller, arguments)}"
        f" or f.message_id is null and {_is_to_review(caller, arguments)})",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This file does not exist.")
    return row


def _is_to_review(caller: Caller, arguments: Arguments) -> str:
    """It stands in an answer that the caller may decide about."""
    return (
        "exists (select from review_reviewers may"
        " join reviews r on r.workspace_id = may.workspace_id and r.id = may.review_id and f.id = any(r.file_ids)"
        " join conversations c on c.workspace_id = r.workspace_id and c.id = r.conversation_id"
        f" where may.workspace_id = f.workspace_id and may.agent_id = {arguments.add(caller.agent_id)}::uuid"
        f" and {visible(caller.visibility, 'c', arguments)})"
    )


def _is_of_a_reply(caller: Caller, arguments: Arguments) -> str:
    """A saved reply that the caller may read has this file."""
    agent = f"{arguments.add(caller.agent_id)}::uuid"
    manages = f"{arguments.add(Permission.SAVED_REPLIES_MANAGE in caller.permissions)}::boolean"
    return (
        "exists (select from saved_reply_files s"
        " join saved_replies r on r.workspace_id = s.workspace_id and r.id = s.reply_id"
        f" where s.workspace_id = f.workspace_id and s.file_id = f.id and (r.agent_id is null or r.agent_id = {agent})"
        f" and (r.team_id is null or {manages} or exists (select from team_members m"
        f" where m.workspace_id = r.workspace_id and m.team_id = r.team_id and m.agent_id = {agent})))"
    )


def _file(row: asyncpg.Record) -> File:
    return File(
        id=row["id"],
        mime=row["mime"],
        name=row["name"],
        size_bytes=row["size_bytes"],
        state=row["state"],
        loss=_loss(row["error"]),
        url=f"/files/{row['id']}",
        width=row["width"],
        height=row["height"],
        duration_s=None if row["duration_ms"] is None else row["duration_ms"] / 1000,
    )


def _loss(error: str) -> FileLoss | None:
    """`error` may also be the provider's code, or be empty."""
    return FileLoss(error) if error in _LOSSES else None
