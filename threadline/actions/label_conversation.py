"""Put labels on a conversation and take others off. Its place in lists and its last activity stay as they are."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.actions.put_labels import LabelChange, put_labels
from threadline.core.content import Line
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session


async def label_conversation(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    add: Sequence[UUID],
    remove: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> None:
    """Each label that was put on or taken off is a line in the thread, and an event that carries it.

    Raises NotFound, and what `put_labels` raises.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    changes = await put_labels(session, kind="conversation", id=conversation.id, add=add, remove=remove)
    for seq, change in enumerate(changes, start=conversation.last_seq + 1):
        await announce_line(
            session,
            workspace_id=caller.workspace_id,
            conversation=conversation,
            content=_line_of(change),
            data=change.data,
            author=author_of(caller),
            actor_id=caller.actor_id,
            seq=seq,
            now=now,
            new_id=new_id,
        )


def _line_of(change: LabelChange) -> Line:
    """With the name of the day: it is read when the label may be gone."""
    what = "labelled" if change.is_added else "unlabelled"
    return Line(what=what, data={"label_id": str(change.label.id), "label": change.label.name})
