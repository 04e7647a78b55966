"""Messages as people read them: pages of a thread, single ones, and rows for the feed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.content import Content
from threadline.core.errors import NotFound
from threadline.core.message import Status
from threadline.core.permission import Caller
from threadline.core.personal import Clearance, Excerpt, Guarded, Said
from threadline.store.connection import Connection
from threadline.store.cursors import decode_cursor, encode_cursor, from_microseconds, to_microseconds
from threadline.store.files import File, load_files
from threadline.store.session import Session
from threadline.store.visibility import Arguments, visible

StatusName = Literal["queued", "sending", "sent", "failed", "delivered", "read", "played"]
AuthorName = Literal["contact", "agent", "flow", "system", "phone_app"]

_STATUS_NAMES: dict[int, StatusName] = {
    Status.QUEUED: "queued",
    Status.SENDING: "sending",
    Status.SENT: "sent",
    Status.FAILED: "failed",
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.PLAYED: "played",
}

# What a list or a quotation shows of a content, and which kind it calls it. `{0}` is the alias of `messages`.
PREVIEW = (
    "left(coalesce(nullif({0}.content->>'text', ''), nullif({0}.content->>'caption', ''),"
    " nullif({0}.content->'choice'->>'title', ''), nullif({0}.content->>'file_name', ''),"
    " nullif({0}.content->'cards'->0->>'name', ''), nullif({0}.content->>'name', ''),"
    " nullif({0}.content->>'address', ''), ''), 160)"
)
KIND = (
    "case when {0}.kind <> 'media' then {0}.kind when {0}.content->>'is_voice' = 'true' then 'voice'"
    " else coalesce({0}.content->>'media', 'document') end"
)


Automatic = Literal["first_message", "after_silence", "outside_hours", "after_end", "rule"]


class Author(msgspec.Struct, frozen=True, kw_only=True):
    kind: AuthorName
    id: UUID | None
    name: str | msgspec.UnsetType = msgspec.UNSET
    """Of a bot, whom no list of agents has."""


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    message_id: UUID | None
    """None if the quoted message is not ours to show: older than the connection, or gone."""
    preview: Excerpt
    author_kind: AuthorName | None


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    by: Literal["contact", "agent", "phone_app"]
    id: UUID | None
    emoji: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    """The provider's, or ours for what happened on the way."""
    reason: str
    """Names the sentence for good, for screens in other languages; empty if it has no name."""
    text: str
    """The sentence in English."""
    help: Literal["template", "resend"] | None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    conversation_id: UUID
    seq: int
    direction: Literal["incoming", "outgoing", "note", "line"]
    author: Author
    content: Content
    """As the document has it; as a value a `Said`, which is shown by what a caller may see."""
    quoted: Quoted | None
    reactions: list[Reaction]
    at: datetime
    created_at: datetime
    written_at: datetime | None
    status: StatusName | None
    is_uncertain: bool
    failure: Failure | None
    automatic: Automatic | None
    """Why it was said by itself: a greeting, an away message, or a closing text. Null: somebody said it."""
    copies: int
    client_id: UUID | None
    edited_at: datetime | None
    deleted_at: datetime | None
    files: dict[UUID, File]
    """As a value `AttachedFiles`."""


_SELECT = f"""
select m.id, m.conversation_id, m.seq, m.direction, m.author_kind, m.author_id, m.content::text as content,
       m.sort_at, m.created_at, m.written_at, m.status, m.is_uncertain, m.copies, m.failure_code, m.failure_text,
       m.failure_help, m.failure_reason, m.automatic, m.client_id, m.edited_at, m.deleted_at, m.file_ids,
       m.quoted_id, m.quoted_provider_id,
       q.author_kind as quoted_author_kind, {PREVIEW.format("q")} as quoted_preview, q.kind as quoted_kind,
       q.deleted_at is not null as is_quoted_deleted,
       case when m.author_kind = 'flow' then (
           select t.bot_name from api_tokens t where t.workspace_id = m.workspace_id and t.id = m.author_id
       ) end as bot_name
from {{source}} m left join messages q on q.workspace_id = m.workspace_id and q.id = m.quoted_id
"""
_REACTIONS = """
select message_id, author_kind, author_id, emoji from reactions
where workspace_id = $1 and message_id = any($2::uuid[]) and emoji <> '' order by message_id, at
"""
# The id of a message is made a moment before its transaction; one that waited may be numbered after a younger id.
_MARGIN_OF_IDS = timedelta(hours=1)


def excerpt(text: str | None, *, kind: str | None, is_deleted: bool | None = False) -> Excerpt:
    """What `PREVIEW` reads of a message, with what decides who sees it."""
    return Excerpt(text or "", is_name=kind == "contacts", is_deleted=bool(is_deleted))


class AttachedFiles(Guarded):
    """The files of a message; of one that was deleted they are gone with its text."""

    __slots__ = ("is_deleted", "whole")

    def __init__(self, whole: dict[UUID, File], *, is_deleted: bool) -> None:
        self.whole = whole
        self.is_deleted = is_deleted

    def shown(self, clearance: Clearance) -> dict[UUID, File]:
        return {} if self.is_deleted and not clearance.sees_earlier else self.whole


def files_of(message: Message) -> dict[UUID, File]:
    """Its files, for those who work with it."""
    return cast("AttachedFiles", message.files).whole


def said(message: Message) -> Said:
    """What it says, for those who work with it."""
    return cast("Said", message.content)


def status_name(status: int | None) -> StatusName | None:
    return None if status is None else _STATUS_NAMES[status]


class ThreadPage(msgspec.Struct, frozen=True, kw_only=True):
    """Part of a thread, ascending by (sort_at, seq), with the cursors of what stands before and after it."""

    items: list[Message]
    older: str | None
    newer: str | None
    """None: it reaches to the end."""


async def list_messages(
    session: Session,
    *,
    conversation_id: UUID,
    first_message_id: UUID | None,
    last_message_id: UUID | None,
    before: str | None,
    limit: int,
) -> tuple[list[Message], str | None]:
    """A page of a thread that was accessed before, ascending by (sort_at, seq), and the cursor of the older one.

    Reads `messages_by_sort` of the partitions between the conversation's first and last message, and no others.
    """
    if first_message_id is None or last_message_id is None:
        return [], None
    among = _Among(conversation_id, *id_range(first_message_id, last_message_id))
    rows = await _page(session, among, "<", None if before is None else _keys_of(before), limit + 1)
    older = _cursor_of(rows[limit - 1]) if len(rows) > limit else None
    return await _whole(await session.raw(), _workspace(session), rows[:limit][::-1]), older


async def list_messages_around(
    session: Session,
    *,
    conversation_id: UUID,
    first_message_id: UUID | None,
    last_message_id: UUID | None,
    around: UUID | datetime | str,
    limit: int,
) -> ThreadPage:
    """Part of a thread that was accessed before: around a message of it or a moment, or on from a cursor (`newer`).

    Raises NotFound if the message is not in this thread. By `messages_by_sort`, in both directions.
    """
    if first_message_id is None or last_message_id is None:
        return ThreadPage(items=[], older=None, newer=None)
    among = _Among(conversation_id, *id_range(first_message_id, last_message_id))
    older: list[asyncpg.Record] = []
    if isinstance(around, str):
        keys, room = _keys_of(around), limit
    else:
        keys, room = await _keys_around(session, among, around), limit // 2
        older = await _page(session, among, "<", keys, room + 1)
        keys = (keys[0], keys[1] - 1)  # the message itself, too
    newer = await _page(session, among, ">", keys, room + 1)
    rows = [*older[:room][::-1], *newer[:room]]
    return ThreadPage(
        items=await _whole(await session.raw(), _workspace(session), rows),
        older=_cursor_of(rows[0]) if len(older) > room else None,
        newer=_cursor_of(rows[-1]) if len(newer) > room else None,
    )


_Keys = tuple[datetime, int]


@dataclass(frozen=True, slots=True)
class _Among:
    """A thread, and between which ids its messages lie."""

    conversation_id: UUID
    first_id: UUID
    last_id: UUID


async def _page(
    session: Session, among: _Among, side: Literal["<", ">"], keys: _Keys | None, limit: int
) -> list[asyncpg.Record]:
    """The next ones on this side of the keys, the nearest first."""
    arguments = Arguments(session.workspace_id, among.conversation_id, among.first_id, among.last_id)
    direction = "desc" if side == "<" else "asc"
    condition = ""
    if keys is not None:
        moment, seq = arguments.add(keys[0]), arguments.add(keys[1])
        condition = f"and (t.sort_at, t.seq) {side} ({moment}::timestamptz, {seq}::bigint)"
    page = (
        "select t.* from messages t where t.workspace_id = $1 and t.conversation_id = $2 and t.id between $3 and $4"
        f" {condition} order by t.sort_at {direction}, t.seq {direction} limit {arguments.add(limit)}"
    )
    return await (await session.raw()).fetch(
        f"with page as ({page}) {_SELECT.format(source='page')} order by m.sort_at {direction}, m.seq {direction}",
        *arguments.values,
    )


async def _keys_around(session: Session, among: _Among, around: UUID | datetime) -> _Keys:
    if isinstance(around, datetime):
        return around, -1
    row = await (await session.raw()).fetchrow(
        "select sort_at, seq from messages where workspace_id = $1 and id = $2 and conversation_id = $3",
        session.workspace_id,
        around,
        among.conversation_id,
    )
    if row is None:
        raise NotFound("This message does not exist.")
    return row["sort_at"], row["seq"]


def _keys_of(cursor: str) -> _Keys:
    moment, seq = decode_cursor(cursor, int, int)
    return from_microseconds(int(moment)), int(seq)


def _cursor_of(row: asyncpg.Record) -> str:
    return encode_cursor(to_microseconds(row["sort_at"]), row["seq"])


async def count_incoming_from(
    session: Session, *, conversation_id: UUID, message_id: UUID, last_message_id: UUID | None
) -> int:
    """How many messages of the customer came from this one on; 0 if it is none of this conversation's.

    Of a conversation that was accessed before. Reads the partitions between the message and the last, and no others.
    """
    count = await (await session.raw()).fetchval(
        "select count(*) from messages first join messages t on t.workspace_id = first.workspace_id"
        " and t.conversation_id = first.conversation_id and t.seq >= first.seq"
        " and t.direction = 'incoming' and t.id between $4 and $5"
        " where first.workspace_id = $1 and first.conversation_id = $2 and first.id = $3"
        " and first.direction = 'incoming'",
        session.workspace_id,
        conversation_id,
        message_id,
        *id_range(message_id, last_message_id or message_id),
    )
    return count or 0


async def access_message(session: Session, caller: Caller, message_id: UUID) -> Message:
    """One message of a conversation that the caller may see. Raises NotFound."""
    arguments = Arguments(caller.workspace_id, message_id)
    connection = await session.raw()
    row = await connection.fetchrow(
        f"{_SELECT.format(source='messages')} join conversations c on c.workspace_id = m.workspace_id"
        " and c.id = m.conversation_id where m.workspace_id = $1 and m.id = $2"
        f" and {visible(caller.visibility, 'c', arguments)}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This message does not exist.")
    return (await _whole(connection, caller.workspace_id, [row]))[0]


async def access_content(session: Session, caller: Caller, message_id: UUID) -> str:
    """What a message says that the caller may see and nobody took back, as it is stored. Raises NotFound."""
    arguments = Arguments(caller.workspace_id, message_id)
    content: str | None = await (await session.raw()).fetchval(
        "select m.content::text from messages m join conversations c on c.workspace_id = m.workspace_id"
        " and c.id = m.conversation_id where m.workspace_id = $1 and m.id = $2 and m.deleted_at is null"
        f" and {visible(caller.visibility, 'c', arguments)}",
        *arguments.values,
    )
    if content is None:
        raise NotFound("This message does not exist.")
    return content


class EarlierContent(msgspec.Struct, frozen=True, kw_only=True):
    """What stood in a message until somebody edited it."""

    content: Content
    """As of a `Message`: a `Said`."""
    replaced_at: datetime


async def access_history(session: Session, caller: Caller, message_id: UUID) -> list[EarlierContent]:
    """What stood before in a message that the caller may see, the oldest first. Raises NotFound."""
    arguments = Arguments(caller.workspace_id, message_id)
    row = await (await session.raw()).fetchrow(
        "select m.previous::text as previous from messages m join conversations c on c.workspace_id = m.workspace_id"
        " and c.id = m.conversation_id where m.workspace_id = $1 and m.id = $2"
        f" and {visible(caller.visibility, 'c', arguments)}",
        *arguments.values,
    )
    if row is None:
        raise NotFound("This message does not exist.")
    edits = msgspec.json.decode(row["previous"] or "[]", type=list[_Edit])
    return [
        EarlierContent(content=cast("Content", Said(bytes(one.content))), replaced_at=one.at)
        for one in edits
        if bytes(one.content) not in (b"", b"null")
    ]


class _Edit(msgspec.Struct, frozen=True):
    at: datetime
    content: msgspec.Raw = msgspec.Raw()


async def strike_message(session: Session, message_id: UUID, *, now: datetime) -> None:
    """It says nothing in its thread any more; the row stays."""
    await (await session.raw()).execute(
        "update messages set deleted_at = $3 where workspace_id = $1 and id = $2 and deleted_at is null",
        session.workspace_id,
        message_id,
        now,
    )


async def replace_content(
    session: Session, message_id: UUID, *, content: str, previous: str | None, now: datetime
) -> tuple[UUID, UUID]:
    """Content (JSON) of a message under its conversation's lock; `previous` is added to what stood in it before.

    Returns its channel and its contact.
    """
    row = await (await session.raw()).fetchrow(
        "update messages m set content = $3::jsonb, previous = case when $4::jsonb is null then m.previous"
        " else coalesce(m.previous, '[]') || jsonb_build_array(jsonb_build_object("
        "'at', $5::timestamptz, 'content', $4::jsonb)) end"
        " from conversations c where m.workspace_id = $1 and m.id = $2"
        " and c.workspace_id = m.workspace_id and c.id = m.conversation_id returning c.channel_id, c.contact_id",
        _workspace(session),
        message_id,
        content,
        previous,
        now,
    )
    if row is None:
        raise NotFound("This message does not exist.")
    return row["channel_id"], row["contact_id"]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to send one part of a message, with everything that is known of its way (T5)."""

    id: UUID
    part: int
    status: StatusName
    provider_id: str | None
    is_copy: bool
    """A second copy may have arrived: it was sent again while nobody knew about the first."""
    is_held: bool
    uncertain_at: datetime | None
    error_code: str | None
    error_text: str | None
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    played_at: datetime | None
    failed_at: datetime | None


async def list_attempts(session: Session, message_id: UUID) -> list[Attempt]:
    """Of a message that was accessed before, the oldest first. Uses `attempts_by_message`."""
    rows = await (await session.raw()).fetch(
        "select id, part, status, provider_id, is_copy, is_held, uncertain_at, error_code, error_text, created_at,"
        " sent_at, delivered_at, read_at, played_at, failed_at from attempts"
        " where workspace_id = $1 and message_id = $2 order by id",
        session.workspace_id,
        message_id,
    )
    return [Attempt(**{**row, "status": _STATUS_NAMES[row["status"]]}) for row in rows]


async def load_messages(connection: Connection, *, workspace_id: UUID, message_ids: Sequence[UUID]) -> list[Message]:
    """The messages of a frame, in the order of their threads. For the hub, which filters by itself."""
    if not message_ids:
        return []
    rows = await connection.fetch(
        f"{_SELECT.format(source='messages')} where m.workspace_id = $1 and m.id = any($2::uuid[])"
        " order by m.sort_at, m.seq",
        workspace_id,
        list(message_ids),
    )
    return await _whole(connection, workspace_id, rows)


def id_range(first: UUID, last: UUID) -> tuple[UUID, UUID]:
    margin = int(_MARGIN_OF_IDS.total_seconds() * 1000) << 80
    return UUID(int=max(first.int - margin, 0)), UUID(int=min(last.int + margin, 2**128 - 1))


def _workspace(session: Session) -> UUID:
    assert session.workspace_id is not None
    return session.workspace_id


async def _whole(connection: Connection, workspace_id: UUID, rows: Sequence[asyncpg.Record]) -> list[Message]:
    """Rows with what hangs on them: reactions and files, each with one statement for all."""
    if not rows:
        return []
    reactions = await _load_reactions(connection, workspace_id, [row["id"] for row in rows])
    file_ids = [file_id for row in rows for file_id in row["file_ids"] or ()]
    files = {file.id: file for file in await load_files(connection, workspace_id=workspace_id, file_ids=file_ids)}
    return [_message(row, reactions.get(row["id"], []), files) for row in rows]


async def _load_reactions(
    connection: Connection, workspace_id: UUID, message_ids: list[UUID]
) -> dict[UUID, list[Reaction]]:
    found: dict[UUID, list[Reaction]] = {}
    for row in await connection.fetch(_REACTIONS, workspace_id, message_ids):
        reaction = Reaction(by=row["author_kind"], id=row["author_id"], emoji=row["emoji"])
        found.setdefault(row["message_id"], []).append(reaction)
    return found


def _message(row: asyncpg.Record, reactions: list[Reaction], files: dict[UUID, File]) -> Message:
    attached = {file_id: files[file_id] for file_id in row["file_ids"] or () if file_id in files}
    return Message(
        id=row["id"],
        conversation_id=row["conversation_id"],
        seq=row["seq"],
        direction=row["direction"],
        author=Author(kind=row["author_kind"], id=row["author_id"], name=row["bot_name"] or msgspec.UNSET),
        content=cast("Content", Said(row["content"].encode(), is_deleted=row["deleted_at"] is not None)),
        quoted=_quoted(row),
        reactions=reactions,
        at=row["sort_at"],
        created_at=row["created_at"],
        written_at=row["written_at"],
        status=status_name(row["status"]),
        is_uncertain=row["is_uncertain"],
        failure=_failure(row),
        automatic=row["automatic"],
        copies=row["copies"],
        client_id=row["client_id"],
        edited_at=row["edited_at"],
        deleted_at=row["deleted_at"],
        files=cast("dict[UUID, File]", AttachedFiles(attached, is_deleted=row["deleted_at"] is not None)),
    )


def _quoted(row: asyncpg.Record) -> Quoted | None:
    if row["quoted_author_kind"] is not None:
        preview = excerpt(row["quoted_preview"], kind=row["quoted_kind"], is_deleted=row["is_quoted_deleted"])
        return Quoted(message_id=row["quoted_id"], preview=preview, author_kind=row["quoted_author_kind"])
    if row["quoted_id"] is None and not row["quoted_provider_id"]:
        return None
    return Quoted(message_id=None, preview=Excerpt(""), author_kind=None)


def _failure(row: asyncpg.Record) -> Failure | None:
    if row["failure_code"] is None:
        return None
    return Failure(
        code=row["failure_code"],
        reason=row["failure_reason"] or "",
        text=row["failure_text"] or "",
        help=row["failure_help"] or None,
    )
