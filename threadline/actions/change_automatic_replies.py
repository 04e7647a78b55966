"""Say what is said by itself in one place, or leave it to the next one."""

from datetime import datetime
from uuid import UUID

from threadline.core.automatic_reply import AutomaticReply, Place, ReplyKind, check_automatic_reply
from threadline.core.errors import Invalid, NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store.automatic_replies import (
    KeptReply,
    delete_automatic_reply,
    find_automatic_reply,
    list_automatic_replies,
    save_automatic_reply,
)
from threadline.store.channels import access_channel
from threadline.store.session import Session
from threadline.store.teams import find_team_names


async def set_automatic_reply(
    session: Session,
    *,
    caller: Caller,
    kind: ReplyKind,
    place: Place,
    reply: AutomaticReply,
    now: datetime,
    new_id: NewId,
) -> KeptReply:
    """In the place of what there is. Raises Invalid: the text, or a channel or team that is not there."""
    check_automatic_reply(kind, reply)
    await _check_place(session, caller, place)
    found = await find_automatic_reply(session, kind, place)
    kept = KeptReply(
        id=new_id() if found is None else found.id,
        kind=kind,
        channel_id=place.channel_id,
        team_id=place.team_id,
        is_on=reply.is_on,
        wordings=reply.wordings,
        expected_min=reply.expected_min,
    )
    if kept == found:
        return kept
    await save_automatic_reply(session, kept)
    _record(session, caller, kept, "set", now, new_id)
    return kept


async def remove_automatic_reply(
    session: Session, *, caller: Caller, reply_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Its place goes by the next one: a team by its channels, a channel by the workspace. Raises NotFound."""
    found = next((one for one in await list_automatic_replies(session) if one.id == reply_id), None)
    if found is None or (found.channel_id and not caller.visibility.has_channel(found.channel_id)):
        raise NotFound("This automatic reply does not exist any more.", reason="no_such_automatic_reply")
    await delete_automatic_reply(session, reply_id)
    _record(session, caller, found, "removed", now, new_id)


async def _check_place(session: Session, caller: Caller, place: Place) -> None:
    if place.channel_id is not None and place.team_id is not None:
        raise Invalid("Choose a channel or a team.", field="team_id", reason="automatic_two_places")
    if place.channel_id is not None:
        try:
            await access_channel(session, caller, place.channel_id)
        except NotFound as error:
            raise Invalid(error.text, field="channel_id", reason="no_such_channel") from None
    if place.team_id is not None:
        team = (await find_team_names(session, [place.team_id])).get(place.team_id)
        if team is None or not team.is_live:
            raise Invalid("This team does not exist any more.", field="team_id", reason="no_such_team")


def _record(session: Session, caller: Caller, reply: KeptReply, what: str, now: datetime, new_id: NewId) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.AUTOMATIC_REPLY_CHANGED,
            at=now,
            channel_id=reply.channel_id,
            actor_id=caller.actor_id,
            data={
                "kind": reply.kind.value,
                "what": what,
                "is_on": reply.is_on,
                "team_id": None if reply.team_id is None else str(reply.team_id),
            },
        )
    )
