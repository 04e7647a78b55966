"""Filters and saved views: what can be asked, what matches, how many, and what is kept under a name."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints

from threadline.actions.change_saved_view import (
    ViewChange,
    change_saved_view,
    create_saved_view,
    delete_saved_view,
)
from threadline.core.errors import Invalid
from threadline.core.filter import Fields, Filter, Group, Kind, Operator, Subject, Use, check_filter, masked_values
from threadline.core.permission import Permission
from threadline.core.saved_view import Audience, Sorting
from threadline.core.search_fields import operator_fields
from threadline.infra.clock import new_id
from threadline.store.conversations import Conversation, ListOrder
from threadline.store.events import read_position
from threadline.store.filtered_conversations import count_conversations, find_conversations
from threadline.store.filters import load_fields, load_fields_for
from threadline.store.saved_views import SavedView, access_saved_view, list_saved_views
from threadline.store.savepoint import savepoint
from threadline.store.views import TeamCounts, ViewCount, count_team_views
from threadline.web.api.inputs import Id, Input, Name, clean_text
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls
from threadline.web.guesses import count_numbers

router = APIRouter()

_Word = Annotated[str, StringConstraints(max_length=200), AfterValidator(clean_text)]


class FilterField(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    subject: Subject
    kind: Kind
    word: str
    """How a search names it, before a colon."""
    operators: list[Operator]
    options: list[str]
    """What a choice may be."""
    uses: list[Use]
    name: str
    """Empty: the screen names it in the reader's language."""
    option_names: list[str]
    """Beside `options`; empty: the screen names them."""


class FilterFieldList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[FilterField]


class SavedViewList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[SavedView]


class FoundConversations(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Conversation]
    next: str | None
    """The cursor of the next page; None: this is the last."""
    position: int
    """The feed's number before the page was read."""


class SavedViewCounts(msgspec.Struct, frozen=True, kw_only=True):
    counts: dict[UUID, ViewCount]
    """A total of null: counting would take too long."""
    teams: dict[UUID, TeamCounts]
    """Of one's own teams."""
    position: int


class ConditionInput(Input):
    kind: Literal["condition"]
    field: _Word
    operator: Operator = Field(strict=False)
    values: list[_Word] = Field(default_factory=list, max_length=50)


class GroupInput(Input):
    kind: Literal["group"]
    match: Literal["all", "any"]
    of: list[Annotated["ConditionInput | GroupInput", Field(discriminator="kind")]] = Field(
        default_factory=list["ConditionInput | GroupInput"], max_length=50
    )


class ConversationQuery(Input):
    """One of both: a filter, or a saved view's."""

    filter: GroupInput | None = None
    view_id: Id | None = None
    order: ListOrder = Field(default=ListOrder.NEWEST, strict=False)
    after: Annotated[str, StringConstraints(max_length=300)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class FilterInput(Input):
    filter: GroupInput


class SavedViewInput(Input):
    name: Name
    audience: Audience = "own"
    team_id: Id | None = None
    filter: GroupInput
    order: Sorting = Field(default=Sorting.DUE, strict=False)


class SavedViewChange(Input):
    """What is absent stays."""

    name: Name | None = None
    audience: Audience | None = None
    team_id: Id | None = None
    filter: GroupInput | None = None
    order: Sorting | None = Field(default=None, strict=False)


@operation(router, "GET", "/filter-fields", out=FilterFieldList)
async def get_filter_fields(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """What can be asked of conversations and contacts."""
    fields = await load_fields_for(call.session, call.caller)
    words = {field.id: word for word, field in operator_fields(fields).items()}
    items = [
        FilterField(
            id=field.id,
            word=words.get(field.id, field.word),
            subject=field.subject,
            kind=field.kind,
            operators=list(field.operators),
            options=list(field.options),
            uses=sorted(field.uses),
            name=field.name,
            option_names=list(field.option_names),
        )
        for field in fields.values()
    ]
    return call.answer(FilterFieldList(items=items))


@operation(router, "POST", "/conversations/find", out=FoundConversations, name="findConversations")
async def post_find(given: ConversationQuery, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """A page of the conversations that a filter or saved view finds."""
    if (given.filter is None) == (given.view_id is None):
        raise Invalid("Please give either a filter or a saved view.", field="filter")
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    fields = await load_fields(call.session)
    if given.view_id is None:
        assert given.filter is not None
        await count_numbers(call.web, call.caller, values_asked(given.filter))
        filter = read_filter(given.filter, await load_fields_for(call.session, call.caller))
    else:
        filter = (await access_saved_view(call.session, call.caller, given.view_id)).filter
    items, following = await find_conversations(
        call.session,
        call.caller,
        filter=filter,
        fields=fields,
        order=given.order,
        now=call.now,
        after=given.after,
        limit=given.limit,
    )
    return call.answer(FoundConversations(items=items, next=following, position=position))


@operation(router, "POST", "/conversations/count", out=ViewCount, name="countConversations")
async def post_count(given: FilterInput, call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """How many conversations a filter finds, up to 999."""
    await count_numbers(call.web, call.caller, values_asked(given.filter))
    fields = await load_fields(call.session)
    filter = read_filter(given.filter, await load_fields_for(call.session, call.caller))
    count = await count_conversations(call.session, call.caller, filter=filter, fields=fields, now=call.now)
    return call.answer(count)


@operation(router, "GET", "/saved-views", out=SavedViewList)
async def get_saved_views(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """One's own, one's teams' and the workspace's."""
    views = await list_saved_views(call.session, call.caller)
    return call.answer(SavedViewList(items=[await _shown(call, view) for view in views]))


@operation(router, "GET", "/saved-views/counts", out=SavedViewCounts)
async def get_saved_view_counts(call: Call = calls(Permission.CONVERSATIONS_READ)) -> Response:
    """How many conversations each saved view finds, and how many the teams of whoever asks have."""
    position = await read_position(await call.session.raw(), call.caller.workspace_id)
    views = await list_saved_views(call.session, call.caller)
    fields = await load_fields(call.session)
    teams = await count_team_views(call.session, call.caller)
    counts = {view.id: await _count(call, view, fields) for view in views}
    return call.answer(SavedViewCounts(counts=counts, teams=teams, position=position))


@operation(router, "POST", "/saved-views", out=SavedView, status=201, name="createSavedView")
async def post_saved_view(
    given: SavedViewInput, call: Call = calls(Permission.CONVERSATIONS_CHANGE, is_repeatable=True)
) -> Response:
    """Keep a filter under a name."""
    view = SavedView(
        id=new_id(),
        name=given.name,
        audience=given.audience,
        team_id=given.team_id,
        filter=read_filter(given.filter, await load_fields_for(call.session, call.caller)),
        order=given.order,
    )
    await create_saved_view(call.session, caller=call.caller, view=view, now=call.now, new_id=new_id)
    return call.answer(await _shown(call, view), status=201)


@operation(router, "PATCH", "/saved-views/{view_id}", out=SavedView)
async def update_saved_view(
    view_id: UUID, given: SavedViewChange, call: Call = calls(Permission.CONVERSATIONS_CHANGE)
) -> Response:
    """Change it."""
    changed = {name: getattr(given, name) for name in given.model_fields_set}
    if not changed or any(value is None for name, value in changed.items() if name != "team_id"):
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    if given.filter is not None:
        changed["filter"] = read_filter(given.filter, await load_fields_for(call.session, call.caller))
    view = await change_saved_view(
        call.session,
        caller=call.caller,
        view_id=view_id,
        change=ViewChange(**changed),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await _shown(call, view))


@operation(router, "DELETE", "/saved-views/{view_id}", out=None, status=204, name="deleteSavedView")
async def remove_saved_view(view_id: UUID, call: Call = calls(Permission.CONVERSATIONS_CHANGE)) -> Response:
    """Forget it."""
    await delete_saved_view(call.session, caller=call.caller, view_id=view_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


async def _shown(call: Call, view: SavedView) -> SavedView:
    """One's own as one asked it; another's may name a number."""
    if view.audience == "own":
        return view
    return msgspec.structs.replace(view, filter=await shown_filter(call, view.filter))


async def shown_filter(call: Call, filter: Filter) -> Filter:
    """A colleague's filter as the caller may see it."""
    if call.caller.clearance.sees_addresses:
        return filter
    return masked_values(filter, await load_fields(call.session))


async def _count(call: Call, view: SavedView, fields: Fields) -> ViewCount:
    """A view that takes too long costs the others nothing."""
    try:
        async with savepoint(call.session):
            return await count_conversations(call.session, call.caller, filter=view.filter, fields=fields, now=call.now)
    except Invalid:
        return ViewCount(total=None, is_more=False, waiting=0)


def values_asked(given: GroupInput) -> list[str]:
    """The values of all its conditions."""
    found: list[str] = []
    for one in given.of:
        found += one.values if isinstance(one, ConditionInput) else values_asked(one)
    return found


def read_filter(given: GroupInput, fields: Fields, *, use: Use = Use.VIEWS) -> Filter:
    """What came in, as a filter that may be asked. Raises Invalid."""
    filter = msgspec.convert(given.model_dump(), Group)
    check_filter(filter, use=use, fields=fields)
    return filter
