"""A rule tried on the past sees each conversation as it stood then."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from threadline.core.acts import NoteAct
from threadline.core.automation import Occasion, Rule, Trigger
from threadline.core.events import Event, EventKind
from threadline.core.filter import FIELDS, Condition, Facts, Group, Operator
from threadline.core.rule_trial import (
    Called,
    Past,
    Reached,
    Word,
    before,
    calls_of,
    silences_over,
    waits_over,
    windows_over,
)
from threadline.core.waiting import Entry, Step

NOW = datetime(2026, 5, 11, 12, 0, tzinfo=UTC)
CHAT, ANA, REFUND = UUID(int=1), UUID(int=2), UUID(int=3)


def _ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def _past(
    kind: EventKind, hours: float, line: str = "", previous_state: str = "", **data: str | int | bool | None
) -> Past:
    event = Event(id=UUID(int=9), workspace_id=UUID(int=8), kind=kind, at=_ago(hours), conversation_id=CHAT, data=data)
    return Past(event, line, {"previous_state": previous_state} if previous_state else {})


def _heard(hours: float) -> Past:
    return _past(EventKind.MESSAGE_RECEIVED, hours, direction="incoming")


def _calls(rule: Rule, past: list[Past], reached: list[Reached], facts: Facts) -> list[Called]:
    return list(calls_of(rule, past, reached, {CHAT: facts}, {CHAT: None}, fields=FIELDS))


def _rule(on: Occasion, *conditions: Condition, of: tuple[str, ...] = (), minutes: int = 0) -> Rule:
    return Rule(
        id=UUID(int=7),
        name="x",
        trigger=Trigger(on=on, of=of, minutes=minutes),
        filter=Group(of=conditions),
        acts=[NoteAct(text="x")],
        on_since=NOW,
    )


FACTS: Facts = {
    "state": "resolved",
    "assignee": None,
    "team": None,
    "priority": "0",
    "label": frozenset[UUID](),
    "received": 3,
    "waiting": False,
    "waiting_since": None,
    "hours_now": True,
}


def test_each_call_is_asked_of_the_conversation_as_it_stood_then() -> None:
    urgent = Condition(field="priority", operator=Operator.ANY_OF, values=("3",))
    labelled = Condition(field="label", operator=Operator.ANY_OF, values=(str(REFUND),))
    past = [
        _heard(9),
        _past(EventKind.CONVERSATION_CHANGED, 8, "priority", priority=3, previous_priority=0),
        _past(EventKind.CONVERSATION_CHANGED, 7, "labelled", label_id=str(REFUND), is_added=True),
        _heard(6),
        _past(EventKind.CONVERSATION_CHANGED, 5, "unlabelled", label_id=str(REFUND), is_added=False),
        _heard(4),
        _past(EventKind.CONVERSATION_CHANGED, 3, "priority", priority=0, previous_priority=3),
        _heard(2),
    ]
    calls = _calls(_rule(Occasion.HEARD, urgent, labelled), past, [], FACTS)
    assert [(one.at, one.is_meant, one.holds) for one in calls] == [
        (_ago(2), False, [False, False]),
        (_ago(4), False, [True, False]),
        (_ago(6), True, [True, True]),
        (_ago(9), False, [False, False]),
    ]


def test_taking_events_back_leads_to_how_it_began() -> None:
    past = [
        _heard(9),
        _past(EventKind.CONVERSATION_CHANGED, 8, "assigned", state="open", assignee_id=str(ANA),
              previous_assignee_id=None, team_id=None, previous_team_id=str(UUID(int=5))),
        _past(EventKind.CONVERSATION_CHANGED, 7, "resolved", "open", state="resolved"),
    ]  # fmt: skip
    facts: Facts = {**FACTS, "assignee": ANA}
    for one in reversed(past):
        facts = before(facts, one)
    assert (facts["state"], facts["assignee"], facts["team"], facts["received"]) == ("open", None, UUID(int=5), 2)


def test_who_wrote_waited_at_that_moment_and_what_the_rule_did_itself_calls_it_not() -> None:
    waits = Condition(field="waiting", operator=Operator.YES)
    own = Past(msgspec.structs.replace(_heard(1).event, actor_id=UUID(int=7)))
    calls = _calls(_rule(Occasion.HEARD, waits), [_heard(2), own], [], FACTS)
    assert [(one.at, one.is_meant) for one in calls] == [(_ago(2), True)]


@pytest.mark.parametrize(("minutes", "expected"), [(30, [_ago(4.5), _ago(1.5)]), (90, [_ago(3.5)]), (600, [])])
def test_waits_that_were_long_enough_are_found_once_each(minutes: int, expected: list[datetime]) -> None:
    entries = [
        Entry(Step.ASKED, _ago(5)),
        Entry(Step.ASKED, _ago(4)),
        Entry(Step.ANSWERED, _ago(3)),
        Entry(Step.ASKED, _ago(2)),
        Entry(Step.ANSWERED, _ago(1)),
    ]
    trigger = Trigger(on=Occasion.NO_REPLY, minutes=minutes)
    assert [one.at for one in waits_over(trigger, CHAT, entries, None, until=NOW)] == expected


def test_silence_begins_with_our_last_word_and_ends_with_any() -> None:
    words = [Word(_ago(9), True), Word(_ago(8), True), Word(_ago(5), False), Word(_ago(4), True)]
    trigger = Trigger(on=Occasion.SILENT, minutes=120)
    found = list(silences_over(trigger, CHAT, words, None, until=NOW))
    assert [(one.began_at, one.at) for one in found] == [(_ago(8), _ago(6)), (_ago(4), _ago(2))]


def test_a_window_is_about_to_close_unless_the_customer_writes() -> None:
    words = [Word(_ago(30), False), Word(_ago(29), True), Word(_ago(25), False)]
    trigger = Trigger(on=Occasion.WINDOW, minutes=60)
    found = list(windows_over(trigger, CHAT, words, timedelta(hours=24), until=NOW))
    assert [(one.at, one.began_at) for one in found] == [(_ago(2), _ago(1))]


def test_a_time_that_was_over_is_asked_as_it_stood() -> None:
    mine = Condition(field="assignee", operator=Operator.ANY_OF, values=(str(ANA),))
    given = _past(EventKind.CONVERSATION_CHANGED, 3, "unassigned", assignee_id=None, previous_assignee_id=str(ANA))
    reached = [Reached(CHAT, _ago(4), _ago(5)), Reached(CHAT, _ago(2), _ago(2.5))]
    calls = _calls(_rule(Occasion.NO_REPLY, mine, minutes=60), [given], reached, FACTS)
    assert [(one.at, one.is_meant) for one in calls] == [(_ago(2), False), (_ago(4), True)]
