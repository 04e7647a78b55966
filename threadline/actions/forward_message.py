"""Send a message on to another chat, or keep it there as a note. A file goes along without leaving the house."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from threadline.actions.add_note import add_note
from threadline.actions.check_answer import check_answer
from threadline.actions.send_message import SentMessage, files_of, send_message
from threadline.actions.warn_of_repeat import keep_sent_texts, warn_of_repeat
from threadline.channels.registry import channel_type
from threadline.core.content import decode_content
from threadline.core.errors import Forbidden, Invalid
from threadline.core.forwarding import forwarded
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.core.personal import mask_content
from threadline.store.conversations import access_conversation_keys
from threadline.store.messages import access_content
from threadline.store.outgoing import find_by_client_id
from threadline.store.session import Session
from threadline.store.uploads import copy_file


async def forward_message(
    session: Session,
    *,
    caller: Caller,
    message_id: UUID,
    conversation_id: UUID,
    kind: Literal["reply", "note"],
    client_id: UUID,
    is_accepted: bool = False,
    now: datetime,
    new_id: NewId,
) -> SentMessage:
    """Both the message and the chat it goes to must be the caller's to see. A repeat is the same message.

    `is_accepted`: also if the same text went to many others.

    Raises NotFound, Forbidden, Invalid (a message that says nothing outside its chat, a file that is not there), and
    whatever `send_message` raises.
    """
    source = await access_content(session, caller, message_id)
    target = await access_conversation_keys(session, caller, conversation_id)
    earlier = await find_by_client_id(session, caller.workspace_id, target.id, client_id)
    if earlier is not None:
        return SentMessage(earlier, is_new=False)
    content = decode_content(source)
    if kind == "reply" and mask_content(content, caller.clearance) != content:
        raise Forbidden(
            "This message holds a number or address that you do not see, so you cannot send it on.",
            reason="forward_hidden",
        )
    file_id = None
    for original_id in files_of(content):
        file_id = new_id()
        is_there = await copy_file(
            session,
            original_id,
            copy_id=file_id,
            channel_id=target.channel_id,
            uploaded_by=caller.actor_id,
            now=now,
        )
        if not is_there:
            raise Invalid("The file of this message is not there, so it cannot be forwarded.", reason="forward_no_file")
    content = forwarded(content, file_id=file_id)
    if kind == "note":
        return await add_note(
            session,
            workspace_id=caller.workspace_id,
            conversation_id=target.id,
            author=author_of(caller),
            content=content,
            client_id=client_id,
            now=now,
            new_id=new_id,
        )
    await check_answer(session, caller=caller, conversation_id=target.id)
    digests = await warn_of_repeat(
        session,
        caller=caller,
        conversation_id=target.id,
        contents=[content],
        is_accepted=is_accepted,
        now=now,
    )
    sent = await send_message(
        session,
        workspace_id=caller.workspace_id,
        conversation_id=target.id,
        author=author_of(caller),
        content=content,
        client_id=client_id,
        now=now,
        new_id=new_id,
        find_type=channel_type,
        actor_id=caller.actor_id,
    )
    await keep_sent_texts(
        session, caller=caller, conversation_id=target.id, source_id=sent.id, digests=digests, now=now
    )
    return sent
