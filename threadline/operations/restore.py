"""`threadline restore FILE`: a backup brought back on an empty machine, with sending paused (R35).

Nothing is touched before the whole file was checked. What was queued or on its way when the backup was made may have
been sent since, so it is marked uncertain: after somebody resumes sending it is settled like any other uncertain
message, by its status, or by one more copy that carries the mark. Pause and marks are part of the transaction that
brings the rows back, so that a restore which ends in the middle leaves nothing that would send.
"""

import asyncio
import contextlib
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Final

from threadline.core.errors import ThreadlineError
from threadline.house import blobs_folder, check_key, connect, database_url, make_database
from threadline.infra.blobs import Blobs
from threadline.infra.postgres import embedded_programs, password_of, without_password
from threadline.infra.secrets import Keyring, load_keyring, read_keys
from threadline.infra.settings import Settings
from threadline.operations.access import database_for
from threadline.operations.archive import BLOBS, DATABASE, BadArchive, Manifest, check_archive, read_members
from threadline.operations.words import say
from threadline.preparation import prepare_database
from threadline.store.migrate import REVISION
from threadline.store.restored import PAUSE_AND_MARK, Queued, count_queued
from threadline.store.session import Role

_CHUNK_BYTES: Final = 1024 * 1024


class NotEmpty(ThreadlineError):
    code = "not_empty"
    status = 500


class RestoreFailed(ThreadlineError):
    code = "restore_failed"
    status = 500


def restore_backup(settings: Settings, file: Path, *, keys_file: Path | None) -> None:
    """Raises BadArchive, MasterKeyError, NotEmpty, RestoreFailed."""
    manifest = check_archive(file)
    _check_release(manifest)
    keyring, key_text = _find_key(settings, manifest, keys_file)
    _check_folder_is_empty(settings)
    say(f"The backup of {manifest.made_at} is whole: {len(manifest.members)} parts, schema {manifest.schema}.")
    with database_for(settings, may_create=True) as reachable:
        if reachable.owns_database and key_text is not None:
            _place_key(reachable, key_text)
        asyncio.run(_restore(reachable, file, manifest, keyring))


async def _restore(settings: Settings, file: Path, manifest: Manifest, keyring: Keyring) -> None:
    await _check_database_is_empty(settings)
    await _make_roles(settings)
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as folder:
        dump = Path(folder) / DATABASE
        for _name, content in read_members(file, DATABASE):
            _copy(content, dump)
        await asyncio.to_thread(_run_pg_restore, database_url(settings), dump)
    await _check_counts(settings, manifest)
    await _restore_blobs(settings, file)
    await prepare_database(settings)
    database = make_database(settings, pool_size=1)
    try:
        await check_key(database, keyring)
        async with database.transaction(Role.ENGINE) as session:
            queued = await count_queued(session)
    finally:
        await database.close()
    _report(queued)


def _report(queued: list[Queued]) -> None:
    say("Restored. Sending is paused; receiving works.")
    if not queued:
        say("Nothing waited to be sent when the backup was made. Let messages leave again with `threadline resume`.")
        return
    for one in queued:
        say(f"  {one.workspace} / {one.channel}: {one.count} messages waited; each is marked as possibly sent already.")
    say("Look at them in the inbox, then let messages leave again with `threadline resume`.")


# Checks before anything is changed


def _check_release(manifest: Manifest) -> None:
    if manifest.schema > REVISION:
        raise BadArchive(
            f"This backup was made by Threadline {manifest.threadline} with the schema {manifest.schema}, "
            f"and this one knows {REVISION}: restore it with that release or a newer one."
        )


def _find_key(settings: Settings, manifest: Manifest, keys_file: Path | None) -> tuple[Keyring, str | None]:
    """The ring, and the text of a key file to lay into the data folder. Raises MasterKeyError, BadArchive."""
    own = settings.data_dir / "keys" / "master.key"
    file = keys_file or settings.master_key_file or (own if settings.master_key is None and own.exists() else None)
    if file is None and settings.master_key is None:
        raise BadArchive(
            f"The master key {manifest.key_fingerprint} is missing: give its file with --keys, "
            f"or set THREADLINE_MASTER_KEY. Without it the secrets of the channels stay closed."
        )
    keyring = load_keyring(text=settings.master_key, file=file)
    if manifest.key_fingerprint not in keyring.key_ids:
        raise BadArchive(
            f"This backup was sealed with the master key {manifest.key_fingerprint} and another one was given: "
            f"give the right one with --keys."
        )
    read_keys(text=settings.master_key, file=file)
    return keyring, file.read_text() if file is not None else None


def _check_folder_is_empty(settings: Settings) -> None:
    folders = [blobs_folder(settings)]
    if settings.database_url is None:
        folders.append(settings.data_dir / "postgres")
    for folder in folders:
        if folder.exists() and any(folder.iterdir()):
            raise NotEmpty(f"{folder} is not empty: restore into an empty --data-dir.")


async def _check_database_is_empty(settings: Settings) -> None:
    connection = await connect(settings)
    try:
        count = await connection.fetchval(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        )
    finally:
        await connection.close()
    if count:
        raise NotEmpty("The database is not empty: restore into a new one.")


# Steps


def _place_key(settings: Settings, text: str) -> None:
    file = settings.master_key_file
    if file is None or file.exists():
        return
    file.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as target:
        target.write(text)


async def _make_roles(settings: Settings) -> None:
    """Roles belong to the server and are not in a dump of one database."""
    connection = await connect(settings)
    try:
        for role in Role:
            await connection.execute(
                f"do $$ begin if not exists (select from pg_roles where rolname = '{role.value}') then"
                f" create role {role.value} nologin; end if;"
                f" if not pg_has_role(current_user, '{role.value}', 'member') then"
                f" grant {role.value} to current_user; end if; end $$"
            )
    finally:
        await connection.close()


def _run_pg_restore(url: str, dump: Path) -> None:
    """pg_restore writes SQL, psql runs it with what must come last in one transaction."""
    programs = embedded_programs()
    read = [str(programs.path("pg_restore")), "--no-owner", "--exit-on-error", "--file=-", str(dump)]
    run = [
        str(programs.path("psql")), "-Xq", "--single-transaction", "--set=ON_ERROR_STOP=1",
        f"--dbname={without_password(url)}", "--file=-",
    ]  # fmt: skip
    environment = os.environ | {"PGPASSWORD": password_of(url), "LC_ALL": "C"}
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(read, stdout=subprocess.PIPE, stderr=said, env=environment) as reading,  # noqa: S603
        subprocess.Popen(  # noqa: S603
            run, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
        ) as running,
    ):
        assert reading.stdout is not None
        assert running.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # psql has ended, and said why
            running.stdin.writelines(_script_of(reading.stdout))
            if reading.wait() == 0:
                running.stdin.write(PAUSE_AND_MARK.encode())
            else:
                running.kill()  # a script that ends early must not be committed
            running.stdin.close()
        reading.stdout.close()
        is_done = reading.wait() == 0 and running.wait() == 0
        said.seek(0)
        lines = [line for line in said.read().decode("utf-8", "replace").splitlines() if line.strip()]
    if not is_done:
        raise RestoreFailed(f"The database could not be restored: {lines[0] if lines else 'no reason was given'}")


def _script_of(source: IO[bytes]) -> Iterator[bytes]:
    """What pg_restore writes, without the one setting that servers before 17 do not know."""
    yield source.read(_CHUNK_BYTES).replace(b"SET transaction_timeout = 0;\n", b"", 1)
    while chunk := source.read(_CHUNK_BYTES):
        yield chunk


async def _check_counts(settings: Settings, manifest: Manifest) -> None:
    connection = await connect(settings)
    try:
        for table, expected in manifest.counts.items():
            found = await connection.fetchval(f'select count(*) from "{table}"')  # noqa: S608 - names we counted ourselves
            if found != expected:
                raise RestoreFailed(f"The table {table} holds {found} rows and the backup {expected}.")
    finally:
        await connection.close()


async def _restore_blobs(settings: Settings, file: Path) -> None:
    blobs = Blobs(folder=blobs_folder(settings), url=settings.blobs_url)
    for name, content in read_members(file, BLOBS):
        await blobs.put_at(name.removeprefix(BLOBS), _chunks(content))


async def _chunks(content: IO[bytes]) -> AsyncIterator[bytes]:
    while chunk := content.read(_CHUNK_BYTES):
        yield chunk


def _copy(content: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        while chunk := content.read(_CHUNK_BYTES):
            file.write(chunk)
