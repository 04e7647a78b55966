"""The times that rules wait for: counted from what happens, and acted upon once each.

A time is a row of its rule and conversation. What the thread says decides when it is due, and is asked anew before it
acts, under the conversation's lock: an answer, or a word of the customer, cancels it whoever has heard of it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.run_rules import Running, read_rule_set
from threadline.channels.contract import ChannelType
from threadline.core.automation import Due, Rule, RuleSet, due_of, run_id_of
from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.store import automation
from threadline.store.automation import DueTimer, Timed
from threadline.store.calendars import Hours, read_hours
from threadline.store.events import NumberedEvent
from threadline.store.session import Session

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
    {EventKind.RULE_CHANGED, EventKind.CALENDAR_CHANGED, EventKind.TEAM_CHANGED, EventKind.CHANNEL_CHANGED}
)
COUNTED: Final = _OF_CONVERSATIONS | _OF_EVERYTHING
RECOUNTED: Final = 500
ACTED: Final = 50
"""So many in one transaction: each may change a conversation, and whoever waits for one waits for all of these."""


async def keep_rule_timers(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """Of the conversations that these events of one workspace touched. Other rules or hours ask for a recount."""
    given = [one.event for one in events]
    rules = await read_rule_set(session)
    kinds = {one.kind for one in given}
    if EventKind.RULE_CHANGED in kinds or (rules.has_times and kinds & _OF_EVERYTHING):
        await automation.ask_for_recount(session)
    if not rules.has_times:
        return
    touched = {one.conversation_id for one in given if one.kind in _OF_CONVERSATIONS and one.conversation_id}
    await count_times(session, rules, sorted(touched))


async def recount_rule_timers(session: Session) -> int:
    """The next of the session's workspace. Returns how many."""
    conversation_ids = await automation.next_to_recount(session, limit=RECOUNTED)
    await count_times(session, await read_rule_set(session), conversation_ids)
    return len(conversation_ids)


async def count_times(session: Session, rules: RuleSet, conversation_ids: Sequence[UUID]) -> None:
    """A handful of statements for any number of conversations."""
    if not conversation_ids:
        return
    timed = await automation.read_moments(session, conversation_ids)
    hours = await read_hours(session)
    wanted = {
        (rule.id, one.id): due
        for one in timed.values()
        for rule in rules.timed()
        if (due := _due(rule, one, hours)) is not None
    }
    await automation.keep_timers(session, conversation_ids, wanted)


async def act_on_rule_timers(
    session: Session, *, now: datetime, new_id: NewId, find_type: Callable[[str], ChannelType]
) -> int:
    """At most `ACTED` of the session's workspace, those due longest first. Returns how many were claimed."""
    claimed = await automation.claim_due(session, limit=ACTED)
    if not claimed:
        return 0
    rules = await read_rule_set(session)
    hours = await read_hours(session)
    running = Running(session, rules, now, new_id, find_type)
    by_id = {one.id: one for one in rules.timed()}
    for timer in claimed:
        rule = by_id.get(timer.rule_id)
        # One after the other: what a rule does counts for the next one of the same conversation.
        timed = (await automation.read_moments(session, [timer.conversation_id])).get(timer.conversation_id)
        due = None if rule is None or timed is None else _due(rule, timed, hours)
        if rule is None or due is None or due.began_at != timer.began_at:
            await automation.drop_timer(session, timer)
        elif due.due_at <= now:
            await automation.settle_timer(session, timer)
            await _act(running, rule, timer)
        else:
            await automation.keep_timers(session, [], {(rule.id, timer.conversation_id): due})
    return len(claimed)


async def _act(running: Running, rule: Rule, timer: DueTimer) -> None:
    facts = await running.load_facts(timer.conversation_id)
    if facts is None or not running.rules.matches(rule, facts, now=running.now):
        return
    run_id = run_id_of(rule.id, f"{timer.conversation_id} {timer.began_at.isoformat()}")
    if not await automation.find_runs(running.session, [run_id]):
        await running.run(rule, timer.conversation_id, run_id, on=rule.trigger.on, event=None)


def _due(rule: Rule, one: Timed, hours: Hours) -> Due | None:
    return due_of(rule, one.moments, hours.of(channel_id=one.channel_id, team_id=one.team_id))
