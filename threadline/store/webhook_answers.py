"""What must be known before something outside answers a customer."""

from datetime import datetime, timedelta
from uuid import UUID

from threadline.core.ids import first_uuid7_at
from threadline.store.session import Session


async def has_person_written_since(session: Session, conversation_id: UUID, *, since: datetime) -> bool:
    """True if an agent, or somebody in the provider's own app, wrote to the customer. Uses `messages_by_sort`."""
    found = await (await session.raw()).fetchval(
        "select true from messages where workspace_id = $1 and conversation_id = $2 and id >= $3"
        " and direction = 'outgoing' and author_kind in ('agent', 'phone_app') and sort_at > $4 limit 1",
        session.workspace_id,
        conversation_id,
        first_uuid7_at(since - timedelta(days=1)),
        since,
    )
    return bool(found)
