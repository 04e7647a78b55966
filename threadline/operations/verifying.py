"""`threadline verify`: the chain of seals over the events of every workspace, walked from its beginning (S64)."""

from threadline.actions.seal_events import verify_seals
from threadline.house import make_database
from threadline.infra.settings import Settings
from threadline.operations.words import complain, say
from threadline.store.installation import list_workspaces
from threadline.store.session import Role


async def verify_events(settings: Settings) -> bool:
    """False if a line of some workspace's record was changed or removed; says which."""
    database = make_database(settings, pool_size=1)
    broken = 0
    try:
        async with database.transaction(Role.ENGINE) as session:
            workspace_ids = await list_workspaces(session)
        for workspace_id in workspace_ids:
            async with database.transaction(Role.ENGINE, workspace_id) as session:
                found = await verify_seals(session, workspace_id)
            if found is not None:
                broken += 1
                complain(f"workspace {workspace_id}: {found.reason} in {found.first_seq} to {found.last_seq}.")
    finally:
        await database.close()
    say(f"{len(workspace_ids) - broken} of {len(workspace_ids)} workspaces have their events whole and unchanged.")
    return broken == 0
