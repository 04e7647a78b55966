"""Resolve a conversation together with what has to be there before: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.change_contact import change_contact
from threadline.actions.change_conversation import change_conversation
from threadline.actions.fill_fields import fill_conversation_fields
from threadline.actions.label_conversation import label_conversation
from threadline.core.errors import Invalid
from threadline.core.field import FieldOwner, FieldValue
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.store.conversations import access_conversation_keys
from threadline.store.fields import list_fields
from threadline.store.session import Session


async def resolve_conversation(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    label_ids: Sequence[UUID],
    fields: Mapping[UUID, FieldValue | None],
    now: datetime,
    new_id: NewId,
) -> None:
    """`fields` may be the conversation's and its contact's; each change is told as if it were made alone.

    Raises NotFound, Invalid (no such label or field, a value that does not suit), Forbidden (fields of the contact),
    Conflict (something is still missing).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if label_ids:
        await label_conversation(
            session,
            caller=caller,
            conversation_id=conversation.id,
            add=label_ids,
            remove=[],
            now=now,
            new_id=new_id,
        )
    by_owner = await _by_owner(session, fields)
    if own := by_owner["conversation"]:
        await fill_conversation_fields(
            session, caller=caller, conversation_id=conversation.id, fields=own, now=now, new_id=new_id
        )
    if theirs := by_owner["contact"]:
        check_may(caller, Permission.CONTACTS_CHANGE)
        await change_contact(
            session,
            caller=caller,
            contact_id=conversation.contact_id,
            facts={},
            fields=theirs,
            now=now,
            new_id=new_id,
        )
    await change_conversation(
        session,
        caller=caller,
        conversation_id=conversation.id,
        state="resolved",
        assignee_id="keep",
        now=now,
        new_id=new_id,
    )


async def _by_owner(
    session: Session, fields: Mapping[UUID, FieldValue | None]
) -> dict[FieldOwner, dict[UUID, FieldValue | None]]:
    """Raises Invalid for a field that is gone, or a company's."""
    parts: dict[FieldOwner, dict[UUID, FieldValue | None]] = {"conversation": {}, "contact": {}}
    owners = {field.id: field.owner for field in await list_fields(session)} if fields else {}
    for id, value in fields.items():
        owner = owners.get(id)
        if owner not in parts:
            raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field")
        parts[owner][id] = value
    return parts
