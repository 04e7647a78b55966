"""Many contacts at once: tables that are read in, undoing, segments, and the table that is taken away."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, ValidationError
from starlette.responses import StreamingResponse

from threadline.actions.batch_contacts import RowOutcome, import_rows
from threadline.actions.export_contacts import record_export
from threadline.actions.import_contacts import begin_import, bring_rows
from threadline.actions.keep_segment import delete_segment, keep_segment
from threadline.actions.undo_import import order_undo_import
from threadline.core.contact_table import MOST_ROWS, MOST_ROWS_AT_ONCE, csv_line
from threadline.core.errors import Conflict, Forbidden, Invalid, NotFound
from threadline.core.field import Field as CustomField
from threadline.core.field import FieldType, text_of
from threadline.core.filter import Filter, Use, check_filter
from threadline.core.permission import Permission, check_may
from threadline.core.personal import Address, Clearance, Guarded
from threadline.infra.clock import new_id
from threadline.infra.phone import compact_phone
from threadline.store.agents import list_agents
from threadline.store.contact_batches import ContactBatch, get_batch, insert_batch, list_batches
from threadline.store.contact_imports import FailedRow, TableRow, Way, list_failed
from threadline.store.contact_lists import MOST_COUNTED, ContactRow, count_contacts, list_contacts
from threadline.store.fields import list_fields
from threadline.store.filters import load_fields, load_fields_for
from threadline.store.labels import list_labels
from threadline.store.name_order import NameOrder
from threadline.store.segments import Segment, get_segment, list_segments
from threadline.store.session import Role
from threadline.web.api.contacts import ContactPage, values_by_field
from threadline.web.api.filters import GroupInput, read_filter, shown_filter, values_asked
from threadline.web.api.inputs import Id, Input, Line, Name, Search
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, opened, own_agent
from threadline.web.guesses import count_numbers

router = APIRouter()

_Cell = Annotated[str, Field(max_length=1_000)]
_Ids = Annotated[list[Id], Field(max_length=20)]
_EXPORT_PAGE = 100


class BatchList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ContactBatch]


class ContactCount(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    is_more: bool
    """True: at least one more than `total`."""


class SegmentList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Segment]


class ImportOutcome(msgspec.Struct, frozen=True, kw_only=True):
    items: list[RowOutcome]
    """What became of each row, in their order."""


class FailedRows(msgspec.Struct, frozen=True, kw_only=True):
    items: list[FailedRow]
    next: int | None
    """The place after which to ask for more; None: these are all."""


class BatchInput(Input):
    kind: Literal["import"]
    name: Annotated[Line, Field(max_length=200)] = ""


class RowInput(Input):
    """A row of a table as it was written; an empty cell says nothing."""

    name: Annotated[Line, Field(max_length=100)] = ""
    phone: Annotated[Line, Field(max_length=60)] = ""
    email: Annotated[Line, Field(max_length=254)] = ""
    locale: Annotated[Line, Field(max_length=20)] = ""
    country: Annotated[Line, Field(max_length=60)] = ""
    """By its two letters."""
    time_zone: Annotated[Line, Field(max_length=60)] = ""
    company: Annotated[Line, Field(max_length=100)] = ""
    """By its name; one that is not there yet is made."""
    owner: Annotated[Line, Field(max_length=254)] = ""
    """By their e-mail address: whoever has an account here."""
    fields: Annotated[dict[Annotated[str, Field(max_length=40)], _Cell], Field(max_length=100)] = Field(
        default_factory=dict
    )


class RowsInput(Input):
    rows: Annotated[list[RowInput], Field(min_length=1, max_length=MOST_ROWS_AT_ONCE)]
    mode: Literal["both", "create", "update"] = "both"
    """What to do with rows of unknown and of known people."""
    region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    """Where numbers without a country belong: DE, GB…"""
    label_ids: _Ids = Field(default_factory=list)
    is_preview: bool = False
    """Try everything and keep nothing."""


class TableInput(Input):
    """A slice of a table that a worker is to read in."""

    first: Annotated[int, Field(ge=0, le=MOST_ROWS)]
    """The place of its first row, from 0."""
    rows: Annotated[list[RowInput], Field(min_length=1, max_length=MOST_ROWS_AT_ONCE)]


class StartInput(Input):
    mode: Literal["both", "create", "update"] = "both"
    region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    label_ids: _Ids = Field(default_factory=list)


class FindInput(Input):
    filter: GroupInput
    search: Search = ""
    order: Literal["name", "name_back", "newest", "oldest"] = "name"
    after: Annotated[str, Field(max_length=500)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class CountInput(Input):
    filter: GroupInput
    search: Search = ""


class SegmentInput(Input):
    name: Name
    filter: GroupInput


@operation(router, "GET", "/contact-batches", out=BatchList)
async def get_contact_batches(call: Call = calls(Permission.CONTACTS_IMPORT)) -> Response:
    """Tables that were read in, the latest first."""
    of_all = call.caller.visibility.is_whole
    return call.answer(BatchList(items=await list_batches(call.session, None if of_all else call.caller.actor_id)))


@operation(router, "POST", "/contact-batches", out=ContactBatch, status=201, name="createContactBatch")
async def post_contact_batch(
    given: BatchInput, call: Call = calls(Permission.CONTACTS_IMPORT, is_repeatable=True)
) -> Response:
    """Begin to read in a table; what follows names it."""
    batch_id = new_id()
    await insert_batch(
        call.session, batch_id, kind=given.kind, name=given.name, actor_id=call.caller.actor_id, now=call.now
    )
    return call.answer(await get_batch(call.session, batch_id), status=201)


@operation(router, "POST", "/contact-batches/{batch_id}/rows", out=ImportOutcome, name="importContacts")
async def post_rows(batch_id: UUID, given: RowsInput, call: Call = calls(Permission.CONTACTS_IMPORT)) -> Response:
    """Read in a slice of a table."""
    await _open_batch(call, batch_id)
    _check_adds(call)
    await _count_numbers(call, given.rows)
    items = await import_rows(
        call.session,
        caller=call.caller,
        batch_id=batch_id,
        rows=_rows(given.rows),
        mode=given.mode,
        region=given.region,
        label_ids=given.label_ids,
        is_preview=given.is_preview,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(ImportOutcome(items=items))


@operation(router, "GET", "/contact-batches/{batch_id}", out=ContactBatch)
async def get_contact_batch(batch_id: UUID, call: Call = calls(Permission.CONTACTS_IMPORT)) -> Response:
    """How far it is."""
    return call.answer(await _access_batch(call, batch_id))


@operation(router, "PUT", "/contact-batches/{batch_id}/table", out=None, status=204, name="bringContactTable")
async def put_table(batch_id: UUID, given: TableInput, call: Call = calls(Permission.CONTACTS_IMPORT)) -> Response:
    """Bring a slice of a table, for a worker to read in once all of it is here."""
    _check_adds(call)
    await _count_numbers(call, given.rows)
    await bring_rows(call.session, batch_id=batch_id, first=given.first, rows=_rows(given.rows))
    return call.answer(status=204)


@operation(router, "POST", "/contact-batches/{batch_id}/start", out=ContactBatch, name="startContactImport")
async def post_start(batch_id: UUID, given: StartInput, call: Call = calls(Permission.CONTACTS_IMPORT)) -> Response:
    """Let a worker read in what was brought; the batch tells how far it is."""
    _check_adds(call)
    way = Way(mode=given.mode, region=given.region, label_ids=given.label_ids)
    await begin_import(
        call.session, caller=call.caller, agent_id=own_agent(call), batch_id=batch_id, way=way, now=call.now
    )
    return call.answer(await get_batch(call.session, batch_id))


@operation(router, "GET", "/contact-batches/{batch_id}/failures", out=FailedRows, name="getFailedRows")
async def get_failures(
    batch_id: UUID,
    after: Annotated[int, Query(ge=-1, le=MOST_ROWS)] = -1,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 200,
    call: Call = calls(Permission.CONTACTS_IMPORT),
) -> Response:
    """The rows that could not be read in, with their reasons."""
    batch = await _access_batch(call, batch_id)
    if batch.actor_id != call.caller.actor_id and not call.caller.clearance.sees_addresses:
        raise Forbidden("These rows name numbers that you do not see. Ask a supervisor.", reason="address_hidden")
    items = await list_failed(call.session, batch_id, after=after, limit=limit + 1)
    return call.answer(FailedRows(items=items[:limit], next=items[limit - 1].place if len(items) > limit else None))


@operation(router, "POST", "/contact-batches/{batch_id}/undo", out=ContactBatch, name="undoContactBatch")
async def post_undo(batch_id: UUID, call: Call = calls(Permission.CONTACTS_IMPORT)) -> Response:
    """Let a worker undo it: what nobody changed since is as it was, who is new and silent is gone. The batch tells how
    far it is."""
    await _access_batch(call, batch_id)
    await order_undo_import(call.session, caller=call.caller, agent_id=own_agent(call), batch_id=batch_id, now=call.now)
    return call.answer(await get_batch(call.session, batch_id))


@operation(router, "POST", "/contacts/find", out=ContactPage, name="findContacts")
async def post_find(given: FindInput, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """A page of the contacts that a filter means."""
    await count_numbers(call.web, call.caller, [given.search, *values_asked(given.filter)])
    wanted = read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.SEGMENTS)
    items, following = await list_contacts(
        call.session,
        call.caller,
        search=given.search,
        filter=wanted,
        order=NameOrder(given.order),
        after=given.after,
        limit=given.limit,
        now=call.now,
    )
    return call.answer(ContactPage(items=items, next=following, position=0))


@operation(router, "POST", "/contacts/count", out=ContactCount, name="countContacts")
async def post_count(given: CountInput, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """How many contacts a filter and a search mean, up to 999."""
    await count_numbers(call.web, call.caller, [given.search, *values_asked(given.filter)])
    wanted = read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.SEGMENTS)
    count = await count_contacts(call.session, call.caller, search=given.search, filter=wanted, now=call.now)
    return call.answer(ContactCount(total=min(count, MOST_COUNTED), is_more=count > MOST_COUNTED))


@operation(router, "GET", "/segments", out=SegmentList)
async def get_segments(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """Filters over contacts that are kept under a name."""
    return call.answer(SegmentList(items=[await _shown(call, one) for one in await list_segments(call.session)]))


@operation(router, "POST", "/segments", out=Segment, status=201, name="createSegment")
async def post_segment(
    given: SegmentInput, call: Call = calls(Permission.LABELS_MANAGE, is_repeatable=True)
) -> Response:
    """Keep a filter under a name."""
    return call.answer(await _shown(call, await _keep(call, None, given)), status=201)


@operation(router, "PUT", "/segments/{segment_id}", out=Segment, name="updateSegment")
async def put_segment(segment_id: UUID, given: SegmentInput, call: Call = calls(Permission.LABELS_MANAGE)) -> Response:
    """Change its name or its filter."""
    return call.answer(await _shown(call, await _keep(call, segment_id, given)))


@operation(router, "DELETE", "/segments/{segment_id}", out=None, status=204, name="deleteSegment")
async def remove_segment(segment_id: UUID, call: Call = calls(Permission.LABELS_MANAGE)) -> Response:
    """Delete it; nobody it meant changes."""
    await delete_segment(call.session, caller=call.caller, segment_id=segment_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "GET", "/contact-table", out=None, name="exportContacts")
async def export_contacts(
    request: Request,
    search: Annotated[str, Query(max_length=100)] = "",
    segment_id: UUID | None = None,
    filter: Annotated[str, Query(max_length=20_000)] = "",
    order: NameOrder = NameOrder.NAME,
) -> Response:
    """The contacts one sees, as CSV; cells that a spreadsheet would run are defused.

    `filter` is one as JSON, as `findContacts` takes it; or a segment has one. That it was taken stands in the record.
    """
    given = _read_json(filter) if filter else None
    if given is not None and segment_id is not None:
        raise Invalid("Please name a segment or a filter, not both.", field="filter")
    async with opened(request) as call:
        check_may(call.caller, Permission.CONTACTS_EXPORT)
        await count_numbers(call.web, call.caller, [search, *(values_asked(given) if given else ())])
        wanted = (await get_segment(call.session, segment_id)).filter if segment_id else None
        if wanted is not None:
            check_filter(wanted, use=Use.SEGMENTS, fields=await load_fields(call.session))
        if given is not None:
            wanted = read_filter(given, await load_fields_for(call.session, call.caller), use=Use.SEGMENTS)
        record_export(call.session, caller=call.caller, segment_id=segment_id, now=call.now, new_id=new_id)
    headers = {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="contacts.csv"',
        "cache-control": "private, no-store",
    }
    return StreamingResponse(_table(call, search, wanted, order), headers=headers)


def _read_json(filter: str) -> GroupInput:
    """Raises Invalid: it is no filter at all. What it asks is checked as any filter is."""
    try:
        return GroupInput.model_validate_json(filter)
    except ValidationError:
        raise Invalid(
            "A condition of this filter has no value that suits it.", field="filter", reason="filter_value"
        ) from None


async def _table(call: Call, search: str, wanted: Filter | None, order: NameOrder) -> AsyncIterator[str]:
    """Page by page, each in a transaction of its own: a large table holds no connection while it leaves."""
    after: str | None = None
    is_first = True
    while is_first or after is not None:
        async with call.web.database.transaction(Role.WEB, call.caller.workspace_id) as session:
            fields = await list_fields(session, "contact")
            names = {label.id: label.name for label in await list_labels(session)}
            owners = {agent.id: agent.email for agent in await list_agents(session)}
            rows, after = await list_contacts(
                session,
                call.caller,
                search=search,
                filter=wanted,
                order=order,
                after=after,
                limit=_EXPORT_PAGE,
                now=call.now,
            )
        if is_first:
            heads = [
                "id",
                "name",
                "phone",
                "email",
                "username",
                "company",
                "owner",
                "country",
                "vip",
                "labels",
                "known_since",
            ]
            yield "\ufeff" + csv_line([*heads, *(field.name for field in fields)])
        is_first = False
        for row in rows:
            cells = [_cell(row, field, call.caller.clearance) for field in fields]
            yield csv_line([*_facts(row, names, owners, call.caller.clearance), *cells])


def _facts(row: ContactRow, names: dict[UUID, str], owners: dict[UUID, str], clearance: Clearance) -> list[str]:
    return [
        str(row.id),
        row.name.shown(clearance),
        _number(row.phone, clearance),
        row.email.shown(clearance),
        row.handle.shown(clearance),
        row.company.name if row.company else "",
        "" if row.owner_id is None else owners.get(row.owner_id, ""),
        row.country,
        "yes" if row.is_vip else "no",
        "; ".join(names[one] for one in row.label_ids if one in names),
        row.created_at.date().isoformat(),
    ]


def _number(phone: Address, clearance: Clearance) -> str:
    """E.164: a table is read by programs, a screen by people."""
    return Address(compact_phone(phone.whole)).shown(clearance)


def _cell(row: ContactRow, field: CustomField, clearance: Clearance) -> str:
    value: object = row.fields.get(str(field.id))
    if isinstance(value, Address) and field.type is FieldType.PHONE:
        return _number(value, clearance)
    if isinstance(value, Guarded):
        return str(value.shown(clearance))
    return "" if value is None else text_of(field, value)


def _check_adds(call: Call) -> None:
    if not call.caller.visibility.is_whole:
        raise Invalid("Only who sees every conversation adds contacts.", field="rows", reason="contact_unseen")


def _rows(given: list[RowInput]) -> list[TableRow]:
    return [
        TableRow(
            name=row.name,
            phone=row.phone,
            email=row.email,
            locale=row.locale,
            country=row.country,
            time_zone=row.time_zone,
            company=row.company,
            owner=row.owner,
            fields=values_by_field(row.fields),
        )
        for row in given
    ]


async def _count_numbers(call: Call, rows: list[RowInput]) -> None:
    """Each row asks whose a number is."""
    await count_numbers(call.web, call.caller, [text for row in rows for text in (row.phone, row.email)], in_table=True)


async def _shown(call: Call, segment: Segment) -> Segment:
    return msgspec.structs.replace(segment, filter=await shown_filter(call, segment.filter))


async def _access_batch(call: Call, batch_id: UUID) -> ContactBatch:
    """Who does not see every contact goes on with what they began, and with nothing else. Raises NotFound."""
    batch = await get_batch(call.session, batch_id)
    if batch.actor_id != call.caller.actor_id and not call.caller.visibility.is_whole:
        raise NotFound("This batch does not exist.")
    return batch


async def _open_batch(call: Call, batch_id: UUID) -> None:
    batch = await _access_batch(call, batch_id)
    if batch.undone_at is not None or batch.undo_began_at is not None:
        raise Conflict("This was undone already.", reason="undone_already")


async def _keep(call: Call, segment_id: UUID | None, given: SegmentInput) -> Segment:
    return await keep_segment(
        call.session,
        caller=call.caller,
        segment_id=segment_id,
        name=given.name,
        filter=read_filter(given.filter, await load_fields_for(call.session, call.caller), use=Use.SEGMENTS),
        now=call.now,
        new_id=new_id,
    )
