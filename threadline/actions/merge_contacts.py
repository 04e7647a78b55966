"""Two contacts are one person: merge them by hand, and take it back. A conversation is somebody else's: move it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.actions.contact_event import contact_event
from threadline.core.content import Line
from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.core.waiting import waiting_since
from threadline.store import contact_merges
from threadline.store.clocks import read_entries, set_clocks
from threadline.store.contacts import check_sees_contact
from threadline.store.merging import merge_contacts as merge_rows
from threadline.store.outgoing import lock_conversation
from threadline.store.session import Session


async def merge_contacts(
    session: Session, *, caller: Caller, contact_id: UUID, from_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Everything of `from_id` becomes `contact_id`'s, and what is needed to take it back is kept.

    Raises NotFound if the caller sees one of them not, Invalid (one and the same), Conflict (merged meanwhile).
    """
    if contact_id == from_id:
        raise Invalid("This is the same contact.", field="from_id", reason="same_contact")
    await check_sees_contact(session, caller, contact_id)
    await check_sees_contact(session, caller, from_id)
    await contact_merges.lock_contacts(session, contact_id, from_id)
    before = await contact_merges.read_before(session, from_id=from_id, into_id=contact_id)
    moved = await merge_rows(
        await session.raw(),
        workspace_id=caller.workspace_id,
        from_id=from_id,
        into_id=contact_id,
        is_newer=False,
        now=now,
    )
    await contact_merges.insert_merge(
        session, new_id(), from_id=from_id, into_id=contact_id, actor_id=caller.actor_id, now=now, before=before
    )
    session.record(
        contact_event(caller, contact_id, now=now, new_id=new_id),
        contact_event(caller, from_id, data={"merged_into": str(contact_id)}, now=now, new_id=new_id),
        *_conversation_events(caller, moved, contact_id, now, new_id),
    )


async def unmerge_contacts(
    session: Session, *, caller: Caller, contact_id: UUID, merge_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Both are there again, each with theirs. Raises NotFound: not seen, or undone already."""
    await check_sees_contact(session, caller, contact_id)
    from_id = await contact_merges.take_merge(session, into_id=contact_id, merge_id=merge_id, now=now)
    moved = await contact_merges.undo_merge(session, from_id=from_id, into_id=contact_id, merge_id=merge_id)
    threads = await read_entries(session, dict.fromkeys(await contact_merges.kept_while_paused(session, merge_id)))
    await set_clocks(session, {id: waiting_since(thread) for id, thread in threads.items()})
    session.record(
        contact_event(caller, contact_id, now=now, new_id=new_id),
        contact_event(caller, from_id, data={"unmerged_from": str(contact_id)}, now=now, new_id=new_id),
        *_conversation_events(caller, moved, from_id, now, new_id),
    )


async def move_conversation(
    session: Session, *, caller: Caller, conversation_id: UUID, contact_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Wrong person, shared phone: the conversation is another contact's from now on, and both histories say so. It goes
    on answering the address it came from, which stays where it was.

    The caller has checked that they see the conversation. Raises NotFound, Invalid (it is theirs already), Conflict
    (they have an open conversation on this channel).
    """
    await check_sees_contact(session, caller, contact_id)
    conversation = await lock_conversation(session, caller.workspace_id, conversation_id)
    if conversation.contact_id == contact_id:
        raise Invalid("This is the same contact.", field="contact_id", reason="same_contact")
    await contact_merges.move_conversation(session, conversation.id, into_id=contact_id)
    from_id = conversation.contact_id
    await contact_merges.insert_move(
        session,
        new_id(),
        conversation_id=conversation.id,
        from_id=from_id,
        into_id=contact_id,
        actor_id=caller.actor_id,
        now=now,
    )
    await announce_line(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        content=Line(
            what="contact_moved",
            # Without names: who reads the thread may see one of them, or a third whose it became later.
            data={"from_id": str(from_id), "into_id": str(contact_id)},
        ),
        data={"moved_from": str(from_id), "moved_into": str(contact_id)},
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
    session.record(
        *(contact_event(caller, one, data={"moved": True}, now=now, new_id=new_id) for one in (from_id, contact_id)),
    )


def _conversation_events(
    caller: Caller, conversation_ids: Iterable[UUID], contact_id: UUID, now: datetime, new_id: NewId
) -> list[Event]:
    return [
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONVERSATION_CHANGED,
            at=now,
            conversation_id=conversation_id,
            contact_id=contact_id,
            actor_id=caller.actor_id,
        )
        for conversation_id in conversation_ids
    ]
