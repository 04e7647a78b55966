"""Labels: a name and one of twenty colours, on conversations or, kept apart, on contacts."""

import unicodedata
from typing import Final, Literal

LabelKind = Literal["conversation", "contact"]
"""What a label is put on. The two kinds never mix: a customer is a regular, their conversation is about a refund."""

LabelColour = Literal[
    "red",
    "orange",
    "yellow",
    "green",
    "teal",
    "blue",
    "purple",
    "grey",
    "maroon",
    "coral",
    "brown",
    "gold",
    "olive",
    "lime",
    "forest",
    "cyan",
    "sky",
    "navy",
    "violet",
    "pink",
]
"""A colour by its name; how it looks in each theme, and that it is seen there, is the screen's business. As many as
the phone app of WhatsApp has for its labels, so that a shop finds each of its own again."""

MOST_OF_A_KIND: Final = 200
"""A menu that is searched by typing, and lists that are fetched whole, bear so many."""
MOST_ON_ONE: Final = 20


def label_key(name: str) -> str:
    """Names with the same key are the same name to a person: case and how a letter was composed do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
