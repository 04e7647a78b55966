"""Many contacts at once, read in from a table; and taken back as a whole.

Who asks sends slices, each one transaction: so there is progress, a stop leaves whole slices, and nothing lasts long.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from threadline.actions.change_company import create_company
from threadline.actions.change_contact import change_contact, create_contact
from threadline.actions.company_event import company_event
from threadline.actions.contact_event import contact_event
from threadline.actions.label_contact import label_contact
from threadline.core.contact_table import given_back, restored
from threadline.core.errors import Conflict, Invalid, ThreadlineError
from threadline.core.field import FieldValue, fields_by_id, read_text
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.infra.phone import read_phone
from threadline.store import contact_batches
from threadline.store.agents import find_agent_by_email
from threadline.store.companies import delete_deserted, find_company_called
from threadline.store.contact_batches import BatchRow, State
from threadline.store.contact_imports import ImportMode, TableRow
from threadline.store.fields import list_fields
from threadline.store.people import normal_email
from threadline.store.savepoint import savepoint
from threadline.store.session import Session


class RowOutcome(msgspec.Struct, frozen=True, kw_only=True):
    outcome: Literal["created", "updated", "skipped", "failed"]
    contact_id: UUID | None = None
    text: str = ""
    """Why it failed, in English."""
    reason: str = ""
    field: str = ""


class _Preview(Exception):
    """Everything was tried, and nothing of it may stay."""


async def import_rows(
    session: Session,
    *,
    caller: Caller,
    batch_id: UUID,
    rows: Sequence[TableRow],
    mode: ImportMode,
    region: str,
    label_ids: Sequence[UUID],
    is_preview: bool,
    now: datetime,
    new_id: NewId,
) -> list[RowOutcome]:
    """What became of each row, in their order; a row that fails leaves nothing and stops no other.

    `region` is where numbers without a country belong. A preview does all of it and takes it back.
    """
    outcomes: list[RowOutcome] = []
    try:
        async with savepoint(session):
            outcomes += [
                await _import_row(session, caller, batch_id, row, mode, region, label_ids, now, new_id) for row in rows
            ]
            if is_preview:
                raise _Preview
    except _Preview:
        pass
    return outcomes


async def _import_row(
    session: Session,
    caller: Caller,
    batch_id: UUID,
    row: TableRow,
    mode: ImportMode,
    region: str,
    label_ids: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> RowOutcome:
    try:
        async with savepoint(session):
            return await _apply_row(session, caller, batch_id, row, mode, region, label_ids, now, new_id)
    except ThreadlineError as error:
        named = error.field if isinstance(error, Invalid) else None
        return RowOutcome(outcome="failed", text=error.text, reason=error.reason or error.code, field=named or "")


async def _apply_row(
    session: Session,
    caller: Caller,
    batch_id: UUID,
    row: TableRow,
    mode: ImportMode,
    region: str,
    label_ids: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> RowOutcome:
    written = restored(row.phone.strip())
    phone = read_phone(written, region) if written else ""
    if written and not phone:
        raise Invalid(
            "Please enter the number with its country, such as +44 7700 900318.", field="phone", reason="phone_needed"
        )
    email, name = restored(row.email.strip()), restored(row.name.strip())
    if not (phone or email or name):
        raise Invalid("Please enter a name, a number or an e-mail address.", field="name", reason="contact_empty")
    contact_id = await contact_batches.find_by_identity(session, phone=phone, email=email)
    if (contact_id is None and mode == "update") or (contact_id is not None and mode == "create"):
        return RowOutcome(outcome="skipped", contact_id=contact_id)
    is_new = contact_id is None
    if contact_id is None:
        contact_id = await create_contact(
            session, caller=caller, name=name, phone=phone, email=email, now=now, new_id=new_id
        )
        before: State = {}
    else:
        before = (await contact_batches.read_states(session, [contact_id]))[contact_id]
    facts = {
        "name": name,
        "email": email,
        "locale": row.locale.strip(),
        "country": row.country.strip().upper(),
        "time_zone": row.time_zone.strip(),
    }
    await change_contact(
        session,
        caller=caller,
        contact_id=contact_id,
        facts={key: value for key, value in facts.items() if value},
        fields=await _read_fields(session, row),
        company_id=await _read_company(session, caller, batch_id, row, now, new_id),
        owner_id=await _read_owner(session, row),
        now=now,
        new_id=new_id,
    )
    if label_ids:
        await label_contact(
            session, caller=caller, contact_id=contact_id, add=label_ids, remove=(), now=now, new_id=new_id
        )
    after = (await contact_batches.read_states(session, [contact_id]))[contact_id]
    if not is_new and before == after:
        return RowOutcome(outcome="skipped", contact_id=contact_id)
    noted = BatchRow(contact_id=contact_id, is_new=is_new, before=before, after=after)
    await contact_batches.note_rows(session, batch_id, [noted])
    return RowOutcome(outcome="created" if is_new else "updated", contact_id=contact_id)


async def _read_company(
    session: Session, caller: Caller, batch_id: UUID, row: TableRow, now: datetime, new_id: NewId
) -> UUID | Literal["keep"]:
    name = restored(row.company.strip())
    if not name:
        return "keep"
    company_id = await find_company_called(session, name)
    if company_id is None:
        company_id = await create_company(session, caller=caller, name=name, now=now, new_id=new_id)
        await contact_batches.note_company(session, batch_id, company_id)
    return company_id


async def _read_owner(session: Session, row: TableRow) -> UUID | Literal["keep"]:
    email = normal_email(restored(row.owner.strip()))
    if not email:
        return "keep"
    owner_id = await find_agent_by_email(session, email)
    if owner_id is None:
        raise Invalid("This person is not in the workspace.", field="owner", reason="person_not_here")
    return owner_id


async def _read_fields(session: Session, row: TableRow) -> dict[UUID, FieldValue | None]:
    wanted = {field_id: restored(text) for field_id, text in row.fields.items() if text.strip()}
    if not wanted:
        return {}
    known = fields_by_id(await list_fields(session, "contact"))
    if not known.keys() >= set(wanted):
        raise Invalid("This field does not exist any more.", field="fields", reason="no_such_field")
    return {field_id: read_text(known[field_id], text) for field_id, text in wanted.items()}


async def undo_batch(
    session: Session, *, caller: Caller, batch_id: UUID, limit: int, now: datetime, new_id: NewId
) -> bool:
    """A slice of it; True when all is done. What somebody changed since stays, and who wrote since stays, too.

    Raises NotFound, Conflict (undone already, or still being read in).
    """
    batch = await contact_batches.get_batch(session, batch_id, is_locked=True)
    if batch.undone_at is not None:
        raise Conflict("This was undone already.", reason="undone_already")
    if batch.started_at is not None and batch.finished_at is None:
        raise Conflict("This table is still being read in.", reason="import_goes_on")
    rows = await contact_batches.take_rows(session, batch_id, limit=limit)
    states = await contact_batches.read_states(session, [row.contact_id for row in rows])
    for row in rows:
        if row.is_new and await contact_batches.remove_unspoken(session, row.contact_id, now=now):
            pass
        elif not row.is_new:
            back = given_back(row.before, row.after, states[row.contact_id])
            await contact_batches.restore(session, row.contact_id, row.before, row.after, back)
        session.record(contact_event(caller, row.contact_id, now=now, new_id=new_id))
    if len(rows) < limit:
        deserted = await delete_deserted(session, await contact_batches.companies_made(session, batch_id), now=now)
        session.record(*(company_event(caller, one, now=now, new_id=new_id) for one in deserted))
        await contact_batches.mark_undone(session, batch_id, now=now)
    return len(rows) < limit
