"""Send what a saved reply carries: the message gets a copy of the file for its channel, the reply keeps its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from threadline.channels.contract import Capabilities, MediaLimit
from threadline.core.content import Content, Media, ReplyUse, Text
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.store.files import File
from threadline.store.saved_replies import find_reply_file
from threadline.store.session import Session
from threadline.store.uploads import copy_file


async def take_reply_files(
    session: Session,
    content: Content,
    *,
    channel_id: UUID,
    capabilities: Capabilities,
    agent_id: UUID | None,
    actor_id: UUID | None,
    now: datetime,
    new_id: NewId,
) -> Content:
    """The content with a copy in the place of a file of a saved reply that this agent (None: a program) may use.

    Anything else stays as it is. Raises Invalid if the channel does not take such a file.
    """
    if not isinstance(content, Media) or actor_id is None:
        return content
    file = await find_reply_file(session, content.file_id, channel_id=channel_id, agent_id=agent_id)
    if file is None:
        return content
    _check_fits(file, content.media, capabilities)
    copy_id = new_id()
    await copy_file(session, file.id, copy_id=copy_id, channel_id=channel_id, uploaded_by=actor_id, now=now)
    return msgspec.structs.replace(content, file_id=copy_id)


_Kind = Literal["image", "video", "audio", "document"]
_KINDS: Final[tuple[_Kind, ...]] = ("image", "video", "audio", "document")
_TAKE_CAPTIONS: Final = frozenset({"image", "video", "document"})


def contents_of(
    text: str, files: Sequence[File], capabilities: Capabilities, *, uses: tuple[ReplyUse, ...] = ()
) -> list[Content]:
    """A text and files as the composer sends them: one message per file, the text below the first that takes it, else
    in front as a message of its own. A type that the channel does not take goes as a document, and is refused there."""
    kinds: list[_Kind] = [_kind_of(file, capabilities) for file in files]
    is_caption = bool(files) and kinds[0] in _TAKE_CAPTIONS and 0 < len(text) <= capabilities.caption_length
    contents: list[Content] = [
        Media(
            media=kind,
            file_id=file.id,
            caption=text if is_caption and place == 0 else "",
            file_name=file.name if kind == "document" else "",
            uses=uses if place == 0 and (is_caption or not text) else (),
        )
        for place, (kind, file) in enumerate(zip(kinds, files, strict=True))
    ]
    return contents if is_caption or not text else [Text(text=text, uses=uses), *contents]


def _kind_of(file: File, capabilities: Capabilities) -> _Kind:
    """What it is where possible, else a document."""
    type = file.mime.split(";")[0].strip()
    for kind in _KINDS:
        if _takes(capabilities.media.get(kind), type):
            return kind
    return "document"


def _takes(limit: MediaLimit | None, type: str) -> bool:
    if limit is None:
        return False
    return any(mime in (type, "*/*") or (mime.endswith("/*") and type.startswith(mime[:-1])) for mime in limit.mimes)


def _check_fits(file: File, media: str, capabilities: Capabilities) -> None:
    """The file was kept for any channel; this one may be narrower."""
    limit = capabilities.media.get(media)
    if limit is None or not any(allowed in (file.mime, "*/*") for allowed in limit.mimes):
        raise Invalid(
            "This channel cannot send files of this kind.", field="content.file_id", reason="no_files_of_this_kind"
        )
    if file.size_bytes > limit.size_bytes:
        most = f"{limit.size_bytes / 1_000_000:.1f} MB"
        raise Invalid(
            f"This file is larger than {most}, the most this channel can send.",
            field="content.file_id",
            reason="file_too_large",
            values={"limit": most},
        )
