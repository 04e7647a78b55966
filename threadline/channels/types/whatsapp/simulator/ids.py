"""Ids that look like the provider's, drawn from the seed so that a run can be repeated."""

from __future__ import annotations

import base64
import hashlib
import random
import string

ALPHANUMERIC = string.ascii_letters + string.digits
DIGITS = string.digits


class Mint:
    """Makes ids. `counter` keeps them unique over restarts; the seed keeps them repeatable."""

    def __init__(self, seed: int, counter: int = 0) -> None:
        self.counter = counter
        self._rng = random.Random(f"{seed}/{counter}")  # noqa: S311 – chance must be repeatable

    def digits(self, length: int = 15) -> str:
        self.counter += 1
        return self._rng.choice("123456789") + "".join(self._rng.choices(DIGITS, k=length - 1))

    def secret(self, length: int = 32) -> str:
        self.counter += 1
        return "".join(self._rng.choices("0123456789abcdef", k=length))

    def token(self) -> str:
        self.counter += 1
        return "EAA" + "".join(self._rng.choices(ALPHANUMERIC, k=60))

    def code(self, length: int = 14) -> str:
        self.counter += 1
        return "".join(self._rng.choices(string.ascii_uppercase + DIGITS, k=length))

    def wamid(self, address: str) -> str:
        """`wamid.` and opaque base64; callers never look inside."""
        self.counter += 1
        tail = f"{self._rng.getrandbits(64):016X}{self.counter & 0xFFFFFFFF:08X}"
        return "wamid." + base64.b64encode(f"\x1d\x0b{address[:15]}\x15\x02\x00\x11\x18{tail}\x00".encode()).decode()

    def call_id(self) -> str:
        self.counter += 1
        return "wacid." + base64.urlsafe_b64encode(self._rng.randbytes(18)).decode()

    def group_id(self) -> str:
        self.counter += 1
        return base64.urlsafe_b64encode(self._rng.randbytes(24)).decode().rstrip("=")

    def fbtrace_id(self) -> str:
        return "A" + base64.urlsafe_b64encode(self._rng.randbytes(17)).decode().rstrip("=")[:22]


def bsuid(country: str, user_key: str, phone: str, portfolio_id: str) -> str:
    """The business-scoped id of a user: the same for one portfolio and phone, new after a change of number."""
    digest = hashlib.sha256(f"{user_key}/{phone}/{portfolio_id}".encode()).digest()
    return f"{country}.{int.from_bytes(digest[:8]) % 10**20:020d}"


def identity_hash(user_key: str, phone: str, generation: int = 0) -> str:
    return base64.b64encode(hashlib.sha256(f"{user_key}/{phone}/{generation}".encode()).digest()[:8]).decode()


CALLING_CODES = {
    "1": "US", "20": "EG", "27": "ZA", "30": "GR", "31": "NL", "32": "BE", "33": "FR", "34": "ES", "36": "HU",
    "39": "IT", "40": "RO", "41": "CH", "43": "AT", "44": "GB", "45": "DK", "46": "SE", "47": "NO", "48": "PL",
    "49": "DE", "51": "PE", "52": "MX", "53": "CU", "54": "AR", "55": "BR", "56": "CL", "57": "CO", "58": "VE",
    "60": "MY", "61": "AU", "62": "ID", "63": "PH", "64": "NZ", "65": "SG", "66": "TH", "7": "RU", "77": "KZ",
    "81": "JP", "82": "KR", "84": "VN", "86": "CN", "90": "TR", "91": "IN", "92": "PK", "94": "LK", "212": "MA",
    "234": "NG", "254": "KE", "255": "TZ", "256": "UG", "351": "PT", "353": "IE", "358": "FI", "359": "BG",
    "370": "LT", "371": "LV", "372": "EE", "373": "MD", "374": "AM", "375": "BY", "380": "UA", "381": "RS",
    "420": "CZ", "421": "SK", "503": "SV", "507": "PA", "591": "BO", "593": "EC", "595": "PY", "598": "UY",
    "852": "HK", "880": "BD", "886": "TW", "965": "KW", "966": "SA", "968": "OM", "971": "AE", "972": "IL",
    "977": "NP", "992": "TJ", "994": "AZ", "995": "GE", "996": "KG", "998": "UZ",
}  # fmt: skip


CANADIAN_AREAS = frozenset(
    {"204", "226", "236", "249", "250", "263", "289", "306", "343", "354", "365", "367", "368", "382", "403", "416",
     "418", "428", "431", "437", "438", "450", "468", "474", "506", "514", "519", "548", "579", "581", "584", "587",
     "604", "613", "639", "647", "672", "683", "705", "709", "742", "753", "778", "780", "782", "807", "819", "825",
     "867", "873", "879", "902", "905"}
)  # fmt: skip


def country_of(phone: str) -> str:
    """ISO country of a phone number by its calling code; the United States where none is known."""
    if phone.startswith("1") and phone[1:4] in CANADIAN_AREAS:
        return "CA"
    for length in (3, 2, 1):
        country = CALLING_CODES.get(phone[:length])
        if country is not None:
            return country
    return "US"


def calling_code_of(phone: str) -> str:
    for length in (3, 2, 1):
        if phone[:length] in CALLING_CODES:
            return phone[:length]
    return phone[:1]
