"""The simulated world: its state, its clock, its chance, and the look-ups that every face shares."""

from __future__ import annotations

import asyncio
import calendar
import datetime
import random
import zoneinfo
from collections import defaultdict, deque
from collections.abc import Coroutine
from typing import Any

import msgspec

from . import ids
from .clock import Clock
from .delivery import Delivery
from .ids import Mint
from .knobs import Knobs
from .media_store import MediaStore
from .state import (
    Account,
    Conversation,
    Direction,
    Message,
    Number,
    Portfolio,
    Progress,
    State,
    Template,
    Update,
    User,
    conversation_key,
)
from .timers import Timers
from .wire import JSON

CONTACT_DAYS_S = 30 * 86400.0
WINDOW_S = 24 * 3600.0
PENDING_KINDS = frozenset({"outcome", "status", "post"})
"""Timers that a drain waits for: outcomes of sends and tries of webhooks."""


class Rate:
    """Throughput of one number: a token bucket, and the most arrivals that any one second has seen."""

    __slots__ = ("_arrivals", "_at", "_tokens", "max_in_1s")

    def __init__(self) -> None:
        self._tokens = -1.0
        self._at = 0.0
        self._arrivals: deque[float] = deque()
        self.max_in_1s = 0

    def arrive(self, now: float) -> None:
        arrivals = self._arrivals
        arrivals.append(now)
        while arrivals[0] <= now - 1.0:
            arrivals.popleft()
        if len(arrivals) > self.max_in_1s:
            self.max_in_1s = len(arrivals)

    def take(self, now: float, rate_per_s: int) -> bool:
        """One token of a bucket that holds a second's worth; False when it is empty."""
        if self._tokens < 0:
            self._tokens = float(rate_per_s)
        else:
            self._tokens = min(float(rate_per_s), self._tokens + max(0.0, now - self._at) * rate_per_s)
        self._at = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class World:
    """State plus what is derived from it. Nothing here knows HTTP."""

    def __init__(self, state: State, clock: Clock, store: MediaStore) -> None:
        self.state = state
        self.clock = clock
        clock.offset_s, clock.frozen_at = state.clock_offset_s, state.frozen_at
        self.mint = Mint(state.seed, state.counter)
        self.rng = random.Random(f"chance/{state.seed}/{state.counter}")  # noqa: S311 – chance must be repeatable
        self.knobs = msgspec.convert(state.knobs, Knobs)
        self.timers = Timers(state.timers, clock)
        self.store = store
        self.delivery = Delivery(self)
        self.url = ""
        self.changes = 0
        self.messages: dict[str, Message] = {}
        self.threads: dict[str, list[str]] = defaultdict(list)
        self.dirty: set[str] = set()
        self.rates: dict[str, Rate] = defaultdict(Rate)
        self.users_by_phone: dict[str, User] = {}
        self.users_by_bsuid: dict[str, User] = {}
        self.templates_by_name: dict[tuple[str, str, str], Template] = {}
        self.send_log: list[str] = []
        self.attempts: dict[str, int] = defaultdict(int)
        self._changed: dict[str, asyncio.Event] = {}
        self._told: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sequence = 0
        for user in state.users.values():
            self.index_user(user)
        for template in state.templates.values():
            self.index_template(template)

    # life

    def start(self) -> None:
        self.delivery.start()
        self.timers.start()

    async def stop(self) -> None:
        self.timers.stop()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.delivery.stop()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def snapshot_state(self) -> State:
        """The state ready to be written: counters, clock and knobs brought back into it."""
        self.state.counter = self.mint.counter
        self.state.clock_offset_s, self.state.frozen_at = self.clock.offset_s, self.clock.frozen_at
        self.state.knobs = msgspec.to_builtins(self.knobs)
        return self.state

    def count(self, name: str, by: int = 1) -> None:
        self.state.counts[name] = self.state.counts.get(name, 0) + by

    # time

    def now(self) -> float:
        return self.clock.now()

    async def advance(self, to: float) -> None:
        """Move the clock forward, doing what is due on the way at its own time, each step settled before the next."""
        was_frozen = self.clock.is_frozen
        self.clock.freeze()
        try:
            await self.settle()
            while (due := self.timers.next_due()) is not None and due <= to:
                self.clock.set(max(due, self.clock.now()))
                self.timers.run_due()
                await self.settle()
            self.clock.set(max(to, self.clock.now()))
        finally:
            if not was_frozen:
                self.clock.run()
            self.timers.rearm()

    async def settle(self) -> None:
        """Wait until nothing is under way: no task of ours, no POST in flight."""
        while self._tasks or not self.delivery.is_idle:
            if self._tasks:
                await asyncio.wait(tuple(self._tasks))
            await self.delivery.idle()

    def month_of(self, account: Account) -> str:
        return self._local_time(account).strftime("%Y-%m")

    def day_of(self, account: Account) -> str:
        return self._local_time(account).strftime("%Y-%m-%d")

    def _local_time(self, account: Account) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(self.now(), zoneinfo.ZoneInfo(account.timezone))

    def charges_replies(self, account: Account) -> bool:
        """Since 1 October 2026, midnight in the account's time zone, service messages cost money."""
        return self._local_time(account).date() >= datetime.date(2026, 10, 1)

    def day_start(self, account: Account, day: str) -> int:
        date = datetime.date.fromisoformat(day)
        local = datetime.datetime(date.year, date.month, date.day, tzinfo=zoneinfo.ZoneInfo(account.timezone))
        return calendar.timegm(local.utctimetuple())

    # look-ups

    def account_of(self, number: Number) -> Account:
        return self.state.accounts[number.account_id]

    def portfolio_of(self, account: Account) -> Portfolio:
        return self.state.portfolios[account.portfolio_id]

    def portfolio_of_number(self, number: Number) -> Portfolio:
        return self.portfolio_of(self.account_of(number))

    def numbers_of(self, account: Account) -> list[Number]:
        return [number for number in self.state.numbers.values() if number.account_id == account.id]

    def conversation(self, number: Number, user: User) -> Conversation:
        key = conversation_key(number.id, user.key)
        found = self.state.conversations.get(key)
        if found is None:
            found = Conversation(number_id=number.id, user_key=user.key, pair_at=self.now())
            self.state.conversations[key] = found
        return found

    def is_window_open(self, conversation: Conversation) -> bool:
        return conversation.window_from is not None and self.now() - conversation.window_from < WINDOW_S

    def template(self, account_id: str, name: str, language: str) -> Template | None:
        return self.templates_by_name.get((account_id, name, language))

    def index_template(self, template: Template) -> None:
        self.templates_by_name[template.account_id, template.name, template.language] = template

    def forget_template(self, template: Template) -> None:
        self.templates_by_name.pop((template.account_id, template.name, template.language), None)

    # users

    def index_user(self, user: User) -> None:
        self.users_by_phone[user.phone] = user
        for value in (*user.bsuids.values(), *user.old_bsuids.values()):
            self.users_by_bsuid[value] = user
        if user.parent_bsuid is not None:
            self.users_by_bsuid[user.parent_bsuid] = user

    def add_user(self, phone: str, name: str, key: str | None = None) -> User:
        key = key or "u" + self.mint.digits(10)
        user = User(key=key, phone=phone, name=name, country=ids.country_of(phone))
        user.identity_hash = ids.identity_hash(key, phone)
        self.state.users[key] = user
        self.index_user(user)
        return user

    def bsuid(self, user: User, portfolio: Portfolio) -> str:
        found = user.bsuids.get(portfolio.id)
        if found is None:
            found = ids.bsuid(user.country, user.key, user.phone, portfolio.id)
            user.bsuids[portfolio.id] = found
            self.users_by_bsuid[found] = user
        return found

    def shows_phone(self, user: User, number: Number, conversation: Conversation) -> bool:
        """Whether the business may see the phone: not hidden, seen within 30 days, or in the contact book."""
        if not user.hides_phone:
            return True
        seen_at = conversation.phone_seen_at
        if seen_at is not None and self.now() - seen_at <= CONTACT_DAYS_S:
            return True
        return user.key in self.portfolio_of_number(number).contact_book

    # messages

    def next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def add_message(self, message: Message) -> None:
        self.messages[message.id] = message
        self.threads[conversation_key(message.number_id, message.user_key)].append(message.id)
        if message.direction is Direction.INCOMING:
            self.send_log.append(message.id)
        self.touch(message)

    def restore_message(self, message: Message) -> None:
        """Put a message back that was read from disk; they come in the order of their sequence."""
        self.messages[message.id] = message
        self.threads[conversation_key(message.number_id, message.user_key)].append(message.id)
        if message.direction is Direction.INCOMING:
            self.send_log.append(message.id)
        self._sequence = max(self._sequence, message.seq)

    def touch(self, message: Message) -> None:
        """The message changed: it is written again, and phones that watch the conversation are told."""
        self.dirty.add(message.id)
        conversation = self.state.conversations.get(conversation_key(message.number_id, message.user_key))
        if conversation is not None:
            self.touch_conversation(conversation)
            message.cursor = conversation.cursor

    def touch_conversation(self, conversation: Conversation) -> None:
        conversation.cursor += 1
        event = self._changed.pop(conversation_key(conversation.number_id, conversation.user_key), None)
        if event is not None:
            event.set()

    async def wait_for_change(self, conversation: Conversation, timeout_s: float) -> None:
        """Returns at the conversation's next change, or when the time is up."""
        key = conversation_key(conversation.number_id, conversation.user_key)
        event = self._changed.setdefault(key, asyncio.Event())
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return

    # what the business was told

    def business_took(self, update_refs: list[str]) -> None:
        """A webhook was answered with 200: the user's ticks advance."""
        for ref in update_refs:
            event = self._told.pop(ref, None)
            if event is not None:
                event.set()
            message = self.messages.get(ref)
            if message is not None and message.direction is Direction.OUTGOING and message.progress is Progress.SENT:
                message.progress = Progress.DELIVERED
                self.touch(message)

    async def wait_until_told(self, ref: str, timeout_s: float) -> None:
        event = self._told.setdefault(ref, asyncio.Event())
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return

    def emit(
        self, account: Account, number: Number | None, field: str, value: JSON, refs: list[str] | None = None
    ) -> None:
        """Hand one change to the delivery engine, for every app that subscribed; overrides number > account > app."""
        for app_id, account_override in account.subscriptions.items():
            app = self.state.apps.get(app_id)
            if app is None or (app.fields is not None and field not in app.fields):
                continue
            override = (number.override if number is not None else None) or account_override
            url = override.url if override is not None else app.callback_url
            if url is None:
                self.count("webhooks_without_callback")
                continue
            self.delivery.emit(
                Update(
                    app_id=app_id,
                    url=url,
                    account_id=account.id,
                    field=field,
                    value=value,
                    at=self.now(),
                    refs=refs or [],
                )
            )

    # draining

    def pending(self) -> JSON:
        return {
            "undelivered_webhooks": len(self.state.webhooks) + len(self.state.updates),
            "pending_outcomes": self.timers.waiting(PENDING_KINDS) + len(self._tasks),
            "held": len(self.state.held),
        }
