"""Search over messages, contacts and conversations."""

from datetime import tzinfo
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from fastapi import APIRouter, Query, Response

from threadline.core.company import company_words
from threadline.core.errors import Invalid
from threadline.core.filter import Kind
from threadline.core.permission import Permission
from threadline.core.search_fields import operator_fields
from threadline.core.search_query import LONGEST_QUERY, SearchQuery, read_query
from threadline.core.search_text import parts_marked
from threadline.store.companies import search_companies
from threadline.store.conversations import Conversation
from threadline.store.filters import load_fields_for
from threadline.store.search import (
    ContactHit,
    MessageHits,
    TextPiece,
    search_contacts,
    search_conversations,
    search_messages,
)
from threadline.store.search_discussions import DiscussionHit, search_discussions
from threadline.store.search_filters import Filters, read_filters
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent
from threadline.web.guesses import count_numbers

router = APIRouter()

_Cursor = Annotated[str | None, Query(max_length=300)]


class SearchProblem(msgspec.Struct, frozen=True, kw_only=True):
    """An operator that was left out or finds nothing."""

    operator: str
    value: str
    reason: Literal["not_understood", "nothing_called_so"]


class CompanyHit(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: list[TextPiece]


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    messages: MessageHits | None
    """None: not asked for."""
    contacts: list[ContactHit]
    companies: list[CompanyHit]
    """Asked for with everything, or with contacts."""
    conversations: list[Conversation]
    discussions: list[DiscussionHit]
    """Of those that the one who asks is in. No operator speaks of them."""
    problems: list[SearchProblem]


@operation(router, "GET", "/search", out=SearchAnswer, name="search")
async def get_search(
    q: Annotated[str, Query(max_length=LONGEST_QUERY)],
    among: Annotated[Literal["all", "messages", "contacts", "conversations", "discussions"], Query()] = "all",
    zone: Annotated[str, Query(max_length=64)] = "UTC",
    after: _Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """What has these words, among what one may see. Days begin at midnight in `zone`; `after` pages messages."""
    wanted, filters = await read_search(call, q, zone=zone)
    session, caller = call.session, call.caller
    messages = contacts = companies = conversations = discussions = None
    if among in ("all", "messages") and not wanted.is_empty:
        messages = await search_messages(session, caller, wanted, filters, after=after, limit=limit)
    if among in ("all", "contacts"):
        contacts = await search_contacts(session, caller, wanted, filters, limit=limit)
        companies = await _search_companies(call, wanted, limit=limit)
    if among in ("all", "conversations"):
        conversations = await search_conversations(session, caller, wanted, filters, limit=limit)
    if among in ("all", "discussions") and call.open_session is not None and not wanted.has_operators:
        discussions = await search_discussions(session, caller, own_agent(call), wanted, limit=limit)
    return call.answer(
        SearchAnswer(
            messages=messages,
            contacts=contacts or [],
            companies=companies or [],
            conversations=conversations or [],
            discussions=discussions or [],
            problems=_problems(wanted, filters),
        )
    )


async def read_search(call: Call, q: str, *, zone: str) -> tuple[SearchQuery, Filters]:
    """What was typed, and what its operators name; a guessed number counts. Raises Invalid, TooManyRequests."""
    await count_numbers(call.web, call.caller, [q])
    local = _zone(zone)
    fields = await load_fields_for(call.session, call.caller)
    words = {word: field.kind is Kind.BOOLEAN for word, field in operator_fields(fields).items()}
    wanted = read_query(q, today=call.now.astimezone(local).date(), words=words)
    return wanted, await read_filters(call.session, call.caller, wanted, fields=fields, zone=local, now=call.now)


async def _search_companies(call: Call, wanted: SearchQuery, *, limit: int) -> list[CompanyHit]:
    """By words alone: no operator speaks of companies."""
    if wanted.has_operators:
        return []
    words = company_words(wanted.words)
    found = await search_companies(call.session, call.caller, wanted.words, limit=limit)
    return [
        CompanyHit(
            id=one.id,
            name=[TextPiece(text=piece.text, is_match=piece.is_match) for piece in parts_marked(one.name, words)],
        )
        for one in found
    ]


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("This time zone is not known here.", field="zone", reason="time_zone_unknown") from None


def _problems(wanted: SearchQuery, filters: Filters) -> list[SearchProblem]:
    empty = [(one.operator, one.value) for one in wanted.problems]
    left_out = [
        SearchProblem(operator=operator, value=value, reason="not_understood")
        for operator, value in (*empty, *filters.problems)
    ]
    unknown = [
        SearchProblem(operator=operator, value=value, reason="nothing_called_so") for operator, value in filters.unknown
    ]
    return left_out + unknown
