"""Give waiting customers to those who are free: a consumer of the feed, and a timer for what time alone frees.

A pass sees the workspace whole, alone (`begin_pass`), so nobody gets more than they bear and nobody waits who need not.
What it writes is one transaction: a process that dies leaves all of it or nothing, and whoever got somebody is told of
it by the event, by another consumer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.core.conversation import OFF_SHIFT, assignment_line, team_line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.routing import route
from threadline.store import routing
from threadline.store.events import NumberedEvent
from threadline.store.routing import Moved
from threadline.store.session import Session
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
    }
)
"""Somebody begins to wait, has nobody any more, or comes; or a place is free."""
BY_ROUTING: Final = "routing"
"""Why a line says that somebody got a conversation, or a team did."""
_MOST_LEFT: Final = 500
_OWN: Final = "is_routed"


async def route_conversations(
    session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId
) -> None:
    """After these events of one workspace. Safe to run twice: what has somebody is given to nobody else."""
    causes = [one.event for one in events if not one.event.data.get(_OWN) and not one.event.data.get("is_history")]
    if not causes:
        return
    started = {one.conversation_id for one in causes if one.kind is EventKind.CONVERSATION_STARTED}
    await give_to_free(session, started=[one for one in started if one is not None], now=now, new_id=new_id)


async def give_to_free(session: Session, *, started: Sequence[UUID] = (), now: datetime, new_id: NewId) -> int:
    """One pass over the session's workspace. `started`: what has just begun, and goes to its channel's team.

    Returns how many got somebody.
    """
    await routing.begin_pass(session)
    if started:
        await _place(session, started, now, new_id)
    await _release(session, now, new_id)
    modes = await routing.load_modes(session)
    if not modes:
        return 0
    settings = (await get_workspace(session)).settings.routing
    hands = await routing.load_hands(
        session,
        sorted(modes),
        capacity=settings.capacity,
        active=timedelta(minutes=settings.active_min),
        now=now,
    )
    if all(sum(hand.load.values()) >= hand.capacity for hand in hands):
        return 0
    waiting = await routing.load_waiting(session, sorted(modes))
    given = route(waiting, hands, modes=modes, limits=settings.capacity_by_type)
    receivers = {one.conversation_id: one.agent_id for one in given}
    locked = await routing.lock_free(session, sorted(receivers)) if receivers else []
    moved = [
        Moved(
            conversation=one,
            assignee_id=receivers[one.id],
            team_id=one.team_id,
            line_id=new_id(),
            line=assignment_line(None, receivers[one.id], reason=BY_ROUTING),
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
    """Who waits for somebody who is away waits for everybody."""
    moved = [
        Moved(
            conversation=one,
            assignee_id=None,
            team_id=one.team_id,
            line_id=new_id(),
            line=assignment_line(one.assignee_id, None, reason=OFF_SHIFT),
        )
        for one in await routing.lock_left(session, limit=_MOST_LEFT)
    ]
    await _write(session, moved, now, new_id)


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
        },
    )


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
