"""Consumers skip nothing, do nothing twice, and let no failing event stop the others."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions.answer_incoming import answer_incoming
from threadline.actions.seal_events import BrokenSeal, seal_events, verify_seals
from threadline.core.events import Event, EventKind
from threadline.infra.bus import Bus
from threadline.store.channels_hosted import FenceLost
from threadline.store.events import NumberedEvent
from threadline.store.session import Role, Session
from threadline.workers.consequences import MAX_DEPTH, TRIES, Consumer, ConsumerLoop


class SilentCarrier:
    async def connect(self, hear: object, on_lost: object) -> None: ...
    async def send(self, payload: str) -> None: ...
    async def close(self) -> None: ...


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        await opened.connection.execute(
            "insert into leases (name, fence) values ('consumer', 1) on conflict do nothing"
        )
        await opened.connection.execute("update leases set fence = 1 where name = 'consumer'")
        await opened.connection.execute("delete from failed_events")
        yield opened


def loop_of(desk: ReceivingDesk, consumer: Consumer, **more: Any) -> ConsumerLoop:
    return ConsumerLoop(
        consumer=consumer,
        lease="consumer",
        fence=1,
        database=desk.database,
        bus=Bus(SilentCarrier()),
        now=lambda: desk.now,
        new_id=desk.new_id,
        **more,
    )


class Recorder:
    """A consumer that notes what it handled, in the transaction of its position, and fails where told."""

    def __init__(self, desk: ReceivingDesk, fails: Callable[[NumberedEvent], bool] = lambda one: False) -> None:
        self.desk = desk
        self.fails = fails
        self.handled: list[int] = []

    async def __call__(self, session: Session, events: Sequence[NumberedEvent], *, now: object, new_id: object) -> None:
        for one in events:
            if self.fails(one):
                raise ValueError("no")
        if events[0].event.workspace_id == self.desk.workspace_id:
            self.handled += [one.seq for one in events]

    def consumer(self, name: str) -> Consumer:
        return Consumer(name, self, frozenset({EventKind.MESSAGE_RECEIVED}))


async def drain(loop: ConsumerLoop) -> None:
    while await loop.step():
        pass


async def test_every_incoming_message_is_decided_once(desk: ReceivingDesk) -> None:
    await desk.receive(*(desk.message(n % 3, f"m{n}") for n in range(12)))
    await desk.receive(desk.message(1, "old", from_history=True), desk.message(1, "echo", by_business=True))
    loop = loop_of(desk, Consumer("answer_incoming", answer_incoming, frozenset({EventKind.MESSAGE_RECEIVED})))
    await drain(loop)
    decisions = await desk.of("answer_decisions")
    assert len(decisions) == 12
    assert {(row["answered_by"], row["reason"]) for row in decisions} == {("person", "nothing_else_configured")}
    await desk.connection.execute("update consumers set position = 0 where workspace_id = $1", desk.workspace_id)
    await drain(loop)
    assert await desk.of("answer_decisions") == decisions


async def test_interleaved_commits_are_followed_without_a_gap(desk: ReceivingDesk) -> None:
    recorder = Recorder(desk)
    loop = loop_of(desk, recorder.consumer("interleaved"), batch=7)
    is_done = False

    async def write(writer: int) -> None:
        for number in range(15):
            await desk.receive(desk.message(f"{writer}", f"w{writer}-{number}"))

    async def follow() -> None:
        while not is_done:
            await loop.step()
            await asyncio.sleep(0)

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer) for writer in range(6)))
    is_done = True
    await following
    await drain(loop)
    received = [seq for seq, kind in await desk.events() if kind == "message_received"]
    assert len(received) == 90
    assert recorder.handled == received


async def test_failing_event_waits_with_its_conversation_and_others_go_on(desk: ReceivingDesk) -> None:
    is_broken = True
    await desk.receive(desk.message(1, "a1"), desk.message(2, "b1"))
    victim = await desk.one(
        "select id, conversation_id from messages where provider_id = 'a1' and workspace_id = $1", desk.workspace_id
    )
    recorder = Recorder(desk, lambda one: is_broken and one.event.message_id == victim["id"])
    loop = loop_of(desk, recorder.consumer("failing"))
    await drain(loop)
    await desk.receive(desk.message(1, "a2"), desk.message(2, "b2"))
    await drain(loop)
    assert len(recorder.handled) == 2
    waiting = await desk.rows(
        "select seq, tries, state from failed_events where workspace_id = $1 order by seq", desk.workspace_id
    )
    assert [(row["tries"], row["state"]) for row in waiting] == [(1, "waiting"), (0, "waiting")]

    is_broken = False
    for _ in range(3):
        desk.advance(minutes=10)
        await drain(loop)
    received = [seq for seq, kind in await desk.events() if kind == "message_received"]
    assert sorted(recorder.handled) == received
    assert recorder.handled.index(waiting[0]["seq"]) < recorder.handled.index(waiting[1]["seq"])


async def test_event_that_never_succeeds_is_set_aside_and_frees_its_conversation(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "a1"), desk.message(1, "a2"))
    first = await desk.one("select id from messages where provider_id = 'a1' and workspace_id = $1", desk.workspace_id)
    recorder = Recorder(desk, lambda one: one.event.message_id == first["id"])
    loop = loop_of(desk, recorder.consumer("stubborn"))
    for _ in range(TRIES + 2):
        await drain(loop)
        desk.advance(minutes=10)
    rows = await desk.rows(
        "select state, tries, error from failed_events where workspace_id = $1 order by seq", desk.workspace_id
    )
    assert [(row["state"], row["tries"]) for row in rows] == [("set_aside", TRIES), ("done", 0)]
    assert rows[0]["error"] == "ValueError"
    assert len(recorder.handled) == 1


async def test_effects_and_position_are_one_transaction(desk: ReceivingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    await desk.receive(desk.message(1, "m1"))
    loop = loop_of(desk, Consumer("atomic", answer_incoming, frozenset({EventKind.MESSAGE_RECEIVED})))

    async def break_off(*arguments: object, **named: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr("threadline.workers.consequences.save_position", break_off)
        with pytest.raises(ConnectionResetError):
            await loop.step()
    assert await desk.of("answer_decisions") == []
    await drain(loop)
    assert len(await desk.of("answer_decisions")) == 1


async def test_loop_of_consequences_is_cut(desk: ReceivingDesk) -> None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        session.record(
            Event(
                id=desk.new_id(),
                workspace_id=desk.workspace_id,
                kind=EventKind.MESSAGE_RECEIVED,
                at=desk.now,
                depth=MAX_DEPTH + 1,
            )
        )
    recorder = Recorder(desk)
    await drain(loop_of(desk, recorder.consumer("deep")))
    assert recorder.handled == []
    rows = await desk.rows("select error from failed_events where workspace_id = $1", desk.workspace_id)
    assert [row["error"] for row in rows] == ["RecursionError"]


async def test_growing_album_is_waited_for(desk: ReceivingDesk) -> None:
    recorder = Recorder(desk)
    loop = loop_of(desk, recorder.consumer("album"))
    await desk.receive(
        desk.message(1, "m1"), desk.message(1, "p1", group_key="g"), desk.message(1, "p2", group_key="g")
    )
    await drain(loop)
    assert len(recorder.handled) == 1
    desk.advance(seconds=2)
    await drain(loop)
    assert len(recorder.handled) == 3


async def test_old_host_of_a_consumer_does_nothing(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    recorder = Recorder(desk)
    loop = loop_of(desk, recorder.consumer("fenced"))
    await desk.connection.execute("update leases set fence = 2 where name = 'consumer'")
    with pytest.raises(FenceLost):
        await loop.step()


async def seal(desk: ReceivingDesk) -> None:
    await drain(loop_of(desk, Consumer("seal_events", seal_events, None)))


async def verify(desk: ReceivingDesk) -> BrokenSeal | None:
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        return await verify_seals(session, desk.workspace_id)


async def test_seals_verify_and_find_what_was_changed_or_removed(desk: ReceivingDesk) -> None:
    for number in range(4):
        await desk.receive(desk.message(number, f"m{number}"))
        await seal(desk)
    assert len(await desk.of("seals")) == 4
    assert await verify(desk) is None

    await _as_owner(desk, 'update events set data = \'{"direction": "outgoing"}\' where workspace_id = $1 and seq = 4')
    broken = await verify(desk)
    assert broken == BrokenSeal(3, 4, "an event was changed")
    await _as_owner(desk, 'update events set data = \'{"direction": "incoming"}\' where workspace_id = $1 and seq = 4')
    assert await verify(desk) is None
    await _as_owner(desk, "delete from events where workspace_id = $1 and seq = 6")
    assert await verify(desk) == BrokenSeal(5, 6, "an event is missing")


async def test_removed_seal_and_rewritten_chain_are_found(desk: ReceivingDesk) -> None:
    for number in range(3):
        await desk.receive(desk.message(number, f"m{number}"))
        await seal(desk)
    await _as_owner(desk, "delete from seals where workspace_id = $1 and first_seq = 3")
    assert await verify(desk) == BrokenSeal(3, 4, "a seal is missing")


async def test_end_of_the_chain_cannot_be_cut_off_unseen(desk: ReceivingDesk) -> None:
    for number in range(3):
        await desk.receive(desk.message(number, f"m{number}"))
        await seal(desk)
    await desk.receive(desk.message(3, "m3"))
    assert await verify(desk) is None, "two events wait for their seal"
    for table, column in (("seals", "first_seq"), ("events", "seq")):
        await _as_owner(desk, f"delete from {table} where workspace_id = $1 and {column} >= 5")
    assert await verify(desk) == BrokenSeal(5, 8, "an event is missing")


@pytest.mark.parametrize("role", [Role.WEB, Role.ENGINE])
@pytest.mark.parametrize("statement", ["update {} set workspace_id = workspace_id", "delete from {}"])
@pytest.mark.parametrize("table", ["events", "seals"])
async def test_nobody_who_works_here_changes_the_record(
    desk: ReceivingDesk, role: Role, statement: str, table: str
) -> None:
    """S64: neither the roles of the processes, whatever they set, nor the owner without saying what for."""
    await desk.receive(desk.message(1, "m1"))
    await seal(desk)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with desk.database.transaction(role, desk.workspace_id) as session:
            connection = await session.raw()
            await connection.execute("set local threadline.retention = 'on'")
            await connection.execute(statement.format(table))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await desk.connection.execute(statement.format(table))


async def test_erasing_contents_leaves_the_chain_as_it_is(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    await seal(desk)
    await desk.connection.execute("update messages set content = '{}' where workspace_id = $1", desk.workspace_id)
    assert await verify(desk) is None


async def _as_owner(desk: ReceivingDesk, statement: str) -> UUID | None:
    async with desk.connection.transaction():
        await desk.connection.execute("set local threadline.retention = 'on'")
        await desk.connection.execute(statement, desk.workspace_id)
    return None
