"""Web push without anybody in between: messages encrypted for one browser (RFC 8291), signed as ours (RFC 8292).

The push service of the browser's maker passes them on and cannot read them.
"""

import base64
import json
import os
import struct
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PAYLOAD_BYTES: Final = 3_900
"""Services take 4,096 with what the encryption adds."""
_RECORD_BYTES: Final = 4_096
_KEY_BYTES: Final = 32
_VALID_S: Final = 12 * 3600
"""A signature may live for a day; ours half of one, for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What a browser told when it subscribed; the keys in base64url."""

    endpoint: str
    p256dh: str
    auth: str


def make_push_key() -> bytes:
    """A private key of 32 bytes: who has it is us, for every browser that subscribed."""
    return ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(_KEY_BYTES, "big")


def public_key_of(private: bytes) -> str:
    """As browsers want it: the point, uncompressed, in base64url."""
    return _encode(_point(_private(private)))


def is_subscriber(subscriber: Subscriber) -> bool:
    """True if something could be encrypted for it."""
    try:
        _public(_decode(subscriber.p256dh))
    except ValueError:
        return False
    return _is_auth(subscriber.auth)


def encrypt(
    payload: bytes, subscriber: Subscriber, *, salt: bytes | None = None, private: bytes | None = None
) -> bytes:
    """One record of aes128gcm. `salt` and `private` are for the examples of the RFC; else they are random.

    Raises ValueError for keys that are none.
    """
    if len(payload) > PAYLOAD_BYTES:
        raise ValueError("too long to be pushed")
    theirs = _decode(subscriber.p256dh)
    ours = _private(make_push_key() if private is None else private)
    salt = os.urandom(16) if salt is None else salt
    shared = ours.exchange(ec.ECDH(), _public(theirs))
    info = b"WebPush: info\x00" + theirs + _point(ours)
    secret = _extract(salt, _expand(_extract(_decode(subscriber.auth), shared), info, 32))
    key = _expand(secret, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _expand(secret, b"Content-Encoding: nonce\x00", 12)
    head = salt + struct.pack("!IB", _RECORD_BYTES, len(_point(ours))) + _point(ours)
    return head + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def push_headers(
    endpoint: str, *, private: bytes, subject: str, topic: str, lives_s: int, now_s: float | None = None
) -> dict[str, str]:
    """What goes with a message. A later one of the same topic takes the place of one that still waits."""
    return {
        "Authorization": f"vapid t={_token(endpoint, private, subject, now_s)}, k={public_key_of(private)}",
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(lives_s),
        "Urgency": "high",
        "Topic": topic,
    }


def _token(endpoint: str, private: bytes, subject: str, now_s: float | None) -> str:
    """A JWT, signed ES256: for this service, for half a day."""
    parts = urlsplit(endpoint)
    expires = int((time.time() if now_s is None else now_s) + _VALID_S)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": subject}
    text = f"{_encode(_json({'alg': 'ES256', 'typ': 'JWT'}))}.{_encode(_json(claims))}"
    r, s = decode_dss_signature(_private(private).sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{_encode(r.to_bytes(_KEY_BYTES, 'big') + s.to_bytes(_KEY_BYTES, 'big'))}"


def _private(key: bytes) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())


def _public(point: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _extract(salt: bytes, material: bytes) -> bytes:
    made = hmac.HMAC(salt, hashes.SHA256())
    made.update(material)
    return made.finalize()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    return HKDFExpand(algorithm=hashes.SHA256(), length=length, info=info).derive(key)


def _is_auth(auth: str) -> bool:
    try:
        return len(_decode(auth)) == 16
    except ValueError:
        return False


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Raises ValueError."""
    return base64.urlsafe_b64decode(text.encode("ascii", "strict") + b"=" * (-len(text) % 4))
