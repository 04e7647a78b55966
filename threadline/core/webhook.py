"""Webhooks: what other programs are told of, how it is signed, when it is tried again, and what they may answer. Pure.

A **webhook** is the address of another program; a **dispatch** is one event on its way to one webhook, and a **try**
one request of it. The names of headers and the signature are those of Standard Webhooks (standardwebhooks.com).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Literal

import msgspec

from threadline.core.errors import Invalid
from threadline.core.events import EventKind
from threadline.core.field import FieldValue
from threadline.core.label import label_key

MOST_WEBHOOKS: Final = 20
LONGEST_URL: Final = 2_000
LONGEST_OVERLAP: Final = timedelta(days=7)
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets begin with
ANSWER_READ_BYTES: Final = 64 * 1024
ANSWER_KEPT_BYTES: Final = 2 * 1024
TRY_TIMEOUT_S: Final = 15.0
CLAIM: Final = timedelta(seconds=60)
"""How long a try is its worker's: longer than it can take. Of a worker that died it is due again then."""
AT_ONCE: Final = 4
"""Tries to one webhook at a time, so that one that is slow neither fills us nor is filled by us."""
FAILURES_TO_SWITCH_OFF: Final = 10
"""So many dispatches that failed for good, with none between that arrived."""

WAITS: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""Before the second try, the third and so on: nine tries within 21 hours."""

OFFERED: Final = (
    EventKind.CONVERSATION_STARTED,
    EventKind.CONVERSATION_CHANGED,
    EventKind.MESSAGE_RECEIVED,
    EventKind.MESSAGE_QUEUED,
    EventKind.MESSAGE_STATUS_CHANGED,
    EventKind.MESSAGE_EDITED,
    EventKind.MESSAGE_DELETED,
    EventKind.NOTE_ADDED,
    EventKind.SPOKEN_TEXT_CHANGED,
    EventKind.REACTION_CHANGED,
    EventKind.TASK_CHANGED,
    EventKind.CONTACT_CHANGED,
    EventKind.DEADLINE_REACHED,
    EventKind.AVAILABILITY_CHANGED,
    EventKind.CHANNEL_CHANGED,
    EventKind.TEMPLATE_CHANGED,
)
"""What a program can be told of, in the order in which people choose. What belongs to one agent, and who signed in from
where, is nobody's outside; nor are webhooks, or one could tell of itself."""


class OffReason(StrEnum):
    """Why a webhook was switched off by the desk itself."""

    FAILING = "failing"
    """Too many dispatches failed for good, one after the other."""
    GONE = "gone"
    """It said that it is gone for good (410)."""


class Cause(StrEnum):
    EVENT = "event"
    CALL = "call"
    """A rule asked for it."""
    TEST = "test"


class DispatchState(StrEnum):
    WAITING = "waiting"
    TOLD = "told"
    FAILED = "failed"


class TryError(StrEnum):
    """What became of a request that has no answer, or none that counts."""

    UNREACHABLE = "unreachable"
    """Also what the guard refuses: nobody outside learns which of both it was (S55)."""
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """The answer broke off, or was larger than allowed."""
    REDIRECTED = "redirected"


def webhook_key(name: str) -> str:
    """Names with the same key are the same name to a person."""
    return label_key(name)


def check_kinds(kinds: Collection[EventKind]) -> None:
    """Raises Invalid for one that is told to nobody outside. None at all is fine: a webhook for rules only."""
    if any(kind not in OFFERED for kind in kinds):
        raise Invalid("Of this nobody outside can be told.", field="kinds", reason="webhook_kind")


# Signing -----------------------------------------------------------------------------------------------------------


def secret_text(secret: bytes) -> str:
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def signature(secret: bytes, *, dispatch_id: str, at_s: int, body: bytes) -> str:
    """`v1,…`: HMAC-SHA256 over id, seconds since 1970 and the bytes of the body, with a point between."""
    signed = b".".join((dispatch_id.encode(), str(at_s).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def headers_of(secrets: Sequence[bytes], *, dispatch_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The id is the same on every try. While a secret is being changed both sign, the new one first."""
    at_s = int(at.timestamp())
    signatures = (signature(one, dispatch_id=dispatch_id, at_s=at_s, body=body) for one in secrets)
    return {
        "Content-Type": "application/json",
        "webhook-id": dispatch_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": " ".join(signatures),
    }


# What became of a try ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a try. `wait` only while it goes on waiting."""

    state: DispatchState
    wait: timedelta | None = None
    is_gone: bool = False


def judge(*, cause: Cause, status: int | None, error: TryError | None, tries: int) -> Verdict:
    """`tries`: how many there were by now, this one included. A test is over with its first."""
    if error is None and status is not None and 200 <= status < 300:
        return Verdict(DispatchState.TOLD)
    if status == 410:
        return Verdict(DispatchState.FAILED, is_gone=True)
    if cause is Cause.TEST or tries > len(WAITS):
        return Verdict(DispatchState.FAILED)
    return Verdict(DispatchState.WAITING, wait=WAITS[tries - 1])


def error_of_status(status: int) -> TryError | None:
    """A redirect is never followed: it would lead where nobody looked."""
    return TryError.REDIRECTED if 300 <= status < 400 else None


_SECRETS: Final = (
    re.compile(r"whsec_[A-Za-z0-9+/=_-]+"),
    re.compile(r"\btl_[A-Za-z0-9]{20,}"),
    re.compile(r"\bv1,[A-Za-z0-9+/=]{20,}"),
    re.compile(r"(?i)\b(?:bearer|basic) +[A-Za-z0-9._~+/=-]{8,}"),
)


def kept_answer(body: bytes) -> str:
    """The first of what came back, as text that a table takes, without what looks like a secret."""
    text = body[:ANSWER_KEPT_BYTES].decode("utf-8", "replace").replace("\x00", "")
    for pattern in _SECRETS:
        text = pattern.sub("•••", text)
    return text


# What is answered --------------------------------------------------------------------------------------------------

LONGEST_REPLY: Final = 4_096
MOST_FIELDS_SET: Final = 60


class WebhookAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the answer to a call may want."""

    reply: str = ""
    """Goes to the customer, if that is allowed at that moment."""
    fields: dict[str, FieldValue | None] = {}
    """A field's id → its value; null empties it."""


_decode_answer = msgspec.json.Decoder(WebhookAnswer).decode


def read_answer(body: bytes, *, content_type: str) -> WebhookAnswer | None:
    """None: it wants nothing (an empty body). Raises Invalid with a sentence that the log keeps."""
    if not body.strip():
        return None
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Invalid("The answer is no JSON by its content type.", reason="webhook_answer_type")
    try:
        answer = _decode_answer(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Invalid("The answer is not the JSON that was agreed on.", reason="webhook_answer_json") from None
    if len(answer.reply) > LONGEST_REPLY or len(answer.fields) > MOST_FIELDS_SET:
        raise Invalid("The answer is longer than allowed.", reason="webhook_answer_long")
    return None if not answer.reply.strip() and not answer.fields else answer


Outcome = Literal["", "nothing", "done", "refused"]
"""What became of an answer: none was wanted; it wanted nothing; it was done; it was refused."""


# What is told ------------------------------------------------------------------------------------------------------


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a webhook is told: ids and states, as in the feed. Names of its fields are part of the API."""

    type: str
    at: datetime
    sequence: int | None = None
    """Of the feed: what is told may arrive in another order. Null: a call or a test."""
    conversation_id: str | None = None
    message_id: str | None = None
    contact_id: str | None = None
    channel_id: str | None = None
    agent_id: str | None = None
    actor_id: str | None = None
    facts: Mapping[str, str | int | bool | None] = {}
