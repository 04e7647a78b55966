"""What time alone does to a channel's outbox: lost claims, uncertain sends, held and expired messages.

All of it is rows: after a restart the next host finds them as they are.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from threadline.actions.deliver_messages import Delivery, record_deliveries
from threadline.actions.settle_uncertain import settle_uncertain
from threadline.channels.contract import ChannelType
from threadline.store import attempts
from threadline.store.acts import remove_old_acts
from threadline.store.session import Session

_ACTS_KEPT = timedelta(days=1)


async def run_send_timers(
    session: Session,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    channel_type: ChannelType,
    lease: str,
    fence: int,
    waited_s: float,
    judges_claims: bool,
    not_before: UUID,
    now: datetime,
    new_id: Callable[[], UUID],
) -> None:
    """One look at the channel's deadlines, by the host that holds the fence; nothing happens while sending is paused.

    `waited_s`: how long the echo of an uncertain send is waited for. `judges_claims`: no request of an earlier host can
    be on its way any more, so its open claims are uncertain now.
    """
    clearance = await attempts.clear_to_send(session, lease=lease, fence=fence, channel_id=channel_id)
    if not clearance.is_ours:
        return
    ended = await attempts.find_abandoned(session, channel_id=channel_id, fence=fence) if judges_claims else []
    if not clearance.pause:
        ended += await attempts.find_expired(session, channel_id=channel_id)
    if ended:
        await record_deliveries(
            session,
            workspace_id=workspace_id,
            channel_id=channel_id,
            channel_type=channel_type,
            deliveries=[Delivery(outcome) for outcome in ended],
            not_before=min([not_before, *(outcome.attempt_id for outcome in ended)]),
            now=now,
            new_id=new_id,
        )
    if clearance.pause:
        return
    await attempts.release_held(session, channel_id=channel_id, not_before=not_before)
    await attempts.release_orphans(session, channel_id=channel_id, not_before=not_before)
    await settle_uncertain(
        session,
        workspace_id=workspace_id,
        channel_id=channel_id,
        waited_s=waited_s,
        not_before=not_before,
        now=now,
        new_id=new_id,
    )
    await remove_old_acts(session, channel_id=channel_id, older_than=_ACTS_KEPT)
