"""Transactions: the one way to the database.

An edge opens `Database.transaction(...)`, actions use the `Session` it gives, nobody else commits. Events recorded on a
session are numbered and written as the last statement before the commit; hints leave after it (docs/design.md §4.5).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import CursorResult, Executable, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from threadline.core.errors import Unavailable
from threadline.core.events import Event
from threadline.store.events import append_events

Hints = Callable[[frozenset[str]], None]
"""Told, after a commit, which topics have news: `feed:<workspace>`, `deliveries:<channel>`, `outbox:<channel>`…"""


class Role(StrEnum):
    """The database role a transaction runs as, and with it what it may see."""

    WEB = "threadline_web"
    INGRESS = "threadline_ingress"
    ENGINE = "threadline_engine"


class Session:
    """One open transaction. `execute` takes SQLAlchemy statements; the hot paths take the connection under it."""

    def __init__(self, connection: AsyncConnection, workspace_id: UUID | None) -> None:
        self._connection = connection
        self._is_begun = False
        self._driver: asyncpg.Connection | None = None
        self.workspace_id = workspace_id
        self.events: list[Event] = []
        self.hints: set[str] = set()

    async def execute(
        self, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        await self._begin()
        return await self._connection.execute(statement, parameters)

    async def raw(self) -> asyncpg.Connection:
        """The asyncpg connection of this transaction. JSON goes in and comes out as text.

        Handed out after the first statement only: before it there is no transaction, and what is written would survive
        a rollback.
        """
        await self._begin()
        if not self._connection.in_transaction():
            raise RuntimeError("The connection of a session may be used inside its transaction only.")
        return await self._find_driver()

    def record(self, *events: Event) -> None:
        """Write these to the feed, in this order, when the transaction ends well."""
        self.events.extend(events)

    def hint(self, *topics: str) -> None:
        """Tell these topics after the commit. A hint may be lost; whoever listens also looks by itself."""
        self.hints.update(topics)

    async def _begin(self) -> None:
        """The first statement needs no lock and no table: a connection that does not answer it in time leads nowhere,
        and is ended, so that whoever waits hears of the outage within seconds (R20)."""
        if self._is_begun:
            return
        self._is_begun = True
        driver = await self._find_driver()
        patience = asyncio.get_running_loop().call_later(_FIRST_ANSWER_S, driver.terminate)
        try:
            await self._connection.execute(_SET_WORKSPACE, {"workspace_id": str(self.workspace_id or "")})
        finally:
            patience.cancel()

    async def _find_driver(self) -> asyncpg.Connection:
        if self._driver is None:
            self._driver = (await self._connection.get_raw_connection()).driver_connection  # type: ignore[assignment]
        assert self._driver is not None
        return self._driver


_CONNECT_S = 2.5
_FIRST_ANSWER_S = 2.0
_SET_WORKSPACE = text("select set_config('threadline.workspace_id', :workspace_id, true)")


class Database:
    """One pool per role. `hints` is called after each commit that has something to tell."""

    def __init__(
        self,
        urls: Mapping[Role, str],
        *,
        pool_size: int = 10,
        pool_wait_s: float = 2.0,
        statement_timeout_s: float = 30.0,
        hints: Hints | None = None,
    ) -> None:
        self._engines = {
            role: _make_engine(role, url, pool_size, pool_wait_s, statement_timeout_s) for role, url in urls.items()
        }
        self.hints: Hints = hints or (lambda topics: None)

    @asynccontextmanager
    async def transaction(self, role: Role, workspace_id: UUID | None = None) -> AsyncIterator[Session]:
        """A transaction that commits when the block ends well and rolls back when it does not.

        Raises Unavailable if no connection could be had in time.
        """
        connection = await self._connect(role)
        try:
            session = Session(connection, workspace_id)
            async with connection.begin():
                yield session
                if session.events:
                    await append_events(await session.raw(), session.events)
        finally:
            await connection.close()
        topics = session.hints | {f"feed:{event.workspace_id}" for event in session.events}
        if topics:
            self.hints(frozenset(topics))

    async def _connect(self, role: Role) -> AsyncConnection:
        try:
            return await self._engines[role].connect()
        except (PoolTimeout, OSError, DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise Unavailable("The database cannot be reached right now. Please try again in a moment.") from error

    async def close(self) -> None:
        await asyncio.gather(*(engine.dispose() for engine in self._engines.values()))

    def pool_usage(self) -> Iterable[tuple[Role, int]]:
        """Connections in use per role, for the metrics."""
        return [(role, _checked_out(engine)) for role, engine in self._engines.items()]


def is_outage(error: BaseException) -> bool:
    """True for what passes by itself: SQLSTATE 08, 40, 53, 57 and 58 (connection to system faults)."""
    if isinstance(error, Unavailable | OSError | TimeoutError | PoolTimeout | asyncpg.InterfaceError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True  # a connection of the pool that died while it lay there
    return _sqlstate(error)[:2] in {"08", "40", "53", "57", "58"}


def is_data_error(error: BaseException) -> bool:
    """True for what this very data will cause again: bad values and broken constraints (SQLSTATE 22, 23)."""
    return _sqlstate(error)[:2] in {"22", "23"}


def _sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a database error, whichever library wrapped it; "" if it is none."""
    cause: BaseException | None = error
    while cause is not None:
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state
        cause = getattr(cause, "orig", None) or cause.__cause__
    return ""


def _make_engine(role: Role, url: str, pool_size: int, pool_wait_s: float, statement_timeout_s: float) -> AsyncEngine:
    settings = {
        "role": role.value,
        "application_name": role.value,
        "timezone": "UTC",
        "statement_timeout": str(int(statement_timeout_s * 1000)),
        "idle_in_transaction_session_timeout": "60000",
        "jit": "off",
    }
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=pool_wait_s,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={
            "server_settings": settings,
            "timeout": _CONNECT_S,
            "command_timeout": statement_timeout_s + 5,
            "prepared_statement_cache_size": 500,
        },
    )


def _checked_out(engine: AsyncEngine) -> int:
    return int(getattr(engine.pool, "checkedout", lambda: 0)())
