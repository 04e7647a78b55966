"""A part of a transaction that may fail alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from threadline.store.session import Session


@asynccontextmanager
async def savepoint(session: Session) -> AsyncIterator[None]:
    """If the block fails, its rows, events and hints are undone and the error rises; the transaction goes on."""
    events, hints = len(session.events), set(session.hints)
    connection = await session.raw()
    await connection.execute("savepoint item")
    try:
        yield
    except BaseException:
        del session.events[events:]
        session.hints = hints
        if connection.is_in_transaction():
            await connection.execute("rollback to savepoint item; release savepoint item")
        raise
    await connection.execute("release savepoint item")
