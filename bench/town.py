"""Customers who write to the practice number of a running product, and agents who sit at its desk."""

import asyncio
import time
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
import msgspec

from bench.listeners import Heard, Listen, Start
from bench.load import Plan, Saw
from bench.processes import Child, Failed
from bench.serving import PASSWORD, Serving
from threadline.infra.postgres import EmbeddedPostgres

_CATCHES_UP_WITHIN_S = 900.0


@dataclass(frozen=True, slots=True)
class Town:
    """The number, its callback, what its webhooks are signed with; and the first admin, signed in."""

    serving: Serving
    number: str
    account: str
    secret: str
    path: str
    cookie: str
    csrf_token: str

    async def write(self, count: int, *, contacts: int, first: int = 0, per_second: float | None = None) -> None:
        """So many messages, each of one of these customers by chance; back when all are accepted."""
        plan = self._plan(count, contacts=contacts, first=first, per_second=per_second)
        load = await Child.begin("bench.load", plan)
        await load.ready()
        load.go()
        _check(await load.answer())

    def _plan(self, count: int, *, contacts: int, first: int, per_second: float | None) -> Plan:
        return Plan(
            port=self.serving.port,
            paths=[self.path],
            numbers=[self.number],
            account=self.account,
            secret=self.secret,
            count=count,
            connections=16,
            contacts=contacts,
            first_contact=first,
            per_second=per_second,
            run=uuid4().hex[:8],
        )

    async def write_to_many(
        self, token: str, *, sockets: int, per_second: float, seconds: float, contacts: int, first: int
    ) -> tuple[float, Heard]:
        """At that rate, while so many sockets listen beside the browser.

        Returns when message 0 was due (seconds of the epoch; message n comes n / `per_second` later) and what the
        sockets heard.
        """
        count = int(per_second * seconds)
        rows = await self.query("select max(last_seq) as position from feed_counters")
        listen = Listen(
            port=self.serving.port,
            token=token,
            sockets=sockets,
            position=rows[0]["position"],
            per_second=per_second,
            count=count,
            within_s=seconds + 60,
        )
        listeners = await Child.begin("bench.listeners", listen)
        await listeners.ready()
        plan = self._plan(count, contacts=contacts, first=first, per_second=per_second)
        plan.starts_at = starts_at = time.time() + 3
        load = await Child.begin("bench.load", plan)
        await load.ready()
        listeners.go()
        listeners.tell(Start(starts_at))
        load.go()
        _check(await load.answer())
        heard = msgspec.json.decode(await listeners.answer(), type=Heard)
        if heard.closed or heard.messages != count * sockets:
            raise Failed(f"{heard.closed} sockets closed, {heard.messages} of {count * sockets} messages heard")
        return starts_at, heard

    async def settle(self) -> None:
        """Everything that was written stands in its conversation, and every consumer of the feed has read of it."""
        ends = time.monotonic() + _CATCHES_UP_WITHIN_S
        while time.monotonic() < ends:
            rows = await self.query(
                "select exists (select from deliveries where state = 'open' and channel_id is not null) as is_open,"
                " (select sum(f.last_seq - c.position) from consumers c join feed_counters f using (workspace_id))"
                "  as behind"
            )
            if not rows[0]["is_open"] and not rows[0]["behind"]:
                return
            await asyncio.sleep(0.5)
        raise Failed(f"the messages were not received in {_CATCHES_UP_WITHIN_S:g} s")

    async def query(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        server = EmbeddedPostgres(self.serving.folder)
        await asyncio.to_thread(server.start)  # adopts the one that runs
        try:
            connection = await asyncpg.connect(server.url)
            try:
                return await connection.fetch(statement, *arguments)
            finally:
                await connection.close()
        finally:
            await asyncio.to_thread(server.stop)

    async def ask(self, method: str, path: str, body: object | None = None) -> dict[str, object]:
        """The API, as the admin. Raises Failed when it refuses."""
        headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf_token, "Origin": self.serving.url}
        url = f"{self.serving.url}/api{path}"
        async with self.serving.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.read()
            if answer.status >= 300:
                raise Failed(f"{method} {path}: {answer.status} {text.decode(errors='replace')[:500]}")
            return msgspec.json.decode(text, type=dict[str, object]) if text else {}

    async def make_token(self) -> str:
        """For listeners that are no browsers."""
        await self._prove()
        # Without the last two, the number of a message is masked as a telephone number's.
        scopes = ["conversations:read", "addresses:read", "addresses:read_in_messages"]
        made = await self.ask("POST", "/tokens", {"name": "bench", "scopes": scopes})
        return str(made["token"])

    async def _prove(self) -> None:
        """As if the password had just been given, which would replace the cookie of pages that are open."""
        await self.query("update sessions set proved_at = now()")

    async def invite(self, name: str) -> str:
        """Somebody to hand conversations to: the id of a new agent."""
        await self._prove()
        email = f"{uuid4().hex[:8]}@example.org"
        made = await self.ask("POST", "/invitations", {"email": email, "role": "agent", "sees": "all"})
        token = str(made["link"]).partition("token=")[2]
        person = {"token": token, "name": name, "password": PASSWORD, "locale": "en"}
        url, headers = f"{self.serving.url}/api/invitation", {"Origin": self.serving.url}
        async with self.serving.http.post(url, json=person, headers=headers) as answer:
            session = await answer.json()
            return str(session["agent"]["id"])


async def find_town(serving: Serving) -> Town:
    """Sets the product up; the number is the practice number of its sandbox."""
    cookie, csrf_token = await serving.set_up()
    known = msgspec.json.decode((serving.folder / "simulator" / "whatsapp.sandbox.json").read_bytes(), type=dict)
    town = Town(
        serving, str(known["number_id"]), str(known["account_id"]), str(known["app_secret"]), "", cookie, csrf_token
    )
    rows = await town.query("select key from endpoints limit 1")
    return Town(serving, town.number, town.account, town.secret, f"/hooks/{rows[0]['key']}", cookie, csrf_token)


def _check(answer: bytes) -> None:
    saw = msgspec.json.decode(answer, type=Saw)
    if not saw.is_clean:
        raise Failed(f"webhooks were answered {saw.statuses}")
