"""Joining a workspace by an invitation: used once, worth no more than its inviter's rights are now (S7, S15)."""

from datetime import datetime
from uuid import UUID

from threadline.actions.set_up_workspace import NewMember
from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.infra.opaque_tokens import hash_token
from threadline.store.agents import insert_agent, is_active_agent
from threadline.store.links import Link, find_link, use_link
from threadline.store.session import Session

_GONE = "This invitation was used already, withdrawn, or is too old. Ask for a new one."


async def get_invitation(session: Session, token: str) -> Link:
    """What the form shows; uses nothing up. Raises NotFound if the link is unknown, used, withdrawn or over."""
    link = await find_link(session, hash_token(token), "invitation") if token else None
    if link is None or link.workspace_id is None:
        raise NotFound(_GONE)
    return link


async def accept_invitation(
    session: Session, *, token: str, person_id: UUID, now: datetime, new_id: NewId
) -> NewMember:
    """Uses the invitation up and makes the person an agent. The session must have entered the link's workspace."""
    link = await use_link(session, hash_token(token), "invitation")
    if link is None or link.workspace_id is None or link.workspace_id != session.workspace_id:
        raise NotFound(_GONE)
    if link.invited_by is not None and not await is_active_agent(session, link.invited_by):
        raise NotFound(_GONE)
    agent_id = await insert_agent(
        session,
        agent_id=new_id(),
        person_id=person_id,
        role=link.role,
        role_id=link.role_id,
        sees=link.sees,
        channel_ids=link.channel_ids,
    )
    for kind in (EventKind.INVITATION_USED, EventKind.AGENT_CHANGED):
        session.record(
            Event(
                id=new_id(),
                workspace_id=link.workspace_id,
                kind=kind,
                at=now,
                agent_id=agent_id,
                actor_id=agent_id,
                data={"is_active": True, "role": link.role} if kind is EventKind.AGENT_CHANGED else {},
            )
        )
    return NewMember(person_id=person_id, agent_id=agent_id, workspace_id=link.workspace_id)
