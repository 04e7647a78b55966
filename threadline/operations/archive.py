"""The file that a backup is: a tar of `database.dump`, `blobs/…`, `configuration.json`, and last `manifest.json`."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

from threadline.core.errors import ThreadlineError

MANIFEST: Final = "manifest.json"
DATABASE: Final = "database.dump"
CONFIGURATION: Final = "configuration.json"
BLOBS: Final = "blobs/"

FORMAT: Final = 1
_CHUNK_BYTES: Final = 1024 * 1024


class BadArchive(ThreadlineError):
    """The file is no backup, is damaged, or comes from elsewhere than this release can restore."""

    code = "bad_archive"
    status = 500


class Member(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    threadline: str
    schema: str
    postgres: str
    made_at: str
    key_fingerprint: str
    key_ids: list[str]
    """Of the ring when the backup was made; the key itself is elsewhere."""
    counts: dict[str, int]
    """Rows per table in the snapshot of the dump."""
    members: list[Member]


class Writer:
    """Adds members and remembers their checksums."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self.members: list[Member] = []

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as source:
            self._add(name, source, path.stat().st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def finish(self, manifest: Manifest) -> None:
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        self._archive.addfile(_header(MANIFEST, len(content)), io.BytesIO(content))

    def _add(self, name: str, source: IO[bytes], size_bytes: int) -> None:
        measured = _Measured(source)
        self._archive.addfile(_header(name, size_bytes), measured)
        self.members.append(Member(name=name, size_bytes=size_bytes, sha256=measured.digest.hexdigest()))


@contextmanager
def write_archive(path: Path) -> Iterator[Writer]:
    """Readable by its owner only, and under its name when whole."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        with tarfile.open(part, "w", format=tarfile.PAX_FORMAT) as archive:
            yield Writer(archive)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def check_archive(path: Path) -> Manifest:
    """Reads the whole file and compares every checksum. Raises BadArchive."""
    found: dict[str, Member] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(path, "r") as archive:
            for info in archive:
                content = archive.extractfile(info)
                if content is None:
                    raise BadArchive("This backup holds something that is no file: it is damaged.")
                if info.name == MANIFEST:
                    manifest = msgspec.json.decode(content.read(), type=Manifest)
                else:
                    found[info.name] = Member(name=info.name, size_bytes=info.size, sha256=_sha256(content))
    except (tarfile.TarError, msgspec.MsgspecError, OSError, EOFError):
        raise BadArchive(f"{path} is not a backup of Threadline, or is damaged.") from None
    if manifest is None:
        raise BadArchive(f"{path} is not whole: its manifest is missing.")
    if manifest.format != FORMAT:
        raise BadArchive(f"{path} has the format {manifest.format}: restore it with a newer Threadline.")
    if {member.name: member for member in manifest.members} != found:
        raise BadArchive(f"{path} is damaged: a checksum does not fit.")
    return manifest


def read_members(path: Path, prefix: str) -> "Iterator[tuple[str, IO[bytes]]]":
    """Name and content of each member that begins with the prefix; read one before asking for the next."""
    with tarfile.open(path, "r") as archive:
        for info in archive:
            content = archive.extractfile(info) if info.name.startswith(prefix) else None
            if content is not None:
                yield info.name, content


class _Measured(io.RawIOBase):
    """What tarfile reads through us is hashed on its way."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._source.read(size)
        self.digest.update(chunk)
        return chunk


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _header(name: str, size_bytes: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size = size_bytes
    info.mode = 0o600
    return info
