"""The life of a message that comes in: from the items of stored deliveries to rows, counters and events.

`receive` takes whatever the open deliveries of a channel hold and does with a handful of statements for all of it what
one message needs: know it or drop it as a repeat, find who wrote, lock and find the conversation, give it its place,
write it, move the conversation and the service window on, and announce it. Statuses, reactions, edits and the rest of
the batch follow in their own files. Nothing here commits; the host of the channel does (docs/design.md §4).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec
from prometheus_client import Counter

from threadline.actions.apply_parked import apply_parked
from threadline.actions.change_addresses import change_addresses
from threadline.actions.fetch_media import enqueue_fetches
from threadline.actions.find_first_bot import find_first_bot
from threadline.actions.open_conversations import Need, Opened, open_conversations
from threadline.actions.receive_changes import receive_changes, withdraw_by_word
from threadline.actions.receive_statuses import match_statuses, receive_statuses
from threadline.actions.receiving import Channel, Received
from threadline.actions.resolve_contacts import Resolution, Superseded, resolve_contacts
from threadline.channels.contract import AddressChange, InboundMessage, InboundStatus
from threadline.core.arrival import Arrival, Placed, after_arrivals, duplicate_since, place
from threadline.core.content import Content, Line, Media, Text, Unsupported, encode_content
from threadline.core.conversation import ConversationState, ending_pause, kept_resolved_line, state_line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import AuthorKind, Direction, Status
from threadline.core.stage import stage_line
from threadline.core.thanks import is_quiet_thanks, is_thanks
from threadline.core.waiting import Spoken, Step, after_pause, entry_of
from threadline.core.window import window_closes_at
from threadline.store.connection import Connection
from threadline.store.conversations_hot import (
    ConversationStep,
    LockedConversation,
    ReachStep,
    advance_conversations,
    advance_reaches,
)
from threadline.store.incoming import (
    NewMessage,
    PendingFile,
    claim_inbound_keys,
    find_known_messages,
    find_targets,
    insert_messages,
    insert_pending_files,
)
from threadline.store.session import Session

_EARLIEST = UUID(int=0)
_REPEATED = Counter("threadline_messages_repeated", "Inbound messages that were known already")


async def receive(
    session: Session, channel: Channel, items: Sequence[Received], *, now: datetime, new_id: NewId
) -> None:
    """Everything a batch of items does, in the provider's order per contact. May be repeated without effect (R3).

    Raises Superseded if another writer interfered: take the whole batch again.
    """
    for run in _runs_between_address_changes(items):
        if isinstance(run[0].item, AddressChange):
            await change_addresses(session, channel, run, now=now, new_id=new_id)
            continue
        messages = [one for one in run if isinstance(one.item, InboundMessage)]
        statuses = [one for one in run if isinstance(one.item, InboundStatus)]
        others = [one for one in run if not isinstance(one.item, InboundMessage | InboundStatus)]
        matched = await match_statuses(await session.raw(), channel, statuses, now=now) if statuses else None
        known: list[str] = []
        if messages:
            also_lock = matched.conversation_ids if matched else []
            known += await receive_messages(session, channel, messages, also_lock=also_lock, now=now, new_id=new_id)
        if matched:
            known += await receive_statuses(session, channel, matched, now=now, new_id=new_id)
        if others:
            await receive_changes(session, channel, others, now=now, new_id=new_id)
        await apply_parked(session, channel, known, now=now, new_id=new_id)


def _runs_between_address_changes(items: Sequence[Received]) -> Iterator[list[Received]]:
    """An identity that moves divides what came before from what comes after; each such run is not empty."""
    run: list[Received] = []
    for one in items:
        if run and isinstance(one.item, AddressChange) != isinstance(run[0].item, AddressChange):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


async def receive_messages(
    session: Session,
    channel: Channel,
    items: Sequence[Received],
    *,
    also_lock: Sequence[UUID],
    now: datetime,
    new_id: NewId,
) -> list[str]:
    """Store new messages in their conversations and announce them. Returns their provider ids.

    `also_lock` are conversations that the rest of the batch will change: all locks are taken at once, in one order.
    """
    connection = await session.raw()
    fresh = await _drop_repeats(connection, channel, items, now, new_id)
    if not fresh:
        return []
    people = await resolve_contacts(
        connection, channel.workspace_id, [one.item.party for one in fresh], now=now, new_id=new_id
    )
    threads = _by_contact(fresh, people)
    opened = await open_conversations(
        connection,
        workspace_id=channel.workspace_id,
        channel_id=channel.id,
        needs={contact_id: _need(arrived) for contact_id, arrived in threads.items()},
        also_lock=also_lock,
        now=now,
        new_id=new_id,
        find_bot=partial(find_first_bot, session, channel.id, now=now),
    )
    _keep_quiet(threads, opened)
    lines = _lines(threads, opened, new_id)
    _number(threads, opened, lines)
    await _write_messages(connection, channel, fresh, threads, opened, lines, now)
    await _write_files(session, channel, fresh, now)
    steps = [
        _step(channel, opened.conversations[contact_id], arrived, lines.get(contact_id))
        for contact_id, arrived in threads.items()
    ]
    await advance_conversations(connection, channel.workspace_id, steps)
    await _advance_windows(connection, channel, threads, steps)
    session.record(*_events(channel, threads, opened, steps, people.changed_ids, now, new_id))
    await withdraw_by_word(session, channel, _words(threads), now=now, new_id=new_id)
    return [one.item.provider_id for one in fresh]


@dataclass(slots=True)
class _Arrived:
    """A message that is new, on its way into the database."""

    item: InboundMessage
    id: UUID
    received_at: datetime
    placed: Placed
    file_id: UUID | None
    address_id: UUID = field(default=_EARLIEST)
    contact_id: UUID = field(default=_EARLIEST)
    conversation_id: UUID = field(default=_EARLIEST)
    seq: int = 0
    is_quiet: bool = False
    """It starts no clock."""
    is_thanks: bool = False
    """It thanks for an end, and reopens nothing."""
    is_muted: bool = False
    """It makes no noise."""
    is_blocked: bool = False
    """It is kept, and that is all."""

    @property
    def is_alive(self) -> bool:
        return not self.item.from_history and not self.is_thanks and not self.is_blocked

    @property
    def content(self) -> Content:
        """Files become content here, for only now they have an id."""
        item = self.item
        if item.content is not None:
            return item.content
        if item.source is None or item.media is None or self.file_id is None:
            return Unsupported(type=item.media or "unknown")
        return Media(
            media=item.media,
            file_id=self.file_id,
            caption=item.caption,
            file_name=item.source.file_name,
            is_voice=item.is_voice,
            is_animated=item.is_animated,
        )

    @property
    def opens_window(self) -> bool:
        return self.item.opens_window and not self.item.by_business and not self.item.from_history

    @property
    def step(self) -> Step | None:
        """What it means to the clock of waiting."""
        spoken = Spoken(
            at=self.placed.sort_at,
            direction=Direction.OUTGOING if self.item.by_business else Direction.INCOMING,
            author_kind=AuthorKind.PHONE_APP if self.item.by_business else AuthorKind.CONTACT,
            status=Status.SENT if self.item.by_business else None,
            is_quiet=self.is_quiet,
            content=self.item.content,
        )
        entry = entry_of(spoken)
        return None if entry is None else entry.step

    @property
    def arrival(self) -> Arrival:
        """A provider's clock that runs ahead must not keep the window open longer."""
        written_at = min(self.item.provider_at or self.received_at, self.received_at)
        return Arrival(
            sort_at=self.placed.sort_at,
            step=self.step,
            is_ours=self.item.by_business,
            is_history=self.item.from_history,
            window_from=written_at if self.opens_window else None,
        )


async def _drop_repeats(
    connection: Connection, channel: Channel, items: Sequence[Received], now: datetime, new_id: NewId
) -> list[_Arrived]:
    """What is neither stored nor twice in the batch, with an id each, in the order of its first arrival (R3, R5)."""
    arrived: dict[str, _Arrived] = {}
    for one in items:
        if isinstance(one.item, InboundMessage) and one.item.provider_id not in arrived:
            arrived[one.item.provider_id] = _arrive(one.item, one.received_at, new_id)
    known = await _find_known(connection, channel, list(arrived.values()), now)
    untimed = [
        (one.item.provider_id, one.id)
        for one in arrived.values()
        if one.item.provider_at is None and one.item.provider_id not in known
    ]
    if untimed:
        claimed = await claim_inbound_keys(connection, channel_id=channel.id, keys=untimed)
        known |= {provider_id for provider_id, _ in untimed if provider_id not in claimed}
    fresh = [one for one in arrived.values() if one.item.provider_id not in known]
    _REPEATED.inc(len(items) - len(fresh))
    return fresh


async def _find_known(connection: Connection, channel: Channel, arrived: Sequence[_Arrived], now: datetime) -> set[str]:
    """Fresh items, and those without a time, ask the newest partition only; an old replay asks from its own time on."""
    known: set[str] = set()
    present = duplicate_since(None, now=now)
    since = [(duplicate_since(one.item.provider_at, now=now), one.item) for one in arrived]
    for group in ([one for one in since if one[0] >= present], [one for one in since if one[0] < present]):
        if group:
            known |= await find_known_messages(
                connection,
                channel_id=channel.id,
                provider_ids=[item.provider_id for _, item in group],
                since=min(moment for moment, _ in group),
            )
    return known


def _arrive(item: InboundMessage, received_at: datetime, new_id: NewId) -> _Arrived:
    return _Arrived(
        item=item,
        id=new_id(),
        received_at=received_at,
        placed=place(item.provider_at, received_at=received_at, from_history=item.from_history),
        file_id=new_id() if item.source is not None else None,
        is_quiet=item.from_history,
    )


def _by_contact(fresh: Iterable[_Arrived], people: Resolution) -> dict[UUID, list[_Arrived]]:
    threads: dict[UUID, list[_Arrived]] = {}
    for one in fresh:
        resolved = people.of(one.item.party)
        one.contact_id, one.address_id = resolved.contact_id, resolved.address_id
        known = people.known(one.item.party)
        if known is not None:
            one.is_muted = known.is_muted or known.is_blocked
            one.is_blocked = known.is_blocked and not one.item.by_business
            one.is_quiet = one.is_quiet or one.is_blocked
        threads.setdefault(resolved.contact_id, []).append(one)
    return threads


def _need(arrived: Sequence[_Arrived]) -> Need:
    return Need(
        address_id=arrived[-1].address_id,
        received_at=min(one.received_at for one in arrived),
        activity_at=max(one.placed.sort_at for one in arrived),
        is_quiet=all(one.item.from_history or one.is_blocked for one in arrived),
        is_asked=any(one.is_alive and not one.item.by_business for one in arrived),
        is_thanks=all(isinstance(one.item.content, Text) and is_thanks(one.item.content.text) for one in arrived),
    )


def _keep_quiet(threads: dict[UUID, list[_Arrived]], opened: Opened) -> None:
    """What thanks for an end, before anything else came, starts no clock and reopens nothing."""
    for contact_id, arrived in threads.items():
        conversation = opened.conversations[contact_id]
        if conversation.state != ConversationState.RESOLVED or not conversation.keeps_thanks:
            continue
        for one in arrived:
            if one.item.from_history:
                continue
            ended_at, at = conversation.ended_at, one.placed.sort_at
            if one.item.by_business or not is_quiet_thanks(one.item.content, ended_at=ended_at, at=at):
                break
            one.is_quiet = one.is_thanks = True


def _lines(threads: dict[UUID, list[_Arrived]], opened: Opened, new_id: NewId) -> dict[UUID, NewMessage]:
    """By contact: the line of a conversation that this batch reopens, or whose clock it sets going, straight above the
    message that does; or why it reopens nothing, below the last message."""
    lines: dict[UUID, NewMessage] = {}
    for contact_id, arrived in threads.items():
        conversation = opened.conversations[contact_id]
        state = _state_after(conversation.state, arrived)
        if state != conversation.state:
            first = min((one for one in arrived if one.is_alive), key=lambda one: one.placed.sort_at)
            content = state_line(ConversationState(conversation.state), ConversationState(state))
            lines[contact_id] = _line(conversation, first, content, new_id())
        elif conversation.paused_at is not None and (
            asked := [one for one in arrived if one.arrival.step is Step.ASKED]
        ):
            first = min(asked, key=lambda one: one.placed.sort_at)
            lines[contact_id] = _line(conversation, first, stage_line(None, conversation.stage_name), new_id())
        elif any(one.is_thanks for one in arrived):
            last = max((one for one in arrived if one.is_thanks), key=lambda one: one.placed.sort_at)
            line = _line(conversation, last, kept_resolved_line(), new_id())
            seq = conversation.last_seq + len(arrived) + 1
            lines[contact_id] = replace(line, seq=seq)
    return lines


def _line(conversation: LockedConversation, cause: _Arrived, content: Line, line_id: UUID) -> NewMessage:
    return NewMessage(
        id=line_id,
        conversation_id=conversation.id,
        seq=conversation.last_seq + 1,
        direction=Direction.LINE,
        author_kind=AuthorKind.PHONE_APP if cause.item.by_business else AuthorKind.CONTACT,
        author_id=None if cause.item.by_business else cause.contact_id,
        kind=str(content.__struct_config__.tag),
        content=encode_content(ending_pause(content, conversation.paused_at)).decode(),
        provider_id=None,
        provider_at=None,
        sort_at=cause.placed.sort_at,
        written_at=None,
        quoted_id=None,
        quoted_provider_id=None,
        referral=None,
        forwarded="",
        group_key="",
        status=None,
        file_id=None,
    )


def _number(threads: dict[UUID, list[_Arrived]], opened: Opened, lines: Mapping[UUID, NewMessage]) -> None:
    """Gapless numbers under the conversation's lock, in the order of receipt (R5), a line before its message."""
    for contact_id, arrived in threads.items():
        conversation = opened.conversations[contact_id]
        is_above = contact_id in lines and lines[contact_id].seq == conversation.last_seq + 1
        for seq, one in enumerate(arrived, conversation.last_seq + 1 + is_above):
            one.conversation_id = conversation.id
            one.seq = seq


async def _write_messages(
    connection: Connection,
    channel: Channel,
    fresh: Sequence[_Arrived],
    threads: dict[UUID, list[_Arrived]],
    opened: Opened,
    lines: Mapping[UUID, NewMessage],
    now: datetime,
) -> None:
    quoted = await _find_quoted(connection, channel, fresh, opened)
    messages = [*lines.values(), *(_row(one, quoted) for one in fresh)]
    inserted = await insert_messages(
        connection, workspace_id=channel.workspace_id, channel_id=channel.id, messages=messages, now=now
    )
    if inserted < len(messages):
        raise Superseded("Somebody else stored these messages at the same moment.")


async def _find_quoted(
    connection: Connection, channel: Channel, fresh: Sequence[_Arrived], opened: Opened
) -> dict[str, UUID]:
    """Provider id → message, for what the batch quotes: from the batch itself, else from the conversations' past."""
    wanted = {one.item.quote.provider_id for one in fresh if one.item.quote is not None}
    if not wanted:
        return {}
    quoted = {one.item.provider_id: one.id for one in fresh if one.item.provider_id in wanted}
    firsts = [one.first_message_id for one in opened.conversations.values() if one.first_message_id is not None]
    elsewhere = wanted - quoted.keys()
    if elsewhere and firsts:
        targets = await find_targets(
            connection, channel_id=channel.id, provider_ids=list(elsewhere), not_before=min(firsts)
        )
        quoted |= {provider_id: target.message_id for provider_id, target in targets.items()}
    return quoted


def _row(one: _Arrived, quoted: dict[str, UUID]) -> NewMessage:
    item, content = one.item, one.content
    is_ours = item.by_business
    return NewMessage(
        id=one.id,
        conversation_id=one.conversation_id,
        seq=one.seq,
        direction=Direction.OUTGOING if is_ours else Direction.INCOMING,
        author_kind=AuthorKind.PHONE_APP if is_ours else AuthorKind.CONTACT,
        author_id=None if is_ours else one.contact_id,
        kind=str(content.__struct_config__.tag),
        content=encode_content(content).decode(),
        provider_id=item.provider_id,
        provider_at=item.provider_at,
        sort_at=one.placed.sort_at,
        written_at=one.placed.written_at,
        quoted_id=quoted.get(item.quote.provider_id) if item.quote else None,
        quoted_provider_id=item.quote.provider_id if item.quote else None,
        referral=msgspec.json.encode(item.referral).decode() if item.referral else None,
        forwarded=item.forwarded,
        group_key=item.group_key,
        status=Status.SENT if is_ours else None,
        file_id=one.file_id,
        is_quiet=one.is_quiet,
    )


async def _write_files(session: Session, channel: Channel, fresh: Sequence[_Arrived], now: datetime) -> None:
    """Files are rows at once and bytes soon: the text never waits for the picture (R27)."""
    files = [
        PendingFile(
            id=one.file_id,
            message_id=one.id,
            declared_mime=one.item.source.mime,
            name=one.item.source.file_name,
            source=msgspec.json.encode(one.item.source).decode(),
        )
        for one in fresh
        if one.file_id is not None and one.item.source is not None
    ]
    if files:
        await insert_pending_files(
            await session.raw(), workspace_id=channel.workspace_id, channel_id=channel.id, files=files, now=now
        )
        await enqueue_fetches(session, workspace_id=channel.workspace_id, file_ids=[file.id for file in files])


def _step(
    channel: Channel, conversation: LockedConversation, arrived: Sequence[_Arrived], line: NewMessage | None
) -> ConversationStep:
    """What the batch does to one conversation."""
    arrivals = [one.arrival for one in arrived]
    state = _state_after(conversation.state, arrived)
    ends_pause = any(arrival.step is Step.ASKED for arrival in arrivals)
    clock = conversation.waiting_since
    if line is not None and (ends_pause or state != conversation.state):
        clock = _clock_after_pause(conversation, until=line.sort_at)
    standing = after_arrivals(clock, arrivals)
    asked = [one for one in arrived if not one.item.by_business and not one.item.from_history]
    alive = [one for one in arrived if not one.item.from_history]
    return ConversationStep(
        id=conversation.id,
        state=state,
        last_seq=arrived[-1].seq if line is None else max(arrived[-1].seq, line.seq),
        incoming_count=standing.incoming_count,
        first_message_id=arrived[0].id,
        last_message_id=alive[-1].id if alive else None,
        last_line_id=line.id if line else None,
        last_activity_at=standing.last_activity_at,
        waiting_since=standing.waiting_since,
        last_inbound_at=standing.last_inbound_at,
        window_closes_at=window_closes_at(standing.last_inbound_at, window=channel.window),
        address_id=asked[-1].address_id if asked else None,
        ends_pause=ends_pause,
    )


def _clock_after_pause(conversation: LockedConversation, *, until: datetime) -> datetime | None:
    since, paused_at = conversation.waiting_since, conversation.paused_at
    return since if since is None or paused_at is None else after_pause(since, paused_at=paused_at, until=until)


def _state_after(state: str, arrived: Sequence[_Arrived]) -> str:
    """Whatever is alive reopens what was resolved; a customer's word wakes what was snoozed; a bot keeps what it has
    until somebody of ours answers on the phone."""
    alive = [one.item for one in arrived if one.is_alive]
    if state == ConversationState.RESOLVED and alive:
        return ConversationState.OPEN
    if state == ConversationState.PENDING and any(item.by_business for item in alive):
        return ConversationState.OPEN
    if state == ConversationState.SNOOZED and any(not item.by_business for item in alive):
        return ConversationState.OPEN
    return state


async def _advance_windows(
    connection: Connection,
    channel: Channel,
    threads: dict[UUID, list[_Arrived]],
    steps: Sequence[ConversationStep],
) -> None:
    reaches = [
        ReachStep(contact_id, step.last_inbound_at, step.window_closes_at)
        for contact_id, step in zip(threads, steps, strict=True)
        if step.last_inbound_at is not None
    ]
    if reaches:
        await advance_reaches(connection, workspace_id=channel.workspace_id, channel_id=channel.id, steps=reaches)


def _words(threads: dict[UUID, list[_Arrived]]) -> list[tuple[UUID, str, datetime]]:
    """(contact, text, time) of what customers wrote themselves now: a word such as STOP has an effect."""
    return [
        (contact_id, one.item.content.text, one.placed.sort_at)
        for contact_id, arrived in threads.items()
        for one in arrived
        if isinstance(one.item.content, Text) and not one.item.by_business and not one.item.from_history
    ]


def _events(
    channel: Channel,
    threads: dict[UUID, list[_Arrived]],
    opened: Opened,
    steps: Sequence[ConversationStep],
    changed_contact_ids: Iterable[UUID],
    now: datetime,
    new_id: NewId,
) -> Iterator[Event]:
    for contact_id in changed_contact_ids:
        yield Event(
            id=new_id(),
            workspace_id=channel.workspace_id,
            kind=EventKind.CONTACT_CHANGED,
            at=now,
            contact_id=contact_id,
        )
    for (contact_id, arrived), step in zip(threads.items(), steps, strict=True):
        conversation = opened.conversations[contact_id]
        is_new = conversation.id in opened.started_ids
        if is_new or step.last_line_id is not None:
            yield Event(
                id=new_id(),
                workspace_id=channel.workspace_id,
                kind=EventKind.CONVERSATION_STARTED if is_new else EventKind.CONVERSATION_CHANGED,
                at=now,
                conversation_id=conversation.id,
                message_id=step.last_line_id,
                contact_id=contact_id,
                channel_id=channel.id,
                data=_standing_of(step, conversation),
            )
        for one in arrived:
            yield Event(
                id=new_id(),
                workspace_id=channel.workspace_id,
                kind=EventKind.MESSAGE_RECEIVED,
                at=now,
                conversation_id=conversation.id,
                message_id=one.id,
                contact_id=contact_id,
                channel_id=channel.id,
                data=_data(one),
            )


def _standing_of(step: ConversationStep, conversation: LockedConversation) -> dict[str, str | int | bool | None]:
    if step.state == ConversationState.PENDING and conversation.bot_id is not None:
        return {"state": step.state, "bot_id": str(conversation.bot_id)}
    return {"state": step.state}


_PLAIN: dict[str, str | int | bool | None] = {"direction": "incoming"}


def _data(one: _Arrived) -> dict[str, str | int | bool | None]:
    """Only what consumers decide by: which way it went, whether it is history, whether more of an album may come."""
    item = one.item
    if not (item.by_business or item.from_history or item.group_key or one.is_muted):
        return _PLAIN
    data: dict[str, str | int | bool | None] = {"direction": "outgoing" if item.by_business else "incoming"}
    if item.from_history:
        data["is_history"] = True
    if one.is_muted:
        data["is_muted"] = True
    if item.group_key:
        data["is_album"] = True
    return data
