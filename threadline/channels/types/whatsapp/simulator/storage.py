"""Surviving a restart: one state file written whole and atomically, messages appended beside it, media in a folder."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import msgspec

from .media_store import MediaStore
from .state import Message, State
from .world import World

FIRST_WAIT_S = 0.5
SHARE = 20
"""Writing may take one part in this many of the time, so that a large state is written more rarely."""
MANY_LINES = 20_000
OVERTAKEN = 5
"""Messages are written anew when there are many lines, and this many times more than messages."""


class Storage:
    """`FILE` holds the state; `FILE.d/messages.jsonl` grows with each change of a message, its last line wins."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._folder = path.with_name(path.name + ".d")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._messages = self._folder / "messages.jsonl"
        self._task: asyncio.Task[None] | None = None
        self._written_changes = -1
        self._lines = 0

    def media_store(self) -> MediaStore:
        return MediaStore(self._folder / "media")

    def load_state(self) -> State | None:
        return msgspec.json.decode(self._path.read_bytes(), type=State) if self._path.is_file() else None

    def load_messages(self, world: World) -> None:
        """Put the messages back, in the order they were made, and drop the lines that were overtaken."""
        if not self._messages.is_file():
            return
        decoder = msgspec.json.Decoder(Message)
        latest: dict[str, Message] = {}
        for line in self._messages.read_bytes().splitlines():
            try:
                message = decoder.decode(line)
            except msgspec.DecodeError:
                continue  # the last line of a killed process may be torn
            message.payload = message.payload.copy()
            latest[message.id] = message
        for message in sorted(latest.values(), key=lambda item: item.seq):
            world.restore_message(message)
        self._compact(world)

    def _compact(self, world: World) -> None:
        """Write each message once again; lines that were overtaken go."""
        self._replace(self._messages, b"".join(msgspec.json.encode(m) + b"\n" for m in world.messages.values()))
        self._lines = len(world.messages)

    def start(self, world: World) -> None:
        self._task = asyncio.create_task(self._keep(world))

    async def stop(self, world: World) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.write(world)

    async def _keep(self, world: World) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            await asyncio.sleep(wait_s)
            if world.changes + world.timers.runs != self._written_changes:
                started = time.perf_counter()
                self.write(world)
                wait_s = max(FIRST_WAIT_S, SHARE * (time.perf_counter() - started))

    def write(self, world: World) -> None:
        """Messages first: a state that names a message must find it."""
        self._written_changes = world.changes + world.timers.runs
        dirty, world.dirty = world.dirty, set()
        if dirty:
            lines = b"".join(msgspec.json.encode(world.messages[key]) + b"\n" for key in dirty if key in world.messages)
            with self._messages.open("ab") as file:
                file.write(lines)
            self._lines += len(dirty)
        if self._lines > MANY_LINES and self._lines > OVERTAKEN * len(world.messages):
            self._compact(world)
        self._replace(self._path, msgspec.json.encode(world.snapshot_state()))

    @staticmethod
    def _replace(path: Path, content: bytes) -> None:
        part = path.with_name(path.name + ".part")
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
