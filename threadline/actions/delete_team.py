"""Delete a team: what it has in work is nobody's team's, its saved replies are everybody's. Threads go on telling its
name of that time."""

from datetime import datetime
from uuid import UUID

from threadline.actions.create_team import record_team
from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import macros, saved_replies, teams
from threadline.store.session import Session


async def delete_team(session: Session, *, caller: Caller, team_id: UUID, now: datetime, new_id: NewId) -> None:
    """Its conversations keep state and assignee. Raises NotFound."""
    await teams.delete_team(session, team_id)
    await teams.release_conversations(session, team_id)
    await saved_replies.release_saved_replies(session, team_id)
    await macros.release_macros(session, team_id)
    record_team(session, EventKind.TEAM_DELETED, team_id, caller=caller, now=now, new_id=new_id)
