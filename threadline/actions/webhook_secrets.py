"""The secrets of webhooks, sealed for their row (S62). The only place that knows how they lie there."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.webhook import SECRET_BYTES, secret_text
from threadline.infra.secrets import Keyring, Place
from threadline.store.webhooks import SealedSecrets

_decode = msgspec.json.Decoder(list[bytes]).decode


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def seal_secrets(
    keyring: Keyring, webhook_id: UUID, values: Sequence[bytes], *, old_until: datetime | None = None
) -> SealedSecrets:
    """The one that signs first; behind it, the one that signs too until its time is over."""
    sealed = keyring.seal(msgspec.json.encode(list(values)), _place(webhook_id))
    return SealedSecrets(sealed=sealed, last4=secret_text(values[0])[-4:], old_until=old_until)


def open_secrets(keyring: Keyring, webhook_id: UUID, sealed: bytes, *, with_old: bool) -> list[bytes]:
    """Raises MasterKeyError."""
    values = _decode(keyring.open(sealed, _place(webhook_id)))
    return values if with_old else values[:1]


def _place(webhook_id: UUID) -> Place:
    return Place("webhooks", "secrets", webhook_id)
