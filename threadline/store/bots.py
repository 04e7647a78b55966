"""Bots: the tokens that are theirs, the channels on which they answer first, the conversations that they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import msgspec

from threadline.core.bot import BotHours, FirstAnswer, Standing
from threadline.core.conversation import ConversationState
from threadline.core.permission import Caller
from threadline.store.clocks import IS_WAITING
from threadline.store.connection import Connection
from threadline.store.conversations import KEYS, ConversationKeys
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

_HAS_BOT: Final = "c.state = 'pending' and c.bot_id is not null and c.assignee_id is null"
_IS_ALIVE: Final = (
    "t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and (t.agent_id is null or exists ("
    "select from agents a join people p on p.id = a.person_id and p.deactivated_at is null"
    " where a.workspace_id = t.workspace_id and a.id = t.agent_id and a.deactivated_at is null))"
)
"""Of a token as t: what `open_token` asks, too."""
_OF_THEM: Final = (
    "conversations c join api_tokens t on t.workspace_id = c.workspace_id and t.id = c.bot_id"
    " join channels ch on ch.workspace_id = c.workspace_id and ch.id = c.channel_id"
)
_MAY_LEAVE: Final = (
    f"{_HAS_BOT} and (not ({_IS_ALIVE}) or ({IS_WAITING}"
    " and greatest(c.waiting_since, c.bot_at) <= {now}::timestamptz - make_interval(mins => ch.bot_after_min)))"
)
"""Without the answers that are on their way and the messages that came late, which only make it rarer."""
_SAID: Final = (
    "left join lateral (select min(m.created_at) filter (where m.direction = 'incoming') as heard_at,"
    " coalesce(bool_or(m.direction = 'outgoing' and m.author_kind = 'flow' and m.status in (0, 1)), false)"
    " as is_answering from messages m where m.workspace_id = c.workspace_id and m.conversation_id = c.id"
    f" and {IS_WAITING} and m.sort_at >= c.waiting_since) said on true"
)


class Bot(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    """Of its token."""
    name: str
    """As agents see it above its messages."""
    is_alive: bool
    """False: its token was withdrawn or has expired, and new conversations go to the team."""


class ChannelBot(msgspec.Struct, frozen=True, kw_only=True):
    channel_id: UUID
    bot_id: UUID
    team_id: UUID | None
    """To whom what it hands over goes; None: to the team of the channel."""
    after_min: int
    """So many minutes it may be silent while the customer waits."""
    hours: BotHours


async def list_bots(session: Session) -> list[Bot]:
    """Those that live, and those that a channel still names; by name."""
    rows = await (await session.raw()).fetch(
        f"select t.id, t.bot_name as name, {_IS_ALIVE} as is_alive from api_tokens t"
        " where t.workspace_id = $1 and t.bot_name is not null and (t.revoked_at is null or exists ("
        " select from channels ch where ch.workspace_id = t.workspace_id and ch.bot_id = t.id"
        " and ch.state <> 'disconnected')) order by lower(t.bot_name), t.id",
        session.workspace_id,
    )
    return [Bot(**row) for row in rows]


async def find_bot(session: Session, bot_id: UUID) -> Bot | None:
    row = await (await session.raw()).fetchrow(
        f"select t.id, t.bot_name as name, {_IS_ALIVE} as is_alive from api_tokens t"
        " where t.workspace_id = $1 and t.id = $2 and t.bot_name is not null",
        session.workspace_id,
        bot_id,
    )
    return None if row is None else Bot(**row)


async def list_channel_bots(session: Session) -> list[ChannelBot]:
    """The channels on which a bot answers first."""
    rows = await (await session.raw()).fetch(
        "select ch.id as channel_id, ch.bot_id, d.id as team_id, ch.bot_after_min as after_min, ch.bot_hours as hours"
        " from channels ch left join teams d on d.workspace_id = ch.workspace_id and d.id = ch.bot_team_id"
        " and d.deleted_at is null"
        " where ch.workspace_id = $1 and ch.bot_id is not null and ch.state <> 'disconnected' order by ch.id",
        session.workspace_id,
    )
    return [ChannelBot(**row) for row in rows]


async def find_first_answer(session: Session, channel_id: UUID) -> FirstAnswer | None:
    """What a channel says of its bot, if that lives. Uses the primary keys."""
    row = await (await session.raw()).fetchrow(
        "select ch.bot_id, ch.bot_team_id, ch.bot_after_min, ch.bot_hours from channels ch"
        " join api_tokens t on t.workspace_id = ch.workspace_id and t.id = ch.bot_id and t.bot_name is not null"
        f" where ch.workspace_id = $1 and ch.id = $2 and {_IS_ALIVE}",
        session.workspace_id,
        channel_id,
    )
    if row is None:
        return None
    return FirstAnswer(
        bot_id=row["bot_id"],
        team_id=row["bot_team_id"],
        after_min=row["bot_after_min"],
        hours=cast(BotHours, row["bot_hours"]),  # as the table's check has it
    )


async def set_first_answer(session: Session, channel_id: UUID, wanted: FirstAnswer) -> bool:
    """False if there is no such channel."""
    return bool(
        await (await session.raw()).fetchval(
            "update channels set bot_id = $3, bot_team_id = $4, bot_after_min = $5, bot_hours = $6"
            " where workspace_id = $1 and id = $2 returning true",
            session.workspace_id,
            channel_id,
            wanted.bot_id,
            wanted.team_id,
            wanted.after_min,
            wanted.hours,
        )
    )


async def find_team_of_hand_over(session: Session, channel_id: UUID) -> UUID | None:
    """To whom a bot of this channel hands over: the team that the channel names for it, else the channel's."""
    found: UUID | None = await (await session.raw()).fetchval(
        "select d.id from channels ch join teams d on d.workspace_id = ch.workspace_id and d.deleted_at is null"
        " and d.id in (ch.bot_team_id, ch.team_id) where ch.workspace_id = $1 and ch.id = $2"
        " order by (d.id = ch.bot_team_id) desc nulls last limit 1",
        session.workspace_id,
        channel_id,
    )
    return found


# What they have


async def list_waiting_for_bot(session: Session, caller: Caller, *, limit: int) -> list[UUID]:
    """A bot's conversations in which the customer waits and no answer is on its way, the longest first. Uses
    `conversations_of_bots`."""
    arguments = Arguments(caller.workspace_id, caller.token_id, limit)
    sight = visible(caller.visibility, "c", arguments)
    rows = await (await session.raw()).fetch(
        f"select c.id from conversations c {_SAID}"
        f" where c.workspace_id = $1 and {_HAS_BOT} and c.bot_id = $2 and {IS_WAITING} and not said.is_answering"
        f" and {sight} order by c.waiting_since, c.id limit $3",
        *arguments.values,
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithBot:
    """A locked conversation that a bot has."""

    conversation: ConversationKeys
    bot_name: str
    standing: Standing


async def lock_leaving(session: Session, *, now: datetime, limit: int) -> list[UUID]:
    """Conversations that a bot may lose by now, locked in the order of their ids.

    What somebody holds is passed over: they may be answering. Whether it is so still, `read_with_bot` says after it.
    """
    rows = await (await session.raw()).fetch(
        f"select c.id from {_OF_THEM} where c.workspace_id = $1 and {_MAY_LEAVE.format(now='$2')}"
        " order by c.id limit $3 for no key update of c skip locked",
        session.workspace_id,
        now,
        limit,
    )
    return [row["id"] for row in rows]


async def read_with_bot(session: Session, conversation_ids: Sequence[UUID]) -> list[WithBot]:
    """Those of these that a bot has, in the order of their ids. Takes no lock."""
    rows = await (await session.raw()).fetch(
        f"select {KEYS}, t.bot_name, {_IS_ALIVE} as is_alive, ch.bot_after_min, said.is_answering,"
        f" case when {IS_WAITING} then greatest(c.waiting_since, c.bot_at, said.heard_at) end as asked_at"
        f" from {_OF_THEM} {_SAID} where c.workspace_id = $1 and c.id = any($2::uuid[]) and {_HAS_BOT} order by c.id",
        session.workspace_id,
        list(conversation_ids),
    )
    found: list[WithBot] = []
    for row in map(dict, rows):
        standing = Standing(
            is_alive=row.pop("is_alive"),
            asked_at=row.pop("asked_at"),
            is_answering=row.pop("is_answering"),
            after_min=row.pop("bot_after_min"),
        )
        name = row.pop("bot_name")
        keys = ConversationKeys(**{**row, "state": ConversationState(row["state"])})
        found.append(WithBot(conversation=keys, bot_name=name, standing=standing))
    return found


async def find_workspaces_with_leaving(connection: Connection, *, limit: int) -> list[UUID]:
    """Where a bot may have been silent for too long, or is gone, by the database's clock. Uses
    `conversations_of_bots`."""
    rows = await connection.fetch(
        f"select c.workspace_id from {_OF_THEM} where {_MAY_LEAVE.format(now='now()')}"
        " group by c.workspace_id limit $1",
        limit,
    )
    return [row["workspace_id"] for row in rows]
