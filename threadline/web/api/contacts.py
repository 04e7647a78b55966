"""Contacts: the list, one of them, what is known of them, notes."""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.change_contact import change_contact, create_contact
from threadline.actions.guard_contact import block_contact, mute_contact, opt_out_contact
from threadline.actions.merge_contacts import merge_contacts, unmerge_contacts
from threadline.actions.note_contact import change_contact_note, note_contact, remove_contact_note
from threadline.actions.reveal_addresses import reveal_addresses
from threadline.channels.registry import channel_type
from threadline.core.errors import Invalid
from threadline.core.permission import Permission, check_may
from threadline.infra.clock import new_id
from threadline.store.contact_lists import ContactRow, list_contacts
from threadline.store.contact_notes import ContactNote, list_contact_notes
from threadline.store.contacts import Contact, access_contact, check_sees_contact
from threadline.store.events import read_position
from threadline.store.name_order import NameOrder
from threadline.store.reveals import Reveal, list_reveals
from threadline.web.api.inputs import Email, Id, Input, Line, Locale, Name, Text
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls
from threadline.web.guesses import count_numbers

router = APIRouter()

# A value may be of any type of field; which one, `core/field.py` checks by the field.
FieldValueInput = (
    Annotated[str, Field(max_length=1_000)] | bool | int | float | Annotated[list[str], Field(max_length=100)]
)
FieldValues = Annotated[dict[Annotated[str, Field(max_length=40)], FieldValueInput | None], Field(max_length=100)]


class ContactPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ContactRow]
    next: str | None
    """The cursor of the next page; None: this is the last."""
    position: int


class RevealPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Reveal]
    next: str | None
    """The cursor of the next page; None: this is the last."""


class ContactNoteList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ContactNote]


class ContactInput(Input):
    name: Annotated[Line, Field(max_length=100)] = ""
    phone: Annotated[Line, Field(max_length=40)] = ""
    email: Email | None = None


class ContactChange(Input):
    """What is absent stays. An empty language, country or time zone: it is guessed again. A field null: taken away."""

    name: Name | None = None
    email: Email | Annotated[str, Field(max_length=0)] | None = None
    locale: Locale | Annotated[str, Field(max_length=0)] | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] | None = None
    """ISO 3166-1 alpha-2: DE, GB…"""
    time_zone: Annotated[Line, Field(max_length=60)] | None = None
    is_vip: bool | None = None
    is_muted: bool | None = None
    """Their messages make no noise."""
    is_blocked: bool | None = None
    """Nobody hears of them any more, and nobody writes to them."""
    is_opted_out: bool | None = None
    """Nothing goes out to them by itself."""
    company_id: Id | None = None
    """Null, given: they belong to none any more."""
    owner_id: Id | None = None
    """Whose customer they are. Null, given: nobody's any more. Needs `conversations:assign`, too."""
    fields: FieldValues | None = None


class MergeInput(Input):
    from_id: Id
    """Who is the same person; everything of theirs becomes this contact's."""


class NoteInput(Input):
    text: Text


@operation(router, "GET", "/contacts", out=ContactPage)
async def get_contacts(
    search: Annotated[str, Query(max_length=100)] = "",
    order: NameOrder = NameOrder.NAME,
    after: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """A page of the contacts one sees."""
    await count_numbers(call.web, call.caller, [search])
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    items, following = await list_contacts(
        call.session, call.caller, search=search, order=order, after=after, limit=limit, now=call.now
    )
    return call.answer(ContactPage(items=items, next=following, position=position))


@operation(router, "POST", "/contacts", out=Contact, status=201, name="createContact")
async def post_contact(
    given: ContactInput, call: Call = calls(Permission.CONTACTS_CHANGE, is_repeatable=True)
) -> Response:
    """Add somebody who has not written yet."""
    name, phone = given.name.strip(), given.phone.strip()
    if not (name or phone or given.email):
        raise Invalid("Please enter a name, a number or an e-mail address.", field="name", reason="contact_empty")
    if not call.caller.visibility.is_whole:
        raise Invalid("Only who sees every conversation adds contacts.", field="name", reason="contact_unseen")
    await count_numbers(call.web, call.caller, [phone])
    contact_id = await create_contact(
        call.session,
        caller=call.caller,
        name=name,
        phone=phone,
        email=given.email or "",
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id), status=201)


@operation(router, "GET", "/contacts/{contact_id}", out=Contact)
async def get_contact(contact_id: UUID, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """A contact with their conversations."""
    return call.answer(await access_contact(call.session, call.caller, contact_id))


@operation(router, "PATCH", "/contacts/{contact_id}", out=Contact)
async def update_contact(
    contact_id: UUID, given: ContactChange, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """Change what is known of a contact."""
    facts = {
        name: value
        for name in ("name", "email", "locale", "country", "time_zone", "is_vip")
        if (value := getattr(given, name)) is not None
    }
    guards = (given.is_muted, given.is_blocked, given.is_opted_out)
    has_company, has_owner = ("company_id" in given.model_fields_set), ("owner_id" in given.model_fields_set)
    if not facts and not given.fields and not (has_company or has_owner) and guards == (None, None, None):
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await _guard(call, contact_id, given)
    await change_contact(
        call.session,
        caller=call.caller,
        contact_id=contact_id,
        facts=facts,
        fields=values_by_field(given.fields or {}),
        company_id=given.company_id if has_company else "keep",
        owner_id=given.owner_id if has_owner else "keep",
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id))


@operation(router, "POST", "/contacts/{contact_id}/reveal", out=Contact, name="revealAddresses")
async def post_reveal(contact_id: UUID, call: Call = calls(Permission.ADDRESSES_REVEAL)) -> Response:
    """Show the numbers and e-mail addresses of a contact once. That somebody looked stands in the record."""
    check_may(call.caller, Permission.CONVERSATIONS_READ)
    contact = await reveal_addresses(
        call.session, caller=call.caller, contact_id=contact_id, now=call.now, new_id=new_id
    )
    return call.answer(contact, clearance=replace(call.caller.clearance, sees_addresses=True))


@operation(router, "GET", "/reveals", out=RevealPage)
async def get_reveals(
    after: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.AUDIT_READ),
) -> Response:
    """Who looked at numbers that are masked from them, the latest first."""
    items, following = await list_reveals(call.session, after=after, limit=limit)
    return call.answer(RevealPage(items=items, next=following))


@operation(router, "GET", "/contacts/{contact_id}/notes", out=ContactNoteList)
async def get_contact_notes(
    contact_id: UUID,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """Notes on a contact, the newest first."""
    await check_sees_contact(call.session, call.caller, contact_id)
    return call.answer(
        ContactNoteList(items=await list_contact_notes(call.session, contact_id, before=before, limit=limit))
    )


@operation(router, "POST", "/contacts/{contact_id}/notes", out=Contact, status=201, name="createContactNote")
async def post_contact_note(
    contact_id: UUID, given: NoteInput, call: Call = calls(Permission.CONTACTS_CHANGE, is_repeatable=True)
) -> Response:
    """Write a note on a contact."""
    await note_contact(
        call.session, caller=call.caller, contact_id=contact_id, text=given.text, now=call.now, new_id=new_id
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id), status=201)


@operation(router, "PATCH", "/contacts/{contact_id}/notes/{note_id}", out=Contact)
async def update_contact_note(
    contact_id: UUID, note_id: UUID, given: NoteInput, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """Correct a note."""
    await change_contact_note(
        call.session,
        caller=call.caller,
        contact_id=contact_id,
        note_id=note_id,
        text=given.text,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id))


@operation(router, "DELETE", "/contacts/{contact_id}/notes/{note_id}", out=Contact)
async def delete_contact_note(
    contact_id: UUID, note_id: UUID, call: Call = calls(Permission.CONTACTS_CHANGE)
) -> Response:
    """Take a note away."""
    await remove_contact_note(
        call.session, caller=call.caller, contact_id=contact_id, note_id=note_id, now=call.now, new_id=new_id
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id))


@operation(router, "POST", "/contacts/{contact_id}/merges", out=Contact, status=201, name="mergeContacts")
async def post_merge(contact_id: UUID, given: MergeInput, call: Call = calls(Permission.CONTACTS_CHANGE)) -> Response:
    """Two contacts are one person."""
    await merge_contacts(
        call.session,
        caller=call.caller,
        contact_id=contact_id,
        from_id=given.from_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id), status=201)


@operation(router, "DELETE", "/contacts/{contact_id}/merges/{merge_id}", out=Contact, name="unmergeContacts")
async def delete_merge(contact_id: UUID, merge_id: UUID, call: Call = calls(Permission.CONTACTS_CHANGE)) -> Response:
    """They are two after all: each has theirs again."""
    await unmerge_contacts(
        call.session, caller=call.caller, contact_id=contact_id, merge_id=merge_id, now=call.now, new_id=new_id
    )
    return call.answer(await access_contact(call.session, call.caller, contact_id))


async def _guard(call: Call, contact_id: UUID, given: ContactChange) -> None:
    about: Any = {"caller": call.caller, "contact_id": contact_id, "now": call.now, "new_id": new_id}  # of each verb
    if given.is_muted is not None:
        await mute_contact(call.session, is_muted=given.is_muted, **about)
    if given.is_opted_out is not None:
        await opt_out_contact(call.session, is_opted_out=given.is_opted_out, **about)
    if given.is_blocked is not None:
        await block_contact(call.session, is_blocked=given.is_blocked, find_type=channel_type, **about)


def values_by_field(given: dict[str, Any]) -> dict[UUID, Any]:
    """Raises Invalid for a key that is no id: JSON has texts for keys only."""
    try:
        return {UUID(key): value for key, value in given.items()}
    except ValueError:
        raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field") from None
