"""Make, change and delete skills: who has them, and which labels ask for them. By what changes, so that two who do it
lose nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.skill import MOST_SKILLS
from threadline.store import skills
from threadline.store.labels import find_labels
from threadline.store.session import Session
from threadline.store.skills import Skill
from threadline.store.teams import agents_exist


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillChange:
    """What is not named stays."""

    name: str | None = None
    add_agent_ids: Sequence[UUID] = ()
    remove_agent_ids: Sequence[UUID] = ()
    add_label_ids: Sequence[UUID] = ()
    remove_label_ids: Sequence[UUID] = ()


async def create_skill(session: Session, *, caller: Caller, wish: SkillChange, now: datetime, new_id: NewId) -> Skill:
    """Of the wish what is added. Raises Conflict (the name is taken, there are as many as menus bear), Invalid (an
    agent or label that is not here)."""
    if await skills.count_skills(session) >= MOST_SKILLS:
        raise Conflict(
            f"There are {MOST_SKILLS} skills already. Please delete some that nobody needs.",
            reason="too_many_skills",
            values={"limit": str(MOST_SKILLS)},
        )
    skill_id = new_id()
    await skills.insert_skill(session, skill_id, wish.name or "")
    await _give(session, skill_id, wish)
    _record(session, caller, skill_id, "created", now, new_id)
    return await skills.get_skill(session, skill_id)


async def change_skill(
    session: Session, *, caller: Caller, skill_id: UUID, change: SkillChange, now: datetime, new_id: NewId
) -> Skill:
    """Raises NotFound, Conflict (the name is taken), Invalid (an agent or label that is not here)."""
    before = await skills.get_skill(session, skill_id, is_locked=True)
    if change.name is not None and change.name != before.name:
        await skills.rename_skill(session, skill_id, change.name)
    await skills.take_skill(session, skill_id, agent_ids=change.remove_agent_ids, label_ids=change.remove_label_ids)
    await _give(session, skill_id, change)
    after = await skills.get_skill(session, skill_id)
    if after != before:
        _record(session, caller, skill_id, "changed", now, new_id)
    return after


async def delete_skill(session: Session, *, caller: Caller, skill_id: UUID, now: datetime, new_id: NewId) -> None:
    """Nobody has it and nothing asks for it any more. Raises NotFound."""
    await skills.delete_skill(session, skill_id)
    _record(session, caller, skill_id, "deleted", now, new_id)


async def _give(session: Session, skill_id: UUID, change: SkillChange) -> None:
    if change.add_agent_ids and not await agents_exist(session, change.add_agent_ids):
        raise Invalid("This person is not in the workspace.", field="add_agent_ids", reason="person_not_here")
    known = await find_labels(session, "conversation", change.add_label_ids)
    if not known.keys() >= set(change.add_label_ids):
        raise Invalid("This label does not exist any more.", field="add_label_ids", reason="no_such_label")
    await skills.give_skill(session, skill_id, agent_ids=change.add_agent_ids, label_ids=change.add_label_ids)


def _record(session: Session, caller: Caller, skill_id: UUID, what: str, now: datetime, new_id: NewId) -> None:
    """As every change of routing: whoever waits may find somebody by it."""
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.ROUTING_CHANGED,
            at=now,
            actor_id=caller.actor_id,
            data={"skill_id": str(skill_id), "what": what},
        )
    )
