"""The feed as each kind of reader sees it: events with what they touched, loaded once, cut per sight (S5, S34)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.errors import NotFound
from threadline.core.events import Event, EventKind
from threadline.core.permission import Caller, Permission, Visibility, clearance_of
from threadline.core.personal import Clearance
from threadline.store.agents import load_agents
from threadline.store.channels import load_channels
from threadline.store.connection import Connection
from threadline.store.contacts import access_contact
from threadline.store.conversations import Conversation, load_conversations, load_handlings
from threadline.store.events import NumberedEvent
from threadline.store.files import load_files
from threadline.store.followers import invited_to
from threadline.store.messages import Message, load_messages
from threadline.store.session import Session
from threadline.web.channel_views import show_channel
from threadline.web.encoding import encode_for_nobody, encoder_of
from threadline.web.frames import FeedEvent

_IN_CONVERSATIONS: Final = frozenset(
    {
        EventKind.CONVERSATION_STARTED,
        EventKind.CONVERSATION_CHANGED,
        EventKind.MESSAGE_RECEIVED,
        EventKind.MESSAGE_QUEUED,
        EventKind.MESSAGE_STATUS_CHANGED,
        EventKind.MESSAGE_EDITED,
        EventKind.MESSAGE_DELETED,
        EventKind.NOTE_ADDED,
        EventKind.SPOKEN_TEXT_CHANGED,
        EventKind.SCHEDULED_CHANGED,
        EventKind.REACTION_CHANGED,
        EventKind.TASK_CHANGED,
        EventKind.FILE_CHANGED,
        EventKind.ANSWER_DECIDED,
        EventKind.DEADLINES_CHANGED,
        EventKind.DEADLINE_REACHED,
        EventKind.RULE_RUN,
    }
)
_PERSONAL: Final = frozenset(
    {
        EventKind.CONVERSATION_READ,
        EventKind.PINS_CHANGED,
        EventKind.PREFERENCES_CHANGED,
        EventKind.NOTIFICATIONS_CHANGED,
        EventKind.PREFERENCES_CHANGED,
        EventKind.NOTIFICATIONS_CHANGED,
        EventKind.DRAFT_CHANGED,
        EventKind.MENTIONS_CHANGED,
        EventKind.DISCUSSION_CHANGED,
        EventKind.REVIEW_CHANGED,
    }
)
"""Told to nobody but the agent whose they are."""
_OF_CHANNELS: Final = frozenset(
    {EventKind.CHANNEL_CHANGED, EventKind.CHANNEL_CONNECTED, EventKind.CHANNEL_DISCONNECTED}
)
_OF_LABELS: Final = frozenset({EventKind.LABEL_CREATED, EventKind.LABEL_CHANGED, EventKind.LABEL_DELETED})
_OF_LISTS: Final = frozenset(
    {
        EventKind.FIELD_CHANGED,
        EventKind.SAVED_VIEW_CHANGED,
        EventKind.COMPANY_CHANGED,
        EventKind.MACRO_CHANGED,
        EventKind.ROTA_CHANGED,
    }
)
"""They name a thing by its id; what it is, the API tells to whoever may see it. Companies, saved views, macros and who
is off not everybody sees: who may not is told that there is news, and of nothing."""
_OF_AGENTS: Final = frozenset(
    {
        EventKind.AGENT_CHANGED,
        EventKind.AVAILABILITY_CHANGED,
        EventKind.ROLE_CHANGED,
        EventKind.ROUTING_CHANGED,
        EventKind.SHIFT_FINISHED,
        EventKind.DAY_FULL,
    }
)
_OF_TEAMS: Final = frozenset({EventKind.TEAM_CREATED, EventKind.TEAM_CHANGED, EventKind.TEAM_DELETED})
_OF_THE_WORKSPACE: Final = frozenset(
    {
        EventKind.WORKSPACE_CHANGED,
        EventKind.CALENDAR_CHANGED,
        EventKind.SENDING_PAUSED,
        EventKind.SENDING_RESUMED,
        EventKind.DEMO_REMOVED,
    }
)


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything a frame depends on but its events: sockets with the same sight get the same bytes."""

    visibility: Visibility
    permissions: frozenset[Permission]
    agent_id: UUID | None = None
    """Set only where a frame carries what belongs to one agent."""

    @property
    def clearance(self) -> Clearance:
        return clearance_of(self.permissions)


Rows = dict[UUID, msgspec.Raw]


@dataclass(slots=True)
class Batch:
    """Events in order with the rows they touched, each encoded once."""

    events: list[NumberedEvent]
    readers: frozenset[UUID]
    """Agents with events of their own among these."""
    sights: dict[UUID, tuple[UUID, UUID | None, UUID | None]]
    """Conversation → its channel, assignee and team: what decides who sees it."""
    conversations: dict[Clearance, Rows]
    """As each clearance among the readers shows them; there are few, however many read."""
    messages: dict[Clearance, Rows]
    channels: Rows
    agents: Rows
    files: Rows
    invited: dict[UUID, frozenset[UUID]]
    """Conversation → who sees it by a colleague's word; read only for those who do not see everything."""
    contacts: dict[tuple[Visibility, Clearance, UUID], msgspec.Raw] = field(
        default_factory=dict[tuple[Visibility, Clearance, UUID], msgspec.Raw]
    )

    @property
    def position(self) -> int:
        return self.events[-1].seq


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """As `Changes` and `EventPage`, with rows that are encoded already."""

    kind: str | msgspec.UnsetType
    position: int
    events: list[FeedEvent]
    conversations: list[msgspec.Raw]
    messages: list[msgspec.Raw]
    contacts: list[msgspec.Raw]
    channels: list[msgspec.Raw]
    agents: list[msgspec.Raw]
    files: list[msgspec.Raw]


async def load_batch(
    session: Session, *, workspace_id: UUID, events: list[NumberedEvent], sights: Iterable[Sight]
) -> Batch:
    """A handful of statements for any number of events. The rows are at least as new as the events."""
    connection = await session.raw()
    plain = [numbered.event for numbered in events]
    conversation_ids = {_of_conversation(event) for event in plain} - {None}
    conversations = await load_conversations(
        connection, workspace_id=workspace_id, conversation_ids=_ids(conversation_ids)
    )
    message_ids = _ids({event.message_id for event in plain if event.kind in _IN_CONVERSATIONS})
    messages = await load_messages(connection, workspace_id=workspace_id, message_ids=message_ids)
    batch = Batch(
        events=events,
        readers=frozenset(event.agent_id for event in plain if event.kind in _PERSONAL and event.agent_id is not None),
        sights={one.id: (one.channel_id, one.assignee_id, one.team_id) for one in conversations},
        conversations=_by_clearance(conversations, sights),
        messages=_by_clearance(messages, sights),
        channels=await _load_channels(connection, workspace_id, plain),
        agents=await _load_agents(connection, workspace_id, plain),
        files=await _load_files(connection, workspace_id, plain),
        invited=await _load_invited(connection, workspace_id, [one.id for one in conversations], sights),
    )
    contact_ids = {event.contact_id for event in plain if event.kind is EventKind.CONTACT_CHANGED} - {None}
    if contact_ids:
        await _add_contacts(session, batch, workspace_id, _ids(contact_ids), sights)
    return batch


@dataclass(frozen=True, slots=True)
class Place:
    """What decides who sees a conversation."""

    channel_id: UUID
    assignee_id: UUID | None
    team_id: UUID | None
    invited_ids: frozenset[UUID]

    def is_seen_by(self, visibility: Visibility) -> bool:
        return visibility.shows(
            channel_id=self.channel_id,
            assignee_id=self.assignee_id,
            team_id=self.team_id,
            invited_ids=self.invited_ids,
        )


async def load_sights(session: Session, *, workspace_id: UUID, conversation_ids: list[UUID]) -> dict[UUID, Place]:
    """For frames that are no events. Two statements for any number of conversations."""
    connection = await session.raw()
    handlings = await load_handlings(connection, workspace_id=workspace_id, conversation_ids=conversation_ids)
    invited = await invited_to(connection, workspace_id, conversation_ids)
    return {id: Place(*handling, invited.get(id, frozenset())) for id, handling in handlings.items()}


def cut_page(batch: Batch, sight: Sight, *, kind: str | msgspec.UnsetType) -> bytes | None:
    """What this sight may see of a batch, encoded; None if that is nothing."""
    events = [shown for one in batch.events if (shown := _shown(one, batch, sight)) is not None]
    if not events:
        return None
    return encode_page(events, batch, sight, kind=kind, position=batch.position)


def encode_page(
    events: Sequence[FeedEvent], batch: Batch | None, sight: Sight, *, kind: str | msgspec.UnsetType, position: int
) -> bytes:
    open_events = [event for event in events if not event.is_hidden]
    page = Page(
        kind=kind,
        position=position,
        events=list(events),
        conversations=_rows(
            batch.conversations[sight.clearance] if batch else {}, (event.conversation_id for event in open_events)
        ),
        messages=_rows(batch.messages[sight.clearance] if batch else {}, (event.message_id for event in open_events)),
        contacts=_contacts(batch, sight, open_events),
        channels=_rows(batch.channels if batch else {}, (event.channel_id for event in open_events)),
        agents=_rows(batch.agents if batch else {}, (event.agent_id for event in open_events)),
        files=_rows(batch.files if batch else {}, (_file_id(event.data) for event in open_events)),
    )
    return encode_for_nobody(page)


def sight_of(caller: Caller) -> Sight:
    return Sight(caller.visibility, caller.permissions)


def personal(sight: Sight, agent_id: UUID | None, batch: Batch) -> Sight:
    """The sight under which an agent's own events in this batch are told to them alone."""
    return Sight(sight.visibility, sight.permissions, agent_id) if agent_id in batch.readers else sight


def _shown(numbered: NumberedEvent, batch: Batch, sight: Sight) -> FeedEvent | None:
    event = numbered.event
    if event.kind in _PERSONAL:
        return _personal_event(numbered, batch, sight)
    if not _may_hear(event, sight):
        return None
    if event.kind in _OF_LISTS:
        return _feed_event(numbered) if _may_know_which(event, sight) else _bare_event(numbered)
    if event.conversation_id is None:
        return _feed_event(numbered) if _touches_visible(event, batch, sight) else None
    if _sees(batch, sight.visibility, event.conversation_id):
        return _feed_event(numbered)
    if _has_left(event, sight.visibility):
        return FeedEvent(
            seq=numbered.seq,
            kind=event.kind,
            at=event.at,
            conversation_id=event.conversation_id,
            is_hidden=True,
        )
    return None


def _personal_event(numbered: NumberedEvent, batch: Batch, sight: Sight) -> FeedEvent | None:
    """One's own; of a conversation that one does not see any more, or not by this token, only that there is news."""
    event = numbered.event
    if event.agent_id is None or event.agent_id != sight.agent_id:
        return None
    conversation_id = _of_conversation(event)
    if conversation_id is None or _sees(batch, sight.visibility, conversation_id):
        return _feed_event(numbered)
    return _bare_event(numbered)


def _of_conversation(event: Event) -> UUID | None:
    """What stands beside a conversation names it in its data."""
    return event.conversation_id or _id_in(event.data, "conversation_id")


def _may_know_which(event: Event, sight: Sight) -> bool:
    if event.kind is EventKind.COMPANY_CHANGED:
        return sight.visibility.is_whole
    if event.kind is EventKind.MACRO_CHANGED:
        return False
    if event.kind is EventKind.ROTA_CHANGED:
        return Permission.ROTA_MANAGE in sight.permissions
    return event.kind is not EventKind.SAVED_VIEW_CHANGED or Permission.AUDIT_READ in sight.permissions


def _bare_event(numbered: NumberedEvent) -> FeedEvent:
    return FeedEvent(seq=numbered.seq, kind=numbered.event.kind, at=numbered.event.at)


def _may_hear(event: Event, sight: Sight) -> bool:
    """By kind: what a role does not read in the API it does not hear either."""
    if event.kind in _IN_CONVERSATIONS or event.kind is EventKind.CONTACT_CHANGED:
        return Permission.CONVERSATIONS_READ in sight.permissions
    if event.kind is EventKind.ROTA_CHANGED:
        return Permission.AGENTS_READ in sight.permissions
    if event.kind in _OF_LABELS or event.kind in _OF_LISTS:
        return Permission.CONVERSATIONS_READ in sight.permissions
    if event.kind is EventKind.RULE_CHANGED:
        return Permission.RULES_MANAGE in sight.permissions
    if event.kind in _OF_CHANNELS:
        return Permission.CHANNELS_READ in sight.permissions
    if event.kind is EventKind.TEMPLATE_CHANGED:
        return Permission.TEMPLATES_READ in sight.permissions
    if event.kind in _OF_AGENTS or event.kind in _OF_TEAMS:
        return Permission.AGENTS_READ in sight.permissions
    if event.kind is EventKind.WEBHOOK_CHANGED:
        return Permission.WEBHOOKS_MANAGE in sight.permissions
    if event.kind in _OF_THE_WORKSPACE:
        return Permission.WORKSPACE_READ in sight.permissions
    return Permission.AUDIT_READ in sight.permissions


def _touches_visible(event: Event, batch: Batch, sight: Sight) -> bool:
    if event.kind is EventKind.CONTACT_CHANGED:
        return event.contact_id is not None and (sight.visibility, sight.clearance, event.contact_id) in batch.contacts
    if event.kind in _IN_CONVERSATIONS:
        return sight.visibility.is_whole
    return event.channel_id is None or sight.visibility.has_channel(event.channel_id)


def _sees(batch: Batch, visibility: Visibility, conversation_id: UUID) -> bool:
    found = batch.sights.get(conversation_id)
    if found is None:
        return False
    channel_id, assignee_id, team_id = found
    invited_ids = batch.invited.get(conversation_id, frozenset())
    return visibility.shows(channel_id=channel_id, assignee_id=assignee_id, team_id=team_id, invited_ids=invited_ids)


def _has_left(event: Event, visibility: Visibility) -> bool:
    """It was seen as it stood before this event, and is not seen any more."""
    if event.data.get("is_added") is False and _id_in(event.data, "follower_id") == visibility.only_assigned_to:
        return visibility.only_assigned_to is not None
    if "previous_assignee_id" not in event.data or event.channel_id is None:
        return False
    assignee_id, team_id = _id_in(event.data, "previous_assignee_id"), _id_in(event.data, "previous_team_id")
    return visibility.shows(channel_id=event.channel_id, assignee_id=assignee_id, team_id=team_id)


def _feed_event(numbered: NumberedEvent) -> FeedEvent:
    event = numbered.event
    return FeedEvent(
        seq=numbered.seq,
        kind=event.kind,
        at=event.at,
        conversation_id=event.conversation_id,
        message_id=event.message_id,
        contact_id=event.contact_id,
        channel_id=event.channel_id,
        agent_id=event.agent_id,
        actor_id=event.actor_id,
        data=event.data,
    )


async def _load_channels(connection: Connection, workspace_id: UUID, events: list[Event]) -> Rows:
    channel_ids = _ids({event.channel_id for event in events if event.kind in _OF_CHANNELS})
    if not channel_ids:
        return {}
    rows = await load_channels(connection, workspace_id=workspace_id, channel_ids=channel_ids)
    return {row.id: _raw(show_channel(row)) for row in rows}


async def _load_agents(connection: Connection, workspace_id: UUID, events: list[Event]) -> Rows:
    agent_ids = _ids({event.agent_id for event in events if event.kind in _OF_AGENTS})
    if not agent_ids:
        return {}
    rows = await load_agents(connection, workspace_id=workspace_id, agent_ids=agent_ids)
    return {row.id: _raw(row) for row in rows}


async def _load_invited(
    connection: Connection, workspace_id: UUID, conversation_ids: list[UUID], sights: Iterable[Sight]
) -> dict[UUID, frozenset[UUID]]:
    if not conversation_ids or all(sight.visibility.only_assigned_to is None for sight in sights):
        return {}
    return await invited_to(connection, workspace_id, conversation_ids)


async def _load_files(connection: Connection, workspace_id: UUID, events: list[Event]) -> Rows:
    file_ids = _ids({_file_id(event.data) for event in events if event.kind is EventKind.FILE_CHANGED})
    rows = await load_files(connection, workspace_id=workspace_id, file_ids=file_ids)
    return {row.id: _raw(row) for row in rows}


async def _add_contacts(
    session: Session, batch: Batch, workspace_id: UUID, contact_ids: list[UUID], sights: Iterable[Sight]
) -> None:
    """Contacts carry the conversations that one sees, so they are read once for each visibility. They change rarely."""
    clearances: dict[Visibility, set[Clearance]] = {}
    for sight in sights:
        clearances.setdefault(sight.visibility, set()).add(sight.clearance)
    for visibility, shown_to in clearances.items():
        caller = Caller(workspace_id=workspace_id, permissions=frozenset(), visibility=visibility)
        for contact_id in contact_ids:
            try:
                contact = await access_contact(session, caller, contact_id)
            except NotFound:
                continue
            for clearance in shown_to:
                batch.contacts[visibility, clearance, contact_id] = msgspec.Raw(encoder_of(clearance)(contact))


def _contacts(batch: Batch | None, sight: Sight, events: Sequence[FeedEvent]) -> list[msgspec.Raw]:
    if batch is None or not batch.contacts:
        return []
    contact_ids = dict.fromkeys(event.contact_id for event in events if event.kind is EventKind.CONTACT_CHANGED)
    keys = ((sight.visibility, sight.clearance, contact_id) for contact_id in contact_ids if contact_id)
    found = (batch.contacts.get(key) for key in keys)
    return [raw for raw in found if raw is not None]


def _file_id(data: dict[str, str | int | bool | None]) -> UUID | None:
    return _id_in(data, "file_id")


def _id_in(data: dict[str, str | int | bool | None], name: str) -> UUID | None:
    value = data.get(name)
    return UUID(value) if isinstance(value, str) else None


def _rows(rows: Rows, ids: Iterable[UUID | None]) -> list[msgspec.Raw]:
    """Each row once, in the order in which it was first touched."""
    return [rows[one] for one in dict.fromkeys(ids) if one is not None and one in rows]


def _ids(ids: Iterable[UUID | None]) -> list[UUID]:
    return sorted(one for one in ids if one is not None)


def _by_clearance(rows: Sequence[Conversation | Message], sights: Iterable[Sight]) -> dict[Clearance, Rows]:
    found: dict[Clearance, Rows] = {}
    for clearance in {sight.clearance for sight in sights}:
        encode = encoder_of(clearance)
        found[clearance] = {row.id: msgspec.Raw(encode(row)) for row in rows}
    return found


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(encode_for_nobody(value))
