"""Macros: an agent's own, those of teams and the workspace's, in the order of their use; and what their runs made."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.acts import (
    Act,
    Broken,
    Made,
    References,
    ReplyOwner,
    Standing,
    TemplateAct,
    broken_acts,
)
from threadline.core.errors import NotFound
from threadline.core.permission import Caller, Permission
from threadline.core.template import read_template
from threadline.store.fields import list_fields
from threadline.store.session import Session

_decode_acts = msgspec.json.Decoder(list[Act]).decode
_decode_standing = msgspec.json.Decoder(Standing).decode
_decode_made = msgspec.json.Decoder(Made).decode
_encode = msgspec.json.Encoder().encode


class Macro(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    is_shared: bool
    """True: a team's or the workspace's; false: the reader's own."""
    team_id: UUID | None
    """Whose members have it; None: the reader's own, or everybody's."""
    name: str
    acts: list[Act]
    updated_at: datetime
    broken: list[Broken] = []
    """Acts that cannot be done any more, in no conversation."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    macro_id: UUID
    conversation_id: UUID
    before: Standing | None
    """None: it is being done."""
    after: Standing | None
    made: Made
    undone_at: datetime | None


_COLUMNS = "m.id, m.agent_id, m.team_id, m.name, m.acts::text as acts, m.updated_at"
_IS_MEMBER = """
exists (select from team_members t join teams o on o.workspace_id = t.workspace_id and o.id = t.team_id
        where t.workspace_id = m.workspace_id and t.team_id = m.team_id and t.agent_id = $2 and o.deleted_at is null)
"""
_READABLE = f"""
m.workspace_id = $1 and (m.agent_id is null or m.agent_id = $2) and (m.team_id is null or $3 or {_IS_MEMBER})
"""
"""Own ones, the workspace's, and those of teams: to their members and, to be changed, to whoever manages macros."""


async def list_macros(session: Session, caller: Caller, *, is_usable: bool) -> list[Macro]:
    """What the caller used lately comes first, then what the workspace did. `is_usable`: of teams only one's own.

    Uses `macros_by_agent`; their number is bounded (core/saved_reply.py, COUNT_LIMIT).
    """
    rows = await (await session.raw()).fetch(
        f"select {_COLUMNS} from macros m"
        " left join macro_uses u on u.workspace_id = m.workspace_id and u.macro_id = m.id and u.agent_id = $2"
        f" where {_READABLE} order by u.warmth desc nulls last, m.warmth desc nulls last, lower(m.name), m.id",
        *_reader(caller, is_usable=is_usable),
    )
    return await _whole(session, rows)


async def access_macro(
    session: Session, caller: Caller, macro_id: UUID, *, is_usable: bool = False, is_locked: bool = False
) -> Macro:
    """Raises NotFound: missing, foreign and a colleague's own look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from macros m where {_READABLE} and m.id = $4"
        f"{' for no key update of m' if is_locked else ''}",
        *_reader(caller, is_usable=is_usable),
        macro_id,
    )
    if row is None:
        raise NotFound("This macro does not exist.")
    return (await _whole(session, [row]))[0]


async def count_macros(session: Session, owner: ReplyOwner) -> int:
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from macros where workspace_id = $1 and agent_id is not distinct from $2"
        " and team_id is not distinct from $3",
        session.workspace_id,
        owner.agent_id,
        owner.team_id,
    )
    return count or 0


async def insert_macro(session: Session, macro: Macro, owner: ReplyOwner) -> None:
    await (await session.raw()).execute(
        "insert into macros (workspace_id, id, agent_id, team_id, name, acts, updated_at)"
        " values ($1, $2, $3, $4, $5, $6::jsonb, $7)",
        session.workspace_id,
        macro.id,
        owner.agent_id,
        owner.team_id,
        macro.name,
        _encode(macro.acts).decode(),
        macro.updated_at,
    )


async def update_macro(session: Session, macro: Macro) -> None:
    await (await session.raw()).execute(
        "update macros set team_id = $3, name = $4, acts = $5::jsonb, updated_at = $6"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        macro.id,
        macro.team_id,
        macro.name,
        _encode(macro.acts).decode(),
        macro.updated_at,
    )


async def delete_macro(session: Session, macro_id: UUID) -> None:
    """With what was counted of its uses. What it did stays, and can be taken back."""
    await (await session.raw()).execute(
        "delete from macros where workspace_id = $1 and id = $2", session.workspace_id, macro_id
    )


async def release_macros(session: Session, team_id: UUID) -> None:
    """What a team had is everybody's now."""
    await (await session.raw()).execute(
        "update macros set team_id = null where workspace_id = $1 and team_id = $2", session.workspace_id, team_id
    )


class Warmth(msgspec.Struct, frozen=True, kw_only=True):
    own: float | None
    all: float | None


async def read_warmth(session: Session, *, macro_id: UUID, agent_id: UUID) -> Warmth:
    row = await (await session.raw()).fetchrow(
        "select u.warmth as own, m.warmth as all from macros m left join macro_uses u"
        " on u.workspace_id = m.workspace_id and u.macro_id = m.id and u.agent_id = $3"
        " where m.workspace_id = $1 and m.id = $2",
        session.workspace_id,
        macro_id,
        agent_id,
    )
    return Warmth(own=None, all=None) if row is None else Warmth(**row)


async def write_warmth(session: Session, *, macro_id: UUID, agent_id: UUID, own: float, of_all: float) -> None:
    connection = await session.raw()
    await connection.execute(
        "insert into macro_uses (workspace_id, agent_id, macro_id, warmth) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, agent_id, macro_id) do update set warmth = excluded.warmth",
        session.workspace_id,
        agent_id,
        macro_id,
        own,
    )
    await connection.execute(
        "update macros set warmth = $3 where workspace_id = $1 and id = $2", session.workspace_id, macro_id, of_all
    )


# Runs --------------------------------------------------------------------------------------------------------------


async def begin_run(
    session: Session, *, run_id: UUID, macro_id: UUID, conversation_id: UUID, actor_id: UUID, now: datetime
) -> bool:
    """False if this run was made before; whoever comes while it is being made waits for its end."""
    return True is await (await session.raw()).fetchval(
        "insert into macro_runs (workspace_id, id, macro_id, conversation_id, actor_id, ran_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning true",
        session.workspace_id,
        run_id,
        macro_id,
        conversation_id,
        actor_id,
        now,
    )


async def keep_run(session: Session, run_id: UUID, *, before: Standing, after: Standing, made: Made) -> None:
    await (await session.raw()).execute(
        "update macro_runs set before = $3::jsonb, after = $4::jsonb, made = $5::jsonb"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        run_id,
        _encode(before).decode(),
        _encode(after).decode(),
        _encode(made).decode(),
    )


async def access_run(session: Session, caller: Caller, run_id: UUID) -> Run:
    """One's own, locked. Raises NotFound: missing, foreign and a colleague's look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        "select id, macro_id, conversation_id, before::text as before, after::text as after, made::text as made,"
        " undone_at from macro_runs where workspace_id = $1 and id = $2 and actor_id = $3 for update",
        caller.workspace_id,
        run_id,
        caller.actor_id,
    )
    if row is None:
        raise NotFound("This run does not exist.")
    return Run(
        id=row["id"],
        macro_id=row["macro_id"],
        conversation_id=row["conversation_id"],
        before=_decode_standing(row["before"]) if row["before"] else None,
        after=_decode_standing(row["after"]) if row["after"] else None,
        made=_decode_made(row["made"]) if row["made"] else Made(),
        undone_at=row["undone_at"],
    )


async def mark_undone(session: Session, run_id: UUID, *, now: datetime) -> None:
    await (await session.raw()).execute(
        "update macro_runs set undone_at = $3 where workspace_id = $1 and id = $2", session.workspace_id, run_id, now
    )


# What acts name ----------------------------------------------------------------------------------------------------

_IDS = """
select 'agent' as kind, a.id from agents a join people p on p.id = a.person_id
    where a.workspace_id = $1 and a.deactivated_at is null and p.deactivated_at is null
union all select 'team', id from teams where workspace_id = $1 and deleted_at is null
union all select 'label', id from labels where workspace_id = $1 and kind = 'conversation' and deleted_at is null
union all select 'skill', id from skills where workspace_id = $1
union all select 'stage', id from stages where workspace_id = $1 and deleted_at is null
union all select 'pattern', id from task_patterns where workspace_id = $1
union all select 'webhook', id from webhooks where workspace_id = $1 and deleted_at is null
"""


async def load_references(
    session: Session, templates: set[tuple[str, str]], *, reader: Caller | None = None
) -> References:
    """What there is that acts can name; `templates`: those asked about, for a workspace may have hundreds.

    `reader`: saved replies that they do not have look as if there were none (S1).
    """
    connection = await session.raw()
    ids: dict[str, set[UUID]] = {}
    for row in await connection.fetch(_IDS, session.workspace_id):
        ids.setdefault(row["kind"], set()).add(row["id"])
    replies = await connection.fetch(
        "select r.id, r.agent_id, r.team_id from saved_replies r where r.workspace_id = $1"
        " and ($2::boolean or ((r.agent_id is null or r.agent_id = $3)"
        " and (r.team_id is null or r.team_id = any($4::uuid[]))))",
        session.workspace_id,
        reader is None,
        reader and reader.agent_id,
        sorted(reader.team_ids) if reader is not None else [],
    )
    found = await connection.fetch(
        "select name, language, components::text as components from templates where workspace_id = $1"
        " and name = any($2::text[])",
        session.workspace_id,
        sorted({name for name, _ in templates}),
    )
    return References(
        agent_ids=frozenset(ids.get("agent", ())),
        team_ids=frozenset(ids.get("team", ())),
        label_ids=frozenset(ids.get("label", ())),
        skill_ids=frozenset(ids.get("skill", ())),
        stage_ids=frozenset(ids.get("stage", ())),
        pattern_ids=frozenset(ids.get("pattern", ())),
        webhook_ids=frozenset(ids.get("webhook", ())),
        fields={one.id: one for one in await list_fields(session) if one.owner != "company"},
        replies={row["id"]: ReplyOwner(agent_id=row["agent_id"], team_id=row["team_id"]) for row in replies},
        templates={(row["name"], row["language"]): read_template(row["components"]) for row in found},
    )


def templates_of(acts: list[Act]) -> set[tuple[str, str]]:
    return {(act.name, act.language) for act in acts if isinstance(act, TemplateAct)}


async def _whole(session: Session, rows: list[asyncpg.Record]) -> list[Macro]:
    if not rows:
        return []
    acts = {row["id"]: _decode_acts(row["acts"]) for row in rows}
    known = await load_references(session, {one for of_one in acts.values() for one in templates_of(of_one)})
    return [
        Macro(
            id=row["id"],
            is_shared=row["agent_id"] is None,
            team_id=row["team_id"],
            name=row["name"],
            acts=acts[row["id"]],
            updated_at=row["updated_at"],
            broken=broken_acts(acts[row["id"]], ReplyOwner(row["agent_id"], row["team_id"]), known),
        )
        for row in rows
    ]


def _reader(caller: Caller, *, is_usable: bool) -> tuple[UUID, UUID | None, bool]:
    manages = not is_usable and Permission.MACROS_MANAGE in caller.permissions
    return caller.workspace_id, caller.agent_id, manages
