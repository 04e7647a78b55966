"""SLA policies in their order, and the counting again that a change of them asks for."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.filter import Group
from threadline.core.sla import Policy, Target, policy_key
from threadline.store.connection import Connection
from threadline.store.session import Session

_decode_filter = msgspec.json.Decoder(Group).decode
_decode_target = msgspec.json.Decoder(Target).decode

_SELECT = """
select id, name, filter::text as filter, first_reply::text as first_reply, next_reply::text as next_reply,
       resolution::text as resolution
from sla_policies where workspace_id = $1
"""


class Recount(msgspec.Struct, frozen=True, kw_only=True):
    """How far the clocks have been counted again after a change."""

    total: int
    done: int


async def list_policies(session: Session) -> list[Policy]:
    """In their order: the first that matches wins. Their number is bounded (`MOST_POLICIES`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} order by position, id", session.workspace_id)
    return [_policy(row) for row in rows]


async def get_policy(session: Session, policy_id: UUID, *, is_locked: bool = False) -> Policy:
    """Raises NotFound, also for those of other workspaces."""
    locked = " for no key update" if is_locked else ""
    row = await (await session.raw()).fetchrow(f"{_SELECT} and id = $2{locked}", session.workspace_id, policy_id)
    if row is None:
        raise NotFound("This service level does not exist any more.", reason="no_such_sla_policy")
    return _policy(row)


async def save_policy(session: Session, policy: Policy) -> None:
    """New ones come last; one that is there keeps its place. Raises Conflict if another one has the name."""
    connection = await session.raw()
    taken = await connection.fetchval(
        "select true from sla_policies where workspace_id = $1 and name_key = $2 and id <> $3",
        session.workspace_id,
        policy_key(policy.name),
        policy.id,
    )
    if taken:
        raise Conflict("There is a service level of this name already.", reason="sla_policy_exists")
    await connection.execute(
        "insert into sla_policies (workspace_id, id, name, name_key, filter, first_reply, next_reply, resolution,"
        " position) values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8::jsonb,"
        " (select coalesce(max(position) + 1, 0) from sla_policies where workspace_id = $1))"
        " on conflict (workspace_id, id) do update set name = excluded.name, name_key = excluded.name_key,"
        " filter = excluded.filter, first_reply = excluded.first_reply, next_reply = excluded.next_reply,"
        " resolution = excluded.resolution",
        session.workspace_id,
        policy.id,
        policy.name,
        policy_key(policy.name),
        _encode(policy.filter),
        _encode(policy.first_reply),
        _encode(policy.next_reply),
        _encode(policy.resolution),
    )


async def order_policies(session: Session, policy_ids: Sequence[UUID]) -> None:
    """These first, in this order; what is not named comes behind them, as it stood."""
    await (await session.raw()).execute(
        "update sla_policies p set position = o.place from (select id, row_number() over ("
        " order by array_position($2::uuid[], id) nulls last, position, id) as place"
        " from sla_policies where workspace_id = $1) o where p.workspace_id = $1 and p.id = o.id",
        session.workspace_id,
        list(policy_ids),
    )


async def delete_policy(session: Session, policy_id: UUID) -> None:
    """Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "delete from sla_policies where workspace_id = $1 and id = $2 returning true", session.workspace_id, policy_id
    )
    if not deleted:
        raise NotFound("This service level does not exist any more.", reason="no_such_sla_policy")


async def count_late(session: Session) -> dict[UUID, int]:
    """Policy → how many clocks are late by it now. Uses `deadlines_missed`."""
    rows = await (await session.raw()).fetch(
        "select policy_id, count(*)::int as late from deadlines where workspace_id = $1 and missed_at is not null"
        " and due_at is not null and policy_id is not null group by policy_id",
        session.workspace_id,
    )
    return {row["policy_id"]: row["late"] for row in rows}


# Counting again


async def ask_for_recount(connection: Connection, workspace_id: UUID) -> None:
    """Every clock that goes is counted again, from the first: also if a recount is under way."""
    await connection.execute(
        "insert into deadline_recounts (workspace_id, total) values ($1, (select count(*) from conversations"
        " where workspace_id = $1 and waiting_since is not null and state <> 'resolved'))"
        " on conflict (workspace_id) do update set total = excluded.total, done = 0, after_id = excluded.after_id",
        workspace_id,
    )


async def find_recount(session: Session) -> Recount | None:
    """None: everything is counted."""
    row = await (await session.raw()).fetchrow(
        "select total, done from deadline_recounts where workspace_id = $1", session.workspace_id
    )
    return None if row is None else Recount(total=max(row["total"], row["done"]), done=row["done"])


async def find_workspaces_to_recount(connection: Connection, *, limit: int) -> list[UUID]:
    rows = await connection.fetch("select workspace_id from deadline_recounts order by workspace_id limit $1", limit)
    return [row["workspace_id"] for row in rows]


async def next_to_recount(session: Session, *, limit: int) -> list[UUID]:
    """Conversations whose clocks may go, behind those that were counted; the place is kept. None left: it is over."""
    connection = await session.raw()
    after_id = await connection.fetchval(
        "select after_id from deadline_recounts where workspace_id = $1 for update skip locked", session.workspace_id
    )
    if after_id is None:
        return []
    rows = await connection.fetch(
        "select id from conversations where workspace_id = $1 and waiting_since is not null and state <> 'resolved'"
        " and id > $2 order by id limit $3",
        session.workspace_id,
        after_id,
        limit,
    )
    ids: list[UUID] = [row["id"] for row in rows]
    if len(ids) < limit:
        await connection.execute("delete from deadline_recounts where workspace_id = $1", session.workspace_id)
    else:
        await connection.execute(
            "update deadline_recounts set after_id = $2, done = done + $3 where workspace_id = $1",
            session.workspace_id,
            ids[-1],
            len(ids),
        )
    return ids


def _encode(value: object) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


def _policy(row: asyncpg.Record) -> Policy:
    return Policy(
        id=row["id"],
        name=row["name"],
        filter=_decode_filter(row["filter"]),
        first_reply=_target(row["first_reply"]),
        next_reply=_target(row["next_reply"]),
        resolution=_target(row["resolution"]),
    )


def _target(document: str | None) -> Target | None:
    return None if document is None else _decode_target(document)
