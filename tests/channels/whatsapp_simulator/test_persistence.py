"""Everything survives a restart: state, media, clock, pending outcomes, undelivered webhooks; and the process."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.channels.whatsapp_simulator.rig import Business, Rig, make_business, wait_for
from threadline.channels.types.whatsapp.simulator import Simulator

ROOT = Path(__file__).parents[3]


async def test_round_trip_keeps_everything_and_finishes_what_was_pending(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    async with make_business() as business, aiohttp.ClientSession() as http:
        business.verify_token = "v"
        business.always = 503
        async with Simulator(seed=5, state_file=path, control_token="c").running() as simulator:
            rig = Rig(simulator, business, http)
            await rig.control("clock", {"freeze": True})
            rig.box = await rig.control("sandbox", {"phone": "442079460123", "verify_token": "v"})
            await rig.control("subscriptions", {"app_id": rig.box["app_id"], "callback_url": business.url})
            await rig.user()
            media = {"base64": base64.b64encode(b"picture").decode(), "mime": "image/png", "name": "a.png"}
            picture = await rig.writes(kind="image", media=media)
            await wait_for(lambda: len(business.requests) == 2)  # once, and again at once
            wamid = await rig.sent(biz_opaque_callback_data="kept")
            await rig.control("clock", {"set": simulator.world.now() + 3, "jump": True})
            now = simulator.world.now()
            before = await rig.get("snapshot")
        undelivered = business.requests[0]
        business.always = None
        business.clear()
        async with Simulator(state_file=path, control_token="c").running() as simulator:
            rig.simulator = simulator
            assert simulator.world.now() == now
            again = await rig.control(
                "sandbox", {key: rig.box[key] for key in ("app_id", "account_id", "number_id", "token")}
            )
            assert {**again, "base_url": ""} == {**rig.box, "base_url": "", "callback_url": business.url}
            await rig.drain()
            assert undelivered[1] in [body for _, body in business.requests], (
                "the webhook that nobody took comes again with the same bytes"
            )
            assert business.states_of(wamid) == ["sent", "delivered", "read"]
            assert business.statuses_of(wamid)[0]["biz_opaque_callback_data"] == "kept"
            log = await rig.get("log")
            assert [item["wamid"] for item in log["items"]] == [wamid]
            assert log["items"][0]["body"]["text"] == {"body": "Hello"}
            headers = {"Authorization": f"Bearer {simulator.control_token}"}
            async with http.get(simulator.url + picture["media"]["url"], headers=headers) as answer:
                assert await answer.read() == b"picture"
            after = await rig.get("snapshot")
            for name in ("apps", "tokens", "users", "templates", "media", "threads"):
                assert after[name] == before[name], name
            assert await rig.sent() != wamid


async def test_torn_last_line_of_a_killed_process_is_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    simulator = Simulator(state_file=path, control_token="c")
    async with simulator.running(), aiohttp.ClientSession() as http:
        rig = Rig(simulator, Business(), http)
        rig.box = await rig.control("sandbox", {"phone": "442079460123"})
        await rig.open_window()
        wamid = await rig.sent()
    with (tmp_path / "state.json.d" / "messages.jsonl").open("ab") as file:
        file.write(b'{"id":"wamid.torn","se')
    simulator = Simulator(state_file=path)
    assert list(simulator.world.messages) == [wamid]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_process_serves_announces_itself_and_survives(tmp_path: Path, how: signal.Signals) -> None:
    async def launch() -> tuple[asyncio.subprocess.Process, str, str]:
        (tmp_path / "ready").unlink(missing_ok=True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "threadline.channels.types.whatsapp.simulator", "--port", "0",
            "--control-token-file", str(tmp_path / "token"), "--state-file", str(tmp_path / "state.json"),
            "--ready-file", str(tmp_path / "ready"), cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await wait_for((tmp_path / "ready").exists, 10)
        return process, (tmp_path / "ready").read_text(), (tmp_path / "token").read_text()

    process, url, token = await launch()
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        async with http.post(f"{url}/_control/sandbox", json={"number_id": "106540352242922"}) as answer:
            box = await answer.json()
        state = tmp_path / "state.json"
        await wait_for(lambda: state.exists() and box["app_id"] in state.read_text())
        process.send_signal(how)
        assert await asyncio.wait_for(process.wait(), 10) == (0 if how is signal.SIGTERM else -9)
        process, url, token_again = await launch()
        assert token_again == token
        async with http.post(f"{url}/_control/sandbox", json={"number_id": "106540352242922", "app_id": box["app_id"],
                                                              "account_id": box["account_id"]}) as answer:  # fmt: skip
            assert {**await answer.json(), "base_url": ""} == {**box, "base_url": ""}
        process.terminate()
        await process.wait()


def test_it_stands_alone() -> None:
    """A twin that shares code with its original proves nothing: only the standard library, packages and itself."""
    folder = ROOT / "threadline/channels/types/whatsapp/simulator"
    for file in folder.glob("*.py"):
        text = file.read_text()
        assert "from threadline" not in text, file
        assert "import threadline" not in text, file
        assert "from .." not in text, file
