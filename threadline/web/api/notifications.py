"""What the one who is signed in was told."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.mark_notifications_read import mark_notifications_read
from threadline.infra.clock import new_id
from threadline.store.notifications import NotificationPage, list_notifications
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent

router = APIRouter()


class ReadNotifications(Input):
    """Without ids: all of them."""

    ids: Annotated[list[Id], Field(max_length=200)] | None = None


@operation(router, "GET", "/notifications", out=NotificationPage)
async def get_notifications(
    after: str | None = None, limit: Annotated[int, Query(ge=1, le=100)] = 30, call: Call = calls(None)
) -> Response:
    """The newest first."""
    page = await list_notifications(call.session, call.caller, agent_id=own_agent(call), after=after, limit=limit)
    return call.answer(page)


@operation(router, "POST", "/notifications/read", out=None, status=204)
async def read_notifications(given: ReadNotifications, call: Call = calls(None)) -> Response:
    """Mark them as read on every device."""
    await mark_notifications_read(
        call.session, caller=call.caller, agent_id=own_agent(call), ids=given.ids, now=call.now, new_id=new_id
    )
    return call.answer(status=204)
