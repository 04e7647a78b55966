"""Webhooks: what is signed, when it is tried again, what is kept of an answer, and what an answer may be."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from threadline.core.errors import Invalid
from threadline.core.events import EventKind
from threadline.core.webhook import (
    ANSWER_KEPT_BYTES,
    OFFERED,
    WAITS,
    Cause,
    DispatchState,
    TryError,
    WebhookAnswer,
    check_kinds,
    error_of_status,
    headers_of,
    judge,
    kept_answer,
    read_answer,
    secret_text,
    signature,
)

SECRET = bytes(range(32))
BODY = '{"type":"message_received","text":"Grüße 👋"}'.encode()
ID = "0197c2f0-0000-7000-8000-000000000001"
AT = datetime(2025, 11, 27, 8, tzinfo=UTC)


def test_a_signature_is_the_one_that_the_reference_implementation_makes() -> None:
    """Made by the package `standardwebhooks` 1.0.0 from the same secret, id, time and body."""
    assert secret_text(SECRET) == "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    made = signature(SECRET, dispatch_id=ID, at_s=int(AT.timestamp()), body=BODY)
    assert made == "v1,BE58LlC6i7dEoSOkk2GyX3JAyFmG7xC0BQsdjgVY8Tc="


def test_while_a_secret_is_changed_both_sign_the_new_one_first() -> None:
    old = b"o" * 32
    headers = headers_of([SECRET, old], dispatch_id=ID, at=AT, body=BODY)
    at_s = int(headers["webhook-timestamp"])
    both = [signature(one, dispatch_id=ID, at_s=at_s, body=BODY) for one in (SECRET, old)]
    assert headers["webhook-signature"].split(" ") == both
    assert (headers["webhook-id"], at_s) == (ID, int(AT.timestamp()))


@pytest.mark.parametrize("changed", [{"dispatch_id": "other"}, {"at_s": 1}, {"body": BODY + b" "}])
def test_whatever_is_changed_changes_the_signature(changed: dict[str, object]) -> None:
    usual: dict[str, object] = {"dispatch_id": ID, "at_s": int(AT.timestamp()), "body": BODY}
    assert signature(SECRET, **usual) != signature(SECRET, **(usual | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "error", "tries", "state", "wait"),
    [
        (200, None, 1, "told", None),
        (204, None, 9, "told", None),
        (299, None, 1, "told", None),
        (302, TryError.REDIRECTED, 1, "waiting", WAITS[0]),
        (400, None, 1, "waiting", WAITS[0]),
        (404, None, 3, "waiting", WAITS[2]),
        (500, None, 8, "waiting", WAITS[7]),
        (500, None, 9, "failed", None),
        (None, TryError.UNREACHABLE, 1, "waiting", WAITS[0]),
        (None, TryError.TIMEOUT, 9, "failed", None),
        (200, TryError.BROKEN, 1, "waiting", WAITS[0]),
        (410, None, 1, "failed", None),
    ],
)
def test_what_follows_from_a_try(
    status: int | None, error: TryError | None, tries: int, state: str, wait: timedelta | None
) -> None:
    verdict = judge(cause=Cause.EVENT, status=status, error=error, tries=tries)
    assert (verdict.state, verdict.wait, verdict.is_gone) == (state, wait, status == 410)


def test_a_test_is_over_with_its_first_try() -> None:
    assert judge(cause=Cause.TEST, status=500, error=None, tries=1).state is DispatchState.FAILED


def test_waits_grow_and_end_within_a_day() -> None:
    assert list(WAITS) == sorted(set(WAITS))
    assert sum(WAITS, timedelta()) < timedelta(days=1)
    ended = [judge(cause=Cause.EVENT, status=500, error=None, tries=tries).state for tries in range(1, 20)]
    assert ended.index(DispatchState.FAILED) == len(WAITS)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 399])
def test_a_redirect_is_a_failure(status: int) -> None:
    assert error_of_status(status) is TryError.REDIRECTED
    assert error_of_status(200) is error_of_status(400) is None


def test_of_an_answer_two_kilobytes_are_kept_and_nothing_that_a_table_refuses() -> None:
    kept = kept_answer(b"a\x00b" + b"\xff" + b"x" * 10_000)
    assert len(kept) <= ANSWER_KEPT_BYTES
    assert kept.startswith("ab\ufffdx")


@pytest.mark.parametrize(
    "secret",
    [
        secret_text(SECRET),
        "tl_" + "a" * 49,
        signature(SECRET, dispatch_id=ID, at_s=1, body=b""),
        "Bearer eyJhbGciOiJIUzI1NiJ9.e30.abc",
    ],
)
def test_what_looks_like_a_secret_is_not_kept(secret: str) -> None:
    """A receiver that answers with what it was asked, headers and all."""
    assert kept_answer(f"you sent {secret} to me".encode()) == "you sent ••• to me"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"", None),
        (b"  ", None),
        (b"{}", None),
        (b'{"reply": "  "}', None),
        (b'{"reply": "Hello"}', WebhookAnswer(reply="Hello")),
        (b'{"fields": {"x": null, "y": 3}}', WebhookAnswer(fields={"x": None, "y": 3})),
    ],
)
def test_an_answer_says_what_it_wants(body: bytes, wanted: WebhookAnswer | None) -> None:
    assert read_answer(body, content_type="application/json; charset=utf-8") == wanted


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"ok", "text/plain", "webhook_answer_type"),
        (b"{}", "", "webhook_answer_type"),
        (b"ok", "application/json", "webhook_answer_json"),
        (b"[]", "application/json", "webhook_answer_json"),
        (b'{"reply": 1}', "application/json", "webhook_answer_json"),
        (b'{"reply": "x", "assign": "me"}', "application/json", "webhook_answer_json"),
        (b'{"fields": {"x": {"deep": 1}}}', "application/json", "webhook_answer_json"),
        (b"\xff\xfe", "application/json", "webhook_answer_json"),
        (b"[" * 30_000, "application/json", "webhook_answer_json"),
        (json.dumps({"reply": "x" * 4_097}).encode(), "application/json", "webhook_answer_long"),
        (
            json.dumps({"fields": dict.fromkeys(map(str, range(61)))}).encode(),
            "application/json",
            "webhook_answer_long",
        ),
    ],
)
def test_what_is_no_answer_has_a_sentence(body: bytes, content_type: str, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_answer(body, content_type=content_type)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "kind", [EventKind.SIGNED_IN, EventKind.DRAFT_CHANGED, EventKind.REVIEW_CHANGED, EventKind.WEBHOOK_CHANGED]
)
def test_what_is_nobodys_outside_is_told_to_nobody(kind: EventKind) -> None:
    check_kinds(OFFERED)
    with pytest.raises(Invalid) as caught:
        check_kinds([EventKind.MESSAGE_RECEIVED, kind])
    assert caught.value.reason == "webhook_kind"
