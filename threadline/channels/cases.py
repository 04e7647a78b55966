"""Case files: what a channel type makes of a webhook, and what it sends for a content, as data beside its code.

`testdata/in/*.json` holds a webhook and the items it means, `testdata/out/*.json` a content and the requests that carry
it (or the refusal). `pytest --update-cases` writes what the code does now; the diff is reviewed like code.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from threadline.channels.contract import (
    AccountRef,
    AddressValue,
    ChannelAccess,
    ChannelType,
    FormPart,
    HttpAnswer,
    HttpStream,
    OutgoingFile,
    OutgoingPart,
)
from threadline.core.content import Content
from threadline.core.errors import CannotSend

BASE_URL = "https://provider.test"


def case_files(folder: Path, direction: str) -> list[Path]:
    """The case files of a channel type's folder; `direction` is `in` or `out`."""
    return sorted((folder / "testdata" / direction).glob("*.json"))


@dataclass(slots=True)
class Case:
    """A file, what it expects, and what the code made of it. `expected` and `actual` are JSON."""

    path: Path
    file: dict[str, object]
    key: str
    """Where the expectation stands in the file."""
    actual: object

    @property
    def expected(self) -> object:
        return self.file.get(self.key)

    def update(self) -> None:
        """Write what the code does now. Only the outcome changes, never the input."""
        for key in ("items", "requests", "refused"):
            self.file.pop(key, None)
        self.file[self.key] = self.actual
        self.path.write_text(json.dumps(self.file, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path) -> dict[str, object]:
    return cast("dict[str, object]", json.loads(path.read_text(encoding="utf-8")))  # our own file: an object of JSON


# --- In ----------------------------------------------------------------------------------------------------------


def inbound_case(channel: ChannelType, path: Path) -> Case:
    """`{"about", "body": the webhook, "items": [{"to": {kind, value}, …the item}]}`."""
    file = _read(path)
    body = json.dumps(file["body"], separators=(",", ":")).encode()
    actual: list[object] = []
    for addressed in channel.parse(body):
        item = cast("dict[str, object]", json.loads(msgspec.json.encode(addressed.item)))  # a struct: an object of JSON
        actual.append({"to": _ref(addressed.ref), **item})
    return Case(path, file, "items", actual)


def _ref(ref: AccountRef) -> str:
    return f"{ref.kind} {ref.value}"


# --- Out ---------------------------------------------------------------------------------------------------------


class _File(msgspec.Struct):
    mime: str
    name: str = ""
    size_bytes: int = 3
    provider_media_id: str = ""


class _OutFile(msgspec.Struct):
    content: Content
    to: tuple[AddressValue, ...]
    quoted: str = ""
    files: dict[UUID, _File] = {}


def outbound_case(channel: ChannelType, path: Path) -> Case:
    """`{"about", "content", "to", "quoted"?, "files"?, "answers", "requests": […] or "refused": "why"}`.

    The content is fitted, each part is sent through a client that only notes the requests; `answers` are the bodies
    that the provider gives back, in turn, the last one again and again.
    """
    file = _read(path)
    given = msgspec.convert(file, _OutFile)
    answers = [json.dumps(answer).encode() for answer in cast("list[object]", file["answers"])]  # our own file
    try:
        parts = channel.fit(given.content)
    except CannotSend as refusal:
        return Case(path, file, "refused", refusal.text)
    return Case(path, file, "requests", asyncio.run(_send(channel, given, parts, answers)))


async def _send(channel: ChannelType, given: _OutFile, parts: Sequence[Content], answers: Sequence[bytes]) -> object:
    client = NotingClient(answers)
    access = ChannelAccess(
        channel_id=UUID(int=1),
        address="<number>",
        account="<account>",
        base_url=BASE_URL,
        secrets={field.name: f"<{field.name}>" for field in channel.manifest.fields},
    )
    for number, content in enumerate(parts, 1):
        part = OutgoingPart(
            attempt_id=UUID(int=number),
            content=content,
            to=given.to,
            quoted_provider_id=given.quoted,
            files={file_id: _outgoing(file_id, file) for file_id, file in given.files.items()},
        )
        await channel.send(client, access, part)
    return client.requests


def _outgoing(file_id: UUID, file: _File) -> OutgoingFile:
    return OutgoingFile(
        file_id=file_id,
        mime=file.mime,
        name=file.name,
        size_bytes=file.size_bytes,
        read=_no_bytes,
        provider_media_id=file.provider_media_id,
    )


async def _no_bytes() -> AsyncIterator[bytes]:
    yield b""


@dataclass(slots=True)
class NotingClient:
    """An HttpClient that asks nobody: it notes requests as JSON and answers 200 with the given bodies in turn."""

    answers: Sequence[bytes]
    requests: list[dict[str, object]] = field(default_factory=list[dict[str, object]])

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: bytes | None = None,
        form: Sequence[FormPart] | None = None,
        timeout_s: float = 30,
        limit_bytes: int = 1024 * 1024,
    ) -> HttpAnswer:
        noted: dict[str, object] = {"method": method, "path": urlsplit(url).path}
        if json_body is not None:
            noted["json"] = json.loads(json_body)
        if form is not None:
            noted["form"] = {part.name: _form_line(part) for part in form}
        self.requests.append(noted)
        return HttpAnswer(200, {}, self.answers[min(len(self.requests), len(self.answers)) - 1])

    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 120, limit_bytes: int
    ) -> HttpStream:
        raise AssertionError("sending reads no stream")


def _form_line(part: FormPart) -> str:
    if isinstance(part.value, str):
        return part.value
    return f"<{part.file_name}, {part.content_type}, {part.size_bytes} bytes>"
