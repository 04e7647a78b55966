"""How everything stands now: what the live screen shows, for whoever asks instead of following."""

from fastapi import APIRouter, Response

from threadline.core.permission import Permission, check_may
from threadline.store.live import Live
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, json_response
from threadline.web.live import sight_of

router = APIRouter()


@operation(router, "GET", "/live", out=Live)
async def get_live(call: Call = calls(Permission.LIVE_READ)) -> Response:
    """Who waits, what presses and how each agent stands, a second old at most; `/api/live/feed` tells it anew."""
    check_may(call.caller, Permission.CONVERSATIONS_READ)
    return json_response(await call.web.readings.read(call.web.database, sight_of(call.caller)))
