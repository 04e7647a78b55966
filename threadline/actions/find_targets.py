"""Where a message may be sent on, with what would refuse it said beforehand."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from threadline.actions.check_answer import check_own_answer, check_place_of_answer
from threadline.actions.send_message import way_of
from threadline.channels.contract import ChannelType
from threadline.core.bulk import Refusal
from threadline.core.errors import ThreadlineError
from threadline.core.permission import Caller
from threadline.core.way import check_way, check_window
from threadline.store.conversations import Conversation
from threadline.store.outgoing import LockedConversation, read_to_send
from threadline.store.session import Session


class ForwardTarget(msgspec.Struct, frozen=True, kw_only=True):
    conversation: Conversation
    refusal: Refusal | None
    """Why an answer would not go out there now; a note is always kept."""


async def find_targets(
    session: Session,
    *,
    caller: Caller,
    conversations: Sequence[Conversation],
    now: datetime,
    find_type: Callable[[str], ChannelType],
) -> list[ForwardTarget]:
    """Of conversations that the caller sees, in their order. Those in which nobody writes any more are left out."""
    own = await _refusal_of_own(session, caller)
    to_send = await read_to_send(session, caller.workspace_id, [one.id for one in conversations])
    return [
        ForwardTarget(
            conversation=one,
            refusal=own or _refusal(caller, to_send[one.id], find_type(to_send[one.id].channel_type), now),
        )
        for one in conversations
        if one.id in to_send
    ]


async def _refusal_of_own(session: Session, caller: Caller) -> Refusal | None:
    try:
        await check_own_answer(session, caller)
    except ThreadlineError as error:
        return _said(error)
    return None


def _refusal(
    caller: Caller, conversation: LockedConversation, channel_type: ChannelType, now: datetime
) -> Refusal | None:
    way = way_of(conversation, channel_type)
    try:
        check_place_of_answer(
            caller, assignee_id=conversation.assignee_id, channel_settings=conversation.channel_settings
        )
        check_way(way)
        check_window(way, now)
    except ThreadlineError as error:
        return _said(error)
    return None


def _said(error: ThreadlineError) -> Refusal:
    return Refusal(reason=error.reason, title=error.text, values=dict(error.values))
