"""Out, through the simulator that answers after 40 ms: one number, four, with statuses, and a burst beside calm."""

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec

from bench.figures import Figure, load_average
from bench.installation import Installation, open_installation, running_postgres
from bench.load import percentile
from bench.processes import Failed
from bench.sizes import Options
from bench.stock import add_outgoing, make_contacts
from threadline.core.message import Status

PART = "Out through the simulator"
LIMIT_PER_S = 1000
ANSWERS_AFTER_S = 0.04
_A_CONVERSATION = 4
"""Messages of each conversation: enough to see that their order is kept, too few for a pair limit."""
_SINGLES_EVERY_S = 0.1


class _Entry(msgspec.Struct):
    number_id: str
    to: str | None
    user_id: str
    accepted_at: float
    body: dict[str, Any]  # the request as the provider got it

    @property
    def text(self) -> str:
        return str(self.body["text"]["body"])


class _Log(msgspec.Struct):
    items: list[_Entry]


async def measure(options: Options) -> list[Figure]:
    settings: dict[str, str | int | float] = {"sends_per_second": LIMIT_PER_S}
    with running_postgres() as server:
        async with open_installation(server, channels=4, has_simulator=True, settings=settings) as installation:
            await _prepare(installation, options)
            statuses = await _measure_statuses(installation, options)
            await installation.control("knobs", {"hold_statuses": True})
            one = await _measure_one(installation, options)
            four = await _measure_four(installation, options)
            isolation = await _measure_isolation(installation, options)
            return [*one, four, statuses, *isolation]


async def _prepare(installation: Installation, options: Options) -> None:
    contacts = max(options.sizes.outbox, options.sizes.burst) // _A_CONVERSATION
    for place in range(len(installation.numbers)):
        await make_contacts(installation, range(contacts), place=place, has_user_id=False)
    await installation.control(
        "knobs",
        {
            "answer_delay_s": ANSWERS_AFTER_S,
            "sent_delay_s": 0.05,
            "delivered_delay_s": 0.1,
            "read_delay_s": 0.2,
            "ignores_window": True,
            "unknown_users_exist": True,
        },
    )
    for number in installation.numbers:
        await installation.control(f"numbers/{number}", {"rate_per_s": 0})
    installation.web.start()
    installation.worker.start()
    await installation.wait_until_ready()
    await installation.wait_until_hosted()
    for place in range(len(installation.numbers)):
        await add_outgoing(installation, 20, place=place, status=Status.QUEUED)
    await _wait_until_accepted(installation, 20 * len(installation.numbers))


async def _measure_one(installation: Installation, options: Options) -> list[Figure]:
    count, before = options.sizes.outbox, load_average()
    entries, note = await _send(installation, [count])
    rate = _rate(entries)
    fastest = await _fastest_second(installation)
    return [
        Figure(
            part=PART,
            name="one number, its limiter at 1,000/s",
            unit="/s",
            measured=rate,
            target=950,
            note=note,
            load_average=before,
        ),
        Figure(
            part=PART,
            name="  most that arrived in any second",
            unit="/s",
            measured=fastest,
            aim="at most",
            target=LIMIT_PER_S,
            load_average=before,
        ),
        Figure(
            part=PART,
            name="  messages out of order in their conversation",
            unit="",
            measured=_out_of_order(entries),
            aim="at most",
            target=0,
            load_average=before,
        ),
    ]


async def _measure_four(installation: Installation, options: Options) -> Figure:
    before = load_average()
    entries, note = await _send(installation, [options.sizes.outbox // 2] * 4)
    if _out_of_order(entries):
        raise Failed("messages left out of order")
    return Figure(
        part=PART,
        name="four numbers",
        unit="/s",
        measured=_rate(entries),
        target=2000,
        note=f"{note}; most of one number in a second: {await _fastest_second(installation):,.0f}",
        load_average=before,
    )


async def _measure_statuses(installation: Installation, options: Options) -> Figure:
    """Until the last of them is read: sent, delivered and read came as webhooks and stand in the rows."""
    count, before = options.sizes.outbox_with_statuses, load_average()
    await installation.control("drain", {"timeout_s": 60})
    await installation.control("log", method="DELETE")
    since = await installation.query("select id from attempts order by id desc limit 1")
    meter = installation.meter()
    meter.start()
    for place in range(4):
        await add_outgoing(installation, count // 4, place=place, status=Status.QUEUED)
    read_at = await _wait_until_read(installation, since[0]["id"])
    note = meter.each(count)
    entries = await _read_log(installation)
    return Figure(
        part=PART,
        name="with three statuses each, sustained",
        unit="/s",
        measured=count / (read_at - entries[0].accepted_at),
        target=400,
        note=f"accepted at {_rate(entries):,.0f}/s; {note}",
        load_average=before,
    )


async def _measure_isolation(installation: Installation, options: Options) -> list[Figure]:
    """Single messages on one number, from the request of the agent to the provider: alone, and beside a burst."""
    sizes, before = options.sizes, load_average()
    rows = await installation.query(
        "select id from conversations where channel_id = $1 order by id limit $2",
        installation.channel_ids[1],
        sizes.singles,
    )
    conversations = [row["id"] for row in rows]
    calm = await _send_singles(installation, conversations)
    await add_outgoing(installation, sizes.burst, place=0, status=Status.QUEUED)
    beside = await _send_singles(installation, conversations)
    await _wait_until_settled(installation)
    return [
        Figure(
            part=PART,
            name="single messages beside another number's burst, p99",
            unit="ms",
            measured=percentile(beside, 0.99) * 1000,
            aim="at most",
            target=250,
            note=f"p50 {percentile(beside, 0.5) * 1000:.0f} ms; without a burst p50 {percentile(calm, 0.5) * 1000:.0f},"
            f" p99 {percentile(calm, 0.99) * 1000:.0f} ms; from the request to the API to arrival at the provider",
            load_average=before,
        )
    ]


async def _send(installation: Installation, counts: Sequence[int]) -> tuple[list[_Entry], str]:
    """Queues so many on each number and waits until the provider has them all."""
    await installation.control("log", method="DELETE")
    meter = installation.meter()
    meter.start()
    for place, count in enumerate(counts):
        most = max(1, count // _A_CONVERSATION)
        await add_outgoing(installation, count, place=place, status=Status.QUEUED, most=most)
    await _wait_until_accepted(installation, sum(counts))
    note = meter.each(sum(counts))
    return await _read_log(installation), note


async def _send_singles(installation: Installation, conversations: Sequence[UUID]) -> list[float]:
    """Seconds from the request to its arrival, sorted; one each tenth of a second, whatever the answers do."""
    asked_at: dict[str, float] = {}

    async def ask(conversation_id: UUID) -> None:
        text = f"single {uuid4()}"
        asked_at[text] = time.time()
        body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": text}}
        status, answer = await installation.api("POST", f"/conversations/{conversation_id}/messages", body)
        if status != 201:
            raise Failed(f"the API answered {status}: {answer}")

    async with asyncio.TaskGroup() as group:
        for conversation_id in conversations:
            group.create_task(ask(conversation_id))
            await asyncio.sleep(_SINGLES_EVERY_S)
    ends = time.monotonic() + 30
    while time.monotonic() < ends:
        arrived = {one.text: one.accepted_at for one in await _read_log(installation) if one.text in asked_at}
        if len(arrived) == len(asked_at):
            return sorted(max(0.0, at - asked_at[text]) for text, at in arrived.items())
        await asyncio.sleep(0.5)
    raise Failed("single messages did not arrive at the provider")


async def _wait_until_accepted(installation: Installation, count: int, *, within_s: float = 180) -> None:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        if (await installation.control("log?limit=1&compact=1"))["total"] >= count:
            return
        await asyncio.sleep(0.1)
    raise Failed(f"the provider does not have all {count} messages:\n{installation.worker.tail()}")


async def _wait_until_settled(installation: Installation) -> None:
    await asyncio.to_thread(installation.command, "settle", "--timeout", "120", timeout_s=150)


async def _wait_until_read(installation: Installation, since: UUID, *, within_s: float = 180) -> float:
    ends = time.monotonic() + within_s
    while time.monotonic() < ends:
        rows = await installation.query(
            "select exists (select from attempts where id > $1 and status < $2) as is_left", since, int(Status.READ)
        )
        if not rows[0]["is_left"]:
            return time.time()
        await asyncio.sleep(0.1)
    raise Failed(f"not every message was read:\n{installation.worker.tail()}")


async def _read_log(installation: Installation) -> list[_Entry]:
    answer = await installation.control("log?limit=100000")
    return msgspec.convert(answer, _Log, strict=False).items


async def _fastest_second(installation: Installation) -> float:
    counters = await installation.control("log/counters")
    return max(counters["max_in_1s"].values())


def _rate(entries: Sequence[_Entry]) -> float:
    times = sorted(entry.accepted_at for entry in entries)
    return (len(times) - 1) / max(times[-1] - times[0], 1e-9)


def _out_of_order(entries: Sequence[_Entry]) -> int:
    """The texts of a conversation are numbered; the log is in the order of arrival."""
    by_customer: dict[tuple[str, str], list[int]] = defaultdict(list)
    for entry in entries:
        by_customer[entry.number_id, entry.to or entry.user_id].append(int(entry.text.split(":")[0].split(" ")[1]))
    return sum(one > other for seqs in by_customer.values() for one, other in itertools.pairwise(seqs))
