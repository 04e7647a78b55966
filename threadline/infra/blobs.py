"""Files and large bodies: in a folder, or by URL in S3, Google Cloud Storage or Azure. Keys are random."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from threadline.core.errors import Unavailable

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ObjectStore

_PART_BYTES: Final = 5 * 1024 * 1024


class BlobTooLarge(Exception):
    """More bytes came than were allowed; nothing was kept."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    key: str
    size_bytes: int
    sha256: bytes


class Blobs:
    """`url` None means the folder. Raises Unavailable when the store does not answer or is full."""

    def __init__(self, *, folder: Path, url: str | None = None) -> None:
        self._folder = folder
        self._url = url
        self._store: ObjectStore | None = None

    @property
    def store(self) -> "ObjectStore":
        if self._store is None:
            self._store = self._connect()
        return self._store

    def _connect(self) -> "ObjectStore":
        from obstore.store import LocalStore, from_url

        if self._url:
            return from_url(self._url)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(self._folder)

    def check_writable(self) -> None:
        """For start-up: a folder that cannot be written is found now and not with the first file (R22)."""
        if self._url:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._folder):
                pass
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise Unavailable(f"Files cannot be stored in {self._folder} ({reason}): make it writable.") from error

    async def put(self, content: bytes) -> StoredBlob:
        async def once() -> AsyncIterator[bytes]:
            yield content

        return await self.put_stream(once(), limit_bytes=len(content))

    async def put_stream(self, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> StoredBlob:
        """Stores what comes. Errors of the source rise as they are; raises BlobTooLarge beyond the limit."""
        import obstore
        from obstore.exceptions import BaseError

        key = new_blob_key()
        source = _Measured(chunks, limit_bytes)
        try:
            await obstore.put_async(
                self.store, key, source, use_multipart=not self._is_small(limit_bytes), chunk_size=_PART_BYTES
            )
        except (BaseError, OSError) as error:
            if source.error is not None:
                raise source.error from None
            raise Unavailable("Files cannot be stored right now. Please try again in a moment.") from error
        if source.error is not None:
            raise source.error
        return StoredBlob(key, source.size_bytes, source.digest.digest())

    def _is_small(self, limit_bytes: int) -> bool:
        return limit_bytes <= _PART_BYTES

    async def get(self, key: str) -> bytes:
        return b"".join([chunk async for chunk in self.stream(key)])

    async def stream(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Bytes from `start` up to and without `end`. Raises FileNotFoundError, Unavailable."""
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        try:
            result = await obstore.get_async(self.store, key, options=_range(start, end))
            async for chunk in result.stream(min_chunk_size=256 * 1024):
                yield bytes(chunk)
        except (NotFoundError, FileNotFoundError):
            raise FileNotFoundError(key) from None
        except (BaseError, OSError) as error:
            raise Unavailable("The file cannot be read right now. Please try again in a moment.") from error

    async def delete(self, key: str) -> None:
        """Absent is fine. Raises Unavailable."""
        import obstore
        from obstore.exceptions import BaseError, NotFoundError

        try:
            await obstore.delete_async(self.store, key)
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise Unavailable("The file cannot be deleted right now. Please try again in a moment.") from error

    async def list_keys(self) -> AsyncIterator[tuple[str, int]]:
        """Every key with its size: for the backup."""
        import obstore

        async for page in obstore.list(self.store):
            for one in page:
                yield one["path"], one["size"]

    async def put_at(self, key: str, chunks: AsyncIterator[bytes]) -> None:
        """Only for restore: under a key that a backup names."""
        import obstore

        await obstore.put_async(self.store, key, chunks)


def new_blob_key() -> str:
    """Two letters of folder and 128 bits of chance: not guessable, and no folder grows without bound."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def _range(start: int, end: int | None) -> "GetOptions | None":
    if end is not None:
        return {"range": (start, end)}
    return {"range": {"offset": start}} if start else None


class _Measured:
    """Counts, hashes and bounds the chunks on their way. An error is kept here: the store wraps what it meets."""

    def __init__(self, chunks: AsyncIterator[bytes], limit_bytes: int) -> None:
        self._chunks = chunks
        self._limit_bytes = limit_bytes
        self.size_bytes = 0
        self.digest = hashlib.sha256()
        self.error: Exception | None = None

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            raise
        except Exception as error:
            self.error = error
            raise
        self.size_bytes += len(chunk)
        if self.size_bytes > self._limit_bytes:
            self.error = BlobTooLarge()
            raise self.error
        self.digest.update(chunk)
        return chunk
