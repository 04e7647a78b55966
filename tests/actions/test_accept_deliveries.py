"""The delivery writer: shared commits, bounded waiting, and nobody's data error is anybody else's."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import asyncpg
import pytest

from threadline.actions.accept_deliveries import BodyRefused, DeliveryWriter, Endpoint, lines_of, route
from threadline.channels.contract import AccountRef, EndpointSecrets
from threadline.channels.registry import all_channel_types
from threadline.core.errors import Unavailable
from threadline.infra.clock import new_id, utc_now
from threadline.store.deliveries import DeliveryLine

CHANNEL = uuid4()


def line(body: bytes = b"{}") -> DeliveryLine:
    id = new_id()
    return DeliveryLine(id, id, uuid4(), uuid4(), CHANNEL, body, None, utc_now())


class Store:
    """Writes down what it is given; waits while `is_slow`."""

    def __init__(self) -> None:
        self.flushes: list[list[bytes | None]] = []
        self.may_go = asyncio.Event()
        self.may_go.set()
        self.errors: list[Exception] = []

    async def __call__(self, lines: Sequence[DeliveryLine]) -> None:
        bodies = [one.body for one in lines]
        self.flushes.append(bodies)
        await self.may_go.wait()
        if self.errors:
            raise self.errors.pop(0)
        if b"poison" in bodies:
            raise asyncpg.DataError("bad")


def writer_of(store: Store, **limits: float) -> tuple[DeliveryWriter, list[frozenset[str]]]:
    hints: list[frozenset[str]] = []
    return DeliveryWriter(store, hints=hints.append, **limits), hints  # type: ignore[arg-type]


async def test_whatever_waits_goes_out_together_when_the_last_flush_has_ended() -> None:
    store = Store()
    store.may_go.clear()
    writer, hints = writer_of(store)
    writes = [asyncio.create_task(writer.write([line()], size_bytes=2)) for _ in range(10)]
    await asyncio.sleep(0.01)
    more = [asyncio.create_task(writer.write([line()], size_bytes=2)) for _ in range(7)]
    await asyncio.sleep(0.01)
    store.may_go.set()
    await asyncio.gather(*writes, *more)
    assert [len(flush) for flush in store.flushes] == [10, 7]
    assert hints == [frozenset({f"deliveries:{CHANNEL}"})] * 2


async def test_flush_is_bounded_by_bodies_and_by_bytes() -> None:
    store = Store()
    writer, _ = writer_of(store, flush_bodies=4, flush_bytes=100)
    await asyncio.gather(*(writer.write([line()], size_bytes=10) for _ in range(6)))
    assert [len(flush) for flush in store.flushes] == [4, 2]
    store.flushes.clear()
    await asyncio.gather(*(writer.write([line()], size_bytes=60) for _ in range(3)))
    assert [len(flush) for flush in store.flushes] == [1, 1, 1]


async def test_data_error_is_only_its_own_bodys() -> None:
    store = Store()
    writer, _ = writer_of(store)
    bodies = [b"a", b"poison", b"c"]
    results = await asyncio.gather(
        *(writer.write([line(body)], size_bytes=1) for body in bodies), return_exceptions=True
    )
    assert [type(result) for result in results] == [type(None), BodyRefused, type(None)]
    assert store.flushes == [bodies, [b"a"], [b"poison"], [b"c"]]


async def test_outage_refuses_all_and_the_next_flush_works() -> None:
    store = Store()
    store.errors.append(ConnectionResetError())
    writer, hints = writer_of(store)
    results = await asyncio.gather(*(writer.write([line()], size_bytes=1) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [Unavailable] * 3
    assert hints == []
    await writer.write([line()], size_bytes=1)
    assert len(store.flushes) == 2


async def test_too_much_or_too_long_waiting_is_refused() -> None:
    store = Store()
    store.may_go.clear()
    writer, _ = writer_of(store, waiting_bytes=100, waiting_s=0.1)
    in_flight = asyncio.create_task(writer.write([line()], size_bytes=60))
    await asyncio.sleep(0.01)
    with pytest.raises(Unavailable):
        await writer.write([line()], size_bytes=60)
    waiting = asyncio.create_task(writer.write([line()], size_bytes=10))
    with pytest.raises(Unavailable):
        await asyncio.wait_for(waiting, 2)
    with pytest.raises(Unavailable):
        await asyncio.wait_for(in_flight, 2)
    store.may_go.set()
    await writer.drain()
    assert len(store.flushes) == 1, "what was in flight went on, what waited was not stored"
    await writer.write([line()], size_bytes=90)


async def test_request_that_went_away_does_not_cancel_its_flush() -> None:
    store = Store()
    store.may_go.clear()
    writer, hints = writer_of(store)
    gone = asyncio.create_task(writer.write([line()], size_bytes=1))
    stays = asyncio.create_task(writer.write([line()], size_bytes=1))
    await asyncio.sleep(0.01)
    gone.cancel()
    store.may_go.set()
    await stays
    assert len(hints) == 1
    assert [len(flush) for flush in store.flushes] == [2]


def test_lines_are_one_per_channel_and_one_for_the_unknown() -> None:
    channel_type = all_channel_types()[0]
    first, second = uuid4(), uuid4()
    endpoint = Endpoint(
        id=uuid4(),
        workspace_id=uuid4(),
        types=(channel_type,),
        secrets=EndpointSecrets(),
        channels={
            (channel_type.manifest.type, AccountRef("address", "1")): (first,),
            (channel_type.manifest.type, AccountRef("address", "2")): (second,),
        },
        body_limit_bytes=1,
    )

    def body(*numbers: str) -> bytes:
        changes = ",".join(
            f'{{"field":"messages","value":{{"metadata":{{"phone_number_id":"{number}"}},"messages":[]}}}}'
            for number in numbers
        )
        return f'{{"object":"whatsapp_business_account","entry":[{{"id":"acme","changes":[{changes}]}}]}}'.encode()

    routed = route(endpoint, body("1", "2", "3"))
    assert (set(routed.channel_ids), routed.has_unknown) == ({first, second}, True)
    lines = lines_of(endpoint, routed, body=b"x", blob_key=None, now=utc_now(), new_id=new_id)
    assert [one.body for one in lines] == [b"x", None, None]
    assert {one.body_id for one in lines} == {lines[0].id}
    assert lines[-1].channel_id is None
    assert route(endpoint, b"\xff\x00 nonsense").channel_ids == ()
