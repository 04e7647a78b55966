"""People: oneself, the agents of the workspace, and invitations."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field

from threadline.actions.change_agent import AgentChange, change_agent
from threadline.actions.change_person import change_password, change_person
from threadline.actions.invite_agent import invite_agent, revoke_invitation
from threadline.actions.set_availability import set_availability
from threadline.actions.sign_out import sign_out_agent
from threadline.core.availability import Availability, AvailabilityText, AwayReason, Standing
from threadline.core.errors import Invalid
from threadline.core.password import check_password
from threadline.core.permission import Permission, RoleName, Sees
from threadline.infra.clock import new_id
from threadline.infra.passwords import hash_password, verify_password
from threadline.store.agents import Agent, RoleText, get_agent, list_agents
from threadline.store.links import Invitation, get_invitation, list_invitations
from threadline.store.people import Person, get_credentials, get_person
from threadline.web.api.inputs import Email, Id, Input, Locale, Name, Secret
from threadline.web.api.routes import operation
from threadline.web.deps import Call, calls, context_of, opened, own_agent, own_session
from threadline.web.guesses import count_guess, proof_rates, take_back_guess

router = APIRouter()

_ChannelIds = Annotated[list[Id], Field(max_length=1000)]


class AgentList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Agent]


class InvitationList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Invitation]


class CreatedInvitation(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    email: str
    role: RoleText
    role_id: UUID | None
    sees: Sees
    channel_ids: list[UUID] | None
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime
    link: str
    """Shown once: send it to the person."""


class PersonChange(Input):
    """A new password needs the current one."""

    name: Name | None = None
    locale: Locale | None = None
    password: Secret | None = None
    current_password: Secret | None = None


class AgentUpdate(Input):
    """What is absent stays; `channel_ids` null means every channel.

    A role is a built-in one by its name, or one of the workspace's own by its id; the one takes the place of the other.
    """

    role: RoleText | None = None
    role_id: Id | None = None
    sees: Sees | None = None
    channel_ids: _ChannelIds | None = None
    is_active: bool | None = None
    is_novice: bool | None = None
    """Whether a colleague must look at their answers before they go out."""


class InvitationInput(Input):
    email: Email
    role: RoleText = "agent"
    role_id: Id | None = None
    """A role of the workspace's own, in the place of a built-in one."""
    sees: Sees = "all"
    channel_ids: _ChannelIds | None = None


@operation(router, "PATCH", "/person", out=Person)
async def update_person(given: PersonChange, request: Request) -> Response:
    """Change one's name, language or password."""
    password_hash = await _new_password_hash(given, request) if given.password is not None else None
    cookie = None
    async with opened(request) as call:
        open_session = own_session(call)
        await change_person(
            call.session,
            caller=call.caller,
            open_session=open_session,
            name=given.name,
            locale=given.locale,
            now=call.now,
            new_id=new_id,
        )
        if password_hash is not None:
            cookie = await change_password(
                call.session,
                caller=call.caller,
                open_session=open_session,
                password_hash=password_hash,
                now=call.now,
                new_id=new_id,
            )
        answer = call.answer(await get_person(call.session, open_session.person_id))
    if cookie is not None:
        answer.headers["set-cookie"] = call.web.border.session_cookie(cookie)
    return answer


async def _new_password_hash(given: PersonChange, request: Request) -> str:
    """Checks the current password and the new one, between transactions."""
    assert given.password is not None
    web = context_of(request)
    async with opened(request) as call:
        open_session = own_session(call)
        person = await get_person(call.session, open_session.person_id)
        credentials = await get_credentials(call.session, open_session.person_id)
    if given.current_password is None:
        raise Invalid(
            "Please enter your current password, too.", field="current_password", reason="current_password_needed"
        )
    check_password(given.password, around=(person.name, person.email))
    rates = proof_rates(open_session.id)
    await count_guess(web, rates)
    if not await verify_password(given.current_password, credentials.password_hash):
        raise Invalid("This is not your current password.", field="current_password", reason="wrong_password")
    async with opened(request) as call:
        await take_back_guess(call.session, rates)
    return await hash_password(given.password)


@operation(router, "GET", "/agents", out=AgentList)
async def get_agents(call: Call = calls(Permission.AGENTS_READ)) -> Response:
    """Everybody who works or worked here."""
    return call.answer(AgentList(items=await list_agents(call.session)))


@operation(router, "PATCH", "/agents/{agent_id}", out=Agent)
async def update_agent(agent_id: UUID, given: AgentUpdate, call: Call = calls(Permission.AGENTS_MANAGE)) -> Response:
    """Change what an agent may do and see, or end their time here."""
    agent = await get_agent(call.session, agent_id)
    # Who names a role without an id means one that is built in.
    is_told = given.role is not None or given.role_id is not None
    role_id = given.role_id if is_told else agent.role_id
    await change_agent(
        call.session,
        caller=call.caller,
        agent_id=agent_id,
        change=AgentChange(
            role=RoleName.AGENT if role_id is not None else RoleName(given.role or agent.role),
            role_id=role_id,
            sees=given.sees or agent.sees,
            channel_ids=given.channel_ids if "channel_ids" in given.model_fields_set else agent.channel_ids,
            is_active=agent.is_active if given.is_active is None else given.is_active,
            is_novice=given.is_novice,
        ),
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_agent(call.session, agent_id))


class AvailabilityInput(Input):
    state: AvailabilityText
    reason: Literal["", "break", "lunch", "meeting", "training", "idle"] = ""
    """Why somebody is busy or offline; `idle`: their page asked, and nobody answered."""


@operation(router, "PUT", "/availability", out=Agent, name="sayAvailability")
async def put_own_availability(given: AvailabilityInput, call: Call = calls(None)) -> Response:
    """Say that one is online, busy or offline; it holds on every device."""
    return await _put_availability(call, own_agent(call), given)


@operation(router, "PUT", "/agents/{agent_id}/availability", out=Agent)
async def put_availability(
    agent_id: UUID, given: AvailabilityInput, call: Call = calls(Permission.CONVERSATIONS_ASSIGN)
) -> Response:
    """Say it for somebody else: what waits for whoever is offline waits for everybody."""
    return await _put_availability(call, agent_id, given)


async def _put_availability(call: Call, agent_id: UUID, given: AvailabilityInput) -> Response:
    await set_availability(
        call.session,
        agent_id=agent_id,
        standing=Standing(state=Availability(given.state), reason=AwayReason(given.reason)),
        actor_id=call.caller.actor_id,
        now=call.now,
        new_id=new_id,
    )
    return call.answer(await get_agent(call.session, agent_id))


@operation(router, "DELETE", "/agents/{agent_id}/sessions", out=None, status=204, name="signOutAgent")
async def delete_agent_sessions(agent_id: UUID, call: Call = calls(Permission.AGENTS_MANAGE)) -> Response:
    """Sign somebody out everywhere."""
    await sign_out_agent(call.session, caller=call.caller, agent_id=agent_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "GET", "/invitations", out=InvitationList)
async def get_invitations(call: Call = calls(Permission.AGENTS_MANAGE)) -> Response:
    """Invitations that can still be used."""
    return call.answer(InvitationList(items=await list_invitations(call.session)))


@operation(router, "POST", "/invitations", out=CreatedInvitation, status=201)
async def create_invitation(
    given: InvitationInput, call: Call = calls(Permission.AGENTS_MANAGE, is_repeatable=True, is_secret=True)
) -> Response:
    """Make a link with which somebody joins."""
    invitation = await invite_agent(
        call.session,
        caller=call.caller,
        email=given.email,
        role=RoleName.AGENT if given.role_id is not None else RoleName(given.role),
        role_id=given.role_id,
        sees=given.sees,
        channel_ids=given.channel_ids,
        now=call.now,
        new_id=new_id,
    )
    link = f"{call.web.settings.base_url}/invitation?token={invitation.token}"
    stored = await get_invitation(call.session, invitation.id)
    return call.answer(CreatedInvitation(link=link, **msgspec.structs.asdict(stored)), status=201)


@operation(router, "DELETE", "/invitations/{invitation_id}", out=None, status=204)
async def delete_invitation(invitation_id: UUID, call: Call = calls(Permission.AGENTS_MANAGE)) -> Response:
    """Withdraw an invitation."""
    await revoke_invitation(call.session, caller=call.caller, invitation_id=invitation_id, now=call.now, new_id=new_id)
    return call.answer(status=204)
