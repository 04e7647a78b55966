"""Call a webhook about one conversation, as a rule asks for it; and try one out. Nothing leaves here."""

from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.tell_webhooks import TOPIC
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.webhook import Cause, Told
from threadline.store.session import Session
from threadline.store.webhooks import NewDispatch, get_webhook, insert_dispatches

CALL: Final = "webhook_call"
TEST: Final = "webhook_test"


async def call_webhook(
    session: Session,
    *,
    webhook_id: UUID,
    conversation_id: UUID,
    key: UUID,
    facts: dict[str, str | int | bool | None],
    takes_answer: bool,
    now: datetime,
    new_id: NewId,
) -> bool:
    """Queue one request about a conversation. False if there is one of this key already.

    `key` is the asker's own: made of rule and event it is asked once, however often the rule runs. `facts` go along:
    ids and states, as the rule's. `takes_answer`: what the receiver answers may set fields or become the reply
    (actions/take_webhook_answer.py). It waits while the webhook is off. Raises NotFound for a webhook that is gone.
    """
    await get_webhook(session, webhook_id)
    told = Told(type=CALL, at=now, conversation_id=str(conversation_id), facts=facts)
    return await _queue(
        session,
        NewDispatch(
            id=new_id(),
            webhook_id=webhook_id,
            cause=Cause.CALL,
            key=key,
            told=told,
            conversation_id=conversation_id,
            takes_answer=takes_answer,
        ),
        now,
    )


async def try_webhook(session: Session, *, caller: Caller, webhook_id: UUID, now: datetime, new_id: NewId) -> UUID:
    """Queue a request that says nothing but that it is one; also to a webhook that is off. Raises NotFound."""
    await get_webhook(session, webhook_id)
    dispatch_id = new_id()
    told = Told(type=TEST, at=now, actor_id=str(caller.actor_id))
    dispatch = NewDispatch(id=dispatch_id, webhook_id=webhook_id, cause=Cause.TEST, key=dispatch_id, told=told)
    await _queue(session, dispatch, now)
    return dispatch_id


async def _queue(session: Session, dispatch: NewDispatch, now: datetime) -> bool:
    is_new = await insert_dispatches(session, [dispatch], now=now) > 0
    if is_new:
        session.hint(TOPIC)
    return is_new
