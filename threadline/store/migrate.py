"""Bring a database to this release's schema."""

from pathlib import Path

REVISION = "0072"
"""The newest migration. `schema_revision` compares with it before anything imports Alembic (a test keeps it true)."""

_LOCK = 7_021_120_001


async def migrate(url: str) -> None:
    """Run every migration that is missing; two processes that try at once take turns.

    `url` is that of a role that owns the schema. Raises what the database raises; nothing is half applied. Alembic and
    what it stands on are imported here only: no process needs them afterwards.
    """
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import Connection, text
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.connect() as guard, engine.connect() as connection:
            await guard.execute(text(f"select pg_advisory_lock({_LOCK})"))
            await connection.run_sync(upgrade)
            await connection.commit()
    finally:
        await engine.dispose()
