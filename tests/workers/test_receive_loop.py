"""Open deliveries become messages; what is at fault is set aside, what passes by itself is taken again (R2)."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from bench.bodies import message_body, status_body
from tests.receiving_desk import ReceivingDesk, open_receiving_desk
from threadline.actions import receive_messages as story
from threadline.actions.accept_deliveries import Endpoint
from threadline.actions.receiving import Channel
from threadline.actions.replay_deliveries import replay_deliveries
from threadline.actions.replay_failed_item import replay_failed_item
from threadline.channels.contract import AccountRef, EndpointSecrets
from threadline.core.message import Status
from threadline.core.permission import Caller
from threadline.infra.bus import Bus
from threadline.store.channels_hosted import FenceLost
from threadline.store.deliveries import DeliveryLine, insert_deliveries
from threadline.store.session import Role, Session
from threadline.workers import receive_loop
from threadline.workers.receive_loop import TRIES, ReceiveLoop


class NoBlobs:
    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes:
        if key not in self.bodies:
            raise FileNotFoundError(key)
        return self.bodies[key]


class SilentCarrier:
    async def connect(self, hear: object, on_lost: object) -> None: ...
    async def send(self, payload: str) -> None: ...
    async def close(self) -> None: ...


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        yield opened


@pytest.fixture
def loop(desk: ReceivingDesk) -> ReceiveLoop:
    return ReceiveLoop(
        channel=desk.channel,
        lease=desk.lease,
        fence=1,
        database=desk.database,
        blobs=NoBlobs(),
        bus=Bus(SilentCarrier()),
        now=lambda: desk.now,
        new_id=desk.new_id,
    )


def body(desk: ReceivingDesk, customer: int, provider_id: str, text: str = "Hello") -> bytes:
    return message_body(
        number=desk.channel.address,
        account=desk.channel.account,
        customer=customer,
        provider_id=provider_id,
        at=int(desk.now.timestamp()),
        text=text,
    )


async def deliver(desk: ReceivingDesk, *bodies: bytes, channel_id: UUID | None = None) -> list[UUID]:
    lines: list[DeliveryLine] = []
    for content in bodies:
        id = desk.new_id()
        lines.append(
            DeliveryLine(
                id, id, desk.workspace_id, desk.endpoint_id, channel_id or desk.channel.id, content, None, desk.now
            )
        )
    await insert_deliveries(desk.connection, lines)
    return [line.id for line in lines]


async def states(desk: ReceivingDesk) -> list[str]:
    return [row["state"] for row in await desk.of("deliveries", order="id")]


async def _taken(desk: ReceivingDesk, loop: ReceiveLoop) -> list[str]:
    while await loop.step():
        pass
    return [row["provider_id"] for row in await desk.of("messages", order="seq")]


async def test_what_waited_for_long_comes_before_what_is_new(
    desk: ReceivingDesk, loop: ReceiveLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Usually only the last minute is read; a backlog may reach further back, and in pieces."""
    monkeypatch.setattr(receive_loop, "BATCH", 2)
    await deliver(desk, *(body(desk, 1, f"old{n}") for n in range(5)))
    desk.advance(minutes=10)
    await deliver(desk, *(body(desk, 1, f"new{n}") for n in range(3)))
    assert await _taken(desk, loop) == [*(f"old{n}" for n in range(5)), *(f"new{n}" for n in range(3))]


async def test_what_could_not_be_written_comes_before_what_is_new(
    desk: ReceivingDesk, loop: ReceiveLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await loop.step() == 0
    await deliver(desk, *(body(desk, 1, f"old{n}") for n in range(3)))
    with monkeypatch.context() as broken:
        broken.setattr(receive_loop, "receive", _lost)
        assert await loop._step_safely() is None
    desk.advance(minutes=10)
    await deliver(desk, body(desk, 1, "new"))
    assert await _taken(desk, loop) == ["old0", "old1", "old2", "new"]


async def _lost(*_: object, **__: object) -> None:
    raise asyncpg.ConnectionDoesNotExistError


async def test_late_line_of_long_ago_is_found(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    """Its id is older than everything that was read, and it was committed last."""
    old = desk.new_id()
    desk.advance(minutes=10)
    await deliver(desk, body(desk, 1, "first"))
    assert await loop.step() == 1
    late = DeliveryLine(
        old, old, desk.workspace_id, desk.endpoint_id, desk.channel.id, body(desk, 1, "late"), None, desk.now
    )
    await insert_deliveries(desk.connection, [late])
    assert await loop.step() == 1


async def test_deliveries_become_messages_and_are_closed(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    await deliver(desk, *(body(desk, n % 3, f"m{n}") for n in range(9)))
    assert await loop.step() == 9
    assert await loop.step() == 0
    assert len(await desk.of("messages")) == 9
    assert await states(desk) == ["done"] * 9


async def test_line_committed_later_with_a_lower_id_is_not_skipped(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    low = desk.new_id()
    await deliver(desk, body(desk, 1, "high"))
    await loop.step()
    line = DeliveryLine(
        low, low, desk.workspace_id, desk.endpoint_id, desk.channel.id, body(desk, 1, "low"), None, desk.now
    )
    await insert_deliveries(desk.connection, [line])
    assert await loop.step() == 1
    assert {row["provider_id"] for row in await desk.of("messages")} == {"high", "low"}


async def test_body_of_several_channels_gives_each_its_own_items(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    mine, other = json.loads(body(desk, 1, "mine")), json.loads(body(desk, 2, "others"))
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "somebody else"
    mine["entry"] += other["entry"]
    await deliver(desk, json.dumps(mine).encode())
    await loop.step()
    assert [row["provider_id"] for row in await desk.of("messages")] == ["mine"]


async def test_unreadable_body_is_buried_and_replayable(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    bad, _ = await deliver(desk, b"[1, 2", body(desk, 1, "m1"))
    await loop.step()
    assert await states(desk) == ["dead", "done"]
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        count = await replay_deliveries(
            session,
            workspace_id=desk.workspace_id,
            ids=[bad],
            endpoints={},
            bodies={},
            now=desk.now,
            new_id=desk.new_id,
        )
    assert (count, await states(desk)) == (1, ["open", "done"])


async def test_poisonous_item_is_found_by_halves_and_stops_nobody(
    desk: ReceivingDesk, loop: ReceiveLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = story.withdraw_by_word

    async def refuse_poison(session: Session, channel: Channel, words: Any, **given: Any) -> None:
        """Fails late, when rows are written and events recorded: all of it must be undone."""
        if any(text == "POISON" for _, text, _ in words):
            await (await session.raw()).execute("select 1 / 0")
        await real(session, channel, words, **given)

    monkeypatch.setattr(story, "withdraw_by_word", refuse_poison)
    texts = ["fine"] * 20
    texts[7] = texts[13] = "POISON"
    await deliver(desk, *(body(desk, n % 4, f"m{n}", text) for n, text in enumerate(texts)))
    await loop.step()

    assert await states(desk) == ["done"] * 20
    stored = {row["provider_id"] for row in await desk.of("messages")}
    assert stored == {f"m{n}" for n in range(20)} - {"m7", "m13"}
    failed = await desk.of("failed_items")
    assert len(failed) == 2
    assert "22012" in failed[0]["error"]
    assert "POISON" not in failed[0]["error"]
    for conversation in await desk.of("conversations"):
        seqs = await desk.rows("select seq from messages where conversation_id = $1 order by seq", conversation["id"])
        assert [row["seq"] for row in seqs] == list(range(1, conversation["last_seq"] + 1))
    events = await desk.events()
    assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
    assert [kind for _, kind in events].count("message_received") == 18

    monkeypatch.setattr(story, "withdraw_by_word", real)
    caller = Caller(desk.workspace_id, frozenset(), agent_id=desk.new_id())
    for row in failed:
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            await replay_failed_item(
                session,
                caller=caller,
                item_id=row["id"],
                channel_id=desk.channel.id,
                now=desk.now,
                new_id=desk.new_id,
            )
    assert len(await desk.of("messages")) == 20
    assert [row["state"] for row in await desk.of("failed_items")] == ["replayed", "replayed"]


async def test_outage_takes_the_whole_batch_again(
    desk: ReceivingDesk, loop: ReceiveLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failures = story.insert_messages, [asyncpg.DiskFullError("disk"), ConnectionResetError(), TimeoutError()]

    async def fail_at_first(connection: asyncpg.Connection, **given: object) -> int:
        if failures:
            raise failures.pop()
        return await real(connection, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(story, "insert_messages", fail_at_first)
    await deliver(desk, body(desk, 1, "m1"), body(desk, 2, "m2"))
    for _ in range(3):
        assert await loop._step_safely() is None
        assert await states(desk) == ["open", "open"]
        assert await desk.of("messages") == []
    assert await loop._step_safely() == 2
    assert len(await desk.of("messages")) == 2
    assert await desk.of("failed_items") == []


async def test_unknown_error_is_tried_twelve_times_and_then_buried(
    desk: ReceivingDesk, loop: ReceiveLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = story.receive_messages

    async def stumble(session: object, channel: object, items: object, **given: object) -> list[str]:
        if any(one.item.provider_id == "m1" for one in items):  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return await real(session, channel, items, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(story, "receive_messages", stumble)
    await deliver(desk, body(desk, 1, "m1"), body(desk, 2, "m2"))
    await loop.step()
    assert await states(desk) == ["open", "done"]
    assert await loop.step() == 0, "it waits for its time"
    for _ in range(TRIES - 1):
        loop._retry_at.clear()
        await loop.step()
    dead = (await desk.of("deliveries", order="id"))[0]
    assert (dead["state"], dead["error"]) == ("dead", "ZeroDivisionError")


async def test_host_without_the_fence_writes_nothing(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    await deliver(desk, body(desk, 1, "m1"))
    await desk.connection.execute("update leases set fence = 2 where name = $1", desk.lease)
    with pytest.raises(FenceLost):
        await loop.step()
    assert await states(desk) == ["open"]
    assert await desk.of("messages") == []


async def test_body_from_the_blobs_and_a_missing_one(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    assert isinstance(loop.blobs, NoBlobs)
    loop.blobs.bodies["here"] = body(desk, 1, "m1")
    for key in ("here", "gone"):
        id = desk.new_id()
        line = DeliveryLine(id, id, desk.workspace_id, desk.endpoint_id, desk.channel.id, None, key, desk.now)
        await insert_deliveries(desk.connection, [line])
    await loop.step()
    assert await states(desk) == ["done", "dead"]


async def test_delivery_for_nobody_is_routed_once_its_channel_exists(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    id = desk.new_id()
    line = DeliveryLine(id, id, desk.workspace_id, desk.endpoint_id, None, body(desk, 1, "m1"), None, desk.now)
    await insert_deliveries(desk.connection, [line])
    assert await states(desk) == ["unroutable"]
    endpoint = Endpoint(
        id=desk.endpoint_id,
        workspace_id=desk.workspace_id,
        types=(desk.channel.type,),
        secrets=EndpointSecrets(),
        channels={(desk.channel.type.manifest.type, AccountRef("address", desk.channel.address)): (desk.channel.id,)},
        body_limit_bytes=1000,
    )
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await replay_deliveries(
            session,
            workspace_id=desk.workspace_id,
            ids=[id],
            endpoints={endpoint.id: endpoint},
            bodies={},
            now=desk.now,
            new_id=desk.new_id,
        )
    assert await loop.step() == 1
    assert [row["provider_id"] for row in await desk.of("messages")] == ["m1"]


async def test_statuses_of_real_bodies_reach_their_attempts(desk: ReceivingDesk, loop: ReceiveLoop) -> None:
    await desk.receive(desk.message(1, "hello"))
    sent = await desk.add_outgoing(1)
    at = int((desk.now + timedelta(seconds=2)).timestamp())
    await deliver(
        desk,
        *(
            status_body(
                number=desk.channel.address,
                account=desk.channel.account,
                attempt_id=sent.attempt_id,
                provider_id="p1",
                status=status,
                at=at,
            )
            for status in ("read", "sent", "delivered")
        ),
    )
    await loop.step()
    attempt = await desk.one("select status, provider_id from attempts where id = $1", sent.attempt_id)
    assert (attempt["status"], attempt["provider_id"]) == (Status.READ, "p1")


async def test_large_bodies_are_parsed_away_from_the_loop(
    desk: ReceivingDesk, loop: ReceiveLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receive_loop, "_THREAD_FROM_BYTES", 10)
    await deliver(desk, body(desk, 1, "m1"))
    await loop.step()
    assert len(await desk.of("messages")) == 1
