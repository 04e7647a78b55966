"""Who answers an incoming message: decided once per message, with the reason kept (docs/design.md §4.6).

The order is: a person who took over, a running flow, a trigger, an external bot, a rule's reply, greeting or away.
Until something of that is configured, a person answers. Seven matches may not send seven texts, so there is one place.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.store.consumers import Decision, insert_decisions
from threadline.store.events import NumberedEvent
from threadline.store.session import Session


class AnsweredBy(StrEnum):
    PERSON = "person"


async def answer_incoming(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """Decide for every incoming message of these events of one workspace; history needs no answer."""
    decisions = [decision for one in events if (decision := decide_answer(one)) is not None]
    if decisions:
        workspace_id = events[0].event.workspace_id
        await insert_decisions(await session.raw(), workspace_id=workspace_id, decisions=decisions, now=now)


def decide_answer(one: NumberedEvent) -> Decision | None:
    """Pure. None if nobody has to answer this event."""
    event = one.event
    if event.kind is not EventKind.MESSAGE_RECEIVED or event.message_id is None or event.conversation_id is None:
        return None
    if event.data.get("direction") != "incoming" or event.data.get("is_history"):
        return None
    return Decision(event.message_id, event.conversation_id, AnsweredBy.PERSON, "nothing_else_configured")
