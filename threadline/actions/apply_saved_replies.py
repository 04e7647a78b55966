"""Saved replies of the workspace and its teams as a file says them: by names in the place of ids, found by titles.

Files are not named there: those that a reply has stay.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from threadline.actions.change_saved_reply import ReplyChange, change_saved_reply, create_saved_reply
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.saved_reply import VariedWording
from threadline.core.team import team_key
from threadline.store.saved_replies import SavedReply, list_saved_replies
from threadline.store.session import Session
from threadline.store.teams import list_teams

_Words = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]


class ReplyWordingEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: _Words
    variants: tuple[_Words, ...] = ()
    """The same said otherwise, in their order."""


class SavedReplyEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    text: _Words
    variants: tuple[_Words, ...] = ()
    """The same said otherwise, in their order."""
    shortcut: str = ""
    language: _Language | Literal[""] = ""
    """Of `text` and `variants`."""
    wordings: dict[_Language, ReplyWordingEntry] = {}
    """Language → what it says there."""
    team: str = ""
    """Whose it is, by its name; empty: the workspace's."""


async def apply_saved_reply(
    session: Session, entry: SavedReplyEntry, *, caller: Caller, now: datetime, new_id: NewId
) -> str:
    """`created`, `changed` or `unchanged`. Raises Invalid for a team that is not here, and what writing it raises."""
    team_id = await _team_id(session, entry.team)
    found = next(
        (
            one
            for one in await list_saved_replies(session, caller)
            if one.is_shared and one.team_id == team_id and one.title == entry.title
        ),
        None,
    )
    wordings = [
        VariedWording(language=language, text=said.text, variants=list(said.variants))
        for language, said in sorted(entry.wordings.items())
    ]
    if found is None:
        reply = SavedReply(
            id=new_id(),
            is_shared=True,
            team_id=team_id,
            channel_id=None,
            title=entry.title,
            shortcut=entry.shortcut.lower(),
            text=entry.text,
            variants=list(entry.variants),
            language=entry.language,
            wordings=wordings,
            files=[],
        )
        await create_saved_reply(session, caller=caller, reply=reply, now=now, new_id=new_id)
        return "created"
    wanted = msgspec.structs.replace(
        found,
        shortcut=entry.shortcut.lower(),
        text=entry.text,
        variants=list(entry.variants),
        language=entry.language,
        wordings=wordings,
    )
    if wanted == found:
        return "unchanged"
    change = ReplyChange(
        shortcut=wanted.shortcut,
        text=wanted.text,
        variants=wanted.variants,
        language=wanted.language,
        wordings=wanted.wordings,
    )
    await change_saved_reply(session, caller=caller, reply_id=found.id, change=change, now=now, new_id=new_id)
    return "changed"


async def _team_id(session: Session, name: str) -> UUID | None:
    if not name:
        return None
    found = next((team.id for team in await list_teams(session) if team_key(team.name) == team_key(name)), None)
    if found is None:
        raise Invalid(f"There is no team {name}.", field="team", reason="no_such_team")
    return found
