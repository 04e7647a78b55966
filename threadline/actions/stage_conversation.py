"""Put a conversation into a stage, or take it out: its state follows, and a stage may let its clock stand still."""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.actions.change_conversation import change_conversation
from threadline.actions.snooze_conversation import snooze_conversation
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.core.stage import stage_line
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session
from threadline.store.stages import Stage, get_stage, name_of_stage, set_stage


async def stage_conversation(
    session: Session, *, caller: Caller, conversation_id: UUID, stage_id: UUID | None, now: datetime, new_id: NewId
) -> None:
    """None: out of the stage it is in. A snoozed one sleeps until the customer writes, if it does not sleep already.

    Raises NotFound, and what moving it to the state of the stage raises.
    """
    stage = None if stage_id is None else await get_stage(session, stage_id)
    before = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if before.stage_id == stage_id:
        return
    if stage is not None and stage.state != before.state:
        await _move(session, caller, conversation_id, stage, now, new_id)
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    paused_at = now if stage is not None and stage.pauses_clock else None
    await set_stage(session, conversation_id=conversation_id, stage_id=stage_id, paused_at=paused_at, now=now)
    if stage is None:
        line = stage_line(None, await name_of_stage(session, before.stage_id) if before.stage_id else "")
    else:
        line = stage_line(str(stage.id), stage.name)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=line,
        data={"state": conversation.state.value, "stage_id": None if stage is None else str(stage.id)},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


async def _move(
    session: Session, caller: Caller, conversation_id: UUID, stage: Stage, now: datetime, new_id: NewId
) -> None:
    if stage.state == "snoozed":
        await snooze_conversation(
            session, caller=caller, conversation_id=conversation_id, until=None, now=now, new_id=new_id
        )
        return
    await change_conversation(
        session,
        caller=caller,
        conversation_id=conversation_id,
        state=stage.state,
        assignee_id="keep",
        now=now,
        new_id=new_id,
    )
