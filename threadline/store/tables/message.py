"""Messages and what hangs on them."""

from sqlalchemy import UUID, BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, SmallInteger, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from threadline.store.tables.metadata import metadata

messages = Table(
    "messages",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("conversation_id", UUID(as_uuid=True), nullable=False),
    Column("channel_id", UUID(as_uuid=True), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("direction", Text, nullable=False),
    Column("author_kind", Text, nullable=False),
    Column("author_id", UUID(as_uuid=True)),
    Column("kind", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("provider_id", Text),
    Column("provider_at", DateTime(timezone=True)),
    Column("sort_at", DateTime(timezone=True), nullable=False),
    Column("written_at", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("quoted_id", UUID(as_uuid=True)),
    Column("quoted_provider_id", Text),
    Column("referral", JSONB),
    Column("forwarded", Text, nullable=False),
    Column("group_key", Text, nullable=False),
    Column("client_id", UUID(as_uuid=True)),
    Column("status", SmallInteger),
    Column("is_uncertain", Boolean, nullable=False),
    Column("copies", SmallInteger, nullable=False),
    Column("failure_code", Text),
    Column("failure_text", Text),
    Column("failure_help", Text),
    Column("file_ids", ARRAY(UUID(as_uuid=True))),
    Column("edited_at", DateTime(timezone=True)),
    Column("deleted_at", DateTime(timezone=True)),
    Column("previous", JSONB),
)

client_messages = Table(
    "client_messages",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("conversation_id", UUID(as_uuid=True), primary_key=True),
    Column("client_id", UUID(as_uuid=True), primary_key=True),
    Column("message_id", UUID(as_uuid=True), nullable=False),
)

inbound_keys = Table(
    "inbound_keys",
    metadata,
    Column("channel_id", UUID(as_uuid=True), primary_key=True),
    Column("provider_id", Text, primary_key=True),
    Column("message_id", UUID(as_uuid=True), nullable=False),
)

reactions = Table(
    "reactions",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("message_id", UUID(as_uuid=True), primary_key=True),
    Column("author_kind", Text, primary_key=True),
    Column("author_id", UUID(as_uuid=True), primary_key=True),
    Column("emoji", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)

parked_items = Table(
    "parked_items",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), nullable=False),
    Column("channel_id", UUID(as_uuid=True), primary_key=True),
    Column("target_provider_id", Text, primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("attempt_id", UUID(as_uuid=True)),
    Column("kind", Text, nullable=False),
    Column("item", JSONB, nullable=False),
    Column("at", DateTime(timezone=True)),
    Column("received_at", DateTime(timezone=True), nullable=False),
)

files = Table(
    "files",
    metadata,
    Column("workspace_id", UUID(as_uuid=True), primary_key=True),
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("channel_id", UUID(as_uuid=True)),
    Column("message_id", UUID(as_uuid=True)),
    Column("state", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("declared_mime", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", LargeBinary),
    Column("blob_key", Text),
    Column("preview_key", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_ms", Integer),
    Column("waveform", LargeBinary),
    Column("is_inline", Boolean, nullable=False),
    Column("source", JSONB),
    Column("error", Text, nullable=False),
    Column("tries", SmallInteger, nullable=False),
    Column("provider_media_id", Text),
    Column("provider_media_expires_at", DateTime(timezone=True)),
    Column("uploaded_by", UUID(as_uuid=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
