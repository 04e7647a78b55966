"""The key by which browsers know this installation: made once, sealed like every secret."""

from uuid import UUID

from threadline.core.ids import NewId
from threadline.infra.secrets import Keyring, Place
from threadline.infra.web_push import make_push_key, public_key_of
from threadline.store.push import SealedPushKey, find_push_key, insert_push_key
from threadline.store.session import Session


async def ensure_push_key(session: Session, keyring: Keyring, *, new_id: NewId) -> None:
    """Safe to repeat: a new key would end every browser's subscription."""
    if await find_push_key(await session.raw()) is not None:
        return
    private, key_id = make_push_key(), new_id()
    sealed = keyring.seal(private, _place(key_id))
    await insert_push_key(session, key_id=key_id, secret=sealed, public_key=public_key_of(private))


def open_push_key(keyring: Keyring, sealed: SealedPushKey) -> bytes:
    return keyring.open(sealed.secret, _place(sealed.id))


def _place(key_id: UUID) -> Place:
    return Place("push_keys", "secret", key_id)
