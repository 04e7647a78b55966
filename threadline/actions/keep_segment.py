"""Keep a filter over contacts under a name, change it, delete it."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.filter import Filter, Use, check_filter
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import segments
from threadline.store.filters import load_fields_for
from threadline.store.segments import MOST_SEGMENTS, Segment
from threadline.store.session import Session


async def keep_segment(
    session: Session,
    *,
    caller: Caller,
    segment_id: UUID | None,
    name: str,
    filter: Filter,
    now: datetime,
    new_id: NewId,
) -> Segment:
    """None: a new one. Raises NotFound, Invalid (the filter), Conflict: the name is taken, or there are too many."""
    check_filter(filter, use=Use.SEGMENTS, fields=await load_fields_for(session, caller))
    if segment_id is not None:
        await segments.get_segment(session, segment_id)
    elif len(await segments.list_segments(session)) >= MOST_SEGMENTS:
        raise Conflict(
            f"There are {MOST_SEGMENTS} segments already. Please delete some that nobody needs.",
            reason="too_many_segments",
            values={"limit": str(MOST_SEGMENTS)},
        )
    segment = Segment(id=segment_id or new_id(), name=name, filter=filter)
    await segments.write_segment(session, segment)
    _record(session, caller, segment.id, now, new_id)
    return segment


async def delete_segment(session: Session, *, caller: Caller, segment_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound."""
    await segments.delete_segment(session, segment_id)
    _record(session, caller, segment_id, now, new_id)


def _record(session: Session, caller: Caller, segment_id: UUID, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.FIELD_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"segment_id": str(segment_id)},
        )
    )
