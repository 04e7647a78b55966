"""The phone face: what a person sees and does on the customer's phone."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from tests.channels.whatsapp_simulator.rig import Rig
from tests.channels.whatsapp_simulator.test_users import BUTTONS, LIST


async def customer(rig: Rig) -> str:
    return (await rig.phone("/customers", {"name": "Ana"}))["id"]


async def changes(rig: Rig, who: str, after: str = "0", wait_s: float = 0) -> Any:
    return await rig.phone(f"/customers/{who}/changes?after={after}&wait_s={wait_s}", method="GET")


async def test_phone_introduces_itself(rig: Rig) -> None:
    who = await customer(rig)
    shown = await rig.phone("", method="GET")
    assert shown["business"] == {"name": "Sandbox Shop", "address": "+44 207-946-0123"}
    assert [item["id"] for item in shown["customers"]] == [who]
    assert {"text", "image", "reaction", "button", "list"} <= set(shown["offers"])


async def test_message_and_answer_with_ticks(rig: Rig) -> None:
    who = await customer(rig)
    mine = await rig.phone(f"/customers/{who}/messages", {"kind": "text", "text": "Hi"})
    assert (mine["direction"], mine["status"]) == ("outgoing", "sent")
    await rig.drain()
    seen = await changes(rig, who)
    assert [message["status"] for message in seen["messages"]] == ["delivered"]
    phone = (await rig.phone("", method="GET"))["customers"][0]["phone"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": mine["id"]}
    typing = {**body, "typing_indicator": {"type": "text"}}
    await rig.graph("POST", f"{rig.number_id}/messages", typing)
    seen = await changes(rig, who, seen["cursor"])
    assert seen["typing"]
    assert [message["status"] for message in seen["messages"]] == ["read"]
    wamid = await rig.sent(to=phone, context={"message_id": mine["id"]})
    await rig.drain()
    seen = await changes(rig, who, seen["cursor"])
    assert not seen["typing"]
    (answer,) = seen["messages"]
    assert (answer["text"], answer["direction"], answer["status"]) == ("Hello", "incoming", "delivered")
    assert answer["quoted"] == {"id": mine["id"], "text": "Hi"}
    assert rig.business.states_of(wamid) == ["sent", "delivered"], "nobody has looked yet"
    assert (await rig.phone(f"/customers/{who}/read", {}))["read"] == 1
    await rig.drain()
    assert rig.business.states_of(wamid) == ["sent", "delivered", "read"]


async def test_typing_ends_after_25_seconds(rig: Rig) -> None:
    who = await customer(rig)
    mine = await rig.phone(f"/customers/{who}/messages", {"kind": "text", "text": "Hi"})
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": mine["id"]}
    await rig.graph("POST", f"{rig.number_id}/messages", {**body, "typing_indicator": {"type": "text"}})
    await rig.advance(24)
    assert (await changes(rig, who))["typing"]
    cursor = (await changes(rig, who))["cursor"]
    waiting = asyncio.create_task(changes(rig, who, cursor, 10))
    await rig.advance(2)
    assert not (await waiting)["typing"]


async def test_long_poll_wakes_at_the_next_change_and_times_out_without_one(rig: Rig) -> None:
    who = await customer(rig)
    cursor = (await changes(rig, who))["cursor"]
    assert (await changes(rig, who, cursor, 0.05))["messages"] == []
    waiting = asyncio.create_task(changes(rig, who, cursor, 20))
    await rig.phone(f"/customers/{who}/messages", {"kind": "text", "text": "wake"})
    assert [message["text"] for message in (await waiting)["messages"]] == ["wake"]


async def test_buttons_lists_templates_and_media_are_shown_and_answered(rig: Rig) -> None:
    who = await customer(rig)
    phone = (await rig.phone("", method="GET"))["customers"][0]["phone"]
    await rig.phone(f"/customers/{who}/messages", {"kind": "text", "text": "Hi"})
    first = await rig.sent("interactive", BUTTONS, to=phone)
    await rig.sent("interactive", LIST, to=phone)
    parameters = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "7"}]
    template = {
        "name": "order_update",
        "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    await rig.sent("template", template, to=phone)
    await rig.drain()
    shown = {message["kind"]: message for message in (await changes(rig, who))["messages"]}
    assert shown["buttons"]["buttons"] == [{"id": "yes", "title": "Yes"}]
    assert shown["list"]["list"]["sections"][0]["rows"][0]["title"] == "One"
    assert shown["template"]["template"]["body"] == "Hello Ana, your order 7 is on its way to you."
    answer = {"kind": "button", "message_id": first, "reply": {"id": "yes"}}
    assert (await rig.phone(f"/customers/{who}/messages", answer))["text"] == "Yes"
    await rig.phone(f"/customers/{who}/messages", {**answer, "reply": {"id": "no"}}, status=400)


async def test_picture_can_be_fetched_again(rig: Rig) -> None:
    who = await customer(rig)
    media = {"base64": base64.b64encode(b"picture").decode(), "mime": "image/png", "name": "a.png"}
    message = await rig.phone(f"/customers/{who}/messages", {"kind": "image", "media": media, "caption": "see"})
    assert (message["caption"], message["media"]["size"]) == ("see", 7)
    headers = {"Authorization": f"Bearer {rig.simulator.control_token}"}
    async with rig.http.get(rig.simulator.url + message["media"]["url"], headers=headers) as answer:
        assert (answer.content_type, await answer.read()) == ("image/png", b"picture")


async def test_reactions_of_both_sides_sit_on_the_message(rig: Rig) -> None:
    who = await customer(rig)
    phone = (await rig.phone("", method="GET"))["customers"][0]["phone"]
    mine = await rig.phone(f"/customers/{who}/messages", {"kind": "text", "text": "Hi"})
    await rig.sent("reaction", {"message_id": mine["id"], "emoji": "👍"}, to=phone)
    await rig.phone(f"/customers/{who}/messages", {"kind": "reaction", "message_id": mine["id"], "emoji": "❤️"})
    (message,) = (await changes(rig, who))["messages"]
    assert message["reactions"] == [{"by": "business", "emoji": "👍"}, {"by": "customer", "emoji": "❤️"}]


async def test_phone_without_receipts_or_network(rig: Rig) -> None:
    who = await customer(rig)
    phone = (await rig.phone("", method="GET"))["customers"][0]["phone"]
    await rig.phone(f"/customers/{who}/messages", {"kind": "text", "text": "Hi"})
    assert not (await rig.phone(f"/customers/{who}/online", {"online": False}))["online"]
    wamid = await rig.sent(to=phone)
    await rig.advance(5)
    assert len((await changes(rig, who))["messages"]) == 1, "offline: nothing arrives"
    assert not (await rig.phone(f"/customers/{who}/receipts", {"receipts": False}))["receipts"]
    await rig.phone(f"/customers/{who}/online", {"online": True})
    await rig.drain()
    await rig.phone(f"/customers/{who}/read", {})
    await rig.drain()
    assert rig.business.states_of(wamid) == ["sent", "delivered"]
