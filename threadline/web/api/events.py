"""The feed by request: for programs, and for screens that no socket reaches."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from threadline.core.permission import Permission
from threadline.store.events import read_events, read_position
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, json_response
from threadline.web.feed import Sight, cut_page, encode_page, load_batch
from threadline.web.frames import EventPage

router = APIRouter()


@operation(router, "GET", "/events", out=EventPage)
async def get_events(
    after: Annotated[int, Query(ge=0, le=2**62)],
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    call: Call = calls(Permission.CONVERSATIONS_READ),
) -> Response:
    """What happened after a number, with everything it touched as it is now."""
    connection = await call.session.raw()
    position = await read_position(connection, call.caller.workspace_id)
    sight = Sight(call.caller.visibility, call.caller.permissions, call.caller.agent_id)
    events = await read_events(
        connection,
        workspace_id=call.caller.workspace_id,
        after_seq=after,
        limit=limit,
    )
    if not events:
        return json_response(encode_page([], None, sight, kind=msgspec.UNSET, position=max(after, position)))
    batch = await load_batch(call.session, workspace_id=call.caller.workspace_id, events=events, sights=[sight])
    page = cut_page(batch, sight, kind=msgspec.UNSET)
    return json_response(page or encode_page([], None, sight, kind=msgspec.UNSET, position=batch.position))
