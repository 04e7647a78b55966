"""What is guessed of a customer, when it is night there, and how they are looked for."""

from datetime import UTC, datetime

import pytest

from threadline.core.contact import COUNTRIES, check_country, check_time_zone, guess_locale, is_night, search_terms
from threadline.core.errors import Invalid
from threadline.infra.phone import country_of_phone, read_phone, region_of_phone, zone_of_customer, zone_of_phone


@pytest.mark.parametrize(
    ("phone", "locale", "zone"),
    [
        ("+4915112345678", "de", "Europe/Berlin"),
        ("+447700900318", "en", "Europe/London"),
        ("+353851234567", "en", "Europe/Dublin"),
        ("+34612345678", "es", ""),  # the Canaries have another hour
        ("+41791234567", "", "Europe/Zurich"),  # four languages
        ("+12125550123", "en", "America/New_York"),
        ("+79161234567", "ru", ""),
        ("", "", ""),
        ("no number", "", ""),
    ],
)
def test_language_and_zone_are_guessed_only_where_there_is_one(phone: str, locale: str, zone: str) -> None:
    assert (guess_locale(region_of_phone(phone)), zone_of_phone(phone)) == (locale, zone)


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("+4915112345678", "DE"),
        ("+447700900318", "GB"),
        ("+447797712345", "JE"),
        ("+77012345678", "KZ"),
        ("+79161234567", "RU"),
        ("+16135550123", "CA"),
        ("+24740123", "SH"),  # Ascension, which no list of countries names
        ("+80012345678", ""),  # belongs to no country
        ("", ""),
        ("+1", ""),
    ],
)
def test_a_number_tells_its_country(phone: str, country: str) -> None:
    assert country_of_phone(phone) == country
    assert country == "" or country in COUNTRIES


@pytest.mark.parametrize(
    ("phone", "country", "zone"),
    [
        ("+12125550123", "", "America/New_York"),
        ("+12125550123", "US", "America/New_York"),
        ("+12125550123", "DE", "Europe/Berlin"),  # moved, and kept the number
        ("+4915112345678", "US", ""),  # of many clocks
        ("+4915112345678", "KZ", ""),  # its code is Russia's, too
        ("", "IE", "Europe/Dublin"),
        ("", "AQ", ""),
    ],
)
def test_the_clock_is_that_of_the_country_that_somebody_said(phone: str, country: str, zone: str) -> None:
    assert zone_of_customer(phone, country) == zone


def test_only_countries_that_exist_are_taken() -> None:
    assert len(COUNTRIES) == len(set(COUNTRIES)) == 250
    for code in ("", *COUNTRIES):
        check_country(code)
    for code in ("UK", "de", "EU", "DDR", "D"):
        with pytest.raises(Invalid):
            check_country(code)


@pytest.mark.parametrize(
    ("at", "zone", "night"),
    [
        ("2026-01-10T20:59", "Europe/London", False),
        ("2026-01-10T21:00", "Europe/London", True),
        ("2026-01-10T07:59", "Europe/London", True),
        ("2026-01-10T08:00", "Europe/London", False),
        ("2026-07-10T20:30", "Europe/London", True),  # summer time
        ("2026-01-10T12:00", "Asia/Tokyo", True),
        ("2026-01-10T23:00", "", False),
        ("2026-01-10T23:00", "Mars/Olympus", False),
    ],
)
def test_night_is_that_of_the_customer(at: str, zone: str, night: bool) -> None:
    assert is_night(datetime.fromisoformat(at).replace(tzinfo=UTC), zone) is night


def test_only_zones_that_clocks_know_are_taken() -> None:
    check_time_zone("")
    check_time_zone("America/Argentina/Buenos_Aires")
    for name in ("Mars/Olympus", "../../etc/passwd", "Europe/"):
        with pytest.raises(Invalid):
            check_time_zone(name)


@pytest.mark.parametrize(
    ("search", "words", "digits"),
    [
        ("Ana  REYES", ["ana", "reyes"], ""),
        ("+44 7700 900-318", ["+44", "7700", "900-318"], "447700900318"),
        ("0171 234", ["0171", "234"], "171234"),
        ("12", ["12"], ""),
    ],
)
def test_words_and_digits_are_looked_for(search: str, words: list[str], digits: str) -> None:
    assert search_terms(search) == (words, digits)


@pytest.mark.parametrize(
    ("typed", "region", "number"),
    [
        ("+44 7700 900318", "", "+447700900318"),
        ("0044 7700 900318", "", "+447700900318"),
        ("07700 900318", "GB", "+447700900318"),
        ("07700 900318", "", ""),
        ("123", "", ""),
        ("=cmd()", "DE", ""),
    ],
)
def test_a_typed_number_is_read_with_its_country(typed: str, region: str, number: str) -> None:
    assert read_phone(typed, region) == number
