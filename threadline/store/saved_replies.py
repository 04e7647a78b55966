"""Saved replies: an agent's own, those of teams and the workspace's, in the order of their use."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.contact import find_zone, guess_locale
from threadline.core.errors import Conflict, NotFound
from threadline.core.permission import Caller, Permission
from threadline.core.saved_reply import Names, VariedWording
from threadline.infra.phone import country_of_phone, zone_of_customer
from threadline.store.files import File, load_files
from threadline.store.session import Session
from threadline.store.shown_name import person_name


class SavedReply(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    is_shared: bool
    """True: a team's or the workspace's; false: the reader's own."""
    team_id: UUID | None
    """Whose members have it; None: the reader's own, or everybody's."""
    channel_id: UUID | None
    """None: on every channel."""
    title: str
    shortcut: str
    """What is typed after the slash to find it; may be empty."""
    text: str
    variants: list[str]
    """The same said otherwise, in the language of `text`."""
    language: str
    """Of `text`; "": nobody said."""
    wordings: list[VariedWording]
    """What it says in other languages."""
    files: list[File]
    """What goes out with it, in this order."""


_COLUMNS = """
r.id, r.agent_id is null as is_shared, r.team_id, r.channel_id, r.title, r.shortcut, r.text, r.variants,
r.language,
coalesce((select json_agg(json_build_object('language', w.language, 'text', w.text, 'variants', w.variants)
                           order by w.language)
          from saved_reply_wordings w where w.workspace_id = r.workspace_id and w.reply_id = r.id)::text, '[]')
    as wordings,
array(select f.file_id from saved_reply_files f
      where f.workspace_id = r.workspace_id and f.reply_id = r.id order by f.place) as file_ids
"""
_IS_MEMBER = """
exists (select from team_members m join teams t on t.workspace_id = m.workspace_id and t.id = m.team_id
        where m.workspace_id = r.workspace_id and m.team_id = r.team_id and m.agent_id = $2 and t.deleted_at is null)
"""
_READABLE = f"""
r.workspace_id = $1 and (r.agent_id is null or r.agent_id = $2)
and ($3::uuid[] is null or r.channel_id is null or r.channel_id = any($3::uuid[]))
and (r.team_id is null or $4 or {_IS_MEMBER})
"""
"""Own ones, the workspace's, and those of teams (to their members and to whoever manages replies), without those of
channels that the caller does not see (S5)."""
_BY_USE = f"""
select {_COLUMNS} from saved_replies r
left join saved_reply_uses u on u.workspace_id = r.workspace_id and u.reply_id = r.id and u.agent_id = $2
where {_READABLE} and ($5::uuid is null or r.channel_id is null or r.channel_id = $5)
order by u.warmth desc nulls last, r.warmth desc nulls last, r.title, r.id
"""
_wordings = msgspec.json.Decoder(list[VariedWording]).decode


async def list_saved_replies(session: Session, caller: Caller, *, channel_id: UUID | None = None) -> list[SavedReply]:
    """What the caller used lately comes first, then what the workspace did.

    `channel_id`: only what is offered there, which of teams' is what those have in which the caller is; None: all that
    the caller may read, whoever manages replies those of all teams. Uses `saved_replies_by_agent`; their number is
    bounded (core/saved_reply.py, COUNT_LIMIT).
    """
    reader = _reader(caller) if channel_id is None else (*_reader(caller)[:3], False)
    rows = await (await session.raw()).fetch(_BY_USE, *reader, channel_id)
    return await _replies(session, rows)


async def access_saved_reply(session: Session, caller: Caller, reply_id: UUID) -> SavedReply:
    """Locked, for it is about to change. Raises NotFound: missing, foreign and a colleague's own look alike (S1)."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from saved_replies r where {_READABLE} and r.id = $5 for no key update of r",
        *_reader(caller),
        reply_id,
    )
    if row is None:
        raise NotFound("This saved reply does not exist.")
    return (await _replies(session, [row]))[0]


async def get_saved_reply(session: Session, caller: Caller, reply_id: UUID) -> SavedReply:
    """To be used: of teams those of the caller's. Raises NotFound."""
    row = await (await session.raw()).fetchrow(
        f"select {_COLUMNS} from saved_replies r where {_READABLE} and r.id = $5", *_reader(caller)[:3], False, reply_id
    )
    if row is None:
        raise NotFound("This saved reply does not exist.")
    return (await _replies(session, [row]))[0]


async def count_saved_replies(session: Session, *, agent_id: UUID | None, team_id: UUID | None) -> int:
    """How many this agent has, or this team, or (for neither) the workspace."""
    count: int | None = await (await session.raw()).fetchval(
        "select count(*) from saved_replies where workspace_id = $1 and agent_id is not distinct from $2"
        " and team_id is not distinct from $3",
        session.workspace_id,
        agent_id,
        team_id,
    )
    return count or 0


async def find_shortcuts(session: Session) -> set[str]:
    """Those that stand for something already, whoever's it is."""
    rows = await (await session.raw()).fetch(
        "select distinct shortcut from saved_replies where workspace_id = $1 and shortcut <> ''", session.workspace_id
    )
    return {row["shortcut"] for row in rows}


async def insert_saved_reply(session: Session, reply: SavedReply, *, agent_id: UUID | None) -> None:
    """Raises Conflict if its shortcut stands for another one already."""
    try:
        await (await session.raw()).execute(
            "insert into saved_replies (workspace_id, id, agent_id, channel_id, title, shortcut, text, team_id,"
            " language, variants) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            session.workspace_id,
            reply.id,
            agent_id,
            reply.channel_id,
            reply.title,
            reply.shortcut,
            reply.text,
            reply.team_id,
            reply.language,
            reply.variants,
        )
    except asyncpg.UniqueViolationError:
        raise _taken(reply.shortcut) from None
    await _write_parts(session, reply)


async def update_saved_reply(session: Session, reply: SavedReply) -> None:
    """Raises Conflict if its shortcut stands for another one already."""
    try:
        await (await session.raw()).execute(
            "update saved_replies set channel_id = $3, title = $4, shortcut = $5, text = $6, team_id = $7,"
            " language = $8, variants = $9, updated_at = now() where workspace_id = $1 and id = $2",
            session.workspace_id,
            reply.id,
            reply.channel_id,
            reply.title,
            reply.shortcut,
            reply.text,
            reply.team_id,
            reply.language,
            reply.variants,
        )
    except asyncpg.UniqueViolationError:
        raise _taken(reply.shortcut) from None
    await _write_parts(session, reply)


async def _write_parts(session: Session, reply: SavedReply) -> None:
    """Wordings and files as the reply has them now. The rows of files that it had before stay, as uploads do."""
    connection = await session.raw()
    for table in ("saved_reply_wordings", "saved_reply_files"):
        await connection.execute(
            f"delete from {table} where workspace_id = $1 and reply_id = $2", session.workspace_id, reply.id
        )
    await connection.execute(
        "insert into saved_reply_wordings (workspace_id, reply_id, language, text, variants)"
        " select $1, $2, w.language, w.text, array(select jsonb_array_elements_text(w.variants))"
        " from unnest($3::text[], $4::text[], $5::jsonb[]) as w (language, text, variants)",
        session.workspace_id,
        reply.id,
        [wording.language for wording in reply.wordings],
        [wording.text for wording in reply.wordings],
        [msgspec.json.encode(wording.variants).decode() for wording in reply.wordings],
    )
    await connection.execute(
        "insert into saved_reply_files (workspace_id, reply_id, file_id, place)"
        " select $1, $2, * from unnest($3::uuid[]) with ordinality",
        session.workspace_id,
        reply.id,
        [file.id for file in reply.files],
    )


async def load_reply_files(
    session: Session, file_ids: Sequence[UUID], *, reply_id: UUID, uploaded_by: UUID
) -> list[File]:
    """Those that this reply may have, in the order asked for: its own, and what this person uploaded for no channel.

    They are kept from being cleaned up until the end of this transaction.
    """
    rows = await (await session.raw()).fetch(
        "select f.id from files f left join saved_reply_files s on s.workspace_id = f.workspace_id and s.file_id = f.id"
        " where f.workspace_id = $1 and f.id = any($2::uuid[]) and f.state = 'ready' and f.channel_id is null"
        " and (s.reply_id = $3 or s.reply_id is null and f.message_id is null and f.uploaded_by = $4)"
        " for key share of f",
        session.workspace_id,
        list(file_ids),
        reply_id,
        uploaded_by,
    )
    files = await _files(session, [row["id"] for row in rows])
    found = {file.id: file for file in files}
    return [found[file_id] for file_id in file_ids if file_id in found]


async def find_reply_file(session: Session, file_id: UUID, *, channel_id: UUID, agent_id: UUID | None) -> File | None:
    """A file of a reply that this agent (None: a program) may use on this channel."""
    row = await (await session.raw()).fetchval(
        "select f.file_id from saved_reply_files f"
        " join saved_replies r on r.workspace_id = f.workspace_id and r.id = f.reply_id"
        " where f.workspace_id = $1 and f.file_id = $3 and (r.channel_id is null or r.channel_id = $4)"
        f" and (r.agent_id is null or r.agent_id = $2) and (r.team_id is null or $2::uuid is null or {_IS_MEMBER})",
        session.workspace_id,
        agent_id,
        file_id,
        channel_id,
    )
    if row is None:
        return None
    files = await _files(session, [file_id])
    return files[0] if files else None


async def release_saved_replies(session: Session, team_id: UUID) -> None:
    """What a team had is everybody's now; a shortcut that everybody has already is given up."""
    await (await session.raw()).execute(
        "update saved_replies r set team_id = null, updated_at = now(), shortcut = case when exists ("
        " select from saved_replies o where o.workspace_id = r.workspace_id and o.agent_id is null"
        " and o.team_id is null and o.channel_id is not distinct from r.channel_id and o.shortcut = r.shortcut)"
        " then '' else r.shortcut end"
        " where r.workspace_id = $1 and r.team_id = $2",
        session.workspace_id,
        team_id,
    )


async def delete_saved_reply(session: Session, reply_id: UUID) -> None:
    """With what was counted of its uses. Texts that were sent with it are messages and stay."""
    await (await session.raw()).execute(
        "delete from saved_replies where workspace_id = $1 and id = $2", session.workspace_id, reply_id
    )


class Warmth(msgspec.Struct, frozen=True, kw_only=True):
    own: float | None
    all: float | None


async def read_warmth(session: Session, *, reply_id: UUID, agent_id: UUID) -> Warmth:
    row = await (await session.raw()).fetchrow(
        "select u.warmth as own, r.warmth as all from saved_replies r left join saved_reply_uses u"
        " on u.workspace_id = r.workspace_id and u.reply_id = r.id and u.agent_id = $3"
        " where r.workspace_id = $1 and r.id = $2",
        session.workspace_id,
        reply_id,
        agent_id,
    )
    return Warmth(own=None, all=None) if row is None else Warmth(**row)


async def write_warmth(session: Session, *, reply_id: UUID, agent_id: UUID, own: float, of_all: float) -> None:
    connection = await session.raw()
    await connection.execute(
        "insert into saved_reply_uses (workspace_id, agent_id, reply_id, warmth) values ($1, $2, $3, $4)"
        " on conflict (workspace_id, agent_id, reply_id) do update set warmth = excluded.warmth",
        session.workspace_id,
        agent_id,
        reply_id,
        own,
    )
    await connection.execute(
        "update saved_replies set warmth = $3 where workspace_id = $1 and id = $2",
        session.workspace_id,
        reply_id,
        of_all,
    )


class Customer(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a reply is filled for."""

    names: Names
    language: str
    """Set by hand or guessed; "": nobody knows."""


async def read_customer(session: Session, caller: Caller, *, conversation_id: UUID, now: datetime) -> Customer:
    """Whom and what a reply in this conversation may name. The caller has seen the conversation.

    A name of which a part is masked from the caller is none: dots are nothing to greet somebody with.
    """
    row = await (await session.raw()).fetchrow(
        "select t.name as contact, coalesce(p.name, '') as agent, h.name as channel, w.name as workspace,"
        " t.phone, t.locale, t.country, t.time_zone"
        " from conversations c"
        " join contacts t on t.workspace_id = c.workspace_id and t.id = c.contact_id"
        " join channels h on h.workspace_id = c.workspace_id and h.id = c.channel_id"
        " join workspaces w on w.id = c.workspace_id"
        " left join agents a on a.workspace_id = c.workspace_id and a.id = $3"
        " left join people p on p.id = a.person_id"
        " where c.workspace_id = $1 and c.id = $2",
        session.workspace_id,
        conversation_id,
        caller.agent_id,
    )
    assert row is not None
    name = person_name(row["contact"])
    zone = find_zone(row["time_zone"] or zone_of_customer(row["phone"], row["country"]))
    return Customer(
        names=Names(
            contact=name.whole if name.shown(caller.clearance) == name.whole else "",
            agent=row["agent"],
            channel=row["channel"],
            workspace=row["workspace"],
            local=None if zone is None else now.astimezone(zone),
        ),
        language=(row["locale"] or guess_locale(row["country"] or country_of_phone(row["phone"]))).replace("_", "-"),
    )


async def _replies(session: Session, rows: Sequence[asyncpg.Record]) -> list[SavedReply]:
    file_ids = [file_id for row in rows for file_id in row["file_ids"]]
    files = {file.id: file for file in await _files(session, file_ids)}
    return [
        SavedReply(
            id=row["id"],
            is_shared=row["is_shared"],
            team_id=row["team_id"],
            channel_id=row["channel_id"],
            title=row["title"],
            shortcut=row["shortcut"],
            text=row["text"],
            variants=row["variants"],
            language=row["language"],
            wordings=_wordings(row["wordings"]),
            files=[files[file_id] for file_id in row["file_ids"]],
        )
        for row in rows
    ]


async def _files(session: Session, file_ids: Sequence[UUID]) -> list[File]:
    assert session.workspace_id is not None
    return await load_files(await session.raw(), workspace_id=session.workspace_id, file_ids=file_ids)


def _reader(caller: Caller) -> tuple[UUID, UUID | None, list[UUID] | None, bool]:
    channel_ids = caller.visibility.channel_ids
    return (
        caller.workspace_id,
        caller.agent_id,
        None if channel_ids is None else sorted(channel_ids),
        Permission.SAVED_REPLIES_MANAGE in caller.permissions,
    )


def _taken(shortcut: str) -> Conflict:
    return Conflict(
        f"The shortcut {shortcut} stands for another saved reply already.",
        reason="shortcut_taken",
        values={"shortcut": shortcut},
    )
