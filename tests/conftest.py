"""Fixtures for everybody: a real PostgreSQL, fresh migrated databases, time and ids that a test controls.

    async def test_…(database): …        # the Database of store/session.py on an empty migrated database
    async def test_…(database_url): …    # only its URL (postgresql://…, a superuser); one per module

`--external-postgres` runs on an installed or given PostgreSQL instead of the embedded one (tests/external_postgres.py).
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import pytest

from tests.external_postgres import external_server
from tests.postgres_server import server_of
from threadline.core.ids import make_uuid7
from threadline.infra.postgres import with_database
from threadline.infra.settings import Settings, load_settings

if TYPE_CHECKING:
    from threadline.store.session import Database


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--external-postgres", action="store_true", help="use an external PostgreSQL of 15 or newer")
    parser.addoption("--update-cases", action="store_true", help="write what channels do now into their case files")


_RUN_FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """What a run writes lies in a folder of its own.

    pytest's usual place is one for all runs of a user, and each run that starts closes it to everybody else: a database
    that runs as another user, because we are root, was then cut off from its files in the middle of somebody's run.
    """
    if config.option.basetemp is None:
        folder = Path(tempfile.mkdtemp(prefix="tl-run-", dir="/tmp"))
        folder.chmod(0o711)
        config.option.basetemp = str(folder / "pytest")
        config.stash[_RUN_FOLDER] = folder


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What failed stays to be looked at."""
    folder = session.config.stash.get(_RUN_FOLDER, None)
    if folder is not None and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _no_settings_from_outside() -> None:
    """A developer's THREADLINE_… variables must not reach a test; those for the tests themselves stay."""
    for name in [
        name for name in os.environ if name.startswith("THREADLINE_") and not name.startswith("THREADLINE_TEST_")
    ]:
        del os.environ[name]


@dataclass(frozen=True, slots=True)
class PostgresServer:
    url: str
    """A superuser's URL; its database is only used to create others."""
    template: str
    """A migrated database that nobody is connected to."""


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """One server for the whole run."""
    is_external = request.config.getoption("--external-postgres")
    with external_server() if is_external else server_of() as url:
        template = f"threadline_template_{secrets.token_hex(4)}"
        asyncio.run(_create_database(url, template))
        try:
            asyncio.run(_migrate(with_database(url, template)))
            if is_external:
                _print_version(request, asyncio.run(_version_of(url)))
            yield PostgresServer(url, template)
        finally:
            asyncio.run(_drop_database(url, template))


@pytest.fixture(scope="module")
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """A fresh migrated database for this module: a copy of the template takes some hundredths of a second."""
    name = f"threadline_test_{secrets.token_hex(6)}"
    asyncio.run(_create_database(postgres.url, name, template=postgres.template))
    yield with_database(postgres.url, name)
    asyncio.run(_drop_database(postgres.url, name))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator["Database"]:
    """The store's way in, as every role, on this module's database."""
    from threadline.store.session import Database, Role

    opened = Database(dict.fromkeys(Role, database_url), pool_size=5)
    yield opened
    await opened.close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"THREADLINE_DATA_DIR": str(tmp_path / "data"), "THREADLINE_ENVIRONMENT": "test"})


@dataclass(slots=True)
class Clock:
    """`clock()` is now; it moves only when told."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        self.now += timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def new_id(clock: Clock) -> Callable[[], UUID]:
    """Ids in the order they are asked for, stamped with the clock of the test."""
    count = 0
    base = secrets.randbits(40) << 32

    def make() -> UUID:
        nonlocal count
        count += 1
        return make_uuid7(milliseconds=int(clock.now.timestamp() * 1000), random_bits=base + count)

    return make


async def _migrate(url: str) -> None:
    from threadline.store.migrate import migrate

    await migrate(url)


async def _create_database(url: str, name: str, *, template: str = "template0") -> None:
    await _execute(url, f'create database "{name}" template "{template}"')


async def _drop_database(url: str, name: str) -> None:
    await _execute(url, f'drop database if exists "{name}" with (force)')


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _version_of(url: str) -> str:
    connection = await asyncpg.connect(url)
    try:
        return str(await connection.fetchval("select current_setting('server_version')"))
    finally:
        await connection.close()


def _print_version(request: pytest.FixtureRequest, version: str) -> None:
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.write_line(f"external PostgreSQL {version}")
