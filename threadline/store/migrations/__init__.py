"""Migrations: plain SQL, applied by Alembic, each in a transaction of its own."""

from typing import Any

from sqlalchemy import Connection


def run_script(bind: Connection, script: str) -> None:
    """Run a script of many statements in the migration's transaction; asyncpg prepares single statements only."""
    adapter: Any = bind.connection.dbapi_connection  # the async adapter has no public type
    adapter.run_async(lambda connection: connection.execute(script))
