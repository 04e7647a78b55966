"""What an outgoing HTTP request gives back, as values: shared by the client (infra) and those who use it (channels)."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Protocol


class FileReader(Protocol):
    """Opens a stored file from its beginning; called again when a request is tried again."""

    def __call__(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class FormPart:
    """A part of a multipart form: text, or a streamed file."""

    name: str
    value: str | FileReader
    file_name: str = ""
    content_type: str = ""
    size_bytes: int | None = None
    """Of a streamed file, when known: then the request carries its length, which some providers insist on."""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpStream:
    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    """Must be read to its end or closed (`aclose`). Raises like the request; HttpBroken beyond the limit."""


class HttpUnreachable(Exception):
    """Nothing left the house: name not found, connection refused, TLS failed, address not allowed."""


class HttpTimeout(Exception):
    """The request left, the answer did not come in time: the outcome is unknown."""


class HttpBroken(Exception):
    """The request left and the answer broke off: the outcome is unknown."""
