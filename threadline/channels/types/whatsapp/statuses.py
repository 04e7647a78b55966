"""One status of a webhook → what became of an attempt of ours."""

from typing import Final
from uuid import UUID

from threadline.channels.contract import AddressValue, Ignored, Inbound, InboundStatus
from threadline.channels.types.whatsapp.contents import details_of
from threadline.channels.types.whatsapp.messages import NotUnderstood, Surroundings
from threadline.channels.types.whatsapp.parties import addresses_of
from threadline.channels.types.whatsapp.scalars import Loose, text_of, time_of
from threadline.channels.types.whatsapp.wire import ErrorEntry, Pricing, StatusEntry
from threadline.core.message import Status

_STATUSES: Final[dict[str, Status]] = {
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.READ,
    "played": Status.PLAYED,
    "failed": Status.FAILED,
}
_UUID_LENGTH = 36


def read_status(entry: StatusEntry, around: Surroundings) -> Inbound:
    """Raises NotUnderstood without an id. Payments, calls, groups and words we do not know are Ignored."""
    if entry.recipient_type == "group":
        return Ignored(reason="group")
    if entry.type is not None and entry.type != "message":
        return Ignored(reason="payment_status" if entry.type == "payment" else "other_status")
    provider_id = text_of(entry.id)
    if not provider_id:
        raise NotUnderstood("the status has no message id")
    status = _STATUSES.get(text_of(entry.status))
    if status is None:
        return Ignored(reason="other_status")
    error = entry.errors[0] if entry.errors else ErrorEntry()
    pricing = entry.pricing or Pricing()
    return InboundStatus(
        provider_id=provider_id,
        status=status,
        at=time_of(entry.timestamp),
        attempt_id=_attempt_id(entry.biz_opaque_callback_data),
        error_code=text_of(error.code),
        error_text=text_of(error.title) or text_of(error.message),
        error_details=details_of(error),
        addresses=_addresses(entry, around) if status is not Status.FAILED else (),
        price_category=text_of(pricing.category),
        price_type=text_of(pricing.type),
    )


def _attempt_id(echo: Loose) -> UUID | None:
    """Our own id, if that is what the echo holds: somebody else's app may have put anything there."""
    if not isinstance(echo, str) or len(echo) != _UUID_LENGTH:
        return None
    try:
        return UUID(echo)
    except ValueError:
        return None


def _addresses(entry: StatusEntry, around: Surroundings) -> tuple[AddressValue, ...]:
    """Who received it. A failed one proves nothing about its recipient and teaches no identity."""
    user, parent_user, wa_id = entry.recipient_user_id, entry.recipient_parent_user_id, entry.recipient_id
    if len(around.contacts) == 1:
        contact = around.contacts[0]
        if not (user and contact.user_id and user != contact.user_id) and (wa_id is None or wa_id == contact.wa_id):
            user, parent_user = user or contact.user_id, parent_user or contact.parent_user_id
            wa_id = wa_id or contact.wa_id
    return addresses_of(around.scope, user=user, parent_user=parent_user, wa_id=wa_id)
