"""Count what each agent's day comes to, and tell once a day when it is full: a consumer of the feed.

Nothing is forbidden by it: whoever waits is answered. The agent and those who watch over deadlines are told, and others
are given customers first (core/routing.py).
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.core.day import today_in
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.store.agent_days import Counted, FullDay, add_to_days, claim_full_days, load_written
from threadline.store.calendars import read_zone
from threadline.store.events import NumberedEvent
from threadline.store.session import Session
from threadline.store.workspaces import get_workspace


async def count_agent_days(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """After these messages of one workspace. Safe to run twice: what is counted has the number of its event."""
    by_message = {
        one.event.message_id: one
        for one in events
        if one.event.kind is EventKind.MESSAGE_QUEUED and one.event.message_id is not None
    }
    written = await load_written(session, sorted(by_message)) if by_message else []
    if not written:
        return
    zone = await read_zone(session)
    await add_to_days(
        session,
        [Counted(by_message[one.id].seq, one.agent_id, one.contact_id, today_in(zone, one.at).day) for one in written],
    )
    last = {one.agent_id: by_message[one.id] for one in sorted(written, key=lambda one: by_message[one.id].seq)}
    settings = (await get_workspace(session)).settings.routing
    full = await claim_full_days(session, sorted(last), settings=settings, today=today_in(zone, now), now=now)
    session.record(*(_event(last[one.agent_id].event, one, now, new_id()) for one in full))


def _event(cause: Event, full: FullDay, now: datetime, id: UUID) -> Event:
    """Of the conversation in which they wrote last: there it was that the day became full."""
    return Event(
        id=id,
        workspace_id=cause.workspace_id,
        kind=EventKind.DAY_FULL,
        at=now,
        conversation_id=cause.conversation_id,
        message_id=cause.message_id,
        contact_id=cause.contact_id,
        channel_id=cause.channel_id,
        agent_id=full.agent_id,
        data={"customers": full.customers, "messages": full.messages},
        depth=cause.depth + 1,
    )
