"""A conversation leaves its bot: it is open, of the team to whom bots hand over, and routed as any other that waits."""

from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.bot import Leaving, lines_of_leaving, why_leave
from threadline.core.conversation import ConversationState
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.store.bots import find_team_of_hand_over, lock_leaving, read_with_bot
from threadline.store.conversations import ConversationKeys, set_state, set_team
from threadline.store.session import Session
from threadline.store.teams import find_team_names

BATCH: Final = 100
_DESK: Final = Author(AuthorKind.SYSTEM, None)


async def end_silent_bots(session: Session, *, now: datetime, new_id: NewId) -> int:
    """Hands over, of the session's workspace, what a bot left waiting for too long or can answer no more.

    At most a hundred in this one transaction: a process that dies leaves all of it or nothing. Returns how many.
    """
    locked = await lock_leaving(session, now=now, limit=BATCH)
    # Asked anew under the locks: the answer that ends the silence may have come meanwhile.
    found = await read_with_bot(session, locked) if locked else []
    left = [(one, reason) for one in found if (reason := why_leave(one.standing, now=now)) is not None]
    for one, reason in left:
        await take_from_bot(
            session,
            one.conversation,
            reason=reason,
            bot_name=one.bot_name,
            after_min=one.standing.after_min,
            author=_DESK,
            now=now,
            new_id=new_id,
        )
    return len(left)


async def take_from_bot(
    session: Session,
    conversation: ConversationKeys,
    *,
    reason: Leaving,
    bot_name: str,
    author: Author,
    now: datetime,
    new_id: NewId,
    after_min: int = 0,
    team_id: UUID | None = None,
    actor_id: UUID | None = None,
) -> None:
    """Under its lock. `team_id` None: to whose it is already, else to the team that its channel names for it.

    Raises Invalid for a team that is not there (any more).
    """
    assert session.workspace_id is not None  # the edge opens the transaction for one workspace
    after = team_id or conversation.team_id or await find_team_of_hand_over(session, conversation.channel_id)
    teams = [one for one in (conversation.team_id, after) if one is not None]
    names = await find_team_names(session, teams) if after != conversation.team_id else {}
    if team_id is not None and team_id != conversation.team_id and not (team_id in names and names[team_id].is_live):
        raise Invalid("This team does not exist any more.", field="team_id", reason="no_such_team")
    await set_state(session, conversation_id=conversation.id, state=ConversationState.OPEN, now=now)
    if after != conversation.team_id:
        await set_team(session, conversation_id=conversation.id, team_id=after)
    lines = lines_of_leaving(
        reason,
        bot_name=bot_name,
        after_min=after_min,
        team_before=conversation.team_id,
        team_after=after,
        team_names={id: team.name for id, team in names.items()},
    )
    for seq, line in enumerate(lines, conversation.last_seq + 1):
        await announce_line(
            session,
            workspace_id=session.workspace_id,
            conversation=conversation,
            content=line,
            data={
                "state": ConversationState.OPEN.value,
                "bot_left": reason.value,
                "bot_id": _text(conversation.bot_id),
                "assignee_id": None,
                "previous_assignee_id": None,
                "team_id": _text(after),
                "previous_team_id": _text(conversation.team_id),
            },
            author=author,
            actor_id=actor_id,
            seq=seq,
            now=now,
            new_id=new_id,
        )


def _text(id: UUID | None) -> str | None:
    return None if id is None else str(id)
