"""What becomes of a message after the 200: statuses, windows, pricing, failures."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.channels.whatsapp_simulator.rig import PHONE, Rig

US_PHONE = "12125550123"
UTILITY = {
    "name": "order_update",
    "language": {"code": "en_US"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "7"}]}],
}
MARKETING = {
    "name": "spring_offer",
    "language": {"code": "en_US"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ana"}]}],
}


async def test_statuses_come_in_order_with_echo_contacts_and_one_pricing(rig: Rig) -> None:
    await rig.user()
    await rig.writes()
    wamid = await rig.sent(biz_opaque_callback_data="attempt-1")
    await rig.drain()
    statuses = rig.business.statuses_of(wamid)
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert all(status["biz_opaque_callback_data"] == "attempt-1" for status in statuses)
    assert all(status["recipient_id"] == PHONE and status["recipient_user_id"].startswith("GB.") for status in statuses)
    assert [status.get("pricing") for status in statuses] == [
        None,
        {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"},
        None,
    ]
    assert all("contacts" in value for value in rig.business.changes("messages"))


@pytest.mark.parametrize(("seconds", "states"), [(86_399, ["sent", "delivered", "read"]), (86_401, ["failed"])])
async def test_service_window_closes_after_24_hours(rig: Rig, seconds: int, states: list[str]) -> None:
    await rig.user()
    await rig.writes()
    await rig.advance(seconds)
    wamid = await rig.sent()
    await rig.drain()
    assert rig.business.states_of(wamid) == states


async def test_failed_status_has_no_contacts_and_the_documented_error(rig: Rig) -> None:
    wamid = await rig.sent()
    await rig.drain()
    (value,) = rig.business.changes("messages")
    assert "contacts" not in value
    (status,) = value["statuses"]
    assert status["id"] == wamid
    assert "recipient_user_id" not in status, "addressed by phone"
    assert status["errors"][0]["code"] == 131047
    assert status["errors"][0]["title"] == status["errors"][0]["message"] == "Re-engagement message"
    assert status["errors"][0]["href"].endswith("/error-codes")


async def test_window_error_can_be_synchronous(rig: Rig) -> None:
    await rig.knobs(window_errors_are_sync=True)
    assert await rig.refused() == (400, 131047)


async def test_template_passes_a_closed_window(rig: Rig) -> None:
    wamid = await rig.sent("template", UTILITY)
    await rig.drain()
    statuses = rig.business.statuses_of(wamid)
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert statuses[1]["pricing"]["category"] == "utility"
    assert statuses[1]["pricing"]["type"] == "regular"


async def failure(rig: Rig, kind: str = "text", content: Any = None, **keys: Any) -> int:
    wamid = await rig.sent(kind, content, **keys)
    await rig.drain()
    (status,) = rig.business.statuses_of(wamid)
    assert status["status"] == "failed"
    return status["errors"][0]["code"]


async def test_each_reason_fails_with_its_code(rig: Rig) -> None:
    await rig.user()
    await rig.open_window()
    await rig.user("447700900201", is_on_whatsapp=False)
    assert await failure(rig, to="+447700900201") == 131026
    await rig.control(f"users/{PHONE}/block", {"number_id": rig.number_id})
    assert await failure(rig) == 131026
    await rig.control(f"users/{PHONE}/block", {"number_id": rig.number_id, "blocked": False})
    await rig.user("447700900202", is_in_experiment=True)
    assert await failure(rig, "template", UTILITY, to="+447700900202") == 130472
    await rig.user("447700900203", is_marketing_capped=True)
    assert await failure(rig, "template", MARKETING, to="+447700900203") == 131049
    assert await failure(rig, "template", MARKETING, to=f"+{US_PHONE}") == 131049
    await rig.control(f"users/{PHONE}/marketing", {"number_id": rig.number_id, "value": "stop"})
    assert await failure(rig, "template", MARKETING) == 131050
    await rig.control(f"accounts/{rig.account_id}", {"is_payment_ok": False})
    assert await failure(rig, "template", UTILITY) == 131042
    await rig.control(f"accounts/{rig.account_id}", {"is_payment_ok": True})
    assert await failure(rig, "reaction", {"message_id": "wamid.none", "emoji": "👍"}) == 131009
    assert await failure(rig, recipient_identity_key_hash="other") == 137000
    assert await failure(rig, "image", {"link": "http://127.0.0.1:9/none.png"}) == 131053


async def test_blocked_user_cannot_write_and_our_sends_fail(rig: Rig) -> None:
    await rig.user()
    await rig.writes()
    path = f"{rig.number_id}/block_users"
    body = {"messaging_product": "whatsapp", "block_users": [{"user": f"+{PHONE}"}, {"user": "+447700900299"}]}
    status, answer = await rig.graph("POST", path, body)
    assert (status, answer["error"]["code"]) == (400, 139100)
    assert [user["wa_id"] for user in answer["block_users"]["added_users"]] == [PHONE]
    assert answer["block_users"]["failed_users"][0]["errors"][0]["code"] == 131047
    rig.business.clear()
    assert (await rig.writes())["blocked"]
    assert await failure(rig) == 130403
    assert not rig.business.messages()
    _, listed = await rig.graph("GET", path)
    assert [item["wa_id"] for item in listed["data"]] == [PHONE]
    status, answer = await rig.graph("DELETE", path, {**body, "block_users": [{"user": f"+{PHONE}"}]})
    assert (status, len(answer["block_users"]["removed_users"])) == (200, 1)
    await rig.sent()


async def test_portfolio_tier_counts_unique_users_in_24_hours(rig: Rig) -> None:
    await rig.control(f"accounts/{rig.account_id}", {"tier": 2})
    phones = ["447700900301", "447700900302", "447700900303"]
    for phone in phones[:2]:
        await rig.sent("template", UTILITY, to=f"+{phone}")
        await rig.drain()
    assert await failure(rig, "template", UTILITY, to=f"+{phones[2]}") == 131048
    again = await rig.sent("template", UTILITY, to=f"+{phones[0]}")
    await rig.advance(86_401)
    fresh = await rig.sent("template", UTILITY, to=f"+{phones[2]}")
    await rig.drain()
    assert "delivered" in rig.business.states_of(again)
    assert "delivered" in rig.business.states_of(fresh)
    assert rig.business.changes("business_capability_update")


async def test_read_may_come_without_delivered(rig: Rig) -> None:
    await rig.knobs(skip_delivered=1.0)
    await rig.open_window()
    wamid = await rig.sent()
    await rig.drain()
    assert rig.business.states_of(wamid) == ["sent", "read"]
    assert rig.business.statuses_of(wamid)[1]["pricing"]["category"] == "service"


@pytest.mark.parametrize("carrier", ["sent", "delivered", "read"])
async def test_pricing_travels_on_the_chosen_status_only(rig: Rig, carrier: str) -> None:
    await rig.knobs(pricing_on=carrier)
    await rig.open_window()
    wamid = await rig.sent()
    await rig.drain()
    assert [status["status"] for status in rig.business.statuses_of(wamid) if "pricing" in status] == [carrier]


async def test_no_read_without_receipts_and_nothing_while_offline(rig: Rig) -> None:
    await rig.user(has_receipts=False)
    await rig.control(f"users/{PHONE}", {"is_online": False})
    await rig.open_window()
    wamid = await rig.sent()
    await rig.advance(60)
    assert rig.business.states_of(wamid) == ["sent"]
    await rig.control(f"users/{PHONE}", {"is_online": True})
    await rig.drain()
    assert rig.business.states_of(wamid) == ["sent", "delivered"]


async def test_undelivered_by_its_time_to_live_is_dropped_silently(rig: Rig) -> None:
    await rig.user(is_online=False)
    await rig.open_window()
    wamid = await rig.sent()
    await rig.advance(30 * 86_400 + 1)
    await rig.control(f"users/{PHONE}", {"is_online": True})
    await rig.drain()
    assert rig.business.states_of(wamid) == ["sent"]
    assert (await rig.get(f"messages/{wamid}"))["status"] == "expired"


async def test_voice_is_played_and_reactions_only_sent(rig: Rig) -> None:
    await rig.user()
    incoming = await rig.writes()
    reaction = await rig.sent("reaction", {"message_id": incoming["id"], "emoji": "👍"})
    form = {"messaging_product": "whatsapp", "type": "audio/ogg"}
    media_id = await upload(rig, form, b"OggS....", "audio/ogg; codecs=opus")
    voice = await rig.sent("audio", {"id": media_id, "voice": True})
    await rig.drain()
    assert rig.business.states_of(reaction) == ["sent"]
    assert rig.business.states_of(voice) == ["sent", "delivered", "read", "played"]


async def upload(rig: Rig, fields: dict[str, str], content: bytes, mime: str) -> str:
    import aiohttp

    form = aiohttp.FormData(fields)
    form.add_field("file", content, filename="file", content_type=mime)
    status, answer = await rig.graph("POST", f"{rig.number_id}/media", data=form)
    assert status == 200, answer
    return answer["id"]


async def test_wrong_mime_for_the_type_fails_later(rig: Rig) -> None:
    await rig.open_window()
    media_id = await upload(rig, {"messaging_product": "whatsapp"}, b"%PDF", "application/pdf")
    assert await failure(rig, "image", {"id": media_id}) == 131053


async def set_time(rig: Rig, text: str) -> None:
    at = datetime.datetime.fromisoformat(text).timestamp()
    await rig.control("clock", {"set": at, "jump": True})


async def test_thousand_service_deliveries_are_free_each_month_of_the_account_time_zone(rig: Rig) -> None:
    """999 and 1000 are free, 1001 costs; the new month begins at midnight in the account's time zone."""
    await rig.control(f"accounts/{rig.account_id}", {"timezone": "America/Sao_Paulo"})
    await set_time(rig, "2026-11-30T20:00:00+00:00")
    await rig.control(f"numbers/{rig.number_id}", {"service_deliveries": {"2026-11": 998}})
    await rig.open_window()

    async def price() -> str:
        wamid = await rig.sent()
        await rig.drain()
        return next(status["pricing"]["type"] for status in rig.business.statuses_of(wamid) if "pricing" in status)

    assert [await price() for _ in range(3)] == ["free_customer_service", "free_customer_service", "regular"]
    await set_time(rig, "2026-12-01T02:59:00+00:00")
    assert await price() == "regular", "still November in São Paulo"
    await set_time(rig, "2026-12-01T03:01:00+00:00")
    assert await price() == "free_customer_service"


async def test_before_october_2026_service_and_utility_in_the_window_are_free(rig: Rig) -> None:
    await set_time(rig, "2026-09-30T12:00:00+00:00")
    await rig.control(f"numbers/{rig.number_id}", {"service_deliveries": {"2026-09": 5000}})
    await rig.open_window()
    service, utility = await rig.sent(), await rig.sent("template", UTILITY)
    await rig.drain()
    kinds = {
        status["pricing"]["category"]: status["pricing"]["type"]
        for wamid in (service, utility)
        for status in rig.business.statuses_of(wamid)
        if "pricing" in status
    }
    assert kinds == {"service": "free_customer_service", "utility": "free_customer_service"}


async def test_free_entry_point_lasts_72_hours_from_the_answer_but_opens_no_window(rig: Rig) -> None:
    await rig.user()
    referral = {"source_url": "https://fb.me/x", "source_id": "1", "source_type": "ad", "ctwa_clid": "c"}
    await rig.writes(referral=referral)
    await rig.drain()
    assert rig.business.messages()[0]["referral"] == referral
    await rig.advance(3600)

    async def outcome(kind: str = "text", content: Any = None) -> tuple[str, str | None]:
        wamid = await rig.sent(kind, content)
        await rig.drain()
        last = rig.business.statuses_of(wamid)
        priced = next((status["pricing"] for status in last if "pricing" in status), None)
        return last[-1]["status"], f"{priced['type']}/{priced['category']}" if priced else None

    free = "free_entry_point/referral_conversion"
    assert await outcome() == ("read", free)
    await rig.advance(24 * 3600)
    assert await outcome() == ("failed", None), "the entry point is open, the window is not"
    assert await outcome("template", UTILITY) == ("read", free)
    await rig.advance(48 * 3600)
    assert await outcome("template", UTILITY) == ("read", "regular/utility")


async def test_payment_problem_leaves_the_free_allowance(rig: Rig) -> None:
    await rig.control(f"accounts/{rig.account_id}", {"is_payment_ok": False})
    await rig.open_window()
    wamid = await rig.sent()
    await rig.drain()
    assert "delivered" in rig.business.states_of(wamid)
    await rig.control(f"numbers/{rig.number_id}", {"service_deliveries": {"2026-11": 1000}})
    assert await failure(rig) == 131042


async def test_pricing_analytics_sum_what_was_delivered(rig: Rig) -> None:
    await rig.open_window()
    await rig.sent()
    await rig.sent("template", UTILITY)
    await rig.drain()
    now = int(rig.simulator.world.now())
    fields = (
        f"pricing_analytics.start({now - 86400 * 2}).end({now}).granularity(DAILY).dimensions(PRICING_CATEGORY,COUNTRY)"
    )
    _, answer = await rig.graph("GET", f"{rig.account_id}?fields={fields}")
    points = answer["pricing_analytics"]["data"][0]["data_points"]
    assert {(point["pricing_category"], point["country"], point["volume"]) for point in points} == {
        ("SERVICE", "GB", 1),
        ("UTILITY", "GB", 1),
    }


async def test_statuses_are_held_back_and_released(rig: Rig) -> None:
    await rig.knobs(hold_statuses=True)
    await rig.open_window()
    wamids = [await rig.sent() for _ in range(5)]
    await rig.drain()
    assert not rig.business.requests
    assert (await rig.get("log/counters"))["held"] == 5
    assert (await rig.control("statuses/release", {}))["released"] == 5
    await rig.drain()
    assert all(rig.business.states_of(wamid) == ["sent", "delivered", "read"] for wamid in wamids)


async def test_read_receipt_and_typing_need_a_real_message(rig: Rig) -> None:
    await rig.user()
    first, second = await rig.writes(), await rig.writes()
    path = f"{rig.number_id}/messages"
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": second["id"]}
    status, answer = await rig.graph("POST", path, {**mark, "typing_indicator": {"type": "text"}})
    assert (status, answer) == (200, {"success": True})
    assert (await rig.get(f"messages/{first['id']}"))["status"] == "read", "earlier messages are read too"
    status, answer = await rig.graph("POST", path, {**mark, "message_id": "wamid.unknown"})
    assert (status, answer["error"]["code"]) == (400, 131009)
    await rig.advance(30 * 86_400 + 1)
    status, _ = await rig.graph("POST", path, mark)
    assert status == 400
