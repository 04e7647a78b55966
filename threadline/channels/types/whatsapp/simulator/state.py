"""What the simulated provider knows. Plain values that msgspec can write to disk and read back.

Times are unix seconds of the simulator's clock. A user has one key of ours everywhere; what the business sees of them
(business-scoped id, phone, name) is derived per portfolio and number.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from .wire import JSON, as_object, empty

UNLIMITED = -1


class Portfolio(msgspec.Struct, kw_only=True):
    id: str
    name: str = "Business portfolio"
    tier: int = 250
    is_verified: bool = False
    reached: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """User key → last delivery outside a service window (rolling 24 h)."""
    contact_book: set[str] = msgspec.field(default_factory=set[str])


class Override(msgspec.Struct, kw_only=True):
    url: str
    verify_token: str = ""


class Account(msgspec.Struct, kw_only=True):
    """A WhatsApp business account (messaging account)."""

    id: str
    portfolio_id: str
    name: str = "WhatsApp account"
    currency: str = "USD"
    timezone: str = "UTC"
    country: str = "US"
    is_payment_ok: bool = True
    ban_state: str | None = None
    restrictions: set[str] = msgspec.field(default_factory=set[str])
    subscriptions: dict[str, Override | None] = msgspec.field(default_factory=dict[str, Override | None])
    """App id → its account-level callback, None for the app's own."""
    blocked_names: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """Template name → until when it may not be used again."""
    is_marketing_disabled: bool = False
    is_misclassifying: bool = False


class Number(msgspec.Struct, kw_only=True):
    """A business phone number. `phone` is digits."""

    id: str
    account_id: str
    phone: str
    country_code: str
    verified_name: str
    address: str = ""
    status: str = "CONNECTED"
    quality: str = "GREEN"
    name_status: str = "APPROVED"
    new_name_status: str = "NONE"
    requested_name: str | None = None
    code_status: str = "VERIFIED"
    code: str | None = None
    is_registered: bool = True
    pin: str | None = None
    wrong_pins: int = 0
    registrations: list[float] = msgspec.field(default_factory=list[float])
    registration_locked_until: float = 0.0
    rate_per_s: int = 80
    is_in_maintenance: bool = False
    lock_code: int | None = None
    is_sandbox: bool = False
    allowed: set[str] = msgspec.field(default_factory=set[str])
    is_coexistence: bool = False
    is_official: bool = False
    override: Override | None = None
    profile: JSON = msgspec.field(default_factory=empty)
    settings: JSON = msgspec.field(default_factory=empty)
    commerce: dict[str, bool] = msgspec.field(
        default_factory=lambda: {"is_catalog_visible": True, "is_cart_enabled": True}
    )
    automation: JSON = msgspec.field(default_factory=empty)
    blocked: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    links: dict[str, JSON] = msgspec.field(default_factory=dict[str, JSON])
    username: str | None = None
    username_status: str = "approved"
    public_key: str | None = None
    service_deliveries: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Calendar month of the account's time zone ("2026-10") → service messages delivered."""

    @property
    def checks_identity(self) -> bool:
        setting = as_object(self.settings.get("user_identity_change")) or {}
        return setting.get("enable_identity_key_check") is True

    @property
    def has_calling(self) -> bool:
        setting = as_object(self.settings.get("calling")) or {}
        return setting.get("status") == "ENABLED"


class App(msgspec.Struct, kw_only=True):
    id: str
    secret: str
    name: str = "App"
    callback_url: str | None = None
    verify_token: str = ""
    fields: list[str] | None = None
    """Subscribed webhook fields; None stands for all."""


class Token(msgspec.Struct, kw_only=True):
    value: str
    app_id: str
    scopes: list[str]
    assets: list[str] | None = None
    """Ids of accounts and numbers it reaches; None stands for all."""
    expires_at: float | None = None
    is_valid: bool = True


class Reading(StrEnum):
    """Whether a user opens the chat by themselves, or a person (or a test) says when."""

    AUTO = "auto"
    MANUAL = "manual"


class User(msgspec.Struct, kw_only=True):
    """A person with (or without) WhatsApp. `phone` is digits."""

    key: str
    phone: str
    name: str
    country: str
    username: str | None = None
    hides_phone: bool = False
    is_on_whatsapp: bool = True
    is_online: bool = True
    has_receipts: bool = True
    reading: Reading = Reading.AUTO
    bsuids: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    old_bsuids: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """Portfolio id → business-scoped id, current and before the last change of number."""
    parent_bsuid: str | None = None
    identity_hash: str = ""
    blocks: set[str] = msgspec.field(default_factory=set[str])
    """Numbers this user has blocked."""
    stopped_marketing: set[str] = msgspec.field(default_factory=set[str])
    """Accounts whose marketing this user has stopped."""
    is_in_experiment: bool = False
    is_marketing_capped: bool = False
    waiting: list[str] = msgspec.field(default_factory=list[str])
    """Messages that wait for the phone to come online."""


class Conversation(msgspec.Struct, kw_only=True):
    """What lies between one number and one user."""

    number_id: str
    user_key: str
    window_from: float | None = None
    phone_seen_at: float | None = None
    """Last contact in which the business saw the phone number (the 30-day rule)."""
    referral_at: float | None = None
    free_entry_until: float | None = None
    pair_tokens: float = 45.0
    pair_at: float = 0.0
    typing_until: float = 0.0
    cursor: int = 0
    call_permission: str = "no_permission"
    call_permission_until: float | None = None
    call_requests: list[float] = msgspec.field(default_factory=list[float])


class Direction(StrEnum):
    INCOMING = "incoming"
    """From the business to the customer, as the customer sees it."""
    OUTGOING = "outgoing"
    """From the customer to the business."""
    ECHO = "echo"
    """Written by the business in its phone app (coexistence)."""


class Progress(StrEnum):
    """How far a message got."""

    ACCEPTED = "accepted"
    HELD = "held"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
    EXPIRED = "expired"


class Message(msgspec.Struct, kw_only=True):
    """One message; `payload` is the request the business sent, or the item of its webhook."""

    id: str
    seq: int
    number_id: str
    user_key: str
    direction: Direction
    type: str
    payload: msgspec.Raw
    at: float
    to: str = ""
    biz: str | None = None
    fault: str | None = None
    progress: Progress = Progress.ACCEPTED
    error_code: int = 0
    is_by_phone: bool = True
    is_window_open: bool = True
    is_free_entry: bool = False
    is_priced: bool = False
    is_reached: bool = False
    category: str = "service"
    template_id: str | None = None
    is_lite: bool = False
    is_paced: bool = False
    group_id: str | None = None
    quoted_id: str | None = None
    is_voice: bool = False
    expires_at: float = 0.0
    reactions: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    media_id: str | None = None
    cursor: int = 0


class Template(msgspec.Struct, kw_only=True):
    id: str
    account_id: str
    name: str
    language: str
    category: str
    components: list[JSON]
    parameter_format: str = "POSITIONAL"
    status: str = "PENDING"
    quality: str = "UNKNOWN"
    quality_at: float = 0.0
    rejected_reason: str = "NONE"
    ttl_s: int | None = None
    pauses: int = 0
    edits: list[float] = msgspec.field(default_factory=list[float])
    was_approved: bool = False
    is_archived: bool = False
    is_paced: bool = False
    is_max_price: bool = False
    correct_category: str | None = None
    created_at: float = 0.0


class Media(msgspec.Struct, kw_only=True):
    id: str
    number_id: str
    mime: str
    name: str
    sha256: str
    size_bytes: int
    created_at: float
    expires_at: float
    is_animated: bool = False
    link: str | None = None


class Upload(msgspec.Struct, kw_only=True):
    id: str
    app_id: str
    name: str
    mime: str
    length: int
    received: int = 0
    handle: str | None = None


class Flow(msgspec.Struct, kw_only=True):
    id: str
    account_id: str
    name: str
    categories: list[str]
    status: str = "DRAFT"
    endpoint_uri: str | None = None
    flow_json: str | None = None
    updated_at: float = 0.0


class Group(msgspec.Struct, kw_only=True):
    id: str
    number_id: str
    subject: str
    description: str = ""
    join_approval_mode: str = "auto_approve"
    invite_link: str = ""
    participants: list[str] = msgspec.field(default_factory=list[str])
    join_requests: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    is_suspended: bool = False
    created_at: float = 0.0


class Call(msgspec.Struct, kw_only=True):
    id: str
    number_id: str
    user_key: str
    is_by_user: bool
    state: str = "ringing"
    started_at: float = 0.0
    connected_at: float | None = None
    biz: str | None = None
    is_by_phone: bool = True


class Signup(msgspec.Struct, kw_only=True):
    id: str
    account_id: str
    fields: JSON
    status: str = "ACTIVE"


class Timer(msgspec.Struct, kw_only=True, order=True):
    """Something due at a time of the simulator's clock; `kind` names the function that does it."""

    due: float
    seq: int
    kind: str
    data: list[str] = msgspec.field(default_factory=list[str])


class Update(msgspec.Struct, kw_only=True):
    """One change for one app, not yet packed into a body."""

    app_id: str
    url: str
    account_id: str
    field: str
    value: JSON
    at: float
    refs: list[str] = msgspec.field(default_factory=list[str])
    """Messages whose arrival at the business this update tells."""


class Webhook(msgspec.Struct, kw_only=True):
    """One POST: its exact bytes and signature stay the same over all its tries."""

    id: str
    app_id: str
    url: str
    body: bytes
    signature: str | None
    first_at: float
    refs: list[str] = msgspec.field(default_factory=list[str])
    tries: int = 0
    fields: list[str] = msgspec.field(default_factory=list[str])
    is_dropped_once: bool = False


class State(msgspec.Struct, kw_only=True):
    seed: int = 0
    counter: int = 0
    clock_offset_s: float = 0.0
    frozen_at: float | None = None
    portfolios: dict[str, Portfolio] = msgspec.field(default_factory=dict[str, Portfolio])
    accounts: dict[str, Account] = msgspec.field(default_factory=dict[str, Account])
    numbers: dict[str, Number] = msgspec.field(default_factory=dict[str, Number])
    apps: dict[str, App] = msgspec.field(default_factory=dict[str, App])
    tokens: dict[str, Token] = msgspec.field(default_factory=dict[str, Token])
    users: dict[str, User] = msgspec.field(default_factory=dict[str, User])
    conversations: dict[str, Conversation] = msgspec.field(default_factory=dict[str, Conversation])
    templates: dict[str, Template] = msgspec.field(default_factory=dict[str, Template])
    media: dict[str, Media] = msgspec.field(default_factory=dict[str, Media])
    uploads: dict[str, Upload] = msgspec.field(default_factory=dict[str, Upload])
    flows: dict[str, Flow] = msgspec.field(default_factory=dict[str, Flow])
    groups: dict[str, Group] = msgspec.field(default_factory=dict[str, Group])
    calls: dict[str, Call] = msgspec.field(default_factory=dict[str, Call])
    signups: dict[str, Signup] = msgspec.field(default_factory=dict[str, Signup])
    timers: list[Timer] = msgspec.field(default_factory=list[Timer])
    held: list[str] = msgspec.field(default_factory=list[str])
    """Messages whose statuses are held back."""
    updates: list[Update] = msgspec.field(default_factory=list[Update])
    webhooks: dict[str, Webhook] = msgspec.field(default_factory=dict[str, Webhook])
    """POSTs that the business has not yet answered with 200."""
    call_rates: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Management calls by "app|account|hour"."""
    pricing: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Delivered volume by "account|day|country|type|category|phone"."""
    knobs: JSON = msgspec.field(default_factory=empty)
    counts: dict[str, int] = msgspec.field(default_factory=dict[str, int])


def conversation_key(number_id: str, user_key: str) -> str:
    return f"{number_id}:{user_key}"
