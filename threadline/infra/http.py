"""The one HTTP client for everything that leaves (S54), and its guard against requests forged into our network (S55).

A URL is checked as written; its name is resolved once, and every address must be public; then we connect to that very
address, and the socket is checked once more as it is made. Redirects are never followed, proxies of the environment
never used. Only the owner of the server may allow a private address: THREADLINE_ALLOWED_PRIVATE_HOSTS.
"""

import asyncio
import ipaddress
import re
import secrets
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from threadline.core.http import FormPart, HttpAnswer, HttpBroken, HttpStream, HttpTimeout, HttpUnreachable

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
_Body = bytes | AsyncIterator[bytes] | None

_CHUNK_BYTES: Final = 64 * 1024
_UNREACHABLE: Final = "The address could not be reached."


@dataclass(frozen=True, slots=True)
class Connection:
    """One connection that was opened: for the test that finds only loopback and connected channels."""

    address: str
    port: int


class Http:
    """One per process: `async with Http(...) as http`. Errors are those of core/http.py."""

    def __init__(
        self,
        *,
        allowed_private_hosts: Iterable[str] = (),
        own_hosts: Iterable[str] = (),
        connect_timeout_s: float = 5.0,
        per_host: int = 100,
        unreachable_takes_s: float = 0.2,
        resolver: AbstractResolver | None = None,
        on_connect: Callable[[Connection], None] | None = None,
    ) -> None:
        """A refused address answers after `unreachable_takes_s`, no sooner and no otherwise than one that is silent."""
        self._guard = AddressGuard(allowed_private_hosts, own_hosts)
        self._connect_timeout_s = connect_timeout_s
        self._per_host = per_host
        self._unreachable_takes_s = unreachable_takes_s
        self._resolver = resolver
        self._on_connect = on_connect
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=0,
            limit_per_host=self._per_host,
            resolver=_GuardedResolver(self._guard, self._resolver or ThreadedResolver()),
            ttl_dns_cache=10,
            keepalive_timeout=15,
            socket_factory=self._make_socket,
        )
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_note_sent)
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            headers={"User-Agent": "Threadline"},
            trace_configs=[trace],
            max_line_size=16 * 1024,
            max_field_size=16 * 1024,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def check_url(self, url: str) -> None:
        """Raises HttpUnreachable for a URL that would never be asked, whatever its name resolves to."""
        self._guard.check_url(url)

    def may_call(self, url: str) -> bool:
        """True for what somebody may have called who is not the owner of the server: an address of the Internet by
        https, or one that the owner let in, also without it. Says nothing of what its name resolves to (S30)."""
        try:
            target = self._guard.check_url(url)
        except HttpUnreachable:
            return False
        return target.scheme == "https" or self._guard.is_let_in(target)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json_body: bytes | None = None,
        body: bytes | None = None,
        form: Sequence[FormPart] | None = None,
        timeout_s: float = 30,
        limit_bytes: int = 1024 * 1024,
    ) -> HttpAnswer:
        """Whatever status came, with the body up to `limit_bytes`; a longer one is HttpBroken.

        `body` goes out as it is, under the headers that say what it is.
        """
        given, content = (dict(headers or {}), body) if body is not None else _body_of(headers or {}, json_body, form)
        response, sent = await self._open(method, url, given, content, timeout_s)
        async with _Outcome(sent), response:
            content = await _read(response, limit_bytes)
        return HttpAnswer(response.status, _lower(response.headers), content)

    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, timeout_s: float = 120, limit_bytes: int
    ) -> HttpStream:
        """GET whose body is read as it comes."""
        response, sent = await self._open("GET", url, dict(headers or {}), None, timeout_s)
        return HttpStream(response.status, _lower(response.headers), _chunks(response, sent, limit_bytes))

    async def _open(
        self, method: str, url: str, headers: Mapping[str, str], body: _Body, timeout_s: float
    ) -> tuple[aiohttp.ClientResponse, "_Sent"]:
        assert self._session is not None, "used outside `async with`"
        sent = _Sent()
        started = time.monotonic()
        try:
            async with _Outcome(sent):
                target = self._guard.check_url(url)
                response = await self._session.request(
                    method,
                    target,
                    headers=headers,
                    data=body,
                    allow_redirects=False,
                    timeout=aiohttp.ClientTimeout(
                        total=timeout_s, sock_connect=min(self._connect_timeout_s, timeout_s)
                    ),
                    trace_request_ctx=sent,
                )
        except HttpUnreachable:
            await asyncio.sleep(max(0.0, started + self._unreachable_takes_s - time.monotonic()))
            raise
        return response, sent

    def _make_socket(self, address: tuple[Any, ...]) -> socket.socket:
        """The last gate: what is connected to here is what was checked."""
        family, kind, protocol, _, where = address
        host, port = str(where[0]), int(where[1])
        self._guard.check_socket(host, port)
        if self._on_connect is not None:
            self._on_connect(Connection(host, port))
        made = socket.socket(family, kind, protocol)
        made.setblocking(False)
        return made


# The guard


class AddressGuard:
    """Decides which URLs and addresses may be asked."""

    def __init__(self, allowed_private_hosts: Iterable[str], own_hosts: Iterable[str] = ()) -> None:
        self._networks: list[IpNetwork] = []
        self._hosts: set[tuple[str, int]] = set()
        self._admitted: set[tuple[str, int]] = set()
        self._own_hosts = {host.lower().rstrip(".") for host in own_hosts if host}
        for entry in allowed_private_hosts:
            self._allow(entry)

    def _allow(self, entry: str) -> None:
        with suppress(ValueError):
            self._networks.append(ipaddress.ip_network(entry, strict=False))
            return
        parts = urlsplit(f"//{entry}")
        try:
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or not port:
            raise ValueError("An allowed private host is host:port or a network such as 10.0.0.0/8.")
        self._hosts.add((host, port))
        with suppress(ValueError):
            self._admitted.add((str(ipaddress.ip_address(host)), port))

    def check_url(self, url: str) -> URL:
        """The URL as it will be asked, parsed once by the parser of the client: nothing reads it differently later."""
        if _FORBIDDEN_IN_URL.search(url):
            raise HttpUnreachable(_UNREACHABLE)
        try:
            parsed = URL(url)
            host, port = parsed.raw_host, parsed.port
        except ValueError:
            raise HttpUnreachable(_UNREACHABLE) from None
        if parsed.scheme not in {"http", "https"} or not host or not port or "@" in parsed.raw_authority or "%" in host:
            raise HttpUnreachable(_UNREACHABLE)
        name = host.lower().rstrip(".")
        address = _literal(name)
        if address is None and _looks_numeric(name):
            raise HttpUnreachable(_UNREACHABLE)
        if not (
            self.allows_host(name, port)
            or (address is not None and self._is_in_networks(address))
            or (port in {80, 443} and name not in self._own_hosts and (address is None or is_public(address)))
            or (address is None and self._networks and name not in self._own_hosts)
        ):
            raise HttpUnreachable(_UNREACHABLE)
        return parsed

    def allows_host(self, host: str, port: int) -> bool:
        return (host, port) in self._hosts

    def is_let_in(self, url: URL) -> bool:
        """True if the owner named this very host and port, or a network in which its address lies."""
        host, port = url.raw_host, url.port
        if not host or not port:
            return False
        name = host.lower().rstrip(".")
        address = _literal(name)
        return self.allows_host(name, port) or (address is not None and self._is_in_networks(address))

    def check_addresses(self, host: str, port: int, addresses: Sequence[str]) -> None:
        """Every address of a name must be allowed: one private address among public ones refuses the name."""
        if not addresses:
            raise HttpUnreachable(_UNREACHABLE)
        if self.allows_host(host.lower().rstrip("."), port):
            self._admitted.update((address, port) for address in addresses)
            return
        if not all(self._is_allowed(ipaddress.ip_address(address), port) for address in addresses):
            raise HttpUnreachable(_UNREACHABLE)

    def check_socket(self, address: str, port: int) -> None:
        if (address, port) not in self._admitted and not self._is_allowed(ipaddress.ip_address(address), port):
            raise HttpUnreachable(_UNREACHABLE)

    def _is_allowed(self, address: IpAddress, port: int) -> bool:
        return self._is_in_networks(address) or (port in {80, 443} and is_public(address))

    def _is_in_networks(self, address: IpAddress) -> bool:
        return any(address in network for network in self._networks)


_FORBIDDEN_IN_URL: Final = re.compile(r"[\x00-\x20\x7f\\]|^\S{8193,}$")
_NUMERIC_LABEL: Final = re.compile(r"^(0x[0-9a-f]*|[0-9]+)$")
# Named here where releases of `ipaddress` differ or know nothing of translation.
_REFUSED_NETWORKS: Final[tuple[IpNetwork, ...]] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments; some of it is "global" to some releases of Python
        "192.88.99.0/24",  # relays of 6to4
        "::/96",  # IPv4 in disguise, withdrawn
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "fec0::/10",
    )
)
_GLOBAL_UNICAST: Final = ipaddress.ip_network("2000::/3")


def is_public(address: IpAddress) -> bool:
    """True for an address of the open Internet, and for nothing that is or can be translated to one of our own."""
    if address.version == 6 and (address.ipv4_mapped or address.scope_id or address not in _GLOBAL_UNICAST):
        return False
    if any(address in network for network in _REFUSED_NETWORKS if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _looks_numeric(host: str) -> bool:
    """127.1, 0x7f000001, 017700000001: forms that a resolver may read as an address though no parser of ours does."""
    return bool(_NUMERIC_LABEL.match(host.rsplit(".", 1)[-1]))


class _GuardedResolver(AbstractResolver):
    def __init__(self, guard: AddressGuard, inner: AbstractResolver) -> None:
        self._guard = guard
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        self._guard.check_addresses(host, port, [one["host"] for one in found])
        return found

    async def close(self) -> None:
        await self._inner.close()


# What became of a request


@dataclass(slots=True)
class _Sent:
    """Whether the head of the request has left: from then on a failure leaves the outcome open."""

    is_sent: bool = field(default=False)


async def _note_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, _parameters: object) -> None:
    noted: object = context.trace_request_ctx
    if isinstance(noted, _Sent):
        noted.is_sent = True


@dataclass(slots=True)
class _Outcome:
    """Turns the client's many errors into the three that matter to a sender."""

    sent: _Sent

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or not isinstance(error, aiohttp.ClientError | OSError | TimeoutError | ValueError):
            return
        if not self.sent.is_sent or isinstance(error, aiohttp.ClientConnectorError):
            raise HttpUnreachable(_UNREACHABLE) from error
        if isinstance(error, TimeoutError):
            raise HttpTimeout("The answer did not come in time.") from error
        raise HttpBroken("The answer broke off.") from error


async def _read(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    collected = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        collected += chunk
        if len(collected) > limit_bytes:
            raise HttpBroken("The answer is larger than allowed.")
    return bytes(collected)


async def _chunks(response: aiohttp.ClientResponse, sent: _Sent, limit_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    async with _Outcome(sent), response:
        async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
            size += len(chunk)
            if size > limit_bytes:
                raise HttpBroken("The answer is larger than allowed.")
            yield chunk


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


# Bodies


def _body_of(
    given: Mapping[str, str], json_body: bytes | None, form: Sequence[FormPart] | None
) -> tuple[dict[str, str], _Body]:
    headers = dict(given)
    if form is None:
        if json_body is not None:
            headers.setdefault("Content-Type", "application/json")
        return headers, json_body
    boundary = secrets.token_hex(16)
    headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
    length = _form_length(form, boundary)
    if length is not None:
        headers["Content-Length"] = str(length)
    return headers, _form_chunks(form, boundary)


def _form_length(form: Sequence[FormPart], boundary: str) -> int | None:
    """Content-Length, or None (chunked) when a streamed part does not know its size."""
    length = len(_form_end(boundary))
    for part in form:
        size = len(part.value.encode()) if isinstance(part.value, str) else part.size_bytes
        if size is None:
            return None
        length += len(_part_head(part, boundary)) + size + 2
    return length


async def _form_chunks(form: Sequence[FormPart], boundary: str) -> AsyncIterator[bytes]:
    for part in form:
        yield _part_head(part, boundary)
        if isinstance(part.value, str):
            yield part.value.encode()
        else:
            async for chunk in part.value():
                yield chunk
        yield b"\r\n"
    yield _form_end(boundary)


def _part_head(part: FormPart, boundary: str) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(part.name)}"'
    if part.file_name:
        head += f'; filename="{_quoted(part.file_name)}"'
    if part.content_type:
        head += f"\r\nContent-Type: {re.sub(r'[^ -~]', '', part.content_type)}"
    return (head + "\r\n\r\n").encode()


def _form_end(boundary: str) -> bytes:
    return f"--{boundary}--\r\n".encode()


def _quoted(text: str) -> str:
    """As browsers do (WHATWG, multipart/form-data): a name can neither end its quotes nor begin a line."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
