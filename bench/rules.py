"""A hundred automation rules: what asking them costs for each event, and what they cost where none is meant."""

import time
from uuid import UUID, uuid4

import msgspec

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, running_postgres
from bench.sizes import Options
from bench.stock import make_contacts
from threadline.actions.run_rules import BATCH, run_rules
from threadline.core.events import Event, EventKind
from threadline.infra.clock import new_id, utc_now
from threadline.store.events import NumberedEvent
from threadline.store.session import Database, Role

PART = "Rules"
RULES = 100
_AT_MOST_MS = 0.3
_MAKE = """
insert into automation_rules (workspace_id, id, name, name_key, position, trigger, filter, acts, is_on, version,
    on_since)
select $1, gen_random_uuid(), 'Rule ' || n, 'rule ' || n, n, '{"on": "message_received"}', $3::jsonb,
    '[{"kind": "note", "text": "Look"}]', true, 1, now() from generate_series(1, $2::int) n
"""
_FILTER = {
    "kind": "group",
    "match": "all",
    "of": [
        {"kind": "condition", "field": "waiting", "operator": "yes"},
        {"kind": "condition", "field": "contact.name", "operator": "contains", "values": ["customer"]},
        {
            "kind": "group",
            "match": "any",
            "of": [
                {"kind": "condition", "field": "priority", "operator": "any_of", "values": ["3"]},
                {"kind": "condition", "field": "label", "operator": "any_of", "values": [str(uuid4())]},
                {"kind": "condition", "field": "contact.vip", "operator": "yes"},
            ],
        },
    ],
}
"""Five conditions, the last of which is asked for every customer and never holds."""


async def measure(options: Options) -> list[Figure]:
    with running_postgres() as server:
        async with open_installation(server) as installation:
            before = load_average()
            without_ms = await _measure(installation, options.sizes.ruled)
            await installation.query(_MAKE, installation.workspace_id, RULES, msgspec.json.encode(_FILTER).decode())
            with_ms = await _measure(installation, options.sizes.ruled)
    return [
        Figure(
            part=PART,
            name=f"{RULES} rules of five conditions, for each event",
            unit="ms",
            measured=with_ms - without_ms,
            aim="at most",
            target=_AT_MOST_MS,
            note=f"{with_ms:.3f} ms with them, {without_ms:.3f} ms without; the facts read from the database",
            load_average=before,
        )
    ]


async def _measure(installation: Installation, count: int) -> float:
    """Milliseconds for each of so many events, in the batches in which the feed gives them."""
    ids = await _conversations(installation)
    database = Database(dict.fromkeys(Role, installation.database_url), pool_size=1)
    events = [_heard(installation.workspace_id, ids[number % len(ids)], number) for number in range(count)]
    try:
        await _run(database, installation.workspace_id, events[:BATCH])  # compiled, planned and connected
        began = time.perf_counter()
        for start in range(0, count, BATCH):
            await _run(database, installation.workspace_id, events[start : start + BATCH])
        return (time.perf_counter() - began) / count * 1000
    finally:
        await database.close()


async def _conversations(installation: Installation) -> list[UUID]:
    rows = await installation.query("select id from conversations limit 1000")
    if not rows:
        await make_contacts(installation, range(1000))
        await installation.query("analyze")
        rows = await installation.query("select id from conversations limit 1000")
    return [row["id"] for row in rows]


async def _run(database: Database, workspace_id: UUID, events: list[NumberedEvent]) -> None:
    async with database.transaction(Role.ENGINE, workspace_id) as session:
        await run_rules(session, events, now=utc_now(), new_id=new_id)


def _heard(workspace_id: UUID, conversation_id: UUID, number: int) -> NumberedEvent:
    event = Event(
        id=new_id(),
        workspace_id=workspace_id,
        kind=EventKind.MESSAGE_RECEIVED,
        at=utc_now(),
        conversation_id=conversation_id,
        message_id=new_id(),
        data={"direction": "incoming"},
    )
    return NumberedEvent(seq=number + 1, event=event)
