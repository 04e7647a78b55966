"""`threadline setup-link`: the way in for the first admin, and back in when nobody can sign in any more."""

from uuid import UUID

from threadline.actions.set_up_workspace import create_setup_link
from threadline.house import make_database
from threadline.infra.settings import Settings
from threadline.operations.words import say
from threadline.store.installation import list_workspaces
from threadline.store.session import Role, Session


async def print_setup_link(settings: Settings) -> None:
    database = make_database(settings, pool_size=1)
    try:
        async with database.transaction(Role.ENGINE) as session:
            link = await make_setup_link(session, settings)
    finally:
        await database.close()
    say(link)


async def make_setup_link(session: Session, settings: Settings) -> str:
    """For the oldest workspace; for a new one when there is none."""
    workspaces = await list_workspaces(session)
    workspace_id: UUID | None = workspaces[0] if workspaces else None
    token = await create_setup_link(session, workspace_id=workspace_id)
    return f"{settings.base_url}/setup?token={token}"
