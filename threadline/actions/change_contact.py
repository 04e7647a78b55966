"""Change what is known of a contact: facts, and fields of one's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

from threadline.actions.company_event import company_event
from threadline.actions.contact_event import contact_event
from threadline.actions.fill_fields import read_values
from threadline.core.contact import check_country, check_time_zone
from threadline.core.errors import Conflict, Forbidden, Invalid
from threadline.core.field import FieldValue
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, check_may
from threadline.infra.phone import read_phone
from threadline.store import contacts
from threadline.store.agents import is_active_agent
from threadline.store.companies import check_sees_company, companies_of
from threadline.store.fields import set_values
from threadline.store.incoming import AddressKey, NewAddress, find_addresses, insert_addresses, move_addresses
from threadline.store.session import Session


async def change_contact(
    session: Session,
    *,
    caller: Caller,
    contact_id: UUID,
    facts: Mapping[str, str | bool],
    fields: Mapping[UUID, FieldValue | None],
    company_id: UUID | Literal["keep"] | None = "keep",
    owner_id: UUID | Literal["keep"] | None = "keep",
    now: datetime,
    new_id: NewId,
) -> None:
    """What is absent stays; an empty language, country or zone is guessed again. A name of ours is not replaced by a
    provider's.

    Raises NotFound if the caller sees none of the contact's conversations, or not the company; Invalid for what no
    field takes, and an owner who is not here; Forbidden for a number or e-mail address that the caller does not see,
    and for another owner from whoever gives no conversations to others.
    """
    await contacts.check_sees_contact(session, caller, contact_id)
    check_country(str(facts.get("country", "")))
    check_time_zone(str(facts.get("time_zone", "")))
    lines = await read_values(session, "contact", fields)
    if not caller.clearance.sees_addresses:
        await _check_replaces_nothing_hidden(session, contact_id, facts, fields)
    became_vip = facts.get("is_vip") is True and not await contacts.is_vip(session, contact_id)
    if facts:
        await contacts.update_contact(session, contact_id, facts)
    changed = await set_values(session, "contact", contact_id, lines)
    touched = [] if company_id == "keep" else await _join(session, caller, contact_id, company_id)
    has_new_owner = owner_id != "keep" and await _give(session, caller, contact_id, owner_id)
    if facts or changed or touched or has_new_owner:
        data: dict[str, str | int | bool | None] = {"is_vip": True} if became_vip else {}
        if has_new_owner:
            data["owner_id"] = None if owner_id is None else str(owner_id)
        session.record(contact_event(caller, contact_id, data=data, now=now, new_id=new_id))
    session.record(*(company_event(caller, one, now=now, new_id=new_id) for one in touched))


async def _join(session: Session, caller: Caller, contact_id: UUID, company_id: UUID | None) -> list[UUID]:
    """Returns the companies that somebody came to or left."""
    connection = await session.raw()
    before = (await companies_of(connection, caller.workspace_id, [contact_id])).get(contact_id)
    if (before and before.id) == company_id:
        return []
    if company_id is not None:
        await check_sees_company(session, caller, company_id)
    await contacts.set_company(session, contact_id, company_id)
    return [one for one in (before and before.id, company_id) if one is not None]


async def _give(session: Session, caller: Caller, contact_id: UUID, owner_id: UUID | None) -> bool:
    """To this owner. False: they had them already. Who owns a customer is given their conversations, so it needs as
    much as giving these."""
    if await contacts.read_owner(session, contact_id) == owner_id:
        return False
    check_may(caller, Permission.CONVERSATIONS_ASSIGN)
    if owner_id is not None and not await is_active_agent(session, owner_id):
        raise Invalid("This person is not in the workspace.", field="owner_id", reason="person_not_here")
    await contacts.set_owner(session, contact_id, owner_id)
    return True


async def _check_replaces_nothing_hidden(
    session: Session,
    contact_id: UUID,
    facts: Mapping[str, str | bool],
    fields: Mapping[UUID, FieldValue | None],
) -> None:
    """Where nothing stands, whoever is told an address notes it; what stands is not for those who cannot read it."""
    hidden = await contacts.filled_addresses(session, contact_id)
    if ("email" in facts and hidden.has_email) or not hidden.field_ids.isdisjoint(fields):
        raise Forbidden(
            "You do not see what stands there, so you cannot replace it. Ask a supervisor.", reason="address_hidden"
        )


async def create_contact(
    session: Session,
    *,
    caller: Caller,
    name: str,
    phone: str,
    email: str,
    now: datetime,
    new_id: NewId,
) -> UUID:
    """Somebody who has not written yet. Raises Invalid (no number), Conflict: this number is a contact's already."""
    number = read_phone(phone) if phone.strip() else ""
    if phone.strip() and not number:
        raise Invalid(
            "Please enter the number with its country, such as +44 7700 900318.", field="phone", reason="phone_needed"
        )
    contact_id = new_id()
    await contacts.insert_contact(session, contact_id, name=name, phone=number, email=email, now=now)
    if number:
        await _hold_number(session, contact_id, number, now, new_id)
    session.record(contact_event(caller, contact_id, now=now, new_id=new_id))
    return contact_id


async def _hold_number(session: Session, contact_id: UUID, number: str, now: datetime, new_id: NewId) -> None:
    """Whoever writes from this number later is this contact."""
    assert session.workspace_id is not None
    key: AddressKey = ("phone", "", number)
    address = NewAddress(key, new_id(), contact_id)
    connection = await session.raw()
    if await insert_addresses(connection, session.workspace_id, [address], now=now):
        return
    known = (await find_addresses(connection, session.workspace_id, [key]))[key]
    if not known.is_retired:
        raise Conflict("There is a contact with this number already.", reason="number_is_taken")
    await move_addresses(connection, session.workspace_id, [(known.id, contact_id)], is_retired=False, now=now)
