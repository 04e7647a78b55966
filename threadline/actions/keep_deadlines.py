"""Keep the clocks of conversations as their threads, the policies and the calendars say: one consumer of the feed.

What arrives is stored without asking for it; a moment later its clocks are counted. Counting twice changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.core.due import next_due
from threadline.core.events import Event, EventKind
from threadline.core.filter import Facts, Fields
from threadline.core.ids import NewId
from threadline.core.sla import (
    Clock,
    Kept,
    Policy,
    Run,
    Standing,
    fields_asked,
    find_policy,
    kept_clock,
    reply_run,
    resolution_run,
    wanted_clocks,
)
from threadline.core.waiting import Entry
from threadline.store.calendars import Hours, read_hours
from threadline.store.clocks import read_entries
from threadline.store.deadlines import (
    Clocks,
    Timed,
    find_answered,
    has_pauses,
    keep_clocks,
    read_deadlines,
    read_timed,
    set_due,
)
from threadline.store.events import NumberedEvent
from threadline.store.filters import load_facts, load_fields
from threadline.store.session import Session
from threadline.store.sla_policies import ask_for_recount, list_policies, next_to_recount
from threadline.store.vips import find_in_work
from threadline.store.workspaces import get_workspace

_OF_CONVERSATIONS: Final = frozenset(
    {
        EventKind.CONVERSATION_STARTED,
        EventKind.CONVERSATION_CHANGED,
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_QUEUED,
        EventKind.MESSAGE_STATUS_CHANGED,
    }
)
_OF_EVERYTHING: Final = frozenset(
    {
        EventKind.SLA_POLICY_CHANGED,
        EventKind.CALENDAR_CHANGED,
        EventKind.TEAM_CHANGED,
        EventKind.TEAM_DELETED,
        EventKind.CHANNEL_CHANGED,
        EventKind.LABEL_DELETED,
        EventKind.STAGE_CHANGED,
        EventKind.FIELD_CHANGED,
        EventKind.COMPANY_CHANGED,
        EventKind.WORKSPACE_CHANGED,
    }
)
COUNTED: Final = _OF_CONVERSATIONS | _OF_EVERYTHING | {EventKind.CONTACT_CHANGED}
BATCH: Final = 200
"""So many are counted again in one transaction: nobody waits long for its locks."""


async def keep_deadlines(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """What these events of one workspace touched. A change of what all go by asks for a recount."""
    given = [one.event for one in events]
    if any(one.kind in _OF_EVERYTHING for one in given):
        await ask_for_recount(await session.raw(), given[0].workspace_id)
    contact_ids = [one.contact_id for one in given if one.kind is EventKind.CONTACT_CHANGED and one.contact_id]
    conversation_ids = {
        *(one.conversation_id for one in given if one.kind in _OF_CONVERSATIONS and one.conversation_id),
        *await find_in_work(session, contact_ids),
    }
    await count_clocks(session, sorted(conversation_ids), is_recount=False, now=now, new_id=new_id)


async def recount_deadlines(session: Session, *, now: datetime, new_id: NewId) -> int:
    """The next of the session's workspace, at most `BATCH`. Returns how many."""
    conversation_ids = await next_to_recount(session, limit=BATCH)
    await count_clocks(session, conversation_ids, is_recount=True, now=now, new_id=new_id)
    return len(conversation_ids)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What all conversations of a workspace go by."""

    policies: Sequence[Policy]
    fields: Fields
    hours: Hours
    has_pauses: bool
    window_reminder: timedelta


async def count_clocks(
    session: Session, conversation_ids: Sequence[UUID], *, is_recount: bool, now: datetime, new_id: NewId
) -> None:
    """A dozen statements for any number of conversations; none of their locks is held while anything is computed."""
    timed = {one.id: one for one in await read_timed(session, conversation_ids)} if conversation_ids else {}
    if not timed:
        return
    going = [one for one in timed.values() if one.since is not None]
    rules = await _load_rules(session) if going else None
    before = await read_deadlines(session, list(timed), is_locked=True)
    wanted = await _wanted(session, rules, going, before, now) if rules is not None else {}
    kept: list[tuple[UUID, Kept]] = []
    due: dict[UUID, datetime | None] = {}
    changed: list[Timed] = []
    for id, one in timed.items():
        was, is_now = before.get(id, {}), wanted.get(id, {})
        new = [
            clock
            for name in Clock
            if (clock := kept_clock(was.get(name), is_now.get(name), is_recount=is_recount, now=now)) is not None
            and clock != was.get(name)
        ]
        kept += [(id, clock) for clock in new]
        due_at = due_of(one, is_now, now=now)
        if due_at != one.due_at:
            due[id] = due_at
        if one.since is not None and (new or due_at != one.due_at):
            changed.append(one)
    await keep_clocks(session, kept)
    await set_due(session, due)
    session.record(*(changed_event(session, one, now=now, new_id=new_id) for one in changed))


def due_of(timed: Timed, clocks: Clocks, *, now: datetime) -> datetime | None:
    """What is due next of a conversation by its clocks. None: nobody waits, or their clock stands still."""
    if timed.since is None:
        return None
    promised = clocks.get(Clock.REPLY)
    return next_due(
        waiting_since=timed.since,
        window_closes_at=timed.window_closes_at,
        promised_at=None if promised is None else promised.due_at,
        now=now,
    )


def changed_event(session: Session, timed: Timed, *, now: datetime, new_id: NewId) -> Event:
    """The row of the conversation goes with it."""
    assert session.workspace_id is not None  # the edge opens the transaction for one workspace
    return Event(
        id=new_id(),
        workspace_id=session.workspace_id,
        kind=EventKind.DEADLINES_CHANGED,
        at=now,
        conversation_id=timed.id,
        contact_id=timed.contact_id,
        channel_id=timed.channel_id,
    )


async def _load_rules(session: Session) -> _Rules:
    return _Rules(
        policies=await list_policies(session),
        fields=await load_fields(session),
        hours=await read_hours(session),
        has_pauses=await has_pauses(session),
        window_reminder=timedelta(minutes=(await get_workspace(session)).settings.window_reminder_min),
    )


async def _wanted(
    session: Session, rules: _Rules, going: Sequence[Timed], before: Mapping[UUID, Clocks], now: datetime
) -> dict[UUID, dict[Clock, Kept]]:
    policies = await _policies_of(session, rules, going, now)
    promised = [one for one in going if policies[one.id] is not None]
    known = {one.id: kept for one in promised if (kept := _known_reply(one, before)) is not None}
    answered = await find_answered(session, [one.id for one in promised if one.id not in known])
    entries = await _read_threads(session, rules, promised, policies)
    return {
        one.id: wanted_clocks(
            Standing(
                since=one.since,
                window_closes_at=one.window_closes_at,
                is_first=known[one.id].is_first if one.id in known else one.id not in answered,
                reply=_reply_run(one, entries),
                resolution=_resolution_run(one, entries, policies[one.id]),
            ),
            policies[one.id],
            rules.hours.of(channel_id=one.channel_id, team_id=one.team_id),
            window_reminder=rules.window_reminder,
            now=now,
        )
        for one in going
    }


async def _policies_of(
    session: Session, rules: _Rules, going: Sequence[Timed], now: datetime
) -> dict[UUID, Policy | None]:
    """Facts are read only where a condition asks for some."""
    asked = fields_asked(rules.policies, rules.fields)
    facts: Mapping[UUID, Facts] = {}
    if asked:
        assert session.workspace_id is not None  # the edge opens the transaction for one workspace
        facts = await load_facts(
            await session.raw(),
            workspace_id=session.workspace_id,
            conversation_ids=[one.id for one in going],
            now=now,
            fields=asked,
        )
    return {one.id: find_policy(rules.policies, facts.get(one.id, {}), now=now, fields=asked) for one in going}


def _known_reply(timed: Timed, before: Mapping[UUID, Clocks]) -> Kept | None:
    """Whether this wait is a first one was found out when it began."""
    known = before.get(timed.id, {}).get(Clock.REPLY)
    return known if known is not None and known.since == timed.since else None


async def _read_threads(
    session: Session, rules: _Rules, promised: Iterable[Timed], policies: Mapping[UUID, Policy | None]
) -> dict[UUID, list[Entry]]:
    """What the clocks heed: of whom an end is promised from the beginning on, else since the last answer, and only
    where there are stages in which clocks stand still."""
    whole: dict[UUID, datetime | None] = {}
    parts: dict[UUID, datetime | None] = {}
    for one in promised:
        policy = policies[one.id]
        if policy is not None and policy.resolution is not None:
            whole[one.id] = one.created_at
        elif rules.has_pauses:
            parts[one.id] = None
    return {**await read_entries(session, parts), **await read_entries(session, whole)}


def _reply_run(timed: Timed, entries: Mapping[UUID, Sequence[Entry]]) -> Run | None:
    since = timed.since
    return None if since is None or timed.id not in entries else reply_run(since, entries[timed.id])


def _resolution_run(timed: Timed, entries: Mapping[UUID, Sequence[Entry]], policy: Policy | None) -> Run | None:
    if policy is None or policy.resolution is None or timed.id not in entries:
        return None
    return resolution_run(entries[timed.id])
