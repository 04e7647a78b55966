"""What the hot functions of the store take: an asyncpg connection, from a session or from a pool of its own."""

from typing import TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

T = TypeVar("T")


def sparse(column: list[T | None]) -> list[T | None]:
    """A column for `unnest` beside a full one. If nobody filled it, it is sent empty, and `unnest` pads it with nulls:
    encoding five hundred nothings would cost a tenth of a millisecond."""
    return column if any(value is not None for value in column) else []
