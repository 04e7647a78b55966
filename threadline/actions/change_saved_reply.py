"""Saved replies: write, change and delete them. One's own are one's own; a team's and the workspace's need a right."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.core.saved_reply import (
    COUNT_LIMIT,
    FILE_LIMIT,
    VariedWording,
    check_shortcut,
    check_text,
    check_variants,
    check_wordings,
)
from threadline.store import saved_replies
from threadline.store.saved_replies import SavedReply, access_saved_reply, count_saved_replies
from threadline.store.session import Session
from threadline.store.teams import find_team_names
from threadline.store.workspaces import channels_exist


class ReplyChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is unset stays."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    shortcut: str | msgspec.UnsetType = msgspec.UNSET
    text: str | msgspec.UnsetType = msgspec.UNSET
    variants: list[str] | msgspec.UnsetType = msgspec.UNSET
    channel_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    team_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    """None: everybody's. One's own stays one's own."""
    language: str | msgspec.UnsetType = msgspec.UNSET
    wordings: list[VariedWording] | msgspec.UnsetType = msgspec.UNSET


async def create_saved_reply(
    session: Session,
    *,
    caller: Caller,
    reply: SavedReply,
    file_ids: Sequence[UUID] = (),
    now: datetime,
    new_id: NewId,
) -> SavedReply:
    """The reply with its files, which the caller has uploaded for no channel.

    Raises Forbidden, Invalid (a place, a shortcut, a channel, a team, a language, a file) and Conflict (the shortcut is
    taken; too many).
    """
    _check_owner(caller, reply)
    await _check_reply(session, caller, reply)
    reply = await _with_files(session, caller, reply, file_ids)
    agent_id = None if reply.is_shared else caller.agent_id
    if await count_saved_replies(session, agent_id=agent_id, team_id=reply.team_id) >= COUNT_LIMIT:
        raise Conflict(
            f"There are {COUNT_LIMIT} saved replies already. Delete one that nobody uses.",
            reason="too_many_saved_replies",
            values={"limit": str(COUNT_LIMIT)},
        )
    await saved_replies.insert_saved_reply(session, reply, agent_id=agent_id)
    _record(session, caller, reply, "created", now=now, new_id=new_id)
    return reply


async def change_saved_reply(
    session: Session,
    *,
    caller: Caller,
    reply_id: UUID,
    change: ReplyChange,
    file_ids: Sequence[UUID] | None = None,
    now: datetime,
    new_id: NewId,
) -> SavedReply:
    """The reply as it is now. Files: all that it has from now on; None: what it had.

    Raises NotFound, and what `create_saved_reply` raises.
    """
    before = await access_saved_reply(session, caller, reply_id)
    _check_owner(caller, before)
    given = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not msgspec.UNSET}
    reply = msgspec.structs.replace(before, **given)
    await _check_reply(session, caller, reply)
    if file_ids is not None:
        reply = await _with_files(session, caller, reply, file_ids)
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
    check_variants(VariedWording(language=reply.language, text=reply.text, variants=reply.variants))
    check_shortcut(reply.shortcut)
    check_wordings(reply.language, reply.wordings)
    await _check_team(session, reply)
    if reply.channel_id is None:
        return
    if not caller.visibility.has_channel(reply.channel_id) or not await channels_exist(session, [reply.channel_id]):
        raise Invalid("This channel does not exist.", field="channel_id")


async def _check_team(session: Session, reply: SavedReply) -> None:
    if reply.team_id is None:
        return
    team = (await find_team_names(session, [reply.team_id])).get(reply.team_id)
    if not reply.is_shared or team is None or not team.is_live:
        raise Invalid("This team does not exist any more.", field="team_id", reason="no_such_team")


async def _with_files(session: Session, caller: Caller, reply: SavedReply, file_ids: Sequence[UUID]) -> SavedReply:
    if len(file_ids) > FILE_LIMIT:
        raise Invalid(
            f"A saved reply has at most {FILE_LIMIT} files.",
            field="file_ids",
            reason="too_many_reply_files",
            values={"limit": str(FILE_LIMIT)},
        )
    files = await saved_replies.load_reply_files(session, file_ids, reply_id=reply.id, uploaded_by=caller.actor_id)
    if len(files) < len(file_ids) or len(set(file_ids)) < len(file_ids):
        raise Invalid(
            "A file does not exist or is not ready. Please upload it again.", field="file_ids", reason="file_not_ready"
        )
    return msgspec.structs.replace(reply, files=files)


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
