"""How one agent wants the desk to look, to sound, and to reach them. Pure: whoever asks says what time it is."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from threadline.core.errors import Invalid
from threadline.core.notification import Ways
from threadline.core.shift import Shift, check_shift

TEXT_SIZES_PX: Final = (12, 18)
HOLDS_S: Final = (0, 3, 5, 10)
DAY_MINUTES: Final = 24 * 60
LONGEST_WARNING_MIN: Final = 7 * DAY_MINUTES
MOST_KEYS: Final = 100
_COMMAND: Final = re.compile(r"[a-z_]{1,40}")
_KEY: Final = re.compile(r"|(Shift\+)?\S{1,12}|\S \S")

_Minute = Annotated[int, msgspec.Meta(ge=0, lt=DAY_MINUTES)]


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class Tone(StrEnum):
    """Each is made by the browser from a few oscillations; none is a file."""

    NONE = "none"
    CHIME = "chime"
    DROP = "drop"
    BELL = "bell"
    PULSE = "pulse"


class Digest(StrEnum):
    """How long something stays unread before it goes out by e-mail."""

    QUARTER = "quarter"
    HOUR = "hour"
    DAY = "day"


class QuietHours(msgspec.Struct, frozen=True, kw_only=True):
    """Every day between two minutes of the agent's day; over midnight if the end is not after the beginning."""

    from_minute: _Minute
    to_minute: _Minute


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    text_size_px: int = 14
    density: Density = Density.COMFORTABLE
    theme: Theme = Theme.SYSTEM
    tone: Tone = Tone.CHIME
    volume: int = 60
    """In hundredths of the loudest."""
    repeats_tone: bool = True
    """Every half minute while a customer of mine waits and the desk is not in front."""
    time_zone: str = ""
    """By its IANA name; empty until a browser or the agent has said it: then UTC is meant."""
    quiet_until: datetime | None = None
    quiet_hours: QuietHours | None = None
    ways: Ways = Ways()
    digest: Digest = Digest.QUARTER
    shift: Shift | None = None
    """Working hours in the agent's zone; None: always."""
    default_view: str = ""
    """Where the inbox opens, as it stands in the address; empty: all open conversations."""
    window_warning_min: int = 240
    """A row shows how long its window is open in its last so many minutes."""
    enter_sends: bool | None = None
    """On messengers; None: the agent has not said so yet, and it does."""
    hold_s: int = 0
    """How long an answer waits before it goes out, so that it can be taken back."""
    has_single_keys: bool = True
    """False: letters pressed alone do nothing (WCAG 2.1.4)."""
    keys: dict[str, str] = {}
    """The key of a command where it is another than the usual; empty: it has none."""


def check_preferences(preferences: Preferences) -> None:
    """Raises Invalid for a value that no desk could follow."""
    smallest, largest = TEXT_SIZES_PX
    if not smallest <= preferences.text_size_px <= largest:
        raise Invalid("The text can be 12 to 18 pixels.", field="text_size_px", reason="text_size")
    if not 0 <= preferences.volume <= 100:
        raise Invalid("The volume is 0 to 100.", field="volume", reason="volume")
    if preferences.hold_s not in HOLDS_S:
        raise Invalid("An answer can be held for 0, 3, 5 or 10 seconds.", field="hold_s", reason="hold_time")
    if preferences.time_zone and preferences.time_zone not in available_timezones():
        raise Invalid("This time zone is not known here.", field="time_zone", reason="time_zone_unknown")
    if preferences.shift is not None:
        check_shift(preferences.shift)
    if not 0 <= preferences.window_warning_min <= LONGEST_WARNING_MIN:
        raise Invalid("Choose at most a week.", field="window_warning_min", reason="window_warning")
    _check_keys(preferences.keys)


def _check_keys(keys: dict[str, str]) -> None:
    """The commands are those of the screens; here they are bounded, and no two share a key."""
    chosen = [key for key in keys.values() if key]
    is_sound = len(keys) <= MOST_KEYS and all(
        _COMMAND.fullmatch(command) and _KEY.fullmatch(key) for command, key in keys.items()
    )
    if not is_sound or len(set(chosen)) != len(chosen):
        raise Invalid("These keys cannot be used together.", field="keys", reason="keys_clash")


def is_quiet(preferences: Preferences, now: datetime) -> bool:
    """True while nothing may sound, pop up or be pushed: until a moment, or in the daily hours of the agent's zone."""
    if preferences.quiet_until is not None and now < preferences.quiet_until:
        return True
    hours = preferences.quiet_hours
    if hours is None:
        return False
    local = now.astimezone(ZoneInfo(preferences.time_zone or "UTC"))
    minute = local.hour * 60 + local.minute
    if hours.from_minute < hours.to_minute:
        return hours.from_minute <= minute < hours.to_minute
    return minute >= hours.from_minute or minute < hours.to_minute


def digest_delay(digest: Digest) -> timedelta:
    match digest:
        case Digest.QUARTER:
            return timedelta(minutes=15)
        case Digest.HOUR:
            return timedelta(hours=1)
        case Digest.DAY:
            return timedelta(days=1)
