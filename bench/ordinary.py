"""The ordinary variant, written as a good engineer would: FastAPI, ORM entities, a session and a commit per request.

`python -m bench.ordinary PORT DATABASE_URL` serves the endpoint; `bench/ordinary_receive.py` is its worker. They do
what the product does – whose endpoint it is, the signature, which channel is meant; then repeats, contacts,
conversations, windows, statuses, numbered events – on the same server and driver with a pool of 20, one at a time
instead of together. What they leave out counts in their favour: most kinds of message, partitions, row-level security.
"""

import hashlib
import hmac
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


def utc_now() -> datetime:
    return datetime.now(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True), str: Text()}  # noqa: RUF012 - the library's way

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class OrdinaryEndpoint(Base):
    __tablename__ = "ordinary_endpoints"
    key: Mapped[str] = mapped_column(unique=True)
    secret: Mapped[str]
    channels: Mapped[list["OrdinaryChannel"]] = relationship(lazy="selectin")


class OrdinaryChannel(Base):
    __tablename__ = "ordinary_channels"
    endpoint_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_endpoints.id"), index=True)
    address: Mapped[str] = mapped_column(unique=True)
    last_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    """The number of the newest event."""


class OrdinaryDelivery(Base):
    __tablename__ = "ordinary_deliveries"
    __table_args__ = (Index("ordinary_deliveries_open", "channel_id", "received_at"),)
    channel_id: Mapped[uuid.UUID | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default="open")
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
    closed_at: Mapped[datetime | None]


class OrdinaryContact(Base):
    __tablename__ = "ordinary_contacts"
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")


class OrdinaryAddress(Base):
    __tablename__ = "ordinary_addresses"
    __table_args__ = (UniqueConstraint("scheme", "value"),)
    scheme: Mapped[str]
    value: Mapped[str]
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_contacts.id"), index=True)


class OrdinaryConversation(Base):
    __tablename__ = "ordinary_conversations"
    __table_args__ = (Index("ordinary_conversations_activity", "last_activity_at"),)
    channel_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_contacts.id"), index=True)
    state: Mapped[str] = mapped_column(default="open")
    last_seq: Mapped[int] = mapped_column(default=0)
    last_message_id: Mapped[uuid.UUID | None]
    last_activity_at: Mapped[datetime] = mapped_column(default=utc_now)
    waiting_since: Mapped[datetime | None]
    window_closes_at: Mapped[datetime | None]


class OrdinaryReach(Base):
    __tablename__ = "ordinary_reaches"
    __table_args__ = (UniqueConstraint("channel_id", "contact_id"),)
    channel_id: Mapped[uuid.UUID]
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_contacts.id"))
    last_inbound_at: Mapped[datetime]
    window_closes_at: Mapped[datetime]


class OrdinaryMessage(Base):
    __tablename__ = "ordinary_messages"
    __table_args__ = (
        UniqueConstraint("channel_id", "provider_id"),
        Index("ordinary_messages_by_sort", "conversation_id", "sort_at"),
    )
    channel_id: Mapped[uuid.UUID]
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_conversations.id"))
    seq: Mapped[int]
    direction: Mapped[str] = mapped_column(default="incoming")
    provider_id: Mapped[str | None]
    provider_at: Mapped[datetime | None]
    sort_at: Mapped[datetime] = mapped_column(default=utc_now)
    status: Mapped[int] = mapped_column(SmallInteger, default=0)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class OrdinaryAttempt(Base):
    __tablename__ = "ordinary_attempts"
    message_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_messages.id"), index=True)
    conversation_id: Mapped[uuid.UUID]
    provider_id: Mapped[str | None] = mapped_column(unique=True)
    status: Mapped[int] = mapped_column(SmallInteger, default=2)
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    price_category: Mapped[str | None]


class OrdinaryEvent(Base):
    __tablename__ = "ordinary_events"
    __table_args__ = (UniqueConstraint("channel_id", "seq"),)
    channel_id: Mapped[uuid.UUID]
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    conversation_id: Mapped[uuid.UUID]
    message_id: Mapped[uuid.UUID]
    at: Mapped[datetime] = mapped_column(default=utc_now)


Sessions = async_sessionmaker[AsyncSession]


def make_sessions(url: str) -> Sessions:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), pool_size=20, max_overflow=0)
    return async_sessionmaker(engine, expire_on_commit=False)


async def make_channel(sessions: Sessions, *, key: str, secret: str, address: str) -> uuid.UUID:
    """The tables, an endpoint, and a channel behind it: the ordinary installation."""
    async with sessions.kw["bind"].begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with sessions() as session:
        channel = OrdinaryChannel(id=uuid.uuid4(), address=address)
        session.add(OrdinaryEndpoint(key=key, secret=secret, channels=[channel]))
        await session.commit()
        return channel.id


def make_app(url: str) -> FastAPI:
    sessions = make_sessions(url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await sessions.kw["bind"].dispose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/hooks/{key}")
    async def receive_webhook(key: str, request: Request) -> Response:
        body = await request.body()
        async with sessions() as session:
            endpoint = await session.scalar(select(OrdinaryEndpoint).where(OrdinaryEndpoint.key == key))
            if endpoint is None:
                return Response(status_code=404)
            signed = "sha256=" + hmac.new(endpoint.secret.encode(), body, hashlib.sha256).hexdigest()
            if not hmac.compare_digest(signed, request.headers.get("x-hub-signature-256", "")):
                return Response(status_code=401)
            number = msgspec.json.decode(body)["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"]
            channel = next((one for one in endpoint.channels if one.address == number), None)
            session.add(OrdinaryDelivery(channel_id=channel.id if channel else None, body=body))
            await session.commit()
        return Response(status_code=200)

    return app


if __name__ == "__main__":
    uvicorn.run(
        make_app(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
