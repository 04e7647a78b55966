"""Many contacts edited by one order through HTTP: by a worker, in parts, refused one by one, and taken back."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import Browser, Desk, browser_of, join, set_up
from threadline.actions.change_many import ChangeMany, do_next_part
from threadline.channels.registry import channel_type
from threadline.core.bulk import BATCH
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role

EVERYBODY: dict[str, Any] = {"kind": "group", "match": "all", "of": []}


@pytest.fixture
async def admin(browser: Browser) -> Browser:
    return await set_up(browser)


@pytest.fixture
def desk(admin: Browser) -> Desk:
    return Desk(admin.server, admin.workspace_id)


async def _order(browser: Browser, edit: dict[str, Any], **who: Any) -> str:
    made = await browser.post("/api/contacts/edit", {"edit": edit, **who})
    assert made.status == 201, made.raw
    assert made.json["subject"] == "contacts"
    return made.json["id"]


async def _part(browser: Browser, bulk_id: str) -> bool:
    """What a worker does in one transaction."""
    job = ChangeMany(workspace_id=browser.workspace_id, bulk_id=UUID(bulk_id))
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        return await do_next_part(session, job, now=utc_now(), new_id=new_id, find_type=channel_type)


async def _work(browser: Browser, bulk_id: str) -> dict[str, Any]:
    while await _part(browser, bulk_id):
        pass
    done = (await browser.get(f"/api/bulk-changes/{bulk_id}")).json
    assert done["finished_at"] is not None
    return done


async def _undo(browser: Browser, bulk_id: str) -> dict[str, Any]:
    begun = await browser.post(f"/api/bulk-changes/{bulk_id}/undo")
    assert begun.status == 200, begun.raw
    return await _work(browser, bulk_id)


async def _refused(browser: Browser, bulk_id: str) -> dict[str, str]:
    items = (await browser.get(f"/api/bulk-changes/{bulk_id}/refused")).json["items"]
    return {one["contact_name"]: one["refusal"]["reason"] for one in items}


async def _add(browser: Browser, *names: str) -> list[str]:
    return [(await browser.post("/api/contacts", {"name": name})).json["id"] for name in names]


async def _one(browser: Browser, contact_id: str) -> dict[str, Any]:
    return (await browser.get(f"/api/contacts/{contact_id}")).json


async def _say(desk: Desk, contact_id: str, channel_id: UUID, source: str) -> None:
    async with desk.server.database.transaction(Role.ENGINE, desk.workspace_id) as session:
        await (await session.raw()).execute(
            "insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, changed_at)"
            " values ($1, $2, $3, 'marketing', false, $4, now())",
            desk.workspace_id,
            UUID(contact_id),
            channel_id,
            source,
        )


async def _contact(desk: Desk, channel_id: UUID, name: str, **more: Any) -> tuple[str, str]:
    """(contact, conversation)"""
    conversation_id = await desk.conversation(channel_id, name=name, **more)
    return str(await desk.contact_of(conversation_id)), str(conversation_id)


async def test_many_are_edited_in_parts_and_given_back_except_what_changed_since(admin: Browser) -> None:
    label, old = [
        (await admin.post("/api/labels", {"kind": "contact", "name": name, "colour": "gold"})).json["id"]
        for name in ("Fair", "Old")
    ]
    options = [{"name": "Gold"}, {"name": "Silver"}]
    made = await admin.post("/api/fields", {"owner": "contact", "type": "choice", "name": "Tier", "options": options})
    field, gold = made.json["id"], made.json["options"][0]["id"]
    acme, brick = [(await admin.post("/api/companies", {"name": name})).json["id"] for name in ("Acme", "Brick")]
    ids = await _add(admin, *(f"P{number}" for number in range(BATCH + 2)))
    await admin.put(f"/api/contacts/{ids[0]}/labels", {"add": [old], "remove": []})
    await admin.patch(f"/api/contacts/{ids[0]}", {"company_id": acme})
    edit = {
        "add_labels": [label],
        "remove_labels": [old],
        "is_vip": True,
        "company_id": brick,
        "fields": {field: gold},
        "locale": "pt",
        "is_muted": True,
    }
    before = [await _one(admin, one) for one in ids[:3]]
    bulk_id = await _order(admin, edit, ids=[*ids, ids[0]])
    (listed,) = (await admin.get("/api/bulk-changes")).json["items"]
    assert (listed["id"], listed["total"], listed["finished_at"]) == (bulk_id, len(ids), None), "named twice is once"
    assert await _part(admin, bulk_id) is True
    assert (await admin.get(f"/api/bulk-changes/{bulk_id}")).json["done"] == BATCH, "a worker may die here"
    done = await _work(admin, bulk_id)
    assert (done["done"], done["changed"], done["refused"]) == (len(ids), len(ids), 0)
    changed = await _one(admin, ids[0])
    assert (changed["is_vip"], changed["locale"], changed["is_muted"]) == (True, "pt", True)
    assert (changed["company"]["name"], changed["fields"], changed["label_ids"]) == ("Brick", {field: gold}, [label])

    again = await _work(admin, await _order(admin, edit, ids=ids))
    assert (again["changed"], again["refused"]) == (0, 0), "a repeat changes nothing"

    await admin.patch(f"/api/contacts/{ids[1]}", {"is_vip": False})
    undone = await _undo(admin, bulk_id)
    assert (undone["total"], undone["changed"], undone["refused"]) == (len(ids), len(ids) - 1, 1)
    assert await _refused(admin, bulk_id) == {"P1": "changed_since"}
    after = [await _one(admin, one) for one in ids[:3]]
    assert [after[0], after[2]] == [before[0], before[2]]
    assert after[1] == before[1], "what nobody changed is given back all the same, and VIP is as somebody said"
    refused = await admin.post(f"/api/bulk-changes/{bulk_id}/undo")
    assert (refused.status, refused.json["reason"]) == (409, "bulk_no_undo")


async def test_all_that_match_are_meant_whether_a_page_shows_them_or_not(admin: Browser) -> None:
    ids = await _add(admin, "Ana", "Anton", "Berta")
    condition = {"kind": "condition", "field": "contact.name", "operator": "starts_with", "values": ["an"]}
    filter = {"kind": "group", "match": "all", "of": [condition]}
    done = await _work(admin, await _order(admin, {"is_vip": True}, filter=filter))
    assert (done["total"], done["changed"]) == (2, 2)
    done = await _work(admin, await _order(admin, {"is_muted": True}, filter=EVERYBODY, search="berta"))
    assert (done["total"], done["changed"]) == (1, 1)
    people = [await _one(admin, one) for one in ids]
    assert [(one["is_vip"], one["is_muted"]) for one in people] == [(True, False), (True, False), (False, True)]


async def test_a_block_ends_what_is_open_and_its_undo_opens_it_again(admin: Browser, desk: Desk) -> None:
    channel_id = await desk.channel()
    ana, open_one = await _contact(desk, channel_id, "Ana")
    ben, bens = await _contact(desk, channel_id, "Ben", state="resolved")
    carla, snoozed = await _contact(desk, channel_id, "Carla")
    until = "2099-05-05T08:00:00Z"
    await admin.request("PUT", f"/api/conversations/{snoozed}/snooze", {"until": until})
    states = [(await admin.get(f"/api/conversations/{one}")).json for one in (open_one, bens, snoozed)]
    assert [one["state"] for one in states] == ["open", "resolved", "snoozed"]

    bulk_id = await _order(admin, {"is_blocked": True}, ids=[ana, ben, carla])
    assert (await _work(admin, bulk_id))["changed"] == 3
    for contact_id, conversation_id in ((ana, open_one), (ben, bens), (carla, snoozed)):
        assert (await _one(admin, contact_id))["blocked_at"] is not None
        assert (await admin.get(f"/api/conversations/{conversation_id}")).json["state"] == "resolved"
    assert (await _work(admin, await _order(admin, {"is_blocked": True}, ids=[ana])))["changed"] == 0

    assert (await _undo(admin, bulk_id))["changed"] == 3
    now = [(await admin.get(f"/api/conversations/{one}")).json for one in (open_one, bens, snoozed)]
    for name in ("state", "snoozed_until", "waiting_since"):
        assert [one[name] for one in now] == [one[name] for one in states], name
    assert [(await _one(admin, one))["blocked_at"] for one in (ana, ben, carla)] == [None, None, None]


async def test_a_stop_word_is_lifted_only_if_somebody_says_so_plainly(admin: Browser, desk: Desk) -> None:
    channel_id = await desk.channel()
    noted, by_word, by_provider = [(await _contact(desk, channel_id, name))[0] for name in ("Ana", "Ben", "Carla")]
    ids = [noted, by_word, by_provider]
    await _say(desk, by_word, channel_id, "word")
    await _say(desk, by_provider, channel_id, "provider")
    out = await _order(admin, {"is_opted_out": True}, ids=ids)
    assert (await _work(admin, out))["changed"] == 3
    assert all([(await _one(admin, one))["opted_out_at"] for one in ids])
    before = [await _one(admin, one) for one in ids]

    back = await _order(admin, {"is_opted_out": False}, ids=ids)
    done = await _work(admin, back)
    assert (done["changed"], done["refused"]) == (2, 1)
    assert await _refused(admin, back) == {"Ben": "opted_out_by_word"}
    assert (await _one(admin, by_word))["opted_out_at"] is not None
    nothing = await _order(admin, {"is_opted_out": False}, ids=[by_provider])
    await _work(admin, nothing)
    assert await _refused(admin, nothing) == {"Carla": "opted_out_by_provider"}

    plainly = await _order(admin, {"is_opted_out": False, "lifts_words": True}, ids=ids)
    assert (await _work(admin, plainly))["changed"] == 1
    said = (await _one(admin, by_word))["consents"]
    assert [(one["is_given"], one["source"]) for one in said] == [(True, "hand")]
    assert (await _undo(admin, plainly))["changed"] == 1
    assert (await _undo(admin, back))["changed"] == 2
    assert [await _one(admin, one) for one in ids] == before, "with the customer's word and its time"


async def test_nobody_edits_whom_they_do_not_see_or_without_the_right(admin: Browser, desk: Desk) -> None:
    here, there = await desk.channel(), await desk.channel()
    ana, _ = await _contact(desk, here, "Ana")
    ben, _ = await _contact(desk, there, "Ben")
    (silent,) = await _add(admin, "Silent")
    async with browser_of(admin.server) as limited, browser_of(admin.server) as other:
        await join(admin, limited, role="supervisor", channel_ids=[str(here)])
        bulk_id = await _order(limited, {"is_vip": True}, ids=[ana, ben, silent, str(uuid4())])
        while await _part(admin, bulk_id):
            pass
        mine = (await limited.get(f"/api/bulk-changes/{bulk_id}")).json
        assert (mine["changed"], mine["refused"]) == (1, 3)
        assert await _refused(limited, bulk_id) == {}, "whom one does not see is not named"
        assert [(await _one(admin, one))["is_vip"] for one in (ana, ben, silent)] == [True, False, False]
        everybody = await _order(limited, {"is_muted": True}, filter=EVERYBODY)
        assert (await limited.get(f"/api/bulk-changes/{everybody}")).json["total"] == 1
        assert (await admin.get(f"/api/bulk-changes/{bulk_id}")).status == 404, "a colleague's"

        await admin.patch(f"/api/agents/{limited.agent_id}", {"role": "agent"})
        while await _part(admin, everybody):
            pass
        assert (await _one(admin, ana))["is_muted"] is False, "the right went while it waited"
        refused = await limited.post("/api/contacts/edit", {"edit": {"is_vip": True}, "ids": [ana]})
        assert refused.status == 403

        await set_up(other)
        foreign = await _order(other, {"is_vip": False}, ids=[ana])
        done = await _work(other, foreign)
        assert (done["changed"], done["refused"]) == (0, 1)
        assert (await other.get(f"/api/bulk-changes/{bulk_id}")).status == 404
    assert (await _one(admin, ana))["is_vip"] is True


async def test_what_no_contact_takes_is_refused_at_once(admin: Browser) -> None:
    (ana,) = await _add(admin, "Ana")
    label = (await admin.post("/api/labels", {"kind": "conversation", "name": "Fair", "colour": "gold"})).json["id"]
    for body, reason in (
        ({"edit": {}, "ids": [ana]}, "nothing_to_change"),
        ({"edit": {"lifts_words": True}, "ids": [ana]}, "nothing_to_change"),
        ({"edit": {"is_vip": True}}, ""),
        ({"edit": {"is_vip": True}, "ids": [ana], "filter": EVERYBODY}, ""),
        ({"edit": {"is_vip": True}, "ids": []}, "bulk_nothing"),
        ({"edit": {"add_labels": [label]}, "ids": [ana]}, "no_such_label"),
        ({"edit": {"fields": {str(uuid4()): "x"}}, "ids": [ana]}, "no_such_field"),
        ({"edit": {"is_vip": "yes"}, "ids": [ana]}, ""),
        ({"edit": {"is_vip": True}, "ids": [ana] * 501}, ""),
    ):
        answer = await admin.post("/api/contacts/edit", body)
        assert (answer.status, answer.json.get("reason", "")) == (422, reason), (body, answer.raw)
    assert (await admin.post("/api/contacts/edit", {"edit": {"company_id": str(uuid4())}, "ids": [ana]})).status == 404


async def test_whoever_sees_no_numbers_reads_none_in_the_reasons(admin: Browser, desk: Desk) -> None:
    channel_id = await desk.channel()
    contact_id, _ = await _contact(desk, channel_id, "+491701234567")
    await _say(desk, contact_id, channel_id, "word")
    shown = await admin.patch("/api/workspace", {"settings": {"sights": {"supervisor": {"masks": "addresses"}}}})
    assert shown.status == 200, shown.raw
    async with browser_of(admin.server) as masked:
        await join(admin, masked, role="supervisor")
        bulk_id = await _order(masked, {"is_opted_out": False}, ids=[contact_id])
        while await _part(admin, bulk_id):
            pass
        assert await _refused(masked, bulk_id) == {"+49 ••• ••• 67": "opted_out_by_word"}
