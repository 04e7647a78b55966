"""The feed, those who follow it, and the chain over it."""

from sqlalchemy import UUID, BigInteger, Column, DateTime, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from threadline.store.tables.metadata import metadata

events = Table(
    "events",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("conversation_id", UUID(as_uuid=True)),
    Column("message_id", UUID(as_uuid=True)),
    Column("contact_id", UUID(as_uuid=True)),
    Column("channel_id", UUID(as_uuid=True)),
    Column("agent_id", UUID(as_uuid=True)),
    Column("actor_id", UUID(as_uuid=True)),
    Column("data", JSONB, nullable=False),
    Column("depth", SmallInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

consumers = Table(
    "consumers",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("position_id", UUID(as_uuid=True)),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

failed_events = Table(
    "failed_events",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("consumer", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("conversation_id", UUID(as_uuid=True)),
    Column("error", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("retry_at", DateTime(timezone=True)),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

answer_decisions = Table(
    "answer_decisions",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("message_id", UUID(as_uuid=True), primary_key=True),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("answered_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)

seals = Table(
    "seals",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("first_seq", BigInteger, primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("sealed_at", DateTime(timezone=True), nullable=False),
)
