"""Whom a message may be sent on to: the latest, or whoever the words find."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from threadline.actions.find_targets import ForwardTarget, find_targets
from threadline.channels.registry import channel_type
from threadline.core.permission import Permission
from threadline.core.search_query import LONGEST_QUERY
from threadline.store.companies import search_companies
from threadline.store.conversations import Conversation, ListOrder, ListView, list_conversations
from threadline.store.search import search_conversations
from threadline.web.api.routes import operation
from threadline.web.api.search import read_search
from threadline.web.deps import Call, calls

router = APIRouter()

_MOST_COMPANIES = 20


class ForwardTargets(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ForwardTarget]
    is_more: bool
    """There are older ones: more letters find them."""


@operation(router, "GET", "/forward-targets", out=ForwardTargets, name="findForwardTargets")
async def get_forward_targets(
    q: Annotated[str, Query(max_length=LONGEST_QUERY)] = "",
    zone: Annotated[str, Query(max_length=64)] = "UTC",
    limit: Annotated[int, Query(ge=1, le=50)] = 30,
    call: Call = calls(Permission.MESSAGES_SEND),
) -> Response:
    """Conversations to send a message on to, the latest first; `q` as in the search, and whoever is in a company."""
    found = await _find(call, q, zone=zone, limit=limit + 1)
    items = await find_targets(
        call.session, caller=call.caller, conversations=found[:limit], now=call.now, find_type=channel_type
    )
    return call.answer(ForwardTargets(items=items, is_more=len(found) > limit))


async def _find(call: Call, q: str, *, zone: str, limit: int) -> list[Conversation]:
    session, caller = call.session, call.caller
    if not q.strip():
        found, _ = await list_conversations(
            session, caller, view=ListView.ALL, order=ListOrder.NEWEST, channel_id=None, after=None, limit=limit
        )
        return found
    wanted, filters = await read_search(call, q, zone=zone)
    companies = (
        [] if wanted.has_operators else await search_companies(session, caller, wanted.words, limit=_MOST_COMPANIES)
    )
    return await search_conversations(
        session, caller, wanted, filters, limit=limit, company_ids=[one.id for one in companies]
    )
