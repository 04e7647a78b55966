"""Consent: words by which a customer takes it back, or gives it again, in a message of their own."""

from typing import Literal

MARKETING = "marketing"
"""The category that a word alone can change: service replies need no consent within the window."""

_WITHDRAWS = frozenset({"stop", "stopall", "unsubscribe", "abmelden", "abbestellen", "baja", "стоп", "отписаться"})
_GIVES = frozenset({"start", "unstop", "subscribe", "anmelden", "alta", "старт", "подписаться"})


def consent_word(text: str) -> Literal["withdrawn", "given"] | None:
    """What a whole message that is one of the known words means; None for everything else, also for sentences."""
    if len(text) > 20:
        return None
    word = text.strip().strip(".!").casefold()
    if word in _WITHDRAWS:
        return "withdrawn"
    return "given" if word in _GIVES else None
