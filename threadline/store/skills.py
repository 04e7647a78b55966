"""Skills: who has them, which labels and conversations ask for them, and what routing asks of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.events import EventKind
from threadline.core.ids import first_uuid7_at
from threadline.core.skill import skill_key
from threadline.store.session import Session


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    agent_ids: list[UUID]
    """Who has it."""
    label_ids: list[UUID]
    """Labels of conversations that ask for it."""


_SELECT = """
select s.id, s.name,
    array(select h.agent_id from skill_agents h where h.workspace_id = s.workspace_id and h.skill_id = s.id
          order by h.agent_id) as agent_ids,
    array(select h.label_id from skill_labels h
          join labels l on l.workspace_id = h.workspace_id and l.id = h.label_id and l.deleted_at is null
          where h.workspace_id = s.workspace_id and h.skill_id = s.id order by h.label_id) as label_ids
from skills s where s.workspace_id = $1
"""


async def list_skills(session: Session) -> list[Skill]:
    """By name. Their number is bounded (`MOST_SKILLS`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} order by s.name_key", session.workspace_id)
    return [Skill(**row) for row in rows]


async def get_skill(session: Session, skill_id: UUID, *, is_locked: bool = False) -> Skill:
    """Raises NotFound, also for those of other workspaces."""
    lock = "for no key update of s" if is_locked else ""
    row = await (await session.raw()).fetchrow(f"{_SELECT} and s.id = $2 {lock}", session.workspace_id, skill_id)
    if row is None:
        raise NotFound("This skill does not exist.")
    return Skill(**row)


async def find_skill_names(session: Session, skill_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Those of these ids that are skills here."""
    rows = await (await session.raw()).fetch(
        "select id, name from skills where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(skill_ids),
    )
    return {row["id"]: row["name"] for row in rows}


async def count_skills(session: Session) -> int:
    count = await (await session.raw()).fetchval(
        "select count(*) from skills where workspace_id = $1", session.workspace_id
    )
    return count or 0


async def insert_skill(session: Session, skill_id: UUID, name: str) -> None:
    """Raises Conflict if another one has the name."""
    inserted = await (await session.raw()).fetchval(
        "insert into skills (workspace_id, id, name, name_key) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, name_key) do nothing returning true",
        session.workspace_id,
        skill_id,
        name,
        skill_key(name),
    )
    if not inserted:
        raise _name_is_taken()


async def rename_skill(session: Session, skill_id: UUID, name: str) -> None:
    """Raises Conflict if another one has the name."""
    try:
        await (await session.raw()).execute(
            "update skills set name = $3, name_key = $4 where workspace_id = $1 and id = $2",
            session.workspace_id,
            skill_id,
            name,
            skill_key(name),
        )
    except asyncpg.UniqueViolationError:
        raise _name_is_taken() from None


async def delete_skill(session: Session, skill_id: UUID) -> None:
    """Nobody has it, and nothing asks for it any more. Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "delete from skills where workspace_id = $1 and id = $2 returning true", session.workspace_id, skill_id
    )
    if not deleted:
        raise NotFound("This skill does not exist.")


async def give_skill(session: Session, skill_id: UUID, *, agent_ids: Sequence[UUID], label_ids: Sequence[UUID]) -> None:
    """These agents have it, these labels ask for it; who does already, stays."""
    connection = await session.raw()
    for table, column, ids in (("skill_agents", "agent_id", agent_ids), ("skill_labels", "label_id", label_ids)):
        if ids:
            await connection.execute(
                f"insert into {table} (workspace_id, skill_id, {column}) select $1, $2, unnest($3::uuid[])"
                " on conflict do nothing",
                session.workspace_id,
                skill_id,
                list(ids),
            )


async def take_skill(session: Session, skill_id: UUID, *, agent_ids: Sequence[UUID], label_ids: Sequence[UUID]) -> None:
    connection = await session.raw()
    for table, column, ids in (("skill_agents", "agent_id", agent_ids), ("skill_labels", "label_id", label_ids)):
        if ids:
            await connection.execute(
                f"delete from {table} where workspace_id = $1 and skill_id = $2 and {column} = any($3::uuid[])",
                session.workspace_id,
                skill_id,
                list(ids),
            )


# What conversations ask for


class AskedSkills(msgspec.Struct, frozen=True, kw_only=True):
    asked_ids: list[UUID]
    """By hand, by a macro or by a rule."""
    label_ids: list[UUID]
    """Skills for which its labels ask."""


_BY_LABELS: Final = """
select h.skill_id from conversation_labels cl
join labels l on l.workspace_id = cl.workspace_id and l.id = cl.label_id and l.deleted_at is null
join skill_labels h on h.workspace_id = cl.workspace_id and h.label_id = cl.label_id
where cl.workspace_id = c.workspace_id and cl.conversation_id = c.id
"""
_BY_HAND: Final = """
select k.skill_id from conversation_skills k where k.workspace_id = c.workspace_id and k.conversation_id = c.id
"""


async def read_asked(session: Session, conversation_id: UUID) -> AskedSkills:
    row = await (await session.raw()).fetchrow(
        f"select array({_BY_HAND} order by 1) as asked_ids, array(select distinct * from ({_BY_LABELS}) s order by 1)"
        " as label_ids from conversations c where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        conversation_id,
    )
    return AskedSkills(asked_ids=[], label_ids=[]) if row is None else AskedSkills(**row)


async def ask_for(session: Session, conversation_id: UUID, skill_ids: Sequence[UUID]) -> set[UUID]:
    """Returns those that it did not ask for before."""
    rows = await (await session.raw()).fetch(
        "insert into conversation_skills (workspace_id, conversation_id, skill_id) select $1, $2, unnest($3::uuid[])"
        " on conflict do nothing returning skill_id",
        session.workspace_id,
        conversation_id,
        list(skill_ids),
    )
    return {row["skill_id"] for row in rows}


async def ask_no_more(session: Session, conversation_id: UUID, skill_ids: Sequence[UUID]) -> set[UUID]:
    """Returns those that it asked for."""
    rows = await (await session.raw()).fetch(
        "delete from conversation_skills where workspace_id = $1 and conversation_id = $2"
        " and skill_id = any($3::uuid[]) returning skill_id",
        session.workspace_id,
        conversation_id,
        list(skill_ids),
    )
    return {row["skill_id"] for row in rows}


# What routing asks


@dataclass(frozen=True, slots=True)
class SkillsOfPass:
    """Of one look at who waits and who is free."""

    names: dict[UUID, str]
    needs: dict[UUID, frozenset[UUID]]
    """Conversation → what it asks for; what asks for nothing is absent."""
    held: dict[UUID, frozenset[UUID]]
    """Agent → what they have."""


async def load_skills(
    session: Session, *, conversation_ids: Sequence[UUID], agent_ids: Sequence[UUID]
) -> SkillsOfPass | None:
    """None: the workspace has no skills, which costs one look at a small table."""
    connection = await session.raw()
    rows = await connection.fetch("select id, name from skills where workspace_id = $1", session.workspace_id)
    if not rows:
        return None
    asked = await connection.fetch(
        "select a.id, array_agg(distinct a.skill_id) as skill_ids from ("
        " select k.conversation_id as id, k.skill_id from conversation_skills k"
        "  where k.workspace_id = $1 and k.conversation_id = any($2::uuid[])"
        " union all select cl.conversation_id, h.skill_id from conversation_labels cl"
        "  join labels l on l.workspace_id = cl.workspace_id and l.id = cl.label_id and l.deleted_at is null"
        "  join skill_labels h on h.workspace_id = cl.workspace_id and h.label_id = cl.label_id"
        "  where cl.workspace_id = $1 and cl.conversation_id = any($2::uuid[])) a group by a.id",
        session.workspace_id,
        list(conversation_ids),
    )
    held = await connection.fetch(
        "select agent_id, array_agg(skill_id) as skill_ids from skill_agents"
        " where workspace_id = $1 and agent_id = any($2::uuid[]) group by agent_id",
        session.workspace_id,
        list(agent_ids),
    )
    return SkillsOfPass(
        names={row["id"]: row["name"] for row in rows},
        needs={row["id"]: frozenset(row["skill_ids"]) for row in asked},
        held={row["agent_id"]: frozenset(row["skill_ids"]) for row in held},
    )


MOST_LATE: Final = timedelta(seconds=10)


async def find_before_rules(session: Session, *, now: datetime) -> set[UUID]:
    """Conversations in which something happened that no rule has looked at yet: one may ask for a skill in a moment.

    Where rules are later than `MOST_LATE`, nobody waits for them. Uses `events_by_seq`.
    """
    rows = await (await session.raw()).fetch(
        "select distinct e.conversation_id from events e where e.workspace_id = $1 and e.conversation_id is not null"
        " and e.seq > coalesce((select c.position from consumers c"
        "  where c.workspace_id = $1 and c.name = 'run_rules'), 0)"
        " and e.kind = any($2::text[]) and e.id >= $3 and e.at > $4::timestamptz"
        " and exists (select from automation_rules r where r.workspace_id = $1 and r.is_on)",
        session.workspace_id,
        [EventKind.CONVERSATION_STARTED.value, EventKind.MESSAGE_RECEIVED.value],
        first_uuid7_at(now - timedelta(minutes=1)),
        now - MOST_LATE,
    )
    return {row["conversation_id"] for row in rows}


def _name_is_taken() -> Conflict:
    return Conflict("There is a skill with this name already.", reason="skill_name_taken")
