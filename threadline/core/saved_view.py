"""Saved views: whose they are, and how many there may be."""

from enum import StrEnum
from typing import Final, Literal

Audience = Literal["own", "team", "all"]

MOST_VIEWS: Final = 50
"""Of one agent, of one team, of the workspace: a pane of the screen bears so many, and so do their figures."""


class Sorting(StrEnum):
    """How the rows of a view are sorted, where it is opened."""

    DUE = "due"
    """Who waits, by what is due next; then the last activity."""
    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"
    """Who waits, the longest first; then the last activity."""
    PRIORITY = "priority"
    """What presses most, then the last activity."""
    TRIAGE = "triage"
    """Who waits, by what the desk would lose; then the last activity."""
