"""The ordinary variant, written as a good engineer would: FastAPI, ORM entities, a session and a commit per request.

`python -m bench.ordinary PORT DATABASE_URL` serves the endpoint; `receive_one` is its worker's step. Same server and
driver as the product, a pool of 20.
"""

import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, LargeBinary, SmallInteger, Text, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class OrdinaryDelivery(Base):
    __tablename__ = "ordinary_deliveries"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text, default="open")
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))


class OrdinaryContact(Base):
    __tablename__ = "ordinary_contacts"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    address: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)


class OrdinaryConversation(Base):
    __tablename__ = "ordinary_conversations"
    __table_args__ = (Index("ordinary_conversations_activity", "last_activity_at"),)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_contacts.id"), unique=True)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_activity_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OrdinaryMessage(Base):
    __tablename__ = "ordinary_messages"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    conversation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ordinary_conversations.id"), index=True)
    seq: Mapped[int]
    provider_id: Mapped[str] = mapped_column(Text, unique=True)
    status: Mapped[int] = mapped_column(SmallInteger, default=0)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)


class OrdinaryEvent(Base):
    __tablename__ = "ordinary_events"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(Text)
    message_id: Mapped[uuid.UUID]


def make_sessions(url: str) -> async_sessionmaker[AsyncSession]:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), pool_size=20, max_overflow=0)
    return async_sessionmaker(engine, expire_on_commit=False)


async def create_tables(sessions: async_sessionmaker[AsyncSession]) -> None:
    async with sessions.kw["bind"].begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


def make_app(url: str) -> FastAPI:
    sessions = make_sessions(url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await create_tables(sessions)
        yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/hooks/{key}")
    async def receive_webhook(key: str, request: Request) -> Response:
        async with sessions() as session:
            session.add(OrdinaryDelivery(body=await request.body()))
            await session.commit()
        return Response(status_code=200)

    return app


async def receive_one(sessions: async_sessionmaker[AsyncSession], body: bytes) -> None:
    """One delivery → contact, conversation, message, event; or the status of a message."""
    value = msgspec.json.decode(body)["entry"][0]["changes"][0]["value"]
    async with sessions() as session:
        for item in value.get("messages", []):
            await _receive_message(session, value["contacts"][0], item)
        for item in value.get("statuses", []):
            message = await session.scalar(select(OrdinaryMessage).where(OrdinaryMessage.provider_id == item["id"]))
            if message is not None:
                message.status = max(message.status, {"sent": 2, "delivered": 4, "read": 5}.get(item["status"], 0))
                session.add(OrdinaryEvent(kind="status", message_id=message.id))
        await session.commit()


async def _receive_message(session: AsyncSession, profile: dict[str, Any], item: dict[str, Any]) -> None:
    if await session.scalar(select(OrdinaryMessage.id).where(OrdinaryMessage.provider_id == item["id"])):
        return
    contact = await session.scalar(select(OrdinaryContact).where(OrdinaryContact.address == profile["user_id"]))
    if contact is None:
        contact = OrdinaryContact(address=profile["user_id"], name=profile["profile"]["name"])
        session.add(contact)
        await session.flush()
    conversation = await session.scalar(
        select(OrdinaryConversation).where(OrdinaryConversation.contact_id == contact.id).with_for_update()
    )
    now = datetime.now(UTC)
    if conversation is None:
        conversation = OrdinaryConversation(contact_id=contact.id, last_activity_at=now, last_seq=0)
        session.add(conversation)
        await session.flush()
    conversation.last_seq += 1
    conversation.last_activity_at = now
    message = OrdinaryMessage(
        conversation_id=conversation.id,
        seq=conversation.last_seq,
        provider_id=item["id"],
        content={"text": item["text"]["body"]},
    )
    session.add(message)
    await session.flush()
    session.add(OrdinaryEvent(kind="message", message_id=message.id))


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
