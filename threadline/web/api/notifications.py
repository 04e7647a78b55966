"""What the one who is signed in was told."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.mark_notifications_read import mark_notifications_read
from threadline.core.notification_text import say
from threadline.infra.clock import new_id
from threadline.store.notifications import (
    NotificationPage,
    ShownNotification,
    access_notification,
    list_notifications,
)
from threadline.store.people import get_person
from threadline.web.api.inputs import Id, Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent, own_session

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


@operation(router, "GET", "/notifications/{notification_id}", out=ShownNotification)
async def get_notification(notification_id: UUID, call: Call = calls(None)) -> Response:
    """One, as a lock screen shows it: for the browser that was told its id."""
    agent_id = own_agent(call)
    found = await access_notification(call.session, call.caller, agent_id=agent_id, notification_id=notification_id)
    person = await get_person(call.session, own_session(call).person_id)
    return call.answer(
        ShownNotification(
            title=say(found.kind, locale=person.locale, name=found.contact_name.shown(call.caller.clearance)),
            body=found.text.shown(call.caller.clearance),
            conversation_id=found.conversation_id,
            is_read=found.is_read,
        )
    )


@operation(router, "POST", "/notifications/read", out=None, status=204)
async def read_notifications(given: ReadNotifications, call: Call = calls(None)) -> Response:
    """Mark them as read on every device."""
    await mark_notifications_read(
        call.session, caller=call.caller, agent_id=own_agent(call), ids=given.ids, now=call.now, new_id=new_id
    )
    return call.answer(status=204)
