"""A workspace with a channel that customers write to, for the tests of receiving: rows in, rows and events out."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from threadline.actions.apply_parked import apply_parked
from threadline.actions.receive_messages import receive
from threadline.actions.receiving import Channel, Received
from threadline.channels.contract import (
    AddressValue,
    Inbound,
    InboundMessage,
    InboundStatus,
    Party,
)
from threadline.channels.registry import all_channel_types
from threadline.core.content import Text
from threadline.core.errors import Unavailable
from threadline.core.ids import make_uuid7
from threadline.core.message import Status
from threadline.store.session import Database, Role


def party(customer: int | str, *, name: str = "", phone: str = "", handle: str = "") -> Party:
    """A customer with an own id, and a number if one is given."""
    addresses = [AddressValue(scheme="user", scope="acme", value=f"u{customer}")]
    if phone:
        addresses.append(AddressValue(scheme="phone", value=phone))
    return Party(addresses=tuple(addresses), name=name, phone=phone, handle=handle)


def by_phone(phone: str, *, name: str = "") -> Party:
    return Party(addresses=(AddressValue(scheme="phone", value=phone),), name=name, phone=phone)


@dataclass(slots=True)
class ReceivingDesk:
    database: Database
    connection: asyncpg.Connection
    """A superuser's, outside every transaction of the desk: what it sees is committed."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    workspace_id: UUID = field(default_factory=uuid4)
    endpoint_id: UUID = field(default_factory=uuid4)
    delivery_id: UUID = field(default_factory=uuid4)
    channel: Channel = field(init=False)
    _ids: int = field(default_factory=lambda: secrets.randbits(40) << 32)

    def new_id(self) -> UUID:
        """Stamped with the desk's clock: what is stored goes to the partition of its `now`."""
        self._ids += 1
        return make_uuid7(milliseconds=int(self.now.timestamp() * 1000), random_bits=self._ids)

    async def set_up(self) -> None:
        channel_type = all_channel_types()[0]
        channel_id = self.new_id()
        self.channel = Channel(self.workspace_id, channel_id, channel_type, str(channel_id), "acme")
        execute = self.connection.execute
        await execute("insert into workspaces (id, name) values ($1, 'Shop')", self.workspace_id)
        await execute("insert into feed_counters (workspace_id) values ($1)", self.workspace_id)
        await execute(
            "insert into endpoints (workspace_id, id, key, provider, secrets) values ($1, $2, $3, $4, '')",
            self.workspace_id,
            self.endpoint_id,
            self.endpoint_id.hex,
            channel_type.manifest.provider,
        )
        await self.add_channel(self.channel)
        await execute("insert into leases (name, fence) values ($1, 1) on conflict do nothing", self.lease)

    @property
    def lease(self) -> str:
        return f"channel:{self.channel.id}"

    async def add_channel(self, channel: Channel) -> None:
        await self.connection.execute(
            "insert into channels (workspace_id, id, type, name, endpoint_id, address, account, secrets)"
            " values ($1, $2, $3, 'Number', $4, $5, $6, '')",
            self.workspace_id,
            channel.id,
            channel.type.manifest.type,
            self.endpoint_id,
            channel.address,
            channel.account,
        )

    def advance(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def message(
        self, customer: int | str | Party, provider_id: str, text: str = "Hello", **more: Any
    ) -> InboundMessage:
        return InboundMessage(
            provider_id=provider_id,
            party=customer if isinstance(customer, Party) else party(customer),
            content=more.pop("content", Text(text=text)),
            provider_at=more.pop("provider_at", self.now),
            **more,
        )

    async def receive(self, *items: Inbound, received_at: datetime | None = None) -> None:
        """One transaction, taken again as the host does when another writer was faster."""
        received = [Received(item, self.delivery_id, n, received_at or self.now) for n, item in enumerate(items)]
        await self.receive_all(received)

    async def receive_all(self, received: Sequence[Received]) -> None:
        for attempt in range(30):
            try:
                async with self.database.transaction(Role.ENGINE, self.workspace_id) as session:
                    await receive(session, self.channel, received, now=self.now, new_id=self.new_id)
                return
            except Unavailable:
                await asyncio.sleep(0.005 * attempt)
        raise AssertionError("The batch was superseded thirty times.")

    async def apply_parked(self, *provider_ids: str) -> None:
        async with self.database.transaction(Role.ENGINE, self.workspace_id) as session:
            await apply_parked(session, self.channel, provider_ids, now=self.now, new_id=self.new_id)

    async def add_outgoing(
        self, customer: int | str, *, status: Status = Status.SENDING, provider_id: str | None = None
    ) -> "Sent":
        """A message of ours to a customer who has written before, with one attempt."""
        conversation = await self.one(
            "select c.id, c.contact_id, c.last_seq from conversations c join addresses a on a.contact_id = c.contact_id"
            " where c.workspace_id = $1 and a.value = $2 and c.state <> 'resolved'",
            self.workspace_id,
            f"u{customer}",
        )
        sent = Sent(self.new_id(), self.new_id(), conversation["id"])
        seq = conversation["last_seq"] + 1
        await self.connection.execute(
            "insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind,"
            " content, sort_at, status) values ($1, $2, $3, $4, $5, 'outgoing', 'agent', 'text',"
            ' \'{"kind": "text", "text": "Hi"}\', $6, $7)',
            self.workspace_id,
            sent.message_id,
            sent.conversation_id,
            self.channel.id,
            seq,
            self.now,
            int(status),
        )
        await self.connection.execute(
            "update conversations set last_seq = $3, last_message_id = $4 where workspace_id = $1 and id = $2",
            self.workspace_id,
            sent.conversation_id,
            seq,
            sent.message_id,
        )
        await self.connection.execute(
            "insert into attempts (workspace_id, id, channel_id, conversation_id, contact_id, message_id, seq, status,"
            " due_at, provider_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            self.workspace_id,
            sent.attempt_id,
            self.channel.id,
            sent.conversation_id,
            conversation["contact_id"],
            sent.message_id,
            seq,
            int(status),
            self.now,
            provider_id,
        )
        return sent

    def status(self, sent: "Sent | None", status: Status, provider_id: str, **more: Any) -> InboundStatus:
        return InboundStatus(
            provider_id=provider_id,
            status=status,
            at=more.pop("at", self.now),
            attempt_id=sent.attempt_id if sent else None,
            **more,
        )

    async def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.connection.fetch(sql, *arguments)]

    async def one(self, sql: str, *arguments: object) -> dict[str, Any]:
        rows = await self.rows(sql, *arguments)
        assert len(rows) == 1, f"{len(rows)} rows instead of one"
        return rows[0]

    async def of(self, table: str, columns: str = "*", order: str = "1") -> list[dict[str, Any]]:
        """All rows of this workspace in a table."""
        return await self.rows(
            f"select {columns} from {table} where workspace_id = $1 order by {order}", self.workspace_id
        )

    async def events(self) -> list[tuple[int, str]]:
        return [(row["seq"], row["kind"]) for row in await self.of("events", "seq, kind", "seq")]

    async def state(self) -> dict[str, list[dict[str, Any]]]:
        """Everything a repeat must leave as it is (R3)."""
        return {
            table: await self.of(table, order=order)
            for table, order in (
                ("contacts", "id"),
                ("addresses", "id"),
                ("conversations", "id"),
                ("messages", "id"),
                ("attempts", "id"),
                ("reactions", "message_id, author_id"),
                ("reaches", "contact_id"),
                ("consents", "contact_id, category"),
                ("files", "id"),
                ("events", "seq"),
                ("parked_items", "id"),
            )
        }


@dataclass(frozen=True, slots=True)
class Sent:
    message_id: UUID
    attempt_id: UUID
    conversation_id: UUID


@asynccontextmanager
async def open_receiving_desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    database = Database(dict.fromkeys(Role, database_url))
    connection = await asyncpg.connect(database_url)
    try:
        desk = ReceivingDesk(database, connection)
        await desk.set_up()
        yield desk
    finally:
        await connection.close()
        await database.close()
