"""Which rules an event calls, told a second time without haste; what rules may be; and when their times are over."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from threadline.core.acts import (
    Act,
    AssignAct,
    LabelsAct,
    NoteAct,
    PriorityAct,
    References,
    ReplyAct,
    ReplyOwner,
    SnoozeAct,
    TaskAct,
)
from threadline.core.automation import (
    MOST_DEPTH,
    MOST_RUNS,
    Happening,
    Moments,
    Occasion,
    Rule,
    RuleSet,
    Trigger,
    check_rule,
    due_of,
    find_broken,
    happenings,
    holding,
    run_id_of,
    stops,
)
from threadline.core.calendar import Calendar, Period
from threadline.core.conversation import ConversationState
from threadline.core.errors import ThreadlineError
from threadline.core.events import Event, EventKind
from threadline.core.filter import (
    FIELDS,
    Asker,
    Condition,
    Fact,
    Facts,
    Field,
    Group,
    Kind,
    Operator,
    Use,
    check_filter,
    matches,
)

NOW = datetime(2026, 5, 11, 12, 0, tzinfo=UTC)
IDS = [UUID(int=number) for number in range(1, 6)]
KNOWN = References(
    agent_ids=frozenset(IDS), team_ids=frozenset(IDS), label_ids=frozenset(IDS), stage_ids=frozenset(IDS)
)
EVERYTHING = Group()


def _rule(
    acts: Sequence[Act] = (NoteAct(text="Look"),),
    *,
    on: Occasion = Occasion.HEARD,
    of: tuple[str, ...] = (),
    minutes: int = 0,
    is_business_time: bool = False,
    filter: Group = EVERYTHING,
    number: int = 1,
    **more: object,
) -> Rule:
    rule = Rule(
        id=UUID(int=number),
        name=f"Rule {number}",
        trigger=Trigger(on=on, of=of, minutes=minutes, is_business_time=is_business_time),
        filter=filter,
        acts=list(acts),
        on_since=NOW - timedelta(days=30),
    )
    return msgspec.structs.replace(rule, **more)


# Matching ------------------------------------------------------------------------------------------------------------


def _slow(rules: Sequence[Rule], happening: Happening, facts: Facts) -> list[Rule]:
    """The twin: reads every condition anew for every rule."""
    return [
        rule
        for rule in rules
        if rule.is_on
        and not rule.paused
        and rule.trigger.on is happening.on
        and (not rule.trigger.of or happening.which in rule.trigger.of)
        and matches(rule.filter, facts, asker=Asker(NOW), fields=FIELDS)
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_compiled_set_says_what_each_rule_says_by_itself(seed: int) -> None:
    chance = random.Random(seed)
    rules = [
        _rule(
            on=chance.choice([Occasion.HEARD, Occasion.LABELLED]),
            of=tuple(str(one) for one in chance.sample(IDS, chance.randint(0, 2))),
            filter=_random_filter(chance),
            number=number,
            is_on=chance.random() < 0.9,
            paused=chance.choice(["", "", "", "circle"]),
        )
        for number in range(1, 13)
    ]
    compiled = RuleSet(rules, FIELDS)
    for _ in range(25):
        facts = {field.id: _random_fact(chance, field) for field in FIELDS.values()}
        happening = Happening(chance.choice([Occasion.HEARD, Occasion.LABELLED]), str(chance.choice(IDS)))
        found = compiled.matching(happening, facts, now=NOW)
        assert found == _slow(rules, happening, facts), f"seed {seed}"
        assert found == [one for one in compiled.asked_for(happening) if compiled.matches(one, facts, now=NOW)]
        assert compiled.waits_for(happening) or not found


def _random_filter(chance: random.Random, depth: int = 1) -> Group:
    parts: list[Condition | Group] = [_random_condition(chance) for _ in range(chance.randint(0, 3))]
    if depth < 3 and chance.random() < 0.3:
        parts.append(_random_filter(chance, depth + 1))
    return Group(match=chance.choice(["all", "any"]), of=tuple(parts))


def _random_condition(chance: random.Random) -> Condition:
    field = chance.choice([one for one in FIELDS.values() if Use.RULES in one.uses])
    operator = chance.choice(field.operators)
    condition = Condition(field=field.id, operator=operator, values=_random_values(chance, field, operator))
    check_filter(Group(of=(condition,)), use=Use.RULES, fields=FIELDS)
    return condition


def _random_values(chance: random.Random, field: Field, operator: Operator) -> tuple[str, ...]:
    if operator in (Operator.YES, Operator.NO, Operator.EMPTY, Operator.PRESENT):
        return ()
    if operator in (Operator.IN_LAST, Operator.LONGER_AGO, Operator.IN_NEXT, Operator.LATER_THAN):
        return (chance.choice(["5m", "4h", "3d"]),)
    match field.kind:
        case Kind.TIME:
            return ((NOW + timedelta(hours=chance.randint(-50, 50))).isoformat(),)
        case Kind.NUMBER:
            return (str(chance.randint(0, 5)),)
        case Kind.TEXT:
            return (chance.choice(["ana", "b", "Én"]),)
        case Kind.CHOICE | Kind.CHOICES | Kind.COUNTRY:
            return tuple(chance.sample(field.options[:5], min(2, len(field.options))))
        case _:
            return tuple(str(one) for one in chance.sample(IDS, chance.randint(1, 3)))


def _random_fact(chance: random.Random, field: Field) -> Fact:
    if field.is_optional and chance.random() < 0.25:
        return frozenset() if field.kind in (Kind.LABELS, Kind.AGENTS, Kind.CHOICES) else None
    match field.kind:
        case Kind.BOOLEAN:
            return chance.random() < 0.5
        case Kind.TIME:
            return NOW + timedelta(minutes=chance.randint(-3000, 3000))
        case Kind.NUMBER:
            return chance.choice([0, 1, 3, Decimal(4)])
        case Kind.TEXT:
            return chance.choice(["Ana", "Ben", "enrico"])
        case Kind.CHOICE | Kind.COUNTRY:
            return chance.choice(field.options[:5])
        case Kind.CHOICES:
            return frozenset(field.options[:1])
        case Kind.LABELS | Kind.AGENTS:
            return frozenset(chance.sample(IDS, chance.randint(0, 3)))
        case _:
            return chance.choice(IDS)


def test_only_what_a_condition_asks_for_has_to_be_read() -> None:
    urgent = Group(of=(Condition(field="priority", operator=Operator.ANY_OF, values=("3",)),))
    off = Group(of=(Condition(field="contact.vip", operator=Operator.YES),))
    rules = [_rule(filter=urgent), _rule(filter=off, number=2, is_on=False)]
    assert set(RuleSet(rules, FIELDS).fields) == {"priority"}


def test_each_condition_says_whether_it_holds() -> None:
    asked = Group(
        match="any",
        of=(
            Condition(field="priority", operator=Operator.ANY_OF, values=("3",)),
            Group(of=(Condition(field="contact.vip", operator=Operator.YES),)),
        ),
    )
    facts: Facts = {"priority": "3", "contact.vip": False}
    assert holding(asked, facts, now=NOW, fields=FIELDS) == [True, False]


# What events are -----------------------------------------------------------------------------------------------------


def _event(kind: EventKind, **data: str | int | bool | None) -> Event:
    return Event(id=IDS[0], workspace_id=IDS[1], kind=kind, at=NOW, conversation_id=IDS[2], data=data)


@pytest.mark.parametrize(
    ("event", "line", "expected"),
    [
        (_event(EventKind.CONVERSATION_STARTED, state="open"), "", [Happening(Occasion.STARTED)]),
        (_event(EventKind.MESSAGE_RECEIVED, direction="incoming"), "", [Happening(Occasion.HEARD)]),
        (
            _event(EventKind.MESSAGE_RECEIVED, direction="incoming"),
            "missed_call",
            [Happening(Occasion.HEARD), Happening(Occasion.MISSED_CALL)],
        ),
        (_event(EventKind.MESSAGE_RECEIVED, direction="incoming", is_history=True), "", []),
        (_event(EventKind.MESSAGE_RECEIVED, direction="outgoing"), "", [Happening(Occasion.ANSWERED)]),
        (_event(EventKind.MESSAGE_QUEUED, by="agent"), "", [Happening(Occasion.ANSWERED)]),
        (_event(EventKind.MESSAGE_QUEUED, by="system", automatic="rule"), "", []),
        (_event(EventKind.MESSAGE_STATUS_CHANGED, status="failed"), "", [Happening(Occasion.NOT_DELIVERED)]),
        (_event(EventKind.MESSAGE_STATUS_CHANGED, status="read"), "", []),
        (_event(EventKind.DEADLINE_REACHED, what="warning"), "", [Happening(Occasion.WARNED)]),
        (_event(EventKind.DEADLINE_REACHED, what="missed"), "", [Happening(Occasion.MISSED)]),
        (_event(EventKind.CONVERSATION_CHANGED, field_id="f"), "", [Happening(Occasion.FIELD, "f")]),
        (_event(EventKind.CONVERSATION_CHANGED, label_id="l"), "labelled", [Happening(Occasion.LABELLED, "l")]),
        (_event(EventKind.CONVERSATION_CHANGED, state="resolved"), "resolved", [Happening(Occasion.STATE, "resolved")]),
        (
            _event(EventKind.CONVERSATION_CHANGED, state="open", assignee_id="a", team_id="t"),
            "assigned",
            [Happening(Occasion.ASSIGNED)],
        ),
        (
            _event(EventKind.CONVERSATION_CHANGED, state="open", assignee_id="a", team_id="t"),
            "team_assigned",
            [Happening(Occasion.TEAM, "t")],
        ),
        (_event(EventKind.CONVERSATION_CHANGED, state="open"), "number_changed", []),
        (_event(EventKind.CONVERSATION_CHANGED, rule_id="r"), "rule_ran", []),
        (_event(EventKind.LABEL_CREATED), "", []),
    ],
)
def test_what_an_event_means_to_rules(event: Event, line: str, expected: list[Happening]) -> None:
    assert happenings(event, line) == expected


def test_a_run_is_known_by_its_rule_and_its_cause() -> None:
    assert run_id_of(IDS[0], "x") == run_id_of(IDS[0], "x")
    assert len({run_id_of(IDS[0], "x"), run_id_of(IDS[0], "y"), run_id_of(IDS[1], "x")}) == 3


@pytest.mark.parametrize(
    ("depth", "lately", "expected"),
    [(0, 0, None), (MOST_DEPTH - 1, MOST_RUNS - 1, None), (MOST_DEPTH, 0, "circle"), (0, MOST_RUNS, "too_often")],
)
def test_circles_and_haste_are_stopped(depth: int, lately: int, expected: str | None) -> None:
    assert stops(depth=depth, runs_lately=lately) == expected


# What rules may be ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        (_rule([]), "no_acts"),
        (_rule(on=Occasion.NO_REPLY), "rule_needs_time"),
        (_rule(of=("open",)), "rule_odd_which"),
        (_rule(on=Occasion.STATE, of=("closed",)), "rule_odd_which"),
        (_rule(on=Occasion.LABELLED, of=("not an id",)), "rule_odd_which"),
        (_rule(on=Occasion.LABELLED, of=(str(UUID(int=99)),)), "no_such_label"),
        (_rule(on=Occasion.STAGE, of=(str(UUID(int=99)),)), "no_such_stage"),
        (_rule(on=Occasion.TEAM, of=(str(UUID(int=99)),)), "no_such_team"),
        (_rule(on=Occasion.FIELD, of=(str(UUID(int=99)),)), "no_such_field"),
        (_rule([ReplyAct(text="One"), ReplyAct(text="Two")]), "rule_one_message"),
        (_rule([AssignAct(is_me=True)]), "rule_has_no_me"),
        (_rule([TaskAct(title="x", is_mine=True)]), "rule_has_no_me"),
        (_rule([SnoozeAct(until=NOW)]), "rule_snooze_for"),
        (_rule([ReplyAct(text="{{agent.name}} is here")]), "place_unknown"),
        (_rule([ReplyAct(text="Hello {{contact.first_name}}")]), "closing_needs_default"),
        (_rule([LabelsAct(add=[UUID(int=99)])]), "no_such_label"),
        (
            _rule(filter=Group(of=(Condition(field="assignee", operator=Operator.ANY_OF, values=("me",)),))),
            "filter_no_me",
        ),
        (_rule(filter=Group(of=(Condition(field="unread", operator=Operator.YES),))), "filter_field_gone"),
        (
            _rule(filter=Group(of=(Condition(field="team", operator=Operator.NONE_OF, values=(str(UUID(int=99)),)),))),
            "no_such_team",
        ),
    ],
)
def test_what_a_rule_may_not_be(rule: Rule, reason: str) -> None:
    with pytest.raises(ThreadlineError) as refused:
        check_rule(rule, fields=FIELDS, known=KNOWN)
    assert refused.value.reason == reason


def test_what_names_what_is_there_may_be() -> None:
    rule = _rule(
        [ReplyAct(text='Hello {{contact.first_name | default: "there"}}'), PriorityAct(priority=3)],
        on=Occasion.LABELLED,
        of=(str(IDS[0]),),
        filter=Group(of=(Condition(field="team", operator=Operator.ANY_OF, values=(str(IDS[0]),)),)),
    )
    check_rule(rule, fields=FIELDS, known=KNOWN)
    assert find_broken(rule, fields=FIELDS, known=KNOWN) is None


@pytest.mark.parametrize(
    ("known", "place"),
    [
        (replace(KNOWN, team_ids=frozenset()), -1),
        (replace(KNOWN, label_ids=frozenset()), 1),
    ],
)
def test_what_is_gone_breaks_the_whole_rule(known: References, place: int) -> None:
    rule = _rule(
        [PriorityAct(priority=3), LabelsAct(add=[IDS[0]])],
        filter=Group(of=(Condition(field="team", operator=Operator.NONE_OF, values=(str(IDS[0]),)),)),
    )
    broken = find_broken(rule, fields=FIELDS, known=known)
    assert broken is not None
    assert broken.place == place


def test_a_saved_reply_of_one_agent_is_nobodys_rule() -> None:
    known = replace(KNOWN, replies={IDS[0]: ReplyOwner(agent_id=IDS[1])})
    with pytest.raises(ThreadlineError) as refused:
        check_rule(_rule([ReplyAct(reply_id=IDS[0])]), fields=FIELDS, known=known)
    assert refused.value.reason == "reply_not_theirs"


# Times ---------------------------------------------------------------------------------------------------------------


OFFICE = Calendar(zone="Europe/Berlin", week=tuple([(Period(from_minute=540, to_minute=1080),)] * 5 + [()] * 2))
MOMENTS = Moments(
    state=ConversationState.OPEN,
    waiting_since=NOW - timedelta(minutes=5),
    silent_since=NOW - timedelta(minutes=7),
    window_closes_at=NOW + timedelta(hours=2),
)


@pytest.mark.parametrize(
    ("on", "minutes", "due_at"),
    [
        (Occasion.NO_REPLY, 10, NOW + timedelta(minutes=5)),
        (Occasion.SILENT, 10, NOW + timedelta(minutes=3)),
        (Occasion.WINDOW, 60, NOW + timedelta(hours=1)),
    ],
)
def test_when_a_time_is_over(on: Occasion, minutes: int, due_at: datetime) -> None:
    due = due_of(_rule(on=on, minutes=minutes), MOMENTS, None)
    assert due is not None
    assert due.due_at == due_at
    assert due_of(_rule(on=on, minutes=minutes), replace(MOMENTS, state=ConversationState.RESOLVED), None) is None
    nothing = replace(MOMENTS, waiting_since=None, silent_since=None, window_closes_at=None)
    assert due_of(_rule(on=on, minutes=minutes), nothing, None) is None


def test_only_business_hours_count_where_a_rule_says_so() -> None:
    friday = datetime(2026, 5, 8, 15, 50, tzinfo=UTC)  # 17:50 in Berlin, ten minutes before it closes
    rule = _rule(on=Occasion.NO_REPLY, minutes=30, is_business_time=True)
    due = due_of(rule, replace(MOMENTS, waiting_since=friday), OFFICE)
    assert due is not None
    assert due.due_at == datetime(2026, 5, 11, 7, 20, tzinfo=UTC)


def test_what_was_over_before_the_rule_was_does_not_count() -> None:
    long_ago = replace(MOMENTS, waiting_since=NOW - timedelta(days=3))
    assert due_of(_rule(on=Occasion.NO_REPLY, minutes=10, on_since=NOW), long_ago, None) is None
    assert due_of(_rule(on=Occasion.NO_REPLY, minutes=3 * 1440, on_since=NOW), long_ago, None) is not None
