"""Automation rules: when, of whom and what, in their order; what they did, and what they said before."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field, StringConstraints

from threadline.actions.change_rule import (
    RuleChange,
    change_rule,
    create_rule,
    delete_rule,
    order_rules,
    restore_rule,
)
from threadline.actions.try_rule import RuleTrial, try_rule
from threadline.channels.registry import channel_type
from threadline.core.acts import Act, Broken
from threadline.core.automation import LONGEST_MIN, MOST_RULES, Occasion, Rule, Trigger, find_broken
from threadline.core.errors import Invalid
from threadline.core.filter import Group, Use
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.automation import (
    RuleFigures,
    RuleRun,
    count_week,
    get_rule,
    list_rules,
    list_runs,
    list_versions,
)
from threadline.store.conversations import access_conversation_keys
from threadline.store.filters import load_fields, load_fields_for
from threadline.store.macros import load_references, templates_of
from threadline.web.api.acts import Acts, to_acts
from threadline.web.api.filters import GroupInput, read_filter, shown_filter
from threadline.web.api.inputs import Id, Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Cursor = Annotated[str | None, Query(max_length=200)]
_WEEK = timedelta(days=7)
_RUNS = 50
_VERSIONS = 50
_IDLE = RuleFigures(done=0, refused=0, last_at=None)


class AutomationRule(Rule, frozen=True, kw_only=True):
    broken: Broken | None
    """What it names that is gone; place -1: in its occasion or conditions. It does nothing then."""
    week: RuleFigures
    """What it did within the last seven days."""


class AutomationRuleList(msgspec.Struct, frozen=True, kw_only=True):
    """In the order in which they are asked."""

    items: list[AutomationRule]


class RuleVersionRow(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    name: str
    trigger: Trigger
    filter: Group
    acts: list[Act]
    at: datetime
    actor_id: UUID | None
    """The agent or token that wrote it."""


class RuleVersionList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first."""

    items: list[RuleVersionRow]


class RuleRunList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first."""

    items: list[RuleRun]
    next: str | None
    """The cursor of those before them; null: there are none."""


class TriggerInput(Input):
    on: Occasion = Field(strict=False)
    of: Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=50)] = Field(
        default_factory=list
    )
    """Of these labels, stages, teams or fields by their ids, or states, only; none: of any."""
    minutes: Annotated[int, Field(ge=0, le=LONGEST_MIN)] = 0
    """Of times: for how long, or how soon."""
    is_business_time: bool = False


class RuleInput(Input):
    name: Name
    trigger: TriggerInput
    filter: GroupInput = Field(default_factory=lambda: GroupInput(kind="group", match="all"))
    acts: Acts
    is_on: bool = True


class RuleTry(RuleInput):
    rule_id: Id | None = None
    """Of one that is there: what it did itself does not call it."""


class RuleUpdate(Input):
    """What is absent stays."""

    name: Name | None = None
    trigger: TriggerInput | None = None
    filter: GroupInput | None = None
    acts: Acts | None = None
    is_on: bool | None = None


class RuleOrder(Input):
    rule_ids: Annotated[list[Id], Field(max_length=MOST_RULES)]
    """All of them, the first first."""


class RuleRestore(Input):
    version: Annotated[int, Field(ge=1, le=1_000_000)]


@operation(router, "GET", "/rules", out=AutomationRuleList)
async def get_rules(call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """What the desk does by itself, and what is wrong with it."""
    return call.answer(await _list(call))


@operation(router, "POST", "/rules", out=AutomationRule, status=201, name="createRule")
async def post_rule(given: RuleInput, call: Call = calls(Permission.RULES_MANAGE, is_repeatable=True)) -> Response:
    """Make a rule; it comes last."""
    rule = Rule(
        id=new_id(),
        name=given.name,
        trigger=_trigger(given.trigger),
        filter=read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.RULES),
        acts=to_acts(given.acts),
        is_on=given.is_on,
        on_since=call.now,
    )
    await create_rule(call.session, caller=call.caller, rule=rule, now=call.now, new_id=new_id)
    return call.answer((await _show(call, [rule]))[0], status=201)


@operation(router, "PATCH", "/rules/{rule_id}", out=AutomationRule)
async def update_rule(rule_id: UUID, given: RuleUpdate, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """Change it. Other words are a version of their own."""
    changed = {name: getattr(given, name) for name in given.model_fields_set}
    if not changed or any(value is None for value in changed.values()):
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    if given.trigger is not None:
        changed["trigger"] = _trigger(given.trigger)
    if given.filter is not None:
        fields = await load_fields_for(call.session, call.caller)
        changed["filter"] = read_filter(given.filter, fields, use=Use.RULES)
    if given.acts is not None:
        changed["acts"] = to_acts(given.acts)
    rule = await change_rule(
        call.session,
        caller=call.caller,
        rule_id=rule_id,
        change=RuleChange(**changed),
        now=call.now,
        new_id=new_id,
    )
    return call.answer((await _show(call, [rule]))[0])


@operation(router, "DELETE", "/rules/{rule_id}", out=None, status=204, name="deleteRule")
async def remove_rule(rule_id: UUID, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """Delete it. What it did stays, and so does the record of it."""
    await delete_rule(call.session, caller=call.caller, rule_id=rule_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "PUT", "/rules/order", out=AutomationRuleList, name="orderRules")
async def put_order(given: RuleOrder, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """Say which one is asked first."""
    await order_rules(call.session, caller=call.caller, rule_ids=given.rule_ids, now=call.now, new_id=new_id)
    return call.answer(await _list(call))


@operation(router, "GET", "/rules/{rule_id}/runs", out=RuleRunList, name="listRuleRuns")
async def get_rule_runs(rule_id: UUID, after: _Cursor = None, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """What it did in conversations that the caller sees, and why it did not."""
    await get_rule(call.session, rule_id)
    runs, following = await list_runs(call.session, call.caller, rule_id=rule_id, after=after, limit=_RUNS)
    return call.answer(RuleRunList(items=runs, next=following))


@operation(
    router, "GET", "/conversations/{conversation_id}/rule-runs", out=RuleRunList, name="listConversationRuleRuns"
)
async def get_conversation_runs(
    conversation_id: UUID, after: _Cursor = None, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """What rules did here, and why they did not."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    runs, following = await list_runs(
        call.session, call.caller, conversation_id=conversation_id, after=after, limit=_RUNS
    )
    return call.answer(RuleRunList(items=runs, next=following))


@operation(router, "GET", "/rules/{rule_id}/versions", out=RuleVersionList, name="listRuleVersions")
async def get_rule_versions(rule_id: UUID, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """What it said, and who wrote it."""
    await get_rule(call.session, rule_id)
    items = [
        RuleVersionRow(
            version=one.version,
            name=one.name,
            trigger=one.trigger,
            filter=await shown_filter(call, one.filter),
            acts=one.acts,
            at=one.at,
            actor_id=one.actor_id,
        )
        for one in await list_versions(call.session, rule_id, limit=_VERSIONS)
    ]
    return call.answer(RuleVersionList(items=items))


@operation(router, "POST", "/rules/{rule_id}/restore", out=AutomationRule, name="restoreRule")
async def post_restore(rule_id: UUID, given: RuleRestore, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """It says again what it said then."""
    rule = await restore_rule(
        call.session, caller=call.caller, rule_id=rule_id, version=given.version, now=call.now, new_id=new_id
    )
    return call.answer((await _show(call, [rule]))[0])


@operation(router, "POST", "/rules/try", out=RuleTrial, name="tryRule")
async def post_try(given: RuleTry, call: Call = calls(Permission.RULES_MANAGE)) -> Response:
    """Where it would have run within the last seven days, and why. Nothing is done, kept or sent."""
    rule = Rule(
        id=given.rule_id or new_id(),
        name=given.name,
        trigger=_trigger(given.trigger),
        filter=read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.RULES),
        acts=to_acts(given.acts),
        on_since=call.now,
    )
    return call.answer(
        await try_rule(call.session, caller=call.caller, rule=rule, now=call.now, find_type=channel_type)
    )


def _trigger(given: TriggerInput) -> Trigger:
    return msgspec.convert(given.model_dump(), Trigger)


async def _list(call: Call) -> AutomationRuleList:
    return AutomationRuleList(items=await _show(call, await list_rules(call.session)))


async def _show(call: Call, rules: list[Rule]) -> list[AutomationRule]:
    fields = await load_fields(call.session)
    known = await load_references(call.session, {one for rule in rules for one in templates_of(rule.acts)})
    week = await count_week(call.session, since=call.now - _WEEK)
    return [
        AutomationRule(
            id=rule.id,
            name=rule.name,
            trigger=rule.trigger,
            filter=await shown_filter(call, rule.filter),
            acts=rule.acts,
            is_on=rule.is_on,
            version=rule.version,
            on_since=rule.on_since,
            paused=rule.paused,
            broken=find_broken(rule, fields=fields, known=known),
            week=week.get(rule.id, _IDLE),
        )
        for rule in rules
    ]
