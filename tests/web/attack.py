"""What an attack on the API needs: where ids stand in it, a world that is hidden, and what of it shows."""

import json
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from tests.web.conftest import Answer, Browser, Desk
from tests.web.test_permission_matrix import body_of
from threadline.infra.clock import new_id
from threadline.store.session import Role
from threadline.web.api.application import create_api
from threadline.web.openapi import build_document

Json = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    name: str
    method: str
    path: str
    slots: tuple[str, ...]
    """Where an id stands: `path:contact_id`, `query:segment_id`, `body:order.add.[]`."""
    choices: tuple[tuple[str, tuple[str, ...]], ...]
    """Query parameters that are one of a few words."""
    body: Json | None
    """The schema of its JSON body."""


@cache
def document() -> Json:
    return build_document(create_api(None))


@cache
def all_operations() -> tuple[Operation, ...]:
    found: list[Operation] = []
    for path, methods in document()["paths"].items():
        for method, one in methods.items():
            contents = one.get("requestBody", {}).get("content", {})
            schema = contents.get("application/json", {}).get("schema")
            slots, choices = _parameters(one.get("parameters", []))
            for kind in contents.values():
                slots += [f"body:{at}" for at, leaf in leaves(kind["schema"]) if is_id(at, leaf)]
            found.append(
                Operation(one["operationId"], method.upper(), path, tuple(dict.fromkeys(slots)), choices, schema)
            )
    return tuple(sorted(found, key=lambda one: one.name))


def _parameters(given: list[Json]) -> tuple[list[str], tuple[tuple[str, tuple[str, ...]], ...]]:
    slots: list[str] = []
    choices: list[tuple[str, tuple[str, ...]]] = []
    for one in given:
        slots += [f"{one['in']}:{one['name']}"] if one["name"].endswith("_id") else []
        words = [word for _, leaf in leaves(one["schema"]) for word in leaf.get("enum", ())]
        if one["in"] == "query" and words:
            choices.append((one["name"], tuple(words)))
    return slots, tuple(choices)


def leaves(schema: Json, at: str = "", seen: frozenset[str] = frozenset()) -> Iterator[tuple[str, Json]]:
    """Every value that a schema has room for, with its place: `contents.[].file_id`. Each struct once on its way."""
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    if name in seen:
        return
    if name:
        yield from leaves(document()["components"]["schemas"][name], at, seen | {name})
        return
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word, ()):
            yield from leaves(one, at, seen)
    if "items" in schema:
        yield from leaves(schema["items"], f"{at}.[]", seen)
    for key, one in schema.get("properties", {}).items():
        yield from leaves(one, f"{at}.{key}".lstrip("."), seen)
    if isinstance(schema.get("additionalProperties"), dict):
        yield f"{at}.{{}}", {"type": "key"}
        yield from leaves(schema["additionalProperties"], f"{at}.{{}}", seen)
    if schema.get("type") != "null" and not {"items", "properties", "anyOf", "oneOf", "allOf"} & set(schema):
        yield at, schema


def is_id(at: str, leaf: Json) -> bool:
    last = at.replace(".[]", "").rsplit(".", 1)[-1]
    return leaf.get("format") == "uuid" or last in ("id", "ids") or last.endswith(("_id", "_ids")) or last == "{}"


# What is hidden --------------------------------------------------------------------------------------------------


@dataclass
class Hidden:
    """Things that the attacker may not see: their ids by kind, and the words that stand in them."""

    ids: dict[str, str]
    secrets: tuple[str, ...]
    """Ids and words, none of which may stand in any answer or frame of the attacker."""
    word: str
    owner: Browser
    member: Browser
    """Who is asked into what stands beside: a colleague of the owner, or the owner alone."""

    def told(self, text: str, *, besides: Collection[str] = ()) -> list[str]:
        """What of it stands in a text, `besides` the ids that the attacker wrote there."""
        return [
            f"{kind} {one}" for one in self.secrets if one in text and one not in besides for kind in self._kinds(one)
        ]

    def without(self, *kinds: str) -> "Hidden":
        """As somebody meets it who may see these."""
        open_ids = {self.ids[kind] for kind in kinds}
        return replace(
            self,
            ids={kind: id for kind, id in self.ids.items() if kind not in kinds},
            secrets=tuple(one for one in self.secrets if one not in open_ids),
        )

    def _kinds(self, secret: str) -> list[str]:
        return [kind for kind, id in self.ids.items() if id == secret] or ["word"]


async def furnish(
    owner: Browser,
    channel_id: UUID,
    *,
    colleague: Browser,
    word: str,
    phone: str,
    keeper: Browser | None = None,
    assignee_id: UUID | None = None,
) -> Hidden:
    """One of everything, made by its owner, with a word in every text. `keeper`: whose the personal things are."""
    keeper = keeper or owner
    desk = Desk(owner.server, owner.workspace_id)
    ids: dict[str, str] = {"channel": str(channel_id)}

    async def make(kind: str, path: str, body: Json, *, at: str = "id", by: Browser = owner) -> Json:
        answer = await by.post(f"/api{path}", body)
        assert answer.status in (200, 201), (path, answer.raw)
        found: Any = answer.json
        for step in at.split("."):
            found = found[int(step) if step.isdigit() else step]
        ids[kind] = str(found)
        return answer.json

    async def begin(name: str, **more: Any) -> UUID:
        named = {"name": f"{word} {name}", "texts": (f"{word} hello",), "assignee_id": assignee_id}
        return await desk.conversation(channel_id, **named, **more)

    def said(text: str, **more: Any) -> Json:
        return {"client_id": str(uuid4()), "content": {"kind": "text", "text": f"{word} {text}", **more}}

    conversation_id = await begin("Customer")
    contact_id = await desk.contact_of(conversation_id)
    ids |= {"conversation": str(conversation_id), "contact": str(contact_id)}
    chat, contact = f"/conversations/{conversation_id}", f"/contacts/{contact_id}"
    message_id = await desk.receive(conversation_id, channel_id, f"{word} look at this")
    ids |= {"message": str(message_id), "file": str(await desk.file(message_id, channel_id))}
    await _write(owner, "update contacts set phone = $2 where id = $1", contact_id, phone)
    await _write(owner, "update messages set file_ids = array[$2::uuid] where id = $1", message_id, UUID(ids["file"]))
    await _write(owner, "update files set name = $2 where id = $1", UUID(ids["file"]), f"{word}.png")
    ids["client"] = str(uuid4())
    await make("answer", f"{chat}/messages", said("answer") | {"client_id": ids["client"]})
    mention = {"kind": "agent", "id": str(colleague.agent_id)}
    note = said(f"@{colleague.session['person']['name']}", mentions=[mention])
    await make("noted", f"{chat}/messages", note | {"kind": "note", "untold_ids": [str(colleague.agent_id)]})
    due_at = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    await make("scheduled", f"{chat}/scheduled", said("later") | {"due_at": due_at})
    await make("task", f"{chat}/tasks", {"title": f"{word} call", "kind": "call_back", "due_at": due_at})
    await make("company", "/companies", {"name": f"{word} Company"})
    joined = await owner.patch(f"/api{contact}", {"company_id": ids["company"]})
    assert joined.status == 200, joined.raw
    await make("note", f"{contact}/notes", {"text": f"{word} of the contact"}, at="notes.0.id")
    spare = await begin("Twin", state="resolved")
    ids |= {"twin": str(spare), "twin_contact": str(await desk.contact_of(spare))}
    await make("merge", f"{contact}/merges", {"from_id": ids["twin_contact"]}, at="merges.0.id")
    other = await begin("Other")
    ids |= {"other": str(other), "other_contact": str(await desk.contact_of(other))}
    await make("batch", "/contact-batches", {"kind": "import"}, by=keeper)
    await make("bulk", "/bulk-changes", {"order": {"kind": "state", "state": "open"}, "ids": [str(other)]}, by=keeper)
    own = {"kind": "group", "match": "all", "of": []}
    await make("view", "/saved-views", {"name": f"{word} view", "filter": own}, by=keeper)
    await make(
        "reply", "/saved-replies", {"title": f"{word} reply", "text": f"{word} text", "is_shared": False}, by=keeper
    )
    acts = [{"kind": "note", "text": f"{word} macro"}]
    await make("macro", "/macros", {"name": f"{word} macro", "acts": acts}, by=keeper)
    updated_at = (await keeper.get(f"/api/macros/{ids['macro']}")).json["updated_at"]
    run = {"id": str(uuid4()), "macro_id": ids["macro"], "updated_at": updated_at}
    await make("run", f"/conversations/{other}/macro-runs", run, by=keeper)
    for path, body in (("/draft", {"mode": "reply", "text": f"{word} half"}), ("/pin", None)):
        answer = await keeper.put(f"/api{chat}{path}", body)
        assert answer.status in (200, 204), (path, answer.raw)
    ids["notification"] = str(new_id())
    await _write(
        owner,
        "insert into notifications (workspace_id, id, agent_id, kind, conversation_id, message_id, count, at,"
        " is_listed) select workspace_id, $2, $3, 'assigned', id, last_message_id, 1, now(), true"
        " from conversations where id = $1",
        conversation_id,
        UUID(ids["notification"]),
        keeper.agent_id,
    )
    ids["item"] = str(await desk.failed_item(channel_id))
    ids["delivery"] = str(new_id())
    await _write(
        owner,
        "insert into deliveries (id, body_id, workspace_id, endpoint_id, channel_id, state, body, received_at)"
        " select $1, $1, workspace_id, endpoint_id, id, 'dead', '{}', now() from channels where id = $2",
        UUID(ids["delivery"]),
        channel_id,
    )
    told = [id for kind, id in ids.items() if kind != "client"]  # whoever writes names it, and it is kept as theirs
    return Hidden(ids, (*told, word, phone[3:]), word, owner, colleague)


async def furnish_talk(owner: Browser, hidden: Hidden, member: Browser, word: str) -> None:
    """A discussion and a review beside a hidden conversation, with a colleague who is not the attacker."""
    chat = f"/api/conversations/{hidden.ids['conversation']}"
    talk = {"id": str(uuid4()), "subject": f"{word} subject", "text": f"{word} first"}
    started = await owner.post(f"{chat}/discussions", talk | {"agent_ids": [str(member.agent_id)]})
    assert started.status == 201, started.raw
    review = {"id": str(uuid4()), "contents": [{"kind": "text", "text": f"{word} reviewed"}]}
    asked = await owner.post(f"{chat}/reviews", review | {"reviewer_id": str(member.agent_id)})
    assert asked.status == 201, asked.raw
    hidden.ids |= {"discussion": talk["id"], "review": review["id"]}
    hidden.secrets = (*hidden.secrets, talk["id"], review["id"])


async def furnish_workspace(owner: Browser, hidden: Hidden, word: str) -> None:
    """What everybody of a workspace shares, and nobody else sees."""
    before = set(hidden.ids)
    for kind, path, body, at in (
        ("label", "/labels", {"kind": "conversation", "name": f"{word} label", "colour": "teal"}, "id"),
        ("contact_label", "/labels", {"kind": "contact", "name": f"{word} label", "colour": "teal"}, "id"),
        ("skill", "/skills", {"name": f"{word} skill"}, "id"),
        ("field", "/fields", {"owner": "contact", "type": "text", "name": f"{word} field"}, "id"),
        ("stage", "/stages", {"state": "open", "name": f"{word} stage"}, "id"),
        ("team", "/teams", {"name": f"{word} team", "colour": "teal"}, "id"),
        ("calendar", "/calendars", {"name": f"{word} hours", "zone": "UTC", "week": [[]] * 7}, "id"),
        (
            "change",
            "/rota/days-off",
            {"agent_id": str(owner.agent_id), "from_day": "2030-01-07", "to_day": "2030-01-07", "note": f"{word} note"},
            "id",
        ),
        ("policy", "/sla-policies", {"name": f"{word} level", "first_reply": {"minutes": 4}}, "id"),
        (
            "rule",
            "/rules",
            {
                "name": f"{word} rule",
                "trigger": {"on": "message_received"},
                "acts": [{"kind": "note", "text": f"{word} note"}],
            },
            "id",
        ),
        ("role", "/roles", {"name": f"{word} role", "permissions": ["conversations:read"]}, "id"),
        ("place", "/places", {"name": f"{word} place", "address": "", "latitude": 1, "longitude": 2}, "id"),
        ("pattern", "/task-patterns", {"name": f"{word} pattern", "title": "Call"}, "id"),
        ("segment", "/segments", {"name": f"{word} segment", "filter": {"kind": "group", "match": "all"}}, "id"),
        ("invitation", "/invitations", {"email": f"{word.lower()}@example.org", "role": "agent"}, "id"),
        ("token", "/tokens", {"name": f"{word} token", "scopes": ["conversations:read"]}, "record.id"),
        ("webhook", "/webhooks", {"name": f"{word} hook", "url": "https://a.example.com", "kinds": []}, "webhook.id"),
    ):
        answer = await owner.post(f"/api{path}", body)
        assert answer.status == 201, (path, answer.raw)
        found = answer.json
        for step in at.split("."):
            found = found[step]
        hidden.ids[kind] = found
    tried = await owner.post(f"/api/webhooks/{hidden.ids['webhook']}/test")
    assert tried.status == 201, tried.raw
    hidden.ids["dispatch"] = tried.json["id"]
    said = {"kind": "away", "wordings": [{"language": "en", "text": f"{word} away"}]}
    put = await owner.put("/api/automatic-replies", said)
    assert put.status == 200, put.raw
    hidden.ids["automatic_reply"] = put.json["id"]
    hidden.ids |= {"agent": str(owner.agent_id), "workspace": str(owner.workspace_id)}
    sessions = await owner.get("/api/sessions")
    hidden.ids["session"] = sessions.json["items"][0]["id"]
    made = await owner.post("/api/push-subscriptions", body_of("createPushSubscription"))
    if made.status in (200, 201):
        hidden.ids["subscription"] = made.json["id"]
    hidden.secrets = (*hidden.secrets, *(hidden.ids[kind] for kind in hidden.ids if kind not in before))


async def _write(owner: Browser, statement: str, *values: object) -> None:
    async with owner.server.database.transaction(Role.ENGINE, owner.workspace_id) as session:
        await (await session.raw()).execute(statement, *values)


# What an attacker puts where ---------------------------------------------------------------------------------------

KIND_OF = {
    "conversation_id": "conversation", "other_id": "other", "contact_id": "contact", "from_id": "other_contact",
    "contact_ids": "contact", "message_id": "message", "message_ids": "message", "quoted_id": "message",
    "channel_id": "channel", "channel_ids": "channel", "company_id": "company", "file_id": "file",
    "file_ids": "file", "header_file_id": "file", "scheduled_id": "scheduled", "task_id": "task",
    "discussion_id": "discussion", "review_id": "review", "note_id": "note", "merge_id": "merge", "bulk_id": "bulk",
    "batch_id": "batch", "view_id": "view", "reply_id": "reply",
    "macro_id": "macro", "run_id": "run", "finish_id": "finish", "notification_id": "notification",
    "delivery_id": "delivery", "item_id": "item", "client_id": "client",
    # of a whole workspace
    "agent_id": "agent", "agent_ids": "agent", "member_ids": "agent", "owner_id": "agent", "assignee_id": "agent",
    "reviewer_id": "agent", "guest_ids": "agent", "untold_ids": "agent", "vip_assignee_id": "agent",
    "receiver_id": "agent", "change_id": "change",
    "calendar_id": "calendar", "automatic_reply_id": "automatic_reply",
    "policy_id": "policy", "policy_ids": "policy",
    "rule_id": "rule", "rule_ids": "rule",
    "role_id": "role",
    "webhook_id": "webhook", "dispatch_id": "dispatch",
    "team_id": "team", "team_ids": "team", "vip_team_id": "team", "label_id": "label", "label_ids": "label",
    "skill_id": "skill",
    "field_id": "field", "needs_fields": "field", "resolving_needs_fields": "field", "stage_id": "stage",
    "place_id": "place", "pattern_id": "pattern", "segment_id": "segment", "invitation_id": "invitation",
    "token_id": "token", "session_id": "session", "subscription_id": "subscription", "workspace_id": "workspace",
}  # fmt: skip
"""Name of a place → what kind of thing its id is of. A name that does not stand here or in `PLACES` fails the test."""

PLACES = {
    "createBulkChange body:ids.[]": "conversation",
    "createBulkChange body:order.add.[]": "label",
    "createBulkChange body:order.remove.[]": "label",
    "createBulkChange body:order.field_id": "field",
    "tryRule body:acts.[].add.[]": "label",
    "tryRule body:acts.[].remove.[]": "label",
    "createRule body:acts.[].add.[]": "label",
    "createRule body:acts.[].remove.[]": "label",
    "updateRule body:acts.[].add.[]": "label",
    "updateRule body:acts.[].remove.[]": "label",
    "createMacro body:acts.[].add.[]": "label",
    "createMacro body:acts.[].remove.[]": "label",
    "updateMacro body:acts.[].add.[]": "label",
    "updateMacro body:acts.[].remove.[]": "label",
    "runMacro body:id": "run",
    "readNotifications body:ids.[]": "notification",
    "updateContactLabels body:add.[]": "contact_label",
    "updateContactLabels body:remove.[]": "contact_label",
    "updateConversationLabels body:add.[]": "label",
    "updateConversationLabels body:remove.[]": "label",
    "editContacts body:ids.[]": "contact",
    "editContacts body:edit.add_labels.[]": "contact_label",
    "editContacts body:edit.remove_labels.[]": "contact_label",
    "updateRouting body:teams.{}": "team",
    "updateRouting body:take_back.{}": "team",
    "updateRouting body:day_limits.{}": "agent",
    "updateRouting body:languages.{}": "agent",
    "updateRouting body:channels.{}": "channel",
    "updateRouting body:agents.{}": "agent",
    "updateSkill body:add_agent_ids.[]": "agent",
    "updateSkill body:remove_agent_ids.[]": "agent",
    "updateSkill body:add_label_ids.[]": "label",
    "updateSkill body:remove_label_ids.[]": "label",
    "updateConversationSkills body:add.[]": "skill",
    "updateConversationSkills body:remove.[]": "skill",
    "updateRouting body:first_answers.{}": "channel",
    "updateRouting body:first_answers.{}.bot_id": "token",
    "updateTeam body:add.[]": "agent",
    "updateTeam body:remove.[]": "agent",
    "startDiscussion body:id": "discussion",
    "askForReview body:id": "review",
    "deletePushSubscription path:subscription_id": "subscription",
}

NOT_OURS = (
    "buttons.[].id",
    "choices.[].id",
    "catalog_id",
    "product_ids.[]",
    "options.[].id",
    "values.{}",
    "keys.{}",
    "fields.{}.[]",
    "languages.{}.[]",
    "uses.[].reply_id",
)
"""Ids of the provider, of a value within its owner, names of secrets and keys, and what a text was begun with: that is
told, not asked for, and one that is not the sender's to use counts for nothing."""


def kind_of(operation: Operation, slot: str) -> str | None:
    """None: nothing of ours stands there."""
    if slot.endswith(NOT_OURS):
        return None
    if f"{operation.name} {slot}" in PLACES:
        return PLACES[f"{operation.name} {slot}"]
    place = slot.split(":", 1)[1]
    if place.endswith("fields.{}"):
        return "field"
    if place.endswith("mentions.[].id"):
        return "agent"
    return KIND_OF[place.replace(".[]", "").rsplit(".", 1)[-1]]


_OF_ANY_KIND: Json = {
    "file_id": lambda id: {"kind": "media", "media": "image", "file_id": id},
    "header_file_id": lambda id: {"kind": "template", "name": "x", "language": "en", "header_file_id": id},
    "id": lambda id: {"kind": "text", "text": "@x", "mentions": [{"kind": "agent", "id": id}]},
}
_ORDERS: Json = {
    "assignee_id": lambda id: {"kind": "assign", "assignee_id": id},
    "team_id": lambda id: {"kind": "team", "team_id": id},
    "stage_id": lambda id: {"kind": "stage", "stage_id": id},
    "field_id": lambda id: {"kind": "field", "field_id": id, "value": "x"},
    "pattern_id": lambda id: {"kind": "task", "pattern_id": id},
    "owner_id": lambda id: {"kind": "task", "title": "x", "owner_id": id},
    "reply_id": lambda id: {"kind": "reply", "reply_id": id},
    "webhook_id": lambda id: {"kind": "webhook", "webhook_id": id},
    "macro_id": lambda id: {"kind": "macro", "macro_id": id},
    "add": lambda id: {"kind": "labels", "add": [id], "remove": []},
    "remove": lambda id: {"kind": "labels", "add": [], "remove": [id]},
}


_NOBODYS_CHANNEL, _NOBODYS_BOT = str(uuid4()), str(uuid4())


def with_id(operation: Operation, body: Any, slot: str, id: str) -> Any:
    """The body that the operation takes, with this id in one place of it."""
    place = slot.removeprefix("body:")
    first, *rest = place.split(".")
    body = json.loads(json.dumps(body or {}))
    last = place.replace(".[]", "").rsplit(".", 1)[-1]
    if first in ("content", "contents"):
        content = _OF_ANY_KIND[last](id)
        body |= {first: content if first == "content" else [content]}
        return body | ({"kind": "note"} if "mentions" in place and operation.name == "createMessage" else {})
    if operation.name == "createBulkChange" and first == "order":
        return body | {"order": _ORDERS[rest[0]](id)}
    if operation.name in ("createMacro", "updateMacro", "createRule", "updateRule", "tryRule") and first == "acts":
        return body | {"acts": [_ORDERS[rest[1]](id)]}
    if operation.name == "updateRouting":
        if len(rest) > 1:  # a team and a bot are looked for before their channel
            return {first: {_NOBODYS_CHANNEL: {"bot_id": _NOBODYS_BOT} | {last: id}}}
        return {first: {id: {"teams": "manual", "languages": ["de"]}.get(first)}}
    if operation.name in ("startConversation", "findRecipient") and last == "contact_id":
        body.pop("phone", None)
    return put(body, [first, *rest], id)


def put(body: Any, path: list[str], id: str) -> Any:
    if not path:
        return id
    step, *rest = path
    if step == "[]":
        first = body[0] if isinstance(body, list) and body else {}
        return [put(first, rest, id)]
    if step == "{}":
        return {id: "x"}
    inner = body if isinstance(body, dict) else {}
    return {**inner, step: put(inner.get(step), rest, id)}


def same(answer: Answer) -> tuple[int, Any]:
    """What two refusals must have in common; and two answers, which may say when each was made."""
    if not isinstance(answer.json, dict):
        return answer.status, answer.raw
    passing = ("request_id", "position", "at")
    return answer.status, {key: value for key, value in answer.json.items() if key not in passing}


# What the database says ---------------------------------------------------------------------------------------------

_TABLES = """
select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  and not c.relispartition and c.relname not in ('rate_counters', 'idempotency_keys') order by 1
"""


async def rows_with(server: Any, secrets_of: tuple[str, ...] | None) -> dict[str, set[str]]:
    """Table → its rows, as text, in which one of these stands; None: every row."""
    found: dict[str, set[str]] = {}
    async with server.database.transaction(Role.ENGINE) as session:
        connection = await session.raw()
        for table in [row["relname"] for row in await connection.fetch(_TABLES)]:
            rows = [row[0] for row in await connection.fetch(f'select t::text from "{table}" t')]
            found[table] = {one for one in rows if secrets_of is None or any(word in one for word in secrets_of)}
    return found


def changes(before: dict[str, set[str]], after: dict[str, set[str]], *, but_new_in: Collection[str] = ()) -> list[str]:
    """What is gone and what is new, each with its table."""
    gone = [f"- {table} {row}" for table in before for row in before[table] - after[table]]
    new = [f"+ {table} {row}" for table in before if table not in but_new_in for row in after[table] - before[table]]
    return sorted(gone + new)


def marker() -> str:
    return f"Zq{secrets.token_hex(5)}"
