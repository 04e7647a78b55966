"""Labels, and which conversations and contacts have them. A deleted label is on nothing and in no list any more."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.label import LabelColour, LabelKind, label_key
from threadline.store.connection import Connection
from threadline.store.session import Session


class Label(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    kind: LabelKind
    name: str
    colour: LabelColour


_PUT_ON: dict[LabelKind, tuple[str, str]] = {
    "conversation": ("conversation_labels", "conversation_id"),
    "contact": ("contact_labels", "contact_id"),
}
"""The table that says what has a label, and its column for that."""


async def list_labels(session: Session) -> list[Label]:
    """Both kinds, by name. Their number is bounded (`MOST_OF_A_KIND`)."""
    rows = await (await session.raw()).fetch(
        "select id, kind, name, colour from labels where workspace_id = $1 and deleted_at is null"
        " order by kind, name_key",
        session.workspace_id,
    )
    return [Label(**row) for row in rows]


async def get_label(session: Session, label_id: UUID) -> Label:
    """Raises NotFound, also for deleted ones and those of other workspaces."""
    row = await (await session.raw()).fetchrow(
        "select id, kind, name, colour from labels where workspace_id = $1 and id = $2 and deleted_at is null",
        session.workspace_id,
        label_id,
    )
    if row is None:
        raise _no_such_label()
    return Label(**row)


async def find_labels(session: Session, kind: LabelKind, label_ids: Sequence[UUID]) -> dict[UUID, Label]:
    """Those of these ids that are labels of this kind."""
    if not label_ids:
        return {}
    rows = await (await session.raw()).fetch(
        "select id, kind, name, colour from labels"
        " where workspace_id = $1 and id = any($2::uuid[]) and kind = $3 and deleted_at is null",
        session.workspace_id,
        list(label_ids),
        kind,
    )
    return {row["id"]: Label(**row) for row in rows}


async def count_labels(session: Session, kind: LabelKind) -> int:
    count = await (await session.raw()).fetchval(
        "select count(*) from labels where workspace_id = $1 and kind = $2 and deleted_at is null",
        session.workspace_id,
        kind,
    )
    return count or 0


async def insert_label(session: Session, label: Label) -> None:
    """Raises Conflict if another label of this kind has the name."""
    inserted = await (await session.raw()).fetchval(
        "insert into labels (workspace_id, id, kind, name, name_key, colour) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (workspace_id, kind, name_key) where deleted_at is null do nothing returning true",
        session.workspace_id,
        label.id,
        label.kind,
        label.name,
        label_key(label.name),
        label.colour,
    )
    if not inserted:
        raise _name_is_taken()


async def update_label(session: Session, label_id: UUID, *, name: str, colour: LabelColour) -> None:
    """Raises Conflict if another label of its kind has the name; NotFound if it was deleted a moment ago."""
    try:
        changed = await (await session.raw()).fetchval(
            "update labels set name = $3, name_key = $4, colour = $5"
            " where workspace_id = $1 and id = $2 and deleted_at is null returning true",
            session.workspace_id,
            label_id,
            name,
            label_key(name),
            colour,
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None
    if not changed:
        raise _no_such_label()


async def delete_label(session: Session, label_id: UUID) -> None:
    """It is off everything at once: what has it keeps its row, which nothing reads. Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "update labels set deleted_at = now() where workspace_id = $1 and id = $2 and deleted_at is null"
        " returning true",
        session.workspace_id,
        label_id,
    )
    if not deleted:
        raise _no_such_label()


async def labels_of(
    connection: Connection, workspace_id: UUID, kind: LabelKind, ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Conversations or contacts → their labels, the oldest label first; what has none is absent.

    One statement for a page or a frame, by the primary key; nothing is asked for no ids.
    """
    if not ids:
        return {}
    table, column = _PUT_ON[kind]
    rows = await connection.fetch(
        f"select h.{column} as id, array_agg(h.label_id order by h.label_id) as label_ids from {table} h"
        " join labels l on l.workspace_id = h.workspace_id and l.id = h.label_id and l.deleted_at is null"
        f" where h.workspace_id = $1 and h.{column} = any($2::uuid[]) group by h.{column}",
        workspace_id,
        list(ids),
    )
    return {row["id"]: row["label_ids"] for row in rows}


async def put_labels(session: Session, kind: LabelKind, id: UUID, label_ids: Sequence[UUID]) -> set[UUID]:
    """Puts these labels on a conversation or contact. Returns those that it did not have."""
    if not label_ids:
        return set()
    table, column = _PUT_ON[kind]
    rows = await (await session.raw()).fetch(
        f"insert into {table} (workspace_id, {column}, label_id) select $1, $2, unnest($3::uuid[])"
        " on conflict do nothing returning label_id",
        session.workspace_id,
        id,
        list(label_ids),
    )
    return {row["label_id"] for row in rows}


async def take_labels(session: Session, kind: LabelKind, id: UUID, label_ids: Sequence[UUID]) -> set[UUID]:
    """Takes these labels off a conversation or contact. Returns those that it had."""
    if not label_ids:
        return set()
    table, column = _PUT_ON[kind]
    rows = await (await session.raw()).fetch(
        f"delete from {table} where workspace_id = $1 and {column} = $2 and label_id = any($3::uuid[])"
        " returning label_id",
        session.workspace_id,
        id,
        list(label_ids),
    )
    return {row["label_id"] for row in rows}


def _no_such_label() -> NotFound:
    return NotFound("This label does not exist.")


def _name_is_taken() -> Conflict:
    return Conflict("There is a label with this name already.", reason="label_name_taken")
