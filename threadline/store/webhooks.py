"""Webhooks, what is on its way to them, and how each try went."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.events import EventKind
from threadline.core.webhook import AT_ONCE, CLAIM, Cause, DispatchState, OffReason, Outcome, Told, TryError
from threadline.store.connection import Connection
from threadline.store.session import Session

_decode_told = msgspec.json.Decoder(Told).decode


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Without its secret, which is shown once."""

    id: UUID
    name: str
    url: str
    kinds: list[EventKind]
    has_content: bool
    """It is told the conversation and the message, too, not their ids alone."""
    is_on: bool
    off_reason: OffReason | None
    """Why the desk itself switched it off; null: it did not."""
    off_at: datetime | None
    secret_last4: str
    old_secret_until: datetime | None
    """Until then the secret before this one signs, too."""
    waiting_count: int
    failed_count: int
    """What failed for good and is still in the log."""
    last_told_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """What somebody decides about a webhook."""

    name: str
    name_key: str
    url: str
    kinds: Sequence[EventKind]
    has_content: bool
    is_on: bool


@dataclass(frozen=True, slots=True)
class SealedSecrets:
    sealed: bytes
    last4: str
    """Of the one that is shown."""
    old_until: datetime | None = None


_SELECT = """
select w.id, w.name, w.url, w.kinds, w.has_content, w.is_on, nullif(w.off_reason, '') as off_reason, w.off_at,
       w.secret_last4, case when w.old_secret_until > now() then w.old_secret_until end as old_secret_until,
       (select count(*)::int from webhook_dispatches d where d.workspace_id = w.workspace_id and d.webhook_id = w.id
        and d.state = 'waiting') as waiting_count,
       (select count(*)::int from webhook_dispatches d where d.workspace_id = w.workspace_id and d.webhook_id = w.id
        and d.state = 'failed') as failed_count,
       (select max(d.settled_at) from webhook_dispatches d where d.workspace_id = w.workspace_id
        and d.webhook_id = w.id and d.state = 'told') as last_told_at,
       w.created_at
from webhooks w where w.workspace_id = $1 and w.deleted_at is null
"""


async def list_webhooks(session: Session) -> list[Webhook]:
    """By name. Their number is bounded (`MOST_WEBHOOKS`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} order by w.name_key, w.id", session.workspace_id)
    return [_webhook(row) for row in rows]


async def get_webhook(session: Session, webhook_id: UUID, *, is_locked: bool = False) -> Webhook:
    """Raises NotFound, also for those of other workspaces."""
    locked = " for no key update of w" if is_locked else ""
    row = await (await session.raw()).fetchrow(f"{_SELECT} and w.id = $2{locked}", session.workspace_id, webhook_id)
    if row is None:
        raise _no_such_webhook()
    return _webhook(row)


def _webhook(row: asyncpg.Record) -> Webhook:
    values = dict(row)
    values["kinds"] = [EventKind(kind) for kind in row["kinds"] if kind in _KNOWN_KINDS]
    values["off_reason"] = row["off_reason"] and OffReason(row["off_reason"])
    return Webhook(**values)


_KNOWN_KINDS = frozenset(kind.value for kind in EventKind)


async def insert_webhook(
    session: Session, *, webhook_id: UUID, facts: WebhookFacts, secrets: SealedSecrets, now: datetime
) -> None:
    """It is told what happens from now on. Raises Conflict if another one has the name."""
    await _check_name(session, webhook_id, facts.name_key)
    await (await session.raw()).execute(
        "insert into webhooks (workspace_id, id, name, name_key, url, kinds, has_content, is_on, secrets, secret_last4,"
        " since_seq, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " coalesce((select last_seq from feed_counters where workspace_id = $1), 0), $11)",
        session.workspace_id,
        webhook_id,
        facts.name,
        facts.name_key,
        facts.url,
        [kind.value for kind in facts.kinds],
        facts.has_content,
        facts.is_on,
        secrets.sealed,
        secrets.last4,
        now,
    )


async def update_webhook(session: Session, webhook_id: UUID, facts: WebhookFacts) -> None:
    """Switched on again it is told what happens from then on. Raises Conflict if another one has the name."""
    await _check_name(session, webhook_id, facts.name_key)
    await (await session.raw()).execute(
        "update webhooks w set name = $3, name_key = $4, url = $5, kinds = $6, has_content = $7, is_on = $8,"
        " off_reason = case when $8 then '' else w.off_reason end, off_at = case when not $8 then w.off_at end,"
        " failed_in_row = case when $8 and not w.is_on then 0 else w.failed_in_row end,"
        " since_seq = case when $8 and not w.is_on then coalesce((select last_seq from feed_counters"
        " where workspace_id = $1), 0) else w.since_seq end"
        " where w.workspace_id = $1 and w.id = $2",
        session.workspace_id,
        webhook_id,
        facts.name,
        facts.name_key,
        facts.url,
        [kind.value for kind in facts.kinds],
        facts.has_content,
        facts.is_on,
    )


async def _check_name(session: Session, webhook_id: UUID, name_key: str) -> None:
    taken = await (await session.raw()).fetchval(
        "select true from webhooks where workspace_id = $1 and name_key = $2 and id <> $3 and deleted_at is null",
        session.workspace_id,
        name_key,
        webhook_id,
    )
    if taken:
        raise Conflict("There is a webhook of this name already.", reason="webhook_exists")


async def read_sealed_secrets(session: Session, webhook_id: UUID) -> bytes:
    """Raises NotFound. Locks the webhook."""
    sealed = await (await session.raw()).fetchval(
        "select secrets from webhooks where workspace_id = $1 and id = $2 and deleted_at is null for no key update",
        session.workspace_id,
        webhook_id,
    )
    if sealed is None:
        raise _no_such_webhook()
    return bytes(sealed)


async def replace_secrets(session: Session, webhook_id: UUID, secrets: SealedSecrets) -> None:
    await (await session.raw()).execute(
        "update webhooks set secrets = $3, secret_last4 = $4, old_secret_until = $5"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        webhook_id,
        secrets.sealed,
        secrets.last4,
        secrets.old_until,
    )


async def delete_webhook(session: Session, webhook_id: UUID, *, now: datetime) -> None:
    """For a day it can come back; what was on its way waits for that. Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "update webhooks set deleted_at = $3 where workspace_id = $1 and id = $2 and deleted_at is null returning true",
        session.workspace_id,
        webhook_id,
        now,
    )
    if not deleted:
        raise _no_such_webhook()


async def restore_webhook(session: Session, webhook_id: UUID) -> None:
    """Raises NotFound, Conflict (another one has its name)."""
    connection = await session.raw()
    name_key = await connection.fetchval(
        "select name_key from webhooks where workspace_id = $1 and id = $2 and deleted_at is not null for update",
        session.workspace_id,
        webhook_id,
    )
    if name_key is None:
        raise _no_such_webhook()
    await _check_name(session, webhook_id, name_key)
    await connection.execute(
        "update webhooks set deleted_at = null where workspace_id = $1 and id = $2", session.workspace_id, webhook_id
    )


def _no_such_webhook() -> NotFound:
    return NotFound("This webhook does not exist any more.", reason="no_such_webhook")


# What is on its way ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listener:
    """A webhook that is on, as far as the feed has to know it."""

    id: UUID
    kinds: frozenset[str]
    since_seq: int


async def list_listeners(session: Session) -> list[Listener]:
    rows = await (await session.raw()).fetch(
        "select id, kinds, since_seq from webhooks where workspace_id = $1 and is_on and deleted_at is null"
        " and kinds <> '{}'",
        session.workspace_id,
    )
    return [Listener(row["id"], frozenset(row["kinds"]), row["since_seq"]) for row in rows]


@dataclass(frozen=True, slots=True)
class NewDispatch:
    id: UUID
    webhook_id: UUID
    cause: Cause
    key: UUID
    told: Told
    conversation_id: UUID | None = None
    takes_answer: bool = False


async def insert_dispatches(session: Session, dispatches: Sequence[NewDispatch], *, now: datetime) -> int:
    """Each once by its webhook and key. Returns how many are new."""
    rows = await (await session.raw()).fetch(
        "insert into webhook_dispatches (workspace_id, id, webhook_id, cause, key, told, conversation_id, takes_answer,"
        " due_at, created_at) select $1, n.id, n.webhook_id, n.cause, n.key, n.told::jsonb, n.conversation_id,"
        " n.takes_answer, $9, $9 from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::uuid[],"
        " $8::boolean[]) as n (id, webhook_id, cause, key, told, conversation_id, takes_answer)"
        " on conflict (workspace_id, webhook_id, key) do nothing returning true",
        session.workspace_id,
        [one.id for one in dispatches],
        [one.webhook_id for one in dispatches],
        [one.cause.value for one in dispatches],
        [one.key for one in dispatches],
        [msgspec.json.encode(one.told).decode() for one in dispatches],
        [one.conversation_id for one in dispatches],
        [one.takes_answer for one in dispatches],
        now,
    )
    return len(rows)


@dataclass(frozen=True, slots=True)
class ClaimedDispatch:
    """A dispatch that is this worker's for a minute."""

    workspace_id: UUID
    id: UUID
    webhook_id: UUID
    cause: Cause
    told: Told
    conversation_id: UUID | None
    takes_answer: bool
    tries: int
    """This one included."""
    url: str
    has_content: bool
    secrets: bytes
    """Sealed."""
    old_until: datetime | None
    created_at: datetime


_CLAIM = f"""
with claimed as (
    select webhook_id, count(*) as count from webhook_dispatches where claimed_until > now() group by webhook_id
), due as (
    select d.workspace_id, d.id, w.url, w.has_content, w.secrets, w.old_secret_until
    from webhooks w left join claimed c on c.webhook_id = w.id
    cross join lateral (
        select o.workspace_id, o.id from webhook_dispatches o
        where o.workspace_id = w.workspace_id and o.webhook_id = w.id and o.state = 'waiting' and o.due_at <= now()
          and (w.is_on or o.cause = 'test') and (o.claimed_until is null or o.claimed_until <= now())
        order by o.due_at, o.id limit greatest(0, {AT_ONCE} - coalesce(c.count, 0)) for update skip locked
    ) d
    where w.deleted_at is null and not exists (select from installation where sending_paused_at is not null)
    limit $1
)
update webhook_dispatches d set claimed_until = now() + $2::interval, tries = d.tries + 1, tried = d.tried + 1
from due where d.workspace_id = due.workspace_id and d.id = due.id
returning d.workspace_id, d.id, d.webhook_id, d.cause, d.told::text as told, d.conversation_id, d.takes_answer, d.tries,
          d.created_at, due.url, due.has_content, due.secrets,
          case when due.old_secret_until > now() then due.old_secret_until end as old_until
"""


async def claim_due_dispatches(connection: Connection, *, limit: int) -> list[ClaimedDispatch]:
    """What is due, of each webhook at most a few at a time. Nothing while the installation sends nothing.

    Uses `webhook_dispatches_due`, once for each webhook; a webhook with a long queue costs as much as one without.
    """
    rows = await connection.fetch(_CLAIM, limit, CLAIM)
    found = [
        ClaimedDispatch(
            workspace_id=row["workspace_id"],
            id=row["id"],
            webhook_id=row["webhook_id"],
            cause=Cause(row["cause"]),
            told=_decode_told(row["told"]),
            conversation_id=row["conversation_id"],
            takes_answer=row["takes_answer"],
            tries=row["tries"],
            url=row["url"],
            has_content=row["has_content"],
            secrets=bytes(row["secrets"]),
            old_until=row["old_until"],
            created_at=row["created_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.created_at, one.id))


@dataclass(frozen=True, slots=True)
class Try:
    at: datetime
    took_ms: int
    status: int | None
    error: TryError | None
    answer: str


async def settle_try(
    session: Session,
    claimed: ClaimedDispatch,
    one: Try,
    *,
    state: DispatchState,
    due_at: datetime,
    outcome: Outcome = "",
    reason: str = "",
    text: str = "",
    now: datetime,
) -> bool:
    """The end of a claim. False if it was another worker's by now: then nothing changes but the log."""
    connection = await session.raw()
    number = await connection.fetchval(
        "update webhook_dispatches set state = $4, due_at = $5, claimed_until = null, answer_outcome = $6,"
        " answer_reason = $7, answer_text = $8, settled_at = $9"
        " where workspace_id = $1 and id = $2 and tries = $3 and state = 'waiting' and claimed_until is not null"
        " returning tried",
        claimed.workspace_id,
        claimed.id,
        claimed.tries,
        state.value,
        due_at,
        outcome,
        reason,
        text,
        None if state is DispatchState.WAITING else now,
    )
    await connection.execute(
        "insert into webhook_tries (workspace_id, dispatch_id, number, at, took_ms, status, error, answer)"
        " select $1, $2, coalesce($3, (select max(number) + 1 from webhook_tries where workspace_id = $1"
        " and dispatch_id = $2), 1), $4, $5, $6, $7, $8"
        " where exists (select from webhook_dispatches where workspace_id = $1 and id = $2)"
        " on conflict do nothing",
        claimed.workspace_id,
        claimed.id,
        number,
        one.at,
        one.took_ms,
        one.status,
        "" if one.error is None else one.error.value,
        one.answer,
    )
    return number is not None


async def is_claimed(session: Session, claimed: ClaimedDispatch) -> bool:
    """Locks the dispatch. True if it is still this worker's."""
    found = await (await session.raw()).fetchval(
        "select true from webhook_dispatches where workspace_id = $1 and id = $2 and tries = $3 and state = 'waiting'"
        " and claimed_until is not null for update",
        claimed.workspace_id,
        claimed.id,
        claimed.tries,
    )
    return bool(found)


async def count_outcome(session: Session, webhook_id: UUID, *, has_failed: bool) -> int:
    """How many in a row have failed for good by now; one that arrived ends the row."""
    count = await (await session.raw()).fetchval(
        "update webhooks set failed_in_row = case when $3 then failed_in_row + 1 else 0 end"
        " where workspace_id = $1 and id = $2 and (failed_in_row > 0 or $3) returning failed_in_row",
        session.workspace_id,
        webhook_id,
        has_failed,
    )
    return count or 0


async def switch_off(session: Session, webhook_id: UUID, reason: OffReason, *, now: datetime) -> bool:
    """False if it was off already."""
    is_switched = await (await session.raw()).fetchval(
        "update webhooks set is_on = false, off_reason = $3, off_at = $4 where workspace_id = $1 and id = $2 and is_on"
        " returning true",
        session.workspace_id,
        webhook_id,
        reason.value,
        now,
    )
    return bool(is_switched)


# The log -----------------------------------------------------------------------------------------------------------


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a webhook is told, and how far that has come."""

    id: UUID
    webhook_id: UUID
    cause: Cause
    type: str
    """The kind of the event; `webhook_call` and `webhook_test` for what is none."""
    conversation_id: UUID | None
    state: DispatchState
    created_at: datetime
    due_at: datetime | None
    """Of what waits: when it is tried next."""
    try_count: int
    last_status: int | None
    """Of the newest try; null: there was none, or no answer came."""
    last_error: TryError | None
    last_took_ms: int | None
    answer_outcome: Outcome
    """Of a call whose answer was wanted."""
    answer_reason: str
    answer_text: str


class DispatchTry(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    at: datetime
    took_ms: int
    status: int | None
    error: TryError | None
    answer: str
    """The first 2 KiB of what came back, without what looks like a secret."""


_LOG = """
select d.id, d.webhook_id, d.cause, d.told ->> 'type' as type, d.conversation_id, d.state, d.created_at,
       case when d.state = 'waiting' then d.due_at end as due_at, d.tried as try_count,
       t.status as last_status, nullif(t.error, '') as last_error, t.took_ms as last_took_ms,
       d.answer_outcome, d.answer_reason, d.answer_text
from webhook_dispatches d left join lateral (
    select status, error, took_ms from webhook_tries t
    where t.workspace_id = d.workspace_id and t.dispatch_id = d.id order by number desc limit 1
) t on true
where d.workspace_id = $1
"""


async def list_dispatches(
    session: Session, webhook_id: UUID, *, state: DispatchState | None, before: UUID | None, limit: int
) -> list[Dispatch]:
    """The newest first. Uses `webhook_dispatches_by_webhook`, of those that failed `webhook_dispatches_failed`."""
    rows = await (await session.raw()).fetch(
        f"{_LOG} and d.webhook_id = $2 and ($3::text is null or d.state = $3) and ($4::uuid is null or d.id < $4)"
        " order by d.id desc limit $5",
        session.workspace_id,
        webhook_id,
        None if state is None else state.value,
        before,
        limit,
    )
    return [_dispatch(row) for row in rows]


async def get_dispatch(session: Session, dispatch_id: UUID) -> Dispatch:
    """Raises NotFound."""
    row = await (await session.raw()).fetchrow(f"{_LOG} and d.id = $2", session.workspace_id, dispatch_id)
    if row is None:
        raise _no_such_dispatch()
    return _dispatch(row)


async def read_told(session: Session, dispatch_id: UUID) -> Told:
    """Raises NotFound."""
    document = await (await session.raw()).fetchval(
        "select told::text from webhook_dispatches where workspace_id = $1 and id = $2",
        session.workspace_id,
        dispatch_id,
    )
    if document is None:
        raise _no_such_dispatch()
    return _decode_told(document)


async def list_tries(session: Session, dispatch_id: UUID) -> list[DispatchTry]:
    """The newest first."""
    rows = await (await session.raw()).fetch(
        "select number, at, took_ms, status, nullif(error, '') as error, answer from webhook_tries"
        " where workspace_id = $1 and dispatch_id = $2 order by number desc limit 100",
        session.workspace_id,
        dispatch_id,
    )
    return [DispatchTry(**{**row, "error": row["error"] and TryError(row["error"])}) for row in rows]


def _dispatch(row: asyncpg.Record) -> Dispatch:
    values = dict(row)
    values |= {"cause": Cause(row["cause"]), "state": DispatchState(row["state"])}
    values["last_error"] = row["last_error"] and TryError(row["last_error"])
    return Dispatch(**values)


async def replay_dispatch(session: Session, dispatch_id: UUID, *, now: datetime) -> None:
    """It is told again, with a whole round of tries. Raises NotFound, Conflict (it is still on its way)."""
    connection = await session.raw()
    state = await connection.fetchval(
        "select d.state from webhook_dispatches d join webhooks w on w.workspace_id = d.workspace_id"
        " and w.id = d.webhook_id and w.deleted_at is null where d.workspace_id = $1 and d.id = $2 for update of d",
        session.workspace_id,
        dispatch_id,
    )
    if state is None:
        raise _no_such_dispatch()
    if state == DispatchState.WAITING:
        raise Conflict("This is still on its way.", reason="dispatch_waiting")
    await connection.execute(f"{_REPLAY} and id = $3", session.workspace_id, now, dispatch_id)


async def replay_failed(session: Session, webhook_id: UUID, *, now: datetime) -> int:
    """Everything that failed for good, the oldest first. Returns how many. Uses `webhook_dispatches_failed`."""
    done = await (await session.raw()).execute(
        f"{_REPLAY} and webhook_id = $3 and state = 'failed'", session.workspace_id, now, webhook_id
    )
    return int(done.rsplit(" ", 1)[1])


_REPLAY = """
update webhook_dispatches set state = 'waiting', due_at = $2, tries = 0, settled_at = null, answer_outcome = '',
    answer_reason = '', answer_text = '' where workspace_id = $1
"""


def _no_such_dispatch() -> NotFound:
    return NotFound("This is not in the log any more.", reason="no_such_dispatch")
