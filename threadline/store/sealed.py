"""Where sealed values lie, for sealing them again. A new sealed column gets its line in PLACES (a test compares)."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from threadline.store.session import Session

PLACES: Final = (("channels", "secrets"), ("endpoints", "secrets"), ("push_keys", "secret"), ("webhooks", "secrets"))


async def lock_sealed(session: Session, table: str, column: str, *, prefix: bytes, limit: int) -> dict[UUID, bytes]:
    """Values that do not begin with `prefix`, locked until the end of the transaction."""
    _check(table, column)
    rows = await (await session.raw()).fetch(
        f"select id, {column} as sealed from {table} where length({column}) > 0"
        f" and substring({column} from 1 for {len(prefix)}) <> $1 order by id limit $2 for update",
        prefix,
        limit,
    )
    return {row["id"]: bytes(row["sealed"]) for row in rows}


async def replace_sealed(session: Session, table: str, column: str, values: Mapping[UUID, bytes]) -> None:
    _check(table, column)
    await (await session.raw()).execute(
        f"update {table} t set {column} = n.sealed"
        " from unnest($1::uuid[], $2::bytea[]) as n (id, sealed) where t.id = n.id",
        list(values),
        list(values.values()),
    )


def _check(table: str, column: str) -> None:
    if (table, column) not in PLACES:
        raise ValueError("not a place of sealed values")
