"""Conversations and what each agent has read of them."""

from sqlalchemy import UUID, Column, DateTime, Integer, Table, Text

from threadline.store.tables.metadata import metadata

conversations = Table(
    "conversations",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), nullable=False),
    Column("contact_id", UUID(as_uuid=True), nullable=False),
    Column("address_id", UUID(as_uuid=True)),
    Column("thread", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("assignee_id", UUID(as_uuid=True)),
    Column("first_message_id", UUID(as_uuid=True)),
    Column("last_message_id", UUID(as_uuid=True)),
    Column("last_seq", Integer, nullable=False),
    Column("incoming_count", Integer, nullable=False),
    Column("last_activity_at", DateTime(timezone=True), nullable=False),
    Column("waiting_since", DateTime(timezone=True)),
    Column("last_inbound_at", DateTime(timezone=True)),
    Column("window_closes_at", DateTime(timezone=True)),
    Column("failed_count", Integer, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("resolved_at", DateTime(timezone=True)),
)

reads = Table(
    "reads",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("agent_id", UUID(as_uuid=True), primary_key=True),
    Column("conversation_id", UUID(as_uuid=True), primary_key=True),
    Column("read_count", Integer, nullable=False),
    Column("read_at", DateTime(timezone=True), nullable=False),
)
