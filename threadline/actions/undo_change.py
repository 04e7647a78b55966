"""Take back what was done to a conversation: its state, snooze and stage, who has it, and the clock of its customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.announce_change import announce_change, announce_line
from threadline.core.assignment import check_may_assign
from threadline.core.conversation import ConversationState, Handling
from threadline.core.errors import Conflict, Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, author_of
from threadline.core.resolving import check_may_resolve
from threadline.core.stage import stage_line
from threadline.core.undo import Kept, Standing, check_stood, restore
from threadline.core.waiting import UNDONE, Entry, waiting_since
from threadline.store.agents import serves_channel
from threadline.store.clocks import read_entries, set_clocks
from threadline.store.conversations import (
    ConversationKeys,
    access_conversation_keys,
    find_unresolved,
    set_assignee,
    set_state,
    set_team,
)
from threadline.store.past_standings import read_standings
from threadline.store.readiness import read_readiness
from threadline.store.session import Session
from threadline.store.snoozes import set_snooze
from threadline.store.stages import Stage, find_stage, name_of_stage, set_stage
from threadline.store.teams import find_team_names


@dataclass(frozen=True, slots=True)
class TakenBack:
    kept: list[Kept]
    """What stays as it is, for somebody changed it since."""
    is_closing_sent: bool
    """The customer has had the closing text already."""


async def undo_told_change(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    before: Standing,
    after: Standing,
    now: datetime,
    new_id: NewId,
) -> TakenBack:
    """As `undo_change`, for whoever tells from memory how it stood: it must have, within a day. Raises Invalid, too."""
    await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    check_stood(before, after, await read_standings(session, conversation_id))
    return await undo_change(
        session, caller=caller, conversation_id=conversation_id, before=before, after=after, now=now, new_id=new_id
    )


async def undo_change(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    before: Standing,
    after: Standing,
    now: datetime,
    new_id: NewId,
) -> TakenBack:
    """Undo the act that led from `before` to `after`. A closing text that still waits is not sent.

    A clock that stood still in the stage stands where it stood: the time in between is not waited for either.

    Raises NotFound, Forbidden (who has it is not the caller's to change), Invalid (no such stage), Conflict (a newer
    one is open in its place, or what is wanted before resolving is not there by now).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    target, kept = await _without_gone(session, conversation, *restore(before, after, _standing(conversation), now=now))
    was = Handling(conversation.state, conversation.assignee_id, conversation.team_id)
    handling = Handling(target.state, target.assignee_id, target.team_id)
    if (was.assignee_id, was.team_id) != (handling.assignee_id, handling.team_id):
        may_assign = caller.may(Permission.CONVERSATIONS_ASSIGN)
        check_may_assign(was, handling, agent_id=caller.agent_id, may_assign=may_assign)
    if target.state is ConversationState.RESOLVED and not conversation.is_resolved:
        check_may_resolve(await read_readiness(session, conversation.id))
    stage = None if target.stage_id is None else await _check_stage(session, target.stage_id, target.state)
    before_it = await read_entries(session, {conversation.id: None})
    await _write(session, conversation, target, now)
    teams = [one for one in (was.team_id, handling.team_id) if one is not None and was.team_id != handling.team_id]
    await announce_change(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        after=handling,
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
        team_names={id: team.name for id, team in (await find_team_names(session, teams)).items()},
        reason=UNDONE,
        snoozed_until=target.snoozed_until,
    )
    moved = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if moved.stage_id != target.stage_id:
        since = _stood_still_since(before_it[conversation.id]) or now
        await _put_into_stage(session, caller, moved, stage, since, now, new_id)
    if target.state is not ConversationState.RESOLVED:
        (thread,) = (await read_entries(session, {conversation.id: None})).values()
        await set_clocks(session, {conversation.id: waiting_since(thread)})
    is_reopened = conversation.is_resolved and target.state is not ConversationState.RESOLVED
    return TakenBack(kept, is_closing_sent=is_reopened and conversation.closing_message_id is not None)


async def _without_gone(
    session: Session, conversation: ConversationKeys, target: Standing, kept: list[Kept]
) -> tuple[Standing, list[Kept]]:
    """Who is not there any more gets nothing back: an agent who does not serve its channel, a team that was deleted."""
    if target.assignee_id not in (None, conversation.assignee_id) and not await serves_channel(
        session, target.assignee_id, conversation.channel_id
    ):
        target, kept = msgspec.structs.replace(target, assignee_id=conversation.assignee_id), [*kept, "assignee"]
    if target.team_id not in (None, conversation.team_id):
        found = await find_team_names(session, [target.team_id])
        if target.team_id not in found or not found[target.team_id].is_live:
            target, kept = msgspec.structs.replace(target, team_id=conversation.team_id), [*kept, "team"]
    return target, kept


async def _check_stage(session: Session, stage_id: UUID, state: ConversationState) -> Stage:
    """Raises Invalid for one of another state: nothing can have stood in it."""
    stage = await find_stage(session, stage_id)
    if stage is None or stage.state != state:
        raise Invalid("This stage does not exist any more.", field="before", reason="no_such_stage")
    return stage


def _stood_still_since(entries: Sequence[Entry]) -> datetime | None:
    """When the act that is taken back set the clock going: it stands still from there on, as if it never had."""
    return next((entry.at for entry in reversed(entries) if entry.paused_at is not None), None)


async def _put_into_stage(
    session: Session,
    caller: Caller,
    conversation: ConversationKeys,
    stage: Stage | None,
    since: datetime,
    now: datetime,
    new_id: NewId,
) -> None:
    paused_at = since if stage is not None and stage.pauses_clock else None
    stage_id = None if stage is None else stage.id
    await set_stage(session, conversation_id=conversation.id, stage_id=stage_id, paused_at=paused_at, now=now)
    if stage is not None:
        line = stage_line(str(stage.id), stage.name)
    else:
        line = stage_line(None, await name_of_stage(session, conversation.stage_id) if conversation.stage_id else "")
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


def _standing(conversation: ConversationKeys) -> Standing:
    return Standing(
        state=conversation.state,
        snoozed_until=conversation.snoozed_until,
        assignee_id=conversation.assignee_id,
        team_id=conversation.team_id,
        stage_id=conversation.stage_id,
    )


async def _write(session: Session, conversation: ConversationKeys, target: Standing, now: datetime) -> None:
    if target.assignee_id != conversation.assignee_id:
        await set_assignee(session, conversation_id=conversation.id, assignee_id=target.assignee_id)
    if target.team_id != conversation.team_id:
        await set_team(session, conversation_id=conversation.id, team_id=target.team_id)
    if (target.state, target.snoozed_until) == (conversation.state, conversation.snoozed_until):
        return
    if conversation.is_resolved and await find_unresolved(session, conversation_id=conversation.id):
        raise Conflict(
            "This customer has a newer open conversation on this channel. Go on there.", reason="newer_conversation"
        )
    if conversation.is_resolved or target.state is not ConversationState.SNOOZED:
        await set_state(session, conversation_id=conversation.id, state=target.state, now=now)
    if target.state is ConversationState.SNOOZED:
        await set_snooze(session, conversation_id=conversation.id, until=target.snoozed_until, now=now)
