"""The outbox: claiming attempts, recording what became of them, and what their messages then show.

Everything here is bounded from below by an attempt's id (`not_before`), so that old partitions are never touched: a
queue is kept for a day (core/sending.py), and ids are times.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import asyncpg

from threadline.core.content import Content, decode_content
from threadline.core.ids import first_uuid7_at, time_of_uuid7
from threadline.core.message import AuthorKind, SendClass, Status
from threadline.core.sending import ORDER_WAIT, QUEUE_KEPT
from threadline.store.session import Session


@dataclass(frozen=True, slots=True)
class KnownAddress:
    scheme: str
    scope: str
    value: str


@dataclass(frozen=True, slots=True)
class ClaimedAttempt:
    """An attempt that is ours to send, with all that its request needs."""

    id: UUID
    conversation_id: UUID
    contact_id: UUID
    message_id: UUID
    part: int
    try_no: int
    send_class: SendClass
    content: Content
    to: tuple[KnownAddress, ...]
    """The one the conversation answers to first."""
    quoted_provider_id: str
    file_ids: tuple[UUID, ...]
    is_released: bool
    """It goes although the one before it in its conversation has no end yet (R5)."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """Whether this host may send on the channel at all."""

    is_ours: bool
    pause: str
    """Why nothing may leave: "" if it may."""


_CLEARANCE = """
select l.fence, c.state, c.paused_reason, w.sending_paused_at is not null as is_workspace_paused,
       exists (select from installation where sending_paused_at is not null) as is_installation_paused
from leases l, channels c join workspaces w on w.id = c.workspace_id
where l.name = $1 and c.id = $2
for share of l
"""


async def clear_to_send(session: Session, *, lease: str, fence: int, channel_id: UUID) -> Clearance:
    """The first statement of every claim: holds the fence until the commit, so that no other host begins meanwhile."""
    row = await (await session.raw()).fetchrow(_CLEARANCE, lease, channel_id)
    if row is None or row["fence"] != fence:
        return Clearance(is_ours=False, pause="The channel moved to another worker.")
    if row["is_installation_paused"]:
        return Clearance(is_ours=True, pause="Sending is paused for the whole installation.")
    if row["is_workspace_paused"]:
        return Clearance(is_ours=True, pause="Sending is paused for the workspace.")
    if row["state"] != "connected":
        return Clearance(is_ours=True, pause=row["paused_reason"] or "The channel is not connected.")
    return Clearance(is_ours=True, pause="")


_EARLIER = """
    select from attempts p
    where p.conversation_id = a.conversation_id and p.status <= 1 and not p.is_held and p.uncertain_at is null
      and p.id >= $2 and (p.seq, p.part, p.id) < (a.seq, a.part, a.id)
"""

# The statistics of a queue are those of an hour when it was empty. Trusting them, the planner reads all that waits,
# sorts it and joins it with itself, at every claim; without sorting (and with `offset 0`, which keeps the look for an
# earlier one a look-up for each row) it reads `attempts_queued` in its order and stops at the limit.
_IN_ORDER_OF_THE_INDEX = "set local enable_sort = off"

_CLAIM = f"""
with due as (
    select a.workspace_id, a.id
    from attempts a
    where a.channel_id = $1 and a.id >= $2 and a.status = 0 and not a.is_held
      and a.due_at <= now() and a.created_at > now() - $6::interval and a.contact_id <> all($4::uuid[])
      and not exists ({_EARLIER} and (p.claimed_at is null or p.claimed_at > now() - $7::interval) offset 0)
      and not (a.is_copy and exists (
          select from attempts o where o.workspace_id = a.workspace_id and o.message_id = a.message_id
             and o.part = a.part and o.id <> a.id and o.id >= $2 and o.status in (2, 4, 5, 6)))
    order by a.send_class, a.due_at, a.id
    limit $3
    for update of a skip locked
), claimed as (
    update attempts a
    set status = 1, claimed_at = coalesce(a.claimed_at, now()), fence = $5, try_no = a.try_no + 1,
        error_code = case when exists ({_EARLIER}) then 'out_of_order' end, error_text = null
    from due
    where a.workspace_id = due.workspace_id and a.id = due.id and a.id >= $2
    returning a.*
)
select claimed.id, claimed.conversation_id, claimed.contact_id, claimed.message_id, claimed.part, claimed.try_no,
       claimed.send_class, claimed.error_code is not null as is_released,
       coalesce(claimed.content, m.content)::text as content,
       case when claimed.part = 0 then m.quoted_provider_id end as quoted_provider_id,
       m.file_ids, known.schemes, known.scopes, known.address_values
from claimed
cross join lateral (
    select m.content, m.quoted_provider_id, m.file_ids from messages m
    where m.workspace_id = claimed.workspace_id and m.id = claimed.message_id limit 1
) m
cross join lateral (
    select array_agg(d.scheme order by is_first, d.created_at desc) as schemes,
           array_agg(d.scope order by is_first, d.created_at desc) as scopes,
           array_agg(d.value order by is_first, d.created_at desc) as address_values
    from (
        select d.*, d.id is distinct from c.address_id as is_first
        from addresses d
        join conversations c on c.workspace_id = claimed.workspace_id and c.id = claimed.conversation_id
        where d.workspace_id = claimed.workspace_id and d.contact_id = claimed.contact_id and d.retired_at is null
    ) d
) known
order by claimed.send_class, claimed.due_at, claimed.id
"""


async def claim_attempts(
    session: Session, *, channel_id: UUID, fence: int, limit: int, skip_contacts: Sequence[UUID], not_before: UUID
) -> list[ClaimedAttempt]:
    """Take up to `limit` due attempts, the most urgent class first, one per conversation at most.

    An attempt waits for the one before it in its conversation until that one was sent, failed or became uncertain, at
    most a minute from its first try. Uses `attempts_queued` and, for the one before, `attempts_unsent_by_conversation`.
    """
    connection = await session.raw()
    await connection.execute(_IN_ORDER_OF_THE_INDEX)
    rows = await connection.fetch(_CLAIM, channel_id, not_before, limit, skip_contacts, fence, QUEUE_KEPT, ORDER_WAIT)
    return [
        ClaimedAttempt(
            id=row["id"],
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            message_id=row["message_id"],
            part=row["part"],
            try_no=row["try_no"],
            send_class=SendClass(row["send_class"]),
            content=decode_content(row["content"]),
            to=tuple(
                KnownAddress(scheme, scope, value)
                for scheme, scope, value in zip(
                    row["schemes"] or (), row["scopes"] or (), row["address_values"] or (), strict=True
                )
            ),
            quoted_provider_id=row["quoted_provider_id"] or "",
            file_ids=tuple(row["file_ids"] or ()),
            is_released=row["is_released"],
        )
        for row in rows
    ]


class OutcomeKind(StrEnum):
    """What became of one try."""

    SENT = "sent"
    FAILED = "failed"
    RETRY = "retry"
    """Provably not sent: the same attempt goes again after `delay_s`."""
    HELD = "held"
    """Provably not sent, and not before `delay_s` or until somebody acts."""
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Outcome:
    attempt_id: UUID
    conversation_id: UUID
    contact_id: UUID
    message_id: UUID
    try_no: int
    kind: OutcomeKind
    provider_id: str | None = None
    delay_s: float = 0
    code: str | None = None
    text: str | None = None
    note: "FailureNote | None" = None


@dataclass(frozen=True, slots=True)
class FailureNote:
    """What a screen makes of an error code: the name of its sentence, and what a person may do."""

    reason: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class TouchedAttempt:
    id: UUID
    conversation_id: UUID
    message_id: UUID
    status: Status


async def lock_conversations(session: Session, workspace_id: UUID, conversation_ids: Sequence[UUID]) -> None:
    """Take the conversations' locks in id order, before anything of theirs is written: nobody waits in a circle."""
    await (await session.raw()).execute(
        "select from conversations where workspace_id = $1 and id = any($2::uuid[]) order by id for update",
        workspace_id,
        conversation_ids,
    )


# Every expression reads the row as it is when it is written, so a status that came meanwhile is never lowered.
_IS_CURRENT = "(a.status = 1 and a.try_no = o.try_no)"
_GOES_BACK = f"(o.kind in ('retry', 'held') and {_IS_CURRENT} and not (a.uncertain_at is not null and a.is_held))"
_COMES_TOO_LATE = f"(o.kind in ('retry', 'held') and {_IS_CURRENT} and a.uncertain_at is not null and a.is_held)"

_RECORD = f"""
update attempts a set
    status = case when o.kind = 'sent' then greatest(a.status, 2)
                  when o.kind = 'failed' or {_COMES_TOO_LATE} then greatest(a.status, 3)
                  when {_GOES_BACK} then 0
                  else a.status end,
    is_held = a.is_held or (o.kind = 'held' and {_GOES_BACK}),
    due_at = case when {_GOES_BACK} then now() + o.delay_s * interval '1 second' else a.due_at end,
    uncertain_at = case when {_GOES_BACK} then null
                        when o.kind = 'uncertain' and {_IS_CURRENT} then coalesce(a.uncertain_at, now())
                        else a.uncertain_at end,
    uncertain_reason = case when o.kind = 'uncertain' and {_IS_CURRENT} and a.uncertain_at is null
                            then coalesce(o.code, '') else a.uncertain_reason end,
    provider_id = coalesce(a.provider_id, o.provider_id),
    error_code = case when o.kind in ('sent', 'uncertain') then a.error_code
                      when a.status > 2 then coalesce(a.error_code, o.code)
                      else o.code end,
    error_text = case when o.kind in ('sent', 'uncertain') then a.error_text
                      when a.status > 2 then coalesce(a.error_text, o.text)
                      else o.text end,
    sent_at = case when o.kind = 'sent' then coalesce(a.sent_at, now()) else a.sent_at end,
    failed_at = case when o.kind = 'failed' or {_COMES_TOO_LATE} then coalesce(a.failed_at, now()) else a.failed_at end
from unnest($3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::float8[], $8::text[], $9::text[])
     as o (id, try_no, kind, provider_id, delay_s, code, text)
where a.workspace_id = $1 and a.id = o.id and a.id >= $2
"""


async def record_outcomes(
    session: Session, workspace_id: UUID, outcomes: Sequence[Outcome], *, not_before: UUID
) -> None:
    """Write what became of these tries, whatever host made them; their conversations are locked already.

    Only the try that is still open goes back to the queue, so an outcome that is written twice changes nothing. One
    that proves "not sent" after a copy was made is a failure of the first, for the copy is under way.
    """
    await (await session.raw()).execute(
        _RECORD,
        workspace_id,
        not_before,
        [o.attempt_id for o in outcomes],
        [o.try_no for o in outcomes],
        [o.kind.value for o in outcomes],
        [o.provider_id for o in outcomes],
        [o.delay_s for o in outcomes],
        [o.code for o in outcomes],
        [o.text for o in outcomes],
    )


_RELEASE_NEXT = """
update attempts a set due_at = greatest(now(), a.not_before)
from unnest($1::uuid[]) as c (id)
cross join lateral (
    select n.workspace_id, n.id from attempts n
    where n.conversation_id = c.id and n.status = 0 and not n.is_held and n.id >= $2
    order by n.seq, n.part, n.id limit 1
) n
where a.workspace_id = n.workspace_id and a.id = n.id and a.id >= $2 and a.claimed_at is null and a.due_at > now()
"""


async def release_next(session: Session, conversation_ids: Sequence[UUID], *, not_before: UUID) -> int:
    """The first waiting attempt of each conversation is due now: the one before it has its end. Returns how many."""
    done = await (await session.raw()).execute(_RELEASE_NEXT, conversation_ids, not_before)
    return int(done.rpartition(" ")[2])


# What a message shows ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChangedMessage:
    id: UUID
    conversation_id: UUID
    channel_id: UUID
    status: Status
    is_uncertain: bool
    failure_code: str | None
    author_kind: AuthorKind
    author_id: UUID | None
    created_at: datetime
    is_newly_lost: bool
    """It failed, or became uncertain, and was neither before."""
    moves_clock: bool
    """An answer that was accepted while the customer waits and more came after it: the thread has to be looked at."""


# The same rules as core.sending.message_status; a test compares the two.
_REFRESH = """
with parts as (
    select a.message_id, a.part, max(a.status) as best,
           (array_agg(a.status order by a.id desc))[1] as newest,
           (array_agg(a.status <= 1 and a.uncertain_at is not null order by a.id desc))[1] as is_newest_uncertain,
           (array_agg(a.error_code order by a.id desc) filter (where a.status = 3 or a.is_held))[1] as error_code,
           (array_agg(a.error_text order by a.id desc) filter (where a.status = 3 or a.is_held))[1] as error_text,
           bool_or(a.status = 0 and a.is_held) as is_held,
           count(*) filter (where a.is_copy) as copies
    from attempts a
    where a.workspace_id = $1 and a.message_id = any($2::uuid[]) and a.id >= $3
    group by a.message_id, a.part
), shown_parts as (
    select *, case when best > 3 then best else newest end as status from parts
), shown as (
    select message_id, case when bool_or(status = 3) then 3 else min(status) end as status,
           bool_or(is_newest_uncertain and best <= 3) as is_uncertain, sum(copies)::smallint as copies,
           (array_agg(error_code order by part) filter (where status = 3 or is_held))[1] as error_code,
           (array_agg(error_text order by part) filter (where status = 3 or is_held))[1] as error_text
    from shown_parts group by message_id
), changed as (
    select m.workspace_id, m.id, m.conversation_id, m.channel_id, m.seq, m.created_at, m.author_kind, m.author_id,
           m.status = 3 or m.is_uncertain as was_lost, s.status = 3 or s.is_uncertain as is_lost,
           s.status in (2, 4, 5, 6) and m.author_kind in ('agent', 'flow') as is_answer,
           s.status, s.is_uncertain, s.copies, m.deleted_at is null as is_there,
           s.error_code as failure_code, s.error_text as failure_text,
           coalesce(nullif(h.help, ''), case when m.failure_code = s.error_code then m.failure_help end)
               as failure_help,
           coalesce(h.reason, case when m.failure_code = s.error_code then m.failure_reason end) as failure_reason
    from shown s
    cross join lateral (
        select m.* from messages m where m.workspace_id = $1 and m.id = s.message_id limit 1
    ) m
    left join unnest($4::text[], $5::text[], $7::text[]) as h (code, help, reason) on h.code = s.error_code
    where (m.status, m.is_uncertain, m.copies) is distinct from (s.status::smallint, s.is_uncertain, s.copies)
       or m.failure_code is distinct from s.error_code
), written as (
    update messages m
    set status = c.status, is_uncertain = c.is_uncertain, copies = c.copies, failure_code = c.failure_code,
        failure_text = c.failure_text, failure_help = c.failure_help, failure_reason = c.failure_reason
    from changed c
    where m.workspace_id = $1 and m.id = c.id and m.id >= $6
), moved as (
    select conversation_id,
           sum(case when is_there then is_lost::int - was_lost::int else 0 end) as lost,
           max(seq) filter (where is_answer) as answered_seq
    from changed group by conversation_id
), kept as (
    update conversations c
    set failed_count = greatest(0, c.failed_count + v.lost),
        waiting_since = case when c.last_seq = v.answered_seq then null else c.waiting_since end
    from moved v
    where c.workspace_id = $1 and c.id = v.conversation_id
      and (v.lost <> 0 or (v.answered_seq is not null and c.waiting_since is not null))
    returning c.id, v.answered_seq is not null and c.waiting_since is not null as is_to_be_looked_at
)
select c.id, c.conversation_id, c.channel_id, c.status, c.is_uncertain, c.failure_code, c.author_kind, c.author_id,
       c.created_at, c.is_lost and not coalesce(c.was_lost, false) and c.is_there as is_newly_lost,
       c.is_answer and coalesce(k.is_to_be_looked_at, false) as moves_clock
from changed c left join kept k on k.id = c.conversation_id order by c.id
"""


async def refresh_messages(
    session: Session,
    workspace_id: UUID,
    message_ids: Sequence[UUID],
    *,
    notes: Mapping[str, FailureNote] | None = None,
) -> list[ChangedMessage]:
    """Make these messages show what their attempts say; returns those that show something new.

    Their conversations follow: how many messages are lost, and that nobody waits where an accepted answer is the last
    that happened; whatever else moves the clock is for the caller (`actions/show_statuses.py`). `notes` tells what a
    screen makes of an error code. The conversations are locked by the caller.
    """
    if not message_ids:
        return []
    notes = notes or {}
    earliest = min(message_ids)
    rows = await (await session.raw()).fetch(
        _REFRESH,
        workspace_id,
        message_ids,
        _a_day_before(earliest),
        list(notes),
        [note.help for note in notes.values()],
        earliest,
        [note.reason for note in notes.values()],
    )
    return [
        ChangedMessage(
            id=row["id"],
            conversation_id=row["conversation_id"],
            channel_id=row["channel_id"],
            status=Status(row["status"]),
            is_uncertain=row["is_uncertain"],
            failure_code=row["failure_code"],
            author_kind=AuthorKind(row["author_kind"]),
            author_id=row["author_id"],
            created_at=row["created_at"],
            is_newly_lost=row["is_newly_lost"],
            moves_clock=row["moves_clock"],
        )
        for row in rows
    ]


# After a host was lost -----------------------------------------------------------------------------------------------

_RETURN_UNSENT = """
update attempts a set status = 0, try_no = a.try_no - 1
where a.channel_id = $1 and a.id >= $2 and a.status = 1 and a.fence = $3 and a.uncertain_at is null
  and a.id <> all($4::uuid[])
"""


async def return_unsent(
    session: Session, *, channel_id: UUID, fence: int, in_flight: Sequence[UUID], not_before: UUID
) -> int:
    """Give back what this host claimed without learning it (the commit's answer was lost): nothing was sent."""
    done = await (await session.raw()).execute(_RETURN_UNSENT, channel_id, not_before, fence, in_flight)
    return int(done.rpartition(" ")[2])


_FIND_ABANDONED = """
select a.id, a.conversation_id, a.message_id, a.status, a.contact_id, a.try_no from attempts a
where a.channel_id = $1 and a.status = 1 and a.fence < $2 and a.uncertain_at is null order by a.id limit 500
"""


async def find_abandoned(session: Session, *, channel_id: UUID, fence: int) -> list[Outcome]:
    """Claims of earlier hosts without an outcome, as the outcomes they now get. Uses `attempts_unsettled`."""
    rows = await (await session.raw()).fetch(_FIND_ABANDONED, channel_id, fence)
    return [
        Outcome(
            attempt_id=row["id"],
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            message_id=row["message_id"],
            try_no=row["try_no"],
            kind=OutcomeKind.UNCERTAIN,
            code="host_lost",
        )
        for row in rows
    ]


async def recent_claims(
    session: Session, *, channel_id: UUID, since_s: float, not_before: UUID
) -> list[tuple[UUID, float]]:
    """(contact, seconds ago) of each claim of the last `since_s` seconds, oldest first: a new host's pair limits."""
    rows = await (await session.raw()).fetch(
        """
        select contact_id, extract(epoch from now() - claimed_at)::float8 as ago_s from attempts
        where channel_id = $1 and id >= $2 and claimed_at > now() - $3::float8 * interval '1 second'
        order by claimed_at
        """,
        channel_id,
        not_before,
        since_s,
    )
    return [(row["contact_id"], row["ago_s"]) for row in rows]


_RELEASE_ORPHANS = f"""
update attempts a set due_at = now()
where a.channel_id = $1 and a.id >= $2 and a.status = 0 and not a.is_held and a.claimed_at is null and a.due_at > now()
  and not exists ({_EARLIER})
"""


# Time --------------------------------------------------------------------------------------------------------------


async def find_expired(session: Session, *, channel_id: UUID, limit: int = 500) -> list[Outcome]:
    """What has waited in the queue for longer than it is kept, as the outcomes it now gets."""
    rows = await (await session.raw()).fetch(
        """
        select id, conversation_id, contact_id, message_id, try_no from attempts
        where channel_id = $1 and status = 0 and created_at <= now() - $2::interval order by id limit $3
        """,
        channel_id,
        QUEUE_KEPT,
        limit,
    )
    return [
        Outcome(
            attempt_id=row["id"],
            conversation_id=row["conversation_id"],
            contact_id=row["contact_id"],
            message_id=row["message_id"],
            try_no=row["try_no"],
            kind=OutcomeKind.FAILED,
            code="expired",
            text="This message waited for more than 24 hours and was not sent.",
            note=FailureNote("expired", "resend"),
        )
        for row in rows
    ]


async def release_orphans(session: Session, *, channel_id: UUID, not_before: UUID) -> int:
    """Those that wait for one before them which has its end already, found otherwise than by its outcome."""
    done = await (await session.raw()).execute(_RELEASE_ORPHANS, channel_id, not_before)
    return int(done.rpartition(" ")[2])


async def release_held(session: Session, *, channel_id: UUID, not_before: UUID) -> int:
    """What was held until later is due again. Returns how many."""
    done = await (await session.raw()).execute(
        """
        update attempts set is_held = false, due_at = now()
        where channel_id = $1 and id >= $2 and status = 0 and is_held and due_at <= now()
        """,
        channel_id,
        not_before,
    )
    return int(done.rpartition(" ")[2])


@dataclass(frozen=True, slots=True)
class UncertainAttempt:
    id: UUID
    conversation_id: UUID
    message_id: UUID
    send_class: SendClass
    is_copy: bool


async def find_uncertain(
    session: Session, *, channel_id: UUID, waited_s: float, limit: int = 500
) -> list[UncertainAttempt]:
    """Attempts nobody heard of for so long and about which nothing was decided. Uses `attempts_uncertain`."""
    rows = await (await session.raw()).fetch(
        """
        select id, conversation_id, message_id, send_class, is_copy from attempts
        where channel_id = $1 and status <= 1 and not is_held
          and uncertain_at <= now() - $2::float8 * interval '1 second'
        order by uncertain_at limit $3
        """,
        channel_id,
        waited_s,
        limit,
    )
    return [
        UncertainAttempt(
            id=row["id"],
            conversation_id=row["conversation_id"],
            message_id=row["message_id"],
            send_class=SendClass(row["send_class"]),
            is_copy=row["is_copy"],
        )
        for row in rows
    ]


_DECIDE = """
update attempts a set is_held = true
where a.workspace_id = $1 and a.id = any($2::uuid[]) and a.id >= $3 and a.status = 1 and a.uncertain_at is not null
  and not a.is_held
returning a.id
"""

_COPY = """
insert into attempts (workspace_id, id, channel_id, conversation_id, contact_id, message_id, seq, part, content,
                      send_class, due_at, is_copy)
select a.workspace_id, c.copy_id, a.channel_id, a.conversation_id, a.contact_id, a.message_id, a.seq, a.part, a.content,
       a.send_class, now(), true
from unnest($2::uuid[], $3::uuid[]) as c (id, copy_id)
join attempts a on a.workspace_id = $1 and a.id = c.id and a.id >= $4
"""


async def mark_decided(session: Session, workspace_id: UUID, attempt_ids: Sequence[UUID]) -> list[UUID]:
    """Nothing more happens to these uncertain attempts by itself. Returns those that still were undecided."""
    rows = await (await session.raw()).fetch(_DECIDE, workspace_id, attempt_ids, min(attempt_ids))
    return [row["id"] for row in rows]


async def insert_copies(session: Session, workspace_id: UUID, copies: Mapping[UUID, UUID]) -> None:
    """Attempt → the id of its copy: queued now, marked as a possible duplicate."""
    await (await session.raw()).execute(_COPY, workspace_id, list(copies), list(copies.values()), min(copies))


async def drop_needless_copies(session: Session, *, channel_id: UUID, not_before: UUID) -> list[TouchedAttempt]:
    """Copies that have not left, whose first attempt turned out to have arrived: they are not needed any more."""
    rows = await (await session.raw()).fetch(
        """
        delete from attempts a
        where a.channel_id = $1 and a.id >= $2 and a.status = 0 and a.is_copy and exists (
            select from attempts o where o.workspace_id = a.workspace_id and o.message_id = a.message_id
               and o.part = a.part and o.id <> a.id and o.id >= $2 and o.status in (2, 4, 5, 6))
        returning a.id, a.conversation_id, a.message_id, a.status
        """,
        channel_id,
        not_before,
    )
    return [_touched(row) for row in rows]


def _touched(row: asyncpg.Record) -> TouchedAttempt:
    return TouchedAttempt(row["id"], row["conversation_id"], row["message_id"], Status(row["status"]))


def _a_day_before(id: UUID) -> UUID:
    return first_uuid7_at(time_of_uuid7(id) - timedelta(days=1))
