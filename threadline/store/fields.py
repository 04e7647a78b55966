"""Fields of one's own and their values. A deleted field is on nothing and in no list any more; its rows stay unread."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.field import PERSONAL, Field, FieldOption, FieldOwner, FieldType, FieldValue, value_of
from threadline.core.label import label_key
from threadline.core.personal import Address
from threadline.infra.phone import display_phone
from threadline.store.connection import Connection
from threadline.store.session import Session

_COLUMNS = "id, owner, type, name, options::text as options, position"
_VALUES: dict[FieldOwner, tuple[str, str]] = {
    "contact": ("contact_values", "contact_id"),
    "conversation": ("conversation_values", "conversation_id"),
    "company": ("company_values", "company_id"),
}
"""The table that holds the values, and its column for whose they are."""


async def list_fields(session: Session, owner: FieldOwner | None = None) -> list[Field]:
    """In the order in which people put them. Their number is bounded (`MOST_FIELDS`)."""
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from fields where workspace_id = $1 and deleted_at is null"
        " and ($2::text is null or owner = $2) order by owner, position, id",
        session.workspace_id,
        owner,
    )
    return [_field(row) for row in rows]


async def get_field(session: Session, field_id: UUID) -> Field:
    """Raises NotFound, also for deleted ones and those of other workspaces."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from fields where workspace_id = $1 and id = $2 and deleted_at is null",
        session.workspace_id,
        field_id,
    )
    if row is None:
        raise _no_such_field()
    return _field(row)


async def insert_field(session: Session, field: Field) -> None:
    """Raises Conflict if another field of this owner has the name."""
    inserted = await (await session.raw()).fetchval(
        "insert into fields (workspace_id, id, owner, type, name, name_key, options, position)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)"
        " on conflict (workspace_id, owner, name_key) where deleted_at is null do nothing returning true",
        session.workspace_id,
        field.id,
        field.owner,
        field.type.value,
        field.name,
        label_key(field.name),
        _encode_options(field.options),
        field.position,
    )
    if not inserted:
        raise _name_is_taken()


async def update_field(session: Session, field: Field) -> None:
    """Raises Conflict if another field of its owner has the name; NotFound if it was deleted a moment ago."""
    try:
        changed = await (await session.raw()).fetchval(
            "update fields set name = $3, name_key = $4, options = $5::jsonb, position = $6"
            " where workspace_id = $1 and id = $2 and deleted_at is null returning true",
            session.workspace_id,
            field.id,
            field.name,
            label_key(field.name),
            _encode_options(field.options),
            field.position,
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None
    if not changed:
        raise _no_such_field()


async def delete_field(session: Session, field_id: UUID) -> None:
    """Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "update fields set deleted_at = now() where workspace_id = $1 and id = $2 and deleted_at is null"
        " returning true",
        session.workspace_id,
        field_id,
    )
    if not deleted:
        raise _no_such_field()


async def values_of(
    connection: Connection, workspace_id: UUID, owner: FieldOwner, ids: Sequence[UUID]
) -> dict[UUID, dict[str, FieldValue]]:
    """What they are → the id of a field → its value; what has none is absent. One statement, by the primary key.

    Of fields for numbers and e-mail addresses the value is an `Address`.
    """
    if not ids:
        return {}
    table, column = _VALUES[owner]
    rows = await connection.fetch(
        f"select v.{column} as id, v.value, f.id as field_id, f.type, f.options::text as options, f.name,"
        f" f.position from {table} v"
        " join fields f on f.workspace_id = v.workspace_id and f.id = v.field_id and f.deleted_at is null"
        f" where v.workspace_id = $1 and v.{column} = any($2::uuid[])",
        workspace_id,
        list(ids),
    )
    fields = {row["field_id"]: _field({**row, "id": row["field_id"], "owner": owner}) for row in rows}
    lines: dict[tuple[UUID, UUID], list[str]] = {}
    for row in rows:
        lines.setdefault((row["id"], row["field_id"]), []).append(row["value"])
    found: dict[UUID, dict[str, FieldValue]] = {}
    for (one, field_id), values in lines.items():
        value = value_of(fields[field_id], values)
        if value is not None:
            found.setdefault(one, {})[str(field_id)] = _guarded(fields[field_id], value)
    return found


async def set_values(session: Session, owner: FieldOwner, id: UUID, lines: Mapping[UUID, Sequence[str]]) -> list[UUID]:
    """Field → the lines that are its value from now on; none takes it away. Returns the fields that changed."""
    table, column = _VALUES[owner]
    connection = await session.raw()
    before = await connection.fetch(
        f"select field_id, value from {table} where workspace_id = $1 and {column} = $2 and field_id = any($3::uuid[])",
        session.workspace_id,
        id,
        list(lines),
    )
    known: dict[UUID, set[str]] = {}
    for row in before:
        known.setdefault(row["field_id"], set()).add(row["value"])
    changed = [field_id for field_id, values in lines.items() if set(values) != known.get(field_id, set())]
    if not changed:
        return []
    await connection.execute(
        f"delete from {table} where workspace_id = $1 and {column} = $2 and field_id = any($3::uuid[])",
        session.workspace_id,
        id,
        changed,
    )
    rows = [(field_id, value) for field_id in changed for value in lines[field_id]]
    await connection.execute(
        f"insert into {table} (workspace_id, {column}, field_id, value)"
        " select $1, $2, field_id, value from unnest($3::uuid[], $4::text[]) as new (field_id, value)"
        " on conflict do nothing",
        session.workspace_id,
        id,
        [field_id for field_id, _ in rows],
        [value for _, value in rows],
    )
    return changed


def _guarded(field: Field, value: FieldValue) -> FieldValue:
    """Numbers and e-mail addresses as an encoder cannot show them unasked; its type is what comes out of that."""
    shown = display_phone(str(value)) if field.type is FieldType.PHONE else str(value)
    return cast("FieldValue", Address(shown)) if field.type in PERSONAL else value


def _field(row: Mapping[str, Any]) -> Field:  # a row of the database: typed by its columns
    return Field(
        id=row["id"],
        owner=row["owner"],
        type=FieldType(row["type"]),
        name=row["name"],
        options=_decoder.decode(row["options"]),
        position=row["position"],
    )


_decoder = msgspec.json.Decoder(list[FieldOption])


def _encode_options(options: Sequence[FieldOption]) -> str:
    return msgspec.json.encode(list(options)).decode()


def _no_such_field() -> NotFound:
    return NotFound("This field does not exist.")


def _name_is_taken() -> Conflict:
    return Conflict("There is a field with this name already.", reason="field_name_taken")
