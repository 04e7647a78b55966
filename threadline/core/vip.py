"""What a workspace does for its important customers, whenever they come. Pure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

VIP: Final = "vip"
"""Why a conversation presses more, or has somebody: its customer is important."""


@dataclass(frozen=True, slots=True)
class VipCare:
    """What is decided for all of them. Nought, and None: nothing of that."""

    priority: int = 0
    team_id: UUID | None = None
    assignee_id: UUID | None = None
    """Only somebody who is here and sees the channel; else nobody."""


@dataclass(frozen=True, slots=True)
class Handled:
    """How a conversation presses, in whose queue it is and who has it."""

    priority: int
    team_id: UUID | None
    assignee_id: UUID | None


def care_for(care: VipCare, now_is: Handled) -> Handled:
    """At least that priority, never less than there is; a team and an owner where there is none.

    Whoever has the conversation keeps it: they know the customer. Where somebody has it, no team takes it from them.
    """
    is_free = now_is.assignee_id is None
    return Handled(
        priority=max(now_is.priority, care.priority),
        team_id=care.team_id if now_is.team_id is None and is_free else now_is.team_id,
        assignee_id=care.assignee_id if is_free else now_is.assignee_id,
    )
