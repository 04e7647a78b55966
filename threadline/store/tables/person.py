"""People and their sign-ins, across workspaces."""

from sqlalchemy import UUID, Column, DateTime, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY

from threadline.store.tables.metadata import metadata

people = Table(
    "people",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    Column("locale", Text, nullable=False),
    Column("theme", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("deactivated_at", DateTime(timezone=True)),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("person_id", UUID(as_uuid=True), nullable=False),
    Column("workspace_id", UUID(as_uuid=True)),
    Column("csrf_token", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Column("idle_until", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("proved_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
    Column("previous_hash", LargeBinary),
    Column("changed_at", DateTime(timezone=True)),
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("workspace_id", UUID(as_uuid=True)),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("sees", Text, nullable=False),
    Column("channel_ids", ARRAY(UUID(as_uuid=True))),
    Column("invited_by", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
)
