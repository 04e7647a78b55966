"""Contacts, their addresses, consents and reaches."""

from sqlalchemy import UUID, Boolean, Column, DateTime, Table, Text

from threadline.store.tables.metadata import metadata

contacts = Table(
    "contacts",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("is_name_ours", Boolean, nullable=False),
    Column("handle", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("merged_into", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)

addresses = Table(
    "addresses",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("contact_id", UUID(as_uuid=True), nullable=False),
    Column("scheme", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
)

consents = Table(
    "consents",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("contact_id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), primary_key=True),
    Column("category", Text, primary_key=True),
    Column("is_given", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)

reaches = Table(
    "reaches",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), primary_key=True),
    Column("contact_id", UUID(as_uuid=True), primary_key=True),
    Column("last_inbound_at", DateTime(timezone=True)),
    Column("window_closes_at", DateTime(timezone=True)),
    Column("blocked_at", DateTime(timezone=True)),
    Column("blocked_reason", Text, nullable=False),
)
