"""The same text to many: what counts as the same, and what counts at all. Pure.

Providers take many equal messages within minutes for advertising, and customers take them for a machine. So whoever is
about to send one is told before. Counted are the texts of one agent: it is they who can word theirs otherwise.
"""

import hashlib
import unicodedata
from typing import Final
from uuid import UUID

from threadline.core.content import Content, Media, Text

MOST_CUSTOMERS: Final = 1_000
MOST_MINUTES: Final = 1_440
SHORTEST: Final = 20
"""Letters and digits. Who says "One moment, please" to everybody says nothing that would be taken for advertising."""


def text_of(content: Content) -> str:
    """What a person wrote of it. Of a template nothing: its words are the provider's, and many get it by its nature."""
    match content:
        case Text(text=text) | Media(caption=text):
            return text
        case _:
            return ""


def digest_of(text: str, *, name: str, workspace_id: UUID) -> str | None:
    """Equal for texts that say the same: case, signs, spaces and the customer's own name make no difference.

    None for one that is too short to count. Different in every workspace. 32 letters, from which no text comes back.
    """
    own = set(_words(name))
    words = [word for word in _words(text) if word not in own]
    if sum(map(len, words)) < SHORTEST:
        return None
    return hashlib.blake2b(" ".join(words).encode(), key=workspace_id.bytes, digest_size=16).hexdigest()


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()
