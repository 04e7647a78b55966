"""Stop a customer's clock without an answer, and start it again where it stood."""

from datetime import datetime, timedelta
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.conversation import no_answer_line, waits_again_line
from threadline.core.errors import Conflict
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.core.waiting import Entry, Step, waiting_since
from threadline.store.clocks import find_stopped_clock, read_entries, set_waiting_since
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session

_TAKEN_BACK_WITHIN = timedelta(hours=1)


async def end_waiting(session: Session, *, caller: Caller, conversation_id: UUID, now: datetime, new_id: NewId) -> None:
    """No answer is needed: the customer waits no longer. Whatever they write next starts the clock anew.

    Nothing happens if nobody waits. Raises NotFound.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    if conversation.waiting_since is None:
        return
    await set_waiting_since(session, conversation_id=conversation.id, waiting_since=None)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=no_answer_line(conversation.waiting_since),
        data={"state": conversation.state.value, "is_waiting": False},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


async def restore_waiting(
    session: Session, *, caller: Caller, conversation_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Take `end_waiting` back: the customer waits since they did, also if they wrote again meanwhile.

    Raises NotFound, and Conflict if the clock was not stopped within the hour or somebody has answered since.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    stopped = await find_stopped_clock(session, conversation_id=conversation.id, since=now - _TAKEN_BACK_WITHIN)
    went_on = Conflict("This went on meanwhile and cannot be taken back.", reason="went_on")
    if stopped is None or conversation.is_resolved:
        raise went_on
    (thread,) = (await read_entries(session, {conversation.id: None})).values()
    since = waiting_since([*thread, Entry(Step.RESTORED, now)])
    if since is None:
        raise went_on
    await set_waiting_since(session, conversation_id=conversation.id, waiting_since=since)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=waits_again_line(since),
        data={"state": conversation.state.value, "is_waiting": True},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
