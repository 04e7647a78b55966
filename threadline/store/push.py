"""Web push: our key, and the browsers in which agents chose to be reached."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from threadline.core.notification import NotificationKind
from threadline.store.connection import Connection
from threadline.store.session import Session

BROWSERS: Final = 20
"""Of one agent; with one more the oldest ends."""


@dataclass(frozen=True, slots=True)
class SealedPushKey:
    id: UUID
    secret: bytes


@dataclass(frozen=True, slots=True)
class Target:
    """A browser that is told of a notification."""

    workspace_id: UUID
    subscription_id: UUID
    endpoint: str
    p256dh: str
    auth: str


@dataclass(frozen=True, slots=True)
class DuePush:
    workspace_id: UUID
    id: UUID
    agent_id: UUID
    kind: NotificationKind
    conversation_id: UUID
    count: int
    at: datetime
    locale: str
    targets: tuple[Target, ...]


async def insert_push_key(session: Session, *, key_id: UUID, secret: bytes, public_key: str) -> bool:
    """False if there is one already. As the engine."""
    made = await (await session.raw()).fetchval(
        "insert into push_keys (id, secret, public_key) values ($1, $2, $3) on conflict do nothing returning true",
        key_id,
        secret,
        public_key,
    )
    return bool(made)


async def find_push_key(connection: Connection) -> SealedPushKey | None:
    row = await connection.fetchrow("select id, secret from push_keys")
    return None if row is None else SealedPushKey(row["id"], bytes(row["secret"]))


async def find_public_push_key(session: Session) -> str | None:
    return await (await session.raw()).fetchval("select public_key from push_keys")


async def upsert_subscription(
    session: Session, *, id: UUID, agent_id: UUID, session_id: UUID, endpoint: str, p256dh: str, auth: str
) -> UUID:
    """The same browser again keeps its id and belongs to the newest session; too many push out the oldest."""
    connection = await session.raw()
    found = await connection.fetchval(
        "insert into push_subscriptions (workspace_id, id, agent_id, session_id, endpoint, p256dh, auth)"
        " values ($1, $2, $3, $4, $5, $6, $7) on conflict (workspace_id, agent_id, endpoint) do update set"
        " session_id = excluded.session_id, p256dh = excluded.p256dh, auth = excluded.auth returning id",
        session.workspace_id,
        id,
        agent_id,
        session_id,
        endpoint,
        p256dh,
        auth,
    )
    await connection.execute(
        "delete from push_subscriptions where workspace_id = $1 and id in (select id from push_subscriptions"
        " where workspace_id = $1 and agent_id = $2 order by created_at desc, id desc offset $3)",
        session.workspace_id,
        agent_id,
        BROWSERS,
    )
    assert isinstance(found, UUID)
    return found


async def delete_subscription(session: Session, *, agent_id: UUID, subscription_id: UUID) -> bool:
    found = await (await session.raw()).fetchval(
        "delete from push_subscriptions where workspace_id = $1 and agent_id = $2 and id = $3 returning true",
        session.workspace_id,
        agent_id,
        subscription_id,
    )
    return bool(found)


_CLAIM = """
with due as (
    select workspace_id, id from notifications where push_at <= now() order by push_at limit $1
    for update skip locked
), claimed as (
    update notifications n set push_at = null, pushed_at = now() from due
    where n.workspace_id = due.workspace_id and n.id = due.id
    returning n.workspace_id, n.id, n.agent_id, n.kind, n.conversation_id, n.count, n.at
)
select n.*, p.locale, s.id as subscription_id, s.endpoint, s.p256dh, s.auth
from claimed n
join agents a on a.workspace_id = n.workspace_id and a.id = n.agent_id and a.deactivated_at is null
join people p on p.id = a.person_id and p.deactivated_at is null
join push_subscriptions s on s.workspace_id = n.workspace_id and s.agent_id = n.agent_id
join sessions t on t.id = s.session_id and t.revoked_at is null and t.person_id = p.id
order by n.workspace_id, n.id
"""


async def claim_due_pushes(connection: Connection, *, limit: int) -> list[DuePush]:
    """Takes what is due, each once; those without a browser are done with it. Uses `notifications_to_push`.

    A browser counts for as long as nobody ended the session in which it was chosen.
    """
    rows = await connection.fetch(_CLAIM, limit)
    found: dict[UUID, DuePush] = {}
    for row in rows:
        target = Target(row["workspace_id"], row["subscription_id"], row["endpoint"], row["p256dh"], row["auth"])
        known = found.get(row["id"])
        found[row["id"]] = DuePush(
            workspace_id=row["workspace_id"],
            id=row["id"],
            agent_id=row["agent_id"],
            kind=NotificationKind(row["kind"]),
            conversation_id=row["conversation_id"],
            count=row["count"],
            at=row["at"],
            locale=row["locale"],
            targets=(*(known.targets if known else ()), target),
        )
    return list(found.values())


async def forget_subscription(connection: Connection, *, workspace_id: UUID, subscription_id: UUID) -> None:
    """The push service says that the browser has gone."""
    await connection.execute(
        "delete from push_subscriptions where workspace_id = $1 and id = $2", workspace_id, subscription_id
    )
