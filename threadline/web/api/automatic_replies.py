"""Greetings and away messages: what is said where, and what somebody would read who wrote at a moment."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import Field

from threadline.actions.change_automatic_replies import remove_automatic_reply, set_automatic_reply
from threadline.actions.preview_automatic_reply import AutomaticPreview, preview_automatic_reply
from threadline.core.automatic_reply import LONGEST_PROMISE_MIN, AutomaticReply, Place, ReplyKind
from threadline.core.permission import Permission
from threadline.core.saved_reply import Wording
from threadline.infra.clock import new_id
from threadline.store.automatic_replies import KeptReply, list_automatic_replies
from threadline.web.api.inputs import Id, Input, Locale, Moment, Paragraphs
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class AutomaticReplyList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[KeptReply]
    """The workspace's own first. A conversation goes by those of its team, else of its channel, else by these."""


_Language = Locale | Annotated[str, Field(max_length=0)]


class AutomaticWording(Input):
    language: _Language
    """Empty: nobody said which it is."""
    text: Paragraphs


class AutomaticReplyInput(Input):
    kind: Annotated[ReplyKind, Field(strict=False)]
    channel_id: Id | None = None
    team_id: Id | None = None
    """Neither: the whole workspace."""
    is_on: bool = True
    wordings: Annotated[list[AutomaticWording], Field(max_length=50)]
    """The first is for whoever speaks none of these languages."""
    expected_min: Annotated[int, Field(ge=0, le=LONGEST_PROMISE_MIN)] = 0
    """Within so many minutes somebody usually answers. Nought: nobody says."""


class PreviewInput(Input):
    channel_id: Id
    team_id: Id | None = None
    at: Moment | None = None
    """Null: now."""
    language: _Language = ""
    """The customer's."""
    is_first: bool = True
    """It is the first message of a conversation."""


@operation(router, "GET", "/automatic-replies", out=AutomaticReplyList)
async def get_automatic_replies(call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """What there is, also what is off. When it is said, and when rather not, is among the workspace's settings."""
    sees = call.caller.visibility.has_channel
    items = [
        one for one in await list_automatic_replies(call.session) if one.channel_id is None or sees(one.channel_id)
    ]
    return call.answer(AutomaticReplyList(items=items))


@operation(router, "PUT", "/automatic-replies", out=KeptReply, name="setAutomaticReply")
async def put_automatic_reply(given: AutomaticReplyInput, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Say what is said in this place, in the place of what was there."""
    reply = AutomaticReply(
        is_on=given.is_on,
        wordings=tuple(Wording(language=one.language, text=one.text) for one in given.wordings),
        expected_min=given.expected_min,
    )
    kept = await set_automatic_reply(
        call.session,
        caller=call.caller,
        kind=given.kind,
        place=Place(given.channel_id, given.team_id),
        reply=reply,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(kept)


@operation(
    router, "DELETE", "/automatic-replies/{automatic_reply_id}", out=None, status=204, name="deleteAutomaticReply"
)
async def delete_automatic_reply(automatic_reply_id: UUID, call: Call = calls(Permission.WORKSPACE_CHANGE)) -> Response:
    """Its place goes by the next one: a team by its channels, a channel by the workspace."""
    await remove_automatic_reply(
        call.session, caller=call.caller, reply_id=automatic_reply_id, now=call.now, new_id=new_id
    )
    return call.answer(status=204)


@operation(router, "POST", "/automatic-replies/preview", out=AutomaticPreview, name="previewAutomaticReply")
async def preview(given: PreviewInput, call: Call = calls(Permission.WORKSPACE_READ)) -> Response:
    """What a customer would read of whom nothing else is known. Sends nothing."""
    shown = await preview_automatic_reply(
        call.session,
        caller=call.caller,
        channel_id=given.channel_id,
        team_id=given.team_id,
        language=given.language,
        is_first=given.is_first,
        at=given.at or call.now,
    )
    return call.answer(shown)
