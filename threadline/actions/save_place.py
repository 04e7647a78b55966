"""Saved places: kept for everybody by those who keep the workspace's replies."""

from uuid import UUID

from threadline.core.errors import Conflict
from threadline.core.permission import Caller, Permission, check_may
from threadline.store import places
from threadline.store.places import Place
from threadline.store.session import Session

COUNT_LIMIT = 100


async def save_place(session: Session, *, caller: Caller, place: Place) -> None:
    """Raises Forbidden, and Conflict if there are too many to choose from."""
    check_may(caller, Permission.SAVED_REPLIES_MANAGE)
    if await places.count_places(session) >= COUNT_LIMIT:
        raise Conflict(
            f"There are {COUNT_LIMIT} places already. Delete one that nobody uses.",
            reason="too_many_places",
            values={"limit": str(COUNT_LIMIT)},
        )
    await places.insert_place(session, place)


async def delete_place(session: Session, *, caller: Caller, place_id: UUID) -> None:
    """Raises Forbidden and NotFound."""
    check_may(caller, Permission.SAVED_REPLIES_MANAGE)
    await places.delete_place(session, place_id)
