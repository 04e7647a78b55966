"""Who wrote: the contact behind each set of identities, found or made, for any number of parties at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from threadline.channels.contract import AddressValue, Party
from threadline.core.errors import Unavailable
from threadline.store.connection import Connection
from threadline.store.incoming import (
    AddressKey,
    ContactFacts,
    KnownAddress,
    NewAddress,
    find_addresses,
    find_live_addresses,
    insert_addresses,
    insert_contacts,
    move_addresses,
    refresh_contacts,
)


class Superseded(Unavailable):
    """Another writer stored the same person or message at this moment: the whole batch is taken again and finds it."""

    code = "superseded"


@dataclass(frozen=True, slots=True)
class Resolved:
    contact_id: UUID
    address_id: UUID
    """The strongest identity the provider gave: where an answer goes."""


@dataclass(slots=True)
class Resolution:
    """Contacts by the keys of their identities, and what had to be done for it."""

    by_key: dict[AddressKey, KnownAddress]
    chosen: dict[tuple[AddressKey, ...], Resolved] = field(default_factory=dict[tuple[AddressKey, ...], Resolved])
    changed_ids: list[UUID] = field(default_factory=list[UUID])
    """Contacts that were known and now have another name, handle, phone or identity."""

    def of(self, party: Party) -> Resolved:
        return self.chosen[keys_of(party.addresses)]

    def known(self, party: Party) -> ContactFacts | None:
        """The contact as it was stored, by the strongest identity; None for one who is new."""
        return self.by_key[keys_of(party.addresses)[0]].contact


def keys_of(addresses: Iterable[AddressValue]) -> tuple[AddressKey, ...]:
    return tuple((address.scheme, address.scope, address.value) for address in addresses)


async def resolve_contacts(
    connection: Connection,
    workspace_id: UUID,
    parties: Sequence[Party],
    *,
    now: datetime,
    new_id: Callable[[], UUID],
) -> Resolution:
    """A contact for every party, in the order given; an identity that is new is added to the contact it came with.

    The provider's own id decides (the first address). A weaker one, such as a phone number, finds a contact only if
    that contact holds no other own id of this kind: numbers are handed on, own ids are not. Raises Superseded.
    """
    told = {keys_of(party.addresses): party for party in parties}
    by_key = await find_addresses(connection, workspace_id, {key for keys in told for key in keys})
    resolution = Resolution(by_key)
    plan = _Plan(resolution, await _own_ids(connection, workspace_id, told, by_key), new_id)
    for keys, party in told.items():
        plan.settle(keys, party)
    await plan.write(connection, workspace_id, now)
    resolution.changed_ids = sorted(
        {*await _refresh(connection, workspace_id, resolution, plan, told, now), *plan.grown_ids}
    )
    return resolution


async def _own_ids(
    connection: Connection,
    workspace_id: UUID,
    told: Iterable[tuple[AddressKey, ...]],
    by_key: dict[AddressKey, KnownAddress],
) -> dict[UUID, list[AddressKey]]:
    """The identities of contacts that only a weaker address points at: rare, so usually no query at all."""
    doubtful = {
        by_key[key].contact_id for keys in told if _live(by_key, keys[0]) is None for key in keys[1:] if key in by_key
    }
    return await find_live_addresses(connection, workspace_id, doubtful) if doubtful else {}


def _live(by_key: dict[AddressKey, KnownAddress], key: AddressKey) -> KnownAddress | None:
    known = by_key.get(key)
    return None if known is None or known.is_retired else known


@dataclass(slots=True)
class _Plan:
    """What must be written so that every party has its contact."""

    resolution: Resolution
    held: dict[UUID, list[AddressKey]]
    new_id: Callable[[], UUID]
    contacts: dict[UUID, ContactFacts] = field(default_factory=dict[UUID, ContactFacts])
    addresses: list[NewAddress] = field(default_factory=list[NewAddress])
    revived: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    """Retired address id → the contact that uses it now."""
    grown_ids: set[UUID] = field(default_factory=set[UUID])

    def settle(self, keys: tuple[AddressKey, ...], party: Party) -> None:
        contact_id = self._find(keys)
        if contact_id is None:
            contact_id = self.new_id()
            self.contacts[contact_id] = ContactFacts(contact_id, party.name, party.handle, party.phone)
        for key in keys:
            self._ensure(key, contact_id)
        self.resolution.chosen[keys] = Resolved(contact_id, self.resolution.by_key[keys[0]].id)

    def _find(self, keys: tuple[AddressKey, ...]) -> UUID | None:
        own = _live(self.resolution.by_key, keys[0])
        if own is not None:
            return own.contact_id
        for key in keys[1:]:
            weaker = _live(self.resolution.by_key, key)
            if weaker is not None and not self._holds_another(weaker.contact_id, keys[0]):
                return weaker.contact_id
        return None

    def _holds_another(self, contact_id: UUID, own: AddressKey) -> bool:
        return any(key[:2] == own[:2] and key != own for key in self.held.get(contact_id, ()))

    def _ensure(self, key: AddressKey, contact_id: UUID) -> None:
        """The key belongs to the contact, unless it is alive with another."""
        known = self.resolution.by_key.get(key)
        if known is None:
            new = NewAddress(key, self.new_id(), contact_id)
            self.addresses.append(new)
            self.resolution.by_key[key] = KnownAddress(new.id, contact_id, is_retired=False)
        elif known.is_retired:
            self.revived[known.id] = contact_id
            self.resolution.by_key[key] = KnownAddress(known.id, contact_id, is_retired=False)
        else:
            return
        self.held.setdefault(contact_id, []).append(key)
        if contact_id not in self.contacts:
            self.grown_ids.add(contact_id)

    async def write(self, connection: Connection, workspace_id: UUID, now: datetime) -> None:
        if self.contacts:
            await insert_contacts(connection, workspace_id, list(self.contacts.values()), now=now)
        if self.addresses:
            inserted = await insert_addresses(connection, workspace_id, self.addresses, now=now)
            if len(inserted) < len(self.addresses):
                raise Superseded("Somebody else stored this person at the same moment.")
        if self.revived:
            await move_addresses(connection, workspace_id, self.revived.items(), is_retired=False, now=now)


async def _refresh(
    connection: Connection,
    workspace_id: UUID,
    resolution: Resolution,
    plan: _Plan,
    told: dict[tuple[AddressKey, ...], Party],
    now: datetime,
) -> list[UUID]:
    """The last word of the batch about each known contact, if it is news: usually it is not, and nothing is asked."""
    facts = {
        contact_id: ContactFacts(contact_id, party.name, party.handle, party.phone)
        for keys, party in told.items()
        if (contact_id := resolution.chosen[keys].contact_id) not in plan.contacts
        and (party.name or party.handle or party.phone)
    }
    stored = {known.contact_id: known.contact for known in resolution.by_key.values() if known.contact is not None}
    news = [one for one in facts.values() if (known := stored.get(one.id)) is None or one.teaches(known)]
    return await refresh_contacts(connection, workspace_id, news, now=now) if news else []
