"""Secrets at rest: AES-256-GCM under a ring of keys, each value bound to its table, column and row (S62).

A sealed value is `1 | key id (4) | nonce (12) | ciphertext and tag`. The first key of the ring seals, all of them
open, so a key is replaced by putting the new one in front, running `threadline reencrypt`, and removing the old one.
"""

import base64
import binascii
import hashlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from threadline.core.errors import ThreadlineError

KEY_BYTES: Final = 32
_VERSION: Final = b"\x01"
_ID_BYTES: Final = 4
_NONCE_BYTES: Final = 12


class MasterKeyError(ThreadlineError):
    """The master key is missing, short, or not the one that sealed. Says which setting, never a value."""

    code = "bad_master_key"
    status = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies. A value moved to another row, column or table does not open."""

    table: str
    column: str
    row_id: UUID

    @property
    def bound_bytes(self) -> bytes:
        return f"{self.table}.{self.column}.{self.row_id}".encode()


class Keyring:
    """Keys as `read_keys` gives them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # the supervisor needs fingerprints only

        self._keys = {_id_of(key): AESGCM(key) for key in reversed(keys)}
        self._first_id = _id_of(keys[0])
        self.key_ids: tuple[str, ...] = tuple(_id_of(key).hex() for key in keys)

    @property
    def fingerprint(self) -> str:
        """Of the sealing key: stands in the table `installation` and in backups, and tells nothing about the key."""
        return self._first_id.hex()

    @property
    def current_prefix(self) -> bytes:
        """How every value sealed with the first key begins."""
        return _VERSION + self._first_id

    def seal(self, plain: bytes, place: Place) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._keys[self._first_id].encrypt(nonce, plain, place.bound_bytes)
        return _VERSION + self._first_id + nonce + sealed

    def open(self, sealed: bytes, place: Place) -> bytes:
        """Raises MasterKeyError if it was sealed with a key we do not have, for another place, or was changed."""
        from cryptography.exceptions import InvalidTag

        version, key_id, nonce, rest = _split(sealed)
        key = self._keys.get(key_id)
        if version != _VERSION or key is None:
            raise MasterKeyError(
                "A secret was sealed with a master key that is not configured: add it to THREADLINE_MASTER_KEY."
            )
        try:
            return key.decrypt(nonce, rest, place.bound_bytes)
        except InvalidTag:
            raise MasterKeyError("A sealed secret was changed or moved to another row: set it again.") from None


def load_keyring(*, text: str | None, file: Path | None) -> Keyring:
    """The ring from a comma list of base64 keys, or from a file with one key a line. Raises MasterKeyError."""
    return Keyring(read_keys(text=text, file=file))


def read_keys(*, text: str | None, file: Path | None) -> list[bytes]:
    """At least one key, each of 32 bytes. Raises MasterKeyError."""
    if file is not None:
        try:
            text = file.read_text()
        except OSError as error:
            raise MasterKeyError(
                f"The master key file {file} cannot be read ({os.strerror(error.errno or 0)}): "
                f"bring it back, stored secrets do not open without it."
            ) from None
    keys = [_decoded(part) for part in (text or "").replace(",", " ").split()]
    if not keys:
        raise MasterKeyError("There is no master key: set THREADLINE_MASTER_KEY_FILE or THREADLINE_MASTER_KEY.")
    if any(len(key) != KEY_BYTES for key in keys):
        raise MasterKeyError(
            "THREADLINE_MASTER_KEY must be 32 bytes, written in base64: make one with `openssl rand -base64 32`."
        )
    return keys


def fingerprint_of(key: bytes) -> str:
    """Stands in the table `installation` and in backups, and tells nothing about the key."""
    return _id_of(key).hex()


def make_key_file(path: Path) -> None:
    """A new random key, mode 0600. Never overwrites one: FileExistsError."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"threadline key id" + key).digest()[:_ID_BYTES]


def _split(sealed: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    nonce_at = 1 + _ID_BYTES
    rest_at = nonce_at + _NONCE_BYTES
    return sealed[:1], sealed[1:nonce_at], sealed[nonce_at:rest_at], sealed[rest_at:]
