"""The installation itself: keys, workers, leases, counters."""

from sqlalchemy import UUID, BigInteger, Column, DateTime, Integer, SmallInteger, Table, Text

from threadline.store.tables.metadata import metadata

installation = Table(
    "installation",
    metadata,
    Column("id", SmallInteger, primary_key=True),
    Column("key_fingerprint", Text, nullable=False),
    Column("sending_paused_at", DateTime(timezone=True)),
    Column("sending_paused_reason", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

workers = Table(
    "workers",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("beat_at", DateTime(timezone=True), nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("fence", BigInteger, nullable=False),
    Column("worker_id", UUID(as_uuid=True)),
    Column("taken_at", DateTime(timezone=True)),
)

rate_counters = Table(
    "rate_counters",
    metadata,
    Column("key", Text, primary_key=True),
    Column("window_started_at", DateTime(timezone=True), nullable=False),
    Column("hits", Integer, nullable=False),
)
