"""Do an act at the provider – typing, a read mark, a reaction, a block – and take back what it refused."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never
from uuid import UUID

from threadline.channels.contract import AddressValue, ChannelAccess, ChannelType, HttpClient
from threadline.core.events import Event, EventKind
from threadline.store import acts
from threadline.store.acts import ActKind, TakenAct
from threadline.store.session import Session


async def perform(http: HttpClient, access: ChannelAccess, channel_type: ChannelType, act: TakenAct) -> None:
    """Ask once. Raises what the channel type raises; whatever it is, the act is not tried again."""
    match act.kind:
        case ActKind.TYPING | ActKind.READ:
            with_typing = act.kind is ActKind.TYPING
            await channel_type.mark_read(http, access, provider_id=act.target_provider_id, with_typing=with_typing)
        case ActKind.REACTION:
            await channel_type.react(
                http, access, to=_addresses(act), target_provider_id=act.target_provider_id, emoji=act.emoji
            )
        case ActKind.BLOCK | ActKind.UNBLOCK:
            await channel_type.block(http, access, who=_addresses(act), is_blocked=act.kind is ActKind.BLOCK)
        case _:
            assert_never(act.kind)


def _addresses(act: TakenAct) -> tuple[AddressValue, ...]:
    return tuple(AddressValue(scheme=a.scheme, scope=a.scope, value=a.value) for a in act.to)


async def fail_act(
    session: Session,
    *,
    workspace_id: UUID,
    channel_id: UUID,
    act: TakenAct,
    code: str,
    now: datetime,
    new_id: Callable[[], UUID],
) -> None:
    """Keep why it failed. A reaction that the customer will not see does not stay on our side either."""
    await acts.note_act_error(session, workspace_id, act.id, code)
    if act.kind is not ActKind.REACTION or not act.emoji or act.actor_id is None:
        return
    if await acts.set_our_reaction(session, workspace_id, act.target_message_id, agent_id=act.actor_id, emoji=""):
        session.record(
            Event(
                id=new_id(),
                workspace_id=workspace_id,
                kind=EventKind.REACTION_CHANGED,
                at=now,
                conversation_id=act.conversation_id,
                message_id=act.target_message_id,
                channel_id=channel_id,
                data={"failed": True},
            )
        )
