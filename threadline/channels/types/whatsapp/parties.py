"""Who a customer is on WhatsApp: the identities of a webhook, the strongest first.

1. the business-scoped user id (BSUID, `US.1349…`): always there since April 2026;
2. the parent BSUID, where Meta has switched it on;
3. the phone number (`wa_id`): missing for people who hide it behind a username.

A BSUID reaches as far as the business portfolio that owns the account. No webhook names the portfolio, and nobody can
prove to us that two accounts share one, so the scope is the account (`entry[].id`, the WABA id). Too narrow only splits
a person who writes to two accounts and hides the number, which a person can merge; too wide could join two strangers,
which nobody can undo. A username is a handle, not an identity: its owner may give it up and another may take it.
"""

from collections.abc import Sequence

from threadline.channels.contract import AddressValue, Party
from threadline.channels.types.whatsapp.scalars import Loose, text_of
from threadline.channels.types.whatsapp.wire import ContactEntry

USER = "whatsapp_user"
PARENT_USER = "whatsapp_parent_user"
PHONE = "phone"
SCHEMES = (USER, PARENT_USER, PHONE)

_SHORTEST_PHONE = 5
_LONGEST_PHONE = 20


def addresses_of(scope: str, *, user: Loose, parent_user: Loose, wa_id: Loose) -> tuple[AddressValue, ...]:
    """The identities that are there, the strongest first."""
    addresses: list[AddressValue] = []
    if user:
        addresses.append(AddressValue(scheme=USER, value=text_of(user), scope=scope))
    if parent_user:
        addresses.append(AddressValue(scheme=PARENT_USER, value=text_of(parent_user), scope=scope))
    if phone := phone_of(wa_id):
        addresses.append(AddressValue(scheme=PHONE, value=phone))
    return tuple(addresses)


def phone_of(wa_id: Loose) -> str:
    """E.164 of a `wa_id`; "" if it is none."""
    digits = text_of(wa_id).removeprefix("+")
    if digits.isascii() and digits.isdigit() and _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE:
        return "+" + digits
    return ""


def party_of(
    scope: str, contacts: Sequence[ContactEntry], *, user: Loose, parent_user: Loose, wa_id: Loose
) -> Party | None:
    """The customer with these ids, completed from the webhook's `contacts`; None if nothing identifies them."""
    contact = _contact_of(contacts, user=user, wa_id=wa_id)
    name = handle = ""
    if contact is not None:
        user = user or contact.user_id
        parent_user = parent_user or contact.parent_user_id
        wa_id = wa_id or contact.wa_id
        if contact.profile is not None:
            name = text_of(contact.profile.name)
            handle = text_of(contact.profile.username).removeprefix("@")
    addresses = addresses_of(scope, user=user, parent_user=parent_user, wa_id=wa_id)
    if not addresses:
        return None
    return Party(addresses=addresses, name=name, handle=handle, phone=phone_of(wa_id))


def _contact_of(contacts: Sequence[ContactEntry], *, user: Loose, wa_id: Loose) -> ContactEntry | None:
    """The entry that is about this customer. A lone entry also is, unless one of its ids says otherwise."""
    for contact in contacts:
        if user and contact.user_id:
            if contact.user_id == user:
                return contact
        elif wa_id and contact.wa_id == wa_id:
            return contact
    if len(contacts) != 1:
        return None
    only = contacts[0]
    is_other_user = bool(user and only.user_id)
    is_other_phone = bool(wa_id and only.wa_id)
    return None if is_other_user or is_other_phone else only
