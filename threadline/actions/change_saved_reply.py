"""Saved replies: write, change and delete them. One's own are one's own; the workspace's need a right."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.core.saved_reply import COUNT_LIMIT, check_shortcut, check_text
from threadline.store import saved_replies
from threadline.store.saved_replies import SavedReply, access_saved_reply, count_saved_replies
from threadline.store.session import Session
from threadline.store.workspaces import channels_exist


class ReplyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    shortcut: str | msgspec.UnsetType = msgspec.UNSET
    text: str | msgspec.UnsetType = msgspec.UNSET
    channel_id: UUID | msgspec.UnsetType | None = msgspec.UNSET


async def create_saved_reply(
    session: Session, *, caller: Caller, reply: SavedReply, now: datetime, new_id: NewId
) -> None:
    """Raises Forbidden, Invalid (a place, a shortcut, a channel) and Conflict (the shortcut is taken; too many)."""
    _check_owner(caller, reply)
    await _check_reply(session, caller, reply)
    agent_id = None if reply.is_shared else caller.agent_id
    if await count_saved_replies(session, agent_id=agent_id) >= COUNT_LIMIT:
        raise Conflict(
            f"There are {COUNT_LIMIT} saved replies already. Delete one that nobody uses.",
            reason="too_many_saved_replies",
            values={"limit": str(COUNT_LIMIT)},
        )
    await saved_replies.insert_saved_reply(session, reply, agent_id=agent_id)
    _record(session, caller, reply, "created", now=now, new_id=new_id)


async def change_saved_reply(
    session: Session, *, caller: Caller, reply_id: UUID, change: ReplyChange, now: datetime, new_id: NewId
) -> SavedReply:
    """The reply as it is now. Raises NotFound, and what `create_saved_reply` raises."""
    before = await access_saved_reply(session, caller, reply_id)
    _check_owner(caller, before)
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not msgspec.UNSET}
    reply = msgspec.structs.replace(before, **given)
    await _check_reply(session, caller, reply)
    await saved_replies.update_saved_reply(session, reply)
    _record(session, caller, reply, "changed", now=now, new_id=new_id)
    return reply


async def delete_saved_reply(session: Session, *, caller: Caller, reply_id: UUID, now: datetime, new_id: NewId) -> None:
    """Raises NotFound and Forbidden."""
    reply = await access_saved_reply(session, caller, reply_id)
    _check_owner(caller, reply)
    await saved_replies.delete_saved_reply(session, reply_id)
    _record(session, caller, reply, "deleted", now=now, new_id=new_id)


def _check_owner(caller: Caller, reply: SavedReply) -> None:
    if reply.is_shared:
        check_may(caller, Permission.SAVED_REPLIES_MANAGE)
    elif caller.agent_id is None:
        raise Forbidden("A program has no saved replies of its own.")


async def _check_reply(session: Session, caller: Caller, reply: SavedReply) -> None:
    check_text(reply.text)
    check_shortcut(reply.shortcut)
    if reply.channel_id is None:
        return
    if not caller.visibility.has_channel(reply.channel_id) or not await channels_exist(session, [reply.channel_id]):
        raise Invalid("This channel does not exist.", field="channel_id")


def _record(session: Session, caller: Caller, reply: SavedReply, change: str, *, now: datetime, new_id: NewId) -> None:
    """The workspace's replies stand in the record; one's own are nobody else's matter."""
    if not reply.is_shared:
        return
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.SAVED_REPLY_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"saved_reply_id": str(reply.id), "change": change},
        )
    )
