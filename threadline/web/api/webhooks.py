"""Webhooks: which programs outside are told what happens here, what is on its way to them, and how each try went."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from threadline.actions.call_webhook import try_webhook
from threadline.actions.change_webhook import (
    WebhookChange,
    change_webhook,
    create_webhook,
    delete_webhook,
    restore_webhook,
    rotate_secret,
)
from threadline.actions.fill_dispatch import said_of
from threadline.actions.replay_dispatches import replay_dispatch, replay_failed
from threadline.core.errors import Invalid
from threadline.core.events import EventKind
from threadline.core.permission import Permission
from threadline.core.webhook import LONGEST_OVERLAP, LONGEST_URL, OFFERED, DispatchState
from threadline.infra.clock import new_id
from threadline.store.webhooks import (
    Dispatch,
    DispatchTry,
    Webhook,
    get_dispatch,
    get_webhook,
    list_dispatches,
    list_tries,
    list_webhooks,
    read_told,
)
from threadline.web.api.inputs import Input, Line, Name
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()

_Kind = Annotated[EventKind, Field(strict=False)]
_Url = Annotated[Line, Field(min_length=1, max_length=LONGEST_URL)]


class WebhookList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Webhook]
    offered_kinds: list[EventKind]
    """What a webhook can be told of, in the order in which people choose."""


class WebhookSecret(msgspec.Struct, frozen=True, kw_only=True):
    secret: str
    """Shown once: its receiver checks signatures with it."""
    webhook: Webhook


class DispatchPage(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Dispatch]
    next: UUID | None


class DispatchDetail(msgspec.Struct, frozen=True, kw_only=True):
    dispatch: Dispatch
    said: dict[str, Any]  # JSON: ids and states
    """The body of its requests, without the texts that some webhooks are told besides."""
    tries: list[DispatchTry]
    """The newest first."""


class ReplayedDispatches(msgspec.Struct, frozen=True, kw_only=True):
    count: int


class WebhookInput(Input):
    name: Name
    url: _Url
    kinds: Annotated[list[_Kind], Field(max_length=len(EventKind))]
    """None: it is told nothing by itself; rules may call it."""
    has_content: bool = False
    """Tell it the conversation and the message, too, not their ids alone."""
    is_on: bool = True


class WebhookUpdate(Input):
    name: Name | None = None
    url: _Url | None = None
    kinds: Annotated[list[_Kind], Field(max_length=len(EventKind))] | None = None
    has_content: bool | None = None
    is_on: bool | None = None


class SecretInput(Input):
    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP // timedelta(hours=1))] = 24
    """So long the secret before this one signs, too. Nought: it is over at once."""


@operation(router, "GET", "/webhooks", out=WebhookList)
async def get_webhooks(call: Call = calls(Permission.WEBHOOKS_MANAGE)) -> Response:
    """What there is, by name. Secrets are shown once only."""
    return call.answer(WebhookList(items=await list_webhooks(call.session), offered_kinds=list(OFFERED)))


@operation(router, "POST", "/webhooks", out=WebhookSecret, status=201, name="createWebhook")
async def post_webhook(
    given: WebhookInput,
    call: Call = calls(Permission.WEBHOOKS_MANAGE, needs_proof=True, is_repeatable=True, is_secret=True),
) -> Response:
    """Make a webhook: it is told what happens from now on."""
    webhook_id, secret = await create_webhook(
        call.session,
        call.web.keyring,
        caller=call.caller,
        change=WebhookChange(**given.model_dump()),
        may_call=call.web.http.may_call,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(WebhookSecret(secret=secret, webhook=await get_webhook(call.session, webhook_id)), status=201)


@operation(router, "PATCH", "/webhooks/{webhook_id}", out=Webhook)
async def update_webhook(
    webhook_id: UUID, given: WebhookUpdate, call: Call = calls(Permission.WEBHOOKS_MANAGE)
) -> Response:
    """Change it, or switch it. While it is off, what happens is not kept for it; what was on its way waits."""
    changed = given.model_dump(exclude_unset=True)
    if not changed or None in changed.values():
        raise Invalid("Please say what is to change.", field="name", reason="nothing_to_change")
    await change_webhook(
        call.session,
        caller=call.caller,
        webhook_id=webhook_id,
        change=WebhookChange(**changed),
        may_call=call.web.http.may_call,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_webhook(call.session, webhook_id))


@operation(router, "POST", "/webhooks/{webhook_id}/secret", out=WebhookSecret, name="rotateWebhookSecret")
async def post_secret(
    webhook_id: UUID,
    given: SecretInput,
    call: Call = calls(Permission.WEBHOOKS_MANAGE, needs_proof=True, is_repeatable=True, is_secret=True),
) -> Response:
    """A new secret. For a while both sign, so that no request is lost while the receiver is told."""
    secret = await rotate_secret(
        call.session,
        call.web.keyring,
        caller=call.caller,
        webhook_id=webhook_id,
        overlap=timedelta(hours=given.overlap_hours),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(WebhookSecret(secret=secret, webhook=await get_webhook(call.session, webhook_id)))


@operation(router, "DELETE", "/webhooks/{webhook_id}", out=None, status=204, name="deleteWebhook")
async def remove_webhook(webhook_id: UUID, call: Call = calls(Permission.WEBHOOKS_MANAGE)) -> Response:
    """Delete it. For a day it can come back."""
    await delete_webhook(call.session, caller=call.caller, webhook_id=webhook_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "POST", "/webhooks/{webhook_id}/restore", out=Webhook, name="restoreWebhook")
async def post_restore(
    webhook_id: UUID, call: Call = calls(Permission.WEBHOOKS_MANAGE, is_repeatable=True)
) -> Response:
    """Take a deletion back: with its secret, and with what waited for it."""
    await restore_webhook(call.session, caller=call.caller, webhook_id=webhook_id, now=call.now, new_id=new_id)
    return call.answer(await get_webhook(call.session, webhook_id))


@operation(router, "POST", "/webhooks/{webhook_id}/test", out=Dispatch, status=201, name="testWebhook")
async def post_test(webhook_id: UUID, call: Call = calls(Permission.WEBHOOKS_MANAGE, is_repeatable=True)) -> Response:
    """Send it a request that says nothing but that it is one, also while it is off. How it went is in the log."""
    dispatch_id = await try_webhook(
        call.session, caller=call.caller, webhook_id=webhook_id, now=call.now, new_id=new_id
    )
    return call.answer(await get_dispatch(call.session, dispatch_id), status=201)


@operation(router, "GET", "/webhooks/{webhook_id}/dispatches", out=DispatchPage, name="getWebhookDispatches")
async def get_dispatches(
    webhook_id: UUID,
    state: DispatchState | None = None,
    before: Annotated[UUID | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    call: Call = calls(Permission.WEBHOOKS_MANAGE),
) -> Response:
    """What it was told and is to be told, the newest first. Kept for thirty days."""
    await get_webhook(call.session, webhook_id)
    items = await list_dispatches(call.session, webhook_id, state=state, before=before, limit=limit)
    return call.answer(DispatchPage(items=items, next=items[-1].id if len(items) == limit else None))


@operation(router, "GET", "/webhook-dispatches/{dispatch_id}", out=DispatchDetail, name="getWebhookDispatch")
async def get_one_dispatch(dispatch_id: UUID, call: Call = calls(Permission.WEBHOOKS_MANAGE)) -> Response:
    """One of them with each try of it, and with the first of what was answered."""
    told = await read_told(call.session, dispatch_id)
    detail = DispatchDetail(
        dispatch=await get_dispatch(call.session, dispatch_id),
        said=dict(said_of(told, dispatch_id=dispatch_id, workspace_id=call.caller.workspace_id)),
        tries=await list_tries(call.session, dispatch_id),
    )
    return call.answer(detail)


@operation(router, "POST", "/webhook-dispatches/{dispatch_id}/replay", out=Dispatch, name="replayWebhookDispatch")
async def post_replay(
    dispatch_id: UUID, call: Call = calls(Permission.WEBHOOKS_MANAGE, is_repeatable=True)
) -> Response:
    """Tell it again, with the same id."""
    await replay_dispatch(call.session, dispatch_id=dispatch_id, now=call.now)
    return call.answer(await get_dispatch(call.session, dispatch_id))


@operation(
    router, "POST", "/webhooks/{webhook_id}/replay-failed", out=ReplayedDispatches, name="replayFailedWebhookDispatches"
)
async def post_replay_failed(
    webhook_id: UUID, call: Call = calls(Permission.WEBHOOKS_MANAGE, is_repeatable=True)
) -> Response:
    """Tell it everything again that failed for good, the oldest first."""
    return call.answer(ReplayedDispatches(count=await replay_failed(call.session, webhook_id=webhook_id, now=call.now)))
