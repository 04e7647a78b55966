"""Telephone numbers as people write them."""

from functools import lru_cache

import phonenumbers


@lru_cache(maxsize=10_000)
def display_phone(value: str) -> str:
    """`+447700900318` → `+44 7700 900318`, by the habits of its country; anything else as it is."""
    if not value.startswith("+"):
        return value
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
