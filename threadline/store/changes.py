"""What customers and providers change afterwards: reactions, edits, consents, templates, a channel's health."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from threadline.store.connection import Connection


@dataclass(frozen=True, slots=True)
class ReactionRow:
    message_id: UUID
    author_kind: str
    author_id: UUID
    emoji: str
    """Empty: taken back. The row stays, so that an older reaction that comes late does not return."""
    at: datetime


_REACT = """
insert into reactions as r (workspace_id, message_id, author_kind, author_id, emoji, at)
select $1, message_id, author_kind, author_id, emoji, at
from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[])
     as new (message_id, author_kind, author_id, emoji, at)
order by message_id, author_kind, author_id
on conflict (workspace_id, message_id, author_kind, author_id) do update set emoji = excluded.emoji, at = excluded.at
where (excluded.at, excluded.emoji) > (r.at, r.emoji)
returning message_id
"""


async def set_reactions(connection: Connection, workspace_id: UUID, rows: Sequence[ReactionRow]) -> list[UUID]:
    """The newest of each author wins, whatever came first. Returns the messages on which something changed."""
    changed = await connection.fetch(
        _REACT,
        workspace_id,
        [row.message_id for row in rows],
        [row.author_kind for row in rows],
        [row.author_id for row in rows],
        [row.emoji for row in rows],
        [row.at for row in rows],
    )
    return [row["message_id"] for row in changed]


_EDIT = """
update messages m set
    previous = coalesce(m.previous, '[]') || jsonb_build_array(jsonb_build_object(
        'edit', $4::text, 'at', $5::timestamptz,
        'content', case when m.edited_at > $5 then $8::jsonb else m.content end)),
    kind = case when m.edited_at > $5 then m.kind else coalesce($6, m.kind) end,
    content = case when m.edited_at > $5 then m.content
                   else coalesce($7::jsonb, jsonb_set(m.content, '{caption}', to_jsonb($9::text))) end,
    edited_at = greatest(m.edited_at, $5)
where m.workspace_id = $1 and m.id = $2 and m.direction = $3 and m.deleted_at is null
  and not coalesce(m.previous, '[]') @> jsonb_build_array(jsonb_build_object('edit', $4::text))
returning m.id
"""


async def edit_message(
    connection: Connection,
    *,
    workspace_id: UUID,
    message_id: UUID,
    direction: str,
    edit_id: str,
    at: datetime,
    kind: str | None,
    content: str | None,
    caption: str | None,
) -> bool:
    """New content, or a file's new caption. What stood there before is kept, and so is an edit that came too late.

    Returns False if this edit is known, or the message is deleted or not the editor's.
    """
    late = content if content is not None else None
    row = await connection.fetchrow(
        _EDIT, workspace_id, message_id, direction, edit_id, at, kind, content, late, caption or ""
    )
    return row is not None


async def delete_message(
    connection: Connection, *, workspace_id: UUID, message_id: UUID, direction: str, at: datetime
) -> bool:
    """Marked as deleted by its author; its content is kept (S65). Returns False if it was already."""
    row = await connection.fetchrow(
        "update messages set deleted_at = $4 where workspace_id = $1 and id = $2 and direction = $3"
        " and deleted_at is null returning id",
        workspace_id,
        message_id,
        direction,
        at,
    )
    return row is not None


@dataclass(frozen=True, slots=True)
class ConsentRow:
    contact_id: UUID
    category: str
    is_given: bool
    source: str
    detail: str
    changed_at: datetime


_CONSENT = """
insert into consents as c (workspace_id, channel_id, contact_id, category, is_given, source, detail, changed_at)
select $1, $2, contact_id, category, is_given, source, detail, changed_at
from unnest($3::uuid[], $4::text[], $5::boolean[], $6::text[], $7::text[], $8::timestamptz[])
     as new (contact_id, category, is_given, source, detail, changed_at)
order by contact_id, category
on conflict (workspace_id, contact_id, channel_id, category) do update set
    is_given = excluded.is_given, source = excluded.source, detail = excluded.detail, changed_at = excluded.changed_at
where excluded.changed_at > c.changed_at
returning contact_id
"""


async def set_consents(
    connection: Connection, *, workspace_id: UUID, channel_id: UUID, rows: Iterable[ConsentRow]
) -> list[UUID]:
    """The last word of each contact counts. Returns the contacts for whom something changed."""
    newest = {(row.contact_id, row.category): row for row in sorted(rows, key=lambda row: row.changed_at)}
    rows = list(newest.values())
    changed = await connection.fetch(
        _CONSENT,
        workspace_id,
        channel_id,
        [row.contact_id for row in rows],
        [row.category for row in rows],
        [row.is_given for row in rows],
        [row.source for row in rows],
        [row.detail for row in rows],
        [row.changed_at for row in rows],
    )
    return [row["contact_id"] for row in changed]


_TEMPLATE = """
update templates t set
    provider_id = coalesce(nullif($4, ''), t.provider_id), status = coalesce(nullif($7, ''), t.status),
    category = coalesce(nullif($8, ''), t.category), quality = coalesce(nullif($9, ''), t.quality),
    reason = case when $7 <> '' then $10 else t.reason end, updated_at = now()
where t.workspace_id = $1 and t.channel_type = $2 and t.account = $3
  and (t.provider_id = $4 or ($5 <> '' and t.name = $5 and t.language = $6))
  and (($7 not in ('', t.status)) or ($8 not in ('', t.category)) or ($9 not in ('', t.quality)))
returning id
"""


async def change_template(
    connection: Connection,
    *,
    workspace_id: UUID,
    channel_type: str,
    account: str,
    provider_id: str,
    name: str,
    language: str,
    status: str,
    category: str,
    quality: str,
    reason: str,
) -> UUID | None:
    """Returns the template if this said something new about one we know."""
    row = await connection.fetchrow(
        _TEMPLATE,
        workspace_id,
        channel_type,
        account,
        provider_id,
        name,
        language,
        status,
        category,
        quality,
        reason,
    )
    return row["id"] if row else None


_NOTICE = """
update channels set health = health || $3::jsonb where workspace_id = $1 and id = $2 and not health @> $3::jsonb
returning id
"""


async def note_health(connection: Connection, *, workspace_id: UUID, channel_id: UUID, facts: str) -> bool:
    """Facts (a flat JSON object of texts) join the channel's health. Returns False if nothing is new."""
    return await connection.fetchrow(_NOTICE, workspace_id, channel_id, facts) is not None
