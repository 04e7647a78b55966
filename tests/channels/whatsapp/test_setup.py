"""The checks beside the connection form, and what connecting asks of Meta."""

import dataclasses
import json
from collections.abc import AsyncGenerator, Callable

import pytest
import pytest_asyncio
from aiohttp import web

from tests.channels.whatsapp.graph_double import GraphDouble, error, local_http, running_graph
from threadline.channels.contract import ChannelAccess, Check, EndpointSecrets, HttpClient, SendError
from threadline.channels.registry import channel_type
from threadline.channels.shared.meta import app_secret_proof

CHANNEL = channel_type("whatsapp")
SECRET = "0123456789abcdef0123456789abcdef"
ENDPOINT = EndpointSecrets(signing=(SECRET,), verify_token="tl-verify")
NUMBER = "/v26.0/106540352242922"
ACCOUNT = "/v26.0/102290129340398"

Values = dict[str, object]


class Meta(GraphDouble):
    """A Graph that answers by path; tests change single answers."""

    def __init__(self) -> None:
        super().__init__()
        self.token: Values = {}
        self.number: Values = {}
        self.account: object = None
        self.urls: Values = {}
        self.subscribed: object = None
        self.posted: list[tuple[str, object]] = []
        self.refuses: Callable[[str], object] = lambda path: None

    def reset(self) -> None:
        self.asked.clear()
        self.posted.clear()
        self.refuses = lambda path: None
        self.token = {
            "app_id": "634974688087057",
            "application": "Atelier desk",
            "is_valid": True,
            "expires_at": 0,
            "scopes": ["whatsapp_business_messaging", "whatsapp_business_management"],
        }
        self.account = {
            "name": "Atelier Nord",
            "currency": "EUR",
            "business_verification_status": "verified",
            "id": "1",
        }
        self.number = {
            "id": "106540352242922",
            "display_phone_number": "+31 20 555 01 42",
            "quality_rating": "GREEN",
            "status": "CONNECTED",
            "platform_type": "CLOUD_API",
            "code_verification_status": "VERIFIED",
            "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
        }
        self.numbers: object = {"data": [{"id": "106540352242922"}]}
        self.urls = {}
        self.subscribed = {"data": []}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        path = request.path
        refusal = self.refuses(f"{request.method} {path}")
        if refusal is not None:
            self.answers = [refusal]
        elif request.method == "POST":
            self.posted.append((path, json.loads(body) if body else None))
            self.answers = [{"success": True}]
        else:
            self.answers = [self._get(request, path)]
        return await super().answer(request)

    def _get(self, request: web.Request, path: str) -> object:
        if path.endswith("/debug_token"):
            return {"data": self.token}
        if path == f"{ACCOUNT}/phone_numbers":
            return self.numbers
        if path == f"{ACCOUNT}/subscribed_apps":
            return self.subscribed
        if path == ACCOUNT:
            return self.account
        if path == NUMBER:
            proof = request.query.get("appsecret_proof")
            if proof is not None and proof != app_secret_proof(SECRET, "EAAJtoken"):
                return error(100)
            if request.query["fields"] == "webhook_configuration":
                return {"webhook_configuration": self.urls, "id": "1"}
            return self.number
        if path == "/hooks/k":
            return b"refused"
        return error(100, error_subcode=33)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def running() -> AsyncGenerator[Meta]:
    made = Meta()
    async with running_graph(made):
        yield made


@pytest.fixture
def meta(running: Meta) -> Meta:
    running.reset()
    return running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def http() -> AsyncGenerator[HttpClient]:
    async with local_http() as client:
        yield client


async def checks(
    http: HttpClient, meta: Meta, *, access: ChannelAccess | None = None, endpoint: EndpointSecrets = ENDPOINT
) -> dict[str, Check]:
    found = await CHANNEL.check(http, access or meta.access(), endpoint, f"{meta.url}/hooks/k")
    assert [check.name for check in found] == [
        "token",
        "permissions",
        "account",
        "number",
        "app_secret",
        "address",
        "webhook",
    ]
    for check in found:
        assert "EAAJtoken" not in check.detail
        assert SECRET not in check.detail
    return {check.name: check for check in found}


async def test_values_that_fit_together_are_all_right(http: HttpClient, meta: Meta) -> None:
    meta.urls = {"application": f"{meta.url}/hooks/k"}
    meta.subscribed = {"data": [{"whatsapp_business_api_data": {"id": "634974688087057", "name": "Atelier desk"}}]}
    found = await checks(http, meta)
    assert {check.state for check in found.values()} == {"ok"}
    assert found["token"].detail.endswith("does not expire.")
    assert found["permissions"].detail == "messaging, management"
    assert found["account"].detail == "Atelier Nord, in EUR, verified business"
    assert found["number"].detail == "+31 20 555 01 42, quality high, 2,000 people a day"
    assert not meta.posted


async def test_secret_of_another_app_does_not_fit_and_the_right_app_is_named(http: HttpClient, meta: Meta) -> None:
    found = await checks(http, meta, endpoint=EndpointSecrets(signing=("f" * 32,), verify_token="x"))
    assert found["app_secret"].state == "failed"
    assert found["app_secret"].field == "app_secret"
    assert "“Atelier desk”" in found["app_secret"].detail


async def test_missing_permission_is_named(http: HttpClient, meta: Meta) -> None:
    meta.token["scopes"] = ["whatsapp_business_messaging"]
    permissions = (await checks(http, meta))["permissions"]
    assert permissions.state == "failed"
    assert "whatsapp_business_management" in permissions.detail


@pytest.mark.parametrize("answer", [error(190, 401), (500, b""), error(190, 401, error_subcode=463)])
async def test_without_a_valid_token_everything_else_waits(http: HttpClient, meta: Meta, answer: object) -> None:
    meta.refuses = lambda path: answer if path.endswith("/debug_token") else None
    found = await checks(http, meta)
    assert found["token"].state == "failed"
    assert {found[name].state for name in ("permissions", "account", "number", "app_secret", "webhook")} == {"waiting"}


async def test_withdrawn_token_and_the_end_of_a_valid_one(http: HttpClient, meta: Meta) -> None:
    meta.token["expires_at"] = 1900000000
    assert "valid until 17 March 2030" in (await checks(http, meta))["token"].detail
    meta.token["is_valid"] = False
    assert (await checks(http, meta))["token"].state == "failed"


@pytest.mark.parametrize("status", ["PENDING", "DISCONNECTED", "BANNED", "MIGRATED", "UNVERIFIED", "BRAND_NEW"])
async def test_number_that_cannot_send_fails(http: HttpClient, meta: Meta, status: str) -> None:
    meta.number["status"] = status
    assert (await checks(http, meta))["number"].state == "failed"


async def test_number_of_another_account_or_platform_fails(http: HttpClient, meta: Meta) -> None:
    meta.numbers = {"data": [{"id": "1"}]}
    assert "another WhatsApp account" in (await checks(http, meta))["number"].detail
    meta.reset()
    meta.number["platform_type"] = "ON_PREMISE"
    assert (await checks(http, meta))["number"].state == "failed"


async def test_wrong_ids_are_told_apart(http: HttpClient, meta: Meta) -> None:
    wrong_number = dataclasses.replace(meta.access(), address="999")
    found = await checks(http, meta, access=wrong_number)
    assert (found["account"].state, found["number"].state) == ("ok", "failed")
    wrong_account = dataclasses.replace(meta.access(), account="999")
    found = await checks(http, meta, access=wrong_account)
    assert found["account"].state == "failed"


async def test_empty_form_waits_and_says_for_what(http: HttpClient, meta: Meta) -> None:
    empty = dataclasses.replace(meta.access(), address="", account="", secrets={})
    found = await CHANNEL.check(http, empty, EndpointSecrets(), "")
    assert {check.state for check in found} == {"waiting"}
    filled = dataclasses.replace(meta.access(), address="", account="")
    found = await CHANNEL.check(http, filled, EndpointSecrets(), "")
    assert {check.name for check in found if check.state == "waiting"} == {
        "account",
        "number",
        "app_secret",
        "address",
        "webhook",
    }


async def test_address_must_be_https_away_from_this_machine(http: HttpClient, meta: Meta) -> None:
    found = await CHANNEL.check(http, meta.access(), ENDPOINT, "http://desk.example/hooks/k")
    assert next(check for check in found if check.name == "address").state == "failed"
    found = await CHANNEL.check(http, meta.access(), ENDPOINT, "https://desk.invalid/hooks/k")
    assert next(check for check in found if check.name == "address").state == "waiting"


# --- Connect -----------------------------------------------------------------------------------------------------


async def test_account_address_is_set_while_nobody_else_receives(http: HttpClient, meta: Meta) -> None:
    await CHANNEL.connect(http, meta.access(), ENDPOINT, "https://desk.example/hooks/k")
    override = {"override_callback_uri": "https://desk.example/hooks/k", "verify_token": "tl-verify"}
    assert meta.posted == [(f"{ACCOUNT}/subscribed_apps", None), (f"{ACCOUNT}/subscribed_apps", override)]


async def test_only_this_number_is_moved_while_somebody_else_receives(http: HttpClient, meta: Meta) -> None:
    meta.urls = {"application": "https://other.example/webhook"}
    await CHANNEL.connect(http, meta.access(), ENDPOINT, "https://desk.example/hooks/k")
    override = {"override_callback_uri": "https://desk.example/hooks/k", "verify_token": "tl-verify"}
    assert meta.posted[1:] == [(NUMBER, {"webhook_configuration": override})]


async def test_nothing_is_overridden_when_meta_already_delivers_here(http: HttpClient, meta: Meta) -> None:
    meta.urls = {"application": "https://desk.example/hooks/k"}
    await CHANNEL.connect(http, meta.access(), ENDPOINT, "https://desk.example/hooks/k")
    assert meta.posted == [(f"{ACCOUNT}/subscribed_apps", None)]


async def test_refused_address_is_explained(http: HttpClient, meta: Meta) -> None:
    meta.urls = {"application": "https://other.example/webhook"}
    meta.refuses = lambda path: error(2200) if path == f"POST {NUMBER}" else None
    with pytest.raises(SendError) as raised:
        await CHANNEL.connect(http, meta.access(), ENDPOINT, "https://desk.example/hooks/k")
    assert raised.value.code == "callback_refused"
    assert "reachable from outside" in raised.value.text


def test_every_field_says_where_it_is_found() -> None:
    fields = CHANNEL.manifest.fields
    assert [field.name for field in fields] == ["token", "account", "address", "app_secret", "verify_token"]
    assert all(field.where_found and field.link.startswith("https://") for field in fields)
    assert [field.name for field in fields if field.is_generated] == ["verify_token"]
