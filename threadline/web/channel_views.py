"""A channel as the API shows it: its row, what its type can do, and of its secrets only that they are set (S9)."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.actions.channel_secrets import open_channel_secrets, open_endpoint_secrets
from threadline.channels.contract import Capabilities as TypeCapabilities
from threadline.channels.contract import FieldKind, Manifest
from threadline.channels.registry import channel_type
from threadline.infra.secrets import Keyring
from threadline.infra.settings import Settings
from threadline.store.channels import ChannelRow, ChannelState


class MediaLimit(msgspec.Struct, frozen=True, kw_only=True):
    mimes: list[str]
    size_bytes: int


class Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    text_length: int
    caption_length: int
    window: float | None
    """Seconds; None if the channel knows no window."""
    media: dict[str, MediaLimit]
    content_kinds: list[str]
    button_count: int
    button_title_length: int
    list_row_count: int
    has_templates: bool
    has_quotes: bool
    has_reactions: bool
    has_typing: bool
    has_read_marks: bool
    has_recall: bool
    can_begin: bool
    """We may write first, to a telephone number."""


class SecretMark(msgspec.Struct, frozen=True, kw_only=True):
    is_set: bool
    last4: str


class Health(msgspec.Struct, frozen=True, kw_only=True):
    state: str
    quality: str
    last_error: str | None
    last_delivery_at: datetime | None
    facts: dict[str, str]


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    type: str
    name: str
    address: str
    account: str
    display_address: str
    state: ChannelState
    paused_reason: str
    health: Health
    callback_url: str | None
    """Where the provider delivers; None for those who may not manage channels."""
    secrets: dict[str, SecretMark]
    """By field; empty for those who may not manage channels."""
    is_practice: bool
    settings: dict[str, str]
    calendar_id: UUID | None
    """Its business hours; None: those of the workspace."""
    capabilities: Capabilities
    created_at: datetime


def show_channel(row: ChannelRow) -> Channel:
    """For everybody who may see the channel, and for frames."""
    return _show(row, callback_url=None, secrets={})


def show_channel_to_admin(row: ChannelRow, settings: Settings, keyring: Keyring) -> Channel:
    """With the callback URL, and which secrets are set."""
    return _show(row, callback_url=callback_url(settings, row.endpoint_key), secrets=_marks(row, keyring))


def callback_url(settings: Settings, endpoint_key: str) -> str:
    return f"{settings.base_url}/hooks/{endpoint_key}"


def show_capabilities(capabilities: TypeCapabilities) -> Capabilities:
    return Capabilities(
        text_length=capabilities.text_length,
        caption_length=capabilities.caption_length,
        window=None if capabilities.window is None else capabilities.window.total_seconds(),
        media={
            kind: MediaLimit(mimes=list(limit.mimes), size_bytes=limit.size_bytes)
            for kind, limit in capabilities.media.items()
        },
        content_kinds=sorted(capabilities.content_kinds),
        button_count=capabilities.button_count,
        button_title_length=capabilities.button_title_length,
        list_row_count=capabilities.list_row_count,
        has_templates=capabilities.has_templates,
        has_quotes=capabilities.has_quotes,
        has_reactions=capabilities.has_reactions,
        has_typing=capabilities.has_typing,
        has_read_marks=capabilities.has_read_marks,
        has_recall=capabilities.has_recall,
        can_begin=capabilities.phone_scheme != "",
    )


def secret_values(manifest: Manifest, row: ChannelRow, keyring: Keyring) -> dict[str, str]:
    """Every field's value that lies among the secrets of the channel or its endpoint. Never leaves the process."""
    values = open_channel_secrets(keyring, row.id, row.secrets)
    endpoint = open_endpoint_secrets(keyring, row.endpoint_id, row.endpoint_secrets)
    for field in manifest.fields:
        if field.goes_to == "endpoint_signing":
            values[field.name] = endpoint.signing[0] if endpoint.signing else ""
        elif field.goes_to == "endpoint_verify_token":
            values[field.name] = endpoint.verify_token
    return values


def _marks(row: ChannelRow, keyring: Keyring) -> dict[str, SecretMark]:
    manifest = channel_type(row.type).manifest
    values = secret_values(manifest, row, keyring)
    names = [field.name for field in manifest.fields if field.kind is FieldKind.SECRET]
    return {name: _mark(values.get(name, "")) for name in names}


def _mark(value: str) -> SecretMark:
    """The last four characters only of what is long enough to stay a secret without them."""
    return SecretMark(is_set=bool(value), last4=value[-4:] if len(value) >= 12 else "")


def _show(row: ChannelRow, *, callback_url: str | None, secrets: dict[str, SecretMark]) -> Channel:
    facts = row.health
    return Channel(
        id=row.id,
        type=row.type,
        name=row.name,
        address=row.address,
        account=row.account,
        display_address=row.display_address or row.address,
        state=row.state,
        paused_reason=row.paused_reason,
        health=Health(
            state=facts.get("state", "ok" if row.state == "connected" else row.state),
            quality=facts.get("quality", ""),
            last_error=facts.get("last_error") or row.paused_reason or None,
            last_delivery_at=row.last_delivery_at,
            facts=facts,
        ),
        callback_url=callback_url,
        secrets=secrets,
        is_practice=row.is_practice,
        settings=row.settings,
        calendar_id=row.calendar_id,
        capabilities=show_capabilities(channel_type(row.type).manifest.capabilities),
        created_at=row.created_at,
    )
