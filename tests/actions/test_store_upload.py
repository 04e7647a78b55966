"""Uploads: the bytes decide (S47), pictures are decoded apart and lose what they betray (S49)."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.clamd import MALWARE, running_clamd
from tests.workers.courier import Courier
from tests.workers.outbox_world import Desk
from threadline.actions.store_upload import ReceivedUpload, receive_upload, store_upload
from threadline.channels.contract import Capabilities, MediaLimit
from threadline.core.content import Media
from threadline.core.errors import Invalid, Unavailable
from threadline.infra.blobs import Blobs
from threadline.infra.clock import new_id, utc_now
from threadline.infra.file_types import guess_mime
from threadline.infra.malware import Scanner
from threadline.store.session import Role

pytestmark = pytest.mark.asyncio

CAPABILITIES: Capabilities = replace(
    Courier().manifest.capabilities,
    media={
        "image": MediaLimit(("image/png", "image/jpeg"), 200_000),
        "audio": MediaLimit(("audio/ogg",), 300_000),
        "document": MediaLimit(("*/*",), 500_000),
    },
)


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 400), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def office(folder: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/document.xml", "<x/>")
    return out.getvalue()


async def upload(
    folder: Path,
    content: bytes,
    name: str,
    declared: str = "",
    *,
    capabilities: Capabilities = CAPABILITIES,
    scanner: Scanner | None = None,
) -> ReceivedUpload:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 50_000):
            yield content[start : start + 50_000]

    return await receive_upload(
        Blobs(folder=folder),
        chunks(),
        capabilities=capabilities,
        declared_mime=declared,
        file_name=name,
        limit_bytes=1_000_000,
        scanner=scanner,
    )


def files_in(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


async def test_nothing_is_kept_that_the_scanner_does_not_call_clean(tmp_path: Path) -> None:
    """S51: infected, too large for it, or while it is away."""
    async with running_clamd() as clamd:
        scanner = Scanner(clamd.url)
        assert (await upload(tmp_path, b"%PDF-1.4 clean", "a.pdf", scanner=scanner)).mime == "application/pdf"
        before = files_in(tmp_path)
        with pytest.raises(Invalid, match="malware") as infected:
            await upload(tmp_path, b"%PDF-1.4 " + MALWARE, "a.pdf", scanner=scanner)
        clamd.limit_bytes = 100_000
        with pytest.raises(Invalid, match="too large to be checked") as unchecked:
            await upload(tmp_path, b"%PDF-1.4 " + b"x" * 400_000, "a.pdf", scanner=scanner)
        clamd.answer = ""
        with pytest.raises(Unavailable):
            await upload(tmp_path, b"%PDF-1.4 clean", "a.pdf", scanner=scanner)
    assert files_in(tmp_path) == before
    assert (infected.value.reason, unchecked.value.reason) == ("file_malware", "file_unchecked")


async def test_a_picture_is_measured_and_its_preview_betrays_nothing(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "A camera"
    stored = await upload(tmp_path, picture("JPEG", exif=exif), "holiday.jpeg", "image/jpeg")
    assert (stored.mime, stored.name, stored.width, stored.height) == ("image/jpeg", "holiday.jpeg", 400, 800)
    assert stored.is_inline
    assert stored.preview_key is not None
    preview = await Blobs(folder=tmp_path).get(stored.preview_key)
    assert b"A camera" not in preview
    with Image.open(io.BytesIO(preview)) as small:
        assert small.size == (320, 640)
        assert not small.getexif()


@pytest.mark.parametrize(
    ("content", "name", "declared", "text"),
    [
        (b"", "a.txt", "", "empty"),
        (b"<!doctype html><script>alert(1)</script>", "photo.png", "image/png", "not what its name says"),
        (b"MZ\x90\x00" + b"\0" * 200, "invoice.pdf", "application/pdf", "Programs"),
        (b"\x89PNG\r\n\x1a\n" + b"<script>" * 20, "photo.png", "", "damaged"),
        (picture()[:300], "photo.png", "", "damaged"),
        (picture(size=(9000, 9000)), "bomb.png", "", "damaged or too large"),
        (b"%PDF-1.7" + b"\0" * 499_993, "a.pdf", "", "larger than 0.5 MB"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_kept(
    tmp_path: Path, content: bytes, name: str, declared: str, text: str
) -> None:
    with pytest.raises(Invalid, match=text):
        await upload(tmp_path, content, name, declared)
    assert files_in(tmp_path) == 0


async def test_a_limit_names_both_sizes(tmp_path: Path) -> None:
    capabilities = replace(CAPABILITIES, media={"image": MediaLimit(("image/png",), 1000)})
    with pytest.raises(Invalid, match="the most this channel can send"):
        await upload(tmp_path, picture(), "a.png", capabilities=capabilities)
    media = {**capabilities.media, "audio": MediaLimit(("audio/ogg",), 900_000)}
    capabilities = replace(capabilities, media=media)
    with pytest.raises(Invalid, match=r"A picture may have 1 kB on this channel; this one has \d+ kB"):
        await upload(tmp_path, picture(), "a.png", capabilities=capabilities)
    with pytest.raises(Invalid, match="of this kind"):
        await upload(tmp_path, b"%PDF-1.4 x", "a.pdf", capabilities=capabilities)


async def test_documents_are_downloads_with_honest_names(tmp_path: Path) -> None:
    stored = await upload(tmp_path, b"%PDF-1.7\n%x\n", "../..\u202e/invoice.pdf.exe", "application/pdf")
    assert (stored.mime, stored.name, stored.is_inline) == ("application/pdf", "invoice.pdf.exe.pdf", False)
    page = await upload(tmp_path, b"<html><body>hi</body></html>", "page.html", "text/html")
    assert (page.mime, page.is_inline) == ("text/html", False)
    drawing = await upload(tmp_path, b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.png")
    assert (drawing.mime, drawing.name, drawing.is_inline) == ("image/svg+xml", "photo.png.svg", False)


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"OggS\0\2" + b"\0" * 22 + b"OpusHead", "audio/ogg"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", "audio/mp4"),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0", "video/3gpp"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
        (b"#!AMR\n\x0c", "audio/amr"),
        (b"ID3\x03\0\0", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"GIF89a/*<script>*/", "image/gif"),
        (office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (office("other"), "application/zip"),
        ("Grüße, 你好".encode(), "text/plain"),
        ("Grüße, 你好".encode()[:-1], "text/plain"),
        (b"#!/bin/sh\n", "application/x-executable"),
        (b"  <?xml version='1.0'?><svg>", "image/svg+xml"),
        (bytes(range(256)), "application/octet-stream"),
    ],
)
async def test_the_bytes_say_what_it_is(head: bytes, mime: str) -> None:
    assert guess_mime(head) == mime


async def test_a_file_is_sent_by_its_uploader_on_its_channel_only(desk: Desk, tmp_path: Path) -> None:
    customer = await desk.add_customer("ana")
    own, foreign = new_id(), new_id()
    for file_id, uploader in ((own, desk.agent_id), (foreign, new_id())):
        received = await upload(tmp_path, picture(), "a.png")
        async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
            await store_upload(
                session,
                received,
                workspace_id=desk.workspace_id,
                channel_id=desk.channel_id,
                file_id=file_id,
                uploaded_by=uploader,
                now=utc_now(),
            )
    message = await desk.send(customer, Media(media="image", file_id=own))
    assert (await desk.message(message.id))["file_ids"] == [own]
    assert await desk.connection.fetchval("select message_id from files where id = $1", own) == message.id
    await desk.send(customer, Media(media="image", file_id=own))  # where it stands already
    with pytest.raises(Invalid):
        await desk.send(await desk.add_customer("ben"), Media(media="image", file_id=own))
    with pytest.raises(Invalid):
        await desk.send(customer, Media(media="image", file_id=foreign))
