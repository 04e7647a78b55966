"""Make a transcript of a conversation. It leaves the house, so the record tells who took it, when and with what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller
from threadline.core.personal import Clearance, mask_content
from threadline.core.transcript import Entry, transcript_text
from threadline.store.agents import load_agents
from threadline.store.conversations import access_conversation, access_conversation_keys
from threadline.store.messages import Message, files_of, list_messages, said
from threadline.store.session import Session

_PAGE = 1_000
_OTHERS = {"flow": "Flow", "system": "Automatic", "phone_app": "Phone app"}


@dataclass(frozen=True, slots=True)
class Transcript:
    messages: list[Message]
    """Without what the desk did; without notes unless they were asked for."""
    text: str


async def make_transcript(
    session: Session,
    *,
    caller: Caller,
    conversation_id: UUID,
    with_notes: bool,
    purpose: Literal["text", "pdf"],
    zone: ZoneInfo,
    now: datetime,
    new_id: NewId,
) -> Transcript:
    """Raises NotFound."""
    keys = await access_conversation_keys(session, caller, conversation_id)
    conversation = await access_conversation(session, caller, conversation_id)
    wanted = {"incoming", "outgoing", "note"} if with_notes else {"incoming", "outgoing"}
    pages: list[list[Message]] = []
    before: str | None = None
    while True:
        page, before = await list_messages(
            session,
            conversation_id=keys.id,
            first_message_id=keys.first_message_id,
            last_message_id=keys.last_message_id,
            before=before,
            limit=_PAGE,
        )
        pages.append([message for message in page if message.direction in wanted])
        if before is None:
            break
    messages = [message for page in reversed(pages) for message in page]
    author_ids = {one.author.id for one in messages if one.author.id is not None}
    agents = await load_agents(await session.raw(), workspace_id=caller.workspace_id, agent_ids=sorted(author_ids))
    names = {agent.id: agent.name for agent in agents}
    contact_name = conversation.contact.name.shown(caller.clearance)
    entries = [_entry(message, contact_name, names, caller.clearance) for message in messages]
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.TRANSCRIPT_MADE,
            at=now,
            conversation_id=keys.id,
            contact_id=keys.contact_id,
            channel_id=keys.channel_id,
            actor_id=caller.actor_id,
            data={"purpose": purpose, "with_notes": with_notes, "count": len(messages)},
        )
    )
    return Transcript(messages, transcript_text(contact_name, entries, zone))


def _entry(message: Message, contact_name: str, names: dict[UUID, str], clearance: Clearance) -> Entry:
    author = message.author
    name = contact_name if author.kind == "contact" else names.get(author.id, "") if author.id else ""
    return Entry(
        at=message.at,
        direction=cast("Literal['incoming', 'outgoing', 'note']", message.direction),
        name=name or _OTHERS.get(author.kind, ""),
        content=mask_content(said(message).whole, clearance),
        file_name=next((file.name for file in files_of(message).values()), ""),
        is_deleted=message.deleted_at is not None,
    )
