"""Workspaces, the agents in them, their tokens and the keys of repeatable requests."""

from sqlalchemy import UUID, BigInteger, Boolean, Column, DateTime, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from threadline.store.tables.metadata import metadata

workspaces = Table(
    "workspaces",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("is_sandbox", Boolean, nullable=False),
    Column("sending_paused_at", DateTime(timezone=True)),
    Column("settings", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

feed_counters = Table(
    "feed_counters",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("last_seq", BigInteger, nullable=False),
)

agents = Table(
    "agents",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("person_id", UUID(as_uuid=True), nullable=False),
    Column("role", Text, nullable=False),
    Column("sees", Text, nullable=False),
    Column("channel_ids", ARRAY(UUID(as_uuid=True))),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("deactivated_at", DateTime(timezone=True)),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("agent_id", UUID(as_uuid=True)),
    Column("name", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("last4", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("channel_ids", ARRAY(UUID(as_uuid=True))),
    Column("created_by", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("actor_id", UUID(as_uuid=True), primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("response", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
