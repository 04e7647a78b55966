"""The way out, on a real PostgreSQL and over real HTTP: order, limits, faults, and no unmarked second copy."""

import asyncio
import random
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from aiohttp import web

from tests.workers.courier import Courier, Provider, Request, refuse, running_provider
from tests.workers.outbox_world import QUICK, Desk, open_desk, until
from threadline.actions.pause_sending import pause_sending
from threadline.actions.settle_uncertain import settle_uncertain
from threadline.channels.contract import InboundStatus
from threadline.core.errors import CannotSend, WindowClosed
from threadline.core.message import SendClass, Status
from threadline.core.permission import Caller, Permission
from threadline.core.sending import message_status
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Http
from threadline.store.attempts import Outcome, OutcomeKind, insert_copies, record_outcomes, refresh_messages
from threadline.store.session import Database, Role

pytestmark = pytest.mark.asyncio


async def test_a_queued_message_leaves_and_is_shown_as_sent(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    assert (await desk.message(message.id))["status"] == 0
    assert (await desk.conversation(customer))["waiting_since"] is not None

    await desk.host()
    await until(lambda: desk.provider.texts("ana"), is_so=lambda texts: texts == ["Hello"])
    await desk.until_settled()

    [attempt] = await desk.attempts(message.id)
    assert (attempt["status"], attempt["provider_id"], attempt["try_no"]) == (2, "p-1", 1)
    assert (await desk.message(message.id))["status"] == 2
    conversation = await desk.conversation(customer)
    assert conversation["waiting_since"] is None
    assert conversation["assignee_id"] == desk.agent_id
    assert await desk.events("message_status_changed") == [{"status": "sent", "is_uncertain": False, "code": None}]


# Order -------------------------------------------------------------------------------------------------------------


async def test_order_is_kept_through_delays_and_refusals(desk: Desk) -> None:
    """Model of R5: whatever the provider does, each customer gets their messages in the order of acceptance."""
    chance = random.Random(20_26)

    async def plan(request: Request) -> web.StreamResponse | None:
        await asyncio.sleep(chance.random() * 0.03)
        return refuse("busy") if chance.random() < 0.1 and request.number < 150 else None

    desk.provider.plan = plan
    customers = await desk.add_customers(12)
    await desk.send_many(customers, 8)
    await desk.host()
    await desk.until_settled(40)
    for customer in customers:
        assert desk.provider.texts(customer.name) == [f"{customer.name}:{number}" for number in range(8)]


async def test_long_text_goes_in_parts_in_order_and_shows_its_least_advanced(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "a" * 100 + "b" * 100 + "c" * 50)

    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("bad") if request.text.startswith("c") else None

    desk.provider.plan = plan
    await desk.host()
    await desk.until_settled()
    assert [text[0] for text in desk.provider.texts("ana")] == ["a", "b"]
    assert [attempt["status"] for attempt in await desk.attempts(message.id)] == [2, 2, 3]
    shown = await desk.message(message.id)
    assert (shown["status"], shown["failure_code"]) == (3, "bad")
    conversation = await desk.conversation(customer)
    assert conversation["failed_count"] == 1
    assert conversation["waiting_since"] is not None


async def test_the_next_message_is_released_with_a_mark_after_a_minute(desk: Desk) -> None:
    customer = await desk.add_customer("ana")

    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("busy") if request.text == "first" else None

    desk.provider.plan = plan
    await desk.send(customer, "first")
    second = await desk.send(customer, "second")
    await desk.host()
    await until(lambda: desk.provider.requests, is_so=lambda requests: requests >= 1)
    await asyncio.sleep(0.5)
    assert desk.provider.texts() == []  # the first is between its tries, the second waits for it

    await desk.connection.execute(
        "update attempts set claimed_at = claimed_at - interval '61 seconds', due_at = least(due_at, now())"
        " where channel_id = $1 and claimed_at is not null",
        desk.channel_id,
    )
    await desk.connection.execute("update attempts set due_at = now() where message_id = $1", second.id)
    await until(desk.provider.texts, is_so=lambda texts: texts == ["second"])
    [attempt] = await desk.attempts(second.id)
    assert attempt["error_code"] == "out_of_order"


async def test_people_go_before_flows_before_broadcasts(desk: Desk) -> None:
    desk.settings["sends_per_second"] = "20"
    customers = await desk.add_customers(30)
    for number, customer in enumerate(customers):
        ranks = (SendClass.BROADCAST, SendClass.FLOW, SendClass.PERSON)
        rank = ranks[number % 3]
        await desk.send(customer, rank.name, send_class=rank)
    await desk.host()
    await desk.until_settled()
    assert desk.provider.texts() == ["PERSON"] * 10 + ["FLOW"] * 10 + ["BROADCAST"] * 10


# Limits ------------------------------------------------------------------------------------------------------------


async def test_no_second_sees_more_than_the_limit(desk: Desk) -> None:
    desk.settings["sends_per_second"] = "60"
    customers = await desk.add_customers(50)
    await desk.host()
    await desk.send_many(customers, 4)
    await desk.until_settled(30)
    assert len(desk.provider.seen) == 200
    assert desk.provider.most_in_a_second() <= 60
    took_s = desk.provider.seen[-1].at - desk.provider.seen[0].at
    assert took_s < 200 / 60 * 1.35


async def test_one_customer_gets_no_more_than_the_pair_limit_and_others_do_not_wait(desk: Desk) -> None:
    desk.settings |= {"pair_interval_s": "0.5", "pair_burst": "3"}
    busy, calm = await desk.add_customer("busy"), await desk.add_customer("calm")
    for number in range(6):
        await desk.send(busy, f"busy:{number}")
    await desk.send(calm, "calm:0")
    await desk.host()
    await desk.until_settled()
    times = [seen.at for seen in desk.provider.seen if seen.to == "busy"]
    assert desk.provider.texts("busy") == [f"busy:{number}" for number in range(6)]
    assert times[2] - times[0] < 0.95, "three at once, where one after the other takes a second"
    assert times[3] - times[0] > 0.45
    assert times[5] - times[0] > 1.4
    [calm_at] = [seen.at for seen in desk.provider.seen if seen.to == "calm"]
    assert calm_at < times[3]


async def test_a_new_host_remembers_the_pair_limit(desk: Desk) -> None:
    desk.settings |= {"pair_interval_s": "2", "pair_burst": "2"}
    customer = await desk.add_customer("ana")
    await desk.send(customer, "1")
    await desk.send(customer, "2")
    first = await desk.host()
    await desk.until_settled()
    await first.end()
    await desk.send(customer, "3")
    await desk.host()
    await asyncio.sleep(0.8)
    assert desk.provider.texts() == ["1", "2"]
    await desk.until_settled()
    assert desk.provider.texts() == ["1", "2", "3"]


async def test_a_pair_refusal_stops_that_customer_only(desk: Desk) -> None:
    refused: list[float] = []

    async def plan(request: Request) -> web.StreamResponse | None:
        if request.to == "busy" and len(refused) < 2:
            refused.append(time.monotonic())
            return refuse("too_fast_for_you")
        return None

    desk.provider.plan = plan
    busy = await desk.add_customer("busy")
    calm = await desk.add_customers(5)
    await desk.send(busy, "busy:0")
    await desk.send_many(calm, 3)
    await desk.host()
    await desk.until_settled()
    [at] = [seen.at for seen in desk.provider.seen if seen.to == "busy"]
    assert refused[1] - refused[0] > 0.9
    assert at - refused[1] > 3.5
    assert max(seen.at for seen in desk.provider.seen if seen.to != "busy") < refused[1]


async def test_a_refusal_of_the_number_slows_it_down(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("too_fast") if request.number <= 3 else None

    desk.provider.plan = plan
    await desk.send_many(await desk.add_customers(10), 1)
    await desk.host()
    await desk.until_settled()
    assert sorted(desk.provider.texts()) == sorted(f"c{number}:0" for number in range(10))
    assert {attempt["status"] for attempt in await desk.attempts()} == {2}


async def test_a_burst_on_one_number_delays_no_other(
    desk: Desk, sending_database: Database, database_url: str, http: Http
) -> None:
    desk.settings["sends_per_second"] = "30"
    await desk.send_many(await desk.add_customers(60), 2)
    async with (
        running_provider() as other_provider,
        open_desk(sending_database, database_url, other_provider, http) as other,
    ):
        customer = await other.add_customer("calm")
        await desk.host()
        await other.host()
        await asyncio.sleep(0.3)
        started_at = time.monotonic()
        await other.send(customer, "quick")
        other.hosts[0].loop.wake()
        await other.until_settled()
        assert other.provider.seen[0].at - started_at < 0.3
        assert await desk.unsettled() > 50


# Faults ------------------------------------------------------------------------------------------------------------


async def test_what_was_provably_not_sent_goes_again_and_what_was_refused_fails(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        if request.text == "busy" and request.number <= 2:
            return refuse("busy")
        return refuse("bad") if request.text == "bad" else None

    desk.provider.plan = plan
    busy = await desk.send(await desk.add_customer("a"), "busy")
    bad = await desk.send(await desk.add_customer("b"), "bad")
    await desk.host()
    await desk.until_settled()
    [attempt] = await desk.attempts(busy.id)
    assert (attempt["status"], attempt["is_copy"]) == (2, False)
    assert attempt["try_no"] in (2, 3)
    assert [a["status"] for a in await desk.attempts(bad.id)] == [3]
    assert (await desk.message(bad.id))["failure_text"] == "Refused: bad."


async def test_an_unreachable_provider_costs_no_message(desk: Desk) -> None:
    """Nothing listens: refused connections prove that nothing was sent, so all of it waits and then goes, unmarked."""
    right_url, desk.provider.url = desk.provider.url, "http://127.0.0.1:9"
    customers = await desk.add_customers(8)
    await desk.send_many(customers, 1)
    host = await desk.host()
    await asyncio.sleep(2.5)
    assert {attempt["status"] for attempt in await desk.attempts()} <= {0, 1}
    await host.end()
    desk.provider.url = right_url
    await desk.host()
    await desk.until_settled(20)
    assert {(a["status"], a["is_copy"], a["uncertain_at"]) for a in await desk.attempts()} == {(2, False, None)}


async def test_a_server_error_is_uncertain_and_its_echo_settles_it_without_a_copy(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        request.provider.note(request)
        return web.Response(status=500)

    desk.provider.plan = plan
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    await desk.host(replace(QUICK, uncertain_wait_s=1.5))
    await until(lambda: desk.message(message.id), is_so=lambda row: row["is_uncertain"], within_s=5)
    [attempt] = await desk.attempts(message.id)
    assert (attempt["status"], attempt["uncertain_reason"]) == (1, "server")
    assert (await desk.conversation(customer))["waiting_since"] is not None
    await desk.echo(attempt["id"], 4)
    await asyncio.sleep(2)
    shown = await desk.message(message.id)
    assert (shown["status"], shown["is_uncertain"], shown["copies"]) == (4, False, 0)
    assert (await desk.conversation(customer))["waiting_since"] is None
    assert desk.provider.copies() == {"Hello": 1}


async def test_without_an_echo_a_reply_goes_once_more_with_a_mark(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        request.provider.note(request)
        return web.Response(status=500)

    desk.provider.plan = plan
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    await desk.host()
    await until(lambda: desk.provider.seen, is_so=lambda seen: len(seen) == 2)
    await asyncio.sleep(1.5)  # the copy is uncertain, too, and is not copied
    first, copy = await desk.attempts(message.id)
    assert (first["is_copy"], copy["is_copy"], copy["part"]) == (False, True, first["part"])
    shown = await desk.message(message.id)
    assert (shown["copies"], shown["is_uncertain"]) == (1, True)
    assert desk.provider.copies() == {"Hello": 2}
    await desk.echo(first["id"], 4)
    await desk.echo(copy["id"], 2)
    shown = await desk.message(message.id)
    assert (shown["status"], shown["copies"], shown["is_uncertain"]) == (4, 1, False)


async def test_an_uncertain_broadcast_is_held_with_its_mark(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return web.Response(status=500)

    desk.provider.plan = plan
    message = await desk.send(await desk.add_customer("ana"), "News", send_class=SendClass.BROADCAST)
    await desk.host()
    await until(lambda: desk.attempts(message.id), is_so=lambda rows: rows[0]["is_held"])
    await asyncio.sleep(0.5)
    assert desk.provider.requests == 1
    assert (await desk.message(message.id))["is_uncertain"]


async def test_a_killed_host_leaves_no_unmarked_second_copy(desk: Desk) -> None:
    """Killed in the middle, five times: what arrived twice has a marked attempt, and nothing is lost (R7)."""
    chance = random.Random(7)

    async def plan(request: Request) -> web.StreamResponse | None:
        if chance.random() < 0.5:
            request.provider.note(request)
            await asyncio.sleep(0.2 * chance.random())
            return web.json_response({"id": f"p-{request.number}"})
        await asyncio.sleep(0.2 * chance.random())
        return None

    desk.provider.plan = plan
    customers = await desk.add_customers(20)
    await desk.send_many(customers, 6)
    for _ in range(5):
        host = await desk.host()
        await asyncio.sleep(0.35)
        await host.kill()
    await desk.host()
    await desk.until_settled(40)
    arrived = desk.provider.copies()
    marked: dict[str, int] = {}
    for row in await desk.connection.fetch(
        """
        select m.content->>'text' as text, count(*) filter (where a.is_copy) as copies, m.copies as shown
        from attempts a join messages m on m.id = a.message_id where a.channel_id = $1 group by m.id, 1, 3
        """,
        desk.channel_id,
    ):
        marked[row["text"]] = row["copies"]
        assert row["copies"] == row["shown"]
    assert set(arrived) == {f"{customer.name}:{number}" for customer in customers for number in range(6)}
    assert {text: count for text, count in arrived.items() if count > 1 + marked[text]} == {}
    assert sum(marked.values()) > 0


async def test_a_claim_of_a_lost_host_is_judged_after_the_send_timeout_only(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        await asyncio.sleep(30)
        return None

    desk.provider.plan = plan
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    host = await desk.host()
    await until(lambda: desk.provider.requests, is_so=lambda requests: requests == 1)
    await host.kill()
    await desk.host(replace(QUICK, uncertain_wait_s=30))
    await asyncio.sleep(0.6)
    assert not (await desk.message(message.id))["is_uncertain"]
    await until(lambda: desk.message(message.id), is_so=lambda row: row["is_uncertain"])
    [attempt] = await desk.attempts(message.id)
    assert attempt["uncertain_reason"] == "host_lost"
    assert desk.provider.requests == 1


async def test_a_host_without_the_fence_claims_nothing(desk: Desk) -> None:
    old = await desk.host()
    await asyncio.sleep(0.1)
    await desk.host()
    await desk.hosts[1].kill()
    await desk.send(await desk.add_customer("ana"), "Hello")
    old.loop.wake()
    assert old.task is not None
    await asyncio.wait_for(old.task, 5)
    assert desk.provider.requests == 0


async def test_the_end_of_a_host_lets_requests_finish(desk: Desk) -> None:
    desk.provider.delay_s = 0.4
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    host = await desk.host()
    await until(lambda: host.loop.in_flight, is_so=lambda count: count == 1)
    await host.end()
    assert (await desk.message(message.id))["status"] == 2


async def test_a_slow_request_becomes_uncertain_at_the_end_of_a_host(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        await asyncio.sleep(30)
        return None

    desk.provider.plan = plan
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    host = await desk.host(replace(QUICK, drain_s=0.2))
    await until(lambda: desk.provider.requests, is_so=lambda count: count == 1)
    await host.end()
    [attempt] = await desk.attempts(message.id)
    assert attempt["uncertain_reason"] == "shutdown"


# Stops -------------------------------------------------------------------------------------------------------------


async def test_an_alarm_stops_the_channel_and_keeps_its_queue(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("locked_out")

    desk.provider.plan = plan
    customers = await desk.add_customers(6)
    await desk.host()
    await desk.send_many(customers, 2)
    row = await until(
        lambda: desk.connection.fetchrow("select * from channels where id = $1", desk.channel_id),
        is_so=lambda row: row["state"] == "paused",
    )
    assert row["paused_reason"] == "Refused: locked_out."
    await asyncio.sleep(0.5)
    asked = desk.provider.requests
    await asyncio.sleep(0.5)
    assert desk.provider.requests == asked <= 6
    assert {attempt["status"] for attempt in await desk.attempts()} == {0}
    assert len(await desk.events("channel_changed")) == 1

    desk.provider.plan = None
    await desk.connection.execute("update channels set state = 'connected' where id = $1", desk.channel_id)
    await desk.until_settled()
    assert len(desk.provider.seen) == 12


async def test_later_is_held_with_its_reason_and_goes_when_its_time_has_come(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("unpaid") if request.number == 1 else None

    desk.provider.plan = plan
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    await desk.host()
    shown = await until(lambda: desk.message(message.id), is_so=lambda row: row["failure_code"] == "unpaid")
    assert shown["status"] == 0
    assert (await desk.attempts(message.id))[0]["is_held"]
    await desk.connection.execute("update attempts set due_at = now() where message_id = $1", message.id)
    await until(lambda: desk.message(message.id), is_so=lambda row: row["status"] == 2)
    assert (await desk.message(message.id))["failure_code"] is None


async def test_a_day_in_the_queue_is_the_end(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    await desk.connection.execute(
        "update attempts set created_at = created_at - interval '24 hours' where message_id = $1", message.id
    )
    await desk.host()
    shown = await until(lambda: desk.message(message.id), is_so=lambda row: row["status"] == 3)
    assert (shown["failure_code"], shown["failure_help"]) == ("expired", "resend")
    assert shown["failure_reason"] == "expired"
    assert desk.provider.requests == 0


async def test_a_closed_window_is_believed(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("window")

    desk.provider.plan = plan
    customer = await desk.add_customer("ana")
    await desk.send(customer, "Hello")
    await desk.host()
    await desk.until_settled()
    with pytest.raises(WindowClosed):
        await desk.send(customer, "Hello?")


async def test_a_failed_answer_gives_the_old_waiting_time_back(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    before = (await desk.conversation(customer))["waiting_since"]
    message = await desk.send(customer, "Hello")
    await desk.host()
    await desk.until_settled()
    assert (await desk.conversation(customer))["waiting_since"] is None
    [attempt] = await desk.attempts(message.id)
    await desk.echo(attempt["id"], 3)
    conversation = await desk.conversation(customer)
    assert (conversation["waiting_since"], conversation["failed_count"]) == (before, 1)


async def test_a_customer_who_wrote_after_the_answer_is_waiting_since_then(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    await desk.send(customer, "Hello")
    later = await desk.receive(customer)
    await desk.host()
    await desk.until_settled()
    at = (await desk.message(later))["sort_at"]
    assert (await desk.conversation(customer))["waiting_since"] == at


async def test_a_status_that_came_first_is_never_lowered(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        await desk.echo(request.attempt_id, 5)
        return None

    desk.provider.plan = plan
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    await desk.host()
    await until(lambda: desk.attempts(message.id), is_so=lambda rows: rows[0]["provider_id"] is not None)
    assert (await desk.message(message.id))["status"] == 5


async def test_an_uncertain_message_does_not_hold_up_the_next(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return web.Response(status=500) if request.text == "first" else None

    desk.provider.plan = plan
    customer = await desk.add_customer("ana")
    await desk.send(customer, "first")
    await desk.send(customer, "second")
    await desk.host(replace(QUICK, uncertain_wait_s=30))
    await until(desk.provider.texts, is_so=lambda texts: texts == ["second"], within_s=3)


async def test_a_copy_is_not_sent_when_the_first_turns_out_to_have_arrived(desk: Desk) -> None:
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    await desk.connection.execute(
        "update attempts set status = 1, fence = 0, claimed_at = now(), uncertain_at = now() - interval '2 minutes'"
        " where message_id = $1",
        message.id,
    )
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        copies = await settle_uncertain(
            session,
            workspace_id=desk.workspace_id,
            channel_id=desk.channel_id,
            waited_s=60,
            not_before=UUID(int=0),
            now=utc_now(),
            new_id=new_id,
        )
    assert copies == 1
    first, _ = await desk.attempts(message.id)
    await desk.echo(first["id"], 4)
    await desk.host()
    await until(lambda: desk.attempts(message.id), is_so=lambda rows: len(rows) == 1)
    assert desk.provider.requests == 0
    assert (await desk.message(message.id))["copies"] == 0


async def test_paused_sending_keeps_the_queue_and_resuming_lets_it_go(desk: Desk) -> None:
    caller = Caller(workspace_id=desk.workspace_id, permissions=frozenset(Permission), agent_id=desk.agent_id)
    await desk.host()
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await pause_sending(session, caller=caller, is_paused=True, now=utc_now(), new_id=new_id)
    await desk.send_many(await desk.add_customers(5), 2)
    await asyncio.sleep(0.6)
    assert desk.provider.requests == 0
    assert "paused" in desk.hosts[0].loop.pause
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await pause_sending(session, caller=caller, is_paused=False, now=utc_now(), new_id=new_id)
    await desk.until_settled()
    assert len(desk.provider.seen) == 10


async def test_lost_database_connections_lose_and_double_nothing(desk: Desk, database_url: str) -> None:
    """Claims and outcomes whose commit was not answered: given back or written again, never sent twice unmarked."""
    desk.provider.delay_s = 0.05
    customers = await desk.add_customers(30)
    await desk.send_many(customers, 5)
    await desk.host()
    for _ in range(8):
        await asyncio.sleep(0.12)
        await desk.connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and application_name = 'threadline_engine'"
        )
    await desk.until_settled(30)
    arrived = desk.provider.copies()
    assert len(arrived) == 150
    assert set(arrived.values()) == {1}
    assert {(a["status"], a["is_copy"]) for a in await desk.attempts()} == {(2, False)}
    for customer in customers:
        assert desk.provider.texts(customer.name) == [f"{customer.name}:{number}" for number in range(5)]


async def test_a_clock_a_day_ahead_or_behind_changes_nothing(desk: Desk) -> None:
    for days in (1, -1):
        customer = await desk.add_customer(f"c{days}")
        await desk.host(utc_now=lambda days=days: utc_now() + timedelta(days=days))
        await desk.send(customer, "Hello")
        await desk.until_settled()
        assert desk.provider.texts(customer.name) == ["Hello"]
        await desk.hosts[-1].end()


async def test_the_database_shows_a_message_as_the_rule_does(desk: Desk) -> None:
    chance = random.Random(6)
    message = await desk.send(await desk.add_customer("ana"), "a" * 250)
    original = await desk.attempts(message.id)
    for _ in range(40):
        await desk.connection.execute("delete from attempts where is_copy")
        parts: list[list[Status]] = []
        for attempt in original:
            statuses = [Status(chance.randrange(7)) for _ in range(chance.choice([1, 1, 2, 3]))]
            parts.append(statuses)
            await desk.connection.execute("update attempts set status = $2 where id = $1", attempt["id"], statuses[0])
            for status in statuses[1:]:
                copy_id = new_id()
                async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
                    await insert_copies(session, desk.workspace_id, {attempt["id"]: copy_id})
                await desk.connection.execute("update attempts set status = $2 where id = $1", copy_id, status)
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            await refresh_messages(session, desk.workspace_id, [message.id])
        shown = await desk.message(message.id)
        assert (shown["status"], shown["copies"]) == (message_status(parts), sum(len(part) - 1 for part in parts))


async def test_a_claim_that_the_host_never_learned_of_is_given_back(desk: Desk) -> None:
    message = await desk.send(await desk.add_customer("ana"), "Hello")
    await desk.connection.execute(
        "update attempts set status = 1, try_no = 1, claimed_at = now(), fence = 1 where message_id = $1", message.id
    )
    await desk.host()  # with fence 1: the claim is its own, and it knows nothing of it
    await asyncio.sleep(0.3)
    assert desk.provider.requests == 0
    await _kill_a_claim_on_its_way(desk)
    await until(desk.provider.texts, is_so=lambda texts: texts == ["Hello"])
    [attempt] = await desk.attempts(message.id)
    assert (attempt["is_copy"], attempt["uncertain_at"]) == (False, None)


async def _kill_a_claim_on_its_way(desk: Desk) -> None:
    """Its first statement waits for a lock, and its connection dies over it: whether it counts, nobody can say."""

    async def kill() -> int:
        return await desk.connection.fetchval(  # pyright: ignore[reportReturnType] - a count is a number
            "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database()"
            " and application_name = 'threadline_engine' and wait_event_type = 'Lock'"
        )

    async with desk.connection.acquire() as other, other.transaction():
        await other.execute("select from leases for update")
        await until(kill, is_so=lambda killed: killed > 0)


async def test_an_outcome_that_is_written_twice_changes_nothing(desk: Desk) -> None:
    """The commit of a retry's outcome was not answered, the attempt was claimed again, the outcome is written again."""
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    [attempt] = await desk.attempts(message.id)
    await desk.connection.execute("update attempts set status = 1, try_no = 2 where id = $1", attempt["id"])
    late = Outcome(
        attempt_id=attempt["id"],
        conversation_id=customer.conversation_id,
        contact_id=customer.contact_id,
        message_id=message.id,
        try_no=1,
        kind=OutcomeKind.RETRY,
    )
    for outcome, status in ((late, 1), (replace(late, try_no=2), 0)):
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            await record_outcomes(session, desk.workspace_id, [outcome], not_before=UUID(int=0))
        assert (await desk.attempts(message.id))[0]["status"] == status


async def test_proof_of_a_failure_after_a_copy_was_made_fails_the_first_only(desk: Desk) -> None:
    customer = await desk.add_customer("ana")
    message = await desk.send(customer, "Hello")
    [attempt] = await desk.attempts(message.id)
    await desk.connection.execute(
        "update attempts set status = 1, try_no = 1, uncertain_at = now(), is_held = true where id = $1", attempt["id"]
    )
    outcome = Outcome(
        attempt_id=attempt["id"],
        conversation_id=customer.conversation_id,
        contact_id=customer.contact_id,
        message_id=message.id,
        try_no=1,
        kind=OutcomeKind.RETRY,
    )
    async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await record_outcomes(session, desk.workspace_id, [outcome], not_before=UUID(int=0))
    assert (await desk.attempts(message.id))[0]["status"] == 3


async def test_a_status_parked_before_the_provider_id_was_known_is_applied_with_it(
    sending_database: Database, database_url: str, provider: Provider, http: Http
) -> None:
    courier = Courier(echoes_attempt_id=False)
    async with open_desk(sending_database, database_url, provider, http, courier=courier) as desk:
        status = InboundStatus(provider_id="p-1", status=Status.READ, at=utc_now())
        await desk.connection.execute(
            "insert into parked_items (workspace_id, channel_id, target_provider_id, id, kind, item)"
            " values ($1, $2, 'p-1', $3, 'status', $4)",
            desk.workspace_id,
            desk.channel_id,
            new_id(),
            msgspec.json.encode(status).decode(),
        )
        message = await desk.send(await desk.add_customer("ana"), "Hello")
        await desk.host()
        await until(lambda: desk.message(message.id), is_so=lambda row: row["status"] == Status.READ)


async def test_a_customer_whom_the_provider_cannot_reach_is_blocked(desk: Desk) -> None:
    async def plan(request: Request) -> web.StreamResponse | None:
        return refuse("unknown_customer")

    desk.provider.plan = plan
    customer = await desk.add_customer("ana")
    await desk.send(customer, "Hello")
    await desk.host()
    await desk.until_settled()
    with pytest.raises(CannotSend):
        await desk.send(customer, "Hello?")
