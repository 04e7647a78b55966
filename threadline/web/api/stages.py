"""Stages: names of one's own under the states of a conversation."""

from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from threadline.actions.change_stage import change_stage, create_stage, delete_stage
from threadline.actions.stage_conversation import stage_conversation
from threadline.core.permission import Permission
from threadline.core.stage import StageState
from threadline.infra.clock import new_id
from threadline.store.stages import Stage, get_stage, list_stages
from threadline.web.api.conversations import ConversationDetail, read_detail
from threadline.web.api.inputs import Id, Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class StageList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Stage]


class StageInput(Input):
    state: StageState
    name: Name
    pauses_clock: bool = False


class StageUpdate(Input):
    """What is absent stays. A stage never changes its state."""

    name: Name | None = None
    pauses_clock: bool | None = None


class StageChoice(Input):
    stage_id: Id | None
    """Null: out of the stage it is in."""


@operation(router, "GET", "/stages", out=StageList)
async def get_stages(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What there is."""
    return call.answer(StageList(items=await list_stages(call.session)))


@operation(router, "POST", "/stages", out=Stage, status=201, name="createStage")
async def post_stage(given: StageInput, call: Call = calls(Permission.LABELS_MANAGE, is_repeatable=True)) -> Response:
    """Make a stage."""
    stage = Stage(id=new_id(), state=given.state, name=given.name, pauses_clock=given.pauses_clock)
    await create_stage(call.session, caller=call.caller, stage=stage, now=call.now, new_id=new_id)
    return call.answer(stage, status=201)


@operation(router, "PATCH", "/stages/{stage_id}", out=Stage)
async def update_stage(stage_id: UUID, given: StageUpdate, call: Call = calls(Permission.LABELS_MANAGE)) -> Response:
    """Rename it, or let the clock stand still in it."""
    before = await get_stage(call.session, stage_id)
    stage = msgspec.structs.replace(
        before,
        name=given.name or before.name,
        pauses_clock=before.pauses_clock if given.pauses_clock is None else given.pauses_clock,
    )
    await change_stage(call.session, caller=call.caller, stage=stage, now=call.now, new_id=new_id)
    return call.answer(stage)


@operation(router, "DELETE", "/stages/{stage_id}", out=None, status=204, name="deleteStage")
async def remove_stage(stage_id: UUID, call: Call = calls(Permission.LABELS_MANAGE)) -> Response:
    """Delete it: what is in it stays there until it moves on."""
    await delete_stage(call.session, caller=call.caller, stage_id=stage_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "PUT", "/conversations/{conversation_id}/stage", out=ConversationDetail, name="stageConversation")
async def put_stage(
    conversation_id: UUID, given: StageChoice, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Put a conversation into a stage; its state follows."""
    await stage_conversation(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        stage_id=given.stage_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_detail(call, conversation_id))
