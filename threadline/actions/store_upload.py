"""Keep a file that somebody wants to send: its bytes say what it is, its name is only shown (S47).

Two steps, because nothing slow happens in a transaction: `receive_upload` streams the bytes to the blobs and judges
them, `store_upload` writes the row.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.channels.contract import Capabilities, MediaLimit
from threadline.core.errors import Invalid
from threadline.core.file_name import claimed_mime, name_for
from threadline.infra.blobs import Blobs, BlobTooLarge, StoredBlob
from threadline.infra.file_types import HEAD_BYTES, PROGRAM, guess_mime
from threadline.infra.images import ExaminedImage, NotAnImage, examine_image
from threadline.infra.malware import Scanner, Verdict
from threadline.store.session import Session
from threadline.store.uploads import NewFile, insert_file

_IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_LARGEST_PICTURE_BYTES = 25_000_000
"""Larger ones go as documents and are not shown."""
_SHOWN = {"image", "audio", "video"}


def capabilities_to_keep(limit_bytes: int) -> Capabilities:
    """Of no channel: for files that are kept now and sent later, on a channel that is asked then."""
    everything = {"document": MediaLimit(mimes=("*/*",), size_bytes=limit_bytes)}
    return Capabilities(text_length=0, caption_length=0, window=None, media=everything, content_kinds=frozenset())


_NAMES = {"image": "picture", "video": "film", "audio": "sound", "document": "document", "sticker": "sticker"}


@dataclass(frozen=True, slots=True)
class ReceivedUpload:
    """A file whose bytes lie in the blobs and were found to be what the channel can send."""

    blob: StoredBlob
    preview_key: str | None
    mime: str
    declared_mime: str
    name: str
    width: int | None
    height: int | None
    is_inline: bool


async def receive_upload(
    blobs: Blobs,
    chunks: AsyncIterator[bytes],
    *,
    capabilities: Capabilities,
    declared_mime: str,
    file_name: str,
    limit_bytes: int,
    scanner: Scanner | None = None,
) -> ReceivedUpload:
    """Stream the bytes away and decide what they are.

    Raises Invalid with what is wrong, and Unavailable while the scanner is away; then nothing is kept.
    """
    limit_bytes = min(limit_bytes, max((limit.size_bytes for limit in capabilities.media.values()), default=0))
    if limit_bytes <= 0:
        raise Invalid("This channel cannot send files.", field="file", reason="no_files")
    watched = _Watched(chunks)
    try:
        blob = await blobs.put_stream(watched.chunks(), limit_bytes=limit_bytes)
    except BlobTooLarge:
        raise Invalid(
            f"This file is larger than {_size(limit_bytes)}, the most this channel can send.",
            field="file",
            reason="file_too_large",
            values={"limit": _size(limit_bytes)},
        ) from None
    preview_key: str | None = None
    try:
        mime = _judge(bytes(watched.head), blob.size_bytes, capabilities, declared_mime, file_name)
        await _check_clean(blobs, blob, scanner)
        is_picture = mime in _IMAGES and blob.size_bytes <= _LARGEST_PICTURE_BYTES
        image = await _examine(blobs, blob, mime) if is_picture else None
        if image is not None:
            preview_key = (await blobs.put(image.preview)).key
    except Exception:
        await blobs.delete(blob.key)
        raise
    return ReceivedUpload(
        blob=blob,
        preview_key=preview_key,
        mime=mime,
        declared_mime=declared_mime[:100],
        name=name_for(file_name, mime),
        width=image.width if image else None,
        height=image.height if image else None,
        is_inline=image is not None or mime.partition("/")[0] in {"audio", "video"},
    )


async def store_upload(
    session: Session,
    upload: ReceivedUpload,
    *,
    workspace_id: UUID,
    channel_id: UUID | None,
    file_id: UUID,
    uploaded_by: UUID,
    now: datetime,
) -> None:
    """The row by which its uploader may send it on this channel or, for None, keep it in a saved reply."""
    await insert_file(
        session,
        workspace_id,
        NewFile(
            id=file_id,
            channel_id=channel_id,
            mime=upload.mime,
            declared_mime=upload.declared_mime,
            name=upload.name,
            size_bytes=upload.blob.size_bytes,
            sha256=upload.blob.sha256,
            blob_key=upload.blob.key,
            preview_key=upload.preview_key,
            width=upload.width,
            height=upload.height,
            is_inline=upload.is_inline,
            uploaded_by=uploaded_by,
            created_at=now,
        ),
    )


async def drop_upload(blobs: Blobs, upload: ReceivedUpload) -> None:
    """For an upload that no row will name."""
    await blobs.delete(upload.blob.key)
    if upload.preview_key is not None:
        await blobs.delete(upload.preview_key)


class _Watched:
    """Keeps the beginning of what streams by."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self.head = bytearray()

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._chunks:
            if len(self.head) < HEAD_BYTES:
                self.head += chunk[: HEAD_BYTES - len(self.head)]
            yield chunk


def _judge(head: bytes, size_bytes: int, capabilities: Capabilities, declared_mime: str, file_name: str) -> str:
    """What the bytes are, if the channel takes it and nobody claims something else. Raises Invalid."""
    if size_bytes == 0:
        raise Invalid("This file is empty.", field="file", reason="file_empty")
    mime = guess_mime(head)
    if mime == PROGRAM:
        raise Invalid("Programs cannot be sent.", field="file", reason="program")
    for claim in (declared_mime, claimed_mime(file_name)):
        if claim.partition("/")[0] in _SHOWN and claim.partition("/")[0] != mime.partition("/")[0]:
            if {claim.partition("/")[0], mime.partition("/")[0]} == {"audio", "video"}:
                continue  # one container carries both
            raise Invalid(
                "This file is not what its name says. Save it in its own format and try again.",
                field="file",
                reason="file_not_what_it_says",
            )
    fitting = {kind: limit for kind, limit in capabilities.media.items() if _takes(limit, mime)}
    if not fitting:
        raise Invalid("This channel cannot send files of this kind.", field="file", reason="no_files_of_this_kind")
    if all(size_bytes > limit.size_bytes for limit in fitting.values()):
        kind, limit = max(fitting.items(), key=lambda item: item[1].size_bytes)
        most, name = _size(limit.size_bytes), _NAMES.get(kind, kind)
        raise Invalid(
            f"A {name} may have {most} on this channel; this one has {_size(size_bytes)}.",
            field="file",
            reason="file_too_large",
            values={"limit": most},
        )
    return mime


def _takes(limit: MediaLimit, mime: str) -> bool:
    return any(allowed in (mime, "*/*") for allowed in limit.mimes)


async def _check_clean(blobs: Blobs, blob: StoredBlob, scanner: Scanner | None) -> None:
    """No customer gets a file that was not found clean (S51). Raises Invalid, Unavailable."""
    verdict = Verdict.CLEAN if scanner is None else await scanner.scan(blobs.stream(blob.key))
    if verdict is Verdict.INFECTED:
        raise Invalid("This file carries malware. It was not kept.", field="file", reason="file_malware")
    if verdict is Verdict.TOO_LARGE:
        raise Invalid("This file is too large to be checked for malware.", field="file", reason="file_unchecked")


async def _examine(blobs: Blobs, blob: StoredBlob, mime: str) -> ExaminedImage:
    """A signature is not yet a picture: it must decode as what it claims."""
    try:
        image = await examine_image(await blobs.get(blob.key))
    except NotAnImage:
        raise Invalid(
            "This picture is damaged or too large to be shown. Save it anew and try again.",
            field="file",
            reason="picture_damaged",
        ) from None
    if image.mime != mime:
        raise Invalid(
            "This picture is not what it says. Save it anew and try again.",
            field="file",
            reason="picture_not_what_it_says",
        )
    return image


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:.1f} MB" if size_bytes >= 100_000 else f"{max(1, size_bytes // 1000)} kB"
