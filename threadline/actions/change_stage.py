"""Make, change and delete the stages of a workspace."""

from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.stage import MOST_STAGES
from threadline.store import stages
from threadline.store.session import Session
from threadline.store.stages import Stage


async def create_stage(session: Session, *, caller: Caller, stage: Stage, now: datetime, new_id: NewId) -> None:
    """Raises Conflict: the name is taken, or there are as many as a menu bears."""
    if len(await stages.list_stages(session)) >= MOST_STAGES:
        raise Conflict(
            f"There are {MOST_STAGES} stages already. Please delete some that nobody needs.",
            reason="too_many_stages",
            values={"limit": str(MOST_STAGES)},
        )
    await stages.save_stage(session, stage)
    _record(session, caller, stage.id, now, new_id)


async def change_stage(session: Session, *, caller: Caller, stage: Stage, now: datetime, new_id: NewId) -> None:
    """A stage never changes its state. Raises NotFound, Conflict (the name is taken)."""
    await stages.get_stage(session, stage.id)
    await stages.save_stage(session, stage)
    _record(session, caller, stage.id, now, new_id)


async def delete_stage(session: Session, *, caller: Caller, stage_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound."""
    await stages.delete_stage(session, stage_id)
    _record(session, caller, stage_id, now, new_id)


def _record(session: Session, caller: Caller, stage_id: UUID, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.STAGE_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"stage_id": str(stage_id)},
        )
    )
