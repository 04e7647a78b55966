"""An agent chooses to be reached in a browser while the desk is closed, or ends it."""

from uuid import UUID

from threadline.core.errors import Invalid, NotFound
from threadline.core.ids import NewId
from threadline.infra.web_push import Subscriber, is_subscriber
from threadline.store.push import delete_subscription, upsert_subscription
from threadline.store.session import Session


async def subscribe_to_push(
    session: Session, *, agent_id: UUID, session_id: UUID, subscriber: Subscriber, new_id: NewId
) -> UUID:
    """The browser's id here; the same browser again keeps it. Raises Invalid for keys that are none."""
    if not is_subscriber(subscriber):
        raise Invalid("This browser gave keys that cannot be used.", field="p256dh", reason="push_keys")
    return await upsert_subscription(
        session,
        id=new_id(),
        agent_id=agent_id,
        session_id=session_id,
        endpoint=subscriber.endpoint,
        p256dh=subscriber.p256dh,
        auth=subscriber.auth,
    )


async def unsubscribe_from_push(session: Session, *, agent_id: UUID, subscription_id: UUID) -> None:
    """Raises NotFound: missing, foreign and a colleague's own look alike (S1)."""
    if not await delete_subscription(session, agent_id=agent_id, subscription_id=subscription_id):
        raise NotFound("This browser is not registered here.")
