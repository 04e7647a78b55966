"""Transactions: the one way to the database.

An edge opens `Database.transaction(...)`, actions use the `Session` it gives, nobody else commits. Events recorded on a
session are numbered and written as the last statement before the commit; hints leave after it (docs/design.md §4.5).
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from enum import StrEnum
from time import monotonic
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Unavailable
from threadline.core.events import Event
from threadline.store.connection import Connection
from threadline.store.events import append_events

Hints = Callable[[frozenset[str]], None]
"""Told, after a commit, which topics have news: `feed:<workspace>`, `deliveries:<channel>`, `outbox:<channel>`…"""


class Role(StrEnum):
    """The database role a transaction runs as, and with it what it may see."""

    WEB = "threadline_web"
    INGRESS = "threadline_ingress"
    ENGINE = "threadline_engine"


class Session:
    """One transaction, from its first statement to its end."""

    def __init__(self, connection: Connection, workspace_id: UUID | None, *, keeps_plans: bool = False) -> None:
        self._connection = connection
        self._keeps_plans = keeps_plans
        self._is_begun = False
        self._is_over = False
        self.workspace_id = workspace_id
        self.events: list[Event] = []
        self.hints: set[str] = set()
        self._depth = 0

    async def raw(self) -> Connection:
        """The connection of this transaction. JSON goes in and comes out as text.

        Begins the transaction, so that nothing is ever written outside it; raises once it is over, for what would be
        written then would be committed on its own.
        """
        if self._is_over:
            raise RuntimeError("The connection of a session may be used inside its transaction only.")
        if not self._is_begun:
            await self._begin()
        return self._connection

    def record(self, *events: Event) -> None:
        """Write these to the feed, in this order, when the transaction ends well."""
        if self._depth:
            events = tuple(msgspec.structs.replace(one, depth=max(one.depth, self._depth)) for one in events)
        self.events.extend(events)

    @contextmanager
    def following(self, cause: Event | None) -> Iterator[None]:
        """What is recorded in this block is a consequence of that event, whichever verb records it; None: of time."""
        before, self._depth = self._depth, 1 if cause is None else cause.depth + 1
        try:
            yield
        finally:
            self._depth = before

    def hint(self, *topics: str) -> None:
        """Tell these topics after the commit. A hint may be lost; whoever listens also looks by itself."""
        self.hints.update(topics)

    async def commit(self) -> None:
        """Everything recorded is written, then all of it counts. For the edge that opened the transaction."""
        if self.events:
            await append_events(await self.raw(), self.events)
        self._is_over = True
        if self._is_begun:
            await self._connection.execute("commit")

    async def roll_back(self) -> None:
        """Nothing of it counts. A connection that cannot even do this is ended, which comes to the same."""
        self._is_over = True
        if not self._is_begun or self._connection.is_closed():
            return
        try:
            await self._connection.execute("rollback", timeout=_FIRST_ANSWER_S)
        except Exception:
            self._connection.terminate()
        except BaseException:
            self._connection.terminate()
            raise

    async def _begin(self) -> None:
        """One round trip; it needs no lock and no table, so a connection that does not answer it in time leads nowhere
        and is ended: whoever waits hears of the outage within seconds (R20)."""
        self._is_begun = True
        patience = asyncio.get_running_loop().call_later(_FIRST_ANSWER_S, self._connection.terminate)
        try:
            await self._connection.execute(_begin_for(self.workspace_id, keeps_plans=self._keeps_plans))
        finally:
            patience.cancel()


def _begin_for(workspace_id: UUID | None, *, keeps_plans: bool) -> str:
    """Row-level policies read the workspace of the transaction; without one they show nothing."""
    name = str(UUID(int=workspace_id.int)) if workspace_id else ""  # nothing but a UUID is ever written into this
    begin = f"begin; select set_config('threadline.workspace_id', '{name}', true)"
    return f"{begin}; set local plan_cache_mode = force_generic_plan" if keeps_plans else begin


_CONNECT_S = 2.5
_FIRST_ANSWER_S = 2.0
_LOOK_EVERY_S = 5.0
_ARE_TABLES_KNOWN = """
select coalesce(min(reltuples) >= 1000, false) from pg_class
where oid in ('contacts'::regclass, 'addresses'::regclass, 'conversations'::regclass, 'reaches'::regclass)
"""
_IDLE_S = 300.0
"""A connection that nobody needed for so long is given back to the server."""


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
        self._urls = urls
        self._pool_size = pool_size
        self._pool_wait_s = pool_wait_s
        self._statement_timeout_s = statement_timeout_s
        self._pools: dict[Role, asyncpg.Pool] = {}
        self._knows_tables = False
        self._looks_at = -math.inf
        self.hints: Hints = hints or (lambda topics: None)

    @asynccontextmanager
    async def transaction(
        self, role: Role, workspace_id: UUID | None = None, *, keeps_plans: bool = False
    ) -> AsyncIterator[Session]:
        """A transaction that commits when the block ends well and rolls back when it does not.

        `keeps_plans`: statements are planned once for all values, which suits set-based ones that go by one index
        whatever their arrays hold; for a small batch planning would cost more than running them.
        Raises Unavailable if no connection could be had in time.
        """
        async with self.connection(role) as connection:
            session = Session(connection, workspace_id, keeps_plans=keeps_plans and self._knows_tables)
            try:
                yield session
                await session.commit()
            except BaseException:
                await session.roll_back()
                raise
            if keeps_plans and not self._knows_tables:
                await self._look_at_tables(connection)
        topics = session.hints | {f"feed:{event.workspace_id}" for event in session.events}
        if topics:
            self.hints(frozenset(topics))

    @asynccontextmanager
    async def connection(self, role: Role) -> AsyncIterator[Connection]:
        """For single reads of the hot paths: a third of the round trips of a transaction. No workspace is set, so
        only the engine's role sees rows here. Raises Unavailable if none could be had in time."""
        pool = await self._pool_of(role)
        try:
            async with asyncio.timeout(self._pool_wait_s):
                connection = await pool.acquire()
        except (
            OSError,
            TimeoutError,
            asyncpg.PostgresError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ) as error:
            raise Unavailable("The database cannot be reached right now. Please try again in a moment.") from error
        try:
            yield connection
        finally:
            await pool.release(connection)

    async def _look_at_tables(self, connection: Connection) -> None:
        """Now and then, until the planner has seen rows: a plan made before that takes any index for as good as the
        right one, and kept it would walk whole workspaces."""
        if monotonic() >= self._looks_at:
            self._looks_at = monotonic() + _LOOK_EVERY_S
            with contextlib.suppress(Exception):  # what was committed has happened; the next look is soon
                self._knows_tables = bool(await connection.fetchval(_ARE_TABLES_KNOWN))

    async def _pool_of(self, role: Role) -> asyncpg.Pool:
        """Made at the first use, inside the loop that will use it; connections are made as they are needed."""
        pool = self._pools.get(role)
        if pool is None:
            pool = self._pools[role] = _make_pool(role, self._urls[role], self._pool_size, self._statement_timeout_s)
        await pool  # nothing to wait for: it has no connections yet
        return pool

    async def close(self) -> None:
        for pool in self._pools.values():
            try:
                async with asyncio.timeout(_FIRST_ANSWER_S):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    def pool_usage(self) -> Iterable[tuple[Role, int]]:
        """Connections in use per role, for the metrics."""
        return [(role, pool.get_size() - pool.get_idle_size()) for role, pool in self._pools.items()]


def is_outage(error: BaseException) -> bool:
    """True for what passes by itself: SQLSTATE 08, 40, 53, 57 and 58 (connection to system faults).

    An internal error of the driver is one, too: it says so when a server that dies has spoken between two statements.
    """
    if isinstance(error, Unavailable | OSError | TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError):
        return True
    return _sqlstate(error)[:2] in {"08", "40", "53", "57", "58"}


def is_data_error(error: BaseException) -> bool:
    """True for what this very data will cause again: bad values and broken constraints (SQLSTATE 22, 23)."""
    return _sqlstate(error)[:2] in {"22", "23"}


def _sqlstate(error: BaseException) -> str:
    """The SQLSTATE of a database error, or of the one that caused it; "" if it is none."""
    cause: BaseException | None = error
    while cause is not None:
        state = getattr(cause, "sqlstate", None)
        if isinstance(state, str):
            return state
        cause = cause.__cause__
    return ""


def _make_pool(role: Role, url: str, size: int, statement_timeout_s: float) -> asyncpg.Pool:
    return asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        max_inactive_connection_lifetime=_IDLE_S,
        reset=_leave,
        timeout=_CONNECT_S,
        command_timeout=statement_timeout_s + 5,
        statement_cache_size=500,
        server_settings={
            "role": role.value,
            "application_name": role.value,
            "timezone": "UTC",
            "statement_timeout": str(int(statement_timeout_s * 1000)),
            "idle_in_transaction_session_timeout": "60000",
            "jit": "off",
        },
    )


async def _leave(_connection: object) -> None:
    """A transaction leaves nothing in its session, so nothing is reset: that would be a round trip each time."""
