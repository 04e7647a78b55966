"""Where one was named."""

from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from threadline.actions.mention_colleagues import see_own_mentions
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.mentions import list_unseen
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()


class MentionList(msgspec.Struct, frozen=True, kw_only=True):
    conversation_ids: list[UUID]


@operation(router, "GET", "/mentions", out=MentionList)
async def get_mentions(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """The conversations in which one was named and has not looked since."""
    return call.answer(MentionList(conversation_ids=await list_unseen(call.session, call.caller)))


@operation(router, "POST", "/conversations/{conversation_id}/mentions/seen", out=None, status=204, name="seeMentions")
async def post_seen(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """One has looked."""
    await see_own_mentions(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)
