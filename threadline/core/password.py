"""Which passwords are taken: long enough, not among those that everybody tries, not the names around them (S11).

No rules of composition, and nothing is cut or changed in case.
"""

import re
import unicodedata
from collections.abc import Iterable

from threadline.core.common_passwords import COMMON_PASSWORDS
from threadline.core.errors import Invalid

MINIMUM_LENGTH = 8
MAXIMUM_LENGTH = 256

_LEET = str.maketrans("013457@$!", "oleastasi")


def check_password(password: str, *, around: Iterable[str] = ()) -> None:
    """Raises Invalid. `around`: names a guesser would try first – the person's, their e-mail, the workspace's."""
    if len(password) < MINIMUM_LENGTH:
        raise Invalid(
            f"Please choose a password of at least {MINIMUM_LENGTH} characters.",
            field="password",
            reason="password_short",
            values={"limit": str(MINIMUM_LENGTH)},
        )
    if len(password) > MAXIMUM_LENGTH:
        raise Invalid(
            f"Please choose a password of at most {MAXIMUM_LENGTH} characters.",
            field="password",
            reason="password_long",
            values={"limit": str(MAXIMUM_LENGTH)},
        )
    if _is_guessable(password, around):
        raise Invalid(
            "This password is among the first that are tried. Please choose another.",
            field="password",
            reason="password_common",
        )


def _is_guessable(password: str, around: Iterable[str]) -> bool:
    folded = unicodedata.normalize("NFKC", password).casefold()
    plain = _core_of(folded)
    if folded in COMMON_PASSWORDS or plain in COMMON_PASSWORDS or len(set(folded)) < 4:
        return True
    words = {
        word
        for name in (*around, "threadline")
        for word in (name, name.partition("@")[0], *re.split(r"[@.\s_-]+", name))
    }
    return _letters_of(folded) in {_letters_of(word.casefold()) for word in words} - {""}


def _letters_of(folded: str) -> str:
    return re.sub(r"[\W\d_]+", "", folded)


def _core_of(folded: str) -> str:
    """Without the digits and signs people put around a word, and with letters for the digits inside it."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", folded).translate(_LEET)
