"""One message of a webhook → one item: a message, a reaction, an edit or deletion, or a change of identity."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from threadline.channels.contract import (
    AccountRef,
    AddressChange,
    ConsentChange,
    Ignored,
    Inbound,
    InboundEdit,
    InboundMessage,
    InboundReaction,
    MediaSource,
    Party,
    Quote,
    Referral,
)
from threadline.channels.types.whatsapp.contents import content_of
from threadline.channels.types.whatsapp.parties import addresses_of, party_of, phone_of
from threadline.channels.types.whatsapp.scalars import digits_of, integer_of, text_of, time_of
from threadline.channels.types.whatsapp.wire import (
    CallEntry,
    ContactEntry,
    EditBody,
    ErrorEntry,
    MediaBody,
    Message,
    Preference,
    ReactionBody,
    RevokeBody,
    SystemBody,
)
from threadline.core.content import Call, Content, FormAnswer, Unsupported

MEDIA_LIFE = timedelta(days=7)
"""How long Meta keeps the id of a received file (its URL: five minutes)."""

MediaKind = Literal["image", "video", "audio", "document", "sticker"]
_MEDIA_KINDS: Final[dict[str, MediaKind]] = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
_NOT_WRITTEN = frozenset({"edit", "keep_in_chat", "pin", "poll_update", "reaction"})
"""Unsupported kinds that are acts on an older message: they do not count as writing to us."""


class NotUnderstood(Exception):
    """An item lacks what everything else hangs on (an id, a sender). The text names no content."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of the webhook says about its items."""

    ref: AccountRef
    scope: str
    """How far the ids of customers reach: the account (parties.py)."""
    business: str
    """Digits of our own number."""
    contacts: list[ContactEntry]
    errors: list[ErrorEntry]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message stands: who wrote it and when."""

    provider_id: str
    party: Party
    at: datetime | None
    by_business: bool = False
    from_history: bool = False


def read_message(message: Message, around: Surroundings) -> Inbound:
    """A message that a customer sent. Raises NotUnderstood."""
    if message.group_id:
        return Ignored(reason="group")
    if message.system is not None:
        return _read_system(message, message.system, around)
    party = party_of(
        around.scope,
        around.contacts,
        user=message.from_user_id,
        parent_user=message.from_parent_user_id,
        wa_id=message.from_,
    )
    return read_between(message, around, party)


def read_echo(message: Message, around: Surroundings) -> Inbound:
    """A message that our own people sent from the WhatsApp Business app (coexistence). Raises NotUnderstood."""
    if message.group_id:
        return Ignored(reason="group")
    party = party_of(
        around.scope,
        around.contacts,
        user=message.to_user_id,
        parent_user=message.to_parent_user_id,
        wa_id=message.to,
    )
    return read_between(message, around, party, by_business=True)


def read_between(
    message: Message,
    around: Surroundings,
    party: Party | None,
    *,
    by_business: bool = False,
    from_history: bool = False,
) -> Inbound:
    """A message between us and this customer, in either direction. Raises NotUnderstood."""
    provider_id = text_of(message.id)
    if not provider_id:
        raise NotUnderstood("the message has no id")
    if party is None:
        raise NotUnderstood("the message names no customer")
    origin = Origin(provider_id, party, time_of(message.timestamp), by_business, from_history)
    if message.type == "reaction" and message.reaction is not None:
        return _read_reaction(message.reaction, origin)
    if message.type == "edit" and message.edit is not None:
        return _read_edit(message.edit, origin, around)
    if message.type == "revoke" and message.revoke is not None:
        return _read_revoke(message.revoke, origin)
    if message.type == "request_welcome":
        return Ignored(reason="request_welcome")
    return _read_writing(message, origin, around)


def _read_writing(message: Message, origin: Origin, around: Surroundings) -> InboundMessage:
    media = _MEDIA_KINDS.get(text_of(message.type))
    body = _fetchable(_media_body(message, media))
    content = content_of(message, around.errors) if body is None else None
    context = message.context
    return InboundMessage(
        provider_id=origin.provider_id,
        party=origin.party,
        content=content,
        provider_at=origin.at,
        source=_source(body, origin) if body is not None else None,
        media=media if body is not None else None,
        caption=text_of(body.caption) if body is not None else "",
        is_voice=body is not None and body.voice is True,
        is_animated=body is not None and body.animated is True,
        quote=_quote(message, around) if context is not None else None,
        forwarded=_forwarded(message) if context is not None else "",
        referral=_referral(message),
        opens_window=not origin.by_business and not origin.from_history and _is_written(content),
        by_business=origin.by_business,
        from_history=origin.from_history,
    )


def _media_body(message: Message, media: MediaKind | None) -> MediaBody | None:
    match media:
        case None:
            return None
        case "image":
            return message.image
        case "video":
            return message.video
        case "audio":
            return message.audio
        case "document":
            return message.document
        case "sticker":
            return message.sticker


def _fetchable(body: MediaBody | None) -> MediaBody | None:
    return body if body is not None and (body.id or body.url) else None


def _source(body: MediaBody, origin: Origin) -> MediaSource:
    return MediaSource(
        media_id=text_of(body.id),
        url=text_of(body.url),
        mime=text_of(body.mime_type),
        sha256=text_of(body.sha256),
        file_name=text_of(body.filename),
        expires_at=_after(origin.at, MEDIA_LIFE) if not origin.from_history else None,
    )


def _after(at: datetime | None, span: timedelta) -> datetime | None:
    try:
        return at + span if at is not None else None
    except OverflowError:
        return None


def _quote(message: Message, around: Surroundings) -> Quote | None:
    context = message.context
    if context is None or not context.id:
        return None
    by_us: bool | None = None
    if writer := digits_of(context.from_):
        by_us = writer == around.business if around.business else None
    return Quote(provider_id=text_of(context.id), by_us=by_us)


def _forwarded(message: Message) -> Literal["", "once", "often"]:
    context = message.context
    if context is None:
        return ""
    if context.frequently_forwarded is True:
        return "often"
    return "once" if context.forwarded is True else ""


def _referral(message: Message) -> Referral | None:
    product = message.context.referred_product if message.context is not None else None
    source = message.referral
    if source is None and product is None:
        return None
    return Referral(
        source_type=text_of(source.source_type) if source else "product",
        source_id=text_of(source.source_id) if source else "",
        source_url=text_of(source.source_url) if source else "",
        headline=text_of(source.headline) if source else "",
        body=text_of(source.body) if source else "",
        click_id=text_of(source.ctwa_clid) if source else "",
        catalog_id=text_of(product.catalog_id) if product else "",
        product_id=text_of(product.product_retailer_id) if product else "",
    )


def _is_written(content: Content | None) -> bool:
    """True if this is something the customer wrote, which opens the window; acts and automatic answers are not."""
    if isinstance(content, Unsupported):
        return content.type not in _NOT_WRITTEN
    if isinstance(content, FormAnswer):
        return content.answers.get("response_source") != "automatic"
    return True


def _read_reaction(reaction: ReactionBody, origin: Origin) -> InboundReaction:
    """Taken back when `emoji` is missing; in older webhooks it is empty."""
    return InboundReaction(
        provider_id=origin.provider_id,
        party=origin.party,
        target_provider_id=text_of(reaction.message_id),
        emoji=text_of(reaction.emoji),
        at=origin.at,
        by_business=origin.by_business,
    )


def _read_edit(edit: EditBody, origin: Origin, around: Surroundings) -> InboundEdit:
    """The new text, or the new caption of a file, of which nothing else can be edited."""
    message = edit.message or Message(type="edit")
    body = _media_body(message, _MEDIA_KINDS.get(text_of(message.type)))
    return InboundEdit(
        provider_id=origin.provider_id,
        party=origin.party,
        target_provider_id=text_of(edit.original_message_id),
        content=content_of(message, around.errors) if body is None else None,
        caption=text_of(body.caption) if body is not None else None,
        at=origin.at,
        by_business=origin.by_business,
    )


def _read_revoke(revoke: RevokeBody, origin: Origin) -> InboundEdit:
    return InboundEdit(
        provider_id=origin.provider_id,
        party=origin.party,
        target_provider_id=text_of(revoke.original_message_id),
        content=None,
        at=origin.at,
        is_deletion=True,
        by_business=origin.by_business,
    )


def _read_system(message: Message, system: SystemBody, around: Surroundings) -> Inbound:
    """The customer changed number or id; older names of the same events included. Other kinds are shown as they are."""
    provider_id = text_of(message.id)
    if not provider_id:
        raise NotUnderstood("the system message has no id")
    old_user = system.previous_user_id or message.from_user_id
    old_phone = message.from_ or system.customer
    new_phone = system.wa_id or system.new_wa_id
    old = addresses_of(around.scope, user=old_user, parent_user=message.from_parent_user_id, wa_id=old_phone)
    new = addresses_of(around.scope, user=system.user_id, parent_user=system.parent_user_id, wa_id=new_phone)
    if not old:
        raise NotUnderstood("the system message names no customer")
    kind = text_of(system.type)
    at = time_of(message.timestamp)
    if kind in _MOVES and new:
        return AddressChange(
            provider_id=provider_id, old=old, new=new, at=at, phone=phone_of(new_phone), text=text_of(system.body)
        )
    if kind in _SAME_PERSON:
        return AddressChange(provider_id=provider_id, old=old, new=old, at=at, text=text_of(system.body))
    return InboundMessage(
        provider_id=provider_id,
        party=Party(addresses=old, phone=phone_of(old_phone)),
        content=Unsupported(type=kind or "system", text=text_of(system.body)),
        provider_at=at,
        opens_window=False,
    )


_MOVES = frozenset({"user_changed_number", "user_changed_user_id", "customer_changed_number"})
_SAME_PERSON = frozenset({"customer_identity_changed", "user_identity_changed"})
"""The encryption key changed (a new phone): the same person under the same ids, worth a line in the thread."""


def read_call(call: CallEntry, around: Surroundings) -> Inbound:
    """A call that has ended: it stands in the thread and, like a message, opens the window (§5.1).

    The ringing before it says nothing that its end does not. Raises NotUnderstood.
    """
    provider_id = text_of(call.id)
    if not provider_id:
        raise NotUnderstood("the call has no id")
    if call.event != "terminate":
        return Ignored(reason="call_event")
    by_business = call.direction == "BUSINESS_INITIATED"
    party = party_of(
        around.scope,
        around.contacts,
        user=call.to_user_id if by_business else call.from_user_id,
        parent_user=call.to_parent_user_id if by_business else call.from_parent_user_id,
        wa_id=call.to if by_business else call.from_,
    )
    if party is None:
        raise NotUnderstood("the call names no customer")
    content = _call(call, by_business=by_business)
    return InboundMessage(
        provider_id=provider_id,
        party=party,
        content=content,
        provider_at=time_of(call.timestamp),
        opens_window=not by_business or content.outcome == "answered",
        by_business=by_business,
    )


def _call(call: CallEntry, *, by_business: bool) -> Call:
    duration_s = integer_of(call.duration)
    is_answered = call.status == "COMPLETED" and (duration_s > 0 or call.duration is None)
    if is_answered:
        return Call(outcome="answered", duration_s=duration_s, by_customer=not by_business)
    return Call(outcome="failed" if by_business else "missed", by_customer=not by_business)


def read_preference(preference: Preference, around: Surroundings) -> Inbound:
    """The customer stopped or resumed marketing in WhatsApp itself, or signed up by a link. Raises NotUnderstood."""
    is_given = _CONSENTS.get(text_of(preference.value))
    if is_given is None:
        return Ignored(reason="other_preference")
    party = party_of(
        around.scope,
        around.contacts,
        user=preference.user_id,
        parent_user=preference.parent_user_id,
        wa_id=preference.wa_id,
    )
    if party is None:
        raise NotUnderstood("the preference names no customer")
    return ConsentChange(
        party=party,
        category=text_of(preference.category).removesuffix("_messages"),
        is_given=is_given,
        at=time_of(preference.timestamp),
        detail=text_of(preference.detail),
    )


_CONSENTS = {"stop": False, "resume": True, "signup": True}
