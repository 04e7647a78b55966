"""Fill in fields of one's own."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.field import FieldOwner, FieldValue, fields_by_id, lines_of
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.conversations import access_conversation_keys
from threadline.store.fields import list_fields, set_values
from threadline.store.session import Session


async def fill_conversation_fields(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    fields: Mapping[UUID, FieldValue | None],
    now: datetime,
    new_id: NewId,
) -> None:
    """Each field that changed is an event; neither the list nor a clock moves. Raises NotFound, Invalid."""
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    lines = await read_values(session, "conversation", fields)
    changed = await set_values(session, "conversation", conversation.id, lines)
    session.record(
        *(
            Event(
                id=new_id(),
                workspace_id=caller.workspace_id,
                kind=EventKind.CONVERSATION_CHANGED,
                at=now,
                conversation_id=conversation.id,
                contact_id=conversation.contact_id,
                channel_id=conversation.channel_id,
                actor_id=caller.actor_id,
                data={"field_id": str(field_id)},
            )
            for field_id in changed
        )
    )


async def read_values(
    session: Session, owner: FieldOwner, values: Mapping[UUID, FieldValue | None]
) -> dict[UUID, list[str]]:
    """What is to be stored for each field. Raises Invalid for values no field takes, and for fields that are gone."""
    if not values:
        return {}
    known = fields_by_id(await list_fields(session, owner))
    if not known.keys() >= set(values):
        raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field")
    return {field_id: lines_of(known[field_id], value) for field_id, value in values.items()}


async def check_wanted_fields(session: Session, field_ids: Collection[UUID]) -> None:
    """Raises Invalid if one of them is no field of conversations or contacts: nothing could ever be resolved."""
    if not field_ids:
        return
    known = {field.id for field in await list_fields(session) if field.owner != "company"}
    if not known >= set(field_ids):
        raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field")
