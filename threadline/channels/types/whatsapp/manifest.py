"""The WhatsApp Cloud API as a channel type: what it can do, what connects it, and where its functions are."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from threadline.channels.contract import (
    AccountRef,
    Addressed,
    AddressValue,
    Capabilities,
    ChannelAccess,
    ChannelType,
    Check,
    EndpointSecrets,
    FailureMeaning,
    FetchedMedia,
    HookAnswer,
    HookRequest,
    HttpClient,
    Manifest,
    MediaSource,
    OutgoingPart,
    PracticeChannel,
    Sent,
    TemplateRecord,
)
from threadline.channels.types.whatsapp import errors, limits, media, parties, send, setup, templates, webhook
from threadline.core.content import Content

MANIFEST: Final = Manifest(
    type="whatsapp",
    name="WhatsApp",
    provider="meta",
    address_schemes=parties.SCHEMES,
    fields=setup.FIELDS,
    capabilities=Capabilities(
        text_length=limits.TEXT,
        caption_length=limits.CAPTION,
        window=timedelta(hours=24),
        media=limits.MEDIA,
        content_kinds=frozenset(
            {
                "text",
                "media",
                "location",
                "contacts",
                "buttons",
                "list",
                "link_button",
                "request",
                "template",
                "product",
                "native",
            }
        ),
        button_count=limits.BUTTONS,
        button_title_length=limits.BUTTON_TITLE,
        list_row_count=limits.ROWS,
        has_templates=True,
        has_quotes=True,
        has_reactions=True,
        has_blocking=True,
        has_typing=True,
        has_read_marks=True,
        phone_scheme=parties.PHONE,
        echoes_attempt_id=True,
        sends_per_second=80,
        pair_interval_s=6,
        pair_burst=45,
        send_timeout_s=30,
    ),
    simulator_module="threadline.channels.types.whatsapp.simulator",
)


class WhatsApp:
    """The functions of this folder under the names of the contract, which says what each promises."""

    @property
    def manifest(self) -> Manifest:
        return MANIFEST

    def handshake(self, request: HookRequest, secrets: EndpointSecrets) -> HookAnswer | None:
        return webhook.handshake(request, secrets)

    def verify(self, request: HookRequest, secrets: EndpointSecrets) -> bool:
        return webhook.verify(request, secrets)

    def sign(self, body: bytes, secrets: EndpointSecrets) -> dict[str, str]:
        return webhook.signed_headers(body, secrets)

    def accounts(self, body: bytes) -> list[AccountRef]:
        return webhook.accounts(body)

    def acknowledge(self, body: bytes) -> HookAnswer:
        return webhook.acknowledge(body)

    def parse(self, body: bytes) -> list[Addressed]:
        return webhook.parse(body)

    def fit(self, content: Content) -> list[Content]:
        return limits.fit(content)

    def failure(self, code: str) -> FailureMeaning:
        return errors.failure(code)

    async def send(self, http: HttpClient, access: ChannelAccess, part: OutgoingPart) -> Sent:
        return await send.send(http, access, part, timeout_s=MANIFEST.capabilities.send_timeout_s)

    async def react(
        self,
        http: HttpClient,
        access: ChannelAccess,
        *,
        to: tuple[AddressValue, ...],
        target_provider_id: str,
        emoji: str,
    ) -> None:
        await send.react(http, access, to=to, target_provider_id=target_provider_id, emoji=emoji)

    async def block(
        self, http: HttpClient, access: ChannelAccess, *, who: tuple[AddressValue, ...], is_blocked: bool
    ) -> None:
        await send.block(http, access, who=who, is_blocked=is_blocked)

    async def mark_read(self, http: HttpClient, access: ChannelAccess, *, provider_id: str, with_typing: bool) -> None:
        await send.mark_read(http, access, provider_id=provider_id, with_typing=with_typing)

    async def fetch_media(
        self, http: HttpClient, access: ChannelAccess, source: MediaSource, *, limit_bytes: int
    ) -> FetchedMedia:
        return await media.fetch_media(http, access, source, limit_bytes=limit_bytes)

    async def check(
        self, http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str
    ) -> list[Check]:
        return await setup.check(http, access, endpoint, callback_url)

    async def connect(
        self, http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str
    ) -> None:
        await setup.connect(http, access, endpoint, callback_url)

    async def list_templates(self, http: HttpClient, access: ChannelAccess) -> list[TemplateRecord]:
        return await templates.list_templates(http, access)

    def practice_channel(self, made: Mapping[str, object]) -> PracticeChannel:
        return setup.practice_channel(made)

    def practice_wishes(self, channel: PracticeChannel) -> Mapping[str, object]:
        return setup.practice_wishes(channel)


CHANNEL_TYPE: Final[ChannelType] = WhatsApp()
