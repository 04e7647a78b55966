"""Files: to Meta before a message goes out, from Meta after one came in (docs/whatsapp.md §3.5)."""

from types import AsyncGeneratorType
from typing import Final
from urllib.parse import urlsplit

import msgspec

from threadline.channels.contract import (
    Alarm,
    ChannelAccess,
    FetchedMedia,
    FormPart,
    HttpBroken,
    HttpClient,
    HttpStream,
    HttpTimeout,
    HttpUnreachable,
    MediaSource,
    OutgoingFile,
    Retry,
    SendError,
)
from threadline.channels.types.whatsapp.graph import bearer, call, decoded, graph_host, graph_url, half_answer
from threadline.channels.types.whatsapp.limits import MEDIA
from threadline.channels.types.whatsapp.scalars import Loose, text_of

LOOKASIDE: Final = "lookaside.fbsbx.com"
UPLOAD_TIMEOUT_S: Final = 120.0

_RENEWABLE = frozenset({401, 403, 404, 410})
"""How Meta answers for a link that is older than five minutes."""


class _Uploaded(msgspec.Struct):
    id: Loose = None


class _Media(msgspec.Struct):
    url: Loose = None
    mime_type: Loose = None


_uploaded = msgspec.json.Decoder(_Uploaded)
_media = msgspec.json.Decoder(_Media)


def check_file(kind: str, file: OutgoingFile) -> None:
    """Raises SendError with the limit that the file breaks: Meta would refuse it after the upload."""
    limit = MEDIA[kind]
    mime = file.mime.partition(";")[0].strip().lower()
    if mime not in limit.mimes and "*/*" not in limit.mimes:
        names = ", ".join(name.partition("/")[2] for name in limit.mimes)
        raise _refused("media_type", f"WhatsApp takes only {names} as {kind}. Send it as a document.")
    if file.size_bytes > limit.size_bytes:
        size = f"{limit.size_bytes // 1024} KB"
        if limit.size_bytes >= 1024 * 1024:
            size = f"{limit.size_bytes // (1024 * 1024)} MB"
        raise _refused("media_size", f"A {kind} on WhatsApp may have at most {size}. Make it smaller.")
    if file.size_bytes == 0:
        raise _refused("media_size", "The file is empty. Choose another.")


def _refused(code: str, text: str) -> SendError:
    return SendError(code=code, retry=Retry.NO, text=text)


async def upload(http: HttpClient, access: ChannelAccess, file: OutgoingFile) -> str:
    """Stream a file to Meta → its media id, good for 30 days. Raises SendError.

    An upload whose outcome is unknown reached nobody: it may go again.
    """
    form = (
        FormPart("messaging_product", "whatsapp"),
        FormPart("type", file.mime),
        FormPart("file", file.read, file_name=file.name or "file", content_type=file.mime, size_bytes=file.size_bytes),
    )
    url = graph_url(access, access.address, "media")
    try:
        answer = await call(http, access, "POST", url, form=form, timeout_s=UPLOAD_TIMEOUT_S)
        media_id = text_of(decoded(answer, _uploaded).id)
        if not media_id:
            raise half_answer()
    except SendError as error:
        if error.retry is not Retry.UNKNOWN:
            raise
        raise SendError(
            code=error.code,
            retry=Retry.YES,
            alarm=error.alarm,
            text="The file could not be handed to WhatsApp; it is tried again.",
            reason="whatsapp_file_not_taken",
            retry_in_s=error.retry_in_s,
        ) from error
    return media_id


async def fetch_media(
    http: HttpClient, access: ChannelAccess, source: MediaSource, *, limit_bytes: int
) -> FetchedMedia:
    """Open the stream of a received file. Raises SendError, with NO once Meta no longer has it.

    The webhook's own link is tried first; links live five minutes, so an old one is asked for anew by the id.
    """
    if source.url and _may_carry_token(access, source.url):
        stream = await _open(http, access, source.url, limit_bytes=limit_bytes)
        if stream.status == 200:
            return _fetched(stream, source.mime)
        await _close(stream)
        if stream.status not in _RENEWABLE or not source.media_id:
            raise _not_fetched(stream.status)
    if not source.media_id:
        raise _refused("media_gone", "The file cannot be fetched: the message names no file of WhatsApp.")
    url, mime = await _ask_for_link(http, access, source.media_id)
    stream = await _open(http, access, url, limit_bytes=limit_bytes)
    if stream.status != 200:
        await _close(stream)
        raise _not_fetched(stream.status)
    return _fetched(stream, mime or source.mime)


async def _ask_for_link(http: HttpClient, access: ChannelAccess, media_id: str) -> tuple[str, str]:
    url = graph_url(access, media_id, query={"phone_number_id": access.address})
    try:
        answer = await call(http, access, "GET", url)
        found = decoded(answer, _media)
    except SendError as error:
        if error.code in ("100", "33", "131009"):
            raise _refused("media_gone", "WhatsApp no longer has this file; it keeps files for seven days.") from error
        raise _again_if_unknown(error) from error
    link = text_of(found.url)
    if not _may_carry_token(access, link):
        raise SendError(
            code="media_host",
            retry=Retry.NO,
            alarm=Alarm.ADMIN,
            text="The file lies on a server that is not WhatsApp's. It was not fetched.",
        )
    return link, text_of(found.mime_type)


def _again_if_unknown(error: SendError) -> SendError:
    """Asking changes nothing, so it may always be repeated."""
    if error.retry is not Retry.UNKNOWN:
        return error
    return SendError(
        code=error.code,
        retry=Retry.YES,
        alarm=error.alarm,
        text=error.text,
        reason=error.reason,
        retry_in_s=error.retry_in_s,
    )


def _may_carry_token(access: ChannelAccess, url: str) -> bool:
    """The token goes to the Graph host, to Meta's media host and to the hosts of the setting `media_hosts`, by https;
    by http only where the Graph itself is reached so (a simulator)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if parts.username or parts.password:
        return False
    if parts.netloc == graph_host(access):
        return parts.scheme in ("https", urlsplit(access.base_url).scheme)
    named = access.settings.get("media_hosts", LOOKASIDE)
    return parts.scheme == "https" and parts.netloc in {host.strip() for host in named.split(",") if host.strip()}


async def _open(http: HttpClient, access: ChannelAccess, url: str, *, limit_bytes: int) -> HttpStream:
    try:
        return await http.stream(url, headers=bearer(access), limit_bytes=limit_bytes)
    except HttpUnreachable as error:
        raise SendError(code="unreachable", retry=Retry.YES, text="WhatsApp cannot be reached at present.") from error
    except (HttpTimeout, HttpBroken) as error:
        raise SendError(code="timeout", retry=Retry.YES, text="The file did not arrive in time.") from error


async def _close(stream: HttpStream) -> None:
    """Give the connection back without reading the rest."""
    chunks: object = stream.chunks
    if isinstance(chunks, AsyncGeneratorType):
        await chunks.aclose()


def _not_fetched(status: int) -> SendError:
    retry = Retry.NO if status in (404, 410) else Retry.YES
    return SendError(code=f"http_{status}", retry=retry, text="WhatsApp did not hand over the file.")


def _fetched(stream: HttpStream, mime: str) -> FetchedMedia:
    length = stream.headers.get("content-length", "")
    size_bytes = int(length) if length.isascii() and length.isdigit() and len(length) < 16 else None
    return FetchedMedia(
        mime=stream.headers.get("content-type", "") or mime, size_bytes=size_bytes, chunks=stream.chunks
    )
