"""Contacts: what is guessed of a customer until somebody says it, and when it is night where they are."""

import re
from datetime import datetime, time
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from threadline.core.errors import Invalid

NIGHT_FROM: Final = time(21, 0)
NIGHT_TO: Final = time(8, 0)
"""Between these hours of the customer's a message is no favour: calls and texts to consumers outside 8 to 21 are what
the stricter consumer laws forbid (47 CFR 64.1200(c)(1))."""

LONGEST_NOTE: Final = 10_000

_COUNTRIES: Final[dict[str, str]] = {
    "de": "DE AT LI",
    "nl": "NL SR",
    "ru": "RU BY KZ KG",
    "es": "ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY GQ PR",
    "en": "GB US AU NZ IE ZA NG GH KE UG ZM JM TT SG IN PK PH",
    "pt": "PT BR AO MZ CV",
    "fr": "FR SN CI ML BF NE BJ TG GA CG CD CM MC",
    "ar": "EG SA AE QA KW BH OM JO LB IQ SY YE LY TN DZ MA SD",
    "ro": "RO MD",
    "el": "GR CY",
    "zh": "CN",
    "zh-TW": "TW",
    "zh-HK": "HK",
    "it": "IT",
    "sv": "SE",
    "da": "DK",
    "nb": "NO",
    "fi": "FI",
    "pl": "PL",
    "cs": "CZ",
    "sk": "SK",
    "hu": "HU",
    "bg": "BG",
    "tr": "TR",
    "uk": "UA",
    "he": "IL",
    "fa": "IR",
    "ja": "JP",
    "ko": "KR",
    "th": "TH",
    "vi": "VN",
    "id": "ID",
    "ms": "MY",
    "hr": "HR",
    "sr": "RS",
    "sl": "SI",
    "lt": "LT",
    "lv": "LV",
    "et": "EE",
    "ka": "GE",
    "hy": "AM",
    "az": "AZ",
    "uz": "UZ",
    "bn": "BD",
    "si": "LK",
    "ne": "NP",
    "my": "MM",
    "km": "KH",
    "lo": "LA",
}
_LANGUAGES: Final = {country: language for language, countries in _COUNTRIES.items() for country in countries.split()}
"""The language most people of a country write in. Countries of several (Switzerland, Belgium, Canada) are absent: a
wrong guess in a greeting is worse than none."""


_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES: Final = tuple(_CODES.split())
"""ISO 3166-1 alpha-2, and Kosovo under the code that everybody uses for it: its customers have numbers, too."""
_KNOWN: Final = frozenset(COUNTRIES)


def check_country(code: str) -> None:
    """Raises Invalid for what is no country; empty: nobody says one."""
    if code and code not in _KNOWN:
        raise Invalid(
            "This is no country. Please give its two letters, such as NL.", field="country", reason="no_such_country"
        )


def guess_locale(region: str) -> str:
    """The language of a country by its two letters; "" if nobody should guess."""
    return _LANGUAGES.get(region, "")


def check_time_zone(name: str) -> None:
    """Raises Invalid for what no clock knows."""
    if not name or find_zone(name) is not None:
        return
    raise Invalid("This time zone does not exist.", field="time_zone", reason="no_such_time_zone")


def find_zone(name: str) -> ZoneInfo | None:
    if not re.fullmatch(r"[A-Za-z0-9_+\-]+(/[A-Za-z0-9_+\-]+)*", name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_night(moment: datetime, zone: str) -> bool:
    """Whether it is night there at that time; never in a zone that nobody knows."""
    found = find_zone(zone)
    if found is None:
        return False
    hour = moment.astimezone(found).time()
    return hour >= NIGHT_FROM or hour < NIGHT_TO


def search_terms(search: str) -> tuple[list[str], str]:
    """(words, digits) that a contact is looked for by: every word in name, handle or e-mail; or digits in the number.

    A national number (`0171 234`) is found, too: the zeros in front of it stand in no international one.
    """
    words = search.lower().split()[:8]
    digits = re.sub(r"[\s()+./-]", "", search)
    if not re.fullmatch(r"\d{3,20}", digits):
        return words, ""
    return words, digits.lstrip("0")
