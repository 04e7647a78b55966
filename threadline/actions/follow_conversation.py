"""Follow a conversation, have a colleague take part in it, and let go of it again.

Who follows is told of what is new in it and has it in *followed*. Who was asked in by a colleague sees it besides,
whatever they see else, until they leave or somebody lets them go.
"""

from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import announce_line
from threadline.core.content import Line
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, author_of
from threadline.store.agents import serves_channel
from threadline.store.conversations import ConversationKeys, access_conversation_keys
from threadline.store.followers import add_follower, remove_follower
from threadline.store.session import Session


async def follow_conversation(
    session: Session, *, caller: Caller, conversation_id: UUID, agent_id: UUID, now: datetime, new_id: NewId
) -> None:
    """`agent_id` is the caller, or whom the caller asks in. A repeat changes nothing.

    Raises NotFound, Invalid (an agent who is not here), Conflict (one who works on other channels only: that wall is
    an admin's, and no colleague opens it).
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    is_invited = agent_id != caller.agent_id
    serves = await serves_channel(session, agent_id, conversation.channel_id)
    if serves is None:
        raise Invalid("This person is not in the workspace.", field="agent_id", reason="person_not_here")
    if not serves:
        raise Conflict("This person works on other channels only. An admin can change that.", reason="channel_wall")
    if await add_follower(session, conversation_id=conversation.id, agent_id=agent_id, is_invited=is_invited):
        await _tell(session, caller, conversation, agent_id, is_added=True, is_told=is_invited, now=now, new_id=new_id)


async def unfollow_conversation(
    session: Session, *, caller: Caller, conversation_id: UUID, agent_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Everybody lets go of what they follow; letting others go is for those who may assign.

    Raises NotFound, Forbidden.
    """
    conversation = await access_conversation_keys(session, caller, conversation_id, is_locked=True)
    is_other = agent_id != caller.agent_id
    if is_other and not caller.may(Permission.CONVERSATIONS_ASSIGN):
        raise Forbidden("You can leave a conversation yourself. Ask a supervisor for more.", reason="leave_yourself")
    was_invited = await remove_follower(session, conversation_id=conversation.id, agent_id=agent_id)
    if was_invited is not None:
        is_told = is_other or was_invited
        await _tell(session, caller, conversation, agent_id, is_added=False, is_told=is_told, now=now, new_id=new_id)


async def _tell(
    session: Session,
    caller: Caller,
    conversation: ConversationKeys,
    agent_id: UUID,
    *,
    is_added: bool,
    is_told: bool,
    now: datetime,
    new_id: NewId,
) -> None:
    """That somebody follows for themselves is nothing the thread must tell; everybody's row shows it all the same."""
    data: dict[str, str | int | bool | None] = {"follower_id": str(agent_id), "is_added": is_added}
    if is_told:
        await announce_line(
            session,
            workspace_id=caller.workspace_id,
            conversation=conversation,
            content=Line(what="follower_added" if is_added else "follower_removed", data={"agent_id": str(agent_id)}),
            data=data,
            author=author_of(caller),
            actor_id=caller.actor_id,
            now=now,
            new_id=new_id,
        )
        return
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONVERSATION_CHANGED,
            at=now,
            conversation_id=conversation.id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            actor_id=caller.actor_id,
            data=data,
        )
    )
