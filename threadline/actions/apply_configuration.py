"""Make a workspace what a file says: its roles, agents, business hours, teams, tokens, channels, automatic replies.
May be repeated; what fits already stays untouched.

Nothing is taken away: an agent, token or channel that the file does not name is left alone. Secrets are values by now;
the edge has put them in the place of their references.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec

from threadline.actions.apply_macros import MacroEntry
from threadline.actions.apply_rota import apply_plan
from threadline.actions.apply_routing import RoutingEntry
from threadline.actions.apply_rules import RuleEntry
from threadline.actions.apply_saved_replies import SavedReplyEntry
from threadline.actions.apply_skills import SkillEntry
from threadline.actions.apply_webhooks import WebhookEntry
from threadline.actions.change_agent import AgentChange, change_agent
from threadline.actions.change_automatic_replies import set_automatic_reply
from threadline.actions.change_calendar import CalendarChange, change_calendar, create_calendar
from threadline.actions.change_channel import ChannelChange, change_channel
from threadline.actions.change_roles import change_role, create_role
from threadline.actions.change_sla_policy import (
    PolicyChange,
    change_sla_policy,
    create_sla_policy,
    order_sla_policies,
)
from threadline.actions.change_team import change_team
from threadline.actions.change_workspace import change_workspace
from threadline.actions.channel_secrets import open_channel_secrets, open_endpoint_secrets
from threadline.actions.connect_channel import ChannelValues, connect_channel, ensure_endpoint, read_values
from threadline.actions.create_team import create_team
from threadline.actions.create_token import make_token
from threadline.actions.invite_agent import invite_agent
from threadline.channels.contract import ChannelType
from threadline.core.automatic_reply import (
    LONGEST_PROMISE_MIN,
    LONGEST_QUIET_MIN,
    LONGEST_SILENCE_DAYS,
    LONGEST_WAIT_S,
    MOST_PER_HOUR,
    SHORTEST_WAIT_S,
    AutomaticReply,
    Place,
    ReplyKind,
)
from threadline.core.calendar import DAY_MINUTES, Calendar, Period, SpecialDay, Week, calendar_key
from threadline.core.errors import Invalid
from threadline.core.events import Event, EventKind
from threadline.core.filter import Group
from threadline.core.ids import NewId
from threadline.core.permission import Caller, Permission, RoleName, Sees, role_key
from threadline.core.repeated_text import MOST_CUSTOMERS, MOST_MINUTES
from threadline.core.saved_reply import Wording
from threadline.core.sla import LONGEST_MIN, Policy, Target, policy_key
from threadline.core.team import TeamColour, team_key
from threadline.core.triage import CHEAPEST, DEAREST
from threadline.infra.secrets import Keyring
from threadline.store.agents import insert_agent, list_agents
from threadline.store.automatic_replies import find_automatic_reply
from threadline.store.calendars import CalendarRow, list_calendars, point_channel, point_team
from threadline.store.channels import ChannelRow, list_channels
from threadline.store.people import find_credentials, insert_person, normal_email
from threadline.store.roles import OwnRole, list_roles
from threadline.store.session import Session
from threadline.store.sla_policies import list_policies
from threadline.store.teams import list_teams
from threadline.store.tokens import list_tokens, revoke_token
from threadline.store.workspaces import get_workspace

_EMAIL: Final = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,189}")


class WorkspaceEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    reopening_price: Annotated[float, msgspec.Meta(ge=CHEAPEST, le=DEAREST)] | None = None
    """Absent: it stays as it is."""
    repeat_customers: Annotated[int, msgspec.Meta(ge=0, le=MOST_CUSTOMERS)] | None = None
    repeat_minutes: Annotated[int, msgspec.Meta(ge=1, le=MOST_MINUTES)] | None = None
    """One text to so many customers within so many minutes warns whoever sends it. Absent: they stay as they are."""
    automatic: "MannersEntry | None" = None


class MannersEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When greetings and away messages are said (core/automatic_reply.py). Absent: it stays as it is."""

    wait_s: Annotated[int, msgspec.Meta(ge=SHORTEST_WAIT_S, le=LONGEST_WAIT_S)] | None = None
    quiet_min: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_QUIET_MIN)] | None = None
    silence_days: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_SILENCE_DAYS)] | None = None
    most_per_hour: Annotated[int, msgspec.Meta(ge=1, le=MOST_PER_HOUR)] | None = None


class AutomaticReplyEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: ReplyKind
    wordings: dict[str, str]
    """Language → text; the first for whoever speaks none of them."""
    channel: str = ""
    team: str = ""
    """By their names. Neither: everywhere."""
    expected_min: Annotated[int, msgspec.Meta(ge=0, le=LONGEST_PROMISE_MIN)] = 0
    is_on: bool = True


class AgentEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    email: str
    name: str = ""
    role: str = RoleName.AGENT.value
    """One of the three that are built in, or the name of one of the workspace's own."""
    sees: Sees = "all"
    locale: str = "en"
    password: str | None = None
    """None: the agent gets an invitation link."""
    is_active: bool = True


class RoleEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    permissions: tuple[Permission, ...]


class SpecialDayEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    day: date
    name: str = ""
    hours: tuple[str, ...] = ()
    """As those of the week; none: off."""


class WeekEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Each day as `9:00-12:00`; an end that is not after the beginning is on the next day. None: closed."""

    monday: tuple[str, ...] = ()
    tuesday: tuple[str, ...] = ()
    wednesday: tuple[str, ...] = ()
    thursday: tuple[str, ...] = ()
    friday: tuple[str, ...] = ()
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()


class CalendarEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    zone: str
    week: WeekEntry
    special_days: tuple[SpecialDayEntry, ...] = ()
    """Those of other dates stay."""
    is_default: bool = False


class RotaEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    agent: str
    """Their e-mail address."""
    from_day: date
    zone: str
    weeks: tuple[WeekEntry, ...] = ()
    """They take turns; the first is that in which the day lies. None: not on the rota from then on."""


class TeamEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    colour: TeamColour = "grey"
    members: tuple[str, ...] = ()
    """Their e-mail addresses. Who is invited and has not come yet is taken in by the next run."""
    calendar: str = ""
    """Its business hours by their name. Empty: as they are."""


class TargetEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    within: str
    """As `4m`, `2h`, `1d`."""
    business_hours: bool = False
    """Only these count."""
    warn: str = ""
    """`25%` of the time, or `10m` before its end. Empty: nobody is warned."""


class ServiceLevelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    filter: Group = Group()
    """To which conversations it applies, as the API has it; absent: to all."""
    first_reply: TargetEntry | None = None
    next_reply: TargetEntry | None = None
    resolution: TargetEntry | None = None


class TokenEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    scopes: tuple[Permission, ...]
    bot: str = ""
    """Of a bot's: the name above its messages."""


class ChannelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: str
    name: str
    values: dict[str, str]
    settings: dict[str, str | int | float] = {}
    calendar: str = ""
    """Its business hours by their name. Empty: as they are."""


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    workspace: WorkspaceEntry
    roles: tuple[RoleEntry, ...] = ()
    agents: tuple[AgentEntry, ...] = ()
    calendars: tuple[CalendarEntry, ...] = ()
    teams: tuple[TeamEntry, ...] = ()
    service_levels: tuple[ServiceLevelEntry, ...] = ()
    """In their order; what the file does not name comes behind them."""
    skills: tuple[SkillEntry, ...] = ()
    saved_replies: tuple[SavedReplyEntry, ...] = ()
    macros: tuple[MacroEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
    """In their order; what the file does not name comes behind them."""
    tokens: tuple[TokenEntry, ...] = ()
    channels: tuple[ChannelEntry, ...] = ()
    automatic_replies: tuple[AutomaticReplyEntry, ...] = ()
    routing: RoutingEntry | None = None
    rota: tuple[RotaEntry, ...] = ()
    """What was planned from other days on stays."""
    webhooks: tuple[WebhookEntry, ...] = ()


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one entry. `shown_once`: a link or a token that is not kept anywhere."""

    what: str
    outcome: str
    shown_once: str = ""
    endpoint_key: str = ""
    verify_token: str = ""


async def apply_role(session: Session, entry: RoleEntry, *, caller: Caller, now: datetime, new_id: NewId) -> Applied:
    """Found by its name."""
    what = f"role {entry.name}"
    found = await _find_role(session, entry.name)
    if found is None:
        await create_role(
            session, caller=caller, name=entry.name, permissions=entry.permissions, now=now, new_id=new_id
        )
        return Applied(what=what, outcome="created")
    if found.name == entry.name and set(found.permissions) == {one.value for one in entry.permissions}:
        return Applied(what=what, outcome="unchanged")
    await change_role(
        session,
        caller=caller,
        role_id=found.id,
        name=entry.name,
        permissions=entry.permissions,
        now=now,
        new_id=new_id,
    )
    return Applied(what=what, outcome="changed")


async def _find_role(session: Session, name: str) -> OwnRole | None:
    return next((role for role in await list_roles(session) if role_key(role.name) == role_key(name)), None)


async def _named_role(session: Session, name: str) -> tuple[RoleName, UUID | None]:
    """A built-in role, or one of the workspace's own. Raises Invalid."""
    if name in list(RoleName):
        return RoleName(name), None
    own = await _find_role(session, name)
    if own is None:
        raise Invalid(f"There is no role {name}.", field="role")
    return RoleName.AGENT, own.id


async def apply_workspace(
    session: Session, entry: WorkspaceEntry, *, caller: Caller, now: datetime, new_id: NewId
) -> list[Applied]:
    """What the entry says of the workspace's settings."""
    known = (await get_workspace(session)).settings
    wanted: dict[str, tuple[str, object, bool]] = {}
    if entry.reopening_price is not None:
        is_same = known.reopening_price == entry.reopening_price
        wanted["reopening_price"] = ("price of reopening", entry.reopening_price, is_same)
    for name, what, value in (
        ("repeat_customers", "customers who get one text", entry.repeat_customers),
        ("repeat_minutes", "minutes of one text to many", entry.repeat_minutes),
    ):
        if value is not None:
            wanted[name] = (what, value, getattr(known, name) == value)
    if entry.automatic is not None:
        named = {name: value for name, value in msgspec.structs.asdict(entry.automatic).items() if value is not None}
        is_same = named.items() <= msgspec.structs.asdict(known.automatic).items()
        wanted["automatic"] = ("manners of automatic replies", named, is_same)
    for name, (_, value, is_same) in wanted.items():
        if not is_same:
            await change_workspace(session, caller=caller, name=None, settings={name: value}, now=now, new_id=new_id)
    return [Applied(what=what, outcome="unchanged" if is_same else "changed") for what, _, is_same in wanted.values()]


async def apply_automatic_reply(
    session: Session, entry: AutomaticReplyEntry, *, caller: Caller, now: datetime, new_id: NewId
) -> Applied:
    """Found by its kind and place. Raises Invalid: a name that nothing has, a text that cannot be said."""
    place = await _named_place(session, entry, caller)
    before = await find_automatic_reply(session, entry.kind, place)
    reply = AutomaticReply(
        is_on=entry.is_on,
        wordings=tuple(Wording(language=language, text=text.strip()) for language, text in entry.wordings.items()),
        expected_min=entry.expected_min,
    )
    after = await set_automatic_reply(
        session, caller=caller, kind=entry.kind, place=place, reply=reply, now=now, new_id=new_id
    )
    outcome = "created" if before is None else "unchanged" if before == after else "changed"
    return Applied(what=name_of_automatic_reply(entry), outcome=outcome)


def name_of_automatic_reply(entry: AutomaticReplyEntry) -> str:
    where = " ".join(part for part in (entry.channel, entry.team) if part)
    return f"{entry.kind.value} {where}".strip()


async def _named_place(session: Session, entry: AutomaticReplyEntry, caller: Caller) -> Place:
    channel_id = team_id = None
    if entry.channel:
        rows = [row for row in await list_channels(session, caller) if row.state != "disconnected"]
        channel_id = next((row.id for row in rows if row.name == entry.channel), None)
        if channel_id is None:
            raise Invalid(f"There is no channel called {entry.channel}.", field="channel")
    if entry.team:
        found = (team for team in await list_teams(session) if team_key(team.name) == team_key(entry.team))
        team_id = next((team.id for team in found), None)
        if team_id is None:
            raise Invalid(f"There is no team called {entry.team}.", field="team")
    return Place(channel_id, team_id)


async def apply_agent(
    session: Session, entry: AgentEntry, *, caller: Caller, password_hash: str | None, now: datetime, new_id: NewId
) -> Applied:
    """`password_hash` is that of the entry's password, made outside the transaction: it takes a tenth of a second."""
    what = f"agent {entry.email}"
    email = normal_email(entry.email)
    if not _EMAIL.fullmatch(email):
        raise Invalid(f"{entry.email} is no e-mail address.", field="agents")
    role, role_id = await _named_role(session, entry.role)
    found = next((agent for agent in await list_agents(session) if agent.email == email), None)
    if found is not None:
        is_same = (found.role, found.role_id, found.sees) == (role.value, role_id, entry.sees)
        if is_same and found.is_active == entry.is_active:
            return Applied(what=what, outcome="unchanged")
        change = AgentChange(role, entry.sees, found.channel_ids, entry.is_active, role_id=role_id)
        await change_agent(session, caller=caller, agent_id=found.id, change=change, now=now, new_id=new_id)
        return Applied(what=what, outcome="changed")
    if password_hash is None:
        invitation = await invite_agent(
            session,
            caller=caller,
            email=email,
            role=role,
            role_id=role_id,
            sees=entry.sees,
            channel_ids=None,
            now=now,
            new_id=new_id,
        )
        return Applied(what=what, outcome="invited", shown_once=invitation.token)
    await _insert_agent(session, entry, email=email, password_hash=password_hash, caller=caller, now=now, new_id=new_id)
    return Applied(what=what, outcome="created")


async def _insert_agent(
    session: Session, entry: AgentEntry, *, email: str, password_hash: str, caller: Caller, now: datetime, new_id: NewId
) -> None:
    """Somebody who has an account keeps their password: it is not this workspace's to set."""
    role, role_id = await _named_role(session, entry.role)
    known = await find_credentials(session, email)
    person_id = new_id() if known is None else known.person_id
    if known is None:
        await insert_person(
            session,
            person_id=person_id,
            email=email,
            name=entry.name or email.split("@")[0],
            password_hash=password_hash,
            locale=entry.locale,
        )
    agent_id = await insert_agent(
        session,
        agent_id=new_id(),
        person_id=person_id,
        role=role.value,
        role_id=role_id,
        sees=entry.sees,
        channel_ids=None,
    )
    session.record(
        Event(
            id=new_id(),
            workspace_id=caller.workspace_id,
            kind=EventKind.AGENT_CHANGED,
            at=now,
            agent_id=agent_id,
            actor_id=caller.actor_id,
            data={"role": role.value, "role_id": None if role_id is None else str(role_id), "is_active": True},
        )
    )


async def apply_calendar(
    session: Session, entry: CalendarEntry, *, caller: Caller, now: datetime, new_id: NewId
) -> Applied:
    """Found by its name. Raises Invalid for hours that cannot be."""
    what = f"business hours {entry.name}"
    week = _week(entry.week)
    days = tuple(
        SpecialDay(day=one.day, name=one.name, periods=tuple(sorted(map(_period, one.hours))))
        for one in sorted(entry.special_days, key=lambda one: one.day)
    )
    found = await _find_calendar(session, entry.name)
    if found is None:
        hours = Calendar(zone=entry.zone, week=week, special_days=days)
        row = CalendarRow(id=new_id(), name=entry.name, hours=hours, is_default=entry.is_default)
        await create_calendar(session, caller=caller, calendar=row, now=now, new_id=new_id)
        return Applied(what=what, outcome="created")
    is_same = (found.name, found.hours.zone, found.hours.week) == (entry.name, entry.zone, week)
    if is_same and found.is_default == entry.is_default and set(days) <= set(found.hours.special_days):
        return Applied(what=what, outcome="unchanged")
    change = CalendarChange(name=entry.name, zone=entry.zone, week=week, is_default=entry.is_default, set_days=days)
    await change_calendar(session, caller=caller, calendar_id=found.id, change=change, now=now, new_id=new_id)
    return Applied(what=what, outcome="changed")


async def apply_rota(session: Session, entry: RotaEntry, *, caller: Caller, now: datetime, new_id: NewId) -> Applied:
    """One plan, found by its agent and its day. Raises Invalid for weeks that cannot be, and for nobody's."""
    is_new = await apply_plan(
        session,
        email=entry.agent,
        from_day=entry.from_day,
        zone=entry.zone,
        weeks=tuple(_week(week) for week in entry.weeks),
        caller=caller,
        now=now,
        new_id=new_id,
    )
    return Applied(what=f"rota of {entry.agent}", outcome="changed" if is_new else "unchanged")


def _week(entry: WeekEntry) -> Week:
    return tuple(tuple(sorted(map(_period, texts))) for texts in msgspec.structs.astuple(entry))


_PERIOD: Final = re.compile(r"(\d{1,2}):(\d\d) ?[-–] ?(\d{1,2}):(\d\d)")


def _period(text: str) -> Period:
    match = _PERIOD.fullmatch(text.strip())
    hours, minutes = ([int(match[1]), int(match[3])], [int(match[2]), int(match[4])]) if match else ([99], [0])
    if max(hours) > 24 or max(minutes) > 59:
        raise Invalid(f"{text} is no period: write it as 9:00-17:30.", field="week")
    first, last = (hour * 60 + minute for hour, minute in zip(hours, minutes, strict=True))
    if first >= DAY_MINUTES or last > DAY_MINUTES:
        raise Invalid(f"{text} is no period: write it as 9:00-17:30.", field="week")
    return Period(from_minute=first, to_minute=last if last > first else last + DAY_MINUTES)


async def _find_calendar(session: Session, name: str) -> CalendarRow | None:
    listed = await list_calendars(session)
    return next((one for one in listed if calendar_key(one.name) == calendar_key(name)), None)


async def _choose_calendar(session: Session, name: str) -> UUID | msgspec.UnsetType:
    """Raises Invalid for a name that no business hours have."""
    if not name:
        return msgspec.UNSET
    found = await _find_calendar(session, name)
    if found is None:
        raise Invalid(f"There are no business hours called {name}.", field="calendar")
    return found.id


async def apply_team(session: Session, entry: TeamEntry, *, caller: Caller, now: datetime, new_id: NewId) -> Applied:
    """Found by its name. Nobody is taken out: whom the file does not name stays."""
    what = f"team {entry.name}"
    agents = {agent.email: agent.id for agent in await list_agents(session)}
    emails = [normal_email(email) for email in entry.members]
    member_ids = [agents[email] for email in emails if email in agents]
    calendar_id = await _choose_calendar(session, entry.calendar)
    found = next((team for team in await list_teams(session) if team_key(team.name) == team_key(entry.name)), None)
    if found is None:
        team_id = await create_team(
            session,
            caller=caller,
            name=entry.name,
            colour=entry.colour,
            member_ids=member_ids,
            now=now,
            new_id=new_id,
        )
        if calendar_id is not msgspec.UNSET:
            await point_team(session, team_id, calendar_id)
        return Applied(what=what, outcome="created")
    is_same = (found.name, found.colour) == (entry.name, entry.colour) and calendar_id in (
        found.calendar_id,
        msgspec.UNSET,
    )
    if is_same and set(member_ids) <= set(found.member_ids):
        return Applied(what=what, outcome="unchanged")
    await change_team(
        session,
        caller=caller,
        team_id=found.id,
        name=entry.name,
        colour=entry.colour,
        calendar_id=calendar_id,
        add=member_ids,
        remove=(),
        now=now,
        new_id=new_id,
    )
    return Applied(what=what, outcome="changed")


async def apply_service_level(
    session: Session, entry: ServiceLevelEntry, *, caller: Caller, now: datetime, new_id: NewId
) -> Applied:
    """Found by its name. Raises Invalid for what cannot be promised."""
    what = f"service level {entry.name}"
    known = await list_policies(session)
    found = next((one for one in known if policy_key(one.name) == policy_key(entry.name)), None)
    policy = Policy(
        id=new_id() if found is None else found.id,
        name=entry.name,
        filter=entry.filter,
        first_reply=_target(entry.first_reply),
        next_reply=_target(entry.next_reply),
        resolution=_target(entry.resolution),
    )
    if found is None:
        await create_sla_policy(session, caller=caller, policy=policy, now=now, new_id=new_id)
        return Applied(what=what, outcome="created")
    if policy == found:
        return Applied(what=what, outcome="unchanged")
    change = PolicyChange(
        name=policy.name,
        filter=policy.filter,
        first_reply=policy.first_reply,
        next_reply=policy.next_reply,
        resolution=policy.resolution,
    )
    await change_sla_policy(session, caller=caller, policy_id=found.id, change=change, now=now, new_id=new_id)
    return Applied(what=what, outcome="changed")


async def order_service_levels(
    session: Session, entries: Sequence[ServiceLevelEntry], *, caller: Caller, now: datetime, new_id: NewId
) -> None:
    """As the file has them; the others behind, as they stood."""
    if not entries:
        return
    known = await list_policies(session)
    places = {policy_key(entry.name): place for place, entry in enumerate(entries)}
    ordered = sorted(known, key=lambda one: places.get(policy_key(one.name), len(entries)))
    if ordered != known:
        ids = [one.id for one in ordered]
        await order_sla_policies(session, caller=caller, policy_ids=ids, now=now, new_id=new_id)


_SPAN: Final = re.compile(r"(\d{1,6}) ?([mhd])")
_UNIT_MIN: Final = {"m": 1, "h": 60, "d": 24 * 60}


def _target(entry: TargetEntry | None) -> Target | None:
    if entry is None:
        return None
    warning = entry.warn.strip()
    share = re.fullmatch(r"(\d{1,2}) ?%", warning)
    return Target(
        minutes=_minutes(entry.within),
        is_business_time=entry.business_hours,
        warns="never" if not warning else "before" if share is None else "share",
        warns_at=0 if not warning else _minutes(warning) if share is None else int(share[1]),
    )


def _minutes(text: str) -> int:
    match = _SPAN.fullmatch(text.strip())
    minutes = int(match[1]) * _UNIT_MIN[match[2]] if match else 0
    if not 1 <= minutes <= LONGEST_MIN:
        raise Invalid(f"{text} is no time: write it as 4m, 2h or 1d.", field="within")
    return minutes


async def apply_token(session: Session, entry: TokenEntry, *, caller: Caller, now: datetime, new_id: NewId) -> Applied:
    """A token of the same name with other scopes, or another bot's, is replaced: its text cannot be told again."""
    what = f"token {entry.name}"
    found = next((token for token in await list_tokens(session) if token.name == entry.name), None)
    scopes = {scope.value for scope in entry.scopes}
    if found is not None and (set(found.scopes), found.bot_name or "") == (scopes, entry.bot):
        return Applied(what=what, outcome="unchanged")
    if found is not None:
        await revoke_token(session, found.id)
        session.record(
            Event(
                id=new_id(),
                workspace_id=caller.workspace_id,
                kind=EventKind.TOKEN_REVOKED,
                at=now,
                actor_id=caller.actor_id,
                data={"token_id": str(found.id)},
            )
        )
    made = await make_token(
        session,
        agent_id=None,
        name=entry.name,
        scopes=entry.scopes,
        channel_ids=None,
        expires_at=None,
        bot_name=entry.bot or None,
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
    return Applied(what=what, outcome="replaced" if found else "created", shown_once=made.text)


async def apply_channel(
    session: Session,
    entry: ChannelEntry,
    *,
    caller: Caller,
    keyring: Keyring,
    channel_type: ChannelType,
    now: datetime,
    new_id: NewId,
) -> Applied:
    """Found by its type and address. Raises Invalid, Conflict (the address is live in another workspace)."""
    rows = [row for row in await list_channels(session, caller) if row.state != "disconnected"]
    address = _address_of(entry, channel_type)
    row = next((row for row in rows if row.type == entry.type and row.address == address), None)
    settings = {
        name: f"{value:g}" if isinstance(value, float) else str(value) for name, value in entry.settings.items()
    }
    if row is not None:
        return await _change_channel(session, entry, row, settings, caller, keyring, channel_type, now, new_id=new_id)
    values = read_values(channel_type.manifest, entry.values)
    endpoint = await ensure_endpoint(
        session, keyring, provider=channel_type.manifest.provider, secrets=values.endpoint, new_id=new_id
    )
    calendar_id = await _choose_calendar(session, entry.calendar)
    channel_id = new_id()
    await connect_channel(
        session,
        keyring,
        channel_id=channel_id,
        manifest=channel_type.manifest,
        name=entry.name,
        values=values,
        endpoint=endpoint,
        settings=settings,
        actor_id=caller.actor_id,
        now=now,
        new_id=new_id,
    )
    if calendar_id is not msgspec.UNSET:
        await point_channel(session, channel_id, calendar_id)
    return _channel_line(entry, "connected", endpoint.key, values)


async def _change_channel(
    session: Session,
    entry: ChannelEntry,
    row: ChannelRow,
    settings: Mapping[str, str],
    caller: Caller,
    keyring: Keyring,
    channel_type: ChannelType,
    now: datetime,
    new_id: NewId,
) -> Applied:
    endpoint = open_endpoint_secrets(keyring, row.endpoint_id, row.endpoint_secrets)
    known = {
        one.name: endpoint.verify_token
        for one in channel_type.manifest.fields
        if one.goes_to == "endpoint_verify_token"
    }
    values = read_values(channel_type.manifest, entry.values, known=known)
    calendar_id = await _choose_calendar(session, entry.calendar)
    is_same = (
        calendar_id in (row.calendar_id, msgspec.UNSET)
        and (row.name, row.account, row.settings) == (entry.name, values.account, settings)
        and open_channel_secrets(keyring, row.id, row.secrets) == values.secrets
        and endpoint.signing[:1] == values.endpoint.signing
        and endpoint.verify_token == values.endpoint.verify_token
    )
    if not is_same:
        change = ChannelChange(name=entry.name, settings=settings, values=values, calendar_id=calendar_id)
        await change_channel(session, keyring, caller=caller, channel_id=row.id, change=change, now=now, new_id=new_id)
    return _channel_line(entry, "unchanged" if is_same else "changed", row.endpoint_key, values)


def _channel_line(entry: ChannelEntry, outcome: str, endpoint_key: str, values: ChannelValues) -> Applied:
    return Applied(
        what=f"channel {entry.name}",
        outcome=outcome,
        endpoint_key=endpoint_key,
        verify_token=values.endpoint.verify_token,
    )


def _address_of(entry: ChannelEntry, channel_type: ChannelType) -> str:
    field = next((one.name for one in channel_type.manifest.fields if one.goes_to == "address"), "")
    if not (address := entry.values.get(field, "").strip()):
        raise Invalid(f"The channel {entry.name} needs its {field}.", field=field)
    return address


def record_applied(
    session: Session, *, workspace_id: UUID, actor_id: UUID, applied: list[Applied], now: datetime, new_id: NewId
) -> None:
    """One line of audit for a run that changed something."""
    changed = sum(one.outcome != "unchanged" for one in applied)
    if changed:
        session.record(
            Event(
                id=new_id(),
                workspace_id=workspace_id,
                kind=EventKind.CONFIGURATION_APPLIED,
                at=now,
                actor_id=actor_id,
                data={"changed": changed},
            )
        )
