"""Who answers an incoming message: decided once per message, with the reason kept (docs/design.md §4.6).

The order is: a person who took over, a running flow, a trigger, an external bot, a rule's reply, greeting or away. What
would be said by itself only begins to wait here; a timer asks everything anew (actions/send_automatic_replies.py).
Seven matches may not send seven texts, so there is one place.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from threadline.actions.automatic_policy import AutomaticPolicy, read_automatic_policy
from threadline.core.automatic_reply import WhyNot
from threadline.core.events import EventKind
from threadline.core.ids import NewId
from threadline.store.automatic_replies import HeardIn, load_heard, start_waiting
from threadline.store.consumers import Decision, insert_decisions
from threadline.store.events import NumberedEvent
from threadline.store.session import Session


class AnsweredBy(StrEnum):
    PERSON = "person"
    AUTOMATIC = "automatic"
    """A greeting or an away message, if nothing comes between; a person answers all the same."""
    RULE = "rule"
    """A rule has an answer to it (actions/reply_by_rule.py); it goes before a greeting."""


async def answer_incoming(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """Decide for every incoming message of these events of one workspace; history needs no answer."""
    asked = [one for one in events if needs_answer(one)]
    if not asked:
        return
    policy = await read_automatic_policy(session)
    message_ids = [one.event.message_id for one in asked if one.event.message_id is not None]
    heard = {} if policy is None else await load_heard(session, message_ids, now=now)
    decisions = [decision for one in asked if (decision := decide_answer(one, policy, heard, now=now)) is not None]
    fresh = await insert_decisions(
        await session.raw(), workspace_id=events[0].event.workspace_id, decisions=decisions, now=now
    )
    if policy is None:
        return
    starts = [
        (new_id(), one.conversation_id, one.message_id)
        for one in decisions
        if one.answered_by is AnsweredBy.AUTOMATIC and one.message_id in fresh
    ]
    if starts:
        await start_waiting(session, starts=starts, due_at=now + timedelta(seconds=policy.manners.wait_s))


def needs_answer(one: NumberedEvent) -> bool:
    """Pure. False for what is ours, and for history."""
    event = one.event
    if event.kind is not EventKind.MESSAGE_RECEIVED or event.message_id is None or event.conversation_id is None:
        return False
    return event.data.get("direction") == "incoming" and not event.data.get("is_history")


def decide_answer(
    one: NumberedEvent, policy: AutomaticPolicy | None, heard: Mapping[UUID, HeardIn], *, now: datetime
) -> Decision | None:
    """Pure. None if nobody has to answer this event."""
    event = one.event
    if event.message_id is None or event.conversation_id is None:
        return None
    found = heard.get(event.message_id)
    if policy is None or found is None:
        return Decision(event.message_id, event.conversation_id, AnsweredBy.PERSON, WhyNot.NOTHING_CONFIGURED)
    why = policy.decide(found.heard, channel_id=found.channel_id, team_id=found.team_id, now=now)
    if isinstance(why, WhyNot):
        return Decision(event.message_id, event.conversation_id, AnsweredBy.PERSON, why)
    return Decision(event.message_id, event.conversation_id, AnsweredBy.AUTOMATIC, why[0])
