"""Companies through HTTP and the feed: the list, one of them, its members and everything spoken about with them."""

from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from tests.web.test_contact_batches import undo_import
from tests.web.test_realtime import Feed


async def _make(browser: Browser, name: str) -> dict[str, Any]:
    made = await browser.post("/api/companies", {"name": name})
    assert made.status == 201, made.raw
    return made.json


async def _add(browser: Browser, name: str, company_id: str | None = None, **facts: str) -> str:
    made = await browser.post("/api/contacts", {"name": name, **facts})
    assert made.status == 201, made.raw
    if company_id is not None:
        joined = await browser.patch(f"/api/contacts/{made.json['id']}", {"company_id": company_id})
        assert joined.status == 200, joined.raw
    return made.json["id"]


async def _members(browser: Browser, company_id: str) -> list[str]:
    page = await browser.get(f"/api/companies/{company_id}/members")
    assert page.status == 200, page.raw
    return [one["name"] for one in page.json["items"]]


async def _named(browser: Browser, query: str = "") -> list[str]:
    return [one["name"] for one in (await browser.get(f"/api/companies{query}")).json["items"]]


async def test_the_list_is_read_by_key_in_each_order_and_searched_by_any_part(browser: Browser) -> None:
    await set_up(browser)
    for name in ("Volt", "Acme Export", "Straße & Söhne", "Brick"):
        await _make(browser, name)
    orders = {"name": ["Acme Export", "Brick", "Straße & Söhne", "Volt"]}
    orders["name_back"] = orders["name"][::-1]
    orders["oldest"] = ["Volt", "Acme Export", "Straße & Söhne", "Brick"]
    orders["newest"] = orders["oldest"][::-1]
    for order, names in orders.items():
        read: list[str] = []
        after = ""
        while True:
            page = (await browser.get(f"/api/companies?order={order}&limit=3{after}")).json
            read += [one["name"] for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert read == names, order
    volt = (await browser.get("/api/companies?search=vol")).json["items"][0]["id"]
    assert (await browser.patch(f"/api/companies/{volt}", {"domains": ["Volt-Energy.example"]})).status == 200
    found = {
        "export": ["Acme Export"],
        "strasse": ["Straße & Söhne"],
        "energy.ex": ["Volt"],
        "port acm": ["Acme Export"],
    }
    for search, names in found.items():
        assert await _named(browser, f"?search={search}") == names, search
    assert await _named(browser, "?search=nobody%25") == []


async def test_what_is_known_is_changed_one_by_one(browser: Browser) -> None:
    await set_up(browser)
    company = await _make(browser, " Acme ")
    assert (company["name"], company["owner_id"], company["member_count"]) == ("Acme", None, 0)
    path = f"/api/companies/{company['id']}"
    for change in (
        {"name": "Acme Ltd"},
        {"domains": ["acme.example", "acme.test"]},
        {"notes": "Pays by invoice"},
        {"owner_id": str(browser.agent_id)},
    ):
        changed = await browser.patch(path, change)
        assert changed.status == 200, changed.raw
        company |= change
        assert changed.json == company
    assert (await browser.patch(path, {"owner_id": None})).json["owner_id"] is None
    other = await _make(browser, "Brick")
    taken = await browser.patch(f"/api/companies/{other['id']}", {"name": "ACME ltd"})
    assert (taken.status, taken.json["reason"]) == (409, "company_name_taken")
    assert (await browser.post("/api/companies", {"name": "acme LTD"})).status == 409
    refused: list[dict[str, Any]] = [
        {}, {"name": " "}, {"domains": ["nothing"]}, {"owner_id": str(uuid4())}, {"notes": "x" * 10_001},
        {"fields": {"x": 1}}, {"fields": {str(uuid4()): "x"}}, {"deleted_at": None},
    ]  # fmt: skip
    for body in refused:
        assert (await browser.patch(path, body)).status == 422, body
    assert (await browser.get(path)).json["name"] == "Acme Ltd", "nothing of it stayed"


async def test_companies_have_fields_of_their_own_which_segments_ask_of_the_members(browser: Browser) -> None:
    await set_up(browser)
    options = [{"name": "Gold", "colour": "gold"}, {"name": "Silver"}]
    made = await browser.post("/api/fields", {"owner": "company", "type": "choice", "name": "Tier", "options": options})
    tier, gold = made.json["id"], made.json["options"][0]["id"]
    acme, brick = await _make(browser, "Acme"), await _make(browser, "Brick")
    path = f"/api/companies/{acme['id']}"
    assert (await browser.patch(path, {"fields": {tier: gold}})).json["fields"] == {tier: gold}
    assert (await browser.patch(path, {"fields": {tier: "lead"}})).status == 422
    contact_id = await _add(browser, "Ana", acme["id"])
    await _add(browser, "Ben", brick["id"])
    await _add(browser, "Cleo")
    assert (await browser.patch(f"/api/contacts/{contact_id}", {"fields": {tier: gold}})).status == 422, "not theirs"

    async def found(field: str, operator: str, *values: str) -> list[str]:
        condition = {"kind": "condition", "field": field, "operator": operator, "values": list(values)}
        filter = {"kind": "group", "match": "all", "of": [condition]}
        answer = await browser.post("/api/contacts/find", {"filter": filter})
        assert answer.status == 200, answer.raw
        return [one["name"] for one in answer.json["items"]]

    fields = (await browser.get("/api/filter-fields")).json["items"]
    (asked,) = [one for one in fields if one["id"] == f"company.custom.{tier}"]
    assert (asked["subject"], asked["name"], asked["options"]) == (
        "contact",
        "Tier",
        [one["id"] for one in made.json["options"]],
    )
    assert await found(asked["id"], "any_of", gold) == ["Ana"]
    assert await found(asked["id"], "empty") == ["Ben", "Cleo"]
    assert await found("contact.company", "any_of", acme["id"], brick["id"]) == ["Ana", "Ben"]
    assert await found("contact.company", "none_of", acme["id"]) == ["Ben", "Cleo"]
    assert await found("contact.company", "empty") == ["Cleo"]
    await browser.delete(path)
    assert await found("contact.company", "any_of", acme["id"]) == []
    assert await found("contact.company", "empty") == ["Ana", "Cleo"]
    assert await found(asked["id"], "any_of", gold) == []


async def test_members_come_and_go_and_the_feed_says_so(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await set_up(foreign)
        acme, brick = await _make(admin, "Acme"), await _make(admin, "Brick")
        theirs = await _make(foreign, "Theirs")
        ana = await _add(admin, "Ana")
        feed = await stack.enter_async_context(Feed.of(admin))
        joined = await admin.patch(f"/api/contacts/{ana}", {"company_id": acme["id"]})
        assert joined.json["company"] == {"id": acme["id"], "name": "Acme"}
        await feed.until((await admin.get("/api/views")).json["position"])
        assert [event["kind"] for event in feed.events] == ["contact_changed", "company_changed"]
        assert feed.events[1]["data"] == {"company_id": acme["id"]}
        assert await _members(admin, acme["id"]) == ["Ana"]
        await admin.patch(f"/api/contacts/{ana}", {"company_id": brick["id"]})
        await feed.until((await admin.get("/api/views")).json["position"])
        told = [event["data"]["company_id"] for event in feed.events[2:] if event["kind"] == "company_changed"]
        assert told == [acme["id"], brick["id"]], "both hear of it"
        assert (await _members(admin, acme["id"]), await _members(admin, brick["id"])) == ([], ["Ana"])
        for nobodys in (str(uuid4()), theirs["id"]):
            assert (await admin.patch(f"/api/contacts/{ana}", {"company_id": nobodys})).status == 404
        left = await admin.patch(f"/api/contacts/{ana}", {"company_id": None})
        assert left.json["company"] is None


async def test_a_deleted_company_leaves_everybody_readable_and_comes_back_whole(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), texts=("Hello",))
    contact_id = await desk.contact_of(conversation_id)
    acme = await _make(browser, "Acme")
    await browser.patch(f"/api/contacts/{contact_id}", {"company_id": acme["id"]})
    path = f"/api/companies/{acme['id']}"
    assert (await browser.delete(path)).status == 204
    assert (await browser.get(path)).status == (await browser.delete(path)).status == 404
    assert await _named(browser) == []
    contact = (await browser.get(f"/api/contacts/{contact_id}")).json
    assert (contact["company"], len(contact["conversations"])) == (None, 1)
    assert (await browser.post(f"{path}/restore")).json["member_count"] == 1
    assert (await browser.get(f"/api/contacts/{contact_id}")).json["company"]["name"] == "Acme"
    assert (await browser.post(f"{path}/restore")).status == 404, "it is there"
    await browser.delete(path)
    await _make(browser, "acme")
    taken = await browser.post(f"{path}/restore")
    assert (taken.status, taken.json["reason"]) == (409, "company_name_taken")


async def test_all_their_conversations_stand_in_one_order_of_time(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    acme = await _make(browser, "Acme")
    channels = [await desk.channel(), await desk.channel()]
    made: list[str] = []
    for number in range(5):
        conversation_id = await desk.conversation(channels[number % 2], texts=(f"Question {number}",))
        await browser.patch(f"/api/contacts/{await desk.contact_of(conversation_id)}", {"company_id": acme["id"]})
        made.append(str(conversation_id))
    await desk.conversation(channels[0], texts=("Nobody's",))
    read: list[dict[str, Any]] = []
    after = ""
    while True:
        page = (await browser.get(f"/api/companies/{acme['id']}/conversations?limit=2{after}")).json
        read += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert [one["id"] for one in read] == made[::-1]
    assert {one["channel_id"] for one in read} == {str(channel) for channel in channels}
    assert read[0]["preview"] == "Question 4"
    assert (await browser.get(f"/api/companies/{acme['id']}/conversations?after=x")).status == 422
    (row,) = (await browser.get("/api/companies")).json["items"]
    assert (row["member_count"], row["last_activity_at"]) == (5, read[0]["last_activity_at"])


async def test_who_sees_no_member_sees_no_company(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, own, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await set_up(foreign)
        await join(admin, own, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        mine, other = [await desk.conversation(channel_id, texts=("Hi",)) for _ in range(2)]
        await admin.patch(f"/api/conversations/{mine}", {"assignee_id": str(own.agent_id)})
        acme, empty = await _make(admin, "Acme"), await _make(admin, "Empty")
        for conversation_id in (mine, other):
            await admin.patch(f"/api/contacts/{await desk.contact_of(conversation_id)}", {"company_id": acme["id"]})
        path = f"/api/companies/{acme['id']}"
        assert await _named(own) == ["Acme"]
        assert (await own.get(path)).json["member_count"] == 1
        assert len((await own.get(f"{path}/members")).json["items"]) == 1
        assert [one["id"] for one in (await own.get(f"{path}/conversations")).json["items"]] == [str(mine)]
        assert [one["id"] for one in (await own.get("/api/search?q=acm")).json["companies"]] == [acme["id"]]
        for hidden in (f"/api/companies/{empty['id']}", f"/api/companies/{empty['id']}/members"):
            assert (await own.get(hidden)).status == 404
        contact_id = await desk.contact_of(mine)
        assert (await own.patch(f"/api/contacts/{contact_id}", {"company_id": empty["id"]})).status == 404
        unseen = await own.post("/api/companies", {"name": "New"})
        assert (unseen.status, unseen.json["reason"]) == (422, "company_unseen")
        for below in ("", "/members", "/conversations"):
            assert (await foreign.get(path + below)).status == 404
        assert (await foreign.get("/api/search?q=acm")).json["companies"] == []
        assert await _named(foreign) == []


async def test_merging_and_taking_apart_keep_whose_everybody_is(browser: Browser) -> None:
    await set_up(browser)
    acme, brick = await _make(browser, "Acme"), await _make(browser, "Brick")

    async def company_of(contact_id: str) -> str | None:
        found = (await browser.get(f"/api/contacts/{contact_id}")).json["company"]
        return found and found["name"]

    cases: list[tuple[dict[str, Any] | None, dict[str, Any] | None, str]] = [
        (None, acme, "Acme"),
        (acme, brick, "Acme"),
        (acme, None, "Acme"),
        (acme, acme, "Acme"),
    ]
    for kept_has, gone_has, together in cases:
        kept = await _add(browser, "Ana", kept_has["id"] if kept_has else None)
        gone = await _add(browser, "Ana R.", gone_has["id"] if gone_has else None)
        merged = await browser.post(f"/api/contacts/{kept}/merges", {"from_id": gone})
        assert await company_of(kept) == together
        undone = await browser.delete(f"/api/contacts/{kept}/merges/{merged.json['merges'][0]['id']}")
        assert undone.status == 200, undone.raw
        assert await company_of(kept) == (kept_has and kept_has["name"])
        assert await company_of(gone) == (gone_has and gone_has["name"])
    deserted = await _make(browser, "Gone")
    kept, other = await _add(browser, "Ben", deserted["id"]), await _add(browser, "Ben R.", acme["id"])
    await browser.delete(f"/api/companies/{deserted['id']}")
    await browser.post(f"/api/contacts/{kept}/merges", {"from_id": other})
    assert await company_of(kept) == "Acme", "one that was deleted is none"


async def test_tables_carry_the_company_by_its_name(browser: Browser) -> None:
    await set_up(browser)
    acme = await _make(browser, "Acme")
    batch = (await browser.post("/api/contact-batches", {"kind": "import", "name": "people.csv"})).json["id"]
    rows = [
        {"name": "Ana", "phone": "+34612345678", "company": "ACME"},
        {"name": "Ben", "phone": "+34612345679", "company": "Brick"},
        {"name": "Cleo", "phone": "+34612345680", "company": "brick"},
        {"name": "Dan", "phone": "+34612345681"},
    ]
    answer = await browser.post(f"/api/contact-batches/{batch}/rows", {"rows": rows})
    assert [one["outcome"] for one in answer.json["items"]] == ["created"] * 4
    assert await _named(browser) == ["Acme", "Brick"]
    assert await _members(browser, acme["id"]) == ["Ana"]
    table = (await browser.get("/api/contact-table")).raw.decode()
    assert '"company"' in table.splitlines()[0]
    assert '"Cleo","+34612345680","","","Brick"' in table.replace("'", "")
    await undo_import(browser, batch)
    assert await _named(browser) == ["Acme"], "what the table brought goes with it, what was there stays"


async def test_a_company_is_found_by_any_part_of_its_name(browser: Browser) -> None:
    await set_up(browser)
    company = await _make(browser, "Northwind Traders")
    await _make(browser, "Southern")
    hits = (await browser.get("/api/search?q=wind")).json["companies"]
    assert [one["id"] for one in hits] == [company["id"]]
    assert [piece["text"] for piece in hits[0]["name"] if piece["is_match"]] == ["wind"]
    assert UUID(hits[0]["id"])
    assert (await browser.get("/api/search?q=wind&among=messages")).json["companies"] == []
