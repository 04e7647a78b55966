"""The practice phone: requests of our own screens, handed on to the simulator that a practice channel talks to.

Only for channels that are for practice, only to the simulator this server started, and only what people of the
workspace may see. The simulator's token stays here.
"""

import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathParameter

from threadline.core.errors import Conflict, NotFound, Unavailable
from threadline.core.http import HttpBroken, HttpTimeout, HttpUnreachable
from threadline.core.permission import Permission, check_may
from threadline.store.channels import ChannelRow, access_channel
from threadline.web.api.routes import operation
from threadline.web.asgi import query_pairs
from threadline.web.context import WebContext
from threadline.web.deps import opened

router = APIRouter()

_ANSWER_BYTES: Final = 100 * 1024 * 1024
_WAIT_S: Final = 65.0
_PATH: Final = re.compile(r"[A-Za-z0-9_\-./+]{1,300}")
_SHOWN: Final = re.compile(r"(application/json|image/(png|jpeg|gif|webp)|(audio|video)/[a-z0-9.+-]+)(;.*)?")

_Rest = Annotated[str, PathParameter(max_length=300)]


@operation(router, "GET", "/practice/{channel_id}", out=None)
async def get_practice(channel_id: UUID, request: Request) -> Response:
    """The phone of a practice channel: its customers."""
    return await _relay(request, channel_id, "")


@operation(router, "GET", "/practice/{channel_id}/{rest:path}", out=None)
async def get_practice_part(channel_id: UUID, rest: _Rest, request: Request) -> Response:
    """A part of the phone: changes of a conversation (waited for), a file."""
    return await _relay(request, channel_id, rest)


@operation(router, "POST", "/practice/{channel_id}/{rest:path}", out=None)
async def post_practice_part(channel_id: UUID, rest: _Rest, request: Request) -> Response:
    """Act as a customer."""
    return await _relay(request, channel_id, rest)


async def _relay(request: Request, channel_id: UUID, rest: str) -> Response:
    async with opened(request) as call:
        check_may(call.caller, Permission.PRACTICE_USE)
        row = await access_channel(call.session, call.caller, channel_id)
        web = call.web
    if not row.is_practice:
        raise NotFound("This channel has no practice phone.", reason="no_practice_phone")
    if rest and (not _PATH.fullmatch(rest) or ".." in rest):
        raise NotFound("The phone does not know this.", reason="phone_does_not_know")
    prefix = f"/_phone/{row.address}"
    query = urlencode(query_pairs(request.scope))
    url = f"{_simulator(web, row)}{prefix}{'/' + rest if rest else ''}{'?' + query if query else ''}"
    body = await request.body()
    try:
        answer = await web.http.request(
            request.method,
            url,
            headers={"authorization": f"Bearer {_control_token(web, row)}", "content-type": "application/json"},
            json_body=body or None,
            timeout_s=_WAIT_S,
            limit_bytes=_ANSWER_BYTES,
        )
    except (HttpUnreachable, HttpTimeout, HttpBroken) as error:
        raise Unavailable(
            "The practice phone does not answer. It starts again by itself in a moment.", reason="practice_silent"
        ) from error
    kind = answer.headers.get("content-type", "")
    if not _SHOWN.fullmatch(kind):
        kind = "application/octet-stream"
    content = answer.body
    if kind.startswith("application/json"):
        content = content.replace(f'"{prefix}/'.encode(), f'"/api/practice/{channel_id}/'.encode())
    return Response(content=content, status_code=answer.status, media_type=kind)


def _simulator(web: WebContext, row: ChannelRow) -> str:
    url = web.settings.simulator_url(row.type)
    if url is None:
        raise Conflict("The practice phone is not running here.", reason="practice_not_running")
    return url.rstrip("/")


def _control_token(web: WebContext, row: ChannelRow) -> str:
    """Written by the simulator for its owner's eyes when it first started."""
    file: Path = web.settings.data_dir / "simulator" / f"{row.type}.token"
    try:
        return file.read_text().strip()
    except OSError:
        raise Conflict("The practice phone is not running here.", reason="practice_not_running") from None
