"""Saved places: where a company is to be found, sent as a location."""

from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.store.session import Session


class Place(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    address: str
    latitude: float
    longitude: float


async def list_places(session: Session) -> list[Place]:
    rows = await (await session.raw()).fetch(
        "select id, name, address, latitude, longitude from places where workspace_id = $1 order by name, id",
        session.workspace_id,
    )
    return [Place(**row) for row in rows]


async def count_places(session: Session) -> int:
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from places where workspace_id = $1", session.workspace_id
    )
    return count or 0


async def insert_place(session: Session, place: Place) -> None:
    await (await session.raw()).execute(
        "insert into places (workspace_id, id, name, address, latitude, longitude) values ($1, $2, $3, $4, $5, $6)",
        session.workspace_id,
        place.id,
        place.name,
        place.address,
        place.latitude,
        place.longitude,
    )


async def delete_place(session: Session, place_id: UUID) -> None:
    """Raises NotFound. Locations that were sent are messages and stay."""
    deleted = await (await session.raw()).fetchval(
        "delete from places where workspace_id = $1 and id = $2 returning true", session.workspace_id, place_id
    )
    if not deleted:
        raise NotFound("This place does not exist.")
