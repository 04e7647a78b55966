"""What a workspace says by itself, read whole: its replies, hours and manners, and what follows for a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from threadline.core.automatic_reply import (
    KIND_OF,
    Heard,
    Manners,
    Place,
    ReplyKind,
    Why,
    WhyNot,
    decide,
    reply_for,
)
from threadline.store.automatic_replies import KeptReply, list_automatic_replies
from threadline.store.calendars import Hours, read_hours
from threadline.store.session import Session
from threadline.store.workspaces import get_workspace


@dataclass(frozen=True, slots=True)
class AutomaticPolicy:
    replies: Mapping[ReplyKind, Mapping[Place, KeptReply]]
    hours: Hours
    manners: Manners

    def reply(self, kind: ReplyKind, *, channel_id: UUID, team_id: UUID | None) -> KeptReply | None:
        """None: nothing is said there."""
        return reply_for(self.replies[kind], channel_id=channel_id, team_id=team_id)

    def decide(
        self, heard: Heard, *, channel_id: UUID, team_id: UUID | None, now: datetime
    ) -> tuple[Why, KeptReply] | WhyNot:
        """Why something is said, and what; or why nothing is."""
        found = {kind: self.reply(kind, channel_id=channel_id, team_id=team_id) for kind in ReplyKind}
        try:
            why = decide(
                heard,
                greets=found[ReplyKind.GREETING] is not None,
                is_away=found[ReplyKind.AWAY] is not None,
                calendar=self.hours.of(channel_id=channel_id, team_id=team_id),
                manners=self.manners,
                now=now,
            )
        except ZoneInfoNotFoundError:  # the zones of this machine are not those with which it was made
            return WhyNot.HOURS_UNREADABLE
        if isinstance(why, WhyNot):
            return why
        reply = found[KIND_OF[why]]
        assert reply is not None, "it was asked for just now"
        return why, reply


async def read_automatic_policy(session: Session) -> AutomaticPolicy | None:
    """Of the session's workspace. None: nothing is said by itself anywhere."""
    kept = await list_automatic_replies(session)
    if not any(reply.is_on for reply in kept):
        return None
    settings = (await get_workspace(session)).settings
    return AutomaticPolicy(
        replies={kind: {one.place: one for one in kept if one.kind is kind} for kind in ReplyKind},
        hours=await read_hours(session),
        manners=settings.automatic,
    )
