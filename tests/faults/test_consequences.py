"""kill -9 between a cause and what follows from it: a rule is done whole and once, a webhook is told at least once.

A rule's run and its acts stand in one transaction, under an id made of the rule and the event: a worker that dies
leaves all of it or nothing, and the next one finds out which. What a webhook has heard nobody can know who did not live
to write it down: it is told again, with the same id, by which the program outside knows it.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import aiohttp.web
import asyncpg
import pytest
from aiohttp.test_utils import TestServer

from tests.faults.house import House
from tests.faults.town import Town
from threadline.actions.change_webhook import WebhookChange, create_webhook
from threadline.core.events import EventKind
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.infra.secrets import load_keyring
from threadline.store.session import Database, Role

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CUSTOMERS = 8
ROUNDS = 4


class Program:
    """A program outside that is told: it counts by id, and answers only while its door is open."""

    def __init__(self) -> None:
        self.heard: Counter[str] = Counter()
        self.door = asyncio.Event()

    async def take(self, request: aiohttp.web.Request) -> aiohttp.web.Response:
        await request.read()
        self.heard[request.headers["webhook-id"]] += 1
        await self.door.wait()
        return aiohttp.web.Response()


@pytest.fixture
async def program() -> AsyncIterator[tuple[Program, str]]:
    program = Program()
    app = aiohttp.web.Application()
    app.router.add_post("/", program.take)
    async with TestServer(app, host="127.0.0.1") as server:
        yield program, f"http://127.0.0.1:{server.port}/"


async def test_a_rule_is_done_whole_and_once_however_often_its_worker_dies(house: House, seed: int) -> None:
    town = Town(house, random.Random(seed))
    await town.open(CUSTOMERS, first_phone=4915300000000)
    rule = {
        "name": "Look twice",
        "trigger": {"on": "message_received"},
        "acts": [{"kind": "note", "text": "Look"}, {"kind": "note", "text": "Twice"}],
    }
    status, made = await house.api("POST", "/rules", rule)
    assert status == 201, made

    # Nothing can be kept while this lock is held: the worker dies with everything done and nothing committed.
    holder = await asyncpg.connect(house.database_url)
    keeping = holder.transaction()
    await keeping.start()
    await holder.execute("lock table automation_runs in share row exclusive mode")
    for phone in town.phones:
        await town.write(phone)
    await house.wait_for("a run waits to be kept", lambda: _a_run_waits(house), within_s=30)
    house.worker.kill()
    assert await _notes(house) == {}, "of what was not kept nothing is seen"
    await keeping.rollback()
    await holder.close()
    house.worker.start()
    await house.wait_for("each message had its rule", lambda: _all_ran(house), within_s=60)

    # And at any moment.
    chance = random.Random(f"{seed} rules")
    for _ in range(ROUNDS):
        for phone in town.phones:
            await town.write(phone)
        await asyncio.sleep(chance.uniform(0, 1.0))
        house.worker.kill()
        await asyncio.sleep(chance.uniform(0, 0.3))
        house.worker.start()
    await house.wait_for("each message had its rule", lambda: _all_ran(house, rounds=ROUNDS + 1), within_s=90)
    assert set((await _notes(house)).values()) == {(ROUNDS + 1, ROUNDS + 1)}, "whole and once, for each message"


async def test_a_webhook_hears_everything_at_least_once_and_always_by_the_same_id(
    house: House, seed: int, program: tuple[Program, str]
) -> None:
    outside, url = program
    town = Town(house, random.Random(seed))
    await town.open(CUSTOMERS, first_phone=4915400000000)
    webhook_id = await _webhook(house, url)

    # It has heard, and the worker dies before it hears that.
    for phone in town.phones:
        await town.write(phone)
    await house.wait_for("the program hears something", lambda: _is_true(outside.heard), within_s=30)
    house.worker.kill()
    first = set(outside.heard)
    assert await _dispatches(house, webhook_id, "told") == set(), "nobody wrote down what was heard"
    outside.door.set()
    await _start_anew(house)
    await house.wait_for("all of it is told", lambda: _all_told(house, webhook_id, CUSTOMERS), within_s=60)
    assert all(outside.heard[id] >= 2 for id in first), "told again, as nobody knew"

    # And at any moment: between the event and its row, the claim and the request, the answer and its record.
    chance = random.Random(f"{seed} webhooks")
    for _ in range(ROUNDS):
        for phone in town.phones:
            await town.write(phone)
        await asyncio.sleep(chance.uniform(0, 1.0))
        house.worker.kill()
        await _start_anew(house)
    wanted = CUSTOMERS * (ROUNDS + 1)
    await house.wait_for("all of it is told", lambda: _all_told(house, webhook_id, wanted), within_s=90)
    assert set(outside.heard) == await _dispatches(house, webhook_id, "told"), "one id for each event, and no other"


async def _a_run_waits(house: House) -> bool:
    rows = await house.query(
        "select count(*) as count from pg_locks where relation = 'automation_runs'::regclass and not granted"
    )
    return rows[0]["count"] > 0


async def _all_ran(house: House, *, rounds: int = 1) -> bool:
    rows = await house.query("select count(*) as count from automation_runs where outcome = 'done'")
    return rows[0]["count"] >= CUSTOMERS * rounds


async def _notes(house: House) -> dict[UUID, tuple[int, int]]:
    """Conversation → how often each of the two was written."""
    rows = await house.query(
        "select conversation_id, count(*) filter (where content->>'text' = 'Look') as first,"
        " count(*) filter (where content->>'text' = 'Twice') as second from messages"
        " where direction = 'note' group by conversation_id"
    )
    return {row["conversation_id"]: (row["first"], row["second"]) for row in rows}


async def _webhook(house: House, url: str) -> UUID:
    """As an admin with a fresh password makes it; a drill has only a token."""
    database = Database(dict.fromkeys(Role, house.database_url))
    keyring = load_keyring(text=None, file=Path(house.environment["THREADLINE_MASTER_KEY_FILE"]))
    workspace_id = (await house.query("select id from workspaces"))[0]["id"]
    agent_id = (await house.query("select id from agents where role = 'admin'"))[0]["id"]
    try:
        async with database.transaction(Role.WEB, workspace_id) as session:
            webhook_id, _ = await create_webhook(
                session,
                keyring,
                caller=Caller(workspace_id, frozenset(Permission), agent_id=agent_id),
                change=WebhookChange(name="Drill", url=url, kinds=[EventKind.MESSAGE_RECEIVED]),
                may_call=lambda _: True,
                now=utc_now(),
                new_id=new_id,
            )
            return webhook_id
    finally:
        await database.close()


async def _start_anew(house: House) -> None:
    """What a dead worker had claimed is due at once, not after a minute."""
    await house.query("update webhook_dispatches set claimed_until = now() where claimed_until is not null")
    house.worker.start()


async def _dispatches(house: House, webhook_id: UUID, state: str) -> set[str]:
    rows = await house.query(
        "select id from webhook_dispatches where webhook_id = $1 and state = $2", webhook_id, state
    )
    return {str(row["id"]) for row in rows}


async def _all_told(house: House, webhook_id: UUID, count: int) -> bool:
    return len(await _dispatches(house, webhook_id, "told")) >= count


async def _is_true(value: object) -> bool:
    return bool(value)
