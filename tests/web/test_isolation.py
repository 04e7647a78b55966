"""Workspaces in the database itself (S4), and requests that come twice (R8)."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import aiohttp
import asyncpg
import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, set_up
from threadline.core.permission import Caller
from threadline.infra.clock import new_id
from threadline.store.conversations import ListOrder, ListView, list_conversations
from threadline.store.session import Role
from threadline.web.api.application import create_api
from threadline.web.openapi import build_document

TENANTS = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  and c.relname not in ('sessions', 'one_time_links') order by 1
"""


async def _tenants(server: Server) -> list[str]:
    async with server.database.transaction(Role.ENGINE) as session:
        return [row["relname"] for row in await (await session.raw()).fetch(TENANTS)]


async def test_without_a_workspace_the_web_role_sees_no_row(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    await desk.conversation(await desk.channel())
    tables = await _tenants(browser.server)
    assert {"messages", "conversations", "contacts", "channels", "agents", "events", "files"} <= set(tables)
    async with browser.server.database.transaction(Role.WEB) as session:
        for table in tables:
            assert await (await session.raw()).fetchval(f'select count(*) from "{table}"') == 0, table
    async with browser.server.database.transaction(Role.WEB, browser.workspace_id) as session:
        assert await (await session.raw()).fetchval("select count(*) from conversations") == 1


async def test_a_row_cannot_point_into_another_workspace(server: Server) -> None:
    async with AsyncExitStack() as stack:
        ours, theirs = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(ours)
        await set_up(theirs)
        desk = Desk(server, theirs.workspace_id)
        channel_id = await desk.channel()
        contact_id = await desk.contact_of(await desk.conversation(channel_id))
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            async with server.database.transaction(Role.WEB, ours.workspace_id) as session:
                await (await session.raw()).execute(
                    "insert into conversations (workspace_id, id, channel_id, contact_id, last_activity_at)"
                    " values ($1, $2, $3, $4, now())",
                    ours.workspace_id,
                    new_id(),
                    channel_id,
                    contact_id,
                )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with server.database.transaction(Role.WEB, ours.workspace_id) as session:
                await (await session.raw()).execute(
                    "insert into contacts (workspace_id, id) values ($1, $2)", theirs.workspace_id, new_id()
                )


async def test_nobody_can_make_a_conversation_vanish(browser: Browser) -> None:
    """S65: no operation deletes what customers and agents wrote, and the role of the web process could not."""
    deletes = {path for path, methods in build_document(create_api(None))["paths"].items() if "delete" in methods}
    assert deletes == {
        "/api/agents/{agent_id}/sessions",
        "/api/automatic-replies/{automatic_reply_id}",
        "/api/calendars/{calendar_id}",
        "/api/channels/{channel_id}",
        "/api/companies/{company_id}",  # its row stays, and so does everybody who belonged to it
        "/api/contacts/{contact_id}/merges/{merge_id}",  # gives everybody back what was theirs
        "/api/contacts/{contact_id}/notes/{note_id}",  # its row stays
        "/api/conversations/{conversation_id}/followers/{agent_id}",
        "/api/discussions/{discussion_id}/members/{agent_id}",
        "/api/conversations/{conversation_id}/merges/{other_id}",  # takes two apart again
        "/api/conversations/{conversation_id}/pin",
        "/api/conversations/{conversation_id}/relations/{other_id}",
        "/api/conversations/{conversation_id}/snooze",  # wakes it
        "/api/conversations/{conversation_id}/waiting",  # stops its clock; nothing that was written goes
        "/api/demo",  # only what the demo made; the owner of the schema does it (decision 23)
        "/api/discussions/{discussion_id}/notes/{note_id}",  # its row stays: who wrote one, and when
        "/api/fields/{field_id}",
        "/api/invitations/{invitation_id}",
        "/api/labels/{label_id}",
        "/api/macros/{macro_id}",
        "/api/messages/{message_id}/spoken-text",  # ours, beside what was said; the history keeps it
        "/api/places/{place_id}",
        "/api/push-subscriptions/{subscription_id}",
        "/api/roles/{role_id}",
        "/api/rota/agents/{agent_id}/plans",  # a plan of weeks
        "/api/rules/{rule_id}",
        "/api/saved-replies/{reply_id}",
        "/api/saved-views/{view_id}",
        "/api/segments/{segment_id}",
        "/api/session",
        "/api/sessions/{session_id}",
        "/api/skills/{skill_id}",
        "/api/sla-policies/{policy_id}",
        "/api/stages/{stage_id}",
        "/api/task-patterns/{pattern_id}",
        "/api/teams/{team_id}",
        "/api/tokens/{token_id}",
        "/api/webhooks/{webhook_id}",  # can come back for a day
    }
    await set_up(browser)
    for table in ("conversations", "messages", "attempts", "contacts", "addresses", "files", "channels", "deliveries"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with browser.server.database.transaction(Role.WEB, browser.workspace_id) as session:
                await (await session.raw()).execute(f"delete from {table}")


async def test_ids_in_bodies_and_queries_are_checked_like_those_in_paths(server: Server) -> None:
    """S2: an id of another workspace, one beyond the caller's sight and one that nothing has are all the same."""
    async with AsyncExitStack() as stack:
        admin, limited, foreign = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await set_up(foreign)
        desk, theirs = Desk(server, admin.workspace_id), Desk(server, foreign.workspace_id)
        seen, unseen, elsewhere = await desk.channel(), await desk.channel(), await theirs.channel()
        await join(admin, limited, channel_ids=[str(seen)])
        own = await desk.conversation(seen)
        hidden = await desk.receive(await desk.conversation(unseen), unseen, "hidden")
        strange = await theirs.receive(await theirs.conversation(elsewhere), elsewhere, "strange")
        files = [await one.file(message, channel) for one, message, channel in (
            (theirs, strange, elsewhere), (desk, hidden, unseen))]  # fmt: skip

        def message_with(**more: object) -> dict[str, object]:
            return {"client_id": str(uuid4()), "content": {"kind": "text", "text": "x"}} | more

        def media(file_id: str) -> dict[str, object]:
            return message_with(content={"kind": "media", "media": "image", "file_id": file_id})

        async def upload(channel_id: str) -> Answer:
            form = aiohttp.FormData()
            form.add_field("channel_id", channel_id)
            form.add_field("file", b"%PDF-1.4 a letter", filename="letter.pdf", content_type="application/pdf")
            return await limited.request("POST", "/api/files", data=form)

        messages = f"/api/conversations/{own}/messages"
        own_contact = await desk.contact_of(own)

        async def label(browser: Browser, kind: str) -> str:
            made = await browser.post("/api/labels", {"kind": kind, "name": "Broken", "colour": "red"})
            return str(made.json["id"])

        labels = {kind: [await label(foreign, kind), await label(admin, kind)] for kind in ("conversation", "contact")}
        channels, quoted = [str(elsewhere), str(unseen)], [str(strange), str(hidden)]
        invitation = {"email": "a@example.org", "role": "agent"}
        asked: list[tuple[Callable[[str], Awaitable[Answer]], list[str]]] = [
            (lambda id: limited.post(messages, message_with(quoted_id=id)), quoted),
            (lambda id: limited.post(messages, media(id)), [str(file) for file in files]),
            (lambda id: limited.get(f"/api/templates?channel_id={id}"), channels),
            (lambda id: limited.get(f"/api/conversations?channel_id={id}"), channels),
            (upload, channels),
            (lambda id: limited.patch(f"/api/conversations/{own}/labels", {"add": [id]}),
             [labels["conversation"][0], *labels["contact"]]),
            (lambda id: limited.patch(f"/api/contacts/{own_contact}/labels", {"add": [id]}),
             [labels["contact"][0], *labels["conversation"]]),
            (lambda id: limited.patch(f"/api/contacts/{own_contact}", {"company_id": id}),
             [(await one.post("/api/companies", {"name": "Acme"})).json["id"] for one in (foreign, admin)]),
            (lambda id: admin.patch(f"/api/conversations/{own}", {"assignee_id": id}), [str(foreign.agent_id)]),
            (lambda id: admin.patch(f"/api/conversations/{own}", {"team_id": id}),
             [str((await foreign.post("/api/teams", {"name": "Sales", "colour": "red"})).json["id"])]),
            (lambda id: admin.post("/api/teams", {"name": "Sales", "colour": "red", "member_ids": [id]}),
             [str(foreign.agent_id)]),
            (lambda id: admin.post("/api/invitations", invitation | {"channel_ids": [id]}),
             channels[:1]),
            (lambda id: admin.patch(f"/api/agents/{limited.agent_id}", {"channel_ids": [id]}), channels[:1]),
            (lambda id: admin.post("/api/tokens", {"name": "x", "scopes": ["conversations:read"], "channel_ids": [id]}),
             channels[:1]),
            (lambda id: admin.post("/api/channels/check", {"type": "whatsapp", "values": {}, "channel_id": id}),
             channels[:1]),
            (lambda id: admin.post("/api/session/workspace", {"workspace_id": id}), [str(foreign.workspace_id)]),
        ]  # fmt: skip
        for ask, ids in asked:
            missing = without_number(await ask(str(uuid4())))
            for one in ids:
                assert without_number(await ask(one)) == missing
            assert missing[0] in (404, 422) or missing[1]["items"] == []
        thread = (await limited.get(messages)).json["items"]
        assert [one["direction"] for one in thread] == ["incoming"], "none of it was written"


def without_number(answer: Answer) -> tuple[int, dict[str, Any]]:
    return answer.status, {name: value for name, value in answer.json.items() if name not in ("request_id", "position")}


async def test_twenty_equal_requests_have_one_effect_and_one_answer(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel())
    path = f"/api/conversations/{conversation_id}/messages"
    body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Once"}}
    headers = {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(browser.post(path, body, headers=headers) for _ in range(20)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.raw for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 19
    thread = (await browser.get(path)).json["items"]
    assert [one["direction"] for one in thread] == ["incoming", "line", "outgoing"]  # taken once, answered once
    other = await browser.post(path, body | {"client_id": str(uuid4())}, headers=headers)
    assert other.status == 422
    without_key = await browser.post(path, body)
    assert without_key.json["id"] == answers[0].json["id"]


async def test_an_answer_with_a_secret_is_kept_sealed_and_given_again(browser: Browser) -> None:
    await set_up(browser)
    body = {"name": "x", "scopes": ["conversations:read"]}
    first = await browser.post("/api/tokens", body, headers={"Idempotency-Key": "t"})
    second = await browser.post("/api/tokens", body, headers={"Idempotency-Key": "t"})
    assert first.raw == second.raw
    async with browser.server.database.transaction(Role.ENGINE) as session:
        kept = await (await session.raw()).fetch("select response from idempotency_keys where key = 't'")
    assert all(first.json["token"].encode() not in row["response"] for row in kept)
    assert len((await browser.get("/api/tokens")).json["items"]) == 1


async def test_a_refused_request_may_be_repeated_with_its_key(browser: Browser) -> None:
    await set_up(browser)
    headers = {"Idempotency-Key": "again"}
    path = f"/api/conversations/{uuid4()}/messages"
    body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Once"}}
    assert (await browser.post(path, body, headers=headers)).status == 404
    assert (await browser.post(path, body, headers=headers)).status == 404


async def test_pages_by_key_show_everything_once(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    made = {str(await desk.conversation(channel_id, texts=())) for _ in range(7)}
    long_id = await desk.conversation(channel_id, texts=tuple(str(number) for number in range(25)))
    for order in ("newest", "oldest", "waiting"):
        seen: list[str] = []
        after = ""
        while True:
            page = (await browser.get(f"/api/conversations?view=open&order={order}&limit=3{after}")).json
            seen += [one["id"] for one in page["items"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        assert sorted(seen) == sorted(made | {str(long_id)})
        wrong = {"newest": "oldest", "oldest": "waiting", "waiting": "newest"}[order]
        assert (await browser.get(f"/api/conversations?view=open&order={wrong}{after}")).status == 422
    texts: list[str] = []
    before = ""
    while True:
        page = (await browser.get(f"/api/conversations/{long_id}/messages?limit=10{before}")).json
        texts = [one["content"]["text"] for one in page["items"]] + texts
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert texts == [str(number) for number in range(25)]


_MANY = """
with numbers as (select n, gen_random_uuid() as id from generate_series(1, 20000) n),
people as (insert into contacts (workspace_id, id, name) select $1, id, 'C' || n from numbers)
insert into conversations (workspace_id, id, channel_id, contact_id, state, assignee_id, last_activity_at,
                           waiting_since, failed_count)
select $1, id, $2, id, case when n % 20 = 0 then 'open' when n % 50 = 1 then 'snoozed' else 'resolved' end,
       case when n % 3 = 0 then $3::uuid end, now() - n * interval '1 minute',
       case when n % 40 = 0 then now() - n * interval '1 minute' end, (n % 500 = 0)::int
from numbers
"""


async def _explain(browser: Browser, view: ListView) -> str:
    """The plan of a view's first page, as the web role with its policies."""
    plans: list[str] = []
    async with browser.server.database.transaction(Role.WEB, browser.workspace_id) as session:
        connection = await session.raw()

        class Explaining:
            async def fetch(self, statement: str, *values: object) -> list[object]:
                plans.extend(row[0] for row in await connection.fetch(f"explain {statement}", *values))
                return []

        class Asked:
            async def raw(self) -> Explaining:
                return Explaining()

        await list_conversations(
            Asked(),  # type: ignore[arg-type] - a session of which only `raw` is asked
            Caller(workspace_id=browser.workspace_id, permissions=frozenset(), agent_id=browser.agent_id),
            view=view,
            order=ListOrder.WAITING if view is ListView.WAITING else ListOrder.NEWEST,
            channel_id=None,
            after=None,
            limit=50,
        )
    return "\n".join(plans)


async def test_each_list_reads_its_index(browser: Browser, database_url: str) -> None:
    await set_up(browser)
    channel_id = await Desk(browser.server, browser.workspace_id).channel()
    owner = await asyncpg.connect(database_url)
    await owner.execute(_MANY, browser.workspace_id, channel_id, browser.agent_id)
    await owner.execute("analyze conversations; analyze contacts")
    await owner.close()
    wanted = {
        ListView.MINE: "conversations_by_assignee",
        ListView.UNASSIGNED: "conversations_unassigned",
        ListView.WAITING: "conversations_waiting",
        ListView.OPEN: "conversations_open",
        ListView.SNOOZED: "conversations_snoozed",
        ListView.RESOLVED: "conversations_resolved",
        ListView.FAILED: "conversations_failed",
    }
    for view, index in wanted.items():
        plan = await _explain(browser, view)
        assert f"using {index} " in plan, (view, plan)
        assert "Seq Scan on conversations" not in plan, (view, plan)
        assert "Sort Key: c_1" not in plan, (view, plan)  # the page itself; its fifty rows may be put in order again
