"""The delivery engine: signatures, bytes, batches, retries over seven days, overrides, faults."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json

import pytest

from tests.channels.whatsapp_simulator.rig import Rig, make_business, wait_for
from threadline.channels.types.whatsapp.simulator.delivery import sign

VECTORS = [
    (
        '{"object":"whatsapp_business_account","entry":[]}',
        "dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
    ),
    (
        '{"object": "whatsapp_business_account", "entry": []}',
        "56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a",
    ),
]


@pytest.mark.parametrize(("body", "digest"), VECTORS)
def test_signature_vectors_of_the_reference(body: str, digest: str) -> None:
    assert sign("test_app_secret", body.encode()) == f"sha256={digest}"


def is_signed(headers: dict[str, str], body: bytes, secret: str = "test_app_secret") -> bool:
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return headers.get("X-Hub-Signature-256") == expected


async def test_exact_bytes_are_signed_compact_and_escaped_by_default(rig: Rig) -> None:
    await rig.user(name="Zoë 😮")
    await rig.writes(text="Grüße")
    await rig.drain()
    ((headers, body),) = rig.business.requests
    assert is_signed(headers, body)
    assert headers["Content-Type"] == "application/json"
    assert body.isascii()
    assert b"Gr\\u00fc\\u00dfe" in body
    assert b'": ' not in body
    envelope = json.loads(body)
    assert envelope["object"] == "whatsapp_business_account"
    assert set(envelope["entry"][0]) == {"id", "changes"}, "messages carry no time"


@pytest.mark.parametrize(("style", "piece"), [("utf8", "Grüße".encode()), ("spaced", b'"text": {"body": "Gr\\u00fc')])
async def test_other_json_styles(rig: Rig, style: str, piece: bytes) -> None:
    await rig.knobs(json=style)
    await rig.user()
    await rig.writes(text="Grüße")
    await rig.drain()
    ((headers, body),) = rig.business.requests
    assert piece in body
    assert is_signed(headers, body)


async def test_account_news_carry_the_time(rig: Rig) -> None:
    await rig.control(f"numbers/{rig.number_id}", {"quality": "RED", "news": True})
    await rig.drain()
    (body,) = rig.business.bodies()
    assert body["entry"][0]["time"] == int(rig.simulator.world.now())
    assert body["entry"][0]["changes"][0]["field"] == "phone_number_quality_update"


@pytest.mark.parametrize("mode", ["single", "messages", "changes", "entries"])
async def test_batch_modes_lose_nothing(rig: Rig, mode: str) -> None:
    await rig.knobs(batch_mode=mode, is_delivering=False, batch_size=4)
    for n in range(6):
        await rig.user(f"4477009004{n:02d}", f"U{n}")
        await rig.writes(f"4477009004{n:02d}", text=str(n))
    await rig.knobs(is_delivering=True)
    await rig.drain()
    assert sorted(message["text"]["body"] for message in rig.business.messages()) == list("012345")
    bodies = rig.business.bodies()
    assert len(bodies) == (6 if mode == "single" else 2)
    first = max(bodies, key=lambda body: len(json.dumps(body)))
    shape = (
        len(first["entry"]),
        len(first["entry"][0]["changes"]),
        len(first["entry"][0]["changes"][0]["value"]["messages"]),
    )
    assert shape == {"single": (1, 1, 1), "messages": (1, 1, 4), "changes": (1, 4, 1), "entries": (4, 1, 1)}[mode]
    for value in rig.business.changes():
        known = {contact["user_id"] for contact in value["contacts"]}
        assert {message["from_user_id"] for message in value["messages"]} <= known


async def test_no_body_exceeds_three_megabytes_or_a_thousand_updates(rig: Rig) -> None:
    await rig.knobs(batch_mode="messages", is_delivering=False, batch_size=5000)
    await rig.user()
    for _ in range(150):
        await rig.writes(text="ü" * 4096)
    await rig.knobs(is_delivering=True)
    await rig.drain()
    assert len(rig.business.messages()) == 150
    assert 1 < len(rig.business.requests) < 8
    assert max(len(body) for _, body in rig.business.requests) <= 3 * 1024 * 1024


async def test_retries_follow_the_ladder_for_seven_virtual_days_with_identical_bytes(rig: Rig) -> None:
    rig.business.always = 500
    await rig.user()
    await rig.writes()
    await rig.advance(7 * 86_400 + 60)
    tries = (await rig.get("webhooks"))["history"]
    gaps = [round(b["at"] - a["at"]) for a, b in itertools.pairwise(tries)]
    assert gaps[:10] == [0, 10, 60, 300, 900, 3600, 7200, 14400, 28800, 43200]
    assert set(gaps[10:]) == {43200}
    assert tries[-1]["at"] - tries[0]["at"] <= 7 * 86_400
    assert len({body for _, body in rig.business.requests}) == 1
    assert len({headers["X-Hub-Signature-256"] for headers, _ in rig.business.requests}) == 1
    counts = (await rig.get("log/counters"))["counts"]
    assert counts["webhooks_dropped"] == 1
    assert (await rig.get("webhooks"))["undelivered"] == []
    rig.business.always = None
    rig.business.clear()
    await rig.advance(86_400)
    assert not rig.business.requests, "dropped means dropped"


@pytest.mark.parametrize("status", [201, 204, 302, 404, 503])
async def test_only_200_counts(rig: Rig, status: int) -> None:
    rig.business.statuses = [status]
    await rig.user()
    await rig.writes()
    await rig.drain()
    assert len(rig.business.requests) == 2


async def test_number_override_beats_account_override_beats_app(rig: Rig) -> None:
    await rig.user()

    async def destination() -> str:
        await rig.writes()
        await rig.drain()
        return (await rig.get("webhooks"))["history"][-1]["url"].removeprefix(rig.business.url)

    assert await destination() == ""
    override = {"override_callback_uri": f"{rig.business.url}/account", "verify_token": "verify-me"}
    assert (await rig.graph("POST", f"{rig.account_id}/subscribed_apps", override))[0] == 200
    assert await destination() == "/account"
    override = {"override_callback_uri": f"{rig.business.url}/number", "verify_token": "verify-me"}
    assert (await rig.graph("POST", rig.number_id, {"webhook_configuration": override}))[0] == 200
    assert await destination() == "/number"
    _, shown = await rig.graph("GET", f"{rig.number_id}?fields=webhook_configuration")
    assert shown["webhook_configuration"] == {
        "application": rig.business.url,
        "whatsapp_business_account": f"{rig.business.url}/account",
        "phone_number": f"{rig.business.url}/number",
    }
    await rig.graph("POST", rig.number_id, {"webhook_configuration": {"override_callback_uri": ""}})
    await rig.graph("POST", f"{rig.account_id}/subscribed_apps")
    assert await destination() == ""


async def test_subscription_verifies_and_refuses_without_the_challenge(rig: Rig) -> None:
    app_token = f"{rig.box['app_id']}|{rig.box['app_secret']}"
    params = {
        "object": "whatsapp_business_account",
        "callback_url": rig.business.url,
        "fields": "messages,account_update",
    }
    path = f"{rig.box['app_id']}/subscriptions"
    status, answer = await rig.graph("POST", path, {**params, "verify_token": "wrong"}, token=app_token)
    assert (status, answer["error"]["code"]) == (400, 2200)
    status, answer = await rig.graph("POST", path, {**params, "verify_token": "verify-me"}, token=app_token)
    assert (status, answer) == (200, {"success": True})
    await rig.control(f"numbers/{rig.number_id}", {"quality": "RED", "news": True})
    await rig.user()
    await rig.writes()
    await rig.drain()
    assert [change["field"] for body in rig.business.bodies() for change in body["entry"][0]["changes"]] == ["messages"]


async def test_two_subscribed_apps_both_receive(rig: Rig) -> None:
    async with make_business() as second:
        body = {"secret": "other", "callback_url": second.url, "account_ids": [rig.account_id]}
        await rig.control("apps", body)
        await rig.user()
        await rig.writes()
        await rig.drain()
        assert len(rig.business.messages()) == len(second.messages()) == 1
        assert is_signed(*second.requests[0], secret="other")


async def fault(rig: Rig, kind: str, **options: object) -> None:
    await rig.control("faults/webhooks", {"kind": kind, "count": 1, **options})
    await rig.user()
    await rig.writes(text="one")
    await rig.writes(text="two")
    await rig.drain()


async def test_duplicate_post_repeats_the_same_bytes(rig: Rig) -> None:
    await fault(rig, "duplicate_post")
    bodies = [body for _, body in rig.business.requests]
    assert len(bodies) == 3
    assert len(set(bodies)) == 2


async def test_duplicate_update_repeats_inside_one_body(rig: Rig) -> None:
    await fault(rig, "duplicate_update")
    ids = [message["id"] for message in rig.business.messages()]
    assert len(rig.business.requests) == 2
    assert (len(ids), len(set(ids))) == (3, 2)


async def test_reorder_lets_the_later_one_overtake(rig: Rig) -> None:
    await rig.knobs(workers=1)
    await fault(rig, "reorder")
    assert [message["text"]["body"] for message in rig.business.messages()] == ["two", "one"]


async def test_drop_first_is_delivered_by_its_retry(rig: Rig) -> None:
    await fault(rig, "drop_first")
    assert len(rig.business.requests) == 2
    assert {item["tries"] for item in (await rig.get("webhooks"))["history"]} == {1, 2}


async def test_wrong_and_missing_signatures(rig: Rig) -> None:
    await rig.control("faults/webhooks", {"kind": "missing_signature", "count": 1})
    await fault(rig, "wrong_signature")
    good = [is_signed(headers, body) for headers, body in rig.business.requests]
    assert good.count(True) == 1 or good.count(False) == 1
    assert any("X-Hub-Signature-256" not in headers for headers, _ in rig.business.requests)


async def test_unknown_things_are_added_beside_the_known(rig: Rig) -> None:
    await rig.control("faults/webhooks", {"kind": "unknown_field", "count": 1})
    await rig.control("faults/webhooks", {"kind": "extra_keys", "count": 1})
    await fault(rig, "unknown_type")
    fields = [change["field"] for body in rig.business.bodies() for change in body["entry"][0]["changes"]]
    assert "field_of_tomorrow" in fields
    types = [message["type"] for value in rig.business.changes("messages") for message in value["messages"]]
    assert sorted(types) == ["hologram", "text", "text"]
    assert "key_of_tomorrow" in rig.business.changes("messages")[0]


async def test_body_of_three_megabytes(rig: Rig) -> None:
    await fault(rig, "big_body", size_bytes=3_000_000)
    assert 2_990_000 < max(len(body) for _, body in rig.business.requests) <= 3 * 1024 * 1024
    assert len(rig.business.messages()) == 2


async def test_status_may_come_before_the_answer(rig: Rig) -> None:
    await rig.control("clock", {"freeze": False})
    await rig.open_window()
    await rig.control("faults/sends", {"kind": "status_first", "count": 1})
    wamid = await rig.sent()
    assert rig.business.states_of(wamid)[:1] == ["sent"], "told before the answer was read"


async def test_raw_webhook_goes_out_as_given(rig: Rig) -> None:
    body, digest = VECTORS[1]
    await rig.control("webhooks/raw", {"app_id": rig.box["app_id"], "body": body, "times": 2})
    await rig.drain()
    assert [content for _, content in rig.business.requests] == [body.encode()] * 2
    assert rig.business.requests[0][0]["X-Hub-Signature-256"] == f"sha256={digest}"


async def test_user_sees_delivered_only_when_the_business_answered_200(rig: Rig) -> None:
    rig.business.statuses = [500]
    await rig.user()
    message = await rig.writes()
    await wait_for(lambda: len(rig.business.requests) >= 1)
    await rig.drain()
    assert (await rig.get(f"messages/{message['id']}"))["status"] == "delivered"
    rig.business.always = 500
    message = await rig.writes()
    await rig.control("drain", {"timeout_s": 0.2})
    assert (await rig.get(f"messages/{message['id']}"))["status"] == "sent"
