"""The practice workspace: a number of each simulator, connected like a real one.

The simulator keeps its state in the data folder; what it answered when it was first asked is kept beside it, so that a
later start tells it the same ids and where its webhooks go now. A database that was restored into a new data folder
comes without both: the simulator is asked for a number with the values that the channel has.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

from threadline.actions.channel_secrets import access_of, open_channel_secrets, open_endpoint_secrets
from threadline.actions.connect_channel import connect_channel, ensure_endpoint, read_values
from threadline.actions.sync_templates import sync_templates
from threadline.channels.contract import ChannelType, PracticeChannel
from threadline.channels.registry import channel_type
from threadline.core.permission import Caller, Permission
from threadline.infra.clock import new_id, utc_now
from threadline.infra.http import Http
from threadline.infra.secrets import Keyring
from threadline.infra.settings import Settings
from threadline.store.channel_endpoints import ChannelEndpoint, list_channel_endpoints
from threadline.store.channels import ChannelRow, access_channel, list_channels
from threadline.store.installation import list_workspaces
from threadline.store.session import Database, Role
from threadline.store.workspaces import insert_workspace

WORKSPACE_NAME: Final = "Practice"
CHANNEL_NAME: Final = "Practice phone"
FIRST_CUSTOMER: Final = "Elin Sandberg"
"""Whose phone lies beside the inbox at the first start: one may write at once."""
COMMAND_LINE: Final = UUID(int=0)
"""Who is named as the cause of what the owner of the server did."""

Answer = dict[str, object]


async def prepare_sandbox(settings: Settings, database: Database, keyring: Keyring) -> None:
    """On the first start a workspace with a practice number of each simulator; later only their callback addresses."""
    if not settings.simulators:
        return
    async with database.transaction(Role.ENGINE) as session:
        is_first = not await list_workspaces(session)
    async with Http(allowed_private_hosts=settings.allowed_private_hosts) as http:
        sandbox = _Sandbox(settings, database, keyring, http)
        for name, url in settings.simulators:
            known = sandbox.find_answer(name)
            if known is not None:
                await sandbox.tell_callback(name, url, known)
            elif is_first:
                await sandbox.make(channel_type(name), url)
            else:
                await sandbox.make_again(channel_type(name), url)


async def open_practice_windows(
    settings: Settings, database: Database, keyring: Keyring, customers: Mapping[str, str]
) -> None:
    """The simulators take answers to these customers (phone → name), as if they had just written."""
    async with Http(allowed_private_hosts=settings.allowed_private_hosts) as http:
        sandbox = _Sandbox(settings, database, keyring, http)
        for name, url in settings.simulators:
            await sandbox.open_windows(name, url, customers)


class _Sandbox:
    def __init__(self, settings: Settings, database: Database, keyring: Keyring, http: Http) -> None:
        self._settings = settings
        self._database = database
        self._keyring = keyring
        self._http = http

    def find_answer(self, name: str) -> Answer | None:
        file = self._answer_file(name)
        return msgspec.json.decode(file.read_bytes(), type=Answer) if file.exists() else None

    async def tell_callback(self, name: str, url: str, known: Answer) -> None:
        made = channel_type(name).practice_channel(known)
        async with self._database.transaction(Role.ENGINE) as session:
            endpoints = [one for one in await list_channel_endpoints(session) if one.type == name]
        endpoint = next((one for one in endpoints if one.address in made.values.values()), None)
        if endpoint is not None:
            await self._ask(name, url, known | {"callback_url": self._callback_url(endpoint)})

    async def make(self, found: ChannelType, url: str) -> None:
        name = found.manifest.type
        answer = await self._ask(name, url, {"name": WORKSPACE_NAME, "customer": FIRST_CUSTOMER})
        made = found.practice_channel(answer)
        values = read_values(found.manifest, made.values)
        workspace_id, channel_id = new_id(), new_id()
        async with self._database.transaction(Role.ENGINE, workspace_id) as session:
            await insert_workspace(session, workspace_id=workspace_id, name=WORKSPACE_NAME, is_sandbox=True)
            endpoint = await ensure_endpoint(
                session, self._keyring, provider=found.manifest.provider, secrets=values.endpoint, new_id=new_id
            )
            await connect_channel(
                session,
                self._keyring,
                channel_id=channel_id,
                manifest=found.manifest,
                name=CHANNEL_NAME,
                values=values,
                endpoint=endpoint,
                display_address=made.display_address,
                is_practice=True,
                actor_id=COMMAND_LINE,
                now=utc_now(),
                new_id=new_id,
            )
        self._keep_answer(name, answer)
        await self.tell_callback(name, url, answer)
        await self._sync_templates(found, url, workspace_id, channel_id)

    async def make_again(self, found: ChannelType, url: str) -> None:
        """For a practice channel whose simulator knows nothing of it; customers and chats of the old one are gone."""
        name = found.manifest.type
        row = await self._find_practice_channel(name)
        if row is None:
            return
        values = open_channel_secrets(self._keyring, row.id, row.secrets)
        endpoint = open_endpoint_secrets(self._keyring, row.endpoint_id, row.endpoint_secrets)
        places = {"address": row.address, "account": row.account, "endpoint_verify_token": endpoint.verify_token}
        places["endpoint_signing"] = endpoint.signing[0] if endpoint.signing else ""
        values |= {one.name: places[one.goes_to] for one in found.manifest.fields if one.goes_to in places}
        wishes = dict(found.practice_wishes(PracticeChannel(values, row.display_address)))
        answer = await self._ask(name, url, wishes | {"name": WORKSPACE_NAME})
        self._keep_answer(name, answer)
        await self.tell_callback(name, url, answer)

    async def open_windows(self, name: str, url: str, customers: Mapping[str, str]) -> None:
        row = await self._find_practice_channel(name)
        if row is not None:
            people = {"phones": list(customers), "names": list(customers.values())}
            await self._ask(name, url, {"number_id": row.address, **people}, path="windows")

    async def _find_practice_channel(self, name: str) -> ChannelRow | None:
        async with self._database.transaction(Role.ENGINE) as session:
            for workspace_id in await list_workspaces(session):
                caller = Caller(workspace_id, frozenset(), token_id=COMMAND_LINE)
                for row in await list_channels(session, caller):
                    if row.is_practice and row.type == name and row.state != "disconnected":
                        return row
        return None

    async def _sync_templates(self, found: ChannelType, url: str, workspace_id: UUID, channel_id: UUID) -> None:
        if not found.manifest.capabilities.has_templates:
            return
        caller = Caller(workspace_id, frozenset(Permission), token_id=COMMAND_LINE)
        async with self._database.transaction(Role.ENGINE, workspace_id) as session:
            row = await access_channel(session, caller, channel_id)
        access = access_of(row, self._keyring, base_url=url)
        listed = await found.list_templates(self._http, access)
        async with self._database.transaction(Role.ENGINE, workspace_id) as session:
            await sync_templates(
                session, caller=caller, channel_id=channel_id, listed=listed, now=utc_now(), new_id=new_id
            )

    async def _ask(self, name: str, url: str, wishes: Answer, *, path: str = "sandbox") -> Answer:
        token = self._settings.simulator_token_file(name).read_text().strip()
        answer = await self._http.request(
            "POST",
            f"{url}/_control/{path}",
            json_body=msgspec.json.encode(wishes),
            headers={"Authorization": f"Bearer {token}"},
        )
        if answer.status != 200:
            raise RuntimeError(f"the simulator answered {answer.status}")
        return msgspec.json.decode(answer.body, type=Answer)

    def _callback_url(self, endpoint: ChannelEndpoint) -> str:
        """By the loopback, whatever name the world knows us by."""
        settings = self._settings
        if settings.is_tls or settings.host not in {"127.0.0.1", "0.0.0.0", "::", "localhost"}:  # noqa: S104
            return f"{settings.base_url}/hooks/{endpoint.key}"
        return f"http://127.0.0.1:{settings.port}/hooks/{endpoint.key}"

    def _answer_file(self, name: str) -> Path:
        return self._settings.data_dir / "simulator" / f"{name}.sandbox.json"

    def _keep_answer(self, name: str, answer: Answer) -> None:
        file = self._answer_file(name)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(msgspec.json.encode(answer))
