"""Templates: rules of creation, life cycle, parameters, pacing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.whatsapp_simulator.rig import PHONE, Rig

BODY = {"type": "BODY", "text": "Hello {{1}}, your parcel is here.", "example": {"body_text": [["Ana"]]}}


def definition(**changes: Any) -> dict[str, Any]:
    return {"name": "parcel", "language": "en_US", "category": "UTILITY", "components": [BODY], **changes}


async def create(rig: Rig, **changes: Any) -> tuple[int, Any]:
    return await rig.graph("POST", f"{rig.account_id}/message_templates", definition(**changes))


def send_body(*values: str, name: str = "parcel") -> dict[str, Any]:
    parameters = [{"type": "text", "text": value} for value in values]
    return {"name": name, "language": {"code": "en_US"}, "components": [{"type": "body", "parameters": parameters}]}


async def made(rig: Rig, **changes: Any) -> str:
    """An approved template; returns its id."""
    status, answer = await create(rig, **changes)
    assert status == 200, answer
    await rig.advance(5)
    return answer["id"]


async def test_review_approves_and_tells(rig: Rig) -> None:
    status, answer = await create(rig)
    assert (status, answer["status"], answer["category"]) == (200, "PENDING", "UTILITY")
    assert await rig.refused("template", send_body("Ana")) == (404, 132001)
    await rig.advance(5)
    assert await rig.sent("template", send_body("Ana"))
    (told,) = rig.business.changes("message_template_status_update")
    assert told == {
        "message_template_id": int(answer["id"]),
        "message_template_name": "parcel",
        "message_template_language": "en_US",
        "event": "APPROVED",
        "message_template_category": "UTILITY",
        "reason": "NONE",
    }


BAD = [
    pytest.param({"name": "Has Capitals"}, None, id="name"),
    pytest.param({"name": "n" * 513}, None, id="name length"),
    pytest.param({"language": "xx_YY"}, None, id="language"),
    pytest.param({"category": "SERVICE"}, None, id="category"),
    pytest.param({"components": []}, None, id="no body"),
    pytest.param({"components": [{"type": "BODY", "text": "x" * 1025}]}, 2388040, id="body length"),
    pytest.param({"components": [{**BODY, "text": "{{1}}, your parcel is here."}]}, 2388299, id="edge"),
    pytest.param({"components": [{**BODY, "text": "Hello {{2}}, your parcel is here."}]}, 2388072, id="gap"),
    pytest.param({"components": [{"type": "BODY", "text": BODY["text"]}]}, 2388072, id="no example"),
    pytest.param({"components": [{**BODY, "text": "Hi {{1}}."}]}, 2388293, id="ratio"),
    pytest.param({"components": [BODY, {"type": "FOOTER", "text": "f" * 61}]}, 2388073, id="footer"),
    pytest.param({"components": [BODY, {"type": "HEADER", "format": "TEXT", "text": "h" * 61}]}, 2388047, id="header"),
    pytest.param({"components": [BODY, {"type": "HEADER", "format": "IMAGE"}]}, 2388047, id="header sample"),
    pytest.param(
        {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "t" * 26}]}]},
        None,
        id="button",
    ),
    pytest.param(
        {
            "components": [
                BODY,
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": f"t{n}"} for n in range(11)]},
            ]
        },
        None,
        id="eleven buttons",
    ),
    pytest.param(
        {
            "components": [
                BODY,
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "a"},
                        {"type": "URL", "text": "b", "url": "https://example.com"},
                        {"type": "QUICK_REPLY", "text": "c"},
                    ],
                },
            ]
        },
        None,
        id="quick replies apart",
    ),
    pytest.param({"message_send_ttl_seconds": 29}, None, id="ttl"),
]


@pytest.mark.parametrize(("changes", "subcode"), BAD)
async def test_broken_rules_are_refused(rig: Rig, changes: Any, subcode: int | None) -> None:
    status, answer = await create(rig, **changes)
    assert (status, answer["error"]["code"]) == (400, 100)
    assert answer["error"].get("error_subcode") == subcode


async def test_same_name_same_words_and_deleted_names(rig: Rig) -> None:
    template_id = await made(rig)
    assert (await create(rig))[1]["error"]["error_subcode"] == 2388024
    assert (await create(rig, name="other"))[1]["error"]["error_subcode"] == 2388093
    assert (await create(rig, language="en_GB"))[0] == 200, "another language is another template"
    path = f"{rig.account_id}/message_templates?name=parcel&hsm_id={template_id}"
    assert (await rig.graph("DELETE", path))[1] == {"success": True}
    assert (await create(rig))[1]["error"]["error_subcode"] == 2388023
    await rig.advance(30 * 86_400 + 1)
    assert (await create(rig))[0] == 200


async def test_template_limit(rig: Rig) -> None:
    await rig.knobs(template_limit=4)
    assert (await create(rig))[0] == 200, "three come with the sandbox"
    words = {**BODY, "text": "Dear {{1}}, something else entirely."}
    assert (await create(rig, name="fifth", components=[words]))[1]["error"]["error_subcode"] == 2388019


async def test_edit_rules(rig: Rig) -> None:
    template_id = await made(rig)
    words = {**BODY, "text": "Dear {{1}}, your parcel waits for you."}
    assert (await rig.graph("POST", template_id, {"components": [words]}))[1]["success"]
    _, shown = await rig.graph("GET", f"{template_id}?fields=status,components")
    assert shown["status"] == "PENDING"
    assert shown["components"][0]["text"] == words["text"]
    status, _ = await rig.graph("POST", template_id, {"components": [words]})
    assert status == 400, "in review"
    await rig.advance(5)
    assert (await rig.graph("POST", template_id, {"components": [words]}))[0] == 400, "once in 24 hours"
    await rig.advance(86_401)
    assert (await rig.graph("POST", template_id, {"components": [words]}))[0] == 200
    await rig.advance(5)
    await rig.advance(86_401)
    assert (await rig.graph("POST", template_id, {"category": "MARKETING"}))[0] == 400, "its category is fixed"


async def test_rejected_template_can_be_edited_and_resubmitted(rig: Rig) -> None:
    await rig.knobs(review="reject")
    _, answer = await create(rig)
    await rig.advance(5)
    assert rig.business.changes("message_template_status_update")[-1]["event"] == "REJECTED"
    await rig.knobs(review="approve")
    await rig.graph("POST", answer["id"], {"components": [BODY]})
    await rig.advance(5)
    assert await rig.sent("template", send_body("Ana"))


async def test_bad_quality_pauses_3_hours_then_6_then_disables(rig: Rig) -> None:
    template_id = await made(rig)
    for hours in (3, 6):
        await rig.control(f"templates/{template_id}", {"action": "quality", "quality": "RED"})
        assert await rig.refused("template", send_body("Ana")) == (400, 132015)
        await rig.advance(hours * 3600 - 1)
        assert await rig.refused("template", send_body("Ana")) == (400, 132015)
        await rig.advance(2)
        assert await rig.sent("template", send_body("Ana"))
    await rig.control(f"templates/{template_id}", {"action": "quality", "quality": "RED"})
    assert await rig.refused("template", send_body("Ana")) == (400, 132016)
    await rig.drain()
    events = [value["event"] for value in rig.business.changes("message_template_status_update")]
    assert events == ["APPROVED", "PAUSED", "REINSTATED", "PAUSED", "REINSTATED", "DISABLED"]


async def test_recategorisation_announces_a_day_ahead(rig: Rig) -> None:
    template_id = await made(rig)
    await rig.control(f"templates/{template_id}", {"action": "recategorise", "category": "MARKETING"})
    await rig.advance(86_399)
    assert (await rig.graph("GET", f"{template_id}?fields=category"))[1]["category"] == "UTILITY"
    await rig.advance(2)
    assert (await rig.graph("GET", f"{template_id}?fields=category"))[1]["category"] == "MARKETING"
    notice, change = rig.business.changes("template_category_update")
    assert (notice["new_category"], notice["correct_category"]) == ("UTILITY", "MARKETING")
    assert (change["previous_category"], change["new_category"]) == ("UTILITY", "MARKETING")


async def test_parameters_must_fit(rig: Rig) -> None:
    await made(rig)
    status, answer = await rig.send("template", send_body())
    assert (status, answer["error"]["code"]) == (400, 132000)
    assert answer["error"]["error_data"]["details"] == (
        "body: number of localizable_params (0) does not match the expected number of params (1)"
    )
    assert await rig.refused("template", send_body("a", "b")) == (400, 132000)
    assert await rig.refused("template", send_body("new\nline")) == (400, 132012)
    assert await rig.refused("template", send_body("five     spaces")) == (400, 132012)
    assert await rig.sent("template", send_body("four    spaces"))
    image = {"type": "image", "image": {"link": "https://example.com/a.png"}}
    wrong = {**send_body(), "components": [{"type": "body", "parameters": [image]}]}
    assert await rig.refused("template", wrong) == (400, 132012)
    missing_language = {**send_body("Ana"), "language": {"code": "de"}}
    status, answer = await rig.send("template", missing_language)
    assert (status, answer["error"]["code"]) == (404, 132001)
    assert answer["error"]["error_data"]["details"] == "template name (parcel) does not exist in de"


async def test_named_parameters_come_in_any_order(rig: Rig) -> None:
    text = "Hello {{first_name}}, order {{order_no}} is on its way."
    examples = [{"param_name": "first_name", "example": "Ana"}, {"param_name": "order_no", "example": "7"}]
    body = {"type": "BODY", "text": text, "example": {"body_text_named_params": examples}}
    await made(rig, name="named", parameter_format="NAMED", components=[body])

    def named(**values: str) -> dict[str, Any]:
        parameters = [{"type": "text", "parameter_name": key, "text": value} for key, value in values.items()]
        return {**send_body(name="named"), "components": [{"type": "body", "parameters": parameters}]}

    assert await rig.sent("template", named(order_no="7", first_name="Ana"))
    assert await rig.refused("template", named(order_no="7", name="Ana")) == (400, 132012)


async def test_url_button_and_hydrated_length(rig: Rig) -> None:
    url = {"type": "URL", "text": "Track", "url": "https://example.com/{{1}}", "example": ["https://example.com/1"]}
    await made(rig, components=[BODY, {"type": "BUTTONS", "buttons": [url]}])
    assert await rig.refused("template", send_body("Ana")) == (400, 131008)
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "7"}]}
    good = send_body("Ana")
    good["components"].append(button)
    assert await rig.sent("template", good)
    long = send_body("x" * 1024)
    long["components"].append(button)
    assert await rig.refused("template", long) == (400, 132005)


async def test_authentication_template_needs_its_code_twice_and_a_phone(rig: Rig) -> None:
    otp = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
    components = [{"type": "BODY", "add_security_recommendation": True}, otp]
    await made(rig, name="code", category="AUTHENTICATION", components=components)
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "123456"}]}
    content = send_body("123456", name="code")
    assert await rig.refused("template", content) == (400, 131008)
    content["components"].append(button)
    assert await rig.sent("template", content)
    user = await rig.user()
    bsuid = user["bsuids"][rig.box["portfolio_id"]]
    assert await rig.refused("template", content, recipient=bsuid) == (400, 131062)


async def test_pacing_holds_a_part_until_it_is_released_or_paused(rig: Rig) -> None:
    await rig.knobs(pacing=True, review="instant")
    body = {**BODY, "text": "Dear {{1}}, everything is cheaper this week."}
    _, answer = await create(rig, name="offer", category="MARKETING", components=[body])
    states: dict[str, str] = {}
    for n in range(20):
        _, sent = await rig.send("template", send_body("Ana", name="offer"), to=f"+4477009006{n:02d}")
        states[sent["messages"][0]["id"]] = sent["messages"][0]["message_status"]
    held = [wamid for wamid, state in states.items() if state == "held_for_quality_assessment"]
    assert 3 < len(held) < 17
    await rig.drain()
    assert all(not rig.business.states_of(wamid) for wamid in held)
    await rig.control(f"templates/{answer['id']}", {"action": "pause_pacing"})
    await rig.drain()
    assert {rig.business.statuses_of(wamid)[0]["errors"][0]["code"] for wamid in held} == {132015}
    assert (await rig.graph("POST", f"{answer['id']}/unpause"))[1] == {"success": True}


async def test_marketing_endpoint_takes_marketing_only(rig: Rig) -> None:
    await made(rig)
    path = f"{rig.number_id}/marketing_messages"
    body = {"messaging_product": "whatsapp", "to": f"+{PHONE}", "type": "template", "template": send_body("Ana")}
    assert (await rig.graph("POST", path, body))[1]["error"]["code"] == 131055
    body["template"] = send_body("Ana", name="spring_offer")
    _, answer = await rig.graph("POST", path, body)
    await rig.drain()
    priced = [status for status in rig.business.statuses_of(answer["messages"][0]["id"]) if "pricing" in status]
    assert priced[0]["pricing"]["category"] == "marketing_lite"


async def test_listing_pages_with_opaque_cursors_and_filters(rig: Rig) -> None:
    for n in range(5):
        await made(
            rig, name=f"parcel_{n}", components=[{**BODY, "text": f"Hello {{{{1}}}}, parcel number {n} is here."}]
        )
    names: list[str] = []
    path = f"{rig.account_id}/message_templates?limit=3&fields=name"
    while path:
        _, answer = await rig.graph("GET", path)
        names += [item["name"] for item in answer["data"]]
        path = answer["paging"].get("next", "").partition("/v26.0/")[2]
    assert names == ["hello_world", "order_update", "spring_offer", *[f"parcel_{n}" for n in range(5)]]
    _, answer = await rig.graph("GET", f"{rig.account_id}/message_templates?category=MARKETING")
    assert [item["name"] for item in answer["data"]] == ["spring_offer"]


async def test_creation_is_limited_to_100_an_hour(rig: Rig) -> None:
    answers = [(await create(rig, name="Bad Name"))[1]["error"]["code"] for _ in range(101)]
    assert answers == [100] * 100 + [80007]
