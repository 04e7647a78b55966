"""Put our reaction on a message, change it, or take it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from threadline.channels.contract import ChannelType
from threadline.core.errors import CannotSend, Invalid, NotFound, WindowClosed
from threadline.core.events import Event, EventKind
from threadline.core.message import Direction
from threadline.core.window import is_window_open
from threadline.store import acts, outgoing
from threadline.store.acts import ActKind, NewAct
from threadline.store.session import Session

_LASTS = timedelta(minutes=10)
_LONGEST_EMOJI = 16


async def react_to_message(
    session: Session,
    *,
    workspace_id: UUID,
    conversation_id: UUID,
    message_id: UUID,
    agent_id: UUID,
    emoji: str,
    now: datetime,
    new_id: Callable[[], UUID],
    find_type: Callable[[str], ChannelType],
) -> None:
    """Our one reaction to a message is this now; "" takes it back. The customer sees it in a moment.

    Raises NotFound, CannotSend if the channel knows no reactions, WindowClosed, Invalid.
    """
    if emoji and (len(emoji) > _LONGEST_EMOJI or emoji.isascii() or any(one.isalpha() for one in emoji)):
        raise Invalid("A reaction is a single emoji.", field="emoji", reason="single_emoji")
    conversation = await outgoing.lock_conversation(session, workspace_id, conversation_id)
    capabilities = find_type(conversation.channel_type).manifest.capabilities
    if not capabilities.has_reactions:
        raise CannotSend("This channel has no reactions.", reason="no_reactions")
    if not is_window_open(conversation.window_closes_at, window=capabilities.window, now=now):
        raise WindowClosed(
            "The customer's last message is too long ago for a reaction.", reason="too_late_for_reaction"
        )
    target = await outgoing.find_target(session, workspace_id, conversation_id, message_id)
    if target is None or target.direction not in (Direction.INCOMING, Direction.OUTGOING):
        raise NotFound("This message does not exist.")
    if not target.provider_id:
        raise CannotSend(
            "This message has not reached the provider yet. React to it in a moment.", reason="react_later"
        )
    if not await acts.set_our_reaction(session, workspace_id, message_id, agent_id=agent_id, emoji=emoji):
        return
    await acts.insert_act(
        session,
        workspace_id,
        NewAct(
            id=new_id(),
            channel_id=conversation.channel_id,
            conversation_id=conversation_id,
            kind=ActKind.REACTION,
            target_message_id=message_id,
            target_provider_id=target.provider_id,
            emoji=emoji,
            actor_id=agent_id,
            lasts=_LASTS,
        ),
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=workspace_id,
            kind=EventKind.REACTION_CHANGED,
            at=now,
            conversation_id=conversation_id,
            message_id=message_id,
            contact_id=conversation.contact_id,
            channel_id=conversation.channel_id,
            actor_id=agent_id,
        )
    )
    session.hint(f"outbox:{conversation.channel_id}")
