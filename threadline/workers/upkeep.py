"""Keeps the tables in shape, under a lease: partitions ahead, old deliveries away, fresh statistics, old rows gone, and
files that nobody refers to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol
from uuid import UUID

import asyncpg
from prometheus_client import Gauge

from threadline.actions.isolate_failures import describe
from threadline.infra.log import get_logger
from threadline.store.unused_files import forget_marked_file, list_marked_files, mark_unused_files
from threadline.store.upkeep import (
    count_default_rows,
    drop_delivery_partition,
    find_old_delivery_partitions,
    forget_old_rows,
    give_up_parked,
    make_partitions_ahead,
    refresh_statistics,
)
from threadline.store.waiting import read_waiting
from threadline.workers.looking import rest

_STATISTICS_EVERY_S: Final = 2.0
_UPKEEP_EVERY_S: Final = 3600.0
_LOOK_FOR_LATE_EVERY_S: Final = 60.0
_FILES_AT_ONCE: Final = 200

_DEFAULT_ROWS = Gauge("threadline_default_partition_rows", "Rows no partition was made for: must be 0")

log = get_logger("upkeep")


class Bytes(Protocol):
    """Where the bytes of files lie (infra/blobs.py)."""

    async def delete(self, key: str) -> None: ...


@dataclass(slots=True)
class Upkeep:
    """`owner_url` connects as the owner of the schema: only the owner makes partitions and drops them."""

    owner_url: str
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    retention_days: int = 14
    blobs: Bytes | None = None
    unsent_file_s: float = 24 * 3600.0
    """How old a file that nobody refers to may become."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; a lost connection is made again."""
        while not stop.is_set():
            try:
                connection = await asyncpg.connect(self.owner_url, timeout=5, command_timeout=120)
                try:
                    await self._work(connection, stop)
                finally:
                    await connection.close(timeout=5)
            except Exception as error:
                log.warning("upkeep_interrupted", error=describe(error))
                await rest(stop, _STATISTICS_EVERY_S)

    async def _work(self, connection: asyncpg.Connection, stop: asyncio.Event) -> None:
        due_at = look_at = 0.0
        while not stop.is_set():
            await refresh_statistics(connection)
            if monotonic() >= look_at:
                await warn_of_late_work(connection)
                look_at = monotonic() + _LOOK_FOR_LATE_EVERY_S
            if monotonic() >= due_at:
                await self.step(connection)
                due_at = monotonic() + _UPKEEP_EVERY_S
            await rest(stop, _STATISTICS_EVERY_S)

    async def step(self, connection: asyncpg.Connection) -> None:
        """Everything once. Each part may fail for a lock it did not get, and is tried again next time."""
        now = self.now()
        made = await make_partitions_ahead(connection, now=now)
        if made:
            log.info("partitions_made", count=made)
        astray = await count_default_rows(connection)
        _DEFAULT_ROWS.set(astray)
        if astray:
            log.error("rows_without_partition", count=astray)
        for name in await find_old_delivery_partitions(connection, before=now - timedelta(days=self.retention_days)):
            moved = await drop_delivery_partition(connection, name, now=now, new_id=self.new_id)
            log.info("deliveries_dropped", partition=name, moved=moved)
        given_up = await give_up_parked(connection)
        if given_up:
            log.warning("parked_items_given_up", count=given_up)
        forgotten = await forget_old_rows(connection)
        log.info("old_rows_forgotten", **{table: count for table, count in forgotten.items() if count})
        await self.drop_unused_files(connection)

    async def drop_unused_files(self, connection: asyncpg.Connection) -> None:
        """Uploads that were never sent, and what was taken out of a saved reply: first marked, then the bytes go."""
        if self.blobs is None:
            return
        before = self.now() - timedelta(seconds=self.unsent_file_s)
        while await mark_unused_files(connection, before=before, limit=_FILES_AT_ONCE) == _FILES_AT_ONCE:
            pass
        count = 0
        while files := await list_marked_files(connection, limit=_FILES_AT_ONCE):
            for file in files:
                for key in file.keys:
                    await self.blobs.delete(key)
                await forget_marked_file(connection, file)
            count += len(files)
        if count:
            log.info("unused_files_dropped", count=count)


async def warn_of_late_work(connection: asyncpg.Connection) -> None:
    """A line that alerts, for each kind of work whose oldest has waited too long (R14)."""
    for one in await read_waiting(connection):
        if one.is_late:
            log.error("work_is_late", kind=one.kind, depth=one.depth, oldest_s=round(one.oldest_s))
