import pytest

from threadline.infra.phone import compact_phone, display_name, display_phone


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


def test_a_name_that_is_a_number_is_written_as_one() -> None:
    for name, shown in (
        ("+447700900318", "+44 7700 900318"),
        ("4915112345678", "+49 1511 2345678"),
        ("Ana", "Ana"),
        ("Ana +447700900318", "Ana +447700900318"),
        ("9999999999", "9999999999"),
        ("20260101", "20260101"),
        ("", ""),
    ):
        assert display_name(name) == shown


def test_what_is_shown_to_people_goes_back_to_what_programs_read() -> None:
    for number in ("+447700900318", "+4915112345678", "+12025550123", "+34612345678", "+551155256325"):
        assert compact_phone(display_phone(number)) == number
    assert compact_phone("GB.3f9a77") == "GB.3f9a77"
    assert compact_phone("") == ""
