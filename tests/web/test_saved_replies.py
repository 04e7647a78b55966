"""Saved replies over HTTP: what is taken, what is refused with its field, and who sees what."""

import io
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from PIL import Image

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up

REPLY: dict[str, Any] = {"title": "Greeting", "shortcut": "HI", "text": "Hello {{contact.first_name}}"}


async def test_a_reply_is_written_changed_offered_used_and_deleted(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
    made = await browser.post("/api/saved-replies", REPLY)
    assert made.status == 201, made.raw
    assert made.json == {
        "id": made.json["id"],
        "title": "Greeting",
        "shortcut": "hi",
        "text": "Hello {{contact.first_name}}",
        "variants": [],
        "channel_id": None,
        "is_shared": False,
        "team_id": None,
        "language": "",
        "wordings": [],
        "files": [],
    }
    path = f"/api/saved-replies/{made.json['id']}"
    changed = await browser.patch(path, {"text": "Good day {{contact.first_name}}!", "shortcut": ""})
    assert changed.json == made.json | {"text": "Good day {{contact.first_name}}!", "shortcut": ""}
    assert (await browser.get("/api/saved-replies")).json["items"] == [changed.json]
    offered = (await browser.get(f"/api/conversations/{conversation_id}/saved-replies")).json["items"]
    assert [[piece["text"] for piece in one["variants"][0]["pieces"]] for one in offered] == [
        ["Good day ", "Carla", "!"]
    ]
    assert offered[0]["variants"][0]["pieces"][1]["variable"] == "contact.first_name"
    assert (await browser.post(f"{path}/uses")).status == 204
    assert (await browser.delete(path)).status == 204
    assert (await browser.get("/api/saved-replies")).json["items"] == []
    assert (await browser.post(f"{path}/uses")).status == 404


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"text": "{{ secret }}"}, "text", "place_unknown"),
        ({"text": "  "}, "text", "needed"),
        ({"text": "x" * 4_097}, "text", "too_long"),
        ({"variants": ["{{ secret }}"]}, "variants", "place_unknown"),
        ({"variants": ["Hello  {{contact.first_name}}"]}, "variants", "variant_twice"),
        ({"variants": [f"Hi {number}" for number in range(11)]}, "variants", "too_many_variants"),
        ({"variants": [" "]}, "variants.0", "needed"),
        ({"title": ""}, "title", "needed"),
        ({"shortcut": "two words"}, "shortcut", "shortcut_letters"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    browser: Browser, given: dict[str, Any], field: str, reason: str
) -> None:
    await set_up(browser)
    refused = await browser.post("/api/saved-replies", REPLY | given)
    assert refused.status == 422
    assert [(one["field"], one["reason"]) for one in refused.json["errors"]] == [(field, reason)]
    assert (await browser.get("/api/saved-replies")).json["items"] == []


async def test_a_change_of_nothing_is_refused(browser: Browser) -> None:
    await set_up(browser)
    path = f"/api/saved-replies/{(await browser.post('/api/saved-replies', REPLY)).json['id']}"
    for given in ({}, {"title": None}):
        assert (await browser.patch(path, given)).status == 422


async def test_agents_write_their_own_and_supervisors_the_workspaces(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, supervisor, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await set_up(foreign)
        await join(admin, agent)
        await join(admin, supervisor, role="supervisor")
        shared = REPLY | {"is_shared": True}
        assert (await agent.post("/api/saved-replies", shared)).status == 403
        own = await agent.post("/api/saved-replies", REPLY)
        ours = await supervisor.post("/api/saved-replies", shared)
        assert (own.status, ours.status) == (201, 201)

        async def seen(browser: Browser) -> set[str]:
            return {one["id"] for one in (await browser.get("/api/saved-replies")).json["items"]}

        assert await seen(agent) == {own.json["id"], ours.json["id"]}
        assert await seen(admin) == await seen(supervisor) == {ours.json["id"]}
        assert await seen(foreign) == set()
        for browser, reply, status in (
            (admin, own, 404),
            (foreign, own, 404),
            (foreign, ours, 404),
            (agent, ours, 403),
        ):
            path = f"/api/saved-replies/{reply.json['id']}"
            assert (await browser.patch(path, {"title": "x"})).status == status
            assert (await browser.delete(path)).status == status
        assert await seen(agent) == {own.json["id"], ours.json["id"]}


async def test_a_teams_replies_are_its_members_and_become_everybodys_with_its_end(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, member, other = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, member)
        await join(admin, other)
        desk = Desk(server, admin.workspace_id)
        conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
        team = (await admin.post("/api/teams", {"name": "Billing", "colour": "teal"})).json
        await admin.patch(f"/api/teams/{team['id']}", {"add": [str(member.agent_id)]})
        given = REPLY | {"is_shared": True, "team_id": team["id"]}
        assert (await member.post("/api/saved-replies", given)).status == 403
        assert (await admin.post("/api/saved-replies", given | {"is_shared": False})).status == 422
        made = (await admin.post("/api/saved-replies", given)).json
        assert made["team_id"] == team["id"]
        everybodys = await admin.post("/api/saved-replies", REPLY | {"is_shared": True})
        assert everybodys.status == 201, "another owner, so the same shortcut is free"
        taken = await admin.patch(f"/api/saved-replies/{everybodys.json['id']}", {"team_id": team["id"]})
        assert (taken.status, taken.json["reason"]) == (409, "shortcut_taken")

        async def read(browser: Browser) -> list[bool]:
            listed = [one["id"] for one in (await browser.get("/api/saved-replies")).json["items"]]
            path = f"/api/conversations/{conversation_id}/saved-replies"
            offered = [one["id"] for one in (await browser.get(path)).json["items"]]
            return [made["id"] in listed, made["id"] in offered]

        assert await read(member) == [True, True]
        assert await read(other) == [False, False]
        assert await read(admin) == [True, False], "who manages them reads them, and is offered what their teams have"
        assert (await other.post(f"/api/saved-replies/{made['id']}/uses")).status == 404
        assert (await member.post(f"/api/saved-replies/{made['id']}/uses")).status == 204
        assert (await member.patch(f"/api/saved-replies/{made['id']}", {"title": "x"})).status == 403
        assert (await admin.delete(f"/api/teams/{team['id']}")).status == 204
        assert await read(other) == [True, True]
        listed = (await other.get("/api/saved-replies")).json["items"]
        assert [one["shortcut"] for one in listed if one["id"] == made["id"]] == [""]


async def test_a_reply_goes_out_with_its_files_and_keeps_them(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await set_up(foreign)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
        first, second = await _upload(admin, "a.png"), await _upload(admin, "b.png")
        assert (first.status, first.json["width"]) == (201, 20)
        assert (await agent.get(first.json["url"])).status == 404
        ids = [second.json["id"], first.json["id"]]
        made = await admin.post("/api/saved-replies", REPLY | {"is_shared": True, "file_ids": ids})
        assert [one["id"] for one in made.json["files"]] == ids
        assert (await agent.get(first.json["url"])).status == 200
        assert (await foreign.get(first.json["url"])).status == 404
        (offered,) = (await agent.get(f"/api/conversations/{conversation_id}/saved-replies")).json["items"]
        assert [one["name"] for one in offered["files"]] == ["b.png", "a.png"]
        copies: list[dict[str, Any]] = []
        for _ in range(2):
            sent = await agent.post(
                f"/api/conversations/{conversation_id}/messages",
                {
                    "client_id": str(uuid4()),
                    "content": {"kind": "media", "media": "image", "file_id": ids[0], "caption": "look"},
                },
            )
            assert sent.status == 201, sent.raw
            copies += sent.json["files"].values()
            assert (await agent.get(copies[-1]["url"])).raw == _picture()
        assert len({ids[0], *(copy["id"] for copy in copies)}) == 3
        path = f"/api/saved-replies/{made.json['id']}"
        assert [one["id"] for one in (await admin.patch(path, {"title": "Other"})).json["files"]] == ids
        assert [one["id"] for one in (await admin.patch(path, {"file_ids": ids[1:]})).json["files"]] == ids[1:]
        assert (await admin.delete(path)).status == 204
        assert (await agent.get(first.json["url"])).status == 404
        assert (await agent.get(copies[0]["url"])).status == 200, "what was sent stays"


async def test_a_file_that_the_channel_cannot_carry_is_refused_before_anything_goes_out(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
    gif = io.BytesIO()
    Image.new("P", (20, 10)).save(gif, "GIF")
    kept = await _upload(browser, "dance.gif", gif.getvalue(), "image/gif")
    await browser.post("/api/saved-replies", REPLY | {"file_ids": [kept.json["id"]]})
    refused = await browser.post(
        f"/api/conversations/{conversation_id}/messages",
        {
            "client_id": str(uuid4()),
            "content": {"kind": "media", "media": "image", "file_id": kept.json["id"], "caption": ""},
        },
    )
    assert refused.status == 422
    assert [one["reason"] for one in refused.json["errors"]] == ["no_files_of_this_kind"]


async def test_files_that_are_not_ones_own_to_keep_are_refused(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        kept, used = await _upload(admin, "a.png"), await _upload(agent, "b.png")
        assert (await agent.post("/api/saved-replies", REPLY | {"file_ids": [used.json["id"]]})).status == 201
        for ids, reason in (
            ([kept.json["id"]], "file_not_ready"),
            ([str(uuid4())], "file_not_ready"),
            ([used.json["id"]], "file_not_ready"),
            ([str(uuid4()) for _ in range(11)], "too_many_reply_files"),
        ):
            refused = await agent.post("/api/saved-replies", REPLY | {"shortcut": "", "file_ids": ids})
            assert (refused.status, refused.json["errors"][0]["reason"]) == (422, reason)


async def test_the_customers_language_is_offered_first_and_greets_by_their_clock(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
    wordings = [{"language": "es", "text": "{{contact.greeting}}, {{contact.first_name}}", "variants": []}]
    given = REPLY | {"language": "en", "text": "Hello", "wordings": wordings}
    made = await browser.post("/api/saved-replies", given)
    assert (made.status, made.json["wordings"]) == (201, wordings)
    path = f"/api/conversations/{conversation_id}/saved-replies"
    contact_id = (await browser.get(f"/api/conversations/{conversation_id}")).json["contact"]["id"]
    await browser.patch(f"/api/contacts/{contact_id}", {"locale": "es", "time_zone": "Europe/Madrid"})
    (offered,) = (await browser.get(path)).json["items"]
    words = "".join(piece["text"] for piece in offered["variants"][0]["pieces"])
    assert offered["language"] == "es"
    assert words in ("Buenos días, Carla", "Buenas tardes, Carla", "Buenas noches, Carla")
    assert [(one["language"], one["variants"][0]["pieces"][0]["text"]) for one in offered["others"]] == [
        ("en", "Hello")
    ]
    await browser.patch(f"/api/contacts/{contact_id}", {"locale": "fi"})
    (offered,) = (await browser.get(path)).json["items"]
    assert (offered["language"], [one["language"] for one in offered["others"]]) == ("en", ["es"])
    twice = await browser.patch(f"/api/saved-replies/{made.json['id']}", {"language": "es"})
    assert (twice.status, twice.json["errors"][0]["reason"]) == (422, "wording_twice")
    bad = await browser.post("/api/saved-replies", REPLY | {"language": "Spanish!"})
    assert bad.status == 422


def _picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(buffer, "PNG")
    return buffer.getvalue()


async def _upload(browser: Browser, name: str, content: bytes | None = None, kind: str = "image/png") -> Answer:
    form = aiohttp.FormData()
    form.add_field("file", content or _picture(), filename=name, content_type=kind)
    return await browser.request("POST", "/api/files", data=form)


async def test_variants_are_kept_in_their_order_and_the_next_one_follows_what_was_sent(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), name="Carla Customer")
    made = await browser.post("/api/saved-replies", REPLY | {"variants": ["Hi {{contact.first_name}}", "Good day"]})
    assert made.json["variants"] == ["Hi {{contact.first_name}}", "Good day"]
    changed = await browser.patch(f"/api/saved-replies/{made.json['id']}", {"variants": ["Good day"]})
    assert changed.json == made.json | {"variants": ["Good day"]}
    path = f"/api/conversations/{conversation_id}/saved-replies"
    texts: list[str] = []
    for _ in range(3):
        (offered,) = (await browser.get(path)).json["items"]
        chosen = offered["variants"][0]
        texts.append("".join(piece["text"] for piece in chosen["pieces"]))
        use = {"reply_id": made.json["id"], "variant": chosen["variant"]}
        sent = await browser.post(
            f"/api/conversations/{conversation_id}/messages",
            {"client_id": str(uuid4()), "content": {"kind": "text", "text": texts[-1], "uses": [use]}},
        )
        assert sent.status == 201, sent.raw
        assert sent.json["content"] == {"kind": "text", "text": texts[-1]}
    assert sorted(texts[:2]) == ["Good day", "Hello Carla"]
    assert texts[2] == texts[0]
    for use in ({"reply_id": "x", "variant": "0" * 16}, {"reply_id": str(uuid4()), "variant": "no key"}):
        refused = await browser.post(
            f"/api/conversations/{conversation_id}/messages",
            {"client_id": str(uuid4()), "content": {"kind": "text", "text": "x", "uses": [use]}},
        )
        assert refused.status == 422
