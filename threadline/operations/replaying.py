"""`threadline replay FILE…`: recorded webhook bodies through the real ingress, signed as the provider signs.

A file holds one JSON body, or one a line; the channel is found by the ids inside. Playing a body twice changes nothing:
its items are recognised.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import msgspec

from threadline.actions.channel_secrets import open_endpoint_secrets
from threadline.channels.contract import AccountRef, ChannelType, EndpointSecrets
from threadline.channels.registry import all_channel_types
from threadline.core.http import HttpBroken, HttpTimeout, HttpUnreachable
from threadline.house import make_database
from threadline.infra.http import Http
from threadline.infra.secrets import Keyring, load_keyring
from threadline.infra.settings import Settings
from threadline.operations.words import complain, say
from threadline.store.channel_endpoints import ChannelEndpoint, list_channel_endpoints
from threadline.store.session import Role


@dataclass(frozen=True, slots=True)
class _Target:
    channel_type: ChannelType
    key: str
    secrets: EndpointSecrets


class _Targets:
    """Every live channel's endpoint, by channel type and the id that bodies name."""

    def __init__(self, endpoints: list[ChannelEndpoint], keyring: Keyring) -> None:
        self._types = all_channel_types()
        self._secrets: dict[UUID, EndpointSecrets] = {}
        self._by_ref: dict[tuple[str, AccountRef], ChannelEndpoint] = {}
        self._keyring = keyring
        for endpoint in endpoints:
            for ref in (AccountRef("address", endpoint.address), AccountRef("account", endpoint.account)):
                self._by_ref.setdefault((endpoint.type, ref), endpoint)

    def find(self, body: bytes) -> _Target | None:
        for channel_type in self._types:
            for ref in channel_type.accounts(body):
                endpoint = self._by_ref.get((channel_type.manifest.type, ref))
                if endpoint is not None:
                    return _Target(channel_type, endpoint.key, self._open(endpoint))
        return None

    def _open(self, endpoint: ChannelEndpoint) -> EndpointSecrets:
        if endpoint.endpoint_id not in self._secrets:
            opened = open_endpoint_secrets(self._keyring, endpoint.endpoint_id, endpoint.secrets)
            self._secrets[endpoint.endpoint_id] = opened
        return self._secrets[endpoint.endpoint_id]


async def replay_files(settings: Settings, files: tuple[Path, ...], *, url: str | None) -> bool:
    """False if a body was refused or belongs to no channel here; the others are played all the same."""
    base_url = (url or settings.base_url).rstrip("/")
    targets = await _load_targets(settings)
    parts = urlsplit(base_url)
    own_address = f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
    accepted = refused = 0
    async with Http(allowed_private_hosts=[own_address]) as http:
        for file in files:
            for number, body in enumerate(read_bodies(file), start=1):
                problem = await _post(http, base_url, targets.find(body), body)
                accepted += problem is None
                refused += problem is not None
                if problem:
                    complain(f"{file}, body {number}: {problem}")
    say(f"{accepted} bodies accepted, {refused} not.")
    return refused == 0


async def _load_targets(settings: Settings) -> _Targets:
    keyring = load_keyring(text=settings.master_key, file=settings.master_key_file)
    database = make_database(settings, pool_size=1)
    try:
        async with database.transaction(Role.ENGINE) as session:
            return _Targets(await list_channel_endpoints(session), keyring)
    finally:
        await database.close()


async def _post(http: Http, base_url: str, target: _Target | None, body: bytes) -> str | None:
    """What went wrong, or None."""
    if target is None:
        return "no channel here has the ids that it names."
    headers = target.channel_type.sign(body, target.secrets)
    try:
        answer = await http.request("POST", f"{base_url}/hooks/{target.key}", json_body=body, headers=headers)
    except (HttpUnreachable, HttpTimeout, HttpBroken):
        return f"{base_url} does not answer: start Threadline, or say where it runs with --url."
    return None if answer.status == 200 else f"the ingress answered {answer.status}."


def read_bodies(file: Path) -> Iterator[bytes]:
    """The file as one body if it is one JSON value, else each line that is not empty; bytes are left as they are."""
    content = file.read_bytes().strip()
    if _is_json(content):
        yield content
        return
    for line in content.splitlines():
        if line.strip():
            yield line.strip()


def _is_json(content: bytes) -> bool:
    try:
        msgspec.json.decode(content)
    except msgspec.DecodeError:
        return False
    return True
