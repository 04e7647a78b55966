"""What every part of the web edge is given: made once, in `create_web`."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from threadline.infra.blobs import Blobs
from threadline.infra.http import Http
from threadline.infra.log import get_logger
from threadline.infra.malware import Scanner
from threadline.infra.secrets import Keyring
from threadline.infra.settings import Settings
from threadline.store.session import Database
from threadline.web.live import Readings
from threadline.web.security import Border

log = get_logger("web")


@dataclass(frozen=True)
class WebContext:
    settings: Settings
    border: Border
    database: Database
    """With pools for the roles web and engine."""
    keyring: Keyring
    http: Http
    blobs: Blobs
    scanner: Scanner | None = None
    readings: Readings = field(default_factory=Readings)
    """What the live screen shows."""
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    def later(self, work: Coroutine[None, None, None], *, name: str) -> None:
        """Do this beside the answer. It may be lost with the process, and its failure is only logged."""
        task = asyncio.create_task(_logged(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Wait for what was begun beside answers."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)


async def _logged(work: Coroutine[None, None, None], name: str) -> None:
    try:
        await work
    except Exception as error:
        log.warning("side_work_failed", work=name, error=type(error).__name__)
