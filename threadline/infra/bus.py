"""Hints between processes: "there is news under this topic". One may be lost: whoever waits looks by itself, too (R15).

Topics are words such as `feed:<workspace>`, `deliveries:<channel>`, `outbox:<channel>`, `jobs`. Hints of one process
leave together, one statement at a time, on a connection of their own: never inside a writing transaction, where
NOTIFY would make the commits of the whole server queue. With THREADLINE_BUS_URL they travel over NATS instead.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final, Protocol, Self

from threadline.infra.log import get_logger

if TYPE_CHECKING:
    import asyncpg

CHANNEL: Final = "threadline"
_SUBJECT: Final = "threadline.hints"
_LARGEST_PAYLOAD: Final = 7500
"""PostgreSQL refuses 8,000 bytes."""
_RECONNECT_AFTER_S: Final = 1.0
_RESTS_S: Final = 0.004
"""After hints have left, those that follow gather for so long: a busy process would else tell of every message, and
every hint wakes every listener. The first after a pause leaves at once."""
_ANSWER_WITHIN_S: Final = 5.0

log = get_logger("bus")


class Subscription:
    """What one waiter heard. Use as a context manager."""

    def __init__(self, prefixes: tuple[str, ...], forget: Callable[["Subscription"], None]) -> None:
        self._prefixes = prefixes
        self._forget = forget
        self._topics: set[str] = set()
        self._news = asyncio.Event()

    async def wait(self, timeout_s: float = 1.0) -> frozenset[str]:
        """Topics that have news since the last call; empty after the time-out: look anyway."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        self._news.clear()
        topics, self._topics = frozenset(self._topics), set()
        return topics

    def hear(self, topics: Iterable[str]) -> None:
        fitting = [topic for topic in topics if topic.startswith(self._prefixes)]
        if fitting:
            self._topics.update(fitting)
            self._news.set()

    def wake(self) -> None:
        """Look now, without a topic: after a reconnection, when hints may have been missed."""
        self._news.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._forget(self)


class Carrier(Protocol):
    """Takes hints to the other processes."""

    async def connect(self, hear: Callable[[str], None], on_lost: Callable[[], None]) -> None: ...
    async def send(self, payload: str) -> None: ...
    async def close(self) -> None: ...


class Bus:
    """One per process: `async with Bus(carrier) as bus`. `publish` may be called while nobody is connected."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._origin = secrets.token_hex(4)
        self._subscriptions: set[Subscription] = set()
        self._pending: set[str] = set()
        self._has_pending = asyncio.Event()
        self._is_lost = False
        self._task: asyncio.Task[None] | None = None
        self.is_connected = False

    def publish(self, topics: Iterable[str]) -> None:
        """At once to waiters of this process, soon to all others. Never blocks, never raises."""
        topics = frozenset(topics)
        for subscription in tuple(self._subscriptions):
            subscription.hear(topics)
        self._pending.update(topics)
        self._has_pending.set()

    def subscribe(self, *prefixes: str) -> Subscription:
        subscription = Subscription(prefixes, self._subscriptions.discard)
        self._subscriptions.add(subscription)
        return subscription

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="bus")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._close_carrier()

    async def _run(self) -> None:
        while True:
            try:
                self._is_lost = False
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    await self._carrier.connect(self._hear, self._lose)
                self.is_connected = True
                for subscription in tuple(self._subscriptions):
                    subscription.wake()
                await self._pump()
            except Exception as error:  # whatever a carrier meets: hints are retried, waiters look by themselves
                log.warning("bus_lost", error=type(error).__name__)
            self.is_connected = False
            await self._close_carrier()
            await asyncio.sleep(_RECONNECT_AFTER_S)

    async def _pump(self) -> None:
        """Sends what gathered while the one before was on its way."""
        while True:
            await self._has_pending.wait()
            if self._is_lost:
                raise ConnectionError("lost")
            self._has_pending.clear()
            topics, self._pending = self._pending, set()
            try:
                for payload in _payloads(self._origin, sorted(topics)):
                    async with asyncio.timeout(_ANSWER_WITHIN_S):
                        await self._carrier.send(payload)
            except BaseException:
                self._pending |= topics
                self._has_pending.set()
                raise
            await asyncio.sleep(_RESTS_S)

    def _lose(self) -> None:
        """The pump waits for hints only, so it is woken as if there were one."""
        self._is_lost = True
        self._has_pending.set()

    def _hear(self, payload: str) -> None:
        origin, *topics = payload.split(" ")
        if origin == self._origin:
            return
        for subscription in tuple(self._subscriptions):
            subscription.hear(topics)

    async def _close_carrier(self) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                await self._carrier.close()


class PostgresCarrier:
    """LISTEN and NOTIFY on one direct connection; a pooler in between would lose both."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None

    async def connect(self, hear: Callable[[str], None], on_lost: Callable[[], None]) -> None:
        from threadline.infra.direct import connect_directly

        connection = await connect_directly(self._url, application_name="threadline_bus")
        connection.add_termination_listener(lambda _connection: on_lost())
        await connection.add_listener(CHANNEL, lambda _connection, _pid, _channel, payload: hear(str(payload)))
        self._connection = connection

    async def send(self, payload: str) -> None:
        assert self._connection is not None
        await self._connection.execute("select pg_notify($1, $2)", CHANNEL, payload)

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


class NatsCarrier:
    """Core NATS: no stream, for a hint needs no memory."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: object | None = None
        self._send: Callable[[bytes], Awaitable[None]] | None = None
        self._close: Callable[[], Awaitable[None]] | None = None

    async def connect(self, hear: Callable[[str], None], on_lost: Callable[[], None]) -> None:
        import nats
        from nats.aio.msg import Msg

        async def lost() -> None:
            on_lost()

        async def ignore(_error: Exception) -> None:
            return None

        client = await nats.connect(
            self._url,
            allow_reconnect=False,
            connect_timeout=3,
            disconnected_cb=lost,
            closed_cb=lost,
            error_cb=ignore,
            ping_interval=5,
            max_outstanding_pings=2,
            name="threadline",
        )

        async def receive(message: Msg) -> None:
            hear(message.data.decode())

        await client.subscribe(_SUBJECT, cb=receive)

        async def send(payload: bytes) -> None:
            await client.publish(_SUBJECT, payload)
            await client.flush(timeout=3)

        self._send, self._close = send, client.close

    async def send(self, payload: str) -> None:
        assert self._send is not None
        await self._send(payload.encode())

    async def close(self) -> None:
        if self._close is not None:
            await self._close()
        self._send = self._close = None


def make_bus(*, bus_url: str | None, database_direct_url: str) -> Bus:
    return Bus(NatsCarrier(bus_url) if bus_url else PostgresCarrier(database_direct_url))


def _payloads(origin: str, topics: list[str]) -> list[str]:
    """`origin topic topic …`, as few as the size allows."""
    payloads: list[str] = []
    line = origin
    for topic in topics:
        if len(line.encode()) + len(topic.encode()) + 1 > _LARGEST_PAYLOAD:
            payloads.append(line)
            line = origin
        line += " " + topic
    return [*payloads, line] if line != origin else payloads
