"""What happened within a span, for rules that are tried on it: events, words, and whose conversations they were of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from threadline.core.automation import HEARD_KINDS
from threadline.core.events import Event, EventKind
from threadline.core.ids import first_uuid7_at
from threadline.core.permission import Caller
from threadline.core.personal import PersonName
from threadline.core.rule_trial import Past, Word
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments, visible

_decode_data = msgspec.json.Decoder(dict[str, str | int | bool | None]).decode
_decode_line = msgspec.json.Decoder(dict[str, str]).decode

_PAST: Final = """
select e.id, e.kind, e.conversation_id, e.message_id, e.actor_id, e.at, e.data::text as data,
       case when m.direction = 'line' then m.content ->> 'what'
            when m.kind = 'call' and m.content ->> 'outcome' = 'missed' then 'missed_call' end as line,
       case when m.direction = 'line' then (m.content -> 'data')::text end as line_data
from events e
join conversations c on c.workspace_id = e.workspace_id and c.id = e.conversation_id
left join messages m on m.workspace_id = e.workspace_id and m.id = e.message_id
                    and e.kind in ('conversation_changed', 'message_received')
where e.workspace_id = $1 and e.id >= $2 and e.at >= $3 and e.kind = any($4::text[])
"""


async def read_past(session: Session, caller: Caller, *, since: datetime, limit: int) -> list[Past]:
    """The newest events that rules may wait for, of conversations that the caller sees; in their order."""
    assert session.workspace_id is not None
    arguments = Arguments(session.workspace_id, first_uuid7_at(since), since, [one.value for one in HEARD_KINDS])
    rows = await (await session.raw()).fetch(
        f"{_PAST} and {visible(caller.visibility, 'c', arguments)} order by e.seq desc limit {limit}",
        *arguments.values,
    )
    return [
        Past(
            event=Event(
                id=row["id"],
                workspace_id=session.workspace_id,
                kind=EventKind(row["kind"]),
                at=row["at"],
                conversation_id=row["conversation_id"],
                message_id=row["message_id"],
                actor_id=row["actor_id"],
                data=_decode_data(row["data"]),
            ),
            line=row["line"] or "",
            data=_decode_line(row["line_data"]) if row["line_data"] else {},
        )
        for row in reversed(rows)
    ]


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation that somebody was active in."""

    id: UUID
    channel_id: UUID
    channel_type: str
    team_id: UUID | None
    customer: PersonName


async def read_seen(
    session: Session, caller: Caller, *, ids: Sequence[UUID] | None, since: datetime, limit: int
) -> list[Seen]:
    """These, or with `ids` None those active since then, the latest first; as far as the caller sees them."""
    arguments = Arguments(session.workspace_id)
    which = "c.last_activity_at >= {}" if ids is None else "c.id = any({}::uuid[])"
    condition = which.format(arguments.add(since if ids is None else list(ids)))
    rows = await (await session.raw()).fetch(
        f"select c.id, c.channel_id, ch.type as channel_type, c.team_id, {called('p')} as customer from conversations c"
        " join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id"
        " join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id"
        f" where c.workspace_id = $1 and {condition} and {visible(caller.visibility, 'c', arguments)}"
        f" order by c.last_activity_at desc limit {limit}",
        *arguments.values,
    )
    return [
        Seen(
            id=row["id"],
            channel_id=row["channel_id"],
            channel_type=row["channel_type"],
            team_id=row["team_id"],
            customer=person_name(row["customer"] or ""),
        )
        for row in rows
    ]


async def read_words(session: Session, ids: Sequence[UUID], *, since: datetime) -> dict[UUID, list[Word]]:
    """Conversation → what was said in it since then, without what the desk said by itself. Uses `messages_by_sort`."""
    rows = await (await session.raw()).fetch(
        "select conversation_id, sort_at, direction = 'outgoing' as is_ours from messages"
        " where workspace_id = $1 and conversation_id = any($2::uuid[]) and sort_at >= $3 and deleted_at is null"
        " and (direction = 'incoming' or direction = 'outgoing' and automatic is null and status is distinct from 3)"
        " order by conversation_id, sort_at, seq",
        session.workspace_id,
        list(ids),
        since,
    )
    found: dict[UUID, list[Word]] = {}
    for row in rows:
        found.setdefault(row["conversation_id"], []).append(Word(row["sort_at"], row["is_ours"]))
    return found
