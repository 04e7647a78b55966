"""Sends that go wrong on request, and the log that tells exactly what was accepted."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.channels.whatsapp_simulator.rig import PHONE, Rig


async def raw_send(rig: Rig, biz: str, timeout_s: float = 5.0) -> tuple[int, str, bytes]:
    """(status, content type, body) as an HTTP client sees it."""
    url = f"{rig.simulator.url}/v26.0/{rig.number_id}/messages"
    body = {
        "messaging_product": "whatsapp",
        "to": f"+{PHONE}",
        "type": "text",
        "text": {"body": "Hello"},
        "biz_opaque_callback_data": biz,
    }
    headers = {"Authorization": f"Bearer {rig.box['token']}"}
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    async with rig.http.post(url, json=body, headers=headers, timeout=timeout) as answer:
        return answer.status, answer.content_type, await answer.read()


async def accepted(rig: Rig) -> list[tuple[str, str | None]]:
    log = await rig.get("log")
    return [(item["biz_opaque_callback_data"], item["fault"]) for item in log["items"]]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("accept_reset", aiohttp.ClientConnectionError),
        ("accept_silent", TimeoutError),
        ("accept_half", aiohttp.ClientPayloadError),
    ],
)
async def test_accepted_but_never_properly_answered(rig: Rig, kind: str, error: type[Exception]) -> None:
    await rig.open_window()
    await rig.control("faults/sends", {"kind": kind, "count": 1})
    with pytest.raises(error):
        await raw_send(rig, "one", timeout_s=0.3)
    assert (await raw_send(rig, "two"))[0] == 200, "the fault struck once"
    assert await accepted(rig) == [("one", kind), ("two", None)]
    await rig.drain()
    echoes = [
        status["biz_opaque_callback_data"]
        for value in rig.business.changes("messages")
        for status in value["statuses"]
        if status["status"] == "delivered"
    ]
    assert sorted(echoes) == ["one", "two"], "what was accepted arrives"


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("accept_500", 500, "application/json"),
        ("accept_html", 502, "text/html"),
        ("accept_wrong_type", 200, "text/plain"),
    ],
)
async def test_accepted_but_answered_wrongly(rig: Rig, kind: str, status: int, content_type: str) -> None:
    await rig.open_window()
    await rig.control("faults/sends", {"kind": kind, "count": 1})
    assert (await raw_send(rig, "one"))[:2] == (status, content_type)
    assert await accepted(rig) == [("one", kind)]


@pytest.mark.parametrize(("kind", "status"), [("refuse_500", 500), ("refuse_html", 502), ("refuse_throttled", 429)])
async def test_refused_is_not_in_the_log(rig: Rig, kind: str, status: int) -> None:
    await rig.open_window()
    await rig.control("faults/sends", {"kind": kind, "count": 1})
    assert (await raw_send(rig, "one"))[0] == status
    assert await accepted(rig) == []


async def test_refused_by_reset_is_not_in_the_log(rig: Rig) -> None:
    await rig.control("faults/sends", {"kind": "refuse_reset"})
    with pytest.raises(aiohttp.ClientConnectionError):
        await raw_send(rig, "one")
    assert await accepted(rig) == []


async def test_faults_choose_by_predicate_skip_and_count(rig: Rig) -> None:
    await rig.open_window()
    await rig.control("faults/sends", {"kind": "refuse_500", "biz_prefix": "b", "skip": 1, "count": 2})
    names = ["a1", "b1", "b2", "a2", "b3", "b4"]
    answers = [(await raw_send(rig, name))[0] for name in names]
    assert answers == [200, 200, 500, 200, 500, 200]
    await rig.control("faults/sends", method="DELETE")
    assert (await rig.get("knobs"))["send_faults"] == []


async def test_probability_is_seeded(rig: Rig) -> None:
    await rig.open_window()
    await rig.knobs(ignores_pair_limit=True)
    await rig.control("faults/sends", {"kind": "refuse_500", "probability": 0.5})
    answers = [(await raw_send(rig, str(n)))[0] for n in range(60)]
    assert 15 < answers.count(500) < 45


async def test_delay_holds_no_other_send_back(rig: Rig) -> None:
    await rig.open_window()
    await rig.control("faults/sends", {"kind": "delay", "delay_s": 0.3, "biz_prefix": "slow"})
    slow = asyncio.create_task(raw_send(rig, "slow"))
    while not await accepted(rig):
        await asyncio.sleep(0.005)
    assert (await raw_send(rig, "fast"))[0] == 200
    assert not slow.done()
    assert (await slow)[0] == 200


async def test_log_pages_and_shows_duplicates(rig: Rig) -> None:
    await rig.open_window()
    for name in ("one", "two", "two"):
        await raw_send(rig, name)
    first = await rig.get("log?limit=2")
    assert (len(first["items"]), first["next"], first["total"]) == (2, 2, 3)
    rest = await rig.get(f"log?after={first['next']}")
    assert (len(rest["items"]), rest["next"]) == (1, None)
    assert first["items"][0]["body"]["text"] == {"body": "Hello"}
    compact = await rig.get("log?compact=1")
    assert [item[0] for item in compact["items"]] == ["one", "two", "two"]
    counters = await rig.get("log/counters")
    assert counters["duplicates"] == {"two": 2}
    assert (counters["accepted"], counters["distinct"]) == (3, 2)


async def test_fastest_second_is_observed(rig: Rig) -> None:
    await rig.open_window()
    for n in range(3):
        await raw_send(rig, str(n))
        await rig.advance(0.4)
    await rig.advance(5)
    await raw_send(rig, "late")
    assert (await rig.get("log/counters"))["max_in_1s"] == {rig.number_id: 3}


async def test_two_requests_in_one_packet_are_answered_in_order(rig: Rig) -> None:
    host, port = rig.simulator.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"GET /{rig.number_id}?fields=status&access_token={rig.box['token']} HTTP/1.1\r\nHost: x\r\n\r\n"
    writer.write(head.encode() + b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    text = (await reader.read()).decode()
    assert text.index("200 OK") < text.index("401 Unauthorized")
    writer.close()
