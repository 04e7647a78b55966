"""Read two conversations of one contact as one, and take them apart again."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.conversation import ConversationState
from threadline.core.ids import NewId
from threadline.core.merging import (
    MERGED_IN,
    MERGED_INTO,
    TAKEN_APART,
    TAKEN_OUT,
    Side,
    check_may_merge,
    lent_clock,
    merge_line,
    merged_clock,
)
from threadline.core.permission import Caller, author_of
from threadline.core.waiting import waiting_since
from threadline.store.clocks import read_entries, set_clocks, set_waiting_since
from threadline.store.conversations import ConversationKeys, access_conversation_keys, find_unresolved, set_state
from threadline.store.merges import (
    Merge,
    delete_merge,
    find_channel_name,
    find_primary,
    get_merge,
    insert_merge,
)
from threadline.store.session import Session


async def merge_conversations(
    session: Session, *, caller: Caller, conversation_id: UUID, other_id: UUID, now: datetime, new_id: NewId
) -> None:
    """The other becomes a pointer: resolved, and read within this one. Nothing moves, so nothing can be lost: each
    message keeps its conversation, its channel and its window. The older clock of the two goes on here.

    Raises NotFound, and what `check_may_merge` raises.
    """
    primary, other = await _lock_both(session, caller, conversation_id, other_id)
    sides = [await _side(session, one) for one in (primary, other)]
    check_may_merge(*sides)
    lent = lent_clock(*sides, now=now)
    clock = merged_clock(primary.waiting_since, lent)
    await insert_merge(
        session,
        Merge(
            pointer_id=other.id,
            primary_id=primary.id,
            pointer_state=other.state,
            pointer_waiting_since=lent,
        ),
        merged_by=caller.agent_id,
        now=now,
    )
    await set_state(session, conversation_id=other.id, state=ConversationState.RESOLVED, now=now)
    is_lent = clock is not None and clock != primary.waiting_since
    if is_lent:
        await set_waiting_since(session, conversation_id=primary.id, waiting_since=clock)
    await _tell(session, caller, primary, other, MERGED_IN, clock if is_lent else None, primary.state, now, new_id)
    await _tell(session, caller, other, primary, MERGED_INTO, None, ConversationState.RESOLVED, now, new_id)


async def take_apart(
    session: Session, *, caller: Caller, conversation_id: UUID, pointer_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Both are as they were, except for what happened since: an answer, a new message, a newer conversation.

    Raises NotFound.
    """
    primary, pointer = await _lock_both(session, caller, conversation_id, pointer_id)
    merge = await get_merge(session, pointer_id=pointer.id, primary_id=primary.id)
    await delete_merge(session, pointer.id)
    lent = merge.pointer_waiting_since
    state = await _restore(session, pointer, merge, now)
    await _tell(session, caller, primary, pointer, TAKEN_OUT, lent, primary.state, now, new_id)
    await _tell(session, caller, pointer, primary, TAKEN_APART, None, state, now, new_id)
    await _read_clocks(session, {primary.id: primary.state, pointer.id: state})


async def _read_clocks(session: Session, states: Mapping[UUID, ConversationState]) -> None:
    """Off the threads: what was lent is given back, with all that was paused since. Nobody waits in what is over."""
    going = [id for id, state in states.items() if state is not ConversationState.RESOLVED]
    threads = await read_entries(session, dict.fromkeys(going))
    await set_clocks(session, {id: waiting_since(thread) for id, thread in threads.items()})


async def _restore(session: Session, pointer: ConversationKeys, merge: Merge, now: datetime) -> ConversationState:
    """The state after it. What the customer or a colleague changed since stays; so does what a newer one replaced."""
    was_resolved = merge.pointer_state is ConversationState.RESOLVED
    if not pointer.is_resolved or was_resolved or await find_unresolved(session, conversation_id=pointer.id):
        return pointer.state
    await set_state(session, conversation_id=pointer.id, state=ConversationState.OPEN, now=now)
    return ConversationState.OPEN


async def _lock_both(
    session: Session, caller: Caller, one_id: UUID, other_id: UUID
) -> tuple[ConversationKeys, ConversationKeys]:
    """In the order of their ids, so that two who merge the same pair the other way round take turns."""
    found = {
        id: await access_conversation_keys(session, caller, id, is_locked=True) for id in sorted({one_id, other_id})
    }
    return found[one_id], found[other_id]


async def _side(session: Session, conversation: ConversationKeys) -> Side:
    return Side(
        conversation.id,
        conversation.contact_id,
        conversation.state,
        conversation.waiting_since,
        conversation.paused_at,
        await find_primary(session, conversation.id),
    )


async def _tell(
    session: Session,
    caller: Caller,
    conversation: ConversationKeys,
    other: ConversationKeys,
    what: str,
    lent: datetime | None,
    state: ConversationState,
    now: datetime,
    new_id: NewId,
) -> None:
    channel = await find_channel_name(session, other.channel_id)
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=merge_line(what, other_id=other.id, channel=channel, waiting_since=lent),
        data={"state": state.value, "has_new_links": True},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
