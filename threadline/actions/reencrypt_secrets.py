"""Seal what other keys sealed with the first key of the ring (S62)."""

from uuid import UUID

from threadline.infra.secrets import Keyring, Place
from threadline.store.sealed import PLACES, lock_sealed, replace_sealed
from threadline.store.session import Session

_BATCH = 200


async def reencrypt_batch(session: Session, keyring: Keyring) -> int:
    """Up to 200 values of one column, their rows locked: a value that is set meanwhile is not overwritten.

    Returns how many were sealed again; 0: all carry the first key. Raises MasterKeyError if one does not open.
    """
    for table, column in PLACES:
        found = await lock_sealed(session, table, column, prefix=keyring.current_prefix, limit=_BATCH)
        if not found:
            continue
        fresh: dict[UUID, bytes] = {}
        for row_id, sealed in found.items():
            place = Place(table, column, row_id)
            fresh[row_id] = keyring.seal(keyring.open(sealed, place), place)
        await replace_sealed(session, table, column, fresh)
        return len(fresh)
    return 0
