"""Signatures, handshakes, addresses of bodies, and bodies that are not what was promised."""

import gzip
import hashlib
import hmac
import json

import pytest

from tests.channels.whatsapp.bodies import (
    ACCOUNT,
    NUMBER,
    body_of,
    full_batch,
    messages_body,
    one_text,
    status,
    text_message,
    value,
)
from threadline.channels.contract import (
    AccountRef,
    EndpointSecrets,
    HookRequest,
    InboundMessage,
    InboundStatus,
    Unreadable,
)
from threadline.channels.registry import channel_type
from threadline.channels.shared.meta import sign
from threadline.core.content import FormAnswer, Text
from threadline.core.errors import BadPayload

CHANNEL = channel_type("whatsapp")
SECRET = "test_app_secret"
COMPACT = b'{"object":"whatsapp_business_account","entry":[]}'
SPACED = b'{"object": "whatsapp_business_account", "entry": []}'
VECTORS = [
    (COMPACT, "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"),
    (SPACED, "sha256=56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a"),
]


def post(body: bytes, *signatures: str, name: str = "x-hub-signature-256") -> HookRequest:
    return HookRequest("POST", "https://desk.example/hooks/k", {}, {name: signatures} if signatures else {}, body)


def is_genuine(request: HookRequest, *secrets: str) -> bool:
    return CHANNEL.verify(request, EndpointSecrets(signing=secrets))


# --- Signatures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "signature"), VECTORS)
def test_published_vectors_are_accepted(body: bytes, signature: str) -> None:
    assert is_genuine(post(body, signature), SECRET)


def test_signature_covers_the_bytes_and_not_their_meaning() -> None:
    assert not is_genuine(post(COMPACT, VECTORS[1][1]), SECRET)
    assert not is_genuine(post(SPACED, VECTORS[0][1]), SECRET)


def test_every_bit_of_the_body_counts() -> None:
    assert not is_genuine(post(COMPACT[:-1] + b"~", VECTORS[0][1]), SECRET)


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        ("",),
        (VECTORS[0][1], VECTORS[0][1]),
        (VECTORS[0][1], "sha256=" + "0" * 64),
        (f"{VECTORS[0][1]}, {VECTORS[0][1]}",),
        (VECTORS[0][1].removeprefix("sha256="),),
        (VECTORS[0][1].replace("sha256", "sha512"),),
        (VECTORS[0][1][:-1],),
        (VECTORS[0][1] + "0",),
        ("sha256=" + "é" * 64,),
        ("sha1=" + "0" * 40,),
    ],
    ids=[
        "missing",
        "empty",
        "two alike",
        "two",
        "joined",
        "no prefix",
        "other prefix",
        "short",
        "long",
        "not ascii",
        "sha1",
    ],
)
def test_unclear_signatures_are_refused(signatures: tuple[str, ...]) -> None:
    assert not is_genuine(post(COMPACT, *signatures), SECRET)


def test_old_sha1_header_is_no_signature() -> None:
    assert not is_genuine(post(COMPACT, VECTORS[0][1], name="x-hub-signature"), SECRET)


@pytest.mark.parametrize("secrets", [(), ("",), ("another",), ("", "another")])
def test_missing_or_foreign_secret_refuses(secrets: tuple[str, ...]) -> None:
    assert not is_genuine(post(COMPACT, VECTORS[0][1]), *secrets)


def test_empty_secret_is_never_a_secret() -> None:
    forged = "sha256=" + hmac.new(b"", COMPACT, hashlib.sha256).hexdigest()
    assert not is_genuine(post(COMPACT, forged), "")


@pytest.mark.parametrize("secrets", [("new", SECRET), (SECRET, "new")])
def test_old_and_new_secret_both_count_in_a_rotation(secrets: tuple[str, ...]) -> None:
    assert is_genuine(post(COMPACT, VECTORS[0][1]), *secrets)


@pytest.mark.parametrize(
    "body", ["😀 ü".encode(), b'{"a":"\\ud83d\\ude00"}', gzip.compress(COMPACT, mtime=0), b"", b"\x00\xff" * 1000]
)
def test_any_bytes_can_be_signed(body: bytes) -> None:
    assert is_genuine(post(body, sign(SECRET, body)), SECRET)
    assert not is_genuine(post(body + b" ", sign(SECRET, body)), SECRET)


# --- Handshake ---------------------------------------------------------------------------------------------------


def handshake(method: str = "GET", *, token: str = "verify-me", **changed: tuple[str, ...]) -> tuple[int, bytes] | None:
    query = {
        "hub.mode": ("subscribe",),
        "hub.challenge": ("1158201444",),
        "hub.verify_token": ("verify-me",),
        **{f"hub.{name}": values for name, values in changed.items()},
    }
    request = HookRequest(method, "https://desk.example/hooks/k", query, {}, b"")
    answer = CHANNEL.handshake(request, EndpointSecrets(verify_token=token))
    return (answer.status, answer.body) if answer is not None else None


def test_challenge_is_echoed_for_our_token() -> None:
    assert handshake() == (200, b"1158201444")


@pytest.mark.parametrize(
    "changed",
    [
        {"verify_token": ("wrong",)},
        {"verify_token": ()},
        {"verify_token": ("verify-me", "verify-me")},
        {"mode": ("unsubscribe",)},
        {"mode": ()},
        {"challenge": ()},
        {"challenge": ("",)},
        {"challenge": ("<script>",)},
        {"challenge": ("1" * 201,)},
        {"challenge": ("1\n",)},
        {"challenge": ("1", "2")},
    ],
)
def test_unclear_handshakes_are_refused_and_echo_nothing(changed: dict[str, tuple[str, ...]]) -> None:
    answer = handshake("GET", token="verify-me", **changed)
    assert answer is not None
    assert answer[0] == 403
    assert answer[1] == b"refused"


def test_without_a_verify_token_nothing_is_echoed() -> None:
    assert handshake(token="", verify_token=("",)) == (403, b"refused")


def test_post_is_a_delivery_and_other_methods_are_refused() -> None:
    assert handshake("POST") is None
    assert handshake("PUT") == (403, b"refused")


def test_longest_challenge_is_echoed() -> None:
    assert handshake(challenge=("x" * 200,)) == (200, b"x" * 200)


# --- Whom a body is for ------------------------------------------------------------------------------------------


def test_accounts_are_named_once_in_the_order_of_the_body() -> None:
    body = body_of(
        {"field": "messages", "value": value(messages=[text_message()], number="1")},
        {"field": "account_review_update", "value": {"decision": "APPROVED"}},
        {"field": "messages", "value": value(statuses=[status("wamid.1")], number="2")},
        {"field": "messages", "value": value(messages=[text_message()], number="1")},
    )
    assert CHANNEL.accounts(body) == [
        AccountRef("address", "1"),
        AccountRef("account", ACCOUNT),
        AccountRef("address", "2"),
    ]


def test_no_text_of_a_customer_poses_as_an_address() -> None:
    trick = '"}}],"metadata":{"phone_number_id":"666"},"id":"667","x":"'
    nested = {"metadata": {"phone_number_id": "668"}, "entry": [{"id": "669"}]}
    body = messages_body(
        text_message(body=trick), text_message("wamid.2", json.dumps(nested), phone_number_id="670", metadata=nested)
    )
    assert CHANNEL.accounts(body) == [AccountRef("address", NUMBER)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b"null",
        b'{"object":"page","entry":[{"id":"1"}]}',
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages"',
        b"\xff\xfe",
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_what_is_no_body_of_whatsapp_is_for_nobody_and_refused(body: bytes) -> None:
    assert CHANNEL.accounts(body) == []
    with pytest.raises(BadPayload):
        CHANNEL.parse(body)


def test_number_is_found_beside_parts_of_the_wrong_shape() -> None:
    body = body_of(
        {"field": "messages", "value": {**value(messages=[text_message()]), "waba_info": 3, "recipient": "x"}}
    )
    assert CHANNEL.accounts(body) == [AccountRef("address", NUMBER)]
    assert {addressed.ref for addressed in CHANNEL.parse(body)} == {AccountRef("address", NUMBER)}


def test_every_body_is_acknowledged_with_200() -> None:
    assert CHANNEL.acknowledge(b"anything").status == 200


# --- Large and hostile bodies ------------------------------------------------------------------------------------


def test_full_batch_is_read_whole_and_in_order() -> None:
    body = full_batch()
    assert 2_800_000 < len(body) < 3 * 1024 * 1024
    items = [addressed.item for addressed in CHANNEL.parse(body)]
    ids = [item.provider_id for item in items if isinstance(item, InboundMessage)]
    assert ids == [f"wamid.{index}.{n}" for index in range(10) for n in range(100)]


def only_text(body: bytes) -> str:
    (addressed,) = CHANNEL.parse(body)
    assert isinstance(addressed.item, InboundMessage)
    assert isinstance(addressed.item.content, Text)
    return addressed.item.content.text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rb"a\u0000b", "a\ufffdb"),
        (rb"a\ud800b", "a\ufffdb"),
        (rb"\udc00\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"\ud83d\u0041", "\ufffdA"),
        (rb"\\u0000", "\\u0000"),
        (rb"\\\u0000", "\\\ufffd"),
        (b"\xf0\x9f\x98\x80\xff", "\U0001f600\ufffd"),
        (b"\xed\xa0\x80!", "\ufffd\ufffd\ufffd!"),
        (rb"\u00e9\n\"q\"", 'é\n"q"'),
    ],
)
def test_texts_that_cannot_be_stored_are_made_safe(raw: bytes, text: str) -> None:
    body = messages_body(text_message(body="MARK")).replace(b"MARK", raw)
    assert only_text(body) == text
    assert CHANNEL.accounts(body) == [AccountRef("address", NUMBER)]


def test_text_of_64_kib_is_kept_and_a_longer_one_cut_between_characters() -> None:
    assert len(only_text(messages_body(text_message(body="x" * 65_536)))) == 65_536
    assert len(only_text(messages_body(text_message(body="x" * 65_537)))) == 65_536
    assert only_text(messages_body(text_message(body="é" * 40_000))) == "é" * 32_768


def test_numbers_beyond_all_measure_spoil_only_their_item() -> None:
    body = messages_body(text_message(body="MARK"), text_message("wamid.2")).replace(b'"MARK"', b"9" * 10_000)
    first, second = (addressed.item for addressed in CHANNEL.parse(body))
    assert isinstance(first, Unreadable)
    assert isinstance(second, InboundMessage)


def test_depth_is_skipped_where_we_do_not_look_and_bounded_where_we_do() -> None:
    deep = "[" * 200 + "]" * 200
    skipped = messages_body(text_message(later=json.loads(deep)))
    assert only_text(skipped)
    form = {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": f'{{"a":{deep}}}'}}
    (addressed,) = CHANNEL.parse(messages_body(text_message(type="interactive", interactive=form)))
    assert isinstance(addressed.item, InboundMessage)
    assert addressed.item.content == FormAnswer(form="flow", text="Sent", answers={"response_json": f'{{"a":{deep}}}'})


def test_lists_inside_a_message_hold_at_most_1000() -> None:
    phones = [{"phone": str(number)} for number in range(1500)]
    (addressed,) = CHANNEL.parse(messages_body(text_message(type="contacts", contacts=[{"phones": phones}])))
    assert isinstance(addressed.item, InboundMessage)
    content = addressed.item.content
    assert content is not None
    assert len(content.cards[0].phones) == 1000  # type: ignore[union-attr]


def test_failure_of_one_item_names_no_content() -> None:
    (addressed,) = CHANNEL.parse(messages_body(text_message(text=["a secret"])))
    assert isinstance(addressed.item, Unreadable)
    assert "secret" not in addressed.item.error
    assert "secret" in addressed.item.raw


def test_status_of_a_text_body_is_not_confused_by_its_neighbours() -> None:
    body = body_of(
        {"field": "messages", "value": value(messages=[text_message()], statuses=[status("wamid.9", "read")])}
    )
    message, read = (addressed.item for addressed in CHANNEL.parse(body))
    assert isinstance(message, InboundMessage)
    assert isinstance(read, InboundStatus)


def test_bench_body_is_what_the_benchmark_says() -> None:
    assert len(one_text(900)) == 900
