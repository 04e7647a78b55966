"""Take colleagues into a discussion, and let them go: each with a line in it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_discussion import announce_guests, tell_members
from threadline.actions.find_blind import find_blind
from threadline.actions.start_discussion import choose_members
from threadline.core.discussion import EntryKind, check_count, check_in_it, check_may_remove
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission
from threadline.store.conversations import ConversationKeys, access_conversation_keys
from threadline.store.discussions import (
    DiscussionKeys,
    NewNote,
    access_discussion,
    add_members,
    insert_note,
    list_members,
    lock_discussion,
    remove_member,
)
from threadline.store.session import Session


async def add_to_discussion(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    discussion_id: UUID,
    agent_ids: Sequence[UUID],
    team_ids: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> None:
    """They read it from its first note on, and see its conversation. Raises what `choose_members` raises, NotFound,
    Forbidden."""
    conversation, discussion = await _lock(session, caller, discussion_id)
    check_in_it(is_in_it=discussion.is_in_it)
    before = await list_members(session, discussion_id)
    chosen = await choose_members(
        session, caller=caller, conversation_id=conversation.id, agent_ids=agent_ids, team_ids=team_ids
    )
    added = [one for one in chosen if one not in before]
    if not added:
        return
    check_count(len(before) + len(added))
    guests = (await find_blind(session, caller, conversation.id, added)).agent_ids
    await add_members(
        session,
        discussion_id=discussion_id,
        conversation_id=conversation.id,
        agent_ids=added,
        added_by=agent_id,
        now=now,
    )
    for seq, one in enumerate(added, discussion.last_seq + 1):
        await insert_note(session, _line(discussion, EntryKind.ADDED, agent_id, one, seq, now, new_id()))
    await announce_guests(
        session,
        caller=caller,
        conversation=conversation,
        agent_ids=guests,
        is_added=True,
        seq=conversation.last_seq,
        now=now,
        new_id=new_id,
    )
    for what, told in (("news", added), ("changed", before)):
        tell_members(
            session,
            caller=caller,
            discussion_id=discussion_id,
            conversation_id=conversation.id,
            agent_ids=told,
            what=what,
            now=now,
            new_id=new_id,
        )


async def remove_from_discussion(
    session: Session,
    *,
    caller: Caller,
    agent_id: UUID,
    discussion_id: UUID,
    removed_id: UUID,
    now: datetime,
    new_id: NewId,
) -> None:
    """They read it no more, nor the conversation, if only this showed it to them; what they wrote stays.

    Raises NotFound, Forbidden.
    """
    conversation, discussion = await _lock(session, caller, discussion_id)
    check_in_it(is_in_it=discussion.is_in_it)
    check_may_remove(
        agent_id=agent_id,
        removed_id=removed_id,
        started_by=discussion.started_by,
        may_assign=caller.may(Permission.CONVERSATIONS_ASSIGN),
    )
    if not await remove_member(session, discussion_id=discussion_id, agent_id=removed_id, now=now):
        return
    kind = EntryKind.LEFT if removed_id == agent_id else EntryKind.REMOVED
    await insert_note(session, _line(discussion, kind, agent_id, removed_id, discussion.last_seq + 1, now, new_id()))
    # The caller may have left by this very act: whether somebody still sees the conversation is asked as the desk.
    desk = Caller(workspace_id=caller.workspace_id, permissions=frozenset())
    guests = (await find_blind(session, desk, conversation.id, [removed_id])).agent_ids
    await announce_guests(
        session,
        caller=caller,
        conversation=conversation,
        agent_ids=guests,
        is_added=False,
        seq=conversation.last_seq,
        now=now,
        new_id=new_id,
    )
    for what, told in (("gone", [removed_id]), ("changed", await list_members(session, discussion_id))):
        tell_members(
            session,
            caller=caller,
            discussion_id=discussion_id,
            conversation_id=conversation.id,
            agent_ids=told,
            what=what,
            now=now,
            new_id=new_id,
        )


async def _lock(session: Session, caller: Caller, discussion_id: UUID) -> tuple[ConversationKeys, DiscussionKeys]:
    """The conversation first, as everywhere."""
    seen = await access_discussion(session, caller, discussion_id)
    conversation = await access_conversation_keys(session, caller, seen.conversation_id, is_locked=True)
    return conversation, await lock_discussion(session, caller, discussion_id)


def _line(
    discussion: DiscussionKeys, kind: EntryKind, by: UUID, about: UUID, seq: int, now: datetime, id: UUID
) -> NewNote:
    return NewNote(
        id=id,
        discussion_id=discussion.id,
        conversation_id=discussion.conversation_id,
        seq=seq,
        kind=kind,
        author_id=by,
        agent_id=about,
        at=now,
    )
