"""Decide about an answer that waits for a review: let it go out, send it oneself, or send it back with a word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.announce_change import announce_line
from threadline.actions.ask_for_review import check_contents, lock_review, tell_of_review
from threadline.actions.check_answer import check_answer
from threadline.actions.send_message import files_of, send_message
from threadline.actions.warn_of_repeat import count_sent_text
from threadline.channels.contract import ChannelType
from threadline.core.content import Content, Line, Media, Template, keeping_uses
from threadline.core.errors import CannotSend, Conflict, Invalid, ThreadlineError, Unavailable
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.core.permission import Caller, Permission, author_of
from threadline.core.review import ReviewState, check_is_asked, check_parts
from threadline.store import outgoing, reviews
from threadline.store.mentions import find_agent_names
from threadline.store.reviews import Review
from threadline.store.savepoint import savepoint
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents
from threadline.store.uploads import copy_file


@dataclass(frozen=True, slots=True)
class Approval:
    contents: Sequence[Content] | None = None
    """As the reviewer changed it; None: as it is."""
    is_own: bool = False
    """Sent as the reviewer's message, not as the author's."""
    despite_answers: bool = False
    """Also if somebody answered since it was asked for: the reviewer has seen that."""


async def approve_review(
    session: Session,
    *,
    caller: Caller,
    review_id: UUID,
    approval: Approval,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> Review:
    """It goes out now, and everything that a send asks is asked now: what forbids it sends it back with the reason.

    Returns it as it stands afterwards, `sent` or `returned`. Raises NotFound, Conflict (somebody decided a moment ago,
    or answered meanwhile), Invalid and CannotSend (of what the reviewer made of it), and Unavailable, after which
    nothing has changed.
    """
    review, conversation = await _lock_asked(session, caller, review_id)
    if not approval.despite_answers and await reviews.find_answer_since(
        session, conversation_id=review.conversation_id, seq=review.asked_seq
    ):
        raise Conflict("Somebody answered since this review was asked for.", reason="review_answered_since")
    contents = await _contents_of(session, caller, review, conversation, approval.contents, find_type)
    try:
        async with savepoint(session):
            message_ids = await _send(
                session, caller, review, contents, is_own=approval.is_own, now=now, new_id=new_id, find_type=find_type
            )
    except Unavailable:
        raise
    except ThreadlineError as error:
        reason = error.reason or error.code
        await _finish(
            session, caller, review, ReviewState.RETURNED, contents, reason=reason, text=error.text,
            now=now, new_id=new_id,
        )  # fmt: skip
    else:
        await _finish(
            session, caller, review, ReviewState.SENT, contents, message_ids=message_ids, now=now, new_id=new_id
        )
    return await reviews.access_review(session, caller, review_id)


async def return_review(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    review_id: UUID,
    answer: str,
    contents: Sequence[Content] | None,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> Review:
    """Back to its author, with a word, and as the reviewer changed it. Raises NotFound, Conflict."""
    review, conversation = await _lock_asked(session, caller, review_id)
    wanted = await _contents_of(session, caller, review, conversation, contents, find_type)
    await _finish(session, caller, review, ReviewState.RETURNED, wanted, answer=answer, now=now, new_id=new_id)
    return await reviews.access_review(session, caller, review_id)


async def _contents_of(
    session: Session,
    caller: Caller,
    review: Review,
    conversation: outgoing.LockedConversation,
    changed: Sequence[Content] | None,
    find_type: Callable[[str], ChannelType],
) -> Sequence[Content]:
    """As the reviewer changed them, with files of theirs or the author's only; None: as they are."""
    if changed is None:
        return review.contents
    check_parts(len(changed))
    senders: set[UUID | None] = {caller.agent_id, review.author_id}
    changed = keeping_uses(review.contents, changed)
    return await check_contents(session, caller, conversation, changed, find_type, senders=senders)


async def _lock_asked(session: Session, caller: Caller, review_id: UUID) -> tuple[Review, outgoing.LockedConversation]:
    review, conversation = await lock_review(session, caller, review_id)
    decided_by = ""
    if review.decided_by is not None:
        decided_by = (await find_agent_names(session, [review.decided_by])).get(review.decided_by, "")
    check_is_asked(review.state, decided_by=decided_by)
    if not review.may_decide:
        raise Conflict("A colleague decides about your answer.", reason="review_own")
    return review, conversation


async def _send(
    session: Session,
    caller: Caller,
    review: Review,
    contents: Sequence[Content],
    *,
    is_own: bool,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> list[UUID]:
    """Each part in its order, as the author's with a line that names the reviewer, or as the reviewer's."""
    if is_own:
        await check_answer(session, caller=caller, conversation_id=review.conversation_id)
        contents = [await _own_file(session, caller, review, one, now=now, new_id=new_id) for one in contents]
    else:
        await _check_author(session, review)
    author = author_of(caller) if is_own else Author(AuthorKind.AGENT, review.author_id)
    message_ids: list[UUID] = []
    for place, content in enumerate(contents):
        sent = await send_message(
            session,
            workspace_id=caller.workspace_id,
            conversation_id=review.conversation_id,
            author=author,
            content=content,
            client_id=None,
            quoted_id=review.quoted_id if place == 0 else None,
            now=now,
            new_id=new_id,
            find_type=find_type,
            actor_id=caller.actor_id,
        )
        message_ids.append(sent.id)
        await count_sent_text(
            session,
            caller=caller if is_own else Caller(caller.workspace_id, frozenset(), agent_id=review.author_id),
            conversation_id=review.conversation_id,
            source_id=sent.id,
            content=content,
            now=now,
        )
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, review.conversation_id)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=Line(what="review_sent" if is_own else "review_approved", data={"agent_id": str(review.author_id)}),
        data={},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
    return message_ids


async def _check_author(session: Session, review: Review) -> None:
    """Raises CannotSend if they may not write there any more."""
    author = (await callers_of_agents(session, [review.author_id])).get(review.author_id)
    if author is not None and author.may(Permission.MESSAGES_SEND):
        try:
            await check_answer(session, caller=author, conversation_id=review.conversation_id, is_reviewed=True)
        except ThreadlineError:
            pass
        else:
            return
    raise CannotSend(
        "The one who wrote this message may not write in this conversation any more.", reason="author_may_not"
    )


async def _own_file(
    session: Session, caller: Caller, review: Review, content: Content, *, now: datetime, new_id: NewId
) -> Content:
    """What somebody sends in their own name they have in their own name."""
    files = files_of(content)
    if not files:
        return content
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, review.conversation_id)
    copy_id = new_id()
    is_there = await copy_file(
        session,
        files[0],
        copy_id=copy_id,
        channel_id=conversation.channel_id,
        uploaded_by=caller.actor_id,
        now=now,
    )
    if not is_there or files[0] not in review.files:
        raise Invalid(
            "This file does not exist or is not ready. Please upload it again.",
            field="content.file_id",
            reason="file_not_ready",
        )
    match content:
        case Media():
            return msgspec.structs.replace(content, file_id=copy_id)
        case Template():
            return msgspec.structs.replace(content, header_file_id=copy_id)
        case _:
            return content


async def _finish(
    session: Session,
    caller: Caller,
    review: Review,
    state: ReviewState,
    contents: Sequence[Content],
    *,
    answer: str = "",
    reason: str = "",
    text: str = "",
    message_ids: Sequence[UUID] = (),
    now: datetime,
    new_id: NewId,
) -> None:
    await reviews.decide_review(
        session,
        review.id,
        state=state,
        decided_by=caller.agent_id,
        contents=contents,
        answer=answer,
        reason=reason,
        reason_text=text,
        message_ids=message_ids,
        now=now,
    )
    told = [one for one in await reviews.list_reviewers(session, review.id) if one != review.author_id]
    tell_of_review(session, caller, review.id, review.conversation_id, told, "over", now=now, new_id=new_id)
    tell_of_review(
        session, caller, review.id, review.conversation_id, [review.author_id], "decided", now=now, new_id=new_id
    )
