"""Automation rules in their order, what they said before, what they did, and the times that they wait for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.acts import Act, Made
from threadline.core.automation import PER, Due, Moments, Occasion, Outcome, Rule, RunStep, Trigger, rule_key
from threadline.core.conversation import ConversationState
from threadline.core.errors import Conflict, NotFound
from threadline.core.filter import Group
from threadline.core.permission import Caller
from threadline.core.personal import PersonName
from threadline.store.clocks import RUNNING_CLOCK
from threadline.store.connection import Connection
from threadline.store.cursors import decode_cursor, encode_cursor, from_microseconds, to_microseconds
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

_decode_trigger = msgspec.json.Decoder(Trigger).decode
_decode_filter = msgspec.json.Decoder(Group).decode
_decode_acts = msgspec.json.Decoder(list[Act]).decode
_decode_steps = msgspec.json.Decoder(list[RunStep]).decode
_encode = msgspec.json.Encoder().encode

_WORDS: Final = "trigger::text as trigger, filter::text as filter, acts::text as acts"
_SELECT: Final = f"""
select id, name, {_WORDS}, is_on, version, on_since, paused from automation_rules where workspace_id = $1
"""


async def list_rules(session: Session) -> list[Rule]:
    """In their order. Their number is bounded (`MOST_RULES`)."""
    rows = await (await session.raw()).fetch(f"{_SELECT} order by position, id", session.workspace_id)
    return [_rule(row) for row in rows]


async def read_stamp(session: Session) -> tuple[int, datetime | None]:
    """Another one after every change of the workspace's rules. Nothing is there: (0, None)."""
    row = await (await session.raw()).fetchrow(
        "select count(*)::int as count, max(changed_at) as changed_at from automation_rules where workspace_id = $1",
        session.workspace_id,
    )
    return (row["count"], row["changed_at"]) if row is not None else (0, None)


async def get_rule(session: Session, rule_id: UUID, *, is_locked: bool = False) -> Rule:
    """Raises NotFound, also for those of other workspaces."""
    locked = " for no key update" if is_locked else ""
    row = await (await session.raw()).fetchrow(f"{_SELECT} and id = $2{locked}", session.workspace_id, rule_id)
    if row is None:
        raise NotFound("This rule does not exist any more.", reason="no_such_rule")
    return _rule(row)


async def save_rule(session: Session, rule: Rule) -> None:
    """New ones come last; one that is there keeps its place. Raises Conflict if another one has the name."""
    connection = await session.raw()
    taken = await connection.fetchval(
        "select true from automation_rules where workspace_id = $1 and name_key = $2 and id <> $3",
        session.workspace_id,
        rule_key(rule.name),
        rule.id,
    )
    if taken:
        raise Conflict("There is a rule of this name already.", reason="rule_exists")
    await connection.execute(
        "insert into automation_rules (workspace_id, id, name, name_key, trigger, filter, acts, is_on, version,"
        " on_since, paused, changed_at, position) values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8, $9, $10,"
        " $11, clock_timestamp(),"
        " (select coalesce(max(position) + 1, 0) from automation_rules where workspace_id = $1))"
        " on conflict (workspace_id, id) do update set name = excluded.name, name_key = excluded.name_key,"
        " trigger = excluded.trigger, filter = excluded.filter, acts = excluded.acts, is_on = excluded.is_on,"
        " version = excluded.version, on_since = excluded.on_since, paused = excluded.paused,"
        " changed_at = excluded.changed_at",
        session.workspace_id,
        rule.id,
        rule.name,
        rule_key(rule.name),
        _encode(rule.trigger).decode(),
        _encode(rule.filter).decode(),
        _encode(rule.acts).decode(),
        rule.is_on,
        rule.version,
        rule.on_since,
        rule.paused,
    )


async def order_rules(session: Session, rule_ids: Sequence[UUID]) -> None:
    """These first, in this order; what is not named comes behind them, as it stood."""
    await (await session.raw()).execute(
        "update automation_rules r set position = o.place, changed_at = clock_timestamp() from (select id,"
        " row_number() over (order by array_position($2::uuid[], id) nulls last, position, id) as place"
        " from automation_rules where workspace_id = $1) o where r.workspace_id = $1 and r.id = o.id",
        session.workspace_id,
        list(rule_ids),
    )


async def delete_rule(session: Session, rule_id: UUID) -> None:
    """With the times it waits for. What it did and said stays. Raises NotFound."""
    deleted = await (await session.raw()).fetchval(
        "delete from automation_rules where workspace_id = $1 and id = $2 returning true", session.workspace_id, rule_id
    )
    if not deleted:
        raise NotFound("This rule does not exist any more.", reason="no_such_rule")


async def pause_rule(session: Session, rule_id: UUID, *, reason: str) -> bool:
    """The desk stops it. False if it is stopped already, or gone."""
    return True is await (await session.raw()).fetchval(
        "update automation_rules set paused = $3, changed_at = clock_timestamp()"
        " where workspace_id = $1 and id = $2 and paused = '' returning true",
        session.workspace_id,
        rule_id,
        reason,
    )


def _rule(row: asyncpg.Record) -> Rule:
    return Rule(
        id=row["id"],
        name=row["name"],
        trigger=_decode_trigger(row["trigger"]),
        filter=_decode_filter(row["filter"]),
        acts=_decode_acts(row["acts"]),
        is_on=row["is_on"],
        version=row["version"],
        on_since=row["on_since"],
        paused=row["paused"],
    )


# Versions ------------------------------------------------------------------------------------------------------------


class RuleVersion(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule said from then on."""

    version: int
    name: str
    trigger: Trigger
    filter: Group
    acts: list[Act]
    at: datetime
    actor_id: UUID | None
    """The agent or token that changed it."""


async def keep_version(session: Session, rule: Rule, *, actor_id: UUID | None, now: datetime) -> None:
    await (await session.raw()).execute(
        "insert into automation_versions (workspace_id, rule_id, version, name, trigger, filter, acts, at, actor_id)"
        " values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8, $9)",
        session.workspace_id,
        rule.id,
        rule.version,
        rule.name,
        _encode(rule.trigger).decode(),
        _encode(rule.filter).decode(),
        _encode(rule.acts).decode(),
        now,
        actor_id,
    )


async def list_versions(session: Session, rule_id: UUID, *, limit: int) -> list[RuleVersion]:
    """The newest first."""
    rows = await (await session.raw()).fetch(
        f"select version, name, {_WORDS}, at, actor_id from automation_versions"
        " where workspace_id = $1 and rule_id = $2 order by version desc limit $3",
        session.workspace_id,
        rule_id,
        limit,
    )
    return [_version(row) for row in rows]


async def get_version(session: Session, rule_id: UUID, version: int) -> RuleVersion:
    """Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        f"select version, name, {_WORDS}, at, actor_id from automation_versions"
        " where workspace_id = $1 and rule_id = $2 and version = $3",
        session.workspace_id,
        rule_id,
        version,
    )
    if row is None:
        raise NotFound("This version does not exist.", reason="no_such_rule_version")
    return _version(row)


def _version(row: asyncpg.Record) -> RuleVersion:
    return RuleVersion(
        version=row["version"],
        name=row["name"],
        trigger=_decode_trigger(row["trigger"]),
        filter=_decode_filter(row["filter"]),
        acts=_decode_acts(row["acts"]),
        at=row["at"],
        actor_id=row["actor_id"],
    )


# Runs ----------------------------------------------------------------------------------------------------------------


class RuleRun(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a rule in one conversation, with what became of it and why."""

    id: UUID
    rule_id: UUID
    rule: str
    """Its name as it was then."""
    version: int
    conversation_id: UUID
    customer: PersonName
    occasion: Occasion
    at: datetime
    outcome: Outcome
    acts: list[Act]
    """What it said then; a step names one by its place."""
    steps: list[RunStep]
    reply: str
    """Of an answer that waited its seconds: `waiting`, `sent` or `left_out`; empty: there was none."""
    reply_reason: str
    """Why it was left out."""


@dataclass(frozen=True, slots=True)
class NewRun:
    id: UUID
    rule: Rule
    conversation_id: UUID
    occasion: str
    outcome: Outcome
    steps: Sequence[RunStep]
    made: Made


async def find_runs(session: Session, run_ids: Collection[UUID]) -> set[UUID]:
    """Those of these that were made already."""
    if not run_ids:
        return set()
    rows = await (await session.raw()).fetch(
        "select id from automation_runs where workspace_id = $1 and id = any($2::uuid[])",
        session.workspace_id,
        list(run_ids),
    )
    return {row["id"] for row in rows}


async def insert_run(session: Session, run: NewRun, *, now: datetime) -> None:
    """Its key refuses a second one."""
    await (await session.raw()).execute(
        "insert into automation_runs (workspace_id, id, rule_id, version, conversation_id, occasion, at, outcome,"
        " steps, made) values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb)",
        session.workspace_id,
        run.id,
        run.rule.id,
        run.rule.version,
        run.conversation_id,
        run.occasion,
        now,
        run.outcome,
        _encode(run.steps).decode(),
        _encode(run.made).decode(),
    )


async def count_runs_lately(session: Session, *, rule_id: UUID, conversation_id: UUID, now: datetime) -> int:
    """Runs that did something, and those stopped for their number. Uses `automation_runs_by_conversation`."""
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from automation_runs where workspace_id = $1 and conversation_id = $2 and rule_id = $3"
        " and at > $4::timestamptz and outcome in ('done', 'refused')",
        session.workspace_id,
        conversation_id,
        rule_id,
        now - PER,
    )
    return count or 0


async def was_stopped_lately(session: Session, *, rule_id: UUID, conversation_id: UUID, now: datetime) -> bool:
    """Whether the log says already that it ran too often here."""
    return True is await (await session.raw()).fetchval(
        "select true from automation_runs where workspace_id = $1 and conversation_id = $2 and rule_id = $3"
        " and at > $4::timestamptz and outcome = 'too_often' limit 1",
        session.workspace_id,
        conversation_id,
        rule_id,
        now - PER,
    )


async def list_runs(
    session: Session,
    caller: Caller,
    *,
    rule_id: UUID | None = None,
    conversation_id: UUID | None = None,
    after: str | None = None,
    limit: int,
) -> tuple[list[RuleRun], str | None]:
    """The newest first, of conversations that the caller sees, and the cursor of those before them.

    Raises Invalid for a cursor that is none.
    Uses `automation_runs_by_rule` or `automation_runs_by_conversation`.
    """
    arguments = Arguments(session.workspace_id)
    conditions = ["r.workspace_id = $1", visible(caller.visibility, "c", arguments)]
    if rule_id is not None:
        conditions.append(f"r.rule_id = {arguments.add(rule_id)}")
    if conversation_id is not None:
        conditions.append(f"r.conversation_id = {arguments.add(conversation_id)}")
    if after is not None:
        at, id = decode_cursor(after, int, str)
        moment = arguments.add(from_microseconds(int(at)))
        conditions.append(f"(r.at, r.id) < ({moment}::timestamptz, {arguments.add(str(id))}::text::uuid)")
    rows = await (await session.raw()).fetch(
        "select r.id, r.rule_id, r.version, r.conversation_id, r.occasion, r.at, r.outcome, r.steps::text as steps,"
        " v.acts::text as acts,"
        f" v.name as rule, {called('p')} as customer, s.state as reply, s.reason as reply_reason"
        " from automation_runs r"
        " join conversations c on c.workspace_id = r.workspace_id and c.id = r.conversation_id"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
        " join automation_versions v on v.workspace_id = r.workspace_id and v.rule_id = r.rule_id"
        " and v.version = r.version"
        " left join automatic_sends s on s.workspace_id = r.workspace_id and s.run_id = r.id"
        f" where {' and '.join(conditions)} order by r.at desc, r.id desc limit {limit + 1}",
        *arguments.values,
    )
    page = [_run(row) for row in rows[:limit]]
    has_more = len(rows) > limit
    return page, encode_cursor(to_microseconds(page[-1].at), str(page[-1].id)) if has_more else None


def _run(row: asyncpg.Record) -> RuleRun:
    return RuleRun(
        id=row["id"],
        rule_id=row["rule_id"],
        rule=row["rule"],
        version=row["version"],
        conversation_id=row["conversation_id"],
        customer=person_name(row["customer"] or ""),
        occasion=Occasion(row["occasion"]),
        at=row["at"],
        outcome=row["outcome"],
        acts=_decode_acts(row["acts"]),
        steps=_decode_steps(row["steps"]),
        reply=row["reply"] or "",
        reply_reason=(row["reply_reason"] or "") if row["reply"] == "left_out" else "",
    )


class RuleFigures(msgspec.Struct, frozen=True, kw_only=True):
    done: int
    refused: int
    last_at: datetime | None


async def count_week(session: Session, *, since: datetime) -> dict[UUID, RuleFigures]:
    """Rule → what it did since then. Uses `automation_runs_by_rule`."""
    rows = await (await session.raw()).fetch(
        "select rule_id, count(*) filter (where outcome = 'done')::int as done,"
        " count(*) filter (where outcome not in ('done', 'nothing'))::int as refused, max(at) as last_at"
        " from automation_runs where workspace_id = $1 and at > $2 group by rule_id",
        session.workspace_id,
        since,
    )
    return {
        row["rule_id"]: RuleFigures(done=row["done"], refused=row["refused"], last_at=row["last_at"]) for row in rows
    }


# What events were of -------------------------------------------------------------------------------------------------


async def read_lines(session: Session, message_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What the line of a change tells; of a call that nobody took, `missed_call`. Others are absent."""
    rows = await (await session.raw()).fetch(
        "select id, case when direction = 'line' then content ->> 'what' else 'missed_call' end as what from messages"
        " where workspace_id = $1 and id = any($2::uuid[]) and (direction = 'line'"
        " or kind = 'call' and direction = 'incoming' and content ->> 'outcome' = 'missed')",
        session.workspace_id,
        list(message_ids),
    )
    return {row["id"]: row["what"] for row in rows}


async def find_last_heard(session: Session, conversation_id: UUID) -> UUID | None:
    """The customer's last message. None: they have not written. Uses `messages_by_sort`."""
    return await (await session.raw()).fetchval(
        "select id from messages where workspace_id = $1 and conversation_id = $2 and direction = 'incoming'"
        " order by sort_at desc, seq desc limit 1",
        session.workspace_id,
        conversation_id,
    )


# Times ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timed:
    """A conversation as far as times of rules go."""

    id: UUID
    channel_id: UUID
    team_id: UUID | None
    moments: Moments


_MOMENTS: Final = f"""
select c.id, c.channel_id, c.team_id, c.state, {RUNNING_CLOCK}, c.window_closes_at,
       case when last.direction = 'outgoing' then last.sort_at end as silent_since
from conversations c
left join lateral (
    select m.direction, m.sort_at from messages m
    where m.workspace_id = c.workspace_id and m.conversation_id = c.id
      and (m.direction = 'incoming' or m.direction = 'outgoing' and m.automatic is null and m.status is distinct from 3
           and m.deleted_at is null)
    order by m.sort_at desc, m.seq desc limit 1) last on true
where c.workspace_id = $1 and c.id = any($2::uuid[])
"""


async def read_moments(session: Session, conversation_ids: Sequence[UUID]) -> dict[UUID, Timed]:
    """By the primary key; the last word by `messages_by_sort`. Nothing is locked."""
    rows = await (await session.raw()).fetch(_MOMENTS, session.workspace_id, list(conversation_ids))
    return {
        row["id"]: Timed(
            id=row["id"],
            channel_id=row["channel_id"],
            team_id=row["team_id"],
            moments=Moments(
                state=ConversationState(row["state"]),
                waiting_since=row["waiting_since"],
                silent_since=row["silent_since"],
                window_closes_at=row["window_closes_at"],
            ),
        )
        for row in rows
    }


async def keep_timers(
    session: Session, conversation_ids: Sequence[UUID], wanted: Mapping[tuple[UUID, UUID], Due]
) -> None:
    """(rule, conversation) → when it is due; of these conversations every other time is given up.

    One that was acted upon stays so while its wait is the same, also where it is not wanted at present.
    """
    connection = await session.raw()
    keys = sorted(wanted)
    await connection.execute(
        "delete from automation_timers t where t.workspace_id = $1 and t.conversation_id = any($2::uuid[])"
        " and t.due_at is not null and not exists (select from unnest($3::uuid[], $4::uuid[]) as k (rule_id, id)"
        " where k.rule_id = t.rule_id and k.id = t.conversation_id)",
        session.workspace_id,
        list(conversation_ids),
        [rule_id for rule_id, _ in keys],
        [id for _, id in keys],
    )
    if not keys:
        return
    await connection.execute(
        "insert into automation_timers as t (workspace_id, rule_id, conversation_id, began_at, due_at)"
        " select $1, k.rule_id, k.id, k.began_at, k.due_at"
        " from unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])"
        " as k (rule_id, id, began_at, due_at)"
        " join automation_rules r on r.workspace_id = $1 and r.id = k.rule_id"
        " on conflict (workspace_id, rule_id, conversation_id) do update set began_at = excluded.began_at,"
        " due_at = excluded.due_at where t.began_at <> excluded.began_at or t.due_at is not null",
        session.workspace_id,
        [rule_id for rule_id, _ in keys],
        [id for _, id in keys],
        [wanted[key].began_at for key in keys],
        [wanted[key].due_at for key in keys],
    )


@dataclass(frozen=True, slots=True)
class DueTimer:
    rule_id: UUID
    conversation_id: UUID
    began_at: datetime


async def find_workspaces_with_due(connection: Connection, *, limit: int) -> list[UUID]:
    """Where one is due, by the database's clock. Uses `automation_timers_due`."""
    rows = await connection.fetch(
        "select workspace_id from automation_timers where due_at <= now() group by workspace_id"
        " order by min(due_at) limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


async def claim_due(session: Session, *, limit: int) -> list[DueTimer]:
    """Those due longest first, with their conversations under lock. One that somebody holds is due again."""
    rows = await (await session.raw()).fetch(
        "select t.rule_id, t.conversation_id, t.began_at from automation_timers t"
        " join conversations c on c.workspace_id = t.workspace_id and c.id = t.conversation_id"
        " where t.workspace_id = $1 and t.due_at <= now() order by t.due_at, t.conversation_id, t.rule_id limit $2"
        " for no key update of c, t skip locked",
        session.workspace_id,
        limit,
    )
    return [DueTimer(**row) for row in rows]


async def settle_timer(session: Session, timer: DueTimer) -> None:
    """It was acted upon: not again, until another wait begins."""
    await (await session.raw()).execute(
        "update automation_timers set due_at = null where workspace_id = $1 and rule_id = $2 and conversation_id = $3",
        session.workspace_id,
        timer.rule_id,
        timer.conversation_id,
    )


async def drop_timer(session: Session, timer: DueTimer) -> None:
    """What it waited for is over."""
    await (await session.raw()).execute(
        "delete from automation_timers where workspace_id = $1 and rule_id = $2 and conversation_id = $3",
        session.workspace_id,
        timer.rule_id,
        timer.conversation_id,
    )


async def ask_for_recount(session: Session) -> None:
    """Every time of the workspace is counted again, from the first conversation: also if a recount is under way."""
    await (await session.raw()).execute(
        "insert into automation_recounts (workspace_id) values ($1)"
        " on conflict (workspace_id) do update set after_id = excluded.after_id",
        session.workspace_id,
    )


async def find_workspaces_to_recount(connection: Connection, *, limit: int) -> list[UUID]:
    rows = await connection.fetch("select workspace_id from automation_recounts order by workspace_id limit $1", limit)
    return [row["workspace_id"] for row in rows]


async def next_to_recount(session: Session, *, limit: int) -> list[UUID]:
    """Conversations in work behind those that were counted; the place is kept. None left: it is over."""
    connection = await session.raw()
    after_id = await connection.fetchval(
        "select after_id from automation_recounts where workspace_id = $1 for update skip locked", session.workspace_id
    )
    if after_id is None:
        return []
    rows = await connection.fetch(
        "select id from conversations where workspace_id = $1 and state <> 'resolved' and id > $2 order by id limit $3",
        session.workspace_id,
        after_id,
        limit,
    )
    ids: list[UUID] = [row["id"] for row in rows]
    if len(ids) < limit:
        await connection.execute("delete from automation_recounts where workspace_id = $1", session.workspace_id)
    else:
        await connection.execute(
            "update automation_recounts set after_id = $2 where workspace_id = $1", session.workspace_id, ids[-1]
        )
    return ids
