"""Errors as problem documents (RFC 9457): a sentence for a person, a code for a program, nothing of our inside."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec

from threadline.core.errors import Invalid, ThreadlineError, TooManyRequests, Unavailable
from threadline.store.session import is_outage

CONTENT_TYPE = "application/problem+json"


class ProblemField(msgspec.Struct, frozen=True, kw_only=True):
    field: str
    text: str
    reason: str = ""
    values: Mapping[str, str] = {}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """`title` is a sentence for a person; `code` never changes; `errors` names the fields at fault.

    `reason` names the sentence itself, where it has a name, and `values` what it fills in: for other languages.
    """

    title: str
    status: int
    code: str
    reason: str = ""
    values: Mapping[str, str] = {}
    request_id: str
    type: str = "about:blank"
    detail: str = ""
    errors: Sequence[ProblemField] = ()


def problem_of(error: BaseException, request_id: str) -> tuple[Problem, list[tuple[bytes, bytes]]]:
    """The document of an error and the headers that go with it. What nobody expected becomes a bare 500."""
    if isinstance(error, ThreadlineError):
        return _expected(error, request_id), _headers_of(error)
    if is_outage(error):
        outage = Unavailable("Something we need cannot be reached right now. Please try again in a moment.")
        return _expected(outage, request_id), _headers_of(outage)
    problem = Problem(
        title="Something went wrong on our side. Please try again; if it stays, tell an admin the request number.",
        status=500,
        code="internal",
        request_id=request_id,
    )
    return problem, []


def problem_of_status(status: int, request_id: str) -> Problem:
    """For answers of the framework that carry nothing but a status."""
    return Problem(
        title=_SENTENCES.get(status, "This request cannot be answered."),
        status=status,
        code=HTTPStatus(status).phrase.lower().replace(" ", "_"),
        request_id=request_id,
    )


def problem_of_fields(fields: Sequence[ProblemField], request_id: str) -> Problem:
    return Problem(
        title="Some of what was sent cannot be used. Please look at the fields.",
        status=422,
        code="invalid",
        request_id=request_id,
        errors=fields,
    )


def encode_problem(problem: Problem) -> bytes:
    return msgspec.json.encode(problem)


def _expected(error: ThreadlineError, request_id: str) -> Problem:
    field = error.field if isinstance(error, Invalid) else None
    return Problem(
        title=error.text,
        status=error.status,
        code=error.code,
        reason=error.reason,
        values=error.values,
        request_id=request_id,
        errors=[]
        if field is None
        else [ProblemField(field=field, text=error.text, reason=error.reason, values=error.values)],
    )


def _headers_of(error: ThreadlineError) -> list[tuple[bytes, bytes]]:
    if isinstance(error, TooManyRequests):
        return [(b"retry-after", str(max(1, round(error.retry_in_s))).encode())]
    if error.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return [(b"retry-after", b"2")]
    return []


_SENTENCES = {
    400: "This request cannot be read.",
    404: "This does not exist.",
    405: "This address does not answer to this method.",
    413: "This request is too large.",
    415: "This address takes JSON only.",
}
