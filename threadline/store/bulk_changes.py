"""Changes of many conversations or contacts: orders with their progress, and what became of each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.acts import Made, Standing
from threadline.core.bulk import BulkContacts, BulkOrder, Refusal
from threadline.core.errors import NotFound
from threadline.core.permission import Caller
from threadline.core.personal import PersonName
from threadline.store.contact_batches import State
from threadline.store.contacts import is_seen
from threadline.store.filters import CONTACT_JOIN
from threadline.store.ranked_conversations import Where
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

Outcome = Literal["", "changed", "unchanged", "refused"]

Subject = Literal["conversations", "contacts"]

_decode_order = msgspec.json.Decoder(BulkOrder | BulkContacts).decode
_decode_standing = msgspec.json.Decoder(Standing).decode
_decode_state = msgspec.json.Decoder(State).decode
_decode_made = msgspec.json.Decoder(Made).decode
_decode_refusal = msgspec.json.Decoder(Refusal).decode
_encode = msgspec.json.Encoder().encode


class BulkChange(msgspec.Struct, frozen=True, kw_only=True):
    """An order and how far it is."""

    id: UUID
    subject: Subject
    is_undo: bool
    is_cut: bool
    """More matched than one order changes."""
    total: int
    done: int
    changed: int
    """Those left alone were so already, or their change was refused."""
    refused: int
    finished_at: datetime | None
    closing_sent: int = 0
    """Told when it is taken back: so many customers had the closing text already."""


class OpenBulk(msgspec.Struct, frozen=True, kw_only=True):
    """As the job needs it."""

    agent_id: UUID
    order: BulkOrder | BulkContacts
    is_undo: bool


class BulkItem(msgspec.Struct, frozen=True, kw_only=True):
    place: int
    conversation_id: UUID
    before: Standing | None
    after: Standing | None
    made: Made
    """What it added; nothing, if it did not."""


class ContactItem(msgspec.Struct, frozen=True, kw_only=True):
    place: int
    contact_id: UUID
    before: State | None
    after: State | None


class RefusedOne(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation or contact that an order left as it was."""

    conversation_id: UUID | None
    """None: the order was for contacts."""
    contact_id: UUID
    contact_name: PersonName
    refusal: Refusal


MOST_LISTED: Final = 10
MOST_SHOWN: Final = 200
"""Of those that an order left alone; nobody reads more, and a filter finds them."""

_COLUMNS = (
    "id, case change ->> 'kind' when 'contacts' then 'contacts' else 'conversations' end as subject,"
    " is_undo, is_cut, total, done, changed, finished_at, (select count(*) from bulk_items i"
    " where i.workspace_id = b.workspace_id and i.bulk_id = b.id and i.refusal is not null)::int as refused"
)


async def find_matching_ids(
    session: Session, caller: Caller, *, where: Where, needs_contact: bool, limit: int
) -> list[UUID]:
    """The conversations of a list, the newest first, as many as the limit. Those that the caller may see only (S5)."""
    arguments = Arguments(caller.workspace_id)
    contact = CONTACT_JOIN if needs_contact else ""
    rows = await (await session.raw()).fetch(
        f"select c.id from conversations c {contact} where c.workspace_id = $1 and {where(arguments)}"
        f" and {visible(caller.visibility, 'c', arguments)} order by c.list_at desc, c.id desc"
        f" limit {arguments.add(limit)}",
        *arguments.values,
    )
    return [row["id"] for row in rows]


async def insert_bulk(
    session: Session,
    *,
    bulk_id: UUID,
    agent_id: UUID,
    order: BulkOrder | BulkContacts,
    ids: Sequence[UUID],
    is_cut: bool,
) -> None:
    """`ids` are of conversations or contacts, as the order means them."""
    connection = await session.raw()
    await connection.execute(
        "insert into bulk_changes (workspace_id, id, agent_id, change, is_cut, total) values ($1, $2, $3, $4, $5, $6)",
        session.workspace_id,
        bulk_id,
        agent_id,
        _encode(order).decode(),
        is_cut,
        len(ids),
    )
    column = "contact_id" if isinstance(order, BulkContacts) else "conversation_id"
    await connection.execute(
        f"insert into bulk_items (workspace_id, bulk_id, place, {column})"
        " select $1, $2, place, id from unnest($3::uuid[]) with ordinality as given (id, place)",
        session.workspace_id,
        bulk_id,
        list(ids),
    )


async def list_bulks(session: Session, caller: Caller) -> list[BulkChange]:
    """One's own of the last day, the latest first, as many as a list shows. By the primary key."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from bulk_changes b where workspace_id = $1 and agent_id = $2"
        " and created_at > now() - interval '1 day' order by id desc limit $3",
        caller.workspace_id,
        caller.agent_id,
        MOST_LISTED,
    )
    return [BulkChange(**row) for row in rows]


async def access_bulk(session: Session, caller: Caller, bulk_id: UUID) -> BulkChange:
    """One's own. Raises NotFound: missing, foreign and a colleague's look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from bulk_changes b where workspace_id = $1 and id = $2 and agent_id = $3",
        caller.workspace_id,
        bulk_id,
        caller.agent_id,
    )
    if row is None:
        raise NotFound("This does not exist any more.")
    return BulkChange(**row)


async def list_refused(session: Session, caller: Caller, bulk_id: UUID) -> list[RefusedOne]:
    """What an order of the caller's left alone, and why, as far as they see it. By the primary key."""
    arguments = Arguments(caller.workspace_id, bulk_id, MOST_SHOWN)
    rows = await (await session.raw()).fetch(
        "select i.refusal::text as refusal, i.conversation_id, p.id as contact_id,"
        f" {called('p')} as name from bulk_items i"
        " left join conversations c on c.workspace_id = i.workspace_id and c.id = i.conversation_id"
        " join contacts p on p.workspace_id = i.workspace_id and p.id = coalesce(i.contact_id, c.contact_id)"
        " where i.workspace_id = $1 and i.bulk_id = $2 and i.refusal is not null"
        f" and case when i.contact_id is null then {visible(caller.visibility, 'c', arguments)}"
        f" else {is_seen(caller, 'p', arguments)} end order by i.place limit $3",
        *arguments.values,
    )
    return [
        RefusedOne(
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            contact_name=person_name(row["name"]),
            refusal=_decode_refusal(row["refusal"]),
        )
        for row in rows
    ]


async def begin_undo(session: Session, bulk_id: UUID) -> bool:
    """What was finished begins again, backwards. False if it is under way or was taken back before."""
    connection = await session.raw()
    began = await connection.fetchval(
        "update bulk_changes set is_undo = true, total = changed, done = 0, changed = 0, finished_at = null"
        " where workspace_id = $1 and id = $2 and finished_at is not null and not is_undo returning true",
        session.workspace_id,
        bulk_id,
    )
    if began:
        await connection.execute(
            "update bulk_items set refusal = null where workspace_id = $1 and bulk_id = $2 and refusal is not null",
            session.workspace_id,
            bulk_id,
        )
    return bool(began)


async def lock_bulk(session: Session, bulk_id: UUID) -> OpenBulk | None:
    """The order, for this transaction alone; None if it is finished."""
    row = await (await session.raw()).fetchrow(
        "select agent_id, change::text as change, is_undo from bulk_changes"
        " where workspace_id = $1 and id = $2 and finished_at is null for update",
        session.workspace_id,
        bulk_id,
    )
    return row and OpenBulk(agent_id=row["agent_id"], order=_decode_order(row["change"]), is_undo=row["is_undo"])


async def next_items(session: Session, bulk_id: UUID, *, is_undo: bool, limit: int) -> list[BulkItem | ContactItem]:
    """Those that nobody has done yet, in their order; backwards those that were changed. By the primary key."""
    condition = "outcome = 'changed' and undo_outcome = ''" if is_undo else "outcome = ''"
    rows = await (await session.raw()).fetch(
        "select place, conversation_id, contact_id, before::text as before, after::text as after,"
        " made::text as made from bulk_items"
        f" where workspace_id = $1 and bulk_id = $2 and {condition} order by place limit $3",
        session.workspace_id,
        bulk_id,
        limit,
    )
    return [_item(row) for row in rows]


def _item(row: asyncpg.Record) -> BulkItem | ContactItem:
    before, after = row["before"], row["after"]
    if row["contact_id"] is not None:
        return ContactItem(
            place=row["place"],
            contact_id=row["contact_id"],
            before=_decode_state(before) if before else None,
            after=_decode_state(after) if after else None,
        )
    return BulkItem(
        place=row["place"],
        conversation_id=row["conversation_id"],
        before=_decode_standing(before) if before else None,
        after=_decode_standing(after) if after else None,
        made=_decode_made(row["made"]) if row["made"] else Made(),
    )


async def keep_outcome(
    session: Session,
    bulk_id: UUID,
    place: int,
    *,
    outcome: Outcome,
    is_undo: bool,
    before: Standing | State | None = None,
    after: Standing | State | None = None,
    made: Made | None = None,
    refusal: Refusal | None = None,
) -> None:
    column = "undo_outcome" if is_undo else "outcome"
    connection = await session.raw()
    await connection.execute(
        f"update bulk_items set {column} = $4, before = coalesce($5, before), after = coalesce($6, after),"
        " refusal = $7, made = coalesce($8, made)"
        " where workspace_id = $1 and bulk_id = $2 and place = $3",
        session.workspace_id,
        bulk_id,
        place,
        outcome,
        _encode(before).decode() if before else None,
        _encode(after).decode() if after else None,
        _encode(refusal).decode() if refusal else None,
        _encode(made).decode() if made else None,
    )


async def advance_bulk(session: Session, bulk_id: UUID, *, done: int, changed: int, is_finished: bool) -> None:
    await (await session.raw()).execute(
        "update bulk_changes set done = done + $3, changed = changed + $4,"
        " finished_at = case when $5 then now() end where workspace_id = $1 and id = $2",
        session.workspace_id,
        bulk_id,
        done,
        changed,
        is_finished,
    )
