"""`threadline migrate`."""

from threadline.infra.settings import Settings
from threadline.operations.words import say
from threadline.preparation import prepare_database
from threadline.store.migrate import REVISION


async def migrate_database(settings: Settings) -> None:
    await prepare_database(settings)
    say(f"The database has the schema {REVISION}.")
