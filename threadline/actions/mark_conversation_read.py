"""Let the customer see that we have read them, or that we are typing – as the channel's setting wants it.

`mark_read` of a channel's settings: `on_answer` (the default) with the first answer, `on_open` when whoever it is
assigned to opens the conversation – or answers it, whoever that is –, `never`. A look of somebody else, a glance into
a row and a page in the background never do. Typing follows the same setting: where it is `never`, none is shown.
"""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from threadline.channels.contract import ChannelType
from threadline.store import acts
from threadline.store.acts import ActKind, NewAct
from threadline.store.outgoing import ReadSettings, get_read_settings
from threadline.store.session import Session

_READ_LASTS = timedelta(minutes=10)
_TYPING_LASTS = timedelta(seconds=6)


class MarkRead(StrEnum):
    ON_ANSWER = "on_answer"
    ON_OPEN = "on_open"
    NEVER = "never"


_OCCASIONS = {
    MarkRead.ON_ANSWER: (MarkRead.ON_ANSWER,),
    MarkRead.ON_OPEN: (MarkRead.ON_OPEN, MarkRead.ON_ANSWER),
    MarkRead.NEVER: (),
}


class _Settings(msgspec.Struct, frozen=True):
    mark_read: MarkRead = MarkRead.ON_ANSWER


async def mark_conversation_read(
    session: Session,
    *,
    workspace_id: UUID,
    conversation_id: UUID,
    occasion: MarkRead,
    new_id: Callable[[], UUID],
    find_type: Callable[[str], ChannelType],
) -> None:
    """The assignee opened the conversation, or an agent answered: the customer sees it if the setting wants that."""
    where = await get_read_settings(session, workspace_id, conversation_id)
    capabilities = find_type(where.channel_type).manifest.capabilities
    if capabilities.has_read_marks and occasion in _OCCASIONS[_setting(where)]:
        await _queue(session, workspace_id, where, ActKind.READ, _READ_LASTS, new_id)


async def show_typing(
    session: Session,
    *,
    workspace_id: UUID,
    conversation_id: UUID,
    new_id: Callable[[], UUID],
    find_type: Callable[[str], ChannelType],
) -> None:
    """An agent is typing: shown for some seconds, or not at all; asked again while the agent goes on."""
    where = await get_read_settings(session, workspace_id, conversation_id)
    capabilities = find_type(where.channel_type).manifest.capabilities
    if capabilities.has_typing and _setting(where) is not MarkRead.NEVER:
        await _queue(session, workspace_id, where, ActKind.TYPING, _TYPING_LASTS, new_id)


def _setting(where: ReadSettings) -> MarkRead:
    try:
        return msgspec.json.decode(where.channel_settings, type=_Settings).mark_read
    except msgspec.ValidationError:  # a value of a newer or older release: the default hurts nobody
        return MarkRead.ON_ANSWER


async def _queue(
    session: Session,
    workspace_id: UUID,
    where: ReadSettings,
    kind: ActKind,
    lasts: timedelta,
    new_id: Callable[[], UUID],
) -> None:
    """Once: another of its kind on its way is enough."""
    if await acts.has_open_act(
        session, workspace_id, channel_id=where.channel_id, conversation_id=where.conversation_id, kind=kind
    ):
        return
    target = await acts.find_last_incoming(session, workspace_id, where.conversation_id)
    if target is None:
        return
    act = NewAct(
        id=new_id(),
        channel_id=where.channel_id,
        conversation_id=where.conversation_id,
        kind=kind,
        target_message_id=target.message_id,
        target_provider_id=target.provider_id,
        lasts=lasts,
    )
    await acts.insert_act(session, workspace_id, act)
    session.hint(f"outbox:{where.channel_id}")
