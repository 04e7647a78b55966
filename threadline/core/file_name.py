"""Names of files as strangers gave them, made harmless: a name is shown and offered for download, no more (S47)."""

import mimetypes
import posixpath
import re
import unicodedata

LONGEST_NAME_BYTES = 180

_SEPARATORS = re.compile(r"(?i)[/\\:]|%2f|%5c|%00")
_FORBIDDEN = re.compile(r'[<>"|?*]')
_PREFERRED = {
    "image/jpeg": ".jpg",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/mp4": ".m4a",
    "video/3gpp": ".3gp",
    "image/webp": ".webp",
    "text/plain": ".txt",
}
_ALSO = {
    "audio/ogg": {".oga", ".opus", ".ogg"},
    "audio/mp4": {".m4a", ".mp4"},
    "video/mp4": {".mp4", ".m4v", ".mov"},
    "application/zip": {".zip"},
}


def clean_file_name(name: str) -> str:
    """The last part of a path without control, direction and other invisible characters; "file" if nothing is left.

    Invisible characters go first: what is checked must be what is shown.
    """
    visible = "".join(character for character in name if unicodedata.category(character) not in _INVISIBLE)
    last = _SEPARATORS.split(unicodedata.normalize("NFC", visible))[-1]
    harmless = _FORBIDDEN.sub("_", last).strip(" .")
    return _shorten(harmless) or "file"


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def name_for(name: str, mime: str) -> str:
    """The clean name with an extension that fits what the file really is."""
    clean = clean_file_name(name)
    right = _PREFERRED.get(mime) or mimetypes.guess_extension(mime) or ""
    fitting = set(mimetypes.guess_all_extensions(mime)) | _ALSO.get(mime, set()) | {right}
    if not right or posixpath.splitext(clean)[1].lower() in fitting:
        return clean
    return _shorten(clean, room=len(right)) + right


def claimed_mime(name: str) -> str:
    """What the name says the file is; "" if it says nothing."""
    return mimetypes.guess_type(clean_file_name(name))[0] or ""


def _shorten(name: str, *, room: int = 0) -> str:
    """At most so many bytes, cut before the extension and between characters."""
    limit = LONGEST_NAME_BYTES - room
    if len(name.encode()) <= limit:
        return name
    suffix = posixpath.splitext(name)[1]
    suffix = suffix if len(suffix.encode()) <= 16 else ""
    stem = name[: len(name) - len(suffix)].encode()[: limit - len(suffix.encode())].decode(errors="ignore")
    return stem.rstrip(" .") + suffix
