"""Skills: what somebody knows that not everybody does. Agents have them; conversations and labels ask for them."""

import unicodedata
from typing import Final

MOST_SKILLS: Final = 100
MOST_ASKED: Final = 10
"""By one conversation, beside what its labels ask for."""


def skill_key(name: str) -> str:
    """Names with the same key are the same name to a person: case and how a letter was composed do not matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
