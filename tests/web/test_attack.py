"""Every operation and every frame, attacked with the ids of what one may not see (S1–S6, S16, S17, S22, S34).

The operations, and the places in them where an id stands, are read from the OpenAPI document: what is new takes part by
itself, and a place whose kind nobody has named fails the test.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from tests.web.attack import (
    Hidden,
    Json,
    Operation,
    all_operations,
    changes,
    furnish,
    furnish_talk,
    furnish_workspace,
    kind_of,
    marker,
    rows_with,
    same,
    with_id,
)
from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, clear_rates, join, set_up
from tests.web.test_permission_matrix import CALLERS, QUERIES, RULES, body_of
from tests.web.test_realtime import Feed
from threadline.actions.change_many import ChangeMany, do_next_part
from threadline.actions.import_contacts import ImportContacts, import_next_rows
from threadline.channels.registry import channel_type
from threadline.core.events import Event, EventKind
from threadline.core.permission import Permission
from threadline.infra.clock import new_id, utc_now
from threadline.store.session import Role
from threadline.web.api.application import create_api
from threadline.web.deps import Opener
from threadline.workers.older_search import OlderSearch

ATTACKERS = ("assigned", "limited", "program", "foreign")
"""A supervisor who sees only what is theirs, one of a single channel, an admin's token for a single channel, and the
admin of another workspace: each may do what there is to do, so that only their sight stands between."""

WITHOUT_SESSION = {"createSession", "completeSetup", "acceptInvitation", "getSetup", "getInvitation"}
"""For whoever has a link or a password."""
ENDS = {"deleteSession", "deleteDemo"}
NEW = {"startDiscussion body:id", "askForReview body:id"}
"""Where whoever asks gives an id to what they make: nobody can guess one that is taken."""
ASKED_LATER = {"bulk_changes", "bulk_items", "contact_batches", "contact_import_rows", "scheduled_messages"}
"""An order for later keeps the ids that it was given: whether they may be met is asked when it is done."""
NOT_HIDDEN_FROM = {"assigned": ("channel", "delivery", "item"), "program": ("view",)}
"""Who sees what is theirs sees it on every channel, and what arrived there in vain; who reads the record of events
reads which views changed."""
MAY_CHANGE = {"getEvents": ATTACKERS, "getDeliveries": ("assigned",), "getFailedItems": ("assigned",)}
"""Where something comes that names nothing: that there is news of a kind."""


@dataclass
class Scene:
    server: Server
    admin: Browser
    member: Browser
    """A colleague who sees everything."""
    unseen: UUID
    """A channel that the narrow ones do not have."""
    attackers: dict[str, Browser]
    own: dict[str, Hidden]
    """What each attacker may see."""
    hidden: Hidden

    async def hide(self, phone: str) -> Hidden:
        return await _hide(self.admin, self.member, self.unseen, phone)


async def _hide(admin: Browser, member: Browser, channel_id: UUID, phone: str) -> Hidden:
    word = marker()
    hidden = await furnish(admin, channel_id, colleague=member, keeper=member, word=word, phone=phone)
    await furnish_talk(admin, hidden, member, word)
    await index(admin)
    return hidden


async def index(browser: Browser) -> None:
    """What a worker does beside: makes everything findable."""
    async with browser.server.database.transaction(Role.ENGINE, browser.workspace_id) as session:
        await (await session.raw()).execute("update search_progress set finished_at = null, reached_id = null")
    older = OlderSearch(browser.server.database, utc_now)
    while await older.step():
        pass


@pytest.fixture(scope="module")
async def scene(server: Server) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        names = ("admin", "member", *ATTACKERS)
        people = {name: await stack.enter_async_context(browser_of(server)) for name in names}
        admin, member = await set_up(people["admin"]), people["member"]
        await set_up(people["foreign"])
        desk = Desk(server, admin.workspace_id)
        seen, unseen = await desk.channel(), await desk.channel()
        elsewhere = await Desk(server, people["foreign"].workspace_id).channel()
        await join(admin, member, role="supervisor")
        await join(admin, people["assigned"], role="supervisor", sees="assigned")
        await join(admin, people["limited"], role="supervisor", channel_ids=[str(seen)])
        scopes = [str(one) for one in Permission]
        made = await admin.post("/api/tokens", {"name": "one", "scopes": scopes, "channel_ids": [str(seen)]})
        assert made.status == 201, made.raw
        people["program"].token = made.json["token"]
        own: dict[str, Hidden] = {}
        for number, name in enumerate(ATTACKERS):
            owner = people["foreign"] if name == "foreign" else admin
            keeper = admin if name == "program" else people[name]
            own[name] = await furnish(
                owner,
                elsewhere if name == "foreign" else seen,
                colleague=owner if name == "foreign" else member,
                keeper=keeper,
                word=marker(),
                phone=f"+4917155512{number:02}",
                assignee_id=people["assigned"].agent_id if name == "assigned" else None,
            )
            own[name].member = owner if name == "foreign" else member if keeper is admin else keeper
            if name != "foreign":
                await furnish_talk(owner, own[name], own[name].member, own[name].word)
        await furnish_workspace(people["foreign"], own["foreign"], own["foreign"].word)
        hours = await admin.post("/api/calendars", {"name": "Sales", "zone": "UTC", "week": [[]] * 7})
        given = await admin.patch(f"/api/channels/{unseen}", {"calendar_id": hours.json["id"]})
        assert given.status == 200, given.raw
        hidden = await _hide(admin, member, unseen, "+491715559900")
        await work(server, admin.workspace_id)
        yield Scene(server, admin, member, unseen, {name: people[name] for name in ATTACKERS}, own, hidden)


def test_it_is_known_what_stands_where_an_id_can_stand() -> None:
    """A new operation with a new kind of id is named in `KIND_OF` or `PLACES`, and one with a body in `body_of`."""
    unknown: list[str] = []
    for operation in all_operations():
        for slot in operation.slots:
            try:
                kind_of(operation, slot)
            except KeyError:
                unknown.append(f"{operation.name} {slot}")
        if operation.body is not None and body_of(operation.name) is None:
            unknown.append(f"{operation.name} has no body")
    assert unknown == []
    assert len(all_operations()) > 150


# Ids of what is hidden -----------------------------------------------------------------------------------------------


async def ask(browser: Browser, operation: Operation, values: Json, body: Any, query: str = "") -> Answer:
    """`values`: slot → id, for the path and the query; `query` is one parameter, in place of the usual one."""
    url = operation.path.replace("{rest}", "customers")
    usual = QUERIES.get(operation.name, "").removeprefix("?").replace("channel_id={channel_id}", "")
    asked = [query] if query and query.startswith(usual.split("=")[0]) else [usual, query]
    for slot, id in values.items():
        where, name = slot.split(":", 1)
        if where == "path":
            url = url.replace(f"{{{name}}}", id)
        elif where == "query":
            asked.append(f"{name}={id}")
    url += "?" + "&".join(filter(None, asked))
    if operation.name == "uploadFile":
        form = aiohttp.FormData()
        form.add_field("channel_id", body["channel_id"])
        form.add_field("file", b"%PDF-1.4 a letter", filename="letter.pdf", content_type="application/pdf")
        return await browser.request(operation.method, url, data=form)
    return await browser.request(operation.method, url, None if operation.method == "GET" else body)


async def _new_review(_: Browser, own: Hidden) -> None:
    if own.member is not own.owner:
        await furnish_talk(own.owner, own, own.member, own.word)


async def _new_table(browser: Browser, own: Hidden) -> None:
    """A table of one row, ready to be read in, by those who may."""
    made = await browser.post("/api/contact-batches", {"kind": "import"})
    if made.status == 201:
        own.ids["batch"] = made.json["id"]
        rows = {"first": 0, "rows": [{"name": "Carla"}]}
        await browser.put(f"/api/contact-batches/{own.ids['batch']}/table", rows)


SPENT = {"approveReview": _new_review, "returnReview": _new_review, "startContactImport": _new_table}
"""What can be done once only is made anew before each try."""
SPENT_ID = "made anew"


def id_of(known: Hidden, kind: str | None) -> str:
    return known.ids.get(kind or "", str(uuid4()))


def filled(body: Any, own: Hidden) -> Any:
    """With what is the attacker's own where the body names a conversation, message, channel or agent."""
    text = json.dumps(body)
    for name, kind in (("conversation_id", "conversation"), ("message_id", "message"), ("channel_id", "channel"),
                       ("other_id", "other")):  # fmt: skip
        text = text.replace(f'"{{{name}}}"', json.dumps(own.ids[kind]))
    for name in ("agent_id", "receiver_id"):
        text = text.replace(f'"{{{name}}}"', json.dumps(str(own.owner.agent_id)))
    return json.loads(text)


def tries(operation: Operation, own: Hidden, hidden: Hidden) -> list[tuple[str, Json, Json]]:
    """(what is tried, slot → the hidden id, slot → an id of nothing), each with the attacker's own in the rest."""
    kinds = {slot: kind_of(operation, slot) for slot in operation.slots}
    path = [slot for slot in operation.slots if slot.startswith("path:")]
    ours = {slot: SPENT_ID if operation.name in SPENT else id_of(own, kinds[slot]) for slot in path}
    found: list[tuple[str, Json, Json]] = []
    for slot, kind in kinds.items():
        if kind in hidden.ids:
            found.append((slot, ours | {slot: hidden.ids[kind]}, ours | {slot: str(uuid4())}))
    if len(path) > 1:
        everything = {slot: id_of(hidden, kinds[slot]) for slot in path}
        found.append(("everything", everything, {slot: str(uuid4()) for slot in path}))
    return found


@pytest.mark.parametrize("who", ATTACKERS)
async def test_what_is_hidden_is_as_if_it_were_not_there(scene: Scene, who: str) -> None:
    """In a path, query or body: the same answer as to an id that nothing has, no word of it, and no change of it."""
    browser, own, hidden = scene.attackers[who], scene.own[who], scene.hidden
    if who == "foreign":
        word = marker()
        hidden = replace(hidden, ids=dict(hidden.ids), secrets=(*hidden.secrets, word))
        await furnish_workspace(scene.admin, hidden, word)
    hidden = hidden.without(*NOT_HIDDEN_FROM.get(who, ()))
    before = await rows_with(scene.server, hidden.secrets)
    wrong: list[str] = []
    count = 0
    for operation in all_operations():
        if operation.name in WITHOUT_SESSION | ENDS:
            continue
        await clear_rates(scene.server)
        for slot, theirs, nothing in tries(operation, own, hidden):
            found, missing = [await _with_ids(browser, operation, own, ids) for ids in (theirs, nothing)]
            count += 1
            told = hidden.told(found.raw.decode("utf-8", "replace"), besides=set(theirs.values()))
            is_told = bool(told) or max(found.status, missing.status) >= 500
            if is_told or not _are_alike(operation, slot, found, missing):
                answers = [f"{one.status} {one.raw[:300].decode()}" for one in (found, missing)]
                wrong.append("\n    ".join((f"{operation.name} {slot} {told}", *answers)))
    workspace_id = scene.admin.workspace_id if browser.token else browser.workspace_id
    await work(scene.server, workspace_id)
    changed = changes(before, await rows_with(scene.server, hidden.secrets), but_new_in=ASKED_LATER)
    assert not wrong, "\n".join(wrong)
    assert not changed, "\n".join(changed)
    assert count > 100
    for table, path in (
        ("bulk_changes", "/bulk-changes/{}/refused"),
        ("contact_batches", "/contact-batches/{}/failures"),
    ):
        for id in await _ids_of(scene.server, table, workspace_id):
            answer = await browser.get(f"/api{path.format(id)}")
            assert hidden.told(answer.raw.decode()) == [], path


async def _with_ids(browser: Browser, operation: Operation, own: Hidden, ids: Json) -> Answer:
    if operation.name in SPENT:
        await SPENT[operation.name](browser, own)
        ids = {slot: id_of(own, kind_of(operation, slot)) if id == SPENT_ID else id for slot, id in ids.items()}
    body = filled(body_of(operation.name), own)
    for slot, id in ids.items():
        if slot.startswith("body:"):
            body = with_id(operation, body, slot, id)
    return await ask(browser, operation, {at: id for at, id in ids.items() if not at.startswith("body:")}, body)


def _are_alike(operation: Operation, slot: str, found: Answer, missing: Answer) -> bool:
    """What is done makes new ids and times; what is refused says the same."""
    if slot != "everything" and (kind_of(operation, slot) == "client" or f"{operation.name} {slot}" in NEW):
        return True
    if found.status != missing.status:
        return False
    return found.status < 300 or same(found) == same(missing)


async def work(server: Server, workspace_id: UUID) -> None:
    """What a worker does with the orders and tables that were left for it."""
    for bulk_id in await _ids_of(server, "bulk_changes", workspace_id):
        order = ChangeMany(workspace_id=workspace_id, bulk_id=bulk_id)
        async with server.database.transaction(Role.ENGINE, workspace_id) as session:
            while await do_next_part(session, order, now=utc_now(), new_id=new_id, find_type=channel_type):
                pass
    for batch_id in await _ids_of(server, "contact_batches", workspace_id):
        table = ImportContacts(workspace_id=workspace_id, batch_id=batch_id)
        async with server.database.transaction(Role.ENGINE, workspace_id) as session:
            while await import_next_rows(session, table, now=utc_now(), new_id=new_id):
                pass


async def _ids_of(server: Server, table: str, workspace_id: UUID) -> list[UUID]:
    async with server.database.transaction(Role.ENGINE) as session:
        rows = await (await session.raw()).fetch(f"select id from {table} where workspace_id = $1", workspace_id)
    return [row["id"] for row in rows]


# What lists, counts, searches and frames say of it -------------------------------------------------------------------


READERS = {"findConversations", "countConversations", "findContacts", "countContacts", "findRecipient"}
"""They read, though they take a body."""


async def read_everything(browser: Browser, own: Hidden, words: list[str]) -> dict[str, str]:
    """Everything that reads, each with every choice it has, about one's own → what it said."""
    searches = {"search": "q", "getContacts": "search", "getCompanies": "search", "exportContacts": "search"}
    said: dict[str, str] = {}
    for operation in all_operations():
        if operation.name in WITHOUT_SESSION or (operation.method != "GET" and operation.name not in READERS):
            continue
        await clear_rates(browser.server)
        ids = {
            slot: id_of(own, kind_of(operation, slot))
            for slot in operation.slots
            if slot.startswith("path:") or (slot == "query:channel_id" and operation.name == "getTemplates")
        }
        asked = [f"{name}={word}" for name, choices in operation.choices for word in choices]
        if operation.name in searches:
            asked += [f"{searches[operation.name]}={word}" for word in words]
        for number, query in enumerate(["", *asked]):
            answer = await ask(browser, operation, ids, filled(body_of(operation.name), own), query)
            assert answer.status < 500, (operation.name, query, answer.raw)
            told = json.dumps(same(answer), default=str)
            # Of a session of one's own it is written down each minute, and reading everything takes as long.
            said[f"{operation.name} {number}"] = re.sub(r'"last_seen_at": "[^"]*"', "", told)
    return said


@pytest.mark.parametrize("who", ATTACKERS)
async def test_nothing_that_is_read_or_heard_changes_with_what_is_hidden(scene: Scene, who: str) -> None:
    """Lists, counts, searches, tables and frames are the same before and after something is hidden from the reader."""
    browser, own = scene.attackers[who], scene.own[who]
    first = scene.hidden.without(*NOT_HIDDEN_FROM.get(who, ()))
    phone = f"+4917155599{1 + ATTACKERS.index(who):02}"
    words = [first.word, "hello", phone.replace("+", "%2B"), phone[3:]]
    await index(own.owner)
    before = await read_everything(browser, own, words)
    async with Feed.of(browser) as feed:
        more = (await scene.hide(phone)).without(*NOT_HIDDEN_FROM.get(who, ()))
        await feed.quiet()
        frames = json.dumps(feed.frames)
    words[0] = more.word
    after = await read_everything(browser, own, words)
    wrong = [f"frame {one}" for one in more.told(frames)]
    for asked, now in after.items():
        told = [*first.told(before[asked], besides=words), *more.told(now, besides=words)]
        if told or (before[asked] != now and who not in MAY_CHANGE.get(asked.split()[0], ())):
            wrong.append(f"{asked} {told} {_difference(before[asked], now)}")
    assert not wrong, "\n".join(wrong)
    assert len(after) > 100


def _difference(then: str, now: str) -> str:
    """Where two answers part."""
    pairs = enumerate(zip(then, now, strict=False))
    at = next((place for place, (one, other) in pairs if one != other), min(len(then), len(now)))
    return f"{then[max(0, at - 60) : at + 200]!r} {now[max(0, at - 60) : at + 200]!r}"


async def test_what_was_taken_away_is_hidden_like_what_one_never_saw(scene: Scene) -> None:
    """A conversation that one had, with its draft, pin, task, mention, notification, scheduled message and review."""
    browser, admin, own = scene.attackers["assigned"], scene.admin, scene.own["assigned"]
    me, word = str(browser.agent_id), marker()
    lost = await furnish(
        admin, scene.unseen, colleague=browser, keeper=browser, word=word, phone="+491715559950",
        assignee_id=browser.agent_id,
    )  # fmt: skip
    chat = f"/api/conversations/{lost.ids['conversation']}"
    named = {"kind": "text", "text": f"{word} @you", "mentions": [{"kind": "agent", "id": me}]}
    for path, body in (
        ("messages", {"client_id": str(uuid4()), "kind": "note", "content": named}),
        ("tasks", {"title": f"{word} yours", "owner_id": me}),
    ):
        done = await admin.post(f"{chat}/{path}", body)
        assert done.status == 201, done.raw
    asked = {"id": str(uuid4()), "contents": [{"kind": "text", "text": f"{word} mine"}]}
    review = await browser.post(f"{chat}/reviews", asked | {"reviewer_id": str(admin.agent_id)})
    assert review.status == 201, review.raw
    assert (await browser.put(f"{chat}/followers/{me}")).status in (200, 204)
    await index(admin)
    had = await read_everything(browser, own, [word])
    assert lost.told(json.dumps(had)), "there was something to lose"
    async with Feed.of(browser) as feed:
        for kind in ("conversation", "twin", "other"):
            taken = await admin.patch(f"/api/conversations/{lost.ids[kind]}", {"assignee_id": str(admin.agent_id)})
            assert taken.status == 200, taken.raw
        await feed.quiet()
        feed.frames.clear()
        await admin.post(f"{chat}/messages", {"client_id": str(uuid4()), "content": {"kind": "text", "text": word}})
        decided = await admin.post(f"/api/reviews/{asked['id']}/return", {"answer": f"{word} no"})
        assert decided.status == 200, decided.raw
        await feed.quiet()
        assert lost.told(json.dumps(feed.frames)) == []
    theirs = lost.without("channel", "delivery", "item", "bulk", "batch", "view", "reply", "macro")
    mine = {f"{word} {thing}" for thing in ("view", "reply", "text", "macro")}
    wrong: list[str] = []
    for asked_for, said in (await read_everything(browser, own, [word])).items():
        rest = re.sub("|".join(mine), "", said)
        told = theirs.told(rest, besides=[word] if asked_for.startswith(("search", "getContacts")) else [])
        if told and asked_for.split()[0] != "getEvents":
            wrong.append(f"{asked_for} {told} {rest[:600]}")
    assert not wrong, "\n".join(wrong)


# Frames, by kind -----------------------------------------------------------------------------------------------------

OF_THE_WORKSPACE = frozenset(
    {
        EventKind.LABEL_CREATED, EventKind.LABEL_CHANGED, EventKind.LABEL_DELETED, EventKind.TEAM_CREATED,
        EventKind.TEAM_CHANGED, EventKind.TEAM_DELETED, EventKind.FIELD_CHANGED, EventKind.STAGE_CHANGED,
        EventKind.AGENT_CHANGED, EventKind.WORKSPACE_CHANGED, EventKind.SENDING_PAUSED, EventKind.SENDING_RESUMED,
        EventKind.DEMO_REMOVED, EventKind.SAVED_REPLY_CHANGED, EventKind.CONFIGURATION_APPLIED,
        EventKind.SLA_POLICY_CHANGED, EventKind.ROTA_CHANGED,
    }
)  # fmt: skip
"""About what the whole workspace shares: no customer, no conversation, nobody's own."""


@pytest.mark.parametrize("who", ATTACKERS)
async def test_no_event_of_what_is_hidden_is_told(scene: Scene, who: str) -> None:
    """Of any kind, named as the actions name it: by its conversation, its contact, its channel or in its data."""
    hidden, workspace_id = scene.hidden.without(*NOT_HIDDEN_FROM.get(who, ())), scene.admin.workspace_id
    me = scene.attackers[who].agent_id if who in ("assigned", "limited") else scene.admin.agent_id
    async with Feed.of(scene.attackers[who]) as feed:
        async with scene.server.database.transaction(Role.ENGINE, workspace_id) as session:
            for kind in set(EventKind) - OF_THE_WORKSPACE:
                for way in _ways(kind, scene, hidden, me):
                    event: Json = {"actor_id": scene.admin.agent_id, "at": utc_now(), "kind": kind} | way
                    session.record(Event(id=new_id(), workspace_id=workspace_id, **event))
        await feed.quiet()
        events = [event for frame in feed.frames for event in frame.get("events", ())]
        assert [event for event in events if hidden.told(json.dumps(event))] == []
        assert hidden.told(json.dumps(feed.frames)) == []


def _ways(kind: EventKind, scene: Scene, hidden: Hidden, me: UUID) -> list[Json]:
    conversation_id, contact_id = UUID(hidden.ids["conversation"]), UUID(hidden.ids["contact"])
    names = ("file", "task", "discussion", "review", "company", "scheduled")
    data = {f"{name}_id": hidden.ids[name] for name in names}
    beside = data | {"conversation_id": str(conversation_id)}
    whole = {
        "conversation_id": conversation_id,
        "contact_id": contact_id,
        "message_id": UUID(hidden.ids["message"]),
        "channel_id": scene.unseen,
        "data": data,
    }
    match kind:
        case EventKind.SAVED_VIEW_CHANGED:
            return [{"data": {"saved_view_id": hidden.ids.get("view", "")}}]
        case EventKind.CONTACT_CHANGED:
            return [whole, {"contact_id": contact_id}]
        case EventKind.COMPANY_CHANGED:
            return [whole, {"data": {"company_id": hidden.ids["company"]}}]
        case _:
            theirs = [{"data": beside, "agent_id": one} for one in (me, scene.member.agent_id)]
            return [whole, whole | {"agent_id": me}, *(theirs if kind in BESIDE else [])]


BESIDE = {EventKind.REVIEW_CHANGED, EventKind.DISCUSSION_CHANGED, EventKind.NOTIFICATIONS_CHANGED}
"""They name a conversation in their data."""


# Who may do nothing, and what a cookie, a role and a token may -------------------------------------------------------


OF_A_COLLEAGUE = {
    "deleteSavedReply",
    "deleteSavedView",
    "updateSavedReply",
    "deleteMacro",
    "updateMacro",
    "updateSavedView",
}
"""What is hidden here is a colleague's own: not there, rather than not allowed."""


async def test_who_may_not_changes_nothing(scene: Scene) -> None:
    """Nobody, a cookie without its token, and an agent who tries what is not theirs: refused, and all is as it was."""
    admin, hidden = scene.admin, scene.hidden
    wrong: list[str] = []
    async with browser_of(scene.server) as nobody, browser_of(scene.server) as agent:
        await join(admin, agent)
        await clear_rates(scene.server)
        before = await rows_with(scene.server, None)
        for operation in all_operations():
            if operation.name in WITHOUT_SESSION:
                continue
            ids = {slot: id_of(hidden, kind_of(operation, slot)) for slot in operation.slots if slot[:5] != "body:"}
            body = filled(body_of(operation.name), hidden)
            body = {"channel_id": str(scene.unseen)} if operation.name == "uploadFile" else body
            heard = {"nobody": (await ask(nobody, operation, ids, body)).status}
            expected = {"nobody": 401}
            if operation.method != "GET":
                url = operation.path.replace("{rest}", "customers")
                for slot, id in ids.items():
                    url = url.replace(f"{{{slot.removeprefix('path:')}}}", id)
                origin = {"Origin": scene.server.url}
                async with admin.http.request(
                    operation.method, scene.server.url + url, json=body, headers=origin
                ) as answer:
                    heard["cookie"], expected["cookie"] = answer.status, 403
            if RULES[operation.name].split()[CALLERS.index("agent")] == "403":
                status = (await ask(agent, operation, ids, body)).status
                heard["agent"], expected["agent"] = status, 404 if operation.name in OF_A_COLLEAGUE else 403
            if heard != expected:
                wrong.append(f"{operation.name} {heard}")
        changed = changes(before, await rows_with(scene.server, None))
    assert not wrong, "\n".join(wrong)
    assert not [one for one in changed if not one.startswith(_TOUCHED)], "\n".join(changed)


def declared() -> dict[str, Opener]:
    """Operation → what its route declares of who may; those that work between two transactions declare nothing."""
    found: dict[str, Opener] = {}
    for included in create_api(None).routes:
        for route in included.original_router.routes:  # type: ignore[attr-defined] - the API includes routers only
            for dependency in route.dependant.dependencies:
                if isinstance(dependency.call, Opener):
                    found[route.operation_id] = dependency.call
    return found


WITHIN = {
    "exportContacts": Permission.CONTACTS_EXPORT, "createChannel": Permission.CHANNELS_MANAGE,
    "updateChannel": Permission.CHANNELS_MANAGE, "checkChannel": Permission.CHANNELS_MANAGE,
    "syncChannelTemplates": Permission.TEMPLATES_SYNC, "getFile": Permission.CONVERSATIONS_READ,
    "uploadFile": Permission.FILES_UPLOAD, "getPractice": Permission.PRACTICE_USE,
    "getPracticePart": Permission.PRACTICE_USE, "postPracticePart": Permission.PRACTICE_USE,
    "replayFailedItem": Permission.DELIVERIES_REPLAY, "readCalendarFile": Permission.WORKSPACE_CHANGE,
}  # fmt: skip
"""What is asked in the handler, between two transactions."""
OF_A_PERSON = {
    "createPushSubscription",
    "sayAvailability", "deleteOtherSession", "deletePushSubscription", "deleteSession", "getNotification",
    "getNotifications", "getReachWays", "getSession", "getSessions", "provePassword", "readNotifications",
    "readPreferences", "switchWorkspace", "updatePerson", "updatePreferences",
}  # fmt: skip
"""For whoever is signed in, whatever their role: no token is enough."""


async def test_a_token_does_only_what_its_scopes_name(scene: Scene) -> None:
    """With every scope but the one of an operation, it is refused, and so it is with any fewer."""
    openers = declared()
    by_scope: dict[Permission | None, list[Operation]] = {}
    for operation in all_operations():
        opener = openers.get(operation.name)
        permission = (opener and opener.permission) or WITHIN.get(operation.name)
        if operation.name not in WITHOUT_SESSION:
            by_scope.setdefault(permission, []).append(operation)
    assert {one.name for one in by_scope[None]} == OF_A_PERSON
    assert len(by_scope) > 15
    wrong: list[str] = []
    for permission, named in by_scope.items():
        scopes = [str(one) for one in Permission if one is not permission]
        made = await scene.admin.post("/api/tokens", {"name": "all but one", "scopes": scopes})
        assert made.status == 201, made.raw
        async with browser_of(scene.server) as program:
            program.token = made.json["token"]
            for operation in named:
                answer = await _on_hidden(scene, program, operation)
                if answer.status != (401 if permission is None else 403):
                    wrong.append(f"{operation.name} without {permission}: {answer.status} {answer.raw[:200].decode()}")
    assert not wrong, "\n".join(wrong)


async def test_what_needs_a_fresh_password_is_refused_without(scene: Scene) -> None:
    """S17: by the session of an admin that gave it long ago, and by any token; nothing has changed."""
    proven = {name for name, opener in declared().items() if opener.needs_proof} | {"createChannel", "updateChannel"}
    assert proven == {"createToken", "createChannel", "updateChannel", "createWebhook", "rotateWebhookSecret"}
    async with browser_of(scene.server) as admin, browser_of(scene.server) as program:
        await join(scene.admin, admin, role="admin")
        made = await scene.admin.post("/api/tokens", {"name": "all", "scopes": [str(one) for one in Permission]})
        program.token = made.json["token"]
        async with scene.server.database.transaction(Role.ENGINE) as session:
            await (await session.raw()).execute(
                "update sessions s set proved_at = now() - interval '1 hour' from agents a"
                " where a.person_id = s.person_id and a.id = $1",
                admin.agent_id,
            )
        before = await rows_with(scene.server, None)
        secrets_given = {"values": {"token": "x"}}
        for operation in all_operations():
            if operation.name in proven:
                more = secrets_given if operation.name == "updateChannel" else {}
                late = await _on_hidden(scene, admin, operation, more)
                assert (late.status, late.json["code"]) == (403, "proof_required"), operation.name
                assert (await _on_hidden(scene, program, operation, more)).status == 403, operation.name
        changed = changes(before, await rows_with(scene.server, None))
    assert not [one for one in changed if not one.startswith(_TOUCHED)], "\n".join(changed)


async def _on_hidden(scene: Scene, browser: Browser, operation: Operation, more: Json | None = None) -> Answer:
    """The operation on what one who sees everything sees."""
    ids = {slot: id_of(scene.hidden, kind_of(operation, slot)) for slot in operation.slots if slot[:5] != "body:"}
    body = {"channel_id": str(scene.unseen)} if operation.name == "uploadFile" else body_of(operation.name)
    return await ask(browser, operation, ids, filled(body, scene.hidden) and filled(body, scene.hidden) | (more or {}))


_TOUCHED = ("+ sessions", "- sessions", "+ api_tokens", "- api_tokens")
"""When they were last used."""
