"""What a file is, from its bytes: a guess by signature, made definite where several kinds share one (S47)."""

import re

HEAD_BYTES = 256 * 1024
"""How much of the beginning a guess looks at."""

UNKNOWN = "application/octet-stream"
PROGRAM = "application/x-executable"

_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!/", b"#! /")
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"#!AMR", "audio/amr"),
    (b"ID3", "audio/mpeg"),
)
_BRANDS = {
    b"3gp": "video/3gpp",
    b"3g2": "video/3gpp2",
    b"M4A": "audio/mp4",
    b"M4B": "audio/mp4",
    b"qt ": "video/quicktime",
}
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MARKUP = re.compile(rb"(?i)<\s*(!doctype|html|script|svg|head|body|iframe|\?xml)")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def guess_mime(head: bytes) -> str:
    """The media type of a file that begins so; UNKNOWN if nothing says what it is, PROGRAM for what a computer runs."""
    if head.startswith(_PROGRAMS):
        return PROGRAM
    for signature, mime in _SIGNATURES:
        if head.startswith(signature):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:11], "video/mp4")
    if head.startswith(b"OggS"):
        return "video/ogg" if b"theora" in head[:512] else "audio/ogg"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    if head[:1] == b"\xff" and len(head) > 1 and head[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    return _text(head) or _from_library(head)


def _zipped(head: bytes) -> str:
    if b"[Content_Types].xml" in head[:4096] or b"_rels/.rels" in head[:4096]:
        for folder, mime in _OFFICE.items():
            if folder in head:
                return mime
    return "application/zip"


def _text(head: bytes) -> str:
    """Text has no control characters and is UTF-8 (a character may be cut at the end); markup is called by its name."""
    if not head or _CONTROLS.search(head):
        return ""
    try:
        head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return ""
    found = _MARKUP.search(head[:1024])
    if found is None:
        return "text/plain"
    return "image/svg+xml" if b"<svg" in head[:4096].lower() else "text/html"


def _from_library(head: bytes) -> str:
    """The rest of the world's signatures: the surest guess that has a name."""
    import puremagic

    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    named = [guess.mime_type for guess in guesses if guess.mime_type and guess.confidence >= 0.4]
    return named[0] if named else UNKNOWN
