"""What a contact is found by: any part of a name, a handle, a number or another address.

Parts are looked up by grams, three characters each; that they stand in this order is for a second look (`fits`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from threadline.core.search_text import fold, grams_of, name_words, parts_wanted

_NUMBER: Final = "+"
"""The sign of a gram of a number or address, kept apart from those of names for whoever may not see numbers."""
_WHOLE: Final = "!"
"""The sign of a whole number or address: who may not see it, but knows it, finds it by this."""


def contact_lexemes(*, name: str, handle: str, numbers: Iterable[str]) -> list[str]:
    """`numbers`: telephone numbers and any other addresses."""
    addresses = [address for number in numbers if (address := bare(number))]
    grams = grams_of([*name_words(name), *name_words(handle)])
    of_numbers = [_NUMBER + gram for gram in grams_of(addresses)]
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


def parts_of(texts: Sequence[tuple[str, bool]]) -> list[Part]:
    """What was typed, cut at blanks unless it was quoted or is a number."""
    return [part for text, _ in texts if (part := _part(text)).names or part.numbers]


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


def lexeme_query(parts: Sequence[Part], *, sees_numbers: bool) -> list[list[list[tuple[str, bool]]]]:
    """Of each part its alternatives, each a list of (lexeme, whether it is only a beginning) that must all be there."""
    telling = [part for part in parts if _is_telling(part)]
    return [_alternatives(part, sees_numbers=sees_numbers) for part in telling or parts]


def _is_telling(part: Part) -> bool:
    """One letter is a beginning of a great many grams: beside longer parts it waits for the second look."""
    return all(len(word) >= 2 for word in (*part.names, *part.numbers))


def _alternatives(part: Part, *, sees_numbers: bool) -> list[list[tuple[str, bool]]]:
    by_name = [(term.word, term.is_prefix) for word in part.names for term in parts_wanted(word)]
    if not sees_numbers:
        whole = [[(_WHOLE + number, False)] for number in part.numbers]
        return [by_name, *whole] if by_name else whole
    by_number = [[(_NUMBER + term.word, term.is_prefix) for term in parts_wanted(number)] for number in part.numbers]
    return [by_name, *by_number] if by_name else by_number


def fits(parts: Sequence[Part], *, name: str, handle: str, numbers: Iterable[str], sees_numbers: bool) -> bool:
    """True if every part is really contained, in its order."""
    words = [*name_words(name), *name_words(handle)]
    addresses = [bare(number) for number in numbers]
    return all(_contains(part, words, addresses, sees_numbers=sees_numbers) for part in parts)


def _contains(part: Part, words: Sequence[str], addresses: Sequence[str], *, sees_numbers: bool) -> bool:
    if part.names and all(any(name in word for word in words) for name in part.names):
        return True
    if not sees_numbers:
        return any(number in addresses for number in part.numbers)
    return any(number in address for number in part.numbers for address in addresses)
