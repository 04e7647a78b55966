"""Automatic replies: what is said where, those that wait for their seconds, and what was so of their customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.automatic_reply import FLOOD_WITHIN, AutomaticReply, Heard, Place, ReplyKind, Why
from threadline.core.ids import first_uuid7_at, time_of_uuid7
from threadline.core.saved_reply import Wording
from threadline.core.thanks import is_thanks
from threadline.store.connection import Connection
from threadline.store.session import Session


class KeptReply(AutomaticReply, frozen=True, kw_only=True):
    """One that a workspace has, with its place: neither channel nor team is everywhere."""

    id: UUID
    kind: ReplyKind
    channel_id: UUID | None
    team_id: UUID | None

    @property
    def place(self) -> Place:
        return Place(self.channel_id, self.team_id)


_wordings = msgspec.json.Decoder(tuple[Wording, ...]).decode
_SELECT = """
select r.id, r.kind, r.channel_id, r.team_id, r.is_on, r.wordings::text as wordings, r.expected_min
from automatic_replies r
left join channels ch on ch.workspace_id = r.workspace_id and ch.id = r.channel_id
left join teams t on t.workspace_id = r.workspace_id and t.id = r.team_id
where r.workspace_id = $1 and ch.state is distinct from 'disconnected' and t.deleted_at is null
"""


async def list_automatic_replies(session: Session) -> list[KeptReply]:
    """All of them, the workspace's own first; without those of deleted teams and disconnected channels."""
    rows = await (await session.raw()).fetch(
        f"{_SELECT} order by r.channel_id is not null, r.team_id is not null, r.created_at, r.id", session.workspace_id
    )
    return [_kept(row) for row in rows]


async def find_automatic_reply(session: Session, kind: ReplyKind, place: Place) -> KeptReply | None:
    """Locked, for it is about to change."""
    row = await (await session.raw()).fetchrow(
        f"{_SELECT} and r.kind = $2 and r.channel_id is not distinct from $3 and r.team_id is not distinct from $4"
        " for no key update of r",
        session.workspace_id,
        kind.value,
        place.channel_id,
        place.team_id,
    )
    return None if row is None else _kept(row)


async def save_automatic_reply(session: Session, reply: KeptReply) -> None:
    """In the place of what there is at its place, whose id stays."""
    await (await session.raw()).execute(
        "insert into automatic_replies (workspace_id, id, kind, channel_id, team_id, is_on, wordings, expected_min)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8)"
        " on conflict (workspace_id, kind, channel_id, team_id) do update set is_on = excluded.is_on,"
        " wordings = excluded.wordings, expected_min = excluded.expected_min",
        session.workspace_id,
        reply.id,
        reply.kind.value,
        reply.channel_id,
        reply.team_id,
        reply.is_on,
        msgspec.json.encode(reply.wordings).decode(),
        reply.expected_min,
    )


async def delete_automatic_reply(session: Session, reply_id: UUID) -> None:
    await (await session.raw()).execute(
        "delete from automatic_replies where workspace_id = $1 and id = $2", session.workspace_id, reply_id
    )


def _kept(row: asyncpg.Record) -> KeptReply:
    return KeptReply(
        id=row["id"],
        kind=ReplyKind(row["kind"]),
        channel_id=row["channel_id"],
        team_id=row["team_id"],
        is_on=row["is_on"],
        wordings=_wordings(row["wordings"]),
        expected_min=row["expected_min"],
    )


# Those that wait


async def start_waiting(session: Session, *, starts: Sequence[tuple[UUID, UUID, UUID]], due_at: datetime) -> None:
    """(id, conversation, cause) each; where one waits already, that one speaks for both."""
    await (await session.raw()).execute(
        "insert into automatic_sends (workspace_id, id, conversation_id, cause_id, due_at)"
        " select $1, *, $5 from unnest($2::uuid[], $3::uuid[], $4::uuid[])"
        " on conflict (workspace_id, conversation_id) where state = 'waiting' do nothing",
        session.workspace_id,
        [id for id, _, _ in starts],
        [conversation_id for _, conversation_id, _ in starts],
        [cause_id for _, _, cause_id in starts],
        due_at,
    )


@dataclass(frozen=True, slots=True)
class RuleReply:
    """An answer of a rule: the act at this place of this version, as a part of this run."""

    rule_id: UUID
    version: int
    place: int
    run_id: UUID


async def wait_for_rule(
    session: Session, *, id: UUID, conversation_id: UUID, cause_id: UUID, reply: RuleReply, due_at: datetime
) -> bool:
    """In the place of a greeting that waits. False where another rule's answer waits already."""
    return True is await (await session.raw()).fetchval(
        "insert into automatic_sends as s (workspace_id, id, conversation_id, cause_id, due_at, rule_id, rule_version,"
        " rule_place, run_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " on conflict (workspace_id, conversation_id) where state = 'waiting' do update set"
        " rule_id = excluded.rule_id, rule_version = excluded.rule_version, rule_place = excluded.rule_place,"
        " run_id = excluded.run_id where s.rule_id is null returning true",
        session.workspace_id,
        id,
        conversation_id,
        cause_id,
        due_at,
        reply.rule_id,
        reply.version,
        reply.place,
        reply.run_id,
    )


@dataclass(frozen=True, slots=True)
class Told:
    is_muted: bool
    sent_lately: int
    """What was said by itself to this contact within the last hour, on all channels."""


async def read_told(session: Session, conversation_id: UUID, *, now: datetime) -> Told:
    """Of the conversation's contact. Uses `conversations_by_contact` and `automatic_sends_sent`."""
    row = await (await session.raw()).fetchrow(
        "select p.muted_at is not null as is_muted, (select count(*)::int from automatic_sends s"
        " join conversations x on x.workspace_id = s.workspace_id and x.id = s.conversation_id"
        " where x.workspace_id = $1 and x.contact_id = c.contact_id and s.state = 'sent'"
        " and s.decided_at > $3::timestamptz - interval '1 hour') as sent_lately from conversations c"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
        " where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        conversation_id,
        now,
    )
    return Told(is_muted=False, sent_lately=0) if row is None else Told(**row)


async def note_said(
    session: Session, *, id: UUID, conversation_id: UUID, message_id: UUID, reason: str, now: datetime
) -> None:
    """Said by itself without having waited: it counts as what waited does."""
    await (await session.raw()).execute(
        "insert into automatic_sends (workspace_id, id, conversation_id, cause_id, due_at, state, reason, message_id,"
        " decided_at) values ($1, $2, $3, $4, $5, 'sent', $6, $4, $5)",
        session.workspace_id,
        id,
        conversation_id,
        message_id,
        now,
        reason,
    )


async def was_answered(session: Session, cause_id: UUID) -> bool:
    """Whether something was said by itself to this message."""
    return True is await (await session.raw()).fetchval(
        "select true from messages m join automatic_sends s on s.workspace_id = m.workspace_id"
        " and s.conversation_id = m.conversation_id and s.state = 'sent' and s.cause_id = m.id"
        " where m.workspace_id = $1 and m.id = $2 limit 1",
        session.workspace_id,
        cause_id,
    )


async def find_workspaces_with_due(connection: Connection, *, limit: int) -> list[UUID]:
    """Where one is due, by the database's clock. Uses `automatic_sends_due`."""
    rows = await connection.fetch(
        "select workspace_id from automatic_sends where state = 'waiting' and due_at <= now() group by workspace_id"
        " order by min(due_at) limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class DueSend:
    id: UUID
    conversation_id: UUID
    cause_id: UUID
    reply: RuleReply | None
    """None: a greeting or an away message."""


async def claim_due(session: Session, *, limit: int) -> list[DueSend]:
    """Those due longest first, with their conversations under lock. One that somebody holds is due again."""
    rows = await (await session.raw()).fetch(
        "select s.id, s.conversation_id, s.cause_id, s.rule_id, s.rule_version, s.rule_place, s.run_id"
        " from automatic_sends s"
        " join conversations c on c.workspace_id = s.workspace_id and c.id = s.conversation_id"
        " where s.workspace_id = $1 and s.state = 'waiting' and s.due_at <= now()"
        " order by s.due_at, s.id limit $2 for no key update of c, s skip locked",
        session.workspace_id,
        limit,
    )
    return [DueSend(row["id"], row["conversation_id"], row["cause_id"], _reply_of(row)) for row in rows]


def _reply_of(row: asyncpg.Record) -> RuleReply | None:
    if row["rule_id"] is None:
        return None
    return RuleReply(row["rule_id"], row["rule_version"], row["rule_place"], row["run_id"])


async def settle_send(session: Session, send_id: UUID, *, message_id: UUID | None, reason: str, now: datetime) -> None:
    """It was sent as this message, or left out; either way with its reason."""
    await (await session.raw()).execute(
        "update automatic_sends set state = case when $3::uuid is null then 'left_out' else 'sent' end,"
        " message_id = $3, reason = $4, decided_at = $5 where workspace_id = $1 and id = $2",
        session.workspace_id,
        send_id,
        message_id,
        reason,
        now,
    )


# What was so


@dataclass(frozen=True, slots=True)
class HeardIn:
    """A message of a customer, and whose words answer it."""

    conversation_id: UUID
    channel_id: UUID
    team_id: UUID | None
    heard: Heard


_HEARD = """
select m.id, m.sort_at, m.is_quiet, case when m.kind = 'text' then m.content ->> 'text' end as text,
       c.id as conversation_id, c.channel_id, c.team_id, c.state = 'pending' as is_flow,
       p.muted_at is not null as is_muted, p.blocked_at is not null or r.blocked_at is not null as is_blocked,
       p.opted_out_at is not null or coalesce(not k.is_given, false) as is_opted_out,
       (select o.sort_at from messages o where o.workspace_id = $1 and o.conversation_id = c.id
           and o.id >= first_uuid_at(c.created_at - interval '1 day') and o.seq < m.seq
           and o.direction in ('incoming', 'outgoing') order by o.sort_at desc, o.seq desc limit 1) as before_at,
       (select o.sort_at from messages o where o.workspace_id = $1 and o.conversation_id = c.id
           and o.id >= first_uuid_at($3::timestamptz - interval '8 days') and o.direction = 'outgoing'
           and o.author_kind in ('agent', 'phone_app') order by o.sort_at desc, o.seq desc limit 1) as person_wrote_at,
       exists (select from messages o where o.workspace_id = $1 and o.conversation_id = c.id and o.id > $4
           and o.seq > m.seq and (o.direction = 'outgoing' and o.automatic is null
               or o.direction in ('note', 'line') and o.author_kind in ('agent', 'phone_app'))) as has_person_acted,
       (select max(s.decided_at) from automatic_sends s where s.workspace_id = $1 and s.conversation_id = c.id
           and s.state = 'sent' and s.reason = $5) as away_at,
       (select count(*) from automatic_sends s
           join conversations x on x.workspace_id = s.workspace_id and x.id = s.conversation_id
           where x.workspace_id = $1 and x.contact_id = c.contact_id
             and s.state = 'sent' and s.decided_at > $3::timestamptz - interval '1 hour') as sent_lately,
       (select count(*) from conversations x
           join messages o on o.workspace_id = x.workspace_id and o.conversation_id = x.id
           where x.workspace_id = $1 and x.contact_id = c.contact_id
             and x.last_activity_at > $3::timestamptz - $6::interval and o.id > $4
             and o.direction = 'incoming' and o.sort_at > $3::timestamptz - $6::interval) as received_lately
from messages m
join conversations c on c.workspace_id = m.workspace_id and c.id = m.conversation_id
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
left join reaches r on r.workspace_id = c.workspace_id and r.channel_id = c.channel_id and r.contact_id = c.contact_id
left join consents k on k.workspace_id = c.workspace_id and k.contact_id = c.contact_id
                    and k.channel_id = c.channel_id and k.category = 'marketing'
where m.workspace_id = $1 and m.id = any($2::uuid[])
"""


async def load_heard(session: Session, message_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, HeardIn]:
    """By message. What was deleted meanwhile is absent. Uses `messages_by_sort`, `conversations_by_contact` and the
    indexes of `automatic_sends`."""
    rows = await (await session.raw()).fetch(
        _HEARD,
        session.workspace_id,
        list(message_ids),
        now,
        _a_day_before(message_ids),
        Why.OUTSIDE_HOURS.value,
        FLOOD_WITHIN,
    )
    return {row["id"]: _heard(row) for row in rows}


def _heard(row: asyncpg.Record) -> HeardIn:
    return HeardIn(
        conversation_id=row["conversation_id"],
        channel_id=row["channel_id"],
        team_id=row["team_id"],
        heard=Heard(
            at=row["sort_at"],
            before_at=row["before_at"],
            is_quiet=row["is_quiet"],
            is_thanks=is_thanks(row["text"] or ""),
            is_flow=row["is_flow"],
            is_blocked=row["is_blocked"],
            is_muted=row["is_muted"],
            is_opted_out=row["is_opted_out"],
            person_wrote_at=row["person_wrote_at"],
            has_person_acted=row["has_person_acted"],
            away_at=row["away_at"],
            sent_lately=row["sent_lately"],
            received_lately=row["received_lately"],
        ),
    )


def _a_day_before(message_ids: Sequence[UUID]) -> UUID:
    return first_uuid7_at(time_of_uuid7(min(message_ids)) - timedelta(days=1))
