"""What a measurement finds there already: contacts with conversations, messages of ours, deliveries that wait."""

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import msgspec

from bench.bodies import message_body, status_body
from bench.installation import ACCOUNT, Installation
from bench.load import provider_id
from bench.processes import Child
from bench.product_receive import Received, ReceivePlan
from threadline.core.message import Status
from threadline.core.sending import ORDER_WAIT
from threadline.infra.clock import new_id

_OUTGOING = """
insert into messages (workspace_id, id, conversation_id, channel_id, seq, direction, author_kind, kind, content,
                      sort_at, created_at, status)
select $1, o.id, o.conversation_id, $2, o.seq, 'outgoing', 'flow', 'text',
       jsonb_build_object('kind', 'text', 'text', 'bench ' || o.seq || ': your bowls left our workshop this morning.'),
       now(), now(), $3
from unnest($4::uuid[], $5::uuid[], $6::int[]) as o (id, conversation_id, seq)
"""
_ATTEMPTS = """
insert into attempts (workspace_id, id, channel_id, conversation_id, contact_id, message_id, seq, status, due_at,
                      provider_id, sent_at)
select $1, o.id, $2, o.conversation_id, o.contact_id, o.message_id, o.seq, $3, o.due_at, o.provider_id,
       case when o.provider_id is not null then now() end
from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::int[], $9::timestamptz[], $10::text[])
     as o (id, conversation_id, contact_id, message_id, seq, due_at, provider_id)
"""
_LAST = """
update conversations c set last_seq = n.last_seq, last_message_id = n.message_id
from (select conversation_id, max(seq) as last_seq, (array_agg(id order by seq desc))[1] as message_id
      from unnest($1::uuid[], $2::uuid[], $3::int[]) as o (id, conversation_id, seq) group by conversation_id) n
where c.id = n.conversation_id
"""


class Sent(msgspec.Struct, frozen=True):
    attempt_id: UUID
    provider_id: str


async def make_contacts(
    installation: Installation, customers: Sequence[int], *, place: int = 0, has_user_id: bool = True
) -> None:
    """Customers with an open conversation on that number, by receiving a message of each."""
    chance = random.Random(place)
    bodies = [
        message_body(
            number=installation.numbers[place],
            account=installation.account,
            customer=customer,
            provider_id=provider_id(f"hello{place}{uuid4().hex[:6]}", customer, chance),
            at=int(time.time()),
            has_user_id=has_user_id,
        )
        for customer in customers
    ]
    await receive_product(installation, bodies, place=place)


async def receive_product(
    installation: Installation, bodies: Sequence[bytes], *, place: int = 0, before: str = "select 1"
) -> Received:
    """Stored as deliveries first; after the statement `before` received by the product's loop in its own process."""
    file = keep_bodies(installation.folder, bodies)
    child = await Child.begin(
        "bench.product_receive",
        ReceivePlan(
            url=installation.database_url,
            workspace_id=installation.workspace_id,
            channel_id=installation.channel_ids[place],
            address=installation.numbers[place],
            account=installation.account,
            file=str(file),
        ),
    )
    await child.ready()
    await installation.query(before)
    child.go()
    return msgspec.json.decode(await child.answer(), type=Received)


def keep_bodies(folder: Path, bodies: Sequence[bytes]) -> Path:
    file = folder / f"bodies-{uuid4().hex[:8]}"
    file.write_bytes(msgspec.msgpack.encode(list(bodies)))
    return file


async def add_outgoing(
    installation: Installation, count: int, *, place: int = 0, status: Status = Status.SENT, most: int | None = None
) -> list[Sent]:
    """So many messages of ours, spread over the conversations of a number: accepted by the provider, or queued.

    `most`: over so many conversations only. As `actions/send_message.py` would leave them: of several in a conversation
    the later ones are due when the one before has its end.
    """
    connection = await asyncpg.connect(installation.database_url)
    try:
        rows = await connection.fetch(
            "select id, contact_id, last_seq from conversations where channel_id = $1 order by id limit $2",
            installation.channel_ids[place],
            most or count,
        )
        workspace_id, channel_id = installation.workspace_id, installation.channel_ids[place]
        now = datetime.now(UTC)
        chosen = [(rows[n % len(rows)], n // len(rows)) for n in range(count)]
        message_ids = [new_id() for _ in chosen]
        attempt_ids = [new_id() for _ in chosen]
        conversation_ids = [row["id"] for row, _ in chosen]
        seqs = [row["last_seq"] + 1 + turn for row, turn in chosen]
        chance = random.Random(count)
        run = uuid4().hex[:8]
        provider_ids = [None if status < Status.SENT else provider_id(run, n, chance) for n in range(count)]
        due_at = [now if turn == 0 else now + ORDER_WAIT + timedelta(seconds=turn) for _, turn in chosen]
        async with connection.transaction():
            await connection.execute(
                _OUTGOING, workspace_id, channel_id, int(status), message_ids, conversation_ids, seqs
            )
            await connection.execute(
                _ATTEMPTS,
                workspace_id,
                channel_id,
                int(status),
                attempt_ids,
                conversation_ids,
                [row["contact_id"] for row, _ in chosen],
                message_ids,
                seqs,
                due_at,
                provider_ids,
            )
            await connection.execute(_LAST, message_ids, conversation_ids, seqs)
        return [Sent(attempt_id, id or "") for attempt_id, id in zip(attempt_ids, provider_ids, strict=True)]
    finally:
        await connection.close()


def mixed_bodies(
    count: int,
    *,
    number: str,
    customers: Sequence[int],
    sent: Sequence[Sent],
    account: str = ACCOUNT,
    has_user_id: bool = True,
) -> list[bytes]:
    """60 % messages of these contacts, 40 % statuses of these attempts: delivered, later read, each once."""
    chance = random.Random(count)
    run = uuid4().hex[:8]
    now = int(time.time())
    statuses = [(one, "delivered") for one in sent] + [(one, "read") for one in sent]
    bodies: list[bytes] = []
    for n in range(count):
        if n % 5 >= 3 and statuses:
            one, status = statuses[(n * 2 // 5) % len(statuses)]
            bodies.append(
                status_body(
                    number=number,
                    account=account,
                    attempt_id=one.attempt_id,
                    provider_id=one.provider_id,
                    status=status,
                    at=now,
                )
            )
        else:
            bodies.append(
                message_body(
                    number=number,
                    account=account,
                    customer=chance.choice(customers),
                    provider_id=provider_id(run, n, chance),
                    at=now,
                    has_user_id=has_user_id,
                )
            )
    return bodies
