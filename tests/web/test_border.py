"""The border of the API: origins, CSRF, shapes, sizes, headers, files of the screens (S8, S16, S22, S68–S72)."""

import ast
import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import PASSWORD, Browser, Desk, Server, browser_of, clear_rates, running_server, set_up
from tests.web.test_permission_matrix import body_of
from tests.web.test_permission_matrix import operations as all_operations
from threadline.store.cursors import encode_cursor
from threadline.web.api.application import create_api
from threadline.web.openapi import dump_document
from threadline.web.static_files import STATIC_FOLDER


@pytest.fixture(scope="module")
async def admin(server: Server) -> AsyncIterator[Browser]:
    async with browser_of(server) as browser:
        yield await set_up(browser)


def unsafe_operations() -> list[tuple[str, str, str]]:
    """(operation id, method, path) of whatever changes something by cookie."""
    without_cookie = {"createSession", "completeSetup", "acceptInvitation"}
    return [one for one in all_operations() if one[1] != "GET" and one[0] not in without_cookie]


def with_ids(path: str) -> str:
    """The path with ids that nothing has."""
    return re.sub(r"{\w+_id}", lambda _: str(uuid4()), path).replace("{rest}", "customers")


@pytest.mark.parametrize(("name", "method", "path"), unsafe_operations(), ids=str)
async def test_a_cookie_alone_changes_nothing(admin: Browser, name: str, method: str, path: str) -> None:
    """S16: with a body that the operation would take, so that nothing but the border refuses it."""
    url = with_ids(path)
    own, token = admin.server.url, admin.session["csrf_token"]
    for headers in (
        {"Origin": own},
        {"Origin": own, "X-CSRF-Token": "x"},
        {"X-CSRF-Token": token},
        {"Origin": "https://evil.example", "X-CSRF-Token": token},
        {"Origin": "null", "X-CSRF-Token": token},
        {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token},
        {"Sec-Fetch-Site": "same-site", "X-CSRF-Token": token},
    ):
        async with admin.http.request(method, own + url, json=body_of(name), headers=headers) as answer:
            assert answer.status == 403, (headers, await answer.text())
    with_both = {"Origin": own, "X-CSRF-Token": token}
    if name != "deleteSession":
        async with admin.http.request(method, own + url, json=body_of(name), headers=with_both) as answer:
            assert answer.status != 403, await answer.text()


async def test_the_same_request_with_origin_and_token_is_done(admin: Browser) -> None:
    assert (await admin.patch("/api/workspace", {"name": "Shop"})).status == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
async def test_forms_are_refused(admin: Browser, kind: str) -> None:
    headers = admin.headers("POST") | {"Content-Type": kind}
    async with admin.http.patch(
        admin.server.url + "/api/workspace", data=b'{"name": "Evil"}', headers=headers
    ) as answer:
        assert answer.status == 415


async def test_signing_in_from_a_foreign_page_is_refused(browser: Browser) -> None:
    answer = await browser.post(
        "/api/session", {"email": "a@example.org", "password": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status == 403


@pytest.mark.parametrize(
    "body",
    [
        {"email": {"$ne": None}, "password": "x"},
        {"email": ["a@example.org"], "password": "x"},
        {"email": "a@example.org", "password": {"$ne": None}},
        {"email": "a@example.org", "password": 12345678},
        {"email": "a@example.org", "password": True},
        {"email": "a@example.org", "password": None},
        {"email": "a@example.org"},
        {"email": "a@example.org", "password": "x", "is_admin": True},
        {"email": "a@example.org\x00", "password": "x"},
        {"email": "a@example.org\nBcc: b@example.org", "password": "x"},
        [],
        "text",
        5,
    ],
)
async def test_a_sign_in_of_another_shape_is_refused(browser: Browser, body: Any) -> None:
    await clear_rates(browser.server)
    answer = await browser.post("/api/session", body)
    assert answer.status == 422
    assert "12345678" not in answer.raw.decode()


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 100_000, b'{"name": NaN}', b'{"name": "\\ud800"}'])
async def test_broken_json_is_refused_and_not_a_fault(admin: Browser, raw: bytes) -> None:
    headers = admin.headers("PATCH") | {"Content-Type": "application/json"}
    async with admin.http.patch(admin.server.url + "/api/workspace", data=raw, headers=headers) as answer:
        assert answer.status in (400, 422)
        assert answer.headers["content-type"] == "application/problem+json"


OUTPUT_FIELDS = [
    "id",
    "workspace_id",
    "created_at",
    "permissions",
    "is_sandbox",
    "token",
    "secrets",
    "role",
    "author_id",
]


@pytest.mark.parametrize("field", OUTPUT_FIELDS)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/workspace", {"name": "Shop"}),
        ("PATCH", "/api/person", {"name": "Ada"}),
        ("POST", "/api/tokens", {"name": "x", "scopes": ["conversations:read"]}),
        ("POST", "/api/workspace/sending", {"paused": False}),
    ],
)
async def test_fields_that_are_not_asked_for_are_refused(
    admin: Browser, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    answer = await admin.request(method, path, body | {field: "x"})
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def operations_with_a_body() -> list[tuple[str, str, str]]:
    return [one for one in all_operations() if isinstance(body_of(one[0]), dict) and one[0] != "postPracticePart"]


ODD_VALUES = ({"$ne": None}, ["x"], 7, True, 1.5, {})


@pytest.mark.parametrize(("name", "method", "path"), operations_with_a_body(), ids=str)
async def test_every_input_is_closed_and_strict(admin: Browser, name: str, method: str, path: str) -> None:
    """S8: a field nobody asked for, or a value of another kind in any field, is refused by every operation."""
    url, body = with_ids(path), body_of(name)
    tries = [body | {"author_id": str(uuid4())}, body | {"is_admin": True}, [body], "text"]
    for field, value in body.items():
        tries += [body | {field: odd} for odd in ODD_VALUES if _kind(odd) != _kind(value)]
    for given in tries:
        await clear_rates(admin.server)
        answer = await admin.request(method, url, given)
        assert answer.status == 422, (given, answer.raw)


def _kind(value: object) -> str:
    """Strict is between kinds of JSON; a whole number is a number."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


async def test_a_problem_says_nothing_of_the_inside(admin: Browser) -> None:
    for answer in (
        await admin.get("/api/conversations/nothing"),
        await admin.get("/api/conversations?view=x'%20or%201=1"),
        await admin.get("/api/conversations?after=AAAA"),
        await admin.get("/api/nowhere"),
        await admin.request("PUT", "/api/session"),
    ):
        assert 400 <= answer.status < 500
        assert answer.headers["content-type"] == "application/problem+json"
        known = {"title", "status", "code", "reason", "values", "request_id", "type", "detail", "errors"}
        assert set(answer.json) == known
        assert answer.json["request_id"] == answer.headers["x-request-id"]
        for word in ("Traceback", "sqlalchemy", "asyncpg", "/threadline/", "select "):
            assert word not in answer.raw.decode()


async def test_a_parameter_that_stands_twice_is_refused(admin: Browser) -> None:
    assert (await admin.get("/api/conversations?view=open&view=mine")).status == 400


async def test_a_place_in_a_list_that_nobody_gave_is_refused(admin: Browser) -> None:
    for path, keys in (
        ("/api/conversations?after=", ("newest", 1, "x")),
        ("/api/contacts?after=", ("name", "a", "x")),
        ("/api/companies?after=", ("name", "a", "x")),
        ("/api/notifications?after=", (1, "x")),
        ("/api/search?q=vase&after=", ("x",)),
    ):
        for after in (encode_cursor(*keys), "nonsense"):
            answer = await admin.get(path + after)
            assert (answer.status, answer.json["errors"][0]["reason"]) == (422, "old_page"), path


async def test_each_limit_at_one_more(admin: Browser) -> None:
    limits = admin.server.settings.limits
    headers = admin.headers("PATCH") | {"Content-Type": "application/json"}
    url = admin.server.url + "/api/workspace"
    filler = b'{"name": "Shop"}'
    for size, expected in ((limits.body_bytes, 200), (limits.body_bytes + 1, 413)):
        async with admin.http.patch(url, data=filler.ljust(size), headers=headers) as answer:
            assert answer.status == expected
    path = "/api/conversations?after="
    for size, expected in ((limits.url_bytes - 1, 422), (limits.url_bytes + 1, 414)):
        assert (await admin.get(path + "a" * (size - len(path) + 1))).status == expected
    large = {"X-Filler": "a" * limits.header_bytes}
    assert (await admin.get("/api/session", headers=large)).status in (400, 431)
    compressed = headers | {"Content-Encoding": "gzip"}
    async with admin.http.patch(url, data=filler, headers=compressed) as answer:
        assert answer.status == 415


async def test_a_body_without_announced_size_is_bounded_too(admin: Browser) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 65_536

    headers = admin.headers("PATCH") | {"Content-Type": "application/json"}
    async with admin.http.patch(admin.server.url + "/api/workspace", data=endless(), headers=headers) as answer:
        assert answer.status == 413


async def test_every_answer_carries_its_headers(admin: Browser) -> None:
    for path in ("/", "/api/session", "/api/nowhere", "/health", "/assets/none.js"):
        answer = await admin.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
    page = (await admin.get("/")).headers["content-security-policy"]
    assert "'unsafe-inline'" not in page
    assert "style-src 'self'" in page
    assert (await admin.get("/api/session")).headers["cache-control"] == "no-store"


async def test_the_cookie_is_for_the_server_only(browser: Browser) -> None:
    await set_up(browser)
    answer = await browser.sign_in(browser.session["person"]["email"])
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("threadline_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


async def test_metrics_and_what_waits_need_the_token(admin: Browser) -> None:
    assert (await admin.get("/metrics")).status == 404
    assert (await admin.get("/ready")).raw == b"ready"
    assert (await admin.get("/health")).raw == b"ok"


async def test_an_api_token_in_the_address_is_refused(admin: Browser) -> None:
    made = await admin.post("/api/tokens", {"name": "x", "scopes": ["conversations:read"]})
    token = made.json["token"]
    async with browser_of(admin.server) as program:
        assert (await program.get(f"/api/conversations?token={token}")).status == 400
        program.token = token
        assert (await program.get("/api/conversations")).status == 200
        program.token = token[:-1] + ("a" if token[-1] != "a" else "b")
        assert (await program.get("/api/conversations")).status == 401


async def test_a_token_that_is_withdrawn_works_no_more(admin: Browser) -> None:
    made = await admin.post("/api/tokens", {"name": "x", "scopes": ["workspace:read"]})
    async with browser_of(admin.server) as program:
        program.token = made.json["token"]
        assert (await program.get("/api/workspace")).status == 200
        assert (await program.patch("/api/workspace", {"name": "X"})).status == 403
        await admin.delete(f"/api/tokens/{made.json['record']['id']}")
        assert (await program.get("/api/workspace")).status == 401


async def test_the_screens_come_compressed_and_every_path_gives_the_page(admin: Browser) -> None:
    if not (STATIC_FOLDER / "index.html").exists():
        assert (await admin.get("/")).status == 503
        return
    async with admin.http.get(
        admin.server.url + "/inbox/mine", headers={"Accept-Encoding": "br"}, auto_decompress=False
    ) as page:
        assert page.headers["content-encoding"] == "br"
        assert page.headers["cache-control"] == "no-cache"
        again = {"Accept-Encoding": "br", "If-None-Match": page.headers["etag"]}
        await page.release()
        async with admin.http.get(admin.server.url + "/", headers=again, auto_decompress=False) as unchanged:
            assert unchanged.status == 304
    asset = next((STATIC_FOLDER / "assets").glob("index-*.js"))
    hashed = await admin.get(f"/assets/{asset.name}")
    assert "immutable" in hashed.headers["cache-control"]
    for path in (
        "/assets/../../app.py",
        "/..%2fapp.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/index.html.br",
        "/.build-stamp",
    ):
        found = await admin.get(path)
        assert b"import" not in found.raw[:200]
        assert found.status in (200, 404)


async def test_a_slow_body_is_given_up_and_stops_nobody(database_url: str, tmp_path: Any) -> None:
    async with running_server(database_url, tmp_path, REQUEST_TIMEOUT_S="1") as server:
        slow = [await asyncio.open_connection("127.0.0.1", server.settings.port) for _ in range(50)]
        for _, writer in slow:
            writer.write(
                b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100\r\n\r\n{"
            )
        async with browser_of(server) as browser:
            started = asyncio.get_running_loop().time()
            assert (await browser.get("/health")).status == 200
            assert (await browser.get("/api/session")).status == 401
            assert asyncio.get_running_loop().time() - started < 5
        first = await asyncio.wait_for(slow[0][0].readline(), 10)
        assert b"408" in first
        for _, writer in slow:
            writer.close()


async def test_the_committed_document_is_what_the_code_says() -> None:
    committed = Path(__file__).parents[2] / "frontend" / "openapi.json"
    assert committed.read_text() == dump_document(create_api(None)), "run `threadline openapi > frontend/openapi.json`"


async def test_no_secret_leaves(admin: Browser, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    """S9, S63: every secret carries a mark, and no answer, frame or log line does."""
    mark = "canary0secret0canary"
    desk = Desk(admin.server, admin.workspace_id)
    channel_id = await desk.channel(secret=f"{mark}xyz9")
    await desk.conversation(channel_id, texts=("hello",))
    await admin.patch(f"/api/channels/{channel_id}", {"name": "Marked", "values": {"token": f"{mark}new1"}})
    await admin.post(
        "/api/channels/check", {"type": "whatsapp", "values": {"token": mark}, "channel_id": str(channel_id)}
    )
    await admin.post("/api/session", {"email": "a@example.org", "password": mark})
    answers = [
        await admin.get(path)
        for path in ("/api/channels", f"/api/channels/{channel_id}", "/api/conversations", "/api/events?after=0")
    ]
    shown = answers[0].json["items"]
    assert any(one["secrets"]["token"] == {"is_set": True, "last4": "xyz9"} for one in shown)
    logs = caplog.text + "".join(capfd.readouterr())
    for text in [*(answer.raw.decode() for answer in answers), logs]:
        assert mark not in text
    assert PASSWORD not in logs


async def test_forwarded_headers_of_strangers_count_for_nothing(admin: Browser) -> None:
    answer = await admin.get("/api/sessions", headers={"X-Forwarded-For": "203.0.113.9", "X-Request-ID": "forged-id-1"})
    assert answer.headers["x-request-id"] != "forged-id-1"
    assert {one["address"] for one in answer.json["items"]} == {"127.0.0.1"}


async def test_links_use_the_configured_address_whatever_the_host_header_says(admin: Browser) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    body = {"email": f"{uuid4().hex}@example.org", "role": "agent"}
    invited = await admin.post("/api/invitations", body, headers=headers)
    assert invited.json["link"].startswith(admin.server.url + "/invitation?token=")


def test_no_handler_asks_the_database_by_itself() -> None:
    """S1: rows are reached through the functions of the store, which take the caller."""
    folder = Path(__file__).parents[2] / "threadline" / "web"
    for file in [*folder.glob("api/*.py"), folder / "deps.py", folder / "feed.py"]:
        for node in ast.walk(ast.parse(file.read_text())):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            assert name not in {"fetch", "fetchrow", "fetchval", "execute", "executemany"}, file.name
