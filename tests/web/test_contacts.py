"""Contacts through HTTP and the feed: the list, what is known of one, fields, notes; and who sees which."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_realtime import Feed
from threadline.store.session import Role
from threadline.workers.older_numbers import OlderNumbers


async def _add(browser: Browser, **facts: str) -> dict[str, Any]:
    made = await browser.post("/api/contacts", facts)
    assert made.status == 201, made.raw
    return made.json


async def _names(browser: Browser, query: str = "") -> list[str]:
    page = await browser.get(f"/api/contacts{query}")
    assert page.status == 200, page.raw
    return [one["name"] for one in page.json["items"]]


async def test_the_list_is_read_by_key_in_each_order(browser: Browser) -> None:
    await set_up(browser)
    for name in ("Čapek", "ana", "Berta", "Ana", "Dora"):
        await _add(browser, name=name)
    await _add(browser, phone="+44 7700 900318")
    orders = {
        "name": ["", "Ana", "ana", "Berta", "Dora", "Čapek"],
        "oldest": ["Čapek", "ana", "Berta", "Ana", "Dora", ""],
    }
    orders |= {"name_back": orders["name"][::-1], "newest": orders["oldest"][::-1]}
    for order, names in orders.items():
        read: list[str] = []
        after = ""
        while True:
            page = (await browser.get(f"/api/contacts?order={order}&limit=2{after}")).json
            read += [one["name"] for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert [one.lower() for one in read] == [one.lower() for one in names], order
    first = (await browser.get("/api/contacts?limit=1")).json["next"]
    assert (await browser.get(f"/api/contacts?order=newest&after={first}")).status == 422
    assert (await browser.get("/api/contacts?after=nonsense")).status == 422


async def test_people_are_found_by_parts_of_name_mail_and_number(browser: Browser) -> None:
    await set_up(browser)
    await _add(browser, name="Ana Reyes", phone="+34 612 345 678", email="ana@example.org")
    await _add(browser, name="Berta %_ Ruiz", phone="+49 171 234567")
    found = {
        "rey": ["Ana Reyes"],
        "reyes ANA": ["Ana Reyes"],
        "example.org": ["Ana Reyes"],
        "0171 234": ["Berta %_ Ruiz"],
        "+34 612": ["Ana Reyes"],
        "%25_": ["Berta %_ Ruiz"],
        "nobody": [],
    }
    for search, names in found.items():
        assert await _names(browser, f"?search={search.replace('+', '%2B')}") == names, search


async def test_a_number_is_one_contacts_only_and_must_be_one(browser: Browser) -> None:
    await set_up(browser)
    made = await _add(browser, name="Ana", phone="0034 612 345 678")
    assert (made["phone"], made["guessed_locale"]) == ("+34612345678", "es")
    assert [one["scheme"] for one in made["addresses"]] == ["phone"]
    taken = await browser.post("/api/contacts", {"phone": "+34612345678"})
    assert (taken.status, taken.json["reason"]) == (409, "number_is_taken")
    assert (await browser.post("/api/contacts", {"phone": "12"})).status == 422
    assert (await browser.post("/api/contacts", {})).status == 422
    assert await _names(browser) == ["Ana"]


async def test_what_is_known_is_changed_one_by_one(browser: Browser) -> None:
    await set_up(browser)
    contact = await _add(browser, phone="+44 7700 900318")
    path = f"/api/contacts/{contact['id']}"
    assert (contact["locale"], contact["time_zone"]) == (None, "")
    assert (contact["guessed_locale"], contact["guessed_time_zone"]) == ("en", "Europe/London")
    changes: list[dict[str, Any]] = [
        {"name": "Ana"},
        {"email": "ana@example.org"},
        {"locale": "pt-BR"},
        {"time_zone": "America/Sao_Paulo"},
        {"is_vip": True},
    ]
    for change in changes:
        changed = await browser.patch(path, change)
        assert changed.status == 200, changed.raw
        contact |= change
        assert changed.json == contact
    back = await browser.patch(path, {"locale": "", "time_zone": "", "email": ""})
    assert (back.json["locale"], back.json["time_zone"], back.json["email"]) == (None, "", "")
    for refused in ({}, {"time_zone": "Mars"}, {"locale": "x"}, {"email": "nobody"}, {"name": " "}, {"phone": "1"}):
        assert (await browser.patch(path, refused)).status == 422, refused


async def _of_country(browser: Browser, *codes: str, operator: str = "any_of") -> list[str]:
    condition = {"kind": "condition", "field": "contact.country", "operator": operator, "values": list(codes)}
    found = await browser.post(
        "/api/contacts/find", {"filter": {"kind": "group", "match": "all", "of": [condition]}, "limit": 100}
    )
    assert found.status == 200, found.raw
    return [one["name"] for one in found.json["items"]]


async def test_a_country_is_that_of_the_number_until_somebody_says_another(browser: Browser, server: Server) -> None:
    await set_up(browser)
    ana = await _add(browser, name="Ana", phone="+34 612 345 678")
    await _add(browser, name="Bo", phone="+46 70 174 06 05")
    await _add(browser, name="Cy", email="cy@example.org")
    assert (ana["country"], ana["guessed_country"], ana["guessed_locale"]) == ("", "ES", "es")
    path = f"/api/contacts/{ana['id']}"
    moved = (await browser.patch(path, {"country": "DE"})).json
    assert (moved["country"], moved["guessed_country"]) == ("DE", "ES")
    assert (moved["guessed_locale"], moved["guessed_time_zone"]) == ("de", "Europe/Berlin"), "they live there"
    rows = {one["name"]: one["country"] for one in (await browser.get("/api/contacts")).json["items"]}
    assert rows == {"Ana": "DE", "Bo": "SE", "Cy": ""}
    assert await _of_country(browser, "DE", "NO") == ["Ana"]
    assert await _of_country(browser, "ES") == []
    assert await _of_country(browser, "DE", operator="none_of") == ["Bo", "Cy"]
    assert await _of_country(browser, operator="empty") == ["Cy"]
    (field,) = (one for one in (await browser.get("/api/filter-fields")).json["items"] if one["word"] == "country")
    assert (field["kind"], "NL" in field["options"], "UK" in field["options"]) == ("country", True, False)

    back = (await browser.patch(path, {"country": ""})).json
    assert (back["country"], back["guessed_locale"]) == ("", "es")
    for refused in ("UK", "de", "Germany", "D", None):
        assert (await browser.patch(path, {"country": refused})).status == 422, refused
    unknown = await browser.patch(path, {"country": "UK"})
    assert unknown.json["reason"] == "no_such_country"
    async with browser_of(server) as stranger:
        await set_up(stranger)
        assert await _of_country(stranger, "DE", "ES", "SE") == []
        assert (await stranger.patch(path, {"country": "FR"})).status == 404


async def test_numbers_that_were_there_before_get_their_country(browser: Browser, server: Server) -> None:
    await set_up(browser)
    await _add(browser, name="Ana", phone="+34 612 345 678")
    await _add(browser, name="Nobody's")
    async with server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute("update contacts set phone_country = null")
    assert await _of_country(browser, "ES") == []
    assert not await OlderNumbers(server.database).step(), "all in one step"
    assert await _of_country(browser, "ES") == ["Ana"]
    async with server.database.transaction(Role.ENGINE) as session:
        rows = await (await session.raw()).fetch("select from contacts where phone_country is null")
    assert rows == []


async def test_fields_from_their_making_to_their_end(browser: Browser) -> None:
    await set_up(browser)
    contact = await _add(browser, name="Ana")
    path = f"/api/contacts/{contact['id']}"
    options = [{"name": "Gold", "colour": "gold"}, {"name": "Silver"}]
    made = await browser.post("/api/fields", {"owner": "contact", "type": "choice", "name": "Tier", "options": options})
    assert made.status == 201, made.raw
    tier, (gold, silver) = made.json["id"], [one["id"] for one in made.json["options"]]
    taken = await browser.post("/api/fields", {"owner": "contact", "type": "text", "name": "TIER"})
    assert (taken.status, taken.json["reason"]) == (409, "field_name_taken")
    size = (await browser.post("/api/fields", {"owner": "contact", "type": "number", "name": "Size"})).json["id"]

    filled = await browser.patch(path, {"fields": {tier: gold, size: 38.5}})
    assert filled.json["fields"] == {tier: gold, size: 38.5}
    assert (await browser.get("/api/contacts")).json["items"][0]["fields"] == {tier: gold, size: 38.5}
    wrong = await browser.patch(path, {"fields": {tier: "bronze"}})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, f"fields.{tier}")
    assert (await browser.patch(path, {"fields": {str(uuid4()): "x"}})).status == 422
    assert (await browser.patch(path, {"fields": {"x": "x"}})).status == 422

    fewer = await browser.patch(f"/api/fields/{tier}", {"options": [{"id": silver, "name": "Silver"}]})
    assert fewer.status == 200, fewer.raw
    assert (await browser.get(path)).json["fields"] == {size: 38.5}, "an option that is gone is on nobody"
    assert (await browser.patch(path, {"fields": {size: None}})).json["fields"] == {}
    await browser.patch(path, {"fields": {tier: silver}})
    assert (await browser.delete(f"/api/fields/{tier}")).status == 204
    assert (await browser.get(path)).json["fields"] == {}
    assert [one["id"] for one in (await browser.get("/api/fields")).json["items"]] == [size]


async def test_fields_of_a_conversation_move_nothing_and_are_told(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        conversation_id = await Desk(server, admin.workspace_id).conversation(
            await Desk(server, admin.workspace_id).channel()
        )
        await join(admin, agent)
        path = f"/api/conversations/{conversation_id}"
        before = (await admin.get(path)).json
        field = (await admin.post("/api/fields", {"owner": "conversation", "type": "text", "name": "Order"})).json["id"]
        feed = await stack.enter_async_context(Feed.of(agent))
        filled = await admin.patch(f"{path}/fields", {"fields": {field: "4172"}})
        assert filled.json == {"fields": {field: "4172"}}
        await admin.patch(f"{path}/fields", {"fields": {field: "4172"}})
        await feed.quiet()
        assert [event["data"] for event in feed.events] == [{"field_id": field}], "what is so already is not told"
        assert (await agent.get(f"{path}/fields")).json == {"fields": {field: "4172"}}
        assert (await admin.get(path)).json == before


async def test_notes_are_told_and_changed_by_who_wrote_them(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, other = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, agent)
        await join(admin, other)
        path = f"/api/contacts/{(await _add(admin, name='Ana'))['id']}"
        feed = await stack.enter_async_context(Feed.of(other))
        noted = await agent.post(f"{path}/notes", {"text": " Pays by invoice "})
        assert noted.status == 201, noted.raw
        (note,) = noted.json["notes"]
        assert (note["text"], note["author_id"], note["edited_at"]) == ("Pays by invoice", str(agent.agent_id), None)
        await feed.quiet()
        assert [event["kind"] for event in feed.events] == ["contact_changed"]
        assert "invoice" not in str(feed.events), "events tell no texts"
        refused = await other.patch(f"{path}/notes/{note['id']}", {"text": "No"})
        assert (refused.status, refused.json["reason"]) == (403, "note_of_another")
        changed = await agent.patch(f"{path}/notes/{note['id']}", {"text": "Pays in advance"})
        assert changed.json["notes"][0]["text"] == "Pays in advance"
        assert changed.json["notes"][0]["edited_at"] is not None
        assert (await agent.post(f"{path}/notes", {"text": "  "})).status == 422
        assert (await admin.delete(f"{path}/notes/{note['id']}")).json["notes"] == []
        assert (await agent.get(f"{path}/notes")).json == {"items": []}


async def test_a_list_shows_whom_one_sees(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, limited, assigned, stranger = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await set_up(stranger)
        desk = Desk(server, admin.workspace_id)
        here, there = await desk.channel(), await desk.channel()
        await join(admin, limited, channel_ids=[str(here)])
        await join(admin, assigned, sees="assigned")
        await desk.conversation(here, name="Here")
        await desk.conversation(there, name="There")
        await desk.conversation(there, name="Mine", assignee_id=assigned.agent_id)
        await _add(admin, name="Nobodies")
        for query in ("", "?search=e", "?order=newest"):
            seen = ["Here", "Mine", "Nobodies", "There"]
            assert sorted(await _names(admin, query)) == seen, query
            assert await _names(limited, query) == ["Here"], query
            assert await _names(assigned, query) == ["Mine"], query
            assert await _names(stranger, query) == [], query
        row = (await limited.get("/api/contacts")).json["items"][0]
        assert row["channel_ids"] == [str(here)]


async def test_fields_and_notes_stay_within_their_workspace(server: Server) -> None:
    async with AsyncExitStack() as stack:
        ours, theirs = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(ours)
        await set_up(theirs)
        contact = await _add(ours, name="Ana")
        note = (await ours.post(f"/api/contacts/{contact['id']}/notes", {"text": "x"})).json["notes"][0]
        field = (await theirs.post("/api/fields", {"owner": "contact", "type": "text", "name": "Size"})).json["id"]
        assert (await ours.patch(f"/api/contacts/{contact['id']}", {"fields": {field: "x"}})).status == 422
        other = await _add(theirs, name="Berta")
        mixed = await theirs.patch(f"/api/contacts/{other['id']}/notes/{note['id']}", {"text": "y"})
        assert mixed.status == 404
        assert UUID(contact["id"]) not in {UUID(one["id"]) for one in (await theirs.get("/api/contacts")).json["items"]}
