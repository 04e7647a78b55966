"""Decide what follows when nobody can say whether a message arrived (R7).

Its echo on a status is the best answer and has been waited for. Without one, a reply goes once more, marked as a
possible duplicate; a broadcast, and a copy, is left marked for a person to decide.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from threadline.actions.show_statuses import show_statuses
from threadline.core.sending import UncertainPolicy, decide_uncertain
from threadline.store import attempts
from threadline.store.session import Session


async def settle_uncertain(
    session: Session,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    waited_s: float,
    not_before: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
) -> int:
    """Decide about the channel's attempts that have been uncertain for `waited_s`. Returns how many copies are queued.

    Both what is decided and its mark are rows of one transaction, so a restart neither forgets nor repeats it.
    """
    found = await attempts.find_uncertain(session, channel_id=channel_id, waited_s=waited_s)
    needless = await attempts.drop_needless_copies(session, channel_id=channel_id, not_before=not_before)
    if not found and not needless:
        return 0
    conversation_ids = {a.conversation_id for a in found} | {a.conversation_id for a in needless}
    await attempts.lock_conversations(session, workspace_id, list(conversation_ids))
    decided = set(await attempts.mark_decided(session, workspace_id, [a.id for a in found])) if found else set[UUID]()
    copies = {
        a.id: new_id()
        for a in found
        if a.id in decided and decide_uncertain(a.send_class, is_copy=a.is_copy) is UncertainPolicy.RESEND_MARKED
    }
    if copies:
        await attempts.insert_copies(session, workspace_id, copies)
        session.hint(f"outbox:{channel_id}")
    message_ids = {a.message_id for a in found} | {a.message_id for a in needless}
    await show_statuses(session, workspace_id, list(message_ids), now=now, new_id=new_id)
    return len(copies)
