"""Resolving where something has to be there first: what is missing, and all of it in one request."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field as Checked

from threadline.actions.resolve_conversation import resolve_conversation
from threadline.core.field import Field
from threadline.core.label import MOST_ON_ONE
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.readiness import read_readiness
from threadline.web.api.contacts import FieldValues, values_by_field
from threadline.web.api.conversations import ConversationDetail, read_detail
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class ReadinessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing before this conversation may be resolved; nothing of both: it may be."""

    lacks_label: bool
    missing: list[Field]
    """Fields of the conversation, then of its contact."""


class Resolution(Input):
    """What is put on and filled in first; what is absent stays."""

    label_ids: Annotated[list[Id], Checked(max_length=MOST_ON_ONE)] = Checked(default_factory=list)
    fields: FieldValues = Checked(default_factory=dict)


@operation(router, "GET", "/conversations/{conversation_id}/readiness", out=ReadinessAnswer, name="getReadiness")
async def get_readiness(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What its workspace and its team want before it is resolved, and is not there."""
    conversation = await access_conversation_keys(call.session, call.caller, conversation_id)
    readiness = await read_readiness(call.session, conversation.id)
    return call.answer(ReadinessAnswer(lacks_label=readiness.lacks_label, missing=list(readiness.missing)))


@operation(
    router, "POST", "/conversations/{conversation_id}/resolve", out=ConversationDetail, name="resolveConversation"
)
async def post_resolution(
    conversation_id: UUID, given: Resolution, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Label it, fill in what is missing and resolve it: all of it, or nothing."""
    await resolve_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        label_ids=given.label_ids,
        fields=values_by_field(given.fields),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id, is_just_changed=True))
