"""Make an account's templates what its provider lists. The edge has asked the provider before."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.channels.contract import TemplateRecord
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.channels import access_channel
from threadline.store.session import Session
from threadline.store.templates import NewTemplate, write_templates


async def sync_templates(
    session: Session,
    *,
    caller: Caller,
    channel_id: UUID,
    listed: Sequence[TemplateRecord],
    now: datetime,
    new_id: NewId,
) -> None:
    """Raises NotFound. One event for the whole list."""
    channel = await access_channel(session, caller, channel_id)
    unique = {(one.name, one.language): one for one in listed}
    await write_templates(
        session,
        channel_type=channel.type,
        account=channel.account,
        templates=[_stored(one, new_id=new_id) for one in unique.values()],
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.TEMPLATE_CHANGED,
            at=now,
            channel_id=channel_id,
            actor_id=caller.actor_id,
            data={"count": len(unique)},
        )
    )


def _stored(one: TemplateRecord, new_id: NewId) -> NewTemplate:
    return NewTemplate(
        id=new_id(),
        provider_id=one.template_id,
        name=one.name,
        language=one.language,
        category=one.category,
        status=one.status,
        quality=one.quality,
        reason=one.reason,
        components=one.components,
    )
