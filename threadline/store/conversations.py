"""Conversations as people read them: lists by key, one by id, rows for the feed; and what people change of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.conversation import ConversationState
from threadline.core.due import WITHOUT_TARGET
from threadline.core.errors import Invalid, NotFound
from threadline.core.permission import Caller
from threadline.core.personal import Address, Excerpt, PersonName
from threadline.infra.phone import display_phone, zone_of_customer
from threadline.store.clocks import IS_WAITING, unpaused
from threadline.store.connection import Connection
from threadline.store.cursors import decode_cursor, encode_cursor, from_microseconds, id_of_key, to_microseconds
from threadline.store.followers import FOLLOWED
from threadline.store.messages import KIND, PREVIEW, StatusName, excerpt, status_name
from threadline.store.session import Session
from threadline.store.shown_name import person_name
from threadline.store.visibility import Arguments, visible


class ListView(StrEnum):
    MINE = "mine"
    FOLLOWED = "followed"
    UNASSIGNED = "unassigned"
    WAITING = "waiting"
    OPEN = "open"
    ALL = "all"
    """Whatever its state; read as a filter that asks nothing, state by state."""
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    DRAFTS = "drafts"
    MENTIONS = "mentions"
    SCHEDULED = "scheduled"
    HELD = "held"
    FAILED = "failed"


class ListOrder(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    WAITING = "waiting"
    """Those that wait, the longest first."""
    DUE = "due"
    """Those that wait, by what is due next (core/due.py)."""
    PRIORITY = "priority"
    """What presses most, then the newest."""
    TRIAGE = "triage"
    """Those that wait, by what would be lost (core/triage.py); read by `store/ranked_conversations.py`."""


WokenReason = Literal["", "time", "not_delivered", "reaction"]


class ContactName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: PersonName

    def __post_init__(self) -> None:
        """Rows have no types: a name that came as a text would be shown to everybody."""
        if not isinstance(self.name, PersonName):
            raise TypeError("The name of a contact is a PersonName.")


class ListedContact(ContactName, frozen=True, kw_only=True):
    """Who it is, and what one should know before writing to them, so that it is known when the row is."""

    is_vip: bool
    is_blocked: bool
    is_opted_out: bool
    """By hand everywhere, or by a word or the provider on the channel of this conversation."""
    time_zone: str
    """The one somebody chose, else the one of their number; "" if nobody knows."""


class ShownDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """By when a promise to somebody who waits must be kept."""

    clock: Literal["first_reply", "next_reply", "resolution"]
    half_at: datetime
    """From here on rows show it."""
    due_at: datetime
    policy_id: UUID | None
    """The service level that promised it, which may be gone since."""


class BotName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str


class StageName(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str


class LastMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The newest message of a conversation, as much of it as a list shows."""

    id: UUID
    seq: int
    direction: Literal["incoming", "outgoing", "note", "line"]
    kind: str
    """The kind of its content; for media which one (`image`, `audio`…)."""
    preview: Excerpt
    author_id: UUID | None
    at: datetime
    status: StatusName | None
    is_uncertain: bool


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    channel_id: UUID
    contact: ListedContact
    state: ConversationState
    snoozed_until: datetime | None
    """None while it is snoozed: until the customer writes."""
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    """0 none, 1 medium, 2 high, 3 urgent."""
    last_message: LastMessage | None
    last_activity_at: datetime
    waiting_since: datetime | None
    """Without the time in which the clock stood still: what is paused moves it forward when the pause ends."""
    window_closes_at: datetime | None
    due_at: datetime | None
    """Of somebody who waits: the earlier of the promised answer and the end of the window."""
    deadlines: list[ShownDeadline]
    """What was promised to somebody who waits, the reply first; a service level says by when."""
    incoming_count: int
    read_count: int | msgspec.UnsetType = msgspec.UNSET
    """How many incoming messages the one who asks has read; absent in frames, which everybody shares."""
    last_seq: int
    has_failed: bool
    woken_at: datetime | None
    """When it came back by itself, until somebody answers or puts it away: it stands in lists as if active then."""
    woken_reason: WokenReason
    stage: StageName | None
    """A name of one's own under its state."""
    bot: BotName | None
    """The bot that answers here, until it hands it over or a person takes it."""
    is_unreachable: bool
    """The provider does not let us through to them on this channel, until they write: nothing can be sent."""
    paused_at: datetime | None
    """Since when the clock stands still in its stage: the customer has waited from `waiting_since` until then."""
    scheduled_count: int
    """How many messages wait for their time."""
    held_count: int
    """How many could not go out when it came."""
    address_display: Address
    label_ids: list[UUID]
    follower_ids: list[UUID]
    """Agents, the first first."""


class ConversationKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What other statements need of a conversation that the caller may see."""

    id: UUID
    channel_id: UUID
    contact_id: UUID
    state: ConversationState
    assignee_id: UUID | None
    team_id: UUID | None
    first_message_id: UUID | None
    last_message_id: UUID | None
    """The newest of the thread, a line of the desk included."""
    last_seq: int
    incoming_count: int
    waiting_since: datetime | None
    snoozed_until: datetime | None
    stage_id: UUID | None
    paused_at: datetime | None
    closing_message_id: UUID | None
    """The closing text that was sent when it was resolved."""
    bot_id: UUID | None = None
    """The bot that has it: nobody else does, and it is pending."""

    @property
    def is_resolved(self) -> bool:
        return self.state is ConversationState.RESOLVED


# What stands in `snoozed_until` counts only while the conversation is snoozed: whatever changes the state ends it.
_SNOOZED_UNTIL = "case when c.state = 'snoozed' then c.snoozed_until end as snoozed_until"
# Likewise of a bot: it has only what is pending and nobody's.
_BOT_ID = "case when c.state = 'pending' and c.assignee_id is null then c.bot_id end"
KEYS = f"""
c.id, c.channel_id, c.contact_id, c.state, c.assignee_id, c.team_id, c.first_message_id,
greatest(c.last_message_id, c.last_line_id) as last_message_id, c.last_seq, c.incoming_count, c.waiting_since,
c.stage_id, c.paused_at, c.closing_message_id, {_BOT_ID} as bot_id, {_SNOOZED_UNTIL}
"""
"""The columns of `ConversationKeys`, of conversations as c."""
_COLUMNS = f"""
c.due_at, dr.is_first as is_first_reply, dr.half_at as reply_half_at, dr.due_at as reply_due_at,
dr.policy_id as reply_policy_id, ds.half_at as resolution_half_at, ds.due_at as resolution_due_at,
ds.policy_id as resolution_policy_id,
c.id, c.channel_id, c.contact_id, c.state, c.assignee_id, c.team_id, c.priority, c.last_activity_at,
c.waiting_since, c.window_closes_at, c.list_at, c.incoming_count, c.last_seq, c.failed_count > 0 as has_failed,
c.woken_at, c.woken_reason, c.stage_id, g.name as stage_name, c.paused_at, c.scheduled_count, c.held_count,
p.name as contact_name, p.is_vip, p.phone, p.country, p.time_zone, p.blocked_at is not null as is_blocked,
p.opted_out_at is not null or exists (
 select from consents n where n.workspace_id = c.workspace_id and n.contact_id = c.contact_id
 and n.channel_id = c.channel_id and n.category = 'marketing' and not n.is_given
) as is_opted_out,
coalesce(nullif(p.phone, ''), nullif(p.handle, ''), a.value, '') as address_display, {_SNOOZED_UNTIL},
m.id as message_id, m.seq, m.direction, {KIND.format("m")} as kind, {PREVIEW.format("m")} as preview,
m.deleted_at is not null as is_deleted, m.author_id, m.sort_at, m.status, m.is_uncertain, b.id as bot_id, b.bot_name,
exists (
 select from reaches x where x.workspace_id = c.workspace_id and x.channel_id = c.channel_id
 and x.contact_id = c.contact_id and x.blocked_at is not null
) as is_unreachable
"""
# The last message is found by its id, which names its partition (pruned when the join runs).
_JOINS = f"""
join contacts p on p.workspace_id = c.workspace_id and p.id = c.contact_id
left join addresses a on a.workspace_id = c.workspace_id and a.id = c.address_id
left join api_tokens b on b.workspace_id = c.workspace_id and b.id = {_BOT_ID}
left join stages g on g.workspace_id = c.workspace_id and g.id = c.stage_id
left join messages m on m.workspace_id = c.workspace_id and m.id = c.last_message_id
left join deadlines dr on dr.workspace_id = c.workspace_id and dr.conversation_id = c.id and dr.clock = 'reply'
    and dr.since = c.waiting_since and c.paused_at is null and c.state <> 'resolved'
left join deadlines ds on ds.workspace_id = c.workspace_id and ds.conversation_id = c.id and ds.clock = 'resolution'
    and ds.since = c.waiting_since and c.paused_at is null and c.state <> 'resolved'
"""
_READS = "left join reads r on r.workspace_id = c.workspace_id and r.agent_id = {agent} and r.conversation_id = c.id"


async def list_conversations(
    session: Session,
    caller: Caller,
    *,
    view: ListView,
    order: ListOrder,
    channel_id: UUID | None,
    after: str | None,
    limit: int,
) -> tuple[list[Conversation], str | None]:
    """A page of a view and the cursor of the next. Each view reads its own partial index (0001, conversations_*).

    The page is cut from the conversations alone, then joined: names and last messages are looked up for it only.
    """
    arguments = Arguments(caller.workspace_id)
    conditions = [
        "c.workspace_id = $1",
        in_view(view, caller, arguments),
        visible(caller.visibility, "c", arguments),
    ]
    if channel_id is not None:
        conditions.append(f"c.channel_id = {arguments.add(channel_id)}")
    if order in OF_WAITING and view is not ListView.WAITING:
        conditions.append(IS_WAITING)
    if after is not None:
        conditions.append(after_condition(after, order, arguments))
    order_by = order_by_of(order)
    page = (
        f"select c.* from conversations c where {' and '.join(conditions)}"
        f" order by {order_by} limit {arguments.add(limit + 1)}"
    )
    rows = await read_page(session, caller, page, order_by=order_by, arguments=arguments)
    items = await with_labels(session, caller, rows[:limit])
    return items, cursor_of(order, rows[limit - 1]) if len(rows) > limit else None


async def read_page(
    session: Session, caller: Caller, page: str, *, order_by: str, arguments: Arguments
) -> list[asyncpg.Record]:
    """The rows of a page as lists show them; `page` selects them, as rows of `conversations`, with these arguments."""
    read = _READS.format(agent=arguments.add(caller.agent_id) + "::uuid")
    return await (await session.raw()).fetch(
        f"with page as ({page}) select {_COLUMNS}, coalesce(r.read_count, 0) as read_count from page c {_JOINS} {read}"
        f" order by {order_by}",
        *arguments.values,
    )


async def with_labels(session: Session, caller: Caller, rows: Sequence[asyncpg.Record]) -> list[Conversation]:
    """What `read_page` read, with the labels of each."""
    return await _with_labels(await session.raw(), caller.workspace_id, rows, has_reads=True)


IN_WORK = "c.state <> 'resolved' and c.state <> 'snoozed'"
"""What somebody should look at now. Who waits is shown as waiting all the same."""
BOTLESS = "(c.state <> 'pending' or c.bot_id is null)"
"""Of what nobody has: no bot has it either."""


# Ids first, as an array: so the few rows are found by their key, however the planner takes the rest.
OWN_DRAFTS = (
    "c.id = any(array(select d.conversation_id from drafts d where d.workspace_id = $1"
    " and d.agent_id = {agent}::uuid and d.text <> '' order by d.written_at desc limit 500))"
)
OWN_MENTIONS = (
    "c.id = any(array(select m.conversation_id from mentions m where m.workspace_id = $1"
    " and m.agent_id = {agent}::uuid and {condition} order by m.mentioned_at desc limit 500))"
)


def in_view(view: ListView, caller: Caller, arguments: Arguments) -> str:
    """The condition of a fixed view on rows under `c`."""
    match view:
        case ListView.MINE:
            return f"c.assignee_id = {arguments.add(caller.agent_id)}::uuid and {IN_WORK}"
        case ListView.FOLLOWED:
            followed = FOLLOWED.format(alias="c", workspace="$1", agent=arguments.add(caller.agent_id) + "::uuid")
            return f"{followed} and {IN_WORK}"
        case ListView.UNASSIGNED:
            return f"c.assignee_id is null and {IN_WORK} and {BOTLESS}"
        case ListView.WAITING:
            return IS_WAITING
        case ListView.OPEN:
            return "c.state = 'open'"
        case ListView.ALL:
            return "true"
        case ListView.SNOOZED:
            return "c.state = 'snoozed'"
        case ListView.RESOLVED:
            return "c.state = 'resolved'"
        case ListView.DRAFTS:
            return OWN_DRAFTS.format(agent=arguments.add(caller.agent_id))
        case ListView.MENTIONS:
            return OWN_MENTIONS.format(agent=arguments.add(caller.agent_id), condition="true")
        case ListView.SCHEDULED:
            return "c.scheduled_count > 0"
        case ListView.HELD:
            return "c.held_count > 0"
        case ListView.FAILED:
            return "c.failed_count > 0"


_KEYS: dict[ListOrder, tuple[tuple[str, ...], str]] = {
    ListOrder.NEWEST: (("list_at",), "desc"),
    ListOrder.OLDEST: (("list_at",), "asc"),
    ListOrder.WAITING: (("waiting_since",), "asc"),
    ListOrder.DUE: (("due_at",), "asc"),
    ListOrder.PRIORITY: (("priority", "list_at"), "desc"),
}
"""The columns of each order, before the id, and which way all of them go: so a page begins by one comparison."""


OF_WAITING = frozenset({ListOrder.WAITING, ListOrder.DUE})
"""Orders of those that wait only."""

_UNKNOWN = datetime(9999, 1, 1, tzinfo=UTC)
"""What is due next is found out a moment after somebody began to wait: until then they stand last."""


def order_by_of(order: ListOrder) -> str:
    columns, direction = _KEYS[order]
    return ", ".join(f"c.{column} {direction}" for column in (*columns, "id"))


def after_condition(cursor: str, order: ListOrder, arguments: Arguments) -> str:
    """The rows behind the last one of a page. Raises Invalid if the cursor is another list's."""
    columns, direction = _KEYS[order]
    kind, *last, last_id = decode_cursor(cursor, str, *(int for _ in columns), str)
    if kind != order.value:
        raise Invalid(
            "This page belongs to another order. Please load the list again.", field="after", reason="old_page"
        )
    values = [
        f"{arguments.add(int(value))}::smallint"
        if column == "priority" and abs(int(value)) < 100
        else f"{arguments.add(from_microseconds(int(value)))}::timestamptz"
        for column, value in zip(columns, last, strict=True)
    ]
    keys = ", ".join(f"c.{column}" for column in (*columns, "id"))
    compare = "<" if direction == "desc" else ">"
    return f"({keys}) {compare} ({', '.join(values)}, {arguments.add(id_of_key(last_id))}::uuid)"


def cursor_of(order: ListOrder, row: asyncpg.Record) -> str:
    columns, _ = _KEYS[order]
    keys = [row[column] if column == "priority" else to_microseconds(row[column] or _UNKNOWN) for column in columns]
    return encode_cursor(order.value, *keys, str(row["id"]))


async def access_conversation(session: Session, caller: Caller, conversation_id: UUID) -> Conversation:
    """One conversation, if the caller may see it. Raises NotFound: missing, foreign and hidden look alike (S1)."""
    arguments = Arguments(caller.workspace_id, conversation_id)
    read = _READS.format(agent=arguments.add(caller.agent_id) + "::uuid")
    connection = await session.raw()
    row = await connection.fetchrow(
        f"select {_COLUMNS}, coalesce(r.read_count, 0) as read_count from conversations c {_JOINS} {read}"
        f" where c.workspace_id = $1 and c.id = $2 and {visible(caller.visibility, 'c', arguments)}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This conversation does not exist.")
    (conversation,) = await _with_labels(connection, caller.workspace_id, [row], has_reads=True)
    return conversation


async def access_conversation_keys(
    session: Session, caller: Caller, conversation_id: UUID, *, is_locked: bool = False
) -> ConversationKeys:
    """The bare row, optionally locked before it is written. Raises NotFound as `access_conversation` does."""
    arguments = Arguments(caller.workspace_id, conversation_id)
    row = await (await session.raw()).fetchrow(
        f"select {KEYS} from conversations c"
        f" where c.workspace_id = $1 and c.id = $2 and {visible(caller.visibility, 'c', arguments)}"
        f"{' for no key update of c' if is_locked else ''}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This conversation does not exist.")
    return ConversationKeys(**{**row, "state": ConversationState(row["state"])})


async def find_earlier(session: Session, caller: Caller, conversation_id: UUID) -> Conversation | None:
    """The conversation of this contact on this channel before one that was accessed, as far as the caller may see.

    Uses `conversations_by_contact`.
    """
    arguments = Arguments(caller.workspace_id, conversation_id)
    earlier_id: UUID | None = await (await session.raw()).fetchval(
        "select c.id from conversations this join conversations c on c.workspace_id = this.workspace_id"
        " and c.contact_id = this.contact_id and c.channel_id = this.channel_id and c.thread = this.thread"
        " where this.workspace_id = $1 and this.id = $2 and (c.created_at, c.id) < (this.created_at, this.id)"
        f" and {visible(caller.visibility, 'c', arguments)} order by c.created_at desc, c.id desc limit 1",
        *arguments.values,
    )
    return None if earlier_id is None else await access_conversation(session, caller, earlier_id)


async def claim_most_urgent(session: Session, caller: Caller, *, now: datetime) -> UUID | None:
    """The most urgent who waits, nobody answers, and the caller may and can serve; locked. None: there is none.

    By priority, then by what is due next (core/due.py), then by who waits longest. What another has under its lock is
    passed over, so that two who ask at once get two. Reads conversations_waiting. A conversation of a team is for its
    members; a number that is disconnected can serve nobody.
    """
    arguments = Arguments(caller.workspace_id)
    teams = arguments.add(sorted(caller.team_ids))
    promised = f"c.waiting_since + {arguments.add(WITHOUT_TARGET)}::interval"
    closes = f"case when c.window_closes_at > {arguments.add(now)}::timestamptz then c.window_closes_at end"
    return await (await session.raw()).fetchval(
        "select c.id from conversations c"
        " where c.workspace_id = $1 and c.waiting_since is not null and c.state = 'open' and c.paused_at is null"
        " and c.assignee_id is null"
        f" and (c.team_id is null or c.team_id = any({teams}::uuid[]))"
        f" and {visible(caller.visibility, 'c', arguments)}"
        " and exists (select from channels ch where ch.workspace_id = c.workspace_id and ch.id = c.channel_id"
        " and ch.state <> 'disconnected')"
        f" order by c.priority desc, coalesce(c.due_at, least({promised}, {closes})), c.waiting_since, c.id limit 1"
        " for no key update of c skip locked",
        *arguments.values,
    )


async def load_keys(session: Session, conversation_ids: Sequence[UUID]) -> list[ConversationKeys]:
    """Rows that the transaction has locked, in the order of their ids: for what the desk does by itself."""
    rows = await (await session.raw()).fetch(
        f"select {KEYS} from conversations c where c.workspace_id = $1 and c.id = any($2::uuid[]) order by c.id",
        session.workspace_id,
        list(conversation_ids),
    )
    return [ConversationKeys(**{**row, "state": ConversationState(row["state"])}) for row in rows]


async def list_pinned(session: Session, caller: Caller, agent_id: UUID) -> list[Conversation]:
    """What an agent has pinned, the last first, as far as they see it."""
    arguments = Arguments(caller.workspace_id, agent_id)
    sight = visible(caller.visibility, "c", arguments)
    connection = await session.raw()
    rows = await connection.fetch(
        f"select {_COLUMNS}, coalesce(r.read_count, 0) as read_count"
        f" from pins pin join conversations c on c.workspace_id = pin.workspace_id and c.id = pin.conversation_id"
        f" {_JOINS} {_READS.format(agent='$2')}"
        f" where pin.workspace_id = $1 and pin.agent_id = $2 and {sight} order by pin.pinned_at desc, c.id desc",
        *arguments.values,
    )
    return await _with_labels(connection, caller.workspace_id, rows, has_reads=True)


async def load_handlings(
    connection: Connection, *, workspace_id: UUID, conversation_ids: Sequence[UUID]
) -> dict[UUID, tuple[UUID, UUID | None, UUID | None]]:
    """Conversations → channel, assignee, team. For the hub, which filters by them."""
    rows = await connection.fetch(
        "select id, channel_id, assignee_id, team_id from conversations"
        " where workspace_id = $1 and id = any($2::uuid[])",
        workspace_id,
        list(conversation_ids),
    )
    return {row["id"]: (row["channel_id"], row["assignee_id"], row["team_id"]) for row in rows}


async def load_conversations(
    connection: Connection, *, workspace_id: UUID, conversation_ids: Sequence[UUID]
) -> list[Conversation]:
    """The rows of a frame, as everybody shares them: without `read_count`. For the hub, which filters by itself."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from conversations c {_JOINS} where c.workspace_id = $1 and c.id = any($2::uuid[])",
        workspace_id,
        list(conversation_ids),
    )
    return await _with_labels(connection, workspace_id, rows, has_reads=False)


async def load_visible_conversations(
    session: Session, caller: Caller, conversation_ids: Sequence[UUID]
) -> list[Conversation]:
    """Those of these that the caller may see, in this order. For look-ups that know ids only."""
    arguments = Arguments(caller.workspace_id, list(conversation_ids))
    read = _READS.format(agent=arguments.add(caller.agent_id) + "::uuid")
    connection = await session.raw()
    rows = await connection.fetch(
        f"select {_COLUMNS}, coalesce(r.read_count, 0) as read_count from conversations c {_JOINS} {read}"
        f" where c.workspace_id = $1 and c.id = any($2::uuid[]) and {visible(caller.visibility, 'c', arguments)}"
        " order by array_position($2::uuid[], c.id)",
        *arguments.values,
    )
    return await _with_labels(connection, caller.workspace_id, rows, has_reads=True)


async def conversations_of_contact(
    session: Session, caller: Caller, contact_id: UUID, *, limit: int
) -> list[asyncpg.Record]:
    """The contact's conversations that the caller may see, the newest first: id, channel, state, time, and what
    `excerpt` needs of the last message."""
    arguments = Arguments(caller.workspace_id, contact_id)
    return await (await session.raw()).fetch(
        f"select c.id, c.channel_id, c.state, c.last_activity_at, {PREVIEW.format('m')} as preview,"
        " m.kind, m.deleted_at is not null as is_deleted from conversations c"
        " left join messages m on m.workspace_id = c.workspace_id and m.id = c.last_message_id"
        f" where c.workspace_id = $1 and c.contact_id = $2 and {visible(caller.visibility, 'c', arguments)}"
        f" order by c.created_at desc limit {arguments.add(limit)}",
        *arguments.values,
    )


async def set_state(session: Session, *, conversation_id: UUID, state: ConversationState, now: datetime) -> None:
    """Resolving ends the waiting. Raises asyncpg.UniqueViolationError if another one is open in its place (R4)."""
    await (await session.raw()).execute(
        "update conversations set state = $3, resolved_at = case when $3 = 'resolved' then $4::timestamptz end,"
        " bot_at = case when $3 = 'pending' then $4::timestamptz else bot_at end,"
        " snoozed_until = null, woken_at = null, woken_reason = '', stage_id = null, paused_at = null,"
        " closing_at = null, closing_by = null, closing_message_id = null,"
        f" waiting_since = case when $3 <> 'resolved' then {unpaused('$4')} end"
        " where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        state.value,
        now,
    )


async def closing_time(session: Session, conversation_id: UUID) -> datetime | None:
    """When its closing text goes out; None: there is none, or it waits for the end of an order for many."""
    return await (await session.raw()).fetchval(
        "select closing_at from conversations where workspace_id = $1 and id = $2 and isfinite(closing_at)",
        session.workspace_id,
        conversation_id,
    )


async def set_assignee(session: Session, *, conversation_id: UUID, assignee_id: UUID | None) -> None:
    await (await session.raw()).execute(
        "update conversations set assignee_id = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        assignee_id,
    )


async def set_team(session: Session, *, conversation_id: UUID, team_id: UUID | None) -> None:
    await (await session.raw()).execute(
        "update conversations set team_id = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        conversation_id,
        team_id,
    )


async def set_priority(session: Session, *, conversation_id: UUID, priority: int) -> int:
    """Of a conversation that is locked. Returns what it was before."""
    before = await (await session.raw()).fetchval(
        "update conversations c set priority = $3 from conversations was"
        " where c.workspace_id = $1 and c.id = $2 and was.workspace_id = $1 and was.id = $2 returning was.priority",
        session.workspace_id,
        conversation_id,
        priority,
    )
    assert isinstance(before, int)
    return before


async def find_unresolved(session: Session, *, conversation_id: UUID) -> UUID | None:
    """The unresolved conversation that stands in the place of this one, if it is another."""
    return await (await session.raw()).fetchval(
        "select o.id from conversations c join conversations o on o.workspace_id = c.workspace_id"
        " and o.channel_id = c.channel_id and o.contact_id = c.contact_id and o.thread = c.thread"
        " and o.state <> 'resolved' where c.workspace_id = $1 and c.id = $2 and o.id <> c.id",
        session.workspace_id,
        conversation_id,
    )


async def find_open(session: Session, *, channel_id: UUID, contact_id: UUID) -> UUID | None:
    """The contact's conversation on this channel that is not resolved. Uses `conversations_unresolved`."""
    found: UUID | None = await (await session.raw()).fetchval(
        "select id from conversations where workspace_id = $1 and channel_id = $2 and contact_id = $3 and thread = ''"
        " and state <> 'resolved'",
        session.workspace_id,
        channel_id,
        contact_id,
    )
    return found


async def raise_read_count(session: Session, *, agent_id: UUID, conversation_id: UUID, read_count: int) -> bool:
    """How far an agent has read, never backwards. False if they had already read that far."""
    written = await (await session.raw()).fetchval(
        "insert into reads as r (workspace_id, agent_id, conversation_id, read_count) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, agent_id, conversation_id) do update set read_count = excluded.read_count,"
        " read_at = now() where r.read_count < excluded.read_count returning true",
        session.workspace_id,
        agent_id,
        conversation_id,
        read_count,
    )
    return bool(written)


async def set_read_count(session: Session, *, agent_id: UUID, conversation_id: UUID, read_count: int) -> None:
    """How far an agent has read, also backwards."""
    await (await session.raw()).execute(
        "insert into reads (workspace_id, agent_id, conversation_id, read_count) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, agent_id, conversation_id) do update set read_count = excluded.read_count,"
        " read_at = now()",
        session.workspace_id,
        agent_id,
        conversation_id,
        read_count,
    )


async def _with_labels(
    connection: Connection, workspace_id: UUID, rows: Sequence[asyncpg.Record], *, has_reads: bool
) -> list[Conversation]:
    """Labels and followers come by a statement of their own: a join would cost a list the order of its index."""
    found: dict[tuple[UUID, bool], list[UUID]] = {}
    if rows:
        marks = await connection.fetch(_MARKS, workspace_id, [row["id"] for row in rows])
        found = {(mark["id"], mark["is_label"]): mark["ids"] for mark in marks}
    return [
        _conversation(row, found.get((row["id"], True), []), found.get((row["id"], False), []), has_reads=has_reads)
        for row in rows
    ]


# One statement for both, by the primary keys: each costs a list a round trip, and a frame its time.
_MARKS = """
select true as is_label, h.conversation_id as id, array_agg(h.label_id order by h.label_id) as ids
from conversation_labels h
join labels l on l.workspace_id = h.workspace_id and l.id = h.label_id and l.deleted_at is null
where h.workspace_id = $1 and h.conversation_id = any($2::uuid[]) group by h.conversation_id
union all
select false, conversation_id, array_agg(agent_id order by added_at, agent_id)
from followers where workspace_id = $1 and conversation_id = any($2::uuid[]) group by conversation_id
"""


def _conversation(
    row: asyncpg.Record, label_ids: list[UUID], follower_ids: list[UUID], *, has_reads: bool
) -> Conversation:
    return Conversation(
        id=row["id"],
        channel_id=row["channel_id"],
        contact=ListedContact(
            id=row["contact_id"],
            name=person_name(row["contact_name"]),
            is_vip=row["is_vip"],
            is_blocked=row["is_blocked"],
            is_opted_out=row["is_opted_out"],
            time_zone=row["time_zone"] or zone_of_customer(row["phone"], row["country"]),
        ),
        state=row["state"],
        snoozed_until=row["snoozed_until"],
        assignee_id=row["assignee_id"],
        team_id=row["team_id"],
        priority=row["priority"],
        last_message=_last_message(row),
        last_activity_at=row["last_activity_at"],
        waiting_since=row["waiting_since"],
        window_closes_at=row["window_closes_at"],
        due_at=row["due_at"] if row["waiting_since"] is not None and row["paused_at"] is None else None,
        deadlines=_deadlines(row),
        incoming_count=row["incoming_count"],
        read_count=row["read_count"] if has_reads else msgspec.UNSET,
        last_seq=row["last_seq"],
        has_failed=row["has_failed"],
        woken_at=row["woken_at"],
        woken_reason=row["woken_reason"],
        is_unreachable=row["is_unreachable"],
        bot=None if row["bot_id"] is None else BotName(id=row["bot_id"], name=row["bot_name"]),
        stage=None if row["stage_id"] is None else StageName(id=row["stage_id"], name=row["stage_name"]),
        paused_at=row["paused_at"],
        scheduled_count=row["scheduled_count"],
        held_count=row["held_count"],
        address_display=Address(display_phone(row["address_display"])),
        label_ids=label_ids,
        follower_ids=follower_ids,
    )


def _deadlines(row: asyncpg.Record) -> list[ShownDeadline]:
    found: list[ShownDeadline] = []
    if row["reply_due_at"] is not None:
        found.append(_deadline(row, "reply", "first_reply" if row["is_first_reply"] else "next_reply"))
    if row["resolution_due_at"] is not None:
        found.append(_deadline(row, "resolution", "resolution"))
    return found


def _deadline(
    row: asyncpg.Record, name: str, clock: Literal["first_reply", "next_reply", "resolution"]
) -> ShownDeadline:
    return ShownDeadline(
        clock=clock,
        half_at=row[f"{name}_half_at"],
        due_at=row[f"{name}_due_at"],
        policy_id=row[f"{name}_policy_id"],
    )


def _last_message(row: asyncpg.Record) -> LastMessage | None:
    if row["message_id"] is None:
        return None
    return LastMessage(
        id=row["message_id"],
        seq=row["seq"],
        direction=row["direction"],
        kind=row["kind"],
        preview=excerpt(row["preview"], kind=row["kind"], is_deleted=row["is_deleted"]),
        author_id=row["author_id"],
        at=row["sort_at"],
        status=status_name(row["status"]),
        is_uncertain=row["is_uncertain"],
    )
