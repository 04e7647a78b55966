"""Make a field of one's own, change it, delete it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.field import MOST_FIELDS, Field, FieldOption, FieldOwner, FieldType, check_options
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import fields
from threadline.store.session import Session


async def create_field(
    session: Session,
    *,
    caller: Caller,
    owner: FieldOwner,
    type: FieldType,
    name: str,
    options: Sequence[FieldOption],
    now: datetime,
    new_id: NewId,
) -> Field:
    """It stands behind the others. Raises Invalid (options), Conflict: the name is taken, or there are too many."""
    check_options(type, options)
    known = await fields.list_fields(session, owner)
    if len(known) >= MOST_FIELDS:
        raise Conflict(
            f"There are {MOST_FIELDS} fields already. Please delete some that nobody needs.",
            reason="too_many_fields",
            values={"limit": str(MOST_FIELDS)},
        )
    position = max((field.position for field in known), default=0) + 1
    field = Field(id=new_id(), owner=owner, type=type, name=name, options=list(options), position=position)
    await fields.insert_field(session, field)
    _record(session, caller, field.id, now, new_id)
    return field


async def change_field(
    session: Session,
    *,
    caller: Caller,
    field_id: UUID,
    name: str | None,
    options: Sequence[FieldOption] | None,
    position: int | None,
    now: datetime,
    new_id: NewId,
) -> Field:
    """None leaves it as it is; type and owner stay for good, for values stand by them. An option that is left out is
    off everything at once. Raises NotFound, Invalid, Conflict."""
    before = await fields.get_field(session, field_id)
    after = msgspec.structs.replace(
        before,
        name=before.name if name is None else name,
        options=before.options if options is None else list(options),
        position=before.position if position is None else position,
    )
    check_options(after.type, after.options)
    await fields.update_field(session, after)
    _record(session, caller, field_id, now, new_id)
    return after


async def delete_field(session: Session, *, caller: Caller, field_id: UUID, now: datetime, new_id: NewId) -> None:
    """It is off everything at once. Raises NotFound."""
    await fields.delete_field(session, field_id)
    _record(session, caller, field_id, now, new_id)


def _record(session: Session, caller: Caller, field_id: UUID, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.FIELD_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"field_id": str(field_id)},
        )
    )
