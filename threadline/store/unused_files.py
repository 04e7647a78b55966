"""Files that nobody refers to: uploads that were never sent, and what was taken out of a saved reply.

Runs as the owner of the schema. Two steps, so that nothing is deleted while a transaction is open and a crash between
them leaves no bytes behind: a row is marked first, which makes it as good as gone for everybody; its bytes and then the
row itself go later. Several rows may name the same bytes (`copy_file`): they stay as long as one names them that is not
marked.

Whoever is about to use a file locks its row (`for key share`) until that is committed. Marking takes the rows that it
can lock, and asks again, in a new statement, who refers to them: what was committed before the lock is seen then, and
nothing can begin after it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

_UNUSED: Final = "unused"
_MARKED: Final = f"f.state = 'refused' and f.error = '{_UNUSED}' and f.message_id is null"

_IS_FREE: Final = """
f.message_id is null and f.uploaded_by is not null and f.state = 'ready' and f.created_at < $1
and (f.workspace_id, f.id) not in (select s.workspace_id, s.file_id from saved_reply_files s)
and (f.workspace_id, f.id) not in (
    select s.workspace_id, unnest(s.file_ids) from scheduled_messages s
    where s.state in ('waiting', 'held') or s.changed_at >= $1
)
and (f.workspace_id, f.id) not in (
    select r.workspace_id, unnest(r.file_ids) from reviews r
    where r.state in ('asked', 'returned') or r.changed_at >= $1
)
"""
"""What was taken back a moment ago, as a scheduled message or a review, may be written on: its files begin anew."""


@dataclass(frozen=True, slots=True)
class MarkedFile:
    workspace_id: UUID
    id: UUID
    keys: tuple[str, ...]
    """The bytes that only marked rows name: its own and those of its preview."""


async def mark_unused_files(connection: asyncpg.Connection, *, before: datetime, limit: int) -> int:
    """Marks files that were uploaded before this and that nobody refers to. Reads `files_unsent`. Returns how many."""
    async with connection.transaction():
        rows = await connection.fetch(
            f"select f.workspace_id, f.id from files f where {_IS_FREE}"
            " order by f.created_at limit $2 for update of f skip locked",
            before,
            limit,
        )
        done = await connection.execute(
            f"update files f set state = 'refused', error = '{_UNUSED}'"
            " from unnest($2::uuid[], $3::uuid[]) as found (workspace_id, id)"
            f" where f.workspace_id = found.workspace_id and f.id = found.id and {_IS_FREE}",
            before,
            [row["workspace_id"] for row in rows],
            [row["id"] for row in rows],
        )
    return int(done.rsplit(" ", 1)[1])


async def list_marked_files(connection: asyncpg.Connection, *, limit: int) -> list[MarkedFile]:
    """Those whose bytes and rows are to go, from this round or one that was interrupted. Reads `files_unsent`."""
    rows = await connection.fetch(
        f"select f.workspace_id, f.id, f.blob_key, f.preview_key from files f"
        f" where {_MARKED} and f.uploaded_by is not null order by f.created_at limit $1",
        limit,
    )
    keys = sorted({key for row in rows for key in (row["blob_key"], row["preview_key"]) if key is not None})
    named = await connection.fetch(
        "select f.blob_key, f.preview_key from files f"
        f" where (f.blob_key = any($1::text[]) or f.preview_key = any($1::text[])) and not ({_MARKED})",
        keys,
    )
    kept = {key for row in named for key in (row["blob_key"], row["preview_key"])}
    return [
        MarkedFile(
            row["workspace_id"],
            row["id"],
            tuple(key for key in (row["blob_key"], row["preview_key"]) if key is not None and key not in kept),
        )
        for row in rows
    ]


async def forget_marked_file(connection: asyncpg.Connection, file: MarkedFile) -> None:
    """Its bytes are gone, or are another's."""
    await connection.execute(
        f"delete from files f where f.workspace_id = $1 and f.id = $2 and {_MARKED}", file.workspace_id, file.id
    )
