"""Tell a webhook again what it was told, or what it could not be told."""

from datetime import datetime
from uuid import UUID

from threadline.actions.tell_webhooks import TOPIC
from threadline.store import webhooks
from threadline.store.session import Session


async def replay_dispatch(session: Session, *, dispatch_id: UUID, now: datetime) -> None:
    """With its id, so that a receiver knows it again. Raises NotFound, Conflict (it is still on its way)."""
    await webhooks.replay_dispatch(session, dispatch_id, now=now)
    session.hint(TOPIC)


async def replay_failed(session: Session, *, webhook_id: UUID, now: datetime) -> int:
    """All that failed for good, the oldest first. Returns how many. Raises NotFound."""
    await webhooks.get_webhook(session, webhook_id)
    count = await webhooks.replay_failed(session, webhook_id, now=now)
    session.hint(TOPIC)
    return count
