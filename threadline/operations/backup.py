"""`threadline backup FILE`: database, files and configuration in one file, from a running system (R34).

The dump and the row counts come from one snapshot of the database. Files are written before the rows that name them, so
whatever the dump names is there when the files are read after it. The master key is not in the file: who has only the
backup cannot open the secrets in it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

import threadline
from threadline.core.errors import ThreadlineError
from threadline.house import blobs_folder, check_database, check_key, connect, database_url, make_database
from threadline.infra.blobs import Blobs
from threadline.infra.postgres import embedded_programs, password_of, without_password
from threadline.infra.secrets import Keyring, load_keyring
from threadline.infra.settings import Settings
from threadline.operations.archive import BLOBS, CONFIGURATION, DATABASE, FORMAT, Manifest, Writer, write_archive
from threadline.operations.words import say
from threadline.store.migrate import REVISION

_COUNT_TABLES: Final = """
select c.relname as name from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1
"""


class BackupFailed(ThreadlineError):
    code = "backup_failed"
    status = 500


async def make_backup(settings: Settings, file: Path, *, keys_file: Path | None) -> None:
    """Raises BackupFailed, CannotOpen, MasterKeyError; then there is no file of that name."""
    keyring = load_keyring(text=settings.master_key, file=settings.master_key_file)
    for target in (file, keys_file):
        if target is not None:
            _check_target(target)
    await check_database(settings)
    database = make_database(settings, pool_size=1)
    try:
        await check_key(database, keyring)
    finally:
        await database.close()
    with write_archive(file) as archive, tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        manifest = await _dump(settings, keyring, archive, Path(folder) / DATABASE)
        count = await _add_blobs(settings, archive, Path(folder) / "blob")
        archive.add_bytes(CONFIGURATION, _configuration(settings))
        archive.finish(msgspec.structs.replace(manifest, members=archive.members))
    say(f"Written: {file} ({file.stat().st_size / 1e6:.1f} MB, {count} files, schema {manifest.schema}).")
    if keys_file is not None:
        _write_keys(settings, keys_file)
        say(f"Written: {keys_file}. Keep it apart from the backup.")
    else:
        say(f"The master key ({manifest.key_fingerprint}) is not in it: keep its file elsewhere.")


async def _dump(settings: Settings, keyring: Keyring, archive: Writer, target: Path) -> Manifest:
    connection = await connect(settings)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("select pg_export_snapshot()")
            counts = await _count_rows(connection)
            server = await connection.fetchval("select current_setting('server_version')")
            await asyncio.to_thread(_run_pg_dump, database_url(settings), str(snapshot), target)
    finally:
        await connection.close()
    archive.add_file(DATABASE, target)
    target.unlink()
    return Manifest(
        format=FORMAT,
        threadline=threadline.__version__,
        schema=REVISION,
        postgres=str(server),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        key_fingerprint=keyring.fingerprint,
        key_ids=list(keyring.key_ids),
        counts=counts,
        members=[],
    )


async def _count_rows(connection: asyncpg.Connection) -> dict[str, int]:
    names = [row["name"] for row in await connection.fetch(_COUNT_TABLES)]
    return {name: int(await connection.fetchval(f'select count(*) from "{name}"') or 0) for name in names}  # noqa: S608


def _run_pg_dump(url: str, snapshot: str, target: Path) -> None:
    command = [
        str(embedded_programs().path("pg_dump")), "--format=custom", "--compress=6", "--no-owner",
        f"--snapshot={snapshot}", f"--file={target}", f"--dbname={without_password(url)}",
    ]  # fmt: skip
    environment = os.environ | {"PGPASSWORD": password_of(url), "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode != 0:
        raise BackupFailed(f"The database could not be read: {_last_line(done.stderr)}")


async def _add_blobs(settings: Settings, archive: Writer, passing: Path) -> int:
    """Each by way of a file beside the archive: a member's size stands before its content."""
    blobs = Blobs(folder=blobs_folder(settings), url=settings.blobs_url)
    count = 0
    async for key, _size in blobs.list_keys():
        try:
            with passing.open("wb") as target:
                async for chunk in blobs.stream(key):
                    target.write(chunk)
        except FileNotFoundError:
            continue  # removed meanwhile, so the dump's snapshot is its last trace and retention was due
        archive.add_file(BLOBS + key, passing)
        count += 1
    passing.unlink(missing_ok=True)
    return count


def _configuration(settings: Settings) -> bytes:
    """What may be wanted when it is brought back; addresses and limits, no secret."""
    values = {
        "public_url": settings.public_url,
        "host": settings.host,
        "port": settings.port,
        "graph_url": settings.graph_url,
        "trusted_proxies": list(settings.trusted_proxies),
        "allowed_private_hosts": list(settings.allowed_private_hosts),
        "python": sys.version.split()[0],
    }
    return msgspec.json.format(msgspec.json.encode(values), indent=2)


def _write_keys(settings: Settings, file: Path) -> None:
    key_file = settings.master_key_file
    text = key_file.read_text() if key_file is not None else (settings.master_key or "").replace(",", "\n") + "\n"
    part = file.with_name(file.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as target:
        os.fchmod(target.fileno(), 0o600)  # whatever a file of that name allowed before
        target.write(text)
    part.replace(file)


def _check_target(file: Path) -> None:
    """Raises BackupFailed before anything was read."""
    folder = file.absolute().parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise BackupFailed(f"{folder} cannot be written ({reason}): choose another place for the backup.") from None


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
