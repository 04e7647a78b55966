"""SLA policies: by when a customer must have an answer, and when somebody is warned before. Pure.

The first policy whose conditions match a conversation promises something: a first reply, every next one, an end. Each
target counts the minutes in which its clock runs, all of them or those of the business hours that apply. A clock stands
still in a stage that pauses it; that of the end runs only while the customer waits for us.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

from threadline.core.calendar import Calendar, after_business_seconds, business_seconds
from threadline.core.content import Line
from threadline.core.errors import Invalid
from threadline.core.filter import Asker, Facts, Fields, Filter, Group, Use, check_filter, conditions_of, matches
from threadline.core.label import label_key
from threadline.core.waiting import Entry, Step, waits_after_each

MOST_POLICIES: Final = 30
LONGEST_MIN: Final = 365 * 24 * 60


class Clock(StrEnum):
    """What a deadline is of. The window is the provider's: nobody promised it, and it presses all the same."""

    REPLY = "reply"
    RESOLUTION = "resolution"
    WINDOW = "window"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """By when, and when somebody is told before."""

    minutes: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_MIN)]
    is_business_time: bool = False
    """Only minutes count in which it is open, by the hours of the conversation."""
    warns: Literal["never", "share", "before"] = "never"
    warns_at: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_MIN)] = 0
    """A share of the time in per cent, or so many minutes before its end."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What is promised to those who match. A target that is absent is not promised."""

    id: UUID
    name: str
    filter: Filter = Group()
    first_reply: Target | None = None
    next_reply: Target | None = None
    resolution: Target | None = None

    def reply(self, *, is_first: bool) -> Target | None:
        return self.first_reply if is_first else self.next_reply


def policy_key(name: str) -> str:
    """Names with the same key are the same name to a person."""
    return label_key(name)


def check_policy(policy: Policy, *, fields: Fields) -> None:
    """Raises Invalid: it promises nothing, warns at no time within its own, or asks what is not there."""
    targets = {"first_reply": policy.first_reply, "next_reply": policy.next_reply, "resolution": policy.resolution}
    if not any(targets.values()):
        raise Invalid("A service level promises at least one thing.", field="first_reply", reason="sla_without_target")
    for name, target in targets.items():
        if target is not None and not _warns_in_time(target):
            raise Invalid("The warning must come before the time is over.", field=name, reason="sla_warning_too_late")
    check_filter(policy.filter, use=Use.SLA, fields=fields)


def _warns_in_time(target: Target) -> bool:
    match target.warns:
        case "never":
            return True
        case "share":
            return 1 <= target.warns_at <= 99
        case "before":
            return 1 <= target.warns_at < target.minutes


def find_policy(policies: Iterable[Policy], facts: Facts, *, now: datetime, fields: Fields) -> Policy | None:
    """The first that matches wins. None: nothing is promised."""
    asker = Asker(now)
    return next((one for one in policies if matches(one.filter, facts, asker=asker, fields=fields)), None)


def fields_asked(policies: Iterable[Policy], fields: Fields) -> Fields:
    """Those that the conditions ask for: no others need to be read."""
    asked = {condition.field for policy in policies for condition in conditions_of(policy.filter)}
    return {id: field for id, field in fields.items() if id in asked}


# Clocks


@dataclass(frozen=True, slots=True)
class Span:
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """When a clock goes: from a moment on, without the spans in which it stood still."""

    start: datetime
    stood_still: Sequence[Span] = ()
    """In the order of their beginnings; they may overlap."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Moments of one clock. `half_at`: from here on screens show it."""

    half_at: datetime
    warn_at: datetime | None
    due_at: datetime


def deadline(target: Target, run: Run, hours: Calendar | None) -> Deadline | None:
    """`hours`: those of the conversation; None: always open. None if that time never comes: it does not open again."""
    total_s = target.minutes * 60.0
    calendar = hours if target.is_business_time else None
    due_at, half_at = moment_after(run, total_s, calendar), moment_after(run, total_s / 2, calendar)
    if due_at is None or half_at is None:
        return None
    warn_s = warning_after_s(target)
    warn_at = None if warn_s is None else moment_after(run, warn_s, calendar)
    return Deadline(half_at=half_at, warn_at=warn_at, due_at=due_at)


def warning_after_s(target: Target) -> float | None:
    """How much of the time is over when somebody is warned. None: nobody is."""
    match target.warns:
        case "never":
            return None
        case "share":
            return target.minutes * 60.0 * target.warns_at / 100
        case "before":
            return (target.minutes - target.warns_at) * 60.0


def moment_after(run: Run, seconds: float, calendar: Calendar | None) -> datetime | None:
    """The moment at which a clock has counted so much. None: it never does."""
    at, left = run.start, seconds
    for still in run.stood_still:
        counted = _counted(calendar, at, still.start)
        if counted >= left:
            break
        left -= counted
        at = max(at, still.end)
    return at + timedelta(seconds=left) if calendar is None else after_business_seconds(calendar, at, left)


def _counted(calendar: Calendar | None, start: datetime, end: datetime) -> float:
    if end <= start:
        return 0.0
    return (end - start).total_seconds() if calendar is None else business_seconds(calendar, start, end)


# Read off the thread


def reply_run(since: datetime, entries: Sequence[Entry]) -> Run:
    """Of somebody who waits since then, by the clock: when they began in truth, and when it stood still since.

    `since` has been moved by the pauses that the entries of the thread end; with those outside the business hours, that
    would count what nobody worked.
    """
    pauses = [Span(one.paused_at, one.at) for one in entries if one.paused_at is not None]
    start, stood_still = since, list[Span]()
    for pause in reversed(pauses):
        if start >= pause.end:
            break  # who began to wait in a pause waits from its end
        start -= pause.end - pause.start
        stood_still.insert(0, pause)
    return Run(start, tuple(stood_still))


def resolution_run(entries: Sequence[Entry]) -> Run | None:
    """Since the customer first waited in what is not resolved yet: the clock goes while they wait and are not paused.

    None: nobody waits now. What was resolved begins anew, unless that was taken back.
    """
    goes, ended = list[Span](), list[Span]()
    since: datetime | None = None
    for entry, waits in zip(entries, waits_after_each(entries), strict=True):
        if entry.step is Step.REVIVED and since is None and not goes:
            goes, ended = ended, []
        if waits is not None:
            since = since or entry.at
        elif since is not None:
            goes.append(Span(since, max(since, entry.at)))
            since = None
        if entry.step is Step.RESOLVED:
            goes, ended = [], goes
    if since is None:
        return None
    going = [*goes, Span(since, since)]
    gaps = [Span(before.end, after.start) for before, after in pairwise(going)]
    pauses = [Span(one.paused_at, one.at) for one in entries if one.paused_at is not None]
    stood_still = sorted((one for one in (*gaps, *pauses) if one.end > going[0].start), key=lambda one: one.start)
    return Run(going[0].start, tuple(stood_still))


# What is kept


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one conversation, what its clocks go by."""

    since: datetime | None
    """Since when somebody waits whose clock goes; None: nobody, or it stands still."""
    window_closes_at: datetime | None
    is_first: bool = False
    """Nobody has answered yet in what is not resolved."""
    reply: Run | None = None
    resolution: Run | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A clock as it is stored. Without `due_at` it stands still, or is over; the marks say which moments have acted."""

    clock: Clock
    began_at: datetime
    """Which wait it is."""
    since: datetime
    is_first: bool = False
    policy_id: UUID | None = None
    half_at: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None
    warned_at: datetime | None = None
    missed_at: datetime | None = None

    @property
    def act_at(self) -> datetime | None:
        """When time alone does something next."""
        if self.due_at is None or self.missed_at is not None:
            return None
        if self.warn_at is not None and self.warn_at < self.due_at and self.warned_at is None:
            return self.warn_at
        return self.due_at


def wanted_clocks(
    standing: Standing, policy: Policy | None, hours: Calendar | None, *, window_reminder: timedelta, now: datetime
) -> dict[Clock, Kept]:
    """The clocks that go now, without marks. `window_reminder` nought: nobody is reminded."""
    since, found = standing.since, dict[Clock, Kept]()
    if since is None:
        return found
    runs = {Clock.REPLY: standing.reply or Run(since), Clock.RESOLUTION: standing.resolution}
    for clock, run in runs.items():
        target = None if policy is None else _target(policy, clock, is_first=standing.is_first)
        counted = None if target is None or run is None else deadline(target, run, hours)
        if counted is not None and run is not None and policy is not None:
            found[clock] = Kept(
                clock=clock,
                began_at=run.start,
                since=since,
                is_first=standing.is_first,
                policy_id=policy.id,
                half_at=counted.half_at,
                warn_at=counted.warn_at,
                due_at=counted.due_at,
            )
    closes_at = standing.window_closes_at
    if closes_at is not None and closes_at > now:
        found[Clock.WINDOW] = Kept(
            clock=Clock.WINDOW,
            began_at=closes_at,
            since=since,
            warn_at=closes_at - window_reminder if window_reminder else None,
            due_at=closes_at,
        )
    return found


def _target(policy: Policy, clock: Clock, *, is_first: bool) -> Target | None:
    return policy.resolution if clock is Clock.RESOLUTION else policy.reply(is_first=is_first)


def kept_clock(before: Kept | None, wanted: Kept | None, *, is_recount: bool, now: datetime) -> Kept | None:
    """What is to be stored in the place of `before`; None: nothing that is not there.

    A mark stays as long as the wait and its moment: what was late is not late again, what was promised anew can be. A
    recount marks nothing after the fact: what is late by it only counts as late, and nobody is told.
    """
    if wanted is None:
        return None if before is None else replace(before, half_at=None, warn_at=None, due_at=None)
    is_same = before is not None and before.began_at == wanted.began_at
    warned_at = before.warned_at if before is not None and is_same and _is_over(wanted.warn_at, now) else None
    missed_at = before.missed_at if before is not None and is_same and _is_over(wanted.due_at, now) else None
    if is_recount and (before is None or before.due_at != wanted.due_at):
        warned_at = warned_at or (wanted.warn_at if _is_over(wanted.warn_at, now) else None)
        missed_at = missed_at or (wanted.due_at if _is_over(wanted.due_at, now) else None)
    return replace(wanted, warned_at=warned_at, missed_at=missed_at)


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now


class Act(StrEnum):
    """What time alone does to a clock."""

    WARN = "warning"
    MISS = "missed"


def act_of(kept: Kept, *, now: datetime) -> Act | None:
    """What is due of it: a warning that comes after the time is over is none. None: nothing yet."""
    if kept.act_at is None or kept.act_at > now or kept.due_at is None:
        return None
    return Act.MISS if kept.due_at <= now else Act.WARN


def after_act(kept: Kept, act: Act, *, now: datetime) -> Kept:
    return replace(kept, warned_at=now) if act is Act.WARN else replace(kept, missed_at=now)


def deadline_name(clock: Clock, *, is_first: bool) -> str:
    """Of what was promised, as lines, events and screens call it."""
    return ("first_reply" if is_first else "next_reply") if clock is Clock.REPLY else clock.value


def missed_line(kept: Kept, *, policy: str) -> Line:
    """`policy`: its name of that day."""
    assert kept.due_at is not None  # what stands still is not late
    data = {"clock": deadline_name(kept.clock, is_first=kept.is_first), "due_at": kept.due_at.isoformat()}
    return Line(what="deadline_missed", data=data | ({"policy": policy} if policy else {}))
