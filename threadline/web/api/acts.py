"""Acts as they come in: one closed model per kind, told apart by `kind`. Their twins: core/acts.py."""

from typing import Annotated, Literal

import msgspec
from pydantic import Field, StringConstraints

from threadline.core.acts import LONGEST_SNOOZE_MINUTES, MOST_ACTS, Act
from threadline.core.label import MOST_ON_ONE
from threadline.core.skill import MOST_ASKED
from threadline.web.api.contacts import FieldValueInput
from threadline.web.api.contents import TemplateValueInput
from threadline.web.api.inputs import Id, Input, Line, Moment, Paragraphs, Text, Title

_LabelIds = Annotated[list[Id], Field(max_length=MOST_ON_ONE)]
_SkillIds = Annotated[list[Id], Field(max_length=MOST_ASKED)]
_Short = Annotated[Line, StringConstraints(min_length=1, max_length=256)]
_Values = Annotated[list[TemplateValueInput], Field(max_length=50)]
_Written = Annotated[Text, StringConstraints(strip_whitespace=True, max_length=4_096)]


class AssignActInput(Input):
    kind: Literal["assign"]
    assignee_id: Id | None = None
    """Null: nobody, or, with `is_me`, whoever does it."""
    is_me: bool = False


class TeamActInput(Input):
    kind: Literal["team"]
    team_id: Id | None


class LabelsActInput(Input):
    kind: Literal["labels"]
    add: _LabelIds = Field(default_factory=list)
    remove: _LabelIds = Field(default_factory=list)


class SkillsActInput(Input):
    """What whoever is given the conversation should know."""

    kind: Literal["skills"]
    add: _SkillIds = Field(default_factory=list)
    remove: _SkillIds = Field(default_factory=list)


class PriorityActInput(Input):
    kind: Literal["priority"]
    priority: Annotated[int, Field(ge=0, le=3)]


class StateActInput(Input):
    kind: Literal["state"]
    state: Literal["open", "resolved"]


class StageActInput(Input):
    kind: Literal["stage"]
    stage_id: Id | None


class SnoozeActInput(Input):
    """Neither: until the customer writes."""

    kind: Literal["snooze"]
    until: Moment | None = None
    in_minutes: Annotated[int, Field(ge=1, le=LONGEST_SNOOZE_MINUTES)] | None = None
    """From when it is done."""


class NoteActInput(Input):
    kind: Literal["note"]
    text: Paragraphs


class ReplyActInput(Input):
    """Either words of its own or a saved reply."""

    kind: Literal["reply"]
    text: _Written = ""
    reply_id: Id | None = None


class TemplateActInput(Input):
    kind: Literal["template"]
    name: _Short
    language: _Short
    header_values: _Values = Field(default_factory=list)
    body_values: _Values = Field(default_factory=list)
    button_values: _Values = Field(default_factory=list)


class FieldActInput(Input):
    kind: Literal["field"]
    field_id: Id
    value: FieldValueInput | None


class TaskActInput(Input):
    """Either a title or a pattern."""

    kind: Literal["task"]
    title: Title | Annotated[str, Field(max_length=0)] = ""
    pattern_id: Id | None = None
    owner_id: Id | None = None
    is_mine: bool = False
    due_in_minutes: Annotated[int, Field(ge=0, le=60 * 24 * 365)] | None = None


class WebhookActInput(Input):
    """Of a rule only."""

    kind: Literal["webhook"]
    webhook_id: Id
    takes_answer: bool = False


ActInput = Annotated[
    AssignActInput
    | TeamActInput
    | LabelsActInput
    | SkillsActInput
    | PriorityActInput
    | StateActInput
    | StageActInput
    | SnoozeActInput
    | NoteActInput
    | ReplyActInput
    | TemplateActInput
    | FieldActInput
    | TaskActInput
    | WebhookActInput,
    Field(discriminator="kind"),
]
Acts = Annotated[list[ActInput], Field(max_length=MOST_ACTS + 1)]
"""One too many is let in, to be refused with a sentence."""


def to_act(given: ActInput) -> Act:
    return msgspec.convert(given.model_dump(), Act)


def to_acts(given: list[ActInput]) -> list[Act]:
    return [to_act(one) for one in given]
