"""Skills as a file says them: by names and e-mail addresses in the place of ids. Found by their names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.change_skill import SkillChange, change_skill, create_skill
from threadline.core.errors import Invalid
from threadline.core.ids import NewId
from threadline.core.label import label_key
from threadline.core.permission import Caller
from threadline.core.skill import skill_key
from threadline.store.agents import list_agents
from threadline.store.labels import list_labels
from threadline.store.people import normal_email
from threadline.store.session import Session
from threadline.store.skills import list_skills


class SkillEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    agents: tuple[str, ...] = ()
    """Who has it, by their e-mail addresses. Whoever has it and is not named keeps it."""
    labels: tuple[str, ...] = ()
    """Labels of conversations that ask for it, by their names."""


async def apply_skill(session: Session, entry: SkillEntry, *, caller: Caller, now: datetime, new_id: NewId) -> str:
    """What became of it: created, changed or unchanged. Raises Invalid for an agent or label that is not here, or for
    no name."""
    if not entry.name.strip():
        raise Invalid("A skill needs a name.", field="name")
    agents = {one.email: one.id for one in await list_agents(session)}
    labels = {label_key(one.name): one.id for one in await list_labels(session) if one.kind == "conversation"}
    wish = SkillChange(
        name=entry.name.strip(),
        add_agent_ids=_found(agents, {email: normal_email(email) for email in entry.agents}, "agent"),
        add_label_ids=_found(labels, {name: label_key(name) for name in entry.labels}, "label"),
    )
    before = next((one for one in await list_skills(session) if skill_key(one.name) == skill_key(entry.name)), None)
    if before is None:
        await create_skill(session, caller=caller, wish=wish, now=now, new_id=new_id)
        return "created"
    after = await change_skill(session, caller=caller, skill_id=before.id, change=wish, now=now, new_id=new_id)
    return "unchanged" if after == before else "changed"


def _found(ids: Mapping[str, UUID], keys: Mapping[str, str], what: str) -> Sequence[UUID]:
    for said, key in keys.items():
        if key not in ids:
            raise Invalid(f"There is no {what} {said}.")
    return [ids[key] for key in keys.values()]
