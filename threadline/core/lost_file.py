"""Why a file that a customer sent is not there: a name for good, which every screen says in its reader's language."""

from enum import StrEnum


class FileLoss(StrEnum):
    MALWARE = "malware"
    UNCHECKED = "unchecked"
    """Larger than the scanner takes: nobody knows what it carries (S51)."""
    TOO_LARGE = "too_large"
    TOO_MANY_TODAY = "too_many_today"
    """Beyond what one conversation may bring in a day (S47)."""
    CHANNEL_GONE = "channel_gone"
    """Disconnected before the file was fetched: nobody may ask the provider for it any more."""
