"""The exact refusals of the Graph face, at the limit and one above."""

from __future__ import annotations

from typing import Any

import pytest

from tests.channels.whatsapp_simulator.rig import OWN_PHONE, PHONE, Rig


def buttons(count: int, title: str = "Yes") -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": f"b{n}", "title": f"{title}{n}"[:21]}} for n in range(count)]
    return {"type": "button", "body": {"text": "Which?"}, "action": {"buttons": replies}}


def rows(count: int, sections: int = 1, **row: Any) -> dict[str, Any]:
    listed = [{"id": f"r{n}", "title": f"Row {n}", **row} for n in range(count)]
    share = -(-count // sections)
    parts = [{"title": f"S{n}", "rows": listed[n * share : (n + 1) * share]} for n in range(sections)]
    return {"type": "list", "body": {"text": "Which?"}, "action": {"button": "Choose", "sections": parts}}


def cta(text: str) -> dict[str, Any]:
    parameters = {"display_text": text, "url": "https://example.com/a"}
    return {"type": "cta_url", "body": {"text": "Go"}, "action": {"name": "cta_url", "parameters": parameters}}


def products(count: int) -> dict[str, Any]:
    items = [{"product_retailer_id": f"sku{n}"} for n in range(count)]
    return {
        "type": "product_list",
        "header": {"type": "text", "text": "Shop"},
        "body": {"text": "These"},
        "action": {"catalog_id": "1", "sections": [{"title": "All", "product_items": items}]},
    }


def cards(count: int, body: str = "Look") -> dict[str, Any]:
    listed = [
        {
            "card_index": n,
            "type": "cta_url",
            "header": {"type": "image", "image": {"link": "https://example.com/a.png"}},
            "body": {"text": body},
            "action": {"name": "cta_url", "parameters": {"display_text": "Go", "url": "https://example.com"}},
        }
        for n in range(count)
    ]
    return {"type": "carousel", "body": {"text": "All"}, "action": {"cards": listed}}


def contacts(count: int) -> list[dict[str, Any]]:
    return [{"name": {"formatted_name": "A B", "first_name": "A"}, "phones": [{"phone": "+1"}]}] * count


AT_LIMIT = [
    pytest.param("text", {"body": "x" * 4096}, {"body": "x" * 4097}, 100, id="text"),
    pytest.param("interactive", buttons(3), buttons(4), 131009, id="buttons"),
    pytest.param("interactive", buttons(1, "t" * 19), buttons(1, "t" * 21), 100, id="button title 20"),
    pytest.param("interactive", rows(10), rows(11), 131009, id="rows"),
    pytest.param("interactive", rows(10, 10), rows(11, 11), 131009, id="sections"),
    pytest.param("interactive", rows(1, title="t" * 24), rows(1, title="t" * 25), 100, id="row title"),
    pytest.param("interactive", rows(1, description="t" * 72), rows(1, description="t" * 73), 100, id="description"),
    pytest.param("interactive", rows(1, id="t" * 200), rows(1, id="t" * 201), 100, id="row id"),
    pytest.param("interactive", cta("t" * 20), cta("t" * 21), 100, id="cta"),
    pytest.param("interactive", products(30), products(31), 131009, id="products"),
    pytest.param("interactive", cards(10), cards(11), 131009, id="cards"),
    pytest.param("interactive", cards(2), cards(1), 131009, id="cards at least"),
    pytest.param("interactive", cards(2, "t" * 160), cards(2, "t" * 161), 100, id="card body"),
    pytest.param("contacts", contacts(257), contacts(258), 131009, id="contacts"),
    pytest.param(
        "interactive",
        {
            **buttons(1),
            "body": {"text": "t" * 1024},
            "footer": {"text": "f" * 60},
            "header": {"type": "text", "text": "h" * 60},
        },
        {**buttons(1), "body": {"text": "t" * 1025}},
        100,
        id="button body",
    ),
    pytest.param("interactive", buttons(1), {**buttons(1), "footer": {"text": "f" * 61}}, 100, id="footer"),
    pytest.param(
        "interactive", buttons(1), {**buttons(1), "header": {"type": "text", "text": "h" * 61}}, 100, id="header"
    ),
    pytest.param("interactive", rows(1), {**rows(1), "body": {"text": "t" * 4097}}, 100, id="list body"),
    pytest.param(
        "image",
        {"link": "https://example.com/a.png", "caption": "c" * 1024},
        {"link": "https://example.com/a.png", "caption": "c" * 1025},
        100,
        id="caption",
    ),
    pytest.param(
        "location", {"latitude": 90, "longitude": "-180"}, {"latitude": 91, "longitude": 0}, 131009, id="location"
    ),
]


@pytest.mark.parametrize(("kind", "allowed", "too_much", "code"), AT_LIMIT)
async def test_the_limit_passes_and_one_above_is_refused(
    rig: Rig, kind: str, allowed: Any, too_much: Any, code: int
) -> None:
    await rig.open_window()
    await rig.knobs(fetches_links=False)
    assert await rig.sent(kind, allowed)
    assert await rig.refused(kind, too_much) == (400, code)


async def test_callback_data_may_have_512_characters(rig: Rig) -> None:
    await rig.open_window()
    await rig.sent(biz_opaque_callback_data="b" * 512)
    assert await rig.refused(biz_opaque_callback_data="b" * 513) == (400, 100)


async def test_checks_answer_in_the_documented_order(rig: Rig) -> None:
    """Each request breaks several rules; the first of docs/whatsapp.md §9.2 decides."""
    path = f"{rig.number_id}/messages"
    rubbish = {"nothing": True}
    status, answer = await rig.graph("POST", path, rubbish, token="unknown")
    assert (status, answer["error"]["code"]) == (401, 190)
    assert answer["error"]["message"] == "Invalid OAuth access token - Cannot parse access token"
    token = await rig.control("tokens", {"app_id": rig.box["app_id"], "value": "EXPIRING"})
    await rig.control("tokens/expire", {"token": token["value"]})
    status, answer = await rig.graph("POST", path, rubbish, token="EXPIRING")
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (401, 190, 463)
    await rig.control(
        "tokens", {"app_id": rig.box["app_id"], "value": "NARROW", "scopes": ["whatsapp_business_management"]}
    )
    status, answer = await rig.graph("POST", path, rubbish, token="NARROW")
    assert (status, answer["error"]["code"]) == (403, 131005)
    await rig.control("tokens", {"app_id": rig.box["app_id"], "value": "ELSEWHERE", "assets": ["1"]})
    status, answer = await rig.graph("GET", rig.number_id, token="ELSEWHERE")
    assert (status, answer["error"]["code"]) == (403, 10)
    status, answer = await rig.graph("POST", "999/messages", rubbish)
    assert (status, answer["error"]["code"], answer["error"]["error_subcode"]) == (400, 100, 33)
    assert answer["error"]["message"].startswith("Unsupported post request. Object with ID '999' does not exist")
    status, answer = await rig.graph("POST", path, rubbish)
    assert (status, answer["error"]["message"]) == (400, "(#100) The parameter messaging_product is required.")
    number = f"numbers/{rig.number_id}"
    await rig.control(number, {"is_registered": False, "is_in_maintenance": True, "lock_code": 131031})
    assert await rig.refused(to="") == (400, 133010)
    await rig.control(number, {"is_registered": True})
    assert await rig.refused(to="") == (500, 131057)
    await rig.control(number, {"is_in_maintenance": False})
    assert await rig.refused(to="") == (403, 131031)
    await rig.control(number, {"lock_code": 368})
    assert await rig.refused(to="") == (403, 368)
    await rig.control(number, {"lock_code": None, "rate_per_s": 1})
    await rig.refused(to="")
    assert await rig.refused(to="") == (400, 130429)
    await rig.control(number, {"rate_per_s": 0, "is_sandbox": True})
    assert await rig.refused("hologram", {}, to="") == (400, 131008)
    assert await rig.refused("hologram", {}, to="call me") == (400, 131009)
    assert await rig.refused("hologram", {}, to=f"+{OWN_PHONE}") == (400, 131021)
    assert await rig.refused("hologram", {}) == (400, 131030)
    await rig.control(number, {"allowed": [PHONE]})
    assert await rig.refused("hologram", {}) == (400, 131051)
    status, answer = await rig.graph(
        "POST", path, {"messaging_product": "whatsapp", "to": f"+{PHONE}", "type": "image"}
    )
    assert (status, answer["error"]["code"]) == (400, 131008)
    both = {"id": "1", "link": "https://example.com/a.png"}
    assert await rig.refused("image", both) == (400, 131009)
    assert await rig.refused("image", {}) == (400, 100)
    assert await rig.refused("image", {"id": "12345"}) == (400, 131009)
    await rig.sent("text", {"body": "now everything is right"})


async def test_checks_of_recipient_pair_and_content_answer_in_the_documented_order(rig: Rig) -> None:
    """The second half of §9.2: whose id it is, the pace towards them, the type, the media, the template, its values."""
    user = await rig.control("users", {"phone": PHONE, "name": "Ana"})
    bsuid = user["bsuids"][rig.box["portfolio_id"]]
    for _ in range(45):
        await rig.sent("text", {"body": "x"})
    altered = bsuid[:-1] + ("1" if bsuid[-1] != "1" else "2")
    assert await rig.refused("hologram", {}, to="", recipient=altered) == (400, 131009)
    assert await rig.refused("hologram", {}) == (400, 131056)
    assert await rig.refused("hologram", {}, to="", recipient=bsuid) == (400, 131056), "one pair, however it is named"
    await rig.advance(60)
    assert await rig.refused("hologram", {}) == (400, 131051)
    long_and_unknown = {"id": "12345", "caption": "x" * 1025}
    assert await rig.refused("image", long_and_unknown) == (400, 100)
    assert await rig.refused("image", {"id": "12345", "caption": "x"}) == (400, 131009)
    body = {"components": [{"type": "body", "parameters": []}], "language": {"code": "en_US"}}
    assert await rig.refused("template", {"name": "nobody_made_this", **body}) == (404, 132001)
    assert await rig.refused("template", {"name": "order_update", **body}) == (400, 132000)
    assert (await rig.sent("text", {"body": "refusals cost no pair token"})).startswith("wamid.")


async def test_rate_limit_error_has_the_documented_body(rig: Rig) -> None:
    await rig.control(f"numbers/{rig.number_id}", {"rate_per_s": 1})
    await rig.send()
    _, answer = await rig.send()
    error = answer["error"]
    assert {key: error[key] for key in ("message", "type", "code", "error_data", "error_subcode")} == {
        "message": "(#130429) Rate limit hit",
        "type": "OAuthException",
        "code": 130429,
        "error_data": {"messaging_product": "whatsapp", "details": "Cloud API message throughput has been reached."},
        "error_subcode": 2494055,
    }


async def test_throughput_is_80_a_second_and_refills(rig: Rig) -> None:
    phones = [f"4477009{n:05d}" for n in range(81)]
    await rig.open_window(*phones)
    answers = [(await rig.send(to=f"+{phone}"))[0] for phone in phones]
    assert answers == [200] * 80 + [400]
    await rig.advance(1)
    assert (await rig.send(to=f"+{phones[80]}"))[0] == 200
    counters = await rig.get("log/counters")
    assert counters["max_in_1s"][rig.number_id] == 81, "the refused one arrived in the same second"


async def test_pair_takes_45_at_once_then_one_each_6_seconds(rig: Rig) -> None:
    await rig.open_window()
    answers = [(await rig.send())[0] for _ in range(45)]
    assert answers == [200] * 45
    assert await rig.refused() == (400, 131056)
    await rig.advance(5.9)
    assert await rig.refused() == (400, 131056)
    await rig.advance(0.2)
    await rig.sent()
    assert await rig.refused() == (400, 131056)


async def test_number_without_plus_gets_the_country_code_of_the_business(rig: Rig) -> None:
    _, answer = await rig.send(to="7700 900-(100)")
    assert answer["contacts"] == [{"input": "7700 900-(100)", "wa_id": PHONE}]
    _, answer = await rig.send(to=PHONE)
    assert answer["contacts"][0]["wa_id"] == PHONE
    await rig.knobs(strict_numbers=True)
    assert await rig.refused(to=PHONE) == (400, 131009)


async def test_unknown_paths_and_methods_answer_like_graph(rig: Rig) -> None:
    status, answer = await rig.graph("GET", f"{rig.number_id}/nonsense")
    assert (status, answer["error"]["code"]) == (400, 2500)
    assert answer["error"]["message"] == "Unknown path components: /nonsense"
    async with rig.http.get(
        f"{rig.simulator.url}/{rig.number_id}?fields=status,id", headers={"Authorization": f"Bearer {rig.box['token']}"}
    ) as plain:
        assert await plain.json() == {"status": "CONNECTED", "id": rig.number_id}


async def test_control_face_refuses_without_its_token(rig: Rig) -> None:
    for token in ("", "Bearer wrong", f"Bearer {rig.box['token']}"):
        for path in ("_control/snapshot", f"_phone/{rig.number_id}"):
            async with rig.http.get(f"{rig.simulator.url}/{path}", headers={"Authorization": token}) as answer:
                assert answer.status == 401
