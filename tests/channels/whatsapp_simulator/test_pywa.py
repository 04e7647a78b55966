"""An independent client talks to the simulator: that it is faithful, not that our adapter agrees with it.

pywa 4.5 knows only graph.facebook.com, so its transport is bent to our port; its webhook routes run under uvicorn.
"""

# pywa marks none of its names as exported and types `params` by the instance, not the class
# pyright: reportPrivateImportUsage=false, reportArgumentType=false
from __future__ import annotations

import asyncio
import base64
import contextlib
import queue
import threading
import time
from collections.abc import Generator
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pywa import WhatsApp, errors, handlers, types
from pywa.types import calls, others
from pywa.types import templates as t

from threadline.channels.types.whatsapp.simulator import Simulator

T = TypeVar("T")
PHONE = "447700900100"
FIELDS = (
    "messages", "message_template_status_update", "message_template_quality_update", "template_category_update",
    "user_preferences", "calls", "account_update", "smb_message_echoes", "phone_number_quality_update",
)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


class ToSimulator(httpx.HTTPTransport):
    def __init__(self, url: str) -> None:
        super().__init__()
        self._target = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._target.host, port=self._target.port)
        request.headers["host"] = f"{self._target.host}:{self._target.port}"
        return super().handle_request(request)


class Bench:
    """The simulator, pywa pointed at it, and everything that pywa's handlers were given."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self.loop = loop
        self.http = httpx.Client(base_url=simulator.url, headers={"Authorization": f"Bearer {simulator.control_token}"})
        self.box = self.control("sandbox", phone="442079460123", verify_token="verify-me", rate_per_s=0)
        self.received: queue.Queue[Any] = queue.Queue()
        self.app = FastAPI()
        self.wa = WhatsApp(
            phone_id=self.box["number_id"],
            token=self.box["token"],
            session=httpx.Client(transport=ToSimulator(simulator.url)),
            server=self.app,
            webhook_endpoint="/wh",
            verify_token="verify-me",
            skip_duplicate_updates=False,  # two approvals within a second have the same bytes
            app_id=self.box["app_id"],
            app_secret=self.box["app_secret"],
            waba_id=self.box["waba_id"],
            api_version="26.0",
        )
        kinds = (
            handlers.MessageHandler,
            handlers.CallbackButtonHandler,
            handlers.CallbackSelectionHandler,
            handlers.MessageStatusHandler,
            handlers.PhoneNumberChangeHandler,
            handlers.UserMarketingPreferencesHandler,
            handlers.TemplateStatusUpdateHandler,
            handlers.TemplateQualityUpdateHandler,
            handlers.TemplateCategoryUpdateHandler,
            handlers.FlowCompletionHandler,
            handlers.CallConnectHandler,
            handlers.CallTerminateHandler,
            handlers.CallStatusHandler,
            handlers.CallPermissionUpdateHandler,
            handlers.AccountUpdateHandler,
            handlers.EditedMessageHandler,
            handlers.DeletedMessageHandler,
            handlers.OutgoingMessageHandler,
            handlers.IdentityChangeHandler,
        )
        self.wa.add_handlers(*(kind(lambda _, update: self.received.put(update)) for kind in kinds))
        self.raw: queue.Queue[Any] = queue.Queue()
        self.wa.add_handlers(handlers.RawUpdateHandler(lambda _, update: self.raw.put(update)))

    def control(self, path: str, **body: Any) -> Any:
        answer = self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def user_writes(self, kind: str = "text", **act: Any) -> Any:
        if kind == "text":
            act.setdefault("text", "Hi")
        return self.control(f"users/{PHONE}/messages", number_id=self.box["number_id"], kind=kind, **act)

    def next(self, kind: type[T]) -> T:
        """The next update of this kind that pywa's handlers receive."""
        deadline = time.monotonic() + 5
        while True:
            update = self.received.get(timeout=max(0.01, deadline - time.monotonic()))
            if isinstance(update, kind):
                return update

    def forget(self) -> None:
        assert self.control("drain", timeout_s=10)["drained"]
        for waiting in (self.received, self.raw):
            with contextlib.suppress(queue.Empty):
                while True:
                    waiting.get_nowait()


@pytest.fixture(scope="module")
def bench() -> Generator[Bench]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    knobs = {
        "sent_delay_s": 0.01,
        "delivered_delay_s": 0.01,
        "read_delay_s": 0.01,
        "played_delay_s": 0.01,
        "review_delay_s": 0.05,
        "fetches_links": False,
        "ignores_pair_limit": True,
    }
    simulator = Simulator(seed=3, knobs=knobs)
    asyncio.run_coroutine_threadsafe(simulator.start(), loop).result(10)
    made = Bench(simulator, loop)
    server = uvicorn.Server(uvicorn.Config(made.app, host="127.0.0.1", port=0, log_level="warning"))
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        token = made.wa.get_app_access_token(int(made.box["app_id"]), made.box["app_secret"])
        assert made.wa.set_app_callback_url(
            app_id=int(made.box["app_id"]),
            app_access_token=token,
            callback_url=f"http://127.0.0.1:{port}/wh",
            verify_token="verify-me",
            fields=FIELDS,
        )
        made.control("users", phone=PHONE, name="Ana")
        yield made
    finally:
        server.should_exit = True
        serving.join(10)
        asyncio.run_coroutine_threadsafe(simulator.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        made.http.close()


# sending


def test_text_with_its_statuses(bench: Bench) -> None:
    message = bench.user_writes()
    received = bench.next(types.Message)
    assert (received.text, received.id, received.from_user.wa_id) == ("Hi", message["id"], PHONE)
    sent = received.reply_text("Hello", tracker="attempt-7", quote=True)
    states: list[str] = []
    while "read" not in states:
        status = bench.next(types.MessageStatus)
        if status.id == sent.id:
            states.append(status.status.value)
            assert status.tracker == "attempt-7"
    assert sorted(states) == ["delivered", "read", "sent"]
    bench.forget()


def send_everything(bench: Bench, to: str, incoming: str) -> dict[str, Any]:
    """One message of every kind that pywa can build."""
    wa = bench.wa
    image = wa.upload_media(PNG, mime_type="image/png", filename="a.png")
    audio = wa.upload_media(b"OggS" + b"\0" * 60, mime_type="audio/ogg", filename="a.ogg")
    video = wa.upload_media(b"\0" * 64, mime_type="video/mp4", filename="a.mp4")
    sticker = wa.upload_media(b"RIFF\0\0\0\0WEBP" + b"\0" * 64, mime_type="image/webp", filename="a.webp")
    document = wa.upload_media(b"%PDF-1.4", mime_type="application/pdf", filename="a.pdf")
    row = types.SectionRow(title="One", callback_data="r1", description="first")
    name = types.Contact.Name(formatted_name="A B", first_name="A")
    return {
        "text": wa.send_message(to, "plain", preview_url=True),
        "buttons": wa.send_message(to, "choose", header="H", footer="F", buttons=[types.Button("Yes", "yes")]),
        "list": wa.send_message(to, "choose", buttons=types.SectionList("Open", [types.Section("S", [row])])),
        "url": wa.send_message(to, "go", buttons=types.URLButton("Go", "https://example.com")),
        "flow": wa.send_message(
            to,
            "form",
            buttons=types.FlowButton(
                "Open", flow_id="1", flow_token="tok", flow_action_type=types.FlowActionType.DATA_EXCHANGE
            ),
        ),
        "call button": wa.send_message(to, "call us", buttons=types.VoiceCallButton("Call")),
        "call permission": wa.send_message(to, "may we?", buttons=types.CallPermissionRequestButton()),
        "contact request": wa.request_contact_info(to, "who are you?"),
        "image": wa.send_image(to, image, caption="c"),
        "image with buttons": wa.send_image(to, image, caption="c", buttons=[types.Button("Yes", "yes")]),
        "image by link": wa.send_image(to, "https://example.com/a.png"),
        "video": wa.send_video(to, video, caption="c"),
        "document": wa.send_document(to, document, filename="a.pdf", caption="c"),
        "audio": wa.send_audio(to, audio),
        "voice": wa.send_voice(to, audio),
        "sticker": wa.send_sticker(to, sticker),
        "location": wa.send_location(to, 12.5, 43.9, "Harbour", "Pier 1"),
        "location request": wa.request_location(to, "where?"),
        "contact": wa.send_contact(to, types.Contact(name=name, phones=[types.Contact.Phone(phone="+1555")])),
        "reaction": wa.send_reaction(to, "👍", incoming),
        "reaction removed": wa.remove_reaction(to, incoming),
        "catalog": wa.send_catalog(to, "all we have", thumbnail_product_sku="sku"),
        "product": wa.send_product(to, "1", "sku", body="this"),
        "products": wa.send_products(to, "1", [types.ProductsSection("S", ["sku1", "sku2"])], "Title", "Body"),
        "carousel": wa.send_carousel(
            to,
            body="look",
            cards=[
                types.ImageCarouselCard(
                    body="one", buttons=types.URLButton("Go", "https://example.com"), image="https://example.com/a.png"
                )
                for _ in range(2)
            ],
        ),
        "template": wa.send_template(
            to, "order_update", t.TemplateLanguage.ENGLISH_US, [t.BodyText.params("Ana", "7")]
        ),
        "template of marketing": wa.send_template(
            to, "spring_offer", t.TemplateLanguage.ENGLISH_US, [t.BodyText.params("Ana")], use_mm_lite_api=True
        ),
    }


@pytest.mark.parametrize("address", ["phone", "bsuid"])
def test_every_kind_is_accepted_and_delivered(bench: Bench, address: str) -> None:
    incoming = bench.user_writes()["id"]
    received = bench.next(types.Message)
    sent = send_everything(bench, f"+{PHONE}" if address == "phone" else received.from_user.bsuid, incoming)
    assert bench.control("drain", timeout_s=10)["drained"]
    log = {item["wamid"]: item for item in bench.http.get("/_control/log").json()["items"]}
    outcomes = {name: log[message.id]["status"] for name, message in sent.items()}
    expected = dict.fromkeys(sent, "read") | {"voice": "played", "reaction": "sent", "reaction removed": "sent"}
    assert outcomes == expected
    bench.forget()


def test_typed_errors(bench: Bench) -> None:
    with pytest.raises(errors.WhatsAppError, match="at most 4096"):
        bench.wa.send_message(f"+{PHONE}", "x" * 4097)
    with pytest.raises(errors.TemplateNotExists):
        bench.wa.send_template(f"+{PHONE}", "nothing", t.TemplateLanguage.ENGLISH_US, [])
    with pytest.raises(errors.TemplateParamCountMismatch):
        bench.wa.send_template(f"+{PHONE}", "order_update", t.TemplateLanguage.ENGLISH_US, [t.BodyText.params("Ana")])
    with pytest.raises(errors.WhatsAppError) as caught:
        bench.wa.get_media_url("123")
    assert caught.value.code == 100


def test_mark_read_and_typing(bench: Bench) -> None:
    bench.user_writes()
    received = bench.next(types.Message)
    assert received.mark_as_read()
    assert received.indicate_typing()
    with pytest.raises(errors.WhatsAppError):
        bench.wa.mark_message_as_read("wamid.unknown")


# receiving


MEDIA = {"base64": base64.b64encode(PNG).decode(), "mime": "image/png", "name": "a.png"}
MIMES = {
    "video": "video/mp4",
    "audio": "audio/ogg",
    "voice": "audio/ogg; codecs=opus",
    "document": "application/pdf",
    "sticker": "image/webp",
}


@pytest.mark.parametrize("kind", ["image", "video", "audio", "voice", "document", "sticker"])
def test_media_is_received_and_downloaded(bench: Bench, kind: str) -> None:
    mime = MIMES.get(kind, "image/png")
    bench.user_writes(kind, media={**MEDIA, "mime": mime}, caption="see")
    received = bench.next(types.Message)
    assert received.media is not None
    assert received.media.mime_type == mime
    assert received.media.get_bytes() == PNG
    assert bench.wa.get_media_bytes(bench.wa.get_media_url(received.media.id).url) == PNG
    if kind == "voice":
        assert received.audio is not None
        assert received.audio.voice


def test_other_kinds_are_received(bench: Bench) -> None:
    bench.user_writes("location", location={"latitude": 1.5, "longitude": 2.5, "name": "Here"})
    location = bench.next(types.Message).location
    assert location is not None
    assert (location.latitude, location.name) == (1.5, "Here")
    bench.user_writes("contacts", contacts=[{"name": {"formatted_name": "A B"}, "phones": [{"phone": "+1"}]}])
    contacts = bench.next(types.Message).contacts
    assert contacts is not None
    assert contacts[0].name is not None
    assert contacts[0].name.formatted_name == "A B"
    items = [{"product_retailer_id": "S", "quantity": 2, "item_price": 30.5, "currency": "USD"}]
    bench.user_writes("order", order={"catalog_id": "1", "product_items": items})
    order = bench.next(types.Message).order
    assert order is not None
    assert order.products[0].sku == "S"
    bench.user_writes("unsupported", sub_type="poll_creation")
    assert bench.next(types.Message).type is types.MessageType.UNSUPPORTED
    bench.user_writes(text="passed on", forwarded=True)
    assert bench.next(types.Message).forwarded
    referral = {"source_url": "https://fb.me/x", "source_id": "1", "source_type": "ad", "headline": "h", "body": "b",
                "media_type": "image", "image_url": "https://example.com/a.png", "ctwa_clid": "c"}  # fmt: skip
    bench.user_writes(text="from an ad", referral=referral)
    received = bench.next(types.Message).referral
    assert received is not None
    assert received.source_id == "1"


def test_reaction_quote_button_list_and_flow_answers_are_received(bench: Bench) -> None:
    bench.user_writes()
    message = bench.next(types.Message)
    plain = message.reply_text("plain")
    buttons = message.reply_text("choose", buttons=[types.Button("Yes", "yes")])
    listed = message.reply_text(
        "choose", buttons=types.SectionList("Open", [types.Section("S", [types.SectionRow("One", "r1")])])
    )
    flow = message.reply_text(
        "form",
        buttons=types.FlowButton(
            "Open", flow_id="1", flow_token="tok", flow_action_type=types.FlowActionType.DATA_EXCHANGE
        ),
    )
    offer = bench.wa.send_template(
        f"+{PHONE}", "spring_offer", t.TemplateLanguage.ENGLISH_US, [t.BodyText.params("Ana")]
    )
    bench.forget()
    bench.user_writes("reaction", message_id=plain.id, emoji="😮")
    reaction = bench.next(types.Message).reaction
    assert reaction is not None
    assert (reaction.emoji, reaction.message_id) == ("😮", plain.id)
    bench.user_writes(text="this", message_id=plain.id)
    quoted = bench.next(types.Message).reply_to_message
    assert quoted is not None
    assert quoted.id == plain.id
    bench.user_writes("button", message_id=buttons.id, reply={"id": "yes"})
    assert bench.next(types.CallbackButton).data == "yes"
    bench.user_writes("list", message_id=listed.id, reply={"id": "r1"})
    assert bench.next(types.CallbackSelection).data == "r1"
    bench.user_writes("flow", message_id=flow.id, response={"rating": "4"})
    completion = bench.next(types.FlowCompletion)
    assert completion.token == "tok"
    assert completion.response["rating"] == "4"
    bench.user_writes("button", message_id=offer.id, reply={"id": "1"})
    assert bench.next(types.CallbackButton).title == "Unsubscribe"


def test_account_news_are_received(bench: Bench) -> None:
    bench.forget()
    path = f"users/{PHONE}/marketing"
    bench.control(path, number_id=bench.box["number_id"], value="stop")
    assert not bench.next(types.UserMarketingPreferences)
    bench.control(path, number_id=bench.box["number_id"], value="resume")
    template = bench.box["templates"][1]["id"]
    bench.control(f"templates/{template}", action="quality", quality="YELLOW")
    assert bench.next(t.TemplateQualityUpdate).new_quality_score is t.QualityScoreType.YELLOW
    bench.control(f"templates/{template}", action="recategorise", category="MARKETING", at_once=True)
    assert bench.next(t.TemplateCategoryUpdate).new_category is t.TemplateCategory.MARKETING
    bench.control(f"templates/{template}", action="recategorise", category="UTILITY", at_once=True)
    bench.control(f"accounts/{bench.box['account_id']}", violation="SPAM")
    assert bench.next(types.AccountUpdate).id == bench.box["account_id"]
    bench.control(f"numbers/{bench.box['number_id']}", quality="YELLOW", news=True)
    while bench.raw.get(timeout=5)["entry"][0]["changes"][0]["field"] != "phone_number_quality_update":
        pass


def test_calls_are_received_and_answered(bench: Bench) -> None:
    bench.wa.api.update_business_phone_number_settings(bench.box["number_id"], {"calling": {"status": "ENABLED"}})
    call = bench.control(f"users/{PHONE}/call", number_id=bench.box["number_id"])
    connect = bench.next(types.CallConnect)
    assert connect.id == call["id"]
    session = calls.SessionDescription(sdp="v=0", sdp_type="answer")
    assert bench.wa.pre_accept_call(call["id"], session)
    assert bench.wa.accept_call(call["id"], session)
    assert bench.wa.terminate_call(call["id"])
    assert bench.next(types.CallTerminate).id == call["id"]
    # pywa's own method forgets an argument of its API layer
    permissions = bench.wa.api.get_call_permissions(bench.box["number_id"], user_wa_id=PHONE, recipient=None)
    assert permissions["permission"] == {"status": "no_permission"}


def test_change_of_number_is_received(bench: Bench) -> None:
    bench.control("users", phone="447700900777", name="Ben")
    bench.control("users/447700900777/messages", number_id=bench.box["number_id"], kind="text", text="Hi")
    bench.next(types.Message)
    bench.control("users/447700900777/number", phone="447700900778")
    change = bench.next(types.PhoneNumberChange)
    assert (change.old_wa_id, change.new_wa_id) == ("447700900777", "447700900778")


# managing


def test_media_goes_up_comes_down_and_is_deleted(bench: Bench) -> None:
    media = bench.wa.upload_media(PNG, mime_type="image/png", filename="a.png")
    url = bench.wa.get_media_url(media.id)
    assert (url.mime_type, url.file_size) == ("image/png", len(PNG))
    assert bench.wa.get_media_bytes(url.url) == PNG
    assert httpx.get(url.url).status_code == 401
    assert bench.wa.delete_media(media.id)
    with pytest.raises(errors.WhatsAppError):
        bench.wa.get_media_url(media.id)
    with pytest.raises(errors.WhatsAppError):
        bench.wa.upload_media(b"MZ", mime_type="application/x-msdownload", filename="a.exe")


def test_templates_are_created_listed_edited_deleted(bench: Bench) -> None:
    bench.forget()
    template = t.Template(
        name="receipt",
        language=t.TemplateLanguage.ENGLISH_US,
        category=t.TemplateCategory.UTILITY,
        components=[
            t.HeaderText("Receipt"),
            t.BodyText("Hello {{1}}, here is receipt {{2}} for you.", "Ana", "7"),
            t.FooterText(text="Thank you"),
            t.Buttons(buttons=[t.QuickReplyButton(text="Thanks")]),
        ],
    )
    created = bench.wa.create_template(template)
    assert created.status is t.TemplateStatus.PENDING
    update = bench.next(t.TemplateStatusUpdate)
    assert (update.template_id, update.new_status) == (created.id, t.TemplateStatus.APPROVED)
    details = bench.wa.get_template(created.id)
    assert (details.name, details.status) == ("receipt", t.TemplateStatus.APPROVED)
    names: list[str] = []
    after: str | None = None
    while True:  # pywa's `TemplatesResult.next()` cannot build its next page
        pagination = {"limit": "2", **({"after": after} if after is not None else {})}
        page = bench.wa.api.get_templates(bench.box["waba_id"], fields=("name",), pagination=pagination)
        names += [item["name"] for item in page["data"]]
        after = page["paging"]["cursors"]["after"]
        if "next" not in page["paging"]:
            break
    assert names == ["hello_world", "order_update", "spring_offer", "receipt"]
    assert bench.wa.update_template(
        created.id, new_components=[t.BodyText("Hi {{1}}, receipt {{2}} is here now.", "A", "7")]
    )
    assert bench.next(t.TemplateStatusUpdate).new_status is t.TemplateStatus.APPROVED
    picture = t.Template(
        name="picture",
        language=t.TemplateLanguage.ENGLISH_US,
        category=t.TemplateCategory.MARKETING,
        components=[t.HeaderImage(PNG, mime_type="image/png"), t.BodyText("Look at what is new in our shop.")],
    )
    pictured = bench.wa.create_template(picture)
    assert bench.next(t.TemplateStatusUpdate).template_id == pictured.id
    media = bench.wa.upload_media(PNG, mime_type="image/png", filename="a.png")
    assert bench.wa.send_template(
        f"+{PHONE}", "picture", t.TemplateLanguage.ENGLISH_US, [t.HeaderImage.params(image=media.id)]
    )
    assert bench.control("drain", timeout_s=10)["drained"]
    for name in ("receipt", "picture"):
        assert bench.wa.delete_template(name)
    assert len(bench.wa.get_templates()) == 3
    bench.forget()


def test_business_profile_number_and_settings(bench: Bench) -> None:
    assert bench.wa.update_business_profile(
        about="We sell things", email="a@example.com", websites=["https://example.com"], industry=types.Industry.RETAIL,
        profile_picture=PNG,
    )  # fmt: skip
    profile = bench.wa.get_business_profile()
    assert (profile.about, profile.email, profile.industry) == (
        "We sell things",
        "a@example.com",
        types.Industry.RETAIL,
    )
    assert profile.profile_picture_url is not None
    assert httpx.get(profile.profile_picture_url).content == PNG
    with pytest.raises(errors.WhatsAppError):
        bench.wa.update_business_profile(about="x" * 140)
    number = bench.wa.get_business_phone_number()
    assert str(number.display_phone_number).startswith("+44")
    assert [item.id for item in bench.wa.get_business_phone_numbers()] == [bench.box["number_id"]]
    assert bench.wa.get_business_account().id == bench.box["account_id"]
    assert bench.wa.update_commerce_settings(is_cart_enabled=False)
    assert bench.wa.get_commerce_settings().is_cart_enabled is False
    assert bench.wa.update_conversational_automation(ice_breakers=["Where is my order?"])
    assert bench.wa.update_display_name("Better Shop")
    assert bench.wa.set_username("better.shop")
    assert bench.wa.get_current_username().username == "better.shop"
    assert bench.wa.delete_username()


def test_users_are_blocked_listed_and_unblocked(bench: Bench) -> None:
    bench.user_writes()
    bench.next(types.Message)
    result = bench.wa.block_users([f"+{PHONE}"])
    assert [user.wa_id for user in result.added_users] == [PHONE]
    # pywa's typed list wants `input`, which the documented answer (and pywa's own example) does not have
    assert [user["wa_id"] for user in bench.wa.api.get_blocked_users(bench.box["number_id"])["data"]] == [PHONE]
    assert bench.wa.unblock_users([f"+{PHONE}"]).removed_users
    assert len(bench.wa.get_blocked_users()) == 0
    with pytest.raises(errors.WhatsAppError) as caught:
        bench.wa.block_users(["+447700900999"])
    assert caught.value.code == 139100


def test_links_with_qr_codes(bench: Bench) -> None:
    made = bench.wa.create_qr_code("I want to order", others.QRCodeImageType.SVG)
    assert made.deep_link_url == f"https://wa.me/message/{made.code}"
    found = bench.wa.get_qr_code(made.code)
    assert found is not None
    assert found.prefilled_message == "I want to order"
    assert bench.wa.update_qr_code(made.code, "I want two").prefilled_message == "I want two"
    assert len(bench.wa.get_qr_codes()) == 1
    assert bench.wa.delete_qr_code(made.code)
    assert len(bench.wa.get_qr_codes()) == 0


def test_flows_live_from_draft_to_deprecated(bench: Bench) -> None:
    created = bench.wa.create_flow("Survey", [types.FlowCategory.SURVEY])
    document = '{"version":"7.1","screens":[{"id":"S"}]}'
    assert bench.wa.update_flow_json(created.id, document)
    assert bench.wa.publish_flow(created.id)
    assert bench.wa.get_flow(created.id).status is types.FlowStatus.PUBLISHED
    assert len(bench.wa.get_flow_assets(created.id)) == 1
    with pytest.raises(errors.WhatsAppError):
        bench.wa.delete_flow(created.id)
    assert bench.wa.deprecate_flow(created.id)


def test_number_is_registered_like_a_new_one(bench: Bench) -> None:
    made = bench.wa.create_phone_number(country_calling_code="44", phone_number="2079460999", verified_name="Second")
    assert bench.wa.request_verification_code(code_method="SMS", language_code="en", phone_id=made.id)
    code = bench.http.get(f"/_control/numbers/{made.id}").json()["code"]
    with pytest.raises(errors.WhatsAppError):
        bench.wa.register_phone_number("123456", phone_id=made.id)
    assert bench.wa.verify_phone_number(code, phone_id=made.id)
    assert bench.wa.register_phone_number("123456", phone_id=made.id)
    assert bench.wa.deregister_phone_number(phone_id=made.id)
    with pytest.raises(errors.WhatsAppError):
        bench.wa.send_message(f"+{PHONE}", "from nobody", sender=made.id)


def test_groups_are_made_and_managed(bench: Bench) -> None:
    bench.control(f"numbers/{bench.box['number_id']}", is_official=True)
    assert bench.wa.create_group(subject="Club").request_id
    (group,) = bench.wa.get_groups()
    bench.control(f"users/{PHONE}/join", group_id=group.id)
    assert bench.wa.get_group(group.id).subject == "Club"
    assert bench.wa.get_group_invite_link(group.id) != bench.wa.reset_group_invite_link(group.id)
    assert bench.wa.delete_group(group.id)


def test_callback_is_refused_with_the_wrong_verify_token(bench: Bench) -> None:
    with pytest.raises(errors.WhatsAppError) as caught:
        bench.wa.override_waba_callback_url("http://127.0.0.1:9/none", "verify-me")
    assert caught.value.code == 2200
