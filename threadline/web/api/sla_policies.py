"""Service levels: what is promised to whom, in their order, and by when it must be kept."""

from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.change_sla_policy import (
    PolicyChange,
    change_sla_policy,
    create_sla_policy,
    delete_sla_policy,
    order_sla_policies,
)
from threadline.core.calendar import Calendar, is_open, next_closing, next_opening
from threadline.core.errors import Invalid
from threadline.core.filter import Use
from threadline.core.permission import Permission
from threadline.core.sla import LONGEST_MIN, MOST_POLICIES, Policy, Run, Target, deadline
from threadline.infra.clock import new_id
from threadline.store.calendars import get_calendar, list_calendars
from threadline.store.filters import load_fields_for
from threadline.store.sla_policies import Recount, count_late, find_recount, get_policy, list_policies
from threadline.web.api.filters import GroupInput, read_filter, shown_filter
from threadline.web.api.inputs import Id, Input, Moment, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_BEFORE_CLOSING = timedelta(minutes=10)


class SlaPolicy(Policy, frozen=True, kw_only=True):
    late_count: int
    """Clocks that are late by it now."""


class SlaPolicyList(msgspec.Struct, frozen=True, kw_only=True):
    """The first that matches a conversation wins."""

    items: list[SlaPolicy]
    recount: Recount | None
    """After a change, how far the clocks have been counted again; null: all are."""


class TargetPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a target means for a customer who writes then."""

    written_at: datetime
    warn_at: datetime | None
    due_at: datetime | None
    """Null: it does not open again."""
    zone: str
    """On whose clock that is told; empty: no business hours apply."""


class TargetInput(Input):
    minutes: Annotated[int, Field(ge=1, le=LONGEST_MIN)]
    is_business_time: bool = False
    warns: Literal["never", "share", "before"] = "never"
    warns_at: Annotated[int, Field(ge=0, le=LONGEST_MIN)] = 0
    """A share of the time in per cent, or so many minutes before its end."""


class SlaPolicyInput(Input):
    name: Name
    filter: GroupInput = Field(default_factory=lambda: GroupInput(kind="group", match="all"))
    first_reply: TargetInput | None = None
    next_reply: TargetInput | None = None
    resolution: TargetInput | None = None


class SlaPolicyUpdate(Input):
    """What is absent stays; a target that is null is promised no more."""

    name: Name | None = None
    filter: GroupInput | None = None
    first_reply: TargetInput | None = None
    next_reply: TargetInput | None = None
    resolution: TargetInput | None = None


class SlaPolicyOrder(Input):
    policy_ids: Annotated[list[Id], Field(max_length=MOST_POLICIES)]
    """All of them, the first first."""


class PreviewInput(Input):
    target: TargetInput
    calendar_id: Id | None = None
    """By which business hours; null: the workspace's."""
    written_at: Moment | None = None
    """Null: shortly before it closes next."""


@operation(router, "GET", "/sla-policies", out=SlaPolicyList)
async def get_sla_policies(call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """What there is, in its order."""
    late = await count_late(call.session)
    items = [await _show(call, policy, late.get(policy.id, 0)) for policy in await list_policies(call.session)]
    return call.answer(SlaPolicyList(items=items, recount=await find_recount(call.session)))


@operation(router, "POST", "/sla-policies", out=SlaPolicy, status=201, name="createSlaPolicy")
async def post_sla_policy(
    given: SlaPolicyInput, call: Call = calls(Permission.WORKSPACE_CHANGE, is_repeatable=True)
) -> Response:
    """Make a service level; it comes last."""
    policy = Policy(
        id=new_id(),
        name=given.name,
        filter=read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.SLA),
        first_reply=_target(given.first_reply),
        next_reply=_target(given.next_reply),
        resolution=_target(given.resolution),
    )
    await create_sla_policy(call.session, caller=call.caller, policy=policy, now=call.now, new_id=new_id)
    return call.answer(await _show(call, policy, 0), status=201)


@operation(router, "PATCH", "/sla-policies/{policy_id}", out=SlaPolicy)
async def update_sla_policy(
    policy_id: UUID, given: SlaPolicyUpdate, call: Call = calls(Permission.WORKSPACE_CHANGE)
) -> Response:
    """Change it."""
    changed = {name: getattr(given, name) for name in given.model_fields_set}
    if any(changed[name] is None for name in ("name", "filter") if name in changed):
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    changed |= {name: _target(changed[name]) for name in ("first_reply", "next_reply", "resolution") if name in changed}
    if not changed:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    if given.filter is not None:
        fields = await load_fields_for(call.session, call.caller)
        changed["filter"] = read_filter(given.filter, fields, use=Use.SLA)
    await change_sla_policy(
        call.session,
        caller=call.caller,
        policy_id=policy_id,
        change=PolicyChange(**changed),
        now=call.now,
        new_id=new_id,
    )
    policy, late = await get_policy(call.session, policy_id), await count_late(call.session)
    return call.answer(await _show(call, policy, late.get(policy_id, 0)))


@operation(router, "DELETE", "/sla-policies/{policy_id}", out=None, status=204, name="deleteSlaPolicy")
async def remove_sla_policy(policy_id: UUID, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Delete it: the next one that matches applies."""
    await delete_sla_policy(call.session, caller=call.caller, policy_id=policy_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "PUT", "/sla-policies/order", out=SlaPolicyList, name="orderSlaPolicies")
async def put_order(given: SlaPolicyOrder, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Say which one comes first."""
    await order_sla_policies(call.session, caller=call.caller, policy_ids=given.policy_ids, now=call.now, new_id=new_id)
    late = await count_late(call.session)
    items = [await _show(call, policy, late.get(policy.id, 0)) for policy in await list_policies(call.session)]
    return call.answer(SlaPolicyList(items=items, recount=await find_recount(call.session)))


@operation(router, "POST", "/sla-policies/preview", out=TargetPreview, name="previewSlaTarget")
async def post_preview(given: PreviewInput, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """By when a customer would have to have an answer. Changes nothing."""
    hours = await _hours(call, given.calendar_id)
    target = _target(given.target)
    assert target is not None
    written_at = given.written_at or _shortly_before_closing(hours, call.now)
    found = deadline(target, Run(written_at), hours)
    return call.answer(
        TargetPreview(
            written_at=written_at,
            warn_at=None if found is None else found.warn_at,
            due_at=None if found is None else found.due_at,
            zone="" if hours is None else hours.zone,
        )
    )


async def _hours(call: Call, calendar_id: UUID | None) -> Calendar | None:
    if calendar_id is not None:
        return (await get_calendar(call.session, calendar_id)).hours
    return next((one.hours for one in await list_calendars(call.session) if one.is_default), None)


def _shortly_before_closing(hours: Calendar | None, now: datetime) -> datetime:
    """When a target in business time says most: what is left over is worked on another day."""
    begin = now.replace(second=0, microsecond=0)
    if hours is None:
        return begin
    opening = begin if is_open(hours, begin) else next_opening(hours, begin)
    closing = None if opening is None else next_closing(hours, opening)
    return begin if closing is None else closing - _BEFORE_CLOSING


def _target(given: TargetInput | None) -> Target | None:
    return None if given is None else msgspec.convert(given.model_dump(), Target)


async def _show(call: Call, policy: Policy, late_count: int) -> SlaPolicy:
    return SlaPolicy(
        id=policy.id,
        name=policy.name,
        filter=await shown_filter(call, policy.filter),
        first_reply=policy.first_reply,
        next_reply=policy.next_reply,
        resolution=policy.resolution,
        late_count=late_count,
    )
