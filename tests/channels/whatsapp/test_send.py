"""What became of a send: sent, proved not sent, or nobody knows. Over real HTTP with the product's own client."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from tests.channels.whatsapp.graph_double import (
    ACCEPTED,
    TOKEN,
    GraphDouble,
    error,
    local_http,
    outgoing_file,
    running_graph,
)
from threadline.channels.contract import (
    AddressValue,
    Alarm,
    FetchedMedia,
    HttpClient,
    MediaSource,
    OutgoingFile,
    OutgoingPart,
    Retry,
    SendError,
    Sent,
)
from threadline.channels.registry import channel_type
from threadline.channels.types.whatsapp import send as whatsapp_send
from threadline.channels.types.whatsapp.media import check_file
from threadline.core.content import Content, Media, Template, Text

CHANNEL = channel_type("whatsapp")
ATTEMPT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
FILE = UUID(int=7)
TO = (AddressValue(scheme="phone", value="+16505551234"),)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def graph() -> AsyncGenerator[GraphDouble]:
    async with running_graph() as double:
        yield double


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http() -> AsyncGenerator[HttpClient]:
    async with local_http() as client:
        yield client


def part(content: Content | None = None, file: OutgoingFile | None = None) -> OutgoingPart:
    files = {file.file_id: file} if file is not None else {}
    return OutgoingPart(attempt_id=ATTEMPT, content=content or Text(text="hello"), to=TO, files=files)


IMAGE = Media(media="image", file_id=FILE)


async def failed(http: HttpClient, graph: GraphDouble, *answers: object, timeout_s: float = 5) -> SendError:
    graph.will(*answers)
    with pytest.raises(SendError) as raised:
        await whatsapp_send.send(http, graph.access(), part(), timeout_s=timeout_s)
    assert raised.value.text
    return raised.value


async def test_accepted_message_carries_token_version_and_attempt(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    sent = await CHANNEL.send(http, graph.access(), part())
    assert sent == Sent(provider_id="wamid.OUT1", addresses=TO)
    (asked,) = graph.asked
    assert (asked.method, asked.path) == ("POST", "/v26.0/106540352242922/messages")
    assert asked.token == f"Bearer {TOKEN}"
    assert asked.json["biz_opaque_callback_data"] == str(ATTEMPT)


async def test_version_is_a_setting(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    await CHANNEL.send(http, graph.access(graph_version="v27.0"), part())
    assert graph.asked[0].path.startswith("/v27.0/")


async def test_answer_teaches_the_user_id_and_the_pacing(http: HttpClient, graph: GraphDouble) -> None:
    held = {"id": "wamid.1", "message_status": "held_for_quality_assessment"}
    graph.will({"contacts": [{"input": "US.1", "user_id": "US.1"}], "messages": [held]})
    sent = await CHANNEL.send(http, graph.access(), part())
    assert sent.addresses == (AddressValue(scheme="whatsapp_user", value="US.1", scope="102290129340398"),)
    assert sent.note == "held_for_quality_assessment"


@pytest.mark.parametrize(
    ("answer", "code", "retry"),
    [
        (error(131056), "131056", Retry.PAIR),
        (error(130429), "130429", Retry.CHANNEL),
        (error(131057, 500), "131057", Retry.CHANNEL),
        (error(80007), "80007", Retry.CHANNEL),
        (error(131047), "131047", Retry.NO),
        (error(131042), "131042", Retry.LATER),
        (error(100), "100", Retry.NO),
        (error(131000, 500), "131000", Retry.UNKNOWN),
        (error(131016, 500), "131016", Retry.UNKNOWN),
        (error(1), "1", Retry.UNKNOWN),
        (error(2, 503), "2", Retry.UNKNOWN),
        (error(987654), "987654", Retry.NO),
        (error(987654, 500), "987654", Retry.UNKNOWN),
        (error(987654, 429), "987654", Retry.CHANNEL),
        ((429, b"slow down"), "http_429", Retry.CHANNEL),
        ((500, b"<html>oops</html>"), "http_500", Retry.UNKNOWN),
        ((502, b""), "http_502", Retry.UNKNOWN),
        ((403, b"<html>proxy</html>"), "http_403", Retry.UNKNOWN),
        ((400, b'{"error":{"code":1310'), "http_400", Retry.UNKNOWN),
        ((400, {"error": "a text"}), "http_400", Retry.UNKNOWN),
        ((400, [1, 2]), "http_400", Retry.UNKNOWN),
        ((400, {"error": {"code": "131056", "error_data": "a text"}}), "131056", Retry.PAIR),
        ((302, b"", {"Location": "/elsewhere"}), "http_302", Retry.UNKNOWN),
        (b"", "half_answer", Retry.UNKNOWN),
        (b"<html>", "half_answer", Retry.UNKNOWN),
        (b'{"messages":[{"id":"wam', "half_answer", Retry.UNKNOWN),
        ({"messages": []}, "half_answer", Retry.UNKNOWN),
        ({"messages": [{}]}, "half_answer", Retry.UNKNOWN),
        ({}, "half_answer", Retry.UNKNOWN),
        ("break", "broken", Retry.UNKNOWN),
        ("half", "broken", Retry.UNKNOWN),
    ],
)
async def test_answer_decides_what_may_follow(
    http: HttpClient, graph: GraphDouble, answer: object, code: str, retry: Retry
) -> None:
    refused = await failed(http, graph, answer)
    assert (refused.code, refused.retry) == (code, retry)


async def test_silence_leaves_the_outcome_open(http: HttpClient, graph: GraphDouble) -> None:
    assert (await failed(http, graph, "silent", timeout_s=0.2)).retry is Retry.UNKNOWN


async def test_closed_port_proves_that_nothing_was_sent(http: HttpClient, graph: GraphDouble) -> None:
    nobody = replace(graph.access(), base_url="http://127.0.0.1:9")
    with pytest.raises(SendError) as raised:
        await CHANNEL.send(http, nobody, part())
    assert (raised.value.code, raised.value.retry) == ("unreachable", Retry.YES)


@pytest.mark.parametrize(
    "answer", [error(190, 401), error(0, 401), error(10, 403), error(200, 403), error(131005, 403)]
)
async def test_token_that_may_not_send_stops_the_channel_and_keeps_the_queue(
    http: HttpClient, graph: GraphDouble, answer: object
) -> None:
    refused = await failed(http, graph, answer)
    assert (refused.alarm, refused.retry) == (Alarm.STOP, Retry.LATER)


async def test_unknown_number_stops_the_channel(http: HttpClient, graph: GraphDouble) -> None:
    refused = await failed(http, graph, error(100, error_subcode=33))
    assert (refused.code, refused.alarm) == ("33", Alarm.STOP)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("999999", 3600), ("soon", None), ("-1", None), ("", None)])
async def test_retry_after_is_obeyed_within_reason(
    http: HttpClient, graph: GraphDouble, header: str, seconds: float | None
) -> None:
    refused = await failed(http, graph, (429, error(130429)[1], {"Retry-After": header}))
    assert refused.retry_in_s == seconds


async def test_closed_window_offers_a_template(http: HttpClient, graph: GraphDouble) -> None:
    assert (await failed(http, graph, error(131047))).help == "template"


async def test_nobody_to_send_to_is_refused_before_anything_leaves(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    lost = OutgoingPart(attempt_id=ATTEMPT, content=Text(text="x"), to=(AddressValue(scheme="email", value="a@b"),))
    with pytest.raises(SendError) as raised:
        await CHANNEL.send(http, graph.access(), lost)
    assert raised.value.retry is Retry.NO
    assert graph.asked == []


# --- Files -------------------------------------------------------------------------------------------------------


async def test_file_is_streamed_up_and_its_id_remembered(http: HttpClient, graph: GraphDouble) -> None:
    graph.will({"id": "555"}, ACCEPTED)
    sent = await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file(b"x" * 5000)))
    assert sent.uploaded == {FILE: "555"}
    upload, message = graph.asked
    assert upload.path.endswith("/106540352242922/media")
    assert b"x" * 5000 in upload.body
    assert b'name="messaging_product"' in upload.body
    assert b"Content-Type: image/png" in upload.body
    assert message.json["image"] == {"id": "555"}


async def test_remembered_file_is_not_sent_up_again(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    sent = await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file(known="444")))
    assert sent.uploaded == {}
    assert [asked.json["image"] for asked in graph.asked] == [{"id": "444"}]


@pytest.mark.parametrize("code", [100, 131009, 131053])
async def test_file_that_meta_forgot_is_sent_up_once_more(http: HttpClient, graph: GraphDouble, code: int) -> None:
    graph.will(error(code), {"id": "555"}, ACCEPTED)
    sent = await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file(known="444")))
    assert sent.uploaded == {FILE: "555"}
    graph.will(error(code), {"id": "555"}, error(code))
    with pytest.raises(SendError):
        await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file(known="444")))
    assert len(graph.asked) == 3


async def test_file_that_meta_could_not_digest_goes_up_once_more(http: HttpClient, graph: GraphDouble) -> None:
    graph.will({"id": "444"}, error(131053), {"id": "555"}, ACCEPTED)
    sent = await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file()))
    assert sent.uploaded == {FILE: "555"}
    graph.will({"id": "444"}, error(131053), {"id": "555"}, error(131053))
    with pytest.raises(SendError):
        await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file()))
    assert len(graph.asked) == 4


@pytest.mark.parametrize("answer", [(500, b""), "break", b"", {"no": "id"}])
async def test_upload_that_fails_may_go_again_because_nobody_got_it(
    http: HttpClient, graph: GraphDouble, answer: object
) -> None:
    graph.will(answer)
    with pytest.raises(SendError) as raised:
        await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file()))
    assert raised.value.retry is Retry.YES
    assert len(graph.asked) == 1


@pytest.mark.parametrize(
    ("kind", "mime", "border"),
    [
        ("image", "image/jpeg", 5 * 1024 * 1024),
        ("video", "video/mp4", 16 * 1024 * 1024),
        ("audio", "audio/ogg; codecs=opus", 16 * 1024 * 1024),
        ("document", "application/x-anything", 100 * 1024 * 1024),
        ("sticker", "image/webp", 500 * 1024),
    ],
)
async def test_file_at_the_limit_goes_up_and_one_byte_more_does_not(
    http: HttpClient, graph: GraphDouble, kind: str, mime: str, border: int
) -> None:
    check_file(kind, outgoing_file(mime=mime, size=border))
    graph.will(ACCEPTED)
    content = msgspec.convert({"kind": "media", "media": kind, "file_id": str(FILE)}, Content)
    with pytest.raises(SendError) as raised:
        await CHANNEL.send(http, graph.access(), part(content, outgoing_file(mime=mime, size=border + 1)))
    assert (raised.value.code, raised.value.retry) == ("media_size", Retry.NO)
    assert graph.asked == []


async def test_picture_of_a_type_that_whatsapp_cannot_show_is_refused(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    with pytest.raises(SendError) as raised:
        await CHANNEL.send(http, graph.access(), part(IMAGE, outgoing_file(mime="image/heic")))
    assert raised.value.code == "media_type"


async def test_missing_file_is_refused(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    for content in (IMAGE, Template(name="bill", language="en", header_file_id=FILE)):
        with pytest.raises(SendError) as raised:
            await CHANNEL.send(http, graph.access(), part(content))
        assert raised.value.code == "no_file"


async def fetched(media: FetchedMedia) -> bytes:
    return b"".join([chunk async for chunk in media.chunks])


async def test_received_file_is_fetched_by_its_link(http: HttpClient, graph: GraphDouble) -> None:
    graph.will((200, b"picture", {"Content-Type": "image/jpeg"}))
    source = MediaSource(media_id="9", url=f"{graph.url}/attachments/?mid=9")
    media = await CHANNEL.fetch_media(http, graph.access(), source, limit_bytes=100)
    assert (await fetched(media), media.mime, media.size_bytes) == (b"picture", "image/jpeg", 7)
    assert [asked.token for asked in graph.asked] == [f"Bearer {TOKEN}"]


async def test_expired_link_is_asked_for_again(http: HttpClient, graph: GraphDouble) -> None:
    new = {"url": f"{graph.url}/attachments/?mid=9&new=1", "mime_type": "image/png", "file_size": "7", "id": "9"}
    graph.will((404, b"gone"), new, (200, b"picture", {"Content-Type": "image/png"}))
    source = MediaSource(media_id="9", url=f"{graph.url}/attachments/?mid=9")
    media = await CHANNEL.fetch_media(http, graph.access(), source, limit_bytes=100)
    assert await fetched(media) == b"picture"
    assert [asked.path for asked in graph.asked] == ["/attachments/", "/v26.0/9", "/attachments/"]
    assert graph.asked[1].query == {"phone_number_id": "106540352242922"}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com.evil.example/",
        "ftp://[",
        "",
    ],
)
async def test_token_goes_to_no_other_host(http: HttpClient, graph: GraphDouble, url: str) -> None:
    graph.will({"url": url, "mime_type": "image/png"})
    with pytest.raises(SendError) as raised:
        await CHANNEL.fetch_media(http, graph.access(), MediaSource(media_id="9", url=url), limit_bytes=100)
    assert (raised.value.code, raised.value.retry) == ("media_host", Retry.NO)
    assert len(graph.asked) == 1


@pytest.mark.parametrize(
    ("answer", "retry"),
    [
        (error(100, error_subcode=33), Retry.NO),
        (error(190, 401), Retry.LATER),
        ((500, b""), Retry.YES),
        ("break", Retry.YES),
        (b"{", Retry.YES),
    ],
)
async def test_file_that_cannot_be_fetched(http: HttpClient, graph: GraphDouble, answer: object, retry: Retry) -> None:
    graph.will(answer)
    with pytest.raises(SendError) as raised:
        await CHANNEL.fetch_media(http, graph.access(), MediaSource(media_id="9"), limit_bytes=100)
    assert raised.value.retry is retry


# --- Acts and templates ------------------------------------------------------------------------------------------


async def test_reaction_and_its_removal(http: HttpClient, graph: GraphDouble) -> None:
    graph.will(ACCEPTED)
    for emoji in ("👍", ""):
        await CHANNEL.react(http, graph.access(), to=TO, target_provider_id="wamid.IN1", emoji=emoji)
    assert [asked.json["reaction"] for asked in graph.asked] == [
        {"message_id": "wamid.IN1", "emoji": "👍"},
        {"message_id": "wamid.IN1", "emoji": ""},
    ]
    assert "context" not in graph.asked[0].json


async def test_read_mark_with_and_without_typing(http: HttpClient, graph: GraphDouble) -> None:
    graph.will({"success": True})
    for with_typing in (False, True):
        await CHANNEL.mark_read(http, graph.access(), provider_id="wamid.IN1", with_typing=with_typing)
    plain, typing = (asked.json for asked in graph.asked)
    assert plain == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}
    assert typing["typing_indicator"] == {"type": "text"}


async def test_templates_are_read_page_by_page(http: HttpClient, graph: GraphDouble) -> None:
    def page(name: str, **paging: object) -> object:
        template = {
            "id": "1",
            "name": name,
            "language": "en-US",
            "status": "APPROVED",
            "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hi {{1}}"}],
            "quality_score": {"score": "GREEN", "date": 1},
            "rejected_reason": "NONE",
        }
        return {"data": [template], "paging": paging}

    first = page("a", cursors={"before": "x", "after": "y"}, next="https://elsewhere.example/?access_token=secret")
    graph.will(first, page("b", cursors={"before": "y", "after": "z"}))
    found = await CHANNEL.list_templates(http, graph.access())
    assert [record.name for record in found] == ["a", "b"]
    assert (found[0].language, found[0].quality, found[0].reason) == ("en_US", "GREEN", "")
    assert msgspec.json.decode(found[0].components) == [{"type": "BODY", "text": "Hi {{1}}"}]
    assert [asked.query.get("after") for asked in graph.asked] == [None, "y"]


async def test_pages_that_never_end_are_left(http: HttpClient, graph: GraphDouble) -> None:
    graph.will({"data": [], "paging": {"cursors": {"after": "same"}, "next": "x"}})
    assert await CHANNEL.list_templates(http, graph.access()) == []
    assert len(graph.asked) == 2
