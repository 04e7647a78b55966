"""What a contact is found by: any part of a name, a handle, a number or another address.

Parts are looked up by grams: pieces of a few characters, each a lexeme of its own, so that none is looked up by its
beginning, which would read everything that begins so. That they stand in this order is for a second look (`fits`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from threadline.core.personal import mask_address, mask_written
from threadline.core.search_text import fold, grams_of, grams_wanted, name_words

_NUMBER: Final = "+"
"""The sign of a gram of a number or address, kept apart from those of names for whoever may not see numbers."""
_WHOLE: Final = "!"
"""The sign of a whole number or address: who may not see it, but knows it, finds it by this."""

_SIZES_OF_NAMES: Final = (1, 2, 3)
_SIZES_OF_NUMBERS: Final = (2, 3, 4, 6)
"""Ten digits make few threes, and numbers of a country or company begin alike: six tell one from most others."""


def contact_lexemes(*, name: str, handle: str, numbers: Iterable[str]) -> list[str]:
    """`numbers`: telephone numbers and any other addresses."""
    addresses = [address for number in numbers if (address := bare(number))]
    grams = grams_of([*name_words(name), *name_words(handle)], _SIZES_OF_NAMES)
    of_numbers = [_NUMBER + gram for gram in grams_of(addresses, _SIZES_OF_NUMBERS)]
    return list(dict.fromkeys([*grams, *of_numbers, *(_WHOLE + address for address in addresses)]))


def bare(address: str) -> str:
    """A number as its digits alone, however it is written; another address folded."""
    folded = fold(address).strip()
    digits = "".join(filter(str.isdigit, folded))
    is_number = bool(digits) and all(not one.isalpha() and one not in "@_" for one in folded)
    return digits if is_number else folded


@dataclass(frozen=True, slots=True)
class Part:
    """Something a contact must contain: in a name as one of `names`, or in a number as one of `numbers`."""

    names: tuple[str, ...]
    """All words of what was typed at once."""
    numbers: tuple[str, ...]
    """Any of these: `0170…` is also looked up as `170…`, for numbers are kept with their country."""


def parts_of(texts: Sequence[tuple[str, bool]], *, sees_numbers: bool = True) -> list[Part]:
    """What was typed, cut at blanks unless it was quoted or is a number.

    `sees_numbers` False: digits are looked for as whole numbers only, for a name is often nothing but a number.
    """
    parts = [_part(text) for text, _ in texts]
    if not sees_numbers:
        parts = [Part((), part.numbers) if all(map(str.isdigit, part.names)) else part for part in parts]
    return [part for part in parts if part.names or part.numbers]


def _part(text: str) -> Part:
    address = bare(text)
    numbers = [address] if len(address) >= _SHORTEST_NUMBER else []
    if numbers and address.isdigit() and address.startswith("0") and len(address.lstrip("0")) >= _SHORTEST_NUMBER:
        numbers.append(address.lstrip("0"))
    is_number = bool(numbers) and address.isdigit() and len(address) >= _LONG_NUMBER
    return Part(() if is_number else tuple(name_words(text)), tuple(numbers))


_SHORTEST_NUMBER: Final = 2
_LONG_NUMBER: Final = 7
"""So many digits stand in no name."""


def lexeme_query(parts: Sequence[Part], *, sees_numbers: bool) -> list[list[list[str]]]:
    """Of each part its alternatives, each a list of lexemes that must all be there."""
    return [_alternatives(part, sees_numbers=sees_numbers) for part in parts]


def _alternatives(part: Part, *, sees_numbers: bool) -> list[list[str]]:
    by_name = [gram for word in part.names for gram in grams_wanted(word, _SIZES_OF_NAMES)]
    if sees_numbers:
        by_number = [[_NUMBER + gram for gram in grams_wanted(one, _SIZES_OF_NUMBERS)] for one in part.numbers]
    else:
        by_number = [[_WHOLE + number] for number in part.numbers]
    return [by_name, *by_number] if by_name else by_number


def fits(parts: Sequence[Part], *, name: str, handle: str, numbers: Iterable[str], sees_numbers: bool) -> bool:
    """True if every part is really contained, in its order. Who may not see numbers finds by what they are shown."""
    if not sees_numbers:
        name, handle = mask_written(name), mask_address(handle)
    words = [*name_words(name), *name_words(handle)]
    addresses = [bare(number) for number in numbers]
    return all(_contains(part, words, addresses, sees_numbers=sees_numbers) for part in parts)


def _contains(part: Part, words: Sequence[str], addresses: Sequence[str], *, sees_numbers: bool) -> bool:
    if part.names and all(any(name in word for word in words) for name in part.names):
        return True
    if not sees_numbers:
        return any(number in addresses for number in part.numbers)
    return any(number in address for number in part.numbers for address in addresses)
