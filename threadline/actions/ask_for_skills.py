"""Ask for skills in a conversation, or no more: whoever has them is given it before others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.content import Line
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.core.skill import MOST_ASKED
from threadline.store import skills
from threadline.store.conversations import access_conversation_keys
from threadline.store.session import Session


async def ask_for_skills(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    add: Sequence[UUID],
    remove: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> None:
    """Each one is a line in the thread, and an event that carries it; whoever has the conversation keeps it.

    Raises NotFound; Invalid if something in `add` is no skill, or if it would ask for too many. What is in `remove` and
    no skill (any more) is asked for nowhere.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    names = await skills.find_skill_names(session, [*add, *remove])
    if not names.keys() >= set(add):
        raise Invalid("This skill does not exist any more.", field="add", reason="no_such_skill")
    taken = await skills.ask_no_more(session, conversation.id, [one for one in remove if one in names])
    put = await skills.ask_for(session, conversation.id, add)
    if put and len((await skills.read_asked(session, conversation.id)).asked_ids) > MOST_ASKED:
        raise Invalid(
            f"A conversation asks for at most {MOST_ASKED} skills.",
            field="add",
            reason="too_many_skills_here",
            values={"limit": str(MOST_ASKED)},
        )
    changes = [
        *((one, False) for one in dict.fromkeys(remove) if one in taken),
        *((one, True) for one in dict.fromkeys(add) if one in put),
    ]
    for seq, (skill_id, is_added) in enumerate(changes, start=conversation.last_seq + 1):
        await announce_line(
            session,
            workspace_id=caller.workspace_id,
            conversation=conversation,
            content=_line(skill_id, names[skill_id], is_added),
            data={"skill_id": str(skill_id), "is_added": is_added},
            author=author_of(caller),
            actor_id=caller.actor_id,
            seq=seq,
            now=now,
            new_id=new_id,
        )


def _line(skill_id: UUID, name: str, is_added: bool) -> Line:
    """With the name of the day: it is read when the skill may be gone."""
    what = "skill_asked" if is_added else "skill_unasked"
    return Line(what=what, data={"skill_id": str(skill_id), "skill": name})
