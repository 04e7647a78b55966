"""What a channel says when a person has resolved a conversation, once the seconds for taking that back are over."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from threadline.actions.send_message import send_message
from threadline.channels.contract import ChannelType
from threadline.core.closing import AFTER_END, fill_closing_text
from threadline.core.content import Text
from threadline.core.errors import ThreadlineError
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller
from threadline.store.closings import DueClosing, claim_due, keep_closing_message
from threadline.store.saved_replies import read_customer
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents

BATCH: Final = 100


async def send_closing_texts(
    session: Session, *, now: datetime, new_id: NewId, find_type: Callable[[str], ChannelType]
) -> int:
    """At most a hundred of the session's workspace, those due longest first. Returns how many were due.

    Each is claimed and queued in this one transaction. What a window, a wish of the customer or a limit forbids is not
    said; nobody waits for it, so nobody is told.
    """
    due = await claim_due(session, limit=BATCH)
    callers = await callers_of_agents(session, sorted({one.agent_id for one in due})) if due else {}
    for one in due:
        caller = callers.get(one.agent_id)
        if caller is not None and one.text and not one.is_muted:
            await _say(session, one, caller, now, new_id, find_type)
    return len(due)


async def _say(
    session: Session,
    one: DueClosing,
    caller: Caller,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    customer = await read_customer(session, caller, conversation_id=one.conversation_id, now=now)
    try:
        async with savepoint(session):
            message = await send_message(
                session,
                workspace_id=caller.workspace_id,
                conversation_id=one.conversation_id,
                author=Author(AuthorKind.SYSTEM, None),
                content=Text(text=fill_closing_text(one.text, customer.names)),
                client_id=None,
                now=now,
                new_id=new_id,
                find_type=find_type,
                is_unattended=True,
                reopens=False,
                automatic=AFTER_END,
            )
    except ThreadlineError:
        return
    await keep_closing_message(session, conversation_id=one.conversation_id, message_id=message.id)
