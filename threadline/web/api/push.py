"""Browsers in which the one who is signed in wants to be reached while the desk is closed."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import StringConstraints

from threadline.actions.subscribe_to_push import subscribe_to_push, unsubscribe_from_push
from threadline.core.errors import Invalid
from threadline.core.http import HttpUnreachable
from threadline.infra.clock import new_id
from threadline.infra.web_push import Subscriber
from threadline.store.push import find_public_push_key
from threadline.web.api.inputs import Input
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, own_agent, own_session

router = APIRouter()

_Url = Annotated[str, StringConstraints(min_length=8, max_length=2_000)]
_Key = Annotated[str, StringConstraints(min_length=16, max_length=200)]


class ReachWays(msgspec.Struct, frozen=True, kw_only=True):
    """What this installation can reach agents by, outside the desk."""

    public_key: str | None
    """What a browser subscribes to; None: this installation has none yet."""
    sends_email: bool


class PushSubscription(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID


class PushSubscriptionInput(Input):
    """As the browser gives it; the keys in base64url."""

    endpoint: _Url
    p256dh: _Key
    auth: _Key


@operation(router, "GET", "/reach-ways", out=ReachWays)
async def get_reach_ways(call: Call = calls(None)) -> Response:
    """The key to subscribe to, and whether letters go out."""
    own_session(call)
    public_key = await find_public_push_key(call.session)
    return call.answer(ReachWays(public_key=public_key, sends_email=call.web.settings.smtp_url is not None))


@operation(router, "POST", "/push-subscriptions", out=PushSubscription, status=201)
async def create_push_subscription(given: PushSubscriptionInput, call: Call = calls(None)) -> Response:
    """Be reached in this browser, until it is ended here or the session is."""
    open_session = own_session(call)
    try:
        call.web.http.check_url(given.endpoint)
    except HttpUnreachable:
        raise Invalid("This address cannot be asked from here.", field="endpoint", reason="push_address") from None
    subscriber = Subscriber(endpoint=given.endpoint, p256dh=given.p256dh, auth=given.auth)
    subscription_id = await subscribe_to_push(
        call.session, agent_id=own_agent(call), session_id=open_session.id, subscriber=subscriber, new_id=new_id
    )
    return call.answer(PushSubscription(id=subscription_id), status=201)


@operation(router, "DELETE", "/push-subscriptions/{subscription_id}", out=None, status=204)
async def delete_push_subscription(subscription_id: UUID, call: Call = calls(None)) -> Response:
    """Be reached there no more."""
    await unsubscribe_from_push(call.session, agent_id=own_agent(call), subscription_id=subscription_id)
    return call.answer(status=204)
