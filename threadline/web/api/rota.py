"""The rota: who works when, who is on now and next, and what is asked of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from msgspec.structs import replace
from pydantic import Field, StringConstraints

from threadline.actions.change_shifts import ask_for_change, decide_change, withdraw_change
from threadline.actions.plan_rota import delete_plan, plan_rota
from threadline.core.calendar import DAY_MINUTES, Week
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.rota import (
    LONGEST_SIGHT,
    MOST_LETTERS,
    MOST_WEEKS,
    ChangeKindText,
    OffReasonText,
    Plan,
    Rota,
    day_span,
    gaps,
    is_planned,
    moment_of,
    next_on,
    next_shift,
    on_at,
    shifts_between,
    zone_on,
)
from threadline.infra.clock import new_id
from threadline.store.calendars import Hours, read_hours
from threadline.store.rota import RotaChange, count_asked, list_changes, list_colleagues, list_plans, load_rota
from threadline.store.teams import Team, list_teams
from threadline.web.api.calendars import WeekInput, read_week
from threadline.web.api.inputs import AskedMoment, Day, Id, Input, Line, Moment
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class RotaPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The weeks of one agent from a day on, until their next plan begins."""

    agent_id: UUID
    from_day: date
    zone: str
    weeks: list[Week]
    """They take turns; the first is that in which the day lies. None: not on the rota."""


class RotaShift(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: UUID
    starts_at: datetime
    ends_at: datetime
    is_changed: bool
    """Not as the plan alone has it."""


class RotaGap(msgspec.Struct, frozen=True, kw_only=True):
    """It is open by the hours of a team, and nobody of it works."""

    team_id: UUID
    starts_at: datetime
    ends_at: datetime


class RotaSheet(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller sees: who plans, everybody's; all others their own and their teams'."""

    agent_ids: list[UUID]
    """Whose shifts are told."""
    plans: list[RotaPlan]
    shifts: list[RotaShift]
    """Those that lie in the time asked for at least in part, whole, by their beginning."""
    changes: list[RotaChange]
    """Those of this time that hold; also others that are the caller's to know. What is asked stands there whenever it
    is for."""
    gaps: list[RotaGap]


class OnNow(msgspec.Struct, frozen=True, kw_only=True):
    """How one agent stands who is on the rota."""

    agent_id: UUID
    is_on: bool
    until: datetime | None
    """The end of the shift, of one who is on."""
    next_at: datetime | None
    """When their next shift begins. Null: none is planned."""


class RotaNow(msgspec.Struct, frozen=True, kw_only=True):
    items: list[OnNow]
    """Who is on the rota now. Who is missing works as they like."""
    next: list[OnNow]
    """Whose shift begins next."""
    asked_count: int
    """How many changes wait for the caller's word."""


class PlanInput(Input):
    from_day: Day
    zone: Annotated[str, StringConstraints(max_length=100)]
    weeks: Annotated[list[WeekInput], Field(max_length=MOST_WEEKS + 10)]
    """Periods as business hours have them."""


_Note = Annotated[Line, StringConstraints(strip_whitespace=True, max_length=MOST_LETTERS)]


class DaysOffInput(Input):
    agent_id: Id
    from_day: Day
    to_day: Day
    """The last one."""
    reason: OffReasonText = ""
    note: _Note = ""


class ExtraShiftInput(Input):
    """By the clock of the agent's plan."""

    agent_id: Id
    day: Day
    from_minute: Annotated[int, Field(ge=0, lt=DAY_MINUTES)]
    to_minute: Annotated[int, Field(gt=0, le=2 * DAY_MINUTES)]
    note: _Note = ""


class SwapInput(Input):
    agent_id: Id
    """Who gives a shift, whole or in part."""
    starts_at: Moment
    ends_at: Moment
    receiver_id: Id
    return_starts_at: Moment | None = None
    """With its end: the shift of the receiver that is taken in return."""
    return_ends_at: Moment | None = None
    note: _Note = ""


class Decision(Input):
    is_accepted: bool


@operation(router, "GET", "/rota", out=RotaSheet)
async def get_rota(
    starts_at: Annotated[AskedMoment, Query()],
    ends_at: Annotated[AskedMoment, Query()],
    call: Call = calls(Permission.AGENTS_READ),
) -> Response:
    """Plans, shifts, changes and gaps of a stretch of time, of two months at most."""
    if not starts_at < ends_at <= starts_at + LONGEST_SIGHT:
        raise Invalid("Please ask for two months at most.", field="ends_at", reason="rota_sight_too_long")
    rota, hours, teams = (
        await load_rota(call.session, since=starts_at),
        await read_hours(call.session),
        await list_teams(call.session),
    )
    plans = await list_plans(call.session)
    manages = call.caller.may(Permission.ROTA_MANAGE)
    seen = None if manages else await list_colleagues(call.session, call.caller)
    agent_ids = [one for one in rota.agent_ids if seen is None or one in seen]
    changes = await list_changes(call.session, since=min(starts_at, call.now))
    return call.answer(
        RotaSheet(
            agent_ids=agent_ids,
            plans=[_show_plan(plan) for plan in plans if seen is None or plan.agent_id in seen],
            shifts=[
                RotaShift(agent_id=one.agent_id, starts_at=one.start, ends_at=one.end, is_changed=one.is_changed)
                for one in shifts_between(rota, starts_at, ends_at, agent_ids)
            ],
            changes=[
                shown
                for one in changes
                if (shown := _show_change(call, one, seen)) is not None and _belongs(one, starts_at, ends_at)
            ],
            gaps=_gaps(rota, hours, _seen_teams(call, teams), starts_at, ends_at),
        )
    )


def _show_plan(plan: Plan) -> RotaPlan:
    return RotaPlan(agent_id=plan.agent_id, from_day=plan.from_day, zone=plan.zone, weeks=list(plan.weeks))


def _show_change(call: Call, change: RotaChange, seen: set[UUID] | None) -> RotaChange | None:
    """Colleagues see what holds, without the reason: why somebody is off is theirs and of whoever plans."""
    if seen is None or call.caller.agent_id in (change.agent_id, change.receiver_id):
        return change
    if change.state != "accepted" or not seen & {change.agent_id, change.receiver_id}:
        return None
    return replace(change, reason="", note="")


def _belongs(change: RotaChange, start: datetime, end: datetime) -> bool:
    """What is asked waits for an answer, whatever time is looked at."""
    spans = [(change.starts_at, change.ends_at)]
    if change.return_starts_at is not None and change.return_ends_at is not None:
        spans.append((change.return_starts_at, change.return_ends_at))
    return change.state == "asked" or any(first < end and start < last for first, last in spans)


def _seen_teams(call: Call, teams: Sequence[Team]) -> list[Team]:
    sees_all = call.caller.may(Permission.ROTA_MANAGE)
    return [team for team in teams if sees_all or team.id in call.caller.team_ids]


def _gaps(rota: Rota, hours: Hours, teams: Sequence[Team], start: datetime, end: datetime) -> list[RotaGap]:
    """Of teams with business hours of which somebody is on the rota: without, nobody expects anybody."""
    planned = set(rota.agent_ids)
    found: list[RotaGap] = []
    for team in teams:
        calendar = hours.of_team(team.id)
        if calendar is None or not planned & set(team.member_ids):
            continue
        found += [
            RotaGap(team_id=team.id, starts_at=gap.start, ends_at=gap.end)
            for gap in gaps(calendar, rota, team.member_ids, start, end)
        ]
    return sorted(found, key=lambda gap: (gap.starts_at, gap.team_id))


@operation(router, "GET", "/rota/now", out=RotaNow)
async def get_rota_now(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Who is on, until when, and who comes next. As who is online, it is known to everybody here."""
    rota = await load_rota(call.session, since=call.now)
    working = on_at(rota, call.now)
    planned = [one for one in rota.agent_ids if one in working or is_planned(rota, one, call.now)]
    items = [_stand(rota, one, call.now) for one in planned]
    asked = await count_asked(
        call.session,
        agent_id=call.caller.agent_id,
        manages=call.caller.may(Permission.ROTA_MANAGE),
        now=call.now,
    )
    following = [_stand(rota, shift.agent_id, call.now) for shift in next_on(rota, call.now)]
    return call.answer(RotaNow(items=items, next=following, asked_count=asked))


def _stand(rota: Rota, agent_id: UUID, now: datetime) -> OnNow:
    shift = on_at(rota, now, [agent_id]).get(agent_id)
    following = next_shift(rota, agent_id, now)
    return OnNow(
        agent_id=agent_id,
        is_on=shift is not None,
        until=None if shift is None else shift.end,
        next_at=None if following is None else following.start,
    )


@operation(router, "PUT", "/rota/agents/{agent_id}/plans", out=RotaPlan, name="putRotaPlan")
async def put_plan(agent_id: UUID, given: PlanInput, call: Call = calls(Permission.ROTA_MANAGE)) -> Response:
    """Write the weeks that an agent works from a day on. No weeks: they are not on the rota any more."""
    weeks = tuple(read_week(week) for week in given.weeks)
    plan = Plan(agent_id=agent_id, from_day=given.from_day, zone=given.zone, weeks=weeks)
    await plan_rota(call.session, caller=call.caller, plan=plan, now=call.now, new_id=new_id)
    return call.answer(_show_plan(plan))


@operation(router, "DELETE", "/rota/agents/{agent_id}/plans", out=None, status=204, name="deleteRotaPlan")
async def remove_plan(
    agent_id: UUID, from_day: Annotated[date, Query()], call: Call = calls(Permission.ROTA_MANAGE)
) -> Response:
    """Delete the plan that begins on a day: what was planned before it goes on."""
    await delete_plan(
        call.session, caller=call.caller, agent_id=agent_id, from_day=from_day, now=call.now, new_id=new_id
    )
    return call.answer(status=204)


@operation(router, "POST", "/rota/days-off", out=RotaChange, status=201, name="createDaysOff")
async def post_days_off(
    given: DaysOffInput, call: Call = calls(Permission.AGENTS_READ, is_repeatable=True)
) -> Response:
    """Ask for days off, or put them down for others: shifts that begin on these days are none."""
    zone = await _zone(call, given.agent_id, given.from_day)
    _check_days(given.from_day, given.to_day)
    span = day_span(given.from_day, given.to_day, zone)
    change = _new(call, "off", given.agent_id, span.start, span.end, note=given.note)
    return await _ask(call, replace(change, reason=given.reason))


def _check_days(first: date, last: date) -> None:
    if not 2000 <= first.year <= 2100 or not 2000 <= last.year <= 2100:
        raise Invalid("Please choose a day between 2000 and 2100.", field="from_day", reason="rota_day_too_far")
    if last < first:
        raise Invalid("It ends before it begins.", field="to_day", reason="rota_ends_first")


@operation(router, "POST", "/rota/extra-shifts", out=RotaChange, status=201, name="createExtraShift")
async def post_extra_shift(
    given: ExtraShiftInput, call: Call = calls(Permission.AGENTS_READ, is_repeatable=True)
) -> Response:
    """Ask for a shift beside the plan, or put it down for others."""
    _check_days(given.day, given.day)
    zone = await _zone(call, given.agent_id, given.day)
    first, last = (moment_of(given.day, minute, zone) for minute in (given.from_minute, given.to_minute))
    return await _ask(call, _new(call, "extra", given.agent_id, first, last, note=given.note))


@operation(router, "POST", "/rota/swaps", out=RotaChange, status=201, name="createSwap")
async def post_swap(given: SwapInput, call: Call = calls(Permission.AGENTS_READ, is_repeatable=True)) -> Response:
    """Offer a shift to a colleague, perhaps for one of theirs; what who plans says holds at once."""
    if (given.return_starts_at is None) != (given.return_ends_at is None):
        raise Invalid("Please say both times.", field="return_ends_at", reason="rota_half_return")
    change = _new(call, "swap", given.agent_id, given.starts_at, given.ends_at, note=given.note)
    return await _ask(
        call,
        replace(
            change,
            receiver_id=given.receiver_id,
            return_starts_at=given.return_starts_at,
            return_ends_at=given.return_ends_at,
        ),
    )


@operation(router, "POST", "/rota/changes/{change_id}/decide", out=RotaChange, name="decideRotaChange")
async def post_decision(change_id: UUID, given: Decision, call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Accept or refuse: a swap its receiver, everything whoever plans. It must still fit."""
    return call.answer(
        await decide_change(
            call.session,
            caller=call.caller,
            change_id=change_id,
            is_accepted=given.is_accepted,
            now=call.now,
            new_id=new_id,
        )
    )


@operation(router, "POST", "/rota/changes/{change_id}/withdraw", out=RotaChange, name="withdrawRotaChange")
async def post_withdrawal(change_id: UUID, call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Take back what one asked for until it is decided; who plans, also what holds."""
    return call.answer(
        await withdraw_change(call.session, caller=call.caller, change_id=change_id, now=call.now, new_id=new_id)
    )


async def _zone(call: Call, agent_id: UUID, day: date) -> str:
    """That of their plan, else of the workspace's business hours."""
    hours = await read_hours(call.session)
    usual = None if hours.default_id is None else hours.calendars[hours.default_id].zone
    rota = Rota(await list_plans(call.session))
    return zone_on(rota, agent_id, day, usual=usual or "UTC")


def _new(
    call: Call, kind: ChangeKindText, agent_id: UUID, starts_at: datetime, ends_at: datetime, *, note: str
) -> RotaChange:
    return RotaChange(
        id=new_id(),
        kind=kind,
        state="asked",
        agent_id=agent_id,
        receiver_id=None,
        starts_at=starts_at,
        ends_at=ends_at,
        return_starts_at=None,
        return_ends_at=None,
        reason="",
        note=note,
        asked_by=call.caller.actor_id,
        asked_at=call.now,
        decided_by=None,
        decided_at=None,
    )


async def _ask(call: Call, change: RotaChange) -> Response:
    asked = await ask_for_change(call.session, caller=call.caller, change=change, now=call.now, new_id=new_id)
    return call.answer(asked, status=201)
