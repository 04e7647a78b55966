"""An assignee who says nothing while their customer waits: when they lose them, and when that is told. Pure.

Silence begins with the assignment, or with the waiting if that came later, and anew with every sign of life: a word in
the thread, a letter typed. It is counted in business time, so that nobody is silent while they need not be there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from threadline.core.calendar import Calendar, business_seconds
from threadline.core.content import Line

MOST_TAKEN: Final = 2
"""So often one customer's wait is taken from somebody. Then the supervisors are told."""
MOST_SILENT_MIN: Final = 1440
SILENT: Final = "silent"
"""Why it was taken from somebody: they said nothing."""
LEFT_WAITING: Final = "left_waiting"
TYPING_KEPT_EVERY: Final = timedelta(seconds=15)
"""That somebody types is kept no more often. Much less than the shortest silence, a minute."""


class Step(StrEnum):
    TAKE_BACK = "take_back"
    """It waits for the whole team again."""
    TELL = "tell"
    """Taking it back helps nobody any more: the supervisors are told, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A customer who waits for their assignee."""

    after_min: int
    """So many minutes of silence are too many in this team."""
    since: datetime
    """`silent_since` of it."""
    taken_from: frozenset[UUID]
    """From whom this wait was taken before; never again given to them while there is somebody else."""
    colleague_ids: frozenset[UUID]
    """Who else of the team is online and sees the channel."""


def silent_since(waiting_since: datetime, assigned_at: datetime | None, signs: Iterable[datetime | None]) -> datetime:
    """`signs`: when the assignee last wrote or typed here; None: never. `store/silences.py` asks the same of rows."""
    return max(moment for moment in (waiting_since, assigned_at, *signs) if moment is not None)


def step_of(silence: Silence, calendar: Calendar | None, *, now: datetime) -> Step | None:
    """What is due. `calendar` None: always open. None: nothing yet."""
    if _silent_s(silence.since, calendar, now) < silence.after_min * 60:
        return None
    has_another = bool(silence.colleague_ids - silence.taken_from)
    return Step.TAKE_BACK if has_another and len(silence.taken_from) < MOST_TAKEN else Step.TELL


def _silent_s(since: datetime, calendar: Calendar | None, now: datetime) -> float:
    if calendar is None:
        return (now - since).total_seconds()
    try:
        return business_seconds(calendar, since, now)
    except ZoneInfoNotFoundError:  # the zones of this machine are not those with which it was made
        return (now - since).total_seconds()


def left_waiting_line(assignee_id: UUID, *, after_min: int, taken: int) -> Line:
    """Tells that the supervisors were told, and why."""
    return Line(
        what=LEFT_WAITING, data={"assignee_id": str(assignee_id), "minutes": str(after_min), "taken": str(taken)}
    )
