"""What arrives becomes rows and events, once, in order, whoever else is writing."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio

from tests.receiving_desk import ReceivingDesk, by_phone, open_receiving_desk, party
from threadline.channels.contract import MediaSource, Quote, Referral
from threadline.core.content import Text
from threadline.core.message import Status


@pytest_asyncio.fixture
async def desk(database_url: str) -> AsyncIterator[ReceivingDesk]:
    async with open_receiving_desk(database_url) as opened:
        yield opened


async def test_first_message_makes_contact_conversation_message_and_events(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(party(1, name="Ana", phone="+49170"), "m1", "Hi"))

    contact = (await desk.of("contacts"))[0]
    conversation = (await desk.of("conversations"))[0]
    message = (await desk.of("messages"))[0]
    assert (contact["name"], contact["phone"]) == ("Ana", "+49170")
    assert {row["value"] for row in await desk.of("addresses")} == {"u1", "+49170"}
    assert conversation["contact_id"] == contact["id"]
    assert (conversation["state"], conversation["last_seq"], conversation["incoming_count"]) == ("open", 1, 1)
    assert conversation["waiting_since"] == desk.now
    assert conversation["window_closes_at"] == desk.now + timedelta(hours=24)
    assert conversation["first_message_id"] == conversation["last_message_id"] == message["id"]
    assert (message["seq"], message["direction"], message["author_id"]) == (1, "incoming", contact["id"])
    assert await desk.events() == [(1, "conversation_started"), (2, "message_received")]
    assert (await desk.of("reaches"))[0]["window_closes_at"] == desk.now + timedelta(hours=24)


async def test_repeats_change_nothing_in_the_batch_or_later(desk: ReceivingDesk) -> None:
    first, second = desk.message(1, "m1", "one"), desk.message(1, "m2", "two")
    await desk.receive(first, second, first)
    before = await desk.state()
    assert len(before["messages"]) == 2
    desk.advance(minutes=3)
    await desk.receive(second, first)
    await desk.receive(first)
    assert await desk.state() == before


async def test_day_replayed_in_any_order_and_pieces_changes_nothing(desk: ReceivingDesk) -> None:
    items = [desk.message(n % 4, f"m{n}", provider_at=desk.now + timedelta(seconds=n)) for n in range(40)]
    items += [desk.message(5, f"untimed{n}", provider_at=None) for n in range(5)]
    await desk.receive(*items)
    before = await desk.state()
    chance = random.Random(7)
    for _ in range(6):
        chance.shuffle(items)
        cut = chance.randrange(1, len(items))
        desk.advance(hours=1)
        await desk.receive(*items[:cut])
        await desk.receive(*items[cut:])
    assert await desk.state() == before


async def test_replay_across_a_partition_boundary_is_known(desk: ReceivingDesk) -> None:
    old = [desk.message(1, "old"), desk.message(1, "old-untimed", provider_at=None)]
    await desk.receive(*old)
    before = await desk.state()
    desk.advance(days=40)
    await desk.receive(*old)
    assert await desk.state() == before
    await desk.receive(desk.message(1, "new"))
    partitions = await desk.rows(
        "select distinct tableoid::regclass::text as name from messages where workspace_id = $1", desk.workspace_id
    )
    assert len(partitions) == 2


async def test_fifty_parallel_messages_of_a_new_person_make_one_conversation(desk: ReceivingDesk) -> None:
    await asyncio.gather(*(desk.receive(desk.message(party(1, phone="+1"), f"m{n}")) for n in range(50)))

    assert len(await desk.of("contacts")) == 1
    assert len(await desk.of("addresses")) == 2
    conversation = (await desk.of("conversations"))[0]
    assert conversation["last_seq"] == conversation["incoming_count"] == 50
    assert [row["seq"] for row in await desk.of("messages", "seq", "seq")] == list(range(1, 51))
    events = await desk.events()
    assert [seq for seq, _ in events] == list(range(1, 52))


async def test_same_message_stored_by_two_writers_at_once_is_one(desk: ReceivingDesk) -> None:
    item = desk.message(1, "m1")
    await asyncio.gather(*(desk.receive(item) for _ in range(8)))
    assert len(await desk.of("messages")) == 1
    assert (await desk.of("conversations"))[0]["last_seq"] == 1


async def test_messages_of_a_batch_keep_their_order_per_contact(desk: ReceivingDesk) -> None:
    await desk.receive(*(desk.message(n % 3, f"m{n}", f"text {n}") for n in range(30)))
    for conversation in await desk.of("conversations"):
        rows = await desk.rows(
            "select seq, provider_id from messages where workspace_id = $1 and conversation_id = $2 order by seq",
            desk.workspace_id,
            conversation["id"],
        )
        numbers = [int(row["provider_id"][1:]) for row in rows]
        assert numbers == sorted(numbers)
        assert [row["seq"] for row in rows] == list(range(1, 11))


async def test_message_within_seven_days_reopens_and_a_later_one_starts_anew(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    await _resolve(desk)
    desk.advance(days=6)
    await desk.receive(desk.message(1, "m2"))
    conversation = (await desk.of("conversations"))[0]
    assert (conversation["state"], conversation["last_seq"]) == ("open", 3)
    thread = await desk.of("messages", "seq, direction, author_kind, content, sort_at", "seq")
    assert [(row["seq"], row["direction"]) for row in thread] == [(1, "incoming"), (2, "line"), (3, "incoming")]
    line, reopening = thread[1:]
    assert json.loads(line["content"])["what"] == "reopened"
    assert (line["author_kind"], line["sort_at"]) == ("contact", reopening["sort_at"])
    assert conversation["incoming_count"] == 2
    assert conversation["resolved_at"] is None
    assert conversation["waiting_since"] == desk.now
    assert (await desk.events())[-2][1] == "conversation_changed"

    await _resolve(desk)
    desk.advance(days=8)
    await desk.receive(desk.message(1, "m3"))
    states = [(row["state"], row["last_seq"]) for row in await desk.of("conversations", order="created_at")]
    assert states == [("resolved", 3), ("open", 1)]
    assert (await desk.events())[-2][1] == "conversation_started"


async def test_snoozed_conversation_wakes_and_one_with_a_flow_stays_pending(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"), desk.message(2, "m2"))
    ids = [row["id"] for row in await desk.of("conversations")]
    for id, state in zip(ids, ("snoozed", "pending"), strict=True):
        await desk.connection.execute("update conversations set state = $2 where id = $1", id, state)
    await desk.receive(desk.message(1, "m3"), desk.message(2, "m4"))
    assert sorted(row["state"] for row in await desk.of("conversations")) == ["open", "pending"]


async def test_waiting_counts_from_the_first_question_after_our_answer(desk: ReceivingDesk) -> None:
    asked_at = desk.now
    await desk.receive(desk.message(1, "m1"))
    desk.advance(minutes=1)
    await desk.receive(desk.message(1, "m2"))
    assert (await desk.of("conversations"))[0]["waiting_since"] == asked_at
    await desk.receive(desk.message(1, "echo", by_business=True))
    conversation = (await desk.of("conversations"))[0]
    assert (conversation["waiting_since"], conversation["incoming_count"], conversation["last_seq"]) == (None, 2, 3)
    echo = (await desk.of("messages", order="seq"))[2]
    assert (echo["direction"], echo["author_kind"], echo["status"]) == ("outgoing", "phone_app", Status.SENT)


async def test_late_message_stands_where_it_arrived_with_its_written_time(desk: ReceivingDesk) -> None:
    late = desk.now - timedelta(hours=3)
    await desk.receive(
        desk.message(1, "punctual", provider_at=desk.now - timedelta(minutes=9)),
        desk.message(1, "late", provider_at=late),
        desk.message(1, "future", provider_at=desk.now + timedelta(days=30)),
    )
    placed = [(row["sort_at"], row["written_at"]) for row in await desk.of("messages", order="seq")]
    assert placed == [
        (desk.now - timedelta(minutes=9) + timedelta(microseconds=999_999), None),
        (desk.now, late),
        (desk.now, desk.now + timedelta(days=30)),
    ]


async def test_window_follows_the_providers_time_and_never_goes_back(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    closes_at = desk.now + timedelta(hours=24)
    await desk.receive(desk.message(1, "late", provider_at=desk.now - timedelta(hours=20)))
    await desk.receive(desk.message(1, "future", provider_at=desk.now + timedelta(hours=20)))
    await desk.receive(desk.message(1, "no window", opens_window=False, provider_at=desk.now))
    assert (await desk.of("conversations"))[0]["window_closes_at"] == closes_at
    assert (await desk.of("reaches"))[0]["window_closes_at"] == closes_at
    desk.advance(hours=1)
    await desk.receive(desk.message(1, "m2"))
    assert (await desk.of("reaches"))[0]["window_closes_at"] == closes_at + timedelta(hours=1)


async def test_history_is_stored_quietly(desk: ReceivingDesk) -> None:
    written_at = desk.now - timedelta(days=100)
    await desk.receive(
        desk.message(1, "h1", from_history=True, provider_at=written_at),
        desk.message(1, "h2", from_history=True, by_business=True, provider_at=written_at + timedelta(minutes=1)),
    )
    conversation = (await desk.of("conversations"))[0]
    assert (conversation["state"], conversation["waiting_since"]) == ("resolved", None)
    assert (conversation["incoming_count"], conversation["last_seq"]) == (0, 2)
    assert conversation["window_closes_at"] is None
    assert (await desk.of("messages", order="seq"))[0]["sort_at"] == written_at

    await desk.receive(desk.message(1, "m1"))
    newest = (await desk.of("messages", order="seq"))[-1]
    await desk.receive(desk.message(1, "h3", from_history=True, provider_at=written_at))
    alive = (await desk.of("conversations"))[-1]
    assert alive["last_message_id"] == newest["id"]


async def test_quotes_find_messages_of_the_batch_and_of_the_past(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1"))
    sent = await desk.add_outgoing(1, status=Status.SENT, provider_id="ours")
    await desk.receive(
        desk.message(1, "m2", quote=Quote(provider_id="m1")),
        desk.message(1, "m3", quote=Quote(provider_id="m2")),
        desk.message(1, "m4", quote=Quote(provider_id="ours")),
        desk.message(1, "m5", quote=Quote(provider_id="nobody knows")),
    )
    ids = {row["provider_id"]: row for row in await desk.of("messages")}
    assert ids["m2"]["quoted_id"] == ids["m1"]["id"]
    assert ids["m3"]["quoted_id"] == ids["m2"]["id"]
    assert ids["m4"]["quoted_id"] == sent.message_id
    assert (ids["m5"]["quoted_id"], ids["m5"]["quoted_provider_id"]) == (None, "nobody knows")


async def test_file_is_pending_with_a_job_in_the_same_transaction(desk: ReceivingDesk) -> None:
    source = MediaSource(media_id="99", mime="image/jpeg", file_name="cat.jpg")
    photo = desk.message(
        1, "m1", content=None, source=source, media="image", caption="Look", referral=Referral(source_id="ad")
    )
    await desk.receive(photo)
    await desk.receive(photo)
    file = (await desk.of("files"))[0]
    message = (await desk.of("messages"))[0]
    assert (file["state"], file["declared_mime"], file["message_id"]) == ("pending", "image/jpeg", message["id"])
    assert message["file_ids"] == [file["id"]]
    assert (message["kind"], '"caption": "Look"' in message["content"]) == ("media", True)
    jobs = await desk.rows("select payload from pgqueuer where entrypoint = 'fetch_media'")
    assert [str(file["id"]) in bytes(job["payload"]).decode() for job in jobs].count(True) == 1


async def test_word_stop_withdraws_marketing_consent_and_start_gives_it(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1", " Stop. "), desk.message(2, "m2", "please stop calling"))
    assert [(row["category"], row["is_given"]) for row in await desk.of("consents")] == [("marketing", False)]
    desk.advance(seconds=5)
    await desk.receive(desk.message(1, "m3", "START"))
    assert [row["is_given"] for row in await desk.of("consents")] == [True]


async def test_a_blocked_contact_is_kept_and_calls_nobody(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1", "Hello"))
    await _resolve(desk)
    await desk.connection.execute("update contacts set blocked_at = now()")
    desk.advance(minutes=1)
    await desk.receive(desk.message(1, "m2", "Why do you not answer?"))
    conversation = (await desk.of("conversations"))[0]
    assert (conversation["state"], conversation["waiting_since"], conversation["last_seq"]) == ("resolved", None, 2)
    assert len(await desk.of("messages")) == 2
    assert [data.get("is_muted") for data in await _received(desk)] == [None, True]
    await desk.connection.execute("update contacts set blocked_at = null, muted_at = now()")
    await desk.receive(desk.message(1, "m3", "Hello?"))
    conversation = (await desk.of("conversations"))[0]
    assert conversation["state"] == "open", "who is muted waits like everybody"
    assert conversation["waiting_since"] is not None
    assert [data.get("is_muted") for data in await _received(desk)] == [None, True, True]


async def _received(desk: ReceivingDesk) -> list[dict[str, bool]]:
    rows = await desk.connection.fetch(
        "select data::text as data from events where workspace_id = $1 and kind = 'message_received' order by seq",
        desk.workspace_id,
    )
    return [json.loads(row["data"]) for row in rows]


async def test_known_contact_takes_new_name_unless_we_named_it(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(party(1, name="Ana"), "m1"))
    await desk.receive(desk.message(party(1, name="Ana Maria", handle="ana"), "m2"))
    assert (await desk.of("contacts"))[0]["name"] == "Ana Maria"
    assert (3, "contact_changed") in [(seq, kind) for seq, kind in await desk.events()]
    await desk.connection.execute("update contacts set name = 'Mrs A', is_name_ours = true")
    await desk.receive(desk.message(party(1, name="Other"), "m3"))
    assert (await desk.of("contacts"))[0]["name"] == "Mrs A"


async def test_number_finds_a_contact_without_own_id_and_gives_it_one(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(by_phone("+1", name="Ana"), "m1"))
    await desk.receive(desk.message(party(1, phone="+1"), "m2"))
    await desk.receive(desk.message(party(1), "m3"))
    assert len(await desk.of("contacts")) == 1
    assert (await desk.of("conversations"))[0]["last_seq"] == 3


async def test_number_does_not_join_people_with_different_own_ids(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(party(1, phone="+1"), "m1"))
    await desk.receive(desk.message(party(2, phone="+1"), "m2"))
    assert len(await desk.of("contacts")) == 2
    await desk.receive(desk.message(party(3, phone="+7"), "m3"), desk.message(party(4, phone="+7"), "m4"))
    assert len(await desk.of("contacts")) == 4


async def test_events_carry_no_text_name_or_number(desk: ReceivingDesk) -> None:
    secret = "Marker"
    await desk.receive(desk.message(party(secret, name=secret, phone=f"+{secret}"), f"m-{secret}", secret))
    rows = await desk.rows(
        "select row_to_json(e)::text as line from events e where workspace_id = $1", desk.workspace_id
    )
    assert len(rows) == 2
    assert all(secret not in row["line"] for row in rows)


async def test_text_content_is_stored_whole(desk: ReceivingDesk) -> None:
    await desk.receive(desk.message(1, "m1", content=Text(text='Zażółć \U0001f44d "quoted" \\ \n end')))
    stored = await desk.one("select content->>'text' as text from messages where workspace_id = $1", desk.workspace_id)
    assert stored["text"] == 'Zażółć \U0001f44d "quoted" \\ \n end'


async def _resolve(desk: ReceivingDesk) -> None:
    await desk.connection.execute(
        "update conversations set state = 'resolved', resolved_at = $2, waiting_since = null where workspace_id = $1"
        " and state <> 'resolved'",
        desk.workspace_id,
        desk.now,
    )
