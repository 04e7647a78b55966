"""Taking an act back: everything as it was before, except what somebody changed since. Pure."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.conversation import ConversationState
from threadline.core.errors import Invalid

Kept = Literal["state", "stage", "assignee", "team"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What acts on a conversation change, and undoing brings back."""

    state: ConversationState
    snoozed_until: datetime | None
    assignee_id: UUID | None
    team_id: UUID | None
    stage_id: UUID | None = None


def check_stood(before: Standing, after: Standing, known: Sequence[Standing]) -> None:
    """Raises Invalid unless what is to come back from `before` really was: each part apart, for acts change them apart.

    `known` is how it stood before each change of late. Somebody's screen tells `before`, and may tell anything.
    """
    parts: tuple[Callable[[Standing], object], ...] = (_place, _assignee, _team)
    for part in parts:
        if part(before) != part(after) and not any(part(before) == part(one) for one in known):
            raise Invalid(
                "This conversation did not stand so before, so it cannot be taken back to that.",
                field="before",
                reason="never_stood_so",
            )


def _assignee(standing: Standing) -> UUID | None:
    return standing.assignee_id


def _team(standing: Standing) -> UUID | None:
    return standing.team_id


def restore(before: Standing, after: Standing, current: Standing, *, now: datetime) -> tuple[Standing, list[Kept]]:
    """What stands once the act that led from `before` to `after` is undone, and what stays because it changed since.

    State, time of a snooze and stage are one thing. A snooze whose time is over meanwhile has nothing to come back to:
    open, and in no stage.
    """
    kept: list[Kept] = []
    target = current
    if _place(before) != _place(after):
        if _place(current) != _place(after):
            kept.append("state" if _sleep(before) != _sleep(after) else "stage")
        else:
            target = _put_back(target, before, now)
    if before.assignee_id != after.assignee_id:
        if current.assignee_id != after.assignee_id:
            kept.append("assignee")
        else:
            target = msgspec.structs.replace(target, assignee_id=before.assignee_id)
    if before.team_id != after.team_id:
        if current.team_id != after.team_id:
            kept.append("team")
        else:
            target = msgspec.structs.replace(target, team_id=before.team_id)
    return target, kept


def _sleep(standing: Standing) -> tuple[ConversationState, datetime | None]:
    is_snoozed = standing.state is ConversationState.SNOOZED
    return standing.state, standing.snoozed_until if is_snoozed else None


def _place(standing: Standing) -> tuple[ConversationState, datetime | None, UUID | None]:
    return *_sleep(standing), standing.stage_id


def _put_back(target: Standing, before: Standing, now: datetime) -> Standing:
    state, until, stage_id = _place(before)
    if until is not None and until <= now:
        state, until, stage_id = ConversationState.OPEN, None, None
    return msgspec.structs.replace(target, state=state, snoozed_until=until, stage_id=stage_id)
