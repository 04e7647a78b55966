"""The body of a request to a webhook: what happened, and, where it is wanted, the conversation and message as they are.

Texts are read when they leave and kept nowhere on the way: what was deleted meanwhile is not told any more.
"""

from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

import msgspec

from threadline.core.personal import Clearance, Guarded
from threadline.core.webhook import Told
from threadline.store.conversations import load_conversations
from threadline.store.messages import load_messages
from threadline.store.session import Session
from threadline.store.webhooks import ClaimedDispatch

_SHOWN: Final = Clearance(sees_earlier=False)
"""Numbers and words as they are; nothing of what was deleted or stood there before."""


def _show(value: object) -> object:
    if isinstance(value, Guarded):
        return value.shown(_SHOWN)
    raise NotImplementedError(f"{type(value).__name__} has no form in JSON.")


_encode = msgspec.json.Encoder(enc_hook=_show).encode


async def fill_dispatch(session: Session, claimed: ClaimedDispatch) -> bytes:
    """The body, as JSON. The same dispatch may be filled with other words on its next try."""
    said = said_of(claimed.told, dispatch_id=claimed.id, workspace_id=claimed.workspace_id)
    if claimed.has_content:
        said["data"] |= await _content(session, claimed.workspace_id, claimed.told)
    return _encode(said)


class Said(TypedDict):
    """The body of a request. Names are part of the API (docs/webhooks.md)."""

    type: str
    timestamp: datetime
    data: dict[str, object]


def said_of(told: Told, *, dispatch_id: UUID, workspace_id: UUID) -> Said:
    """Pure. What a request says without texts; ids that do not apply are absent."""
    ids = {
        name: value
        for name, value in msgspec.structs.asdict(told).items()
        if name not in ("type", "at", "facts") and value is not None
    }
    data: dict[str, object] = {
        "dispatch_id": str(dispatch_id),
        "workspace_id": str(workspace_id),
        **ids,
        "facts": told.facts,
    }
    return Said(type=told.type, timestamp=told.at, data=data)


async def _content(session: Session, workspace_id: UUID, told: Told) -> dict[str, object]:
    connection = await session.raw()
    content: dict[str, object] = {}
    if told.conversation_id is not None:
        found = await load_conversations(
            connection, workspace_id=workspace_id, conversation_ids=[UUID(told.conversation_id)]
        )
        content |= {"conversation": found[0]} if found else {}
    if told.message_id is not None:
        messages = await load_messages(connection, workspace_id=workspace_id, message_ids=[UUID(told.message_id)])
        content |= {"message": messages[0]} if messages else {}
    return content
