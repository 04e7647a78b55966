"""Many contacts at once through HTTP: read in, previewed, undone, kept as segments and taken away."""

import csv
import io
import json
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.actions.import_contacts import ROWS_AT_ONCE, ImportContacts, import_next_rows
from threadline.actions.undo_import import CONTACTS_AT_ONCE, UndoImport, undo_next_contacts
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role


async def _batch(browser: Browser, kind: str = "import") -> str:
    made = await browser.post("/api/contact-batches", {"kind": kind, "name": "people.csv"})
    assert made.status == 201, made.raw
    return made.json["id"]


async def _read_in(browser: Browser, batch_id: str, *rows: dict[str, Any], **more: Any) -> list[str]:
    answer = await browser.post(f"/api/contact-batches/{batch_id}/rows", {"rows": list(rows), **more})
    assert answer.status == 200, answer.raw
    return [one["outcome"] for one in answer.json["items"]]


async def _undo_some(browser: Browser, batch_id: str) -> bool:
    """What a worker does in one transaction."""
    job = UndoImport(workspace_id=browser.workspace_id, batch_id=UUID(batch_id))
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        return await undo_next_contacts(session, job, now=utc_now(), new_id=new_id)


async def undo_import(browser: Browser, batch_id: str) -> None:
    ordered = await browser.post(f"/api/contact-batches/{batch_id}/undo")
    assert ordered.status == 200, ordered.raw
    assert (ordered.json["undo_began_at"] is None, ordered.json["undone_at"]) == (False, None)
    while await _undo_some(browser, batch_id):
        pass
    assert (await browser.get(f"/api/contact-batches/{batch_id}")).json["undone_at"] is not None


async def _people(browser: Browser) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in (await browser.get("/api/contacts?limit=100")).json["items"]}


@pytest.fixture
async def admin(browser: Browser) -> Browser:
    return await set_up(browser)


async def test_a_table_is_tried_read_in_and_undone(admin: Browser) -> None:
    label = (await admin.post("/api/labels", {"kind": "contact", "name": "Fair", "colour": "gold"})).json["id"]
    options = [{"name": "Gold"}, {"name": "Silver"}]
    tier = await admin.post("/api/fields", {"owner": "contact", "type": "choice", "name": "Tier", "options": options})
    field = tier.json["id"]
    known = (await admin.post("/api/contacts", {"name": "Ana", "phone": "+34612345678"})).json
    rows: list[dict[str, Any]] = [
        {"name": "Ana Reyes", "phone": "0034 612 345 678", "fields": {field: "gold"}},
        {"name": "Ben", "phone": "0171 2345678"},
        {"name": "Cleo", "email": "cleo@example.org", "fields": {field: "Bronze"}},
        {"name": "Dan", "phone": "12"},
        {"name": "", "phone": ""},
        {"name": "Ben again", "phone": "'+491712345678"},
    ]
    wanted = ["updated", "created", "failed", "failed", "failed", "updated"]
    batch_id = await _batch(admin)
    more = {"region": "DE", "label_ids": [label]}
    assert await _read_in(admin, batch_id, *rows, is_preview=True, **more) == wanted
    assert set(await _people(admin)) == {"Ana"}, "a preview keeps nothing"
    assert await _read_in(admin, batch_id, *rows, **more) == wanted
    people = await _people(admin)
    assert set(people) == {"Ana Reyes", "Ben again"}
    assert people["Ana Reyes"]["fields"] == {field: tier.json["options"][0]["id"]}
    assert people["Ana Reyes"]["label_ids"] == people["Ben again"]["label_ids"] == [label]
    assert await _read_in(admin, batch_id, rows[0], **more) == ["skipped"], "a repeat changes nothing"
    (batch,) = (await admin.get("/api/contact-batches")).json["items"]
    assert (batch["created_count"], batch["changed_count"]) == (1, 1)

    await admin.patch(f"/api/contacts/{known['id']}", {"fields": {field: None}})  # somebody changed it since
    await undo_import(admin, batch_id)
    people = await _people(admin)
    assert set(people) == {"Ana"}
    assert (people["Ana"]["label_ids"], people["Ana"]["fields"]) == ([], {})
    again = await admin.post(f"/api/contact-batches/{batch_id}/undo")
    assert (again.status, again.json["reason"]) == (409, "undone_already")
    assert await _read_in(admin, await _batch(admin), rows[1], **more) == ["created"], "the number is free again"


async def test_countries_are_read_in_and_taken_away(admin: Browser) -> None:
    await admin.post("/api/contacts", {"name": "Ana", "phone": "+34612345678"})
    rows = [
        {"name": "Ana", "phone": "+34612345678", "country": "de"},
        {"name": "Ben", "country": "NL"},
        {"name": "Cleo", "country": "Atlantis"},
    ]
    batch_id = await _batch(admin)
    answer = await admin.post(f"/api/contact-batches/{batch_id}/rows", {"rows": rows})
    assert [(one["outcome"], one["reason"]) for one in answer.json["items"]] == [
        ("updated", ""),
        ("created", ""),
        ("failed", "no_such_country"),
    ]
    await admin.post("/api/contacts", {"name": "Dan", "phone": "+46701740605"})
    table = (await admin.get("/api/contact-table")).raw.decode("utf-8-sig")
    countries = {row["name"]: row["country"] for row in csv.DictReader(io.StringIO(table))}
    assert countries == {"Ana": "DE", "Ben": "NL", "Dan": "SE"}
    await undo_import(admin, batch_id)
    assert {name: one["country"] for name, one in (await _people(admin)).items()} == {"Ana": "ES", "Dan": "SE"}


async def test_modes_leave_alone_what_they_are_not_for(admin: Browser) -> None:
    await admin.post("/api/contacts", {"name": "Ana", "email": "ana@example.org"})
    batch_id = await _batch(admin)
    known, new = {"name": "A", "email": "ANA@example.org"}, {"name": "B", "email": "b@example.org"}
    assert await _read_in(admin, batch_id, known, new, mode="create") == ["skipped", "created"]
    assert await _read_in(admin, batch_id, known, {"name": "C", "email": "c@x.org"}, mode="update") == [
        "updated",
        "skipped",
    ]


async def test_segments_mean_whom_their_filter_means(admin: Browser) -> None:
    for name in ("Ana", "Berta"):
        await admin.post("/api/contacts", {"name": name})
    condition = {"kind": "condition", "field": "contact.name", "operator": "starts_with", "values": ["ber"]}
    filter = {"kind": "group", "match": "all", "of": [condition]}
    found = await admin.post("/api/contacts/find", {"filter": filter})
    assert [one["name"] for one in found.json["items"]] == ["Berta"]
    kept = await admin.post("/api/segments", {"name": "B", "filter": filter})
    assert kept.status == 201, kept.raw
    taken = await admin.post("/api/segments", {"name": "b", "filter": filter})
    assert (taken.status, taken.json["reason"]) == (409, "segment_name_taken")
    table = (await admin.get(f"/api/contact-table?segment_id={kept.json['id']}")).raw.decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(io.StringIO(table))] == ["Berta"]
    assert (await admin.delete(f"/api/segments/{kept.json['id']}")).status == 204
    of_conversations = {"kind": "condition", "field": "state", "operator": "any_of", "values": ["open"]}
    refused = await admin.post(
        "/api/contacts/find", {"filter": {"kind": "group", "match": "all", "of": [of_conversations]}}
    )
    assert refused.status == 422


async def test_a_table_holds_whom_one_sees_and_runs_nothing(admin: Browser) -> None:
    desk = Desk(admin.server, admin.workspace_id)
    here, there = await desk.channel(), await desk.channel()
    await desk.conversation(here, name="=HYPERLINK(1)")
    await desk.conversation(there, name="There")
    async with browser_of(admin.server) as limited:
        await join(admin, limited, role="supervisor", channel_ids=[str(here)])
        answer = await limited.get("/api/contact-table")
    rows = list(csv.DictReader(io.StringIO(answer.raw.decode("utf-8-sig"))))
    assert [(row["name"], row["phone"]) for row in rows] == [("'=HYPERLINK(1)", "'+491700000000")]
    assert "attachment" in answer.headers["content-disposition"]


async def test_what_is_on_the_screen_is_taken_away_as_it_stands_there(admin: Browser) -> None:
    for number, name in enumerate(("Ana", "Anton", "Berta")):
        await admin.post("/api/contacts", {"name": name, "phone": f"+3461234567{number}"})
    condition = {"kind": "condition", "field": "contact.name", "operator": "starts_with", "values": ["an"]}
    filter = {"kind": "group", "match": "all", "of": [condition]}
    segment = (await admin.post("/api/segments", {"name": "An", "filter": filter})).json["id"]

    async def taken(**query: str) -> list[str]:
        answer = await admin.get(f"/api/contact-table?{urlencode(query)}")
        assert answer.status == 200, answer.raw
        return [row["name"] for row in csv.DictReader(io.StringIO(answer.raw.decode("utf-8-sig")))]

    assert await taken(filter=json.dumps(filter), order="name_back") == ["Anton", "Ana"]
    assert await taken(filter=json.dumps(filter), search="ant") == ["Anton"]
    assert await taken(order="newest") == ["Berta", "Anton", "Ana"]
    for wrong in (
        {"filter": "no filter"},
        {"filter": json.dumps({**filter, "of": [{**condition, "field": "state"}]})},
        {"filter": json.dumps(filter), "segment_id": segment},
        {"order": "best"},
    ):
        refused = await admin.get(f"/api/contact-table?{urlencode(wrong)}")
        assert refused.status == 422, wrong
    async with admin.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
        kept = await (await session.raw()).fetch(
            "select actor_id, data::text as data from events where workspace_id = $1 and kind = 'contacts_exported'",
            admin.workspace_id,
        )
    assert [(row["actor_id"], row["data"]) for row in kept] == [(admin.agent_id, "{}")] * 3, "without what was sought"


async def _read_some(browser: Browser, batch_id: str) -> bool:
    """What a worker does in one transaction."""
    job = ImportContacts(workspace_id=browser.workspace_id, batch_id=UUID(batch_id))
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        return await import_next_rows(session, job, now=utc_now(), new_id=new_id)


async def _progress(browser: Browser, batch_id: str) -> dict[str, Any]:
    return (await browser.get(f"/api/contact-batches/{batch_id}")).json


async def test_a_worker_reads_a_table_in_and_another_goes_on_where_it_died(admin: Browser) -> None:
    label = (await admin.post("/api/labels", {"kind": "contact", "name": "Fair", "colour": "gold"})).json["id"]
    count = ROWS_AT_ONCE + 20
    rows: list[dict[str, Any]] = [
        {"name": f"Guest {number}", "phone": f"0171 23450{number:02d}", "company": "Fair Ltd"}
        for number in range(count)
    ]
    rows[ROWS_AT_ONCE + 3] = {"name": "Nobody", "phone": "12"}
    batch_id = await _batch(admin)
    path = f"/api/contact-batches/{batch_id}"
    for first in (0, 40, 40):  # the line broke once: a slice came twice
        brought = await admin.put(f"{path}/table", {"first": first, "rows": rows[first : first + 40]})
        assert brought.status == 204, brought.raw
    assert (await _progress(admin, batch_id))["total"] == 0
    assert await _read_some(admin, batch_id) is False, "nothing is read in before all of it is here"
    started = await admin.post(f"{path}/start", {"region": "DE", "label_ids": [label]})
    assert (started.status, started.json["total"], started.json["done"]) == (200, count, 0)
    for late in (admin.put(f"{path}/table", {"first": 0, "rows": rows[:1]}), admin.post(f"{path}/start", {})):
        answer = await late
        assert (answer.status, answer.json["reason"]) == (409, "import_has_begun")

    assert await _read_some(admin, batch_id) is True
    with pytest.raises(ZeroDivisionError):
        async with admin.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
            job = ImportContacts(workspace_id=admin.workspace_id, batch_id=UUID(batch_id))
            await import_next_rows(session, job, now=utc_now(), new_id=new_id)
            raise ZeroDivisionError  # a worker dies before it commits: what it did is to be done again
    going_on = await _progress(admin, batch_id)
    assert (going_on["done"], going_on["failed"], going_on["finished_at"]) == (ROWS_AT_ONCE, 0, None)
    refused = await admin.post(f"{path}/undo")
    assert (refused.status, refused.json["reason"]) == (409, "import_goes_on")
    assert await _read_some(admin, batch_id) is False
    assert await _read_some(admin, batch_id) is False, "once more changes nothing"
    over = await _progress(admin, batch_id)
    assert (over["done"], over["failed"], over["created_count"]) == (count, 1, count - 1)
    assert over["finished_at"] is not None
    (failed,) = (await admin.get(f"{path}/failures")).json["items"]
    assert (failed["place"], failed["row"]["name"], failed["reason"]) == (ROWS_AT_ONCE + 3, "Nobody", "phone_needed")
    people = await _people(admin)
    assert len(people) == count - 1
    assert people["Guest 7"]["label_ids"] == [label]
    assert people["Guest 7"]["company"]["name"] == "Fair Ltd"
    async with admin.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
        kept = await (await session.raw()).fetchval("select count(*) from contact_import_rows")
    assert kept == 1, "what was read in is kept once"
    await undo_import(admin, batch_id)
    assert await _people(admin) == {}


async def test_whoever_lost_the_right_reads_nothing_in_any_more(admin: Browser) -> None:
    async with browser_of(admin.server) as supervisor:
        await join(admin, supervisor, role="supervisor")
        batch_id = await _batch(supervisor)
        path = f"/api/contact-batches/{batch_id}"
        await supervisor.put(f"{path}/table", {"first": 0, "rows": [{"name": "Ana"}]})
        assert (await supervisor.post(f"{path}/start", {})).status == 200
        await admin.patch(f"/api/agents/{supervisor.agent_id}", {"role": "agent"})
        assert await _read_some(admin, batch_id) is False
        assert (await _progress(admin, batch_id))["failed"] == 1
        (failed,) = (await admin.get(f"{path}/failures")).json["items"]
        assert failed["reason"] == "forbidden"
        assert await _people(admin) == {}


async def test_a_worker_takes_a_table_back_and_another_goes_on_where_it_died(admin: Browser) -> None:
    batch_id = await _batch(admin)
    count = CONTACTS_AT_ONCE + 7
    await _read_in(admin, batch_id, *({"name": f"Guest {number}"} for number in range(count)))
    path = f"/api/contact-batches/{batch_id}"
    began = (await admin.post(f"{path}/undo")).json
    assert (await admin.post(f"{path}/undo")).json == began, "asked twice, begun once"
    assert (await admin.post(f"{path}/rows", {"rows": [{"name": "Late"}]})).status == 409
    assert await _undo_some(admin, batch_id) is True
    with pytest.raises(ZeroDivisionError):
        async with admin.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
            job = UndoImport(workspace_id=admin.workspace_id, batch_id=UUID(batch_id))
            await undo_next_contacts(session, job, now=utc_now(), new_id=new_id)
            raise ZeroDivisionError  # a worker dies before it commits
    going_on = await _progress(admin, batch_id)
    assert (going_on["created_count"], going_on["undone_at"]) == (7, None)
    assert await _undo_some(admin, batch_id) is False
    assert await _undo_some(admin, batch_id) is False, "once more changes nothing"
    assert (await _progress(admin, batch_id))["undone_at"] is not None
    assert await _people(admin) == {}


async def test_whoever_lost_the_right_takes_nothing_back_any_more(admin: Browser) -> None:
    async with browser_of(admin.server) as supervisor:
        await join(admin, supervisor, role="supervisor")
        batch_id = await _batch(supervisor)
        await _read_in(supervisor, batch_id, {"name": "Ana"})
        assert (await supervisor.post(f"/api/contact-batches/{batch_id}/undo")).status == 200
        await admin.patch(f"/api/agents/{supervisor.agent_id}", {"role": "agent"})
        assert await _undo_some(admin, batch_id) is False
        assert set(await _people(admin)) == {"Ana"}
        assert (await _progress(admin, batch_id))["undo_began_at"] is None
        await undo_import(admin, batch_id)
        assert await _people(admin) == {}


async def test_an_empty_table_is_not_begun(admin: Browser) -> None:
    path = f"/api/contact-batches/{await _batch(admin)}"
    assert (await admin.post(f"{path}/start", {})).status == 409
    assert (await admin.put(f"{path}/table", {"first": 0, "rows": []})).status == 422
    assert (await admin.put(f"{path}/table", {"first": -1, "rows": [{"name": "A"}]})).status == 422


async def test_who_sees_only_some_contacts_undoes_no_batch_of_a_colleague(server: Server) -> None:
    """It would change contacts that they do not see."""
    async with AsyncExitStack() as stack:
        admin, limited = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, limited, role="supervisor", sees="assigned")
        batch = await _batch(admin)
        assert await _read_in(admin, batch, {"name": "Carla"}) == ["created"]
        assert (await limited.post(f"/api/contact-batches/{batch}/undo")).status == 404
        assert (await limited.get(f"/api/contact-batches/{batch}/failures")).status == 404
        assert set(await _people(admin)) == {"Carla"}
        own = await _batch(limited)
        assert (await limited.post(f"/api/contact-batches/{own}/undo")).status == 200
        assert (await admin.post(f"/api/contact-batches/{batch}/undo")).status == 200
