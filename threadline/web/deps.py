"""What a route is given: one authorised call in one transaction, committed before the answer leaves.

    async def read_thing(thing_id: UUID, call: Call = calls(Permission.THINGS_READ)) -> Response: ...

`calls` states the permission of the operation; the permission matrix of the tests reads it from there.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Depends, Request, Response

from threadline.core.errors import Invalid, NotSignedIn
from threadline.core.permission import Caller, Permission, check_may
from threadline.core.personal import Clearance
from threadline.infra.clock import utc_now
from threadline.infra.log import bind
from threadline.infra.secrets import Keyring, Place
from threadline.store.idempotency import KeptAnswer, claim_key, find_answer, keep_answer
from threadline.store.session import Role, Session
from threadline.store.sessions import OpenSession, touch_session
from threadline.web.asgi import Headers
from threadline.web.context import WebContext
from threadline.web.encoding import encode_for_nobody, encoder_of
from threadline.web.security import SAFE_METHODS, Identity, check_csrf, check_proof, identify

_KEY_LENGTH = 200


@dataclass(slots=True)
class Call:
    """One authorised request. What it answers with `answer` is kept for its repeats."""

    web: WebContext
    request: Request
    headers: Headers
    session: Session
    caller: Caller
    open_session: OpenSession | None
    now: datetime
    kept: tuple[int, bytes] | None = None

    def answer(self, value: object = None, *, status: int = 200, clearance: Clearance | None = None) -> Response:
        """The value as JSON, as the caller may see it; None for an answer without a body.

        `clearance` is for an answer that shows more than others do, which its action has checked and recorded.
        """
        body = b"" if value is None else encoder_of(clearance or self.caller.clearance)(value)
        self.kept = (status, body)
        return json_response(body, status)


class Replayed(Exception):
    """This request was made before: here is what it was answered."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__("replayed")
        self.kept = kept


def json_response(body: bytes, status: int = 200) -> Response:
    return Response(content=body, status_code=status, media_type="application/json" if body else None)


def encoded(value: object, status: int = 200) -> Response:
    return json_response(encode_for_nobody(value), status)


def context_of(request: Request) -> WebContext:
    web: WebContext = request.app.state.web
    return web


@dataclass(frozen=True, slots=True)
class Opener:
    """The dependency behind `calls`. Hashable, so that a route may name it twice."""

    permission: Permission | None
    needs_proof: bool
    is_repeatable: bool
    is_secret: bool

    async def __call__(self, request: Request) -> AsyncIterator[Call]:
        web = context_of(request)
        headers = Headers(request.scope["headers"])
        async with web.database.transaction(Role.WEB) as session:
            identity = await identify(session, web.border, headers)
            self._check(web, request, headers, identity)
            bind(workspace_id=str(identity.caller.workspace_id), actor_id=str(identity.caller.actor_id))
            _touch_later(web, identity.open_session)
            call = Call(web, request, headers, session, identity.caller, identity.open_session, utc_now())
            repeat = await self._begin_repeatable(call) if self.is_repeatable else None
            yield call
            if repeat is not None and call.kept is not None:
                await repeat.keep(session, *call.kept)

    def _check(self, web: WebContext, request: Request, headers: Headers, identity: Identity) -> None:
        if request.method not in SAFE_METHODS and identity.open_session is not None:
            check_csrf(web.border, headers, identity.open_session)
        if self.permission is not None:
            check_may(identity.caller, self.permission)
        if self.needs_proof:
            check_proof(identity.open_session, within_s=web.settings.limits.proof_s)

    async def _begin_repeatable(self, call: Call) -> "Repeat | None":
        repeat = find_repeat(call, await call.request.body(), is_secret=self.is_secret)
        if repeat is not None:
            await repeat.claim(call.session)
        return repeat


@dataclass(frozen=True, slots=True)
class Repeat:
    """A request with an Idempotency-Key: scoped to who asks and what is asked (R8).

    A handler with one transaction says `is_repeatable` and is done. One that works between two transactions asks
    `replay` in the first, so that a repeat costs nothing, and `claim`s and `keep`s in the one that has the effect.
    """

    actor_id: UUID
    route: str
    key: str
    request_hash: bytes
    keyring: Keyring | None
    """Seals answers that show a secret (S62); None: this answer shows none."""

    async def replay(self, session: Session) -> None:
        """Raises Replayed if it was answered before, Invalid if the key stood for another request."""
        kept = await find_answer(
            session, actor_id=self.actor_id, route=self.route, key=self.key, request_hash=self.request_hash
        )
        if kept is not None:
            raise self._replayed(kept)

    async def claim(self, session: Session) -> None:
        """From here to the commit this request has the key. Raises Replayed, Conflict, Invalid."""
        kept = await claim_key(
            session, actor_id=self.actor_id, route=self.route, key=self.key, request_hash=self.request_hash
        )
        if kept is not None:
            raise self._replayed(kept)

    async def keep(self, session: Session, status: int, body: bytes) -> None:
        body = body if self.keyring is None else self.keyring.seal(body, self._place)
        await keep_answer(session, actor_id=self.actor_id, route=self.route, key=self.key, status=status, body=body)

    def _replayed(self, kept: KeptAnswer) -> Replayed:
        body = kept.body if self.keyring is None else self.keyring.open(kept.body, self._place)
        return Replayed(KeptAnswer(status=kept.status, body=body))

    @property
    def _place(self) -> Place:
        return Place("idempotency_keys", "response", self.actor_id)


def find_repeat(call: Call, content: bytes, *, is_secret: bool = False) -> Repeat | None:
    """`content` is what must be the same in a repeat. None for a request without a key."""
    keys = call.headers.all("idempotency-key")
    if not keys:
        return None
    if len(keys) > 1 or not 1 <= len(keys[0]) <= _KEY_LENGTH or not keys[0].isascii() or not keys[0].isprintable():
        raise Invalid(f"An Idempotency-Key has 1 to {_KEY_LENGTH} printable ASCII characters.")
    return Repeat(
        actor_id=call.caller.token_id or call.caller.actor_id,
        route=f"{call.request.method} {call.request.url.path}",
        key=keys[0],
        request_hash=hashlib.sha256(content).digest(),
        keyring=call.web.keyring if is_secret else None,
    )


def calls(
    permission: Permission | None, *, needs_proof: bool = False, is_repeatable: bool = False, is_secret: bool = False
) -> Any:  # the default value of a parameter that FastAPI fills
    """An authorised call. `permission` None: everybody who is signed in. `is_secret`: its answer shows one once."""
    opener = Opener(permission, needs_proof, is_repeatable, is_secret)
    return Depends(opener, scope="function")


def opened(request: Request) -> AbstractAsyncContextManager[Call]:
    """An authorised call for a handler that works between two transactions: hashes a password, asks a provider."""
    return asynccontextmanager(Opener(None, needs_proof=False, is_repeatable=False, is_secret=False))(request)


def own_session(call: Call) -> OpenSession:
    """The session of somebody who came with a cookie. Raises NotSignedIn for tokens, which have none."""
    if call.open_session is None:
        raise NotSignedIn("This needs somebody who is signed in; an API token is not enough.", reason="sign_in_for_it")
    return call.open_session


def own_agent(call: Call) -> UUID:
    """The agent of somebody who came with a cookie. Raises NotSignedIn for tokens."""
    own_session(call)
    assert call.caller.agent_id is not None  # a session in a workspace is an agent's
    return call.caller.agent_id


def _touch_later(web: WebContext, open_session: OpenSession | None) -> None:
    """Keeps a session alive, beside the answer: reading must work while the database takes no writes (R21)."""
    if open_session is None or not open_session.is_untouched:
        return

    async def touch() -> None:
        async with web.database.transaction(Role.WEB) as session:
            await touch_session(session, open_session.id, idle_s=web.settings.limits.session_idle_s)

    web.later(touch(), name="touch_session")
