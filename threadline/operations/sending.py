"""`threadline pause` and `threadline resume`: all sending of this installation (T10)."""

from threadline.house import make_database
from threadline.infra.settings import Settings
from threadline.operations.words import say
from threadline.store.installation import pause_everything, resume_everything
from threadline.store.session import Role


async def pause_sending(settings: Settings) -> None:
    database = make_database(settings, pool_size=1)
    try:
        async with database.transaction(Role.ENGINE) as session:
            await pause_everything(session, reason="paused by command")
    finally:
        await database.close()
    say("Sending is paused: messages wait until `threadline resume`.")


async def resume_sending(settings: Settings) -> None:
    database = make_database(settings, pool_size=1)
    try:
        async with database.transaction(Role.ENGINE) as session:
            await resume_everything(session)
    finally:
        await database.close()
    say("Sending goes on.")
