"""WhatsApp's webhook edge: whose body is it, is it genuine, what does it say. All pure.

One body may hold 1,000 updates and 3 MB, in any nesting of `entry`, `changes` and items (whatsapp.md §2.2). The usual
body is decoded twice, once as an envelope and once per change by its field, with types. Only where that fails are the
items of the failing change decoded one by one, so that a bad one becomes `Unreadable` and stops no other.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

import msgspec

from threadline.channels.contract import (
    AccountRef,
    Addressed,
    EndpointSecrets,
    HookAnswer,
    HookRequest,
    Ignored,
    Inbound,
    Unreadable,
)
from threadline.channels.shared.meta import answer_handshake, has_valid_signature, make_signed_headers
from threadline.channels.types.whatsapp.history import read_history, read_past_message
from threadline.channels.types.whatsapp.messages import (
    NotUnderstood,
    Surroundings,
    read_call,
    read_echo,
    read_message,
    read_preference,
)
from threadline.channels.types.whatsapp.notices import ACCOUNT_FIELDS, read_account_change, read_error
from threadline.channels.types.whatsapp.scalars import Loose, clip_text, digits_of, safe_json, text_of
from threadline.channels.types.whatsapp.statuses import read_status
from threadline.channels.types.whatsapp.wire import (
    AccountInfo,
    AccountValue,
    CallEntry,
    Change,
    ContactEntry,
    Entry,
    Envelope,
    ErrorEntry,
    Message,
    Metadata,
    Preference,
    RefEnvelope,
    RefValue,
    StatusEntry,
    Value,
)
from threadline.core.errors import BadPayload

OBJECT = "whatsapp_business_account"

_OK = HookAnswer(status=200)
_ITEM_FIELDS = frozenset({"messages", "smb_message_echoes", "history", "calls", "user_preferences"})
_UNUSED_FIELDS: Final[dict[str, str]] = {
    "standby": "standby",
    "messaging_handovers": "handover",
    "smb_app_state_sync": "app_contacts",
    "flows": "flow_state",
    "partner_solutions": "partner",
    "automatic_events": "automatic_event",
    "group_lifecycle_update": "group",
    "group_participants_update": "group",
    "group_settings_update": "group",
    "group_status_update": "group",
}
"""Fields that say nothing to a desk, and the reason under which they are counted. Copies of conversations that another
app answers (`standby`) must never be answered or stored here."""

T = TypeVar("T")

_envelope = msgspec.json.Decoder(Envelope)
_ref_envelope = msgspec.json.Decoder(RefEnvelope)
_ref_value = msgspec.json.Decoder(RefValue)
_value = msgspec.json.Decoder(Value)
_account_value = msgspec.json.Decoder(AccountValue)
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list = msgspec.json.Decoder(list[msgspec.Raw])
_scalar: "msgspec.json.Decoder[Loose]" = msgspec.json.Decoder(Loose)
_contact = msgspec.json.Decoder(ContactEntry)
_error = msgspec.json.Decoder(ErrorEntry)
_metadata = msgspec.json.Decoder(Metadata)
_account_info = msgspec.json.Decoder(AccountInfo)


def handshake(request: HookRequest, secrets: EndpointSecrets) -> HookAnswer | None:
    return answer_handshake(request, secrets)


def verify(request: HookRequest, secrets: EndpointSecrets) -> bool:
    return has_valid_signature(request, secrets)


def signed_headers(body: bytes, secrets: EndpointSecrets) -> dict[str, str]:
    return make_signed_headers(body, secrets)


def acknowledge(body: bytes) -> HookAnswer:
    """Anything but 200 is delivered again for seven days."""
    return _OK


def accounts(body: bytes) -> list[AccountRef]:
    """The numbers in the changes' `metadata`; the account for changes that name no number. Never raises.

    The decoder skips everything else, texts included, so nothing that a customer writes can pose as an address.
    """
    try:
        envelope = _ref_envelope.decode(body)
    except (ValueError, RecursionError):
        return _accounts_of_odd_body(body)
    if envelope.object != OBJECT:
        return []
    refs: dict[AccountRef, None] = {}
    for entry in envelope.entry or ():
        for change in entry.changes or ():
            refs[_ref_of(entry.id, change.value)] = None
    return [ref for ref in refs if ref.value]


def parse(body: bytes) -> list[Addressed]:
    """Body → items in the order of the body. An item that nobody can be found for carries an empty account.

    Raises BadPayload if it is no JSON, or no object of WhatsApp with a list of entries.
    """
    return [
        addressed
        for entry in _read_envelope(body).entry or ()
        for change in entry.changes or ()
        for addressed in _read_change(entry, change)
    ]


# --- Envelope ----------------------------------------------------------------------------------------------------


def _read_envelope(body: bytes) -> Envelope:
    if b"\\u0000" in body:
        body = safe_json(body)
    try:
        envelope = _decode_envelope(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        try:
            envelope = _decode_envelope(safe_json(body))
        except ValueError as error:
            raise BadPayload("The body is no JSON that WhatsApp sends.") from error
    if envelope.object != OBJECT or envelope.entry is None:
        raise BadPayload("The body is no webhook of WhatsApp.")
    return envelope


def _decode_envelope(body: bytes) -> Envelope:
    """With broken UTF-8 found at once, because the decoder looks only at what it does not skip."""
    if not body.isascii():
        body.decode()
    try:
        try:
            return _envelope.decode(body)
        except msgspec.ValidationError:
            return _decode_odd_envelope(body)
    except RecursionError as error:
        raise BadPayload("The body nests too deeply.") from error


def _decode_odd_envelope(body: bytes) -> Envelope:
    """An envelope with one part of the wrong shape: that part becomes a change without a field, the others stay."""
    members = _members.decode(body)
    return Envelope(
        object=_scalar_of(members.get("object")),
        entry=[_odd_entry(raw) for raw in _list.decode(members.get("entry", b"null"))],
    )


def _odd_entry(raw: msgspec.Raw) -> Entry:
    entry = _try(_members, raw)
    changes = _try(_list, entry.get("changes")) if entry else None
    if entry is None or changes is None:
        return Entry(changes=[Change(value=raw)])
    return Entry(id=_scalar_of(entry.get("id")), changes=[_odd_change(change) for change in changes])


def _odd_change(raw: msgspec.Raw) -> Change:
    change = _try(_members, raw)
    if change is None or "value" not in change:
        return Change(value=raw)
    return Change(field=_scalar_of(change.get("field")), value=change["value"])


def _accounts_of_odd_body(body: bytes) -> list[AccountRef]:
    try:
        envelope = _read_envelope(body)
    except BadPayload:
        return []
    refs = {_find_ref(entry.id, change.value): None for entry in envelope.entry or () for change in entry.changes or ()}
    return [ref for ref in refs if ref.value]


# --- Whom a change is for ----------------------------------------------------------------------------------------


def _ref_of(entry_id: Loose, value: RefValue | None) -> AccountRef:
    """`metadata` names the number (handovers: `recipient`), a partner's update the account; else the entry is it."""
    if value is not None:
        for number in (value.metadata, value.recipient):
            if number is not None and number.phone_number_id:
                return AccountRef("address", text_of(number.phone_number_id))
        if value.waba_info is not None and value.waba_info.waba_id:
            return AccountRef("account", text_of(value.waba_info.waba_id))
    return AccountRef("account", text_of(entry_id))


def _find_ref(entry_id: Loose, raw: msgspec.Raw) -> AccountRef:
    try:
        return _ref_of(entry_id, _ref_value.decode(raw))
    except (ValueError, RecursionError):
        members = _try(_members, raw) or {}
        value = RefValue(
            metadata=_try(_metadata, members.get("metadata")),
            recipient=_try(_metadata, members.get("recipient")),
            waba_info=_try(_account_info, members.get("waba_info")),
        )
        return _ref_of(entry_id, value)


# --- Changes -----------------------------------------------------------------------------------------------------


def _read_change(entry: Entry, change: Change) -> Iterator[Addressed]:
    field = text_of(change.field)
    if field in _ITEM_FIELDS:
        yield from _read_items(entry, field, change.value)
        return
    ref = _find_ref(entry.id, change.value)
    yield Addressed(ref, _read_other(entry, field, change.value, ref))


def _read_other(entry: Entry, field: str, raw: msgspec.Raw, ref: AccountRef) -> Inbound:
    if not field:
        return _unreadable("a change names no field", raw)
    if field in ACCOUNT_FIELDS:
        try:
            return read_account_change(field, _account_value.decode(raw), account=ref.value, time=entry.time)
        except ValueError as error:
            return _unreadable(str(error), raw)
    return Ignored(reason=_UNUSED_FIELDS.get(field, "unknown_field"))


def _read_items(entry: Entry, field: str, raw: msgspec.Raw) -> Iterator[Addressed]:
    try:
        parts: Sequence[Value | Unreadable] = (_value.decode(raw),)
    except (ValueError, RecursionError):
        parts = list(_split(raw))
    number = next((part.metadata for part in parts if isinstance(part, Value)), None)
    if number is not None and number.phone_number_id:
        ref = AccountRef("address", text_of(number.phone_number_id))
    else:
        ref = _find_ref(entry.id, raw)
    for part in parts:
        if isinstance(part, Unreadable):
            yield Addressed(ref, part)
        else:
            for item in _read_value(part, field, ref, scope=text_of(entry.id)):
                yield Addressed(ref, item)


def _split(raw: msgspec.Raw) -> Iterator[Value | Unreadable]:
    """A value of which some part has the wrong shape → one value for each item that can be read, and the bad ones."""
    members = _try(_members, raw)
    if members is None:
        yield _unreadable("the value is no object", raw)
        return
    metadata = _try(_metadata, members.get("metadata"))
    contacts = _read_list(_contact, members.get("contacts"))
    errors = _read_list(_error, members.get("errors"))
    names = [name for name in _LISTS if name in members]
    if not names:
        yield Value(metadata=metadata, contacts=contacts, errors=errors)
    for name in names:
        items = _try(_list, members[name])
        if items is None:
            yield _unreadable(f"`{name}` is no list", members[name])
        for item in items or ():
            try:
                part = _LISTS[name](item)
            except (ValueError, RecursionError) as error:
                yield _unreadable(str(error), item)
            else:
                part.metadata, part.contacts, part.errors = metadata, contacts, errors
                yield part


_LISTS: Final[dict[str, Callable[[msgspec.Raw], Value]]] = {
    "messages": lambda raw: Value(messages=[_message.decode(raw)]),
    "statuses": lambda raw: Value(statuses=[_status.decode(raw)]),
    "message_echoes": lambda raw: Value(message_echoes=[_message.decode(raw)]),
    "user_preferences": lambda raw: Value(user_preferences=[_preference.decode(raw)]),
    "calls": lambda raw: Value(calls=[_call.decode(raw)]),
    "history": lambda raw: Value(history=[raw]),
}
_message = msgspec.json.Decoder(Message)
_status = msgspec.json.Decoder(StatusEntry)
_preference = msgspec.json.Decoder(Preference)
_call = msgspec.json.Decoder(CallEntry)


def _read_value(value: Value, field: str, ref: AccountRef, *, scope: str) -> Iterator[Inbound]:
    around = Surroundings(
        ref=ref,
        scope=scope,
        business=digits_of(value.metadata.display_phone_number) if value.metadata is not None else "",
        contacts=value.contacts or [],
        errors=value.errors or [],
    )
    is_past = field == "history"
    for message in value.messages or ():
        yield _guarded(read_past_message if is_past else read_message, message, around)
    for status in value.statuses or ():
        yield _guarded(read_status, status, around)
    for echo in value.message_echoes or ():
        yield _guarded(read_past_message if is_past else read_echo, echo, around)
    for preference in value.user_preferences or ():
        yield _guarded(read_preference, preference, around)
    for call in value.calls or ():
        yield _guarded(read_call, call, around)
    for chunk in value.history or ():
        yield from read_history(chunk, around)
    if value.errors and not (value.messages or value.statuses):
        for error in value.errors:
            yield read_error(error)


def _guarded(read: Callable[[T, Surroundings], Inbound], item: T, around: Surroundings) -> Inbound:
    """Whatever one item does to us, it does not do to those beside it."""
    try:
        return read(item, around)
    except NotUnderstood as error:
        return _unreadable(str(error), msgspec.json.encode(item))
    except Exception as error:
        return _unreadable(f"could not be read: {type(error).__name__}", msgspec.json.encode(item))


# --- Odd shapes --------------------------------------------------------------------------------------------------


def _unreadable(error: str, raw: bytes | msgspec.Raw) -> Unreadable:
    return Unreadable(error=error, raw=clip_text(bytes(raw).decode("utf-8", "replace")))


def _try(decoder: "msgspec.json.Decoder[T]", raw: msgspec.Raw | None) -> T | None:
    if raw is None:
        return None
    try:
        return decoder.decode(raw)
    except (ValueError, RecursionError):
        return None


def _scalar_of(raw: msgspec.Raw | None) -> Loose:
    return _try(_scalar, raw)


def _read_list(decoder: "msgspec.json.Decoder[T]", raw: msgspec.Raw | None) -> list[T]:
    items = _try(_list, raw) or []
    return [item for item in (_try(decoder, item) for item in items) if item is not None]
