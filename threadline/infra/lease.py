"""Leases: which worker hosts what. A lease is a session advisory lock on one direct connection per worker, with a
fence.

The lock goes when the connection goes, however the worker ended. Taking a lease raises its fence, and every
transaction of the holder begins with `select … where fence = $1 for share`, so a worker that does not know yet that
it lost cannot write.
"""

import asyncio
import contextlib
import hashlib
import os
import socket
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from threadline.core.errors import Unavailable
from threadline.infra.direct import connect_directly
from threadline.infra.log import get_logger

if TYPE_CHECKING:
    import asyncpg

_ROLE: Final = "threadline_engine"

log = get_logger("lease")


class SessionLocksDoNotHold(Unavailable):
    """The database URL leads through a pooler that hands the session to somebody else after each transaction."""


class Leases:
    """The leases of one worker: `async with Leases(url, worker_id=…) as leases`.

    The connection is made again by itself when it is lost; all leases are gone then, and `on_lost` is called with their
    names before anything else can be taken.
    """

    def __init__(
        self,
        url: str,
        *,
        worker_id: UUID,
        kind: str = "worker",
        beat_s: float = 5.0,
        on_lost: Callable[[frozenset[str]], None] = lambda names: None,
        read_figures: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`read_figures` gives JSON that is kept beside the worker with each beat."""
        self._url = url
        self._worker_id = worker_id
        self._kind = kind
        self._beat_s = beat_s
        self._on_lost = on_lost
        self._read_figures = read_figures
        self._connection: asyncpg.Connection | None = None
        self._one_at_a_time = asyncio.Lock()
        self._fences: dict[str, int] = {}
        self._beating: asyncio.Task[None] | None = None

    @property
    def held(self) -> Mapping[str, int]:
        """Name → fence."""
        return self._fences

    async def __aenter__(self) -> Self:
        await self._connect()
        self._beating = asyncio.create_task(self._beat(), name="lease beat")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
        if self._connection is not None:
            with contextlib.suppress(Exception):
                await self._connection.execute("delete from workers where id = $1", self._worker_id, timeout=2)
                await self._connection.close(timeout=2)
        self._drop()

    async def take(self, name: str) -> int | None:
        """The fence if the lease is ours now, None if another worker has it. Raises Unavailable without a database."""
        async with self._one_at_a_time:
            if name in self._fences:
                return self._fences[name]
            connection = self._usable()
            try:
                if not await connection.fetchval("select pg_try_advisory_lock($1)", lock_key(name)):
                    return None
                fence = await connection.fetchval(_RAISE_FENCE, name, self._worker_id)
            except Exception as error:
                self._drop()
                raise Unavailable("The database cannot be reached right now.") from error
            assert isinstance(fence, int)
            self._fences[name] = fence
            return fence

    async def release(self, name: str) -> None:
        async with self._one_at_a_time:
            if self._fences.pop(name, None) is None or self._connection is None:
                return
            try:
                await self._connection.execute("select pg_advisory_unlock($1)", lock_key(name))
            except Exception:
                self._drop()

    async def count_live(self, *, within_s: float = 15.0) -> int:
        """Workers of our kind whose beat is young enough, at least ourselves."""
        async with self._one_at_a_time:
            try:
                count = await self._usable().fetchval(_COUNT_LIVE, self._kind, within_s)
            except Unavailable:
                raise
            except Exception as error:
                self._drop()
                raise Unavailable("The database cannot be reached right now.") from error
        return max(1, count or 1)

    def _usable(self) -> "asyncpg.Connection":
        if self._connection is None or self._connection.is_closed():
            self._drop()
            raise Unavailable("The database cannot be reached right now.")
        return self._connection

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._beat_s)
            async with self._one_at_a_time:
                try:
                    if self._connection is None:
                        await self._connect()
                    await self._usable().execute(_BEAT, self._worker_id, self._read_figures(), timeout=self._beat_s)
                except Exception as error:
                    log.warning("lease_connection_lost", error=type(error).__name__)
                    self._drop()

    async def _connect(self) -> None:
        connection = await connect_directly(self._url, application_name="threadline_lease", role=_ROLE)
        try:
            await prove_session_locks(connection)
            await connection.execute(_REGISTER, self._worker_id, self._kind, socket.gethostname(), os.getpid())
        except BaseException:
            connection.terminate()
            raise
        connection.add_termination_listener(self._when_terminated)
        self._connection = connection

    def _when_terminated(self, connection: object) -> None:
        if connection is self._connection:
            self._drop()

    def _drop(self) -> None:
        """Everything is lost at once: the holder stops before another can start."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            connection.terminate()
        names, self._fences = frozenset(self._fences), {}
        if names:
            self._on_lost(names)


async def prove_session_locks(connection: "asyncpg.Connection") -> None:
    """A session lock must survive a commit on the same backend. Raises SessionLocksDoNotHold."""
    key = lock_key(f"proof {os.getpid()} {id(connection)}")
    async with connection.transaction():
        await connection.execute("select pg_advisory_lock($1)", key)
        before = await connection.fetchval("select pg_backend_pid()")
    held = await connection.fetchval(_IS_HELD, key)
    after = await connection.fetchval("select pg_backend_pid()")
    if not held or before != after:
        raise SessionLocksDoNotHold(
            "Session locks do not survive a commit: a pooler stands before the database. "
            "Set THREADLINE_DATABASE_DIRECT_URL to the database itself."
        )
    await connection.execute("select pg_advisory_unlock($1)", key)


def lock_key(name: str) -> int:
    """A signed 64-bit number of a name, apart from other uses of advisory locks."""
    return int.from_bytes(hashlib.sha256(f"threadline lease {name}".encode()).digest()[:8], "big", signed=True)


_RAISE_FENCE: Final = """
insert into leases as l (name, fence, worker_id, taken_at) values ($1, 1, $2, now())
on conflict (name) do update set fence = l.fence + 1, worker_id = excluded.worker_id, taken_at = excluded.taken_at
returning fence
"""

_IS_HELD: Final = """
select exists (
    select from pg_locks
    where locktype = 'advisory' and pid = pg_backend_pid() and granted and objsubid = 1
      and ((classid::bigint << 32) | objid::bigint) = $1
)
"""

_REGISTER: Final = """
insert into workers (id, kind, host, pid, started_at, beat_at) values ($1, $2, $3, $4, now(), now())
on conflict (id) do update set beat_at = now()
"""

_BEAT: Final = "update workers set beat_at = now(), figures = coalesce($2::jsonb, figures) where id = $1"

_COUNT_LIVE: Final = "select count(*) from workers where kind = $1 and beat_at > now() - make_interval(secs => $2)"
