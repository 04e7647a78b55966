"""A thread over HTTP: what stood before, the conversation before, sending on, and who lets the customer know."""

import json
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

from tests.web.conftest import Browser, Desk, Server, browser_of, join, set_up
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.workers.older_search import OlderSearch


async def _rows(server: Server, query: str, *values: object) -> list[Any]:
    async with server.database.transaction(Role.ENGINE) as session:
        return await (await session.raw()).fetch(query, *values)


async def _earlier(desk: Desk, conversation_id: UUID, *, assignee_id: UUID | None) -> UUID:
    """A conversation of the same contact on the same channel, a day older."""
    earlier_id = new_id()
    await _rows(
        desk.server,
        "insert into conversations (workspace_id, id, channel_id, contact_id, state, assignee_id, last_activity_at,"
        " created_at) select workspace_id, $2, channel_id, contact_id, 'resolved', $3, now() - interval '1 day',"
        " created_at - interval '1 day' from conversations where id = $1",
        conversation_id,
        earlier_id,
        assignee_id,
    )
    return earlier_id


async def test_the_earlier_conversation_is_told_to_whoever_may_see_it(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, own = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, own, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        conversation_id = await desk.conversation(await desk.channel(), assignee_id=own.agent_id)
        assert (await admin.get(f"/api/conversations/{conversation_id}/earlier")).json["item"] is None
        oldest = await _earlier(desk, conversation_id, assignee_id=None)
        found = await admin.get(f"/api/conversations/{conversation_id}/earlier")
        assert found.json["item"]["id"] == str(oldest)
        assert (await admin.get(f"/api/conversations/{oldest}/earlier")).json["item"] is None
        hidden = await own.get(f"/api/conversations/{conversation_id}/earlier")
        assert (hidden.status, hidden.json["item"]) == (200, None)


async def test_what_stood_in_a_message_before_it_was_edited(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    message_id = await desk.receive(await desk.conversation(channel_id), channel_id, "At nine")
    assert (await browser.get(f"/api/messages/{message_id}/history")).json["items"] == []
    before = [{"edit": "e1", "at": "2026-11-24T08:00:00+00:00", "content": {"kind": "text", "text": "At eight"}}]
    await _rows(
        browser.server, "update messages set previous = $2::jsonb where id = $1", message_id, json.dumps(before)
    )
    answer = await browser.get(f"/api/messages/{message_id}/history")
    assert [one["content"]["text"] for one in answer.json["items"]] == ["At eight"]


async def test_only_whoever_it_is_assigned_to_lets_the_customer_know_that_it_was_read(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id, assignee_id=agent.agent_id)
        await _rows(server, "update messages set provider_id = 'm1' where conversation_id = $1", conversation_id)
        await _rows(server, 'update channels set settings = \'{"mark_read": "on_open"}\' where id = $1', channel_id)

        async def acts() -> int:
            return len(await _rows(server, "select from acts where conversation_id = $1", conversation_id))

        for who in (admin, agent):  # a page that is fetched before it is opened, a glance, a search
            for part in ("", "/messages", "/messages/around?at=2026-11-26T10:00:00Z", "/earlier", "/find?q=hello"):
                assert (await who.get(f"/api/conversations/{conversation_id}{part}")).status == 200
            assert (await who.get("/api/conversations?view=open")).json["items"][0]["read_count"] == 0
        assert await acts() == 0, "nothing was opened"
        mark = {"incoming_count": 1, "mark_provider": True}
        assert (await admin.post(f"/api/conversations/{conversation_id}/read", mark)).status == 204
        assert await acts() == 0, "a supervisor's look"
        quiet = mark | {"mark_provider": False}
        assert (await agent.post(f"/api/conversations/{conversation_id}/read", quiet)).status == 204
        assert await acts() == 0
        assert (await agent.post(f"/api/conversations/{conversation_id}/read", mark)).status == 204
        assert await acts() == 1


async def test_who_may_not_answer_shows_no_typing(server: Server) -> None:
    """A provider shows typing together with a read mark: it would tell the customer of a look."""
    async with AsyncExitStack() as stack:
        admin, agent, other = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, agent)
        await join(admin, other)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        conversation_id = await desk.conversation(channel_id, assignee_id=agent.agent_id)
        await _rows(server, "update messages set provider_id = 'm1' where conversation_id = $1", conversation_id)
        await _rows(server, 'update channels set settings = \'{"who_sends": "assignee"}\' where id = $1', channel_id)
        path = f"/api/conversations/{conversation_id}/typing"
        assert (await other.post(path)).status == 403
        assert not await _rows(server, "select from acts where conversation_id = $1", conversation_id)
        assert (await agent.post(path)).status == 204
        assert len(await _rows(server, "select from acts where conversation_id = $1", conversation_id)) == 1


async def test_a_file_goes_to_another_chat_and_into_a_note(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    channel_id = await desk.channel()
    source = await desk.conversation(channel_id, name="Hannah")
    target = await desk.conversation(channel_id, name="Tomasz")
    message_id = await desk.receive(source, channel_id, "look")
    file_id = await desk.file(message_id, channel_id)
    content = {"kind": "media", "media": "image", "file_id": str(file_id), "caption": "The carafe"}
    await _rows(
        browser.server,
        "update messages set kind = 'media', content = $2::jsonb, file_ids = array[$3::uuid] where id = $1",
        message_id,
        json.dumps(content),
        file_id,
    )
    body = {"conversation_id": str(target), "client_id": str(uuid4())}
    sent = await browser.post(f"/api/messages/{message_id}/forward", body)
    assert sent.status == 201, sent.raw
    assert (sent.json["direction"], sent.json["conversation_id"]) == ("outgoing", str(target))
    copy_id = sent.json["content"]["file_id"]
    assert copy_id != str(file_id)
    assert sent.json["files"][copy_id]["state"] == "ready"
    assert (await browser.get(f"/files/{copy_id}")).raw == b"a picture"
    again = await browser.post(f"/api/messages/{message_id}/forward", body)
    assert again.json["id"] == sent.json["id"], "pressed twice, sent once"
    note = await browser.post(f"/api/messages/{message_id}/forward", body | {"client_id": str(uuid4()), "kind": "note"})
    assert (note.status, note.json["direction"], note.json["content"]["caption"]) == (201, "note", "The carafe")
    assert (await browser.get(f"/files/{note.json['content']['file_id']}")).raw == b"a picture"


async def test_nobody_forwards_out_of_or_into_a_chat_they_do_not_see(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, own = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, own, sees="assigned")
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        theirs = await desk.conversation(channel_id, assignee_id=own.agent_id)
        other = await desk.conversation(channel_id)
        seen, hidden = await desk.receive(theirs, channel_id, "mine"), await desk.receive(other, channel_id, "not mine")
        for message_id, target in ((seen, other), (hidden, theirs)):
            body = {"conversation_id": str(target), "client_id": str(uuid4())}
            assert (await own.post(f"/api/messages/{message_id}/forward", body)).status == 404


async def test_a_transcript_is_text_with_or_without_notes_and_stands_in_the_record(browser: Browser) -> None:
    await set_up(browser)
    desk = Desk(browser.server, browser.workspace_id)
    conversation_id = await desk.conversation(await desk.channel(), texts=("Hello", "Is it safe?"), name="Hannah")
    path = f"/api/conversations/{conversation_id}"
    note = {"client_id": str(uuid4()), "kind": "note", "content": {"kind": "text", "text": "Asked Jonas"}}
    assert (await browser.post(f"{path}/messages", note)).status == 201
    wish: dict[str, Any] = {"purpose": "text", "time_zone": "Asia/Tokyo"}
    plain = await browser.post(f"{path}/transcript", wish)
    assert plain.status == 200, plain.raw
    assert [line.partition("] ")[2] for line in plain.json["text"].splitlines()[2:]] == [
        "Hannah: Hello",
        "Hannah: Is it safe?",
    ]
    whole = await browser.post(f"{path}/transcript", wish | {"with_notes": True, "purpose": "pdf"})
    assert whole.json["text"].endswith("Ada Admin (note): Asked Jonas\n")
    assert [one["direction"] for one in whole.json["messages"]] == ["incoming", "incoming", "note"]
    assert (await browser.post(f"{path}/transcript", wish | {"time_zone": "Moon/Base"})).status == 422
    events = await _rows(
        browser.server,
        "select data::text as data from events where workspace_id = $1 and kind = 'transcript_made' order by seq",
        browser.workspace_id,
    )
    assert [json.loads(one["data"]) for one in events] == [
        {"purpose": "text", "with_notes": False, "count": 2},
        {"purpose": "pdf", "with_notes": True, "count": 3},
    ]


async def _targets(browser: Browser, q: str = "") -> list[tuple[str, str | None]]:
    answer = await browser.get(f"/api/forward-targets?q={q}")
    assert answer.status == 200, answer.raw
    items = answer.json["items"]
    return [(one["conversation"]["contact"]["name"], one["refusal"] and one["refusal"]["reason"]) for one in items]


async def _index(server: Server) -> None:
    """What a worker does beside: makes everybody findable."""
    await _rows(server, "update search_progress set finished_at = null, reached_id = null")
    older = OlderSearch(server.database, utc_now)
    while await older.step():
        pass


async def test_whom_a_message_may_be_sent_on_to_is_found_by_name_number_and_company(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, own, stranger = [await stack.enter_async_context(browser_of(server)) for _ in range(3)]
        await set_up(admin)
        await join(admin, own, sees="assigned")
        await set_up(stranger)
        desk = Desk(server, admin.workspace_id)
        channel_id = await desk.channel()
        hannah = await desk.conversation(channel_id, name="Hannah Öz", assignee_id=own.agent_id)
        tomasz = await desk.conversation(channel_id, name="Tomasz", state="resolved")
        await desk.conversation(channel_id, name="Ines")
        await _rows(server, "update contacts set phone = '+4930111222' where id = $1", await desk.contact_of(tomasz))
        company = (await admin.post("/api/companies", {"name": "Glaswerk Süd"})).json
        contact_id = await desk.contact_of(hannah)
        assert (await admin.patch(f"/api/contacts/{contact_id}", {"company_id": company["id"]})).status == 200
        await _index(server)

        everybody = await _targets(admin)
        assert everybody == [("Ines", None), ("Tomasz", None), ("Hannah Öz", None)], "the latest first"
        assert await _targets(admin, "oz") == [("Hannah Öz", None)]
        assert await _targets(admin, "30111") == [("Tomasz", None)]
        assert await _targets(admin, "glaswerk") == [("Hannah Öz", None)]
        assert await _targets(admin, "nobody") == []
        assert await _targets(own) == await _targets(own, "glaswerk") == [("Hannah Öz", None)]
        assert await _targets(own, "ines") == [], "theirs alone"
        assert await _targets(stranger) == await _targets(stranger, "glaswerk") == [], "another workspace"
        few = (await admin.get("/api/forward-targets?limit=2")).json
        assert (len(few["items"]), few["is_more"]) == (2, True)
        for bad in ("limit=0", "limit=51", f"q={'a' * 2000}", "q=a&zone=Nowhere"):
            assert (await admin.get(f"/api/forward-targets?{bad}")).status == 422, bad


async def test_what_would_refuse_an_answer_is_said_before_its_chat_is_chosen(server: Server) -> None:
    async with AsyncExitStack() as stack:
        admin, agent = [await stack.enter_async_context(browser_of(server)) for _ in range(2)]
        await set_up(admin)
        await join(admin, agent)
        desk = Desk(server, admin.workspace_id)
        free, strict, gone = [await desk.channel() for _ in range(3)]
        message_id = await desk.receive(await desk.conversation(free, name="From"), free, "See")
        closed = await desk.conversation(free, name="Closed")
        await _rows(server, "update conversations set window_closes_at = now() where id = $1", closed)
        await _rows(server, 'update channels set settings = \'{"who_sends": "assignee"}\' where id = $1', strict)
        theirs = await desk.conversation(strict, name="Theirs", assignee_id=admin.agent_id)
        await desk.conversation(strict, name="Nobody's")
        blocked = await desk.conversation(free, name="Blocked")
        contact_id = await desk.contact_of(blocked)
        await admin.patch(f"/api/contacts/{contact_id}", {"is_blocked": True})
        lost = await desk.conversation(gone, name="Gone")
        await _rows(server, "update channels set state = 'disconnected' where id = $1", gone)
        # Over, and the same customer wrote again: nobody writes in the old one any more.
        await _earlier(desk, closed, assignee_id=None)

        told = dict(await _targets(agent))
        assert told == {
            "From": None,
            "Closed": "window_closed",
            "Theirs": "only_assignee_sends",
            "Nobody's": None,
            "Blocked": "contact_blocked",
            "Gone": "channel_disconnected",
        }
        assert len(await _targets(agent)) == len(told), "each customer once"
        assert dict(await _targets(admin))["Theirs"] is None
        for target_id, name in ((closed, "Closed"), (theirs, "Theirs"), (blocked, "Blocked"), (lost, "Gone")):
            body = {"conversation_id": str(target_id), "client_id": str(uuid4())}
            refused = await agent.post(f"/api/messages/{message_id}/forward", body)
            assert (refused.json.get("reason") or refused.json["code"]) == told[name], "as sending says it"
            note = await agent.post(
                f"/api/messages/{message_id}/forward", body | {"kind": "note", "client_id": str(uuid4())}
            )
            assert note.status == 201, note.raw
