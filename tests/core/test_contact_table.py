"""Tables of contacts: nothing runs what we write, and what was written comes back."""

import csv
import io

import pytest

from threadline.core.contact_table import csv_line, defused, given_back, restored


@pytest.mark.parametrize("cell", ["=1+1", "+44 7700 900318", "-5", "@SUM(A1)", "\tx", "\rx"])
def test_what_a_spreadsheet_would_run_is_defused_and_restored(cell: str) -> None:
    assert defused(cell) == f"'{cell}"
    assert restored(defused(cell)) == cell


@pytest.mark.parametrize("cell", ["Ana", "'s-Hertogenbosch", "", "'", "a=b"])
def test_everything_else_stays_as_it_is(cell: str) -> None:
    assert defused(cell) == restored(cell) == cell


def test_a_line_is_read_back_by_any_reader() -> None:
    cells = ['Ana "the potter"', "two\nlines", "a, b; c", "=HYPERLINK(1)"]
    assert next(csv.reader(io.StringIO(csv_line(cells)))) == [*cells[:3], "'=HYPERLINK(1)"]


def test_undoing_gives_back_what_nobody_changed_since() -> None:
    before = {"name": "Ana", "email": "", "field 1": ["a"]}
    after = {"name": "Ana R.", "email": "a@example.org", "field 2": ["b"]}
    now = {"name": "Ana Reyes", "email": "a@example.org", "field 2": ["b"]}
    assert given_back(before, after, now) == {"email": "", "field 1": ["a"], "field 2": None}
