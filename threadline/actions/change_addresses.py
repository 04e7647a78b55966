"""A customer's identity moved: a new number, a new id. Old and new belong to one contact, and nothing is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.announce_change import write_line
from threadline.actions.receiving import Channel, Received
from threadline.actions.resolve_contacts import Superseded, keys_of
from threadline.channels.contract import AddressChange
from threadline.core.content import Line
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.message import Author, AuthorKind
from threadline.store.connection import Connection
from threadline.store.conversations_hot import lock_unresolved_conversations
from threadline.store.incoming import (
    AddressKey,
    ContactFacts,
    KnownAddress,
    NewAddress,
    find_addresses,
    insert_addresses,
    insert_contacts,
    move_addresses,
    refresh_contacts,
)
from threadline.store.merging import merge_contacts
from threadline.store.session import Session


async def change_addresses(
    session: Session, channel: Channel, items: Sequence[Received], *, now: datetime, new_id: NewId
) -> None:
    """One after another, for one change may build on the one before. A repeat changes nothing."""
    for one in items:
        if isinstance(one.item, AddressChange):
            await _change(session, channel, one.item, now, new_id)


async def _change(session: Session, channel: Channel, change: AddressChange, now: datetime, new_id: NewId) -> None:
    connection = await session.raw()
    old, new = keys_of(change.old), keys_of(change.new)
    known = await find_addresses(connection, channel.workspace_id, {*old, *new})
    before = _contact_behind(old, known)
    after = _contact_behind(new, known)
    if before is not None and before == after and _is_settled(old, new, known):
        return
    contact_id = before or after or await _new_contact(connection, channel, change, now, new_id)
    merged: list[UUID] = []
    if after is not None and after != contact_id:
        merged = await merge_contacts(
            connection, workspace_id=channel.workspace_id, from_id=after, into_id=contact_id, now=now
        )
    await _hold(connection, channel, contact_id, old, new, known, now, new_id)
    if change.phone:
        facts = ContactFacts(contact_id, "", "", change.phone)
        await refresh_contacts(connection, channel.workspace_id, [facts], now=now)
        await _tell(session, channel, contact_id, now, new_id)
    session.record(*_events(channel, contact_id, after, merged, now, new_id))


def _contact_behind(keys: Sequence[AddressKey], known: dict[AddressKey, KnownAddress]) -> UUID | None:
    """The strongest identity that is alive decides, else the strongest that once was."""
    found = [known[key] for key in keys if key in known]
    alive = [one for one in found if not one.is_retired]
    return next((one.contact_id for one in [*alive, *found]), None)


def _is_settled(old: Sequence[AddressKey], new: Sequence[AddressKey], known: dict[AddressKey, KnownAddress]) -> bool:
    """Everything is as this change wants it: it has been applied before."""
    are_new_alive = all(key in known and not known[key].is_retired for key in new)
    are_old_retired = all(key in known and known[key].is_retired for key in old if key not in new)
    return are_new_alive and are_old_retired


async def _new_contact(
    connection: Connection, channel: Channel, change: AddressChange, now: datetime, new_id: NewId
) -> UUID:
    contact_id = new_id()
    await insert_contacts(connection, channel.workspace_id, [ContactFacts(contact_id, "", "", change.phone)], now=now)
    return contact_id


async def _hold(
    connection: Connection,
    channel: Channel,
    contact_id: UUID,
    old: Sequence[AddressKey],
    new: Sequence[AddressKey],
    known: dict[AddressKey, KnownAddress],
    now: datetime,
    new_id: NewId,
) -> None:
    """New identities are alive with the contact; old ones retire with it, for somebody else may get the number."""
    unknown = [NewAddress(key, new_id(), contact_id) for key in dict.fromkeys((*old, *new)) if key not in known]
    ids = {key: address.id for key, address in known.items()} | {address.key: address.id for address in unknown}
    if unknown and len(await insert_addresses(connection, channel.workspace_id, unknown, now=now)) < len(unknown):
        raise Superseded("Somebody else stored this person at the same moment.")
    alive = {ids[key]: contact_id for key in new}
    retired = {ids[key]: contact_id for key in old if key not in new}
    if alive:
        await move_addresses(connection, channel.workspace_id, alive.items(), is_retired=False, now=now)
    if retired:
        await move_addresses(connection, channel.workspace_id, retired.items(), is_retired=True, now=now)


async def _tell(session: Session, channel: Channel, contact_id: UUID, now: datetime, new_id: NewId) -> None:
    """A line in the conversation that is going on, if there is one: whoever answers should know of the new number."""
    unresolved = await lock_unresolved_conversations(
        await session.raw(),
        workspace_id=channel.workspace_id,
        channel_id=channel.id,
        contact_ids=[contact_id],
        also_lock=(),
    )
    for conversation in unresolved.values():
        line_id = await write_line(
            session,
            workspace_id=channel.workspace_id,
            conversation=_Thread(conversation.id, channel.id),
            content=Line(what="number_changed"),
            author=Author(AuthorKind.CONTACT, contact_id),
            seq=conversation.last_seq + 1,
            now=now,
            line_id=new_id(),
        )
        session.record(
            Event(
                id=new_id(),
                workspace_id=channel.workspace_id,
                kind=EventKind.CONVERSATION_CHANGED,
                at=now,
                conversation_id=conversation.id,
                message_id=line_id,
                contact_id=contact_id,
                channel_id=channel.id,
                data={"state": conversation.state},
            )
        )


@dataclass(frozen=True, slots=True)
class _Thread:
    id: UUID
    channel_id: UUID


def _events(
    channel: Channel, contact_id: UUID, after: UUID | None, merged: Sequence[UUID], now: datetime, new_id: NewId
) -> list[Event]:
    contacts = [contact_id] if after in {None, contact_id} else [contact_id, after]
    changed = [
        Event(
            id=new_id(),
            workspace_id=channel.workspace_id,
            kind=EventKind.CONTACT_CHANGED,
            at=now,
            contact_id=one,
            channel_id=channel.id,
            data={"merged_into": str(contact_id)} if one != contact_id else {},
        )
        for one in contacts
    ]
    moved = [
        Event(
            id=new_id(),
            workspace_id=channel.workspace_id,
            kind=EventKind.CONVERSATION_CHANGED,
            at=now,
            conversation_id=conversation_id,
            contact_id=contact_id,
        )
        for conversation_id in merged
    ]
    return [*changed, *moved]
