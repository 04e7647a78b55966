"""Files: uploaded to be sent, and served so that no browser runs what they contain (S47, S48)."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.responses import StreamingResponse

from threadline.actions.store_upload import (
    ReceivedUpload,
    capabilities_to_keep,
    drop_upload,
    receive_upload,
    store_upload,
)
from threadline.channels.contract import Capabilities
from threadline.channels.registry import channel_type
from threadline.core.errors import Conflict, Invalid, NotFound, TooManyRequests
from threadline.core.permission import Permission, check_may
from threadline.infra.blobs import Blobs
from threadline.infra.clock import new_id
from threadline.store.channels import access_channel
from threadline.store.files import File, StoredFile, access_file, access_stored_file, list_recent_files
from threadline.store.rates import FilesPerDay
from threadline.store.session import Role
from threadline.store.uploads import copy_file
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, Replayed, calls, encoded, find_repeat, opened

router = APIRouter()
contents = APIRouter()

_RECENT: Final = 20
_CHUNK_BYTES: Final = 256 * 1024
_SHOWN: Final = re.compile(r"(image/(png|jpeg|gif|webp)|audio/[a-z0-9.+-]+|video/[a-z0-9.+-]+)")
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "channel_id": {"type": "string", "format": "uuid"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}


@operation(router, "POST", "/files", out=File, status=201, extra=_FORM)
async def upload_file(request: Request) -> Response:
    """Upload a file to be sent on a channel or, without one, to be kept in a saved reply."""
    async with opened(request) as call:
        check_may(call.caller, Permission.FILES_UPLOAD)
    try:
        form = await request.form(max_files=1, max_fields=5)
    except MultiPartException:
        raise Invalid("Please send the file as a form.", field="file") from None
    file, channel_id = form.get("file"), _id(form["channel_id"]) if "channel_id" in form else None
    if not isinstance(file, UploadFile):
        raise Invalid("Please choose a file.", field="file", reason="file_needed")
    async with opened(request) as call:
        capabilities = await _capabilities(call, channel_id)
    upload = await receive_upload(
        call.web.blobs,
        _chunks(file),
        capabilities=capabilities,
        declared_mime=file.content_type or "",
        file_name=file.filename or "",
        limit_bytes=call.web.settings.limits.upload_bytes,
        scanner=call.web.scanner,
    )
    try:
        return await _store(call, channel_id, upload)
    except (Replayed, Conflict, Invalid, TooManyRequests):
        await drop_upload(call.web.blobs, upload)
        raise


async def _capabilities(call: Call, channel_id: UUID | None) -> Capabilities:
    """What the channel takes. Raises NotFound, Conflict."""
    if channel_id is None:
        return capabilities_to_keep(call.web.settings.limits.upload_bytes)
    channel = await access_channel(call.session, call.caller, channel_id)
    if channel.state == "disconnected":
        raise Conflict(
            "This channel is disconnected. Connect it again, or write on another one.", reason="channel_disconnected"
        )
    return channel_type(channel.type).manifest.capabilities


async def _store(call: Call, channel_id: UUID | None, upload: ReceivedUpload) -> Response:
    """A repeat is known by what the file holds; its bytes came a second time and are thrown away."""
    about = f"{channel_id}\n{upload.name}\n{upload.declared_mime}\n".encode()
    repeat = find_repeat(call, about + upload.blob.sha256)
    file_id = new_id()
    async with call.web.database.transaction(Role.WEB, call.caller.workspace_id) as session:
        if repeat is not None:
            await repeat.claim(session)
        limits = call.web.settings.limits
        per_day = FilesPerDay(limits.files_per_day, limits.file_bytes_per_day)
        if not await per_day.count(session, f"upload:{call.caller.actor_id}", upload.blob.size_bytes):
            raise TooManyRequests(
                "These were too many files for one day. Please try again tomorrow.",
                retry_in_s=3600,
                reason="files_full_today",
            )
        await store_upload(
            session,
            upload,
            workspace_id=call.caller.workspace_id,
            channel_id=channel_id,
            file_id=file_id,
            uploaded_by=call.caller.actor_id,
            now=call.now,
        )
        answer = encoded(await access_file(session, call.caller, file_id), 201)
        if repeat is not None:
            await repeat.keep(session, 201, bytes(answer.body))
    return answer


class FileList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[File]


class FileCopyInput(Input):
    channel_id: Id


@operation(router, "GET", "/files/recent", out=FileList)
async def get_recent_files(call: Call = calls(Permission.FILES_UPLOAD)) -> Response:
    """The last twenty that one has sent, to send one again."""
    items = await list_recent_files(call.session, uploaded_by=call.caller.actor_id, limit=_RECENT)
    return call.answer(FileList(items=items))


@operation(router, "POST", "/files/{file_id}/copies", out=File, status=201, name="copyFile")
async def post_copy(
    file_id: UUID, given: FileCopyInput, call: Call = calls(Permission.FILES_UPLOAD, is_repeatable=True)
) -> Response:
    """Make a file that one may see ready to be sent on a channel; its bytes stay where they are."""
    await access_stored_file(call.session, call.caller, file_id)
    channel = await access_channel(call.session, call.caller, given.channel_id)
    copy_id = new_id()
    await copy_file(
        call.session,
        file_id,
        copy_id=copy_id,
        channel_id=channel.id,
        uploaded_by=call.caller.actor_id,
        now=call.now,
    )
    return call.answer(await access_file(call.session, call.caller, copy_id), status=201)


@operation(contents, "GET", "/files/{file_id}", out=None)
async def get_file(file_id: UUID, request: Request, download: Annotated[bool, Query()] = False) -> Response:
    """The bytes of a file. Only what we decoded is shown by the browser; all else is saved."""
    async with opened(request) as call:
        check_may(call.caller, Permission.CONVERSATIONS_READ)
        file = await access_stored_file(call.session, call.caller, file_id)
    is_shown = file.is_inline and not download and _SHOWN.fullmatch(file.mime) is not None
    headers = {
        "content-type": file.mime if is_shown else _saved_type(file.mime),
        "content-disposition": _disposition("inline" if is_shown else "attachment", file.name),
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, no-store",
        "accept-ranges": "bytes",
    }
    first, last = _wanted(request.headers.get("range"), file.size_bytes)
    if last < first and file.size_bytes:
        return Response(status_code=416, headers={"content-range": f"bytes */{file.size_bytes}"})
    is_part = last - first + 1 < file.size_bytes
    if is_part:
        headers["content-range"] = f"bytes {first}-{last}/{file.size_bytes}"
    headers["content-length"] = str(last - first + 1)
    body = await _opened(call.web.blobs, file, first, last + 1)
    return StreamingResponse(body, status_code=206 if is_part else 200, headers=headers)


def _id(value: object) -> UUID:
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise Invalid("Please say for which channel the file is.", field="channel_id") from None


async def _chunks(file: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await file.read(_CHUNK_BYTES):
        yield chunk


def _saved_type(mime: str) -> str:
    """Nothing that a browser would interpret, whatever a customer called it."""
    return mime if mime in ("application/pdf", "application/zip") else "application/octet-stream"


def _disposition(kind: str, name: str) -> str:
    """RFC 6266 with both forms of the name; the plain one has no character that could end it."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)[:100].strip() or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:200] or 'file', safe='')}"


def _wanted(text: str | None, size_bytes: int) -> tuple[int, int]:
    """First and last byte of a single range; several ranges, or none that we read, mean the whole file."""
    whole = (0, size_bytes - 1)
    match = _RANGE.fullmatch(text.strip()) if text else None
    if match is None or not (match[1] or match[2]):
        return whole
    if not match[1]:
        return max(0, size_bytes - int(match[2])), size_bytes - 1
    first = int(match[1])
    last = min(int(match[2]), size_bytes - 1) if match[2] else size_bytes - 1
    return (first, last) if first < size_bytes else (1, 0)


async def _opened(blobs: Blobs, file: StoredFile, start: int, end: int) -> AsyncIterator[bytes]:
    """The stream, after its first piece has really come: a lost blob is a 404 and not half an answer."""
    if end <= start:
        return _joined(b"", None)
    stream = blobs.stream(file.blob_key, start=start, end=end)
    try:
        first = await anext(stream)
    except (StopAsyncIteration, FileNotFoundError):
        raise NotFound("This file does not exist.") from None
    return _joined(first, stream)


async def _joined(first: bytes, rest: AsyncIterator[bytes] | None) -> AsyncIterator[bytes]:
    yield first
    if rest is not None:
        async for chunk in rest:
            yield chunk
