"""The provider as a test plays it: bodies made by hand, signed rightly, wrongly or not at all."""

import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.faults.house import House

Json = dict[str, Any]


@dataclass(slots=True)
class Provider:
    house: House
    name: str
    """Part of every id and text, so that nothing of one test is another's."""
    phone: str = "4915799000001"
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def message(
        self, text: str | None = None, *, phone: str | None = None, at: float | None = None, **more: Any
    ) -> Json:
        """A text of a customer, as it stands in a body."""
        number = next(self._numbers)
        return {
            "from": phone or self.phone,
            "id": f"wamid.{self.name}.{number}",
            "timestamp": str(int(at or time.time())),
            "type": "text",
            "text": {"body": text or f"{self.name} {number}"},
            **more,
        }

    def change(self, messages: Sequence[Json] = (), statuses: Sequence[Json] = (), **more: Any) -> Json:
        value: Json = {
            "messaging_product": "whatsapp",
            "metadata": {
                "display_phone_number": self.house.box["phone"],
                "phone_number_id": more.pop("number_id", self.house.number_id),
            },
            **more,
        }
        phones = dict.fromkeys(str(one["from"]) for one in messages if "from" in one)
        if phones:
            value["contacts"] = [{"profile": {"name": f"Customer {phone}"}, "wa_id": phone} for phone in phones]
        if messages:
            value["messages"] = list(messages)
        if statuses:
            value["statuses"] = list(statuses)
        return {"field": "messages", "value": value}

    def body(self, *changes: Json, account_id: str | None = None) -> bytes:
        account = account_id or str(self.house.box["account_id"])
        envelope = {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": list(changes)}]}
        return json.dumps(envelope).encode()

    def body_of(self, *messages: Json) -> bytes:
        return self.body(self.change(messages))

    def headers(self, body: bytes, *, secret: str | None = None) -> dict[str, str]:
        key = (secret or str(self.house.box["app_secret"])).encode()
        return {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
        }

    async def post(self, body: bytes, *, headers: dict[str, str] | None = None, timeout_s: float = 15) -> int | None:
        """The status of the answer; None if there was none."""
        given = self.headers(body) if headers is None else headers
        return await self.house.status_of(self.house.hook_url, data=body, headers=given, timeout_s=timeout_s)

    async def stored(self) -> list[str]:
        """The ids of this provider's messages, in the order of their numbers within each conversation."""
        rows = await self.house.query(
            "select provider_id from messages where direction = 'incoming' and starts_with(provider_id, $1)"
            " order by conversation_id, seq",
            f"wamid.{self.name}.",
        )
        return [row["provider_id"] for row in rows]

    async def wait_until_stored(self, ids: Sequence[str], *, within_s: float = 15) -> None:
        """All of them, and nothing of ours besides."""

        async def are_there() -> bool:
            return sorted(await self.stored()) == sorted(ids)

        try:
            await self.house.wait_for("what was accepted is stored", are_there, within_s=within_s)
        except AssertionError as error:
            have, want = set(await self.stored()), set(ids)
            raise AssertionError(f"missing {sorted(want - have)[:5]}, too many {sorted(have - want)[:5]}") from error

    async def is_quiet(self) -> None:
        """Everything posted so far has its end."""
        await self.house.wait_until_drained()
