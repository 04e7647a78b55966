"""What makes a database an installation: schema, master key, sandbox, set-up link. Safe to repeat at every start."""

from threadline.actions.make_push_key import ensure_push_key
from threadline.actions.set_up_workspace import create_setup_link
from threadline.demo import fill_demo, live_customers
from threadline.house import blobs_folder, check_key, connect, database_url, make_database
from threadline.infra.blobs import Blobs
from threadline.infra.clock import new_id, utc_now
from threadline.infra.secrets import Keyring, load_keyring, make_key_file
from threadline.infra.settings import Settings
from threadline.sandbox import open_practice_windows, prepare_sandbox
from threadline.store.installation import find_installation, insert_installation, list_workspaces, people_exist
from threadline.store.migrate import migrate
from threadline.store.session import Database, Role, Session


async def prepare_installation(settings: Settings) -> dict[str, str]:
    """All of it. What people must be told: `setup_link` while nobody can sign in."""
    keyring = await prepare_database(settings)
    database = make_database(settings, pool_size=1)
    try:
        await prepare_sandbox(settings, database, keyring)
        await _prepare_demo(settings, database, keyring)
        async with database.transaction(Role.ENGINE) as session:
            if await people_exist(session):
                return {}
            return {"setup_link": await make_setup_link(session, settings)}
    finally:
        await database.close()


async def _prepare_demo(settings: Settings, database: Database, keyring: Keyring) -> None:
    """Into the oldest workspace that has a practice number; never twice, and not again once it was removed.

    The simulator is told of whoever may be answered: to it they never wrote.
    """
    if not settings.demo:
        return
    async with database.transaction(Role.ENGINE) as session:
        workspaces = await list_workspaces(session)
    blobs = Blobs(folder=blobs_folder(settings), url=settings.blobs_url)
    for workspace_id in workspaces[:1]:
        now = utc_now()
        if await fill_demo(database, blobs, workspace_id=workspace_id, now=now):
            await open_practice_windows(settings, database, keyring, live_customers(now))


async def make_setup_link(session: Session, settings: Settings) -> str:
    """For the oldest workspace; for a new one when there is none. The links before it stop working."""
    workspaces = await list_workspaces(session)
    token = await create_setup_link(session, workspace_id=workspaces[0] if workspaces else None, new_id=new_id)
    return f"{settings.base_url}/setup?token={token}"


async def prepare_database(settings: Settings) -> Keyring:
    """Migrates, and ties the database to the master key. Raises CannotOpen, MasterKeyError."""
    if not settings.owns_database:
        load_keyring(text=settings.master_key, file=settings.master_key_file)
    connection = await connect(settings)
    await connection.close()
    await migrate(database_url(settings))
    database = make_database(settings, pool_size=1)
    try:
        keyring = await _find_or_make_keys(settings, database)
        async with database.transaction(Role.ENGINE) as session:
            await insert_installation(session, key_fingerprint=keyring.fingerprint)
        await check_key(database, keyring)
        async with database.transaction(Role.ENGINE) as session:
            await ensure_push_key(session, keyring, new_id=new_id)
        return keyring
    finally:
        await database.close()


async def _find_or_make_keys(settings: Settings, database: Database) -> Keyring:
    """An embedded installation makes its key on its first start and never again: a lost key is not replaced."""
    file = settings.master_key_file
    if settings.owns_database and file is not None and not file.exists():
        async with database.transaction(Role.ENGINE) as session:
            is_first = await find_installation(session) is None
        if is_first:
            make_key_file(file)
    return load_keyring(text=settings.master_key, file=file)
