"""One's own drafts."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.save_draft import save_draft
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.drafts import Draft, DraftMode, list_drafts
from threadline.web.api.inputs import Input, Text
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()


class DraftList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Draft]


class DraftInput(Input):
    mode: DraftMode
    text: Text
    age_s: Annotated[float, Field(ge=0, le=10_000_000, strict=False)] = 0
    """How long ago it was written, by the device's own clock."""


@operation(router, "GET", "/drafts", out=DraftList)
async def get_drafts(call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """What one has half written, in all conversations."""
    return call.answer(DraftList(items=await list_drafts(call.session, call.caller)))


@operation(router, "PUT", "/conversations/{conversation_id}/draft", out=Draft, name="saveDraft")
async def put_draft(conversation_id: UUID, given: DraftInput, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Keep it. The answer is what stands now, which may be another device's."""
    draft = await save_draft(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        conversation_id=conversation_id,
        mode=given.mode,
        text=given.text,
        age=timedelta(seconds=given.age_s),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(draft)
