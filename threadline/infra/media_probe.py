"""What a file really is: decided from its bytes, never from what somebody said of it (S47–S49).

Images are decoded whole by a process of its own (infra/images.py); sounds and films are recognised by their container,
which also tells how long they last. Whatever was not recognised is a download.
"""

import struct
from dataclasses import dataclass
from typing import Final

from threadline.infra.images import NotAnImage, examine_image

HEAD_BYTES: Final = 256 * 1024
"""Enough of the beginning to recognise anything that is not an image."""
TAIL_BYTES: Final = 128 * 1024
"""Enough of the end to find the last page of a sound."""
IMAGE_LIMIT_BYTES: Final = 32 * 1024 * 1024
"""Larger pictures are downloads: decoding them costs more than it is worth."""

_UNKNOWN: Final = "application/octet-stream"
_PLAYABLE: Final = frozenset({"audio/mpeg", "audio/aac", "audio/amr", "audio/wav", "audio/x-wav"})


@dataclass(frozen=True, slots=True)
class Probed:
    """`is_inline`: a browser may show it, for we decoded it or know its container (S48)."""

    mime: str
    is_inline: bool
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None


def sniff(head: bytes) -> str:
    """The MIME type by magic bytes; `application/octet-stream` if they say nothing."""
    import puremagic

    try:
        return puremagic.from_string(head, mime=True) or _UNKNOWN
    except (puremagic.PureError, ValueError, IndexError):
        return _UNKNOWN


def is_image(head: bytes) -> bool:
    """True if it begins as one of the pictures that we show."""
    return head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    )


async def probe_image(content: bytes) -> Probed:
    """Decode a picture whole, in a process of its own. What cannot be decoded, or is too large to be, is a download."""
    try:
        image = await examine_image(content)
    except NotAnImage:
        return Probed(_UNKNOWN, is_inline=False)
    return Probed(image.mime, is_inline=True, width=image.width, height=image.height)


def probe_other(head: bytes, tail: bytes) -> Probed:
    """A sound, a film or a document. `head` and `tail` are its first and last bytes, the same if it is small."""
    if head.startswith(b"OggS"):
        return _probe_ogg(head, tail)
    if head[4:8] == b"ftyp":
        return _probe_mp4(head, tail)
    mime = sniff(head)
    return Probed(mime, is_inline=mime in _PLAYABLE)


def _probe_ogg(head: bytes, tail: bytes) -> Probed:
    """RFC 3533: the last page's granule position is the length in samples, at 48 kHz for Opus (RFC 7845)."""
    if b"OpusHead" not in head[:512]:
        return Probed("audio/ogg", is_inline=b"vorbis" in head[:512])
    at = tail.rfind(b"OggS")
    skip = struct.unpack_from("<H", head, head.index(b"OpusHead") + 10)[0]
    if at < 0 or len(tail) < at + 14:
        return Probed("audio/ogg", is_inline=True)
    samples = struct.unpack_from("<q", tail, at + 6)[0] - skip
    return Probed("audio/ogg", is_inline=True, duration_ms=samples // 48 if samples > 0 else None)


def _probe_mp4(head: bytes, tail: bytes) -> Probed:
    """ISO 14496-12: the brand tells sound from film; `mvhd`, at the beginning or the end, how long it lasts."""
    brand = head[8:12]
    mime = "audio/mp4" if brand in {b"M4A ", b"M4B "} else "video/3gpp" if brand[:3] == b"3gp" else "video/mp4"
    if brand in {b"heic", b"heix", b"mif1", b"avif", b"avis"}:
        return Probed("image/avif" if brand[:3] == b"avi" else "image/heic", is_inline=False)
    for part in (head, tail):
        at = part.find(b"mvhd")
        if at >= 0:
            duration_ms = _mvhd_duration_ms(part[at + 4 : at + 40])
            return Probed(mime, is_inline=True, duration_ms=duration_ms)
    return Probed(mime, is_inline=False)


def _mvhd_duration_ms(box: bytes) -> int | None:
    try:
        if box[0] == 1:
            timescale, duration = struct.unpack_from(">IQ", box, 20)
        else:
            timescale, duration = struct.unpack_from(">II", box, 12)
    except (struct.error, IndexError):
        return None
    return duration * 1000 // timescale if timescale and duration < 2**40 else None
