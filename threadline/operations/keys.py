"""`threadline reencrypt`: everything sealed again with the first key, while the product runs."""

from threadline.actions.reencrypt_secrets import reencrypt_batch
from threadline.house import check_key, make_database
from threadline.infra.secrets import load_keyring
from threadline.infra.settings import Settings
from threadline.operations.words import say
from threadline.store.installation import set_key_fingerprint
from threadline.store.session import Role


async def reencrypt_secrets(settings: Settings) -> None:
    """The new key must stand first, the old ones behind it, in every running process before this is called."""
    keyring = load_keyring(text=settings.master_key, file=settings.master_key_file)
    database = make_database(settings, pool_size=1)
    try:
        await check_key(database, keyring)
        count = 0
        while True:
            async with database.transaction(Role.ENGINE) as session:
                done = await reencrypt_batch(session, keyring)
            count += done
            if not done:
                break
        async with database.transaction(Role.ENGINE) as session:
            await set_key_fingerprint(session, keyring.fingerprint)
    finally:
        await database.close()
    say(f"{count} secrets are sealed with the key {keyring.fingerprint}; keys behind it are not needed any more.")
