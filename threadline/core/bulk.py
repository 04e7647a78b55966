"""Changes of many conversations or contacts at once: what is done to each."""

from typing import Final
from uuid import UUID

import msgspec

from threadline.core.acts import Act
from threadline.core.field import FieldValue

MOST_AT_ONCE: Final = 5_000
"""What one order changes at most; a list that matches more is cut there, and that is said."""
MOST_CONTACTS_AT_ONCE: Final = 20_000
MOST_NAMED: Final = 500
"""Conversations or contacts that an order may name one by one."""
BATCH: Final = 25
"""So many in a transaction: each is a handful of statements under its own lock."""


class MacroOrder(msgspec.Struct, frozen=True, kw_only=True, tag="macro", tag_field="kind"):
    """A macro, with its acts as they were when the order was given: later changes of it are for later orders."""

    macro_id: UUID
    acts: list[Act]


class BulkContacts(msgspec.Struct, frozen=True, kw_only=True, tag="contacts", tag_field="kind"):
    """What an edit of many does to each contact; None leaves it as it is."""

    add_labels: list[UUID] = []
    remove_labels: list[UUID] = []
    is_vip: bool | None = None
    locale: str | None = None
    country: str | None = None
    company_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    """None: they belong to no company any more."""
    owner_id: UUID | msgspec.UnsetType | None = msgspec.UNSET
    """None: they are nobody's customers any more."""
    fields: dict[UUID, FieldValue | None] = {}
    is_muted: bool | None = None
    is_blocked: bool | None = None
    is_opted_out: bool | None = None
    lifts_words: bool = False
    """Opting in also takes back what customers said by a stop word. Without it, they are left out."""


BulkOrder = Act | MacroOrder
"""What is done to each of many conversations."""


def acts_of(order: BulkOrder) -> list[Act]:
    return order.acts if isinstance(order, MacroOrder) else [order]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why one conversation or contact was left as it was: what the refusal said."""

    reason: str
    title: str
    values: dict[str, str] = {}
