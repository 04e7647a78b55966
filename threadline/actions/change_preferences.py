"""Change how the desk looks, sounds and reaches one agent; their other devices follow."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.preferences import Preferences, check_preferences
from threadline.store.preferences import lock_preferences, save_preferences
from threadline.store.session import Session


async def change_preferences(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    change: dict[str, object],
    now: datetime,
    new_id: NewId,
) -> Preferences:
    """`change` names fields of Preferences, as plain values; whatever is not named stays. Raises Invalid."""
    before = await lock_preferences(session, agent_id)
    after = msgspec.convert(msgspec.structs.asdict(before) | change, Preferences, from_attributes=True)
    check_preferences(after)
    if after != before:
        await save_preferences(session, agent_id, after)
        session.record(
            Event(
                id=new_id(),
                workspace_id=caller.workspace_id,
                kind=EventKind.PREFERENCES_CHANGED,
                at=now,
                agent_id=agent_id,
                actor_id=caller.actor_id,
            )
        )
    return after
