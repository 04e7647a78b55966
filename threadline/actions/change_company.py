"""Make a company, change what is known of it, delete it, and take the deletion back."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from threadline.actions.company_event import company_event
from threadline.actions.fill_fields import read_values
from threadline.core.errors import Invalid
from threadline.core.field import FieldValue
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.store import companies
from threadline.store.agents import is_active_agent
from threadline.store.fields import set_values
from threadline.store.session import Session


async def create_company(session: Session, *, caller: Caller, name: str, now: datetime, new_id: NewId) -> UUID:
    """Raises Invalid if the caller would not see it afterwards, Conflict if another one bears the name."""
    if not caller.visibility.is_whole:
        raise Invalid("Only who sees every conversation adds companies.", field="name", reason="company_unseen")
    company_id = new_id()
    await companies.insert_company(session, company_id, name=name, now=now)
    session.record(company_event(caller, company_id, now=now, new_id=new_id))
    return company_id


async def change_company(
    session: Session,
    *,
    caller: Caller,
    company_id: UUID,
    facts: Mapping[str, object],
    fields: Mapping[UUID, FieldValue | None],
    now: datetime,
    new_id: NewId,
) -> None:
    """What is absent stays. Facts are `name`, `domains` (as `read_domains` gives them), `notes`, `owner_id`.

    Raises NotFound, Invalid (what no field takes, an owner who does not work here), Conflict (the name is taken).
    """
    await companies.check_sees_company(session, caller, company_id)
    await _check_owner(session, facts.get("owner_id"))
    lines = await read_values(session, "company", fields)
    if facts:
        await companies.update_company(session, company_id, facts, now=now)
    changed = await set_values(session, "company", company_id, lines)
    if facts or changed:
        session.record(company_event(caller, company_id, now=now, new_id=new_id))


async def delete_company(session: Session, *, caller: Caller, company_id: UUID, now: datetime, new_id: NewId) -> None:
    """Whoever belonged to it, and everything spoken about, stays as it is. Raises NotFound."""
    await companies.check_sees_company(session, caller, company_id)
    await companies.delete_company(session, company_id, now=now)
    session.record(company_event(caller, company_id, now=now, new_id=new_id))


async def restore_company(session: Session, *, caller: Caller, company_id: UUID, now: datetime, new_id: NewId) -> None:
    """It is there again, with its members. Raises NotFound, Conflict: another one bears its name by now."""
    await companies.restore_company(session, company_id, now=now)
    await companies.check_sees_company(session, caller, company_id)
    session.record(company_event(caller, company_id, now=now, new_id=new_id))


async def _check_owner(session: Session, owner_id: object) -> None:
    if owner_id is None:
        return
    assert isinstance(owner_id, UUID)
    if not await is_active_agent(session, owner_id):
        raise Invalid("This person is not in the workspace.", field="owner_id", reason="person_not_here")
