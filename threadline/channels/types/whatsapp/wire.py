"""The shapes of WhatsApp's webhooks, as tolerant as msgspec allows: every key may be absent or null.

Only what we use is named; unknown keys are skipped by the decoder. Scalars are `Loose`, because Meta writes numbers as
strings and strings as numbers. What fails even so is decoded again item by item (webhook.py).
"""

import msgspec

from threadline.channels.types.whatsapp.scalars import Loose

NOTHING = msgspec.Raw(b"null")


class Wire(msgspec.Struct, gc=False, omit_defaults=True):
    """Decoded once, read once, never in a cycle: the garbage collector need not know."""


# --- Envelope ----------------------------------------------------------------------------------------------------


class Change(Wire):
    field: Loose = None
    value: msgspec.Raw = NOTHING


class Entry(Wire):
    id: Loose = None
    time: Loose = None
    changes: list[Change] | None = None


class Envelope(Wire):
    object: Loose = None
    entry: list[Entry] | None = None


# --- Whom a body is for ------------------------------------------------------------------------------------------


class Metadata(Wire):
    display_phone_number: Loose = None
    phone_number_id: Loose = None


class AccountInfo(Wire):
    waba_id: Loose = None


class RefValue(Wire):
    """The same keys decide for every field, so that `accounts` and `parse` cannot disagree."""

    metadata: Metadata | None = None
    recipient: Metadata | None = None
    waba_info: AccountInfo | None = None


class RefChange(Wire):
    value: RefValue | None = None


class RefEntry(Wire):
    id: Loose = None
    changes: list[RefChange] | None = None


class RefEnvelope(Wire):
    object: Loose = None
    entry: list[RefEntry] | None = None


# --- Parts of messages -------------------------------------------------------------------------------------------


class Profile(Wire):
    name: Loose = None
    username: Loose = None


class ContactEntry(Wire):
    profile: Profile | None = None
    wa_id: Loose = None
    user_id: Loose = None
    parent_user_id: Loose = None


class ErrorData(Wire):
    details: Loose = None


class ErrorEntry(Wire):
    code: Loose = None
    title: Loose = None
    message: Loose = None
    error_data: ErrorData | Loose = None


class ReferredProduct(Wire):
    catalog_id: Loose = None
    product_retailer_id: Loose = None


class Context(Wire):
    from_: Loose = msgspec.field(name="from", default=None)
    id: Loose = None
    forwarded: Loose = None
    frequently_forwarded: Loose = None
    referred_product: ReferredProduct | None = None


class ReferralEntry(Wire):
    source_url: Loose = None
    source_id: Loose = None
    source_type: Loose = None
    headline: Loose = None
    body: Loose = None
    ctwa_clid: Loose = None


class TextBody(Wire):
    body: Loose = None


class MediaBody(Wire):
    id: Loose = None
    mime_type: Loose = None
    sha256: Loose = None
    caption: Loose = None
    filename: Loose = None
    url: Loose = None
    voice: Loose = None
    animated: Loose = None


class LocationBody(Wire):
    latitude: Loose = None
    longitude: Loose = None
    name: Loose = None
    address: Loose = None
    url: Loose = None


class ReactionBody(Wire):
    message_id: Loose = None
    emoji: Loose = None


class ButtonBody(Wire):
    payload: Loose = None
    text: Loose = None


class ReplyChoice(Wire):
    id: Loose = None
    title: Loose = None
    description: Loose = None


class FlowReply(Wire):
    name: Loose = None
    body: Loose = None
    response_json: Loose = None


class CallPermissionReply(Wire):
    response: Loose = None
    is_permanent: Loose = None
    expiration_timestamp: Loose = None
    response_source: Loose = None


class InteractiveBody(Wire):
    type: Loose = None
    button_reply: ReplyChoice | None = None
    list_reply: ReplyChoice | None = None
    nfm_reply: FlowReply | None = None
    call_permission_reply: CallPermissionReply | None = None


class ProductItem(Wire):
    product_retailer_id: Loose = None
    quantity: Loose = None
    item_price: Loose = None
    currency: Loose = None


class OrderBody(Wire):
    catalog_id: Loose = None
    text: Loose = None
    product_items: list[ProductItem] | None = None


class CardName(Wire):
    formatted_name: Loose = None
    first_name: Loose = None
    last_name: Loose = None


class CardPhoneEntry(Wire):
    phone: Loose = None
    wa_id: Loose = None
    type: Loose = None


class CardEmail(Wire):
    email: Loose = None
    type: Loose = None


class CardUrl(Wire):
    url: Loose = None
    type: Loose = None


class CardAddress(Wire):
    street: Loose = None
    city: Loose = None
    state: Loose = None
    zip: Loose = None
    country: Loose = None
    type: Loose = None


class CardOrganisation(Wire):
    company: Loose = None
    department: Loose = None
    title: Loose = None


class Card(Wire):
    name: CardName | None = None
    phones: list[CardPhoneEntry] | None = None
    emails: list[CardEmail] | None = None
    urls: list[CardUrl] | None = None
    addresses: list[CardAddress] | None = None
    org: CardOrganisation | None = None
    birthday: Loose = None


class SystemBody(Wire):
    type: Loose = None
    body: Loose = None
    wa_id: Loose = None
    new_wa_id: Loose = None
    user_id: Loose = None
    parent_user_id: Loose = None
    previous_user_id: Loose = None
    customer: Loose = None


class UnsupportedBody(Wire):
    type: Loose = None


class RevokeBody(Wire):
    original_message_id: Loose = None


class EditBody(Wire):
    original_message_id: Loose = None
    message: "Message | None" = None


class Message(Wire):
    from_: Loose = msgspec.field(name="from", default=None)
    from_user_id: Loose = None
    from_parent_user_id: Loose = None
    to: Loose = None
    to_user_id: Loose = None
    to_parent_user_id: Loose = None
    group_id: Loose = None
    id: Loose = None
    timestamp: Loose = None
    type: Loose = None
    context: Context | None = None
    text: TextBody | None = None
    image: MediaBody | None = None
    video: MediaBody | None = None
    audio: MediaBody | None = None
    document: MediaBody | None = None
    sticker: MediaBody | None = None
    location: LocationBody | None = None
    reaction: ReactionBody | None = None
    button: ButtonBody | None = None
    interactive: InteractiveBody | None = None
    order: OrderBody | None = None
    contacts: list[Card] | None = None
    system: SystemBody | None = None
    unsupported: UnsupportedBody | None = None
    edit: EditBody | None = None
    revoke: RevokeBody | None = None
    referral: ReferralEntry | None = None
    errors: list[ErrorEntry] | None = None


# --- Other items of fields with metadata -------------------------------------------------------------------------


class Pricing(Wire):
    type: Loose = None
    category: Loose = None


class StatusEntry(Wire):
    id: Loose = None
    type: Loose = None
    status: Loose = None
    timestamp: Loose = None
    recipient_type: Loose = None
    recipient_id: Loose = None
    recipient_user_id: Loose = None
    recipient_parent_user_id: Loose = None
    biz_opaque_callback_data: Loose = None
    pricing: Pricing | None = None
    errors: list[ErrorEntry] | None = None


class Preference(Wire):
    wa_id: Loose = None
    user_id: Loose = None
    parent_user_id: Loose = None
    category: Loose = None
    value: Loose = None
    detail: Loose = None
    timestamp: Loose = None


class CallEntry(Wire):
    id: Loose = None
    from_: Loose = msgspec.field(name="from", default=None)
    from_user_id: Loose = None
    from_parent_user_id: Loose = None
    to: Loose = None
    to_user_id: Loose = None
    to_parent_user_id: Loose = None
    event: Loose = None
    direction: Loose = None
    timestamp: Loose = None
    status: Loose = None
    duration: Loose = None


class ThreadContext(Wire):
    wa_id: Loose = None
    user_id: Loose = None
    parent_user_id: Loose = None
    username: Loose = None


class HistoryThread(Wire):
    id: Loose = None
    context: ThreadContext | None = None
    messages: list[msgspec.Raw] | None = None
    """Thousands at a time, so each is decoded on its own."""


class HistoryProgress(Wire):
    phase: Loose = None
    progress: Loose = None


class HistoryChunk(Wire):
    metadata: HistoryProgress | None = None
    threads: list[msgspec.Raw] | None = None
    errors: list[ErrorEntry] | None = None


class Value(Wire):
    """The value of every field that names its number in `metadata`."""

    metadata: Metadata | None = None
    contacts: list[ContactEntry] | None = None
    messages: list[Message] | None = None
    statuses: list[StatusEntry] | None = None
    errors: list[ErrorEntry] | None = None
    message_echoes: list[Message] | None = None
    user_preferences: list[Preference] | None = None
    calls: list[CallEntry] | None = None
    history: list[msgspec.Raw] | None = None


# --- Fields of the account ---------------------------------------------------------------------------------------


class RejectionInfo(Wire):
    reason: Loose = None
    recommendation: Loose = None


class DisableInfo(Wire):
    disable_date: Loose = None


class OtherInfo(Wire):
    title: Loose = None
    description: Loose = None


class ViolationInfo(Wire):
    violation_type: Loose = None


class RestrictionInfo(Wire):
    restriction_type: Loose = None
    expiration: Loose = None
    remediation: Loose = None


class BanInfo(Wire):
    waba_ban_state: Loose = None
    waba_ban_date: Loose = None


class DisconnectionInfo(Wire):
    reason: Loose = None
    initiated_by: Loose = None


class VolumeTierInfo(Wire):
    pricing_category: Loose = None
    tier: Loose = None
    effective_month: Loose = None
    region: Loose = None
    tier_update_time: Loose = None


class AlertInfo(Wire):
    alert_severity: Loose = None
    alert_status: Loose = None
    alert_type: Loose = None
    alert_description: Loose = None


class AccountValue(Wire):
    """The value of every field that is about the account, its templates or one of its numbers as a thing."""

    event: Loose = None
    message_template_id: Loose = None
    message_template_name: Loose = None
    message_template_language: Loose = None
    message_template_category: Loose = None
    reason: Loose = None
    rejection_info: RejectionInfo | None = None
    disable_info: DisableInfo | None = None
    other_info: OtherInfo | None = None
    new_quality_score: Loose = None
    previous_category: Loose = None
    new_category: Loose = None
    correct_category: Loose = None
    category: Loose = None
    category_update_timestamp: Loose = None
    violation_info: ViolationInfo | None = None
    restriction_info: list[RestrictionInfo] | None = None
    ban_info: BanInfo | None = None
    disconnection_info: DisconnectionInfo | None = None
    volume_tier_info: VolumeTierInfo | None = None
    waba_info: AccountInfo | None = None
    country: Loose = None
    entity_type: Loose = None
    entity_id: Loose = None
    alert_info: AlertInfo | None = None
    decision: Loose = None
    max_daily_conversations_per_business: Loose = None
    max_phone_numbers_per_business: Loose = None
    max_phone_numbers_per_waba: Loose = None
    display_phone_number: Loose = None
    current_limit: Loose = None
    old_limit: Loose = None
    requested_verified_name: Loose = None
    rejection_reason: Loose = None
    requester: Loose = None
    username: Loose = None
    status: Loose = None
    configuration_name: Loose = None
    provider_name: Loose = None
