"""Ask a colleague, a team, or anybody who may, to look at an answer before it goes out; ask again, or take it back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.check_answer import check_answer
from threadline.actions.find_blind import find_blind
from threadline.actions.send_message import check_files, complete_content, files_of
from threadline.channels.contract import ChannelType
from threadline.core.content import Content, keeping_uses
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.core.review import ReviewState, check_count, check_has_reviewer, check_is_open, check_parts
from threadline.store import outgoing, reviews
from threadline.store.mentions import find_members
from threadline.store.messages import access_message
from threadline.store.outgoing import LockedConversation
from threadline.store.reviews import NewReview, Review, access_review
from threadline.store.session import Session
from threadline.store.sessions import callers_of_agents


@dataclass(frozen=True, slots=True)
class Addressee:
    """A colleague, a team, or neither: anybody who may review, of the author's teams if one of them may."""

    reviewer_id: UUID | None = None
    team_id: UUID | None = None


async def ask_for_review(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    conversation_id: UUID,
    review_id: UUID,
    contents: Sequence[Content],
    quoted_id: UUID | None,
    addressee: Addressee,
    note: str,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    """`review_id` is the client's own: a repeat is the same review. The customer and the clocks learn nothing of it.

    Raises NotFound, Forbidden (on a channel that only the assignee answers), Invalid (a file, the quoted message),
    CannotSend (the channel cannot carry it), Conflict (too many wait, or nobody there could look at it).
    """
    check_parts(len(contents))
    await check_answer(session, caller=caller, conversation_id=conversation_id, is_reviewed=True)
    if quoted_id is not None:
        await access_message(session, caller, quoted_id)
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, conversation_id)
    if await reviews.is_review(session, review_id):
        return
    check_count(await reviews.count_open_reviews(session, conversation_id=conversation_id))
    reviewer_ids = await find_reviewers(session, caller, conversation_id, addressee)
    contents = await _checked(session, caller, conversation, contents, find_type, author_id=agent_id)
    review = NewReview(
        id=review_id,
        conversation_id=conversation_id,
        author_id=agent_id,
        reviewer_id=addressee.reviewer_id,
        team_id=addressee.team_id,
        contents=contents,
        file_ids=[file_id for one in contents for file_id in files_of(one)],
        quoted_id=quoted_id,
        note=note,
        asked_seq=conversation.last_seq,
        now=now,
    )
    await reviews.insert_review(session, review, reviewer_ids)
    tell_of_review(session, caller, review_id, conversation_id, reviewer_ids, "asked", now=now, new_id=new_id)
    tell_of_review(session, caller, review_id, conversation_id, [agent_id], "changed", now=now, new_id=new_id)


async def ask_again(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    review_id: UUID,
    contents: Sequence[Content] | None,
    addressee: Addressee,
    note: str,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    """With other words, or as it was; also while it waits. Raises what asking raises, and Conflict once it is over."""
    review, conversation = await lock_review(session, caller, review_id)
    _check_is_own(review)
    check_is_open(review.state)
    await check_answer(session, caller=caller, conversation_id=review.conversation_id, is_reviewed=True)
    before = await reviews.list_reviewers(session, review_id)
    reviewer_ids = await find_reviewers(session, caller, review.conversation_id, addressee)
    wanted = review.contents if contents is None else keeping_uses(review.contents, contents)
    check_parts(len(wanted))
    wanted = await _checked(session, caller, conversation, wanted, find_type, author_id=agent_id)
    await reviews.ask_again(
        session,
        review_id,
        contents=wanted,
        file_ids=[file_id for one in wanted for file_id in files_of(one)],
        reviewer_id=addressee.reviewer_id,
        team_id=addressee.team_id,
        note=note,
        asked_seq=conversation.last_seq,
        now=now,
    )
    await reviews.set_reviewers(
        session, review_id=review_id, conversation_id=review.conversation_id, reviewer_ids=reviewer_ids
    )
    gone = [one for one in before if one not in reviewer_ids]
    for what, told in (("over", gone), ("asked", reviewer_ids), ("changed", [agent_id])):
        tell_of_review(session, caller, review_id, review.conversation_id, told, what, now=now, new_id=new_id)


async def withdraw_review(
    session: Session, *, caller: Caller, agent_id: UUID, review_id: UUID, now: datetime, new_id: NewId
) -> Review:
    """Its author takes it back; what it said is answered, so that it can be written on. Raises NotFound, Conflict."""
    review, _ = await lock_review(session, caller, review_id)
    _check_is_own(review)
    check_is_open(review.state)
    await reviews.decide_review(
        session,
        review_id,
        state=ReviewState.WITHDRAWN,
        decided_by=agent_id,
        contents=review.contents,
        now=now,
    )
    told = [*await reviews.list_reviewers(session, review_id), agent_id]
    tell_of_review(session, caller, review_id, review.conversation_id, told, "over", now=now, new_id=new_id)
    return review


async def find_reviewers(session: Session, caller: Caller, conversation_id: UUID, addressee: Addressee) -> list[UUID]:
    """Who may decide, of those who see the conversation and need no review themselves; never the author.

    Raises Invalid for a colleague who is not here, Conflict for one who does not see it and where nobody is left.
    """
    if addressee.reviewer_id is not None:
        wanted = [addressee.reviewer_id]
    elif addressee.team_id is not None:
        wanted = await find_members(session, [addressee.team_id])
    else:
        wanted = await _who_may_review(session, caller)
    experienced = await reviews.find_experienced(session, [one for one in wanted if one != caller.agent_id])
    if addressee.reviewer_id is not None and not experienced:
        raise Invalid("This person cannot review answers.", field="reviewer_id", reason="reviewer_cannot")
    callers = await callers_of_agents(session, experienced)
    able = [one for one in experienced if one in callers and callers[one].may(Permission.MESSAGES_SEND)]
    blind = (await find_blind(session, caller, conversation_id, able)).agent_ids
    if addressee.reviewer_id in blind:
        raise Conflict("This person may not see this conversation.", reason="reviewer_unseen")
    seeing = [one for one in able if one not in blind]
    check_has_reviewer(seeing)
    return seeing


async def _who_may_review(session: Session, caller: Caller) -> list[UUID]:
    """Everybody with the right, of the author's teams if there is one."""
    callers = await callers_of_agents(session, await reviews.list_agent_ids(session))
    able = [one for one, who in callers.items() if who.may(Permission.ANSWERS_REVIEW) and one != caller.agent_id]
    near = [one for one in able if callers[one].team_ids & caller.team_ids]
    return near or able


async def lock_review(session: Session, caller: Caller, review_id: UUID) -> tuple[Review, LockedConversation]:
    """The conversation first, as everywhere; then the review, as it stands under its lock. Raises NotFound."""
    conversation_id = await reviews.find_review_conversation(session, caller, review_id)
    conversation = await outgoing.lock_conversation(session, caller.workspace_id, conversation_id)
    return await access_review(session, caller, review_id, is_locked=True), conversation


def tell_of_review(
    session: Session,
    caller: Caller,
    review_id: UUID,
    conversation_id: UUID,
    agent_ids: Iterable[UUID],
    what: str,
    *,
    now: datetime,
    new_id: NewId,
) -> None:
    """One event for each of them, which only they hear: what an answer was to be is nobody else's.

    `what`: `asked` calls a reviewer, `decided` its author, `over` ends what called somebody, `changed` only tells.
    """
    for agent_id in dict.fromkeys(agent_ids):
        session.record(
            Event(
                id=new_id(),
                workspace_id=caller.workspace_id,
                kind=EventKind.REVIEW_CHANGED,
                at=now,
                agent_id=agent_id,
                actor_id=caller.actor_id,
                data={"review_id": str(review_id), "conversation_id": str(conversation_id), "what": what},
            )
        )


def _check_is_own(review: Review) -> None:
    if not review.is_mine:
        raise Conflict("Only who wrote this answer does that.", reason="review_of_another")


async def _checked(
    session: Session,
    caller: Caller,
    conversation: LockedConversation,
    contents: Sequence[Content],
    find_type: Callable[[str], ChannelType],
    *,
    author_id: UUID,
) -> list[Content]:
    """What will be as wrong later as it is now: a file, a template, a text that is too long."""
    return await check_contents(
        session, caller, conversation, contents, find_type, senders={caller.actor_id, author_id}
    )


async def check_contents(
    session: Session,
    caller: Caller,
    conversation: LockedConversation,
    contents: Sequence[Content],
    find_type: Callable[[str], ChannelType],
    *,
    senders: set[UUID | None],
) -> list[Content]:
    """Templates come back with their texts. Raises CannotSend, Invalid."""
    whole: list[Content] = []
    for one in contents:
        content = await complete_content(session, caller.workspace_id, conversation, one)
        await check_files(session, caller.workspace_id, conversation, content, senders)
        find_type(conversation.channel_type).fit(content)
        whole.append(content)
    return whole
