import pytest

from threadline.infra.phone import display_phone


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("+447700900318", "+44 7700 900318"),
        ("+34600000214", "+34 600 00 02 14"),
        ("+1", "+1"),
        ("+999", "+999"),
        ("GB.13491208655302741918", "GB.13491208655302741918"),
        ("", ""),
    ],
)
def test_numbers_are_shown_as_their_country_writes_them(value: str, shown: str) -> None:
    assert display_phone(value) == shown
