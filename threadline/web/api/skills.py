"""Skills: what there is, who has it, and what asks for it."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.ask_for_skills import ask_for_skills
from threadline.actions.change_skill import SkillChange, change_skill, create_skill, delete_skill
from threadline.core.errors import Invalid
from threadline.core.label import MOST_OF_A_KIND
from threadline.core.permission import Permission
from threadline.core.skill import MOST_ASKED
from threadline.core.team import MOST_MEMBERS
from threadline.infra.clock import new_id
from threadline.store.conversations import access_conversation_keys
from threadline.store.skills import AskedSkills, Skill, list_skills, read_asked
from threadline.web.api.inputs import Id, Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_AgentIds = Annotated[list[Id], Field(max_length=MOST_MEMBERS)]
_LabelIds = Annotated[list[Id], Field(max_length=MOST_OF_A_KIND)]
_SkillIds = Annotated[list[Id], Field(max_length=MOST_ASKED)]


class SkillList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Skill]


class SkillInput(Input):
    name: Name
    agent_ids: _AgentIds = Field(default_factory=list)
    label_ids: _LabelIds = Field(default_factory=list)


class SkillUpdate(Input):
    """What is absent stays, and so does who is in neither list."""

    name: Name | None = None
    add_agent_ids: _AgentIds = Field(default_factory=list)
    remove_agent_ids: _AgentIds = Field(default_factory=list)
    add_label_ids: _LabelIds = Field(default_factory=list)
    remove_label_ids: _LabelIds = Field(default_factory=list)


class AskedSkillsInput(Input):
    """What is in neither list stays as it is."""

    add: _SkillIds = Field(default_factory=list)
    remove: _SkillIds = Field(default_factory=list)


@operation(router, "GET", "/skills", out=SkillList)
async def get_skills(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """The skills, who has them, and which labels ask for them."""
    return call.answer(SkillList(items=await list_skills(call.session)))


@operation(router, "POST", "/skills", out=Skill, status=201, name="createSkill")
async def post_skill(
    given: SkillInput, call: Call = calls(Permission.WORKSPACE_CHANGE, is_repeatable=True)
) -> Response:
    """Make a skill."""
    wish = SkillChange(name=given.name, add_agent_ids=given.agent_ids, add_label_ids=given.label_ids)
    skill = await create_skill(call.session, caller=call.caller, wish=wish, now=call.now, new_id=new_id)
    return call.answer(skill, status=201)


@operation(router, "PATCH", "/skills/{skill_id}", out=Skill)
async def update_skill(skill_id: UUID, given: SkillUpdate, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Rename it, say who has it and which labels ask for it."""
    change = SkillChange(**given.model_dump())
    if not given.model_fields_set:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    return call.answer(
        await change_skill(
            call.session, caller=call.caller, skill_id=skill_id, change=change, now=call.now, new_id=new_id
        )
    )


@operation(router, "DELETE", "/skills/{skill_id}", out=None, status=204, name="deleteSkill")
async def remove_skill(skill_id: UUID, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Delete it: nobody has it and nothing asks for it any more."""
    await delete_skill(call.session, caller=call.caller, skill_id=skill_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "GET", "/conversations/{conversation_id}/skills", out=AskedSkills)
async def get_conversation_skills(conversation_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What it asks for, itself and by its labels."""
    keys = await access_conversation_keys(call.session, call.caller, conversation_id)
    return call.answer(await read_asked(call.session, keys.id))


@operation(router, "PATCH", "/conversations/{conversation_id}/skills", out=AskedSkills)
async def update_conversation_skills(
    conversation_id: UUID, given: AskedSkillsInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Ask for skills, or no more."""
    await ask_for_skills(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        add=given.add,
        remove=given.remove,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await read_asked(call.session, conversation_id))
