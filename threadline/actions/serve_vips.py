"""Serve important customers first: when they come, come back, or become important.

A consumer of the feed, so that what arrives is stored without asking for it. A line says why it was done.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.availability import Availability
from threadline.core.content import Line
from threadline.core.conversation import ConversationState, assignment_line, priority_line, state_line, team_line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.core.vip import VIP, Handled, VipCare, care_for
from threadline.store import vips
from threadline.store.availabilities import load_workers
from threadline.store.conversations import ConversationKeys, set_assignee, set_priority, set_state, set_team
from threadline.store.events import NumberedEvent
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents
from threadline.store.teams import find_team_names
from threadline.store.workspaces import get_workspace

CAUSES: Final = frozenset({EventKind.CONVERSATION_STARTED, EventKind.CONVERSATION_CHANGED, EventKind.CONTACT_CHANGED})
_DESK: Final = Author(AuthorKind.SYSTEM, None)


async def serve_vips(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """What these events of one workspace began, reopened or made important. Safe to run twice."""
    given = [one.event for one in events]
    conversation_ids = {
        *(one.conversation_id for one in given if one.kind is EventKind.CONVERSATION_STARTED and one.conversation_id),
        *await vips.find_reopened(session, _state_lines(given)),
        *await vips.find_in_work(session, _became_important(given)),
    }
    if not conversation_ids:
        return
    care = await _care(session)
    if care == VipCare():
        return
    rows = await vips.lock_of_vips(session, sorted(conversation_ids))
    owners = await _owners_there(session, {one.owner_id for one in rows if one.owner_id is not None})
    for row in rows:
        # Their own person comes before the one for all of them: routing gives them.
        given = replace(care, assignee_id=None) if row.owner_id in owners else care
        await _serve(session, row, given, now, new_id)


async def _owners_there(session: Session, agent_ids: Collection[UUID]) -> set[UUID]:
    """Who of these is online, if owners are given their customers first."""
    if not agent_ids or not (await get_workspace(session)).settings.routing.owners_first:
        return set()
    workers = await load_workers(session, sorted(agent_ids))
    return {id for id, one in workers.items() if one.is_active and one.state is Availability.ONLINE}


def _state_lines(events: Iterable[Event]) -> list[UUID]:
    """Lines that may tell of a reopening."""
    return [
        one.message_id
        for one in events
        if one.kind is EventKind.CONVERSATION_CHANGED and one.message_id and one.data.get("state") == "open"
    ]


def _became_important(events: Iterable[Event]) -> list[UUID]:
    return [
        one.contact_id
        for one in events
        if one.kind is EventKind.CONTACT_CHANGED and one.contact_id and one.data.get("is_vip") is True
    ]


async def _care(session: Session) -> VipCare:
    """As it can be given now: a team that is gone takes nothing."""
    settings = (await get_workspace(session)).settings
    teams = {} if settings.vip_team_id is None else await find_team_names(session, [settings.vip_team_id])
    is_live = any(team.is_live for team in teams.values())
    return VipCare(
        priority=settings.vip_priority,
        team_id=settings.vip_team_id if is_live else None,
        assignee_id=settings.vip_assignee_id,
    )


async def _serve(session: Session, row: vips.LockedVip, care: VipCare, now: datetime, new_id: NewId) -> None:
    conversation = row.keys
    before = Handled(row.priority, conversation.team_id, conversation.assignee_id)
    after = care_for(await _for_channel(session, care, conversation), before)
    lines: list[tuple[Line, dict[str, str | int | bool | None]]] = []
    if after.priority != before.priority:
        await set_priority(session, conversation_id=conversation.id, priority=after.priority)
        data: dict[str, str | int | bool | None] = {
            "priority": after.priority,
            "previous_priority": before.priority,
        }
        lines.append((priority_line(before.priority, after.priority, reason=VIP), data))
    if after.team_id != before.team_id:
        await set_team(session, conversation_id=conversation.id, team_id=after.team_id)
        names = await find_team_names(session, [one for one in (before.team_id, after.team_id) if one])
        told = {id: team.name for id, team in names.items()}
        lines.append((team_line(before.team_id, after.team_id, told, reason=VIP), _move(conversation, before, after)))
    if after.assignee_id != before.assignee_id:
        await set_assignee(session, conversation_id=conversation.id, assignee_id=after.assignee_id)
        line = assignment_line(before.assignee_id, after.assignee_id, reason=VIP)
        lines.append((line, _move(conversation, before, after)))
    if conversation.bot_id is not None and after.assignee_id is not None:
        await set_state(session, conversation_id=conversation.id, state=ConversationState.OPEN, now=now)
        lines.append((state_line(ConversationState.PENDING, ConversationState.OPEN), {"state": "open"}))
    for seq, (line, told_data) in enumerate(lines, conversation.last_seq + 1):
        await announce_line(
            session,
            workspace_id=row.workspace_id,
            conversation=conversation,
            content=line,
            data=told_data,
            author=_DESK,
            actor_id=None,
            agent_id=after.assignee_id if line.what == "assigned" else None,
            seq=seq,
            now=now,
            new_id=new_id,
        )


async def _for_channel(session: Session, care: VipCare, conversation: ConversationKeys) -> VipCare:
    """Without an owner who left, or does not see this channel."""
    if care.assignee_id is None:
        return care
    owner = (await callers_of_agents(session, [care.assignee_id])).get(care.assignee_id)
    if owner is not None and owner.visibility.has_channel(conversation.channel_id):
        return care
    return VipCare(priority=care.priority, team_id=care.team_id)


def _move(conversation: ConversationKeys, before: Handled, after: Handled) -> dict[str, str | int | bool | None]:
    """As every change of hands tells it: whoever loses the sight of it learns so."""
    return {
        "state": conversation.state.value,
        "assignee_id": _text(after.assignee_id),
        "previous_assignee_id": _text(before.assignee_id),
        "team_id": _text(after.team_id),
        "previous_team_id": _text(before.team_id),
    }


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
