"""Push messages, against the example of RFC 8291 and opened as a browser opens them."""

import base64
import json
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from threadline.infra.web_push import (
    PAYLOAD_BYTES,
    Subscriber,
    encrypt,
    is_subscriber,
    make_push_key,
    public_key_of,
    push_headers,
)

# RFC 8291, section 5 and appendix A.
SUBSCRIBER: Final = Subscriber(
    endpoint="https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    p256dh="BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth="BTBZMqHH6r4Tts7J_aSIgg",
)
SENDER: Final = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT: Final = "DGv6ra1nlYgDCS1FRnbzlw"
TEXT: Final = b"When I grow up, I want to be a watermelon"
EXPECTED: Final = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
    "A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc() -> None:
    assert encrypt(TEXT, SUBSCRIBER, salt=_decode(SALT), private=_decode(SENDER)) == _decode(EXPECTED)


def test_no_two_messages_are_alike() -> None:
    assert encrypt(TEXT, SUBSCRIBER) != encrypt(TEXT, SUBSCRIBER)


def test_the_longest_fits_what_services_take_and_a_longer_one_is_refused() -> None:
    assert len(encrypt(b"x" * PAYLOAD_BYTES, SUBSCRIBER)) <= 4_096
    with pytest.raises(ValueError, match="too long"):
        encrypt(b"x" * (PAYLOAD_BYTES + 1), SUBSCRIBER)


@pytest.mark.parametrize(
    "broken",
    [
        Subscriber(SUBSCRIBER.endpoint, "AAAA", SUBSCRIBER.auth),
        Subscriber(SUBSCRIBER.endpoint, "ä", SUBSCRIBER.auth),
        Subscriber(SUBSCRIBER.endpoint, SUBSCRIBER.p256dh[:-4] + "AAAA", SUBSCRIBER.auth),
        Subscriber(SUBSCRIBER.endpoint, SUBSCRIBER.p256dh, "AAAA"),
    ],
)
def test_keys_that_are_none_are_known(broken: Subscriber) -> None:
    assert is_subscriber(SUBSCRIBER)
    assert not is_subscriber(broken)


def test_the_signature_is_ours_for_this_service_and_for_half_a_day() -> None:
    private = make_push_key()
    headers = push_headers(
        SUBSCRIBER.endpoint, private=private, subject="https://desk.example.com", topic="t", lives_s=60, now_s=1_000
    )
    scheme, token, key = headers["Authorization"].replace(",", "").split()
    assert scheme == "vapid"
    assert key == f"k={public_key_of(private)}"
    head, claims, signature = token.removeprefix("t=").split(".")
    assert json.loads(_decode(claims)) == {
        "aud": "https://push.example.net",
        "exp": 1_000 + 12 * 3600,
        "sub": "https://desk.example.com",
    }
    raw = _decode(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _decode(public_key_of(private)))
    told = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    public.verify(told, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
