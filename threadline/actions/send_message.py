"""Send a message: the one way out, whoever writes.

Nothing leaves here. The message becomes rows – itself, one attempt per part, an event – in the caller's transaction;
the host of the channel sends them when the limits allow (actions/deliver_messages.py). A repeat with the same client
id is the same message.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from threadline.actions.announce_change import announce_change
from threadline.actions.mark_conversation_read import MarkRead, mark_conversation_read
from threadline.actions.take_reply_files import take_reply_files
from threadline.channels.contract import ChannelType
from threadline.core.consent import MARKETING
from threadline.core.content import Content, Media, Template, uses_of, without_uses
from threadline.core.conversation import ConversationState, Handling
from threadline.core.errors import CannotSend, Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.message import Author, AuthorKind, Direction, SendClass
from threadline.core.template import check_values, read_template, render_template
from threadline.core.way import Way, check_way, check_window
from threadline.store import outgoing
from threadline.store.outgoing import LockedConversation, NewMessage
from threadline.store.reply_sendings import insert_sendings
from threadline.store.session import Session
from threadline.store.uploads import find_usable_file, use_files


@dataclass(frozen=True, slots=True)
class SentMessage:
    """The message that now stands in the conversation; `is_new` False: this very call was made before."""

    id: UUID
    is_new: bool


_CLASSES = {AuthorKind.AGENT: SendClass.PERSON, AuthorKind.PHONE_APP: SendClass.PERSON, AuthorKind.FLOW: SendClass.FLOW}


async def send_message(
    session: Session,
    *,
    workspace_id: UUID,
    conversation_id: UUID,
    author: Author,
    content: Content,
    client_id: UUID | None,
    now: datetime,
    new_id: Callable[[], UUID],
    find_type: Callable[[str], ChannelType],
    quoted_id: UUID | None = None,
    send_class: SendClass | None = None,
    is_unattended: bool = False,
    actor_id: UUID | None = None,
    hold: timedelta = timedelta(0),
    reopens: bool = True,
    takes: bool = True,
    automatic: str | None = None,
) -> SentMessage:
    """Queue a message to the customer. The caller has checked that the author may write in this conversation.

    `is_unattended`: nobody looks while it goes out, as when its time has come.

    Raises NotFound, WindowClosed, CannotSend (a limit of the channel, consent, a template that does not fit) and
    Conflict (the conversation is over and a newer one is open). `send_class` ranks it; a person's goes first.
    `hold`: it is not sent before, so that its writer can still discard it. `reopens`: what is over is open again.
    `takes`: an agent who answers what nobody has may have it by that; a program that acts for them has nothing.
    `automatic`: why it is said by itself, if it is; it then leaves the marks alone that wait for a person.
    """
    conversation = await outgoing.lock_conversation(session, workspace_id, conversation_id)
    if client_id is not None:
        earlier = await outgoing.find_by_client_id(session, workspace_id, conversation_id, client_id)
        if earlier is not None:
            return SentMessage(earlier, is_new=False)

    channel_type = find_type(conversation.channel_type)
    if send_class is None:
        send_class = _CLASSES.get(author.kind, SendClass.FLOW)
    uses, content = uses_of(content), without_uses(content)
    content = await take_reply_files(
        session,
        content,
        channel_id=conversation.channel_id,
        capabilities=channel_type.manifest.capabilities,
        agent_id=author.id if author.kind is AuthorKind.AGENT else None,
        actor_id=actor_id or author.id,
        now=now,
        new_id=new_id,
    )
    content = await complete_content(session, workspace_id, conversation, content)
    await check_may_send(
        session, workspace_id, conversation, channel_type, content, send_class, now, is_unattended=is_unattended
    )
    await check_files(session, workspace_id, conversation, content, {author.id, actor_id})
    parts = channel_type.fit(content)
    quoted_provider_id = await _find_quoted(session, workspace_id, conversation_id, quoted_id)
    after = _after_message(conversation, author, reopens=reopens, takes=takes)
    last_seq = await announce_change(
        session,
        workspace_id=workspace_id,
        conversation=conversation,
        after=after,
        author=author,
        actor_id=actor_id or author.id,
        now=now,
        new_id=new_id,
    )

    message = NewMessage(
        id=new_id(),
        seq=last_seq + 1,
        direction=Direction.OUTGOING,
        author_kind=author.kind,
        author_id=author.id,
        content=content,
        client_id=client_id,
        quoted_id=quoted_id,
        quoted_provider_id=quoted_provider_id,
        file_ids=files_of(content),
        automatic=automatic,
        at=now,
    )
    await outgoing.insert_message(session, workspace_id, conversation, message)
    await outgoing.insert_attempts(
        session,
        workspace_id,
        conversation,
        message_id=message.id,
        seq=message.seq,
        parts=[(new_id(), part if part != content else None) for part in parts],
        send_class=send_class,
        hold=hold,
    )
    await use_files(session, workspace_id, message.file_ids, message.id)
    if uses:
        await insert_sendings(
            session,
            message_id=message.id,
            conversation_id=conversation_id,
            agent_id=author.id if author.kind is AuthorKind.AGENT else None,
            uses=uses,
            now=now,
        )
    await outgoing.advance_conversation(
        session,
        workspace_id,
        conversation,
        message_id=message.id,
        seq=message.seq,
        at=now,
        state=after.state,
        assignee_id=after.assignee_id,
        keeps_woken=automatic is not None,
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.MESSAGE_QUEUED,
            at=now,
            conversation_id=conversation.id,
            message_id=message.id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            actor_id=actor_id or author.id,
            data={"seq": message.seq, "by": author.kind.value, **({"automatic": automatic} if automatic else {})},
        )
    )
    if author.kind is AuthorKind.AGENT and conversation.waiting_since is not None:
        await mark_conversation_read(
            session,
            workspace_id=workspace_id,
            conversation_id=conversation.id,
            occasion=MarkRead.ON_ANSWER,
            new_id=new_id,
            find_type=find_type,
        )
    session.hint(f"outbox:{conversation.channel_id}")
    return SentMessage(message.id, is_new=True)


async def complete_content(
    session: Session, workspace_id: UUID, conversation: LockedConversation, content: Content
) -> Content:
    """A template with its category and the text the customer will read, anything else as it is. Raises CannotSend."""
    if not isinstance(content, Template):
        return content
    template = content
    stored = await outgoing.find_template(
        session,
        workspace_id,
        channel_type=conversation.channel_type,
        account=conversation.account,
        name=template.name,
        language=template.language,
    )
    if stored is None:
        raise CannotSend(
            "This template does not exist in this language. Synchronise the channel's templates.",
            reason="template_unknown",
        )
    if stored.status.upper() != "APPROVED":
        raise CannotSend(
            "The provider has not approved this template, or has paused it. Choose another one.",
            reason="template_not_approved",
        )
    shape = read_template(stored.components)
    check_values(shape, template)
    return msgspec.structs.replace(template, text=render_template(shape, template), category=stored.category.lower())


async def check_may_send(
    session: Session,
    workspace_id: UUID,
    conversation: LockedConversation,
    channel_type: ChannelType,
    content: Content,
    send_class: SendClass,
    now: datetime,
    *,
    is_unattended: bool = False,
) -> None:
    """Raises what forbids it at present: the channel, the customer, the window, consent, too many unanswered ones."""
    way = way_of(conversation, channel_type)
    check_way(way)
    if conversation.is_opted_out and (is_unattended or send_class is not SendClass.PERSON):
        raise CannotSend(
            "This customer asked not to be written to; nothing goes out by itself any more.", reason="opted_out"
        )
    if isinstance(content, Template):
        await _check_consent(session, workspace_id, conversation, content)
    else:
        check_window(way, now)
    if send_class is not SendClass.PERSON:
        await _check_streak(session, workspace_id, conversation)
    if conversation.state is ConversationState.RESOLVED and await outgoing.has_other_unresolved(
        session, workspace_id, conversation
    ):
        raise Conflict(
            "This customer has a newer open conversation on this channel. Write there.", reason="newer_conversation"
        )


def way_of(conversation: LockedConversation, channel_type: ChannelType) -> Way:
    blocked_reason = None if conversation.blocked_at is None else conversation.blocked_reason
    return Way(
        is_connected=conversation.channel_state != "disconnected",
        blocked_reason=blocked_reason,
        is_contact_blocked=conversation.contact_blocked_at is not None,
        window=channel_type.manifest.capabilities.window,
        window_closes_at=conversation.window_closes_at,
    )


async def _check_consent(
    session: Session, workspace_id: UUID, conversation: LockedConversation, template: Template
) -> None:
    if conversation.is_opted_out and template.category == MARKETING:
        raise CannotSend("This customer asked not to get messages of this kind.", reason="customer_declined")
    consent = await outgoing.find_consent(
        session,
        workspace_id,
        contact_id=conversation.contact_id,
        channel_id=conversation.channel_id,
        category=template.category,
    )
    if consent is False:
        raise CannotSend("This customer asked not to get messages of this kind.", reason="customer_declined")


class _Guards(msgspec.Struct, frozen=True):
    """What a channel's settings declare; absent means no limit."""

    unanswered_limit: int = 0
    """How many automatic messages may stand unanswered in a row."""


async def _check_streak(session: Session, workspace_id: UUID, conversation: LockedConversation) -> None:
    limit = msgspec.json.decode(conversation.channel_settings, type=_Guards, strict=False).unanswered_limit
    if limit <= 0:
        return
    if await outgoing.count_unanswered(session, workspace_id, conversation.id, limit=limit) >= limit:
        raise CannotSend(
            "The customer has not answered the last automatic messages; no more are sent by themselves.",
            reason="too_many_unanswered",
        )


async def check_files(
    session: Session,
    workspace_id: UUID,
    conversation: LockedConversation,
    content: Content,
    senders: set[UUID | None],
) -> None:
    """A file may be sent by whoever uploaded it for this channel, and again where it stands already (S48)."""
    for file_id in files_of(content):
        file = await find_usable_file(session, workspace_id, file_id)
        is_own = file is not None and file.conversation_id is None and file.uploaded_by in senders
        is_here = file is not None and file.conversation_id == conversation.id
        if file is None or not (is_own or is_here):
            raise Invalid(
                "This file does not exist or is not ready. Please upload it again.",
                field="content.file_id",
                reason="file_not_ready",
            )
        if file.channel_id != conversation.channel_id:
            raise Invalid(
                "This file was uploaded for another channel. Please upload it again.",
                field="content.file_id",
                reason="file_of_another_channel",
            )


def files_of(content: Content) -> tuple[UUID, ...]:
    """The files a message needs."""
    match content:
        case Media(file_id=file_id):
            return (file_id,)
        case Template(header_file_id=UUID() as file_id):
            return (file_id,)
        case _:
            return ()


async def _find_quoted(
    session: Session, workspace_id: UUID, conversation_id: UUID, quoted_id: UUID | None
) -> str | None:
    if quoted_id is None:
        return None
    target = await outgoing.find_target(session, workspace_id, conversation_id, quoted_id)
    if target is None or target.direction not in (Direction.INCOMING, Direction.OUTGOING):
        raise Invalid("The quoted message is not in this conversation.", field="quoted_id", reason="quoted_elsewhere")
    return target.provider_id


def _after_message(conversation: LockedConversation, author: Author, *, reopens: bool, takes: bool) -> Handling:
    """A person who answers opens what was over and, where the workspace wants it, takes what nobody has."""
    if author.kind is AuthorKind.AGENT:
        takes = takes and conversation.assignee_id is None and conversation.workspace_settings.first_reply_assigns
        assignee_id = author.id if takes else conversation.assignee_id
        return Handling(ConversationState.OPEN, assignee_id, conversation.team_id)
    if conversation.state is ConversationState.RESOLVED and reopens:
        return Handling(ConversationState.OPEN, conversation.assignee_id, conversation.team_id)
    return Handling(conversation.state, conversation.assignee_id, conversation.team_id)
