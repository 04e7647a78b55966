"""A PostgreSQL server in a temporary folder, for a test session or for one test that wants to kill it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threadline.infra.postgres import EmbeddedPostgres, Programs, embedded_programs

_FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "64MB",
}


@contextmanager
def server_of(programs: Programs | None = None) -> Iterator[str]:
    """Starts a server, yields its URL (superuser, database `threadline`). No fsync: it outlives no power cut."""
    folder = Path(tempfile.mkdtemp(prefix="threadline-test-", dir="/tmp"))
    server = EmbeddedPostgres(folder, programs=programs or embedded_programs(), server_settings=_FAST)
    try:
        server.start()
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(server.folder.resolve(), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
