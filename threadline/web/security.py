"""Who makes a request, and whether it is theirs: cookies, tokens, origins, proxies (S14, S16, S22, S33, S69)."""

import hmac
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from urllib.parse import urlsplit

from threadline.core.errors import Forbidden, NotSignedIn, ProofRequired, ThreadlineError
from threadline.core.permission import Caller
from threadline.infra.opaque_tokens import hash_token, is_api_token
from threadline.infra.settings import Settings
from threadline.store.session import Session
from threadline.store.sessions import OpenSession, enter_session
from threadline.store.tokens import enter_token
from threadline.web.asgi import Headers, Scope

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
_SIGN_IN: Final = "Please sign in."


class BadRequest(ThreadlineError):
    code = "bad_request"
    status = 400


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. `open_session` is None for an API token."""

    caller: Caller
    open_session: OpenSession | None


@dataclass(frozen=True)
class Border:
    """What this installation knows of its own border: its origins, its proxies, the name of its cookie."""

    settings: Settings

    @cached_property
    def origins(self) -> frozenset[str]:
        """The exact origins whose pages may act with a cookie."""
        own = origin_of(self.settings.base_url)
        parts = urlsplit(own)
        if parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
            return frozenset({own})
        ports = {parts.port or (443 if parts.scheme == "https" else 80), self.settings.port}
        if self.settings.environment == "development":
            ports.add(5173)
        return frozenset(origin_of(f"{parts.scheme}://{host}:{port}") for host in _LOOPBACK for port in ports)

    @property
    def cookie_name(self) -> str:
        return "__Host-threadline" if self.settings.is_https else "threadline_session"

    def session_cookie(self, token: str) -> str:
        """A `Set-Cookie` value: for this host only, unreadable for scripts, never sent by foreign forms."""
        lifetime_s = int(self.settings.limits.session_absolute_s)
        return f"{self.cookie_name}={token}; Max-Age={lifetime_s}; {self._attributes}"

    @property
    def ended_cookie(self) -> str:
        return f"{self.cookie_name}=; Max-Age=0; {self._attributes}"

    @property
    def _attributes(self) -> str:
        return f"Path=/; HttpOnly; SameSite=Lax{'; Secure' if self.settings.is_https else ''}"

    @cached_property
    def proxies(self) -> "tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]":
        return tuple(ipaddress.ip_network(name, strict=False) for name in self.settings.trusted_proxies)

    def is_proxy(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.proxies)

    def client_address(self, scope: Scope, headers: Headers) -> str:
        """The address nearest to us that is no proxy of ours; forwarded headers count from our proxies only (S69)."""
        client = scope.get("client")
        address = str(client[0]) if client else ""
        hops = [hop.strip() for line in headers.all("x-forwarded-for") for hop in line.split(",")]
        while hops and self.is_proxy(address):
            address = hops.pop()
        return address if _is_address(address) else ""


def origin_of(url: str) -> str:
    """Scheme, host and port as a browser writes them in `Origin`."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    is_default = parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme))
    return f"{parts.scheme}://{host}" if is_default else f"{parts.scheme}://{host}:{parts.port}"


async def identify(session: Session, border: Border, headers: Headers) -> Identity:
    """Who asks, by API token or by cookie; the transaction enters their workspace. Raises NotSignedIn."""
    if headers.all("authorization"):
        return Identity(await _by_token(session, headers), None)
    open_session = await find_open_session(session, border, headers)
    if open_session is None or open_session.caller is None:
        raise NotSignedIn(_SIGN_IN)
    return Identity(open_session.caller, open_session)


async def find_open_session(session: Session, border: Border, headers: Headers) -> OpenSession | None:
    """The session behind the cookie, even if its person is no agent of its workspace any more."""
    cookie = headers.cookie(border.cookie_name)
    return await enter_session(session, hash_token(cookie)) if cookie else None


async def _by_token(session: Session, headers: Headers) -> Caller:
    scheme, _, token = (headers.one("authorization") or "").partition(" ")
    caller = None
    if scheme.lower() == "bearer" and is_api_token(token.strip()):
        caller = await enter_token(session, hash_token(token.strip()))
    if caller is None:
        raise NotSignedIn("This API token is not valid.")
    return caller


def check_same_origin(border: Border, headers: Headers) -> None:
    """The request comes from a page of ours: by `Origin`, or by `Sec-Fetch-Site` where a browser sends no origin."""
    origins = headers.all("origin")
    if origins:
        is_ours = len(origins) == 1 and origins[0] in border.origins
    else:
        is_ours = headers.one("sec-fetch-site") == "same-origin"
    if not is_ours:
        raise Forbidden("This request did not come from a page of this installation.", reason="foreign_page")


def check_not_foreign(border: Border, headers: Headers) -> None:
    """For requests that act without a cookie (signing in): no page of somebody else may make them."""
    if headers.all("origin") or headers.one("sec-fetch-site") not in (None, "none"):
        check_same_origin(border, headers)


def check_csrf(border: Border, headers: Headers, open_session: OpenSession) -> None:
    """A cookie alone changes nothing: our own origin and the session's token must come with it (S16)."""
    check_same_origin(border, headers)
    token = headers.one("x-csrf-token") or ""
    if not hmac.compare_digest(token.encode("utf-8", "replace"), open_session.csrf_token.encode()):
        raise Forbidden("This page is too old. Please reload it and try again.", reason="page_too_old")


def check_proof(open_session: OpenSession | None, *, within_s: float) -> None:
    """The password was given in the last minutes (S17). Tokens cannot give it, so they may not do what needs it."""
    if open_session is None:
        raise Forbidden("This cannot be done with an API token: sign in for it.", reason="sign_in_for_it")
    if open_session.proof_age_s is None or open_session.proof_age_s > within_s:
        raise ProofRequired("Please enter your password again for this.")


def check_readable(pairs: Iterable[tuple[str, str]]) -> None:
    """No text holds a NUL, and no database takes one."""
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        raise BadRequest("The address holds characters that are no text.")


def check_no_token_in(pairs: Iterable[tuple[str, str]]) -> None:
    """An API token belongs into the header; in an address it would stand in logs on the way (S22)."""
    if any(value.startswith("tl_") and is_api_token(value) for _, value in pairs):
        raise BadRequest("An API token must be sent in the Authorization header. This one is known now: revoke it.")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
