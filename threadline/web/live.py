"""The live screen: one reading for everybody who sees the same, and none while nobody looks.

A screen on the wall costs what a thousand cost. A reading is made at most once a second, seldomer if it takes long, and
handed out as the same bytes; who asks meanwhile waits for the one that is under way.
"""

import asyncio
import contextlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from threadline.core.day import today_in
from threadline.core.permission import Caller, Permission, Visibility
from threadline.core.personal import Clearance
from threadline.infra.clock import utc_now
from threadline.infra.log import get_logger
from threadline.store.calendars import read_zone
from threadline.store.live import read_answered, read_live
from threadline.store.session import Database, Role
from threadline.store.workspaces import get_workspace
from threadline.web.encoding import encoder_of

log = get_logger("live")

NEEDED: Final = frozenset({Permission.LIVE_READ, Permission.CONVERSATIONS_READ})
_AT_MOST_EVERY_S: Final = 1.0
_SHARE: Final = 10
"""Reading takes no more than one part in so many of the time, however large the house."""
_QUIET_S: Final = 5.0
"""Without news it is read so often all the same: time alone makes somebody late."""
_FORGOTTEN_S: Final = 60.0
_ANSWERED_WITHIN: Final = timedelta(hours=12)

Sight = tuple[UUID, Visibility, Clearance]
"""A workspace, and what of it is seen: whoever shares it shares the bytes."""


def sight_of(caller: Caller) -> Sight:
    return caller.workspace_id, caller.visibility, caller.clearance


@dataclass(slots=True)
class _Kept:
    body: bytes
    made_at: float
    good_for_s: float


class Readings:
    """The newest reading of each sight in this process."""

    def __init__(self) -> None:
        self._kept: dict[Sight, _Kept] = {}
        self._making: dict[Sight, asyncio.Task[bytes]] = {}
        self._answered: dict[Sight, tuple[datetime, dict[UUID, datetime]]] = {}

    async def read(self, database: Database, sight: Sight) -> bytes:
        """`store.live.Live` as JSON, a moment old at most. Whoever asks while one is made gets that one."""
        kept = self._kept.get(sight)
        if kept is not None and time.monotonic() - kept.made_at < kept.good_for_s:
            return kept.body
        making = self._making.get(sight)
        if making is None:
            making = self._making[sight] = asyncio.create_task(self._make(database, sight), name="read_live")
            making.add_done_callback(lambda _: self._making.pop(sight, None))
        return await asyncio.shield(making)

    async def _make(self, database: Database, sight: Sight) -> bytes:
        self._forget()
        began = time.monotonic()
        workspace_id, visibility, clearance = sight
        now = utc_now()
        async with database.transaction(Role.ENGINE, workspace_id) as session:
            looked_at, before = self._answered.get(sight, (now - _ANSWERED_WITHIN, {}))
            answered = before | await read_answered(session, visibility, since=looked_at)
            settings = (await get_workspace(session)).settings
            today = today_in(await read_zone(session), now)
            live = await read_live(
                session, visibility, routing=settings.routing, answered=answered, today=today, now=now
            )
        self._answered[sight] = (now, answered)
        body = encoder_of(clearance)(live)
        took_s = time.monotonic() - began
        # A little less than the pause of those who follow, so that each of their looks finds a new one.
        self._kept[sight] = _Kept(body, began, 0.9 * pause_after(took_s))
        return body

    def _forget(self) -> None:
        """What nobody looked at for a while."""
        before = time.monotonic() - _FORGOTTEN_S
        self._kept = {sight: kept for sight, kept in self._kept.items() if kept.made_at >= before}
        self._answered = {sight: answered for sight, answered in self._answered.items() if sight in self._kept}


def pause_after(took_s: float) -> float:
    """How long after its beginning a reading stays the newest."""
    return max(_AT_MOST_EVERY_S, took_s * _SHARE)


class Watcher(Protocol):
    """A socket of the hub."""

    @property
    def caller(self) -> Caller: ...

    def push(self, text: str) -> None: ...

    def close(self, code: int) -> None: ...


class Watch:
    """Those who look at one workspace now, in this process: each is told what is new, all of them at once."""

    def __init__(self, database: Database, readings: Readings, workspace_id: UUID, *, refused: int) -> None:
        self._database = database
        self._readings = readings
        self._refused = refused
        self.workspace_id = workspace_id
        self.news = asyncio.Event()
        self._watchers: set[Watcher] = set()
        self._task: asyncio.Task[None] | None = None

    def join(self, watcher: Watcher) -> None:
        """Told everything new from now on."""
        self._watchers.add(watcher)
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="watch_live")

    async def greet(self, watcher: Watcher) -> None:
        """Shows what is there at once."""
        with contextlib.suppress(Exception):  # an outage: the next look tells
            watcher.push(_frame(await self._readings.read(self._database, sight_of(watcher.caller))))

    def leave(self, watcher: Watcher) -> bool:
        """True if nobody is left, and nothing is read any more."""
        self._watchers.discard(watcher)
        if self._watchers:
            return False
        if self._task is not None:
            self._task.cancel()
        return True

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_QUIET_S):
                    await self.news.wait()
            self.news.clear()
            began = time.monotonic()
            try:
                await self._tell()
            except Exception as error:  # an outage of the database: screens show how old their figures are
                log.warning("live_read_failed", error=type(error).__name__)
                self.news.set()
            took_s = time.monotonic() - began
            await asyncio.sleep(pause_after(took_s) - took_s)

    async def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            if not watcher.caller.permissions >= NEEDED:
                watcher.close(self._refused)
                self._watchers.discard(watcher)
        for sight in {sight_of(watcher.caller) for watcher in self._watchers}:
            frame = _frame(await self._readings.read(self._database, sight))
            for watcher in tuple(self._watchers):
                if sight_of(watcher.caller) == sight:
                    watcher.push(frame)


def _frame(body: bytes) -> str:
    """`LiveFrame` around a reading that is encoded already."""
    return f'{{"kind":"live","live":{body.decode()}}}'
