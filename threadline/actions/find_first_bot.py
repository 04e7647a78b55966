"""Who answers a conversation first that begins on a channel now."""

from datetime import datetime
from uuid import UUID

from threadline.core.bot import answers_now
from threadline.store.bots import find_first_answer
from threadline.store.calendars import find_calendar_for
from threadline.store.session import Session


async def find_first_bot(session: Session, channel_id: UUID, *, now: datetime) -> UUID | None:
    """The channel's bot; None: there is none, its token has ended, or it does not answer at this hour."""
    first = await find_first_answer(session, channel_id)
    if first is None:
        return None
    row = None if first.hours == "always" else await find_calendar_for(session, team_id=None, channel_id=channel_id)
    calendar = None if row is None else row.hours
    return first.bot_id if answers_now(first.hours, calendar, now=now) else None
