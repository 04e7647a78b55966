"""Many contacts at once through HTTP: read in, previewed, edited, undone, kept as segments and taken away."""

import csv
import io
from typing import Any

import pytest

from tests.web.conftest import Browser, Desk, browser_of, join, set_up


async def _batch(browser: Browser, kind: str = "import") -> str:
    made = await browser.post("/api/contact-batches", {"kind": kind, "name": "people.csv"})
    assert made.status == 201, made.raw
    return made.json["id"]


async def _read_in(browser: Browser, batch_id: str, *rows: dict[str, Any], **more: Any) -> list[str]:
    answer = await browser.post(f"/api/contact-batches/{batch_id}/rows", {"rows": list(rows), **more})
    assert answer.status == 200, answer.raw
    return [one["outcome"] for one in answer.json["items"]]


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
    assert (await admin.post(f"/api/contact-batches/{batch_id}/undo")).json == {"is_done": True}
    people = await _people(admin)
    assert set(people) == {"Ana"}
    assert (people["Ana"]["label_ids"], people["Ana"]["fields"]) == ([], {})
    again = await admin.post(f"/api/contact-batches/{batch_id}/undo")
    assert (again.status, again.json["reason"]) == (409, "undone_already")
    assert await _read_in(admin, await _batch(admin), rows[1], **more) == ["created"], "the number is free again"


async def test_modes_leave_alone_what_they_are_not_for(admin: Browser) -> None:
    await admin.post("/api/contacts", {"name": "Ana", "email": "ana@example.org"})
    batch_id = await _batch(admin)
    known, new = {"name": "A", "email": "ANA@example.org"}, {"name": "B", "email": "b@example.org"}
    assert await _read_in(admin, batch_id, known, new, mode="create") == ["skipped", "created"]
    assert await _read_in(admin, batch_id, known, {"name": "C", "email": "c@x.org"}, mode="update") == [
        "updated",
        "skipped",
    ]


async def test_many_are_edited_alike_and_given_back(admin: Browser) -> None:
    label = (await admin.post("/api/labels", {"kind": "contact", "name": "Fair", "colour": "gold"})).json["id"]
    ids = [(await admin.post("/api/contacts", {"name": f"P{number}"})).json["id"] for number in range(3)]
    batch_id = await _batch(admin, "edit")
    body = {"contact_ids": ids, "add_labels": [label], "is_vip": True}
    assert (await admin.post(f"/api/contact-batches/{batch_id}/edits", body)).json == {"changed_count": 3}
    assert all(one["is_vip"] and one["label_ids"] == [label] for one in (await _people(admin)).values())
    await admin.patch(f"/api/contacts/{ids[0]}", {"is_vip": False})
    await admin.post(f"/api/contact-batches/{batch_id}/undo")
    assert not any(one["is_vip"] or one["label_ids"] for one in (await _people(admin)).values())


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
    assert [(row["name"], row["phone"]) for row in rows] == [("'=HYPERLINK(1)", "'+49 170 0000000")]
    assert "attachment" in answer.headers["content-disposition"]
