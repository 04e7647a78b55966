"""Macros of the workspace as a file says them: by names in the place of ids. Found by their names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.actions.change_macro import MacroChange, change_macro, create_macro
from threadline.core.acts import (
    Act,
    AssignAct,
    FieldAct,
    LabelsAct,
    NoteAct,
    PriorityAct,
    ReplyAct,
    SkillsAct,
    SnoozeAct,
    StageAct,
    StateAct,
    TaskAct,
    TeamAct,
    TemplateAct,
    WebhookAct,
)
from threadline.core.content import TemplateValue
from threadline.core.errors import Invalid
from threadline.core.field import FieldType, FieldValue
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.skill import skill_key
from threadline.store.agents import list_agents
from threadline.store.fields import list_fields
from threadline.store.labels import list_labels
from threadline.store.macros import Macro, list_macros
from threadline.store.people import normal_email
from threadline.store.saved_replies import list_saved_replies
from threadline.store.session import Session
from threadline.store.skills import list_skills
from threadline.store.stages import list_stages
from threadline.store.tasks import list_patterns
from threadline.store.teams import list_teams
from threadline.store.webhooks import list_webhooks

_PRIORITIES = ("none", "medium", "high", "urgent")


class ActEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One act: exactly one of these is said, with what belongs to it."""

    assign: str | None = None
    """An e-mail address, `me` or `nobody`."""
    team: str | None = None
    label: str | None = None
    unlabel: str | None = None
    skill: str | None = None
    """Asked for, by its name."""
    priority: Literal["none", "medium", "high", "urgent"] | None = None
    state: Literal["open", "resolved"] | None = None
    stage: str | None = None
    snooze_minutes: int | None = None
    """Nought: until the customer writes."""
    note: str | None = None
    reply: str | None = None
    saved_reply: str | None = None
    """By its title."""
    template: str | None = None
    language: str = ""
    """Of the template."""
    values: dict[str, str] = {}
    """Of the template's body, by the names of its variables."""
    field: str | None = None
    value: FieldValue | None = None
    """Of the field; the names of options."""
    task: str | None = None
    pattern: str | None = None
    """A task by this pattern."""
    webhook: str | None = None
    """Asked by its name; of a rule only."""
    takes_answer: bool = False
    """Of the webhook: what it answers may fill fields, or become the reply."""


class MacroEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    acts: tuple[ActEntry, ...]
    team: str = ""
    """Whose members have it. Empty: everybody."""


async def apply_macro(session: Session, entry: MacroEntry, *, caller: Caller, now: datetime, new_id: NewId) -> str:
    """What became of it: created, changed or unchanged.

    Raises Invalid for a name that nothing has, and what saving a macro raises.
    """
    names = await Names.load(session, caller)
    acts = [act_of(names, one) for one in entry.acts]
    team_id = names.find("team", entry.team) if entry.team else None
    macros = await list_macros(session, caller, is_usable=False)
    found = next((one for one in macros if one.is_shared and one.name.casefold() == entry.name.casefold()), None)
    if found is None:
        macro = Macro(id=new_id(), is_shared=True, team_id=team_id, name=entry.name, acts=acts, updated_at=now)
        await create_macro(session, caller=caller, macro=macro, now=now, new_id=new_id)
        return "created"
    if (found.name, found.team_id, found.acts) == (entry.name, team_id, acts):
        return "unchanged"
    change = MacroChange(name=entry.name, acts=acts, team_id=team_id)
    await change_macro(session, caller=caller, macro_id=found.id, change=change, now=now, new_id=new_id)
    return "changed"


class Names:
    """What acts name, by kind and name."""

    def __init__(self, ids: Mapping[str, Mapping[str, UUID]], options: Mapping[UUID, Mapping[str, str]]) -> None:
        self._ids = ids
        self.options = options
        """Of fields with a choice: name → id."""

    @classmethod
    async def load(cls, session: Session, caller: Caller) -> "Names":
        fields = [one for one in await list_fields(session) if one.owner != "company"]
        labels = [one for one in await list_labels(session) if one.kind == "conversation"]
        replies = [one for one in await list_saved_replies(session, caller) if one.is_shared]
        ids = {
            "agent": {one.email: one.id for one in await list_agents(session)},
            "team": {one.name.casefold(): one.id for one in await list_teams(session)},
            "label": {one.name.casefold(): one.id for one in labels},
            "skill": {skill_key(one.name): one.id for one in await list_skills(session)},
            "stage": {one.name.casefold(): one.id for one in await list_stages(session)},
            "field": {one.name.casefold(): one.id for one in fields},
            "saved reply": {one.title.casefold(): one.id for one in replies},
            "pattern": {one.name.casefold(): one.id for one in await list_patterns(session)},
            "webhook": {one.name.casefold(): one.id for one in await list_webhooks(session)},
        }
        choices = (FieldType.CHOICE, FieldType.CHOICES)
        options = {one.id: {o.name.casefold(): o.id for o in one.options} for one in fields if one.type in choices}
        return cls(ids, options)

    def find(self, kind: str, name: str) -> UUID:
        key = normal_email(name) if kind == "agent" else name.casefold()
        found = self._ids[kind].get(key)
        if found is None:
            raise Invalid(f"There is no {kind} {name}.", field="acts")
        return found

    def value(self, field_id: UUID, value: FieldValue | None) -> FieldValue | None:
        """Options are said by their names, in files."""
        known = self.options.get(field_id)
        if known is None or value is None:
            return value
        return [self._option(known, one) for one in value] if isinstance(value, list) else self._option(known, value)

    def _option(self, known: Mapping[str, str], name: object) -> str:
        found = known.get(str(name).casefold())
        if found is None:
            raise Invalid(f"There is no option {name}.", field="acts")
        return found


def act_of(names: Names, entry: ActEntry, *, has_me: bool = True) -> Act:
    """`has_me`: somebody does it, whose a task is. Raises Invalid."""
    said = [name for name in entry.__struct_fields__ if name not in ("language", "values", "value", "takes_answer")]
    kinds = [name for name in said if getattr(entry, name) is not None]
    match kinds:
        case ["assign"]:
            return _assignment(names, entry.assign or "")
        case ["team"]:
            return TeamAct(team_id=names.find("team", entry.team or ""))
        case ["label"]:
            return LabelsAct(add=[names.find("label", entry.label or "")])
        case ["unlabel"]:
            return LabelsAct(remove=[names.find("label", entry.unlabel or "")])
        case ["skill"]:
            return SkillsAct(add=[names.find("skill", entry.skill or "")])
        case ["priority"]:
            return PriorityAct(priority=_PRIORITIES.index(entry.priority or "none"))
        case ["state"]:
            return StateAct(state=entry.state or "open")
        case ["stage"]:
            return StageAct(stage_id=names.find("stage", entry.stage or ""))
        case ["snooze_minutes"]:
            return SnoozeAct(in_minutes=entry.snooze_minutes or None)
        case ["note"]:
            return NoteAct(text=entry.note or "")
        case ["reply"]:
            return ReplyAct(text=entry.reply or "")
        case ["saved_reply"]:
            return ReplyAct(reply_id=names.find("saved reply", entry.saved_reply or ""))
        case ["template"]:
            values = [TemplateValue(name=name, value=value) for name, value in entry.values.items()]
            return TemplateAct(name=entry.template or "", language=entry.language, body_values=values)
        case ["field"]:
            field_id = names.find("field", entry.field or "")
            return FieldAct(field_id=field_id, value=names.value(field_id, entry.value))
        case ["task"]:
            return TaskAct(title=entry.task or "", is_mine=has_me)
        case ["webhook"]:
            webhook_id = names.find("webhook", entry.webhook or "")
            return WebhookAct(webhook_id=webhook_id, takes_answer=entry.takes_answer)
        case ["pattern"]:
            return TaskAct(pattern_id=names.find("pattern", entry.pattern or ""), is_mine=has_me)
        case _:
            raise Invalid("Each act says one thing: assign, team, label, note, reply…", field="acts")


def _assignment(names: Names, to: str) -> AssignAct:
    if to == "me":
        return AssignAct(is_me=True)
    return AssignAct(assignee_id=None if to == "nobody" else names.find("agent", to))
