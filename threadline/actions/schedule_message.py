"""Schedule a message: written now, sent when its time comes; changed, cancelled or sent before that by anybody who may
write in its conversation.

Whether it may be sent is asked when its time comes (actions/send_due_messages.py); here only what will be as wrong then
as it is now: a file that is not there, a template that is not filled, a text that is too long.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from threadline.actions.check_answer import check_answer
from threadline.actions.send_message import check_files, complete_content, files_of, send_message
from threadline.actions.take_reply_files import take_reply_files
from threadline.actions.warn_of_repeat import keep_sent_texts, warn_of_repeat
from threadline.channels.contract import ChannelType
from threadline.core.content import Content, keeping_uses
from threadline.core.errors import Conflict, Forbidden
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller
from threadline.core.personal import mask_content
from threadline.core.scheduled import ScheduledState, check_count, check_due_at, check_is_open
from threadline.store import outgoing, scheduled
from threadline.store.messages import access_message
from threadline.store.outgoing import LockedConversation
from threadline.store.scheduled import ScheduledMessage, access_scheduled
from threadline.store.sent_texts import delete_sent_texts
from threadline.store.session import Session


async def schedule_message(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    content: Content,
    quoted_id: UUID | None,
    due_at: datetime,
    client_id: UUID,
    is_accepted: bool = False,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    """`client_id` becomes its id, and the message's own when it is sent: a repeat is the same message.

    `is_accepted`: also if the same text went to many others; that is asked now, while somebody is there.

    Raises NotFound, Forbidden, Invalid (the time, a file, the quoted message), CannotSend (the channel cannot carry it)
    and Conflict (too many stand open).
    """
    if caller.is_bot:
        raise Forbidden("A bot answers at once and schedules nothing.", reason="bot_answers_at_once")
    await check_answer(session, caller=caller, conversation_id=conversation_id)
    if quoted_id is not None:
        await access_message(session, caller, quoted_id)
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, conversation_id)
    known = await scheduled.find_scheduled(session, client_id)
    if known is not None:
        if known.conversation_id != conversation_id:
            raise Conflict("This id stands for another scheduled message.")
        return
    digests = await warn_of_repeat(
        session, caller=caller, conversation_id=conversation_id, contents=[content], is_accepted=is_accepted, now=now
    )
    check_due_at(due_at, now=now)
    check_count(await scheduled.count_open(session, conversation_id=conversation_id))
    content = await _checked(
        session, caller, conversation, content, find_type, author_id=caller.agent_id, now=now, new_id=new_id
    )
    await scheduled.insert_scheduled(
        session,
        scheduled_id=client_id,
        conversation_id=conversation_id,
        agent_id=caller.agent_id,
        token_id=None if caller.agent_id else caller.token_id,
        content=content,
        file_ids=files_of(content),
        quoted_id=quoted_id,
        due_at=due_at,
    )
    await keep_sent_texts(
        session, caller=caller, conversation_id=conversation_id, source_id=client_id, digests=digests, now=now
    )
    await scheduled.count_on_conversation(session, conversation_id)
    record_scheduled(
        session, conversation, scheduled_id=client_id, state="waiting", actor_id=caller.actor_id, now=now, new_id=new_id
    )


async def change_scheduled(
    session: Session,
    *,
    caller: Caller,
    scheduled_id: UUID,
    content: Content | None,
    due_at: datetime | None,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    """What is None stays; one that was held waits anew. Raises NotFound, Conflict, and what scheduling raises."""
    before = await access_scheduled(session, caller, scheduled_id)
    await check_answer(session, caller=caller, conversation_id=before.conversation_id)
    check_is_open(before.state)
    if content is not None and before.agent_id != caller.agent_id:
        _check_sees(caller, before.content)
    due_at = due_at or before.due_at
    check_due_at(due_at, now=now)
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, before.conversation_id)
    (content,) = keeping_uses([before.content], [content or before.content])
    content = await _checked(
        session, caller, conversation, content, find_type, author_id=before.agent_id, now=now, new_id=new_id
    )
    await scheduled.set_scheduled(session, scheduled_id, content=content, file_ids=files_of(content), due_at=due_at)
    await scheduled.count_on_conversation(session, before.conversation_id)
    record_scheduled(
        session,
        conversation,
        scheduled_id=scheduled_id,
        state="waiting",
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


def _check_sees(caller: Caller, content: Content) -> None:
    """What was written for somebody who sees it is not written anew by somebody who does not."""
    if mask_content(content, caller.clearance) != content:
        raise Forbidden(
            "You do not see what stands there, so you cannot replace it. Ask a supervisor.", reason="address_hidden"
        )


async def cancel_scheduled(
    session: Session, *, caller: Caller, scheduled_id: UUID, now: datetime, new_id: NewId
) -> ScheduledMessage:
    """It will not be sent. Returns what it was. Raises NotFound, Conflict if it was sent a moment ago."""
    before = await access_scheduled(session, caller, scheduled_id)
    if before.state is ScheduledState.CANCELLED:
        return before
    check_is_open(before.state)
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, before.conversation_id)
    await scheduled.finish_scheduled(session, scheduled_id, state=ScheduledState.CANCELLED)
    await delete_sent_texts(session, scheduled_id)
    await scheduled.count_on_conversation(session, before.conversation_id)
    record_scheduled(
        session,
        conversation,
        scheduled_id=scheduled_id,
        state="cancelled",
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
    return before


async def send_scheduled(
    session: Session,
    *,
    caller: Caller,
    scheduled_id: UUID,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> UUID:
    """Now instead of later, in the name of the one who wrote it. Returns the message.

    Raises NotFound, Conflict, and what `send_message` raises.
    """
    before = await access_scheduled(session, caller, scheduled_id)
    await check_answer(session, caller=caller, conversation_id=before.conversation_id)
    check_is_open(before.state)
    return await send_one(session, before, actor_id=caller.actor_id, now=now, new_id=new_id, find_type=find_type)


async def send_one(
    session: Session,
    waiting: ScheduledMessage,
    *,
    actor_id: UUID | None,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> UUID:
    """The message, and the end of its timer, in one transaction. The caller holds both locks."""
    workspace_id = session.workspace_id
    assert workspace_id is not None  # the edge opens the transaction for one workspace
    sent = await send_message(
        session,
        workspace_id=workspace_id,
        conversation_id=waiting.conversation_id,
        author=author_of_scheduled(waiting),
        content=waiting.content,
        client_id=waiting.id,
        quoted_id=waiting.quoted_id,
        now=now,
        new_id=new_id,
        find_type=find_type,
        is_unattended=actor_id is None,
        actor_id=waiting.agent_id or waiting.token_id,
    )
    await scheduled.finish_scheduled(session, waiting.id, state=ScheduledState.SENT, message_id=sent.id)
    await scheduled.count_on_conversation(session, waiting.conversation_id)
    conversation = await outgoing.lock_conversation(session, workspace_id, waiting.conversation_id)
    record_scheduled(
        session, conversation, scheduled_id=waiting.id, state="sent", actor_id=actor_id, now=now, new_id=new_id
    )
    return sent.id


def author_of_scheduled(waiting: ScheduledMessage) -> Author:
    if waiting.agent_id is None:
        return Author(AuthorKind.SYSTEM, None)
    return Author(AuthorKind.AGENT, waiting.agent_id)


def record_scheduled(
    session: Session,
    conversation: LockedConversation,
    *,
    scheduled_id: UUID,
    state: str,
    actor_id: UUID | None,
    agent_id: UUID | None = None,
    reason: str | None = None,
    now: datetime,
    new_id: NewId,
) -> None:
    """`agent_id`: whom it concerns, when it is held."""
    assert session.workspace_id is not None
    data: dict[str, str | int | bool | None] = {"scheduled_id": str(scheduled_id), "state": state}
    if reason is not None:
        data["reason"] = reason
    session.record(
        Event(
            id=new_id(),
            workspace_id=session.workspace_id,
            kind=EventKind.SCHEDULED_CHANGED,
            at=now,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            agent_id=agent_id,
            actor_id=actor_id,
            data=data,
        )
    )


async def _checked(
    session: Session,
    caller: Caller,
    conversation: LockedConversation,
    content: Content,
    find_type: Callable[[str], ChannelType],
    *,
    author_id: UUID | None,
    now: datetime,
    new_id: NewId,
) -> Content:
    channel_type = find_type(conversation.channel_type)
    content = await take_reply_files(
        session,
        content,
        channel_id=conversation.channel_id,
        capabilities=channel_type.manifest.capabilities,
        agent_id=caller.agent_id,
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
    content = await complete_content(session, caller.workspace_id, conversation, content)
    await check_files(session, caller.workspace_id, conversation, content, {caller.actor_id, author_id})
    channel_type.fit(content)
    return content
