"""Automation rules as a file says them: by names in the place of ids. Found by their names."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from threadline.actions.apply_macros import ActEntry, Names, act_of
from threadline.actions.change_rule import RuleChange, change_rule, create_rule, order_rules
from threadline.core.automation import Occasion, Rule, Trigger, rule_key
from threadline.core.errors import Invalid
from threadline.core.filter import Group
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.automation import list_rules
from threadline.store.session import Session

_SPAN: Final = re.compile(r"([1-9][0-9]{0,5})([mhd])")
_MINUTES: Final = {"m": 1, "h": 60, "d": 24 * 60}
_KINDS: Final[Mapping[Occasion, str]] = {
    Occasion.LABELLED: "label",
    Occasion.UNLABELLED: "label",
    Occasion.STAGE: "stage",
    Occasion.TEAM: "team",
    Occasion.FIELD: "field",
}
"""What `of` names, where it names things."""


class RuleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    when: Occasion
    acts: tuple[ActEntry, ...]
    of: tuple[str, ...] = ()
    """Of these labels, stages, teams or fields by their names, or states, only."""
    after: str = ""
    """Of times: `10m`, `4h`, `3d`."""
    business_hours: bool = False
    """Only these count."""
    filter: Group = Group()
    """Of which conversations, as the API has it; absent: of all."""
    is_on: bool = True


async def apply_rule(session: Session, entry: RuleEntry, *, caller: Caller, now: datetime, new_id: NewId) -> str:
    """What became of it: created, changed or unchanged. Raises Invalid, and what saving a rule raises."""
    names = await Names.load(session, caller)
    trigger, acts = _trigger(names, entry), [act_of(names, one, has_me=False) for one in entry.acts]
    found = await _find(session, entry.name)
    if found is None:
        rule = Rule(
            id=new_id(),
            name=entry.name,
            trigger=trigger,
            filter=entry.filter,
            acts=acts,
            is_on=entry.is_on,
            on_since=now,
        )
        await create_rule(session, caller=caller, rule=rule, now=now, new_id=new_id)
        return "created"
    wanted = (entry.name, trigger, entry.filter, acts, entry.is_on)
    if (found.name, found.trigger, found.filter, found.acts, found.is_on) == wanted:
        return "unchanged"
    change = RuleChange(name=entry.name, trigger=trigger, filter=entry.filter, acts=acts)
    await change_rule(session, caller=caller, rule_id=found.id, change=change, now=now, new_id=new_id)
    if found.is_on != entry.is_on:
        switch = RuleChange(is_on=entry.is_on)
        await change_rule(session, caller=caller, rule_id=found.id, change=switch, now=now, new_id=new_id)
    return "changed"


async def order_as_in_file(
    session: Session, entries: Sequence[RuleEntry], *, caller: Caller, now: datetime, new_id: NewId
) -> None:
    """Those of the file first, in its order."""
    rules = await list_rules(session)
    places = {rule_key(entry.name): place for place, entry in enumerate(entries)}
    ordered = sorted(rules, key=lambda one: places.get(rule_key(one.name), len(places)))
    if entries and ordered != rules:
        await order_rules(session, caller=caller, rule_ids=[one.id for one in ordered], now=now, new_id=new_id)


async def _find(session: Session, name: str) -> Rule | None:
    return next((one for one in await list_rules(session) if rule_key(one.name) == rule_key(name)), None)


def _trigger(names: Names, entry: RuleEntry) -> Trigger:
    kind = _KINDS.get(entry.when)
    of = entry.of if kind is None else tuple(str(names.find(kind, one)) for one in entry.of)
    return Trigger(on=entry.when, of=of, minutes=_minutes(entry.after), is_business_time=entry.business_hours)


def _minutes(after: str) -> int:
    if not after:
        return 0
    found = _SPAN.fullmatch(after)
    if found is None:
        raise Invalid(f"{after} is no length of time, as 10m, 4h or 3d.", field="after")
    return int(found[1]) * _MINUTES[found[2]]
