"""Reads what search did not know yet: everything that was there before, from the newest backwards, at a slow pace.

Under a lease, so that idle workers do not read the same; a batch and its progress are one transaction.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

from threadline.actions.index_search import index_older
from threadline.core.search_lexemes import VERSIONS
from threadline.infra.log import get_logger
from threadline.store.search_index import Unfinished, begin_progress, find_unfinished
from threadline.store.session import Database, Role
from threadline.workers.looking import look, rest

_RESTS_LONGER: Final = 2.0
"""How many times as long as a batch took it rests: a third of a core at most, until everything is read."""
_LOOKS_EVERY_S: Final = 60.0

log = get_logger("older_search")


@dataclass(slots=True)
class OlderSearch:
    database: Database
    now: Callable[[], datetime]
    rests_longer: float = _RESTS_LONGER

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. When all is read, it looks for new workspaces now and then."""
        while not stop.is_set():
            began_at = monotonic()
            has_more = await look(self.step, name="older_search")
            await rest(stop, self.rests_longer * (monotonic() - began_at) if has_more else _LOOKS_EVERY_S)

    async def step(self) -> bool:
        """The next batch of one workspace. True if anything may be left."""
        async with self.database.transaction(Role.ENGINE) as session:
            connection = await session.raw()
            await begin_progress(connection, VERSIONS)
            unfinished = await find_unfinished(connection)
        if not unfinished:
            return False
        await self._read(unfinished[0])
        return True

    async def _read(self, unfinished: Unfinished) -> None:
        async with self.database.transaction(Role.ENGINE, unfinished.workspace_id) as session:
            has_more = await index_older(session, unfinished, now=self.now())
        if not has_more:
            log.info("older_search_finished", subject=unfinished.subject)
