"""Numbers, accounts, apps, tokens, media: the other endpoints of the Graph face, and what Meta does to them."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.channels.whatsapp_simulator.rig import Rig
from tests.channels.whatsapp_simulator.test_outcomes import MARKETING, UTILITY, upload


async def test_number_answers_only_the_asked_fields(rig: Rig) -> None:
    _, plain = await rig.graph("GET", rig.number_id)
    assert plain == {
        "verified_name": "Sandbox Shop",
        "code_verification_status": "VERIFIED",
        "display_phone_number": "+44 207-946-0123",
        "quality_rating": "GREEN",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "STANDARD"},
        "id": rig.number_id,
    }
    fields = "status,account_mode,whatsapp_business_manager_messaging_limit"
    _, asked = await rig.graph("GET", f"{rig.number_id}?fields={fields}")
    assert asked == {
        "status": "CONNECTED",
        "account_mode": "LIVE",
        "whatsapp_business_manager_messaging_limit": "TIER_100K",
        "id": rig.number_id,
    }
    _, listed = await rig.graph("GET", f"{rig.account_id}/phone_numbers")
    assert listed["data"] == [plain]


async def test_proof_of_another_app_is_refused(rig: Rig) -> None:
    def proof(secret: str) -> str:
        return hmac.new(secret.encode(), rig.box["token"].encode(), hashlib.sha256).hexdigest()

    status, _ = await rig.graph("GET", f"{rig.number_id}?fields=id&appsecret_proof={proof(rig.box['app_secret'])}")
    assert status == 200
    status, refused = await rig.graph("GET", f"{rig.number_id}?fields=id&appsecret_proof={proof('another')}")
    assert (status, refused["error"]["code"]) == (400, 100)


async def test_health_names_what_holds_messages_up(rig: Rig) -> None:
    path = f"{rig.number_id}?fields=health_status"
    assert (await rig.graph("GET", path))[1]["health_status"]["can_send_message"] == "AVAILABLE"
    await rig.control(f"accounts/{rig.account_id}", {"is_payment_ok": False})
    assert (await rig.graph("GET", path))[1]["health_status"]["can_send_message"] == "LIMITED"
    await rig.control(f"accounts/{rig.account_id}", {"ban": "DISABLE"})
    assert (await rig.graph("GET", path))[1]["health_status"]["can_send_message"] == "BLOCKED"
    assert await rig.refused() == (403, 131031)
    await rig.control(f"accounts/{rig.account_id}", {"ban": "REINSTATE", "is_payment_ok": True})
    await rig.drain()
    states = [value["ban_info"]["waba_ban_state"] for value in rig.business.changes("account_update")]
    assert states == ["DISABLE", "REINSTATE"]
    await rig.open_window()
    await rig.sent()


async def test_tenth_registration_in_72_hours_is_the_last(rig: Rig) -> None:
    register = {"messaging_product": "whatsapp", "pin": "123456"}
    for _ in range(5):
        assert (await rig.graph("POST", f"{rig.number_id}/deregister"))[0] == 200
        assert (await rig.graph("POST", f"{rig.number_id}/register", register))[0] == 200
    _, answer = await rig.graph("POST", f"{rig.number_id}/deregister")
    assert answer["error"]["code"] == 133016
    await rig.advance(71 * 3600)
    assert (await rig.graph("POST", f"{rig.number_id}/deregister"))[1]["error"]["code"] == 133016
    await rig.advance(3600 + 1)
    assert (await rig.graph("POST", f"{rig.number_id}/deregister"))[0] == 200
    wrong = {**register, "pin": "000000"}
    assert (await rig.graph("POST", f"{rig.number_id}/register", wrong))[1]["error"]["code"] == 133005


async def test_restriction_stops_templates_and_is_told(rig: Rig) -> None:
    kinds = ["RESTRICTED_BIZ_INITIATED_MESSAGING"]
    await rig.control(f"accounts/{rig.account_id}", {"restrictions": kinds, "expires_at": 1_800_000_000})
    assert await rig.refused("template", UTILITY) == (403, 368)
    await rig.open_window()
    await rig.sent()
    await rig.drain()
    (told,) = rig.business.changes("account_update")
    assert told == {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": kinds[0], "expiration": 1_800_000_000}],
    }
    await rig.control(f"accounts/{rig.account_id}", {"restrictions": [], "is_misclassifying": True})
    assert await rig.refused("template", UTILITY) == (400, 131064)
    await rig.control(f"accounts/{rig.account_id}", {"is_marketing_disabled": True})
    assert await rig.refused("template", MARKETING) == (400, 131063)


async def test_throughput_upgrade_and_display_name_are_told(rig: Rig) -> None:
    await rig.control(f"numbers/{rig.number_id}", {"rate_per_s": 1000, "news": True})
    await rig.graph("POST", rig.number_id, {"new_display_name": "Better Shop", "messaging_product": "whatsapp"})
    await rig.control(f"numbers/{rig.number_id}", {"name_decision": "APPROVED"})
    await rig.drain()
    assert rig.business.changes("phone_number_quality_update")[0]["event"] == "THROUGHPUT_UPGRADE"
    assert rig.business.changes("phone_number_name_update")[0]["requested_verified_name"] == "Better Shop"
    _, shown = await rig.graph("GET", f"{rig.number_id}?fields=throughput,verified_name")
    assert (shown["throughput"], shown["verified_name"]) == ({"level": "HIGH"}, "Better Shop")


async def fetch(rig: Rig, url: str, token: str | None) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    async with rig.http.get(url, headers=headers) as answer:
        await answer.read()
        return answer.status


async def test_media_url_lives_five_minutes_for_its_token_only(rig: Rig) -> None:
    media_id = await upload(rig, {"messaging_product": "whatsapp"}, b"\x89PNG", "image/png")
    _, described = await rig.graph("GET", media_id)
    url = described["url"]
    assert (described["mime_type"], described["file_size"], len(described["sha256"])) == ("image/png", 4, 64)
    assert urlsplit(url).path == "/whatsapp_business/attachments/"
    other = await rig.control("tokens", {"app_id": rig.box["app_id"]})
    assert await fetch(rig, url, rig.box["token"]) == 200
    assert await fetch(rig, url, None) == 401
    assert await fetch(rig, url, other["value"]) == 404
    assert await fetch(rig, url.replace("mid=", "mid=9"), rig.box["token"]) == 404
    await rig.advance(299)
    assert await fetch(rig, url, rig.box["token"]) == 200
    await rig.advance(1)
    assert await fetch(rig, url, rig.box["token"]) == 404
    await rig.advance(30 * 86_400)
    assert (await rig.graph("GET", media_id))[1]["error"]["error_subcode"] == 33
    assert await rig.refused("image", {"id": media_id}) == (400, 131009)


async def test_media_of_a_webhook_lives_seven_days(rig: Rig) -> None:
    await rig.user()
    await rig.writes(kind="image", media={"base64": "aGk=", "mime": "image/png"})
    await rig.drain()
    image = rig.business.messages()[0]["image"]
    assert await fetch(rig, image["url"], rig.box["token"]) == 200, "the url of the webhook works with the app's tokens"
    await rig.advance(7 * 86_400 - 1)
    assert (await rig.graph("GET", image["id"]))[0] == 200
    await rig.advance(1)
    assert (await rig.graph("GET", image["id"]))[0] == 400


async def test_media_limits(rig: Rig) -> None:
    async def refusal(content: bytes, mime: str) -> int:
        form = aiohttp.FormData({"messaging_product": "whatsapp"})
        form.add_field("file", content, filename="file", content_type=mime)
        _, answer = await rig.graph("POST", f"{rig.number_id}/media", data=form)
        return answer["error"]["code"]

    five_megabytes = 5 * 1024 * 1024
    assert await upload(rig, {"messaging_product": "whatsapp"}, b"x" * five_megabytes, "image/png")
    assert await refusal(b"x" * (five_megabytes + 1), "image/png") == 131053
    assert await refusal(b"x" * (100 * 1024 + 1), "image/webp") == 131053
    assert await refusal(b"x", "application/zip") == 100


async def test_resumable_upload_continues_where_it_stopped(rig: Rig) -> None:
    path = f"{rig.box['app_id']}/uploads?file_name=a.png&file_length=6&file_type=image/png"
    _, session = await rig.graph("POST", path)
    assert session["id"].startswith("upload:")
    _, half = await rig.graph("POST", session["id"], data=b"abc", headers={"file_offset": "0"})
    assert half["file_offset"] == 3
    assert (await rig.graph("POST", session["id"], data=b"abc", headers={"file_offset": "0"}))[0] == 400
    assert (await rig.graph("GET", session["id"]))[1]["file_offset"] == 3
    _, done = await rig.graph("POST", session["id"], data=b"def", headers={"file_offset": "3"})
    assert done["h"].startswith("4::")


async def test_tokens_are_described_and_exchanged(rig: Rig) -> None:
    _, described = await rig.graph("GET", f"debug_token?input_token={rig.box['token']}")
    assert described["data"]["is_valid"] is True
    assert "whatsapp_business_messaging" in described["data"]["scopes"]
    await rig.control("tokens", {"app_id": rig.box["app_id"], "value": "OLD", "expires_at": 1})
    _, described = await rig.graph("GET", "debug_token?input_token=OLD")
    assert described["data"]["is_valid"] is False
    query = f"client_id={rig.box['app_id']}&client_secret={rig.box['app_secret']}&grant_type=client_credentials"
    async with rig.http.get(f"{rig.simulator.url}/v26.0/oauth/access_token?{query}") as answer:
        assert (await answer.json())["access_token"] == f"{rig.box['app_id']}|{rig.box['app_secret']}"


async def test_management_calls_are_limited_by_the_hour(rig: Rig) -> None:
    await rig.graph("POST", f"{rig.number_id}/deregister")
    codes = [(await rig.graph("GET", f"{rig.account_id}/phone_numbers"))[0] for _ in range(200)]
    assert codes.count(400) == 1, "199 were left"
    await rig.advance(3600)
    assert (await rig.graph("GET", f"{rig.account_id}/phone_numbers"))[0] == 200


@pytest.mark.parametrize(
    ("values", "is_allowed"),
    [
        ({"about": "a" * 139}, True),
        ({"about": "a" * 140}, False),
        ({"about": ""}, False),
        ({"address": "a" * 256}, True),
        ({"address": "a" * 257}, False),
        ({"description": "a" * 513}, False),
        ({"email": "nobody"}, False),
        ({"websites": ["https://a.example", "https://b.example"]}, True),
        ({"websites": ["https://a.example"] * 3}, False),
        ({"websites": ["a.example"]}, False),
        ({"vertical": "RETAIL"}, True),
        ({"vertical": "SHOES"}, False),
    ],
)
async def test_profile_limits(rig: Rig, values: dict[str, Any], is_allowed: bool) -> None:
    path = f"{rig.number_id}/whatsapp_business_profile"
    status, answer = await rig.graph("POST", path, {"messaging_product": "whatsapp", **values})
    assert status == (200 if is_allowed else 400)
    if is_allowed:
        _, shown = await rig.graph("GET", f"{path}?fields={','.join(values)}")
        assert shown == {"data": [{"messaging_product": "whatsapp", **values}]}
    else:
        assert answer["error"]["code"] == 100


@pytest.mark.parametrize(
    ("name", "is_allowed"),
    [("shop", True), ("shop.one_2", True), ("ab", False), ("a" * 36, False), ("123", False), ("a..b", False),
     ("www.shop", False), ("shop.com", False), ("Shop", False)],
)  # fmt: skip
async def test_username_rules(rig: Rig, name: str, is_allowed: bool) -> None:
    status, answer = await rig.graph("POST", f"{rig.number_id}/username", {"username": name})
    assert status == (200 if is_allowed else 400)
    if not is_allowed:
        assert answer["error"]["code"] == 147002


async def test_sandbox_can_be_made_again(rig: Rig) -> None:
    ids = {key: rig.box[key] for key in ("app_id", "account_id", "number_id", "token", "app_secret", "verify_token")}
    again = await rig.control("sandbox", ids)
    assert again == {**rig.box, "callback_url": rig.business.url}
    assert {(item["name"], item["category"]) for item in again["templates"]} == {
        ("hello_world", "UTILITY"),
        ("order_update", "UTILITY"),
        ("spring_offer", "MARKETING"),
    }
    second = await rig.control(
        "sandbox", {"app_id": rig.box["app_id"], "account_id": rig.account_id, "phone": "442079460124"}
    )
    assert second["number_id"] != rig.number_id, "a second number of the same account"
    assert second["token"] == rig.box["token"]


async def test_sandbox_has_somebody_whose_phone_can_be_used_at_once(rig: Rig) -> None:
    """At the first start there is a phone to write on before anybody was asked for a name; a second makes nobody."""
    assert (await rig.control(rig.number_id, method="GET", face="_phone"))["customers"] == []
    ids = {key: rig.box[key] for key in ("app_id", "account_id", "number_id", "token")}
    for _ in range(2):
        await rig.control("sandbox", {**ids, "customer": "Elin Sandberg"})
    [customer] = (await rig.control(rig.number_id, method="GET", face="_phone"))["customers"]
    assert (customer["name"], customer["phone"][:8]) == ("Elin Sandberg", "+4477009")


async def test_drain_says_what_is_left_when_time_is_up(rig: Rig) -> None:
    rig.business.always = 500
    await rig.user()
    await rig.writes()
    answer = await rig.control("drain", {"timeout_s": 0.2})
    assert (answer["drained"], answer["undelivered_webhooks"]) == (False, 1)
    rig.business.always = None
    await rig.drain()
