"""Tell agents what concerns them, and take back what needs nobody's attention any more: one consumer of the feed.

Rows are written here; pushing and mailing are other workers' and find what is due in the rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.core.availability import Standing, is_silent
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.notification import (
    Concerned,
    Notice,
    NotificationKind,
    Settled,
    Way,
    conversation_of,
    is_told_to_watchers,
    notices_of,
    settled_by,
)
from threadline.core.permission import Permission, Visibility
from threadline.core.preferences import Preferences, digest_delay, is_quiet
from threadline.store.availabilities import load_standings
from threadline.store.events import NumberedEvent
from threadline.store.notifications import (
    NewNotification,
    Told,
    count_unread,
    load_concerned,
    load_sights,
    load_team_members,
    settle,
    tell,
)
from threadline.store.preferences import load_preferences
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents

PUSHED_AFTER: Final = timedelta(seconds=5)
"""Whoever has the desk before them reads it meanwhile, and nothing is pushed."""


async def notify_agents(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """A dozen statements at most for any number of events of one workspace."""
    workspace_id = events[0].event.workspace_id
    connection = await session.raw()
    concerned = await load_concerned(
        connection,
        workspace_id=workspace_id,
        message_of=list(dict.fromkeys(_key(one.event) for one in events)),
    )
    concerned |= await _concerned_who_watch(session, [one.event for one in events], concerned)
    settled, notices = sort_out([one.event for one in events], concerned)
    changed = await settle(connection, workspace_id=workspace_id, settled=settled, now=now) if settled else set[UUID]()
    told = await _tell(session, workspace_id, notices, concerned, now, new_id) if notices else []
    agent_ids = sorted(changed | {one.agent_id for one in told})
    if agent_ids:
        unread = await count_unread(connection, workspace_id=workspace_id, agent_ids=agent_ids)
        session.record(*_changes(workspace_id, agent_ids, told, unread, now, new_id))


async def _concerned_who_watch(
    session: Session, events: Iterable[Event], concerned: dict[tuple[UUID, UUID | None], Concerned]
) -> dict[tuple[UUID, UUID | None], Concerned]:
    """With the teams of what nobody has, and with those who watch."""
    keys = {_key(one) for one in events if is_told_to_watchers(one)} & concerned.keys()
    if not keys:
        return {}
    assert session.workspace_id is not None  # the edge opens the transaction for one workspace
    team_ids = {team_id for key in keys if (team_id := concerned[key].team_id) is not None}
    members = await load_team_members(await session.raw(), workspace_id=session.workspace_id, team_ids=sorted(team_ids))
    callers = await callers_of_agents(session, None)
    watchers = sorted(id for id, caller in callers.items() if caller.may(Permission.DEADLINES_WATCH))
    return {
        key: replace(
            concerned[key],
            team_member_ids=members.get(team_id, []) if (team_id := concerned[key].team_id) is not None else [],
            watcher_ids=watchers,
        )
        for key in keys
    }


def sort_out(
    events: Iterable[Event], concerned: dict[tuple[UUID, UUID | None], Concerned]
) -> tuple[list[Settled], list[list[Notice]]]:
    """What to settle first, and then what to tell: the notices of each (agent, conversation, kind) together. Pure.

    What is settled by a later one of these events is not told at all.
    """
    settled: list[Settled] = []
    open_notices: dict[tuple[UUID, UUID, NotificationKind], list[Notice]] = {}
    for event in events:
        done = settled_by(event)
        if done is not None:
            settled.append(done)
            covered = [key for key, notices in open_notices.items() if done.covers(notices[0])]
            for key in covered:
                del open_notices[key]
        for notice in notices_of(event, concerned.get(_key(event), Concerned())):
            open_notices.setdefault((notice.agent_id, notice.conversation_id, notice.kind), []).append(notice)
    return settled, list(open_notices.values())


async def _tell(
    session: Session,
    workspace_id: UUID,
    notices: Sequence[Sequence[Notice]],
    concerned: dict[tuple[UUID, UUID | None], Concerned],
    now: datetime,
    new_id: NewId,
) -> list[Told]:
    connection = await session.raw()
    agent_ids = sorted({same[0].agent_id for same in notices})
    sights = await load_sights(connection, workspace_id=workspace_id, agent_ids=agent_ids)
    preferences = await load_preferences(connection, workspace_id=workspace_id, agent_ids=agent_ids)
    standings = await load_standings(session, agent_ids)
    new: list[NewNotification] = []
    for same in notices:
        last = same[-1]
        if _sees(sights.get(last.agent_id), concerned[last.conversation_id, last.message_id]):
            made = _notification(same, preferences[last.agent_id], standings[last.agent_id], now, new_id())
            new += [made] if made is not None else []
    return await tell(connection, workspace_id=workspace_id, new=new) if new else []


def _sees(sight: Visibility | None, concerned: Concerned) -> bool:
    """Nobody is told of what they may not see (S5); without a sight they do not work here any more."""
    if sight is None or concerned.channel_id is None:
        return False
    return sight.shows(
        channel_id=concerned.channel_id,
        assignee_id=concerned.assignee_id,
        team_id=concerned.team_id,
        invited_ids=concerned.invited_ids,
    )


def _notification(
    same: Sequence[Notice], preferences: Preferences, standing: Standing, now: datetime, id: UUID
) -> NewNotification | None:
    """None if the agent wants this kind by no way."""
    last = same[-1]
    ways = preferences.ways.of(last.kind)
    if not ways:
        return None
    is_pushed = Way.PUSH in ways and not is_quiet(preferences, now) and not is_silent(standing)
    return NewNotification(
        id=id,
        agent_id=last.agent_id,
        kind=last.kind,
        conversation_id=last.conversation_id,
        message_id=last.message_id,
        actor_id=last.actor_id,
        count=len(same),
        at=last.at,
        is_listed=Way.LIST in ways,
        push_at=now + PUSHED_AFTER if is_pushed else None,
        mail_at=now + digest_delay(preferences.digest) if Way.EMAIL in ways else None,
    )


def _changes(
    workspace_id: UUID,
    agent_ids: Iterable[UUID],
    told: Sequence[Told],
    unread: dict[UUID, int],
    now: datetime,
    new_id: NewId,
) -> list[Event]:
    """One for each row that was told, one for each agent whose list only became shorter.

    The conversation stands among the data: an event's own conversation would come with its row, seen or not.
    """
    told_to = {one.agent_id for one in told}
    facts: list[tuple[UUID, dict[str, str | int | bool | None]]] = [
        (
            one.agent_id,
            {
                "notification_id": str(one.id),
                "notice": one.kind,
                "conversation_id": str(one.conversation_id),
                "count": one.count,
            },
        )
        for one in told
    ]
    facts += [(agent_id, {}) for agent_id in agent_ids if agent_id not in told_to]
    return [
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.NOTIFICATIONS_CHANGED,
            at=now,
            agent_id=agent_id,
            data=data | {"unread": unread[agent_id]},
        )
        for agent_id, data in facts
    ]


def _key(event: Event) -> tuple[UUID, UUID | None]:
    """Events of no conversation concern nobody: no row has this key."""
    return conversation_of(event) or UUID(int=0), event.message_id
