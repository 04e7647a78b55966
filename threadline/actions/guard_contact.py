"""Mute a contact, block them, note that they do not want to be written to; and take it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from threadline.actions.announce_change import announce_change
from threadline.actions.contact_event import contact_event
from threadline.channels.contract import ChannelType
from threadline.core.conversation import ConversationState, Handling
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.store import acts, contacts
from threadline.store.acts import ActKind, NewAct
from threadline.store.conversations import set_state
from threadline.store.outgoing import lock_conversation
from threadline.store.session import Session

_ASKED_WITHIN: Final = timedelta(hours=1)
"""How long the provider is worth asking: our own block holds in any case."""


async def mute_contact(
    session: Session, *, caller: Caller, contact_id: UUID, is_muted: bool, now: datetime, new_id: NewId
) -> None:
    """Their messages come as ever, and make no noise. Raises NotFound."""
    await contacts.check_sees_contact(session, caller, contact_id)
    await contacts.set_muted(session, contact_id, since=now if is_muted else None)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))


async def opt_out_contact(
    session: Session, *, caller: Caller, contact_id: UUID, is_opted_out: bool, now: datetime, new_id: NewId
) -> None:
    """Nothing goes out by itself any more; or it may again, but for what a provider forbids. Raises NotFound."""
    await contacts.check_sees_contact(session, caller, contact_id)
    await contacts.set_opted_out(session, contact_id, since=now if is_opted_out else None, now=now)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))


async def block_contact(
    session: Session,
    *,
    caller: Caller,
    contact_id: UUID,
    is_blocked: bool,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    """What is open with them is over; what they still write is kept and calls nobody. Providers are asked to keep them
    away, where they can. Raises NotFound."""
    await contacts.check_sees_contact(session, caller, contact_id)
    await contacts.set_blocked(session, contact_id, since=now if is_blocked else None)
    if is_blocked:
        for conversation_id in await contacts.unresolved_of_contact(session, contact_id):
            await _resolve(session, caller, conversation_id, now, new_id)
    await _ask_providers(session, caller, contact_id, is_blocked, new_id, find_type)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))


async def _resolve(session: Session, caller: Caller, conversation_id: UUID, now: datetime, new_id: NewId) -> None:
    conversation = await lock_conversation(session, caller.workspace_id, conversation_id)
    await set_state(session, conversation_id=conversation.id, state=ConversationState.RESOLVED, now=now)
    await announce_change(
        session,
        workspace_id=caller.workspace_id,
        conversation=conversation,
        after=Handling(ConversationState.RESOLVED, conversation.assignee_id, conversation.team_id),
        author=author_of(caller),
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )


async def _ask_providers(
    session: Session,
    caller: Caller,
    contact_id: UUID,
    is_blocked: bool,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> None:
    for one in await contacts.channels_of_contact(session, contact_id):
        if not find_type(one.channel_type).manifest.capabilities.has_blocking:
            continue
        last = await acts.find_last_incoming(session, caller.workspace_id, one.conversation_id)
        if last is None:
            continue
        act = NewAct(
            id=new_id(),
            channel_id=one.channel_id,
            conversation_id=one.conversation_id,
            kind=ActKind.BLOCK if is_blocked else ActKind.UNBLOCK,
            target_message_id=last.message_id,
            target_provider_id=last.provider_id,
            actor_id=caller.agent_id,
            lasts=_ASKED_WITHIN,
        )
        await acts.insert_act(session, caller.workspace_id, act)
        session.hint(f"outbox:{one.channel_id}")
