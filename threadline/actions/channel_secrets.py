"""The secrets of channels and endpoints, sealed for their row (S62). The only place that knows how they lie there."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from threadline.channels.contract import ChannelAccess, EndpointSecrets
from threadline.infra.secrets import Keyring, Place
from threadline.store.channels import ChannelRow

_decode_values = msgspec.json.Decoder(dict[str, str]).decode
_decode_endpoint = msgspec.json.Decoder(EndpointSecrets).decode


def seal_channel_secrets(keyring: Keyring, channel_id: UUID, values: Mapping[str, str]) -> bytes:
    """By the names of the channel type's fields."""
    return keyring.seal(msgspec.json.encode(values), Place("channels", "secrets", channel_id))


def open_channel_secrets(keyring: Keyring, channel_id: UUID, sealed: bytes) -> dict[str, str]:
    """Raises MasterKeyError."""
    return _decode_values(keyring.open(sealed, Place("channels", "secrets", channel_id)))


def seal_endpoint_secrets(keyring: Keyring, endpoint_id: UUID, secrets: EndpointSecrets) -> bytes:
    return keyring.seal(msgspec.json.encode(secrets), Place("endpoints", "secrets", endpoint_id))


def open_endpoint_secrets(keyring: Keyring, endpoint_id: UUID, sealed: bytes) -> EndpointSecrets:
    """Raises MasterKeyError."""
    return _decode_endpoint(keyring.open(sealed, Place("endpoints", "secrets", endpoint_id)))


def access_of(row: ChannelRow, keyring: Keyring, *, base_url: str) -> ChannelAccess:
    """A connected channel as its sender needs it. Raises MasterKeyError."""
    return ChannelAccess(
        channel_id=row.id,
        address=row.address,
        account=row.account,
        base_url=base_url,
        secrets=open_channel_secrets(keyring, row.id, row.secrets),
        settings=row.settings,
    )
