"""What a channel type is: the values that cross its border and the functions it must offer.

Nobody outside `channels/types` names a channel. Whatever the rest of the house needs to know, the manifest declares;
whatever it needs done, a `ChannelType` offers. `handshake`, `verify`, `accounts`, `acknowledge`, `parse` and `fit` are
pure: values in, values out. Only `Sender` methods talk to the provider, and none of them touches the database.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from threadline.core.content import Content
from threadline.core.http import FileReader as FileReader
from threadline.core.http import FormPart as FormPart
from threadline.core.http import HttpAnswer as HttpAnswer
from threadline.core.http import HttpBroken as HttpBroken
from threadline.core.http import HttpStream as HttpStream
from threadline.core.http import HttpTimeout as HttpTimeout
from threadline.core.http import HttpUnreachable as HttpUnreachable
from threadline.core.message import Status

# --- Webhook edge ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HookRequest:
    """One HTTP request to an endpoint, as received: nothing decoded, nothing trusted."""

    method: str
    url: str
    """The configured public URL of the endpoint with the raw query string, which some signatures cover."""
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, Sequence[str]]
    """Names in lower case; several headers of one name stay several."""
    body: bytes


@dataclass(frozen=True, slots=True)
class HookAnswer:
    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class EndpointSecrets:
    """What verifies an endpoint's requests. Several valid secrets while one is being replaced, newest first."""

    signing: tuple[str, ...] = ()
    verify_token: str = ""


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Whom a body is for: a channel's own address, or an account that several channels share."""

    kind: Literal["address", "account"]
    value: str


# --- Inbound -----------------------------------------------------------------------------------------------------


class AddressValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One identity of a contact. `scheme` names the id space, `scope` how far it reaches ("" = everywhere)."""

    scheme: str
    value: str
    scope: str = ""


class Party(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The customer behind an item: all identities the provider gave, the strongest first; name and handle if told."""

    addresses: tuple[AddressValue, ...]
    name: str = ""
    handle: str = ""
    phone: str = ""
    """E.164 with `+`, if the provider showed it; an attribute, not the identity."""


class MediaSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where an inbound file is to be fetched: becomes a pending row of `files`, fetched at once by a job."""

    media_id: str = ""
    url: str = ""
    mime: str = ""
    sha256: str = ""
    """As the provider wrote it (WhatsApp: base64)."""
    file_name: str = ""
    expires_at: datetime | None = None


class Quote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    provider_id: str
    by_us: bool | None = None


class Referral(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The advert, post or product page from which the customer came."""

    source_type: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    click_id: str = ""
    catalog_id: str = ""
    product_id: str = ""


class InboundMessage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="message"):
    """A message, or a call, that stands in the thread. For media, `content` is None until `source` has a file row:
    the receiver makes the file id and calls `with_file`."""

    provider_id: str
    party: Party
    content: Content | None
    provider_at: datetime | None
    source: MediaSource | None = None
    media: Literal["image", "video", "audio", "document", "sticker"] | None = None
    caption: str = ""
    is_voice: bool = False
    is_animated: bool = False
    quote: Quote | None = None
    forwarded: Literal["", "once", "often"] = ""
    referral: Referral | None = None
    group_key: str = ""
    """Album key: items that belong together."""
    opens_window: bool = True
    by_business: bool = False
    """Written by our own people in the provider's app: outgoing, author `phone_app`, opens no window."""
    from_history: bool = False
    """Older than the connection: stored, starts no clock and notifies nobody."""


class InboundStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="status"):
    provider_id: str
    status: Status
    at: datetime | None
    attempt_id: UUID | None = None
    """Our own id, echoed by the provider; None if it echoes nothing or something that is not ours."""
    error_code: str = ""
    error_text: str = ""
    error_details: str = ""
    addresses: tuple[AddressValue, ...] = ()
    """Identities of the recipient that this status taught us."""
    price_category: str = ""
    price_type: str = ""


class InboundReaction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="reaction"):
    provider_id: str
    party: Party
    target_provider_id: str
    emoji: str
    """Empty: the reaction was taken back."""
    at: datetime | None
    by_business: bool = False


class InboundEdit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="edit"):
    provider_id: str
    party: Party
    target_provider_id: str
    content: Content | None
    at: datetime | None
    caption: str | None = None
    """A file's new caption; `content` is None then, for the file itself stays."""
    is_deletion: bool = False
    by_business: bool = False


class AddressChange(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="address_change"
):
    """The customer's identity moved: the old one (any of `old`) and the new ones belong to one contact."""

    provider_id: str
    old: tuple[AddressValue, ...]
    new: tuple[AddressValue, ...]
    at: datetime | None
    phone: str = ""
    text: str = ""


class ConsentChange(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="consent_change"
):
    party: Party
    category: str
    is_given: bool
    at: datetime | None
    detail: str = ""


class TemplateChange(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="template_change"
):
    """A template's state at the provider changed; empty fields say nothing new."""

    account: str
    template_id: str
    name: str = ""
    language: str = ""
    status: str = ""
    category: str = ""
    quality: str = ""
    reason: str = ""
    at: datetime | None = None


class ChannelNotice(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="channel_notice"
):
    """Something about the number or the account that an admin should see; `facts` go into the channel's health."""

    kind: str
    severity: Literal["info", "warning", "critical"] = "info"
    text: str = ""
    facts: dict[str, str] = {}
    at: datetime | None = None
    stops_sending: bool = False


class Ignored(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="ignored"):
    """Known and of no use to a desk (groups, stand-by copies): counted by `reason`."""

    reason: str


class Unreadable(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="item", tag="unreadable"):
    """One item of a readable body that we could not understand: set aside with its error, the others go on."""

    error: str
    raw: str


Inbound = (
    InboundMessage
    | InboundStatus
    | InboundReaction
    | InboundEdit
    | AddressChange
    | ConsentChange
    | TemplateChange
    | ChannelNotice
    | Ignored
    | Unreadable
)


@dataclass(frozen=True, slots=True)
class Addressed:
    """An item and the channel or account it is for, in the order the provider sent it."""

    ref: AccountRef
    item: Inbound


# --- Manifest ----------------------------------------------------------------------------------------------------


class FieldKind(StrEnum):
    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - a kind of field


@dataclass(frozen=True, slots=True)
class SetupField:
    """One value that connects a channel. `goes_to`: part of the channel's row, its secrets, or the endpoint's."""

    name: str
    label: str
    kind: FieldKind
    goes_to: Literal["address", "account", "secret", "endpoint_signing", "endpoint_verify_token"]
    where_found: str
    link: str = ""
    pattern: str = ""
    is_required: bool = True
    is_generated: bool = False
    """We make it (a verify token); the admin copies it to the provider."""


@dataclass(frozen=True, slots=True)
class MediaLimit:
    mimes: tuple[str, ...]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the channel can do and how much of it. The API hands this to the screens as it is."""

    text_length: int
    caption_length: int
    window: timedelta | None
    media: Mapping[str, MediaLimit]
    """By `Media.media`; a kind that is absent cannot be sent."""
    content_kinds: frozenset[str]
    """Kinds of `core.content` that can go out."""
    button_count: int = 0
    button_title_length: int = 0
    list_row_count: int = 0
    has_templates: bool = False
    has_quotes: bool = False
    has_reactions: bool = False
    has_typing: bool = False
    has_read_marks: bool = False
    has_recall: bool = False
    has_blocking: bool = False
    """The provider itself keeps a customer away from us, if asked."""
    phone_scheme: str = ""
    """The scheme of addresses that are a telephone number, where we may write first; empty: the customer does."""
    echoes_attempt_id: bool = False
    """Every status carries our attempt id back, so an uncertain send can be settled by waiting."""
    sends_per_second: float = 0
    """Default of the number's token bucket; the channel's settings may raise it."""
    pair_interval_s: float = 0
    """One message per this many seconds to one customer, in the long run…"""
    pair_burst: int = 0
    """…with this many at once."""
    send_timeout_s: float = 30


@dataclass(frozen=True, slots=True)
class Manifest:
    type: str
    name: str
    provider: str
    """Channel types of one provider may share an endpoint."""
    address_schemes: tuple[str, ...]
    fields: tuple[SetupField, ...]
    capabilities: Capabilities
    body_limit_bytes: int = 4 * 1024 * 1024
    simulator_module: str = ""


# --- Outbound ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChannelAccess:
    """All that a sender needs to know of a connected channel. `base_url` points at the provider or its simulator."""

    channel_id: UUID
    address: str
    account: str
    base_url: str
    secrets: Mapping[str, str] = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A stored file that goes out with a part. `read` streams it; `provider_media_id` is set if uploaded before."""

    file_id: UUID
    mime: str
    name: str
    size_bytes: int
    read: "FileReader"
    provider_media_id: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingPart:
    """One part of a message, ready to go. `to`: identities of the contact, the one to use first."""

    attempt_id: UUID
    content: Content
    to: tuple[AddressValue, ...]
    quoted_provider_id: str = ""
    files: Mapping[UUID, OutgoingFile] = field(default_factory=dict[UUID, OutgoingFile])


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider accepted it."""

    provider_id: str
    addresses: tuple[AddressValue, ...] = ()
    """Identities the answer taught us (a number's `wa_id`, a user id)."""
    note: str = ""
    uploaded: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    """File id → the provider's media id, for the next time."""


class Retry(StrEnum):
    """What may follow a failed send."""

    NO = "no"
    YES = "yes"
    """Proved not sent; the same message may go again after the back-off."""
    PAIR = "pair"
    """As YES, for this customer only (4^n seconds)."""
    CHANNEL = "channel"
    """As YES, and the whole number slows down."""
    LATER = "later"
    """Proved not sent; not before hours have passed or somebody acted: held."""
    UNKNOWN = "unknown"
    """It may have been sent: uncertain."""


class Alarm(StrEnum):
    NONE = "none"
    ADMIN = "admin"
    STOP = "stop"
    """The channel cannot work until somebody mends it: pause its sending and keep the queue."""


class SendError(Exception):
    """A send that was not accepted, in terms the delivery action can decide on."""

    def __init__(
        self,
        *,
        code: str,
        retry: Retry,
        text: str,
        reason: str = "",
        alarm: Alarm = Alarm.NONE,
        retry_in_s: float | None = None,
        help: Literal["", "template", "resend"] = "",
    ) -> None:
        """`reason` names the sentence for good, for screens in other languages; by default it is the code."""
        super().__init__(f"{code}: {text}")
        self.code = code
        self.reason = reason or code
        self.retry = retry
        self.alarm = alarm
        self.text = text
        self.retry_in_s = retry_in_s
        self.help: Literal["", "template", "resend"] = help


@dataclass(frozen=True, slots=True)
class FailureMeaning:
    """What a provider's error code means, for errors that come by status instead of by answer."""

    retry: Retry
    alarm: Alarm
    text: str
    help: Literal["", "template", "resend"] = ""
    closes_window: bool = False
    withdraws_marketing: bool = False
    is_unreachable: bool = False
    spoils_upload: bool = False
    """The provider's copy of the file is no good: sent again, the file goes up anew."""
    reason: str = ""
    """Names the sentence for good, for screens in other languages: several codes may share one."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, or a fact in a list of them: its name for good, in English, and what it fills in."""

    code: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a connection check."""

    name: str
    title: str
    state: Literal["ok", "failed", "waiting"]
    detail: str
    """In English."""
    field: str = ""
    says: tuple[Said, ...] = ()
    """The same in parts that a screen can say in the reader's language."""


@dataclass(frozen=True, slots=True)
class TemplateRecord:
    """A template as the provider lists it. `components` is its JSON, kept as it came."""

    template_id: str
    name: str
    language: str
    category: str
    status: str
    components: str
    quality: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FetchedMedia:
    mime: str
    size_bytes: int | None
    chunks: AsyncIterator[bytes]


class HttpClient(Protocol):
    """The one HTTP client of the house (infra/http.py), as far as channels need it.

    `request` raises HttpUnreachable (nothing was sent: DNS, refused, TLS), HttpTimeout or HttpBroken (the outcome is
    unknown); it returns whatever status came. `limit_bytes` bounds the answer that is read.
    """

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: bytes | None = None,
        form: Sequence[FormPart] | None = None,
        timeout_s: float = 30,
        limit_bytes: int = 1024 * 1024,
    ) -> HttpAnswer: ...

    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 120, limit_bytes: int
    ) -> HttpStream: ...


@dataclass(frozen=True, slots=True)
class PracticeChannel:
    """A number of the simulator, by the names of the manifest's fields."""

    values: Mapping[str, str] = field(repr=False)
    display_address: str


class ChannelType(Protocol):
    """One folder of `channels/types`. Its module `manifest.py` holds the instance the registry finds."""

    @property
    def manifest(self) -> Manifest: ...

    # The webhook edge; pure.
    def handshake(self, request: HookRequest, secrets: EndpointSecrets) -> HookAnswer | None:
        """The answer to a provider's verification request; None if this request is a delivery."""
        ...

    def verify(self, request: HookRequest, secrets: EndpointSecrets) -> bool:
        """True if the raw bytes carry a signature of one of the secrets. Constant time; no secret means False."""
        ...

    def sign(self, body: bytes, secrets: EndpointSecrets) -> dict[str, str]:
        """Headers with which `verify` takes this body: for recorded deliveries that are played again."""
        ...

    def accounts(self, body: bytes) -> list[AccountRef]:
        """Whom the body is for: a tolerant scan that never raises, without duplicates; [] if it names nobody."""
        ...

    def acknowledge(self, body: bytes) -> HookAnswer:
        """What the provider expects to hear once the body is committed."""
        ...

    def parse(self, body: bytes) -> list[Addressed]:
        """Body → items in the provider's order. Unknown kinds become `Unsupported` content or `Ignored`.

        Raises BadPayload if it is no body of this provider at all.
        """
        ...

    # Outbound rules; pure.
    def fit(self, content: Content) -> list[Content]:
        """One message → its parts, within the channel's limits. Raises CannotSend with the limit that was broken."""
        ...

    def failure(self, code: str) -> FailureMeaning:
        """What an error code means, when it comes with a status."""
        ...

    # The provider.
    async def send(self, http: HttpClient, access: ChannelAccess, part: OutgoingPart) -> Sent:
        """Send one part. Raises SendError. Uploads the part's file first if it must."""
        ...

    async def react(
        self,
        http: HttpClient,
        access: ChannelAccess,
        *,
        to: tuple[AddressValue, ...],
        target_provider_id: str,
        emoji: str,
    ) -> None: ...

    async def block(
        self, http: HttpClient, access: ChannelAccess, *, who: tuple[AddressValue, ...], is_blocked: bool
    ) -> None:
        """Keep a customer away from this number, or no longer. Raises SendError. Only where `has_blocking`."""
        ...

    async def mark_read(self, http: HttpClient, access: ChannelAccess, *, provider_id: str, with_typing: bool) -> None:
        """Mark everything up to this inbound message as read, and show typing if asked."""
        ...

    async def fetch_media(
        self, http: HttpClient, access: ChannelAccess, source: MediaSource, *, limit_bytes: int
    ) -> FetchedMedia:
        """Open the stream of an inbound file, asking for a new link if the old one has expired."""
        ...

    async def check(
        self, http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str
    ) -> list[Check]:
        """Ask the provider whether these values work together. Sends nothing to anybody and changes nothing."""
        ...

    async def connect(
        self, http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str
    ) -> None:
        """Make the provider deliver to the callback URL, as far as its API can. Raises SendError."""
        ...

    async def list_templates(self, http: HttpClient, access: ChannelAccess) -> list[TemplateRecord]: ...

    # Practice.
    def practice_channel(self, made: Mapping[str, object]) -> PracticeChannel:
        """What the simulator answered when it was asked for a sandbox, as the values that connect it; pure."""
        ...

    def practice_wishes(self, channel: PracticeChannel) -> Mapping[str, object]:
        """The other way round: what a simulator is asked for so that it has a number with these values; pure."""
        ...
