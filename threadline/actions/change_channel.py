"""Rename a channel, pause it, set its limits, or replace its secrets; and disconnect it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import UNSET

from threadline.actions.change_calendar import CalendarChoice, check_calendar_choice
from threadline.actions.channel_secrets import open_endpoint_secrets, seal_channel_secrets
from threadline.actions.connect_channel import ChannelValues, replace_endpoint_secrets
from threadline.core.closing import SETTING, check_closing_text
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.infra.secrets import Keyring
from threadline.store.calendars import point_channel
from threadline.store.channels import access_channel, update_channel
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """What is None or unset stays."""

    name: str | None = None
    state: Literal["connected", "paused"] | None = None
    settings: Mapping[str, str] | None = None
    values: ChannelValues | None = None
    """Whole: the known values with what was replaced."""
    calendar_id: CalendarChoice = UNSET


async def change_channel(
    session: Session,
    keyring: Keyring,
    *,
    caller: Caller,
    channel_id: UUID,
    change: ChannelChange,
    now: datetime,
    new_id: NewId,
) -> None:
    """Raises NotFound, Conflict (a channel that is disconnected), Invalid (another address is another channel, or
    business hours that are not here).
    """
    before = await access_channel(session, caller, channel_id, is_locked=True)
    if before.state == "disconnected":
        raise Conflict(
            "This channel is disconnected. Connect its address again.", reason="channel_disconnected_for_good"
        )
    await check_calendar_choice(session, change.calendar_id)
    if change.settings is not None:
        check_closing_text(change.settings.get(SETTING, ""))
    account, secrets = before.account, before.secrets
    if change.values is not None:
        if change.values.address != before.address:
            raise Invalid(
                "Another address is another channel: connect it beside this one.",
                field="values.address",
                reason="another_address",
            )
        account = change.values.account
        secrets = seal_channel_secrets(keyring, channel_id, change.values.secrets)
        await replace_endpoint_secrets(
            session,
            keyring,
            endpoint_id=before.endpoint_id,
            before=open_endpoint_secrets(keyring, before.endpoint_id, before.endpoint_secrets),
            after=change.values.endpoint,
        )
    await update_channel(
        session,
        channel_id,
        name=change.name or before.name,
        state=change.state or before.state,
        account=account,
        secrets=secrets,
        settings=before.settings if change.settings is None else change.settings,
    )
    if change.calendar_id is not UNSET:
        await point_channel(session, channel_id, change.calendar_id)
    data: dict[str, str | int | bool | None] = {
        "state": change.state or before.state,
        "has_new_secrets": change.values is not None,
    }
    session.record(_line(EventKind.CHANNEL_CHANGED, caller, channel_id, now, data, new_id=new_id))
    session.hint(f"channel:{channel_id}")


async def disconnect_channel(
    session: Session, *, caller: Caller, channel_id: UUID, now: datetime, new_id: NewId
) -> None:
    """Its conversations stay; nothing is received or sent any more, and the address may be connected elsewhere."""
    before = await access_channel(session, caller, channel_id, is_locked=True)
    if before.state == "disconnected":
        return
    await update_channel(
        session,
        channel_id,
        name=before.name,
        state="disconnected",
        account=before.account,
        secrets=before.secrets,
        settings=before.settings,
    )
    session.record(_line(EventKind.CHANNEL_DISCONNECTED, caller, channel_id, now, {}, new_id=new_id))
    session.hint(f"channel:{channel_id}")


def _line(
    kind: EventKind,
    caller: Caller,
    channel_id: UUID,
    now: datetime,
    data: dict[str, str | int | bool | None],
    new_id: NewId,
) -> Event:
    return Event(
        id=new_id(),
        workspace_id=caller.workspace_id,
        kind=kind,
        at=now,
        channel_id=channel_id,
        actor_id=caller.actor_id,
        data=data,
    )
