"""Who may not see numbers and e-mail addresses meets none, whatever they ask: answers, frames, tables, letters."""

import base64
import json
import re
import typing
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, clear_rates, join, set_up
from tests.web.test_permission_matrix import body_of, operations
from tests.web.test_realtime import Feed
from threadline.core.content import CardPhone, ContactCard, Contacts, Content, Line, Text, encode_content
from threadline.core.personal import Guarded, mask_address, mask_written
from threadline.infra.clock import new_id, utc_now
from threadline.infra.phone import display_phone
from threadline.store.session import Role
from threadline.web.api.application import create_api
from threadline.web.api.routes import OUTPUTS
from threadline.web.frames import ServerFrame
from threadline.web.openapi import build_document
from threadline.workers.older_search import OlderSearch

PHONE = "+491711234567"
OTHER_PHONE = "+441632960961"
EMAIL = "anna.lena@kunde.example"
TOLD = re.compile(r"1711234567|171[ -]1234567|1234567|1632[ -]?960961|960961|anna\.lena|kunde\.example")
"""What of these can stand in an answer only where it was not masked."""

HIDDEN = {"masks": "messages", "may_reveal": False, "sees_earlier": False}


@dataclass
class House:
    server: Server
    admin: Browser
    supervisor: Browser
    agent: Browser
    program: Browser
    channel_id: UUID
    ids: dict[str, str]
    """What stands in a path → whose it is."""
    named_id: str
    """A contact whose name is a number and nothing else."""
    phone_field_id: str

    @property
    def desk(self) -> Desk:
        return Desk(self.server, self.admin.workspace_id)

    async def say(self, conversation_id: str, content: Content) -> str:
        """A message of the customer, of any kind."""
        message_id = await self.desk.receive(UUID(conversation_id), self.channel_id, "…")
        await self.write(
            "update messages set kind = $2, content = $3::jsonb where id = $1",
            message_id,
            content.__struct_config__.tag,
            encode_content(content).decode(),
        )
        return str(message_id)

    async def write(self, statement: str, *values: object) -> None:
        async with self.server.database.transaction(Role.ENGINE, self.admin.workspace_id) as session:
            await (await session.raw()).execute(statement, *values)

    async def index(self) -> None:
        """What a worker does beside: makes everything findable."""
        await self.write("update search_progress set finished_at = null, reached_id = null")
        older = OlderSearch(self.server.database, utc_now)
        while await older.step():
            pass

    async def show(self, **sights: Any) -> None:
        answer = await self.admin.patch("/api/workspace", {"settings": {"sights": sights}})
        assert answer.status == 200, answer.raw


@asynccontextmanager
async def furnished(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        admin, supervisor, agent, program = [await stack.enter_async_context(browser_of(server)) for _ in range(4)]
        await set_up(admin)
        await join(admin, supervisor, role="supervisor")
        await join(admin, agent)
        scopes = ["conversations:read", "messages:send", "contacts:change", "contacts:export"]
        made = await admin.post("/api/tokens", {"name": "narrow", "scopes": scopes})
        program.token = made.json["token"]
        desk = Desk(server, admin.workspace_id)
        house = House(server, admin, supervisor, agent, program, await desk.channel(), {}, "", "")
        await _furnish(house)
        await house.show(agent=HIDDEN, supervisor=HIDDEN)
        yield house


@pytest.fixture(scope="module")
async def house(server: Server) -> AsyncIterator[House]:
    async with furnished(server) as house:
        yield house


async def _furnish(house: House) -> None:
    """Everything in which a number can stand."""
    admin = house.admin
    conversation_id = str(await house.desk.conversation(house.channel_id, name="Anna Öz", texts=()))
    contact_id = str(await house.desk.contact_of(UUID(conversation_id)))
    named = str(await house.desk.conversation(house.channel_id, name=f"Bo {OTHER_PHONE}", texts=()))
    await admin.post("/api/saved-replies", {"title": "x", "text": "Dear {{contact.name}}", "is_shared": True})
    house.named_id = str(await house.desk.contact_of(UUID(named)))
    for id, phone in ((contact_id, PHONE), (house.named_id, OTHER_PHONE)):
        address_id = new_id()
        await house.write("update contacts set phone = $2 where id = $1", UUID(id), phone)
        await house.write(
            "insert into addresses (workspace_id, id, contact_id, scheme, scope, value)"
            " select workspace_id, $2, id, 'phone', '', phone from contacts where id = $1",
            UUID(id),
            address_id,
        )
        await house.write("update conversations set address_id = $2 where contact_id = $1", UUID(id), address_id)
    company = (await admin.post("/api/companies", {"name": "Öz & Co"})).json
    for id in (contact_id, house.named_id):
        joined = await admin.patch(f"/api/contacts/{id}", {"company_id": company["id"]})
        assert joined.status == 200, joined.raw
    await admin.patch(f"/api/contacts/{contact_id}", {"email": EMAIL})
    for type, value in (("phone", PHONE), ("email", EMAIL)):
        field = (await admin.post("/api/fields", {"owner": "contact", "type": type, "name": f"Second {type}"})).json
        await admin.patch(f"/api/contacts/{contact_id}", {"fields": {field["id"]: value}})
        of_chat = (await admin.post("/api/fields", {"owner": "conversation", "type": type, "name": f"At {type}"})).json
        await admin.patch(f"/api/conversations/{conversation_id}/fields", {"fields": {of_chat["id"]: value}})
        if type == "phone":
            house.phone_field_id = field["id"]
    card = ContactCard(name=PHONE, phones=(CardPhone(phone="+49 171 1234567", address_value=PHONE[1:]),))
    message_id = await house.say(named, Contacts(cards=(card,)))
    await house.say(conversation_id, Text(text=f"Reach me at +49 171 1234567 or {EMAIL}"))
    await house.write(
        "update messages set edited_at = now(), previous = $2::jsonb where id = $1",
        UUID(message_id),
        json.dumps([{"at": "2026-11-26T10:00:00Z", "content": {"kind": "text", "text": f"Not {PHONE}"}}]),
    )
    deleted = await house.say(conversation_id, Text(text=f"Forget {PHONE}"))
    await house.write("update messages set deleted_at = now() where id = $1", UUID(deleted))
    quoting = await house.say(conversation_id, Text(text="That one"))
    await house.write("update messages set quoted_id = $2 where id = $1", UUID(quoting), UUID(message_id))
    task = await admin.post(
        f"/api/conversations/{conversation_id}/tasks",
        {"title": "Call back", "kind": "call_back", "owner_id": str(house.agent.agent_id)},
    )
    assert task.status == 201, task.raw
    for who in (house.supervisor, house.agent):
        notification_id = new_id()
        await house.write(
            "insert into notifications (workspace_id, id, agent_id, kind, conversation_id, message_id, count, at,"
            " is_listed) select workspace_id, $2, $3, 'assigned', $1, last_message_id, 1, now(), true"
            " from conversations where id = $1",
            UUID(named),
            notification_id,
            who.agent_id,
        )
    await admin.patch("/api/workspace", {"settings": {"notifies_with_text": True}})
    wanted = _filter("contact.phone", "contains", "1711234567")
    segment = await admin.post("/api/segments", {"name": "Anna alone", "filter": wanted})
    assert segment.status == 201, segment.raw
    view = await admin.post("/api/saved-views", {"name": "Anna alone", "audience": "all", "filter": wanted})
    assert view.status == 201, view.raw
    scheduled = await admin.post(
        f"/api/conversations/{conversation_id}/scheduled",
        {
            "client_id": str(uuid4()),
            "content": {"kind": "text", "text": f"We call {PHONE}"},
            "due_at": (utc_now() + timedelta(hours=1)).isoformat(),
        },
    )
    assert scheduled.status == 201, scheduled.raw
    await house.say(conversation_id, Line(what="contact_moved", data={"from": PHONE, "into": EMAIL}))
    house.ids = {
        "conversation_id": conversation_id,
        "contact_id": contact_id,
        "message_id": message_id,
        "channel_id": str(house.channel_id),
        "task_id": task.json["id"],
        "segment_id": segment.json["id"],
        "view_id": view.json["id"],
        "company_id": company["id"],
        "scheduled_id": scheduled.json["id"],
        "notification_id": str(notification_id),
        "other_id": named,
    }


def _filter(field: str, operator: str, *values: str) -> dict[str, Any]:
    condition = {"kind": "condition", "field": field, "operator": operator, "values": list(values)}
    return {"kind": "group", "match": "all", "of": [condition]}


def told(answer: Answer) -> list[str]:
    """What of the numbers stands in an answer, in cursors too."""
    text = answer.raw.decode("utf-8", "replace")
    cursors = re.findall(r'"(?:next|newer|older)":"([^"]+)"', text)
    opened = [base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)).decode("utf-8", "replace") for one in cursors]
    return [found for one in (text, *opened) for found in TOLD.findall(one)]


def _bodies(house: House, name: str) -> list[Any]:
    """What an operation takes, about whom the numbers are of."""
    contact, chat = house.ids["contact_id"], house.ids["conversation_id"]
    reply = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Hello"}}
    own: dict[str, list[Any]] = {
        "findRecipient": [
            {"channel_id": str(house.channel_id), "contact_id": contact},
            {"channel_id": str(house.channel_id), "phone": PHONE},
        ],
        "startConversation": [{**reply, "channel_id": str(house.channel_id), "contact_id": contact}],
        "createContact": [{"name": "Twin", "phone": PHONE}],
        "importContacts": [{"rows": [{"phone": PHONE, "name": "Twin"}], "is_preview": True}],
        "mergeContacts": [{"from_id": house.named_id}],
        "moveConversation": [{"contact_id": house.named_id}],
        "editContacts": [{"ids": [contact], "edit": {"is_vip": True}}],
        "updateContact": [{"is_vip": True}],
        "forwardMessage": [{"client_id": str(uuid4()), "conversation_id": chat, "kind": "note"}],
        "createTranscript": [
            {"purpose": purpose, "time_zone": "Europe/Berlin", "with_notes": True} for purpose in ("text", "pdf")
        ],
        "updateScheduled": [{"due_at": (utc_now() + timedelta(hours=2)).isoformat()}],
        "findConversations": [
            {"filter": {"kind": "group", "match": "all"}},
            {"filter": _filter("contact.phone", "is", PHONE)},
        ],
    }
    return own.get(name, [body_of(name)])


_QUERIES = {
    "search": [f"?q={q}" for q in ("anna", "%2B491711234567", "Forget", "Reach", "has:contact")],
    "findInThread": ["?q=Reach"],
    "getContacts": ["", "?search=%2B491711234567", "?search=Anna", "?limit=1", "?order=name_back&limit=1"],
    "exportContacts": ["", "?search=Anna"],
    "getEvents": ["?after=0&limit=500"],
    "getTasks": ["?view=all", "?view=mine"],
    "getConversations": [f"?view={view}" for view in ("open", "waiting", "all")],
}
_ENDS = frozenset({"deleteSession", "deleteDemo"})


@pytest.mark.parametrize("who", ["agent", "supervisor", "program"])
async def test_no_answer_tells_a_number_to_those_who_may_see_none(server: Server, who: str) -> None:
    """Every operation of the API, asked about customers whose numbers are known, with bodies that it takes."""
    async with furnished(server) as house:
        await house.index()
        await clear_rates(house.server)
        await _ask_everything(house, getattr(house, who))


async def _ask_everything(house: House, caller: Browser) -> None:
    answered: set[str] = set()
    for name, method, path in sorted(operations(), key=lambda one: (one[1] != "GET", one[0])):
        if name in _ENDS or "/practice/" in path or "/invitation" in path or "/setup" in path:
            continue
        url = "/api" * (not path.startswith("/api") and not path.startswith("/files")) + path
        for hole in re.findall(r"{(\w+)}", url):
            url = url.replace(f"{{{hole}}}", house.ids.get(hole, str(uuid4())))
        for query in _QUERIES.get(name, [""]):
            for body in [None] if method == "GET" else _bodies(house, name):
                answer = await caller.request(method, url + query, body)
                assert told(answer) == [], (name, query, answer.raw)
                if answer.status < 300:
                    answered.add(name)
    expected = {"getContact", "getContacts", "getConversation", "getConversations", "getMessages", "search", "getTasks"}
    assert answered >= expected, expected - answered


async def test_the_same_answers_tell_an_admin_everything(house: House) -> None:
    """So the test above looks at answers in which there is something to find."""
    await house.index()
    chat = house.ids["conversation_id"]
    for path in (
        f"/contacts/{house.ids['contact_id']}", "/contacts", "/contact-table", f"/conversations/{chat}",
        "/conversations?view=open", f"/conversations/{chat}/messages", f"/conversations/{chat}/fields",
        "/tasks?view=all", "/search?q=Reach", "/search?q=%2B491711234567",
        f"/conversations/{house.ids['other_id']}/messages", f"/messages/{house.ids['message_id']}",
        f"/messages/{house.ids['message_id']}/history", "/events?after=0&limit=500", "/segments", "/saved-views",
        f"/companies/{house.ids['company_id']}/conversations", f"/companies/{house.ids['company_id']}/members",
        f"/conversations/{chat}/scheduled", f"/conversations/{house.ids['other_id']}/saved-replies",
    ):  # fmt: skip
        answer = await house.admin.get(f"/api{path}")
        assert answer.status == 200, (path, answer.raw)
        assert told(answer), path


async def test_frames_are_masked_for_each_who_listens(house: House) -> None:
    """One event, two readers: each hears it as they may see it."""
    chat = house.ids["conversation_id"]
    async with Feed.of(house.agent) as masked, Feed.of(house.admin) as whole, Feed.of(house.program) as program:
        await house.say(chat, Text(text=f"Again: {PHONE}"))
        await house.desk.receive(UUID(chat), house.channel_id, f"And {PHONE}")
        await house.admin.patch(f"/api/contacts/{house.ids['contact_id']}", {"is_vip": False})
        await house.admin.patch(f"/api/contacts/{house.ids['contact_id']}", {"is_vip": True})
        for feed in (masked, whole, program):
            await feed.quiet()
            assert len(feed.messages) == 2
            assert feed.conversations
    for feed in (masked, program):
        assert TOLD.findall(json.dumps(feed.frames)) == []
        assert any(frame.get("contacts") for frame in feed.frames)
    assert TOLD.findall(json.dumps(whole.frames))


async def test_a_change_of_what_a_role_sees_reaches_open_screens(house: House) -> None:
    async with Feed.of(house.agent) as feed:
        await house.show(agent={"masks": "addresses"})
        while (await feed.next())["kind"] != "resync":
            pass
    found = await house.agent.get(f"/api/conversations/{house.ids['conversation_id']}/messages")
    assert TOLD.search(found.raw.decode())  # what the customer wrote themselves
    contact = await house.agent.get(f"/api/contacts/{house.ids['contact_id']}")
    assert contact.json["phone"] == "+49 ••• ••• 67"
    assert contact.json["email"] == "a•••@k•••.example"
    await house.show(agent=HIDDEN)


async def test_a_whole_number_finds_and_a_part_of_it_does_not(house: House) -> None:
    await clear_rates(house.server)
    contact_id = house.ids["contact_id"]
    await house.index()

    async def found(q: str) -> set[str]:
        answer = await house.agent.get("/api/search", params={"q": q})
        assert answer.status == 200, answer.raw
        return {one["id"] for one in answer.json["contacts"]} | {
            one["contact"]["id"] for one in answer.json["conversations"]
        }

    async def listed(search: str) -> set[str]:
        answer = await house.agent.get("/api/contacts", params={"search": search})
        assert answer.status == 200, answer.raw
        return {one["id"] for one in answer.json["items"]}

    for whole in ("+491711234567", "+49 171 1234567", "0049 171 1234567", "491711234567"):
        assert await found(whole) == {contact_id}, whole
        assert await listed(whole) == {contact_id}, whole
    assert await listed(EMAIL) == {contact_id}
    assert contact_id in await found("Anna")
    for part in ("+4917112345", "171", "1234567", "491711", "kunde", "anna.l", "@kunde.example", "1632", "960961"):
        assert not await found(part) & {contact_id, house.named_id}, part
        assert not await listed(part) & {contact_id, house.named_id}, part
    assert house.named_id in {one["id"] for one in (await house.admin.get("/api/contacts?search=960961")).json["items"]}


async def test_a_message_is_not_found_by_a_part_of_what_is_masked_in_it(house: House) -> None:
    await house.index()
    path = f"/api/conversations/{house.ids['conversation_id']}/find"
    for q, count in (("reach", 1), ("491711234567", 0), ("4917", 0), ("anna.lena", 0), ('"171 123"', 0)):
        in_thread = await house.agent.get(path, params={"q": q})
        assert in_thread.json["count"] == count, q
        anywhere = await house.agent.get("/api/search", params={"q": q, "among": "messages"})
        assert len(anywhere.json["messages"]["items"]) == count, q
    assert (await house.admin.get(path, params={"q": "491711234567"})).json["count"] > 0


@pytest.mark.parametrize(
    ("field", "operator", "value", "is_asked"),
    [
        ("contact.phone", "is", PHONE, True),
        ("contact.phone", "starts_with", "+49", False),
        ("contact.phone", "contains", "171", False),
        ("contact.email", "contains", "kunde", False),
        ("contact.handle", "starts_with", "a", False),
        ("contact.name", "contains", "Öz", True),
        ("contact.name", "contains", "1632", False),
        ("contact.name", "starts_with", "a@", False),
    ],
)
async def test_a_filter_asks_for_whole_numbers_only(
    house: House, field: str, operator: str, value: str, is_asked: bool
) -> None:
    await clear_rates(house.server)
    wanted = {"filter": _filter(field, operator, value)}
    expected = (200, 201) if is_asked else (422,)
    for path, body in (
        ("/conversations/find", wanted),
        ("/conversations/count", wanted),
        ("/contacts/find", wanted),
        ("/saved-views", {"name": "x", **wanted}),
    ):
        answer = await house.agent.post(f"/api{path}", body)
        assert answer.status in expected, (path, answer.raw)
    bulk = {"order": {"kind": "labels", "add": [], "remove": []}, **wanted}
    answer = await house.agent.post("/api/bulk-changes", bulk)
    assert (answer.status == 422) is not is_asked or answer.json["reason"] != "filter_masked"
    segment = await house.supervisor.post("/api/segments", {"name": str(uuid4()), **wanted})
    assert segment.status in expected, segment.raw


async def test_the_builder_offers_only_what_may_be_asked(house: House) -> None:
    fields = {one["id"]: one["operators"] for one in (await house.agent.get("/api/filter-fields")).json["items"]}
    assert fields["contact.phone"] == ["is", "is_not", "empty", "present"]
    assert fields[f"contact.custom.{house.phone_field_id}"] == ["is", "is_not", "empty", "present"]
    whole = {one["id"]: one["operators"] for one in (await house.admin.get("/api/filter-fields")).json["items"]}
    assert "contains" in whole["contact.phone"]


async def test_who_does_not_see_an_address_writes_one_only_where_none_stands(house: House) -> None:
    contact_id, field_id = house.ids["contact_id"], house.phone_field_id
    for change in ({"email": "mine@example.org"}, {"email": ""}, {"fields": {field_id: "+31205550142"}}):
        refused = await house.agent.patch(f"/api/contacts/{contact_id}", change)
        assert (refused.status, refused.json["reason"]) == (403, "address_hidden"), refused.raw
    filled = await house.agent.patch(f"/api/contacts/{house.named_id}", {"email": "new@example.org"})
    assert filled.status == 200
    assert filled.json["email"] == "n•••@e•••.org"
    whole = await house.admin.get(f"/api/contacts/{contact_id}")
    assert whole.json["email"] == EMAIL
    await house.admin.patch(f"/api/contacts/{house.named_id}", {"email": ""})


async def test_what_a_colleague_wrote_for_later_is_not_written_anew_unseen(house: House) -> None:
    path = f"/api/scheduled/{house.ids['scheduled_id']}"
    refused = await house.agent.patch(path, {"content": {"kind": "text", "text": "We call +49 ••• ••• 67"}})
    assert (refused.status, refused.json["reason"]) == (403, "address_hidden")
    own = await house.agent.post(
        f"/api/conversations/{house.ids['conversation_id']}/scheduled",
        {
            "client_id": str(uuid4()),
            "content": {"kind": "text", "text": "We are at 030 7654321"},
            "due_at": (utc_now() + timedelta(hours=1)).isoformat(),
        },
    )
    assert own.json["content"]["text"] == "We are at 030 7654321"
    again = await house.agent.patch(f"/api/scheduled/{own.json['id']}", {"content": own.json["content"]})
    assert again.status == 200, again.raw


async def test_a_masked_message_is_not_sent_on(house: House) -> None:
    """It would go to a chat in which the number can be read."""
    body = {"client_id": str(uuid4()), "conversation_id": house.ids["conversation_id"]}
    refused = await house.agent.post(f"/api/messages/{house.ids['message_id']}/forward", body)
    assert (refused.status, refused.json["reason"]) == (403, "forward_hidden")
    sent = await house.admin.post(f"/api/messages/{house.ids['message_id']}/forward", body | {"kind": "note"})
    assert sent.status == 201


async def test_whom_a_message_is_sent_on_to_is_found_by_a_whole_number_only_and_shown_masked(house: House) -> None:
    await house.index()
    for part, count in ((PHONE[1:8], 0), (PHONE[1:], 1), ("anna", 1)):
        found = await house.agent.get(f"/api/forward-targets?q={part}")
        assert len({one["conversation"]["contact"]["name"] for one in found.json["items"]}) == count, part
        assert not TOLD.search(found.raw.decode()), found.raw
    assert TOLD.search((await house.admin.get("/api/forward-targets?q=anna")).raw.decode())


async def test_looking_at_a_number_stands_in_the_record(house: House) -> None:
    path = f"/api/contacts/{house.ids['contact_id']}/reveal"
    assert (await house.agent.post(path)).status == 403
    assert (await house.program.post(path)).status == 403
    await house.show(agent={"may_reveal": True})
    before = (await house.admin.get("/api/reveals")).json["items"]
    shown = await house.agent.post(path)
    assert shown.status == 200
    assert (shown.json["phone"], shown.json["email"]) == (PHONE, EMAIL)
    assert shown.json["fields"][house.phone_field_id] == shown.json["phone_display"] == display_phone(PHONE)
    latest = (await house.admin.get("/api/reveals")).json["items"]
    assert len(latest) == len(before) + 1
    assert latest[0]["contact"] == {"id": house.ids["contact_id"], "name": "Anna Öz"}
    assert (latest[0]["actor_id"], latest[0]["actor_name"]) == (str(house.agent.agent_id), "Agnes Agent")
    events = (await house.admin.get("/api/events?after=0&limit=500")).json["events"]
    told_of = [one for one in events if one["kind"] == "addresses_revealed"]
    assert [one["actor_id"] for one in told_of] == [str(house.agent.agent_id)]
    assert "data" not in told_of[0]
    for nobody in (house.agent, house.supervisor, house.program):
        assert (await nobody.get("/api/reveals")).status == 403
        heard = (await nobody.get("/api/events?after=0&limit=500")).json["events"]
        assert "addresses_revealed" not in {one["kind"] for one in heard}
    async with browser_of(house.server) as stranger:
        await set_up(stranger)
        assert (await stranger.post(path)).status == 404
        assert (await stranger.get("/api/reveals")).json["items"] == []
    assert (await house.admin.post(path)).status == 200  # who sees it anyway leaves no trace
    assert len((await house.admin.get("/api/reveals")).json["items"]) == len(latest)
    await house.show(agent=HIDDEN)


async def test_numbers_cannot_be_tried_out(house: House) -> None:
    await clear_rates(house.server)
    channel_id = str(house.channel_id)
    statuses = [
        (await house.agent.post("/api/recipients", {"channel_id": channel_id, "phone": f"+49171{n:07}"})).status
        for n in range(62)
    ]
    assert statuses[:60] == [200] * 60
    assert statuses[60:] == [429, 429]
    for path in ("/api/search?q=%2B491711234567", "/api/contacts?search=%2B491711234567"):
        assert (await house.agent.get(path)).status == 429
    assert (await house.agent.get("/api/search?q=anna")).status == 200
    assert (await house.admin.post("/api/recipients", {"channel_id": channel_id, "phone": PHONE})).status == 200
    await clear_rates(house.server)


async def test_what_stood_before_is_for_those_who_may_see_it(house: House) -> None:
    message_id = house.ids["message_id"]
    thread = f"/api/conversations/{house.ids['conversation_id']}/messages"
    for who, is_shown in ((house.agent, False), (house.admin, True)):
        history = await who.get(f"/api/messages/{message_id}/history")
        assert history.status == (200 if is_shown else 403)
        messages = (await who.get(thread)).json["items"]
        deleted = [one for one in messages if one["deleted_at"] is not None]
        assert deleted
        assert all((one["content"] == {"kind": "text", "text": ""}) is not is_shown for one in deleted)
    await house.show(agent={"sees_earlier": True})
    history = await house.agent.get(f"/api/messages/{message_id}/history")
    assert history.json["items"][0]["content"] == {"kind": "text", "text": "Not +49 ••• ••• 67"}
    await house.show(agent=HIDDEN)


async def test_a_file_goes_with_its_deleted_message(house: House) -> None:
    message_id = await house.desk.receive(UUID(house.ids["conversation_id"]), house.channel_id, "look")
    file_id = await house.desk.file(message_id, house.channel_id)
    await house.write("update messages set file_ids = array[$2::uuid] where id = $1", message_id, file_id)
    assert (await house.agent.get(f"/files/{file_id}")).status == 200
    assert (await house.agent.get(f"/api/messages/{message_id}")).json["files"]
    await house.write("update messages set deleted_at = now() where id = $1", message_id)
    assert (await house.agent.get(f"/files/{file_id}")).status == 404
    assert (await house.agent.get(f"/api/messages/{message_id}")).json["files"] == {}
    assert (await house.admin.get(f"/files/{file_id}")).status == 200


async def test_only_who_changes_the_workspace_says_what_roles_see(house: House) -> None:
    body = {"settings": {"sights": {"agent": {"masks": "nothing"}}}}
    for nobody in (house.agent, house.supervisor, house.program):
        assert (await nobody.patch("/api/workspace", body)).status == 403
    for wrong in ({"agent": {"masks": "some"}}, {"owner": {}}, {"agent": {"sees": True}}, "all"):
        answer = await house.admin.patch("/api/workspace", {"settings": {"sights": wrong}})
        assert answer.status == 422, answer.raw
    settings = (await house.admin.get("/api/workspace")).json["settings"]
    assert settings["sights"]["agent"] == HIDDEN
    assert settings["sights"]["admin"] == {"masks": "nothing", "may_reveal": True, "sees_earlier": True}


async def test_an_admin_who_masks_numbers_from_admins_can_still_invite_and_show_them_again(house: House) -> None:
    await house.show(admin={"masks": "addresses", "sees_earlier": False})
    assert told(await house.admin.get(f"/api/contacts/{house.named_id}")) == []
    invited = await house.admin.post("/api/invitations", {"email": f"{uuid4()}@example.org", "role": "admin"})
    assert invited.status == 201, invited.raw
    token = await house.admin.post("/api/tokens", {"name": "x", "scopes": ["addresses:read"]})
    assert token.status == 403
    await house.show(admin={"masks": "nothing", "sees_earlier": True})


async def test_a_token_sees_no_more_than_its_agent(house: House) -> None:
    made = await house.admin.post("/api/tokens", {"name": "whole", "scopes": ["conversations:read", "addresses:read"]})
    async with browser_of(house.server) as program:
        program.token = made.json["token"]
        path = f"/api/contacts/{house.ids['contact_id']}"
        assert (await program.get(path)).json["phone"] == PHONE
        await house.show(admin={"masks": "addresses"})
        assert (await program.get(path)).json["phone"] == "+49 ••• ••• 67"
        await house.show(admin={"masks": "nothing"})


# The shapes of answers -----------------------------------------------------------------------------------------------

_NAMES = re.compile(r"phone|e?mail|handle|address|preview|snippet|excerpt|display")
_OURS = {
    ("Person", "email"), ("Agent", "email"), ("Invitation", "email"), ("InvitationOffer", "email"),  # colleagues
    ("CreatedInvitation", "email"), ("Membership", "email"), ("OwnSession", "address"),
    ("Channel", "address"), ("Channel", "display_address"),  # our own numbers
    ("Place", "address"), ("Location", "address"),  # streets
    ("CardPhone", "phone"), ("CardPhone", "address_value"), ("ContactCard", "emails"),  # of a content, shown by `Said`
    ("ReachWays", "sends_email"),
    ("TableRow", "phone"), ("TableRow", "email"),  # of a table, for who brought it or sees numbers
}  # fmt: skip
_HITS = {("MessageHit", "snippet"), ("ContactHit", "address")}
"""Pieces that search has cut out of what the caller is shown."""


def structs() -> Iterator[type[msgspec.Struct]]:
    """Every struct that an answer or frame can hold."""
    build_document(create_api(None))
    found: dict[type, None] = {}
    waiting: list[Any] = [*OUTPUTS.values(), ServerFrame]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            if one not in found:
                found[one] = None
                waiting += typing.get_type_hints(one).values()
        elif isinstance(one, UnionType) or typing.get_origin(one) is not None:
            waiting += typing.get_args(one)
    yield from found


def test_what_can_be_a_number_has_a_type_that_cannot_be_shown_unasked() -> None:
    """A new answer with a telephone number as plain text fails here before anybody sees one."""
    seen = 0
    for struct in structs():
        for name, kind in typing.get_type_hints(struct).items():
            if not _NAMES.search(name) or (struct.__name__, name) in _OURS | _HITS or kind in (bool, int, UUID):
                continue
            if typing.get_origin(kind) in (list, tuple) and issubclass(typing.get_args(kind)[0], msgspec.Struct):
                continue  # it has a turn of its own
            seen += 1
            assert isinstance(kind, type), (struct.__name__, name, kind)
            assert issubclass(kind, Guarded), (struct.__name__, name, kind)
    assert seen >= 10


def test_the_name_of_a_contact_has_that_type_too() -> None:
    others = {"ContactBatch", "ContactCard"}  # a table, and what a content holds
    named = [
        (struct.__name__, name, kind)
        for struct in structs()
        for name, kind in typing.get_type_hints(struct).items()
        if (name == "name" and struct.__name__ not in others and ("Contact" in struct.__name__))
        or name in ("contact_name", "from_name", "into_name")
    ]
    assert {"Contact", "ContactRow", "ContactName", "Move"} <= {struct for struct, _, _ in named}
    for struct, name, hint in named:
        (kind,) = [one for one in (typing.get_args(hint) or (hint,)) if one is not NoneType]
        if (struct, name) != ("ContactHit", "name"):  # pieces that search has cut out of what the caller is shown
            assert issubclass(kind, Guarded), (struct, name, kind)


def test_the_preview_of_the_settings_is_what_the_rule_makes() -> None:
    """The screen shows a made-up customer without asking the server."""
    samples = Path(__file__).parents[2] / "frontend/src/app/settings/privacy/samples.ts"
    said = dict(re.findall(r"^const (\w+) = '([^']+)';$", samples.read_text(), re.MULTILINE))
    for name in ("PHONE", "EMAIL"):
        assert mask_address(said[name]) == said[f"{name}_MASKED"]
    assert mask_written(said["PHONE"]) == said["PHONE_MASKED"]
