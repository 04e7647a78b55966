"""Endpoints, channels and templates."""

from sqlalchemy import UUID, Boolean, Column, DateTime, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from threadline.store.tables.metadata import metadata

endpoints = Table(
    "endpoints",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("key", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("app", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    Column("verified_at", DateTime(timezone=True)),
    Column("last_delivery_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("endpoint_id", UUID(as_uuid=True), nullable=False),
    Column("address", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("display_address", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("paused_reason", Text, nullable=False),
    Column("secrets", LargeBinary, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("health", JSONB, nullable=False),
    Column("is_practice", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("disconnected_at", DateTime(timezone=True)),
)

templates = Table(
    "templates",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel_type", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("provider_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("quality", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("components", JSONB, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
)
