"""The one clock that all processes share (R25)."""

from datetime import datetime

from threadline.store.session import Session


async def read_database_time(session: Session) -> datetime:
    """This moment, not the beginning of the transaction."""
    row = await (await session.raw()).fetchrow("select clock_timestamp() as now")
    assert row is not None
    return row["now"]
