"""Try a rule on what happened: where it would have run and why, and where it was called in vain. Nothing is done."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from threadline.channels.contract import ChannelType
from threadline.core.automation import TIMES, Occasion, Rule, check_rule
from threadline.core.calendar import Calendar
from threadline.core.filter import Facts
from threadline.core.permission import Caller
from threadline.core.personal import PersonName
from threadline.core.rule_trial import Called, Reached, calls_of, silences_over, waits_over, windows_over
from threadline.store.calendars import read_hours
from threadline.store.clocks import read_entries
from threadline.store.filters import load_facts, load_fields
from threadline.store.macros import load_references, templates_of
from threadline.store.past import Seen, read_past, read_seen, read_words
from threadline.store.session import Session

SPAN: Final = timedelta(days=7)
MOST_EVENTS: Final = 20_000
MOST_CONVERSATIONS: Final = 5_000
MOST_IN_VAIN: Final = 50
_PART: Final = 500


class TriedConversation(msgspec.Struct, frozen=True, kw_only=True):
    conversation_id: UUID
    customer: PersonName
    times: int
    """How often it would have run here; in vain, how often it was called."""
    at: datetime
    """The last time."""
    holds: list[bool]
    """Of each condition, from left to right, whether it held then."""


class RuleTrial(msgspec.Struct, frozen=True, kw_only=True):
    since: datetime
    meant: list[TriedConversation]
    """Every conversation in which it would have run, the latest first."""
    in_vain: list[TriedConversation]
    """Some in which it was called, and a condition did not hold."""
    in_vain_count: int
    is_cut: bool
    """More happened than is looked at: the oldest of it was left out."""


async def try_rule(
    session: Session, *, caller: Caller, rule: Rule, now: datetime, find_type: Callable[[str], ChannelType]
) -> RuleTrial:
    """Over the last seven days, in conversations that the caller sees. Raises Invalid as saving the rule does."""
    fields = await load_fields(session)
    check_rule(rule, fields=fields, known=await load_references(session, templates_of(rule.acts), reader=caller))
    since = now - SPAN
    past = await read_past(session, caller, since=since, limit=MOST_EVENTS)
    is_time = rule.trigger.on in TIMES
    ids = sorted({one.event.conversation_id for one in past if one.event.conversation_id is not None})
    back = since - timedelta(minutes=rule.trigger.minutes)
    seen = await read_seen(session, caller, ids=None if is_time else ids, since=back, limit=MOST_CONVERSATIONS)
    known = await read_hours(session)
    hours = {one.id: known.of(channel_id=one.channel_id, team_id=one.team_id) for one in seen}
    reached = await _reached(session, rule, seen, hours, back=back, now=now, find_type=find_type) if is_time else []
    calls = calls_of(
        rule,
        past,
        [one for one in reached if one.at >= since],
        await _facts(session, [one.id for one in seen], now),
        hours,
        fields=fields,
    )
    return _told(list(calls), {one.id: one.customer for one in seen}, since, is_cut=len(past) == MOST_EVENTS)


async def _facts(session: Session, ids: Sequence[UUID], now: datetime) -> dict[UUID, Facts]:
    assert session.workspace_id is not None
    found: dict[UUID, Facts] = {}
    fields = await load_fields(session)
    for start in range(0, len(ids), _PART):
        found |= await load_facts(
            await session.raw(),
            workspace_id=session.workspace_id,
            conversation_ids=ids[start : start + _PART],
            now=now,
            fields=fields,
        )
    return found


async def _reached(
    session: Session,
    rule: Rule,
    seen: Sequence[Seen],
    hours: Mapping[UUID, Calendar | None],
    *,
    back: datetime,
    now: datetime,
    find_type: Callable[[str], ChannelType],
) -> list[Reached]:
    ids, trigger = [one.id for one in seen], rule.trigger
    if trigger.on is Occasion.NO_REPLY:
        threads = await read_entries(session, dict.fromkeys(ids, back))
        return [
            one
            for id, entries in threads.items()
            if entries
            for one in waits_over(trigger, id, entries, hours[id], until=now)
        ]
    words = await read_words(session, ids, since=back - SPAN)
    if trigger.on is Occasion.SILENT:
        return [one for id, said in words.items() for one in silences_over(trigger, id, said, hours[id], until=now)]
    windows = {one.id: find_type(one.channel_type).manifest.capabilities.window for one in seen}
    return [
        one
        for id, said in words.items()
        if (window := windows[id]) is not None
        for one in windows_over(trigger, id, said, window, until=now)
    ]


def _told(calls: Sequence[Called], customers: Mapping[UUID, PersonName], since: datetime, *, is_cut: bool) -> RuleTrial:
    meant = _by_conversation([one for one in calls if one.is_meant], customers)
    known = {one.conversation_id for one in meant}
    in_vain = _by_conversation(
        [one for one in calls if not one.is_meant and one.conversation_id not in known], customers
    )
    return RuleTrial(
        since=since, meant=meant, in_vain=in_vain[:MOST_IN_VAIN], in_vain_count=len(in_vain), is_cut=is_cut
    )


def _by_conversation(calls: Sequence[Called], customers: Mapping[UUID, PersonName]) -> list[TriedConversation]:
    grouped: dict[UUID, list[Called]] = {}
    for one in calls:
        grouped.setdefault(one.conversation_id, []).append(one)
    return [
        TriedConversation(
            conversation_id=id, customer=customers[id], times=len(ones), at=ones[0].at, holds=list(ones[0].holds)
        )
        for id, ones in grouped.items()
    ]
