"""The feed socket: each process reads what is new once and writes the same bytes to all who may see it.

A room follows one workspace while somebody listens. It looks after each hint and once a second, and gathers what comes
within a tick, so that a busy workspace costs frames by time and not by event (docs/performance.md). A socket that lags
reads on by itself until it has caught up; one that does not read is closed (R16, R17). The live screen has a socket of
its own, with the same border and the same rights (web/live.py).
"""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Coroutine, Iterable
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.errors import NotSignedIn, ThreadlineError
from threadline.core.events import EventKind
from threadline.core.ids import first_uuid7_at
from threadline.core.permission import Caller
from threadline.core.presence import Presence, Word, read_topic
from threadline.infra import metrics
from threadline.infra.clock import utc_now
from threadline.infra.log import get_logger
from threadline.infra.opaque_tokens import hash_token
from threadline.store.availabilities import note_seen
from threadline.store.events import NumberedEvent, read_events, read_position
from threadline.store.session import Role, Session
from threadline.store.sessions import callers_of_sessions
from threadline.store.tokens import callers_of_tokens
from threadline.web.asgi import Headers, Receive, Scope, Send, query_pairs
from threadline.web.context import WebContext
from threadline.web.feed import Sight, cut_page, encode_page, load_batch, load_sights, personal, sight_of
from threadline.web.frames import Hello, Pong, PresenceFrame, PresentAgent, Resync, SignedOut
from threadline.web.live import NEEDED, Watch
from threadline.web.security import check_no_token_in, check_same_origin, identify

log = get_logger("realtime")

FEED: Final = "/api/feed"
LIVE: Final = "/api/live/feed"

NOT_SIGNED_IN: Final = 4401
NOT_ALLOWED: Final = 4403
TOO_SLOW: Final = 4408
RESTART: Final = 1012
POLICY: Final = 1008

QUEUE_FRAMES: Final = 500
QUEUE_BYTES: Final = 1024 * 1024
PAGE: Final = 500
FARTHEST_BEHIND: Final = 5000
KEPT: Final = timedelta(hours=24)
_MARGIN: Final = timedelta(hours=1)
"""How much older than its number an event's id may be: a transaction lasts minutes at most."""
_FIRST_FRAME_S: Final = 5.0
_FRAME_BYTES: Final = 64 * 1024
_FRAMES_PER_S: Final = 30
_LOOK_EVERY_S: Final = 1.0
_RECHECK_EVERY_S: Final = 3.0
_CLOSE_S: Final = 5.0
_SEEN_EVERY_S: Final = 60.0
"""How often it is noted whose desks are open."""
_TICK_S: Final = 0.008
_TICK_PER_SOCKET_S: Final = 0.00004
"""With a thousand sockets a tick is 40 ms: the frames are fewer and larger, the loop keeps its breath."""
_QUIET: Final = 200
"""A socket that saw none of this many events is told the number all the same, so that it never seems far behind."""
_PER_ADDRESS: Final = 2000
_PER_PROCESS: Final = 5000

_encode = msgspec.json.Encoder().encode
_RESYNC: Final = _encode(Resync()).decode()
_PONG: Final = _encode(Pong()).decode()
_SIGNED_OUT: Final = _encode(SignedOut()).decode()

_CHANGES_RIGHTS: Final = frozenset(
    {
        EventKind.AGENT_CHANGED,
        EventKind.ROLE_CHANGED,
        EventKind.TEAM_CHANGED,
        EventKind.TEAM_DELETED,
        EventKind.WORKSPACE_CHANGED,
        EventKind.SIGNED_OUT,
        EventKind.SESSION_REVOKED,
        EventKind.PASSWORD_CHANGED,
        EventKind.TOKEN_REVOKED,
    }
)


class _ClientFrame(msgspec.Struct, frozen=True):
    """Any object with a kind: kinds we do not know are ignored."""

    kind: str
    position: int = -1


class Socket:
    """One connection: its rights, its position, and what waits to be written to it."""

    def __init__(self, send: Send, caller: Caller, token_hash: bytes | None) -> None:
        self._send = send
        self._queue: deque[str] = deque()
        self._queued_bytes = 0
        self._has_news = asyncio.Event()
        self.closing = asyncio.Event()
        self.close_code = 0
        self.caller = caller
        self.sight = sight_of(caller)
        self.token_hash = token_hash
        self.position = 0

    def take_over(self, caller: Caller) -> None:
        self.caller = caller
        self.sight = sight_of(caller)

    def push(self, text: str) -> None:
        """Queue a frame; a socket that does not read is closed instead of kept (R17)."""
        if self.close_code:
            return
        if len(self._queue) >= QUEUE_FRAMES or self._queued_bytes + len(text) > QUEUE_BYTES:
            self.close(TOO_SLOW)
            return
        self._queue.append(text)
        self._queued_bytes += len(text)
        self._has_news.set()

    def close(self, code: int) -> None:
        if not self.close_code:
            self.close_code = code
            if code == TOO_SLOW:
                self._queue.clear()
                self._queued_bytes = 0
            self.closing.set()

    @property
    def waiting(self) -> int:
        """Frames that are not written yet."""
        return len(self._queue)

    async def write(self) -> None:
        """Runs for ever as a task; waits only for its own client."""
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            await self.drain()

    async def drain(self) -> None:
        while self._queue:
            text = self._queue.popleft()
            self._queued_bytes -= len(text)
            await self._send({"type": "websocket.send", "text": text})
            metrics.frames_sent.inc()


class Hub:
    """All sockets of this process, a room for each workspace."""

    def __init__(self, web: WebContext) -> None:
        self._web = web
        self._rooms: dict[UUID, Room] = {}
        self._watches: dict[UUID, Watch] = {}
        self._sockets: set[Socket] = set()
        self._addresses: Counter[str] = Counter()
        self._talks: set[asyncio.Task[None]] = set()
        self._should_recheck = asyncio.Event()
        self._rechecking: asyncio.Task[None] | None = None
        self._is_stopping = False
        self._seen_at = -_SEEN_EVERY_S

    async def start(self) -> None:
        if self._rechecking is None:
            self._rechecking = asyncio.create_task(self._keep_checking(), name="recheck_rights")

    async def stop(self) -> None:
        """Closes every socket with the code for a restart."""
        self._is_stopping = True
        for socket in self._sockets:
            socket.close(RESTART)
        if self._talks:
            await asyncio.wait(self._talks, timeout=_CLOSE_S)
        for task in [self._rechecking, *(room.task for room in self._rooms.values())]:
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        for watch in self._watches.values():
            await watch.stop()

    def hint(self, topics: Iterable[str]) -> None:
        """There is news under these topics; those of feeds wake their rooms, words of presence are passed on."""
        words: list[str] = []
        for topic in topics:
            if topic.startswith("presence:"):
                words.append(topic)
            elif topic.startswith("feed:"):
                workspace_id = UUID(topic.removeprefix("feed:"))
                for listening in (self._rooms.get(workspace_id), self._watches.get(workspace_id)):
                    if listening is not None:
                        listening.news.set()

        for word in sorted(word for topic in words if (word := read_topic(topic)) is not None):
            if (room := self._rooms.get(word.workspace_id)) is not None:
                room.hear(word)

    @property
    def watched(self) -> frozenset[UUID]:
        """Workspaces whose live screen somebody looks at."""
        return frozenset(self._watches)

    def recheck_soon(self) -> None:
        self._should_recheck.set()

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One socket from its hand-shake to its end."""
        await receive()
        headers = Headers(scope["headers"])
        if not self._may_knock(scope, headers):
            await send({"type": "websocket.close", "code": POLICY})
            return
        address = self._web.border.client_address(scope, headers)
        if self._is_stopping or len(self._sockets) >= _PER_PROCESS or self._addresses[address] >= _PER_ADDRESS:
            await send({"type": "websocket.close", "code": RESTART})
            return
        await send({"type": "websocket.accept"})
        self._addresses[address] += 1
        talks = self._watch if scope["path"] == LIVE else self._talk
        talk = asyncio.create_task(talks(headers, receive, send), name="socket")
        self._talks.add(talk)
        try:
            await talk
        finally:
            self._talks.discard(talk)
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    def _may_knock(self, scope: Scope, headers: Headers) -> bool:
        """Our own pages with their cookie; programs with a token in the header. No token in the address (S33)."""
        if scope["path"] not in (FEED, LIVE):
            return False
        try:
            check_no_token_in(query_pairs(scope))
            if not headers.all("authorization"):
                check_same_origin(self._web.border, headers)
        except (ThreadlineError, ValueError):
            return False
        return True

    async def _talk(self, headers: Headers, receive: Receive, send: Send) -> None:
        socket = await self._identified(headers, send)
        if socket is None:
            return
        position = await _first_position(receive)
        if position is None:
            await send({"type": "websocket.close", "code": POLICY})
            return
        try:
            await self._follow(socket, self._listen(socket, receive, position), send)
        finally:
            await self._leave(socket)

    async def _watch(self, headers: Headers, receive: Receive, send: Send) -> None:
        """The live screen: it says nothing but that it is still there."""
        socket = await self._identified(headers, send)
        if socket is None:
            return
        if not socket.caller.permissions >= NEEDED:
            await send({"type": "websocket.close", "code": NOT_ALLOWED})
            return
        workspace_id = socket.caller.workspace_id
        watch = self._watches.get(workspace_id)
        if watch is None:
            watch = self._watches[workspace_id] = Watch(
                self._web.database, self._web.readings, workspace_id, refused=NOT_ALLOWED
            )
        watch.join(socket)  # with no await since it was found: nobody closed it meanwhile
        try:
            await self._follow(socket, self._hear_pings(socket, watch, receive), send)
        finally:
            if watch.leave(socket):
                self._watches.pop(workspace_id, None)

    async def _identified(self, headers: Headers, send: Send) -> Socket | None:
        """A socket with its rights; None: it was closed, for nobody is signed in."""
        try:
            async with self._web.database.transaction(Role.WEB) as session:
                identity = await identify(session, self._web.border, headers)
        except NotSignedIn:
            await send({"type": "websocket.close", "code": NOT_SIGNED_IN})
            return None
        except ThreadlineError:
            await send({"type": "websocket.close", "code": RESTART})
            return None
        token = (headers.one("authorization") or "").partition(" ")[2].strip()
        return Socket(send, identity.caller, hash_token(token) if token else None)

    async def _follow(self, socket: Socket, listening: Coroutine[None, None, None], send: Send) -> None:
        """Reads and writes side by side until one of them ends, then says why. Its rights are watched meanwhile."""
        self._sockets.add(socket)
        metrics.sockets_open.inc()
        try:
            await self._read_and_write(socket, listening, send)
        finally:
            self._sockets.discard(socket)
            metrics.sockets_open.dec()

    async def _read_and_write(self, socket: Socket, listening: Coroutine[None, None, None], send: Send) -> None:
        work = [
            asyncio.create_task(listening),
            asyncio.create_task(socket.write()),
            asyncio.create_task(socket.closing.wait()),
        ]
        try:
            done, _ = await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            is_gone = work[0] in done and not socket.close_code
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
        if not is_gone:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_CLOSE_S):
                    await socket.drain()
                    await send({"type": "websocket.close", "code": socket.close_code or RESTART})

    async def _listen(self, socket: Socket, receive: Receive, position: int) -> None:
        """Joins at the first position, then answers the client's frames; returns when the client has left."""
        joining = asyncio.create_task(self._join(socket, position))
        try:
            async for frame in _frames(socket, receive):
                if frame.kind == "resume":
                    joining.cancel()
                    await asyncio.gather(joining, return_exceptions=True)
                    joining = asyncio.create_task(self._join(socket, frame.position))
        finally:
            joining.cancel()
            await asyncio.gather(joining, return_exceptions=True)

    async def _hear_pings(self, socket: Socket, watch: Watch, receive: Receive) -> None:
        greeting = asyncio.create_task(watch.greet(socket))
        try:
            async for _ in _frames(socket, receive):
                pass
        finally:
            greeting.cancel()
            await asyncio.gather(greeting, return_exceptions=True)

    async def _join(self, socket: Socket, position: int) -> None:
        room = self._rooms.get(socket.caller.workspace_id)
        if room is None:
            room = self._rooms[socket.caller.workspace_id] = Room(self, self._web, socket.caller.workspace_id)
        try:
            await room.join(socket, position)
        except Exception as error:  # whatever the database met: the client comes again by itself
            log.warning("feed_join_failed", error=type(error).__name__)
            socket.close(RESTART)

    async def _leave(self, socket: Socket) -> None:
        room = self._rooms.get(socket.caller.workspace_id)
        if room is not None and room.leave(socket):
            del self._rooms[room.workspace_id]

    async def _keep_checking(self) -> None:
        """Rights count now, not when the socket was opened: looked at every few seconds and after changes (S6)."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_RECHECK_EVERY_S):
                    await self._should_recheck.wait()
            self._should_recheck.clear()
            try:
                await self._check_all()
                await self._note_seen()
            except Exception as error:
                log.warning("recheck_failed", error=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)

    async def _check_all(self) -> None:
        sockets = tuple(self._sockets)
        if not sockets:
            return
        session_ids = {socket.caller.session_id for socket in sockets} - {None}
        hashes = {socket.token_hash for socket in sockets} - {None}
        async with self._web.database.transaction(Role.ENGINE) as session:
            connection = await session.raw()
            by_session = await callers_of_sessions(connection, [one for one in session_ids if one is not None])
            by_token = await callers_of_tokens(connection, [one for one in hashes if one is not None])
        for socket in sockets:
            caller = (
                by_token.get(socket.caller.token_id) if socket.caller.token_id else by_session.get(_session(socket))
            )
            _apply(socket, caller)

    async def _note_seen(self) -> None:
        """Whose desk is open somewhere; programs follow the feed, too, but nobody sits before them."""
        callers = [socket.caller for socket in self._sockets if socket.caller.session_id is not None]
        agents = {(caller.workspace_id, caller.agent_id) for caller in callers if caller.agent_id is not None}
        if not agents or time.monotonic() - self._seen_at < _SEEN_EVERY_S:
            return
        async with self._web.database.transaction(Role.ENGINE) as session:
            await note_seen(await session.raw(), agents)
        self._seen_at = time.monotonic()


class Room:
    """One workspace's feed in this process."""

    def __init__(self, hub: Hub, web: WebContext, workspace_id: UUID) -> None:
        self._hub = hub
        self._web = web
        self.workspace_id = workspace_id
        self.news = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self._live: set[Socket] = set()
        self._joining = 0
        self._position = -1
        self._starting = asyncio.Lock()
        self._presence = Presence()
        self._changed: set[UUID] = set()

    async def join(self, socket: Socket, position: int) -> None:
        """Brings a socket from its position to the present and lets it listen; too far behind, it is told so."""
        self._joining += 1
        try:
            await self._start()
            self._live.discard(socket)
            if not await self._may_resume(position):
                socket.push(_RESYNC)
                return
            socket.push(_encode(Hello(position=position)).decode())
            socket.position = position
            while socket.position < self._position:
                await self._send_page(socket)
            # No await between this comparison and the next line: nothing can come between.
            self._live.add(socket)
            self._changed.update(self._presence.conversation_ids)
            self.news.set()
        finally:
            self._joining -= 1

    def leave(self, socket: Socket) -> bool:
        """True if nobody is left and the room can be closed."""
        self._live.discard(socket)
        if self._live or self._joining:
            return False
        if self.task is not None:
            self.task.cancel()
        return True

    def hear(self, word: Word) -> None:
        """Somebody looks or types; told to the others with the next look at the feed, a few milliseconds later."""
        if self._presence.note(word.conversation_id, word.agent_id, word.doing, now=time.monotonic()):
            self._changed.add(word.conversation_id)
            self.news.set()

    async def _start(self) -> None:
        async with self._starting:
            if self.task is not None:
                return
            async with self._web.database.transaction(Role.ENGINE, self.workspace_id) as session:
                self._position = await read_position(await session.raw(), self.workspace_id)
            self.task = asyncio.create_task(self._run(), name="room")

    async def _may_resume(self, position: int) -> bool:
        if not self._position - FARTHEST_BEHIND <= position <= self._position or position < 0:
            return await self._is_ahead(position)
        if position == self._position:
            return True
        async with self._web.database.transaction(Role.ENGINE, self.workspace_id) as session:
            first = await self._read(session, position, limit=1)
        return bool(first) and first[0].event.at > utc_now() - KEPT

    async def _is_ahead(self, position: int) -> bool:
        """A client may know of more than this room: its answer came from a newer transaction. Then look at once."""
        if position < self._position - FARTHEST_BEHIND or position < 0:
            return False
        await self._advance()
        return position <= self._position

    async def _send_page(self, socket: Socket) -> None:
        async with self._web.database.transaction(Role.ENGINE, self.workspace_id) as session:
            events = await self._read(session, socket.position, limit=PAGE)
            if not events:
                raise LookupError("The events between a socket's position and the room's are gone.")
            sight = Sight(socket.sight.visibility, socket.sight.permissions, socket.caller.agent_id)
            batch = await load_batch(session, workspace_id=self.workspace_id, events=events, sights=[sight])
        page = cut_page(batch, sight, kind="changes") or encode_page(
            [], None, sight, kind="changes", position=batch.position
        )
        socket.push(page.decode())
        socket.position = batch.position

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY_S):
                    await self.news.wait()
            self.news.clear()
            started_at = time.monotonic()
            try:
                await self._advance()
                await self._tell_presence()
            except Exception as error:  # an outage of the database: the next look finds what this one missed
                log.warning("feed_read_failed", error=type(error).__name__)
                await asyncio.sleep(_LOOK_EVERY_S)
            tick_s = max(_TICK_S, len(self._live) * _TICK_PER_SOCKET_S)
            await asyncio.sleep(max(0.0, started_at + tick_s - time.monotonic()))

    async def _advance(self) -> None:
        """Everything new, in batches: read once, cut once per sight, pushed to each socket."""
        while True:
            position = self._position
            async with self._web.database.transaction(Role.ENGINE, self.workspace_id, keeps_plans=True) as session:
                events = await self._read(session, position, limit=PAGE)
                if not events:
                    return
                sights = {socket.sight for socket in self._live}
                batch = await load_batch(session, workspace_id=self.workspace_id, events=events, sights=sights)
            if self._position != position:
                continue  # another look was faster
            if not all(socket.sight in sights for socket in self._live):
                continue  # somebody came meanwhile, or sees otherwise since: this batch was not read for them
            seen_as = {socket: personal(socket.sight, socket.caller.agent_id, batch) for socket in self._live}
            pages = {sight: cut_page(batch, sight, kind="changes") for sight in set(seen_as.values())}
            texts = {sight: page if page is None else page.decode() for sight, page in pages.items()}
            self._position = batch.position
            for socket, sight in seen_as.items():
                self._push(socket, sight, texts[sight], batch.position)
            if any(numbered.event.kind in _CHANGES_RIGHTS for numbered in events):
                self._hub.recheck_soon()
            if len(events) < PAGE:
                return  # what was committed meanwhile has its own hint

    async def _tell_presence(self) -> None:
        """To everybody who sees the conversation now (S5): whether they do is read afresh, like everything else."""
        self._changed |= self._presence.expire(now=time.monotonic())
        if not self._changed:
            return
        changed, self._changed = self._changed, set()
        async with self._web.database.transaction(Role.ENGINE, self.workspace_id) as session:
            sights = await load_sights(session, workspace_id=self.workspace_id, conversation_ids=sorted(changed))
        for conversation_id in changed:
            people = [
                PresentAgent(agent_id=id, is_typing=types) for id, types in self._presence.people(conversation_id)
            ]
            frame = _encode(PresenceFrame(conversation_id=conversation_id, people=people)).decode()
            for socket in self._live:
                if conversation_id in sights and sights[conversation_id].is_seen_by(socket.sight.visibility):
                    socket.push(frame)

    def _push(self, socket: Socket, sight: Sight, page: str | None, position: int) -> None:
        if page is None and position - socket.position < _QUIET:
            return
        socket.push(page or encode_page([], None, sight, kind="changes", position=position).decode())
        socket.position = position

    async def _read(self, session: Session, position: int, *, limit: int) -> list[NumberedEvent]:
        return await read_events(
            await session.raw(),
            workspace_id=self.workspace_id,
            after_seq=position,
            limit=limit,
            not_before=first_uuid7_at(utc_now() - KEPT - _MARGIN),
        )


def _session(socket: Socket) -> UUID:
    assert socket.caller.session_id is not None
    return socket.caller.session_id


def _apply(socket: Socket, caller: Caller | None) -> None:
    """What the rights are now: gone, elsewhere, other, or as they were."""
    if caller is None:
        socket.push(_SIGNED_OUT)
        socket.close(NOT_SIGNED_IN)
    elif caller.workspace_id != socket.caller.workspace_id:
        socket.push(_RESYNC)
        socket.close(RESTART)
    elif sight_of(caller) != socket.sight:
        socket.take_over(caller)
        socket.push(_RESYNC)


async def _frames(socket: Socket, receive: Receive) -> AsyncIterator[_ClientFrame]:
    """What the client says, until it leaves or says too much. Pings are answered here."""
    second, count = 0.0, 0
    while True:
        message = await receive()
        if message["type"] != "websocket.receive":
            return
        now = time.monotonic()
        second, count = (now, 1) if now - second >= 1 else (second, count + 1)
        frame = _read(message)
        if frame is None or count > _FRAMES_PER_S:
            socket.close(POLICY)
            return
        if frame.kind == "ping":
            socket.push(_PONG)
        yield frame


async def _first_position(receive: Receive) -> int | None:
    """Where the client wants to go on; None if it does not say so in time."""
    try:
        async with asyncio.timeout(_FIRST_FRAME_S):
            message = await receive()
    except TimeoutError:
        return None
    frame = _read(message) if message["type"] == "websocket.receive" else None
    return frame.position if frame is not None and frame.kind == "resume" else None


def _read(message: dict[str, object] | object) -> _ClientFrame | None:
    """A frame of the client, if it is a small JSON object with a kind."""
    text = message.get("text") if isinstance(message, dict) else None
    if not isinstance(text, str) or len(text) > _FRAME_BYTES:
        return None
    try:
        return msgspec.json.decode(text, type=_ClientFrame)
    except msgspec.MsgspecError:
        return None
