"""What follows a message, or stands apart from all: reactions, edits, consents, templates, notices about the channel.

Reactions and edits point at a message; one that comes before its message is parked until that arrives. The provider's
own time decides what is newest, so order and repeats do not matter (R3).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import msgspec
from prometheus_client import Counter

from threadline.actions.announce_change import announce_line
from threadline.actions.receiving import Channel, Received
from threadline.actions.resolve_contacts import resolve_contacts
from threadline.channels.contract import (
    ChannelNotice,
    ConsentChange,
    Ignored,
    InboundEdit,
    InboundReaction,
    TemplateChange,
    Unreadable,
)
from threadline.core.consent import MARKETING, consent_word
from threadline.core.conversation import ConversationState, state_line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind, Direction
from threadline.store import refusals
from threadline.store.changes import (
    ConsentRow,
    ReactionRow,
    change_template,
    delete_message,
    edit_message,
    note_health,
    set_consents,
    set_reactions,
)
from threadline.store.deliveries import FailedItem, insert_failed_items
from threadline.store.incoming import Target, find_targets
from threadline.store.session import Session
from threadline.store.snoozes import find_asleep_until_reply, take_up
from threadline.store.statuses import ParkedItem, park_items

Pointing: TypeAlias = InboundReaction | InboundEdit

_EARLIEST = UUID(int=0)
_IGNORED = Counter("threadline_items_ignored", "Inbound items of no use to a desk", ["reason"])


async def receive_changes(
    session: Session, channel: Channel, items: Sequence[Received], *, now: datetime, new_id: NewId
) -> None:
    """Everything of a batch that is neither a message nor a status nor a moved identity."""
    pointing = [one for one in items if isinstance(one.item, InboundReaction | InboundEdit)]
    if pointing:
        await _receive_pointing(session, channel, pointing, now, new_id)
    consents = [(one, one.item) for one in items if isinstance(one.item, ConsentChange)]
    if consents:
        await _receive_consents(session, channel, consents, now, new_id)
    unreadable = [(one, one.item) for one in items if isinstance(one.item, Unreadable)]
    if unreadable:
        await _set_aside(session, channel, unreadable, now, new_id)
    for one in items:
        match one.item:
            case TemplateChange():
                await _receive_template(session, channel, one.item, now, new_id)
            case ChannelNotice():
                await _receive_notice(session, channel, one.item, now, new_id)
            case Ignored():
                _IGNORED.labels(one.item.reason).inc()
            case _:
                pass


async def _receive_pointing(
    session: Session, channel: Channel, items: Sequence[Received], now: datetime, new_id: NewId
) -> None:
    """Find what they point at; park what is too early."""
    connection = await session.raw()
    pairs = [(one, one.item) for one in items if isinstance(one.item, InboundReaction | InboundEdit)]
    targets = await find_targets(
        connection,
        channel_id=channel.id,
        provider_ids=sorted({item.target_provider_id for _, item in pairs}),
        not_before=_EARLIEST,
    )
    early = [_parked(one, item, new_id()) for one, item in pairs if item.target_provider_id not in targets]
    if early:
        await park_items(connection, workspace_id=channel.workspace_id, channel_id=channel.id, items=early)
    found = [(one, item) for one, item in pairs if item.target_provider_id in targets]
    reactions = [(one, item) for one, item in found if isinstance(item, InboundReaction)]
    if reactions:
        await _react(session, channel, reactions, targets, now, new_id)
    for one, item in found:
        if isinstance(item, InboundEdit):
            await _edit(session, channel, item, item.at or one.received_at, targets, now, new_id)


def _parked(one: Received, item: Pointing, id: UUID) -> ParkedItem:
    return ParkedItem(
        id=id,
        target_provider_id=item.target_provider_id,
        attempt_id=None,
        kind="reaction" if isinstance(item, InboundReaction) else "edit",
        item=msgspec.json.encode(item).decode(),
        at=item.at,
        received_at=one.received_at,
    )


async def _react(
    session: Session,
    channel: Channel,
    reactions: Sequence[tuple[Received, InboundReaction]],
    targets: dict[str, Target],
    now: datetime,
    new_id: NewId,
) -> None:
    connection = await session.raw()
    parties = [item.party for _, item in reactions if not item.by_business]
    people = await resolve_contacts(connection, channel.workspace_id, parties, now=now, new_id=new_id)
    newest: dict[tuple[UUID, UUID], ReactionRow] = {}
    for one, item in reactions:
        row = ReactionRow(
            message_id=targets[item.target_provider_id].message_id,
            author_kind=AuthorKind.PHONE_APP if item.by_business else AuthorKind.CONTACT,
            author_id=channel.id if item.by_business else people.of(item.party).contact_id,
            emoji=item.emoji,
            at=item.at or one.received_at,
        )
        known = newest.get((row.message_id, row.author_id))
        if known is None or (row.at, row.emoji) > (known.at, known.emoji):
            newest[row.message_id, row.author_id] = row
    changed = set(await set_reactions(connection, channel.workspace_id, list(newest.values())))
    conversations = {target.message_id: target.conversation_id for target in targets.values()}
    shown_up = {
        conversations[row.message_id]: row.author_id
        for row in newest.values()
        if row.message_id in changed and row.author_kind is AuthorKind.CONTACT and row.emoji
    }
    if shown_up:
        await _wake_by_reaction(session, channel, shown_up, now, new_id)
    for message_id in sorted(changed):
        session.record(
            _event(
                channel,
                EventKind.REACTION_CHANGED,
                now,
                new_id,
                conversation_id=conversations[message_id],
                message_id=message_id,
            )
        )


async def _wake_by_reaction(
    session: Session, channel: Channel, shown_up: Mapping[UUID, UUID], now: datetime, new_id: NewId
) -> None:
    """Conversation → who reacted. It ends a sleep until the customer shows up, and nothing else: no clock starts."""
    asleep = await find_asleep_until_reply(session, sorted(shown_up))
    if not asleep:
        return
    await take_up(session, conversation_ids=[one.id for one in asleep], reason="reaction", now=now)
    for conversation in asleep:
        await announce_line(
            session,
            workspace_id=channel.workspace_id,
            conversation=conversation,
            content=state_line(conversation.state, ConversationState.OPEN, reason="reaction"),
            data={"state": ConversationState.OPEN.value, "is_woken": True},
            author=Author(AuthorKind.CONTACT, shown_up[conversation.id]),
            actor_id=None,
            now=now,
            new_id=new_id,
        )


async def _edit(
    session: Session,
    channel: Channel,
    item: InboundEdit,
    at: datetime,
    targets: dict[str, Target],
    now: datetime,
    new_id: NewId,
) -> None:
    connection = await session.raw()
    target = targets[item.target_provider_id]
    direction = Direction.OUTGOING if item.by_business else Direction.INCOMING
    if item.is_deletion:
        is_changed = await delete_message(
            connection, workspace_id=channel.workspace_id, message_id=target.message_id, direction=direction, at=at
        )
    elif item.content is None and item.caption is None:
        return
    else:
        is_changed = await edit_message(
            connection,
            workspace_id=channel.workspace_id,
            message_id=target.message_id,
            direction=direction,
            edit_id=item.provider_id,
            at=at,
            kind=str(item.content.__struct_config__.tag) if item.content else None,
            content=msgspec.json.encode(item.content).decode() if item.content else None,
            caption=item.caption,
        )
    if is_changed:
        kind = EventKind.MESSAGE_DELETED if item.is_deletion else EventKind.MESSAGE_EDITED
        session.record(
            _event(
                channel,
                kind,
                now,
                new_id,
                conversation_id=target.conversation_id,
                message_id=target.message_id,
            )
        )


async def withdraw_by_word(
    session: Session, channel: Channel, words: Iterable[tuple[UUID, str, datetime]], *, now: datetime, new_id: NewId
) -> None:
    """(contact, text, time): a message that is nothing but STOP, or START, is a decision about marketing."""
    rows = [
        ConsentRow(contact_id, MARKETING, is_given=word == "given", source="word", detail="", changed_at=at)
        for contact_id, text, at in words
        if (word := consent_word(text)) is not None
    ]
    if rows:
        await _write_consents(session, channel, rows, now, new_id)


async def _receive_consents(
    session: Session,
    channel: Channel,
    consents: Sequence[tuple[Received, ConsentChange]],
    now: datetime,
    new_id: NewId,
) -> None:
    people = await resolve_contacts(
        await session.raw(), channel.workspace_id, [item.party for _, item in consents], now=now, new_id=new_id
    )
    rows = [
        ConsentRow(
            contact_id=people.of(item.party).contact_id,
            category=item.category,
            is_given=item.is_given,
            source="provider",
            detail=item.detail,
            changed_at=item.at or one.received_at,
        )
        for one, item in consents
    ]
    await _write_consents(session, channel, rows, now, new_id)


async def _write_consents(
    session: Session, channel: Channel, rows: Sequence[ConsentRow], now: datetime, new_id: NewId
) -> None:
    changed = await set_consents(
        await session.raw(), workspace_id=channel.workspace_id, channel_id=channel.id, rows=rows
    )
    for contact_id in sorted(set(changed)):
        session.record(_event(channel, EventKind.CONTACT_CHANGED, now, new_id, contact_id=contact_id))


async def _receive_template(
    session: Session, channel: Channel, item: TemplateChange, now: datetime, new_id: NewId
) -> None:
    template_id = await change_template(
        await session.raw(),
        workspace_id=channel.workspace_id,
        channel_type=channel.type.manifest.type,
        account=item.account,
        provider_id=item.template_id,
        name=item.name,
        language=item.language,
        status=item.status,
        category=item.category,
        quality=item.quality,
        reason=item.reason,
    )
    if template_id is not None:
        session.record(_event(channel, EventKind.TEMPLATE_CHANGED, now, new_id, data={"template_id": str(template_id)}))


async def _receive_notice(
    session: Session, channel: Channel, item: ChannelNotice, now: datetime, new_id: NewId
) -> None:
    """An admin sees it beside the channel; what makes sending impossible stops it and keeps the queue."""
    notice = {
        "notice": item.text or item.kind,
        "notice_kind": item.kind,
        "notice_severity": item.severity,
        "notice_at": item.at.isoformat() if item.at else "",
    }
    facts = msgspec.json.encode({**item.facts, **notice}).decode()
    is_news = await note_health(
        await session.raw(), workspace_id=channel.workspace_id, channel_id=channel.id, facts=facts
    )
    if item.stops_sending and is_news:
        await refusals.stop_channel(session, channel.workspace_id, channel.id, reason=item.text or item.kind)
    if is_news:
        session.record(_event(channel, EventKind.CHANNEL_CHANGED, now, new_id, data={"notice": item.kind}))


async def _set_aside(
    session: Session,
    channel: Channel,
    unreadable: Sequence[tuple[Received, Unreadable]],
    now: datetime,
    new_id: NewId,
) -> None:
    failed = [
        FailedItem(
            id=new_id(),
            delivery_id=one.delivery_id,
            position=one.position,
            item=msgspec.json.encode({"item": "unreadable", "raw": item.raw}).decode(),
            error=item.error,
        )
        for one, item in unreadable
    ]
    await insert_failed_items(
        await session.raw(), workspace_id=channel.workspace_id, channel_id=channel.id, items=failed, now=now
    )
    session.record(_event(channel, EventKind.ITEM_FAILED, now, new_id, data={"items": len(failed)}))


def _event(
    channel: Channel,
    kind: EventKind,
    now: datetime,
    new_id: NewId,
    *,
    conversation_id: UUID | None = None,
    message_id: UUID | None = None,
    contact_id: UUID | None = None,
    data: dict[str, str | int | bool | None] | None = None,
) -> Event:
    return Event(
        id=new_id(),
        workspace_id=channel.workspace_id,
        kind=kind,
        at=now,
        conversation_id=conversation_id,
        message_id=message_id,
        contact_id=contact_id,
        channel_id=channel.id,
        data=data or {},
    )
