"""How a conversation stood before it was changed, as the database keeps it beside each change for a day."""

from uuid import UUID

from threadline.core.conversation import ConversationState
from threadline.core.undo import Standing
from threadline.store.session import Session

_MOST = 500


async def read_standings(session: Session, conversation_id: UUID) -> list[Standing]:
    """Of the last day, the latest first. By the primary key."""
    rows = await (await session.raw()).fetch(
        "select state, snoozed_until, assignee_id, team_id, stage_id from conversation_standings"
        " where workspace_id = $1 and conversation_id = $2 and left_at > now() - interval '1 day'"
        " order by left_at desc limit $3",
        session.workspace_id,
        conversation_id,
        _MOST,
    )
    return [
        Standing(
            state=ConversationState(row["state"]),
            snoozed_until=row["snoozed_until"],
            assignee_id=row["assignee_id"],
            team_id=row["team_id"],
            stage_id=row["stage_id"],
        )
        for row in rows
    ]
