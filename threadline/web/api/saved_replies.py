"""Saved replies: one's own, one's teams' and the workspace's, and filled for a conversation."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field

from threadline.actions.change_saved_reply import (
    ReplyChange,
    change_saved_reply,
    create_saved_reply,
    delete_saved_reply,
)
from threadline.actions.use_saved_reply import FilledReply, fill_saved_replies, note_saved_reply_use
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.core.saved_reply import VariedWording
from threadline.infra.clock import new_id
from threadline.store.saved_replies import SavedReply, list_saved_replies
from threadline.web.api.inputs import Id, Input, Line, Locale, Name, Paragraphs
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


def _lower(text: str) -> str:
    return text.lower()


_Shortcut = Annotated[Line, AfterValidator(_lower)]


class SavedReplyList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[SavedReply]


class FilledReplyList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[FilledReply]


_MOST = 50
"""Of wordings, variants and files in one request; core/saved_reply.py knows how many there may be."""
_Language = Locale | Annotated[str, Field(max_length=0)]


_Variants = Annotated[list[Paragraphs], Field(max_length=_MOST)]


class WordingInput(Input):
    language: Locale
    text: Paragraphs
    variants: _Variants = Field(default_factory=list[str])
    """The same said otherwise. A customer gets none twice before they got all."""


class SavedReplyInput(Input):
    title: Name
    text: Paragraphs
    variants: _Variants = Field(default_factory=list[str])
    """The same said otherwise, in the same language. A customer gets none twice before they got all."""
    language: _Language = ""
    """Of `text`, where the reply says the same in other languages."""
    wordings: list[WordingInput] = Field(default_factory=list[WordingInput], max_length=_MOST)
    file_ids: list[Id] = Field(default_factory=list[UUID], max_length=_MOST)
    """Uploaded without a channel."""
    shortcut: _Shortcut = ""
    channel_id: Id | None = None
    is_shared: bool = False
    """True: the workspace's, or the team's. One's own stays one's own."""
    team_id: Id | None = None


class SavedReplyChange(Input):
    """What is absent stays; `channel_id` null offers it on every channel, `team_id` null to everybody."""

    title: Name | None = None
    text: Paragraphs | None = None
    variants: _Variants | None = None
    """All of them, in their order."""
    shortcut: _Shortcut | None = None
    channel_id: Id | None = None
    team_id: Id | None = None
    language: _Language | None = None
    wordings: list[WordingInput] | None = Field(default=None, max_length=_MOST)
    """All of them."""
    file_ids: list[Id] | None = Field(default=None, max_length=_MOST)
    """All of them, in their order."""


@operation(router, "GET", "/saved-replies", out=SavedReplyList)
async def get_saved_replies(call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """One's own, one's teams' and the workspace's, as they were written; to who manages them those of all teams."""
    return call.answer(SavedReplyList(items=await list_saved_replies(call.session, call.caller)))


@operation(router, "POST", "/saved-replies", out=SavedReply, status=201, name="createSavedReply")
async def post_saved_reply(
    given: SavedReplyInput, call: Call = calls(Permission.MESSAGES_SEND, is_repeatable=True)
) -> Response:
    """Keep a text for later."""
    reply = SavedReply(
        id=new_id(),
        is_shared=given.is_shared,
        channel_id=given.channel_id,
        title=given.title,
        shortcut=given.shortcut,
        text=given.text,
        variants=given.variants,
        team_id=given.team_id,
        language=given.language,
        wordings=_wordings(given.wordings),
        files=[],
    )
    reply = await create_saved_reply(
        call.session, caller=call.caller, reply=reply, file_ids=given.file_ids, now=call.now, new_id=new_id
    )
    return call.answer(reply, status=201)


@operation(router, "PATCH", "/saved-replies/{reply_id}", out=SavedReply)
async def update_saved_reply(
    reply_id: UUID, given: SavedReplyChange, call: Call = calls(Permission.MESSAGES_SEND)
) -> Response:
    """Change it."""
    changed = {name: getattr(given, name) for name in given.model_fields_set}
    if not changed or any(value is None for name, value in changed.items() if name not in ("channel_id", "team_id")):
        raise Invalid("Please say what is to change.", reason="nothing_to_change")
    file_ids = changed.pop("file_ids", None)
    if given.wordings is not None:
        changed["wordings"] = _wordings(given.wordings)
    reply = await change_saved_reply(
        call.session,
        caller=call.caller,
        reply_id=reply_id,
        change=ReplyChange(**changed),
        file_ids=file_ids,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(reply)


@operation(router, "DELETE", "/saved-replies/{reply_id}", out=None, status=204, name="deleteSavedReply")
async def remove_saved_reply(reply_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Forget it."""
    await delete_saved_reply(call.session, caller=call.caller, reply_id=reply_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "POST", "/saved-replies/{reply_id}/uses", out=None, status=204, name="noteSavedReplyUse")
async def post_saved_reply_use(reply_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """Tell that it was put into an answer: what is used lately is offered first."""
    await note_saved_reply_use(call.session, caller=call.caller, reply_id=reply_id, now=call.now)
    return call.answer(status=204)


@operation(router, "GET", "/conversations/{conversation_id}/saved-replies", out=FilledReplyList)
async def get_filled_replies(conversation_id: UUID, call: Call = calls(Permission.MESSAGES_SEND)) -> Response:
    """The replies for this conversation, filled with its values, in its language first, the most used first."""
    items = await fill_saved_replies(call.session, caller=call.caller, conversation_id=conversation_id, now=call.now)
    return call.answer(FilledReplyList(items=items))


def _wordings(given: list[WordingInput]) -> list[VariedWording]:
    return [VariedWording(language=one.language, text=one.text, variants=one.variants) for one in given]
