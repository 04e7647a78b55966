"""Which variants of saved replies went to whom.

A row stands beside a message and names its conversation, not its contact: whoever a conversation belongs to, after
a merge and after it is taken back, has seen what was said in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.core.content import ReplyUse
from threadline.store.session import Session


async def insert_sendings(
    session: Session,
    *,
    message_id: UUID,
    conversation_id: UUID,
    agent_id: UUID | None,
    uses: Sequence[ReplyUse],
    now: datetime,
) -> None:
    """Of replies that this agent (None: a program) may use. One that was deleted since is left out: nobody can be
    given it again."""
    await (await session.raw()).execute(
        "insert into saved_reply_sendings (workspace_id, message_id, reply_id, variant, conversation_id, sent_at)"
        " select $1, $2, r.id, u.variant, $3, $4 from unnest($5::uuid[], $6::text[]) as u (reply_id, variant)"
        " join saved_replies r on r.workspace_id = $1 and r.id = u.reply_id"
        " where (r.agent_id is null or r.agent_id = $7) and (r.team_id is null or $7::uuid is null or exists ("
        "  select from team_members m where m.workspace_id = $1 and m.team_id = r.team_id and m.agent_id = $7))"
        " on conflict do nothing",
        session.workspace_id,
        message_id,
        conversation_id,
        now,
        [use.reply_id for use in uses],
        [use.variant for use in uses],
        agent_id,
    )


async def delete_sendings(session: Session, message_id: UUID) -> None:
    """It never reached anybody."""
    await (await session.raw()).execute(
        "delete from saved_reply_sendings where workspace_id = $1 and message_id = $2",
        session.workspace_id,
        message_id,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What a contact got of saved replies."""

    contact_id: UUID
    replies: Mapping[UUID, Mapping[str, datetime]]
    """Reply → key of a variant → when they last got it."""


async def read_seen(session: Session, *, conversation_id: UUID, reply_id: UUID | None = None) -> Seen:
    """Of the contact of this conversation, wherever we write to them. `reply_id`: of this one only.

    Uses `conversations_by_contact` and `saved_reply_sendings_by_conversation`.
    """
    connection = await session.raw()
    contact_id: UUID | None = await connection.fetchval(
        "select contact_id from conversations where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
    )
    assert contact_id is not None  # the caller has seen the conversation
    rows = await connection.fetch(
        "select s.reply_id, s.variant, max(s.sent_at) as sent_at from conversations c"
        " join saved_reply_sendings s on s.workspace_id = c.workspace_id and s.conversation_id = c.id"
        " where c.workspace_id = $1 and c.contact_id = $2 and ($3::uuid is null or s.reply_id = $3)"
        " group by s.reply_id, s.variant",
        session.workspace_id,
        contact_id,
        reply_id,
    )
    replies: dict[UUID, dict[str, datetime]] = {}
    for row in rows:
        replies.setdefault(row["reply_id"], {})[row["variant"]] = row["sent_at"]
    return Seen(contact_id, replies)
