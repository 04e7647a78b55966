"""Channel types, channels and templates. Providers are asked between transactions, never inside one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec import UNSET
from pydantic import AfterValidator, Field, StringConstraints

from threadline.actions.change_channel import ChannelChange, change_channel, disconnect_channel
from threadline.actions.channel_secrets import access_of
from threadline.actions.connect_channel import (
    ChannelValues,
    connect_channel,
    endpoint_key,
    ensure_endpoint,
    find_endpoint,
    read_values,
)
from threadline.actions.sync_templates import sync_templates
from threadline.channels.contract import ChannelType, Check, Said, SendError
from threadline.channels.registry import all_channel_types, channel_type, channel_type_names
from threadline.core.closing import MOST_LETTERS
from threadline.core.errors import CannotSend, Conflict, Invalid
from threadline.core.permission import Permission, Visibility, check_may
from threadline.infra.clock import new_id
from threadline.store.channels import ChannelRow, access_channel, list_channels
from threadline.store.session import Role
from threadline.store.templates import Template, list_templates
from threadline.web.api.inputs import Id, Input, Line, Name, clean_text
from threadline.web.api.routes import operation
from threadline.web.channel_views import (
    Capabilities,
    Channel,
    callback_url,
    secret_values,
    show_capabilities,
    show_channel,
    show_channel_to_admin,
)
from threadline.web.context import WebContext
from threadline.web.deps import Call, calls, encoded, find_repeat, opened
from threadline.web.security import check_proof

router = APIRouter()

_Values = Annotated[dict[Annotated[Line, StringConstraints(max_length=100)], Line], Field(max_length=50)]
_TypeName = Annotated[Line, StringConstraints(max_length=50)]


class ChannelField(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    label: str
    kind: Literal["text", "secret"]
    where_found: str
    link: str
    required: bool
    pattern: str
    is_generated: bool


class ChannelTypeInfo(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    name: str
    fields: list[ChannelField]
    capabilities: Capabilities


class ChannelTypeList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[ChannelTypeInfo]


class ChannelList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Channel]


class CheckSentence(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    """Names the sentence for good, for screens in other languages."""
    values: Mapping[str, str]
    """What it fills in; a `date` is written as ISO 8601 says."""


class CheckLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    state: Literal["ok", "failed", "waiting"]
    detail: str
    """In English: what `says` says, joined by commas."""
    field: str
    says: list[CheckSentence]


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    checks: list[CheckLine]
    callback_url: str | None
    """Where the provider will deliver; None until the app's secret is known."""


class TemplateList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Template]


class ChannelCheck(Input):
    type: _TypeName
    values: _Values
    channel_id: Id | None = None


class ChannelInput(Input):
    type: _TypeName
    name: Name
    values: _Values


class ChannelSettings(Input):
    """Limits of the number; null means the channel type's own."""

    sends_per_second: Annotated[float, Field(gt=0, le=1000, strict=False)] | None = None
    pair_interval_s: Annotated[float, Field(ge=0, le=3600, strict=False)] | None = None
    pair_burst: Annotated[int, Field(ge=1, le=1000)] | None = None
    unanswered_limit: Annotated[int, Field(ge=0, le=100)] | None = None
    mark_read: Literal["on_answer", "on_open", "never"] | None = None
    who_sends: Literal["everybody", "assignee"] | None = None
    """Who answers: everybody who sees a conversation, or only the one who has it and supervisors."""
    reopen_days: Annotated[int, Field(ge=0, le=365)] | None = None
    """A message within so many days of the end reopens the conversation; a later one starts a new one."""
    closing_text: Annotated[str, Field(max_length=MOST_LETTERS), AfterValidator(clean_text)] | None = None
    """Sent by itself ten seconds after a person resolved a conversation, with places as saved replies have them."""


class ChannelUpdate(Input):
    """What is absent stays. Values replace those of the same name; the address cannot be replaced."""

    name: Name | None = None
    state: Literal["connected", "paused"] | None = None
    settings: ChannelSettings | None = None
    values: _Values | None = None
    calendar_id: Id | None = None
    """Its business hours; null: those of the workspace."""


@operation(router, "GET", "/channel-types", out=ChannelTypeList)
async def get_channel_types(call: Call = calls(Permission.CHANNELS_READ)) -> Response:
    """What can be connected, and which values it takes."""
    return call.answer(ChannelTypeList(items=[_show_type(one) for one in all_channel_types()]))


@operation(router, "GET", "/channels", out=ChannelList)
async def get_channels(call: Call = calls(Permission.CHANNELS_READ)) -> Response:
    """The channels one may see."""
    return call.answer(ChannelList(items=[_show(call, row) for row in await list_channels(call.session, call.caller)]))


@operation(router, "GET", "/channels/{channel_id}", out=Channel)
async def get_channel(channel_id: UUID, call: Call = calls(Permission.CHANNELS_READ)) -> Response:
    """One channel."""
    return call.answer(_show(call, await access_channel(call.session, call.caller, channel_id)))


@operation(router, "POST", "/channels/check", out=CheckResult)
async def check_channel(given: ChannelCheck, request: Request) -> Response:
    """Ask the provider whether values work together. Changes nothing."""
    async with opened(request) as call:
        check_may(call.caller, Permission.CHANNELS_MANAGE)
        found = _type_of(given.type)
        row = None
        if given.channel_id is not None:
            row = await access_channel(call.session, call.caller, given.channel_id)
        values = _values(call.web, found, given.values, row, is_whole=False)
        url = await _callback_url(call, found, values, row)
    checks = await _ask_checks(call.web, found, values, row, url or "")
    return encoded(CheckResult(checks=[_show_check(one) for one in checks], callback_url=url))


@operation(router, "POST", "/channels", out=Channel, status=201)
async def create_channel(given: ChannelInput, request: Request) -> Response:
    """Connect a channel."""
    async with opened(request) as call:
        check_may(call.caller, Permission.CHANNELS_MANAGE)
        check_proof(call.open_session, within_s=call.web.settings.limits.proof_s)
        known = await list_channels(call.session, call.caller)
        repeat = find_repeat(call, await request.body(), is_secret=True)
        if repeat is not None:
            await repeat.replay(call.session)  # after the list: what it shows of the first request has its answer here
        found = _type_of(given.type)
        values = _values(call.web, found, given.values, None, is_whole=True)
        _check_is_new(values, known)
    web, caller, channel_id = call.web, call.caller, new_id()
    _refuse_failed(await _ask_checks(web, found, values, None, ""), found)
    async with web.database.transaction(Role.WEB, caller.workspace_id) as session:
        endpoint = await ensure_endpoint(
            session, web.keyring, provider=found.manifest.provider, secrets=values.endpoint, new_id=new_id
        )
    await _tell_provider(web, found, values, channel_id, callback_url(web.settings, endpoint.key))
    async with web.database.transaction(Role.WEB, caller.workspace_id) as session:
        if repeat is not None:
            await repeat.claim(session)
        await connect_channel(
            session,
            web.keyring,
            channel_id=channel_id,
            manifest=found.manifest,
            name=given.name,
            values=values,
            endpoint=endpoint,
            actor_id=caller.actor_id,
            now=call.now,
            new_id=new_id,
        )
        row = await access_channel(session, replace(caller, visibility=Visibility()), channel_id)
        answer = encoded(show_channel_to_admin(row, web.settings, web.keyring), 201)
        if repeat is not None:
            await repeat.keep(session, 201, bytes(answer.body))
    return answer


@operation(router, "PATCH", "/channels/{channel_id}", out=Channel)
async def update_channel(channel_id: UUID, given: ChannelUpdate, request: Request) -> Response:
    """Rename, pause or limit it, or replace its secrets."""
    async with opened(request) as call:
        check_may(call.caller, Permission.CHANNELS_MANAGE)
        before = await access_channel(call.session, call.caller, channel_id)
        found, values = _type_of(before.type), None
        if given.values:
            check_proof(call.open_session, within_s=call.web.settings.limits.proof_s)
            values = _values(call.web, found, given.values, before, is_whole=True)
    if values is not None:
        _refuse_failed(await _ask_checks(call.web, found, values, before, ""), found)
    async with opened(request) as call:
        await change_channel(
            call.session,
            call.web.keyring,
            caller=call.caller,
            channel_id=channel_id,
            change=ChannelChange(
                name=given.name,
                state=given.state,
                settings=None if given.settings is None else _settings(before, given.settings),
                values=values,
                calendar_id=given.calendar_id if "calendar_id" in given.model_fields_set else UNSET,
            ),
            now=call.now,
            new_id=new_id,
        )
        row = await access_channel(call.session, call.caller, channel_id)
    return encoded(show_channel_to_admin(row, call.web.settings, call.web.keyring))


@operation(router, "DELETE", "/channels/{channel_id}", out=None, status=204)
async def delete_channel(channel_id: UUID, call: Call = calls(Permission.CHANNELS_MANAGE)) -> Response:
    """Disconnect it. Its conversations stay."""
    await disconnect_channel(call.session, caller=call.caller, channel_id=channel_id, now=call.now, new_id=new_id)
    return call.answer(status=204)


@operation(router, "GET", "/templates", out=TemplateList)
async def get_templates(
    channel_id: Annotated[UUID, Query()], call: Call = calls(Permission.TEMPLATES_READ)
) -> Response:
    """The templates of a channel's account."""
    channel = await access_channel(call.session, call.caller, channel_id)
    found = await list_templates(call.session, channel_type=channel.type, account=channel.account)
    return call.answer(TemplateList(items=found))


@operation(router, "POST", "/channels/{channel_id}/templates/sync", out=TemplateList)
async def sync_channel_templates(channel_id: UUID, request: Request) -> Response:
    """Fetch the account's templates from the provider."""
    async with opened(request) as call:
        check_may(call.caller, Permission.TEMPLATES_SYNC)
        row = await access_channel(call.session, call.caller, channel_id)
    found, web = _type_of(row.type), call.web
    if row.state == "disconnected" or not found.manifest.capabilities.has_templates:
        raise Conflict("This channel has no templates to fetch.", reason="no_templates")
    access = access_of(row, web.keyring, base_url=_base_url(web, row.type, is_practice=row.is_practice))
    try:
        listed = await found.list_templates(web.http, access)
    except SendError as error:
        raise CannotSend(error.text, reason=error.reason) from error
    async with opened(request) as call:
        check_may(call.caller, Permission.TEMPLATES_SYNC)
        await sync_templates(
            call.session, caller=call.caller, channel_id=channel_id, listed=listed, now=call.now, new_id=new_id
        )
        stored = await list_templates(call.session, channel_type=row.type, account=row.account)
    return encoded(TemplateList(items=stored))


def _type_of(name: str) -> ChannelType:
    if name not in channel_type_names():
        raise Invalid("There is no such channel type.", field="type", reason="no_such_channel_type")
    return channel_type(name)


def _values(
    web: WebContext, found: ChannelType, given: dict[str, str], row: ChannelRow | None, *, is_whole: bool
) -> ChannelValues:
    known = None
    if row is not None:
        if row.type != found.manifest.type:
            raise Invalid("This channel is of another type.", field="type")
        known = secret_values(found.manifest, row, web.keyring)
        places = {"address": row.address, "account": row.account}
        known |= {one.name: places[one.goes_to] for one in found.manifest.fields if one.goes_to in places}
    return read_values(found.manifest, given, known=known, is_whole=is_whole)


async def _callback_url(call: Call, found: ChannelType, values: ChannelValues, row: ChannelRow | None) -> str | None:
    if row is not None:
        return callback_url(call.web.settings, row.endpoint_key)
    if not values.endpoint.signing:
        return None
    signing = values.endpoint.signing[0]
    endpoint = await find_endpoint(call.session, call.web.keyring, provider=found.manifest.provider, signing=signing)
    key = endpoint_key(call.caller.workspace_id, signing) if endpoint is None else endpoint.key
    return callback_url(call.web.settings, key)


async def _ask_checks(
    web: WebContext, found: ChannelType, values: ChannelValues, row: ChannelRow | None, url: str
) -> list[Check]:
    is_practice = row is not None and row.is_practice
    access = values.access(
        channel_id=new_id() if row is None else row.id,
        base_url=_base_url(web, found.manifest.type, is_practice=is_practice),
    )
    return await found.check(web.http, access, values.endpoint, url)


def _show_check(check: Check) -> CheckLine:
    return CheckLine(
        name=check.name,
        title=check.title,
        state=check.state,
        detail=check.detail,
        field=check.field,
        says=[CheckSentence(code=one.code, values=one.values) for one in check.says],
    )


def _refuse_failed(checks: list[Check], found: ChannelType) -> None:
    """What the provider says against the values, at the field that is to blame."""
    names = {one.name for one in found.manifest.fields}
    for one in checks:
        if one.state == "failed" and one.field in names:
            said = one.says[0] if one.says else Said("", one.detail)
            raise Invalid(one.detail, field=f"values.{one.field}", reason=said.code, values=said.values)


async def _tell_provider(
    web: WebContext, found: ChannelType, values: ChannelValues, channel_id: UUID, url: str
) -> None:
    """The provider calls the endpoint while it is told of it, so the endpoint is committed already."""
    base_url = _base_url(web, found.manifest.type, is_practice=False)
    try:
        await found.connect(web.http, values.access(channel_id=channel_id, base_url=base_url), values.endpoint, url)
    except SendError as error:
        raise CannotSend(error.text, reason=error.reason) from error


def _base_url(web: WebContext, channel_type_name: str, *, is_practice: bool) -> str:
    """The provider's address, or that of the simulator where a practice channel lives."""
    if not is_practice:
        return web.settings.graph_url
    url = web.settings.simulator_url(channel_type_name)
    if url is None:
        raise Conflict("The practice phone is not running here.", reason="practice_not_running")
    return url


def _check_is_new(values: ChannelValues, rows: list[ChannelRow]) -> None:
    """Early, before the provider is told; the unique index has the last word."""
    if any(row.address == values.address and row.state != "disconnected" for row in rows):
        raise Conflict("This address is connected already.", reason="address_connected")


def _settings(before: ChannelRow, given: ChannelSettings) -> dict[str, str]:
    """Kept as texts, beside settings that are not for people to change."""
    kept = {name: value for name, value in before.settings.items() if name not in ChannelSettings.model_fields}
    return kept | {name: _as_text(value) for name, value in given if value is not None}


def _as_text(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _show(call: Call, row: ChannelRow) -> Channel:
    if call.caller.may(Permission.CHANNELS_MANAGE):
        return show_channel_to_admin(row, call.web.settings, call.web.keyring)
    return show_channel(row)


def _show_type(found: ChannelType) -> ChannelTypeInfo:
    manifest = found.manifest
    return ChannelTypeInfo(
        type=manifest.type,
        name=manifest.name,
        fields=[
            ChannelField(
                name=one.name,
                label=one.label,
                kind=one.kind.value,
                where_found=one.where_found,
                link=one.link,
                required=one.is_required,
                pattern=one.pattern,
                is_generated=one.is_generated,
            )
            for one in manifest.fields
        ],
        capabilities=show_capabilities(manifest.capabilities),
    )
