"""Tables of contacts that people bring and take: what a cell means, and how it is written so that nothing runs it."""

from collections.abc import Mapping, Sequence
from typing import Final

MOST_ROWS_AT_ONCE: Final = 200
"""Of one request: its transaction lasts about a second, and who waits sees how far it is."""

MOST_ROWS: Final = 200_000
"""Of a table that a worker reads in."""

_STARTS_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the start of a formula (OWASP, CSV injection)."""


def defused(cell: str) -> str:
    """As it is written: a spreadsheet shows a leading apostrophe to nobody and runs nothing behind it."""
    return f"'{cell}" if cell.startswith(_STARTS_FORMULAS) else cell


def restored(cell: str) -> str:
    """As it was, of a table that we wrote or that a spreadsheet saved."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1:].startswith(_STARTS_FORMULAS) else cell


def csv_line(cells: Sequence[str]) -> str:
    """RFC 4180: every cell in quotes, so that commas, lines and quotes inside need no thought."""
    return ",".join('"' + defused(cell).replace('"', '""') + '"' for cell in cells) + "\r\n"


def given_back(
    before: Mapping[str, object], after: Mapping[str, object], now: Mapping[str, object]
) -> dict[str, object]:
    """What undoing a batch sets: of what it changed, whatever nobody changed since."""
    return {
        name: before.get(name)
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name) and now.get(name) == after.get(name)
    }
