"""Say what has waited its seconds: a rule's answer, a greeting or an away message, once, and only if still right.

Everything is asked anew under the conversation's lock: whether somebody of ours wrote or acted meanwhile, whether it is
closed still, what the text is now, and whatever forbids that something goes out by itself. Claiming, sending and
settling are one transaction, so a worker that dies in between leaves either nothing done or everything.
"""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from threadline.actions.automatic_policy import AutomaticPolicy, read_automatic_policy
from threadline.actions.find_return import find_return
from threadline.actions.reply_by_rule import RULE_OFF, reply_by_rule
from threadline.actions.send_message import send_message
from threadline.channels.contract import ChannelType
from threadline.core.automatic_reply import Filling, Why, WhyNot, fill_automatic_reply, promises_return, wording_for
from threadline.core.calendar import Calendar
from threadline.core.content import Text
from threadline.core.errors import ThreadlineError
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.store.automatic_replies import (
    DueSend,
    HeardIn,
    KeptReply,
    claim_due,
    load_heard,
    settle_send,
)
from threadline.store.saved_replies import Customer, read_customer
from threadline.store.savepoint import savepoint
from threadline.store.session import Session

BATCH: Final = 100


async def send_automatic_replies(
    session: Session, *, now: datetime, new_id: NewId, find_type: Callable[[str], ChannelType]
) -> int:
    """At most a hundred of the session's workspace, those due longest first. Returns how many were due."""
    due = await claim_due(session, limit=BATCH)
    if not due:
        return 0
    policy = await read_automatic_policy(session)
    for one in due:
        # One after the other: what is said to a contact on one channel counts for the next.
        found = (await load_heard(session, [one.cause_id], now=now)).get(one.cause_id)
        await _settle(session, one, found, policy, now, new_id, find_type)
    return len(due)


async def _settle(
    session: Session,
    one: DueSend,
    found: HeardIn | None,
    policy: AutomaticPolicy | None,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    message_id: UUID | None = None
    reason: str = WhyNot.NOTHING_CONFIGURED
    if one.reply is not None:
        message_id, reason = await reply_by_rule(
            session, one, one.reply, found, now=now, new_id=new_id, find_type=find_type
        )
    if policy is not None and found is not None and (one.reply is None or reason == RULE_OFF):
        decided = policy.decide(found.heard, channel_id=found.channel_id, team_id=found.team_id, now=now)
        if isinstance(decided, WhyNot):
            reason = decided
        else:
            calendar = policy.hours.of(channel_id=found.channel_id, team_id=found.team_id)
            returns_at = await find_return(session, calendar, team_id=found.team_id, now=now)
            message_id, reason = await _say(session, one, decided, calendar, returns_at, now, new_id, find_type)
    await settle_send(session, one.id, message_id=message_id, reason=reason, now=now)
    _record(session, one, message_id, reason, now, new_id)


async def _say(
    session: Session,
    one: DueSend,
    decided: tuple[Why, KeptReply],
    calendar: Calendar | None,
    returns_at: datetime | None,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> tuple[UUID | None, str]:
    """The message and why; or no message, and why not."""
    assert session.workspace_id is not None
    why, reply = decided
    # Who is greeted is told their own name: nothing of it is hidden from them.
    desk = Caller(session.workspace_id, frozenset(Permission))
    customer = await read_customer(session, desk, conversation_id=one.conversation_id, now=now)
    text = automatic_text(reply, customer, calendar, returns_at, why=why, now=now)
    if isinstance(text, WhyNot):
        return None, text
    try:
        async with savepoint(session):
            message = await send_message(
                session,
                workspace_id=session.workspace_id,
                conversation_id=one.conversation_id,
                author=Author(AuthorKind.SYSTEM, None),
                content=Text(text=text),
                client_id=None,
                now=now,
                new_id=new_id,
                find_type=find_type,
                is_unattended=True,
                reopens=False,
                automatic=why.value,
            )
    except ThreadlineError as error:
        return None, error.reason or error.code
    return message.id, why


def automatic_text(
    reply: KeptReply,
    customer: Customer,
    calendar: Calendar | None,
    returns_at: datetime | None,
    *,
    why: Why,
    now: datetime,
) -> str | WhyNot:
    """Pure. What this customer reads, in their language and by their clock; or why there is nothing to read."""
    opens_at = returns_at if why is Why.OUTSIDE_HOURS else None
    wording = wording_for(reply, customer.language)
    if opens_at is None and promises_return(wording):
        return WhyNot.RETURN_UNKNOWN
    text = fill_automatic_reply(
        wording,
        Filling(
            names=customer.names,
            now=now,
            opens_at=opens_at,
            zone=zone_of(customer, calendar),
            expected_min=reply.expected_min,
        ),
    )
    return text or WhyNot.EMPTY


def zone_of(customer: Customer, calendar: Calendar | None) -> tzinfo:
    """The customer's, else that of the hours."""
    local = customer.names.local
    if local is not None and local.tzinfo is not None:
        return local.tzinfo
    return UTC if calendar is None else ZoneInfo(calendar.zone)


def _record(session: Session, one: DueSend, message_id: UUID | None, reason: str, now: datetime, new_id: NewId) -> None:
    assert session.workspace_id is not None
    session.record(
        Event(
            id=new_id(),
            workspace_id=session.workspace_id,
            kind=EventKind.ANSWER_DECIDED,
            at=now,
            conversation_id=one.conversation_id,
            message_id=message_id,
            data={"automatic": "left_out" if message_id is None else "sent", "reason": reason},
        )
    )
