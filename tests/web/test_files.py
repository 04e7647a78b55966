"""Files of the web edge: uploaded, served, ranged, and never run (S47, S48)."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import aiohttp
import pytest
from PIL import Image

from tests.web.conftest import Answer, Browser, Desk, Server, browser_of, join, running_server, set_up
from threadline.infra.clock import new_id
from threadline.store.session import Role


@pytest.fixture(scope="module")
async def admin(server: Server) -> AsyncIterator[Browser]:
    async with browser_of(server) as browser:
        yield await set_up(browser)


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(buffer, "PNG")
    return buffer.getvalue()


async def upload(
    browser: Browser, channel_id: UUID, content: bytes, name: str, kind: str, headers: dict[str, str] | None = None
) -> Answer:
    form = aiohttp.FormData()
    form.add_field("channel_id", str(channel_id))
    form.add_field("file", content, filename=name, content_type=kind)
    return await browser.request("POST", "/api/files", data=form, headers=headers)


async def test_equal_uploads_with_a_key_are_one_file(admin: Browser, server: Server) -> None:
    channel_id = await Desk(admin.server, admin.workspace_id).channel()
    key = {"Idempotency-Key": "cat"}
    before = count_blobs(server)
    answers = await asyncio.gather(
        *(upload(admin, channel_id, picture(), "cat.png", "image/png", key) for _ in range(5))
    )
    assert {one.status for one in answers} == {201}
    assert len({one.raw for one in answers}) == 1
    assert count_blobs(server) == before + 2, "the picture and its preview; what came again is thrown away"
    other = await upload(admin, channel_id, picture() + b" ", "cat.png", "image/png", key)
    assert other.status == 422
    assert count_blobs(server) == before + 2
    without_key = await upload(admin, channel_id, picture(), "cat.png", "image/png")
    assert without_key.json["id"] != answers[0].json["id"]


def count_blobs(server: Server) -> int:
    folder = server.settings.data_dir / "blobs"
    return sum(1 for one in folder.rglob("*") if one.is_file()) if folder.exists() else 0


async def test_a_picture_is_uploaded_sent_and_served(admin: Browser) -> None:
    desk = Desk(admin.server, admin.workspace_id)
    channel_id = await desk.channel()
    conversation_id = await desk.conversation(channel_id)
    made = await upload(admin, channel_id, picture(), "cat.png", "image/png")
    assert made.status == 201, made.raw
    assert (made.json["mime"], made.json["width"], made.json["height"]) == ("image/png", 20, 10)
    async with browser_of(admin.server) as agent:
        await join(admin, agent)
        assert (await agent.get(made.json["url"])).status == 404  # not sent yet: its uploader's alone
        content = {"kind": "media", "media": "image", "file_id": made.json["id"], "caption": "look"}
        sent = await admin.post(
            f"/api/conversations/{conversation_id}/messages", {"client_id": str(uuid4()), "content": content}
        )
        assert sent.status == 201, sent.raw
        assert sent.json["files"][made.json["id"]]["mime"] == "image/png"
        served = await agent.get(made.json["url"])
    assert served.raw == picture()
    assert served.headers["content-type"] == "image/png"
    assert served.headers["content-disposition"].startswith('inline; filename="cat.png"')
    assert served.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert served.headers["cache-control"] == "private, no-store"
    saved = await admin.get(made.json["url"] + "?download=true")
    assert saved.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-0,2-2,4-4", 200, slice(None)),
        ("bytes=9999999-", 416, slice(0, 0)),
        ("items=0-3", 200, slice(None)),
    ],
)
async def test_a_range_is_served(admin: Browser, wanted: str, status: int, expected: slice) -> None:
    desk = Desk(admin.server, admin.workspace_id)
    made = await upload(admin, await desk.channel(), picture(), "cat.png", "image/png")
    part = await admin.get(made.json["url"], headers={"Range": wanted})
    assert part.status == status
    assert part.raw == picture()[expected]


@pytest.mark.parametrize(
    "mime", ["text/html", "image/svg+xml", "application/xml", "text/javascript", "application/pdf"]
)
async def test_what_a_browser_could_run_is_saved_instead(admin: Browser, mime: str) -> None:
    """Whatever a provider called it, and even if somebody marked it as shown."""
    blob = await admin.server.web.context.blobs.put(b"<script>alert(1)</script>")
    file_id = new_id()
    async with admin.server.database.transaction(Role.ENGINE, admin.workspace_id) as session:
        await (await session.raw()).execute(
            "insert into files (workspace_id, id, state, mime, name, size_bytes, blob_key, is_inline, uploaded_by)"
            " values ($1, $2, 'ready', $3, $4, 25, $5, true, $6)",
            admin.workspace_id,
            file_id,
            mime,
            'a"b\\c\u202e.html',
            blob.key,
            admin.agent_id,
        )
    served = await admin.get(f"/files/{file_id}")
    assert served.headers["content-disposition"].startswith('attachment; filename="a_b_c_.html"')
    assert served.headers["content-type"] in ("application/octet-stream", "application/pdf")
    assert served.headers["x-content-type-options"] == "nosniff"


async def test_a_form_of_another_shape_is_refused(admin: Browser) -> None:
    assert (await admin.post("/api/files", {"file": "x"})).status == 422
    form = aiohttp.FormData()
    form.add_field("channel_id", "x")
    form.add_field("file", b"x", filename="x.txt")
    assert (await admin.request("POST", "/api/files", data=form)).status == 422


@pytest.fixture
async def impatient(database_url: str, tmp_path: Path) -> AsyncIterator[Browser]:
    async with running_server(database_url, tmp_path, REQUEST_TIMEOUT_S="0.5") as server, browser_of(server) as browser:
        yield await set_up(browser)


def head_of_upload(browser: Browser, **more: str) -> bytes:
    """The head of a request that uploads something, by its person."""
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser.http.cookie_jar)
    headers = browser.headers("POST") | {"Host": "x", "Cookie": cookies} | more
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"POST /api/files HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=b\r\n{lines}\r\n--b\r\n".encode()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"Content_Length": "10737418240"}, b" 413 "),
        ({"Content_Length": "100", "Content_Encoding": "gzip"}, b" 415 "),
        ({"Content_Length": "100"}, b" 408 "),
    ],
    ids=["10 GB announced", "compressed", "silent"],
)
async def test_upload_that_cannot_end_well_is_refused_at_once(
    impatient: Browser, more: dict[str, str], status: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", impatient.server.settings.port)
    writer.write(head_of_upload(impatient, **more))
    async with asyncio.timeout(3):
        assert status in await reader.readline()
    writer.close()


async def test_upload_whose_client_leaves_is_no_fault_of_ours(
    impatient: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", impatient.server.settings.port)
    writer.write(head_of_upload(impatient, Content_Length="1000"))
    await asyncio.sleep(0.1)
    writer.close()
    await asyncio.sleep(0.3)
    assert "request_failed" not in capsys.readouterr().out


async def test_one_person_uploads_a_days_measure_and_no_more(database_url: str, tmp_path: Path) -> None:
    async with running_server(database_url, tmp_path, FILES_PER_DAY="2") as server, browser_of(server) as browser:
        channel_id = await Desk(server, (await set_up(browser)).workspace_id).channel()
        heard = [await upload(browser, channel_id, picture(), f"{n}.png", "image/png") for n in range(3)]
        assert [one.status for one in heard] == [201, 201, 429]
        assert heard[2].json["reason"] == "files_full_today"
        assert count_blobs(server) == 4, "two pictures with their previews"
