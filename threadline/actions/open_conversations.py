"""Where a message goes: the conversation of each contact, locked; reopened or begun if there is none (design.md §3)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from threadline.core.arrival import REOPEN_DAYS
from threadline.core.conversation import ConversationState
from threadline.core.thanks import QUIET_FOR
from threadline.store.connection import Connection
from threadline.store.conversations_hot import (
    Latest,
    LockedConversation,
    NewConversation,
    insert_conversations,
    lock_latest_conversations,
    lock_unresolved_conversations,
)


@dataclass(frozen=True, slots=True)
class Need:
    """A contact has something to say at this moment, or only history."""

    address_id: UUID
    received_at: datetime
    activity_at: datetime
    is_quiet: bool = False
    is_thanks: bool = False
    """Nothing but thanks: it belongs to what has just ended, whether that may be reopened or not."""
    is_asked: bool = False
    """The customer wrote it: where a bot answers first, a new conversation is the bot's."""


@dataclass(frozen=True, slots=True)
class Opened:
    """By contact. The locks are held until the commit."""

    conversations: dict[UUID, LockedConversation]
    started_ids: set[UUID] = field(default_factory=set[UUID])


async def open_conversations(
    connection: Connection,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    needs: Mapping[UUID, Need],
    also_lock: Sequence[UUID],
    now: datetime,
    new_id: Callable[[], UUID],
    find_bot: Callable[[], Awaitable[UUID | None]] | None = None,
) -> Opened:
    """The unresolved conversation of each contact, else the latest if it ended lately, else a new one.

    History finds the latest however old it is and reopens nothing. The caller moves the state of what it reopens.
    `find_bot`: who answers first here now; asked only if something begins.
    """
    found = await lock_unresolved_conversations(
        connection, workspace_id=workspace_id, channel_id=channel_id, contact_ids=list(needs), also_lock=also_lock
    )
    missing = {contact_id: need for contact_id, need in needs.items() if contact_id not in found}
    if not missing:
        return Opened(found)
    found |= await lock_latest_conversations(
        connection,
        workspace_id=workspace_id,
        channel_id=channel_id,
        wanted=[
            Latest(
                contact_id,
                came_at=None if need.is_quiet else need.received_at,
                kept_after=need.received_at - QUIET_FOR if need.is_thanks else None,
            )
            for contact_id, need in missing.items()
        ],
        reopen_days=REOPEN_DAYS,
    )
    unknown = {contact_id: need for contact_id, need in missing.items() if contact_id not in found}
    if not unknown:
        return Opened(found)
    return await _begin(connection, workspace_id, channel_id, found, unknown, now, new_id, find_bot)


async def _begin(
    connection: Connection,
    workspace_id: UUID,
    channel_id: UUID,
    found: dict[UUID, LockedConversation],
    unknown: Mapping[UUID, Need],
    now: datetime,
    new_id: Callable[[], UUID],
    find_bot: Callable[[], Awaitable[UUID | None]] | None,
) -> Opened:
    """New conversations; where another writer was faster, theirs (R4)."""
    is_asked = any(need.is_asked and not need.is_quiet for need in unknown.values())
    bot_id = await find_bot() if find_bot is not None and is_asked else None
    new = [_new_conversation(contact_id, need, new_id(), bot_id) for contact_id, need in unknown.items()]
    inserted = await insert_conversations(
        connection, workspace_id=workspace_id, channel_id=channel_id, rows=new, now=now
    )
    found |= {
        row.contact_id: LockedConversation(
            id=row.id,
            contact_id=row.contact_id,
            state=row.state,
            last_seq=0,
            waiting_since=None,
            first_message_id=None,
            bot_id=row.bot_id,
        )
        for row in new
        if row.id in inserted
    }
    lost = [row.contact_id for row in new if row.id not in inserted]
    if lost:
        found |= await lock_unresolved_conversations(
            connection, workspace_id=workspace_id, channel_id=channel_id, contact_ids=lost, also_lock=()
        )
    return Opened(found, inserted)


def _new_conversation(contact_id: UUID, need: Need, conversation_id: UUID, bot_id: UUID | None) -> NewConversation:
    has_bot = bot_id is not None and need.is_asked and not need.is_quiet
    state = ConversationState.PENDING if has_bot else ConversationState.OPEN
    return NewConversation(
        id=conversation_id,
        contact_id=contact_id,
        address_id=need.address_id,
        state=ConversationState.RESOLVED if need.is_quiet else state,
        last_activity_at=need.activity_at,
        bot_id=bot_id if has_bot else None,
    )
