"""Signing in and out, and one's own sessions."""

from datetime import datetime
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response

from threadline.actions.sign_in import Client, SessionLifetime, note_failed_sign_in, sign_in
from threadline.actions.sign_out import revoke_own_session, sign_out
from threadline.core.automatic_reply import FLOOD_MESSAGES, FLOOD_WITHIN
from threadline.core.errors import Invalid, NotFound, NotSignedIn
from threadline.core.preferences import Preferences
from threadline.infra.clock import new_id, utc_now
from threadline.infra.log import fingerprint, get_logger
from threadline.infra.opaque_tokens import hash_token, new_opaque_token
from threadline.infra.passwords import verify_password
from threadline.store.agents import RoleText, get_agent
from threadline.store.events import read_position
from threadline.store.notifications import count_unread
from threadline.store.people import Membership, Person, find_credentials, find_memberships, get_credentials, get_person
from threadline.store.preferences import get_preferences
from threadline.store.session import Role
from threadline.store.session import Session as Transaction
from threadline.store.sessions import (
    OpenSession,
    OwnSession,
    enter_session,
    list_sessions,
    prove_session,
    set_workspace,
)
from threadline.store.workspaces import WorkspaceName, get_workspace, list_workspace_names
from threadline.web.api.inputs import Email, Id, Input, Secret
from threadline.web.api.routes import operation
from threadline.web.asgi import Headers
from threadline.web.context import WebContext
from threadline.web.deps import Call, calls, context_of, encoded, opened, own_session
from threadline.web.guesses import count_guess, proof_rates, sign_in_rates, take_back_guess
from threadline.web.security import check_not_foreign

router = APIRouter()
log = get_logger("web")

WRONG = "This e-mail address and password do not belong together."


class SessionAgent(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    role: RoleText
    permissions: list[str]


class Flood(msgspec.Struct, frozen=True, kw_only=True):
    """More messages of one customer than these, within so many seconds, are more than a person writes."""

    messages: int
    within_s: int


class SessionWorkspace(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    is_sandbox: bool
    resolving_needs_label: bool
    resolving_needs_fields: list[UUID]
    away_after_min: int
    """Whoever touches nothing for so long is asked, then away; nought: never."""
    flood: Flood


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, where, and what they may do. `position` is where to resume the feed from."""

    person: Person
    agent: SessionAgent
    workspace: SessionWorkspace
    workspaces: list[WorkspaceName]
    preferences: Preferences
    unread_notifications: int
    csrf_token: str
    position: int


class SessionList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[OwnSession]


class SignIn(Input):
    email: Email
    password: Secret


class Proof(Input):
    password: Secret


class WorkspaceSwitch(Input):
    workspace_id: Id


@operation(router, "GET", "/session", out=Session, name="getSession")
async def read_session(call: Call = calls(None)) -> Response:
    """Who is signed in."""
    return call.answer(await describe_session(call.session, own_session(call)))


@operation(router, "POST", "/session", out=Session)
async def create_session(given: SignIn, request: Request) -> Response:
    """Sign in. The answer sets the cookie."""
    web, headers = context_of(request), Headers(request.scope["headers"])
    check_not_foreign(web.border, headers)
    client = client_of(web, request)
    rates = sign_in_rates(given.email, client.address)
    await count_guess(web, rates)
    async with web.database.transaction(Role.WEB) as session:
        credentials = await find_credentials(session, given.email)
        memberships = [] if credentials is None else await find_memberships(session, credentials.person_id)
    is_right = await verify_password(given.password, None if credentials is None else credentials.password_hash)
    if credentials is None or not is_right or not memberships:
        log.info("sign_in_refused", who=fingerprint(given.email), address=fingerprint(client.address))
        web.later(_note_failure(web, memberships, utc_now()), name="note_failed_sign_in")
        raise NotSignedIn(WRONG)
    first = memberships[0]
    async with web.database.transaction(Role.WEB, first.workspace_id) as session:
        await take_back_guess(session, rates)
        return await open_session_for(
            web,
            session,
            person_id=credentials.person_id,
            agent_id=first.agent_id,
            workspace_id=first.workspace_id,
            client=client,
            now=utc_now(),
        )


@operation(router, "DELETE", "/session", out=None, status=204)
async def delete_session(call: Call = calls(None)) -> Response:
    """Sign out."""
    open_session = own_session(call)
    await sign_out(
        call.session,
        caller=call.caller,
        person_id=open_session.person_id,
        session_id=open_session.id,
        now=call.now,
        new_id=new_id,
    )
    answer = call.answer(status=204)
    answer.headers["set-cookie"] = call.web.border.ended_cookie
    answer.headers["clear-site-data"] = '"storage"'
    return answer


@operation(router, "POST", "/session/workspace", out=Session)
async def switch_workspace(given: WorkspaceSwitch, call: Call = calls(None)) -> Response:
    """Go to another workspace of the same person."""
    open_session = own_session(call)
    memberships = await find_memberships(call.session, open_session.person_id)
    if given.workspace_id not in {membership.workspace_id for membership in memberships}:
        raise NotFound("This workspace does not exist.")
    token = new_opaque_token()
    await set_workspace(call.session, open_session.id, workspace_id=given.workspace_id, token_hash=hash_token(token))
    return await _answer_session(call.web, call.session, token)


@operation(router, "POST", "/session/proof", out=None, status=204)
async def prove_password(given: Proof, request: Request) -> Response:
    """Give the password again, before what needs it."""
    async with opened(request) as call:
        web, open_session = call.web, own_session(call)
        credentials = await get_credentials(call.session, open_session.person_id)
    rates = proof_rates(open_session.id)
    await count_guess(web, rates)
    if not await verify_password(given.password, credentials.password_hash):
        raise Invalid("This is not your password.", field="password", reason="wrong_password")
    token = new_opaque_token()
    async with web.database.transaction(Role.WEB) as session:
        await take_back_guess(session, rates)
        await prove_session(session, open_session.id, token_hash=hash_token(token))
    answer = encoded_nothing()
    answer.headers["set-cookie"] = web.border.session_cookie(token)
    return answer


@operation(router, "GET", "/sessions", out=SessionList, name="getSessions")
async def list_own_sessions(call: Call = calls(None)) -> Response:
    """Where the person is signed in."""
    open_session = own_session(call)
    found = await list_sessions(call.session, person_id=open_session.person_id, current_id=open_session.id)
    return call.answer(SessionList(items=found))


@operation(router, "DELETE", "/sessions/{session_id}", out=None, status=204, name="deleteOtherSession")
async def revoke_session(session_id: UUID, call: Call = calls(None)) -> Response:
    """Sign out somewhere else."""
    open_session = own_session(call)
    await revoke_own_session(
        call.session,
        caller=call.caller,
        person_id=open_session.person_id,
        session_id=session_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(status=204)


async def open_session_for(
    web: WebContext,
    session: Transaction,
    *,
    person_id: UUID,
    agent_id: UUID,
    workspace_id: UUID,
    client: Client,
    now: datetime,
) -> Response:
    """A fresh session, its cookie and what it describes: the end of signing in, setting up and joining."""
    limits = web.settings.limits
    token = await sign_in(
        session,
        person_id=person_id,
        agent_id=agent_id,
        workspace_id=workspace_id,
        client=client,
        lifetime=SessionLifetime(limits.session_idle_s, limits.session_absolute_s),
        now=now,
        new_id=new_id,
    )
    return await _answer_session(web, session, token)


async def _answer_session(web: WebContext, session: Transaction, token: str) -> Response:
    open_session = await enter_session(session, hash_token(token))
    assert open_session is not None
    answer = encoded(await describe_session(session, open_session))
    answer.headers["set-cookie"] = web.border.session_cookie(token)
    return answer


async def describe_session(session: Transaction, open_session: OpenSession) -> Session:
    caller = open_session.caller
    assert caller is not None
    assert caller.agent_id is not None
    person = await get_person(session, open_session.person_id)
    agent = await get_agent(session, caller.agent_id)
    workspace = await get_workspace(session)
    connection = await session.raw()
    unread = await count_unread(connection, workspace_id=caller.workspace_id, agent_ids=[caller.agent_id])
    return Session(
        person=person,
        agent=SessionAgent(id=agent.id, name=agent.name, role=agent.role, permissions=sorted(caller.permissions)),
        workspace=SessionWorkspace(
            id=workspace.id,
            name=workspace.name,
            is_sandbox=workspace.is_sandbox,
            resolving_needs_label=workspace.settings.resolving_needs_label,
            resolving_needs_fields=list(workspace.settings.resolving_needs_fields),
            away_after_min=workspace.settings.away_after_min,
            flood=Flood(messages=FLOOD_MESSAGES, within_s=int(FLOOD_WITHIN.total_seconds())),
        ),
        workspaces=await list_workspace_names(session, person.id),
        preferences=await get_preferences(session, caller.agent_id),
        unread_notifications=unread[caller.agent_id],
        csrf_token=open_session.csrf_token,
        position=await read_position(connection, caller.workspace_id),
    )


def client_of(web: WebContext, request: Request) -> Client:
    headers = Headers(request.scope["headers"])
    user_agent = "".join(c for c in headers.one("user-agent") or "" if c.isprintable())
    return Client(address=web.border.client_address(request.scope, headers), user_agent=user_agent)


def encoded_nothing() -> Response:
    return Response(status_code=204)


async def _note_failure(web: WebContext, memberships: list[Membership], now: datetime) -> None:
    for membership in memberships:
        async with web.database.transaction(Role.WEB, membership.workspace_id) as session:
            await note_failed_sign_in(
                session, workspace_id=membership.workspace_id, agent_id=membership.agent_id, now=now, new_id=new_id
            )
