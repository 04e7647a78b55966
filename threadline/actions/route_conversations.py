"""Give waiting customers to those who are free: a consumer of the feed, and a timer for what time alone changes.

A pass sees the workspace whole, alone (`begin_pass`), so nobody gets more than they bear and nobody waits who need not.
What it writes is one transaction: a process that dies leaves all of it or nothing, and whoever got somebody is told of
it by the event, by another consumer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never
from uuid import UUID

from threadline.core.content import Line
from threadline.core.conversation import OFF_SHIFT, ConversationState, assignment_line, state_line, team_line
from threadline.core.day import today_in
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.rota import off_duty
from threadline.core.routing import Hand, Reason, Waiting, route
from threadline.core.silence import SILENT, Step, left_waiting_line, step_of
from threadline.store import rota, routing, silences, snoozes
from threadline.store.calendars import Hours, read_hours, read_zone
from threadline.store.conversations import load_keys
from threadline.store.events import NumberedEvent
from threadline.store.routing import Moved
from threadline.store.session import Session
from threadline.store.silences import Silent
from threadline.store.skills import find_before_rules, load_skills
from threadline.store.teams import find_team_names
from threadline.store.workspaces import get_workspace

CAUSES: Final = frozenset(
    {
        EventKind.CONVERSATION_STARTED,
        EventKind.CONVERSATION_CHANGED,
        EventKind.MESSAGE_RECEIVED,
        EventKind.AVAILABILITY_CHANGED,
        EventKind.AGENT_CHANGED,
        EventKind.TEAM_CHANGED,
        EventKind.CHANNEL_CHANGED,
        EventKind.ROUTING_CHANGED,
        EventKind.ROTA_CHANGED,
        EventKind.CONTACT_CHANGED,
    }
)
"""Somebody begins to wait, has nobody any more, or comes; or a place is free."""
BY_ROUTING: Final = "routing"
"""Why a line says that a team got a conversation."""
_MOST_LEFT: Final = 500
_MOST_SILENT: Final = 500
_OWN: Final = "is_routed"


async def route_conversations(
    session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId
) -> None:
    """After these events of one workspace. Safe to run twice: what has somebody is given to nobody else."""
    causes = [one.event for one in events if _is_cause(one.event)]
    if not causes:
        return
    started = {one.conversation_id for one in causes if one.kind is EventKind.CONVERSATION_STARTED}
    await give_to_free(session, started=[one for one in started if one is not None], now=now, new_id=new_id)


def _is_cause(event: Event) -> bool:
    if event.kind is EventKind.CONTACT_CHANGED:
        return "owner_id" in event.data
    return not event.data.get(_OWN) and not event.data.get("is_history")


async def give_to_free(session: Session, *, started: Sequence[UUID] = (), now: datetime, new_id: NewId) -> int:
    """One pass over the session's workspace. `started`: what has just begun, and goes to its channel's team.

    Returns how many got somebody.
    """
    await routing.begin_pass(session)
    if started:
        await _place(session, started, now, new_id)
    await _release(session, now, new_id)
    await _end_silences(session, now, new_id)
    modes = await routing.load_modes(session)
    settings = (await get_workspace(session)).settings.routing
    if not (modes or settings.owners_first):
        return 0
    hands = await routing.load_hands(
        session,
        sorted(modes),
        settings=settings,
        today=today_in(await read_zone(session), now),
        now=now,
    )
    if settings.by_rota:
        hands = await _on_duty(session, hands, now)
    if all(sum(hand.load.values()) >= hand.capacity for hand in hands):
        return 0
    waiting = await routing.load_waiting(
        session,
        sorted(modes),
        by_owner=settings.owners_first,
        patience=timedelta(minutes=settings.language_wait_min),
        now=now,
    )
    waiting, hands, skill_names = await _with_skills(
        session, waiting, hands, patience=timedelta(minutes=settings.skill_wait_min), now=now
    )
    facts = {one.id: one for one in waiting}
    held = {one.id: one.skills for one in hands}
    given = route(waiting, hands, modes=modes, limits=settings.capacity_by_type)
    receivers = {one.conversation_id: one.agent_id for one in given}
    reasons = {one.conversation_id: one.reason for one in given}
    locked = await routing.lock_free(session, sorted(receivers)) if receivers else []
    moved = [
        Moved(
            conversation=one,
            assignee_id=receivers[one.id],
            team_id=one.team_id,
            line_id=new_id(),
            line=_given_line(receivers[one.id], reasons[one.id], facts[one.id], skill_names, held[receivers[one.id]]),
        )
        for one in locked
    ]
    await _write(session, moved, now, new_id)
    place = {one.conversation_id: number for number, one in enumerate(given)}
    turns = {
        receivers[one.id]: now + timedelta(microseconds=place[one.id])
        for one in sorted(locked, key=lambda one: place[one.id])
    }
    if turns:
        await routing.note_routed(session, turns)
    return len(moved)


async def _with_skills(
    session: Session, waiting: Sequence[Waiting], hands: Sequence[Hand], *, patience: timedelta, now: datetime
) -> tuple[Sequence[Waiting], Sequence[Hand], Mapping[UUID, str]]:
    """With what conversations need and agents know, and the names of that. In which no rule has looked yet, and may
    ask for a skill, is left to the next pass."""
    found = await load_skills(
        session, conversation_ids=[one.id for one in waiting], agent_ids=[one.id for one in hands]
    )
    if found is None:
        return waiting, hands, {}
    too_early = await find_before_rules(session, now=now)
    needing = [
        replace(one, needs=found.needs[one.id], waits_for_skill=one.waiting_since > now - patience)
        if one.id in found.needs
        else one
        for one in waiting
        if one.id not in too_early
    ]
    return needing, [replace(one, skills=found.held.get(one.id, frozenset())) for one in hands], found.names


async def _on_duty(session: Session, hands: list[Hand], now: datetime) -> list[Hand]:
    """Without those whose shift has not begun, or is over. Most workspaces have no rota, and read one small table."""
    if not await rota.list_plans(session):
        return hands
    off = off_duty(await rota.load_rota(session, since=now), [hand.id for hand in hands], now)
    return [hand for hand in hands if hand.id not in off]


def _given_line(
    agent_id: UUID, reason: Reason, one: Waiting, skill_names: Mapping[UUID, str], held: frozenset[UUID]
) -> Line:
    line = assignment_line(None, agent_id, reason=reason.value)
    match reason:
        case Reason.LANGUAGE:
            told = {"language": one.language}
        case Reason.SKILL:
            # With the names of the day, as labels are told.
            told = {"skills": ", ".join(sorted(skill_names[id] for id in one.needs - held))}
        case Reason.OWNER_AWAY | Reason.OWNER_FULL:
            told = {"owner_id": str(one.owner_id)}
        case Reason.ROUTING | Reason.OWNER:
            return line
        case _:
            assert_never(reason)
    return Line(what=line.what, data=line.data | told)


async def _place(session: Session, conversation_ids: Sequence[UUID], now: datetime, new_id: NewId) -> None:
    """What begins on a channel of a team is the team's."""
    found = await routing.lock_to_place(session, sorted(conversation_ids))
    names = await find_team_names(session, sorted({team_id for _, team_id in found})) if found else {}
    told = {id: team.name for id, team in names.items()}
    moved = [
        Moved(
            conversation=conversation,
            assignee_id=conversation.assignee_id,
            team_id=team_id,
            line_id=new_id(),
            line=team_line(None, team_id, told, reason=BY_ROUTING),
        )
        for conversation, team_id in found
    ]
    await _write(session, moved, now, new_id)


async def _release(session: Session, now: datetime, new_id: NewId) -> None:
    """Who waits for somebody who is away waits for everybody.

    What was put off until a time comes back to everybody then. What was put off until the customer writes, while the
    customer waits, nobody would look at again: it is woken.
    """
    left = await routing.lock_left(session, limit=_MOST_LEFT)
    moved = [
        Moved(
            conversation=one,
            assignee_id=None,
            team_id=one.team_id,
            line_id=new_id(),
            line=assignment_line(one.assignee_id, None, reason=OFF_SHIFT),
        )
        for one in left
    ]
    await _write(session, moved, now, new_id)
    asleep = [one for one in left if one.state is ConversationState.SNOOZED and one.snoozed_until is None]
    if asleep:
        await _wake(session, [one.id for one in asleep], now, new_id)


async def _wake(session: Session, conversation_ids: Sequence[UUID], now: datetime, new_id: NewId) -> None:
    woken = await snoozes.take_up(session, conversation_ids=conversation_ids, reason="", now=now)
    line = state_line(ConversationState.SNOOZED, ConversationState.OPEN, reason=OFF_SHIFT)
    moved = [
        Moved(conversation=one, assignee_id=None, team_id=one.team_id, line_id=new_id(), line=line)
        for one in await load_keys(session, sorted(woken))
    ]
    await _write(session, moved, now, new_id)


async def _end_silences(session: Session, now: datetime, new_id: NewId) -> None:
    """Who waits too long for somebody who says nothing waits for their team; in the end, the supervisors are told."""
    may_be = await silences.read_silent(session, now=now, limit=_MOST_SILENT)
    if not may_be:
        return
    hours = await read_hours(session)
    due = [one.conversation.id for one in may_be if _step(one, hours, now) is not None]
    locked = await silences.lock_waiting_for_somebody(session, due) if due else []
    # Asked anew under the locks: the word that ends the silence may have come meanwhile.
    found = await silences.read_silent(session, now=now, limit=len(locked), conversation_ids=locked) if locked else []
    steps = [(one, step) for one in found if (step := _step(one, hours, now)) is not None]
    await _write(session, [_ending(one, step, new_id()) for one, step in steps], now, new_id)
    taken = {one.conversation.id: _assignee(one) for one, step in steps if step is Step.TAKE_BACK}
    if taken:
        await silences.note_taken_back(session, taken)
    left = [one.conversation.id for one, step in steps if step is Step.TELL]
    if left:
        await silences.note_left(session, left, now=now)


def _step(one: Silent, hours: Hours, now: datetime) -> Step | None:
    keys = one.conversation
    return step_of(one.silence, hours.of(channel_id=keys.channel_id, team_id=keys.team_id), now=now)


def _ending(one: Silent, step: Step, line_id: UUID) -> Moved:
    keys, minutes = one.conversation, one.silence.after_min
    if step is Step.TELL:
        line = left_waiting_line(_assignee(one), after_min=minutes, taken=len(one.silence.taken_from))
        return Moved(
            conversation=keys,
            assignee_id=keys.assignee_id,
            team_id=keys.team_id,
            line_id=line_id,
            line=line,
            told={"is_left": True},
        )
    told = assignment_line(keys.assignee_id, None, reason=SILENT)
    return Moved(
        conversation=keys,
        assignee_id=None,
        team_id=keys.team_id,
        line_id=line_id,
        line=Line(what=told.what, data=told.data | {"minutes": str(minutes)}),
        told={"is_taken_back": True},
    )


def _assignee(one: Silent) -> UUID:
    assert one.conversation.assignee_id is not None  # silent is who has it
    return one.conversation.assignee_id


async def _write(session: Session, moved: Sequence[Moved], now: datetime, new_id: NewId) -> None:
    if not moved:
        return
    assert session.workspace_id is not None  # a pass is of one workspace
    await routing.move(session, moved, now=now)
    session.record(*(_event(session.workspace_id, one, now, new_id()) for one in moved))


def _event(workspace_id: UUID, moved: Moved, now: datetime, id: UUID) -> Event:
    """As every change of hands tells it. A pass is no cause of another one."""
    before = moved.conversation
    return Event(
        id=id,
        workspace_id=workspace_id,
        kind=EventKind.CONVERSATION_CHANGED,
        at=now,
        conversation_id=before.id,
        message_id=moved.line_id,
        contact_id=before.contact_id,
        channel_id=before.channel_id,
        agent_id=moved.assignee_id if moved.assignee_id != before.assignee_id else None,
        data={
            "state": before.state.value,
            "assignee_id": _text(moved.assignee_id),
            "previous_assignee_id": _text(before.assignee_id),
            "team_id": _text(moved.team_id),
            "previous_team_id": _text(before.team_id),
            _OWN: True,
            **moved.told,
        },
    )


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
