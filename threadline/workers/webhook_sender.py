"""Tells webhooks what is due: claimed and committed, asked with no transaction open, settled in another one.

At most a few requests of each webhook are on their way at a time, and nobody waits for them: one that is slow delays no
other. A worker that dies leaves its claims, and what it had asked is asked again a minute later, with its id.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol
from uuid import UUID

from prometheus_client import Counter

from threadline.actions.fill_dispatch import fill_dispatch
from threadline.actions.isolate_failures import describe
from threadline.actions.settle_dispatch import Heard, settle_dispatch
from threadline.actions.tell_webhooks import TOPIC
from threadline.actions.webhook_secrets import open_secrets
from threadline.channels.contract import ChannelType
from threadline.channels.registry import channel_type
from threadline.core.http import HttpAnswer, HttpBroken, HttpTimeout, HttpUnreachable
from threadline.core.webhook import ANSWER_READ_BYTES, TRY_TIMEOUT_S, TryError, error_of_status, headers_of
from threadline.infra.bus import Bus
from threadline.infra.log import get_logger
from threadline.infra.secrets import Keyring
from threadline.store.session import Database, Role
from threadline.store.webhooks import ClaimedDispatch, claim_due_dispatches
from threadline.workers.looking import look

MOST_AT_ONCE: Final = 64
_STOP_WITHIN_S: Final = 5.0

_TRIES: Final = Counter("threadline_webhook_tries", "Requests to webhooks by what became of them", ["outcome"])

log = get_logger("webhook_sender")


class WebhookHttp(Protocol):
    def may_call(self, url: str) -> bool: ...
    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float, limit_bytes: int
    ) -> HttpAnswer: ...


@dataclass(slots=True)
class WebhookSender:
    database: Database
    bus: Bus
    http: WebhookHttp
    keyring: Keyring
    now: Callable[[], datetime]
    new_id: Callable[[], UUID]
    poll_s: float = 1.0
    find_type: Callable[[str], ChannelType] = channel_type
    _running: set["asyncio.Task[None]"] = field(default_factory=set["asyncio.Task[None]"])

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then what is on its way has a few seconds to end."""
        with self.bus.subscribe(TOPIC) as news:
            while not stop.is_set():
                await look(self.step, name="webhook_sender")
                await self._rest(asyncio.create_task(news.wait(self.poll_s)))
        await self.finish(within_s=_STOP_WITHIN_S)

    async def _rest(self, hint: "asyncio.Task[frozenset[str]]") -> None:
        """Until there is news, or a request has ended: its webhook has room for the next."""
        await asyncio.wait({hint, *self._running}, return_when=asyncio.FIRST_COMPLETED)
        hint.cancel()

    async def step(self) -> bool:
        """Claim what is due and send it off. False: whoever calls rests until something ends, or is due."""
        room = MOST_AT_ONCE - len(self._running)
        if room <= 0:
            return False
        async with self.database.transaction(Role.ENGINE) as session:
            claimed = await claim_due_dispatches(await session.raw(), limit=room)
        for one in claimed:
            task = asyncio.create_task(self._tell(one), name="webhook")
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return False

    async def finish(self, *, within_s: float) -> None:
        """Wait for what is on its way; what does not end is claimed by somebody else later."""
        if self._running:
            _, late = await asyncio.wait(set(self._running), timeout=within_s)
            for task in late:
                task.cancel()

    async def _tell(self, claimed: ClaimedDispatch) -> None:
        try:
            heard = await self._ask(claimed)
            async with self.database.transaction(Role.ENGINE, claimed.workspace_id) as session:
                await settle_dispatch(
                    session, claimed, heard, now=self.now(), new_id=self.new_id, find_type=self.find_type
                )
        except Exception as error:
            # Its claim runs out, and it is due again.
            log.warning("webhook_interrupted", dispatch_id=str(claimed.id), error=describe(error))

    async def _ask(self, claimed: ClaimedDispatch) -> Heard:
        async with self.database.transaction(Role.ENGINE, claimed.workspace_id) as session:
            body = await fill_dispatch(session, claimed)
        secrets = open_secrets(
            self.keyring, claimed.webhook_id, claimed.secrets, with_old=claimed.old_until is not None
        )
        at, began = self.now(), monotonic()
        headers = headers_of(secrets, dispatch_id=str(claimed.id), at=at, body=body)
        try:
            if not self.http.may_call(claimed.url):
                raise HttpUnreachable("The address could not be reached.")
            answer = await self.http.request(
                "POST",
                claimed.url,
                headers=headers,
                body=body,
                timeout_s=TRY_TIMEOUT_S,
                limit_bytes=ANSWER_READ_BYTES,
            )
        except (HttpUnreachable, HttpTimeout, HttpBroken) as error:
            failure = _ERRORS[type(error)]
            _TRIES.labels(failure.value).inc()
            return Heard(at, _since(began), error=failure)
        _TRIES.labels(f"{answer.status // 100}xx").inc()
        return Heard(
            at,
            _since(began),
            status=answer.status,
            error=error_of_status(answer.status),
            body=answer.body,
            content_type=answer.headers.get("content-type", ""),
        )


_ERRORS: Final[Mapping[type[Exception], TryError]] = {
    HttpUnreachable: TryError.UNREACHABLE,
    HttpTimeout: TryError.TIMEOUT,
    HttpBroken: TryError.BROKEN,
}


def _since(began: float) -> int:
    return int(timedelta(seconds=monotonic() - began) / timedelta(milliseconds=1))
