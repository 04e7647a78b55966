"""Write first: a conversation with somebody who has none open on this channel, begun by its first message.

Two agents who begin at once get one conversation: the second is shown the first one's, and sends nothing into it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.actions.check_answer import check_own_answer
from threadline.actions.open_conversations import Need, Opened, open_conversations
from threadline.actions.resolve_contacts import Superseded, resolve_contacts
from threadline.actions.send_message import send_message
from threadline.channels.contract import AddressValue, ChannelType, Party
from threadline.core.content import Content
from threadline.core.conversation import ConversationState
from threadline.core.errors import CannotSend, Conflict, Invalid, NotFound
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.core.permission import Caller, author_of
from threadline.infra.phone import read_phone, region_of_phone
from threadline.store.channels import ChannelRow, access_channel
from threadline.store.contacts import access_contact
from threadline.store.conversations import access_conversation_keys, find_open, set_assignee
from threadline.store.incoming import AddressKey, NewAddress, find_addresses, find_live_addresses, insert_addresses
from threadline.store.savepoint import savepoint
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom somebody wants to write to: a contact that is known, or a number as it was typed."""

    contact_id: UUID | None
    phone: str


@dataclass(frozen=True, slots=True)
class Whom:
    """`contact_id` None: nobody we know. `conversation_id` None: none is open."""

    phone: str
    contact_id: UUID | None
    conversation_id: UUID | None


@dataclass(frozen=True, slots=True)
class Started:
    conversation_id: UUID
    is_new: bool
    """False: one was open already, and nothing was sent."""


async def find_recipient(
    session: Session,
    *,
    caller: Caller,
    channel_id: UUID,
    recipient: Recipient,
    find_type: Callable[[str], ChannelType],
) -> Whom:
    """Who that is, and whether a conversation is open. Writes nothing.

    Raises NotFound, Invalid (no number, one that cannot exist), CannotSend (the channel cannot write first) and
    Conflict (a conversation is open that the caller may not see).
    """
    channel = await access_channel(session, caller, channel_id)
    scheme = _scheme_of(channel, find_type)
    key = await _key_of(session, caller, channel, scheme, recipient)
    contact_id = recipient.contact_id
    if contact_id is None:
        known = (await find_addresses(await session.raw(), caller.workspace_id, [key])).get(key)
        contact_id = None if known is None else known.contact_id
    conversation_id = None
    if contact_id is not None:
        conversation_id = await find_open(session, channel_id=channel_id, contact_id=contact_id)
    if conversation_id is not None:
        await _check_sees(session, caller, conversation_id)
    return Whom(key[2], contact_id, conversation_id)


async def start_conversation(
    session: Session,
    *,
    caller: Caller,
    channel_id: UUID,
    recipient: Recipient,
    content: Content,
    client_id: UUID,
    now: datetime,
    new_id: NewId,
    find_type: Callable[[str], ChannelType],
) -> Started:
    """Find or make the contact, begin the conversation and queue its first message.

    Raises what `find_recipient` and `send_message` raise; then nothing of it stands.
    """
    await check_own_answer(session, caller)
    channel = await access_channel(session, caller, channel_id)
    scheme = _scheme_of(channel, find_type)
    key = await _key_of(session, caller, channel, scheme, recipient)
    contact_id, address_id = await _settle_contact(session, caller, key, recipient, now=now, new_id=new_id)
    opened = await _open(session, caller, channel_id, contact_id, address_id, now=now, new_id=new_id)
    conversation = opened.conversations[contact_id]
    is_new = conversation.id in opened.started_ids
    if is_new:
        await set_assignee(session, conversation_id=conversation.id, assignee_id=caller.agent_id)
        _record(session, caller, conversation.id, contact_id, channel_id, now=now, new_id=new_id)
    else:
        await _check_sees(session, caller, conversation.id)
        if conversation.state != ConversationState.RESOLVED:
            return Started(conversation.id, is_new=False)
    await send_message(
        session,
        workspace_id=caller.workspace_id,
        conversation_id=conversation.id,
        author=author_of(caller),
        content=content,
        client_id=client_id,
        now=now,
        new_id=new_id,
        find_type=find_type,
        actor_id=caller.actor_id,
    )
    return Started(conversation.id, is_new=True)


def _scheme_of(channel: ChannelRow, find_type: Callable[[str], ChannelType]) -> str:
    if channel.state == "disconnected":
        raise CannotSend(
            "This channel is disconnected. Connect it again, or write on another one.", reason="channel_disconnected"
        )
    scheme = find_type(channel.type).manifest.capabilities.phone_scheme
    if not scheme:
        raise CannotSend("On this channel the customer writes first.", reason="customer_writes_first")
    return scheme


async def _key_of(
    session: Session, caller: Caller, channel: ChannelRow, scheme: str, recipient: Recipient
) -> AddressKey:
    phone = recipient.phone
    if recipient.contact_id is not None:
        contact = await access_contact(session, caller, recipient.contact_id)
        held = await find_live_addresses(await session.raw(), caller.workspace_id, [contact.id])
        for key in held.get(contact.id, ()):
            if key[0] == scheme:
                return key
        phone = contact.phone.whole
    number = read_phone(phone, region_of_phone(channel.display_address))
    if not number:
        raise Invalid(
            "This is no telephone number that can be called. Write it with its country, like +44 20 7946 0000.",
            field="phone",
            reason="phone_unknown",
        )
    return (scheme, "", number)


async def _settle_contact(
    session: Session, caller: Caller, key: AddressKey, recipient: Recipient, *, now: datetime, new_id: NewId
) -> tuple[UUID, UUID]:
    """Contact and address for the message. Whoever stored the number at this moment has made both."""
    connection = await session.raw()
    if recipient.contact_id is not None:
        address_id = new_id()
        await insert_addresses(
            connection, caller.workspace_id, [NewAddress(key, address_id, recipient.contact_id)], now=now
        )
        known = (await find_addresses(connection, caller.workspace_id, [key]))[key]
        if known.contact_id != recipient.contact_id:
            raise Conflict("This number belongs to another contact.", reason="number_of_another")
        return known.contact_id, known.id
    party = Party(addresses=(AddressValue(scheme=key[0], scope=key[1], value=key[2]),), phone=key[2])
    for _ in range(2):
        try:
            async with savepoint(session):
                resolution = await resolve_contacts(connection, caller.workspace_id, [party], now=now, new_id=new_id)
        except Superseded:
            continue
        found = resolution.of(party)
        return found.contact_id, found.address_id
    raise Superseded("Somebody else stored this person at the same moment.")


async def _open(
    session: Session,
    caller: Caller,
    channel_id: UUID,
    contact_id: UUID,
    address_id: UUID,
    *,
    now: datetime,
    new_id: NewId,
) -> Opened:
    return await open_conversations(
        await session.raw(),
        workspace_id=caller.workspace_id,
        channel_id=channel_id,
        needs={contact_id: Need(address_id, received_at=now, activity_at=now)},
        also_lock=(),
        now=now,
        new_id=new_id,
    )


async def _check_sees(session: Session, caller: Caller, conversation_id: UUID) -> None:
    try:
        await access_conversation_keys(session, caller, conversation_id)
    except NotFound:
        raise Conflict(
            "This customer is in a conversation that you may not see. Ask a supervisor.", reason="open_elsewhere"
        ) from None


def _record(
    session: Session,
    caller: Caller,
    conversation_id: UUID,
    contact_id: UUID,
    channel_id: UUID,
    *,
    now: datetime,
    new_id: NewId,
) -> None:
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.CONVERSATION_STARTED,
            at=now,
            conversation_id=conversation_id,
            contact_id=contact_id,
            channel_id=channel_id,
            agent_id=caller.agent_id,
            actor_id=caller.actor_id,
            data={"state": "open"},
        )
    )
