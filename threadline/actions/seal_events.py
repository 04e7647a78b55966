"""Seal the feed: each range of events is hashed with the seal before it, so nobody removes or changes one unseen (S64).

Writers pay nothing for it; a consumer seals what has been committed. Events hold ids and states only, so erasing a
person leaves the chain as it is (docs/design.md §6).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from threadline.core.events import Event
from threadline.core.ids import NewId
from threadline.store.connection import Connection
from threadline.store.consumers import Seal, find_last_seal, insert_seal, list_seals, read_range
from threadline.store.events import NumberedEvent, read_position
from threadline.store.session import Session

_PAGE = 1000
_encode = msgspec.json.Encoder(order="deterministic").encode


async def seal_events(session: Session, events: Sequence[NumberedEvent], *, now: datetime, new_id: NewId) -> None:
    """One seal over these consecutive events of one workspace."""
    connection = await session.raw()
    workspace_id = events[0].event.workspace_id
    last = await find_last_seal(connection, workspace_id)
    previous_hash = last.hash if last else b""
    seal = Seal(
        first_seq=events[0].seq,
        last_seq=events[-1].seq,
        previous_hash=previous_hash,
        hash=hash_events(previous_hash, events[0].seq, [one.event for one in events]),
    )
    await insert_seal(connection, workspace_id, seal, now=now)


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """The first range that does not verify."""

    first_seq: int
    last_seq: int
    reason: str


async def verify_seals(session: Session, workspace_id: UUID) -> BrokenSeal | None:
    """Walk the whole chain of a workspace; None if every range is as it was sealed, and nothing is missing after it."""
    connection = await session.raw()
    newest_seq = await read_position(connection, workspace_id)
    previous_hash, next_seq = b"", 1
    for seal in await list_seals(connection, workspace_id):
        if seal.first_seq != next_seq:
            return BrokenSeal(next_seq, seal.first_seq - 1, "a seal is missing")
        if seal.previous_hash != previous_hash:
            return BrokenSeal(seal.first_seq, seal.last_seq, "the seal does not follow the one before")
        events = await read_range(
            connection, workspace_id=workspace_id, first_seq=seal.first_seq, last_seq=seal.last_seq
        )
        if len(events) != seal.last_seq - seal.first_seq + 1:
            return BrokenSeal(seal.first_seq, seal.last_seq, "an event is missing")
        if hash_events(previous_hash, seal.first_seq, events) != seal.hash:
            return BrokenSeal(seal.first_seq, seal.last_seq, "an event was changed")
        previous_hash, next_seq = seal.hash, seal.last_seq + 1
    return await _find_gap_after_seals(connection, workspace_id, next_seq, newest_seq)


async def _find_gap_after_seals(
    connection: Connection, workspace_id: UUID, first_seq: int, newest_seq: int
) -> BrokenSeal | None:
    """What is not sealed yet can be counted all the same: numbers have no gaps. Seals cut off at the end show here."""
    while first_seq <= newest_seq:
        last_seq = min(newest_seq, first_seq + _PAGE - 1)
        events = await read_range(connection, workspace_id=workspace_id, first_seq=first_seq, last_seq=last_seq)
        if len(events) != last_seq - first_seq + 1:
            return BrokenSeal(first_seq, last_seq, "an event is missing")
        first_seq = last_seq + 1
    return None


def hash_events(previous_hash: bytes, first_seq: int, events: Iterable[Event]) -> bytes:
    """SHA-256 over the seal before and the canonical rows: JSON arrays with sorted keys, one a line."""
    digest = hashlib.sha256(previous_hash)
    for seq, event in enumerate(events, first_seq):
        digest.update(_canonical(seq, event))
    return digest.digest()


def _canonical(seq: int, event: Event) -> bytes:
    return b"\n" + _encode(
        (
            seq,
            event.id,
            event.workspace_id,
            event.kind,
            event.at.timestamp(),
            event.conversation_id,
            event.message_id,
            event.contact_id,
            event.channel_id,
            event.agent_id,
            event.actor_id,
            event.data,
            event.depth,
        )
    )
