"""`threadline doctor`: everything that Threadline needs, one line each, with what to do where something is missing."""

import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from threadline.core.errors import ThreadlineError
from threadline.house import blobs_folder, check_database, check_key, connect, direct_url, make_database
from threadline.infra.blobs import Blobs
from threadline.infra.direct import connect_directly
from threadline.infra.lease import prove_session_locks
from threadline.infra.malware import make_scanner
from threadline.infra.secrets import load_keyring
from threadline.infra.settings import Settings
from threadline.operations.access import database_for
from threadline.operations.settling import describe
from threadline.operations.words import say
from threadline.store.session import Role
from threadline.store.waiting import count_waiting

_ENOUGH_BYTES: Final = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    is_good: bool
    text: str


async def check_everything(settings: Settings) -> bool:
    """False if something keeps Threadline from working. A check that fails does not keep the others from running."""
    findings = [_python(), _data_folder(settings), _disk(settings), _screens(), _port(settings)]
    _tell(findings)
    try:
        with database_for(settings) as reachable:
            later = [await _try(check, reachable) for check in _WITH_DATABASE]
    except ThreadlineError as error:
        later = [Finding(is_good=False, text=f"Database: {error.text}")]
    _tell(later)
    return all(finding.is_good for finding in [*findings, *later])


async def _try(check: Callable[[Settings], Awaitable[str]], settings: Settings) -> Finding:
    try:
        return Finding(is_good=True, text=await check(settings))
    except ThreadlineError as error:
        return Finding(is_good=False, text=f"{_name_of(check)}: {error.text}")
    except Exception as error:
        return Finding(is_good=False, text=f"{_name_of(check)}: {type(error).__name__}.")


def _name_of(check: Callable[[Settings], Awaitable[str]]) -> str:
    return check.__name__.strip("_").capitalize()


def _tell(findings: list[Finding]) -> None:
    for finding in findings:
        say(f"{'ok  ' if finding.is_good else 'FAIL'} {finding.text}")


def _python() -> Finding:
    return Finding(sys.version_info >= (3, 11), f"Python {sys.version.split()[0]} (3.11 or newer).")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        return Finding(is_good=True, text=f"Data folder {folder}: will be made at the first start.")
    is_writable = os.access(folder, os.W_OK | os.X_OK)
    return Finding(is_writable, f"Data folder {folder}: {'writable' if is_writable else 'cannot be written'}.")


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in [settings.data_dir, *settings.data_dir.parents] if path.exists())
    free_bytes = shutil.disk_usage(folder).free
    return Finding(free_bytes > _ENOUGH_BYTES, f"Free disk: {free_bytes / 1e9:.1f} GB (1 GB at least).")


def _screens() -> Finding:
    page = Path(__file__).parent.parent / "web" / "static" / "index.html"
    text = "built" if page.exists() else "not built; install the package again, or run `make install`"
    return Finding(page.exists(), f"Screens: {text}.")


def _port(settings: Settings) -> Finding:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.settimeout(1)
        try:
            is_taken = probe.connect_ex((settings.host, settings.port)) == 0
        except OSError:
            return Finding(is_good=False, text=f"Host {settings.host}: no address of this machine.")
    state = "something answers there (Threadline, if it runs)" if is_taken else "free"
    return Finding(is_good=True, text=f"Port {settings.port}: {state}.")


async def _database(settings: Settings) -> str:
    connection = await connect(settings)
    try:
        version = await connection.fetchval("select current_setting('server_version')")
    finally:
        await connection.close()
    return f"Database: PostgreSQL {version}{', embedded' if settings.owns_database else ''}."


async def _schema(settings: Settings) -> str:
    await check_database(settings)
    return "Schema: current."


async def _locks(settings: Settings) -> str:
    connection = await connect_directly(direct_url(settings), application_name="threadline_doctor")
    try:
        await prove_session_locks(connection)
    finally:
        await connection.close()
    return "Session locks: hold over a commit."


async def _key(settings: Settings) -> str:
    keyring = load_keyring(text=settings.master_key, file=settings.master_key_file)
    database = make_database(settings, pool_size=1)
    try:
        await check_key(database, keyring)
    finally:
        await database.close()
    return f"Master key: {keyring.fingerprint}, the one of this database."


async def _files(settings: Settings) -> str:
    blobs = Blobs(folder=blobs_folder(settings), url=settings.blobs_url)
    stored = await blobs.put(b"doctor")
    try:
        is_same = await blobs.get(stored.key) == b"doctor"
    finally:
        await blobs.delete(stored.key)
    if not is_same:
        raise ThreadlineError("What was stored came back changed.")
    return "Files: can be stored and read."


async def _scanner(settings: Settings) -> str:
    scanner = make_scanner(settings.clamd_url)
    if scanner is None:
        return "Malware scanner: none is set up, files are not checked."

    async def harmless() -> AsyncIterator[bytes]:
        yield b"doctor"

    return f"Malware scanner: {await scanner.scan(harmless())}."


async def _work(settings: Settings) -> str:
    database = make_database(settings, pool_size=1)
    try:
        async with database.transaction(Role.ENGINE) as session:
            waiting = [one for one in await count_waiting(session) if one.depth]
    finally:
        await database.close()
    return f"Waiting: {describe(waiting) if waiting else 'nothing'}."


_WITH_DATABASE: Final = (_database, _schema, _locks, _key, _files, _scanner, _work)
