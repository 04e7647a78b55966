"""Acts: what is done to a conversation by an order for many, by a macro and by a rule. One vocabulary for all of them.

An act says what is wanted and no more: who does it, when, and whether that is allowed is asked of the verb that does
it (actions/do_acts.py). Its JSON is kept in tables and sent by the API, so a kind and a field keep their names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, assert_never
from uuid import UUID

import msgspec

from threadline.core.content import Template, TemplateValue
from threadline.core.errors import CannotSend, Invalid, ThreadlineError
from threadline.core.field import Field, FieldValue, lines_of
from threadline.core.saved_reply import check_text
from threadline.core.template import TemplateShape, check_values

MOST_ACTS: Final = 20
"""Of one macro; more is no habit any more but a process."""
MOST_MESSAGES: Final = 3
"""To the customer, by one macro."""
LONGEST_SNOOZE_MINUTES: Final = 60 * 24 * 90


class AssignAct(msgspec.Struct, frozen=True, kw_only=True, tag="assign", tag_field="kind"):
    assignee_id: UUID | None = None
    """None: it is nobody's any more, or, with `is_me`, whoever's who does it."""
    is_me: bool = False


class TeamAct(msgspec.Struct, frozen=True, kw_only=True, tag="team", tag_field="kind"):
    """Whoever has it and is not of the team has it no longer."""

    team_id: UUID | None


class LabelsAct(msgspec.Struct, frozen=True, kw_only=True, tag="labels", tag_field="kind"):
    add: list[UUID] = []
    remove: list[UUID] = []


class SkillsAct(msgspec.Struct, frozen=True, kw_only=True, tag="skills", tag_field="kind"):
    """What whoever is given it should know (core/skill.py)."""

    add: list[UUID] = []
    remove: list[UUID] = []


class PriorityAct(msgspec.Struct, frozen=True, kw_only=True, tag="priority", tag_field="kind"):
    priority: int


class StateAct(msgspec.Struct, frozen=True, kw_only=True, tag="state", tag_field="kind"):
    state: Literal["open", "resolved"]


class StageAct(msgspec.Struct, frozen=True, kw_only=True, tag="stage", tag_field="kind"):
    stage_id: UUID | None


class SnoozeAct(msgspec.Struct, frozen=True, kw_only=True, tag="snooze", tag_field="kind"):
    """Neither: until the customer writes."""

    until: datetime | None = None
    in_minutes: int | None = None
    """From when it is done."""


class NoteAct(msgspec.Struct, frozen=True, kw_only=True, tag="note", tag_field="kind"):
    text: str
    """With places, as saved replies have them."""


class ReplyAct(msgspec.Struct, frozen=True, kw_only=True, tag="reply", tag_field="kind"):
    """Either words of its own, with places, or a saved reply with its files."""

    text: str = ""
    reply_id: UUID | None = None


class TemplateAct(msgspec.Struct, frozen=True, kw_only=True, tag="template", tag_field="kind"):
    """Its values may have places."""

    name: str
    language: str
    header_values: list[TemplateValue] = []
    body_values: list[TemplateValue] = []
    button_values: list[TemplateValue] = []


class FieldAct(msgspec.Struct, frozen=True, kw_only=True, tag="field", tag_field="kind"):
    """A field of the conversation or of its contact; None empties it."""

    field_id: UUID
    value: FieldValue | None


class TaskAct(msgspec.Struct, frozen=True, kw_only=True, tag="task", tag_field="kind"):
    """Either a title, or a pattern that says it."""

    title: str = ""
    pattern_id: UUID | None = None
    owner_id: UUID | None = None
    is_mine: bool = False
    due_in_minutes: int | None = None
    """From when it is done; None: as the pattern says, if there is one."""


class WebhookAct(msgspec.Struct, frozen=True, kw_only=True, tag="webhook", tag_field="kind"):
    """Asks a program of the owner's about the conversation. Only a rule does: what has been asked is not taken back."""

    webhook_id: UUID
    takes_answer: bool = False
    """What it answers may fill fields, or become the reply (actions/take_webhook_answer.py)."""


Act = (
    AssignAct
    | TeamAct
    | LabelsAct
    | SkillsAct
    | PriorityAct
    | StateAct
    | StageAct
    | SnoozeAct
    | NoteAct
    | ReplyAct
    | TemplateAct
    | FieldAct
    | TaskAct
    | WebhookAct
)


def in_order(acts: Sequence[Act]) -> list[int]:
    """The places of the acts in the order in which they are done, which is theirs but for three steps at the end.

    An answer opens a conversation again, so what ends it comes after; and whoever gives it away may not see it any
    more, so that comes last, the team first: it takes the conversation from whoever is not of it.
    """
    return sorted(range(len(acts)), key=lambda place: (_step(acts[place]), place))


def _step(act: Act) -> int:
    match act:
        case StateAct() | StageAct() | SnoozeAct():
            return 1
        case TeamAct():
            return 2
        case AssignAct():
            return 3
        case _:
            return 0


def is_message(act: Act) -> bool:
    """It writes to the customer."""
    return isinstance(act, ReplyAct | TemplateAct)


# What acts may be together -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyOwner:
    """Whose a saved reply or a macro is: an agent's, a team's, or (neither) the workspace's."""

    agent_id: UUID | None = None
    team_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class References:
    """What there is that acts can name."""

    agent_ids: frozenset[UUID] = frozenset()
    team_ids: frozenset[UUID] = frozenset()
    label_ids: frozenset[UUID] = frozenset()
    """Of conversations."""
    skill_ids: frozenset[UUID] = frozenset()
    stage_ids: frozenset[UUID] = frozenset()
    pattern_ids: frozenset[UUID] = frozenset()
    webhook_ids: frozenset[UUID] = frozenset()
    fields: Mapping[UUID, Field] = field(default_factory=dict[UUID, Field])
    """Of conversations and contacts."""
    replies: Mapping[UUID, ReplyOwner] = field(default_factory=dict[UUID, ReplyOwner])
    templates: Mapping[tuple[str, str], TemplateShape] = field(default_factory=dict[tuple[str, str], TemplateShape])
    """By name and language."""


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """An act that cannot be done, whichever the conversation: what it names is gone."""

    place: int
    reason: str
    title: str
    values: dict[str, str] = {}


def check_acts(acts: Sequence[Act], owner: ReplyOwner, known: References, *, is_by_rule: bool = False) -> None:
    """Raises Invalid for too few or too many, for two that contradict each other, and for the first broken one.

    `is_by_rule`: they are a rule's, and may ask programs.
    """
    if not acts:
        raise Invalid("Say what is to be done.", field="acts", reason="no_acts")
    if len(acts) > MOST_ACTS:
        raise Invalid(
            f"There are at most {MOST_ACTS} steps.",
            field="acts",
            reason="too_many_acts",
            values={"limit": str(MOST_ACTS)},
        )
    if sum(map(is_message, acts)) > MOST_MESSAGES:
        raise Invalid(
            f"A macro sends at most {MOST_MESSAGES} messages.",
            field="acts",
            reason="too_many_act_messages",
            values={"limit": str(MOST_MESSAGES)},
        )
    decided = [one for act in acts for one in _decides(act)]
    if len(set(decided)) < len(decided):
        raise Invalid("Two steps decide the same thing. Keep one of them.", field="acts", reason="acts_contradict")
    for place, act in enumerate(acts):
        try:
            _check_words(act)
            _check_names(act, owner, known)
            if isinstance(act, WebhookAct) and not is_by_rule:
                raise Invalid("Only a rule calls a webhook.", reason="act_only_of_rules")
        except ThreadlineError as error:
            at = f"acts.{place}"
            raise Invalid(error.text, field=at, reason=error.reason, values=error.values) from None


def broken_acts(acts: Sequence[Act], owner: ReplyOwner, known: References) -> list[Broken]:
    """Those that name what is gone, or what has changed so that they do not fit it any more."""
    found: list[Broken] = []
    for place, act in enumerate(acts):
        try:
            _check_names(act, owner, known)
        except ThreadlineError as error:
            values = dict(error.values)
            found.append(Broken(place=place, reason=error.reason, title=error.text, values=values))
    return found


def _decides(act: Act) -> list[object]:
    """What must be decided once. A state, a stage and a snooze are one thing."""
    match act:
        case StateAct() | StageAct() | SnoozeAct():
            return ["place"]
        case AssignAct() | TeamAct() | PriorityAct():
            return [type(act)]
        case LabelsAct() | SkillsAct():
            return [*act.add, *act.remove]
        case FieldAct():
            return [act.field_id]
        case WebhookAct():
            return [act.webhook_id]
        case NoteAct() | ReplyAct() | TemplateAct() | TaskAct():
            return []
        case _:
            assert_never(act)


def _check_words(act: Act) -> None:
    match act:
        case ReplyAct(text=text, reply_id=reply_id):
            if bool(text.strip()) is (reply_id is not None):
                raise Invalid("Write the answer, or choose a saved reply.", reason="act_needs_reply")
            check_text(text)
        case NoteAct(text=text):
            if not text.strip():
                raise Invalid("The note is empty.", reason="note_empty")
            check_text(text)
        case TemplateAct():
            for one in (*act.header_values, *act.body_values, *act.button_values):
                check_text(one.value)
        case TaskAct(title=title, pattern_id=pattern_id):
            if bool(title.strip()) is (pattern_id is not None):
                raise Invalid("Say what the task is, or choose a pattern.", reason="act_needs_task")
        case LabelsAct(add=add, remove=remove):
            if not add and not remove:
                raise Invalid("Choose a label.", reason="act_needs_label")
        case SkillsAct(add=add, remove=remove):
            if not add and not remove:
                raise Invalid("Choose a skill.", reason="act_needs_skill")
        case SnoozeAct(until=until, in_minutes=in_minutes):
            if until is not None and in_minutes is not None:
                raise Invalid("Say one time.", reason="acts_contradict")
        case _:
            return


def _check_names(act: Act, owner: ReplyOwner, known: References) -> None:
    match act:
        case AssignAct(assignee_id=UUID() as agent_id) | TaskAct(owner_id=UUID() as agent_id):
            if agent_id not in known.agent_ids:
                raise Invalid("This person is not in the workspace.", reason="person_not_here")
        case _:
            pass
    match act:
        case TeamAct(team_id=UUID() as team_id) if team_id not in known.team_ids:
            raise Invalid("This team does not exist any more.", reason="no_such_team")
        case LabelsAct(add=add, remove=remove) if not known.label_ids >= {*add, *remove}:
            raise Invalid("This label does not exist any more.", reason="no_such_label")
        case SkillsAct(add=add, remove=remove) if not known.skill_ids >= {*add, *remove}:
            raise Invalid("This skill does not exist any more.", reason="no_such_skill")
        case StageAct(stage_id=UUID() as stage_id) if stage_id not in known.stage_ids:
            raise Invalid("This stage does not exist any more.", reason="no_such_stage")
        case TaskAct(pattern_id=UUID() as pattern_id) if pattern_id not in known.pattern_ids:
            raise Invalid("This pattern does not exist any more.", reason="no_such_pattern")
        case WebhookAct(webhook_id=webhook_id) if webhook_id not in known.webhook_ids:
            raise Invalid("This webhook does not exist any more.", reason="no_such_webhook")
        case ReplyAct(reply_id=UUID() as reply_id):
            _check_reply(known.replies.get(reply_id), owner)
        case FieldAct(field_id=field_id, value=value):
            if field_id not in known.fields:
                raise Invalid("This field does not exist any more.", reason="no_such_field")
            lines_of(known.fields[field_id], value)
        case TemplateAct():
            _check_template(act, known.templates.get((act.name, act.language)))
        case _:
            return


def _check_reply(reply: ReplyOwner | None, owner: ReplyOwner) -> None:
    """Whoever may use the macro must have the reply."""
    if reply is None:
        raise Invalid("This saved reply does not exist any more.", reason="no_such_reply")
    is_everybodys = reply.agent_id is None and reply.team_id is None
    is_shared_alike = owner.agent_id is None and reply.team_id is not None and reply.team_id == owner.team_id
    is_own = owner.agent_id is not None and reply.agent_id in (None, owner.agent_id)
    if not (is_everybodys or is_shared_alike or is_own):
        raise Invalid("Not everybody who has this macro has this saved reply.", reason="reply_not_theirs")


def _check_template(act: TemplateAct, shape: TemplateShape | None) -> None:
    if shape is None:
        raise CannotSend(
            "This template does not exist in this language. Synchronise the channel's templates.",
            reason="template_unknown",
        )
    if shape.header_media:
        raise CannotSend(
            "This template needs a file as its heading. Send it from the conversation.", reason="act_template_file"
        )
    check_values(shape, template_of(act))


def template_of(act: TemplateAct) -> Template:
    return Template(
        name=act.name,
        language=act.language,
        header_values=tuple(act.header_values),
        body_values=tuple(act.body_values),
        button_values=tuple(act.button_values),
    )


# What acts have done, and what takes it back -----------------------------------------------------------------------


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What acts change of a conversation itself."""

    state: str
    assignee_id: UUID | None
    snoozed_until: datetime | None
    waiting_since: datetime | None
    """Resolving ends the waiting; taken back, the customer waits since they did."""
    label_ids: list[UUID]
    skill_ids: list[UUID] = []
    """Those that it asks for itself."""
    team_id: UUID | None = None
    priority: int = 0
    stage_id: UUID | None = None


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    field_id: UUID
    before: FieldValue | None
    after: FieldValue | None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What acts added beside the conversation. Ids only; words are where they belong."""

    message_ids: list[UUID] = []
    note_ids: list[UUID] = []
    task_ids: list[UUID] = []
    review_ids: list[UUID] = []
    call_ids: list[UUID] = []
    """Keys of what webhooks were asked."""
    fields: list[FieldChange] = []


@dataclass(frozen=True, slots=True)
class PutBack:
    """State, snooze, stage and clock go back together, as one act (core/undo.py)."""

    before: Standing
    after: Standing


Kept = Literal[
    "state", "assignee", "team", "labels", "skills", "priority", "field", "message", "note", "task", "review"
]
"""What stays when acts are taken back: somebody changed it since, or it has gone out."""


def restoring(before: Standing, after: Standing, now_is: Standing) -> tuple[list[Act | PutBack], list[Kept]]:
    """What brings a conversation from `now_is` back to `before`, as far as it stands as the acts left it; and what
    stays, for somebody changed it since.

    Only what they changed is looked at: a new label does not keep an assignment from being taken back.
    """
    back: list[Act | PutBack] = []
    kept: list[Kept] = []
    for what, is_as_left, acts in _changes(before, after, now_is):
        if is_as_left:
            back.extend(acts)
        else:
            kept.append(what)
    return back, kept


def _changes(
    before: Standing, after: Standing, now_is: Standing
) -> Iterator[tuple[Kept, bool, Sequence[Act | PutBack]]]:
    """What differs, whether it stands as it was left, and what takes it back."""
    was, left, found = ((one.state, one.snoozed_until, one.stage_id) for one in (before, after, now_is))
    if was != left:
        yield "state", found == left, [PutBack(before, after)]
    added, removed, is_as_left = _of_set(before.label_ids, after.label_ids, now_is.label_ids)
    if added or removed:
        yield "labels", is_as_left, [LabelsAct(add=removed, remove=added)]
    added, removed, is_as_left = _of_set(before.skill_ids, after.skill_ids, now_is.skill_ids)
    if added or removed:
        yield "skills", is_as_left, [SkillsAct(add=removed, remove=added)]
    if before.priority != after.priority:
        yield "priority", now_is.priority == after.priority, [PriorityAct(priority=before.priority)]
    assigning = AssignAct(assignee_id=before.assignee_id)
    if before.team_id != after.team_id:
        is_as_left = (now_is.team_id, now_is.assignee_id) == (after.team_id, after.assignee_id)
        yield "team", is_as_left, [TeamAct(team_id=before.team_id), assigning]
    elif before.assignee_id != after.assignee_id:
        yield "assignee", now_is.assignee_id == after.assignee_id, [assigning]


def _of_set(
    before: Sequence[UUID], after: Sequence[UUID], now_is: Sequence[UUID]
) -> tuple[list[UUID], list[UUID], bool]:
    """What was added, what was removed, and whether all of it still stands so."""
    added = [one for one in after if one not in before]
    removed = [one for one in before if one not in after]
    return added, removed, set(added) <= set(now_is) and not set(removed) & set(now_is)
