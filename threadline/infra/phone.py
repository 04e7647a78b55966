"""Telephone numbers as people write them, and where in the world they belong."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers


@lru_cache(maxsize=10_000)
def display_phone(value: str) -> str:
    """`+447700900318` → `+44 7700 900318`, by the habits of its country; anything else as it is."""
    number = _parse(value)
    if number is None:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def display_name(name: str) -> str:
    """What somebody is called: a name that is nothing but a number as `display_phone` shows it, any other as it is.

    Some providers write a number without its plus: it is one if its country has such numbers.
    """
    if not _DIGITS.fullmatch(name):
        return name
    if name.startswith("+"):
        return display_phone(name)
    number = _parse(f"+{name}")
    return display_phone(f"+{name}") if number is not None and phonenumbers.is_valid_number(number) else name


_DIGITS: Final = re.compile(r"\+?[0-9]{10,15}")


def compact_phone(value: str) -> str:
    """`+44 7700 900318` → `+447700900318`, what `display_phone` made readable; anything else as it is."""
    return re.sub(r"[^+0-9]", "", value) if _parse(value) is not None else value


@lru_cache(maxsize=10_000)
def region_of_phone(value: str) -> str:
    """The country of a number by its two letters, or the one that its code belongs to first; "" if it is none."""
    number = _parse(value)
    if number is None:
        return ""
    region = phonenumbers.region_code_for_number(number)
    return region or phonenumbers.region_code_for_country_code(number.country_code or 0)


def country_of_phone(value: str) -> str:
    """The country of a number as ISO 3166 has it; "" for one of no country, as those of satellites."""
    region = region_of_phone(value)
    return _PARTS_OF.get(region, region) if region.isalpha() else ""


_PARTS_OF: Final = {"AC": "SH", "TA": "SH"}
"""Ascension and Tristan da Cunha have codes of their own to dial, and none of their own in the list of countries."""


def zone_of_customer(phone: str, country: str) -> str:
    """The time zone of somebody with this number who is, as far as somebody said it, in this country; "" if unsure.

    A number that was kept after a move tells nothing of the clock where its owner is now.
    """
    if country in ("", country_of_phone(phone)):
        return zone_of_phone(phone)
    code = phonenumbers.country_code_for_region(country)
    return _one_zone(code, _zones_of_code(code)) if code else ""


@lru_cache(maxsize=10_000)
def zone_of_phone(value: str) -> str:
    """The time zone of a number, if its clock can show one time only; else "": a wrong hour is worse than none."""
    number = _parse(value)
    if number is None:
        return ""
    from phonenumbers import timezone  # its table is read when the first contact is looked at

    known = timezone.time_zones_for_number(number)
    if known == (timezone.UNKNOWN_TIMEZONE,):  # a range that nobody has handed out yet
        known = timezone.time_zones_for_geographical_number(number)
    return _one_zone(number.country_code or 0, known)


def _zones_of_code(country_code: int) -> Sequence[str]:
    """Of every country that shares the code: +1 is two dozen of them, and none is told apart here."""
    from phonenumbers import timezone

    return timezone.time_zones_for_geographical_number(phonenumbers.PhoneNumber(country_code=country_code))


def _one_zone(country_code: int, known: Sequence[str]) -> str:
    """The one of these zones, if there is but one clock among them."""
    from phonenumbers import timezone

    zones = [zone for zone in known if zone != timezone.UNKNOWN_TIMEZONE]
    if len({_clock_of(zone) for zone in zones}) != 1:
        return ""
    return zones[0] if len(zones) == 1 else _capital_zone(country_code, zones)


def _clock_of(zone: str) -> tuple[object, ...]:
    """Zones with the same clock in winter and in summer are one to a customer."""
    clock = ZoneInfo(zone)
    return tuple(datetime(2026, month, 1, tzinfo=clock).utcoffset() for month in (1, 7))


def _capital_zone(country_code: int, zones: Sequence[str]) -> str:
    """`Europe/London` and not `Europe/Guernsey`: where the country's own numbers are."""
    if country_code in _LEFT_OUT:
        return _LEFT_OUT[country_code]
    from phonenumbers import timezone

    example = phonenumbers.example_number(phonenumbers.region_code_for_country_code(country_code))
    usual = timezone.time_zones_for_number(example) if example is not None else ()
    return next((zone for zone in usual if zone in zones), zones[0])


_LEFT_OUT: Final = {353: "Europe/Dublin"}
"""Capitals that the library's table replaces by other places with the same clock."""


def read_phone(text: str, region: str = "") -> str:
    """What somebody typed, in any form → `+447700900318`; "" if it is no number that can exist.

    `region` is where a number without a country belongs.
    """
    typed = text.strip()
    if typed.startswith("00"):
        typed = "+" + typed[2:]
    try:
        number = phonenumbers.parse(typed, region or None)
    except phonenumbers.NumberParseException:
        return ""
    # One that can only be dialled within a town is nobody's address.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _parse(value: str) -> phonenumbers.PhoneNumber | None:
    if not value.startswith("+"):
        return None
    try:
        return phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return None
