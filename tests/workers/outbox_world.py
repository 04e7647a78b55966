"""A workspace with a courier channel, customers and conversations, and the hands to send, kill and look."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from tests.workers.courier import Courier, Provider
from threadline.actions.send_message import SentMessage, send_message
from threadline.channels.contract import ChannelAccess, ChannelType, HttpClient
from threadline.core.content import Content, Text
from threadline.core.message import Author, AuthorKind, SendClass
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Database, Role
from threadline.workers.send_loop import Outbox, SendLoop, SendTimes

QUICK = SendTimes(poll_s=0.2, send_timeout_s=1.0, uncertain_wait_s=0.5, timers_s=0.1, drain_s=1.0)


@dataclass(slots=True)
class Customer:
    name: str
    contact_id: UUID
    conversation_id: UUID


@dataclass(slots=True)
class Desk:
    """One workspace with one channel."""

    database: Database
    connection: asyncpg.Pool
    """What a test asks while its provider asks at the same moment: each gets a connection of its own."""
    provider: Provider
    http: HttpClient
    channel_type: ChannelType
    workspace_id: UUID = field(default_factory=new_id)
    channel_id: UUID = field(default_factory=new_id)
    agent_id: UUID = field(default_factory=new_id)
    settings: dict[str, str] = field(default_factory=dict[str, str])
    fence: int = 0
    hosts: list["Host"] = field(default_factory=list["Host"])
    scheme: str = "courier"
    access: ChannelAccess | None = None
    """Of a provider that is not the courier."""

    async def set_up(self) -> None:
        execute = self.connection.execute
        person_id, endpoint_id = new_id(), new_id()
        await execute("insert into workspaces (id, name) values ($1, 'Shop')", self.workspace_id)
        await execute("insert into feed_counters (workspace_id) values ($1)", self.workspace_id)
        await execute("insert into people (id, email, name) values ($1, $2, 'Ana')", person_id, f"{person_id}@x.test")
        await execute(
            "insert into agents (workspace_id, id, person_id, role) values ($1, $2, $3, 'agent')",
            self.workspace_id,
            self.agent_id,
            person_id,
        )
        await execute(
            "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, 'courier', '')",
            self.workspace_id,
            endpoint_id,
            str(endpoint_id),
        )
        await execute(
            """
            insert into channels (workspace_id, id, type, name, endpoint_id, address, account, secrets)
            values ($1, $2, 'courier', 'Courier', $3, $4, 'acme', '')
            """,
            self.workspace_id,
            self.channel_id,
            endpoint_id,
            str(self.channel_id),
        )

    async def add_customers(self, count: int) -> list[Customer]:
        return [await self.add_customer(f"c{number}") for number in range(count)]

    async def add_customer(self, name: str, *, is_waiting: bool = True, window_open: bool = True) -> Customer:
        """A customer who has just written one message."""
        customer = Customer(name, new_id(), new_id())
        address_id, message_id, now = new_id(), new_id(), datetime.now(UTC)
        execute = self.connection.execute
        await execute(
            "insert into contacts (workspace_id, id, name) values ($1, $2, $3)",
            self.workspace_id,
            customer.contact_id,
            name,
        )
        await execute(
            "insert into addresses (workspace_id, id, contact_id, scheme, scope, value)"
            " values ($1, $2, $3, $4, '', $5)",
            self.workspace_id,
            address_id,
            customer.contact_id,
            self.scheme,
            name,
        )
        closes_at = now + timedelta(hours=20 if window_open else -1)
        await execute(
            """
            insert into conversations (workspace_id, id, channel_id, contact_id, address_id, last_seq, incoming_count,
                last_activity_at, waiting_since, window_closes_at, first_message_id, last_message_id)
            values ($1, $2, $3, $4, $5, 1, 1, $6, $7, $8, $9, $9)
            """,
            self.workspace_id,
            customer.conversation_id,
            self.channel_id,
            customer.contact_id,
            address_id,
            now,
            now if is_waiting else None,
            closes_at,
            message_id,
        )
        await self._insert_incoming(customer, message_id, seq=1, at=now)
        return customer

    async def receive(self, customer: Customer) -> UUID:
        """One more message of the customer, as far as sending cares."""
        message_id, now = new_id(), datetime.now(UTC)
        seq: Any = await self.connection.fetchval(
            """
            update conversations set last_seq = last_seq + 1, incoming_count = incoming_count + 1,
                waiting_since = coalesce(waiting_since, $2), last_message_id = $3 where id = $1 returning last_seq
            """,
            customer.conversation_id,
            now,
            message_id,
        )
        await self._insert_incoming(customer, message_id, seq=seq, at=now)
        return message_id

    async def _insert_incoming(self, customer: Customer, message_id: UUID, *, seq: int, at: datetime) -> None:
        await self.connection.execute(
            """
            insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind,
                                  content, provider_id, sort_at)
            values ($1, $2, $3, $4, $5, 'incoming', 'contact', 'text', '{"kind":"text","text":"hi"}', $6, $7)
            """,
            self.workspace_id,
            message_id,
            customer.conversation_id,
            self.channel_id,
            seq,
            f"in-{message_id}",
            at,
        )

    async def send(
        self,
        customer: Customer,
        text: str | Content,
        *,
        send_class: SendClass | None = None,
        client_id: UUID | None = None,
        author: AuthorKind = AuthorKind.AGENT,
        quoted_id: UUID | None = None,
    ) -> SentMessage:
        async with self.database.transaction(Role.WEB, self.workspace_id) as session:
            return await send_message(
                session,
                workspace_id=self.workspace_id,
                conversation_id=customer.conversation_id,
                author=Author(author, self.agent_id if author is AuthorKind.AGENT else None),
                content=Text(text=text) if isinstance(text, str) else text,
                client_id=client_id or uuid4(),
                now=utc_now(),
                new_id=new_id,
                find_type=lambda name: self.channel_type,
                send_class=send_class,
                quoted_id=quoted_id,
            )

    async def send_many(self, customers: Sequence[Customer], per_customer: int) -> None:
        """Message k of customer c reads `c:k`; all in few transactions."""
        for number in range(per_customer):
            async with self.database.transaction(Role.ENGINE, self.workspace_id) as session:
                for customer in customers:
                    await send_message(
                        session,
                        workspace_id=self.workspace_id,
                        conversation_id=customer.conversation_id,
                        author=Author(AuthorKind.AGENT, self.agent_id),
                        content=Text(text=f"{customer.name}:{number}"),
                        client_id=None,
                        now=utc_now(),
                        new_id=new_id,
                        find_type=lambda name: self.channel_type,
                    )

    async def host(
        self, times: SendTimes = QUICK, *, takes_over: bool = True, utc_now: Callable[[], datetime] = utc_now
    ) -> "Host":
        """A worker takes the channel: the fence rises, its loop begins."""
        if takes_over:
            fence: Any = await self.connection.fetchval(
                """
                insert into leases (name, fence) values ($1, 1)
                on conflict (name) do update set fence = leases.fence + 1 returning fence
                """,
                self.lease,
            )
            self.fence = fence
        access = self.access or ChannelAccess(self.channel_id, "a", "acme", self.provider.url, {}, self.settings)
        loop = SendLoop(
            Outbox(self.workspace_id, self.lease, self.fence, access, self.channel_type),
            database=self.database,
            http=self.http,
            open_file=_no_file,
            new_id=new_id,
            utc_now=utc_now,
            times=times,
        )
        host = Host(loop)
        host.start()
        self.hosts.append(host)
        return host

    @property
    def lease(self) -> str:
        return f"channel:{self.channel_id}"

    # Looking

    async def attempts(self, message_id: UUID | None = None) -> list[asyncpg.Record]:
        return await self.connection.fetch(
            "select * from attempts where channel_id = $1 and ($2::uuid is null or message_id = $2) order by id",
            self.channel_id,
            message_id,
        )

    async def message(self, message_id: UUID) -> asyncpg.Record:
        row = await self.connection.fetchrow("select * from messages where id = $1", message_id)
        assert row is not None
        return row

    async def conversation(self, customer: Customer) -> asyncpg.Record:
        row = await self.connection.fetchrow("select * from conversations where id = $1", customer.conversation_id)
        assert row is not None
        return row

    async def events(self, kind: str) -> list[dict[str, Any]]:
        rows = await self.connection.fetch(
            "select data::text as data from events where workspace_id = $1 and kind = $2 order by seq",
            self.workspace_id,
            kind,
        )
        return [json.loads(row["data"]) for row in rows]

    async def unsettled(self) -> int:
        left: Any = await self.connection.fetchval(
            "select count(*) from attempts where channel_id = $1 and status <= 1 and not is_held", self.channel_id
        )
        return left

    async def until_settled(self, within_s: float = 15) -> None:
        await until(self.unsettled, is_so=lambda left: left == 0, within_s=within_s)

    async def echo(self, attempt_id: UUID, status: int) -> None:
        """A status webhook with our attempt id, as the receiving side applies it."""
        from threadline.actions.show_statuses import show_statuses
        from threadline.store.attempts import lock_conversations

        async with self.database.transaction(Role.ENGINE, self.workspace_id) as session:
            connection = await session.raw()  # of its own: the provider answers while the test looks
            row = await connection.fetchrow("select * from attempts where id = $1", attempt_id)
            assert row is not None
            await lock_conversations(session, self.workspace_id, [row["conversation_id"]])
            await connection.execute(
                "update attempts set status = greatest(status, $2) where id = $1", attempt_id, status
            )
            await show_statuses(session, self.workspace_id, [row["message_id"]], now=utc_now(), new_id=new_id)


@dataclass(slots=True)
class Host:
    """A worker that hosts the channel."""

    loop: SendLoop
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.loop.run(self.stop))

    async def kill(self) -> None:
        """As kill -9: nothing is finished, nothing recorded."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def end(self) -> None:
        self.stop.set()
        if self.task is not None:
            await self.task


async def until(
    look: Callable[[], Any], *, is_so: Callable[[Any], bool] = bool, within_s: float = 10, every_s: float = 0.03
) -> Any:
    """Look again and again until it is so; the last sight is the error."""
    deadline = time.monotonic() + within_s
    while True:
        sight = look()
        if asyncio.iscoroutine(sight):
            sight = await sight
        if is_so(sight):
            return sight
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {within_s} s: {sight!r}")
        await asyncio.sleep(every_s)


@asynccontextmanager
async def open_desk(
    database: Database, database_url: str, provider: Provider, http: HttpClient, *, courier: Courier | None = None
) -> AsyncIterator[Desk]:
    connection = await asyncpg.create_pool(database_url, min_size=1, max_size=4)
    desk = Desk(database, connection, provider, http, courier or Courier())
    await desk.set_up()
    try:
        yield desk
    finally:
        for host in desk.hosts:
            await host.kill()
        await connection.close()


async def _no_file(key: str) -> AsyncIterator[bytes]:
    raise FileNotFoundError(key)
    yield b""


def slower(times: SendTimes, **changes: float) -> SendTimes:
    return replace(times, **changes)
