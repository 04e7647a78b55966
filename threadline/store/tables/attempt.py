"""The outbox: attempts to send parts, and acts."""

from sqlalchemy import UUID, BigInteger, Boolean, Column, DateTime, Integer, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from threadline.store.tables.metadata import metadata

attempts = Table(
    "attempts",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), nullable=False),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("contact_id", UUID(as_uuid=True), nullable=False),
    Column("message_id", UUID(as_uuid=True), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("part", SmallInteger, nullable=False),
    Column("content", JSONB),
    Column("send_class", SmallInteger, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("try_no", SmallInteger, nullable=False),
    Column("claimed_at", DateTime(timezone=True)),
    Column("fence", BigInteger),
    Column("provider_id", Text),
    Column("uncertain_at", DateTime(timezone=True)),
    Column("uncertain_reason", Text, nullable=False),
    Column("is_copy", Boolean, nullable=False),
    Column("is_held", Boolean, nullable=False),
    Column("error_code", Text),
    Column("error_text", Text),
    Column("sent_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    Column("read_at", DateTime(timezone=True)),
    Column("played_at", DateTime(timezone=True)),
    Column("failed_at", DateTime(timezone=True)),
    Column("price_category", Text),
    Column("price_type", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

acts = Table(
    "acts",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), nullable=False),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("target_message_id", UUID(as_uuid=True)),
    Column("target_provider_id", Text, nullable=False),
    Column("emoji", Text, nullable=False),
    Column("actor_id", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("done_at", DateTime(timezone=True)),
    Column("error", Text, nullable=False),
)
