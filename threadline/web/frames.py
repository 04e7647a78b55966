"""The frames of the feed socket, both ways. They enter the OpenAPI document beside the answers."""

from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.events import EventKind
from threadline.store.agents import Agent
from threadline.store.contacts import Contact
from threadline.store.conversations import Conversation
from threadline.store.files import File
from threadline.store.live import Live
from threadline.store.messages import Message
from threadline.web.channel_views import Channel


class Resume(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="resume"):
    """The first frame of a client: the number it has seen last."""

    position: int


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="ping"):
    pass


class FeedEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened, in ids and states; what it touched lies beside it as it is now."""

    seq: int
    kind: EventKind
    at: datetime
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    contact_id: UUID | None = None
    channel_id: UUID | None = None
    agent_id: UUID | None = None
    actor_id: UUID | None = None
    data: dict[str, str | int | bool | None] = {}
    is_hidden: bool = False
    """The conversation has left the sight of the one who reads this: forget it."""


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events after a number, with everything they touched as it is now."""

    position: int
    events: list[FeedEvent]
    conversations: list[Conversation]
    messages: list[Message]
    contacts: list[Contact]
    channels: list[Channel]
    agents: list[Agent]
    files: list[File]


class Hello(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="hello"):
    """The feed goes on from here."""

    position: int


class Changes(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="changes"):
    position: int
    events: list[FeedEvent]
    conversations: list[Conversation]
    messages: list[Message]
    contacts: list[Contact]
    channels: list[Channel]
    agents: list[Agent]
    files: list[File]


class Resync(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="resync"):
    """Too far behind, or the rights have changed: fetch afresh and resume from there."""


class Pong(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="pong"):
    pass


class SignedOut(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="signed_out"):
    pass


class PresentAgent(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: UUID
    is_typing: bool


class PresenceFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="presence"):
    """Who has a conversation before them now, all of them. No part of the feed: nothing is missed by missing it."""

    conversation_id: UUID
    people: list[PresentAgent]


class LiveFrame(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="live"):
    """How everything stands now. Nothing is missed by missing one: each says all."""

    live: Live


ClientFrame = Resume | Ping
ServerFrame = Hello | Changes | Resync | Pong | SignedOut | PresenceFrame
LiveServerFrame = LiveFrame | Pong | SignedOut | Resync
"""What `/api/live/feed` says. After `resync` the rights are others; the next `live` goes by them."""
