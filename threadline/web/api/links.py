"""Links between conversations: those that are read as one, and those that have to do with each other."""

from uuid import UUID

from fastapi import APIRouter, Response

from threadline.actions.merge_conversations import merge_conversations, take_apart
from threadline.actions.relate_conversations import relate_conversations
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.merges import ConversationLinks, read_links
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class LinkInput(Input):
    other_id: Id


@operation(router, "GET", "/conversations/{conversation_id}/links", out=ConversationLinks)
async def get_links(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What is read within it, and what has to do with it."""
    return await _links(call, conversation_id)


@operation(router, "POST", "/conversations/{conversation_id}/merges", out=ConversationLinks, name="mergeConversations")
async def post_merge(
    conversation_id: UUID, given: LinkInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Read another conversation of this contact within this one."""
    await merge_conversations(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        other_id=given.other_id,
        now=call.now,
        new_id=new_id,
    )
    return await _links(call, conversation_id)


@operation(
    router,
    "DELETE",
    "/conversations/{conversation_id}/merges/{other_id}",
    out=ConversationLinks,
    name="takeApart",
)
async def delete_merge(
    conversation_id: UUID, other_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Take them apart again."""
    await take_apart(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        pointer_id=other_id,
        now=call.now,
        new_id=new_id,
    )
    return await _links(call, conversation_id)


@operation(
    router, "POST", "/conversations/{conversation_id}/relations", out=ConversationLinks, name="relateConversations"
)
async def post_relation(
    conversation_id: UUID, given: LinkInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Link it with another that has to do with it."""
    await _relate(call, conversation_id, given.other_id, is_related=True)
    return await _links(call, conversation_id)


@operation(
    router,
    "DELETE",
    "/conversations/{conversation_id}/relations/{other_id}",
    out=ConversationLinks,
    name="deleteRelation",
)
async def remove_relation(
    conversation_id: UUID, other_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Take the link away."""
    await _relate(call, conversation_id, other_id, is_related=False)
    return await _links(call, conversation_id)


async def _relate(call: Call, conversation_id: UUID, other_id: UUID, *, is_related: bool) -> None:
    await relate_conversations(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        other_id=other_id,
        is_related=is_related,
        now=call.now,
        new_id=new_id,
    )


async def _links(call: Call, conversation_id: UUID) -> Response:
    await access_conversation_keys(call.session, call.caller, conversation_id)
    return call.answer(await read_links(call.session, call.caller, conversation_id))
