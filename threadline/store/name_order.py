"""Lists by name or by age, page after page by key: contacts and companies are read alike."""

from enum import StrEnum
from typing import Final

import asyncpg

from threadline.store.cursors import decode_ordered_cursor, encode_cursor
from threadline.store.visibility import Arguments


class NameOrder(StrEnum):
    NAME = "name"
    NAME_BACK = "name_back"
    NEWEST = "newest"
    OLDEST = "oldest"


_BY_NAME: Final = frozenset({NameOrder.NAME, NameOrder.NAME_BACK})
_DOWN: Final = frozenset({NameOrder.NAME_BACK, NameOrder.NEWEST})


def ordering(order: NameOrder, alias: str) -> str:
    """Ids are made in the order of time, so the primary key orders by age."""
    direction = "desc" if order in _DOWN else "asc"
    keys = [f"{alias}.name_key", f"{alias}.id"] if order in _BY_NAME else [f"{alias}.id"]
    return ", ".join(f"{key} {direction}" for key in keys)


def after_cursor(cursor: str, order: NameOrder, alias: str, arguments: Arguments, *, named_in: str = "") -> str:
    """The condition on the rows that follow. Raises Invalid if the cursor is of another order.

    `named_in`: the table in which the name is looked up, for cursors that do not say it.
    """
    compare = "<" if order in _DOWN else ">"
    last, last_id = decode_ordered_cursor(cursor, order.value, str)
    if order not in _BY_NAME:
        return f"{alias}.id {compare} {arguments.add(last_id)}::uuid"
    last_one = f"{arguments.add(last_id)}::uuid"
    name = arguments.add(last) if not named_in else _name_of(last_one, named_in, alias)
    return f"({alias}.name_key, {alias}.id) {compare} ({name}, {last_one})"


def _name_of(id: str, table: str, alias: str) -> str:
    return (
        f"(select named.name_key from {table} named"
        f" where named.workspace_id = {alias}.workspace_id and named.id = {id})"
    )


def cursor_of(order: NameOrder, row: asyncpg.Record, *, says_name: bool = True) -> str:
    """Of a row that has `name_key` and `id`. A name that may be somebody's number is not said."""
    return encode_cursor(order.value, row["name_key"] if says_name else "", str(row["id"]))
