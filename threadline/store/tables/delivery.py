"""Raw deliveries and the items of them that failed."""

from sqlalchemy import UUID, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from threadline.store.tables.metadata import metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("body_id", UUID(as_uuid=True), nullable=False),
    Column("workspace_id", UUID(as_uuid=True)),
    Column("endpoint_id", UUID(as_uuid=True)),
    Column("channel_id", UUID(as_uuid=True)),
    Column("state", Text, nullable=False),
    Column("body", LargeBinary),
    Column("blob_key", Text),
    Column("headers", JSONB),
    Column("tries", SmallInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
)

failed_items = Table(
    "failed_items",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True), nullable=False),
    Column("delivery_id", UUID(as_uuid=True), nullable=False),
    Column("position", Integer, nullable=False),
    Column("item", JSONB, nullable=False),
    Column("error", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
