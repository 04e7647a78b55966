"""Letters that are the same to somebody who looks for a text: case and accents do not matter.

One letter stands for one letter, so a text is folded without a look at its neighbours; what is looked for becomes a
pattern that a database of any locale reads alike (store/filters.py).
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final

_SCRIPTS: Final = (
    (0x41, 0x250),
    (0x370, 0x590),
    (0x10A0, 0x1100),
    (0x1C90, 0x1CC0),
    (0x1E00, 0x2000),
    (0xFF21, 0xFF5B),
)
"""Where letters have a case or an accent: Latin, Greek, Cyrillic, Armenian, Georgian, and the full-width ones."""


def fold_text(text: str) -> str:
    """`Ёлка José` → `елка jose`. As long as what was given."""
    return text.translate(_table())


def letters_like(letter: str) -> str:
    """Every letter that is folded as this one is, the folded one first."""
    folded = fold_text(letter)
    return folded + _alike().get(folded, "")


@cache
def _table() -> dict[int, str]:
    return dict(_folded_letters())


@cache
def _alike() -> dict[str, str]:
    alike: dict[str, str] = {}
    for code, folded in _table().items():
        alike[folded] = alike.get(folded, "") + chr(code)
    return alike


def _folded_letters() -> Iterator[tuple[int, str]]:
    for first, end in _SCRIPTS:
        for code in range(first, end):
            letter = chr(code)
            folded = _fold(letter)
            if folded != letter:
                yield code, folded


def _fold(letter: str) -> str:
    """Without its accents and small, or as it is where that would be several letters."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    folded = bare.lower()
    return folded if len(folded) == 1 and folded.isalpha() else letter
