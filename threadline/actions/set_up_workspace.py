"""The first admin of a workspace: a link that the server's owner prints, used once (S18)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.furnish_workspace import furnish_workspace
from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import RoleName
from threadline.infra.opaque_tokens import hash_token, new_opaque_token
from threadline.store.agents import has_people, insert_agent
from threadline.store.demo import give_demo_to
from threadline.store.links import Link, find_link, insert_link, revoke_setup_links, use_link
from threadline.store.session import Session
from threadline.store.workspaces import get_workspace, insert_workspace, rename_workspace

SETUP_LIFETIME_S = 72 * 3600.0


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who has just become an agent."""

    person_id: UUID
    agent_id: UUID
    workspace_id: UUID


async def create_setup_link(session: Session, *, workspace_id: UUID | None, new_id: NewId) -> str:
    """A token for `{public URL}/setup?token=…`; None makes the workspace with its first admin.

    The links made before for the same workspace stop working. For the command line: no request can ask for one.
    """
    await revoke_setup_links(session, workspace_id)
    token = new_opaque_token()
    await insert_link(
        session,
        link_id=new_id(),
        token_hash=hash_token(token),
        purpose="setup",
        workspace_id=workspace_id,
        role=RoleName.ADMIN,
        lifetime_s=SETUP_LIFETIME_S,
    )
    return token


async def get_setup_link(session: Session, token: str) -> Link:
    """What the form shows; uses nothing up. Raises NotFound if the link is unknown, used or over."""
    link = await find_link(session, hash_token(token), "setup") if token else None
    if link is None:
        raise NotFound(
            "This link was used already or is too old. Run `threadline setup-link` for a new one.",
            reason="setup_link_over",
        )
    return link


async def set_up_workspace(
    session: Session,
    *,
    token: str,
    person_id: UUID,
    workspace_id: UUID,
    workspace_name: str | None,
    locale: str,
    now: datetime,
    new_id: NewId,
) -> NewMember:
    """Uses the link up and makes the person its workspace's admin. A fresh one is furnished, in their language.

    The session must have entered `workspace_id`: the link's, or a new one if the link names none.
    Raises NotFound if somebody else was faster.
    """
    link = await use_link(session, hash_token(token), "setup")
    if link is None or link.workspace_id not in (None, workspace_id):
        raise NotFound(
            "This link was used already or is too old. Run `threadline setup-link` for a new one.",
            reason="setup_link_over",
        )
    if link.workspace_id is None:
        await insert_workspace(session, workspace_id=workspace_id, name=workspace_name or "Threadline")
    elif workspace_name:
        await rename_workspace(session, workspace_name)
    if link.workspace_id is None or ((await get_workspace(session)).is_sandbox and not await has_people(session)):
        await furnish_workspace(session, locale=locale, new_id=new_id)
    agent_id = await insert_agent(
        session, agent_id=new_id(), person_id=person_id, role=RoleName.ADMIN, sees="all", channel_ids=None
    )
    await give_demo_to(session, agent_id)
    session.record(
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.AGENT_CHANGED,
            at=now,
            agent_id=agent_id,
            actor_id=agent_id,
            data={"is_active": True, "role": RoleName.ADMIN.value},
        )
    )
    return NewMember(person_id=person_id, agent_id=agent_id, workspace_id=workspace_id)
