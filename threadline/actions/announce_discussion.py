"""Tell those in a discussion, and nobody else, that it changed; and the thread, whom it brought into its sight."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.content import Line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store.conversations import ConversationKeys
from threadline.store.session import Session


def tell_members(
    session: Session,
    *,
    caller: Caller,
    discussion_id: UUID,
    conversation_id: UUID,
    agent_ids: Iterable[UUID],
    what: str,
    now: datetime,
    new_id: NewId,
) -> None:
    """One event for each of them, which only they hear.

    `what`: `news` calls somebody to it, `changed` does not, `read` and `gone` end what called them. The conversation
    stands among the data: an event's own conversation would come with its row, seen or not.
    """
    for agent_id in agent_ids:
        session.record(
            Event(
                id=new_id(),
                workspace_id=caller.workspace_id,
                kind=EventKind.DISCUSSION_CHANGED,
                at=now,
                agent_id=agent_id,
                actor_id=caller.actor_id,
                data={"discussion_id": str(discussion_id), "conversation_id": str(conversation_id), "what": what},
            )
        )


async def announce_guests(
    session: Session,
    *,
    caller: Caller,
    conversation: ConversationKeys,
    agent_ids: Sequence[UUID],
    is_added: bool,
    seq: int,
    now: datetime,
    new_id: NewId,
) -> None:
    """Who sees it only by a discussion is a guest, and the thread says so: lines after the number `seq`."""
    for number, agent_id in enumerate(agent_ids, seq + 1):
        await announce_line(
            session,
            workspace_id=caller.workspace_id,
            conversation=conversation,
            content=Line(what="follower_added" if is_added else "follower_removed", data={"agent_id": str(agent_id)}),
            data={"follower_id": str(agent_id), "is_added": is_added},
            author=author_of(caller),
            actor_id=caller.actor_id,
            seq=number,
            now=now,
            new_id=new_id,
        )
