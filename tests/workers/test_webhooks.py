"""Webhooks leave for a receiver of our own: signed, once for each event, again until they arrive, and nothing else."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp.web
import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer

from tests.workers.outbox_world import Customer, Desk, until
from threadline.actions.call_webhook import call_webhook, try_webhook
from threadline.actions.change_rule import create_rule
from threadline.actions.change_webhook import WebhookChange, change_webhook, create_webhook, rotate_secret
from threadline.actions.replay_dispatches import replay_dispatch, replay_failed
from threadline.actions.run_rules import run_rules
from threadline.actions.tell_webhooks import TOLD_OF, tell_webhooks
from threadline.core.acts import WebhookAct
from threadline.core.automation import Occasion, Rule, Trigger
from threadline.core.errors import Conflict
from threadline.core.events import Event, EventKind
from threadline.core.filter import Group
from threadline.core.permission import Caller, Permission
from threadline.core.webhook import AT_ONCE, FAILURES_TO_SWITCH_OFF
from threadline.infra.bus import Bus, PostgresCarrier
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Connection, Http
from threadline.infra.secrets import Keyring
from threadline.store.events import NumberedEvent, read_events
from threadline.store.session import Role
from threadline.workers.webhook_sender import WebhookSender

RING = Keyring([b"k" * 32])
Plan = Callable[[aiohttp.web.Request], Awaitable[aiohttp.web.StreamResponse]]


@dataclass
class Receiver:
    """A program outside. `plan` says what a path answers; the usual answer is 200."""

    url: str = ""
    plans: dict[str, Plan] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    running: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    async def take(self, request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        path = request.path.strip("/")
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((path, headers, await request.read()))
        self.running[path] = self.running.get(path, 0) + 1
        self.most[path] = max(self.most.get(path, 0), self.running[path])
        try:
            plan = self.plans.get(path)
            return aiohttp.web.Response() if plan is None else await plan(request)
        finally:
            self.running[path] -= 1

    def at(self, path: str) -> list[tuple[dict[str, str], bytes]]:
        return [(headers, body) for where, headers, body in self.requests if where == path]

    def answers(self, path: str, status: int = 200, **more: Any) -> None:
        async def answer(_: aiohttp.web.Request) -> aiohttp.web.Response:
            return aiohttp.web.Response(status=status, **more)

        self.plans[path] = answer


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = aiohttp.web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    async with TestServer(app, host="127.0.0.1") as server:
        receiver.url = f"http://127.0.0.1:{server.port}"
        yield receiver


@dataclass
class World:
    desk: Desk
    receiver: Receiver
    sender: WebhookSender
    opened: list[Connection]

    @property
    def admin(self) -> Caller:
        return Caller(self.desk.workspace_id, frozenset(Permission), agent_id=self.desk.agent_id)

    async def webhook(self, path: str, **more: Any) -> tuple[UUID, str]:
        change: dict[str, Any] = {
            "name": f"{path} {uuid4()}",
            "url": f"{self.receiver.url}/{path}",
            "kinds": [EventKind.MESSAGE_QUEUED],
        }
        async with self.desk.database.transaction(Role.WEB, self.desk.workspace_id) as session:
            return await create_webhook(
                session,
                RING,
                caller=self.admin,
                change=WebhookChange(**(change | more)),
                may_call=lambda _: True,
                now=utc_now(),
                new_id=new_id,
            )

    async def follow(self) -> None:
        """What the consumer does, from the beginning of the feed: it may run again."""
        async with self.desk.database.transaction(Role.ENGINE, self.desk.workspace_id) as session:
            events = await read_events(
                await session.raw(),
                workspace_id=self.desk.workspace_id,
                after_seq=0,
                limit=1000,
                not_before=UUID(int=0),
            )
            wanted = [one for one in events if one.event.kind in TOLD_OF]
            await tell_webhooks(session, wanted, now=utc_now(), new_id=new_id)

    async def tell(self) -> None:
        """One look of the worker, to its end."""
        await self.sender.step()
        await self.sender.finish(within_s=10)

    async def due_now(self) -> None:
        await self.execute("update webhook_dispatches set due_at = now() where state = 'waiting'")

    async def call(self, webhook_id: UUID, customer: Customer, *, key: UUID | None = None) -> bool:
        async with self.desk.database.transaction(Role.ENGINE, self.desk.workspace_id) as session:
            return await call_webhook(
                session,
                webhook_id=webhook_id,
                conversation_id=customer.conversation_id,
                key=key or uuid4(),
                facts={"rule_id": "r"},
                takes_answer=True,
                now=utc_now(),
                new_id=new_id,
            )

    async def execute(self, statement: str, *values: object) -> None:
        await self.desk.connection.execute(statement, *values)

    async def rows(self, statement: str, *values: object) -> list[Any]:
        return [tuple(row) for row in await self.desk.connection.fetch(statement, *values)]

    async def states(self, webhook_id: UUID) -> list[str]:
        rows = await self.rows("select state from webhook_dispatches where webhook_id = $1 order by id", webhook_id)
        return [row[0] for row in rows]


@pytest_asyncio.fixture
async def world(desk: Desk, receiver: Receiver, database_url: str) -> AsyncIterator[World]:
    await desk.connection.execute("delete from webhooks")
    opened: list[Connection] = []
    port = receiver.url.rsplit(":", 1)[1]
    async with Http(
        allowed_private_hosts=[f"127.0.0.1:{port}"], unreachable_takes_s=0, on_connect=opened.append
    ) as http:
        bus = Bus(PostgresCarrier(database_url))
        sender = WebhookSender(
            desk.database, bus, http, RING, utc_now, new_id, 0.05, find_type=lambda _: desk.channel_type
        )
        yield World(desk, receiver, sender, opened)
        await sender.finish(within_s=0)


def verify(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/webhooks.md tells a receiver, written again."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    return any(kind == "v1" and hmac.compare_digest(value, wanted) for kind, value in given)


async def test_an_event_is_told_once_signed_and_without_a_word(world: World) -> None:
    customer = await world.desk.add_customer("Ana Reyes")
    webhook_id, secret = await world.webhook("crm")
    sent = await world.desk.send(customer, "the secret word")
    await world.follow()
    await world.follow()
    await world.tell()
    await world.tell()
    [(headers, body)] = world.receiver.at("crm")
    assert verify(secret, headers, body)
    assert not verify(secret, headers, body + b" ")
    told = json.loads(body)
    assert (told["type"], headers["content-type"]) == ("message_queued", "application/json")
    assert told["data"]["message_id"] == str(sent.id)
    assert told["data"]["conversation_id"] == str(customer.conversation_id)
    assert told["data"]["sequence"] > 0
    assert b"secret word" not in body
    assert b"Ana" not in body
    assert await world.states(webhook_id) == ["told"]
    [(number, status, answer)] = await world.rows("select number, status, answer from webhook_tries")
    assert (number, status, answer) == (1, 200, "")


async def test_texts_are_told_where_they_are_wanted_as_they_are_when_they_leave(world: World) -> None:
    customer = await world.desk.add_customer("Ana Reyes")
    await world.webhook("crm", has_content=True)
    await world.desk.send(customer, "the secret word")
    await world.follow()
    await world.tell()
    [(_, body)] = world.receiver.at("crm")
    data = json.loads(body)["data"]
    assert data["message"]["content"]["text"] == "the secret word"
    assert data["conversation"]["contact"]["name"] == "Ana Reyes"
    kept = await world.rows("select told::text from webhook_dispatches")
    assert "secret word" not in str(kept)


async def test_what_happened_before_it_was_made_or_while_it_was_off_is_not_told(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    await world.desk.send(customer, "before")
    webhook_id, _ = await world.webhook("crm", is_on=False)
    await world.desk.send(customer, "while it is off")
    async with world.desk.database.transaction(Role.WEB, world.desk.workspace_id) as session:
        await change_webhook(
            session,
            caller=world.admin,
            webhook_id=webhook_id,
            change=WebhookChange(is_on=True),
            may_call=lambda _: True,
            now=utc_now(),
            new_id=new_id,
        )
    after = await world.desk.send(customer, "after")
    await world.follow()
    await world.tell()
    assert [json.loads(body)["data"]["message_id"] for _, body in world.receiver.at("crm")] == [str(after.id)]


async def test_it_is_tried_again_with_the_same_id_until_it_arrives(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    webhook_id, secret = await world.webhook("crm")
    world.receiver.answers("crm", 503, text="busy")
    await world.desk.send(customer, "x")
    await world.follow()
    await world.tell()
    await world.tell()  # it is not due yet
    assert len(world.receiver.requests) == 1
    [(waits,)] = await world.rows("select due_at - now() from webhook_dispatches")
    assert timedelta(seconds=2) < waits <= timedelta(seconds=5)
    world.receiver.answers("crm", 200)
    await world.due_now()
    await world.tell()
    first, second = world.receiver.at("crm")
    assert first[0]["webhook-id"] == second[0]["webhook-id"]
    assert verify(secret, *second)
    assert await world.states(webhook_id) == ["told"]
    tries = await world.rows("select number, status, answer from webhook_tries order by number")
    assert tries == [(1, 503, "busy"), (2, 200, "")]


async def test_one_that_is_slow_delays_no_other_and_has_few_requests_at_a_time(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    gate = asyncio.Event()

    async def slow(_: aiohttp.web.Request) -> aiohttp.web.Response:
        await gate.wait()
        return aiohttp.web.Response()

    world.receiver.plans["slow"] = slow
    await world.webhook("slow")
    await world.webhook("quick")
    for number in range(10):
        await world.desk.send(customer, str(number))
    await world.follow()
    stop = asyncio.Event()
    running = asyncio.create_task(world.sender.run(stop))
    try:
        await until(lambda: len(world.receiver.at("quick")), is_so=lambda count: count == 10)
        assert world.receiver.most["slow"] == AT_ONCE == len(world.receiver.at("slow"))
        gate.set()
        await until(lambda: len(world.receiver.at("slow")), is_so=lambda count: count == 10)
        assert world.receiver.most["slow"] == AT_ONCE
    finally:
        gate.set()
        stop.set()
        await running


async def test_what_a_killed_worker_had_asked_is_asked_again_with_its_id(world: World) -> None:
    """Nobody knows whether it arrived: the receiver knows the id again."""
    customer = await world.desk.add_customer("Ana")
    gate = asyncio.Event()

    async def hang(_: aiohttp.web.Request) -> aiohttp.web.Response:
        await gate.wait()
        return aiohttp.web.Response()

    world.receiver.plans["crm"] = hang
    webhook_id, _ = await world.webhook("crm")
    await world.desk.send(customer, "x")
    await world.follow()
    await world.sender.step()
    await until(lambda: world.receiver.at("crm"))
    await world.sender.finish(within_s=0)  # as kill -9: nothing is recorded
    assert await world.states(webhook_id) == ["waiting"]
    await world.tell()  # the claim still holds
    assert len(world.receiver.at("crm")) == 1
    await world.execute("update webhook_dispatches set claimed_until = now() - interval '1 second'")
    gate.set()
    await world.tell()
    ids = [headers["webhook-id"] for headers, _ in world.receiver.at("crm")]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert await world.states(webhook_id) == ["told"]


async def test_whoever_says_that_it_is_gone_is_switched_off_and_told_nothing_more(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    webhook_id, _ = await world.webhook("crm")
    world.receiver.answers("crm", 410)
    await world.desk.send(customer, "x")
    await world.follow()
    await world.tell()
    assert await world.states(webhook_id) == ["failed"]
    [(is_on, reason)] = await world.rows("select is_on, off_reason from webhooks where id = $1", webhook_id)
    assert (is_on, reason) == (False, "gone")
    told = [one for one in await world.desk.events("webhook_changed") if one.get("reason")]
    assert told == [{"webhook_id": str(webhook_id), "is_on": False, "reason": "gone"}]
    await world.desk.send(customer, "y")
    await world.follow()
    assert len(await world.states(webhook_id)) == 1


@pytest.mark.parametrize("arrives_at", [None, 5])
async def test_ten_that_failed_for_good_in_a_row_switch_it_off_and_what_waits_stays(
    world: World, arrives_at: int | None
) -> None:
    customer = await world.desk.add_customer("Ana")
    webhook_id, _ = await world.webhook("crm")
    for number in range(FAILURES_TO_SWITCH_OFF + 1):
        await world.desk.send(customer, str(number))
    await world.follow()
    await world.execute("update webhook_dispatches set tries = 8")
    seen = 0

    async def answer(_: aiohttp.web.Request) -> aiohttp.web.Response:
        nonlocal seen
        seen += 1
        return aiohttp.web.Response(status=200 if seen == arrives_at else 500)

    world.receiver.plans["crm"] = answer
    # One at a time: what is on its way when it is switched off would still be settled.
    for _ in range(FAILURES_TO_SWITCH_OFF + 1):
        await world.execute(
            "update webhook_dispatches set due_at = now() + (case when id = (select min(id::text)::uuid from"
            " webhook_dispatches where state = 'waiting') then '0 s' else '1 hour' end)::interval"
            " where state = 'waiting'"
        )
        await world.tell()
    states = await world.states(webhook_id)
    [(is_on,)] = await world.rows("select is_on from webhooks where id = $1", webhook_id)
    if arrives_at is None:
        assert (is_on, states) == (False, ["failed"] * FAILURES_TO_SWITCH_OFF + ["waiting"])
    else:
        assert is_on
        assert states.count("failed") == FAILURES_TO_SWITCH_OFF


async def test_a_test_is_told_also_while_it_is_off_and_counts_for_nothing(world: World) -> None:
    webhook_id, secret = await world.webhook("crm", is_on=False)
    world.receiver.answers("crm", 500)
    async with world.desk.database.transaction(Role.WEB, world.desk.workspace_id) as session:
        await try_webhook(session, caller=world.admin, webhook_id=webhook_id, now=utc_now(), new_id=new_id)
    await world.tell()
    [(headers, body)] = world.receiver.at("crm")
    assert verify(secret, headers, body)
    assert json.loads(body)["type"] == "webhook_test"
    assert await world.states(webhook_id) == ["failed"]
    assert await world.rows("select failed_in_row from webhooks where id = $1", webhook_id) == [(0,)]


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.1/hook", "http://169.254.169.254/latest/meta-data", "https://[::1]/", "http://0x7f000001/", "x:y"],
)
async def test_a_private_address_is_never_connected_to_whatever_stands_in_the_table(world: World, url: str) -> None:
    customer = await world.desk.add_customer("Ana")
    webhook_id, _ = await world.webhook("crm", url=url)
    await world.desk.send(customer, "x")
    await world.follow()
    world.opened.clear()
    await world.tell()
    assert world.opened == []
    tries = await world.rows("select status, error, answer from webhook_tries")
    assert tries == [(None, "unreachable", "")]
    assert await world.states(webhook_id) == ["waiting"]


async def test_a_redirect_is_not_followed_and_an_endless_answer_not_read_to_its_end(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    await world.webhook("moved")
    await world.webhook("endless")
    world.receiver.answers("moved", 302, headers={"Location": f"{world.receiver.url}/inside"})

    async def endless(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
        response = aiohttp.web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b"x" * 1024)
        return response

    world.receiver.plans["endless"] = endless
    await world.desk.send(customer, "x")
    await world.follow()
    await world.tell()
    assert world.receiver.at("inside") == []
    errors = await world.rows("select status, error from webhook_tries order by error")
    assert errors == [(None, "broken"), (302, "redirected")]


async def test_nothing_is_told_while_the_installation_sends_nothing(world: World) -> None:
    """As after a restore: what is in a backup may have been told since."""
    customer = await world.desk.add_customer("Ana")
    webhook_id, _ = await world.webhook("crm")
    await world.desk.send(customer, "x")
    await world.follow()
    has_row = await world.rows("select id from installation")
    if not has_row:
        await world.execute("insert into installation (id, key_fingerprint) values (1, 'x')")
    await world.execute("update installation set sending_paused_at = now(), sending_paused_reason = 'restored'")
    try:
        await world.tell()
        assert world.receiver.requests == []
    finally:
        await world.execute("update installation set sending_paused_at = null, sending_paused_reason = ''")
        if not has_row:
            await world.execute("delete from installation")
    await world.tell()
    assert await world.states(webhook_id) == ["told"]


async def test_a_new_secret_signs_beside_the_old_one_until_its_time_is_over(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    webhook_id, old = await world.webhook("crm")
    async with world.desk.database.transaction(Role.WEB, world.desk.workspace_id) as session:
        fresh = await rotate_secret(
            session,
            RING,
            caller=world.admin,
            webhook_id=webhook_id,
            overlap=timedelta(hours=1),
            now=utc_now(),
            new_id=new_id,
        )
    for text in ("both", "new alone"):
        await world.desk.send(customer, text)
        await world.follow()
        await world.tell()
        await world.execute("update webhooks set old_secret_until = now() - interval '1 second'")
    both, alone = world.receiver.at("crm")
    assert (verify(old, *both), verify(fresh, *both)) == (True, True)
    assert (verify(old, *alone), verify(fresh, *alone)) == (False, True)


async def test_one_is_replayed_with_its_id_and_all_that_failed_together(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    webhook_id, _ = await world.webhook("crm")
    world.receiver.answers("crm", 500)
    for number in range(3):
        await world.desk.send(customer, str(number))
    await world.follow()
    await world.execute("update webhook_dispatches set tries = 8")
    await world.tell()
    assert await world.states(webhook_id) == ["failed"] * 3
    world.receiver.answers("crm", 200)
    async with world.desk.database.transaction(Role.WEB, world.desk.workspace_id) as session:
        assert await replay_failed(session, webhook_id=webhook_id, now=utc_now()) == 3
        assert await replay_failed(session, webhook_id=webhook_id, now=utc_now()) == 0
    await world.tell()
    assert await world.states(webhook_id) == ["told"] * 3
    [(dispatch_id,), *_] = await world.rows("select id from webhook_dispatches order by id")
    async with world.desk.database.transaction(Role.WEB, world.desk.workspace_id) as session:
        await replay_dispatch(session, dispatch_id=dispatch_id, now=utc_now())
        with pytest.raises(Conflict):
            await replay_dispatch(session, dispatch_id=dispatch_id, now=utc_now())
    await world.tell()
    ids = [headers["webhook-id"] for headers, _ in world.receiver.at("crm")]
    assert ids.count(str(dispatch_id)) == 3
    numbers = await world.rows("select number from webhook_tries where dispatch_id = $1 order by number", dispatch_id)
    assert numbers == [(1,), (2,), (3,)]


# Calls that want an answer -----------------------------------------------------------------------------------------


async def test_a_rule_asks_and_what_is_answered_becomes_the_reply(world: World) -> None:
    desk = world.desk
    customer = await desk.add_customer("Ana")
    answer = {"reply": "Your order is on its way."}
    world.receiver.answers("crm", 200, text=json.dumps(answer), content_type="application/json")
    webhook_id, secret = await world.webhook("crm", kinds=[])
    rule = Rule(
        id=new_id(),
        name="Ask the shop",
        trigger=Trigger(on=Occasion.HEARD),
        filter=Group(of=()),
        acts=[WebhookAct(webhook_id=webhook_id, takes_answer=True)],
        on_since=utc_now(),
    )
    async with desk.database.transaction(Role.WEB, desk.workspace_id) as session:
        await create_rule(session, caller=world.admin, rule=rule, now=utc_now(), new_id=new_id)
    message_id = await desk.receive(customer)
    heard = Event(
        id=new_id(),
        workspace_id=desk.workspace_id,
        kind=EventKind.MESSAGE_RECEIVED,
        at=utc_now(),
        conversation_id=customer.conversation_id,
        message_id=message_id,
        data={"direction": "incoming"},
    )
    for _ in range(2):
        async with desk.database.transaction(Role.ENGINE, desk.workspace_id) as session:
            await run_rules(
                session,
                [NumberedEvent(seq=1, event=heard)],
                now=utc_now(),
                new_id=new_id,
                find_type=lambda _: desk.channel_type,
            )
    await world.tell()
    [(headers, body)] = world.receiver.at("crm")
    assert verify(secret, headers, body)
    asked = json.loads(body)
    assert asked["data"]["facts"]["rule_id"] == str(rule.id), asked
    sent = await world.rows(
        "select content->>'text' from messages where conversation_id = $1 and direction = 'outgoing'",
        customer.conversation_id,
    )
    assert sent == [("Your order is on its way.",)]


async def test_an_answer_fills_fields_and_becomes_the_reply_once(world: World) -> None:
    customer = await world.desk.add_customer("Ana")
    field_id = await _field(world)
    answer = {"fields": {str(field_id): "Gold"}, "reply": "Your order is on its way."}
    world.receiver.answers("crm", 200, text=json.dumps(answer), content_type="application/json")
    webhook_id, _ = await world.webhook("crm", kinds=[])
    key = uuid4()
    assert await world.call(webhook_id, customer, key=key)
    assert not await world.call(webhook_id, customer, key=key)
    await world.tell()
    [(_, body)] = world.receiver.at("crm")
    told = json.loads(body)
    assert (told["type"], told["data"]["facts"]) == ("webhook_call", {"rule_id": "r"})
    assert await world.rows("select value from conversation_values where field_id = $1", field_id) == [("Gold",)]
    sent = await world.rows(
        "select content ->> 'text', author_kind, author_id from messages where workspace_id = $1"
        " and direction = 'outgoing'",
        world.desk.workspace_id,
    )
    assert sent == [("Your order is on its way.", "flow", webhook_id)]
    assert await world.rows("select answer_outcome from webhook_dispatches") == [("done",)]
    async with world.desk.database.transaction(Role.WEB, world.desk.workspace_id) as session:
        [(dispatch_id,)] = await world.rows("select id from webhook_dispatches")
        await replay_dispatch(session, dispatch_id=dispatch_id, now=utc_now())
    await world.tell()
    [(count,)] = await world.rows(
        "select count(*) from messages where workspace_id = $1 and direction = 'outgoing'", world.desk.workspace_id
    )
    assert count == 1


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ("thanks", "text/plain", "webhook_answer_type"),
        ("{", "application/json", "webhook_answer_json"),
        ('{"reply": "x", "delete": true}', "application/json", "webhook_answer_json"),
        ('{"fields": {"nobody": 1}, "reply": "x"}', "application/json", "no_such_field"),
        ('{"fields": {"0197b2c0-0000-7000-8000-000000000001": 1}, "reply": "x"}', "application/json", "no_such_field"),
    ],
)
async def test_an_answer_that_is_none_does_nothing_and_has_its_sentence_in_the_log(
    world: World, body: str, content_type: str, reason: str
) -> None:
    customer = await world.desk.add_customer("Ana")
    world.receiver.answers("crm", 200, text=body, content_type=content_type)
    webhook_id, _ = await world.webhook("crm", kinds=[])
    await world.call(webhook_id, customer)
    await world.tell()
    [(state, outcome, why, text)] = await world.rows(
        "select state, answer_outcome, answer_reason, answer_text from webhook_dispatches"
    )
    assert (state, outcome, why) == ("told", "refused", reason)
    assert text
    await _nothing_sent(world)


@pytest.mark.parametrize("case", ["person_answered", "window_closed", "opted_out", "contact_blocked"])
async def test_a_reply_that_may_not_go_out_is_refused_and_takes_its_fields_along(world: World, case: str) -> None:
    customer = await world.desk.add_customer("Ana", window_open=case != "window_closed")
    field_id = await _field(world)
    answer = json.dumps({"fields": {str(field_id): "Gold"}, "reply": "Hello"})
    world.receiver.answers("crm", 200, text=answer, content_type="application/json")
    webhook_id, _ = await world.webhook("crm", kinds=[])
    await world.call(webhook_id, customer)
    if case == "person_answered":
        await world.desk.send(customer, "I am here")
    if case == "opted_out":
        await world.execute("update contacts set opted_out_at = now() where id = $1", customer.contact_id)
    if case == "contact_blocked":
        await world.execute("update contacts set blocked_at = now() where id = $1", customer.contact_id)
    await world.tell()
    [(outcome, why)] = await world.rows("select answer_outcome, answer_reason from webhook_dispatches")
    assert (outcome, why) == ("refused", case)
    assert await world.rows("select value from conversation_values where field_id = $1", field_id) == []
    if case != "person_answered":
        await _nothing_sent(world)


async def _field(world: World) -> UUID:
    field_id = new_id()
    await world.execute(
        "insert into fields (workspace_id, id, owner, type, name, name_key)"
        " values ($1, $2, 'conversation', 'text', 'Level', 'level')",
        world.desk.workspace_id,
        field_id,
    )
    return field_id


async def _nothing_sent(world: World) -> None:
    sent = await world.rows(
        "select content from messages where workspace_id = $1 and direction = 'outgoing'", world.desk.workspace_id
    )
    assert sent == []
