"""Whether somebody may answer in a conversation, as its channel's setting wants it, and by themselves.

`who_sends` of a channel's settings: `everybody` who sees it (the default), or only its `assignee` and supervisors.
"""

from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.assignment import check_may_answer
from threadline.core.bot import check_has
from threadline.core.permission import Caller, Permission
from threadline.core.review import check_needs_no_review
from threadline.store.conversations import access_conversation_keys
from threadline.store.outgoing import get_read_settings
from threadline.store.reviews import is_novice
from threadline.store.session import Session


class _Settings(msgspec.Struct, frozen=True):
    who_sends: Literal["everybody", "assignee"] = "everybody"


async def check_answer(session: Session, *, caller: Caller, conversation_id: UUID, is_reviewed: bool = False) -> None:
    """Raises NotFound, Forbidden, Conflict (a bot, of what it does not have). Notes are everybody's: nothing is asked.

    `is_reviewed`: a colleague looks at it before it goes out, or it has no words to look at.
    """
    if caller.is_bot:
        # Under the lock: who takes it from the bot at this moment has it before or after its answer.
        check_has(
            (await access_conversation_keys(session, caller, conversation_id, is_locked=True)).bot_id, caller.token_id
        )
    if not is_reviewed:
        await check_own_answer(session, caller)
    conversation = await access_conversation_keys(session, caller, conversation_id)
    where = await get_read_settings(session, caller.workspace_id, conversation_id)
    check_place_of_answer(caller, assignee_id=conversation.assignee_id, channel_settings=where.channel_settings)


def check_place_of_answer(caller: Caller, *, assignee_id: UUID | None, channel_settings: str) -> None:
    """Raises Forbidden. `channel_settings` as they are stored."""
    check_may_answer(
        only_assignee=_who_sends(channel_settings) == "assignee",
        assignee_id=assignee_id,
        agent_id=caller.agent_id,
        may_assign=caller.may(Permission.CONVERSATIONS_ASSIGN),
    )


async def check_own_answer(session: Session, caller: Caller) -> None:
    """Raises Forbidden for a novice, and for a token that acts as one. Asked of the row, so that it holds at once."""
    if caller.agent_id is not None:
        check_needs_no_review(is_novice=await is_novice(session, caller.agent_id))


def _who_sends(settings: str) -> str:
    try:
        return msgspec.json.decode(settings, type=_Settings).who_sends
    except msgspec.ValidationError:  # a value of a newer or older release
        return "everybody"
