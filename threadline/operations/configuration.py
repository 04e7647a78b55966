"""`threadline apply FILE`: a workspace with roles, agents, hours, teams, tokens, channels, automatic replies (T1).

workspace: {name: Shop}
roles:
  - {name: Reader, permissions: ["conversations:read", "agents:read", "channels:read", "workspace:read"]}
agents:
  - {email: ana@example.com, name: Ana, role: admin, password: {env: ANA_PASSWORD}}
  - {email: ben@example.com, role: agent}            # without a password: prints an invitation link
calendars:
  - {name: Shop, zone: Europe/Berlin, is_default: true, week: {monday: ["9:00-12:00", "13:00-18:00"]},
     special_days: [{day: 2026-12-24, name: Christmas Eve, hours: ["9:00-13:00"]}, {day: 2026-12-25}]}
teams:  # and channels may name their `calendar`
  - {name: Sales, colour: teal, members: [ana@example.com, ben@example.com]}  # who is invited only: by the next run
skills:  # who has them, and which labels of conversations ask for them
  - {name: Refunds, agents: [ben@example.com], labels: [Problem]}
saved_replies:  # the workspace's, or a `team`'s by its name
  - {title: Thanks, shortcut: thx, text: "Thank you, {{contact.first_name}}!", variants: ["Many thanks!"]}
macros:
  - {name: Refund, acts: [{reply: "Dear {{contact.first_name}}, it is on its way."}, {assign: me}, {state: resolved}]}
tokens:
  - {name: reports, scopes: ["conversations:read"]}  # printed once, when it is made
channels:
  - type: whatsapp
    name: Support
    values: {address: "1234", account: "5678", token: {env: WHATSAPP_TOKEN}, app_secret: {env: APP_SECRET}}
automatic_replies:  # everywhere, or for a `channel` or `team` by its name
  - {kind: away, wordings: {en: "We answer {{hours.returns}}.", de: "Wir antworten {{hours.returns}}."}}
rota:  # weeks that take turns, from a day on
  - {agent: ben@example.com, from_day: 2026-11-30, zone: Europe/Berlin, weeks: [{monday: ["9:00-17:00"]}, {}]}
webhooks:  # the secret of a new one is printed once
  - {name: CRM, url: "https://crm.example.com/threadline", kinds: [message_received, conversation_changed]}
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import yaml

from threadline.actions.apply_configuration import (
    Applied,
    Configuration,
    apply_agent,
    apply_automatic_reply,
    apply_calendar,
    apply_channel,
    apply_role,
    apply_rota,
    apply_service_level,
    apply_team,
    apply_token,
    apply_workspace,
    name_of_automatic_reply,
    order_service_levels,
    record_applied,
)
from threadline.actions.apply_macros import apply_macro
from threadline.actions.apply_routing import apply_routing
from threadline.actions.apply_rules import apply_rule, order_as_in_file
from threadline.actions.apply_saved_replies import apply_saved_reply
from threadline.actions.apply_skills import apply_skill
from threadline.actions.apply_webhooks import apply_webhook
from threadline.actions.change_webhook import MayCall
from threadline.actions.furnish_workspace import furnish_workspace
from threadline.channels.contract import FieldKind
from threadline.channels.registry import channel_type, channel_type_names
from threadline.core.errors import Invalid, ThreadlineError
from threadline.core.password import check_password
from threadline.core.permission import Caller, Permission
from threadline.house import check_key, make_database, own_hosts
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Http
from threadline.infra.passwords import hash_password
from threadline.infra.secrets import Keyring, load_keyring
from threadline.infra.settings import Settings
from threadline.operations.words import say
from threadline.sandbox import COMMAND_LINE
from threadline.store.installation import find_workspace_by_name
from threadline.store.session import Database, Role, Session
from threadline.store.workspaces import insert_workspace


class BadConfiguration(ThreadlineError):
    code = "bad_configuration"
    status = 422


async def apply_file(settings: Settings, file: Path) -> None:
    """Everything in one transaction: a file that cannot be applied whole changes nothing."""
    configuration = read_configuration(file)
    _check_passwords(configuration)
    keyring = load_keyring(text=settings.master_key, file=settings.master_key_file)
    hashes = {
        agent.email: await hash_password(agent.password) for agent in configuration.agents if agent.password is not None
    }
    database = make_database(settings, pool_size=1)
    try:
        await check_key(database, keyring)
        workspace_id, is_new = await _find_workspace(database, configuration.workspace.name)
        async with database.transaction(Role.ENGINE, workspace_id) as session:
            if is_new:
                await insert_workspace(session, workspace_id=workspace_id, name=configuration.workspace.name)
                await furnish_workspace(session, locale=_locale(configuration), new_id=new_id)
            applied = await _apply(session, configuration, keyring, hashes, _may_call(settings))
    finally:
        await database.close()
    say(f"workspace {configuration.workspace.name}: {'created' if is_new else 'unchanged'}")
    for one in applied:
        _tell(one, settings)


def _may_call(settings: Settings) -> MayCall:
    """As the guard of the running processes decides; nothing is asked here."""
    return Http(allowed_private_hosts=settings.allowed_private_hosts, own_hosts=own_hosts(settings)).may_call


def _locale(configuration: Configuration) -> str:
    """A new workspace begins in the language of the first whom it names."""
    return next((agent.locale for agent in configuration.agents), "en")


def _check_passwords(configuration: Configuration) -> None:
    """As strict as the form (S11). Raises BadConfiguration, naming the agent."""
    for agent in configuration.agents:
        if agent.password is not None:
            with _naming(f"agent {agent.email}"):
                check_password(agent.password, around=(agent.name, agent.email, configuration.workspace.name))


@contextmanager
def _naming(entry: str) -> Iterator[None]:
    """A form shows at which field something is wrong; here the sentence says it."""
    try:
        yield
    except Invalid as error:
        field = (error.field or "").removeprefix("values.")
        raise BadConfiguration(f"{entry}, {field}: {error.text}" if field else f"{entry}: {error.text}") from None


async def _find_workspace(database: Database, name: str) -> tuple[UUID, bool]:
    async with database.transaction(Role.ENGINE) as session:
        found = await find_workspace_by_name(session, name)
    return (found, False) if found else (new_id(), True)


async def _apply(
    session: Session, configuration: Configuration, keyring: Keyring, hashes: dict[str, str], may_call: MayCall
) -> list[Applied]:
    assert session.workspace_id is not None
    caller = Caller(session.workspace_id, frozenset(Permission), token_id=COMMAND_LINE)
    now = utc_now()
    workspace = await apply_workspace(session, configuration.workspace, caller=caller, now=now, new_id=new_id)
    roles: list[Applied] = []
    for role in configuration.roles:
        with _naming(f"role {role.name}"):
            roles.append(await apply_role(session, role, caller=caller, now=now, new_id=new_id))
    agents: list[Applied] = []
    for agent in configuration.agents:
        with _naming(f"agent {agent.email}"):
            agents.append(
                await apply_agent(
                    session, agent, caller=caller, password_hash=hashes.get(agent.email), now=now, new_id=new_id
                )
            )
    calendars: list[Applied] = []
    for one in configuration.calendars:
        with _naming(f"business hours {one.name}"):
            calendars.append(await apply_calendar(session, one, caller=caller, now=now, new_id=new_id))
    teams = [await apply_team(session, one, caller=caller, now=now, new_id=new_id) for one in configuration.teams]
    levels: list[Applied] = []
    for one in configuration.service_levels:
        with _naming(f"service level {one.name}"):
            levels.append(await apply_service_level(session, one, caller=caller, now=now, new_id=new_id))
    await order_service_levels(session, configuration.service_levels, caller=caller, now=now, new_id=new_id)
    saved_replies: list[Applied] = []
    for reply in configuration.saved_replies:
        with _naming(f"saved reply {reply.title}"):
            outcome = await apply_saved_reply(session, reply, caller=caller, now=now, new_id=new_id)
            saved_replies.append(Applied(what=f"saved reply {reply.title}", outcome=outcome))
    skills: list[Applied] = []
    for skill in configuration.skills:
        with _naming(f"skill {skill.name}"):
            outcome = await apply_skill(session, skill, caller=caller, now=now, new_id=new_id)
            skills.append(Applied(what=f"skill {skill.name}", outcome=outcome))
    macros: list[Applied] = []
    for macro in configuration.macros:
        with _naming(f"macro {macro.name}"):
            outcome = await apply_macro(session, macro, caller=caller, now=now, new_id=new_id)
            macros.append(Applied(what=f"macro {macro.name}", outcome=outcome))
    webhooks: list[Applied] = []
    for one in configuration.webhooks:
        with _naming(f"webhook {one.name}"):
            outcome, secret = await apply_webhook(
                session, one, caller=caller, keyring=keyring, may_call=may_call, now=now, new_id=new_id
            )
        webhooks.append(Applied(what=f"webhook {one.name}", outcome=outcome, shown_once=secret))
    rules: list[Applied] = []
    for rule in configuration.rules:
        with _naming(f"rule {rule.name}"):
            outcome = await apply_rule(session, rule, caller=caller, now=now, new_id=new_id)
            rules.append(Applied(what=f"rule {rule.name}", outcome=outcome))
    await order_as_in_file(session, configuration.rules, caller=caller, now=now, new_id=new_id)
    tokens = [await apply_token(session, one, caller=caller, now=now, new_id=new_id) for one in configuration.tokens]
    channels: list[Applied] = []
    for one in configuration.channels:
        with _naming(f"channel {one.name}"):
            found = channel_type(one.type)
            channels.append(
                await apply_channel(
                    session, one, caller=caller, keyring=keyring, channel_type=found, now=now, new_id=new_id
                )
            )
    replies: list[Applied] = []
    for one in configuration.automatic_replies:
        with _naming(name_of_automatic_reply(one)):
            replies.append(await apply_automatic_reply(session, one, caller=caller, now=now, new_id=new_id))
    routing: list[Applied] = []
    if configuration.routing is not None:
        with _naming("routing"):
            is_new = await apply_routing(session, configuration.routing, caller=caller, now=now, new_id=new_id)
        routing.append(Applied(what="routing", outcome="changed" if is_new else "unchanged"))
    plans: list[Applied] = []
    for one in configuration.rota:
        with _naming(f"rota of {one.agent}"):
            plans.append(await apply_rota(session, one, caller=caller, now=now, new_id=new_id))
    applied = [
        *workspace,
        *roles,
        *agents,
        *calendars,
        *teams,
        *skills,
        *saved_replies,
        *macros,
        *rules,
        *levels,
        *tokens,
        *channels,
        *replies,
        *routing,
        *plans,
        *webhooks,
    ]
    record_applied(
        session, workspace_id=session.workspace_id, actor_id=COMMAND_LINE, applied=applied, now=now, new_id=new_id
    )
    return applied


def _tell(one: Applied, settings: Settings) -> None:
    line = f"{one.what}: {one.outcome}"
    if one.shown_once:
        link = f"{settings.base_url}/invitation?token={one.shown_once}"
        line += f"\n  shown once: {link if one.outcome == 'invited' else one.shown_once}"
    if one.endpoint_key:
        line += f"\n  callback URL: {settings.base_url}/hooks/{one.endpoint_key}\n  verify token: {one.verify_token}"
    say(line)


# Reading


def read_configuration(file: Path) -> Configuration:
    """Raises BadConfiguration with the place and what to do."""
    try:
        raw: Any = yaml.safe_load(file.read_text("utf-8"))  # whatever YAML holds, until it is converted
    except (yaml.YAMLError, UnicodeDecodeError):
        raise BadConfiguration(f"{file} is not YAML.") from None
    _check_secrets_are_references(raw)
    try:
        return msgspec.convert(_resolved(raw), Configuration, strict=False)
    except msgspec.ValidationError as error:
        raise BadConfiguration(f"{file}: {error}.") from None


def _check_secrets_are_references(raw: Any) -> None:
    """A secret that stands in the file itself would end up in its history."""
    if not isinstance(raw, dict):
        raise BadConfiguration("The file must begin with `workspace:`.")
    for agent in _entries(raw, "agents"):
        if isinstance(agent.get("password"), str):
            raise BadConfiguration("A password does not belong into the file: write {env: NAME} in its place.")
    for channel in _entries(raw, "channels"):
        name = channel.get("type")
        if name not in channel_type_names():
            raise BadConfiguration(f"There is no such channel type; there are: {', '.join(channel_type_names())}.")
        secrets = {one.name for one in channel_type(str(name)).manifest.fields if one.kind is FieldKind.SECRET}
        values = channel.get("values")
        literal = [key for key in secrets if isinstance(values, dict) and isinstance(values.get(key), str)]
        if literal:
            raise BadConfiguration(f"{literal[0]} does not belong into the file: write {{env: NAME}} in its place.")


def _entries(raw: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = raw.get(key) or []
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _resolved(value: Any) -> Any:
    """`{env: NAME}` becomes the variable's value, anywhere."""
    if isinstance(value, dict):
        if set(value) == {"env"}:
            return _variable(str(value["env"]))
        return {str(key): _resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    return value


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise BadConfiguration(f"The environment variable {name} is not set.")
    return value
