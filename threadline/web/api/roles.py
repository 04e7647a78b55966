"""Roles: the three that are built in, and those of the workspace's own."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.change_roles import change_role, create_role, delete_role
from threadline.core.errors import Invalid
from threadline.core.permission import Permission, RoleName, permissions_of
from threadline.infra.clock import new_id
from threadline.store.agents import RoleText
from threadline.store.roles import OwnRole, get_role, list_roles
from threadline.store.workspaces import get_workspace
from threadline.web.api.inputs import Input, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Permissions = Annotated[list[Annotated[Permission, Field(strict=False)]], Field(max_length=len(Permission))]


class BuiltInRole(msgspec.Struct, frozen=True, kw_only=True):
    name: RoleText
    permissions: list[str]


class RoleList(msgspec.Struct, frozen=True, kw_only=True):
    built_in: list[BuiltInRole]
    items: list[OwnRole]


class RoleInput(Input):
    name: Name
    permissions: _Permissions


class RoleUpdate(Input):
    """What is absent stays."""

    name: Name | None = None
    permissions: _Permissions | None = None


@operation(router, "GET", "/roles", out=RoleList)
async def get_roles(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Every role and what it allows."""
    sights = (await get_workspace(call.session)).settings.sights
    built_in = [
        BuiltInRole(name=name.value, permissions=[one.value for one in Permission if one in rights])
        for name in RoleName
        if (rights := permissions_of(name, getattr(sights, name.value)))
    ]
    return call.answer(RoleList(built_in=built_in, items=await list_roles(call.session)))


@operation(router, "POST", "/roles", out=OwnRole, status=201, name="createRole")
async def post_role(given: RoleInput, call: Call = calls(Permission.AGENTS_MANAGE, is_repeatable=True)) -> Response:
    """Make a role of the workspace's own, with no right that one lacks oneself."""
    role_id = await create_role(
        call.session, caller=call.caller, name=given.name, permissions=given.permissions, now=call.now, new_id=new_id
    )
    return call.answer(await get_role(call.session, role_id), status=201)


@operation(router, "PATCH", "/roles/{role_id}", out=OwnRole)
async def update_role(role_id: UUID, given: RoleUpdate, call: Call = calls(Permission.AGENTS_MANAGE)) -> Response:
    """Rename it, or change what everybody who has it may do."""
    if not given.model_fields_set:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await change_role(
        call.session,
        caller=call.caller,
        role_id=role_id,
        name=given.name,
        permissions=given.permissions,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_role(call.session, role_id))


@operation(router, "DELETE", "/roles/{role_id}", out=None, status=204, name="deleteRole")
async def remove_role(role_id: UUID, call: Call = calls(Permission.AGENTS_MANAGE)) -> Response:
    """Delete a role that nobody has."""
    await delete_role(call.session, caller=call.caller, role_id=role_id, now=call.now, new_id=new_id)
    return call.answer(status=204)
