"""Set-up links and invitations, for somebody who is not signed in yet. GET shows, POST uses up (S15)."""

from typing import Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response

from threadline.actions.accept_invitation import accept_invitation, get_invitation
from threadline.actions.set_up_workspace import get_setup_link, set_up_workspace
from threadline.core.errors import Conflict, Invalid
from threadline.core.password import check_password
from threadline.infra.clock import new_id, utc_now
from threadline.infra.passwords import hash_password, verify_password
from threadline.store.agents import RoleText
from threadline.store.people import Credentials, find_credentials, insert_person
from threadline.store.session import Role
from threadline.store.session import Session as Transaction
from threadline.store.workspaces import Workspace, get_workspace
from threadline.web.api.inputs import Email, Input, LinkToken, Locale, Name, Secret
from threadline.web.api.routes import operation
from threadline.web.api.session import Session, client_of, open_session_for
from threadline.web.asgi import Headers
from threadline.web.context import WebContext
from threadline.web.deps import context_of, encoded
from threadline.web.guesses import count_guess, link_rates, person_rates, take_back_guess
from threadline.web.security import check_not_foreign

router = APIRouter()

_Token = Query(min_length=1, max_length=100)


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    workspace_name: str | None
    is_sandbox: bool


class InvitationOffer(msgspec.Struct, frozen=True, kw_only=True):
    workspace_name: str
    email: str
    role: RoleText
    known_person: bool
    """True: joins with the password of the account that this address has."""


class SetupAnswer(Input):
    token: LinkToken
    name: Name
    email: Email
    password: Secret
    locale: Locale = "en"
    workspace_name: Name | None = None


class InvitationAnswer(Input):
    token: LinkToken
    password: Secret
    name: Name | None = None
    locale: Locale = "en"


@operation(router, "GET", "/setup", out=Setup, name="getSetup")
async def read_setup(request: Request, token: str = _Token) -> Response:
    """What a set-up link is for."""
    web = context_of(request)
    await count_guess(web, link_rates(client_of(web, request).address))
    async with web.database.transaction(Role.WEB) as session:
        link = await get_setup_link(session, token)
    if link.workspace_id is None:
        return encoded(Setup(workspace_name=None, is_sandbox=False))
    workspace = await _workspace(web, link.workspace_id)
    return encoded(Setup(workspace_name=workspace.name, is_sandbox=workspace.is_sandbox))


@operation(router, "POST", "/setup", out=Session, name="completeSetup")
async def create_setup(given: SetupAnswer, request: Request) -> Response:
    """Make the first admin, and sign them in."""
    web = await _guarded(request)
    async with web.database.transaction(Role.WEB) as session:
        link = await get_setup_link(session, given.token)
        known = await find_credentials(session, given.email)
    if link.workspace_id is None and not given.workspace_name:
        raise Invalid("Please give the workspace a name.", field="workspace_name", reason="workspace_needs_name")
    around = (given.name, given.email, given.workspace_name or "")
    password_hash = await _checked_hash(web, known, given.email, given.password, around)
    workspace_id = link.workspace_id or new_id()
    async with web.database.transaction(Role.WEB, workspace_id) as session:
        person_id = await _person(session, known, given.email, given.name, password_hash, given.locale)
        now = utc_now()
        member = await set_up_workspace(
            session,
            token=given.token,
            person_id=person_id,
            workspace_id=workspace_id,
            workspace_name=given.workspace_name,
            locale=given.locale,
            now=now,
            new_id=new_id,
        )
        return await open_session_for(
            web,
            session,
            person_id=member.person_id,
            agent_id=member.agent_id,
            workspace_id=member.workspace_id,
            client=client_of(web, request),
            now=now,
        )


@operation(router, "GET", "/invitation", out=InvitationOffer, name="getInvitation")
async def read_invitation(request: Request, token: str = _Token) -> Response:
    """Where an invitation leads."""
    web = context_of(request)
    await count_guess(web, link_rates(client_of(web, request).address))
    async with web.database.transaction(Role.WEB) as session:
        link = await get_invitation(session, token)
        known = await find_credentials(session, link.email)
    assert link.workspace_id is not None
    workspace = await _workspace(web, link.workspace_id)
    role: Literal["admin", "supervisor", "agent"] = msgspec.convert(link.role, RoleText)
    return encoded(
        InvitationOffer(workspace_name=workspace.name, email=link.email, role=role, known_person=known is not None)
    )


@operation(router, "POST", "/invitation", out=Session, name="acceptInvitation")
async def use_invitation(given: InvitationAnswer, request: Request) -> Response:
    """Join a workspace, and sign in."""
    web = await _guarded(request)
    async with web.database.transaction(Role.WEB) as session:
        link = await get_invitation(session, given.token)
        known = await find_credentials(session, link.email)
    assert link.workspace_id is not None
    if known is None and given.name is None:
        raise Invalid("Please enter your name.", field="name", reason="name_needed")
    password_hash = await _checked_hash(web, known, link.email, given.password, (given.name or "", link.email))
    async with web.database.transaction(Role.WEB, link.workspace_id) as session:
        person_id = await _person(session, known, link.email, given.name or "", password_hash, given.locale)
        now = utc_now()
        member = await accept_invitation(session, token=given.token, person_id=person_id, now=now, new_id=new_id)
        return await open_session_for(
            web,
            session,
            person_id=member.person_id,
            agent_id=member.agent_id,
            workspace_id=member.workspace_id,
            client=client_of(web, request),
            now=now,
        )


async def _guarded(request: Request) -> WebContext:
    web = context_of(request)
    check_not_foreign(web.border, Headers(request.scope["headers"]))
    await count_guess(web, link_rates(client_of(web, request).address))
    return web


async def _workspace(web: WebContext, workspace_id: UUID) -> Workspace:
    async with web.database.transaction(Role.WEB, workspace_id) as session:
        return await get_workspace(session)


async def _checked_hash(
    web: WebContext, known: Credentials | None, email: str, password: str, around: tuple[str, ...]
) -> str | None:
    """The hash of a new person's password; None for somebody known, whose password must be the one they have.

    Whoever makes invitations could guess there as at the sign-in, so the tries count together (S12).
    """
    if known is None:
        check_password(password, around=around)
        return await hash_password(password)
    rates = person_rates(email)
    await count_guess(web, rates)
    if not await verify_password(password, known.password_hash):
        raise Invalid(
            "This e-mail address has an account already: please enter its password.",
            field="password",
            reason="email_has_account",
        )
    async with web.database.transaction(Role.WEB) as session:
        await take_back_guess(session, rates)
    return None


async def _person(
    session: Transaction, known: Credentials | None, email: str, name: str, password_hash: str | None, locale: str
) -> UUID:
    if known is not None:
        return known.person_id
    person_id = new_id()
    assert password_hash is not None
    is_new = await insert_person(
        session, person_id=person_id, email=email, name=name, password_hash=password_hash, locale=locale
    )
    if not is_new:
        raise Conflict("This e-mail address has just been taken. Please try again.", reason="email_just_taken")
    return person_id
