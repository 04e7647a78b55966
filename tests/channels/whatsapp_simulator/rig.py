"""A simulator in process, a business that receives its webhooks, and short words to drive both over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from threadline.channels.types.whatsapp.simulator import Simulator

START = datetime.datetime(2026, 11, 10, 12, 0, tzinfo=datetime.UTC).timestamp()
PHONE = "447700900100"
OWN_PHONE = "442079460123"


class Business:
    """The business's callback: keeps every request; `statuses` are the next answers, 200 when it is empty."""

    def __init__(self) -> None:
        self.url = ""
        self.verify_token = ""
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.always: int | None = None

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            is_known = request.query.get("hub.verify_token") == self.verify_token
            return web.Response(text=request.query.get("hub.challenge", "")) if is_known else web.Response(status=403)
        self.requests.append((dict(request.headers), await request.read()))
        if self.always is not None:
            return web.Response(status=self.always)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]

    def changes(self, field: str | None = None) -> list[dict[str, Any]]:
        """The values of all changes in order, of one field if it is named."""
        return [
            change["value"]
            for body in self.bodies()
            for entry in body["entry"]
            for change in entry["changes"]
            if field is None or change["field"] == field
        ]

    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.changes("messages") for message in value.get("messages", [])]

    def statuses_of(self, wamid: str) -> list[dict[str, Any]]:
        return [
            status
            for value in self.changes("messages")
            for status in value.get("statuses", [])
            if status["id"] == wamid
        ]

    def states_of(self, wamid: str) -> list[str]:
        return [status["status"] for status in self.statuses_of(wamid)]

    def clear(self) -> None:
        self.requests.clear()


class Rig:
    def __init__(self, simulator: Simulator, business: Business, http: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.business = business
        self.http = http
        self.box: dict[str, Any] = {}

    @property
    def number_id(self) -> str:
        return self.box["number_id"]

    @property
    def account_id(self) -> str:
        return self.box["account_id"]

    async def control(
        self, path: str, body: Any = None, *, method: str = "POST", status: int = 200, face: str = "_control"
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.simulator.control_token}"}
        url = f"{self.simulator.url}/{face}/{path}"
        async with self.http.request(method, url, json=body, headers=headers) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return json.loads(text)

    async def get(self, path: str) -> Any:
        return await self.control(path, method="GET")

    async def phone(self, path: str, body: Any = None, *, method: str = "POST", status: int = 200) -> Any:
        return await self.control(f"{self.number_id}{path}", body, method=method, status=status, face="_phone")

    async def graph(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **options: Any
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token or self.box['token']}", **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        async with self.http.request(
            method, f"{self.simulator.url}/v26.0/{path}", headers=headers, **options
        ) as answer:
            return answer.status, json.loads(await answer.text())

    async def send(
        self, kind: str = "text", content: Any = None, *, to: str = f"+{PHONE}", **keys: Any
    ) -> tuple[int, Any]:
        body = {"messaging_product": "whatsapp", "type": kind, **keys}
        if to and "recipient" not in keys:
            body["to"] = to
        body[kind] = {"body": "Hello"} if content is None and kind == "text" else content
        return await self.graph("POST", f"{self.number_id}/messages", body)

    async def sent(self, kind: str = "text", content: Any = None, **keys: Any) -> str:
        """Send and expect acceptance; returns the wamid."""
        status, answer = await self.send(kind, content, **keys)
        assert status == 200, answer
        return answer["messages"][0]["id"]

    async def refused(self, kind: str = "text", content: Any = None, **keys: Any) -> tuple[int, int]:
        """Send and expect refusal; returns (HTTP status, code)."""
        status, answer = await self.send(kind, content, **keys)
        assert "error" in answer, answer
        error = answer["error"]
        assert error["type"] == "OAuthException"
        assert error["fbtrace_id"]
        if error["code"] >= 130000:
            assert error["error_data"]["messaging_product"] == "whatsapp"
            assert error["error_data"]["details"]
        return status, error["code"]

    async def user(self, phone: str = PHONE, name: str = "Ana", **settings: Any) -> dict[str, Any]:
        return await self.control("users", {"phone": phone, "name": name, **settings})

    async def writes(self, user: str = PHONE, kind: str = "text", **act: Any) -> dict[str, Any]:
        """The user writes to the business."""
        if kind == "text":
            act.setdefault("text", "Hi")
        return await self.control(f"users/{user}/messages", {"number_id": self.number_id, "kind": kind, **act})

    async def open_window(self, *phones: str) -> None:
        await self.control("windows", {"number_id": self.number_id, "phones": list(phones) or [PHONE]})

    async def knobs(self, **knobs: Any) -> None:
        await self.control("knobs", knobs)

    async def advance(self, seconds: float) -> None:
        await self.control("clock", {"advance_s": seconds})

    async def drain(self) -> None:
        answer = await self.control("drain", {"advance": True, "timeout_s": 10})
        assert answer["drained"], answer


@contextlib.asynccontextmanager
async def make_business() -> AsyncGenerator[Business]:
    business = Business()
    application = web.Application(client_max_size=8 * 1024 * 1024)
    application.router.add_route("*", "/hook", business.answer)
    application.router.add_route("*", "/hook/{which}", business.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    business.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield business
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def make_rig(*, state_file: Path | None = None, seed: int = 11, **knobs: Any) -> AsyncGenerator[Rig]:
    """A sandbox with a frozen clock, a +44 number, an open callback and nobody in it yet."""
    async with make_business() as business, aiohttp.ClientSession() as http:
        simulator = Simulator(seed=seed, knobs=knobs, state_file=state_file)
        async with simulator.running():
            rig = Rig(simulator, business, http)
            await rig.control("clock", {"freeze": True, "set": START, "jump": True})
            business.verify_token = "verify-me"
            rig.box = await rig.control(
                "sandbox", {"phone": OWN_PHONE, "verify_token": "verify-me", "app_secret": "test_app_secret"}
            )
            await rig.control("subscriptions", {"app_id": rig.box["app_id"], "callback_url": business.url})
            yield rig


async def wait_for(condition: Any, timeout_s: float = 5.0) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.005)
