"""Workspaces: names, and whether they may send."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.core.workspace import WorkspaceSettings, decode_settings
from threadline.store.session import Session


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    paused: bool
    since: datetime | None
    reason: str
    """Why the whole server sends nothing; empty if only this workspace was paused."""


class Workspace(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    is_sandbox: bool
    sending: Sending
    settings: WorkspaceSettings
    created_at: datetime


class WorkspaceName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str


_SELECT = """
select w.id, w.name, w.is_sandbox, w.settings::text as settings, w.created_at,
       coalesce(i.sending_paused_at, w.sending_paused_at) as paused_at,
       case when i.sending_paused_at is null then '' else i.sending_paused_reason end as reason
from workspaces w left join installation i on true where w.id = $1
"""


async def get_workspace(session: Session) -> Workspace:
    """The workspace that the session has entered."""
    row = await (await session.raw()).fetchrow(_SELECT, session.workspace_id)
    if row is None:
        raise NotFound("This workspace does not exist.")
    return Workspace(
        id=row["id"],
        name=row["name"],
        is_sandbox=row["is_sandbox"],
        sending=Sending(paused=row["paused_at"] is not None, since=row["paused_at"], reason=row["reason"]),
        settings=decode_settings(row["settings"]),
        created_at=row["created_at"],
    )


async def list_workspace_names(session: Session, person_id: UUID) -> list[WorkspaceName]:
    """Where the person works, by name. Others are behind the policy, so a function of the owner reads them."""
    rows = await (await session.raw()).fetch(
        "select workspace_id as id, name from workspace_names_of_person($1) order by name, workspace_id", person_id
    )
    return [WorkspaceName(**row) for row in rows]


async def insert_workspace(session: Session, *, workspace_id: UUID, name: str, is_sandbox: bool = False) -> None:
    """With its feed counter. The session must have entered the new workspace, or be the engine's."""
    connection = await session.raw()
    await connection.execute(
        "insert into workspaces (id, name, is_sandbox) values ($1, $2, $3)", workspace_id, name, is_sandbox
    )
    await connection.execute("insert into feed_counters (workspace_id) values ($1)", workspace_id)


async def rename_workspace(session: Session, name: str) -> None:
    await (await session.raw()).execute("update workspaces set name = $2 where id = $1", session.workspace_id, name)


async def lock_settings(session: Session) -> WorkspaceSettings:
    """As they stand, kept from other changes until the end: two who change parts of one value lose nothing."""
    await (await session.raw()).execute("select from workspaces where id = $1 for no key update", session.workspace_id)
    return (await get_workspace(session)).settings


async def change_settings(session: Session, change: Mapping[str, object]) -> None:
    """Writes what is named; the rest of the document stays, also what another release put there."""
    await (await session.raw()).execute(
        "update workspaces set settings = settings || $2::jsonb where id = $1",
        session.workspace_id,
        msgspec.json.encode(change).decode(),
    )


async def set_sending_paused(session: Session, *, is_paused: bool) -> bool:
    """False if it was so already."""
    changed = await (await session.raw()).fetchval(
        "update workspaces set sending_paused_at = case when $2 then now() end"
        " where id = $1 and (sending_paused_at is not null) <> $2 returning true",
        session.workspace_id,
        is_paused,
    )
    return bool(changed)


async def channels_exist(session: Session, channel_ids: Sequence[UUID]) -> bool:
    """True if every one of them is a channel of this workspace (S2)."""
    found = await (await session.raw()).fetchval(
        "select count(*) from channels where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(set(channel_ids)),
    )
    return found == len(set(channel_ids))
