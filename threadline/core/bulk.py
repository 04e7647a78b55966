"""Changes of many conversations or contacts at once: what is done to each, and how each can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from threadline.core.field import FieldValue

MOST_AT_ONCE: Final = 5_000
"""What one order changes at most; a list that matches more is cut there, and that is said."""
MOST_CONTACTS_AT_ONCE: Final = 20_000
MOST_NAMED: Final = 500
"""Conversations or contacts that an order may name one by one."""
BATCH: Final = 25
"""So many in a transaction: each is a handful of statements under its own lock."""


class BulkState(msgspec.Struct, frozen=True, kw_only=True, tag="state", tag_field="kind"):
    state: Literal["open", "resolved"]


class BulkAssign(msgspec.Struct, frozen=True, kw_only=True, tag="assign", tag_field="kind"):
    assignee_id: UUID | None


class BulkLabels(msgspec.Struct, frozen=True, kw_only=True, tag="labels", tag_field="kind"):
    add: list[UUID] = []
    remove: list[UUID] = []


class BulkSnooze(msgspec.Struct, frozen=True, kw_only=True, tag="snooze", tag_field="kind"):
    until: datetime | None


class BulkTeam(msgspec.Struct, frozen=True, kw_only=True, tag="team", tag_field="kind"):
    """Whoever has it and is not of the team has it no longer."""

    team_id: UUID | None


class BulkPriority(msgspec.Struct, frozen=True, kw_only=True, tag="priority", tag_field="kind"):
    priority: int


class BulkStage(msgspec.Struct, frozen=True, kw_only=True, tag="stage", tag_field="kind"):
    stage_id: UUID | None


class BulkContacts(msgspec.Struct, frozen=True, kw_only=True, tag="contacts", tag_field="kind"):
    """What an edit of many does to each contact; None leaves it as it is."""

    add_labels: list[UUID] = []
    remove_labels: list[UUID] = []
    is_vip: bool | None = None
    locale: str | None = None
    country: str | None = None
    company_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    """None: they belong to no company any more."""
    fields: dict[UUID, FieldValue | None] = {}
    is_muted: bool | None = None
    is_blocked: bool | None = None
    is_opted_out: bool | None = None
    lifts_words: bool = False
    """Opting in also takes back what customers said by a stop word. Without it, they are left out."""


BulkOrder = BulkState | BulkAssign | BulkLabels | BulkSnooze | BulkTeam | BulkPriority | BulkStage


@dataclass(frozen=True, slots=True)
class PutBack:
    """State, snooze, stage and clock go back together, as one act (core/undo.py)."""

    before: "Standing"
    after: "Standing"


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why one conversation or contact was left as it was: what the refusal said."""

    reason: str
    title: str
    values: dict[str, str] = {}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What an order can change of a conversation."""

    state: str
    assignee_id: UUID | None
    snoozed_until: datetime | None
    waiting_since: datetime | None
    """Resolving ends the waiting; taken back, the customer waits since they did."""
    label_ids: list[UUID]
    team_id: UUID | None = None
    priority: int = 0
    stage_id: UUID | None = None


def undoing(
    order: BulkOrder, before: Standing, after: Standing, now_is: Standing
) -> Sequence[BulkOrder | PutBack] | None:
    """What restores one conversation: nothing if nothing had changed, None if somebody changed it since.

    Only what the order changed is looked at: a new label does not keep an assignment from being taken back.
    """
    match order:
        case BulkLabels():
            added = [one for one in after.label_ids if one not in before.label_ids]
            removed = [one for one in before.label_ids if one not in after.label_ids]
            if not added and not removed:
                return []
            is_as_left = set(added) <= set(now_is.label_ids) and not set(removed) & set(now_is.label_ids)
            return [BulkLabels(add=removed, remove=added)] if is_as_left else None
        case BulkAssign():
            if before.assignee_id == after.assignee_id:
                return []
            return [BulkAssign(assignee_id=before.assignee_id)] if now_is.assignee_id == after.assignee_id else None
        case BulkTeam():
            was, left = (before.team_id, before.assignee_id), (after.team_id, after.assignee_id)
            if was == left:
                return []
            back: list[BulkOrder] = [BulkTeam(team_id=before.team_id), BulkAssign(assignee_id=before.assignee_id)]
            return back if (now_is.team_id, now_is.assignee_id) == left else None
        case BulkPriority():
            if before.priority == after.priority:
                return []
            return [BulkPriority(priority=before.priority)] if now_is.priority == after.priority else None
        case BulkState() | BulkSnooze() | BulkStage():
            was, left, found = ((one.state, one.snoozed_until, one.stage_id) for one in (before, after, now_is))
            if was == left:
                return []
            return [PutBack(before, after)] if found == left else None
