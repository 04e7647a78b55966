"""Webhooks through HTTP: made, changed and deleted; their secret once; who may; addresses that nobody may call."""

import secrets
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.web.conftest import Browser, Server, browser_of, join, set_up
from threadline.store.session import Role

URL = "https://crm.example.com/threadline?key=1"


async def _make(browser: Browser, **more: Any) -> dict[str, Any]:
    given = {"name": secrets.token_hex(4), "url": URL, "kinds": ["message_received"]}
    made = await browser.post("/api/webhooks", given | more)
    assert made.status == 201, made.raw
    return made.json


async def test_a_webhook_is_made_changed_deleted_and_brought_back_with_its_secret(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser, name="CRM")
    secret, webhook = made["secret"], made["webhook"]
    assert secret.startswith("whsec_")
    assert webhook["secret_last4"] == secret[-4:]
    assert (webhook["is_on"], webhook["has_content"], webhook["failed_count"]) == (True, False, 0)
    listed = await browser.get("/api/webhooks")
    assert secret.encode() not in listed.raw
    assert listed.json["items"] == [webhook]
    assert "signed_in" not in listed.json["offered_kinds"]
    path = f"/api/webhooks/{webhook['id']}"
    changed = await browser.patch(path, {"kinds": ["note_added", "conversation_started"], "is_on": False})
    assert changed.json["kinds"] == ["conversation_started", "note_added"]
    assert (changed.json["name"], changed.json["is_on"], changed.json["off_reason"]) == ("CRM", False, None)
    assert (await browser.delete(path)).status == 204
    assert (await browser.get("/api/webhooks")).json["items"] == []
    assert (await browser.patch(path, {"name": "x"})).json["reason"] == "no_such_webhook"
    back = await browser.post(f"{path}/restore")
    assert (back.json["name"], back.json["secret_last4"]) == ("CRM", secret[-4:])
    told = [
        one for one in (await browser.get("/api/events?after=0")).json["events"] if one["kind"] == "webhook_changed"
    ]
    assert [one["data"]["webhook_id"] for one in told] == [webhook["id"]] * 4
    assert URL not in str(told)


async def test_a_name_that_came_back_into_use_keeps_the_deleted_one_away(browser: Browser) -> None:
    await set_up(browser)
    first = (await _make(browser, name="CRM"))["webhook"]["id"]
    await browser.delete(f"/api/webhooks/{first}")
    await _make(browser, name="crm")
    assert (await browser.post(f"/api/webhooks/{first}/restore")).json["reason"] == "webhook_exists"


async def test_a_new_secret_is_shown_once_and_the_old_one_has_its_time(browser: Browser) -> None:
    await set_up(browser)
    made = await _make(browser)
    path = f"/api/webhooks/{made['webhook']['id']}/secret"
    fresh = await browser.post(path, {"overlap_hours": 1})
    assert fresh.json["secret"] != made["secret"]
    assert fresh.json["webhook"]["old_secret_until"] is not None
    at_once = await browser.post(path, {"overlap_hours": 0})
    assert at_once.json["webhook"]["old_secret_until"] is None
    assert (await browser.post(path, {"overlap_hours": 24 * 7 + 1})).status == 422


async def test_a_repeated_request_makes_one_webhook_and_says_its_secret_again(browser: Browser) -> None:
    await set_up(browser)
    body = {"name": "CRM", "url": URL, "kinds": []}
    answers = [await browser.post("/api/webhooks", body, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len((await browser.get("/api/webhooks")).json["items"]) == 1
    async with browser.server.database.transaction(Role.ENGINE) as session:
        kept = await (await session.raw()).fetchval(
            "select string_agg(encode(response, 'escape'), '') from idempotency_keys"
        )
    assert answers[0].json["secret"] not in kept


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example.com",
        "http://crm.example.com/",
        "ftp://crm.example.com/",
        "https://user:password@crm.example.com/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/",
        "https://0x0a000001/",
        "https://167772161/",
        "https://crm.example.com\\@evil.example/",
        "https://" + "a" * 2_000 + ".example.com/",
        "https://crm.example.com/\u0000",
    ],
)
async def test_an_address_that_nobody_may_have_called_is_refused(browser: Browser, url: str) -> None:
    await set_up(browser)
    refused = await browser.post("/api/webhooks", {"name": "x", "url": url, "kinds": []})
    assert refused.status == 422, refused.raw
    made = await _make(browser)
    assert (await browser.patch(f"/api/webhooks/{made['webhook']['id']}", {"url": url})).status == 422


async def test_what_the_owner_of_the_installation_let_in_may_be_called_without_https(browser: Browser) -> None:
    """The test's own switch lets 127.0.0.0/8 in (THREADLINE_ALLOWED_PRIVATE_HOSTS)."""
    await set_up(browser)
    await _make(browser, url="http://127.0.0.1:8099/hook")


@pytest.mark.parametrize(
    "body",
    [
        {"kinds": ["signed_in"]},
        {"kinds": ["nonsense"]},
        {"name": " "},
        {"is_on": None},
        {"secret": "mine"},
        {},
    ],
)
async def test_what_no_webhook_can_be_is_refused(browser: Browser, body: dict[str, Any]) -> None:
    await set_up(browser)
    made = await _make(browser)
    assert (await browser.patch(f"/api/webhooks/{made['webhook']['id']}", body)).status == 422


async def test_there_is_room_for_twenty(browser: Browser) -> None:
    await set_up(browser)
    for _ in range(20):
        await _make(browser)
    more = await browser.post("/api/webhooks", {"name": "x", "url": URL, "kinds": []})
    assert (more.status, more.json["reason"]) == (409, "too_many_webhooks")


async def test_whoever_sees_some_conversations_makes_no_webhook_that_is_told_of_all(server: Server) -> None:
    async with browser_of(server) as admin, browser_of(server) as limited:
        await set_up(admin)
        rights = ["webhooks:manage", "conversations:read", "channels:read", "agents:read", "workspace:read"]
        role = await admin.post("/api/roles", {"name": "Integrator", "permissions": rights})
        await join(admin, limited, sees="assigned")
        given = await admin.patch(f"/api/agents/{limited.agent_id}", {"role_id": role.json["id"]})
        assert given.status == 200, given.raw
        refused = await limited.post("/api/webhooks", {"name": "x", "url": URL, "kinds": []})
        assert (refused.status, refused.json["reason"]) == (403, "webhook_sight")
        made = (await _make(admin))["webhook"]["id"]
        assert (await limited.patch(f"/api/webhooks/{made}", {"url": URL + "2"})).status == 403
        assert (await limited.post(f"/api/webhooks/{made}/secret", {})).status == 403


async def test_whom_numbers_are_masked_from_has_no_webhook_told_them(server: Server) -> None:
    """The role may manage webhooks and not see addresses: ids are fine, texts are not."""
    async with browser_of(server) as admin, browser_of(server) as masked:
        await set_up(admin)
        rights = ["webhooks:manage", "conversations:read", "channels:read", "agents:read", "workspace:read"]
        role = await admin.post("/api/roles", {"name": "Integrator", "permissions": rights})
        await join(admin, masked)
        given = await admin.patch(f"/api/agents/{masked.agent_id}", {"role_id": role.json["id"]})
        assert given.status == 200, given.raw
        body = {"name": "x", "url": URL, "kinds": ["message_received"]}
        refused = await masked.post("/api/webhooks", body | {"has_content": True})
        assert (refused.status, refused.json["reason"]) == (403, "webhook_content")
        theirs = (await _make(admin, has_content=True))["webhook"]["id"]
        assert (await masked.patch(f"/api/webhooks/{theirs}", {"url": URL + "2"})).json["reason"] == "webhook_content"
        assert (await masked.patch(f"/api/webhooks/{theirs}", {"name": "Renamed"})).status == 200
        assert (await masked.patch(f"/api/webhooks/{theirs}", {"has_content": False})).status == 200
        assert (await masked.post("/api/webhooks", body)).status == 201


async def test_the_log_is_paged_filtered_and_tells_each_try(browser: Browser) -> None:
    await set_up(browser)
    webhook_id = (await _make(browser))["webhook"]["id"]
    path = f"/api/webhooks/{webhook_id}"
    made = [(await browser.post(f"{path}/test")).json["id"] for _ in range(5)]
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        connection = await session.raw()
        await connection.execute(
            "update webhook_dispatches set state = 'failed', settled_at = now(), tried = 1 where id = $1", UUID(made[1])
        )
        await connection.execute(
            "insert into webhook_tries (workspace_id, dispatch_id, number, at, took_ms, status, answer)"
            " values ($1, $2, 1, now(), 34, 500, 'no such table')",
            browser.workspace_id,
            UUID(made[1]),
        )
    first = (await browser.get(f"{path}/dispatches?limit=3")).json
    rest = (await browser.get(f"{path}/dispatches?limit=3&before={first['next']}")).json
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    [failed] = (await browser.get(f"{path}/dispatches?state=failed")).json["items"]
    assert (failed["id"], failed["last_status"], failed["last_took_ms"], failed["type"]) == (
        made[1], 500, 34, "webhook_test",
    )  # fmt: skip
    detail = (await browser.get(f"/api/webhook-dispatches/{made[1]}")).json
    assert (detail["tries"][0]["answer"], detail["said"]["type"]) == ("no such table", "webhook_test")
    assert (await browser.get("/api/webhooks")).json["items"][0]["failed_count"] == 1
    again = await browser.post(f"/api/webhook-dispatches/{made[1]}/replay")
    assert (again.json["state"], again.json["try_count"]) == ("waiting", 1)
    assert (await browser.post(f"/api/webhook-dispatches/{made[1]}/replay")).json["reason"] == "dispatch_waiting"
    assert (await browser.post(f"{path}/replay-failed")).json == {"count": 0}
    assert (await browser.get(f"{path}/dispatches?state=lost")).status == 422


async def test_another_workspace_finds_nothing_of_it(server: Server) -> None:
    async with browser_of(server) as ours, browser_of(server) as theirs:
        await set_up(ours)
        await set_up(theirs)
        webhook_id = (await _make(ours))["webhook"]["id"]
        dispatch_id = (await ours.post(f"/api/webhooks/{webhook_id}/test")).json["id"]
        for answer in (
            await theirs.patch(f"/api/webhooks/{webhook_id}", {"name": "x"}),
            await theirs.get(f"/api/webhooks/{webhook_id}/dispatches"),
            await theirs.get(f"/api/webhook-dispatches/{dispatch_id}"),
            await theirs.post(f"/api/webhook-dispatches/{dispatch_id}/replay"),
            await theirs.get(f"/api/webhook-dispatches/{uuid4()}"),
        ):
            assert answer.status == 404, answer.raw


async def test_a_token_reads_and_replays_but_makes_no_secret(server: Server) -> None:
    async with browser_of(server) as admin, browser_of(server) as program:
        await set_up(admin)
        webhook_id = (await _make(admin))["webhook"]["id"]
        token = await admin.post("/api/tokens", {"name": "watcher", "scopes": ["webhooks:manage"]})
        program.token = token.json["token"]
        assert (await program.get(f"/api/webhooks/{webhook_id}/dispatches")).status == 200
        assert (await program.post(f"/api/webhooks/{webhook_id}/test")).status == 201
        assert (await program.post("/api/webhooks", {"name": "x", "url": URL, "kinds": []})).status == 403
        assert (await program.post(f"/api/webhooks/{webhook_id}/secret", {})).status == 403
