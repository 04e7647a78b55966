"""What a customer would read who wrote at a moment: the rules as they are, without anybody writing."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from threadline.actions.automatic_policy import read_automatic_policy
from threadline.actions.find_return import find_return
from threadline.actions.send_automatic_replies import automatic_text
from threadline.core.automatic_reply import Heard, WhyNot
from threadline.core.calendar import is_open, next_opening
from threadline.core.permission import Caller
from threadline.core.saved_reply import Names
from threadline.store.channels import access_channel
from threadline.store.saved_replies import Customer
from threadline.store.session import Session
from threadline.store.workspaces import get_workspace

WhyNothing = Literal["nothing_else_configured", "not_first", "return_unknown", "hours_unreadable", "empty"]


class AutomaticPreview(msgspec.Struct, frozen=True, kw_only=True):
    text: str | None
    """None: nothing is said."""
    why: Literal["first_message", "after_silence", "outside_hours"] | None
    why_not: WhyNothing | None
    is_open: bool
    opens_at: datetime | None
    """Of one that is closed. None: never again, or it is open."""


async def preview_automatic_reply(
    session: Session,
    *,
    caller: Caller,
    channel_id: UUID,
    team_id: UUID | None,
    language: str,
    is_first: bool,
    at: datetime,
) -> AutomaticPreview:
    """For a customer of whom nothing but their language is known. Raises NotFound for a channel that is not seen."""
    channel = await access_channel(session, caller, channel_id)
    policy = await read_automatic_policy(session)
    if policy is None:
        return AutomaticPreview(text=None, why=None, why_not="nothing_else_configured", is_open=True, opens_at=None)
    heard = Heard(at=at, before_at=None if is_first else at - timedelta(minutes=1))
    decided = policy.decide(heard, channel_id=channel_id, team_id=team_id, now=at)
    calendar = policy.hours.of(channel_id=channel_id, team_id=team_id)
    is_closed = decided is not WhyNot.HOURS_UNREADABLE and calendar is not None and not is_open(calendar, at)
    shown = AutomaticPreview(
        text=None,
        why=None,
        why_not=None,
        is_open=not is_closed,
        opens_at=next_opening(calendar, at) if calendar is not None and is_closed else None,
    )
    if isinstance(decided, WhyNot):
        return msgspec.structs.replace(shown, why_not=decided.value)
    why, reply = decided
    workspace = await get_workspace(session)
    nobody = Customer(
        names=Names(contact="", agent="", channel=channel.name, workspace=workspace.name), language=language
    )
    returns_at = await find_return(session, calendar, team_id=team_id, now=at)
    text = automatic_text(reply, nobody, calendar, returns_at, why=why, now=at)
    if isinstance(text, WhyNot):
        return msgspec.structs.replace(shown, why_not=text.value)
    return msgspec.structs.replace(shown, text=text, why=why.value)
