"""Automation rules: when something happens, or a time is over, and the conditions hold, the desk acts by itself. Pure.

A rule has an occasion, a filter over the one registry of fields, and acts of the one vocabulary. Rules are asked in
their order. Each run of one is all of its acts or none, and is kept with its reason
(docs/decisions/0042-how-rules-run.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID, uuid5

import msgspec

from threadline.core.acts import (
    Act,
    AssignAct,
    Broken,
    NoteAct,
    References,
    ReplyAct,
    ReplyOwner,
    SnoozeAct,
    TaskAct,
    TemplateAct,
    broken_acts,
    check_acts,
    is_message,
)
from threadline.core.calendar import Calendar
from threadline.core.compiled_filter import Test, compile_filter
from threadline.core.conversation import ConversationState
from threadline.core.errors import Invalid, ThreadlineError
from threadline.core.events import Event, EventKind
from threadline.core.filter import (
    Asker,
    Condition,
    Facts,
    Field,
    Fields,
    Filter,
    Group,
    Kind,
    Use,
    check_filter,
    conditions_of,
    matches,
)
from threadline.core.label import label_key
from threadline.core.saved_reply import ReplyVariable, unsure_places, variables_in
from threadline.core.sla import Run, moment_after

MOST_RULES: Final = 200
LONGEST_MIN: Final = 365 * 24 * 60
MOST_DEPTH: Final = 4
"""So many consequences after what people and customers do, a rule that is meant once more is part of a circle."""
MOST_RUNS: Final = 20
"""Of one rule in one conversation within an hour."""
PER: Final = timedelta(hours=1)


class Occasion(StrEnum):
    """What a rule waits for."""

    STARTED = "conversation_started"
    HEARD = "message_received"
    MISSED_CALL = "missed_call"
    ANSWERED = "answered"
    """By one of ours or by a program of ours; what the desk says by itself is none."""
    NOTED = "note_added"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    TEAM = "team_changed"
    STATE = "state_changed"
    STAGE = "stage_changed"
    PRIORITY = "priority_changed"
    LABELLED = "labelled"
    UNLABELLED = "unlabelled"
    FIELD = "field_filled"
    NOT_DELIVERED = "not_delivered"
    WARNED = "deadline_warning"
    MISSED = "deadline_missed"
    NO_REPLY = "no_reply"
    """The customer waits for so long."""
    SILENT = "customer_silent"
    """We answered so long ago, and the customer has written nothing since."""
    WINDOW = "window_closing"
    """The provider's window closes so soon."""


TIMES: Final = frozenset({Occasion.NO_REPLY, Occasion.SILENT, Occasion.WINDOW})
"""What time alone brings about."""
OF_A_MESSAGE: Final = frozenset({Occasion.STARTED, Occasion.HEARD, Occasion.MISSED_CALL})
"""What a customer has just said: whoever answers it is decided in one place (actions/answer_incoming.py)."""


class Trigger(msgspec.Struct, frozen=True, kw_only=True):
    on: Occasion
    of: tuple[str, ...] = ()
    """Of these labels, stages or fields by their ids, states or priorities only; none: of any."""
    minutes: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_MIN)] = 0
    """Of times: for how long, or how soon."""
    is_business_time: bool = False
    """Only minutes count in which it is open, by the hours of the conversation."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    trigger: Trigger
    filter: Filter = Group()
    acts: list[Act]
    is_on: bool = True
    version: int = 1
    on_since: datetime
    """Switched on then, or its time changed: what was over before does not count."""
    paused: str = ""
    """Why the desk has stopped it; empty: it has not. Switching it on again clears it."""


def rule_key(name: str) -> str:
    """Names with the same key are the same name to a person."""
    return label_key(name)


# What a rule may be --------------------------------------------------------------------------------------------------


def check_rule(rule: Rule, *, fields: Fields, known: References) -> None:
    """Raises Invalid: a time without a length, a condition or act that cannot be, a text that nobody could fill."""
    if rule.trigger.on in TIMES and rule.trigger.minutes < 1:
        raise Invalid("Say how long.", field="trigger", reason="rule_needs_time")
    _check_which(rule.trigger, known)
    check_filter(rule.filter, use=Use.RULES, fields=fields)
    _check_named(rule.filter, fields, known)
    if sum(map(is_message, rule.acts)) > 1:
        raise Invalid("A rule sends one message at most.", field="acts", reason="rule_one_message")
    check_acts(rule.acts, ReplyOwner(), known, is_by_rule=True)
    for place, act in enumerate(rule.acts):
        _check_unattended(act, f"acts.{place}")


def find_broken(rule: Rule, *, fields: Fields, known: References) -> Broken | None:
    """What of a rule names what is gone: it does nothing then, rather than half. Place -1: occasion or condition."""
    try:
        _check_which(rule.trigger, known)
        check_filter(rule.filter, use=Use.RULES, fields=fields)
        _check_named(rule.filter, fields, known)
    except ThreadlineError as error:
        return Broken(place=-1, reason=error.reason, title=error.text, values=dict(error.values))
    return next(iter(broken_acts(rule.acts, ReplyOwner(), known)), None)


def _check_which(trigger: Trigger, known: References) -> None:
    match trigger.on:
        case Occasion.LABELLED | Occasion.UNLABELLED:
            if not _ids(trigger.of) <= known.label_ids:
                raise Invalid("This label does not exist any more.", field="trigger", reason="no_such_label")
        case Occasion.STAGE:
            if not _ids(trigger.of) <= known.stage_ids:
                raise Invalid("This stage does not exist any more.", field="trigger", reason="no_such_stage")
        case Occasion.TEAM:
            if not _ids(trigger.of) <= known.team_ids:
                raise Invalid("This team does not exist any more.", field="trigger", reason="no_such_team")
        case Occasion.FIELD:
            if not _ids(trigger.of) <= known.fields.keys():
                raise Invalid("This field does not exist any more.", field="trigger", reason="no_such_field")
        case Occasion.STATE:
            if not set(trigger.of) <= set(ConversationState):
                raise _odd_which()
        case _:
            if trigger.of:
                raise _odd_which()


def _odd_which() -> Invalid:
    return Invalid("This does not go with that occasion.", field="trigger", reason="rule_odd_which")


def _ids(texts: Iterable[str]) -> set[UUID]:
    try:
        return {UUID(one) for one in texts}
    except ValueError:
        raise _odd_which() from None


def _check_named(filter: Filter, fields: Fields, known: References) -> None:
    """A view that asks for a deleted team finds nothing, and does no harm. A rule would act on everybody else."""
    for condition in conditions_of(filter):
        field = fields[condition.field]
        gone = _gone(field, condition, known)
        if gone is not None:
            raise gone


def _gone(field: Field, condition: Condition, known: References) -> Invalid | None:
    if not condition.values:
        return None
    match field.kind:
        case Kind.TEAM if not _ids(condition.values) <= known.team_ids:
            return Invalid("This team does not exist any more.", field="filter", reason="no_such_team")
        case Kind.LABELS if field.subject == "conversation" and not _ids(condition.values) <= known.label_ids:
            return Invalid("This label does not exist any more.", field="filter", reason="no_such_label")
        case Kind.STAGE if not _ids(condition.values) <= known.stage_ids:
            return Invalid("This stage does not exist any more.", field="filter", reason="no_such_stage")
        case Kind.AGENT | Kind.AGENTS if not _ids(condition.values) <= known.agent_ids:
            return Invalid("This person is not in the workspace.", field="filter", reason="person_not_here")
        case _:
            return None


def _check_unattended(act: Act, at: str) -> None:
    """Nobody looks at it: there is no *me*, and what may be unknown of a customer says what stands there then."""
    match act:
        case AssignAct(is_me=True) | TaskAct(is_mine=True):
            raise Invalid("A rule acts for nobody in particular: name a person.", field=at, reason="rule_has_no_me")
        case SnoozeAct(until=datetime()):
            raise Invalid("Say for how long: a time would soon be over.", field=at, reason="rule_snooze_for")
        case ReplyAct(text=text) | NoteAct(text=text):
            _check_places([text], at)
        case TemplateAct():
            _check_places([one.value for one in (*act.header_values, *act.body_values, *act.button_values)], at)
        case _:
            return


def _check_places(texts: Iterable[str], at: str) -> None:
    for text in texts:
        for variable in variables_in(text):
            if variable in (ReplyVariable.AGENT_NAME, ReplyVariable.AGENT_FIRST_NAME):
                place = f"{{{{{variable.value}}}}}"
                raise Invalid(
                    f"{place} cannot be filled in. Use one of the variables, as they are offered.",
                    field=at,
                    reason="place_unknown",
                    values={"place": place},
                )
        for variable in unsure_places(text):
            place = f'{{{{{variable.value} | default: "…"}}}}'
            raise Invalid(
                f"This may be unknown of a customer. Say what stands there then: {place}",
                field=at,
                reason="closing_needs_default",
                values={"place": place},
            )


# What happened -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happening:
    """One occasion. `which`: the label, stage, field, team, state or priority it is of."""

    on: Occasion
    which: str = ""


_BY_LINE: Final[Mapping[str, Occasion]] = {
    "assigned": Occasion.ASSIGNED,
    "unassigned": Occasion.UNASSIGNED,
    "team_assigned": Occasion.TEAM,
    "team_unassigned": Occasion.TEAM,
    "priority": Occasion.PRIORITY,
    "staged": Occasion.STAGE,
    "unstaged": Occasion.STAGE,
    "labelled": Occasion.LABELLED,
    "unlabelled": Occasion.UNLABELLED,
    "resolved": Occasion.STATE,
    "reopened": Occasion.STATE,
    "pending": Occasion.STATE,
    "snoozed": Occasion.STATE,
    "woken": Occasion.STATE,
}
NEEDS_LINE: Final = frozenset({EventKind.CONVERSATION_CHANGED, EventKind.MESSAGE_RECEIVED})
"""Of these, what their message is must be known."""
HEARD_KINDS: Final = frozenset(
    {
        EventKind.CONVERSATION_STARTED,
        EventKind.CONVERSATION_CHANGED,
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_QUEUED,
        EventKind.MESSAGE_STATUS_CHANGED,
        EventKind.NOTE_ADDED,
        EventKind.DEADLINE_REACHED,
    }
)


def happenings(event: Event, line: str) -> list[Happening]:
    """What an event means to rules. `line`: what the line of a change tells, or `missed_call` of a message; else "".

    History is over; what the desk says by itself is no occasion, so that it never answers itself.
    """
    data = event.data
    match event.kind:
        case EventKind.CONVERSATION_STARTED:
            return [Happening(Occasion.STARTED)]
        case EventKind.MESSAGE_RECEIVED:
            return _of_message(event, line)
        case EventKind.MESSAGE_QUEUED:
            return [] if data.get("automatic") else [Happening(Occasion.ANSWERED)]
        case EventKind.NOTE_ADDED:
            return [Happening(Occasion.NOTED)]
        case EventKind.MESSAGE_STATUS_CHANGED:
            return [Happening(Occasion.NOT_DELIVERED)] if data.get("status") == "failed" else []
        case EventKind.DEADLINE_REACHED:
            is_late = data.get("what") == "missed"
            return [Happening(Occasion.MISSED if is_late else Occasion.WARNED)]
        case EventKind.CONVERSATION_CHANGED if "field_id" in data:
            return [Happening(Occasion.FIELD, str(data["field_id"]))]
        case EventKind.CONVERSATION_CHANGED if line in _BY_LINE:
            return [Happening(_BY_LINE[line], _which(event, _BY_LINE[line]))]
        case _:
            return []


def _of_message(event: Event, line: str) -> list[Happening]:
    if event.data.get("is_history"):
        return []
    if event.data.get("direction") != "incoming":
        return [Happening(Occasion.ANSWERED)]
    missed = [Happening(Occasion.MISSED_CALL)] if line == "missed_call" else []
    return [Happening(Occasion.HEARD), *missed]


def _which(event: Event, occasion: Occasion) -> str:
    names = {
        Occasion.TEAM: "team_id",
        Occasion.PRIORITY: "priority",
        Occasion.STAGE: "stage_id",
        Occasion.LABELLED: "label_id",
        Occasion.UNLABELLED: "label_id",
        Occasion.STATE: "state",
    }
    value = event.data.get(names.get(occasion, ""))
    return "" if value is None else str(value)


def run_id_of(rule_id: UUID, cause: str) -> UUID:
    """The same rule for the same cause is the same run, whoever dies in between."""
    return uuid5(rule_id, cause)


# Which rules match ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    which: frozenset[str]
    test: Test


class RuleSet:
    """Rules in their order, ready to be asked for each event."""

    __slots__ = ("_by_occasion", "fields", "rules")

    def __init__(self, rules: Sequence[Rule], fields: Fields) -> None:
        self.rules = [one for one in rules if one.is_on and not one.paused]
        self.fields: Fields = fields_asked(self.rules, fields)
        """Those that a condition asks for: no others need to be read."""
        self._by_occasion: dict[Occasion, list[_Compiled]] = {}
        for rule in self.rules:
            compiled = _Compiled(rule, frozenset(rule.trigger.of), _compiled(rule, fields))
            self._by_occasion.setdefault(rule.trigger.on, []).append(compiled)

    def waits_for(self, happening: Happening) -> bool:
        """Whether any rule would be asked: else no fact needs to be read."""
        return any(not one.which or happening.which in one.which for one in self._by_occasion.get(happening.on, ()))

    @property
    def has_times(self) -> bool:
        return any(on in TIMES for on in self._by_occasion)

    @property
    def asks_for_lines(self) -> bool:
        """Whether what the messages of events are must be known."""
        return any(on in _OF_LINES for on in self._by_occasion)

    def timed(self) -> list[Rule]:
        return [one for one in self.rules if one.trigger.on in TIMES]

    def asked_for(self, happening: Happening) -> list[Rule]:
        """Whose occasion it is, in their order, whatever their conditions say."""
        found = self._by_occasion.get(happening.on, ())
        return [one.rule for one in found if not one.which or happening.which in one.which]

    def matching(self, happening: Happening, facts: Facts, *, now: datetime) -> list[Rule]:
        """In their order."""
        asker = Asker(now)
        return [
            one.rule
            for one in self._by_occasion.get(happening.on, ())
            if (not one.which or happening.which in one.which) and one.test(facts, asker)
        ]

    def up_to(self, rule: Rule, happening: Happening) -> list[UUID]:
        """This rule and those that are asked before it."""
        ids = [one.id for one in self.asked_for(happening)]
        return ids[: ids.index(rule.id) + 1]

    def matches(self, rule: Rule, facts: Facts, *, now: datetime) -> bool:
        """Whether the conditions of one of them hold."""
        found = next(one for one in self._by_occasion[rule.trigger.on] if one.rule.id == rule.id)
        return found.test(facts, Asker(now))


_OF_LINES: Final = frozenset({*_BY_LINE.values(), Occasion.MISSED_CALL})


def fields_asked(rules: Iterable[Rule], fields: Fields) -> Fields:
    asked = {condition.field for rule in rules for condition in conditions_of(rule.filter)}
    return {id: field for id, field in fields.items() if id in asked}


def _compiled(rule: Rule, fields: Fields) -> Test:
    """What cannot be read any more matches: it is then found to be broken, and said so."""
    try:
        check_filter(rule.filter, use=Use.RULES, fields=fields)
        return compile_filter(rule.filter, fields)
    except Invalid:
        return lambda facts, asker: True


def holding(filter: Filter, facts: Facts, *, now: datetime, fields: Fields) -> list[bool]:
    """Of each condition, from left to right, whether it holds: why a rule was meant, or why not."""
    asker = Asker(now)
    return [matches(Group(of=(condition,)), facts, asker=asker, fields=fields) for condition in conditions_of(filter)]


# Times ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moments:
    """Of one conversation, what times are counted from."""

    state: ConversationState
    waiting_since: datetime | None
    """None: nobody waits, or the clock stands still."""
    silent_since: datetime | None
    """Our last word, if it is the last one; what the desk said by itself is none."""
    window_closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Due:
    began_at: datetime
    """Which wait, silence or window it is: each is acted upon once."""
    due_at: datetime


def due_of(rule: Rule, moments: Moments, hours: Calendar | None) -> Due | None:
    """When the time of a rule is over for a conversation. None: it does not run, or was over before the rule was."""
    if moments.state is ConversationState.RESOLVED:
        return None
    trigger = rule.trigger
    match trigger.on:
        case Occasion.NO_REPLY:
            found = _after(moments.waiting_since, trigger, hours)
        case Occasion.SILENT:
            found = _after(moments.silent_since, trigger, hours)
        case Occasion.WINDOW:
            closes_at = moments.window_closes_at
            found = None if closes_at is None else Due(closes_at, closes_at - timedelta(minutes=trigger.minutes))
        case _:
            return None
    return found if found is not None and found.due_at >= rule.on_since else None


def _after(since: datetime | None, trigger: Trigger, hours: Calendar | None) -> Due | None:
    if since is None:
        return None
    due_at = moment_after(Run(since), trigger.minutes * 60.0, hours if trigger.is_business_time else None)
    return None if due_at is None else Due(since, due_at)


# What a run says of itself -------------------------------------------------------------------------------------------

Outcome = Literal["done", "nothing", "refused", "broken", "circle", "too_often"]
"""`nothing`: it stood so already. `circle`: rules call each other; this one was stopped. `too_often`: it ran here so
often within the hour that it waits for the next one."""

Verdict = Literal["does", "same", "waits", "left_out", "cannot"]
"""`waits`: an answer, which is asked anew in some seconds. `left_out`: another rule answers already."""


class RunStep(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one act."""

    place: int
    kind: str
    verdict: Verdict
    reason: str = ""
    title: str = ""
    values: dict[str, str] = {}


def kind_of(act: Act) -> str:
    return str(act.__struct_config__.tag)


def stops(*, depth: int, runs_lately: int) -> Literal["circle", "too_often"] | None:
    """Whether a rule that matches must not run: `depth` of what happened, and how often it ran here within `PER`."""
    if depth >= MOST_DEPTH:
        return "circle"
    return "too_often" if runs_lately >= MOST_RUNS else None
