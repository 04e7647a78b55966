"""Stored deliveries to stored, threaded, numbered, announced: the product's loop, and one at a time through the ORM."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, postmaster_of, running_postgres
from bench.ordinary import make_channel, make_sessions
from bench.ordinary_receive import OrdinaryPlan
from bench.processes import Child, Failed, Meter
from bench.product_receive import Received, store
from bench.sizes import Options
from bench.stock import Sent, add_outgoing, keep_bodies, make_contacts, mixed_bodies, receive_product

PART = "Deliveries to messages"
_FIRST_USER = 10**18
_SEED_CONTACTS = """
with made as (
    insert into ordinary_contacts (id, name, phone)
    select gen_random_uuid(), 'Customer ' || n, '+4477' || lpad(n::text, 8, '0') from generate_series(0, $2::int - 1) n
    returning id, phone
), users as (
    insert into ordinary_addresses (id, scheme, value, contact_id)
    select gen_random_uuid(), 'user', 'GB.' || ($1::bigint + right(phone, 8)::int), id from made
), phones as (
    insert into ordinary_addresses (id, scheme, value, contact_id)
    select gen_random_uuid(), 'phone', substr(phone, 2), id from made
), reaches as (
    insert into ordinary_reaches (id, channel_id, contact_id, last_inbound_at, window_closes_at)
    select gen_random_uuid(), $3, id, now(), now() + interval '1 day' from made
)
insert into ordinary_conversations (id, channel_id, contact_id, state, last_seq, last_activity_at)
select gen_random_uuid(), $3, id, 'open', 0, now() from made
"""
_SEED_MESSAGES = """
with sent as (
    select m.id as attempt_id, m.provider_id, gen_random_uuid() as message_id, c.id as conversation_id, m.n
    from unnest($2::uuid[], $3::text[]) with ordinality m (id, provider_id, n)
    join (select id, row_number() over () as place from ordinary_conversations) c on c.place = 1 + m.n % $4::int
), messages as (
    insert into ordinary_messages (id, channel_id, conversation_id, seq, direction, provider_id, sort_at, status,
                                   content)
    select message_id, $1, conversation_id, n, 'outgoing', provider_id, now(), 2, '{"text": "Yes"}' from sent
    returning id
)
insert into ordinary_attempts (id, message_id, conversation_id, provider_id, status)
select attempt_id, message_id, conversation_id, provider_id, 2 from sent
"""


async def measure(options: Options) -> list[Figure]:
    with running_postgres() as server:
        async with open_installation(server) as installation:
            figures = await _measure_alone(installation, options)
            return [*figures, await _measure_with_consequences(installation, options)]


async def _measure_alone(installation: Installation, options: Options) -> list[Figure]:
    sizes, before = options.sizes, load_average()
    await make_contacts(installation, range(sizes.contacts))
    ordinary_id = await _make_ordinary(installation, sizes.contacts)
    product: list[Received] = []
    one: list[Received] = []
    eight: list[Received] = []
    notes: list[str] = []
    for _turn in range(sizes.turns):
        sent = await add_outgoing(installation, sizes.received // 5)
        customers = range(sizes.contacts)
        bodies = mixed_bodies(sizes.received, number=installation.numbers[0], customers=customers, sent=sent)
        await installation.query(_SEED_MESSAGES, ordinary_id, *_columns(sent), sizes.contacts)
        meter = Meter({}, {"PostgreSQL": postmaster_of(installation.server)})
        received, note = await _receive_metered(installation, bodies, meter)
        product.append(received)
        notes.append(note)
        few = sizes.ordinary_received
        one.append(await _receive_ordinary(installation, ordinary_id, bodies[:few], parallel=1))
        eight.append(await _receive_ordinary(installation, ordinary_id, bodies[few : 2 * few], parallel=8))
    await _check_stored(installation)
    rate, rate_one, rate_eight = (statistics.median(r.per_second for r in runs) for runs in (product, one, eight))
    return [
        Figure(
            part=PART,
            name="stored, threaded, numbered, announced",
            unit="/s",
            measured=rate,
            target=8000,
            ordinary=rate_one,
            note=notes[-1],
            load_average=before,
        ),
        Figure(
            part=PART, name="over one at a time", unit="×", measured=rate / rate_one, target=20, load_average=before
        ),
        Figure(
            part=PART,
            name="over eight in parallel",
            unit="×",
            measured=rate / rate_eight,
            note=f"the ordinary way: {rate_one:,.0f}/s one at a time, {rate_eight:,.0f}/s with eight in parallel",
            load_average=before,
        ),
    ]


async def _receive_metered(installation: Installation, bodies: Sequence[bytes], meter: Meter) -> tuple[Received, str]:
    """What storing the deliveries cost is in PostgreSQL's figure: the child stores them, then begins."""
    meter.start()
    received = await receive_product(installation, bodies)
    postgres = meter.used()["PostgreSQL"] / len(bodies) * 1e6
    if received.count != len(bodies):
        raise Failed(f"{received.count} of {len(bodies)} deliveries were received")
    note = f"CPU µs each: loop {received.cpu_s / len(bodies) * 1e6:,.0f}, PostgreSQL {postgres:,.0f} with storing them"
    return received, note


async def _receive_ordinary(
    installation: Installation, channel_id: UUID, bodies: Sequence[bytes], *, parallel: int
) -> Received:
    file = keep_bodies(installation.folder, bodies)
    plan = OrdinaryPlan(url=installation.database_url, channel_id=channel_id, file=str(file), parallel=parallel)
    child = await Child.begin("bench.ordinary_receive", plan)
    await child.ready()
    child.go()
    return msgspec.json.decode(await child.answer(), type=Received)


async def _measure_with_consequences(installation: Installation, options: Options) -> Figure:
    """The real worker: from the first batch it takes until nothing is open and every consumer has read the feed."""
    sizes, before = options.sizes, load_average()
    sent = await add_outgoing(installation, sizes.sustained // 5)
    bodies = mixed_bodies(sizes.sustained, number=installation.numbers[0], customers=range(sizes.contacts), sent=sent)
    await _let_consumers_catch_up(installation)
    first = await _position(installation)
    await store(installation.database_url, installation.workspace_id, installation.channel_ids[0], bodies)
    installation.worker.start()
    meter = installation.meter()
    meter.start()
    received_s, took_s = await _watch(installation, first)
    note = meter.each(len(bodies))
    events = await _position(installation) - first
    return Figure(
        part=PART,
        name="with all consequences, sustained",
        unit="/s",
        measured=len(bodies) / took_s,
        target=2500,
        note=f"received after {received_s:.1f} s, the last of {events:,} events followed after {took_s:.1f} s; {note}",
        load_average=before,
    )


async def _let_consumers_catch_up(installation: Installation) -> None:
    """What was received before is not what is measured."""
    installation.worker.start()
    try:
        await _watch(installation, 0)
    finally:
        await asyncio.to_thread(installation.worker.stop)


async def _watch(installation: Installation, first: int) -> tuple[float, float]:
    """Seconds from the first delivery closed until none is open, and until every consumer has the last event."""
    connection = await asyncpg.connect(installation.database_url)
    begun_at = received_at = None
    ends = time.monotonic() + 300
    try:
        while time.monotonic() < ends:
            row = await connection.fetchrow(
                "select f.last_seq,"
                " (select min(position) from consumers c where c.workspace_id = f.workspace_id) as read,"
                " (select count(*) from consumers c where c.workspace_id = f.workspace_id) as consumers,"
                " exists (select from deliveries where state = 'open' and channel_id = $2) as is_open"
                " from feed_counters f where workspace_id = $1",
                installation.workspace_id,
                installation.channel_ids[0],
            )
            now = time.monotonic()
            if begun_at is None and (row["last_seq"] > first or not row["is_open"]):
                begun_at = now
            if begun_at is not None and received_at is None and not row["is_open"]:
                received_at = now
            if received_at is not None and row["consumers"] >= 2 and row["read"] == row["last_seq"]:
                return received_at - (begun_at or now), now - (begun_at or now)
            await asyncio.sleep(0.02)
    finally:
        await connection.close()
    raise Failed(f"the worker did not catch up in 300 s:\n{installation.worker.tail()}")


async def _position(installation: Installation) -> int:
    rows = await installation.query(
        "select last_seq from feed_counters where workspace_id = $1", installation.workspace_id
    )
    return rows[0]["last_seq"]


async def _make_ordinary(installation: Installation, contacts: int) -> UUID:
    """Customers with an open conversation there, too. Returns the ordinary channel."""
    sessions = make_sessions(installation.database_url)
    channel_id = await make_channel(
        sessions, key="bench", secret=installation.app_secret, address=installation.numbers[0]
    )
    await sessions.kw["bind"].dispose()
    await installation.query(_SEED_CONTACTS, _FIRST_USER, contacts, channel_id)
    return channel_id


def _columns(sent: Sequence[Sent]) -> tuple[list[UUID], list[str]]:
    return [one.attempt_id for one in sent], [one.provider_id for one in sent]


async def _check_stored(installation: Installation) -> None:
    """Everything has its end: nothing open, nothing dead, nothing parked."""
    rows = await installation.query(
        "select (select count(*) from deliveries where state <> 'done') as left,"
        " (select count(*) from parked_items) as parked"
    )
    if rows[0]["left"] or rows[0]["parked"]:
        raise Failed(f"{rows[0]['left']} deliveries have no end, {rows[0]['parked']} items are parked")
