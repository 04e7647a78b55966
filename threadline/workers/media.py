"""The job that fetches an inbound file: stream it from the provider into the blobs, then see what it is (R27)."""

import asyncio
from typing import Final

import msgspec

from threadline.actions.fetch_media import FetchMedia, finish_fetch, give_up_fetch
from threadline.channels.contract import MediaSource, Retry, SendError
from threadline.channels.registry import channel_type
from threadline.core.lost_file import FileLoss
from threadline.infra.blobs import BlobTooLarge, StoredBlob
from threadline.infra.jobs import JobRunner
from threadline.infra.malware import Verdict
from threadline.infra.media_probe import (
    HEAD_BYTES,
    IMAGE_LIMIT_BYTES,
    TAIL_BYTES,
    Probed,
    is_image,
    probe_image,
    probe_other,
)
from threadline.store.channels_hosted import HostedChannel, find_hosted_channel
from threadline.store.media import PendingMedia, ReadyMedia, begin_fetch
from threadline.store.rates import FilesPerDay
from threadline.store.session import Role
from threadline.workers.channel_host import HostBlobs, HostTools

TRIES: Final = 12
_JOB_TIMEOUT_S: Final = 300

_decode_source = msgspec.json.Decoder(MediaSource).decode


def register_media(jobs: JobRunner, tools: HostTools, *, limit_bytes: int, per_day: FilesPerDay) -> None:
    """Let these jobs run here. Retries come from the job runner, each asking for a new link if it must."""

    async def handle(job: FetchMedia) -> None:
        await fetch_media(job, tools, limit_bytes=limit_bytes, per_day=per_day)

    jobs.handle(FetchMedia, handle, timeout_s=_JOB_TIMEOUT_S, max_attempts=TRIES)


async def fetch_media(job: FetchMedia, tools: HostTools, *, limit_bytes: int, per_day: FilesPerDay) -> None:
    """Raises what may pass by itself; the runner tries again later."""
    async with tools.database.transaction(Role.ENGINE, job.workspace_id) as session:
        connection = await session.raw()
        pending = await begin_fetch(connection, workspace_id=job.workspace_id, file_id=job.file_id)
        row = await find_hosted_channel(connection, pending.channel_id) if pending else None
    if pending is None:
        return
    if row is None:
        await _give_up(pending, tools, "failed", FileLoss.CHANNEL_GONE)
        return
    try:
        blob = await _fetch(pending, row, tools, limit_bytes)
        await _check(blob, tools)
        await _check_day(pending, blob, tools, per_day)
    except _Refused as error:
        await _give_up(pending, tools, "refused", error.loss)
        return
    except BlobTooLarge:
        await _give_up(pending, tools, "refused", FileLoss.TOO_LARGE)
        return
    except SendError as error:
        if error.retry is not Retry.NO and pending.tries < TRIES:
            raise
        await _give_up(pending, tools, "failed", error.code)
        return
    except Exception:
        if pending.tries < TRIES:
            raise
        await _give_up(pending, tools, "failed", "the provider did not hand it over")
        return
    await _finish(pending, blob, tools)


async def _fetch(pending: PendingMedia, row: HostedChannel, tools: HostTools, limit_bytes: int) -> StoredBlob:
    """Bytes go from the provider to the blobs as they come, and no further than the limit."""
    fetched = await channel_type(row.type).fetch_media(
        tools.http, tools.open_access(row), _decode_source(pending.source), limit_bytes=limit_bytes
    )
    if fetched.size_bytes is not None and fetched.size_bytes > limit_bytes:
        raise BlobTooLarge
    return await tools.blobs.put_stream(fetched.chunks, limit_bytes=limit_bytes)


class _Refused(Exception):
    """The bytes are gone, and why."""

    def __init__(self, loss: FileLoss) -> None:
        super().__init__(loss)
        self.loss = loss


async def _check(blob: StoredBlob, tools: HostTools) -> None:
    """Nobody opens what the scanner did not call clean. While it is away the file stays pending (S51)."""
    if tools.scanner is None:
        return
    verdict: Verdict | None = None
    try:
        verdict = await tools.scanner.scan(tools.blobs.stream(blob.key))
    finally:
        if verdict is not Verdict.CLEAN:
            await tools.blobs.delete(blob.key)
    if verdict is Verdict.INFECTED:
        raise _Refused(FileLoss.MALWARE)
    if verdict is Verdict.TOO_LARGE:
        raise _Refused(FileLoss.UNCHECKED)


async def _check_day(pending: PendingMedia, blob: StoredBlob, tools: HostTools, per_day: FilesPerDay) -> None:
    """One customer cannot fill the house: what comes beyond a day's measure of the conversation is not kept (S47)."""
    is_within = False
    try:
        async with tools.database.transaction(Role.ENGINE, pending.workspace_id) as session:
            is_within = await per_day.count(session, f"conversation:{pending.conversation_id}", blob.size_bytes)
            if not is_within:
                raise _Refused(FileLoss.TOO_MANY_TODAY)
    finally:
        if not is_within:
            await tools.blobs.delete(blob.key)


async def _finish(pending: PendingMedia, blob: StoredBlob, tools: HostTools) -> None:
    probed = await _probe(blob, tools.blobs)
    media = ReadyMedia(
        blob_key=blob.key,
        size_bytes=blob.size_bytes,
        sha256=blob.sha256,
        mime=probed.mime,
        is_inline=probed.is_inline,
        width=probed.width,
        height=probed.height,
        duration_ms=probed.duration_ms,
    )
    async with tools.database.transaction(Role.ENGINE, pending.workspace_id) as session:
        is_kept = await finish_fetch(session, pending, media, now=tools.now(), new_id=tools.new_id)
    if not is_kept:
        await tools.blobs.delete(blob.key)


async def _probe(blob: StoredBlob, blobs: HostBlobs) -> Probed:
    head = await _read(blobs, blob.key, 0, min(HEAD_BYTES, blob.size_bytes))
    if is_image(head) and blob.size_bytes <= IMAGE_LIMIT_BYTES:
        content = head if blob.size_bytes <= len(head) else await blobs.get(blob.key)
        return await probe_image(content)
    tail_from = max(0, blob.size_bytes - TAIL_BYTES)
    tail = (
        head[tail_from:] if blob.size_bytes <= len(head) else await _read(blobs, blob.key, tail_from, blob.size_bytes)
    )
    return await asyncio.to_thread(probe_other, head, tail)


async def _read(blobs: HostBlobs, key: str, start: int, end: int) -> bytes:
    if start >= end:
        return b""
    return b"".join([chunk async for chunk in blobs.stream(key, start=start, end=end)])


async def _give_up(pending: PendingMedia, tools: HostTools, state: str, error: str) -> None:
    async with tools.database.transaction(Role.ENGINE, pending.workspace_id) as session:
        await give_up_fetch(session, pending, state=state, error=error, now=tools.now(), new_id=tools.new_id)
