"""The channel type against the simulator, which knows nothing of it: each wrote the provider's rules down."""

import hashlib
from collections.abc import AsyncGenerator
from uuid import UUID

import aiohttp
import pytest
import pytest_asyncio

from tests.channels.whatsapp.graph_double import local_http, outgoing_file
from tests.channels.whatsapp_simulator.rig import OWN_PHONE, PHONE, Rig, make_rig, wait_for
from threadline.channels.contract import (
    AddressValue,
    ChannelAccess,
    EndpointSecrets,
    HookRequest,
    HttpClient,
    Inbound,
    InboundMessage,
    InboundStatus,
    MediaSource,
    OutgoingPart,
    Retry,
    SendError,
)
from threadline.channels.registry import channel_type
from threadline.core.content import (
    Buttons,
    CardPhone,
    Choice,
    ChoiceList,
    ChoiceMade,
    ChoiceSection,
    ContactCard,
    Contacts,
    Content,
    LinkButton,
    Location,
    Media,
    Request,
    Template,
    TemplateValue,
    Text,
)
from threadline.core.message import Status

CHANNEL = channel_type("whatsapp")
FILE = UUID(int=7)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)
TO = (AddressValue(scheme="phone", value=f"+{PHONE}"),)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def rig() -> AsyncGenerator[Rig]:
    async with make_rig() as made:
        await made.user()
        yield made


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http() -> AsyncGenerator[HttpClient]:
    async with local_http() as client:
        yield client


def access_to(rig: Rig) -> ChannelAccess:
    return ChannelAccess(
        channel_id=UUID(int=1),
        address=rig.number_id,
        account=rig.account_id,
        base_url=rig.simulator.url,
        secrets={"token": rig.box["token"]},
    )


def received(rig: Rig) -> list[Inbound]:
    """All that the business's callback got, each body verified before it is parsed."""
    items: list[Inbound] = []
    for headers, body in rig.business.requests:
        lower = {name.lower(): (text,) for name, text in headers.items()}
        request = HookRequest("POST", rig.business.url, {}, lower, body)
        assert CHANNEL.verify(request, EndpointSecrets(signing=("test_app_secret",)))
        refs = set(CHANNEL.accounts(body))
        for addressed in CHANNEL.parse(body):
            assert addressed.ref in refs
            items.append(addressed.item)
    return items


CONTENTS: list[Content] = [
    Text(text="Hello, it leaves today: https://example.org", has_preview=True),
    Location(latitude=52.3702, longitude=4.8952, name="Shop", address="Dam 1"),
    Contacts(cards=(ContactCard(name="Bo Li", phones=(CardPhone(phone="+31205550142", label="WORK"),)),)),
    Buttons(text="Again?", header="h", footer="f", buttons=(Choice(id="y", title="Yes"), Choice(id="n", title="No"))),
    ChoiceList(
        text="How?",
        button="Choose",
        sections=(
            ChoiceSection(title="Fast", choices=(Choice(id="1", title="Express", description="Tomorrow"),)),
            ChoiceSection(title="Slow", choices=(Choice(id="2", title="Post"),)),
        ),
    ),
    LinkButton(text="Follow it", title="Track", url="https://example.org/t"),
    Request(asks_for="location", text="Where are you?"),
    Request(asks_for="contact", text="Your number?"),
    Media(media="image", file_id=FILE, caption="look"),
    Media(media="document", file_id=FILE, file_name="a.png"),
    Template(
        name="order_update",
        language="en_US",
        body_values=(TemplateValue(name="1", value="Ana"), TemplateValue(name="2", value="1234")),
    ),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: type(content).__name__)
async def test_content_is_accepted_and_its_status_echoes_our_attempt(
    rig: Rig, http: HttpClient, content: Content
) -> None:
    await rig.open_window()
    rig.business.clear()
    attempt = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    (fitted,) = CHANNEL.fit(content)
    file = outgoing_file(PNG)
    sent = await CHANNEL.send(
        http, access_to(rig), OutgoingPart(attempt_id=attempt, content=fitted, to=TO, files={FILE: file})
    )
    await rig.drain()
    statuses = [
        item for item in received(rig) if isinstance(item, InboundStatus) and item.provider_id == sent.provider_id
    ]
    assert Status.SENT in [item.status for item in statuses]
    assert {item.attempt_id for item in statuses} == {attempt}
    await rig.advance(60)


async def test_text_of_4096_is_accepted_and_what_we_split_is_too(rig: Rig, http: HttpClient) -> None:
    await rig.open_window()
    for text in ("a" * 4096, "word " * 1000):
        for content in CHANNEL.fit(Text(text=text)):
            part = OutgoingPart(attempt_id=UUID(int=3), content=content, to=TO)
            assert (await CHANNEL.send(http, access_to(rig), part)).provider_id


async def test_user_id_alone_reaches_somebody_who_hides_the_number(rig: Rig, http: HttpClient) -> None:
    await rig.user("447700900200", "Bo", username="bo.li", hides_phone=True)
    rig.business.clear()
    await rig.writes("447700900200", text="who am I?")
    await rig.drain()
    (message,) = [item for item in received(rig) if isinstance(item, InboundMessage)]
    assert [address.scheme for address in message.party.addresses] == ["whatsapp_user"]
    assert (message.party.handle, message.party.phone) == ("bo.li", "")
    part = OutgoingPart(attempt_id=UUID(int=4), content=Text(text="Bo"), to=message.party.addresses)
    sent = await CHANNEL.send(http, access_to(rig), part)
    assert sent.addresses == message.party.addresses


async def test_what_a_customer_writes_is_understood(rig: Rig, http: HttpClient) -> None:
    rig.business.clear()
    await rig.writes(text="Grüße 😀")
    await rig.drain()
    (message,) = [item for item in received(rig) if isinstance(item, InboundMessage)]
    assert message.content == Text(text="Grüße 😀")
    assert {address.scheme for address in message.party.addresses} == {"whatsapp_user", "phone"}
    await CHANNEL.react(http, access_to(rig), to=TO, target_provider_id=message.provider_id, emoji="👍")
    await CHANNEL.mark_read(http, access_to(rig), provider_id=message.provider_id, with_typing=True)


async def test_closed_window_is_told_with_the_code_that_offers_a_template(rig: Rig, http: HttpClient) -> None:
    await rig.user("447700900300", "Cy")
    rig.business.clear()
    part = OutgoingPart(
        attempt_id=UUID(int=5), content=Text(text="hi"), to=(AddressValue(scheme="phone", value="+447700900300"),)
    )
    try:
        await CHANNEL.send(http, access_to(rig), part)
        await rig.drain()
        code = next(item.error_code for item in received(rig) if isinstance(item, InboundStatus) and item.error_code)
    except SendError as refused:
        code = refused.code
    assert CHANNEL.failure(code).closes_window


async def test_own_number_is_refused(rig: Rig, http: HttpClient) -> None:
    part = OutgoingPart(
        attempt_id=UUID(int=6), content=Text(text="hi"), to=(AddressValue(scheme="phone", value=f"+{OWN_PHONE}"),)
    )
    with pytest.raises(SendError) as raised:
        await CHANNEL.send(http, access_to(rig), part)
    assert (raised.value.code, raised.value.retry) == ("131021", Retry.NO)


async def test_templates_of_the_sandbox_are_listed(rig: Rig, http: HttpClient) -> None:
    names = {template.name for template in await CHANNEL.list_templates(http, access_to(rig))}
    assert {"hello_world", "order_update"} <= names


async def test_connection_check_finds_the_sandbox_in_order(rig: Rig, http: HttpClient) -> None:
    endpoint = EndpointSecrets(signing=("test_app_secret",), verify_token="verify-me")
    found = {
        check.name: (check.state, check.detail)
        for check in await CHANNEL.check(http, access_to(rig), endpoint, rig.business.url)
    }
    assert {state for state, _ in found.values()} == {"ok"}, found


async def test_connect_moves_deliveries_to_the_new_address(rig: Rig, http: HttpClient) -> None:
    endpoint = EndpointSecrets(signing=("test_app_secret",), verify_token="verify-me")
    moved = rig.business.url + "/moved"
    await CHANNEL.connect(http, access_to(rig), endpoint, moved)
    found = await CHANNEL.check(http, access_to(rig), endpoint, moved)
    assert next(check for check in found if check.name == "webhook").state == "ok"
    rig.business.clear()
    await rig.writes(text="still there?")
    await wait_for(lambda: rig.business.requests)


async def test_file_of_a_customer_is_fetched_whole(rig: Rig, http: HttpClient) -> None:
    form = aiohttp.FormData({"messaging_product": "whatsapp", "type": "image/png"})
    form.add_field("file", PNG, filename="a.png", content_type="image/png")
    status, answer = await rig.graph("POST", f"{rig.number_id}/media", data=form)
    assert status == 200, answer
    media = await CHANNEL.fetch_media(http, access_to(rig), MediaSource(media_id=answer["id"]), limit_bytes=10_000)
    content = b"".join([chunk async for chunk in media.chunks])
    assert hashlib.sha256(content).digest() == hashlib.sha256(PNG).digest()


async def test_tapped_button_comes_back_as_a_choice(rig: Rig, http: HttpClient) -> None:
    await rig.open_window()
    content = Buttons(text="Again?", buttons=(Choice(id="yes", title="Yes"),))
    sent = await CHANNEL.send(http, access_to(rig), OutgoingPart(attempt_id=UUID(int=8), content=content, to=TO))
    await rig.drain()
    rig.business.clear()
    await rig.writes(kind="button", message_id=sent.provider_id, reply={"id": "yes"})
    await rig.drain()
    (message,) = [item for item in received(rig) if isinstance(item, InboundMessage)]
    assert message.content == ChoiceMade(source="button", choice=Choice(id="yes", title="Yes"))
    assert message.quote is not None
    assert (message.quote.provider_id, message.quote.by_us) == (sent.provider_id, True)
