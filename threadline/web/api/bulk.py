"""Changing many conversations or contacts at once: an order, its progress, and taking it back."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.change_many import order_change, order_edit, order_undo
from threadline.actions.edit_contacts import check_may_edit
from threadline.core.acts import is_message
from threadline.core.bulk import (
    MOST_AT_ONCE,
    MOST_CONTACTS_AT_ONCE,
    MOST_NAMED,
    BulkContacts,
    BulkOrder,
    MacroOrder,
)
from threadline.core.contact import check_country
from threadline.core.errors import Invalid
from threadline.core.filter import Use
from threadline.core.label import MOST_ON_ONE
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.bulk_changes import (
    BulkChange,
    RefusedOne,
    access_bulk,
    find_matching_ids,
    list_bulks,
    list_refused,
)
from threadline.store.contact_lists import find_matching_contacts
from threadline.store.conversations import ListView
from threadline.store.filters import asks_about, load_fields, load_fields_for
from threadline.store.macros import access_macro
from threadline.store.ranked_conversations import where_filter, where_view
from threadline.web.api.acts import ActInput, to_act
from threadline.web.api.contacts import FieldValues, values_by_field
from threadline.web.api.filters import GroupInput, read_filter, values_asked
from threadline.web.api.inputs import Id, Input, Locale, Search
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent
from threadline.web.guesses import count_numbers

router = APIRouter()

_LabelIds = Annotated[list[Id], Field(max_length=MOST_ON_ONE)]


class MacroActInput(Input):
    """A macro as it is now; each conversation in which it cannot be done whole is left as it was."""

    kind: Literal["macro"]
    macro_id: Id


class RefusedList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[RefusedOne]


class BulkList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[BulkChange]


class ContactsEdit(Input):
    """What is done to each of many contacts; what is absent stays."""

    add_labels: _LabelIds = Field(default_factory=list)
    remove_labels: _LabelIds = Field(default_factory=list)
    is_vip: bool | None = None
    locale: Locale | Annotated[str, Field(max_length=0)] | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] | None = None
    company_id: Id | None = None
    """Null, given: they belong to none any more."""
    owner_id: Id | None = None
    """Null, given: they are nobody's customers any more. Needs `conversations:assign`, too."""
    fields: FieldValues = Field(default_factory=dict)
    is_muted: bool | None = None
    is_blocked: bool | None = None
    """Nobody hears of them any more, and nobody writes to them; what is open with them is over."""
    is_opted_out: bool | None = None
    """Nothing goes out to them by itself."""
    lifts_words: bool = False
    """Opting in also takes back what customers said by a stop word; without it, they are left out."""


class EditContactsInput(Input):
    """Contacts by their ids, or everybody whom a filter and a search mean."""

    edit: ContactsEdit
    ids: Annotated[list[Id], Field(max_length=MOST_NAMED)] | None = None
    filter: GroupInput | None = None
    search: Search = ""


class BulkInput(Input):
    """Conversations by their ids, or everything that a view or filter shows."""

    order: ActInput | MacroActInput
    """One act, or the acts of a macro."""
    ids: Annotated[list[Id], Field(max_length=MOST_NAMED)] | None = None
    view: ListView | None = Field(default=None, strict=False)
    channel_id: Id | None = None
    filter: GroupInput | None = None


@operation(router, "POST", "/bulk-changes", out=BulkChange, status=201, name="createBulkChange")
async def post_bulk(
    given: BulkInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Change many conversations; a worker does it, and the order tells how far it is."""
    ids, is_cut = await _meant(call, given)
    bulk_id = await order_change(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        order=await _read_order(call, given.order),
        ids=ids,
        is_cut=is_cut,
        new_id=new_id,
    )
    return call.answer(await access_bulk(call.session, call.caller, bulk_id), status=201)


@operation(router, "POST", "/contacts/edit", out=BulkChange, status=201, name="editContacts")
async def post_edit(
    given: EditContactsInput, call: Call = calls(Permission.CONTACTS_IMPORT, is_repeatable=True)
) -> Response:
    """Edit many contacts alike; a worker does it, and the order tells how far it is."""
    check_may_edit(call.caller)
    order = _contacts_order(given.edit)
    ids, is_cut = await _meant_contacts(call, given)
    bulk_id = await order_edit(
        call.session,
        caller=call.caller,
        agent_id=own_agent(call),
        order=order,
        ids=ids,
        is_cut=is_cut,
        new_id=new_id,
    )
    return call.answer(await access_bulk(call.session, call.caller, bulk_id), status=201)


@operation(router, "GET", "/bulk-changes", out=BulkList)
async def get_bulk_changes(call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """One's own orders of the last day, the latest first: what goes on, and what can still be taken back."""
    own_agent(call)
    return call.answer(BulkList(items=await list_bulks(call.session, call.caller)))


@operation(router, "GET", "/bulk-changes/{bulk_id}", out=BulkChange)
async def get_bulk_change(bulk_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """How far it is."""
    return call.answer(await access_bulk(call.session, call.caller, bulk_id))


@operation(router, "GET", "/bulk-changes/{bulk_id}/refused", out=RefusedList, name="getBulkRefused")
async def get_refused(bulk_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Which conversations or contacts it left as they were, and why."""
    await access_bulk(call.session, call.caller, bulk_id)
    return call.answer(RefusedList(items=await list_refused(call.session, call.caller, bulk_id)))


@operation(router, "POST", "/bulk-changes/{bulk_id}/undo", out=BulkChange, name="undoBulkChange")
async def post_undo(bulk_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Take it back, except where somebody changed something since."""
    sent = await order_undo(call.session, caller=call.caller, bulk_id=bulk_id)
    change = await access_bulk(call.session, call.caller, bulk_id)
    return call.answer(msgspec.structs.replace(change, closing_sent=sent))


async def _read_order(call: Call, given: ActInput | MacroActInput) -> BulkOrder:
    """Raises NotFound (no such macro), Invalid (an act that writes to customers: that has a name, and is a macro's;
    one that cannot be done in any conversation)."""
    if isinstance(given, MacroActInput):
        macro = await access_macro(call.session, call.caller, given.macro_id, is_usable=True)
        for one in macro.broken:
            raise Invalid(one.title, field="order", reason=one.reason, values=one.values)
        return MacroOrder(macro_id=macro.id, acts=macro.acts)
    act = to_act(given)
    if is_message(act):
        raise Invalid("Make it a macro, and run that.", field="order", reason="order_needs_macro")
    return act


def _contacts_order(given: ContactsEdit) -> BulkContacts:
    check_country(given.country or "")
    order = BulkContacts(
        add_labels=given.add_labels,
        remove_labels=given.remove_labels,
        is_vip=given.is_vip,
        locale=given.locale,
        country=given.country,
        company_id=given.company_id if "company_id" in given.model_fields_set else msgspec.UNSET,
        owner_id=given.owner_id if "owner_id" in given.model_fields_set else msgspec.UNSET,
        fields=values_by_field(given.fields),
        is_muted=given.is_muted,
        is_blocked=given.is_blocked,
        is_opted_out=given.is_opted_out,
        lifts_words=given.lifts_words,
    )
    if order == BulkContacts(lifts_words=given.lifts_words):
        raise Invalid("Please say what is to change.", field="edit", reason="nothing_to_change")
    return order


async def _meant_contacts(call: Call, given: EditContactsInput) -> tuple[list[UUID], bool]:
    """The contacts that are meant, and whether there were more of them than one order changes."""
    if (given.ids is None) is (given.filter is None):
        raise Invalid("Please say which contacts: by their ids or a filter.", field="ids")
    if given.ids is not None or given.filter is None:
        return given.ids or [], False
    await count_numbers(call.web, call.caller, [given.search, *values_asked(given.filter)])
    ids = await find_matching_contacts(
        call.session,
        call.caller,
        search=given.search,
        filter=read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.SEGMENTS),
        limit=MOST_CONTACTS_AT_ONCE + 1,
        now=call.now,
    )
    return ids[:MOST_CONTACTS_AT_ONCE], len(ids) > MOST_CONTACTS_AT_ONCE


async def _meant(call: Call, given: BulkInput) -> tuple[list[UUID], bool]:
    """The conversations that are meant, and whether there were more of them than one order changes."""
    if [given.ids, given.view, given.filter].count(None) != 2:
        raise Invalid("Please say which conversations: by their ids, a view or a filter.", field="ids")
    if given.ids is not None:
        return given.ids, False
    fields = await load_fields(call.session)
    filter = None
    if given.filter is not None:
        filter = read_filter(given.filter, await load_fields_for(call.session, call.caller))
    where = (
        where_filter(call.caller, filter, call.now, fields)
        if filter is not None
        else where_view(call.caller, given.view or ListView.OPEN, given.channel_id)
    )
    needs_contact = filter is not None and asks_about(filter, "contact", fields)
    ids = await find_matching_ids(
        call.session, call.caller, where=where, needs_contact=needs_contact, limit=MOST_AT_ONCE + 1
    )
    return ids[:MOST_AT_ONCE], len(ids) > MOST_AT_ONCE
