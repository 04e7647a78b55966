"""Reads the countries of numbers that were there before anybody asked for them, in small steps.

Under a lease, so that idle workers do not read the same.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from threadline.store.countries import read_older_numbers
from threadline.store.session import Database, Role
from threadline.workers.looking import keep_looking

BATCH: Final = 500
_LOOKS_EVERY_S: Final = 60.0


@dataclass(slots=True)
class OlderNumbers:
    database: Database

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await keep_looking(self.step, stop, name="older_numbers", poll_s=_LOOKS_EVERY_S)

    async def step(self) -> bool:
        """The next ones. True if there may be more."""
        async with self.database.transaction(Role.ENGINE) as session:
            return await read_older_numbers(await session.raw(), limit=BATCH) == BATCH
