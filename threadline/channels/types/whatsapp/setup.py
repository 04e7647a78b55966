"""Connecting a number: which values, do they fit together, and how Meta comes to deliver to us.

`check` asks and changes nothing. `connect` subscribes the app to the account and, where Meta delivers elsewhere so far,
sets the callback address of this account or of this number alone.
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from threadline.channels.contract import (
    ChannelAccess,
    Check,
    EndpointSecrets,
    FieldKind,
    HttpBroken,
    HttpClient,
    HttpTimeout,
    HttpUnreachable,
    PracticeChannel,
    Retry,
    Said,
    SendError,
    SetupField,
)
from threadline.channels.shared.meta import app_secret_proof
from threadline.channels.types.whatsapp.graph import APP_SECRET, TOKEN, call, decoded, graph_url
from threadline.channels.types.whatsapp.scalars import Loose, integer_of, text_of

T = TypeVar("T")

_ID = r"[0-9]{5,32}"

FIELDS: Final = (
    SetupField(
        name=TOKEN,
        label="Access token",
        kind=FieldKind.SECRET,
        goes_to="secret",
        where_found="Business settings, System users: choose one, Generate token, with both WhatsApp permissions",
        link="https://business.facebook.com/settings/system-users",
    ),
    SetupField(
        name="account",
        label="WhatsApp account ID",
        kind=FieldKind.TEXT,
        goes_to="account",
        where_found="WhatsApp Manager: above the list of phone numbers",
        link="https://business.facebook.com/wa/manage/phone-numbers",
        pattern=_ID,
    ),
    SetupField(
        name="address",
        label="Phone number ID",
        kind=FieldKind.TEXT,
        goes_to="address",
        where_found="Your app, API set-up: under WhatsApp, below the chosen number (not the number itself)",
        link="https://developers.facebook.com/apps",
        pattern=_ID,
    ),
    SetupField(
        name=APP_SECRET,
        label="App secret",
        kind=FieldKind.SECRET,
        goes_to="endpoint_signing",
        where_found="Your app, App settings, Basic: Show beside App secret",
        link="https://developers.facebook.com/apps",
        pattern=r"[0-9a-f]{32}",
    ),
    SetupField(
        name="verify_token",
        label="Verify token",
        kind=FieldKind.TEXT,
        goes_to="endpoint_verify_token",
        where_found="Made here. Paste it with the callback address into your app, WhatsApp, Configuration",
        link="https://developers.facebook.com/apps",
        is_generated=True,
    ),
)

_SCOPES: Final = ("whatsapp_business_messaging", "whatsapp_business_management")
_NUMBER_FIELDS: Final = (
    "display_phone_number,verified_name,quality_rating,status,code_verification_status,platform_type,throughput,"
    "whatsapp_business_manager_messaging_limit"
)
_TIERS: Final = {"TIER_250": "250", "TIER_2K": "2,000", "TIER_10K": "10,000", "TIER_100K": "100,000"}
_QUALITIES: Final = {"GREEN": "quality_high", "YELLOW": "quality_medium", "RED": "quality_low"}
_NUMBER_STATES: Final = {
    "PENDING": "number_pending",
    "UNVERIFIED": "number_unverified",
    "DISCONNECTED": "number_not_registered",
    "MIGRATED": "number_moved",
    "DELETED": "number_deleted",
    "BANNED": "number_banned",
    "RESTRICTED": "number_restricted",
}
_WORKING_STATES: Final = frozenset({"CONNECTED", "FLAGGED", "RATE_LIMITED"})
_LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

SENTENCES: Final = {
    "waiting_for_token": "Waiting for a valid token.",
    "enter_token": "Enter the access token.",
    "token_refused": "Meta does not accept this token. Copy it again.",
    "token_expired": "This token has expired or was withdrawn. Generate a new one.",
    "token_lasts": "Answered in {milliseconds} ms, does not expire.",
    "token_valid_until": "Answered in {milliseconds} ms, valid until {date}.",
    "asked_in_vain": "Meta did not answer. Try again in a minute.",
    "permissions_missing": "The token lacks {missing}. Generate it again with both WhatsApp permissions.",
    "permissions_held": "messaging, management",
    "enter_account": "Enter the WhatsApp account ID.",
    "account_out_of_reach": (
        "The token does not reach this account. Check the ID, or assign the account to the system user."
    ),
    "found": "Found",
    "account_name": "{name}",
    "in_currency": "in {currency}",
    "verified_business": "verified business",
    "enter_number": "Enter the phone number ID.",
    "number_out_of_reach": "The token does not reach this number. Enter the phone number ID, not the number itself.",
    "number_elsewhere": "This number belongs to another WhatsApp account.",
    "number_pending": "Meta has not set up this number yet. Register it in WhatsApp Manager.",
    "number_unverified": "This number is not verified. Enter the code that Meta sends to it in WhatsApp Manager.",
    "number_not_registered": "This number is not registered with the Cloud API. Register it in WhatsApp Manager.",
    "number_moved": "This number has moved to another account. Enter that account's IDs.",
    "number_deleted": "This number was deleted. Choose another.",
    "number_banned": "Meta has banned this number. Appeal in Business Support Home.",
    "number_restricted": "Meta restricts this number. Open Business Support Home.",
    "number_in_state": "Meta says this number is {state}. Look at it in WhatsApp Manager.",
    "number_not_on_cloud": "This number is not on the Cloud API. Register it there in WhatsApp Manager.",
    "number_shown": "{number}",
    "quality_high": "quality high",
    "quality_medium": "quality medium",
    "quality_low": "quality low",
    "people_a_day": "{people} people a day",
    "any_number_of_people": "any number of people a day",
    "thousand_a_second": "1,000 messages a second",
    "verify_again": "verify it again soon",
    "enter_secret": "Enter the app secret.",
    "waiting_for_number_id": "Waiting for the phone number ID.",
    "waiting_for_reached_number": "Waiting for a number that the token reaches.",
    "secret_of_another_app": "This secret belongs to another app: it does not fit the token. Copy it again.",
    "secret_of_another_app_named": (
        "This secret belongs to another app: it does not fit the token. Copy it again from “{app}”."
    ),
    "secret_fits": "Fits the token.",
    "set_public_address": "Set the public address of this desk first.",
    "https_only": "Meta calls only https addresses. Give the desk a certificate.",
    "https_not_tried": "HTTPS. Meta tries the address when you start receiving.",
    "address_silent": "What stands at this address does not answer.",
    "address_fails": "Something at this address answers with the error {status}.",
    "address_reachable": "Reachable",
    "https_reachable": "HTTPS, reachable",
    "waiting_for_account_and_number": "Waiting for the account and the number.",
    "meta_does_not_say": "Meta does not say yet where it delivers.",
    "delivers_here": "Meta delivers to this desk.",
    "delivers_elsewhere": "Meta delivers to another address so far. Start receiving to change that.",
    "start_receiving": "Start receiving, and Meta delivers to this desk.",
}
"""What a check may say, by the names that screens in other languages know."""


# --- Answers -----------------------------------------------------------------------------------------------------


class _TokenData(msgspec.Struct):
    app_id: Loose = None
    application: Loose = None
    is_valid: Loose = None
    expires_at: Loose = None
    scopes: list[Loose] | None = None


class _Token(msgspec.Struct):
    data: _TokenData


class _Account(msgspec.Struct):
    name: Loose = None
    currency: Loose = None
    business_verification_status: Loose = None


class _Throughput(msgspec.Struct):
    level: Loose = None


class _Number(msgspec.Struct):
    id: Loose = None
    display_phone_number: Loose = None
    quality_rating: Loose = None
    status: Loose = None
    code_verification_status: Loose = None
    platform_type: Loose = None
    throughput: _Throughput | Loose = None
    whatsapp_business_manager_messaging_limit: Loose = None


class _Numbers(msgspec.Struct):
    data: list[_Number]


class _Urls(msgspec.Struct):
    application: Loose = None
    whatsapp_business_account: Loose = None
    phone_number: Loose = None


class _NumberUrls(msgspec.Struct):
    webhook_configuration: _Urls | None = None


class _AppData(msgspec.Struct):
    id: Loose = None


class _Subscription(msgspec.Struct):
    whatsapp_business_api_data: _AppData | None = None
    override_callback_uri: Loose = None


class _Subscriptions(msgspec.Struct):
    data: list[_Subscription]


_token = msgspec.json.Decoder(_Token)
_account = msgspec.json.Decoder(_Account)
_number = msgspec.json.Decoder(_Number)
_numbers = msgspec.json.Decoder(_Numbers)
_number_urls = msgspec.json.Decoder(_NumberUrls)
_subscriptions = msgspec.json.Decoder(_Subscriptions)


# --- Check -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every check needs."""

    http: HttpClient
    access: ChannelAccess
    endpoint: EndpointSecrets
    callback_url: str

    async def get(self, *path: str, decoder: "msgspec.json.Decoder[T]", query: dict[str, str] | None = None) -> T:
        url = graph_url(self.access, *path, query=query)
        return decoded(await call(self.http, self.access, "GET", url), decoder)


async def check(http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str) -> list[Check]:
    """The lines beside the form: token, permissions, account, number, app secret, address, webhook."""
    asked = _Asked(http, access, endpoint, callback_url)
    token, data = await _check_token(asked)
    address = await _check_address(asked)
    if data is None:
        return [token, *_waiting_for_token(), address, _waiting("webhook", "Webhook", _say("waiting_for_token"))]
    account, number, secret, webhook = await asyncio.gather(
        _check_account(asked), _check_number(asked), _check_secret(asked, data), _check_webhook(asked, data)
    )
    return [token, _check_permissions(data), account, number, secret, address, webhook]


def _waiting_for_token() -> list[Check]:
    lines = (
        ("permissions", "Permissions", TOKEN),
        ("account", "Account", "account"),
        ("number", "Number", "address"),
        ("app_secret", "App secret", APP_SECRET),
    )
    return [_waiting(name, title, _say("waiting_for_token"), field) for name, title, field in lines]


def _say(code: str, **values: str) -> Said:
    return Said(code, SENTENCES[code].format(**values), values)


def _ok(name: str, title: str, says: Said | Sequence[Said], field: str = "") -> Check:
    return _line(name, title, "ok", says, field)


def _failed(name: str, title: str, says: Said | Sequence[Said], field: str = "") -> Check:
    return _line(name, title, "failed", says, field)


def _waiting(name: str, title: str, says: Said | Sequence[Said], field: str = "") -> Check:
    return _line(name, title, "waiting", says, field)


def _line(
    name: str, title: str, state: Literal["ok", "failed", "waiting"], says: Said | Sequence[Said], field: str
) -> Check:
    parts = (says,) if isinstance(says, Said) else tuple(says)
    return Check(name, title, state, ", ".join(part.text for part in parts), field, parts)


async def _check_token(asked: _Asked) -> tuple[Check, _TokenData | None]:
    token = asked.access.secrets.get(TOKEN, "")
    if not token:
        return _waiting("token", "Token", _say("enter_token"), TOKEN), None
    started = time.perf_counter()
    try:
        data = (await asked.get("debug_token", decoder=_token, query={"input_token": token})).data
    except SendError as error:
        return _failed("token", "Token", _why(error, _say("token_refused")), TOKEN), None
    if data.is_valid is not True:
        return _failed("token", "Token", _say("token_expired"), TOKEN), None
    milliseconds = str(round((time.perf_counter() - started) * 1000))
    return _ok("token", "Token", _life(data.expires_at, milliseconds), TOKEN), data


def _life(expires_at: Loose, milliseconds: str) -> Said:
    """The date is written out in English, and for other languages as ISO 8601 has it."""
    seconds = integer_of(expires_at)
    if not seconds:
        return _say("token_lasts", milliseconds=milliseconds)
    day = datetime.fromtimestamp(seconds, UTC).date()
    text = SENTENCES["token_valid_until"].format(milliseconds=milliseconds, date=f"{day:%d %B %Y}")
    return Said("token_valid_until", text, {"milliseconds": milliseconds, "date": day.isoformat()})


def _why(error: SendError, otherwise: Said) -> Said:
    """An outage says nothing about the value that was asked about."""
    if error.code in ("unreachable", "timeout", "broken", "half_answer") or error.code.startswith("http_"):
        return Said("asked_in_vain", f"{error.text} Try again in a minute.")
    return otherwise


def _check_permissions(data: _TokenData) -> Check:
    scopes = {text_of(scope) for scope in data.scopes or ()}
    missing = [scope for scope in _SCOPES if scope not in scopes]
    if missing:
        lacks = _say("permissions_missing", missing=", ".join(missing))
        return _failed("permissions", "Permissions", lacks, TOKEN)
    return _ok("permissions", "Permissions", _say("permissions_held"), TOKEN)


async def _check_account(asked: _Asked) -> Check:
    if not asked.access.account:
        return _waiting("account", "Account", _say("enter_account"), "account")
    query = {"fields": "name,currency,business_verification_status"}
    try:
        account = await asked.get(asked.access.account, decoder=_account, query=query)
    except SendError as error:
        return _failed("account", "Account", _why(error, _say("account_out_of_reach")), "account")
    name = text_of(account.name)
    facts = [_say("account_name", name=name) if name else _say("found")]
    if account.currency:
        facts.append(_say("in_currency", currency=text_of(account.currency)))
    if account.business_verification_status == "verified":
        facts.append(_say("verified_business"))
    return _ok("account", "Account", facts, "account")


async def _check_number(asked: _Asked) -> Check:
    access = asked.access
    if not access.address:
        return _waiting("number", "Number", _say("enter_number"), "address")
    try:
        number = await asked.get(access.address, decoder=_number, query={"fields": _NUMBER_FIELDS})
        is_of_account = await _is_of_account(asked)
    except SendError as error:
        return _failed("number", "Number", _why(error, _say("number_out_of_reach")), "address")
    if not is_of_account:
        return _failed("number", "Number", _say("number_elsewhere"), "address")
    state = text_of(number.status)
    if state and state not in _WORKING_STATES:
        known = _NUMBER_STATES.get(state)
        says = _say(known) if known else _say("number_in_state", state=state.lower())
        return _failed("number", "Number", says, "address")
    if number.platform_type not in (None, "CLOUD_API"):
        return _failed("number", "Number", _say("number_not_on_cloud"), "address")
    return _ok("number", "Number", _describe_number(number), "address")


async def _is_of_account(asked: _Asked) -> bool:
    if not asked.access.account:
        return True
    query = {"fields": "id", "limit": "100"}
    numbers = await asked.get(asked.access.account, "phone_numbers", decoder=_numbers, query=query)
    return any(text_of(number.id) == asked.access.address for number in numbers.data)


def _describe_number(number: _Number) -> list[Said]:
    facts: list[Said] = []
    if shown := text_of(number.display_phone_number):
        facts.append(_say("number_shown", number=shown))
    if quality := _QUALITIES.get(text_of(number.quality_rating)):
        facts.append(_say(quality))
    tier = text_of(number.whatsapp_business_manager_messaging_limit)
    if people := _TIERS.get(tier):
        facts.append(_say("people_a_day", people=people))
    if tier == "TIER_UNLIMITED":
        facts.append(_say("any_number_of_people"))
    if isinstance(number.throughput, _Throughput) and number.throughput.level == "HIGH":
        facts.append(_say("thousand_a_second"))
    if number.code_verification_status == "EXPIRED":
        facts.append(_say("verify_again"))
    return facts or [_say("found")]


async def _check_secret(asked: _Asked, data: _TokenData) -> Check:
    """Graph refuses a proof that was made with the secret of another app than the token's."""
    secret = asked.endpoint.signing[0] if asked.endpoint.signing else ""
    if not secret:
        return _waiting("app_secret", "App secret", _say("enter_secret"), APP_SECRET)
    if not asked.access.address:
        return _waiting("app_secret", "App secret", _say("waiting_for_number_id"), APP_SECRET)
    query = {"fields": "id", "appsecret_proof": app_secret_proof(secret, asked.access.secrets.get(TOKEN, ""))}
    try:
        await asked.get(asked.access.address, decoder=_number, query=query)
    except SendError as error:
        if error.code == "33":
            return _waiting("app_secret", "App secret", _say("waiting_for_reached_number"), APP_SECRET)
        app = text_of(data.application)
        says = _say("secret_of_another_app_named", app=app) if app else _say("secret_of_another_app")
        return _failed("app_secret", "App secret", _why(error, says), APP_SECRET)
    return _ok("app_secret", "App secret", _say("secret_fits"), APP_SECRET)


async def _check_address(asked: _Asked) -> Check:
    """Meta calls only https with a certificate that everybody trusts; a simulator on this machine also calls http."""
    parts = urlsplit(asked.callback_url)
    if not parts.netloc:
        return _waiting("address", "Address", _say("set_public_address"))
    is_local = parts.hostname in _LOCAL_HOSTS and urlsplit(asked.access.base_url).hostname in _LOCAL_HOSTS
    if parts.scheme != "https" and not is_local:
        return _failed("address", "Address", _say("https_only"))
    query = urlencode(
        {"hub.mode": "subscribe", "hub.challenge": "0", "hub.verify_token": asked.endpoint.verify_token or "-"}
    )
    try:
        answer = await asked.http.request("GET", f"{asked.callback_url}?{query}", timeout_s=10, limit_bytes=4096)
    except HttpUnreachable:
        # The one HTTP client never asks its own host, so silence here proves nothing; Meta's call will.
        return _waiting("address", "Address", _say("https_not_tried"))
    except (HttpTimeout, HttpBroken):
        return _failed("address", "Address", _say("address_silent"))
    if answer.status >= 500:
        return _failed("address", "Address", _say("address_fails", status=str(answer.status)))
    return _ok("address", "Address", _say("address_reachable" if is_local else "https_reachable"))


async def _check_webhook(asked: _Asked, data: _TokenData) -> Check:
    if not asked.access.account or not asked.access.address:
        return _waiting("webhook", "Webhook", _say("waiting_for_account_and_number"))
    try:
        is_subscribed = await _is_subscribed(asked, text_of(data.app_id))
        url = _effective_url(await _urls(asked))
    except SendError as error:
        return _waiting("webhook", "Webhook", _why(error, _say("meta_does_not_say")))
    if is_subscribed and url == asked.callback_url:
        return _ok("webhook", "Webhook", _say("delivers_here"))
    if url and url != asked.callback_url:
        return _waiting("webhook", "Webhook", _say("delivers_elsewhere"))
    return _waiting("webhook", "Webhook", _say("start_receiving"))


async def _is_subscribed(asked: _Asked, app_id: str) -> bool:
    found = await asked.get(asked.access.account, "subscribed_apps", decoder=_subscriptions)
    ids = {text_of(app.whatsapp_business_api_data.id) for app in found.data if app.whatsapp_business_api_data}
    return app_id in ids if app_id else bool(ids)


async def _urls(asked: _Asked) -> _Urls:
    query = {"fields": "webhook_configuration"}
    return (await asked.get(asked.access.address, decoder=_number_urls, query=query)).webhook_configuration or _Urls()


def _effective_url(urls: _Urls) -> str:
    """The number's address beats the account's, which beats the app's."""
    return text_of(urls.phone_number) or text_of(urls.whatsapp_business_account) or text_of(urls.application)


# --- Connect -----------------------------------------------------------------------------------------------------


async def connect(http: HttpClient, access: ChannelAccess, endpoint: EndpointSecrets, callback_url: str) -> None:
    """Subscribe the app and make Meta deliver to the callback address. Raises SendError.

    While no other address is set, the account's is: templates and all its numbers then come here. If somebody else
    receives for the app or the account, only this number's address is set, and theirs stays as it is. Meta calls the
    address during this request and refuses unless the verify token is answered.
    """
    asked = _Asked(http, access, endpoint, callback_url)
    urls = await _urls(asked)
    await _post(asked, access.account, "subscribed_apps", body=None)
    if _effective_url(urls) == callback_url:
        return
    override = {"override_callback_uri": callback_url, "verify_token": endpoint.verify_token}
    try:
        if _effective_url(urls):
            await _post(asked, access.address, body={"webhook_configuration": override})
        else:
            await _post(asked, access.account, "subscribed_apps", body=override)
    except SendError as error:
        if error.retry is Retry.NO:
            raise SendError(
                code="callback_refused",
                retry=Retry.NO,
                text="Meta could not verify the callback address. It must be reachable from outside by https.",
            ) from error
        raise


async def _post(asked: _Asked, *path: str, body: dict[str, str] | dict[str, dict[str, str]] | None) -> None:
    json_body = msgspec.json.encode(body) if body is not None else None
    await call(asked.http, asked.access, "POST", graph_url(asked.access, *path), json_body=json_body)


_PRACTICE_NAMES: Final = {
    TOKEN: "token",
    "account": "account_id",
    "address": "number_id",
    APP_SECRET: "app_secret",
    "verify_token": "verify_token",
}


def practice_channel(made: Mapping[str, object]) -> PracticeChannel:
    """The simulator's answer names its ids as Meta's pages do; its secrets are only worth anything there."""
    values = {field: str(made[name]) for field, name in _PRACTICE_NAMES.items()}
    return PracticeChannel(values, str(made["display_phone_number"]))


def practice_wishes(channel: PracticeChannel) -> Mapping[str, object]:
    """In the simulator's words; what is empty is left to it."""
    wishes = {name: channel.values.get(field, "") for field, name in _PRACTICE_NAMES.items()}
    wishes["phone"] = re.sub(r"\D", "", channel.display_address)
    return {name: value for name, value in wishes.items() if value}
