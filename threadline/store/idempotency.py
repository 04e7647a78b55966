"""Repeated requests: the first one's answer is kept with its effect, in one transaction (R8)."""

from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, Invalid
from threadline.store.session import Session

WAIT_MS = 5000
"""How long a repeat waits for the first to end."""


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True):
    status: int
    body: bytes


async def claim_key(
    session: Session, *, actor_id: UUID, route: str, key: str, request_hash: bytes
) -> KeptAnswer | None:
    """None: this request is the first and goes on. Else what the first was answered.

    A repeat that comes while the first still runs waits for it; Conflict if that takes too long. Raises Invalid if the
    key stood for another request.
    """
    connection = await session.raw()
    await connection.execute(f"set local lock_timeout = {WAIT_MS}")
    try:
        is_first = await connection.fetchval(
            "insert into idempotency_keys (workspace_id, actor_id, route, key, request_hash)"
            " values ($1, $2, $3, $4, $5) on conflict do nothing returning true",
            session.workspace_id,
            actor_id,
            route,
            key,
            request_hash,
        )
    except asyncpg.LockNotAvailableError:
        raise Conflict(
            "The same request is still being worked on. Please wait for its answer.", reason="request_running"
        ) from None
    await connection.execute("set local lock_timeout = 0")
    if is_first:
        return None
    kept = await find_answer(session, actor_id=actor_id, route=route, key=key, request_hash=request_hash)
    if kept is None:
        raise Conflict(
            "The same request is still being worked on. Please wait for its answer.", reason="request_running"
        )
    return kept


async def find_answer(
    session: Session, *, actor_id: UUID, route: str, key: str, request_hash: bytes
) -> KeptAnswer | None:
    """What a request with this key was answered; None if it was not yet. Raises Invalid if it was another request."""
    row = await (await session.raw()).fetchrow(
        "select request_hash, status, response from idempotency_keys"
        " where workspace_id = $1 and actor_id = $2 and route = $3 and key = $4",
        session.workspace_id,
        actor_id,
        route,
        key,
    )
    if row is None or row["status"] is None:
        return None
    if row["request_hash"] != request_hash:
        raise Invalid("This Idempotency-Key was used for another request. Please use a new one.")
    return KeptAnswer(status=row["status"], body=row["response"])


async def keep_answer(session: Session, *, actor_id: UUID, route: str, key: str, status: int, body: bytes) -> None:
    await (await session.raw()).execute(
        "update idempotency_keys set status = $5, response = $6"
        " where workspace_id = $1 and actor_id = $2 and route = $3 and key = $4",
        session.workspace_id,
        actor_id,
        route,
        key,
        status,
        body,
    )
