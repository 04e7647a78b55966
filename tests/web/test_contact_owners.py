"""Whose customer somebody is, through HTTP: set by whoever gives conversations, found, read in and taken away."""

import csv
import io
from typing import Any
from uuid import uuid4

from tests.web.conftest import Browser, Server, browser_of, join, set_up
from tests.web.test_contact_batches import undo_import
from tests.web.test_realtime import Feed


async def _add(browser: Browser, name: str) -> str:
    made = await browser.post("/api/contacts", {"name": name})
    assert made.status == 201, made.raw
    return made.json["id"]


async def test_an_owner_is_set_told_found_and_taken_away(browser: Browser) -> None:
    await set_up(browser)
    me = str(browser.agent_id)
    path = f"/api/contacts/{await _add(browser, 'Ana')}"
    await _add(browser, "Bo")
    assert (await browser.get(path)).json["owner_id"] is None
    async with Feed.of(browser) as feed:
        for _ in range(2):
            assert (await browser.patch(path, {"owner_id": me})).json["owner_id"] == me
        await feed.quiet()
        told = [one["data"] for one in feed.events if one["kind"] == "contact_changed"]
    assert told == [{"owner_id": me}], "who is the owner already, stays it in silence"
    listed = {one["name"]: one["owner_id"] for one in (await browser.get("/api/contacts")).json["items"]}
    assert listed == {"Ana": me, "Bo": None}
    for operator, values, names in (("any_of", [me], {"Ana"}), ("empty", [], {"Bo"}), ("any_of", ["me"], {"Ana"})):
        asked = {"kind": "condition", "field": "contact.owner", "operator": operator, "values": values}
        found = await browser.post("/api/contacts/find", {"filter": {"kind": "group", "match": "all", "of": [asked]}})
        assert {one["name"] for one in found.json["items"]} == names
    assert (await browser.patch(path, {"name": "Anna"})).json["owner_id"] == me
    assert (await browser.patch(path, {"owner_id": None})).json["owner_id"] is None


async def test_whoever_gives_no_conversations_and_whoever_is_not_here_is_refused(
    browser: Browser, server: Server
) -> None:
    await set_up(browser)
    path = f"/api/contacts/{await _add(browser, 'Ana')}"
    async with browser_of(server) as second, browser_of(server) as third:
        agent = await join(browser, second)
        assert (await agent.patch(path, {"owner_id": str(agent.agent_id)})).status == 403
        await set_up(third, name="Other")
        assert (await third.patch(path, {"owner_id": str(third.agent_id)})).status == 404
        for wrong in (str(third.agent_id), str(uuid4())):
            refused = await browser.patch(path, {"owner_id": wrong})
            assert (refused.status, refused.json["errors"][0]["reason"]) == (422, "person_not_here")
        assert (await browser.patch(path, {"owner_id": "x"})).status == 422
        assert (await browser.patch(path, {"owner_id": str(agent.agent_id)})).status == 200
        # What is so already may be said by whoever changes contacts.
        assert (await agent.patch(path, {"owner_id": str(agent.agent_id), "name": "Anna"})).status == 200
        assert (await agent.patch(path, {"owner_id": None})).status == 403


async def test_owners_are_read_in_by_their_address_taken_away_and_undone(browser: Browser) -> None:
    await set_up(browser)
    email = next(one["email"] for one in (await browser.get("/api/agents")).json["items"])
    me = str(browser.agent_id)
    known = await _add_with_email(browser, "ana@example.org")
    batch = (await browser.post("/api/contact-batches", {"kind": "import", "name": "people.csv"})).json["id"]
    rows: list[dict[str, Any]] = [
        {"name": "Ana", "email": "ana@example.org", "owner": email.upper()},
        {"name": "Bo", "email": "bo@example.org", "owner": "nobody@example.org"},
    ]
    answer = await browser.post(f"/api/contact-batches/{batch}/rows", {"rows": rows})
    first, second = answer.json["items"]
    assert (first["outcome"], second["outcome"], second["reason"]) == ("updated", "failed", "person_not_here")
    assert (await browser.get(f"/api/contacts/{known}")).json["owner_id"] == me
    table = list(csv.DictReader(io.StringIO((await browser.get("/api/contact-table")).raw.decode("utf-8-sig"))))
    assert [(one["name"], one["owner"]) for one in table] == [("Ana", email)]
    await undo_import(browser, batch)
    assert (await browser.get(f"/api/contacts/{known}")).json["owner_id"] is None


async def _add_with_email(browser: Browser, email: str) -> str:
    return (await browser.post("/api/contacts", {"name": "Ana", "email": email})).json["id"]
