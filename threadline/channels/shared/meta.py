"""What all channels of Meta share: the handshake of a callback URL and the signature over a delivery.

Meta, "Webhooks: getting started" (verification requests, validating payloads). S24, S26.
"""

import hashlib
import hmac
import re

from threadline.channels.contract import EndpointSecrets, HookAnswer, HookRequest

_SIGNATURE_HEADER = "x-hub-signature-256"
_SIGNATURE_PREFIX = "sha256="
_SIGNATURE_LENGTH = len(_SIGNATURE_PREFIX) + 64
_CHALLENGE = re.compile(r"[0-9A-Za-z_-]{1,200}")

REFUSED = HookAnswer(status=403, body=b"refused")


def answer_handshake(request: HookRequest, secrets: EndpointSecrets) -> HookAnswer | None:
    """The challenge, if this GET carries our verify token; a refusal if it does not; None for a POST (a delivery)."""
    if request.method == "POST":
        return None
    if request.method != "GET" or _only(request, "hub.mode") != "subscribe" or not secrets.verify_token:
        return REFUSED
    token, challenge = _only(request, "hub.verify_token"), _only(request, "hub.challenge")
    if not hmac.compare_digest(token.encode(), secrets.verify_token.encode()):
        return REFUSED
    if not _CHALLENGE.fullmatch(challenge):
        return REFUSED
    return HookAnswer(status=200, body=challenge.encode())


def has_valid_signature(request: HookRequest, secrets: EndpointSecrets) -> bool:
    """True if the one signature header fits the raw bytes under one of the secrets.

    Everything unclear is a refusal: no secret, no header, two headers, another length or prefix (SHA-1 included).
    All secrets are tried whatever the first says, each compared in constant time.
    """
    values = request.headers.get(_SIGNATURE_HEADER, ())
    if len(values) != 1:
        return False
    given = values[0]
    if len(given) != _SIGNATURE_LENGTH or not given.isascii() or not given.startswith(_SIGNATURE_PREFIX):
        return False
    is_valid = False
    for secret in secrets.signing:
        if secret:
            is_valid |= hmac.compare_digest(given, sign(secret, request.body))
    return is_valid


def make_signed_headers(body: bytes, secrets: EndpointSecrets) -> dict[str, str]:
    """As Meta sends them, under the newest secret; none without one."""
    return {_SIGNATURE_HEADER: sign(secrets.signing[0], body)} if secrets.signing else {}


def sign(secret: str, body: bytes) -> str:
    """The header's value for a body: `sha256=` and the HMAC-SHA256 of the raw bytes in lower-case hex."""
    return _SIGNATURE_PREFIX + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def app_secret_proof(secret: str, token: str) -> str:
    """Proof that we hold the secret of the app that made a token (Graph API, "Securing requests")."""
    return hmac.digest(secret.encode(), token.encode(), hashlib.sha256).hex()


def _only(request: HookRequest, name: str) -> str:
    """The parameter if it stands in the query exactly once, else nothing."""
    values = request.query.get(name, ())
    return values[0] if len(values) == 1 else ""
