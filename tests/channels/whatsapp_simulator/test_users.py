"""Who a user is: business-scoped ids, hidden phones, changes of number; and what a user can send."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.channels.whatsapp_simulator.rig import OWN_PHONE, PHONE, Rig

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n....").decode()


async def hidden_user(rig: Rig) -> str:
    """A user behind a username; returns the business-scoped id."""
    await rig.user()
    user = await rig.control(f"users/{PHONE}/username", {"username": "ana.b", "hides_phone": True})
    return user["bsuids"][rig.box["portfolio_id"]]


async def test_user_behind_a_username_has_no_phone_anywhere(rig: Rig) -> None:
    bsuid = await hidden_user(rig)
    await rig.writes()
    wamid = await rig.sent(recipient=bsuid)
    await rig.drain()
    assert PHONE.encode() not in b"".join(body for _, body in rig.business.requests)
    (message,) = rig.business.messages()
    assert "from" not in message
    assert message["from_user_id"] == bsuid
    contact = rig.business.changes("messages")[0]["contacts"][0]
    assert contact == {"profile": {"name": "Ana", "username": "ana.b"}, "user_id": bsuid}
    statuses = rig.business.statuses_of(wamid)
    assert all("recipient_id" not in status and status["recipient_user_id"] == bsuid for status in statuses)


async def test_answer_to_a_bsuid_names_it_back(rig: Rig) -> None:
    bsuid = await hidden_user(rig)
    await rig.writes()
    _, answer = await rig.send(recipient=bsuid)
    assert answer["contacts"] == [{"input": bsuid, "user_id": bsuid}]


async def test_phone_stays_visible_for_30_days_after_contact(rig: Rig) -> None:
    await rig.user()
    await rig.writes()
    await rig.control(f"users/{PHONE}/username", {"username": "ana.b"})
    await rig.advance(29 * 86_400)
    await rig.writes()
    await rig.drain()
    assert rig.business.messages()[-1]["from"] == PHONE
    await rig.advance(30 * 86_400 + 1)
    await rig.writes()
    await rig.drain()
    assert "from" not in rig.business.messages()[-1]


async def test_bsuid_of_another_portfolio_or_altered_is_refused(rig: Rig) -> None:
    bsuid = await hidden_user(rig)
    other = await rig.control("portfolios", {"name": "Other"})
    foreign = (await rig.get(f"users/{PHONE}"))["bsuids"][other["id"]]
    assert foreign != bsuid
    assert await rig.refused(recipient=foreign) == (400, 131009)
    assert await rig.refused(recipient=bsuid[:-1] + "x") == (400, 131009)


async def test_change_of_number_brings_a_new_id_and_a_system_message(rig: Rig) -> None:
    before = (await rig.user())["bsuids"][rig.box["portfolio_id"]]
    await rig.writes()
    await rig.drain()
    rig.business.clear()
    changed = await rig.control(f"users/{PHONE}/number", {"phone": "447700900555"})
    await rig.drain()
    after = changed["bsuids"][rig.box["portfolio_id"]]
    assert after != before
    (value,) = rig.business.changes("messages")
    assert "contacts" not in value
    (message,) = value["messages"]
    assert message["type"] == "system"
    assert message["from"] == PHONE
    assert message["system"] == {
        "type": "user_changed_number",
        "body": f"User Ana changed from {PHONE} to 447700900555",
        "wa_id": "447700900555",
        "user_id": after,
        "previous_user_id": before,
    }
    wamid = await rig.sent(recipient=before)
    await rig.drain()
    assert rig.business.statuses_of(wamid)[0]["errors"][0]["code"] == 131026, "the old id leads nowhere"
    await rig.writes("447700900555")
    await rig.drain()
    assert rig.business.messages()[-1]["from_user_id"] == after


async def test_change_that_is_not_shareable_tells_only_the_ids(rig: Rig) -> None:
    await hidden_user(rig)
    await rig.writes()
    await rig.control(f"users/{PHONE}/number", {})
    await rig.drain()
    message = rig.business.messages()[-1]
    assert message["system"]["type"] == "user_changed_user_id"
    assert "from" not in message
    assert "wa_id" not in message["system"]


async def test_identity_hash_comes_only_with_the_check_on(rig: Rig) -> None:
    user = await rig.user()
    await rig.writes()
    await rig.graph("POST", f"{rig.number_id}/settings", {"user_identity_change": {"enable_identity_key_check": True}})
    await rig.writes()
    await rig.drain()
    first, second = (value["contacts"][0] for value in rig.business.changes("messages"))
    assert "identity_key_hash" not in first
    assert second["identity_key_hash"] == user["identity_hash"]


async def test_marketing_preference_is_told(rig: Rig) -> None:
    await rig.user()
    for value in ("stop", "resume"):
        await rig.control(f"users/{PHONE}/marketing", {"number_id": rig.number_id, "value": value})
    await rig.drain()
    told = [value["user_preferences"][0] for value in rig.business.changes("user_preferences")]
    assert [item["value"] for item in told] == ["stop", "resume"]
    assert all(isinstance(item["timestamp"], int) and item["category"] == "marketing_messages" for item in told)


async def test_every_kind_arrives_in_its_documented_shape(rig: Rig) -> None:
    await rig.user()
    media = {"base64": PNG, "mime": "image/png", "name": "a.png"}
    await rig.writes(text="plain")
    await rig.writes(kind="image", media=media, caption="look")
    await rig.writes(kind="voice", media={"base64": PNG, "mime": "audio/ogg; codecs=opus"})
    await rig.writes(kind="document", media={**media, "mime": "application/pdf", "name": "a.pdf"})
    await rig.writes(kind="sticker", media={**media, "mime": "image/webp"})
    await rig.writes(kind="location", location={"latitude": 12.25, "longitude": 43.9, "name": "Harbour"})
    await rig.writes(kind="contacts", contacts=[{"name": {"formatted_name": "A B"}}])
    await rig.writes(kind="unsupported", sub_type="poll_creation")
    await rig.writes(text="passed on", forwarded=True)
    await rig.writes(
        kind="order",
        order={
            "catalog_id": "1",
            "product_items": [{"product_retailer_id": "S", "quantity": 2, "item_price": 30, "currency": "USD"}],
        },
    )
    await rig.drain()
    messages = {message["type"]: message for message in rig.business.messages()}
    assert messages["image"]["image"]["caption"] == "look"
    assert messages["image"]["image"]["mime_type"] == "image/png"
    assert len(base64.b64decode(messages["image"]["image"]["sha256"])) == 32
    assert messages["audio"]["audio"]["voice"] is True
    assert messages["document"]["document"]["filename"] == "a.pdf"
    assert messages["sticker"]["sticker"]["animated"] is False
    assert messages["location"]["location"] == {"latitude": 12.25, "longitude": 43.9, "name": "Harbour"}
    assert messages["unsupported"]["errors"][0]["code"] == 131051
    assert messages["unsupported"]["unsupported"] == {"type": "poll_creation"}
    assert messages["text"]["context"] == {"forwarded": True}
    assert messages["order"]["order"]["product_items"][0]["quantity"] == 2
    assert all(isinstance(message["timestamp"], str) for message in messages.values())


async def test_quote_and_reaction_name_the_message(rig: Rig) -> None:
    await rig.user()
    await rig.open_window()
    wamid = await rig.sent()
    await rig.drain()
    await rig.writes(text="this one", message_id=wamid)
    await rig.writes(kind="reaction", message_id=wamid, emoji="😮")
    await rig.writes(kind="reaction", message_id=wamid, emoji="")
    await rig.drain()
    quote, reaction, removed = rig.business.messages()
    assert quote["context"] == {"from": OWN_PHONE, "id": wamid}
    assert reaction["reaction"] == {"message_id": wamid, "emoji": "😮"}
    assert removed["reaction"] == {"message_id": wamid}


async def test_reaction_reaches_messages_of_its_own_conversation_only(rig: Rig) -> None:
    await rig.user()
    await rig.user("447700900101", "Ben")
    of_ana = (await rig.writes())["id"]
    await rig.writes("447700900101")
    wamid = await rig.sent("reaction", {"message_id": of_ana, "emoji": "👍"}, to="+447700900101")
    await rig.drain()
    assert rig.business.statuses_of(wamid)[0]["errors"][0]["code"] == 131009


BUTTONS: dict[str, Any] = {
    "type": "button",
    "body": {"text": "Sure?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Yes"}}]},
}
LIST: dict[str, Any] = {
    "type": "list",
    "body": {"text": "Which?"},
    "action": {"button": "Open", "sections": [{"rows": [{"id": "r1", "title": "One", "description": "first"}]}]},
}
FLOW: dict[str, Any] = {
    "type": "flow",
    "body": {"text": "Form"},
    "action": {
        "name": "flow",
        "parameters": {"flow_message_version": "3", "flow_id": "1", "flow_token": "tok", "flow_cta": "Open"},
    },
}


@pytest.mark.parametrize(
    ("content", "kind", "act", "expected"),
    [
        (
            BUTTONS,
            "button",
            {"reply": {"id": "yes"}},
            {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}},
        ),
        (
            LIST,
            "list",
            {"reply": {"id": "r1"}},
            {"type": "list_reply", "list_reply": {"id": "r1", "title": "One", "description": "first"}},
        ),
        (
            FLOW,
            "flow",
            {"response": {"rating": "4"}},
            {
                "type": "nfm_reply",
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token":"tok","rating":"4"}'},
            },
        ),
    ],
    ids=["button", "list", "flow"],
)
async def test_answers_are_checked_against_what_was_offered(
    rig: Rig, content: Any, kind: str, act: Any, expected: Any
) -> None:
    await rig.user()
    await rig.open_window()
    wamid = await rig.sent("interactive", content)
    await rig.drain()
    await rig.writes(kind=kind, message_id=wamid, **act)
    await rig.drain()
    message = rig.business.messages()[-1]
    assert message["interactive"] == expected
    assert message["context"] == {"from": OWN_PHONE, "id": wamid}
    refused = {"number_id": rig.number_id, "kind": "button", "message_id": wamid, "reply": {"id": "never offered"}}
    await rig.control(f"users/{PHONE}/messages", refused, status=400)


async def test_template_quick_reply_carries_its_payload(rig: Rig) -> None:
    await rig.user()
    template = {
        "name": "spring_offer",
        "language": {"code": "en_US"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"}]},
            {
                "type": "button",
                "sub_type": "quick_reply",
                "index": "1",
                "parameters": [{"type": "payload", "payload": "STOP"}],
            },
        ],
    }
    wamid = await rig.sent("template", template)
    await rig.drain()
    await rig.writes(kind="button", message_id=wamid, reply={"id": "1"})
    await rig.drain()
    assert rig.business.messages()[-1]["button"] == {"payload": "STOP", "text": "Unsubscribe"}


async def test_edit_and_delete_reach_coexistence_numbers_only(rig: Rig) -> None:
    await rig.user()
    original = (await rig.writes())["id"]
    await rig.writes(kind="edit", message_id=original, text="better")
    await rig.drain()
    assert rig.business.messages()[-1]["unsupported"] == {"type": "edit"}
    await rig.control(f"numbers/{rig.number_id}", {"is_coexistence": True})
    await rig.writes(kind="edit", message_id=original, text="better")
    await rig.writes(kind="revoke", message_id=original)
    await rig.drain()
    edit, revoke = rig.business.messages()[-2:]
    assert edit["edit"]["original_message_id"] == original
    assert edit["edit"]["message"]["text"] == {"body": "better"}
    assert revoke["revoke"] == {"original_message_id": original}


async def test_echo_of_the_business_app_opens_no_window(rig: Rig) -> None:
    await rig.user()
    await rig.control(f"numbers/{rig.number_id}", {"is_coexistence": True})
    await rig.control("echo", {"number_id": rig.number_id, "to": PHONE, "text": "from the phone"})
    wamid = await rig.sent()
    await rig.drain()
    (echo,) = rig.business.changes("smb_message_echoes")
    assert echo["message_echoes"][0]["from"] == OWN_PHONE
    assert echo["message_echoes"][0]["text"] == {"body": "from the phone"}
    assert rig.business.states_of(wamid) == ["failed"]


async def test_call_of_the_user_opens_the_window(rig: Rig) -> None:
    await rig.user()
    await rig.graph("POST", f"{rig.number_id}/settings", {"calling": {"status": "ENABLED"}})
    call = await rig.control(f"users/{PHONE}/call", {"number_id": rig.number_id})
    wamid = await rig.sent()
    accept = {
        "messaging_product": "whatsapp",
        "call_id": call["id"],
        "action": "accept",
        "session": {"sdp_type": "answer", "sdp": "v=0"},
    }
    assert (await rig.graph("POST", f"{rig.number_id}/calls", accept))[1]["success"]
    await rig.control(f"calls/{call['id']}", {"action": "hang_up"})
    await rig.drain()
    events = [value["calls"][0]["event"] for value in rig.business.changes("calls")]
    assert events == ["connect", "terminate"]
    assert "delivered" in rig.business.states_of(wamid)


async def test_business_call_needs_permission_first(rig: Rig) -> None:
    await rig.user()
    await rig.graph("POST", f"{rig.number_id}/settings", {"calling": {"status": "ENABLED"}})
    connect = {
        "messaging_product": "whatsapp",
        "to": f"+{PHONE}",
        "action": "connect",
        "session": {"sdp_type": "offer", "sdp": "v=0"},
    }
    status, answer = await rig.graph("POST", f"{rig.number_id}/calls", connect)
    assert (status, answer["error"]["code"]) == (400, 138006)
    await rig.writes()
    wamid = await rig.sent(
        "interactive",
        {
            "type": "call_permission_request",
            "body": {"text": "May we call?"},
            "action": {"name": "call_permission_request"},
        },
    )
    await rig.drain()
    await rig.writes(kind="call_permission", message_id=wamid, response="accept")
    _, permissions = await rig.graph("GET", f"{rig.number_id}/call_permissions?user_wa_id={PHONE}")
    assert permissions["permission"]["status"] == "temporary"
    status, answer = await rig.graph("POST", f"{rig.number_id}/calls", connect)
    assert answer["calls"][0]["id"].startswith("wacid.")
    await rig.control(f"calls/{answer['calls'][0]['id']}", {"action": "accept"})
    await rig.drain()
    states = [value["statuses"][0]["status"] for value in rig.business.changes("calls") if "statuses" in value]
    assert states == ["RINGING", "ACCEPTED"]


async def test_group_is_made_joined_and_written_to(rig: Rig) -> None:
    await rig.user()
    await rig.control(f"numbers/{rig.number_id}", {"is_official": True})
    body = {"messaging_product": "whatsapp", "subject": "Club"}
    _, answer = await rig.graph("POST", f"{rig.number_id}/groups", body)
    await rig.drain()
    (made,) = rig.business.changes("group_lifecycle_update")
    assert made["groups"][0]["request_id"] == answer["request_id"]
    group_id = made["groups"][0]["group_id"]
    await rig.control(f"users/{PHONE}/join", {"group_id": group_id})
    wamid = await rig.sent(to=group_id, recipient_type="group")
    assert await rig.refused("interactive", BUTTONS, to=group_id, recipient_type="group") == (400, 131051)
    await rig.drain()
    status = rig.business.statuses_of(wamid)[0]
    assert (status["recipient_type"], status["recipient_id"]) == ("group", group_id)
    assert status["recipient_participant_id"] == PHONE
