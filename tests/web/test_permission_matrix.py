"""Every operation of the API for everybody who might try it (S3). An operation without a declared rule fails."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from tests.web.conftest import PASSWORD, Answer, Browser, Desk, Server, browser_of, clear_rates, join, set_up
from threadline.infra.clock import new_id
from threadline.store.session import Role
from threadline.web.api.application import create_api
from threadline.web.openapi import build_document

CALLERS = (
    "nobody",
    "limited",  # an agent of another channel only
    "assigned",  # an agent who sees only what is theirs
    "agent",
    "supervisor",
    "admin",
    "foreign",  # the admin of another workspace
    "deactivated",
    "token",  # an admin's, with the scope conversations:read
)

# What each caller hears, in the order above. "ok": whatever follows once somebody may do it (2xx, 409, 422).
PUBLIC = "ok ok ok ok ok ok ok ok ok"
OWN = "401 ok ok ok ok ok ok 401 401"
EVERYBODY = "401 ok ok ok ok ok ok 401 ok"
EVERY_ROLE = "401 ok ok ok ok ok ok 401 403"
ADMINS = "401 403 403 403 403 ok ok 401 403"
SUPERVISORS = "401 403 403 403 ok ok ok 401 403"
READ_CONVERSATION = "401 404 404 ok ok ok 404 401 ok"
CHANGE_CONVERSATION = "401 404 404 ok ok ok 404 401 403"
OF_CHANNEL = "401 404 ok ok ok ok 404 401 403"
ADMINS_OF_OBJECT = "401 403 403 403 403 ok 404 401 403"
SUPERVISORS_OF_OBJECT = "401 403 403 403 ok ok 404 401 403"
SUPERVISORS_OF_CHANNEL = "401 403 403 403 ok ok 404 401 403"

OWN_OBJECT = "401 404 404 404 404 ok 404 401 403"
"""The admin's own."""

RULES = {
    "getRota": EVERY_ROLE,
    "getRotaNow": EVERY_ROLE,
    "putRotaPlan": SUPERVISORS_OF_OBJECT,
    "deleteRotaPlan": SUPERVISORS_OF_OBJECT,
    "createDaysOff": SUPERVISORS_OF_OBJECT,  # of somebody else
    "createExtraShift": SUPERVISORS_OF_OBJECT,
    "createSwap": SUPERVISORS_OF_OBJECT,
    "decideRotaChange": "401 404 404 404 ok ok 404 401 403",
    "withdrawRotaChange": "401 404 404 404 ok ok 404 401 403",
    "getRouting": EVERY_ROLE,
    "getLoads": EVERY_ROLE,
    "getSkills": EVERY_ROLE,
    "getConversationSkills": READ_CONVERSATION,
    "updateConversationSkills": CHANGE_CONVERSATION,
    "createSkill": ADMINS,
    "updateSkill": ADMINS_OF_OBJECT,
    "deleteSkill": ADMINS_OF_OBJECT,
    "getBots": EVERY_ROLE,
    "getBot": "401 404 404 404 404 404 404 401 404",  # a bot's own
    "getLive": SUPERVISORS,
    "updateRouting": ADMINS,
    "sayAvailability": OWN,
    "putAvailability": SUPERVISORS_OF_OBJECT,
    "getAgentChats": SUPERVISORS_OF_OBJECT,  # of a colleague
    "finishShift": SUPERVISORS_OF_OBJECT,
    "undoFinishedShift": OWN_OBJECT,
    "getAbsent": SUPERVISORS,
    "getLeftDrafts": CHANGE_CONVERSATION,
    "sayPresence": "401 404 404 ok ok ok 404 401 401",
    "follow": CHANGE_CONVERSATION,
    "unfollow": "401 404 404 403 ok ok 404 401 403",  # somebody else
    "getPins": "401 ok ok ok ok ok ok 401 401",
    "pinConversation": "401 404 404 ok ok ok 404 401 401",
    "unpinConversation": "401 ok ok ok ok ok ok 401 401",  # of one's own: there is nothing to find out
    "handOver": "401 404 404 403 ok ok 404 401 403",  # to somebody else, what nobody has
    "markUnread": "401 404 404 ok ok ok 404 401 401",
    "acceptInvitation": PUBLIC,
    "cancelScheduled": CHANGE_CONVERSATION,
    "checkChannel": ADMINS,
    "completeSetup": PUBLIC,
    "countContacts": EVERYBODY,
    "countConversations": EVERYBODY,
    "createBulkChange": "401 ok ok ok ok ok ok 401 403",
    "createCalendar": ADMINS,
    "getAutomaticReplies": EVERY_ROLE,
    "setAutomaticReply": ADMINS,
    "deleteAutomaticReply": ADMINS_OF_OBJECT,
    "previewAutomaticReply": "401 404 ok ok ok ok 404 401 403",
    "createChannel": ADMINS,
    "createCompany": "401 ok ok ok ok ok ok 401 403",
    "getCompanies": EVERYBODY,
    "getCompany": READ_CONVERSATION,
    "getCompanyMembers": READ_CONVERSATION,
    "getCompanyConversations": READ_CONVERSATION,
    "updateCompany": CHANGE_CONVERSATION,
    "deleteCompany": CHANGE_CONVERSATION,
    "restoreCompany": CHANGE_CONVERSATION,
    "createContact": "401 ok ok ok ok ok ok 401 403",
    "createContactBatch": SUPERVISORS,
    "createContactNote": CHANGE_CONVERSATION,
    "createField": SUPERVISORS,
    "createInvitation": ADMINS,
    "createLabel": SUPERVISORS,
    "createMessage": CHANGE_CONVERSATION,
    "createPushSubscription": OWN,
    "copyFile": "401 404 404 ok ok ok 404 401 403",
    "createPlace": SUPERVISORS,
    "createSavedReply": EVERY_ROLE,
    "createMacro": EVERY_ROLE,
    "deleteMacro": SUPERVISORS_OF_OBJECT,
    "getMacro": "401 ok ok ok ok ok 404 401 403",
    "getMacros": EVERY_ROLE,
    "previewMacro": CHANGE_CONVERSATION,
    "runMacro": CHANGE_CONVERSATION,
    "undoMacroRun": OWN_OBJECT,
    "updateMacro": SUPERVISORS_OF_OBJECT,
    "createSavedView": EVERY_ROLE,
    "createSession": PUBLIC,
    "createSlaPolicy": ADMINS,
    "deleteSlaPolicy": ADMINS_OF_OBJECT,
    "getSlaPolicies": EVERY_ROLE,
    "orderSlaPolicies": ADMINS,
    "previewSlaTarget": ADMINS,
    "updateSlaPolicy": ADMINS_OF_OBJECT,
    "createRule": SUPERVISORS,
    "deleteRule": SUPERVISORS_OF_OBJECT,
    "getRules": SUPERVISORS,
    "listRuleRuns": SUPERVISORS_OF_OBJECT,
    "listConversationRuleRuns": READ_CONVERSATION,
    "listRuleVersions": SUPERVISORS_OF_OBJECT,
    "orderRules": SUPERVISORS,
    "restoreRule": SUPERVISORS_OF_OBJECT,
    "tryRule": SUPERVISORS,
    "updateRule": SUPERVISORS_OF_OBJECT,
    "createStage": SUPERVISORS,
    "getReadiness": READ_CONVERSATION,
    "resolveConversation": CHANGE_CONVERSATION,
    "createRole": ADMINS,
    "createTeam": ADMINS,
    "createTask": CHANGE_CONVERSATION,
    "createTaskPattern": EVERY_ROLE,
    "createSegment": SUPERVISORS,
    "createToken": ADMINS,
    "createWebhook": ADMINS,
    "deleteWebhook": ADMINS_OF_OBJECT,
    "getWebhookDispatch": ADMINS_OF_OBJECT,
    "getWebhookDispatches": ADMINS_OF_OBJECT,
    "getWebhooks": ADMINS,
    "replayFailedWebhookDispatches": ADMINS_OF_OBJECT,
    "replayWebhookDispatch": ADMINS_OF_OBJECT,
    "restoreWebhook": ADMINS_OF_OBJECT,
    "rotateWebhookSecret": ADMINS_OF_OBJECT,
    "testWebhook": ADMINS_OF_OBJECT,
    "updateWebhook": ADMINS_OF_OBJECT,
    "createTranscript": READ_CONVERSATION,
    "deleteCalendar": ADMINS_OF_OBJECT,
    "restoreCalendar": ADMINS_OF_OBJECT,
    "deleteChannel": ADMINS_OF_OBJECT,
    "deleteContactNote": CHANGE_CONVERSATION,
    "deleteField": SUPERVISORS_OF_OBJECT,
    "deleteDemo": ADMINS,
    "deleteInvitation": ADMINS_OF_OBJECT,
    "deleteLabel": SUPERVISORS_OF_OBJECT,
    "deleteOtherSession": "401 404 404 404 404 404 404 401 401",  # somebody else's
    "deletePushSubscription": "401 404 404 404 404 404 404 401 401",  # nobody's
    "deletePlace": SUPERVISORS_OF_OBJECT,
    "deleteRelation": CHANGE_CONVERSATION,
    "deleteSavedReply": SUPERVISORS_OF_CHANNEL,
    "deleteSavedView": SUPERVISORS_OF_OBJECT,
    "deleteSegment": SUPERVISORS_OF_OBJECT,
    "deleteSession": OWN,
    "deleteStage": SUPERVISORS_OF_OBJECT,
    "deleteRole": ADMINS_OF_OBJECT,
    "deleteTeam": ADMINS_OF_OBJECT,
    "deleteTaskPattern": "401 ok ok ok ok ok 404 401 403",
    "deleteToken": ADMINS_OF_OBJECT,
    "discardMessage": CHANGE_CONVERSATION,
    "dropFailedItem": ADMINS_OF_OBJECT,
    "editContacts": "401 403 403 403 ok ok ok 401 403",
    "getBulkChanges": "401 ok ok ok ok ok ok 401 403",
    "endWaiting": CHANGE_CONVERSATION,
    "forwardMessage": CHANGE_CONVERSATION,
    "findInThread": READ_CONVERSATION,
    "findConversations": EVERYBODY,
    "findForwardTargets": EVERY_ROLE,
    "findRecipient": "401 404 ok ok ok ok 404 401 403",
    "exportContacts": SUPERVISORS,
    "findContacts": EVERYBODY,
    "getAgents": EVERY_ROLE,
    "getAttempts": READ_CONVERSATION,
    "getBulkChange": OWN_OBJECT,
    "getChannel": OF_CHANNEL,
    "getChannelTypes": EVERY_ROLE,
    "getChannels": EVERY_ROLE,
    "getContact": READ_CONVERSATION,
    "getContactBatches": SUPERVISORS,
    "getContactNotes": READ_CONVERSATION,
    "getContacts": EVERYBODY,
    "getConversation": READ_CONVERSATION,
    "getConversationFields": READ_CONVERSATION,
    "getConversationTasks": READ_CONVERSATION,
    "getConversations": EVERYBODY,
    "getDeliveries": SUPERVISORS,
    "getDemo": EVERY_ROLE,
    "getEarlier": READ_CONVERSATION,
    "getDrafts": EVERY_ROLE,
    "getEvents": EVERYBODY,
    "getFailedItems": SUPERVISORS,
    "getFields": EVERYBODY,
    "getFile": READ_CONVERSATION,
    "getFilledReplies": CHANGE_CONVERSATION,
    "getHistory": "401 403 403 403 ok ok 404 401 403",
    "getFilterFields": EVERYBODY,
    "getInvitation": PUBLIC,
    "getInvitations": ADMINS,
    "getLabels": EVERYBODY,
    "getDiscussions": "401 ok ok ok ok ok ok 401 401",
    "getConversationDiscussions": READ_CONVERSATION,
    "startDiscussion": CHANGE_CONVERSATION,
    "getDiscussion": "401 404 404 404 404 ok 404 401 ok",  # the admin's own, and their token's
    "updateDiscussion": OWN_OBJECT,
    "discuss": OWN_OBJECT,
    "withdrawDiscussionNote": OWN_OBJECT,
    "addToDiscussion": OWN_OBJECT,
    "removeFromDiscussion": OWN_OBJECT,
    "readDiscussion": "401 404 404 404 404 ok 404 401 401",
    "getReviews": "401 ok ok ok ok ok ok 401 401",
    "askForReview": CHANGE_CONVERSATION,
    "askForReviewAgain": OWN_OBJECT,
    "withdrawReview": OWN_OBJECT,
    "approveReview": OWN_OBJECT,
    "returnReview": OWN_OBJECT,
    "getMentions": EVERYBODY,
    "getLinks": READ_CONVERSATION,
    "getMessage": READ_CONVERSATION,
    "getMessages": READ_CONVERSATION,
    "getMessagesAround": READ_CONVERSATION,
    "getNotification": "401 404 404 404 404 404 404 401 401",  # nobody's
    "getNotifications": OWN,
    "getPlaces": EVERY_ROLE,
    "getPractice": OF_CHANNEL,
    "getPracticePart": OF_CHANNEL,
    "getReachWays": OWN,
    "getReveals": ADMINS,
    "getRecentFiles": EVERY_ROLE,
    "getSavedReplies": EVERY_ROLE,
    "getScheduled": READ_CONVERSATION,
    "getSavedViewCounts": EVERYBODY,
    "getSavedViews": EVERYBODY,
    "getSegments": EVERYBODY,
    "getSession": OWN,
    "getSessions": OWN,
    "getSetup": PUBLIC,
    "getCalendars": EVERY_ROLE,
    "getOpenStates": EVERY_ROLE,
    "readCalendarFile": ADMINS_OF_OBJECT,
    "getStages": EVERYBODY,
    "getRoles": EVERY_ROLE,
    "getTeams": EVERY_ROLE,
    "getTaskPatterns": EVERYBODY,
    "recordCall": CHANGE_CONVERSATION,
    "replaceTaskPattern": "401 ok ok ok ok ok 404 401 403",
    "getTasks": EVERYBODY,
    "getTemplates": OF_CHANNEL,
    "getTokens": ADMINS,
    "getViews": EVERYBODY,
    "getWorkspace": EVERY_ROLE,
    "bringContactTable": SUPERVISORS_OF_OBJECT,
    "getContactBatch": SUPERVISORS_OF_OBJECT,
    "getFailedRows": SUPERVISORS_OF_OBJECT,
    "startContactImport": SUPERVISORS_OF_OBJECT,
    "importContacts": SUPERVISORS_OF_OBJECT,
    "markConversationRead": READ_CONVERSATION,
    "mergeContacts": "401 404 404 404 404 404 404 401 403",
    "moveConversation": "401 404 404 404 404 404 404 401 403",
    "mergeConversations": CHANGE_CONVERSATION,
    "noteSavedReplyUse": "401 ok ok ok ok ok 404 401 403",
    "postPracticePart": OF_CHANNEL,
    "provePassword": OWN,
    "readNotifications": OWN,
    "readPreferences": OWN,
    "relateConversations": CHANGE_CONVERSATION,
    "replayDelivery": ADMINS_OF_OBJECT,
    "replayFailedItem": ADMINS_OF_OBJECT,
    "resendMessage": CHANGE_CONVERSATION,
    "revealAddresses": SUPERVISORS_OF_OBJECT,
    "restoreWaiting": CHANGE_CONVERSATION,
    "saveDraft": CHANGE_CONVERSATION,
    "schedule": CHANGE_CONVERSATION,
    "seeMentions": "401 404 404 ok ok ok 404 401 401",  # of agents only
    "sendScheduled": CHANGE_CONVERSATION,
    "search": EVERYBODY,
    "setReaction": CHANGE_CONVERSATION,
    "writeSpokenText": CHANGE_CONVERSATION,
    "removeSpokenText": CHANGE_CONVERSATION,
    "setSending": SUPERVISORS,
    "settleMessage": CHANGE_CONVERSATION,
    "showTyping": CHANGE_CONVERSATION,
    "signOutAgent": ADMINS_OF_OBJECT,
    "snoozeConversation": CHANGE_CONVERSATION,
    "startConversation": "401 404 ok ok ok ok 404 401 403",
    "stageConversation": CHANGE_CONVERSATION,
    "switchWorkspace": "401 404 404 404 404 404 404 401 401",  # to one that is not theirs
    "syncChannelTemplates": SUPERVISORS_OF_CHANNEL,
    "takeNext": EVERY_ROLE,
    "undoContactBatch": SUPERVISORS_OF_OBJECT,
    "unmergeContacts": CHANGE_CONVERSATION,
    "undoChange": CHANGE_CONVERSATION,
    "takeApart": CHANGE_CONVERSATION,
    "undoBulkChange": OWN_OBJECT,
    "getBulkRefused": OWN_OBJECT,
    "updateAgent": ADMINS_OF_OBJECT,
    "updateChannel": ADMINS_OF_OBJECT,
    "updateContact": CHANGE_CONVERSATION,
    "updateContactLabels": CHANGE_CONVERSATION,
    "updateContactNote": CHANGE_CONVERSATION,
    "updateConversation": CHANGE_CONVERSATION,
    "updateConversationFields": CHANGE_CONVERSATION,
    "updateConversationLabels": CHANGE_CONVERSATION,
    "updateField": SUPERVISORS_OF_OBJECT,
    "updateLabel": SUPERVISORS_OF_OBJECT,
    "updatePerson": OWN,
    "updatePreferences": OWN,
    "updateSavedReply": SUPERVISORS_OF_CHANNEL,
    "updateCalendar": ADMINS_OF_OBJECT,
    "updateStage": SUPERVISORS_OF_OBJECT,
    "updateSegment": SUPERVISORS_OF_OBJECT,
    "updateRole": ADMINS_OF_OBJECT,
    "updateTeam": ADMINS_OF_OBJECT,
    "updateScheduled": CHANGE_CONVERSATION,
    "updateSavedView": SUPERVISORS_OF_OBJECT,
    "updateTask": CHANGE_CONVERSATION,
    "updateWorkspace": ADMINS,
    "uploadFile": OF_CHANNEL,
    "wakeConversation": CHANGE_CONVERSATION,
    "withdrawNote": CHANGE_CONVERSATION,
}
_STANDING = {"state": "open", "snoozed_until": None, "assignee_id": None, "team_id": None}
LAST = ("deleteSession",)
"""What ends the caller's own session comes after everything else."""


def operations() -> list[tuple[str, str, str]]:
    """(operation id, method, path) of the whole document."""
    document = build_document(create_api(None))
    found = [
        (one["operationId"], method.upper(), path)
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    ]
    return sorted(found, key=lambda one: (one[0] in LAST, one[0]))


def test_every_operation_has_a_rule() -> None:
    assert {name for name, _, _ in operations()} == set(RULES)


@dataclass
class House:
    server: Server
    callers: dict[str, Browser]
    channel_id: UUID
    practice_id: UUID
    spare_agent_id: UUID

    @property
    def admin(self) -> Browser:
        return self.callers["admin"]

    @property
    def desk(self) -> Desk:
        return Desk(self.server, self.admin.workspace_id)


@pytest.fixture(scope="module")
async def house(server: Server) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        callers = {name: await stack.enter_async_context(browser_of(server)) for name in CALLERS}
        spare = await stack.enter_async_context(browser_of(server))
        admin = await set_up(callers["admin"])
        await set_up(callers["foreign"])
        desk = Desk(server, admin.workspace_id)
        channel_id, other_id = await desk.channel(), await desk.channel()
        practice_id = await desk.channel(is_practice=True)
        await join(admin, callers["limited"], channel_ids=[str(other_id)])
        await join(admin, callers["assigned"], sees="assigned")
        await join(admin, callers["agent"])
        await join(admin, callers["supervisor"], role="supervisor")
        await join(admin, callers["deactivated"])
        await join(admin, spare)
        gone = await admin.patch(f"/api/agents/{callers['deactivated'].agent_id}", {"is_active": False})
        assert gone.status == 200
        made = await admin.post("/api/tokens", {"name": "narrow", "scopes": ["conversations:read"]})
        callers["token"].token = made.json["token"]
        yield House(server, callers, channel_id, practice_id, spare.agent_id)


async def _nothing(_: House) -> dict[str, str]:
    return {}


async def _conversation(house: House) -> dict[str, str]:
    conversation_id = await house.desk.conversation(house.channel_id)
    contact_id = await house.desk.contact_of(conversation_id)
    return {"conversation_id": str(conversation_id), "contact_id": str(contact_id)}


async def _message(house: House) -> dict[str, str]:
    found = await _conversation(house)
    body = {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Yes"}}
    sent = await house.admin.post(f"/api/conversations/{found['conversation_id']}/messages", body)
    assert sent.status == 201, sent.raw
    return {"message_id": sent.json["id"], "conversation_id": found["conversation_id"]}


async def _scheduled(house: House) -> dict[str, str]:
    found = await _conversation(house)
    body = {
        "client_id": str(uuid4()),
        "content": {"kind": "text", "text": "Later"},
        "due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    made = await house.admin.post(f"/api/conversations/{found['conversation_id']}/scheduled", body)
    assert made.status == 201, made.raw
    return {"scheduled_id": made.json["id"]}


async def _file(house: House) -> dict[str, str]:
    conversation_id = UUID((await _conversation(house))["conversation_id"])
    message_id = await house.desk.receive(conversation_id, house.channel_id, "look")
    file_id = await house.desk.file(message_id, house.channel_id)
    return {"file_id": str(file_id)}


async def _file_and_channel(house: House) -> dict[str, str]:
    return await _file(house) | await _channel(house)


async def _channel(house: House) -> dict[str, str]:
    return {"channel_id": str(house.channel_id)}


async def _practice(house: House) -> dict[str, str]:
    return {"channel_id": str(house.practice_id), "rest": "customers"}


async def _fresh_channel(house: House) -> dict[str, str]:
    return {"channel_id": str(await house.desk.channel())}


async def _agent(house: House) -> dict[str, str]:
    return {"agent_id": str(house.spare_agent_id)}


async def _agent_and_conversation(house: House) -> dict[str, str]:
    return await _agent(house) | await _conversation(house)


async def _finished_shift(house: House) -> dict[str, str]:
    made = await house.admin.post(f"/api/agents/{house.spare_agent_id}/finish-shift", {})
    assert made.status == 200, made.raw
    return {"finish_id": made.json["id"]}


async def _invitation(house: House) -> dict[str, str]:
    email = f"{secrets.token_hex(6)}@example.org"
    made = await house.admin.post("/api/invitations", {"email": email, "role": "agent"})
    return {"invitation_id": made.json["id"]}


async def _skill(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/skills", body_of("createSkill"))
    return {"skill_id": made.json["id"]}


async def _label(house: House) -> dict[str, str]:
    body = {"kind": "conversation", "name": secrets.token_hex(6), "colour": "teal"}
    made = await house.admin.post("/api/labels", body)
    assert made.status == 201, made.raw
    return {"label_id": made.json["id"]}


async def _follower(house: House) -> dict[str, str]:
    return {**await _conversation(house), "agent_id": str(house.admin.agent_id)}


async def _unread(house: House) -> dict[str, str]:
    found = await _conversation(house)
    message_id = await house.desk.receive(UUID(found["conversation_id"]), house.channel_id, "look")
    return {**found, "message_id": str(message_id)}


async def _role(house: House) -> dict[str, str]:
    body = {"name": secrets.token_hex(6), "permissions": ["conversations:read"]}
    made = await house.admin.post("/api/roles", body)
    assert made.status == 201, made.raw
    return {"role_id": made.json["id"]}


async def _team(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/teams", {"name": secrets.token_hex(6), "colour": "teal"})
    assert made.status == 201, made.raw
    return {"team_id": made.json["id"]}


async def _calendar(house: House) -> dict[str, str]:
    hours = {"name": secrets.token_hex(6), "zone": "Europe/Berlin", "week": [[]] * 7}
    made = await house.admin.post("/api/calendars", hours)
    assert made.status == 201, made.raw
    return {"calendar_id": made.json["id"]}


async def _rota_plan(house: House) -> dict[str, str]:
    plan = {"from_day": "2030-01-07", "zone": "UTC", "weeks": [[[]] * 7]}
    made = await house.admin.put(f"/api/rota/agents/{house.spare_agent_id}/plans", plan)
    assert made.status == 200, made.raw
    return await _agent(house)


async def _two_agents(house: House) -> dict[str, str]:
    return {**await _agent(house), "receiver_id": str(house.admin.agent_id)}


async def _rota_change(house: House) -> dict[str, str]:
    body = {"agent_id": str(house.spare_agent_id), "from_day": "2030-01-07", "to_day": "2030-01-08"}
    made = await house.admin.post("/api/rota/days-off", body)
    assert made.status == 201, made.raw
    return {"change_id": made.json["id"]}


async def _deleted_calendar(house: House) -> dict[str, str]:
    made = await _calendar(house)
    assert (await house.admin.delete(f"/api/calendars/{made['calendar_id']}")).status == 204
    return made


async def _automatic_reply(house: House) -> dict[str, str]:
    said = {"kind": "away", "wordings": [{"language": "en", "text": "We are away"}]}
    made = await house.admin.put("/api/automatic-replies", said)
    assert made.status == 200, made.raw
    return {"automatic_reply_id": made.json["id"]}


async def _sla_policy(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/sla-policies", {"name": secrets.token_hex(6), "first_reply": {"minutes": 4}})
    assert made.status == 201, made.raw
    return {"policy_id": made.json["id"]}


async def _rule(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/rules", _RULE | {"name": secrets.token_hex(6)})
    assert made.status == 201, made.raw
    return {"rule_id": made.json["id"]}


_RULE = {"name": "x", "trigger": {"on": "message_received"}, "acts": [{"kind": "note", "text": "Look"}]}


async def _webhook(house: House) -> dict[str, str]:
    for one in (await house.admin.get("/api/webhooks")).json["items"]:  # there is room for so many only
        await house.admin.delete(f"/api/webhooks/{one['id']}")
    made = await house.admin.post("/api/webhooks", body_of("createWebhook"))
    assert made.status == 201, made.raw
    return {"webhook_id": made.json["webhook"]["id"]}


async def _deleted_webhook(house: House) -> dict[str, str]:
    made = await _webhook(house)
    assert (await house.admin.delete(f"/api/webhooks/{made['webhook_id']}")).status == 204
    return made


async def _dispatch(house: House) -> dict[str, str]:
    made = await _webhook(house)
    asked = await house.admin.post(f"/api/webhooks/{made['webhook_id']}/test")
    assert asked.status == 201, asked.raw
    return {"dispatch_id": asked.json["id"]}


async def _told_dispatch(house: House) -> dict[str, str]:
    made = await _dispatch(house)
    async with house.admin.server.database.transaction(Role.ENGINE, house.admin.workspace_id) as session:
        await (await session.raw()).execute(
            "update webhook_dispatches set state = 'told', settled_at = now() where id = $1", UUID(made["dispatch_id"])
        )
    return made


async def _stage(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/stages", {"state": "open", "name": secrets.token_hex(6)})
    assert made.status == 201, made.raw
    return {"stage_id": made.json["id"]}


async def _field(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/fields", {"owner": "contact", "type": "text", "name": secrets.token_hex(6)})
    assert made.status == 201, made.raw
    return {"field_id": made.json["id"]}


async def _contact_note(house: House) -> dict[str, str]:
    """One that each caller may change who sees its contact: a program wrote none of them."""
    found = await _conversation(house)
    made = await house.admin.post(f"/api/contacts/{found['contact_id']}/notes", {"text": "Pays by invoice"})
    assert made.status == 201, made.raw
    note_id = made.json["notes"][0]["id"]
    async with house.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            "update contact_notes set author_id = $2 where id = $1", UUID(note_id), house.callers["agent"].agent_id
        )
    return {"contact_id": found["contact_id"], "note_id": note_id}


async def _batch(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/contact-batches", {"kind": "import"})
    assert made.status == 201, made.raw
    return {"batch_id": made.json["id"]}


async def _company(house: House) -> dict[str, str]:
    """The company of somebody whose conversation not everybody sees."""
    contact_id = (await _conversation(house))["contact_id"]
    made = await house.admin.post("/api/companies", {"name": secrets.token_hex(6)})
    assert made.status == 201, made.raw
    joined = await house.admin.patch(f"/api/contacts/{contact_id}", {"company_id": made.json["id"]})
    assert joined.status == 200, joined.raw
    return {"company_id": made.json["id"]}


async def _deleted_company(house: House) -> dict[str, str]:
    found = await _company(house)
    assert (await house.admin.delete(f"/api/companies/{found['company_id']}")).status == 204
    return found


async def _segment(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/segments", {"name": secrets.token_hex(6), "filter": EVERYTHING})
    assert made.status == 201, made.raw
    return {"segment_id": made.json["id"]}


EVERYTHING = {"kind": "group", "match": "all"}


async def _merge(house: House) -> dict[str, str]:
    kept, gone = await _conversation(house), await _conversation(house)
    await house.admin.patch(f"/api/conversations/{gone['conversation_id']}", {"state": "resolved"})
    path = f"/api/contacts/{kept['contact_id']}/merges"
    made = await house.admin.post(path, {"from_id": gone["contact_id"]})
    assert made.status == 201, made.raw
    return {"contact_id": kept["contact_id"], "merge_id": made.json["merges"][0]["id"]}


async def _token(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/tokens", {"name": "x", "scopes": ["conversations:read"]})
    return {"token_id": made.json["record"]["id"]}


async def _place(house: House) -> dict[str, str]:
    body = {"name": "Shop", "address": "1 High Street", "latitude": 52.1, "longitude": 4.3}
    made = await house.admin.post("/api/places", body)
    assert made.status == 201, made.raw
    return {"place_id": made.json["id"]}


async def _saved_reply(house: House) -> dict[str, str]:
    """One of the workspace."""
    made = await house.admin.post("/api/saved-replies", {"title": "x", "text": "x", "is_shared": True})
    return {"reply_id": made.json["id"]}


_ACTS = [{"kind": "priority", "priority": 1}]


async def _macro(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/macros", {"name": "x", "acts": _ACTS, "is_shared": True})
    assert made.status == 201, made.raw
    return {"macro_id": made.json["id"], "updated_at": made.json["updated_at"]}


async def _macro_here(house: House) -> dict[str, str]:
    return await _macro(house) | await _conversation(house)


async def _macro_run(house: House) -> dict[str, str]:
    values = await _macro_here(house)
    body = {"id": str(uuid4()), "macro_id": values["macro_id"], "updated_at": values["updated_at"]}
    made = await house.admin.post(f"/api/conversations/{values['conversation_id']}/macro-runs", body)
    assert made.status == 201, made.raw
    return {"run_id": body["id"]}


async def _saved_view(house: House) -> dict[str, str]:
    """One of the workspace."""
    body = {"name": "x", "audience": "all", "filter": {"kind": "group", "match": "all"}}
    made = await house.admin.post("/api/saved-views", body)
    assert made.status == 201, made.raw
    return {"view_id": made.json["id"]}


async def _pair(house: House) -> dict[str, str]:
    """Two conversations of one contact, the other one over."""
    found = await _conversation(house)
    other_id = new_id()
    async with house.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            "insert into conversations (workspace_id, id, channel_id, contact_id, state, last_activity_at)"
            " select workspace_id, $2, channel_id, contact_id, 'resolved', now() from conversations where id = $1",
            UUID(found["conversation_id"]),
            other_id,
        )
    return {"conversation_id": found["conversation_id"], "other_id": str(other_id)}


async def _merged(house: House) -> dict[str, str]:
    found = await _pair(house)
    merged = await house.admin.post(
        f"/api/conversations/{found['conversation_id']}/merges", {"other_id": found["other_id"]}
    )
    assert merged.status == 200, merged.raw
    return found


async def _task(house: House) -> dict[str, str]:
    conversation_id = (await _conversation(house))["conversation_id"]
    made = await house.admin.post(f"/api/conversations/{conversation_id}/tasks", {"title": "Call"})
    assert made.status == 201, made.raw
    return {"task_id": made.json["id"]}


async def _discussion(house: House) -> dict[str, str]:
    conversation_id = (await _conversation(house))["conversation_id"]
    body = {"id": str(uuid4()), "subject": "x", "text": "y", "agent_ids": [str(house.spare_agent_id)]}
    made = await house.admin.post(f"/api/conversations/{conversation_id}/discussions", body)
    assert made.status == 201, made.raw
    note_id = made.json["notes"][-1]["id"]
    return {"discussion_id": body["id"], "note_id": note_id, "agent_id": str(house.spare_agent_id)}


async def _review(house: House) -> dict[str, str]:
    conversation_id = (await _conversation(house))["conversation_id"]
    body = {"id": str(uuid4()), "contents": [{"kind": "text", "text": "x"}]}
    named = body | {"reviewer_id": str(house.spare_agent_id)}
    made = await house.admin.post(f"/api/conversations/{conversation_id}/reviews", named)
    assert made.status == 201, made.raw
    return {"review_id": body["id"]}


async def _call_back(house: House) -> dict[str, str]:
    conversation_id = (await _conversation(house))["conversation_id"]
    wish = {"title": "Call", "kind": "call_back"}
    made = await house.admin.post(f"/api/conversations/{conversation_id}/tasks", wish)
    return {"task_id": made.json["id"]}


async def _task_pattern(house: House) -> dict[str, str]:
    made = await house.admin.post("/api/task-patterns", {"name": "x", "title": "Call"})
    return {"pattern_id": made.json["id"]}


async def _bulk(house: House) -> dict[str, str]:
    ids = [(await _conversation(house))["conversation_id"]]
    made = await house.admin.post("/api/bulk-changes", {"order": {"kind": "state", "state": "open"}, "ids": ids})
    assert made.status == 201, made.raw
    return {"bulk_id": made.json["id"]}


async def _session(house: House) -> dict[str, str]:
    async with house.server.database.transaction(Role.ENGINE) as session:
        found = await (await session.raw()).fetchval(
            "select s.id from sessions s join agents a on a.person_id = s.person_id where a.id = $1",
            house.spare_agent_id,
        )
    return {"session_id": str(found)}


async def _delivery(house: House) -> dict[str, str]:
    delivery_id = new_id()
    async with house.server.database.transaction(Role.ENGINE) as session:
        await (await session.raw()).execute(
            "insert into deliveries (id, body_id, workspace_id, endpoint_id, state, body, received_at)"
            " select $1, $1, workspace_id, endpoint_id, 'unroutable', '{}', now() from channels where id = $2",
            delivery_id,
            house.channel_id,
        )
    return {"delivery_id": str(delivery_id)}


async def _failed_item(house: House) -> dict[str, str]:
    return {"item_id": str(await house.desk.failed_item(house.channel_id))}


def _nobodys(name: str) -> "_Target":
    """Of a thing that only its own agent reaches: an id that is nobody's."""

    async def target(_: House) -> dict[str, str]:
        return {name: str(uuid4())}

    return target


_Target = Callable[[House], Awaitable[dict[str, str]]]
_TARGETS: dict[str, _Target] = {
    "cancelScheduled": _scheduled,
    "deleteChannel": _fresh_channel,
    "getBulkChange": _bulk,
    "undoBulkChange": _bulk,
    "getBulkRefused": _bulk,
    "deleteContactNote": _contact_note,
    "deleteCompany": _company,
    "getCompany": _company,
    "getCompanyConversations": _company,
    "getCompanyMembers": _company,
    "restoreCompany": _deleted_company,
    "updateCompany": _company,
    "deleteField": _field,
    "deleteInvitation": _invitation,
    "deleteLabel": _label,
    "deleteOtherSession": _session,
    "copyFile": _file_and_channel,
    "findRecipient": _channel,
    "previewAutomaticReply": _channel,
    "startConversation": _channel,
    "deletePlace": _place,
    "deleteSavedReply": _saved_reply,
    "deleteMacro": _macro,
    "getMacro": _macro,
    "previewMacro": _macro_here,
    "runMacro": _macro_here,
    "undoMacroRun": _macro_run,
    "updateMacro": _macro,
    "putRotaPlan": _agent,
    "deleteRotaPlan": _rota_plan,
    "createDaysOff": _agent,
    "createExtraShift": _agent,
    "createSwap": _two_agents,
    "decideRotaChange": _rota_change,
    "withdrawRotaChange": _rota_change,
    "deleteCalendar": _calendar,
    "restoreCalendar": _deleted_calendar,
    "deleteAutomaticReply": _automatic_reply,
    "readCalendarFile": _calendar,
    "updateCalendar": _calendar,
    "deleteRule": _rule,
    "listConversationRuleRuns": _conversation,
    "listRuleRuns": _rule,
    "listRuleVersions": _rule,
    "restoreRule": _rule,
    "updateRule": _rule,
    "deleteSlaPolicy": _sla_policy,
    "updateSlaPolicy": _sla_policy,
    "deleteStage": _stage,
    "deleteWebhook": _webhook,
    "getWebhookDispatch": _dispatch,
    "getWebhookDispatches": _webhook,
    "replayFailedWebhookDispatches": _webhook,
    "replayWebhookDispatch": _told_dispatch,
    "restoreWebhook": _deleted_webhook,
    "rotateWebhookSecret": _webhook,
    "testWebhook": _webhook,
    "updateWebhook": _webhook,
    "deleteRole": _role,
    "deleteSkill": _skill,
    "updateSkill": _skill,
    "deleteTeam": _team,
    "deleteSavedView": _saved_view,
    "follow": _follower,
    "markUnread": _unread,
    "unfollow": _follower,
    "deleteToken": _token,
    "discardMessage": _message,
    "dropFailedItem": _failed_item,
    "forwardMessage": _message,
    "writeSpokenText": _message,
    "removeSpokenText": _message,
    "deletePushSubscription": _nobodys("subscription_id"),
    "getAttempts": _message,
    "getNotification": _nobodys("notification_id"),
    "getChannel": _channel,
    "getHistory": _message,
    "getMessage": _message,
    "getFile": _file,
    "getPractice": _practice,
    "getPracticePart": _practice,
    "postPracticePart": _practice,
    "getTemplates": _channel,
    "noteSavedReplyUse": _saved_reply,
    "replayDelivery": _delivery,
    "replayFailedItem": _failed_item,
    "resendMessage": _message,
    "sendScheduled": _scheduled,
    "setReaction": _message,
    "settleMessage": _message,
    "syncChannelTemplates": _practice,
    "putAvailability": _agent,
    "getAgentChats": _agent,
    "finishShift": _agent_and_conversation,
    "undoFinishedShift": _finished_shift,
    "getLeftDrafts": _conversation,
    "signOutAgent": _agent,
    "deleteSegment": _segment,
    "bringContactTable": _batch,
    "getContactBatch": _batch,
    "getFailedRows": _batch,
    "startContactImport": _batch,
    "importContacts": _batch,
    "undoContactBatch": _batch,
    "unmergeContacts": _merge,
    "updateSegment": _segment,
    "updateAgent": _agent,
    "updateChannel": _channel,
    "withdrawNote": _message,
    "updateContactNote": _contact_note,
    "updateField": _field,
    "updateLabel": _label,
    "updateSavedReply": _saved_reply,
    "deleteTaskPattern": _task_pattern,
    "deleteRelation": _pair,
    "mergeConversations": _pair,
    "relateConversations": _pair,
    "takeApart": _merged,
    "updateTask": _task,
    "askForReviewAgain": _review,
    "withdrawReview": _review,
    "approveReview": _review,
    "returnReview": _review,
    "getDiscussion": _discussion,
    "updateDiscussion": _discussion,
    "discuss": _discussion,
    "withdrawDiscussionNote": _discussion,
    "addToDiscussion": _discussion,
    "removeFromDiscussion": _discussion,
    "readDiscussion": _discussion,
    "recordCall": _call_back,
    "replaceTaskPattern": _task_pattern,
    "updateStage": _stage,
    "updateRole": _role,
    "updateTeam": _team,
    "updateScheduled": _scheduled,
    "updateSavedView": _saved_view,
    "uploadFile": _channel,
}
_OF_A_CONVERSATION = (
    "sayPresence",
    "createContactNote",
    "handOver",
    "pinConversation",
    "unpinConversation",
    "createMessage",
    "createTask",
    "createTranscript",
    "endWaiting",
    "getContact",
    "getContactNotes",
    "getConversation",
    "getConversationTasks",
    "getConversationDiscussions",
    "startDiscussion",
    "askForReview",
    "getEarlier",
    "getConversationFields",
    "getFilledReplies",
    "findInThread",
    "getLinks",
    "getMessages",
    "getReadiness",
    "resolveConversation",
    "getMessagesAround",
    "getScheduled",
    "getConversationSkills",
    "updateConversationSkills",
    "markConversationRead",
    "mergeContacts",
    "moveConversation",
    "restoreWaiting",
    "saveDraft",
    "schedule",
    "seeMentions",
    "showTyping",
    "snoozeConversation",
    "stageConversation",
    "undoChange",
    "revealAddresses",
    "updateContact",
    "updateContactLabels",
    "updateConversation",
    "updateConversationFields",
    "updateConversationLabels",
    "wakeConversation",
)


def target_of(name: str) -> _Target:
    """What makes the fresh object that an operation is tried on."""
    return _conversation if name in _OF_A_CONVERSATION else _TARGETS.get(name, _nothing)


QUERIES = {
    "getTemplates": "?channel_id={channel_id}",
    "findInThread": "?q=hello",
    "getMessagesAround": "?at=2026-11-26T12:00:00Z",
    "search": "?q=hello",
    "getEvents": "?after=0",
    "getRota": "?starts_at=2030-01-07T00:00:00Z&ends_at=2030-01-14T00:00:00Z",
    "deleteRotaPlan": "?from_day=2030-01-07",
    "getSetup": "?token=x",
    "getInvitation": "?token=x",
}


_PLACES = (
    "{agent_id}",
    "{receiver_id}",
    "{conversation_id}",
    "{message_id}",
    "{channel_id}",
    "{other_id}",
    "{macro_id}",
)


def body_of(name: str) -> Any:
    bodies: dict[str, Any] = {
        "acceptInvitation": {"token": "x", "password": PASSWORD, "name": "X"},
        "checkChannel": {"type": "whatsapp", "values": {}},
        "completeSetup": {"token": "x", "name": "X", "email": "x@example.org", "password": PASSWORD},
        "createBulkChange": {"order": {"kind": "state", "state": "open"}, "ids": [str(uuid4())]},
        "createChannel": {"type": "whatsapp", "name": "New", "values": {}},
        "createCompany": {"name": secrets.token_hex(6)},
        "updateCompany": {"notes": "Pays by invoice"},
        "createContact": {"name": "Carla"},
        "createContactBatch": {"kind": "edit"},
        "createSegment": {"name": secrets.token_hex(6), "filter": EVERYTHING},
        "editContacts": {"edit": {"is_vip": True}, "ids": [str(uuid4())]},
        "countContacts": {"filter": EVERYTHING},
        "findContacts": {"filter": EVERYTHING},
        "bringContactTable": {"first": 0, "rows": [{"name": "Carla"}]},
        "startContactImport": {},
        "importContacts": {"rows": [{"name": "Carla"}]},
        "updateSegment": {"name": secrets.token_hex(6), "filter": EVERYTHING},
        "createContactNote": {"text": "Pays by invoice"},
        "createField": {"owner": "contact", "type": "text", "name": secrets.token_hex(6)},
        "createInvitation": {"email": f"{secrets.token_hex(6)}@example.org", "role": "agent"},
        "createLabel": {"kind": "conversation", "name": secrets.token_hex(6), "colour": "teal"},
        "createMessage": {"client_id": str(uuid4()), "content": {"kind": "text", "text": "Hello"}},
        "createPushSubscription": {"endpoint": "https://push.example.net/x", "p256dh": "A" * 87, "auth": "A" * 22},
        "findRecipient": {"channel_id": "{channel_id}", "phone": "+447700900123"},
        "startConversation": {
            "channel_id": "{channel_id}",
            "phone": "+447700900123",
            "client_id": str(uuid4()),
            "content": {"kind": "text", "text": "Hello"},
        },
        "copyFile": {"channel_id": "{channel_id}"},
        "createPlace": {"name": "x", "address": "", "latitude": 1, "longitude": 2},
        "createMacro": {"name": "x", "acts": _ACTS},
        "runMacro": {"id": str(uuid4()), "macro_id": "{macro_id}", "updated_at": datetime.now(UTC).isoformat()},
        "updateMacro": {"name": "y"},
        "createSavedReply": {"title": "x", "text": "x", "is_shared": False},
        "countConversations": {"filter": {"kind": "group", "match": "all"}},
        "createSavedView": {"name": "x", "filter": {"kind": "group", "match": "all"}},
        "createSession": {"email": "nobody@example.org", "password": "wrong"},
        "setAutomaticReply": {"kind": "greeting", "wordings": [{"language": "en", "text": "Hello"}]},
        "previewAutomaticReply": {"channel_id": "{channel_id}"},
        "createRule": _RULE | {"name": secrets.token_hex(6)},
        "orderRules": {"rule_ids": []},
        "tryRule": _RULE,
        "restoreRule": {"version": 1},
        "updateRule": {"name": secrets.token_hex(6)},
        "createSlaPolicy": {"name": secrets.token_hex(6), "first_reply": {"minutes": 4}},
        "orderSlaPolicies": {"policy_ids": []},
        "previewSlaTarget": {"target": {"minutes": 4}},
        "updateSlaPolicy": {"name": secrets.token_hex(6)},
        "putRotaPlan": {"from_day": "2030-01-07", "zone": "UTC", "weeks": [[[]] * 7]},
        "createDaysOff": {"agent_id": "{agent_id}", "from_day": "2030-01-07", "to_day": "2030-01-08"},
        "createExtraShift": {"agent_id": "{agent_id}", "day": "2030-01-07", "from_minute": 540, "to_minute": 600},
        "createSwap": {
            "agent_id": "{agent_id}",
            "starts_at": "2030-01-07T09:00:00Z",
            "ends_at": "2030-01-07T17:00:00Z",
            "receiver_id": "{receiver_id}",
        },
        "decideRotaChange": {"is_accepted": False},
        "createCalendar": {"name": secrets.token_hex(6), "zone": "UTC", "week": [[]] * 7},
        "createWebhook": {
            "name": secrets.token_hex(6),
            "url": "https://crm.example.com/threadline",
            "kinds": ["message_received"],
        },
        "rotateWebhookSecret": {},
        "updateWebhook": {"is_on": False},
        "createStage": {"state": "open", "name": secrets.token_hex(6)},
        "createRole": {"name": secrets.token_hex(6), "permissions": ["conversations:read"]},
        "createTeam": {"name": secrets.token_hex(6), "colour": "teal"},
        "createToken": {"name": "x", "scopes": ["conversations:read"]},
        "createTask": {"title": "Call"},
        "startDiscussion": {"id": str(uuid4()), "subject": "x", "text": "y", "agent_ids": [str(uuid4())]},
        "updateDiscussion": {"subject": "z"},
        "askForReview": {"id": str(uuid4()), "contents": [{"kind": "text", "text": "x"}]},
        "askForReviewAgain": {},
        "approveReview": {},
        "returnReview": {},
        "discuss": {"client_id": str(uuid4()), "text": "y"},
        "addToDiscussion": {"agent_ids": [str(uuid4())]},
        "readDiscussion": {"seq": 1},
        "createTaskPattern": {"name": "x", "title": "Call"},
        "createTranscript": {"purpose": "text", "time_zone": "Europe/Berlin"},
        "forwardMessage": {"client_id": str(uuid4()), "conversation_id": "{conversation_id}"},
        "findConversations": {"filter": {"kind": "group", "match": "all"}},
        "mergeContacts": {"from_id": str(UUID(int=0))},
        "moveConversation": {"contact_id": str(uuid4())},  # to nobody: even who may is told so
        "mergeConversations": {"other_id": "{other_id}"},
        "relateConversations": {"other_id": "{other_id}"},
        "markConversationRead": {"incoming_count": 1},
        "handOver": {"assignee_id": str(uuid4()), "client_id": str(uuid4())},
        "sayPresence": {"doing": "looking"},
        "markUnread": {"message_id": "{message_id}"},
        "postPracticePart": {"name": "Cem"},
        "provePassword": {"password": "wrong"},
        "readNotifications": {},
        "resendMessage": {"client_id": str(uuid4())},
        "saveDraft": {"mode": "reply", "text": "Half"},
        "schedule": {
            "client_id": str(uuid4()),
            "content": {"kind": "text", "text": "Later"},
            "due_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        },
        "setReaction": {"emoji": "👍"},
        "writeSpokenText": {"text": "Where is my carafe?", "language": "en"},
        "setSending": {"paused": False},
        "settleMessage": {"as": "delivered"},
        "snoozeConversation": {"until": None},
        "stageConversation": {"stage_id": None},
        "undoChange": {"before": _STANDING, "after": _STANDING},
        "switchWorkspace": {"workspace_id": str(uuid4())},
        "updateAgent": {"sees": "all"},
        "updateChannel": {"name": "Sales"},
        "updateContact": {"name": "Carla"},
        "updateContactLabels": {"add": []},
        "updateContactNote": {"text": "Pays in advance"},
        "resolveConversation": {},
        "updateConversation": {"state": "open"},
        "updateConversationFields": {"fields": {}},
        "updateConversationLabels": {"add": []},
        "updateField": {"name": secrets.token_hex(6)},
        "updateLabel": {"colour": "red"},
        "updatePerson": {"locale": "de"},
        "updatePreferences": {"text_size_px": 16},
        "createSkill": {"name": secrets.token_hex(6)},
        "updateSkill": {"name": secrets.token_hex(6)},
        "updateConversationSkills": {"add": []},
        "updateRouting": {"settings": {"active_min": 30}},
        "putAvailability": {"state": "busy"},
        "finishShift": {
            "chats": [
                {
                    "conversation_id": "{conversation_id}",
                    "choice": "hand",
                    "assignee_id": None,
                    "team_id": None,
                }
            ],
            "scheduled": [],
        },
        "sayAvailability": {"state": "online"},
        "updateScheduled": {"due_at": (datetime.now(UTC) + timedelta(hours=2)).isoformat()},
        "updateSavedReply": {"title": "Greeting"},
        "readCalendarFile": {"text": "BEGIN:VCALENDAR\nEND:VCALENDAR"},
        "updateCalendar": {"is_default": False},
        "updateStage": {"pauses_clock": True},
        "updateRole": {"permissions": ["conversations:read", "messages:send"]},
        "updateTeam": {"colour": "red"},
        "updateSavedView": {"name": "y"},
        "updateTask": {"state": "done"},
        "recordCall": {"outcome": "reached"},
        "replaceTaskPattern": {"name": "x", "title": "Call"},
        "updateWorkspace": {"name": "Shop"},
    }
    return bodies.get(name)


async def ask(house: House, caller: str, name: str, method: str, path: str, values: dict[str, str]) -> Answer:
    url = (path + QUERIES.get(name, "")).format(**values)
    browser = house.callers[caller]
    if name == "uploadFile":
        form = aiohttp.FormData()
        form.add_field("channel_id", values["channel_id"])
        form.add_field("file", b"%PDF-1.4 a letter", filename="letter.pdf", content_type="application/pdf")
        return await browser.request(method, url, data=form)
    return await browser.request(method, url, _filled(body_of(name), values))


def _filled(body: Any, values: dict[str, str]) -> Any:
    """With the ids of the object in their places."""
    if isinstance(body, dict):
        return {key: _filled(value, values) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, values) for value in body]
    return body.format(**values) if body in _PLACES else body


def heard(name: str, answer: Answer) -> str:
    """PUBLIC refusals are about the link or the password, not about who asks."""
    if RULES[name] == PUBLIC:
        return "ok" if answer.status in (401, 404) else str(answer.status)
    return "ok" if answer.status in (200, 201, 204, 409, 422) else str(answer.status)


async def test_foreign_ids_look_like_missing_ones(house: House) -> None:
    """S2: the same status and the same body, but for the number of the request."""
    for name, method, path in operations():
        rule = RULES[name].split()
        if "{" not in path or rule[CALLERS.index("foreign")] != "404" or name in LAST:
            continue
        values = await target_of(name)(house)
        theirs = await ask(house, "foreign", name, method, path, values)
        missing = await ask(house, "foreign", name, method, path, {key: str(uuid4()) for key in values})
        assert theirs.status == missing.status == 404, name
        assert theirs.json | {"request_id": ""} == missing.json | {"request_id": ""}, name


@pytest.mark.parametrize(("name", "method", "path"), operations(), ids=str)
async def test_each_caller_hears_what_the_rule_says(house: House, name: str, method: str, path: str) -> None:
    await clear_rates(house.server)
    results: list[str] = []
    for caller in CALLERS:
        values = await target_of(name)(house)
        answer = await ask(house, caller, name, method, path, values)
        results.append(heard(name, answer))
        assert answer.status < 500, (caller, answer.raw)
    assert dict(zip(CALLERS, results, strict=True)) == dict(zip(CALLERS, RULES[name].split(), strict=True))
