"""What is said in a voice message or another sound, in words: whose words may replace whose.

A person's words stand above a program's: whoever listened and wrote is not corrected by something that guesses.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.content import Content, Media, Spoken
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.personal import Clearance, mask_content

LONGEST: Final = 20_000
"""Characters: two hours of talk, and no row that a thread of a hundred could not carry."""


def check_sound(content: Content) -> Media:
    """The sound, if the message is one. Raises Invalid."""
    if isinstance(content, Media) and content.media == "audio":
        return content
    raise Invalid("Only a voice message or a sound has a spoken text.", field="message_id", reason="spoken_no_sound")


def check_may_replace(sound: Media, *, is_by_hand: bool, clearance: Clearance) -> None:
    """Raises Forbidden where the caller sees only a part of what stands there, Conflict for a program over a person."""
    if sound.spoken is None:
        return
    if mask_content(sound, clearance) != sound:
        raise Forbidden(
            "This text holds a number or address that you do not see, so you cannot change it.",
            reason="spoken_hidden",
        )
    if sound.spoken.is_by_hand and not is_by_hand:
        raise Conflict("A person wrote this text. A program does not replace it.", reason="spoken_by_hand")


def with_spoken(
    sound: Media, *, text: str, language: str, is_by_hand: bool, agent_id: UUID | None, now: datetime
) -> Media | None:
    """The sound with these words; None if they stand there already. What a person confirms is theirs from then on."""
    before = sound.spoken
    if before and (before.text, before.language) == (text, language) and before.is_by_hand >= is_by_hand:
        return None
    spoken = Spoken(text=text, language=language, is_by_hand=is_by_hand, agent_id=agent_id, written_at=now)
    return msgspec.structs.replace(sound, spoken=spoken)
