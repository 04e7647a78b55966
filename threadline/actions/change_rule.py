"""Make, change, switch, order and delete automation rules. What each said before is kept, and can be said again."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.acts import Act
from threadline.core.automation import MOST_RULES, Rule, Trigger, check_rule
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.filter import Fields, Group
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import automation
from threadline.store.filters import load_fields, load_fields_for
from threadline.store.macros import load_references, templates_of
from threadline.store.session import Session


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """UNSET: it stays."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    trigger: Trigger | msgspec.UnsetType = msgspec.UNSET
    filter: Group | msgspec.UnsetType = msgspec.UNSET
    acts: list[Act] | msgspec.UnsetType = msgspec.UNSET
    is_on: bool | msgspec.UnsetType = msgspec.UNSET


async def create_rule(session: Session, *, caller: Caller, rule: Rule, now: datetime, new_id: NewId) -> Rule:
    """It comes last. Raises Invalid, Conflict (the name is taken, or there are too many)."""
    await _check(session, caller, rule, await load_fields_for(session, caller))
    if len(await automation.list_rules(session)) >= MOST_RULES:
        raise Conflict(
            f"There are {MOST_RULES} rules already. Please delete some that nobody needs.",
            reason="too_many_rules",
            values={"limit": str(MOST_RULES)},
        )
    await automation.save_rule(session, rule)
    await automation.keep_version(session, rule, actor_id=caller.actor_id, now=now)
    _record(session, caller, rule.id, now, new_id)
    return rule


async def change_rule(
    session: Session, *, caller: Caller, rule_id: UUID, change: RuleChange, now: datetime, new_id: NewId
) -> Rule:
    """The rule as it is now. Other words are a version of their own; a switch is none.

    One that is switched off may be broken: it can always be stopped. Raises NotFound, Invalid, Conflict.
    """
    before = await automation.get_rule(session, rule_id, is_locked=True)
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not msgspec.UNSET}
    rule = msgspec.structs.replace(before, **given)
    is_reworded = _words(rule) != _words(before)
    is_begun = rule.is_on and (not before.is_on or bool(before.paused) or rule.trigger != before.trigger)
    rule = msgspec.structs.replace(
        rule,
        version=before.version + 1 if is_reworded else before.version,
        on_since=now if is_begun else before.on_since,
        paused="" if change.is_on is not msgspec.UNSET or is_reworded else before.paused,
    )
    if rule == before:
        return before
    if is_reworded or rule.is_on:
        fields = await (load_fields_for(session, caller) if "filter" in given else load_fields(session))
        await _check(session, caller, rule, fields)
    await automation.save_rule(session, rule)
    if is_reworded:
        await automation.keep_version(session, rule, actor_id=caller.actor_id, now=now)
    _record(session, caller, rule.id, now, new_id)
    return rule


async def restore_rule(
    session: Session, *, caller: Caller, rule_id: UUID, version: int, now: datetime, new_id: NewId
) -> Rule:
    """It says again what it said then, as its newest version. Raises NotFound, and what `change_rule` raises."""
    kept = await automation.get_version(session, rule_id, version)
    change = RuleChange(name=kept.name, trigger=kept.trigger, filter=kept.filter, acts=kept.acts)
    return await change_rule(session, caller=caller, rule_id=rule_id, change=change, now=now, new_id=new_id)


async def order_rules(
    session: Session, *, caller: Caller, rule_ids: Sequence[UUID], now: datetime, new_id: NewId
) -> None:
    """In which order they are asked. Raises Invalid unless each of them is named once."""
    known = {one.id for one in await automation.list_rules(session)}
    if len(rule_ids) != len(known) or set(rule_ids) != known:
        raise Invalid(
            "The list of rules has changed meanwhile. Please look at it again.",
            field="rule_ids",
            reason="rules_changed",
        )
    await automation.order_rules(session, rule_ids)
    _record(session, caller, None, now, new_id)


async def delete_rule(session: Session, *, caller: Caller, rule_id: UUID, now: datetime, new_id: NewId) -> None:
    """What it did stays, and so does the record of it. Raises NotFound."""
    await automation.delete_rule(session, rule_id)
    _record(session, caller, rule_id, now, new_id)


def _words(rule: Rule) -> tuple[str, Trigger, Group, list[Act]]:
    return rule.name, rule.trigger, rule.filter, rule.acts


async def _check(session: Session, caller: Caller, rule: Rule, fields: Fields) -> None:
    check_rule(rule, fields=fields, known=await load_references(session, templates_of(rule.acts), reader=caller))


def _record(session: Session, caller: Caller, rule_id: UUID | None, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.RULE_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={} if rule_id is None else {"rule_id": str(rule_id)},
        )
    )
