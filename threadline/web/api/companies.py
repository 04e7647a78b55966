"""Companies: the list, one of them, what is known of it, its members, and all that is spoken about with them."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.change_company import change_company, create_company, delete_company, restore_company
from threadline.core.company import LONGEST_NOTES, MOST_DOMAINS, read_domains
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.companies import (
    Company,
    CompanyConversation,
    CompanyRow,
    access_company,
    check_sees_company,
    conversations_of_company,
    list_companies,
)
from threadline.store.contact_lists import list_contacts
from threadline.store.events import read_position
from threadline.store.name_order import NameOrder
from threadline.web.api.contacts import ContactPage, FieldValues, values_by_field
from threadline.web.api.inputs import Id, Input, Line, Name, Text
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Cursor = Annotated[str | None, Query(max_length=500)]
_Limit = Annotated[int, Query(ge=1, le=100)]


class CompanyPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[CompanyRow]
    next: str | None
    """The cursor of the next page; None: this is the last."""


class CompanyConversations(msgspec.Struct, frozen=True, kw_only=True):
    items: list[CompanyConversation]
    next: str | None
    """The cursor of the next page; None: this is the last."""


class CompanyInput(Input):
    name: Name


class CompanyChange(Input):
    """What is absent stays. A field null: taken away; an owner null, given: nobody."""

    name: Name | None = None
    domains: Annotated[list[Annotated[Line, Field(max_length=300)]], Field(max_length=MOST_DOMAINS * 2)] | None = None
    notes: Annotated[Text, Field(max_length=LONGEST_NOTES)] | None = None
    owner_id: Id | None = None
    fields: FieldValues | None = None


@operation(router, "GET", "/companies", out=CompanyPage)
async def get_companies(
    search: Annotated[str, Query(max_length=100)] = "",
    order: NameOrder = NameOrder.NAME,
    after: _Cursor = None,
    limit: _Limit = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """A page of the companies one sees, those whose name or domain has the words."""
    items, following = await list_companies(
        call.session, call.caller, search=search, order=order, after=after, limit=limit
    )
    return call.answer(CompanyPage(items=items, next=following))


@operation(router, "POST", "/companies", out=Company, status=201, name="createCompany")
async def post_company(
    given: CompanyInput, call: Call = calls(Permission.CONTACTS_CHANGE, is_repeatable=True)
) -> Response:
    """Make a company."""
    company_id = await create_company(call.session, caller=call.caller, name=given.name, now=call.now, new_id=new_id)
    return call.answer(await access_company(call.session, call.caller, company_id), status=201)


@operation(router, "GET", "/companies/{company_id}", out=Company)
async def get_company(company_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """A company."""
    return call.answer(await access_company(call.session, call.caller, company_id))


@operation(router, "PATCH", "/companies/{company_id}", out=Company)
async def update_company(
    company_id: UUID, given: CompanyChange, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """Change what is known of a company."""
    facts: dict[str, object] = {
        name: value for name in ("name", "notes") if (value := getattr(given, name)) is not None
    }
    if given.domains is not None:
        facts["domains"] = read_domains(given.domains)
    if "owner_id" in given.model_fields_set:
        facts["owner_id"] = given.owner_id
    if not facts and not given.fields:
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await change_company(
        call.session,
        caller=call.caller,
        company_id=company_id,
        facts=facts,
        fields=values_by_field(given.fields or {}),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_company(call.session, call.caller, company_id))


@operation(router, "DELETE", "/companies/{company_id}", out=None, status=204, name="deleteCompany")
async def remove_company(company_id: UUID, call: Call = calls(Permission.CONTACTS_CHANGE)) -> Response:
    """Delete it; its contacts and what was spoken about stay."""
    await delete_company(call.session, caller=call.caller, company_id=company_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "POST", "/companies/{company_id}/restore", out=Company, name="restoreCompany")
async def post_restore(company_id: UUID, call: Call = calls(Permission.CONTACTS_CHANGE)) -> Response:
    """Take the deletion back: everybody belongs to it again."""
    await restore_company(call.session, caller=call.caller, company_id=company_id, now=call.now, new_id=new_id)
    return call.answer(await access_company(call.session, call.caller, company_id))


@operation(router, "GET", "/companies/{company_id}/members", out=ContactPage)
async def get_company_members(
    company_id: UUID,
    order: NameOrder = NameOrder.NAME,
    after: _Cursor = None,
    limit: _Limit = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """A page of the contacts who belong to it, those whom one sees."""
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    await check_sees_company(call.session, call.caller, company_id)
    items, following = await list_contacts(
        call.session, call.caller, company_id=company_id, order=order, after=after, limit=limit, now=call.now
    )
    return call.answer(ContactPage(items=items, next=following, position=position))


@operation(router, "GET", "/companies/{company_id}/conversations", out=CompanyConversations)
async def get_company_conversations(
    company_id: UUID, after: _Cursor = None, limit: _Limit = 50, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """A page of all conversations with its members, of every channel, that one sees: the latest first."""
    await check_sees_company(call.session, call.caller, company_id)
    items, following = await conversations_of_company(call.session, call.caller, company_id, after=after, limit=limit)
    return call.answer(CompanyConversations(items=items, next=following))
