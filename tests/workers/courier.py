"""A small provider over real HTTP and the channel type that talks to it: for tests of sending, free of any real wire.

`Provider.plan` decides what happens to a request; its log is what "the customer" got, in the order of arrival.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from threadline.channels.contract import (
    AccountRef,
    Addressed,
    AddressValue,
    Alarm,
    Capabilities,
    ChannelAccess,
    Check,
    EndpointSecrets,
    FailureMeaning,
    FetchedMedia,
    HookAnswer,
    HookRequest,
    HttpClient,
    Manifest,
    MediaLimit,
    MediaSource,
    OutgoingPart,
    PracticeChannel,
    Retry,
    SendError,
    Sent,
    TemplateRecord,
)
from threadline.core.content import Content, Text
from threadline.core.errors import CannotSend
from threadline.core.http import HttpBroken, HttpTimeout, HttpUnreachable


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that the provider accepted."""

    at: float
    attempt_id: UUID
    to: str
    text: str


Plan = Callable[["Request"], Awaitable[web.StreamResponse | None]]


@dataclass(slots=True)
class Request:
    number: int
    attempt_id: UUID
    to: str
    text: str
    raw: web.Request
    provider: "Provider"

    def accept(self) -> web.Response:
        """As the provider would: noted, then answered with an id."""
        self.provider.note(self)
        return web.json_response({"id": f"p-{self.number}"})


@dataclass(slots=True)
class Provider:
    url: str = ""
    delay_s: float = 0.0
    plan: Plan | None = None
    seen: list[Seen] = field(default_factory=list[Seen])
    acts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    requests: int = 0

    def note(self, request: Request) -> None:
        self.seen.append(Seen(time.monotonic(), request.attempt_id, request.to, request.text))

    async def handle(self, raw: web.Request) -> web.StreamResponse:
        body = json.loads(await raw.read())
        self.requests += 1
        request = Request(self.requests, UUID(body["attempt"]), body["to"], body["text"], raw, self)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        if self.plan is not None and (answer := await self.plan(request)) is not None:
            return answer
        return request.accept()

    async def handle_act(self, raw: web.Request) -> web.Response:
        self.acts.append(json.loads(await raw.read()))
        return web.json_response({})

    def texts(self, to: str | None = None) -> list[str]:
        return [seen.text for seen in self.seen if to is None or seen.to == to]

    def most_in_a_second(self) -> int:
        """The fullest second, wherever it begins."""
        times = sorted(seen.at for seen in self.seen)
        most = first = 0
        for last, at in enumerate(times):
            while times[first] <= at - 1.0:
                first += 1
            most = max(most, last - first + 1)
        return most

    def copies(self) -> Counter[str]:
        """Text → how often it arrived."""
        return Counter(self.texts())


@asynccontextmanager
async def running_provider() -> AsyncIterator[Provider]:
    provider = Provider()
    app = web.Application()
    app.router.add_post("/send", provider.handle)
    app.router.add_post("/act", provider.handle_act)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    provider.url = f"http://{host}:{port}"
    try:
        yield provider
    finally:
        await runner.cleanup()


def refuse(code: str, *, status: int = 400) -> web.Response:
    return web.json_response({"error": code}, status=status)


_ERRORS: dict[str, tuple[Retry, Alarm]] = {
    "busy": (Retry.YES, Alarm.NONE),
    "too_fast": (Retry.CHANNEL, Alarm.NONE),
    "too_fast_for_you": (Retry.PAIR, Alarm.NONE),
    "bad": (Retry.NO, Alarm.NONE),
    "window": (Retry.NO, Alarm.NONE),
    "unknown_customer": (Retry.NO, Alarm.NONE),
    "unpaid": (Retry.LATER, Alarm.ADMIN),
    "locked_out": (Retry.NO, Alarm.STOP),
}


class Courier:
    """The channel type: text up to 100 characters a part, errors by their code."""

    def __init__(self, **changes: Any) -> None:
        capabilities = Capabilities(
            text_length=100,
            caption_length=0,
            window=timedelta(hours=24),
            media={"image": MediaLimit(("image/png", "image/jpeg"), 200_000)},
            content_kinds=frozenset({"text", "template"}),
            has_reactions=True,
            has_typing=True,
            has_read_marks=True,
            echoes_attempt_id=True,
            sends_per_second=1000,
            send_timeout_s=1,
        )
        self.manifest = Manifest(
            type="courier",
            name="Courier",
            provider="courier",
            address_schemes=("courier",),
            fields=(),
            capabilities=replace(capabilities, **changes),
        )

    async def send(self, http: HttpClient, access: ChannelAccess, part: OutgoingPart) -> Sent:
        text = getattr(part.content, "text", "")
        body = json.dumps({"attempt": str(part.attempt_id), "to": part.to[0].value, "text": text}).encode()
        try:
            answer = await http.request("POST", f"{access.base_url}/send", json_body=body, timeout_s=1)
        except HttpUnreachable as error:
            raise SendError(code="unreachable", retry=Retry.YES, text="Not reached.") from error
        except HttpTimeout as error:
            raise SendError(code="timeout", retry=Retry.UNKNOWN, text="No answer.") from error
        except HttpBroken as error:
            raise SendError(code="broken", retry=Retry.UNKNOWN, text="Half an answer.") from error
        if answer.status >= 500:
            raise SendError(code="server", retry=Retry.UNKNOWN, text="The provider failed.")
        if answer.status != 200:
            code = str(json.loads(answer.body)["error"])
            retry, alarm = _ERRORS[code]
            raise SendError(code=code, retry=retry, alarm=alarm, text=f"Refused: {code}.")
        return Sent(provider_id=json.loads(answer.body)["id"])

    async def react(
        self,
        http: HttpClient,
        access: ChannelAccess,
        *,
        to: tuple[AddressValue, ...],
        target_provider_id: str,
        emoji: str,
    ) -> None:
        await self._act(http, access, {"kind": "reaction", "target": target_provider_id, "emoji": emoji})

    async def block(
        self, http: HttpClient, access: ChannelAccess, *, who: tuple[AddressValue, ...], is_blocked: bool
    ) -> None:
        raise NotImplementedError("couriers come to everybody")

    async def mark_read(self, http: HttpClient, access: ChannelAccess, *, provider_id: str, with_typing: bool) -> None:
        await self._act(http, access, {"kind": "typing" if with_typing else "read", "target": provider_id})

    async def _act(self, http: HttpClient, access: ChannelAccess, body: dict[str, str]) -> None:
        await http.request("POST", f"{access.base_url}/act", json_body=json.dumps(body).encode())

    def fit(self, content: Content) -> list[Content]:
        if not isinstance(content, Text):
            return [content]
        if not content.text:
            raise CannotSend("The message is empty.")
        return [Text(text=content.text[start : start + 100]) for start in range(0, len(content.text), 100)]

    def failure(self, code: str) -> FailureMeaning:
        retry, alarm = _ERRORS.get(code, (Retry.NO, Alarm.NONE))
        return FailureMeaning(
            retry, alarm, code, closes_window=code == "window", is_unreachable=code == "unknown_customer"
        )

    def handshake(self, request: HookRequest, secrets: EndpointSecrets) -> HookAnswer | None:
        return None

    def verify(self, request: HookRequest, secrets: EndpointSecrets) -> bool:
        return True

    def sign(self, body: bytes, secrets: EndpointSecrets) -> dict[str, str]:
        return {}

    def practice_wishes(self, channel: PracticeChannel) -> Mapping[str, object]:
        raise NotImplementedError

    def practice_channel(self, made: Mapping[str, object]) -> PracticeChannel:
        return PracticeChannel({}, "")

    def accounts(self, body: bytes) -> list[AccountRef]:
        return []

    def acknowledge(self, body: bytes) -> HookAnswer:
        return HookAnswer(200)

    def parse(self, body: bytes) -> list[Addressed]:
        return []

    async def fetch_media(
        self, http: HttpClient, access: ChannelAccess, source: MediaSource, *, limit_bytes: int
    ) -> FetchedMedia:
        raise NotImplementedError

    async def check(
        self, http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str
    ) -> list[Check]:
        return []

    async def connect(
        self, http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str
    ) -> None:
        return None

    async def list_templates(self, http: HttpClient, access: ChannelAccess) -> list[TemplateRecord]:
        return []
