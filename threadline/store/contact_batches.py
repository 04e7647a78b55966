"""Batches of contacts: a table that was read in, an edit of many. Beside each contact stands what undoing needs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.store.fields import set_values
from threadline.store.labels import put_labels, take_labels
from threadline.store.session import Session

BatchKind = Literal["import", "edit"]
State = dict[str, object]
"""Of a contact: its facts by their columns, `field <id>` with its lines, `labels` with their ids, `consents` with what
the customer or one of us said by channel."""

_decode = msgspec.json.Decoder(State).decode
_encode = msgspec.json.Encoder().encode
_FACTS = "name, email, locale, country, time_zone, is_vip, is_name_ours, company_id, owner_id"
_GUARDS = "muted_at, blocked_at, opted_out_at"
"""Given back by their verbs, for more hangs on them than a column."""


class ContactBatch(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: BatchKind
    name: str
    actor_id: UUID | None
    created_at: datetime
    undo_began_at: datetime | None
    """Since when a worker takes it back; its counts go down meanwhile."""
    undone_at: datetime | None
    created_count: int
    changed_count: int
    total: int
    """Rows of a table that a worker reads in; 0: none does."""
    done: int
    failed: int
    started_at: datetime | None
    finished_at: datetime | None


class BatchRow(msgspec.Struct, frozen=True, kw_only=True):
    contact_id: UUID
    is_new: bool
    before: State
    after: State


_COLUMNS = """
b.id, b.kind, b.name, b.actor_id, b.created_at, b.undo_began_at, b.undone_at, b.total, b.done, b.failed, b.started_at,
b.finished_at,
(select count(*) from contact_batch_rows r where r.workspace_id = b.workspace_id and r.batch_id = b.id and r.is_new)
    as created_count,
(select count(*) from contact_batch_rows r where r.workspace_id = b.workspace_id and r.batch_id = b.id
    and not r.is_new) as changed_count
"""


async def list_batches(session: Session, actor_id: UUID | None) -> list[ContactBatch]:
    """The latest thirty, of one actor or, for None, of everybody. Reads the primary key from its end."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from contact_batches b where b.workspace_id = $1"
        " and ($2::uuid is null or b.actor_id = $2) order by b.id desc limit 30",
        session.workspace_id,
        actor_id,
    )
    return [ContactBatch(**row) for row in rows]


async def get_batch(session: Session, batch_id: UUID, *, is_locked: bool = False) -> ContactBatch:
    """Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from contact_batches b where b.workspace_id = $1 and b.id = $2"
        f"{' for no key update of b' if is_locked else ''}",
        session.workspace_id,
        batch_id,
    )
    if row is None:
        raise NotFound("This batch does not exist.")
    return ContactBatch(**row)


async def insert_batch(
    session: Session, batch_id: UUID, *, kind: BatchKind, name: str, actor_id: UUID | None, now: datetime
) -> None:
    await (await session.raw()).execute(
        "insert into contact_batches (workspace_id, id, kind, name, actor_id, created_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        session.workspace_id,
        batch_id,
        kind,
        name,
        actor_id,
        now,
    )


async def read_states(session: Session, contact_ids: Sequence[UUID]) -> dict[UUID, State]:
    """As they are now, by the primary keys."""
    rows = await (await session.raw()).fetch(
        f"select p.id, to_jsonb(f)::text as facts,"
        " (select coalesce(jsonb_object_agg('field ' || v.field_id, v.lines), '{}') from ("
        "   select field_id, jsonb_agg(value order by value) as lines from contact_values"
        "   where workspace_id = p.workspace_id and contact_id = p.id group by field_id) v)::text as fields,"
        " (select coalesce(jsonb_agg(l.label_id order by l.label_id), '[]') from contact_labels l"
        "   where l.workspace_id = p.workspace_id and l.contact_id = p.id)::text as labels,"
        " (select coalesce(jsonb_agg(jsonb_build_object('channel_id', k.channel_id, 'is_given', k.is_given,"
        "     'source', k.source, 'changed_at', k.changed_at) order by k.channel_id), '[]') from consents k"
        "   where k.workspace_id = p.workspace_id and k.contact_id = p.id and k.category = 'marketing'"
        "   and k.source in ('word', 'hand'))::text as consents"
        f" from contacts p cross join lateral (select {_FACTS}, {_GUARDS} from contacts q"
        "   where q.workspace_id = p.workspace_id and q.id = p.id) f"
        " where p.workspace_id = $1 and p.id = any($2::uuid[])",
        session.workspace_id,
        list(contact_ids),
    )
    return {
        row["id"]: {
            **_decode(row["facts"]),
            **_decode(row["fields"]),
            "labels": msgspec.json.decode(row["labels"]),
            "consents": msgspec.json.decode(row["consents"]),
        }
        for row in rows
    }


async def note_rows(session: Session, batch_id: UUID, rows: Sequence[BatchRow]) -> None:
    """Of a contact that comes twice the first `before` and the last `after` count."""
    await (await session.raw()).execute(
        "insert into contact_batch_rows as r (workspace_id, batch_id, contact_id, is_new, before, after)"
        " select $1, $2, contact_id, is_new, before::jsonb, after::jsonb"
        " from unnest($3::uuid[], $4::boolean[], $5::text[], $6::text[]) as new (contact_id, is_new, before, after)"
        " on conflict (workspace_id, batch_id, contact_id) do update set after = excluded.after",
        session.workspace_id,
        batch_id,
        [row.contact_id for row in rows],
        [row.is_new for row in rows],
        [_encode(row.before).decode() for row in rows],
        [_encode(row.after).decode() for row in rows],
    )


async def take_rows(session: Session, batch_id: UUID, *, limit: int) -> list[BatchRow]:
    """The next ones to undo; each is undone once, for it is gone with it."""
    rows = await (await session.raw()).fetch(
        "delete from contact_batch_rows r where r.workspace_id = $1 and r.batch_id = $2 and r.contact_id in ("
        " select contact_id from contact_batch_rows where workspace_id = $1 and batch_id = $2"
        " order by contact_id limit $3)"
        " returning contact_id, is_new, before::text as before, after::text as after",
        session.workspace_id,
        batch_id,
        limit,
    )
    return [
        BatchRow(
            contact_id=row["contact_id"],
            is_new=row["is_new"],
            before=_decode(row["before"]),
            after=_decode(row["after"]),
        )
        for row in rows
    ]


async def note_company(session: Session, batch_id: UUID, company_id: UUID) -> None:
    """A company that the batch made."""
    await (await session.raw()).execute(
        "update contact_batches set company_ids = company_ids || $3::uuid where workspace_id = $1 and id = $2",
        session.workspace_id,
        batch_id,
        company_id,
    )


async def companies_made(session: Session, batch_id: UUID) -> list[UUID]:
    return (
        await (await session.raw()).fetchval(
            "select company_ids from contact_batches where workspace_id = $1 and id = $2",
            session.workspace_id,
            batch_id,
        )
        or []
    )


async def begin_undo(session: Session, batch_id: UUID, *, agent_id: UUID, now: datetime) -> None:
    await (await session.raw()).execute(
        "update contact_batches set undo_began_at = $3, undo_agent_id = $4 where workspace_id = $1 and id = $2",
        session.workspace_id,
        batch_id,
        now,
        agent_id,
    )


async def stop_undo(session: Session, batch_id: UUID) -> None:
    """What is taken back already stays so; the rest may be taken back by somebody else."""
    await (await session.raw()).execute(
        "update contact_batches set undo_began_at = null where workspace_id = $1 and id = $2",
        session.workspace_id,
        batch_id,
    )


async def lock_undo(session: Session, batch_id: UUID) -> UUID | None:
    """For this transaction alone: the agent for whom it is taken back; None if it is not, or is done."""
    agent_id: UUID | None = await (await session.raw()).fetchval(
        "select undo_agent_id from contact_batches where workspace_id = $1 and id = $2"
        " and undo_began_at is not null and undone_at is null for no key update",
        session.workspace_id,
        batch_id,
    )
    return agent_id


async def mark_undone(session: Session, batch_id: UUID, *, now: datetime) -> None:
    await (await session.raw()).execute(
        "update contact_batches set undone_at = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        batch_id,
        now,
    )


async def _restore_facts(session: Session, contact_id: UUID, facts: Mapping[str, object]) -> None:
    """Columns of a closed set of ours, as they were."""
    names = [name for name in _FACTS.split(", ") if name in facts]
    if not names:
        return
    changes = ", ".join(f"{name} = ${index}" for index, name in enumerate(names, start=3))
    await (await session.raw()).execute(
        f"update contacts set {changes}, updated_at = now() where workspace_id = $1 and id = $2",
        session.workspace_id,
        contact_id,
        *(facts[name] for name in names),
    )


async def restore(session: Session, contact_id: UUID, before: State, after: State, back: Mapping[str, object]) -> None:
    """What of `back` is a fact, a field or a label: as it was before."""
    await _restore_facts(session, contact_id, back)
    lines = {
        UUID(name.removeprefix("field ")): msgspec.convert(value or [], list[str])
        for name, value in back.items()
        if name.startswith("field ")
    }
    if lines:
        await set_values(session, "contact", contact_id, lines)
    had, got = _labels(before), _labels(after)
    await take_labels(session, "contact", contact_id, sorted(got - had))
    await put_labels(session, "contact", contact_id, sorted(had - got))


def _labels(state: State) -> set[UUID]:
    return msgspec.convert(state.get("labels") or [], set[UUID])


async def remove_unspoken(session: Session, contact_id: UUID, *, now: datetime) -> bool:
    """Out of every list, unless they have written meanwhile. Their number is free again. Returns whether it went."""
    connection = await session.raw()
    removed = await connection.fetchval(
        "update contacts p set removed_at = $3 where p.workspace_id = $1 and p.id = $2 and not exists ("
        " select from conversations c where c.workspace_id = $1 and c.contact_id = $2) returning true",
        session.workspace_id,
        contact_id,
        now,
    )
    if removed:
        await connection.execute(
            "update addresses set retired_at = $3 where workspace_id = $1 and contact_id = $2 and retired_at is null",
            session.workspace_id,
            contact_id,
            now,
        )
    return bool(removed)


async def find_by_identity(session: Session, *, phone: str, email: str) -> UUID | None:
    """Whom a row of a table means: by the number, which is one contact's only, else by the e-mail address if it is."""
    connection = await session.raw()
    if phone:
        found: UUID | None = await connection.fetchval(
            "select contact_id from addresses where workspace_id = $1 and scheme = 'phone' and scope = ''"
            " and value = $2 and retired_at is null",
            session.workspace_id,
            phone,
        )
        return found
    rows = await connection.fetch(
        "select id from contacts where workspace_id = $1 and lower(email) = lower($2) and email <> ''"
        " and merged_into is null and removed_at is null limit 2",
        session.workspace_id,
        email,
    )
    return rows[0]["id"] if len(rows) == 1 else None
