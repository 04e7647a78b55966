"""Refusals and failures that have a name: a stable code, an HTTP status and a sentence for a person."""

from collections.abc import Mapping
from typing import ClassVar


class ThreadlineError(Exception):
    """Anything we expected might go wrong. `text` is for a person and names no secret and no content.

    `reason` names this very sentence for good, where a screen says it in the reader's language; `values` are what the
    sentence fills in. Most codes stand for many sentences, some for one: those need no reason.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, text: str, *, reason: str = "", values: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.reason = reason
        self.values = values or {}


class NotFound(ThreadlineError):
    """It does not exist, or the caller may not know that it does."""

    code = "not_found"
    status = 404


class Forbidden(ThreadlineError):
    code = "forbidden"
    status = 403


class NotSignedIn(ThreadlineError):
    code = "not_signed_in"
    status = 401


class ProofRequired(ThreadlineError):
    """The password must be given again (within the last ten minutes) before this."""

    code = "proof_required"
    status = 403


class Invalid(ThreadlineError):
    """The request was understood and cannot be done as it stands."""

    code = "invalid"
    status = 422

    def __init__(
        self, text: str, *, field: str | None = None, reason: str = "", values: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(text, reason=reason, values=values)
        self.field = field


class Conflict(ThreadlineError):
    code = "conflict"
    status = 409


class TooManyRequests(ThreadlineError):
    code = "too_many_requests"
    status = 429

    def __init__(self, text: str, *, retry_in_s: float, reason: str = "") -> None:
        super().__init__(text, reason=reason)
        self.retry_in_s = retry_in_s


class Unavailable(ThreadlineError):
    """An outage of ours or of what we stand on: try again later, nothing was lost."""

    code = "unavailable"
    status = 503


class WindowClosed(ThreadlineError):
    """Free text is refused outside the service window; an approved template is not."""

    code = "window_closed"
    status = 409


class CannotSend(ThreadlineError):
    """The channel cannot carry this message; the text says which limit and what to change."""

    code = "cannot_send"
    status = 422


class SendingPaused(ThreadlineError):
    code = "sending_paused"
    status = 409


class BadPayload(ThreadlineError):
    """A webhook body that is not what the provider promises to send."""

    code = "bad_payload"
    status = 400
