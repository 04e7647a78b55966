"""What happens is put on its way to the webhooks that are told of it. A consumer of the feed: nothing leaves here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.core.events import Event
from threadline.core.ids import NewId
from threadline.core.webhook import OFFERED, Cause, Told
from threadline.store.events import NumberedEvent
from threadline.store.session import Session
from threadline.store.webhooks import NewDispatch, insert_dispatches, list_listeners

TOLD_OF: Final = frozenset(OFFERED)
TOPIC: Final = "webhooks"
"""The hint that something is due."""


async def tell_webhooks(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """One dispatch for each event and webhook, however often this runs: its key is the event's id."""
    listeners = await list_listeners(session)
    dispatches = [
        NewDispatch(
            id=new_id(),
            webhook_id=listener.id,
            cause=Cause.EVENT,
            key=one.event.id,
            told=told_of(one.event, one.seq),
            conversation_id=one.event.conversation_id,
        )
        for one in events
        for listener in listeners
        if one.event.kind.value in listener.kinds and one.seq > listener.since_seq
    ]
    if dispatches:
        await insert_dispatches(session, dispatches, now=now)
        session.hint(TOPIC)


def told_of(event: Event, seq: int) -> Told:
    """Pure."""
    return Told(
        type=event.kind.value,
        at=event.at,
        sequence=seq,
        conversation_id=_text(event.conversation_id),
        message_id=_text(event.message_id),
        contact_id=_text(event.contact_id),
        channel_id=_text(event.channel_id),
        agent_id=_text(event.agent_id),
        actor_id=_text(event.actor_id),
        facts=event.data,
    )


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
