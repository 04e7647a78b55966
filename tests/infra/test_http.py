"""The one client that leaves, against real sockets; and every way we know to talk it into our own network."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator

import aiohttp.web
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from threadline.core.http import FormPart, HttpBroken, HttpTimeout, HttpUnreachable
from threadline.infra.http import Connection, Http, is_public

REFUSED = [
    # plain
    "http://127.0.0.1/", "http://127.8.9.10/", "http://localhost/", "http://localhost./", "http://LOCALHOST/",
    "http://0.0.0.0/", "http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://198.18.0.1/", "http://224.0.0.1/",
    "http://240.0.0.1/", "http://255.255.255.255/", "http://192.0.2.1/", "http://198.51.100.1/", "http://203.0.113.7/",
    "http://192.0.0.8/", "http://192.88.99.1/",
    # numbers that a resolver may read as an address
    "http://2130706433/", "http://017700000001/", "http://0x7f000001/", "http://0x7f.0.0.1/", "http://0177.0.0.1/",
    "http://127.1/", "http://127.0.1/", "http://0/", "http://0x0/", "http://127.0.0.1./", "http://127.0.0.01/",
    "http://00000177.0.0.1/", "http://169.254.43518/", "http://0xa9fea9fe/", "http://example.com.0x7f/",
    # IPv6
    "http://[::1]/", "http://[::]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/", "http://[2001:0:7f00:1::1]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/", "http://[fd12:3456::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[fec0::1]/",
    # writing that two parsers read differently
    "http://user@127.0.0.1/", "http://user:pass@example.com/", "http://example.com@127.0.0.1/",
    "http://127.0.0.1#@example.com/", "http://example.com\\@127.0.0.1/", "http:\\\\127.0.0.1\\", "http://127.0.0.1\t/",
    "http://exa mple.com/", "http://example.com\r\nHost: x/", "http://①②⑦.⓪.⓪.①/", "http://１２７.0.0.1/",
    "http://127。0。0。1/", "http:///etc/passwd", "http://", "//127.0.0.1/", "http://%31%32%37.0.0.1/",
    # other schemes and ports
    "ftp://example.com/", "gopher://example.com:70/", "file:///etc/passwd", "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "unix:///var/run/docker.sock", "dict://example.com:11211/", "javascript:alert(1)", "http://example.com:22/",
    "https://example.com:8443/", "http://example.com:6379/",
    # our own name
    "https://desk.example.com/", "https://DESK.example.com./api",
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
async def test_url_into_our_network_is_refused(url: str) -> None:
    opened: list[Connection] = []
    names = Names({"localhost": ["127.0.0.1"], "localhost.": ["127.0.0.1"]})
    guarded = Http(own_hosts=["desk.example.com"], on_connect=opened.append, resolver=names, unreachable_takes_s=0)
    async with guarded as http:
        with pytest.raises(HttpUnreachable):
            await http.request("GET", url, timeout_s=2)
    assert opened == []


def test_there_are_sixty_forms() -> None:
    assert len(set(REFUSED)) >= 60


@pytest.mark.parametrize(
    "url", ["https://graph.facebook.com/v23.0/me", "http://93.184.216.34/x", "https://[2606:4700::1]/"]
)
def test_public_url_is_allowed(url: str) -> None:
    Http().check_url(url)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("8.8.8.8", True), ("1.1.1.1", True), ("2606:4700::1111", True), ("10.1.1.1", False), ("::ffff:8.8.8.8", False)],
)
def test_what_is_public(address: str, expected: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is expected


class Names(AbstractResolver):
    """A name server that answers from a table, one list after the other."""

    def __init__(self, table: dict[str, list[str]], then: dict[str, list[str]] | None = None) -> None:
        self.table = table
        self.then = then or {}

    async def resolve(self, host: str, port: int = 0, family: object = 0) -> list[ResolveResult]:
        addresses = self.table.get(host, [])
        if host in self.then:
            self.table[host] = self.then[host]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=2, proto=0, flags=0) for address in addresses
        ]

    async def close(self) -> None:
        return None


async def test_name_with_one_private_address_is_refused() -> None:
    opened: list[Connection] = []
    names = Names({"mixed.example.com": ["93.184.216.34", "127.0.0.1"]})
    async with Http(resolver=names, on_connect=opened.append) as http:
        with pytest.raises(HttpUnreachable):
            await http.request("GET", "http://mixed.example.com/", timeout_s=2)
    assert opened == []


async def test_name_that_turns_private_later_is_refused_at_its_second_answer() -> None:
    opened: list[Connection] = []
    names = Names({"rebind.example.com": ["127.0.0.1"]})
    async with Http(resolver=names, on_connect=opened.append) as http:
        for _ in range(2):
            with pytest.raises(HttpUnreachable):
                await http.request("GET", "http://rebind.example.com/", timeout_s=2)
    assert opened == []


async def test_socket_is_checked_even_if_the_names_were_not() -> None:
    """The last gate alone: a client whose resolver was not asked (an address from a cache, a library's change)."""
    http = Http()
    with pytest.raises(HttpUnreachable):
        http._make_socket((2, 1, 6, "", ("127.0.0.1", 80)))


async def test_refused_and_unreachable_look_alike(unused_tcp_port: int) -> None:
    """The quickest of three each: other work on the machine makes one of them late."""
    texts, times = [], []
    async with Http(allowed_private_hosts=[f"127.0.0.1:{unused_tcp_port}"]) as http:
        for url in ("http://127.0.0.1:1/", f"http://127.0.0.1:{unused_tcp_port}/"):
            taken = []
            for _ in range(3):
                started = time.monotonic()
                with pytest.raises(HttpUnreachable) as caught:
                    await http.request("GET", url)
                taken.append(time.monotonic() - started)
                texts.append(str(caught.value))
            times.append(min(taken))
    assert len(set(texts)) == 1
    assert abs(times[0] - times[1]) < 0.1


# Against a real server


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[TestServer]:
    app = aiohttp.web.Application(client_max_size=10**7)
    app.router.add_route("*", "/echo", _echo)
    app.router.add_get("/redirect", _redirect)
    app.router.add_get("/large", _large)
    app.router.add_get("/silent", _silent)
    app.router.add_get("/half", _half)
    app.router.add_get("/cookie", _cookie)
    running = TestServer(app)
    async with running:
        yield running


async def _echo(request: aiohttp.web.Request) -> aiohttp.web.Response:
    form = {}
    if request.content_type == "multipart/form-data":
        for name, value in (await request.post()).items():
            form[name] = value if isinstance(value, str) else _file_of(value)
    body = "" if form else (await request.read()).decode()
    return aiohttp.web.json_response({"headers": dict(request.headers), "body": body, "form": form})


def _file_of(value: object) -> list[str]:
    assert isinstance(value, aiohttp.web.FileField)
    return [value.filename, value.content_type, value.file.read().decode()]


async def _redirect(request: aiohttp.web.Request) -> aiohttp.web.Response:
    raise aiohttp.web.HTTPFound("/echo")


async def _large(request: aiohttp.web.Request) -> aiohttp.web.Response:
    return aiohttp.web.Response(body=b"x" * 200_000)


async def _silent(request: aiohttp.web.Request) -> aiohttp.web.Response:
    await asyncio.sleep(5)
    return aiohttp.web.Response()


async def _half(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
    answer = aiohttp.web.StreamResponse(headers={"Content-Length": "1000"})
    await answer.prepare(request)
    await answer.write(b"x" * 100)
    assert request.transport is not None
    request.transport.close()
    return answer


async def _cookie(request: aiohttp.web.Request) -> aiohttp.web.Response:
    answer = aiohttp.web.json_response(dict(request.cookies))
    answer.set_cookie("a", "b")
    return answer


@pytest.fixture
async def http(server: TestServer) -> AsyncIterator[Http]:
    async with Http(allowed_private_hosts=[f"127.0.0.1:{server.port}"]) as client:
        yield client


async def test_answer_comes_with_status_headers_and_body(http: Http, server: TestServer) -> None:
    answer = await http.request("POST", str(server.make_url("/echo")), json_body=b'{"a":1}', headers={"X-One": "1"})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    assert b'"X-One": "1"' in answer.body
    assert b"aiohttp" not in answer.body


async def test_form_carries_texts_and_a_streamed_file_with_its_length(http: Http, server: TestServer) -> None:
    async def read() -> AsyncIterator[bytes]:
        yield b"half "
        yield b"and half"

    form = [FormPart("type", "text/plain"), FormPart("file", read, 'a"b.txt', "text/plain", size_bytes=13)]
    answer = await http.request("POST", str(server.make_url("/echo")), form=form)
    assert b'"file": ["a%22b.txt", "text/plain", "half and half"]' in answer.body
    assert b'"Content-Length"' in answer.body
    assert b"Transfer-Encoding" not in answer.body


async def test_redirect_is_an_answer_and_not_followed(http: Http, server: TestServer) -> None:
    answer = await http.request("GET", str(server.make_url("/redirect")))
    assert (answer.status, answer.headers["location"]) == (302, "/echo")


async def test_answer_beyond_the_limit_is_broken(http: Http, server: TestServer) -> None:
    with pytest.raises(HttpBroken):
        await http.request("GET", str(server.make_url("/large")), limit_bytes=199_999)
    assert len((await http.request("GET", str(server.make_url("/large")), limit_bytes=200_000)).body) == 200_000


async def test_stream_is_bounded_too(http: Http, server: TestServer) -> None:
    stream = await http.stream(str(server.make_url("/large")), limit_bytes=100_000)
    with pytest.raises(HttpBroken):
        async for _chunk in stream.chunks:
            pass


async def test_silence_after_the_request_is_a_timeout(http: Http, server: TestServer) -> None:
    with pytest.raises(HttpTimeout):
        await http.request("GET", str(server.make_url("/silent")), timeout_s=0.2)


async def test_answer_that_breaks_off_is_broken(http: Http, server: TestServer) -> None:
    with pytest.raises(HttpBroken):
        await http.request("GET", str(server.make_url("/half")))


async def test_nothing_is_remembered_between_requests(http: Http, server: TestServer) -> None:
    await http.request("GET", str(server.make_url("/cookie")))
    assert (await http.request("GET", str(server.make_url("/cookie")))).body == b"{}"


async def test_proxy_of_the_environment_is_ignored(
    http: Http, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await http.request("GET", str(server.make_url("/echo")))).status == 200


async def test_allowed_name_reaches_its_private_address(server: TestServer) -> None:
    names = Names({"mocks.internal": ["127.0.0.1"]})
    opened: list[Connection] = []
    allowed = [f"mocks.internal:{server.port}"]
    async with Http(allowed_private_hosts=allowed, resolver=names, on_connect=opened.append) as http:
        answer = await http.request("GET", f"http://mocks.internal:{server.port}/echo")
    assert answer.status == 200
    assert f'"Host": "mocks.internal:{server.port}"'.encode() in answer.body
    assert opened == [Connection("127.0.0.1", server.port or 0)]


async def test_allowed_network_reaches_any_port_of_it(server: TestServer) -> None:
    async with Http(allowed_private_hosts=["127.0.0.0/8"]) as http:
        assert (await http.request("GET", f"http://127.0.0.1:{server.port}/echo")).status == 200
