"""Whether somebody may answer in a conversation, as its channel's setting wants it.

`who_sends` of a channel's settings: `everybody` who sees it (the default), or only its `assignee` and supervisors.
"""

from typing import Literal
from uuid import UUID

import msgspec

from threadline.core.assignment import check_may_answer
from threadline.core.permission import Caller, Permission
from threadline.store.conversations import access_conversation_keys
from threadline.store.outgoing import get_read_settings
from threadline.store.session import Session


class _Settings(msgspec.Struct, frozen=True):
    who_sends: Literal["everybody", "assignee"] = "everybody"


async def check_answer(session: Session, *, caller: Caller, conversation_id: UUID) -> None:
    """Raises NotFound, Forbidden. Notes are everybody's: for them nothing is asked."""
    conversation = await access_conversation_keys(session, caller, conversation_id)
    where = await get_read_settings(session, caller.workspace_id, conversation_id)
    check_may_answer(
        only_assignee=_who_sends(where.channel_settings) == "assignee",
        assignee_id=conversation.assignee_id,
        agent_id=caller.agent_id,
        may_assign=caller.may(Permission.CONVERSATIONS_ASSIGN),
    )


def _who_sends(settings: str) -> str:
    try:
        return msgspec.json.decode(settings, type=_Settings).who_sends
    except msgspec.ValidationError:  # a value of a newer or older release
        return "everybody"
