"""Connecting a number through the API: the real simulator as the provider, the real ingress behind the callback URL."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.ports import free_port
from tests.web.conftest import Browser, Server, browser_of, running_server, set_up
from threadline.actions.accept_deliveries import DeliveryWriter
from threadline.actions.channel_secrets import open_endpoint_secrets
from threadline.channels.registry import all_channel_types
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.web.ingress import Endpoints, Ingress, line_store, open_ingress_pool

SIMULATOR = "threadline.channels.types.whatsapp.simulator"


class Provider:
    """The simulator with its control face."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"}

    async def sandbox(self, **wishes: Any) -> dict[str, Any]:
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.url}/_control/sandbox", json=wishes, headers=self._headers) as answer,
        ):
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found


@pytest.fixture(scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Provider, Path]]:
    """Started as `serve` starts it: token and state in the data folder."""
    import sys

    data = tmp_path_factory.mktemp("provider")
    (data / "simulator").mkdir()
    port, token_file = free_port(), data / "simulator" / "whatsapp.token"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", SIMULATOR, "--port", str(port), "--control-token-file", str(token_file),
        "--ready-file", str(data / "ready"),
    )  # fmt: skip
    async with asyncio.timeout(20):
        while not (data / "ready").exists():
            await asyncio.sleep(0.05)
    yield Provider(f"http://127.0.0.1:{port}", token_file.read_text()), data
    process.terminate()
    await process.wait()


@pytest.fixture(scope="module")
async def desk(database_url: str, provider: tuple[Provider, Path]) -> AsyncIterator[Server]:
    simulator, data = provider
    overrides: dict[str, Any] = {"GRAPH_URL": simulator.url, "SIMULATORS": f"whatsapp={simulator.url}"}
    async with running_server(database_url, data, **overrides) as server, open_ingress_pool(database_url) as pool:
        writer = DeliveryWriter(line_store(pool), hints=lambda topics: None)
        endpoints = Endpoints(
            pool,
            types=all_channel_types(),
            open_secrets=lambda sealed, endpoint_id: open_endpoint_secrets(server.keyring, endpoint_id, sealed),
        )
        server.web._ingress = Ingress(  # type: ignore[assignment]
            endpoints=endpoints,
            writer=writer,
            pool=pool,
            blobs=server.web.context.blobs,
            public_url=server.url,
            now=utc_now,
            new_id=new_id,
        )

        def hear(topics: frozenset[str]) -> None:
            """As the bus does in a whole process."""
            server.web.hub.hint(topics)
            if any(topic.startswith("endpoint:") for topic in topics):
                endpoints.forget()

        server.database.hints = hear
        yield server
        await writer.drain()


def values_of(made: dict[str, Any]) -> dict[str, str]:
    return {
        "token": made["token"],
        "account": made["account_id"],
        "address": made["number_id"],
        "app_secret": made["app_secret"],
        "verify_token": "a-verify-token-of-ours",
    }


async def connect(browser: Browser, made: dict[str, Any], name: str = "Sales") -> Any:
    return await browser.post("/api/channels", {"type": "whatsapp", "name": name, "values": values_of(made)})


async def test_from_the_form_to_a_channel_that_receives(desk: Server, provider: tuple[Provider, Path]) -> None:
    made = await provider[0].sandbox()
    async with browser_of(desk) as admin:
        await set_up(admin)
        fields = (await admin.get("/api/channel-types")).json["items"][0]["fields"]
        assert {one["name"] for one in fields} == set(values_of(made))
        empty = await admin.post("/api/channels/check", {"type": "whatsapp", "values": {}})
        assert {one["state"] for one in empty.json["checks"]} <= {"waiting", "ok"}
        assert empty.json["checks"][0]["says"] == [{"code": "enter_token", "values": {}}]
        checked = await admin.post("/api/channels/check", {"type": "whatsapp", "values": values_of(made)})
        states = {one["name"]: one["state"] for one in checked.json["checks"]}
        assert states["token"] == states["account"] == states["number"] == states["app_secret"] == "ok", states
        number = next(one for one in checked.json["checks"] if one["name"] == "number")
        assert number["says"][0] == {"code": "number_shown", "values": {"number": number["detail"].split(", ")[0]}}
        secret = values_of(made) | {"app_secret": "0" * 32}
        refused = await admin.post("/api/channels", {"type": "whatsapp", "name": "Sales", "values": secret})
        assert refused.json["reason"] == refused.json["errors"][0]["reason"], refused.raw
        assert refused.json["reason"].startswith("secret_of_another_app")

        connected = await connect(admin, made)
        assert connected.status == 201, connected.raw
        channel = connected.json
        assert channel["callback_url"] == checked.json["callback_url"]
        assert channel["secrets"]["token"] == {"is_set": True, "last4": made["token"][-4:]}
        assert made["token"] not in connected.raw.decode()
        assert (await connect(admin, made)).status == 409

        rotated = await admin.patch(f"/api/channels/{channel['id']}", {"values": {"token": "not-a-token"}})
        assert (rotated.status, rotated.json["errors"][0]["field"]) == (422, "values.token")
        moved = await admin.patch(f"/api/channels/{channel['id']}", {"values": {"address": "12345678"}})
        assert moved.status == 422
        paused = await admin.patch(
            f"/api/channels/{channel['id']}", {"state": "paused", "settings": {"sends_per_second": 5}}
        )
        assert (paused.json["state"], paused.json["settings"]) == ("paused", {"sends_per_second": "5"})

        synced = await admin.post(f"/api/channels/{channel['id']}/templates/sync")
        assert {one["name"] for one in synced.json["items"]} == {one["name"] for one in made["templates"]}
        order = next(one for one in synced.json["items"] if one["name"] == "order_update")
        assert [(one["part"], one["name"]) for one in order["variables"]] == [("body", "1"), ("body", "2")]

        assert (await admin.delete(f"/api/channels/{channel['id']}")).status == 204
        assert (await admin.get(f"/api/channels/{channel['id']}")).json["state"] == "disconnected"
        assert (await connect(admin, made)).status == 201


async def test_equal_requests_with_a_key_connect_one_channel(desk: Server, provider: tuple[Provider, Path]) -> None:
    made = await provider[0].sandbox()
    async with browser_of(desk) as admin:
        await set_up(admin)
        body = {"type": "whatsapp", "name": "Sales", "values": values_of(made)}
        headers = {"Idempotency-Key": "connect"}
        answers = await asyncio.gather(*(admin.post("/api/channels", body, headers=headers) for _ in range(5)))
        answers.append(await admin.post("/api/channels", body, headers=headers))
        assert {one.status for one in answers} == {201}, [one.raw for one in answers]
        assert len({one.raw for one in answers}) == 1
        assert len((await admin.get("/api/channels")).json["items"]) == 1
        other = await admin.post("/api/channels", body | {"name": "Other"}, headers=headers)
        assert other.status == 422
        async with desk.database.transaction(Role.ENGINE) as session:
            kept = await (await session.raw()).fetchval("select response from idempotency_keys where key = 'connect'")
        assert kept
        assert b"a-verify-token-of-ours" not in kept


async def test_numbers_of_one_app_share_an_address_and_another_workspace_cannot_take_one(
    desk: Server, provider: tuple[Provider, Path]
) -> None:
    first = await provider[0].sandbox()
    second = await provider[0].sandbox(app_id=first["app_id"], account_id=first["account_id"], phone="15557654321")
    assert first["number_id"] != second["number_id"]
    async with browser_of(desk) as admin, browser_of(desk) as other:
        await set_up(admin)
        await set_up(other)
        one, two = (await connect(admin, first)).json, (await connect(admin, second)).json
        assert one["callback_url"] == two["callback_url"]
        taken = await connect(other, first)
        assert taken.status == 409
        async with desk.database.transaction(Role.ENGINE) as session:
            held = await (await session.raw()).fetchval(
                "select count(*) from channels where address = $1 and state <> 'disconnected'", first["number_id"]
            )
        assert held == 1


@pytest.mark.parametrize("field", ["token", "account", "address", "app_secret"])
async def test_a_missing_value_is_named(desk: Server, provider: tuple[Provider, Path], field: str) -> None:
    values = values_of(await provider[0].sandbox()) | {field: ""}
    async with browser_of(desk) as admin:
        await set_up(admin)
        answer = await admin.post("/api/channels", {"type": "whatsapp", "name": "Sales", "values": values})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, f"values.{field}")
        strange = await admin.post("/api/channels", {"type": "whatsapp", "name": "S", "values": values | {"x": "y"}})
        assert strange.json["errors"][0]["field"] == "values.x"


async def test_the_practice_phone_is_handed_on(desk: Server, provider: tuple[Provider, Path]) -> None:
    made = await provider[0].sandbox(name="Practice")
    async with browser_of(desk) as admin:
        await set_up(admin)
        channel_id = (await connect(admin, made)).json["id"]
        path = f"/api/practice/{channel_id}"
        assert (await admin.get(path)).status == 404  # a real channel has no phone
        async with desk.database.transaction(Role.ENGINE) as session:
            await (await session.raw()).execute(
                "update channels set is_practice = true where address = $1",
                made["number_id"],
            )
        overview = await admin.get(path)
        assert overview.json["business"]["name"] == "Practice"
        customer = (await admin.post(f"{path}/customers", {"name": "Cem"})).json
        wrote = await admin.post(f"{path}/customers/{customer['id']}/messages", {"kind": "text", "text": "Hi"})
        assert wrote.status in (200, 201), wrote.raw
        changes = await admin.get(f"{path}/customers/{customer['id']}/changes?wait_s=0")
        assert [one["text"] for one in changes.json["messages"]] == ["Hi"]
        for bad in ("../_control/state", "..%2f_control", "customers/../../x"):
            assert (await admin.get(f"{path}/{bad}")).status in (404, 405, 422)
