"""Teams: people who share a queue of conversations."""

from typing import Final

from threadline.core.label import LabelColour, label_key

TeamColour = LabelColour
"""The colours are those of labels: a screen that shows both stays calm."""

MOST_TEAMS: Final = 100
"""Menus and lists that show all of them, and the frames that carry none, bear so many."""
MOST_MEMBERS: Final = 1000


def team_key(name: str) -> str:
    """Names with the same key are the same name to a person."""
    return label_key(name)
