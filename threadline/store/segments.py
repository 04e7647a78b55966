"""Segments: filters over contacts, kept under a name for the workspace."""

from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.filter import Group
from threadline.core.label import label_key
from threadline.store.session import Session

MOST_SEGMENTS = 200
_decode = msgspec.json.Decoder(Group).decode
_encode = msgspec.json.Encoder().encode


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    filter: Group


async def list_segments(session: Session) -> list[Segment]:
    """By name; their number is bounded."""
    rows = await (await session.raw()).fetch(
        "select id, name, filter::text as filter from segments where workspace_id = $1 order by name_key, id limit $2",
        session.workspace_id,
        MOST_SEGMENTS,
    )
    return [Segment(id=row["id"], name=row["name"], filter=_decode(row["filter"])) for row in rows]


async def get_segment(session: Session, segment_id: UUID) -> Segment:
    """Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        "select id, name, filter::text as filter from segments where workspace_id = $1 and id = $2",
        session.workspace_id,
        segment_id,
    )
    if row is None:
        raise NotFound("This segment does not exist any more.")
    return Segment(id=row["id"], name=row["name"], filter=_decode(row["filter"]))


async def write_segment(session: Session, segment: Segment) -> None:
    """Makes it or changes it. Raises Conflict if another one has the name."""
    try:
        await (await session.raw()).execute(
            "insert into segments (workspace_id, id, name, name_key, filter) values ($1, $2, $3, $4, $5::jsonb)"
            " on conflict (workspace_id, id) do update set name = excluded.name, name_key = excluded.name_key,"
            " filter = excluded.filter",
            session.workspace_id,
            segment.id,
            segment.name,
            label_key(segment.name),
            _encode(segment.filter).decode(),
        )
    except asyncpg.UniqueViolationError:
        raise Conflict("There is a segment with this name already.", reason="segment_name_taken") from None


async def delete_segment(session: Session, segment_id: UUID) -> None:
    """Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "delete from segments where workspace_id = $1 and id = $2 returning true", session.workspace_id, segment_id
    )
    if not deleted:
        raise NotFound("This segment does not exist any more.")
