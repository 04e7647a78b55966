"""Opaque tokens: 256 random bits that mean nothing by themselves. Only their SHA-256 is ever stored."""

import hashlib
import secrets
import zlib
from typing import Final

API_PREFIX: Final = "tl_"
_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BODY_LENGTH: Final = 43
_CHECK_LENGTH: Final = 6


def new_opaque_token() -> str:
    """For cookies and one-time links."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored and looked up. A token of 256 random bits needs no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_api_token() -> str:
    """`tl_`, 43 letters and digits (256 bits), and six that check them: recognisable in logs and by scanners (S22)."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_BODY_LENGTH))
    return API_PREFIX + body + _checksum(body)


def is_api_token(text: str) -> bool:
    """True if it has the form and the checksum of one: a typing error is refused without asking the database."""
    body = text[len(API_PREFIX) : -_CHECK_LENGTH]
    return (
        text.startswith(API_PREFIX)
        and len(body) == _BODY_LENGTH
        and secrets.compare_digest(text[-_CHECK_LENGTH:].encode(), _checksum(body).encode())
    )


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(_CHECK_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
