"""Sessions: a cookie's hash, who it is for, how long it lives. The database's clock decides (R25)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.permission import Caller, Sees, visibility_of
from threadline.core.workspace import permissions_of_agent
from threadline.store.connection import Connection
from threadline.store.session import Session

_ENTER = """
select o.*, teams_of_agent(o.workspace_id, o.agent_id) as team_ids, sights_of_workspace(o.workspace_id) as sights,
       rights_of_agent(o.workspace_id, o.agent_id) as own_rights,
       set_config('threadline.workspace_id', coalesce(o.workspace_id::text, ''), true) as entered
from open_session($1) o
"""


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session that lives, and its caller; `caller` is None if the person is no agent of its workspace any more."""

    id: UUID
    person_id: UUID
    workspace_id: UUID | None
    csrf_token: str
    proof_age_s: float | None
    """How long ago the password was given; None for a cookie that was replaced a moment ago."""
    is_untouched: bool
    """True if its last use is more than a minute old, so that it is worth writing."""
    caller: Caller | None


class OwnSession(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    created_at: datetime
    last_seen_at: datetime
    address: str
    user_agent: str
    is_current: bool


async def enter_session(session: Session, token_hash: bytes) -> OpenSession | None:
    """Finds the session of a cookie and enters its workspace for the rest of this transaction. One statement."""
    row = await (await session.raw()).fetchrow(_ENTER, token_hash)
    if row is None:
        return None
    session.workspace_id = row["workspace_id"]
    return OpenSession(
        id=row["session_id"],
        person_id=row["person_id"],
        workspace_id=row["workspace_id"],
        csrf_token=row["csrf_token"],
        proof_age_s=row["proof_age_s"],
        is_untouched=row["is_untouched"],
        caller=None
        if row["agent_id"] is None
        else agent_caller(
            workspace_id=row["workspace_id"],
            agent_id=row["agent_id"],
            person_id=row["person_id"],
            role=row["role"],
            sees=row["sees"],
            channel_ids=row["channel_ids"],
            team_ids=row["team_ids"],
            sights=row["sights"],
            own_rights=row["own_rights"],
            session_id=row["session_id"],
        ),
    )


def agent_caller(
    *,
    workspace_id: UUID,
    agent_id: UUID,
    person_id: UUID,
    role: str,
    sees: Sees,
    channel_ids: Sequence[UUID] | None,
    team_ids: Sequence[UUID],
    sights: str | None,
    own_rights: Sequence[str] | None,
    session_id: UUID | None = None,
) -> Caller:
    """An agent's row → what they may do and see.

    `sights`: what the workspace shows each built-in role, as it keeps it. `own_rights`: those of a role of the
    workspace's own, None for a built-in one.
    """
    return Caller(
        workspace_id=workspace_id,
        permissions=permissions_of_agent(role, own_rights=own_rights, sights=sights),
        visibility=visibility_of(sees, agent_id=agent_id, team_ids=team_ids, channel_ids=channel_ids),
        agent_id=agent_id,
        team_ids=frozenset(team_ids),
        person_id=person_id,
        session_id=session_id,
    )


async def insert_session(
    session: Session,
    *,
    session_id: UUID,
    token_hash: bytes,
    person_id: UUID,
    workspace_id: UUID,
    csrf_token: str,
    address: str,
    user_agent: str,
    idle_s: float,
    absolute_s: float,
) -> None:
    await (await session.raw()).execute(
        "insert into sessions (id, token_hash, person_id, workspace_id, csrf_token, address, user_agent, idle_until,"
        " expires_at) values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8),"
        " now() + make_interval(secs => $9))",
        session_id,
        token_hash,
        person_id,
        workspace_id,
        csrf_token,
        address,
        user_agent,
        idle_s,
        absolute_s,
    )


async def touch_session(session: Session, session_id: UUID, *, idle_s: float) -> None:
    await (await session.raw()).execute(
        "update sessions set last_seen_at = now(), idle_until = now() + make_interval(secs => $2) where id = $1",
        session_id,
        idle_s,
    )


async def prove_session(
    session: Session, session_id: UUID, *, token_hash: bytes, forgets_previous: bool = False
) -> None:
    """The password was given again: a rise of rights, so the cookie changes with it (S14).

    The cookie before stays good for some seconds, without the proof, for requests on their way; not after a change of
    the password.
    """
    await (await session.raw()).execute(
        "update sessions set proved_at = now(), previous_hash = case when not $3 then token_hash end,"
        " changed_at = now(), token_hash = $2 where id = $1",
        session_id,
        token_hash,
        forgets_previous,
    )


async def set_workspace(session: Session, session_id: UUID, *, workspace_id: UUID, token_hash: bytes) -> None:
    """Another workspace means other rights, so the cookie changes with it (S14)."""
    await (await session.raw()).execute(
        "update sessions set workspace_id = $2, previous_hash = token_hash, changed_at = now(), token_hash = $3"
        " where id = $1",
        session_id,
        workspace_id,
        token_hash,
    )


async def revoke_session(session: Session, session_id: UUID, *, person_id: UUID) -> bool:
    """False if it is not one of this person's, or already over."""
    revoked = await (await session.raw()).fetchval(
        "update sessions set revoked_at = now() where id = $1 and person_id = $2 and revoked_at is null returning true",
        session_id,
        person_id,
    )
    return bool(revoked)


async def revoke_sessions(
    session: Session, *, person_id: UUID, except_id: UUID | None = None, workspace_id: UUID | None = None
) -> list[UUID]:
    """Ends a person's sessions – all, all but one, or those in one workspace – and returns which."""
    rows = await (await session.raw()).fetch(
        "update sessions set revoked_at = now() where person_id = $1 and revoked_at is null"
        " and id is distinct from $2 and ($3::uuid is null or workspace_id = $3) returning id",
        person_id,
        except_id,
        workspace_id,
    )
    return [row["id"] for row in rows]


async def list_sessions(session: Session, *, person_id: UUID, current_id: UUID) -> list[OwnSession]:
    rows = await (await session.raw()).fetch(
        "select id, created_at, last_seen_at, address, user_agent, id = $2 as is_current from sessions"
        " where person_id = $1 and revoked_at is null and idle_until > now() and expires_at > now()"
        " order by last_seen_at desc",
        person_id,
        current_id,
    )
    return [OwnSession(**row) for row in rows]


async def callers_of_sessions(connection: Connection, session_ids: Sequence[UUID]) -> dict[UUID, Caller]:
    """What the holders of these sessions may do now; sessions that are over are absent. For open sockets (S6)."""
    rows = await connection.fetch(
        "select s.id as session_id, s.person_id, a.workspace_id, a.id as agent_id, a.role, a.sees, a.channel_ids,"
        " teams_of_agent(a.workspace_id, a.id) as team_ids, sights_of_workspace(a.workspace_id) as sights,"
        " rights_of_agent(a.workspace_id, a.id) as own_rights"
        " from sessions s join people p on p.id = s.person_id and p.deactivated_at is null"
        " join agents a on a.workspace_id = s.workspace_id and a.person_id = s.person_id and a.deactivated_at is null"
        " where s.id = any($1::uuid[]) and s.revoked_at is null and s.idle_until > now() and s.expires_at > now()",
        list(session_ids),
    )
    return {row["session_id"]: agent_caller(**row) for row in rows}


async def callers_of_agents(session: Session, agent_ids: Sequence[UUID] | None) -> dict[UUID, Caller]:
    """What agents of the session's workspace may do now, whoever asks; those who are gone are absent. None: all."""
    rows = await (await session.raw()).fetch(
        "select a.workspace_id, a.id as agent_id, a.person_id, a.role, a.sees, a.channel_ids,"
        " teams_of_agent(a.workspace_id, a.id) as team_ids, sights_of_workspace(a.workspace_id) as sights,"
        " rights_of_agent(a.workspace_id, a.id) as own_rights from agents a"
        " join people p on p.id = a.person_id and p.deactivated_at is null"
        " where a.workspace_id = $1 and ($2::uuid[] is null or a.id = any($2)) and a.deactivated_at is null",
        session.workspace_id,
        None if agent_ids is None else list(agent_ids),
    )
    return {row["agent_id"]: agent_caller(**row) for row in rows}
