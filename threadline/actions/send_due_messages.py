"""What time alone does to scheduled messages: sent, or held with the reason why not. Never silence.

Everything is asked anew when the time comes: whether the one who wrote it may still write there, whether the channel,
the customer and the window allow it.
"""

from collections.abc import Callable
from datetime import datetime

from threadline.actions.check_answer import check_answer
from threadline.actions.schedule_message import record_scheduled, send_one
from threadline.channels.contract import ChannelType
from threadline.core.errors import CannotSend, ThreadlineError, Unavailable
from threadline.core.ids import NewId
from threadline.core.permission import Permission
from threadline.store import outgoing, scheduled
from threadline.store.savepoint import savepoint
from threadline.store.scheduled import DueMessage, ScheduledMessage
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents

UNEXPECTED = CannotSend("Something went wrong when this message was due. Send it by hand.", reason="scheduled_failed")


async def send_due_message(
    session: Session, due: DueMessage, *, now: datetime, new_id: NewId, find_type: Callable[[str], ChannelType]
) -> None:
    """Sends or holds it; nothing if somebody else did at this moment. Raises Unavailable: then it is due again."""
    waiting = await scheduled.claim_due(session, due)
    if waiting is None:
        return
    try:
        async with savepoint(session):
            await _check_author(session, waiting)
            await send_one(session, waiting, actor_id=None, now=now, new_id=new_id, find_type=find_type)
    except Unavailable:
        raise
    except ThreadlineError as error:
        await _hold(session, waiting, error, now=now, new_id=new_id)


async def hold_due_message(
    session: Session, due: DueMessage, *, now: datetime, new_id: NewId, error: ThreadlineError = UNEXPECTED
) -> None:
    """For one that failed in a way nobody thought of: it would fail the same way every second."""
    waiting = await scheduled.claim_due(session, due)
    if waiting is not None:
        await _hold(session, waiting, error, now=now, new_id=new_id)


async def _check_author(session: Session, waiting: ScheduledMessage) -> None:
    """Raises CannotSend if they may not write there any more."""
    if waiting.agent_id is None:
        if await scheduled.is_token_alive(session, waiting.token_id):
            return
    else:
        caller = (await callers_of_agents(session, [waiting.agent_id])).get(waiting.agent_id)
        if caller is not None and caller.may(Permission.MESSAGES_SEND):
            try:
                await check_answer(session, caller=caller, conversation_id=waiting.conversation_id)
            except ThreadlineError as error:
                if error.reason == "needs_review":
                    raise
            else:
                return
    raise CannotSend(
        "The one who wrote this message may not write in this conversation any more.", reason="author_may_not"
    )


async def _hold(
    session: Session, waiting: ScheduledMessage, error: ThreadlineError, *, now: datetime, new_id: NewId
) -> None:
    assert session.workspace_id is not None
    conversation = await outgoing.lock_conversation(session, session.workspace_id, waiting.conversation_id)
    reason = error.reason or error.code
    await scheduled.hold_scheduled(session, waiting.id, reason=reason, text=error.text)
    await scheduled.count_on_conversation(session, waiting.conversation_id)
    record_scheduled(
        session,
        conversation,
        scheduled_id=waiting.id,
        state="held",
        actor_id=None,
        agent_id=waiting.agent_id,
        reason=reason,
        now=now,
        new_id=new_id,
    )
