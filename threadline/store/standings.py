"""How a conversation stands, as far as acts change it."""

from uuid import UUID

from threadline.core.acts import Standing
from threadline.core.errors import NotFound
from threadline.store.labels import labels_of
from threadline.store.session import Session
from threadline.store.skills import read_asked


async def read_standing(session: Session, conversation_id: UUID) -> Standing:
    """How a conversation stands, under its lock, which is taken here."""
    connection = await session.raw()
    row = await connection.fetchrow(
        "select state, assignee_id, team_id, priority, stage_id, waiting_since,"
        " case when state = 'snoozed' then snoozed_until end as snoozed_until"
        " from conversations where workspace_id = $1 and id = $2 for no key update",
        session.workspace_id,
        conversation_id,
    )
    if row is None:
        raise NotFound("This conversation does not exist.")
    assert session.workspace_id is not None
    found = await labels_of(connection, session.workspace_id, "conversation", [conversation_id])
    return Standing(
        state=row["state"],
        assignee_id=row["assignee_id"],
        snoozed_until=row["snoozed_until"],
        waiting_since=row["waiting_since"],
        label_ids=found.get(conversation_id, []),
        skill_ids=(await read_asked(session, conversation_id)).asked_ids,
        team_id=row["team_id"],
        priority=row["priority"],
        stage_id=row["stage_id"],
    )
