"""Webhooks of every bad kind over real HTTP: the answer each gets, and what is stored of it (R2, R3, R26)."""

import asyncio
import gzip
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.history import check_history, read_history
from tests.faults.house import House, running_house
from tests.faults.provider import Provider
from tests.faults.town import Town
from threadline.channels.registry import channel_type

pytestmark = [pytest.mark.faults, pytest.mark.slow]

BODY_LIMIT_BYTES = channel_type("whatsapp").manifest.body_limit_bytes


@pytest.fixture(scope="module")
async def house(folder: Path, seed: int) -> AsyncIterator[House]:
    async with running_house(folder / "house", seed=seed, REQUEST_TIMEOUT_S="2") as started:
        yield started


@pytest.fixture
def provider(house: House, request: pytest.FixtureRequest) -> Provider:
    """Each test's ids are its own."""
    return Provider(house, f"{abs(hash(request.node.name)):x}")


async def _lines(house: House) -> Counter[str]:
    rows = await house.query("select state, count(*) as count from deliveries group by state")
    return Counter({row["state"]: row["count"] for row in rows})


# Nobody's, and not even readable ----------------------------------------------------------------------------------


async def test_wrongly_signed_is_refused_and_leaves_nothing(house: House, provider: Provider) -> None:
    body, other = provider.body_of(provider.message()), provider.body_of(provider.message())
    before = await _lines(house)
    plain = {"Content-Type": "application/json"}
    for headers in (
        provider.headers(body, secret="somebody else's"),
        provider.headers(other),
        plain,
        plain | {"X-Hub-Signature-256": ""},
        plain | {"X-Hub-Signature-256": "sha256="},
        plain | {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        plain | {"X-Hub-Signature-256": "sha256=" + "é" * 64},
        plain | {"X-Hub-Signature": provider.headers(body)["X-Hub-Signature-256"].replace("sha256", "sha1")},
    ):
        assert await provider.post(body, headers=headers) == 401
    assert await _lines(house) == before
    assert await provider.stored() == []


async def test_wrongly_signed_between_good_ones_stops_nobody(house: House, seed: int) -> None:
    """The simulator goes on posting what was refused, in vain; the others flow, at any disorder."""
    town = Town(house, random.Random(seed), customer_pause_s=0.4, agent_pause_s=60)
    await house.control("knobs", {"retry_ladder_s": [0.1, 0.3, 1.0], "batch_mode": "messages", "linger_s": 0.05})
    await town.open(10, first_phone=4915288800000)
    for kind in ("duplicate_post", "duplicate_update", "reorder", "delay", "drop_first", "extra_keys", "unknown_field"):
        await house.control("faults/webhooks", {"kind": kind, "probability": 0.2, "delay_s": 0.7})
    async with town.busy():
        for _ in range(6):
            await asyncio.sleep(0.8)
            body = Provider(house, "stranger").body_of(Provider(house, "stranger").message())
            app_id = house.box["app_id"]
            await house.control("webhooks/raw", {"app_id": app_id, "body": body.decode(), "signature": "wrong"})
    await house.control("faults/webhooks", method="DELETE")
    await house.control("knobs", {"batch_mode": "single", "linger_s": 0})

    async def delivered() -> bool:
        undelivered = (await house.control("webhooks"))["undelivered"]
        return len(undelivered) == 6 and all(one["fields"] == ["raw"] for one in undelivered)

    await house.wait_for("everything but the six strangers is taken", delivered, within_s=20)
    await Provider(house, "none").is_quiet()
    check_history(await read_history(house, town.ledger))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\x00\xff\xfe\x80 not text",
        b'{"object": "whatsapp_business_account"}',
        b'{"object": "whatsapp_business_account", "entry": 7}',
        b'{"object": "whatsapp_business_account", "entry": [null, 7, {"id": []}]}',
        b'{"entry": [' * 2_000,
        b"[" * 100_000,
        b'{"object": "page", "entry": [{"id": "1", "messaging": []}]}',
    ],
    ids=lambda body: repr(body[:32]),
)
async def test_genuine_but_unreadable_is_kept_for_the_admin(house: House, provider: Provider, body: bytes) -> None:
    """Signed by the app, so it is accepted and never lost; it belongs to nobody, or it is dead: both are shown (R2)."""
    before = await _lines(house)
    assert await provider.post(body) == 200
    await provider.is_quiet()
    after = await _lines(house)
    assert (after - before).total() == 1
    assert after["unroutable"] + after["dead"] == before["unroutable"] + before["dead"] + 1
    await _is_well(house)


async def test_unknown_number_of_a_known_app_is_kept_and_shown(house: House, provider: Provider) -> None:
    body = provider.body(provider.change([provider.message()], number_id="1"), account_id="1")
    assert await provider.post(body) == 200
    status, page = await house.api("GET", "/deliveries?state=unroutable")
    assert status == 200
    assert page["items"], "an admin sees what nobody took"
    assert await provider.stored() == []


async def test_oversized_is_refused_unread(house: House, provider: Provider) -> None:
    body = provider.body_of(provider.message("x" * BODY_LIMIT_BYTES))
    before = await _lines(house)
    assert await provider.post(body) in (413, None), "None: the connection was closed before all was read"
    assert await _post_in_chunks(provider, body) in (413, None)
    assert await _lines(house) == before
    just_within = provider.message()
    filler = BODY_LIMIT_BYTES - len(provider.body_of({**just_within, "padding": ""}))
    body = provider.body_of({**just_within, "padding": "x" * filler})
    assert len(body) == BODY_LIMIT_BYTES
    assert await provider.post(body) == 200
    await provider.wait_until_stored([just_within["id"]])


async def _post_in_chunks(provider: Provider, body: bytes) -> int | None:
    """Without a content length: only counting finds out."""

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 256 * 1024):
            yield body[start : start + 256 * 1024]

    return await provider.house.status_of(
        provider.house.hook_url, data=chunks(), headers=provider.headers(body), timeout_s=15
    )


async def test_other_methods_addresses_and_codings_are_refused(house: House, provider: Provider) -> None:
    body = provider.body_of(provider.message())
    before = await _lines(house)
    packed = gzip.compress(body)
    assert await provider.post(packed, headers=provider.headers(packed) | {"Content-Encoding": "gzip"}) == 415
    for path in ("/hooks/", "/hooks/short", "/hooks/" + "0" * 32, "/hooks/" + "x" * 5_000):
        status = await house.status_of(house.url + path, data=body, headers=provider.headers(body))
        assert status in (404, 414), path
    for method in ("PUT", "DELETE", "PATCH", "GET"):
        async with house.http.request(method, house.hook_url, data=body, headers=provider.headers(body)) as answer:
            assert answer.status in (403, 405), method
    assert await house.status_of(house.hook_url + "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=no") == 403
    assert await _lines(house) == before


# Repeated and out of order -------------------------------------------------------------------------------------------


async def test_many_copies_at_once_and_later_are_one_message(house: House, provider: Provider) -> None:
    message = provider.message()
    body = provider.body_of(message)
    assert await asyncio.gather(*(provider.post(body) for _ in range(25))) == [200] * 25
    await provider.wait_until_stored([message["id"]])
    position = await _feed_position(house)
    assert await asyncio.gather(*(provider.post(body) for _ in range(5))) == [200] * 5
    await provider.is_quiet()
    assert await provider.stored() == [message["id"]]
    assert await _feed_position(house) == position, "a repeat announces nothing"


async def test_repeat_does_not_move_a_message_behind_those_after_it(house: House, provider: Provider) -> None:
    """Found by killing the worker: a backlog with repeats was stored in the order of the last copies."""
    messages = [provider.message() for _ in range(3)]
    bodies = [provider.body_of(one) for one in messages]
    house.worker.kill()
    for body in (*bodies, bodies[0], bodies[1]):
        assert await provider.post(body) == 200
    house.worker.start()
    await provider.wait_until_stored([one["id"] for one in messages], within_s=30)
    assert await provider.stored() == [one["id"] for one in messages]


async def test_repeat_without_its_time_is_known(house: House, provider: Provider) -> None:
    """Such a repeat was taken for new, met the message it repeats, and blocked its channel for ever."""
    message = provider.message()
    assert await provider.post(provider.body_of(message)) == 200
    await provider.wait_until_stored([message["id"]])
    for at in ("", "tomorrow", "0", "-1", "99999999999999999999"):
        assert await provider.post(provider.body_of({**message, "timestamp": at})) == 200
        await provider.is_quiet()
    del message["timestamp"]
    assert await provider.post(provider.body_of(message)) == 200
    await provider.is_quiet()
    assert await provider.stored() == [message["id"]]


async def test_repeat_with_a_time_of_what_had_none_is_known(house: House, provider: Provider) -> None:
    message = provider.message()
    assert await provider.post(provider.body_of({**message, "timestamp": "?"})) == 200
    await provider.wait_until_stored([message["id"]])
    assert await provider.post(provider.body_of(message)) == 200
    assert await provider.post(provider.body_of({**message, "timestamp": "?"})) == 200
    await provider.is_quiet()
    assert await provider.stored() == [message["id"]]


async def test_status_before_its_message_is_known_waits_and_harms_nobody(house: House, provider: Provider) -> None:
    status: dict[str, Any] = {
        "id": "wamid.never-sent",
        "status": "delivered",
        "timestamp": str(int(time.time())),
        "recipient_id": provider.phone,
    }
    message = provider.message()
    assert await provider.post(provider.body(provider.change([message], [status]))) == 200
    await provider.wait_until_stored([message["id"]])
    rows = await house.query("select kind from parked_items where target_provider_id = 'wamid.never-sent'")
    assert [row["kind"] for row in rows] == ["status"]


async def test_reaction_before_its_target_finds_it_later(house: House, provider: Provider) -> None:
    target = provider.message()
    reaction = provider.message()
    reaction |= {"type": "reaction", "reaction": {"message_id": target["id"], "emoji": "👍"}}
    del reaction["text"]
    assert await provider.post(provider.body_of(reaction)) == 200
    await provider.is_quiet()
    assert await provider.post(provider.body_of(target)) == 200
    await provider.wait_until_stored([target["id"]])

    async def has_reaction() -> bool:
        rows = await house.query(
            "select r.emoji from reactions r join messages m on m.id = r.message_id where m.provider_id = $1",
            target["id"],
        )
        return [row["emoji"] for row in rows] == ["👍"]

    await house.wait_for("the reaction stands under its message", has_reaction, within_s=10)


async def test_late_and_future_times_are_shown_where_somebody_looks(house: House, provider: Provider) -> None:
    """A provider's time far from ours neither hides a message nor keeps it on top (R5)."""
    now = time.time()
    old, future = provider.message(at=now - 3 * 86400), provider.message(at=now + 3 * 86400)
    assert await provider.post(provider.body_of(old)) == 200
    assert await provider.post(provider.body_of(future)) == 200
    await provider.wait_until_stored([old["id"], future["id"]])
    rows = await house.query(
        "select abs(extract(epoch from sort_at) - $2) as off_s, written_at is not null as is_marked from messages"
        " where starts_with(provider_id, $1)",
        f"wamid.{provider.name}.",
        now,
    )
    assert all(row["off_s"] < 60 and row["is_marked"] for row in rows)


# Good and bad in one -------------------------------------------------------------------------------------------------

BAD_PARTS: dict[str, dict[str, Any]] = {
    "text is a number": {"text": 5},
    "text is missing": {"text": None},
    "text with a null character": {"text": {"body": "before\0after"}},
    "lone surrogate": {"text": {"body": "SURROGATE"}},
    "time is a word": {"timestamp": "tomorrow"},
    "time is before everything": {"timestamp": "-99999999999999"},
    "time is after everything": {"timestamp": "99999999999999999999"},
    "type is an object": {"type": {"a": 1}},
    "sender is a list": {"from": ["4915799000002"]},
    "no sender": {"from": None},
    "unknown type": {"type": "hologram", "hologram": {"depth": 3}},
    "image without an id": {"type": "image", "image": {}},
    "huge text": {"text": {"body": "x" * 300_000}},
    "location beyond the earth": {"type": "location", "location": {"latitude": 1e9, "longitude": "east"}},
    "contacts are words": {"type": "contacts", "contacts": ["Ana"]},
}


@pytest.mark.parametrize("fault", BAD_PARTS, ids=lambda name: name.replace(" ", "_"))
async def test_batch_with_one_bad_part_keeps_the_good_ones(house: House, provider: Provider, fault: str) -> None:
    before, bad, after = provider.message(), provider.message(**BAD_PARTS[fault]), provider.message()
    bad = {key: value for key, value in bad.items() if value is not None}
    body = provider.body(provider.change([before, {**bad, "phone": None}, after]))
    body = body.replace(b"SURROGATE", b"\\ud800")
    assert await provider.post(body) == 200
    good = [before["id"], after["id"]]

    async def good_ones_there() -> bool:
        return [one for one in await provider.stored() if one != bad["id"]] == good

    await house.wait_for("the good parts are stored in order", good_ones_there, within_s=15)
    await provider.is_quiet()
    is_stored = bad["id"] in await provider.stored()
    failed = await house.query("select count(*) as count from failed_items where item::text like $1", f"%{bad['id']}%")
    dead = await house.query("select count(*) as count from deliveries where state = 'dead'")
    assert is_stored or failed[0]["count"] == 1, f"the bad part has no end: {dead[0]['count']} deliveries are dead"
    await _is_well(house)


async def test_good_change_beside_a_broken_one_is_stored(house: House, provider: Provider) -> None:
    good = provider.message()
    changes: list[Any] = [
        {"field": "messages", "value": 7},
        {"field": "messages", "value": {"metadata": None, "messages": [7]}},
        {"field": "field_of_tomorrow", "value": {"new": [1]}},
        provider.change([good]),
        {"field": "messages"},
    ]
    assert await provider.post(provider.body(*changes)) == 200
    await provider.wait_until_stored([good["id"]])
    await _is_well(house)


async def test_thousand_updates_in_three_megabytes_are_all_stored_and_delay_nobody(
    house: House, provider: Provider
) -> None:
    """R31: a body at the provider's limits; small ones posted meanwhile do not wait for it."""
    messages = [provider.message("x" * 2_800, phone=f"4915777{n % 50:06d}") for n in range(1_000)]
    body = provider.body_of(*messages)
    assert 2_900_000 < len(body) < 3 * 1024 * 1024
    small = Provider(house, "small-beside-large")
    small_bodies = [small.body_of(small.message(phone="4915777999999")) for _ in range(40)]
    large = asyncio.create_task(provider.post(body))
    slowest_s = 0.0
    for small_body in small_bodies:
        started = time.monotonic()
        assert await small.post(small_body) == 200
        slowest_s = max(slowest_s, time.monotonic() - started)
    assert await large == 200
    assert slowest_s < 2.0
    await provider.wait_until_stored([one["id"] for one in messages], within_s=40)
    of_phone: dict[str, list[str]] = {}
    for one in messages:
        of_phone.setdefault(one["from"], []).append(one["id"])
    stored = await provider.stored()
    place = {id: position for position, id in enumerate(stored)}
    for ids in of_phone.values():
        assert ids == sorted(ids, key=place.__getitem__), "each customer's messages keep their order"
    await small.is_quiet()
    assert len(await small.stored()) == 40


# Clients that come slowly or leave -----------------------------------------------------------------------------------


async def test_client_that_leaves_or_drips_costs_nothing_and_loses_nothing(house: House, provider: Provider) -> None:
    message = provider.message()
    body = provider.body_of(message)
    before = await _lines(house)
    for part in (0, 10, len(body) - 1):
        _, writer = await _begin_post(provider, body)
        writer.write(body[:part])
        await writer.drain()
        writer.close()
    reader, writer = await _begin_post(provider, body)
    writer.write(body[:20])
    answer = await asyncio.wait_for(reader.readline(), 20)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 "), "a body that does not come is given up"
    assert await _lines(house) == before

    _, writer = await _begin_post(provider, body)
    writer.write(body)
    await writer.drain()
    writer.close()  # it leaves before the answer: what it gave in full may be stored, and a repeat is known
    assert await provider.post(body) == 200
    await provider.wait_until_stored([message["id"]])


async def _begin_post(provider: Provider, body: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(provider.house.hook_url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    headers = provider.headers(body) | {"Host": parts.netloc, "Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"POST {parts.path} HTTP/1.1\r\n{head}\r\n".encode())
    return reader, writer


async def _feed_position(house: House) -> int:
    return (await house.query("select max(last_seq) as seq from feed_counters"))[0]["seq"]


async def _is_well(house: House) -> None:
    """Whatever came before, the next one is taken, stored and nobody died."""
    after = Provider(house, f"well-{time.monotonic_ns()}")
    message = after.message()
    assert await after.post(after.body_of(message)) == 200
    await after.wait_until_stored([message["id"]])
    assert house.web.is_running
    assert house.worker.is_running
