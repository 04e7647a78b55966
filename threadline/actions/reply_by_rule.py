"""A rule's answer to what a customer has just said. It waits as a greeting does, and goes before one.

There is one place for what is said by itself to a message: whichever rule comes first has it, however many match. When
the seconds are over everything is asked anew (actions/send_automatic_replies.py).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.actions.answer_incoming import AnsweredBy
from threadline.actions.do_acts import BY_RULE, Doing, desk_of, do_act
from threadline.channels.contract import ChannelType
from threadline.core.acts import Act
from threadline.core.automatic_reply import WhyNot, why_say_nothing
from threadline.core.automation import Rule
from threadline.core.errors import CannotSend, NotFound, ThreadlineError
from threadline.core.ids import NewId
from threadline.store.automatic_replies import (
    DueSend,
    HeardIn,
    RuleReply,
    note_said,
    read_told,
    wait_for_rule,
    was_answered,
)
from threadline.store.automation import get_rule, get_version
from threadline.store.consumers import Decision, decide_anew
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.workspaces import get_workspace

RULE_OFF: Final = "rule_off"
"""The rule was switched off or deleted meanwhile: the greeting has its turn."""


async def wait_to_reply(session: Session, rule: Rule, doing: Doing, place: int, *, cause_id: UUID) -> str | None:
    """Begins to wait. None; or why not: another rule answers already, or the message has its automatic answer."""
    if await was_answered(session, cause_id):
        return "answered_already"
    manners = (await get_workspace(session)).settings.automatic
    has_place = await wait_for_rule(
        session,
        id=doing.new_id(),
        conversation_id=doing.conversation_id,
        cause_id=cause_id,
        reply=RuleReply(rule_id=rule.id, version=rule.version, place=place, run_id=doing.run_id),
        due_at=doing.now + timedelta(seconds=manners.wait_s),
    )
    if not has_place:
        return "another_rule_answers"
    decision = Decision(cause_id, doing.conversation_id, AnsweredBy.RULE, str(rule.id))
    await decide_anew(await session.raw(), workspace_id=doing.caller.workspace_id, decision=decision, now=doing.now)
    return None


async def say_at_once(session: Session, doing: Doing, place: int, act: Act) -> None:
    """What no message of the customer calls for, a reminder: within the same bounds as any automatic reply.

    Raises CannotSend, and what sending raises.
    """
    manners = (await get_workspace(session)).settings.automatic
    told = await read_told(session, doing.conversation_id, now=doing.now)
    if told.is_muted:
        raise CannotSend("This customer is muted: nothing is said to them by itself.", reason="rule_muted")
    if told.sent_lately >= manners.most_per_hour:
        raise CannotSend(
            "This customer has had as many automatic messages within the hour as may be.", reason="rule_told_enough"
        )
    await do_act(session, doing, place, act)
    await note_said(
        session,
        id=doing.new_id(),
        conversation_id=doing.conversation_id,
        message_id=doing.message_ids[-1],
        reason=BY_RULE,
        now=doing.now,
    )


async def reply_by_rule(
    session: Session,
    one: DueSend,
    reply: RuleReply,
    found: HeardIn | None,
    *,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> tuple[UUID | None, str]:
    """The message and its mark; or no message, and why not."""
    if found is None:
        return None, WhyNot.NOTHING_CONFIGURED
    manners = (await get_workspace(session)).settings.automatic
    why_not = why_say_nothing(found.heard, manners, now=now)
    if why_not is not None:
        return None, why_not
    try:
        rule = await get_rule(session, reply.rule_id)
    except NotFound:
        return None, RULE_OFF
    if not rule.is_on or rule.paused:
        return None, RULE_OFF
    act = (await get_version(session, reply.rule_id, reply.version)).acts[reply.place]
    doing = Doing(
        caller=desk_of(session, reply.rule_id),
        conversation_id=one.conversation_id,
        run_id=reply.run_id,
        now=now,
        new_id=new_id,
        find_type=find_type,
    )
    try:
        async with savepoint(session):
            await do_act(session, doing, reply.place, act)
    except ThreadlineError as error:
        return None, error.reason or error.code
    return doing.message_ids[0], BY_RULE
