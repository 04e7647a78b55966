"""Inbound files: fetched into the blobs, judged by their bytes, given up on with a reason."""

import io
import struct
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from tests.clamd import MALWARE, running_clamd
from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.fetch_media import FetchMedia
from threadline.channels.contract import ChannelAccess, FetchedMedia, MediaSource, Retry, SendError
from threadline.core.errors import Unavailable
from threadline.infra.blobs import Blobs
from threadline.infra.malware import Scanner
from threadline.infra.media_probe import Probed, probe_image, probe_other
from threadline.store.rates import FilesPerDay
from threadline.workers import media
from threadline.workers.channel_host import HostTools

PLENTY = FilesPerDay(100, 10**9)


def picture(format: str, size: tuple[int, int] = (30, 20)) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, "red").save(target, format)
    return target.getvalue()


def opus(seconds: int) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
    first = b"OggS\0\x02" + struct.pack("<qIII", 0, 1, 0, 0) + b"\x01\x13" + head
    last = b"OggS\0\x04" + struct.pack("<qIII", seconds * 48000 + 312, 1, 1, 0) + b"\x01\x01x"
    return first + last


def film(seconds: int, brand: bytes = b"isom") -> bytes:
    header = struct.pack(">B3xIIII", 0, 0, 0, 1000, seconds * 1000)
    return struct.pack(">I4s4sI", 16, b"ftyp", brand, 0) + struct.pack(">I4s", 108, b"mvhd") + header + b"\0" * 80


@pytest.mark.parametrize("format", ["PNG", "JPEG", "GIF", "WEBP"])
async def test_pictures_are_decoded(format: str) -> None:
    assert await probe_image(picture(format)) == Probed(f"image/{format.lower()}", is_inline=True, width=30, height=20)


@pytest.mark.parametrize(
    "content",
    [picture("PNG")[:60], b"GIF89a<script>alert(1)</script>", picture("GIF", (8000, 8000))],
    ids=["broken", "polyglot", "64 million pixels"],
)
async def test_pictures_that_are_none_or_too_large_are_downloads(content: bytes) -> None:
    assert not (await probe_image(content)).is_inline


async def test_pictures_of_strangers_are_never_decoded_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """S49: a fault of the decoder ends a process that holds nothing."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("decoded in the process of the desk")

    monkeypatch.setattr(Image, "open", refuse)
    content = picture("PNG")
    assert (await probe_image(content)).is_inline


def test_voice_note_and_film_tell_how_long_they_last() -> None:
    voice, clip, song = opus(7), film(12), film(3, b"M4A ")
    assert probe_other(voice, voice) == Probed("audio/ogg", is_inline=True, duration_ms=7000)
    assert probe_other(clip, clip) == Probed("video/mp4", is_inline=True, duration_ms=12000)
    assert probe_other(song, song).mime == "audio/mp4"


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!doctype html><script>",
        b"%PDF-1.7\n",
        b"MZ\x90\0",
        b"",
        b"\0" * 50,
    ],
)
def test_documents_and_markup_are_never_inline(content: bytes) -> None:
    assert not probe_other(content, content).is_inline


class Provider:
    """Stands in for the channel type's fetch."""

    def __init__(self, content: bytes = b"", error: Exception | None = None, size_bytes: int | None = None) -> None:
        self.content = content
        self.error = error
        self.size_bytes = size_bytes
        self.asked: list[MediaSource] = []

    async def fetch_media(
        self, http: object, access: ChannelAccess, source: MediaSource, *, limit_bytes: int
    ) -> FetchedMedia:
        self.asked.append(source)
        if self.error is not None:
            raise self.error

        async def chunks() -> AsyncIterator[bytes]:
            for at in range(0, len(self.content), 7000):
                yield self.content[at : at + 7000]

        return FetchedMedia("text/html", self.size_bytes, chunks())


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        source = MediaSource(media_id="99", mime="image/jpeg", file_name="cat.jpg")
        await opened.receive(opened.message(1, "m1", content=None, source=source, media="image"))
        yield opened


async def fetch(
    desk: ReceivingDesk,
    folder: Path,
    provider: Provider,
    monkeypatch: pytest.MonkeyPatch,
    limit_bytes: int = 10**6,
    scanner: Scanner | None = None,
    per_day: FilesPerDay = PLENTY,
) -> dict[str, Any]:
    monkeypatch.setattr(media, "channel_type", lambda name: provider)
    tools = HostTools(
        database=desk.database,
        bus=None,  # type: ignore[arg-type]
        blobs=Blobs(folder=folder),
        http=None,  # type: ignore[arg-type]
        open_access=lambda row: ChannelAccess(row.id, row.address, row.account, "", {}),
        now=lambda: desk.now,
        new_id=desk.new_id,
        scanner=scanner,
    )
    file = (await desk.of("files"))[0]
    try:
        await media.fetch_media(
            FetchMedia(workspace_id=desk.workspace_id, file_id=file["id"]),
            tools,
            limit_bytes=limit_bytes,
            per_day=per_day,
        )
    finally:
        file = (await desk.of("files"))[0]
    return file


async def test_picture_is_stored_decoded_and_announced(
    desk: ReceivingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = picture("PNG", (900, 700))
    provider = Provider(content)
    file = await fetch(desk, tmp_path, provider, monkeypatch)
    assert (file["state"], file["mime"], file["is_inline"]) == ("ready", "image/png", True)
    assert (file["width"], file["height"], file["size_bytes"]) == (900, 700, len(content))
    assert await Blobs(folder=tmp_path).get(file["blob_key"]) == content
    event = await desk.one("select * from events where kind = 'file_changed' and workspace_id = $1", desk.workspace_id)
    message = (await desk.of("messages"))[0]
    assert (event["message_id"], event["conversation_id"]) == (message["id"], message["conversation_id"])
    before = await desk.state()
    await fetch(desk, tmp_path, provider, monkeypatch)
    assert await desk.state() == before
    assert len(provider.asked) == 1


@pytest.mark.parametrize("size_bytes", [None, 5000])
async def test_file_above_the_limit_is_refused(
    desk: ReceivingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size_bytes: int | None
) -> None:
    file = await fetch(desk, tmp_path, Provider(b"x" * 5000, size_bytes=size_bytes), monkeypatch, limit_bytes=1000)
    assert (file["state"], file["error"], file["blob_key"]) == ("refused", "too_large", None)


async def test_gone_file_fails_at_once_and_a_passing_error_is_tried_again(
    desk: ReceivingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passing = Provider(error=SendError(code="media_503", retry=Retry.YES, text="later"))
    with pytest.raises(SendError):
        await fetch(desk, tmp_path, passing, monkeypatch)
    file = (await desk.of("files"))[0]
    assert (file["state"], file["tries"]) == ("pending", 1)
    gone = Provider(error=SendError(code="media_gone", retry=Retry.NO, text="gone"))
    file = await fetch(desk, tmp_path, gone, monkeypatch)
    assert (file["state"], file["error"]) == ("failed", "media_gone")


@pytest.mark.parametrize(
    ("content", "state", "error"),
    [
        (b"%PDF-1.4 harmless", "ready", ""),
        (b"%PDF-1.4 " + MALWARE, "refused", "malware"),
        (b"x" * 200_000, "refused", "unchecked"),
    ],
    ids=["clean", "infected", "too large"],
)
async def test_file_is_opened_by_nobody_before_the_scanner_calls_it_clean(
    desk: ReceivingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, state: str, error: str
) -> None:
    """S51: while the scanner is away the file is pending and its text is there; what is infected is not kept."""
    async with running_clamd() as clamd:
        clamd.limit_bytes = 100_000
        clamd.answer = ""
        if len(content) < clamd.limit_bytes:
            with pytest.raises(Unavailable):
                await fetch(desk, tmp_path, Provider(content), monkeypatch, scanner=Scanner(clamd.url))
            assert (await desk.of("files"))[0]["state"] == "pending"
        clamd.answer = None
        file = await fetch(desk, tmp_path, Provider(content), monkeypatch, scanner=Scanner(clamd.url))
    assert (file["state"], file["error"]) == (state, error)
    assert sum(1 for path in tmp_path.rglob("*") if path.is_file()) == (state == "ready")


@pytest.mark.parametrize("per_day", [FilesPerDay(2, 10**9), FilesPerDay(100, 2048)], ids=["count", "size"])
async def test_one_customer_cannot_fill_the_house_in_a_day(
    desk: ReceivingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, per_day: FilesPerDay
) -> None:
    """S47: of three files of a kilobyte two are kept; the texts are all there, and the next day they come again."""

    async def again() -> dict[str, Any]:
        await desk.connection.execute("update files set state = 'pending', tries = 0, blob_key = null")
        return await fetch(desk, tmp_path, Provider(b"x" * 1000), monkeypatch, per_day=per_day)

    files = [await again() for _ in range(3)]
    assert [file["state"] for file in files] == ["ready", "ready", "refused"]
    assert files[2]["error"] == "too_many_today"
    assert sum(1 for path in tmp_path.rglob("*") if path.is_file()) == 2
    await desk.connection.execute("update rate_counters set window_started_at = now() - interval '1 day'")
    assert (await again())["state"] == "ready"


async def test_last_try_ends_as_failed(desk: ReceivingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.connection.execute("update files set tries = $1", media.TRIES - 1)
    file = await fetch(desk, tmp_path, Provider(error=TimeoutError()), monkeypatch)
    assert file["state"] == "failed"
