"""`threadline setup-link`: the way in for the first admin, and back in when nobody can sign in any more."""

from threadline.house import make_database
from threadline.infra.settings import Settings
from threadline.operations.words import say
from threadline.preparation import make_setup_link
from threadline.store.session import Role


async def print_setup_link(settings: Settings) -> None:
    database = make_database(settings, pool_size=1)
    try:
        async with database.transaction(Role.ENGINE) as session:
            link = await make_setup_link(session, settings)
    finally:
        await database.close()
    say(link)
