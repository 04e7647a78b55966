"""Reading among ten million messages, as the web role with its policies; and receiving beside them.

Each read goes through the function of the store that the API calls; the statements it sent are explained afterwards,
and a figure whose plan walks through a large table is missed, however quick it was.
"""

import asyncio
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
import msgspec

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, plan_installation, running_postgres
from bench.load import percentile
from bench.processes import Failed
from bench.sizes import Options
from bench.stock import make_contacts, mixed_bodies, receive_product
from threadline.core.permission import Caller, Permission
from threadline.infra.postgres import EmbeddedPostgres, embedded_programs, password_of, with_database, without_password
from threadline.store.conversations import ListOrder, ListView, access_conversation_keys, list_conversations
from threadline.store.messages import list_messages
from threadline.store.migrate import REVISION
from threadline.store.session import Database, Role, Session
from threadline.store.views import count_views

PART = "Reading"
DATASET = Path(__file__).with_name("dataset.sql")
_P95_MS = 8.0
_LARGE = 10_000
"""A table of so many rows must not be read from end to end."""
_DEARER_AT_MOST = 1.5


class _Made(msgspec.Struct):
    """What a kept data folder holds."""

    database: str
    conversations: int
    written: int
    revision: str
    month: str


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    do: Callable[[Session, int], Awaitable[object]]


async def measure(options: Options) -> list[Figure]:
    with running_postgres(options.cache) as server:
        async with open_large(server, options) as installation:
            size = await _describe(installation)
            reads = await _measure_store(installation, options)
            served = await _measure_http(installation, options)
            grown = await _measure_growth(server, installation, options)
            return [size, *reads, *served, grown]


# The large database


@asynccontextmanager
async def open_large(server: EmbeddedPostgres, options: Options) -> AsyncIterator[Installation]:
    """The first workspace of the dataset: half of everything is in it."""
    folder = options.cache or Path(tempfile.mkdtemp(prefix="threadline-bench-", dir="/tmp"))
    made = _find_made(folder, options)
    name = made.database if made else f"large_{secrets.token_hex(4)}"
    async with aiohttp.ClientSession() as http:
        installation = plan_installation(folder, server, with_database(server.url, name), http, numbers=1)
        try:
            if made is None:
                await _make(server, installation, name, options)
                _note_made(folder, name, options)
            await _enter(installation)
            yield installation
        finally:
            await asyncio.to_thread(installation.web.stop)
            if options.cache is None:
                shutil.rmtree(folder, ignore_errors=True)


async def _make(server: EmbeddedPostgres, installation: Installation, name: str, options: Options) -> None:
    started_at = time.monotonic()
    connection = await asyncpg.connect(server.url)
    await connection.execute(f'create database "{name}"')
    await connection.close()
    await asyncio.to_thread(installation.command, "prepare", module="threadline.main")
    command = [
        str(embedded_programs().path("psql")), "-Xq", "-v", "ON_ERROR_STOP=1",
        "-v", f"conversations={options.sizes.conversations}", "-v", f"written={options.sizes.written_partition}",
        "-d", without_password(installation.database_url), "-f", str(DATASET),
    ]  # fmt: skip
    environment = installation.environment | {"PGPASSWORD": password_of(installation.database_url)}
    answer = await asyncio.to_thread(subprocess.run, command, env=environment, stdout=sys.stderr, check=False)
    if answer.returncode != 0:
        raise Failed("the large database could not be made: see the lines above")
    print(f"made in {time.monotonic() - started_at:.0f} s", file=sys.stderr, flush=True)


def _find_made(folder: Path, options: Options) -> _Made | None:
    file = folder / "dataset.json"
    if not file.exists():
        return None
    made = msgspec.json.decode(file.read_bytes(), type=_Made)
    return made if made == _wanted(made.database, options) else None


def _note_made(folder: Path, name: str, options: Options) -> None:
    (folder / "dataset.json").write_bytes(msgspec.json.encode(_wanted(name, options)))


def _wanted(name: str, options: Options) -> _Made:
    sizes = options.sizes
    return _Made(name, sizes.conversations, sizes.written_partition, REVISION, time.strftime("%Y-%m", time.gmtime()))


async def _enter(installation: Installation) -> None:
    said = await asyncio.to_thread(installation.apply, name="Workspace 1", channels=[])
    installation.token = said.split("shown once: ")[-1].split()[0]
    rows = await installation.query(
        "select c.workspace_id, c.id, c.address, c.account from channels c join workspaces w on w.id = c.workspace_id"
        " where w.name = 'Workspace 1'"
    )
    installation.workspace_id = rows[0]["workspace_id"]
    installation.channel_ids = [rows[0]["id"]]
    installation.numbers = [rows[0]["address"]]
    installation.account = rows[0]["account"]


async def _describe(installation: Installation) -> Figure:
    rows = await installation.query(
        "select (select sum(reltuples)::bigint from pg_class c join pg_inherits i on i.inhrelid = c.oid"
        "        where i.inhparent = 'messages'::regclass) as messages,"
        " (select reltuples::bigint from pg_class where oid = 'conversations'::regclass) as conversations,"
        " (select count(*) from messages where id >= first_uuid_at(date_trunc('month', now(), 'UTC'))) as written"
    )
    row = rows[0]
    return Figure(
        part=PART,
        name="messages in the partition being written",
        unit="",
        measured=row["written"],
        target=500_000,
        note=f"of {row['messages']:,} messages in {row['conversations']:,} conversations",
        load_average=load_average(),
    )


# Through the store


async def _measure_store(installation: Installation, options: Options) -> list[Figure]:
    before = load_average()
    caller = await caller_of(installation)
    conversations = await _conversations(installation)
    database = Database({Role.WEB: installation.database_url}, pool_size=1)
    try:
        return [
            await _measure_read(installation, database, caller, read, options, before)
            for read in _reads(caller, conversations)
        ]
    finally:
        await database.close()


def _reads(caller: Caller, conversations: Sequence[UUID]) -> list[_Read]:
    async def read_list(session: Session, view: ListView, after: str | None = None) -> str | None:
        order = ListOrder.WAITING if view is ListView.WAITING else ListOrder.NEWEST
        _, following = await list_conversations(
            session, caller, view=view, order=order, channel_id=None, after=after, limit=50
        )
        return following

    async def read_pages(session: Session) -> None:
        """Ten pages on, as a person who scrolls."""
        after: str | None = None
        for _ in range(10):
            after = await read_list(session, ListView.OPEN, after)
            if after is None:
                return

    async def read_thread(session: Session, n: int) -> None:
        keys = await access_conversation_keys(session, caller, conversations[n % len(conversations)])
        await list_messages(
            session,
            conversation_id=keys.id,
            first_message_id=keys.first_message_id,
            last_message_id=keys.last_message_id,
            before=None,
            limit=50,
        )

    lists = [
        _Read(f"list of 50, {view}", _listing(read_list, view)) for view in ListView if view is not ListView.FAILED
    ]
    return [
        *lists,
        _Read("ten pages after another by their cursors, open", lambda session, _: read_pages(session)),
        _Read("last 50 of a random thread", read_thread),
        _Read("counts beside the views", lambda session, _: count_views(session, caller)),
    ]


def _listing(
    read_list: Callable[[Session, ListView], Awaitable[object]], view: ListView
) -> Callable[[Session, int], Awaitable[object]]:
    return lambda session, _: read_list(session, view)


async def _measure_read(
    installation: Installation, database: Database, caller: Caller, read: _Read, options: Options, before: float
) -> Figure:
    """The time of the store's function, its round trips to the server included; then the plans of what it sent."""
    times: list[float] = []
    for n in range(-5, options.sizes.reads):
        async with database.transaction(Role.WEB, caller.workspace_id) as session:
            await session.raw()
            started_at = time.perf_counter()
            await read.do(session, n)
            if n >= 0:
                times.append(time.perf_counter() - started_at)
    times.sort()
    is_many = read.name.startswith("ten pages")
    figure = Figure(
        part=PART,
        name=f"{read.name}, p95",
        unit="ms",
        measured=percentile(times, 0.95) * 1000 / (10 if is_many else 1),
        aim="at most",
        target=_P95_MS,
        note=f"{'each; ' if is_many else ''}p50 {percentile(times, 0.5) * 1000 / (10 if is_many else 1):.2f} ms",
        load_average=before,
    )
    walked, used = await _explain(installation, database, caller, read)
    if walked:
        return _noted(figure, f"reads {', '.join(walked)} from end to end", measured=float("inf"))
    return _noted(figure, f"indexes: {', '.join(used)}")


async def _explain(
    installation: Installation, database: Database, caller: Caller, read: _Read
) -> tuple[list[str], list[str]]:
    """(large tables that a plan reads from end to end, indexes that it uses) over the statements of one read."""
    sent: list[tuple[str, tuple[object, ...]]] = []
    walked: dict[str, None] = {}
    used: dict[str, None] = {}

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        sent.append((record.query, tuple(record.args)))

    async with database.transaction(Role.WEB, caller.workspace_id) as session:
        connection = await session.raw()
        with connection.query_logger(note):
            await read.do(session, 1)
            await asyncio.sleep(0)  # the driver calls its loggers a moment later
        if not sent:
            raise Failed(f"no statement of {read.name} was seen")
        for statement, arguments in sent:
            plan = await connection.fetchval(f"explain (format json) {statement}", *arguments)
            assert plan is not None
            for node in _nodes(msgspec.json.decode(plan)[0]["Plan"]):
                if node.get("Node Type") == "Seq Scan":
                    walked[str(node["Relation Name"])] = None
                elif "Index Name" in node:
                    used[_without_partition(str(node["Index Name"]))] = None
    rows = await installation.query(
        "select relname from pg_class where relname = any($1) and reltuples > $2", list(walked), _LARGE
    )
    return [row["relname"] for row in rows], list(used)


def _nodes(plan: object) -> list[dict[str, object]]:
    """Every node of a plan, as EXPLAIN tells it."""
    assert isinstance(plan, dict)
    children = plan.get("Plans", [])
    assert isinstance(children, list)
    return [plan, *(node for child in children for node in _nodes(child))]


def _without_partition(index: str) -> str:
    parts = index.split("_")
    return "_".join(part for part in parts if not part.isdigit())


def _noted(figure: Figure, more: str, *, measured: float | None = None) -> Figure:
    note = f"{figure.note}; {more}"
    return replace(figure, note=note, measured=figure.measured if measured is None else measured)


async def caller_of(installation: Installation) -> Caller:
    rows = await installation.query(
        "select a.id from agents a join people p on p.id = a.person_id"
        " where a.workspace_id = $1 and p.email like 'agent%'",
        installation.workspace_id,
    )
    return Caller(installation.workspace_id, frozenset(Permission), agent_id=rows[0]["id"])


async def _conversations(installation: Installation) -> list[UUID]:
    """Of the workspace, at random: open and resolved, short and through all months."""
    rows = await installation.query(
        "select id from conversations tablesample system (1) where workspace_id = $1 limit 2000",
        installation.workspace_id,
    )
    found = [row["id"] for row in rows] or [
        row["id"]
        for row in await installation.query(
            "select id from conversations where workspace_id = $1 limit 500", installation.workspace_id
        )
    ]
    random.Random(1).shuffle(found)
    return found


# Through HTTP


async def _measure_http(installation: Installation, options: Options) -> list[Figure]:
    before = load_average()
    conversations = await _conversations(installation)
    installation.web.start()
    await installation.wait_until_ready()
    paths: dict[str, Callable[[int], str]] = {
        "list of 50, open": lambda n: "/conversations?view=open",
        "last 50 of a random thread": lambda n: f"/conversations/{conversations[n % len(conversations)]}/messages",
        "counts beside the views": lambda n: "/views",
    }
    figures = [
        Figure(
            part=PART,
            name=f"{name}, through HTTP, p95",
            unit="ms",
            measured=percentile(await _ask(installation, path, options.sizes.reads), 0.95) * 1000,
            load_average=before,
        )
        for name, path in paths.items()
    ]
    await asyncio.to_thread(installation.web.stop)
    return figures


async def _ask(installation: Installation, path: Callable[[int], str], count: int) -> list[float]:
    times: list[float] = []
    for n in range(-5, count):
        started_at = time.perf_counter()
        status, answer = await installation.api("GET", path(n))
        if status != 200:
            raise Failed(f"{path(n)}: {status} {answer}")
        if n >= 0:
            times.append(time.perf_counter() - started_at)
    return sorted(times)


# Receiving beside them


async def _measure_growth(server: EmbeddedPostgres, large: Installation, options: Options) -> Figure:
    """Messages of customers who have an open conversation, right after a checkpoint; empty and large in turns."""
    sizes, before = options.sizes, load_average()
    among = random.Random(2).sample(range(1, sizes.conversations // 2), min(sizes.contacts, sizes.conversations // 4))
    customers = [2 * n for n in among]  # those of the first workspace are even
    costs: dict[str, list[float]] = {"empty": [], "large": []}
    async with open_installation(server) as empty:
        places = {"empty": empty, "large": large}
        for installation in places.values():
            await make_contacts(installation, customers, has_user_id=False)
        for _turn in range(sizes.turns):
            for name, installation in places.items():
                bodies = mixed_bodies(
                    sizes.grown,
                    number=installation.numbers[0],
                    customers=customers,
                    sent=[],
                    account=installation.account,
                    has_user_id=False,
                )
                received = await receive_product(installation, bodies, before="checkpoint")
                costs[name].append(received.took_s / received.count * 1e6)
    empty_us, large_us = statistics.median(costs["empty"]), statistics.median(costs["large"])
    return Figure(
        part=PART,
        name="receiving right after a checkpoint, over an empty database",
        unit="×",
        measured=large_us / empty_us,
        aim="at most",
        target=_DEARER_AT_MOST,
        note=f"{large_us:,.0f} µs a message against {empty_us:,.0f}",
        load_average=before,
    )
