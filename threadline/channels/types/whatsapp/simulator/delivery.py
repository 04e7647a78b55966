"""The webhook delivery engine: packs updates into bodies, signs the exact bytes, posts, and retries for seven days."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import msgspec

from .knobs import BatchMode, HookFault, HookFaultKind, Json
from .state import Update, Webhook
from .wire import JSON, objects

if TYPE_CHECKING:
    from .world import World

MAX_UPDATES = 1000
MAX_BODY_BYTES = 3 * 1024 * 1024
TIMELESS_FIELDS = frozenset(
    {"messages", "calls", "user_preferences", "smb_message_echoes", "smb_app_state_sync", "history", "standby"}
)
"""Fields whose entry carries no `time` (docs/whatsapp.md §2.6, §9.4)."""
LISTS = ("messages", "statuses", "message_echoes", "user_preferences")


def sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class Posted(msgspec.Struct, kw_only=True):
    """One try, for the control face to look at."""

    webhook_id: str
    url: str
    status: int | None
    at: float
    tries: int
    body: bytes


class Delivery:
    """One queue, a few workers, keep-alive connections. `World` owns the state that survives."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._queue: asyncio.Queue[Webhook] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self._busy = 0
        self._is_packing = False
        self._quiet = asyncio.Event()
        self._held_back: Webhook | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.history: deque[Posted] = deque(maxlen=2000)
        self.trusted_file: Path | None = None
        """A certificate (PEM) that is trusted beside those that everybody trusts."""
        world.timers.on("post", self._post_again)

    # life

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=30, ssl=self._trust()),
            headers={"Content-Type": "application/json", "User-Agent": "facebookexternalua"},
            auto_decompress=False,
        )
        waiting = self._world.timers.waiting_data("post")
        for webhook in self._world.state.webhooks.values():
            if webhook.id not in waiting:
                self._enqueue(webhook)
        self._grow()
        self._pack_soon()

    def _trust(self) -> ssl.SSLContext | bool:
        """Names, dates and chains are verified as ever; the one certificate counts as its own authority."""
        if self.trusted_file is None:
            return True
        context = ssl.create_default_context()
        context.load_verify_locations(self.trusted_file)
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # it need not be an authority's
        return context

    async def stop(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers.clear()
        if self._session is not None:
            await self._session.close()
        self._session, self._loop = None, None

    @property
    def is_idle(self) -> bool:
        return self._busy == 0 and (not self._world.state.updates or not self._world.knobs.is_delivering)

    async def idle(self) -> None:
        """Wait until no POST is queued or in flight; those that wait for a retry do not count."""
        while not self.is_idle:
            self._quiet.clear()
            await self._quiet.wait()

    # packing

    def emit(self, update: Update) -> None:
        self._world.state.updates.append(update)
        self._pack_soon()

    def resume(self) -> None:
        self._grow()
        self._pack_soon()

    def _pack_soon(self) -> None:
        if self._is_packing or self._loop is None or not self._world.state.updates:
            return
        if not self._world.knobs.is_delivering:
            return
        self._is_packing = True
        if self._world.knobs.linger_s > 0:
            self._loop.call_later(self._world.knobs.linger_s, self._pack)
        else:
            self._loop.call_soon(self._pack)

    def _pack(self) -> None:
        """Turn whatever waits into bodies. What arrives together travels together, within the batch size."""
        self._is_packing = False
        world = self._world
        updates, world.state.updates = world.state.updates, []
        if len(updates) > 1 and self._strike(HookFaultKind.REORDER):
            world.rng.shuffle(updates)
        for lot in _lots(updates, world.knobs.batch_mode, min(world.knobs.batch_size, MAX_UPDATES)):
            self._send_off(lot)
        self._quiet.set()

    def _send_off(self, lot: list[Update]) -> None:
        world = self._world
        if len(lot) > 1 and len(_encode(_envelope(lot, world.knobs.batch_mode), world.knobs.json)) > MAX_BODY_BYTES:
            self._send_off(lot[: len(lot) // 2])
            self._send_off(lot[len(lot) // 2 :])
            return
        if self._strike(HookFaultKind.DUPLICATE_UPDATE):
            lot = [*lot, lot[0]]
        envelope = _envelope(lot, world.knobs.batch_mode)
        if self._strike(HookFaultKind.UNKNOWN_FIELD):
            envelope["entry"][0]["changes"].append({"field": "field_of_tomorrow", "value": {"new": [1, {"a": None}]}})
        if self._strike(HookFaultKind.UNKNOWN_TYPE):
            _add_unknown_type(envelope, world.mint.wamid("0"))
        if self._strike(HookFaultKind.EXTRA_KEYS):
            _add_extra_keys(envelope)
        if (big := self._struck(HookFaultKind.BIG_BODY)) is not None:
            _pad(envelope, min(big.size_bytes, MAX_BODY_BYTES))
        body = _encode(envelope, world.knobs.json)
        self._dispatch(lot, body)
        if self._strike(HookFaultKind.DUPLICATE_POST):
            self._dispatch(lot, body)

    def _dispatch(self, lot: list[Update], body: bytes) -> None:
        world = self._world
        app = world.state.apps[lot[0].app_id]
        signature: str | None = sign(app.secret, body)
        if self._strike(HookFaultKind.WRONG_SIGNATURE):
            signature = sign(app.secret + "-wrong", body)
        if self._strike(HookFaultKind.MISSING_SIGNATURE):
            signature = None
        webhook = Webhook(
            id="wh" + world.mint.digits(16),
            app_id=app.id,
            url=lot[0].url,
            body=body,
            signature=signature,
            first_at=world.now(),
            refs=[ref for update in lot for ref in update.refs],
            fields=[update.field for update in lot],
        )
        self.post(webhook)

    def post(self, webhook: Webhook) -> None:
        """Take a finished POST into the house: it is kept until the business answers 200 or seven days have passed."""
        world = self._world
        world.state.webhooks[webhook.id] = webhook
        delay = self._struck(HookFaultKind.DELAY)
        if delay is not None and self._loop is not None:
            self._busy += 1
            self._loop.call_later(delay.delay_s, self._enqueue_counted, webhook)
        elif self._held_back is None and self._loop is not None and self._strike(HookFaultKind.REORDER):
            self._busy += 1
            self._held_back = webhook
            self._loop.call_later(1.0, self._let_go, webhook.id)
        else:
            self._enqueue(webhook)
            if self._held_back is not None:
                self._let_go(self._held_back.id)

    def _let_go(self, webhook_id: str) -> None:
        if self._held_back is not None and self._held_back.id == webhook_id:
            webhook, self._held_back = self._held_back, None
            self._enqueue_counted(webhook)

    def _enqueue(self, webhook: Webhook) -> None:
        self._busy += 1
        self._enqueue_counted(webhook)

    def _enqueue_counted(self, webhook: Webhook) -> None:
        self._queue.put_nowait(webhook)

    # posting

    def _grow(self) -> None:
        if self._loop is None:
            return
        while len(self._workers) > self._world.knobs.workers:
            self._workers.pop().cancel()
        while len(self._workers) < self._world.knobs.workers:
            self._workers.append(asyncio.create_task(self._work()))

    async def _work(self) -> None:
        while True:
            webhook = await self._queue.get()
            try:
                await self._try(webhook)
            finally:
                self._busy -= 1
                if self._busy == 0:
                    self._quiet.set()

    async def _try(self, webhook: Webhook) -> None:
        world = self._world
        webhook.tries += 1
        status: int | None = None
        if not webhook.is_dropped_once and self._strike(HookFaultKind.DROP_FIRST):
            webhook.is_dropped_once = True
        else:
            status = await self._http_post(webhook)
        self.history.append(
            Posted(
                webhook_id=webhook.id,
                url=webhook.url,
                status=status,
                at=world.now(),
                tries=webhook.tries,
                body=webhook.body,
            )
        )
        world.count("webhook_posts")
        world.changes += 1
        if status == 200:
            world.state.webhooks.pop(webhook.id, None)
            world.count("webhooks_delivered")
            world.business_took(webhook.refs)
        else:
            self._retry_later(webhook)

    async def _http_post(self, webhook: Webhook) -> int | None:
        assert self._session is not None
        headers = {"X-Hub-Signature-256": webhook.signature} if webhook.signature is not None else {}
        timeout = aiohttp.ClientTimeout(total=self._world.knobs.post_timeout_s)
        try:
            async with self._session.post(webhook.url, data=webhook.body, headers=headers, timeout=timeout) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    def _retry_later(self, webhook: Webhook) -> None:
        world = self._world
        ladder = world.knobs.retry_ladder_s
        due = world.now() + ladder[min(webhook.tries - 1, len(ladder) - 1)]
        if due > webhook.first_at + world.knobs.retry_for_s:
            world.state.webhooks.pop(webhook.id, None)
            world.count("webhooks_dropped")
        else:
            world.timers.add(due, "post", webhook.id)

    def _post_again(self, data: list[str]) -> None:
        webhook = self._world.state.webhooks.get(data[0])
        if webhook is not None:
            self._enqueue(webhook)

    async def verify(self, url: str, verify_token: str) -> bool:
        """The GET handshake: the business must echo our challenge with 200."""
        assert self._session is not None
        challenge = self._world.mint.digits(10)
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
        timeout = aiohttp.ClientTimeout(total=self._world.knobs.post_timeout_s)
        try:
            async with self._session.get(url, params=query, timeout=timeout) as answer:
                return answer.status == 200 and (await answer.text()).strip() == challenge
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return False

    async def fetch(self, link: str, limit_bytes: int) -> tuple[str, bytes] | None:
        """(content type, bytes) of a media link, or None if it cannot be had within the limit."""
        assert self._session is not None
        timeout = aiohttp.ClientTimeout(total=self._world.knobs.link_timeout_s)
        try:
            async with self._session.get(link, timeout=timeout) as answer:
                if answer.status != 200:
                    return None
                content = await answer.content.read(limit_bytes + 1)
                while len(content) <= limit_bytes and (more := await answer.content.read(limit_bytes)):
                    content += more
                return (answer.content_type, content) if len(content) <= limit_bytes else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    # faults

    def _struck(self, kind: HookFaultKind) -> HookFault | None:
        for fault in self._world.knobs.hook_faults:
            if fault.kind is kind and fault.strikes(self._world.rng):
                self._world.count(f"hook_fault_{kind}")
                return fault
        return None

    def _strike(self, kind: HookFaultKind) -> bool:
        return self._struck(kind) is not None


def _lots(updates: Iterable[Update], mode: BatchMode, size: int) -> list[list[Update]]:
    """Which updates share a POST: those of one app and URL, at most `size`, in their order."""
    if mode is BatchMode.SINGLE:
        return [[update] for update in updates]
    lots: list[list[Update]] = []
    open_lots: dict[tuple[str, str], list[Update]] = {}
    for update in updates:
        lot = open_lots.get((update.app_id, update.url))
        if lot is None or len(lot) >= size:
            lot = open_lots[update.app_id, update.url] = []
            lots.append(lot)
        lot.append(update)
    return lots


def _envelope(lot: list[Update], mode: BatchMode) -> JSON:
    match mode:
        case BatchMode.SINGLE | BatchMode.CHANGES:
            entries = _entries(lot, _changes)
        case BatchMode.MESSAGES:
            entries = _entries(lot, _merged_changes)
        case BatchMode.ENTRIES:
            entries = [entry for update in lot for entry in _entries([update], _changes)]
    return {"object": "whatsapp_business_account", "entry": entries}


def _entries(lot: list[Update], changes: Callable[[list[Update]], list[JSON]]) -> list[JSON]:
    """One entry per account and kind of field; the account's own fields carry the time."""
    groups: dict[tuple[str, bool], list[Update]] = {}
    for update in lot:
        groups.setdefault((update.account_id, update.field in TIMELESS_FIELDS), []).append(update)
    entries: list[JSON] = []
    for (account_id, is_timeless), members in groups.items():
        entry: JSON = {"id": account_id}
        if not is_timeless:
            entry["time"] = int(members[0].at)
        entries.append({**entry, "changes": changes(members)})
    return entries


def _changes(updates: list[Update]) -> list[JSON]:
    return [{"value": update.value, "field": update.field} for update in updates]


def _merged_changes(updates: list[Update]) -> list[JSON]:
    """One value for all messages of a number, one for all its statuses; other fields stay apart."""
    changes: list[JSON] = []
    merged: dict[tuple[str, str, str], JSON] = {}
    for update in updates:
        which = next((name for name in LISTS if name in update.value), None)
        if which is None:
            changes.append({"value": update.value, "field": update.field})
            continue
        number_id = str(update.value.get("metadata", {}).get("phone_number_id"))
        value = merged.get((number_id, update.field, which))
        if value is None:
            value = {**update.value, which: list(update.value[which])}
            if "contacts" in value:
                value["contacts"] = list(value["contacts"])
            merged[number_id, update.field, which] = value
            changes.append({"value": value, "field": update.field})
            continue
        value[which].extend(update.value[which])
        for contact in objects(update.value.get("contacts")):
            contacts = value.setdefault("contacts", [])
            if contact not in contacts:
                contacts.append(contact)
    return changes


def _encode(envelope: JSON, style: Json) -> bytes:
    match style:
        case Json.ESCAPED:
            return json.dumps(envelope, separators=(",", ":")).encode()
        case Json.UTF8:
            return json.dumps(envelope, separators=(",", ":"), ensure_ascii=False).encode()
        case Json.SPACED:
            return json.dumps(envelope).encode()


def _add_unknown_type(envelope: JSON, message_id: str) -> None:
    """A message of a kind nobody knows yet, beside the first real one."""
    value = cast("JSON", envelope["entry"][0]["changes"][0]["value"])
    for message in objects(value.get("messages"))[:1]:
        stranger: JSON = {key: message[key] for key in ("from", "from_user_id", "timestamp") if key in message}
        value["messages"] = [
            *value["messages"],
            {**stranger, "id": message_id, "type": "hologram", "hologram": {"depth": 3}},
        ]


def _add_extra_keys(envelope: JSON) -> None:
    def extend(value: Any) -> Any:
        if isinstance(value, dict):
            members = cast("JSON", value)
            return {**{key: extend(item) for key, item in members.items()}, "key_of_tomorrow": {"n": [1, "zwei"]}}
        if isinstance(value, list):
            return [extend(item) for item in cast("list[Any]", value)]
        return value

    for entry in envelope["entry"]:
        entry["changes"] = extend(entry["changes"])


def _pad(envelope: JSON, size_bytes: int) -> None:
    filler = base64.b64encode(b"\0" * (size_bytes * 3 // 4)).decode()
    spare = size_bytes - len(_encode(envelope, Json.SPACED)) - 64
    if spare > 0:
        envelope["entry"][0]["changes"][0]["value"]["padding"] = filler[:spare]
