"""Transcripts: a conversation as something that leaves the house."""

from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from fastapi import APIRouter, Response
from pydantic import StringConstraints

from threadline.actions.make_transcript import make_transcript
from threadline.core.errors import Invalid
from threadline.core.permission import Permission
from threadline.infra.clock import new_id
from threadline.store.messages import Message
from threadline.web.api.inputs import Input, Line
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls

router = APIRouter()


class TranscriptInput(Input):
    purpose: Literal["text", "pdf"]
    """What it is taken for; the record of events keeps it."""
    with_notes: bool = False
    time_zone: Annotated[Line, StringConstraints(max_length=64)]
    """Whose clock the text shows, by its name: `Europe/Berlin`."""


class Transcript(msgspec.Struct, frozen=True, kw_only=True):
    messages: list[Message]
    """All of them, the oldest first: for a page that is printed."""
    text: str


@operation(router, "POST", "/conversations/{conversation_id}/transcript", out=Transcript, name="createTranscript")
async def post_transcript(
    conversation_id: UUID, given: TranscriptInput, call: Call = calls(Permission.CONVERSATIONS_READ)
) -> Response:
    """The whole conversation as text and as messages. That it was taken stands in the record."""
    made = await make_transcript(
        call.session,
        caller=call.caller,
        conversation_id=conversation_id,
        with_notes=given.with_notes,
        purpose=given.purpose,
        zone=_zone(given.time_zone),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(Transcript(messages=made.messages, text=made.text))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("This time zone is not known here.", field="time_zone", reason="time_zone_unknown") from None
