"""Pushes notifications to the browsers that agents chose, when they are due and nobody has read them meanwhile.

What is due is claimed and committed before it leaves: a push is a hint to look, never sent twice, and lost with the
process that sends it. A lease keeps the idle workers from asking too.
"""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec
from prometheus_client import Counter

from threadline.actions.make_push_key import open_push_key
from threadline.core.http import HttpAnswer, HttpBroken, HttpTimeout, HttpUnreachable
from threadline.core.notification_text import say
from threadline.infra.log import get_logger
from threadline.infra.secrets import Keyring
from threadline.infra.web_push import Subscriber, encrypt, push_headers
from threadline.store.connection import Connection
from threadline.store.push import DuePush, Target, claim_due_pushes, find_push_key, forget_subscription
from threadline.store.session import Database, Role
from threadline.workers.looking import keep_looking

BATCH: Final = 100
_AT_ONCE: Final = 16
_TIMEOUT_S: Final = 10.0
_LIVES_S: Final = 3600
_GONE: Final = frozenset({404, 410})

_PUSHED = Counter("threadline_pushes", "Push messages by what became of them", ["outcome"])

log = get_logger("pusher")


class PushHttp(Protocol):
    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, timeout_s: float, limit_bytes: int
    ) -> HttpAnswer: ...


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What travels, encrypted for the browser: ids and a sentence without names. The browser asks us for the rest."""

    id: str
    conversation_id: str
    kind: str
    count: int
    title: str
    lang: str


@dataclass(slots=True)
class Pusher:
    database: Database
    http: PushHttp
    keyring: Keyring
    subject: str
    """Where a push service finds who runs this: an address of ours, https or mailto."""
    poll_s: float = 1.0
    _key: bytes | None = field(default=None, repr=False)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set."""
        await keep_looking(self.step, stop, name="pusher", poll_s=self.poll_s)

    async def step(self) -> bool:
        """One look. True if there is more at once."""
        async with self.database.transaction(Role.ENGINE) as session:
            connection = await session.raw()
            due = await claim_due_pushes(connection, limit=BATCH)
            key = await self._load_key(connection) if due else None
        if key is not None:
            places = asyncio.Semaphore(_AT_ONCE)
            sends = [self._send(push, target, key, places) for push in due for target in push.targets]
            await asyncio.gather(*sends)
        return len(due) == BATCH

    async def _load_key(self, connection: Connection) -> bytes | None:
        if self._key is None:
            sealed = await find_push_key(connection)
            self._key = None if sealed is None else open_push_key(self.keyring, sealed)
        return self._key

    async def _send(self, push: DuePush, target: Target, key: bytes, places: asyncio.Semaphore) -> None:
        async with places:
            outcome = await self._try(push, target, key)
        _PUSHED.labels(outcome).inc()
        if outcome == "gone":
            async with self.database.transaction(Role.ENGINE, target.workspace_id) as session:
                await forget_subscription(
                    await session.raw(),
                    workspace_id=target.workspace_id,
                    subscription_id=target.subscription_id,
                )

    async def _try(self, push: DuePush, target: Target, key: bytes) -> str:
        """What became of it: `sent`, `gone` (the browser is no more), `refused`, `failed`."""
        subscriber = Subscriber(target.endpoint, target.p256dh, target.auth)
        headers = push_headers(target.endpoint, private=key, subject=self.subject, topic=_topic(push), lives_s=_LIVES_S)
        try:
            answer = await self.http.request(
                "POST",
                target.endpoint,
                headers=headers,
                body=encrypt(_payload(push), subscriber),
                timeout_s=_TIMEOUT_S,
                limit_bytes=64 * 1024,
            )
        except (HttpUnreachable, HttpTimeout, HttpBroken, ValueError) as error:
            log.info("push_failed", error=type(error).__name__)
            return "failed"
        if answer.status in _GONE:
            return "gone"
        if answer.status >= 300:
            log.info("push_refused", status=answer.status)
            return "refused"
        return "sent"


def _payload(push: DuePush) -> bytes:
    return msgspec.json.encode(
        Told(
            id=str(push.id),
            conversation_id=str(push.conversation_id),
            kind=push.kind.value,
            count=push.count,
            title=say(push.kind, locale=push.locale),
            lang=push.locale,
        )
    )


def _topic(push: DuePush) -> str:
    """At most 32 letters of base64url, the same for a conversation of an agent: one stands for many on the way."""
    digest = hashlib.sha256(push.conversation_id.bytes + push.agent_id.bytes).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()
