"""Messages: writing them."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response

from threadline.actions.add_note import add_note
from threadline.actions.send_message import Author, send_message
from threadline.channels.registry import channel_type
from threadline.core.content import Text
from threadline.core.errors import Forbidden, Invalid
from threadline.core.message import AuthorKind
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.messages import Message, access_message
from threadline.web.api.contents import OutgoingContent, TextInput, to_content
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class MessageInput(Input):
    """`client_id` is the client's own id of this message: sent twice, it is one message."""

    client_id: Id
    content: OutgoingContent
    quoted_id: Id | None = None
    kind: Literal["reply", "note"] = "reply"


@operation(router, "POST", "/conversations/{conversation_id}/messages", out=Message, status=201)
async def create_message(
    conversation_id: UUID, given: MessageInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Queue a message to the customer, or write a note."""
    await access_conversation_keys(call.session, call.caller, conversation_id)
    if given.kind == "note":
        sent = await add_note(
            call.session,
            workspace_id=call.caller.workspace_id,
            conversation_id=conversation_id,
            author=author_of(call.caller),
            content=_note_text(given),
            client_id=given.client_id,
            now=call.now,
            new_id=new_id,
        )
    else:
        if given.quoted_id is not None:
            await access_message(call.session, call.caller, given.quoted_id)
        sent = await send_message(
            call.session,
            workspace_id=call.caller.workspace_id,
            conversation_id=conversation_id,
            author=author_of(call.caller),
            content=to_content(given.content),
            client_id=given.client_id,
            quoted_id=given.quoted_id,
            now=call.now,
            new_id=new_id,
            find_type=channel_type,
            actor_id=call.caller.actor_id,
        )
    return call.answer(await access_message(call.session, call.caller, sent.id), status=201)


def author_of(caller: Caller) -> Author:
    """An agent writes in their name; a token without one is a program."""
    if caller.agent_id is not None:
        return Author(AuthorKind.AGENT, caller.agent_id)
    if caller.token_id is None:
        raise Forbidden("Nobody may write without a name.")
    return Author(AuthorKind.SYSTEM, None)


def _note_text(given: MessageInput) -> Text:
    if not isinstance(given.content, TextInput):
        raise Invalid("A note is text.", field="content.kind")
    return Text(text=given.content.text)
