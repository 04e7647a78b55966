"""Acts: typing, read marks and reactions of ours. Due within their seconds, taken once, never tried again."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from threadline.store.attempts import KnownAddress
from threadline.store.session import Session


class ActKind(StrEnum):
    TYPING = "typing"
    READ = "read"
    REACTION = "reaction"
    BLOCK = "block"
    UNBLOCK = "unblock"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAct:
    id: UUID
    channel_id: UUID
    conversation_id: UUID
    kind: ActKind
    target_message_id: UUID
    target_provider_id: str
    emoji: str = ""
    actor_id: UUID | None = None
    lasts: timedelta


async def insert_act(session: Session, workspace_id: UUID, act: NewAct) -> None:
    await (await session.raw()).execute(
        """
        insert into acts (workspace_id, id, channel_id, conversation_id, kind, target_message_id, target_provider_id,
                          emoji, actor_id, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now() + $10::interval)
        """,
        workspace_id,
        act.id,
        act.channel_id,
        act.conversation_id,
        act.kind.value,
        act.target_message_id,
        act.target_provider_id,
        act.emoji,
        act.actor_id,
        act.lasts,
    )


async def has_open_act(
    session: Session, workspace_id: UUID, *, channel_id: UUID, conversation_id: UUID, kind: ActKind
) -> bool:
    """True if the same is on its way already. Uses `acts_open`."""
    return True is await (await session.raw()).fetchval(
        """
        select exists (select from acts where channel_id = $2 and done_at is null and expires_at > now()
                       and workspace_id = $1 and conversation_id = $3 and kind = $4)
        """,
        workspace_id,
        channel_id,
        conversation_id,
        kind.value,
    )


@dataclass(frozen=True, slots=True)
class LastIncoming:
    message_id: UUID
    provider_id: str


async def find_last_incoming(session: Session, workspace_id: UUID, conversation_id: UUID) -> LastIncoming | None:
    """The customer's newest message that the provider knows: what read marks refer to. Uses `messages_by_sort`."""
    row = await (await session.raw()).fetchrow(
        """
        select id, provider_id from messages
        where workspace_id = $1 and conversation_id = $2 and direction = 'incoming' and provider_id is not null
        order by sort_at desc, seq desc limit 1
        """,
        workspace_id,
        conversation_id,
    )
    return LastIncoming(row["id"], row["provider_id"]) if row else None


@dataclass(frozen=True, slots=True)
class TakenAct:
    id: UUID
    conversation_id: UUID
    kind: ActKind
    target_message_id: UUID
    target_provider_id: str
    emoji: str
    actor_id: UUID | None
    to: tuple[KnownAddress, ...]


_TAKE = """
with due as (
    select a.workspace_id, a.id from acts a
    where a.channel_id = $1 and a.done_at is null and a.expires_at > now()
      and not exists (
          select from attempts p where p.conversation_id = a.conversation_id and p.id >= $3 and p.status <= 1
             and not p.is_held and p.uncertain_at is null)
    order by a.id limit $2
    for update of a skip locked
), taken as (
    update acts a set done_at = now() from due where a.workspace_id = due.workspace_id and a.id = due.id returning a.*
)
select taken.id, taken.conversation_id, taken.kind, taken.target_message_id, taken.target_provider_id, taken.emoji,
       taken.actor_id, known.schemes, known.scopes, known.address_values
from taken
join conversations c on c.workspace_id = taken.workspace_id and c.id = taken.conversation_id
cross join lateral (
    select array_agg(d.scheme order by d.id is distinct from c.address_id, d.created_at desc) as schemes,
           array_agg(d.scope order by d.id is distinct from c.address_id, d.created_at desc) as scopes,
           array_agg(d.value order by d.id is distinct from c.address_id, d.created_at desc) as address_values
    from addresses d
    where d.workspace_id = taken.workspace_id and d.contact_id = c.contact_id and d.retired_at is null
) known
order by taken.id
"""


async def take_acts(session: Session, *, channel_id: UUID, limit: int, not_before: UUID) -> list[TakenAct]:
    """Acts that are not too late and have no message waiting before them. Taken is done: they never repeat."""
    rows = await (await session.raw()).fetch(_TAKE, channel_id, limit, not_before)
    return [
        TakenAct(
            id=row["id"],
            conversation_id=row["conversation_id"],
            kind=ActKind(row["kind"]),
            target_message_id=row["target_message_id"],
            target_provider_id=row["target_provider_id"],
            emoji=row["emoji"],
            actor_id=row["actor_id"],
            to=tuple(
                KnownAddress(scheme, scope, value)
                for scheme, scope, value in zip(
                    row["schemes"] or (), row["scopes"] or (), row["address_values"] or (), strict=True
                )
            ),
        )
        for row in rows
    ]


async def note_act_error(session: Session, workspace_id: UUID, act_id: UUID, code: str) -> None:
    await (await session.raw()).execute(
        "update acts set error = $3 where workspace_id = $1 and id = $2", workspace_id, act_id, code
    )


async def remove_old_acts(session: Session, *, channel_id: UUID, older_than: timedelta) -> None:
    """Acts have no use after their time; the open ones that are too late stay in nobody's way either."""
    await (await session.raw()).execute(
        "delete from acts where channel_id = $1 and done_at is null and expires_at < now() - $2::interval",
        channel_id,
        older_than,
    )


# Reactions -----------------------------------------------------------------------------------------------------------


async def set_our_reaction(
    session: Session, workspace_id: UUID, message_id: UUID, *, agent_id: UUID, emoji: str
) -> bool:
    """We have one reaction per message, whoever of us gave it; "" takes it back. Returns False if nothing changed."""
    connection = await session.raw()
    before = await connection.fetch(
        "select author_id, emoji from reactions where workspace_id = $1 and message_id = $2 and author_kind = 'agent'",
        workspace_id,
        message_id,
    )
    if [(row["author_id"], row["emoji"]) for row in before] == ([(agent_id, emoji)] if emoji else []):
        return False
    await connection.execute(
        "delete from reactions where workspace_id = $1 and message_id = $2 and author_kind = 'agent'",
        workspace_id,
        message_id,
    )
    if emoji:
        await connection.execute(
            """
            insert into reactions (workspace_id, message_id, author_kind, author_id, emoji, at)
            values ($1, $2, 'agent', $3, $4, now())
            """,
            workspace_id,
            message_id,
            agent_id,
            emoji,
        )
    return True
