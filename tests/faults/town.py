"""The load of a drill: customers who write through the simulator, agents who answer through the API.

Everything that was accepted is written down in a `Ledger` at the moment it was: by the simulator for what customers
write (it repeats a webhook until the answer is 200), by a 201 for what agents send. `history.py` compares afterwards.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import aiohttp

from tests.faults.house import House

_RETRY_AFTER_S = 0.25


@dataclass(frozen=True, slots=True)
class Written:
    """A message of a customer: it must be stored, for the simulator does not rest before it heard 200."""

    wamid: str
    phone: str
    text: str
    position: int
    """Its place among the messages of its customer."""
    is_after_acknowledged: bool
    """The one before it had been answered 200 when this one was written, so their order is known to everybody."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of an agent that the API answered with 201."""

    client_id: UUID
    message_id: UUID
    conversation_id: UUID
    text: str
    tries: int
    asked_at: float
    """Seconds of the epoch, first try."""
    accepted_at: float


@dataclass(slots=True)
class Ledger:
    written: dict[str, Written] = field(default_factory=dict[str, Written])
    sent: dict[UUID, Sent] = field(default_factory=dict[UUID, Sent])
    given_up: dict[UUID, str] = field(default_factory=dict[UUID, str])
    """Sends whose client met an error and did not ask again: stored once or not at all."""
    answers: dict[int, int] = field(default_factory=dict[int, int])
    """HTTP status of the API → how often; 0: no answer."""
    complaints: list[str] = field(default_factory=list[str])
    """Answers that no fault explains."""

    def count(self, status: int) -> None:
        self.answers[status] = self.answers.get(status, 0) + 1


@dataclass(slots=True)
class Town:
    """Customers by phone, each with one conversation; `open` makes them, `busy` lets them and the agents talk."""

    house: House
    chance: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    phones: list[str] = field(default_factory=list[str])
    conversations: dict[str, UUID] = field(default_factory=dict[str, UUID])
    customer_pause_s: float = 2.0
    agent_pause_s: float = 4.0
    _positions: dict[str, int] = field(default_factory=dict[str, int])
    _last: dict[str, str] = field(default_factory=dict[str, str])
    _count: int = 0
    _calm_since: float | None = 0.0
    """Seconds of the epoch; None while the town is busy and things are killed."""

    async def open(self, customers: int, *, first_phone: int = 4915200000000) -> None:
        """Every customer says hello and has a conversation; without faults."""
        body = {"count": customers, "first_phone": str(first_phone)}
        users = (await self.house.control("users", body))["users"]
        by_name = {f"User {position}": user["phone"] for position, user in enumerate(users)}
        self.phones = list(by_name.values())
        for phone in self.phones:
            await self.write(phone)

        async def all_there() -> bool:
            self.conversations = await self._find_conversations(by_name)
            return len(self.conversations) == customers

        await self.house.wait_for("every customer has a conversation", all_there, within_s=20)

    async def _find_conversations(self, by_name: dict[str, str]) -> dict[str, UUID]:
        found: dict[str, UUID] = {}
        after = ""
        while True:
            status, page = await self.house.api("GET", f"/conversations?limit=100{after}")
            assert status == 200, page
            for one in page["items"]:
                if one["contact"]["name"] in by_name:
                    found[by_name[one["contact"]["name"]]] = UUID(one["id"])
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """While open, everybody talks; on leaving, whatever was begun is finished (clients ask until they hear 201)."""
        stop = asyncio.Event()
        self._calm_since = None
        people = [asyncio.create_task(self._live_as_customer(phone, stop)) for phone in self.phones]
        people += [asyncio.create_task(self._answer(phone, stop)) for phone in self.phones]
        try:
            yield
        finally:
            stop.set()
            self._calm_since = time.time()
            async with asyncio.timeout(180):
                await asyncio.gather(*people)

    # Customers

    async def _live_as_customer(self, phone: str, stop: asyncio.Event) -> None:
        chance = random.Random(self.chance.random())
        while not await _is_set_within(stop, chance.expovariate(1 / self.customer_pause_s)):
            if chance.random() < 0.5:
                await self._wait_until_acknowledged(phone, stop)
            for _ in range(chance.choice((1, 1, 1, 3))):
                await self.write(phone)

    async def write(self, phone: str) -> str:
        """One text of this customer. Returns the provider's id."""
        is_after = phone not in self._last or await self._is_acknowledged(self._last[phone])
        position = self._positions[phone] = self._positions.get(phone, -1) + 1
        text = f"c{position} of {phone}"
        body = {"number_id": self.house.number_id, "kind": "text", "text": text}
        answer = await self.house.control(f"users/{phone}/messages", body)
        self._last[phone] = answer["id"]
        self.ledger.written[answer["id"]] = Written(answer["id"], phone, text, position, is_after)
        return answer["id"]

    async def _wait_until_acknowledged(self, phone: str, stop: asyncio.Event) -> None:
        while not await self._is_acknowledged(self._last[phone]) and not stop.is_set():
            await asyncio.sleep(0.05)

    async def _is_acknowledged(self, wamid: str) -> bool:
        """Its webhook was answered 200."""
        return (await self.house.control(f"messages/{wamid}"))["status"] in ("delivered", "read")

    # Agents

    async def _answer(self, phone: str, stop: asyncio.Event) -> None:
        chance = random.Random(self.chance.random())
        while not await _is_set_within(stop, chance.expovariate(1 / self.agent_pause_s)):
            await self.send(phone, keeps_asking=chance.random() < 0.9)

    async def send(self, phone: str, *, keeps_asking: bool = True, patience_s: float = 120) -> Sent | None:
        """A reply, asked for until it is accepted: the same client id at every try. None if it was given up.

        Patience counts in calm only: where starting takes long, a process killed again and again is hardly ever there.
        """
        self._count += 1
        client_id, text, asked_at = uuid4(), f"a{self._count} to {phone}", time.time()
        body = {"client_id": str(client_id), "content": {"kind": "text", "text": text}}
        path = f"/conversations/{self.conversations[phone]}/messages"
        tries, heard = 0, list[int]()
        while self._calm_since is None or time.time() < max(asked_at, self._calm_since) + patience_s:
            tries += 1
            try:
                status, answer = await self.house.api("POST", path, body)
            except (aiohttp.ClientError, OSError, TimeoutError):
                status, answer = 0, None
            self.ledger.count(status)
            heard.append(status)
            if status == 201 and answer is not None:
                sent = Sent(
                    client_id, UUID(answer["id"]), self.conversations[phone], text, tries, asked_at, time.time()
                )
                self.ledger.sent[client_id] = sent
                return sent
            if status not in (0, 503):
                self.ledger.complaints.append(f"the API answered {status} to {text}: {answer}")
            if not keeps_asking:
                self.ledger.given_up[client_id] = text
                return None
            await asyncio.sleep(_RETRY_AFTER_S)
        self.ledger.given_up[client_id] = text
        self.ledger.complaints.append(
            f"the API did not accept {text} within {patience_s:g} s of calm, it answered {heard[-20:]}"
        )
        return None


async def _is_set_within(event: asyncio.Event, timeout_s: float) -> bool:
    try:
        async with asyncio.timeout(timeout_s):
            await event.wait()
    except TimeoutError:
        return False
    return True
