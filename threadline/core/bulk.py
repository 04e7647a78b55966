"""Changes of many conversations at once: what is done to each, and how each can be taken back."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

MOST_AT_ONCE: Final = 5_000
"""What one order changes at most; a list that matches more is cut there, and that is said."""
MOST_NAMED: Final = 500
"""Conversations that an order may name one by one."""
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


BulkOrder = BulkState | BulkAssign | BulkLabels | BulkSnooze


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What an order can change of a conversation."""

    state: str
    assignee_id: UUID | None
    snoozed_until: datetime | None
    waiting_since: datetime | None
    """Resolving ends the waiting; taken back, the customer waits since they did."""
    label_ids: list[UUID]


def undoing(order: BulkOrder, before: Standing, after: Standing, now_is: Standing) -> list[BulkOrder] | None:
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
        case BulkState() | BulkSnooze():
            left, found = (after.state, after.snoozed_until), (now_is.state, now_is.snoozed_until)
            if (before.state, before.snoozed_until) == left:
                return []
            return _to_state(before) if found == left else None


def _to_state(before: Standing) -> list[BulkOrder]:
    match before.state:
        case "snoozed":
            return [BulkState(state="open"), BulkSnooze(until=before.snoozed_until)]
        case "resolved":
            return [BulkState(state="resolved")]
        case _:
            return [BulkState(state="open")]
