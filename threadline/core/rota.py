"""The rota: who works when. Weeks that repeat, single changes, and shifts given to a colleague → spans of time. Pure.

A shift has one beginning and one end. Each is the first moment at which the clock of the plan's zone shows its time or
a later one: what a clock shows twice counts once, what it leaves out begins or ends where the clock jumps, so shifts
that meet on paper meet in every night of the year (docs/decisions/0047-a-shift-has-one-beginning.md).

What was decided last word by word: the plan gives shifts; extra shifts come to them; a shift that was given away goes
from one to the other; and who is off has none, from wherever it came.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from threadline.core.calendar import (
    DAY_MINUTES,
    FIRST_DAY,
    LAST_DAY,
    Calendar,
    Week,
    check_periods,
    moment_of_change,
    open_spans,
)
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.permission import Caller, Permission

MOST_WEEKS: Final = 8
"""Of a pattern, until it begins anew."""
MOST_PLANS: Final = 100
"""Of one agent."""
MOST_LETTERS: Final = 200
"""Of what is said about a change."""
LONGEST_OFF: Final = timedelta(days=366)
LONGEST_SHIFT: Final = timedelta(days=1)
LONGEST_SIGHT: Final = timedelta(days=62)
"""So much of a rota is shown at once."""
_STEP: Final = timedelta(days=7 * MOST_WEEKS)
_DAY: Final = timedelta(days=1)
_MARGINS: Final = (_DAY, 10 * _DAY, 60 * _DAY)
"""How far beyond what is asked a shift is followed to its ends: who never rests has a shift that is cut somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The weeks of one agent from a day on, until their next plan begins."""

    agent_id: UUID
    from_day: date
    zone: str
    weeks: tuple[Week, ...]
    """The first is that in which `from_day` lies; after the last comes the first again. None: not on the rota."""


class ChangeKind(StrEnum):
    OFF = "off"
    """No shift begins within it."""
    EXTRA = "extra"
    SWAP = "swap"
    """A shift given to a colleague, perhaps for one of theirs."""


class ChangeState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class OffReason(StrEnum):
    NONE = ""
    HOLIDAY = "holiday"
    ILL = "ill"
    TRAINING = "training"
    PRIVATE = "private"


ChangeKindText = Literal["off", "extra", "swap"]
ChangeStateText = Literal["asked", "accepted", "refused", "withdrawn"]
OffReasonText = Literal["", "holiday", "ill", "training", "private"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One that holds. Times are moments: they stay when a plan is written anew."""

    kind: ChangeKind
    agent_id: UUID
    """Who is off, works more, or gives their shift."""
    span: Span
    receiver_id: UUID | None = None
    """Of a swap: who works in their place."""
    in_return: Span | None = None
    """Of a swap: the shift of the receiver that the giver works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """An agent works from one moment to another. Shifts of one agent never touch."""

    agent_id: UUID
    start: datetime
    end: datetime
    is_changed: bool = False
    """Not as the plan alone has it."""


@dataclass(frozen=True, slots=True)
class Rota:
    plans: Sequence[Plan]
    changes: Sequence[Change] = ()
    """In the order in which they were accepted: what somebody was given they can give away."""

    @property
    def agent_ids(self) -> list[UUID]:
        """All who are on it, now or at another time."""
        found = {plan.agent_id for plan in self.plans if plan.weeks}
        for change in self.changes:
            found |= {change.agent_id} if change.kind is ChangeKind.EXTRA else set()
            found |= {change.receiver_id} if change.receiver_id is not None else set()
        return sorted(found)


# Asking


def zone_on(rota: Rota, agent_id: UUID, day: date, *, usual: str) -> str:
    """On whose clock an agent's days begin: that of their plan. `usual`: of whoever has none by then."""
    begun = [plan for plan in _plans_of(rota, agent_id) if plan.from_day <= day]
    return begun[-1].zone if begun else usual


def shifts_between(
    rota: Rota, start: datetime, end: datetime, agent_ids: Collection[UUID] | None = None
) -> list[Shift]:
    """Those that lie in it at least in part, whole, by their beginning. `agent_ids` None: everybody's."""
    asked = rota.agent_ids if agent_ids is None else sorted(set(agent_ids))
    found = [shift for agent_id in asked for shift in _shifts_of(rota, agent_id, start, end)]
    return sorted(found, key=lambda one: (one.start, one.agent_id))


def on_at(rota: Rota, at: datetime, agent_ids: Collection[UUID] | None = None) -> dict[UUID, Shift]:
    """Who works at this moment, each with their shift."""
    found = shifts_between(rota, at, at + timedelta(microseconds=1), agent_ids)
    return {shift.agent_id: shift for shift in found}


def next_shift(rota: Rota, agent_id: UUID, after: datetime) -> Shift | None:
    """The first of an agent that begins after this moment. None: nothing more is planned."""
    start, until = after, _end_of_search(rota, agent_id, after)
    while start < until:
        for shift in _shifts_of(rota, agent_id, start, start + _STEP):
            # One that began before the stretch was met in the one before, or is work without an end, cut somewhere.
            if shift.start > after and shift.start >= start:
                return shift
        start += _STEP
    return None


def next_on(rota: Rota, after: datetime, agent_ids: Collection[UUID] | None = None) -> list[Shift]:
    """The shifts that begin next after this moment: several, if they begin together."""
    asked = rota.agent_ids if agent_ids is None else agent_ids
    found = [shift for agent_id in asked if (shift := next_shift(rota, agent_id, after)) is not None]
    first = min((shift.start for shift in found), default=None)
    return sorted((shift for shift in found if shift.start == first), key=lambda one: one.agent_id)


def is_planned(rota: Rota, agent_id: UUID, at: datetime) -> bool:
    """Whether the rota says anything of an agent at this moment: they have a plan with weeks by then."""
    plan = _plan_at(rota, agent_id, at)
    return plan is not None and bool(plan.weeks)


def off_duty(rota: Rota, agent_ids: Collection[UUID], at: datetime) -> set[UUID]:
    """Whose shift has not begun, or is over. Who is not on the rota is never off duty."""
    working = on_at(rota, at, agent_ids)
    return {one for one in agent_ids if one not in working and is_planned(rota, one, at)}


def find_shift(rota: Rota, agent_id: UUID, span: Span) -> Shift | None:
    """The shift of an agent in which a span lies whole."""
    found = _shifts_of(rota, agent_id, span.start, span.end)
    return next((one for one in found if one.start <= span.start and span.end <= one.end), None)


def gaps(calendar: Calendar, rota: Rota, agent_ids: Collection[UUID], start: datetime, end: datetime) -> list[Span]:
    """When it is open by these hours and nobody of these agents works, in order, cut to the time that is asked."""
    works = [Span(one.start, one.end) for one in shifts_between(rota, start, end, agent_ids)]
    return [gap for span in open_spans(calendar, start, end) for gap in _without([Span(*span)], works)]


def next_served(calendar: Calendar | None, rota: Rota, agent_ids: Collection[UUID], after: datetime) -> datetime | None:
    """The first moment from this one on at which it is open and somebody of these works. None: not within a month."""
    until = after + timedelta(days=31)
    works = _joined([Span(one.start, one.end) for one in shifts_between(rota, after, until, agent_ids)])
    opens = [Span(after, until)] if calendar is None else [Span(*one) for one in open_spans(calendar, after, until)]
    both = [max(work.start, span.start, after) for work in works for span in opens if work.overlaps(span)]
    return min(both, default=None)


# From plans to spans


def moment_of(day: date, minute: int, zone_name: str) -> datetime:
    """The first moment at which the clock shows this time of this day, or a later one. `minute` may be beyond 1440."""
    zone = ZoneInfo(zone_name)
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - the clock on the wall
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return first
    return moment_of_change(zone, second, first)  # no clock shows it


def day_span(first: date, last: date, zone_name: str) -> Span:
    """From the midnight with which a day begins to that with which another ends."""
    return Span(moment_of(first, 0, zone_name), moment_of(last, DAY_MINUTES, zone_name))


def _shifts_of(rota: Rota, agent_id: UUID, start: datetime, end: datetime) -> list[Shift]:
    """The shifts of one agent that lie in a stretch of time at least in part, whole, in order."""
    joined: list[Span] = []
    changed: list[Span] = []
    for margin in _MARGINS:
        within = Span(start - margin, end + margin)
        pieces, changed = _pieces_of(rota, agent_id, within)
        joined = [span for span in _joined(pieces) if span.overlaps(Span(start, end))]
        if not joined or (within.start < joined[0].start and joined[-1].end < within.end):
            break
    return [
        Shift(agent_id=agent_id, start=span.start, end=span.end, is_changed=any(one.overlaps(span) for one in changed))
        for span in joined
    ]


def _pieces_of(rota: Rota, agent_id: UUID, within: Span) -> tuple[list[Span], list[Span]]:
    """What one agent works, piece by piece, each whole that touches `within`; and where it is not as planned."""
    pieces, changed = list(_planned(rota, agent_id, within)), list[Span]()
    for change in rota.changes:
        if change.kind is ChangeKind.EXTRA and change.agent_id == agent_id:
            pieces.append(change.span)
            changed.append(change.span)
        for giver, receiver, span in _transfers(change):
            if agent_id not in (giver, receiver):
                continue
            pieces = _without(pieces, [span]) if agent_id == giver else [*pieces, span]
            changed.append(span)
    off = [one.span for one in rota.changes if one.kind is ChangeKind.OFF and one.agent_id == agent_id]
    kept = [one for one in pieces if not any(span.start <= one.start < span.end for span in off)]
    return [one for one in kept if one.overlaps(within)], changed


def _transfers(change: Change) -> Iterator[tuple[UUID, UUID, Span]]:
    """Who gives what to whom."""
    if change.receiver_id is None:
        return
    yield change.agent_id, change.receiver_id, change.span
    if change.in_return is not None:
        yield change.receiver_id, change.agent_id, change.in_return


def _planned(rota: Rota, agent_id: UUID, within: Span) -> Iterator[Span]:
    """What the plans alone give: a shift belongs to the plan of the day on which it begins."""
    plans = _plans_of(rota, agent_id)
    for number, plan in enumerate(plans):
        if not plan.weeks:
            continue
        until = plans[number + 1].from_day if number + 1 < len(plans) else LAST_DAY
        # No clock is further from UTC than a day; a shift lasts a day at most.
        day = max(plan.from_day, (within.start - 3 * _DAY).date())
        last = min(until, (within.end + 2 * _DAY).date())
        monday = plan.from_day - timedelta(days=plan.from_day.weekday())
        while day < last:
            week = plan.weeks[(day - monday).days // 7 % len(plan.weeks)]
            for period in week[day.weekday()]:
                span = Span(moment_of(day, period.from_minute, plan.zone), moment_of(day, period.to_minute, plan.zone))
                if span.start < span.end and span.overlaps(within):
                    yield span
            day += _DAY


def _plans_of(rota: Rota, agent_id: UUID) -> list[Plan]:
    return sorted((plan for plan in rota.plans if plan.agent_id == agent_id), key=lambda plan: plan.from_day)


def _plan_at(rota: Rota, agent_id: UUID, at: datetime) -> Plan | None:
    """The one whose day has come, each by the clock of its own zone."""
    begun = [plan for plan in _plans_of(rota, agent_id) if plan.from_day <= at.astimezone(ZoneInfo(plan.zone)).date()]
    return begun[-1] if begun else None


def _end_of_search(rota: Rota, agent_id: UUID, after: datetime) -> datetime:
    """Beyond the last change everything is as in any turn of the last plan. Two turns: one may lose all it has."""
    ends = [after]
    ends += [moment_of(plan.from_day, 0, plan.zone) for plan in _plans_of(rota, agent_id)]
    for change in rota.changes:
        if agent_id in (change.agent_id, change.receiver_id):
            ends += [change.span.end] if change.in_return is None else [change.span.end, change.in_return.end]
    return max(ends) + 2 * _STEP


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _without(spans: Iterable[Span], cuts: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for cut in cuts:
        left = [
            Span(*piece)
            for span in left
            for piece in ((span.start, min(span.end, cut.start)), (max(span.start, cut.end), span.end))
            if piece[0] < piece[1]
        ]
    return sorted(left)


# Deciding


def check_plan(plan: Plan) -> None:
    """Raises Invalid: an unknown zone, too many weeks, periods without length or over each other, over midnight too."""
    if plan.zone not in available_timezones():
        raise Invalid("This time zone is not known here.", field="zone", reason="time_zone_unknown")
    if not FIRST_DAY <= plan.from_day <= LAST_DAY:
        raise Invalid("A plan begins between 2000 and 2100.", field="from_day", reason="rota_day_too_far")
    if len(plan.weeks) > MOST_WEEKS:
        raise Invalid(
            f"A pattern has at most {MOST_WEEKS} weeks.",
            field="weeks",
            reason="rota_too_many_weeks",
            values={"limit": str(MOST_WEEKS)},
        )
    for week in plan.weeks:
        if len(week) != 7:
            raise Invalid("A week has seven days.", field="weeks", reason="week_has_seven_days")
        for periods in week:
            check_periods(periods, field="weeks")
    days = [day for week in plan.weeks for day in week]
    for number, day in enumerate(days):
        following = days[(number + 1) % len(days)]
        late = max((period.to_minute for period in day), default=0) - DAY_MINUTES
        if any(period.from_minute < late for period in following):
            raise Invalid(
                "A shift past midnight reaches into the next day's.", field="weeks", reason="rota_shifts_overlap"
            )


def check_change(change: Change) -> None:
    """What a change says by itself. Raises Invalid."""
    if change.span.end <= change.span.start:
        raise Invalid("It ends before it begins.", field="ends_at", reason="rota_ends_first")
    length = change.span.end - change.span.start
    if change.kind is ChangeKind.OFF and length > LONGEST_OFF:
        raise Invalid("Days off last a year at most.", field="ends_at", reason="rota_off_too_long")
    if change.kind is not ChangeKind.OFF and length > LONGEST_SHIFT:
        raise Invalid("A shift lasts a day at most.", field="ends_at", reason="rota_shift_too_long")
    if (change.kind is ChangeKind.SWAP) != (change.receiver_id is not None):
        raise Invalid("Choose who works in your place.", field="receiver_id", reason="rota_needs_receiver")
    if change.in_return is not None and change.kind is not ChangeKind.SWAP:
        raise Invalid("Only a swap has something in return.", field="return_starts_at", reason="rota_no_return")
    if change.receiver_id == change.agent_id:
        raise Invalid("Choose a colleague.", field="receiver_id", reason="rota_own_receiver")
    if change.in_return is not None and change.in_return.end <= change.in_return.start:
        raise Invalid("It ends before it begins.", field="return_ends_at", reason="rota_ends_first")


def check_fits(rota: Rota, change: Change) -> None:
    """Whether a change can hold as the rota stands: asked anew when it is accepted. Raises Conflict."""
    match change.kind:
        case ChangeKind.OFF:
            return
        case ChangeKind.EXTRA:
            _check_room(rota, change.agent_id, change.span)
        case ChangeKind.SWAP:
            for giver, receiver, span in _transfers(change):
                if find_shift(rota, giver, span) is None:
                    raise Conflict("This shift is not theirs any more.", reason="rota_shift_gone")
                _check_room(rota, receiver, span)


def _check_room(rota: Rota, agent_id: UUID, span: Span) -> None:
    for change in rota.changes:
        if change.kind is ChangeKind.OFF and change.agent_id == agent_id and change.span.overlaps(span):
            raise Conflict("They are off at that time.", reason="rota_is_off")
    if any(Span(one.start, one.end).overlaps(span) for one in _shifts_of(rota, agent_id, span.start, span.end)):
        raise Conflict("They work at that time already.", reason="rota_works_already")


def check_may_ask(caller: Caller, agent_id: UUID) -> None:
    """Raises Forbidden: one asks for oneself; for others whoever plans."""
    if caller.agent_id != agent_id and not caller.may(Permission.ROTA_MANAGE):
        raise Forbidden("Only who plans the rota changes the shifts of others.", reason="rota_not_yours")


def holds_at_once(caller: Caller) -> bool:
    """What somebody says who plans the rota needs nobody's word."""
    return caller.may(Permission.ROTA_MANAGE)


def check_may_decide(caller: Caller, *, receiver_id: UUID | None, state: ChangeState, is_accepted: bool) -> None:
    """Raises Forbidden, Conflict: a swap is decided by its receiver, everything by whoever plans.

    Who plans may come back to what was refused or withdrawn.
    """
    is_receiver = receiver_id is not None and caller.agent_id == receiver_id
    may_plan = caller.may(Permission.ROTA_MANAGE)
    if not (is_receiver or may_plan):
        raise Forbidden("Who plans the rota decides this.", reason="rota_not_yours")
    is_taken_up = may_plan and is_accepted and state is not ChangeState.ACCEPTED
    if state is not ChangeState.ASKED and not is_taken_up:
        raise decided()


def check_may_withdraw(caller: Caller, *, agent_id: UUID, state: ChangeState) -> None:
    """Raises Forbidden, Conflict: who asked takes it back until it is decided; who plans, also what holds."""
    if caller.may(Permission.ROTA_MANAGE):
        if state not in (ChangeState.ASKED, ChangeState.ACCEPTED):
            raise decided()
        return
    if caller.agent_id != agent_id:
        raise Forbidden("Only who plans the rota changes the shifts of others.", reason="rota_not_yours")
    if state is not ChangeState.ASKED:
        raise decided()


def decided() -> Conflict:
    return Conflict("This was decided already.", reason="rota_decided")
