"""Connect a channel: its values sorted to where they belong, an endpoint that providers deliver to, a row.

The edge asks the provider between the transactions: first `check`, then `ensure_endpoint` is committed (the provider
calls it while it is being told of it), then `connect` of the channel type, then `connect_channel`.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from threadline.actions.channel_secrets import open_endpoint_secrets, seal_channel_secrets, seal_endpoint_secrets
from threadline.channels.contract import ChannelAccess, EndpointSecrets, FieldKind, Manifest, SetupField
from threadline.core.closing import SETTING, check_closing_text
from threadline.core.errors import Conflict, Invalid
from threadline.core.events import Event, EventKind
from threadline.core.ids import NewId
from threadline.infra.opaque_tokens import new_opaque_token
from threadline.infra.secrets import Keyring
from threadline.store import channels
from threadline.store.session import Session

_VALUE_LENGTH = 4_096


@dataclass(frozen=True, slots=True)
class ChannelValues:
    """What somebody typed to connect a channel, sorted."""

    address: str
    account: str
    secrets: Mapping[str, str] = field(repr=False)
    endpoint: EndpointSecrets = field(repr=False)

    def access(self, *, channel_id: UUID, base_url: str) -> ChannelAccess:
        """For asking the provider before anything is stored."""
        return ChannelAccess(
            channel_id=channel_id,
            address=self.address,
            account=self.account,
            base_url=base_url,
            secrets=self.secrets,
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    id: UUID
    key: str


def read_values(
    manifest: Manifest, given: Mapping[str, str], *, known: Mapping[str, str] | None = None, is_whole: bool = True
) -> ChannelValues:
    """Sorts values by field; those not given are the known ones. Raises Invalid, naming the field.

    `is_whole` False lets values be missing: for a check while somebody is typing.
    """
    fields = {one.name: one for one in manifest.fields}
    for name in given:
        if name not in fields:
            raise Invalid("This field is not known.", field=f"values.{name}" if name.isidentifier() else "values")
    values = {name: _value(one, given, known or {}, is_whole=is_whole) for name, one in fields.items()}

    def of(place: str) -> str:
        return next((values[one.name] for one in manifest.fields if one.goes_to == place), "")

    signing = of("endpoint_signing")
    return ChannelValues(
        address=of("address"),
        account=of("account"),
        secrets={one.name: values[one.name] for one in manifest.fields if one.kind is FieldKind.SECRET},
        endpoint=EndpointSecrets((signing,) if signing else (), of("endpoint_verify_token")),
    )


def _value(one: SetupField, given: Mapping[str, str], known: Mapping[str, str], *, is_whole: bool) -> str:
    value = (given.get(one.name) or known.get(one.name, "")).strip()
    if not value and one.is_generated:
        return new_opaque_token() if is_whole else ""
    if not value and one.is_required and is_whole:
        raise Invalid("This is needed.", field=f"values.{one.name}", reason="needed")
    is_well_formed = not one.pattern or re.fullmatch(one.pattern, value) is not None
    if value and (not is_well_formed or len(value) > _VALUE_LENGTH or not value.isprintable()):
        raise Invalid(
            "This does not look right. Please copy it again.", field=f"values.{one.name}", reason="copy_again"
        )
    return value


async def find_endpoint(session: Session, keyring: Keyring, *, provider: str, signing: str) -> Endpoint | None:
    """The endpoint that serves this provider app already: several numbers of one app share a URL."""
    found = await _find_open(session, keyring, provider=provider, signing=signing)
    return None if found is None else found[0]


async def _find_open(
    session: Session, keyring: Keyring, *, provider: str, signing: str
) -> tuple[Endpoint, EndpointSecrets] | None:
    for row in await channels.list_endpoints(session, provider):
        opened = open_endpoint_secrets(keyring, row.id, row.secrets)
        if signing in opened.signing:
            return Endpoint(row.id, row.key), opened
    return None


def endpoint_key(workspace_id: UUID, signing: str) -> str:
    """The key of an app's endpoint before it exists, so that its URL can be shown while somebody types: 128 bits that
    only those who know the app's secret could compute."""
    return hmac.new(signing.encode(), f"endpoint of {workspace_id}".encode(), hashlib.sha256).hexdigest()[:32]


async def ensure_endpoint(
    session: Session, keyring: Keyring, *, provider: str, secrets: EndpointSecrets, new_id: NewId
) -> Endpoint:
    """The app's endpoint with these secrets, found or made. Its verify token becomes the one given.

    A found one keeps its signing secrets in their order: while one replaces the other, both are in use (S24).
    Raises Invalid if there is no signing secret: an endpoint that cannot verify would refuse everything (S24).
    """
    assert session.workspace_id is not None
    if not secrets.signing:
        raise Invalid(
            "Without the app's secret nothing that arrives can be verified.", field="values", reason="secret_needed"
        )
    found = await _find_open(session, keyring, provider=provider, signing=secrets.signing[0])
    if found is not None:
        endpoint, kept = found
        merged = replace(secrets, signing=kept.signing)
        await channels.set_endpoint_secrets(session, endpoint.id, seal_endpoint_secrets(keyring, endpoint.id, merged))
    else:
        endpoint = Endpoint(new_id(), endpoint_key(session.workspace_id, secrets.signing[0]))
        sealed = seal_endpoint_secrets(keyring, endpoint.id, secrets)
        await channels.insert_endpoint(
            session, endpoint_id=endpoint.id, key=endpoint.key, provider=provider, secrets=sealed
        )
    session.hint(f"endpoint:{endpoint.id}")
    return endpoint


async def replace_endpoint_secrets(
    session: Session, keyring: Keyring, *, endpoint_id: UUID, before: EndpointSecrets, after: EndpointSecrets
) -> None:
    """The new signing secret first; the one before stays valid for what is on its way, older ones go."""
    signing = tuple(dict.fromkeys((*after.signing, *before.signing)))[:2]
    merged = replace(after, signing=signing, verify_token=after.verify_token or before.verify_token)
    await channels.set_endpoint_secrets(session, endpoint_id, seal_endpoint_secrets(keyring, endpoint_id, merged))
    session.hint(f"endpoint:{endpoint_id}")


async def connect_channel(
    session: Session,
    keyring: Keyring,
    *,
    channel_id: UUID,
    manifest: Manifest,
    name: str,
    values: ChannelValues,
    endpoint: Endpoint,
    display_address: str = "",
    settings: Mapping[str, str] | None = None,
    is_practice: bool = False,
    actor_id: UUID | None,
    now: datetime,
    new_id: NewId,
) -> None:
    """Raises Conflict if the address is connected already, here or in another workspace; Invalid (a closing text)."""
    assert session.workspace_id is not None
    check_closing_text((settings or {}).get(SETTING, ""))
    is_new = await channels.insert_channel(
        session,
        channel_id=channel_id,
        channel_type=manifest.type,
        name=name,
        endpoint_id=endpoint.id,
        address=values.address,
        account=values.account,
        display_address=display_address,
        secrets=seal_channel_secrets(keyring, channel_id, values.secrets),
        settings=settings or {},
        is_practice=is_practice,
    )
    if not is_new:
        raise Conflict("This address is connected already. Disconnect it there first.", reason="address_connected")
    session.record(
        Event(
            id=new_id(),
            workspace_id=session.workspace_id,
            kind=EventKind.CHANNEL_CONNECTED,
            at=now,
            channel_id=channel_id,
            actor_id=actor_id,
        )
    )
    session.hint(f"channel:{channel_id}")
