"""Files in a folder; the same library reaches S3, Google and Azure."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.ports import free_port
from threadline.core.errors import Unavailable
from threadline.infra.blobs import Blobs, BlobTooLarge

MEGABYTE = 1024 * 1024


async def chunks(count: int, *, fails: bool = False) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([number % 256]) * MEGABYTE
    if fails:
        raise ConnectionResetError("the provider went away")


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(folder=tmp_path / "blobs")


async def keys_of(blobs: Blobs) -> list[str]:
    return [key async for key, _ in blobs.list_keys()]


async def test_what_is_put_is_got(blobs: Blobs) -> None:
    stored = await blobs.put(b"hello")
    assert (stored.size_bytes, stored.sha256) == (5, hashlib.sha256(b"hello").digest())
    assert await blobs.get(stored.key) == b"hello"
    assert len(stored.key) >= 32


async def test_large_file_is_streamed_in_and_out(blobs: Blobs) -> None:
    stored = await blobs.put_stream(chunks(12), limit_bytes=20 * MEGABYTE)
    assert stored.size_bytes == 12 * MEGABYTE
    assert b"".join([c async for c in blobs.stream(stored.key, start=MEGABYTE - 1, end=MEGABYTE + 1)]) == b"\x00\x01"
    assert b"".join([c async for c in blobs.stream(stored.key, start=12 * MEGABYTE - 2)]) == b"\x0b\x0b"


@pytest.mark.parametrize(("count", "limit"), [(3, 2 * MEGABYTE), (30, 20 * MEGABYTE)])
async def test_file_beyond_the_limit_leaves_nothing(blobs: Blobs, count: int, limit: int) -> None:
    with pytest.raises(BlobTooLarge):
        await blobs.put_stream(chunks(count), limit_bytes=limit)
    assert await keys_of(blobs) == []


@pytest.mark.parametrize("count", [2, 12])
async def test_source_that_breaks_off_leaves_nothing_and_says_so_itself(blobs: Blobs, count: int) -> None:
    with pytest.raises(ConnectionResetError):
        await blobs.put_stream(chunks(count, fails=True), limit_bytes=50 * MEGABYTE)
    assert await keys_of(blobs) == []


async def test_absent_file(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.get("00/absent")
    await blobs.delete("00/absent")


async def test_deleted_file_is_gone(blobs: Blobs) -> None:
    stored = await blobs.put(b"x")
    await blobs.delete(stored.key)
    assert await keys_of(blobs) == []


def test_folder_that_cannot_be_written_is_found_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("a file in the way")
    with pytest.raises(Unavailable, match="cannot be stored"):
        Blobs(folder=tmp_path / "blobs").check_writable()


async def test_store_that_fails_while_writing_is_an_outage(tmp_path: Path) -> None:
    blobs = Blobs(folder=tmp_path / "blobs")
    await blobs.put(b"x")
    for part in (tmp_path / "blobs").iterdir():
        part.rename(tmp_path / part.name)
    (tmp_path / "blobs").rmdir()
    (tmp_path / "blobs").write_text("the disk is gone")
    with pytest.raises(Unavailable):
        await blobs.put(b"x")


@pytest.fixture
def unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Blobs:
    """A bucket whose server is down."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    return Blobs(folder=tmp_path / "blobs", url="s3://house/files")


async def test_bucket_that_does_not_answer_is_an_outage(unreachable: Blobs) -> None:
    with pytest.raises(Unavailable, match="stored"):
        await unreachable.put(b"hello")
    with pytest.raises(Unavailable, match="read"):
        await unreachable.get("ab/cd")
    with pytest.raises(Unavailable, match="deleted"):
        await unreachable.delete("ab/cd")
