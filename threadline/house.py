"""What every process stands on, opened in order and closed in reverse: database, bus, blobs, HTTP, keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from threadline.core.errors import ThreadlineError
from threadline.infra.blobs import Blobs
from threadline.infra.bus import Bus, make_bus
from threadline.infra.http import Connection, Http
from threadline.infra.malware import Scanner, make_scanner
from threadline.infra.secrets import Keyring, MasterKeyError, load_keyring
from threadline.infra.settings import Settings
from threadline.store.installation import find_installation
from threadline.store.migrate import REVISION
from threadline.store.session import Database, Role

_OLDEST_POSTGRES: Final = 150000


class CannotOpen(ThreadlineError):
    """This process cannot work with this database or configuration; starting it again will not help."""

    code = "cannot_open"
    status = 500


class CannotReach(CannotOpen):
    """The database does not answer now: another start may succeed."""


@dataclass(frozen=True)
class House:
    settings: Settings
    database: Database
    bus: Bus
    blobs: Blobs
    http: Http
    keyring: Keyring
    scanner: Scanner | None


@asynccontextmanager
async def open_house(
    settings: Settings, *, pool_size: int = 10, on_connect: Callable[[Connection], None] | None = None
) -> AsyncIterator[House]:
    """Raises CannotOpen or MasterKeyError with one sentence: unreachable or old database, wrong schema, wrong key."""
    keyring = load_keyring(text=settings.master_key, file=settings.master_key_file)
    blobs = Blobs(folder=blobs_folder(settings), url=settings.blobs_url)
    blobs.check_writable()
    await check_database(settings)
    async with AsyncExitStack() as stack:
        bus = make_bus(bus_url=settings.bus_url, database_direct_url=direct_url(settings))
        await stack.enter_async_context(bus)
        http = await stack.enter_async_context(
            Http(
                allowed_private_hosts=settings.allowed_private_hosts,
                own_hosts=own_hosts(settings),
                connect_timeout_s=settings.limits.http_connect_s,
                per_host=settings.limits.http_per_host,
                on_connect=on_connect,
            )
        )
        database = make_database(settings, pool_size=pool_size, bus=bus)
        stack.push_async_callback(database.close)
        await check_key(database, keyring)
        yield House(settings, database, bus, blobs, http, keyring, make_scanner(settings.clamd_url))


def make_database(settings: Settings, *, pool_size: int = 10, bus: Bus | None = None) -> Database:
    main = database_url(settings)
    urls = {
        Role.WEB: settings.database_web_url or main,
        Role.INGRESS: settings.database_ingress_url or main,
        Role.ENGINE: settings.database_engine_url or main,
    }
    return Database(
        urls,
        pool_size=pool_size,
        pool_wait_s=settings.limits.pool_wait_s,
        statement_timeout_s=settings.limits.statement_timeout_s,
        hints=bus.publish if bus else None,
    )


async def check_database(settings: Settings) -> None:
    """Reachable, new enough, and of this release's schema. Raises CannotOpen."""
    connection = await connect(settings)
    try:
        revision = await schema_revision(connection)
    finally:
        await connection.close()
    if revision != REVISION:
        what = "is empty" if revision is None else f"has the schema {revision}"
        raise CannotOpen(f"The database {what} and this Threadline needs {REVISION}: run `threadline migrate`.")


async def connect(settings: Settings) -> asyncpg.Connection:
    """A connection of the owner's role for what happens before there is a pool. Raises CannotOpen."""
    try:
        connection = await asyncpg.connect(database_url(settings), timeout=5, command_timeout=30)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _unreachable(error) from error
    version = connection.get_server_version()
    if (version.major, version.minor) < (_OLDEST_POSTGRES // 10000, 0):
        await connection.close()
        raise CannotOpen(f"The database is PostgreSQL {version.major}: Threadline needs 15 or newer.")
    return connection


def _unreachable(error: Exception) -> CannotOpen:
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return CannotOpen("The database refused the user or password: check THREADLINE_DATABASE_URL.")
        case asyncpg.InvalidCatalogNameError():
            return CannotOpen("The database does not exist: create it, or check THREADLINE_DATABASE_URL.")
        case _:
            return CannotReach("The database cannot be reached: start it, or check THREADLINE_DATABASE_URL.")


async def schema_revision(connection: asyncpg.Connection) -> str | None:
    """None for a database that was never migrated."""
    if not await connection.fetchval("select to_regclass('schema_version') is not null"):
        return None
    return await connection.fetchval("select version_num from schema_version")


async def check_key(database: Database, keyring: Keyring) -> None:
    """The ring must hold the key that sealed the secrets of this database. Raises MasterKeyError, CannotOpen."""
    async with database.transaction(Role.ENGINE) as session:
        installation = await find_installation(session)
    if installation is None:
        raise CannotOpen("This database was not set up yet: run `threadline migrate`.")
    if installation.key_fingerprint not in keyring.key_ids:
        raise MasterKeyError(
            f"This is another master key than the one that sealed the secrets of this database (its fingerprint is "
            f"{installation.key_fingerprint}): give the right one with THREADLINE_MASTER_KEY_FILE."
        )


def database_url(settings: Settings) -> str:
    if settings.database_url is None:
        raise CannotOpen("There is no database: set THREADLINE_DATABASE_URL, or use `threadline serve`.")
    return settings.database_url


def direct_url(settings: Settings) -> str:
    return settings.database_direct_url or database_url(settings)


def blobs_folder(settings: Settings) -> Path:
    return settings.data_dir / "blobs"


def own_hosts(settings: Settings) -> list[str]:
    """Names that lead back to ourselves; nothing that leaves may go there (S55)."""
    if settings.public_url is None:
        return []
    return [urlsplit(settings.public_url).hostname or ""]
