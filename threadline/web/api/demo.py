"""The demo: how much of it is here, and taking it away."""

import msgspec
from fastapi import APIRouter, Response

from threadline.actions.remove_demo import remove_demo
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.demo import count_demo
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class Demo(msgspec.Struct, frozen=True, kw_only=True):
    conversations: int
    """0: it is not here, or not any more."""


@operation(router, "GET", "/demo", out=Demo)
async def get_demo(call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """How much of it is here."""
    return call.answer(Demo(conversations=await count_demo(call.session)))


@operation(router, "DELETE", "/demo", out=None, status=204)
async def delete_demo(call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Take it away for good."""
    await remove_demo(call.session, caller=call.caller, now=call.now, new_id=new_id)
    return call.answer(status=204)
