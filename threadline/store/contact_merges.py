"""Contacts that people merged, and what undoing it needs: whose everything was, kept in one value beside the merge.

Nothing of it is content: ids, states, times and the facts of the contact that was kept.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from threadline.core.errors import Conflict, NotFound
from threadline.core.personal import PersonName
from threadline.store.session import Session
from threadline.store.shown_name import called, person_name
from threadline.store.visibility import Arguments

_BEFORE = """
select jsonb_build_object(
    'conversations', (select coalesce(jsonb_agg(jsonb_build_object(
            'id', id, 'state', state, 'resolved_at', resolved_at, 'waiting_since', waiting_since)), '[]')
        from conversations where workspace_id = $1 and contact_id = $2),
    'kept', (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'waiting_since', waiting_since,
            'paused_at', paused_at, 'last_inbound_at', last_inbound_at, 'window_closes_at', window_closes_at)), '[]')
        from conversations where workspace_id = $1 and contact_id = $3 and state <> 'resolved'),
    'addresses', (select coalesce(jsonb_agg(id), '[]') from addresses where workspace_id = $1 and contact_id = $2),
    'notes', (select coalesce(jsonb_agg(id), '[]') from contact_notes where workspace_id = $1 and contact_id = $2),
    'pointers', (select coalesce(jsonb_agg(id), '[]') from contacts where workspace_id = $1 and merged_into = $2),
    'reaches', (select coalesce(jsonb_agg(to_jsonb(r)), '[]') from reaches r
        where workspace_id = $1 and contact_id = $2),
    'consents', (select coalesce(jsonb_agg(to_jsonb(k)), '[]') from consents k
        where workspace_id = $1 and contact_id = $2),
    'into_consents', (select coalesce(jsonb_agg(to_jsonb(k)), '[]') from consents k
        where workspace_id = $1 and contact_id = $3),
    'labels', (select coalesce(jsonb_agg(label_id), '[]') from contact_labels
        where workspace_id = $1 and contact_id = $2),
    'into_labels', (select coalesce(jsonb_agg(label_id), '[]') from contact_labels
        where workspace_id = $1 and contact_id = $3),
    'values', (select coalesce(jsonb_agg(jsonb_build_object('field_id', field_id, 'value', value)), '[]')
        from contact_values where workspace_id = $1 and contact_id = $2),
    'into_values', (select coalesce(jsonb_agg(jsonb_build_object('field_id', field_id, 'value', value)), '[]')
        from contact_values where workspace_id = $1 and contact_id = $3),
    'into', (select to_jsonb(p) from contacts p where workspace_id = $1 and id = $3)
)::text
"""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    contact_id: UUID
    """Who was taken for the same person."""
    name: PersonName
    actor_id: UUID | None
    merged_at: datetime


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that turned out to be somebody else's."""

    id: UUID
    conversation_id: UUID
    from_id: UUID
    from_name: PersonName | None
    """None: the reader does not see this contact."""
    into_id: UUID
    into_name: PersonName | None
    actor_id: UUID | None
    moved_at: datetime


async def lock_contacts(session: Session, *contact_ids: UUID) -> None:
    """Both, in one order. Raises NotFound if one is not there, Conflict if one was merged away meanwhile."""
    rows = await (await session.raw()).fetch(
        "select id, merged_into from contacts where workspace_id = $1 and id = any($2::uuid[])"
        " order by id for no key update",
        session.workspace_id,
        list(contact_ids),
    )
    if len(rows) < len(set(contact_ids)):
        raise NotFound("This contact does not exist.")
    if any(row["merged_into"] is not None for row in rows):
        raise Conflict("One of the two was merged a moment ago. Please look again.", reason="merged_meanwhile")


async def read_before(session: Session, *, from_id: UUID, into_id: UUID) -> str:
    """Whose everything is, as `undo_merge` reads it."""
    text: str | None = await (await session.raw()).fetchval(_BEFORE, session.workspace_id, from_id, into_id)
    return text or "{}"


async def insert_merge(
    session: Session,
    merge_id: UUID,
    *,
    from_id: UUID,
    into_id: UUID,
    actor_id: UUID | None,
    now: datetime,
    before: str,
) -> None:
    await (await session.raw()).execute(
        "insert into contact_merges (workspace_id, id, from_id, into_id, actor_id, merged_at, before)"
        " values ($1, $2, $3, $4, $5, $6, $7::jsonb)",
        session.workspace_id,
        merge_id,
        from_id,
        into_id,
        actor_id,
        now,
        before,
    )


async def take_merge(session: Session, *, into_id: UUID, merge_id: UUID, now: datetime) -> UUID:
    """Marks it as undone and returns who comes back. Raises NotFound: there is none, or it was undone."""
    from_id: UUID | None = await (await session.raw()).fetchval(
        "update contact_merges set undone_at = $4"
        " where workspace_id = $1 and id = $2 and into_id = $3 and undone_at is null returning from_id",
        session.workspace_id,
        merge_id,
        into_id,
        now,
    )
    if from_id is None:
        raise NotFound("This was undone already.")
    return from_id


async def list_merges(session: Session, contact_id: UUID) -> list[Merge]:
    """Who was merged into this contact and can come back, the latest first. Uses `contact_merges_into`."""
    rows = await (await session.raw()).fetch(
        f"select m.id, m.from_id as contact_id, {called('p')} as name, m.actor_id, m.merged_at from contact_merges m"
        " join contacts p on p.workspace_id = m.workspace_id and p.id = m.from_id"
        " where m.workspace_id = $1 and m.into_id = $2 and m.undone_at is null order by m.id desc limit 50",
        session.workspace_id,
        contact_id,
    )
    return [Merge(**{**row, "name": person_name(row["name"])}) for row in rows]


async def list_moves(session: Session, contact_id: UUID, *, seen: Callable[[str, Arguments], str]) -> list[Move]:
    """Conversations that came from or went to somebody else, the latest first.

    `seen` is the condition on a contact under an alias that the reader sees it: nobody else is named.
    """
    arguments = Arguments(session.workspace_id, contact_id)
    names = [
        f"case when {seen(alias, arguments)} then {called(alias)} end as {column}"
        for alias, column in (("f", "from_name"), ("i", "into_name"))
    ]
    rows = await (await session.raw()).fetch(
        f"select m.id, m.conversation_id, m.from_id, m.into_id, m.actor_id, m.moved_at, {', '.join(names)}"
        " from contact_moves m"
        " join contacts f on f.workspace_id = m.workspace_id and f.id = m.from_id"
        " join contacts i on i.workspace_id = m.workspace_id and i.id = m.into_id"
        " where m.workspace_id = $1 and (m.from_id = $2 or m.into_id = $2) order by m.id desc limit 50",
        *arguments.values,
    )
    return [Move(**{**row, **{key: _named(row[key]) for key in ("from_name", "into_name")}}) for row in rows]


def _named(name: str | None) -> PersonName | None:
    return None if name is None else person_name(name)


async def insert_move(
    session: Session,
    move_id: UUID,
    *,
    conversation_id: UUID,
    from_id: UUID,
    into_id: UUID,
    actor_id: UUID | None,
    now: datetime,
) -> None:
    await (await session.raw()).execute(
        "insert into contact_moves (workspace_id, id, conversation_id, from_id, into_id, actor_id, moved_at)"
        " values ($1, $2, $3, $4, $5, $6, $7)",
        session.workspace_id,
        move_id,
        conversation_id,
        from_id,
        into_id,
        actor_id,
        now,
    )


async def move_conversation(session: Session, conversation_id: UUID, *, into_id: UUID) -> None:
    """With what waits to be sent. Raises Conflict if they have an open one there (R4)."""
    connection = await session.raw()
    try:
        await connection.execute(
            "update conversations set contact_id = $3 where workspace_id = $1 and id = $2",
            session.workspace_id,
            conversation_id,
            into_id,
        )
    except asyncpg.UniqueViolationError:
        raise Conflict(
            "This contact has an open conversation on this channel. Resolve it first.", reason="move_into_open"
        ) from None
    await connection.execute(
        "update attempts set contact_id = $2 where conversation_id = $1 and status <= 1", conversation_id, into_id
    )


_B = "with b as (select before from contact_merges where workspace_id = $1 and id = $4)"
# $1 workspace, $2 who comes back, $3 who stays, $4 the merge.
_UNDO = (
    # What was theirs, and what they wrote since: it came to one of their addresses.
    f"""{_B} update conversations c set contact_id = $2 from b
    where c.workspace_id = $1 and c.contact_id = $3
      and (c.id in (select (x->>'id')::uuid from jsonb_array_elements(b.before->'conversations') x)
           or c.address_id in (select (x #>> '{{}}')::uuid from jsonb_array_elements(b.before->'addresses') x))""",
    # What only the merge resolved goes on, unless they began another one meanwhile.
    f"""{_B} update conversations c set state = x->>'state', resolved_at = null,
        waiting_since = (x->>'waiting_since')::timestamptz
    from b, jsonb_array_elements(b.before->'conversations') x, contact_merges m
    where c.workspace_id = $1 and c.id = (x->>'id')::uuid and c.contact_id = $2 and c.state = 'resolved'
      and x->>'state' <> 'resolved' and m.workspace_id = $1 and m.id = $4 and c.resolved_at = m.merged_at
      and $3::uuid is not null
      and not exists (select from conversations o where o.workspace_id = $1 and o.contact_id = $2
                      and o.channel_id = c.channel_id and o.thread = c.thread and o.state <> 'resolved')""",
    # Who stayed waits since their own question again, where the other's older one was taken over.
    f"""{_B} update conversations c set
        waiting_since = case when c.waiting_since is not null then (x->>'waiting_since')::timestamptz end,
        last_inbound_at = (x->>'last_inbound_at')::timestamptz,
        window_closes_at = (x->>'window_closes_at')::timestamptz
    from b, jsonb_array_elements(b.before->'kept') x, contact_merges m
    where c.workspace_id = $1 and c.id = (x->>'id')::uuid and c.contact_id = $3 and m.workspace_id = $1 and m.id = $4
      and c.state <> 'resolved' and coalesce(c.last_inbound_at, m.merged_at) <= m.merged_at and $2::uuid is not null""",
    """update attempts a set contact_id = $2 from conversations c, contact_merges m
    where c.workspace_id = $1 and c.contact_id = $2 and a.conversation_id = c.id and a.contact_id = $3 and a.status <= 1
      and m.workspace_id = $1 and m.id = $4""",
    f"""{_B} update addresses a set contact_id = $2 from b where a.workspace_id = $1 and a.contact_id = $3
      and a.id in (select (x #>> '{{}}')::uuid from jsonb_array_elements(b.before->'addresses') x)""",
    f"""{_B} update contact_notes n set contact_id = $2 from b where n.workspace_id = $1 and n.contact_id = $3
      and n.id in (select (x #>> '{{}}')::uuid from jsonb_array_elements(b.before->'notes') x)""",
    f"""{_B} update contacts p set merged_into = case when p.id = $2 then null else $2::uuid end from b
    where p.workspace_id = $1 and p.merged_into = $3
      and (p.id = $2 or p.id in (select (x #>> '{{}}')::uuid from jsonb_array_elements(b.before->'pointers') x))""",
    f"""{_B} delete from contact_labels l using b where l.workspace_id = $1 and l.contact_id = $3
      and $2::uuid is not null and b.before->'labels' ? l.label_id::text
      and not b.before->'into_labels' ? l.label_id::text""",
    f"""{_B} insert into contact_labels (workspace_id, contact_id, label_id)
    select $1, $2, (x #>> '{{}}')::uuid from b, jsonb_array_elements(b.before->'labels') x
    where $3::uuid is not null on conflict do nothing""",
    f"""{_B} delete from contact_values v using b where v.workspace_id = $1 and v.contact_id = $3
      and $2::uuid is not null
      and b.before->'values' @> jsonb_build_array(jsonb_build_object('field_id', v.field_id, 'value', v.value))
      and not b.before->'into_values'
              @> jsonb_build_array(jsonb_build_object('field_id', v.field_id, 'value', v.value))""",
    f"""{_B} insert into contact_values (workspace_id, contact_id, field_id, value)
    select $1, $2, (x->>'field_id')::uuid, x->>'value' from b, jsonb_array_elements(b.before->'values') x
    where $3::uuid is not null on conflict do nothing""",
    # Who takes a consent back while two are one means it for both; else each has their own again.
    f"""{_B} insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, detail, changed_at)
    select $1, $2, k.channel_id, k.category, k.is_given, k.source, k.detail, k.changed_at
    from b, jsonb_to_recordset(b.before->'consents') as k (channel_id uuid, category text, is_given boolean,
                                                           source text, detail text, changed_at timestamptz)
    where $3::uuid is not null on conflict do nothing""",
    """insert into consents as k (workspace_id, contact_id, channel_id, category, is_given, source, detail, changed_at)
    select o.workspace_id, $2, o.channel_id, o.category, o.is_given, o.source, o.detail, o.changed_at
    from consents o, contact_merges m where o.workspace_id = $1 and o.contact_id = $3 and m.workspace_id = $1
      and m.id = $4 and o.changed_at > m.merged_at
    on conflict (workspace_id, contact_id, channel_id, category) do update set is_given = excluded.is_given,
        source = excluded.source, detail = excluded.detail, changed_at = excluded.changed_at""",
    f"""{_B}, theirs as (
        delete from consents k using b, contact_merges m where k.workspace_id = $1 and k.contact_id = $3
          and $2::uuid is not null and m.workspace_id = $1 and m.id = $4 and k.changed_at <= m.merged_at returning k.*)
    select count(*) from theirs""",
    f"""{_B} insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, detail, changed_at)
    select $1, $3, k.channel_id, k.category, k.is_given, k.source, k.detail, k.changed_at
    from b, jsonb_to_recordset(b.before->'into_consents') as k (channel_id uuid, category text, is_given boolean,
                                                                source text, detail text, changed_at timestamptz)
    where $2::uuid is not null on conflict do nothing""",
    f"""{_B} insert into reaches (workspace_id, channel_id, contact_id, blocked_at, blocked_reason)
    select $1, r.channel_id, $2, r.blocked_at, r.blocked_reason
    from b, jsonb_to_recordset(b.before->'reaches') as r (channel_id uuid, blocked_at timestamptz, blocked_reason text)
    where $3::uuid is not null on conflict do nothing""",
    # Each has the window of their own conversations.
    """update reaches r set last_inbound_at = c.last_inbound_at, window_closes_at = c.window_closes_at
    from (select contact_id, channel_id, max(last_inbound_at) as last_inbound_at,
                 max(window_closes_at) as window_closes_at
          from conversations where workspace_id = $1 and contact_id in ($2, $3) group by contact_id, channel_id) c
    where r.workspace_id = $1 and r.contact_id = c.contact_id and r.channel_id = c.channel_id
      and $4::uuid is not null""",
    # A fact that came from the other goes back with them, unless somebody wrote it anew.
    f"""{_B} update contacts kept set
        name = case when kept.name = other.name then b.before#>>'{{into,name}}' else kept.name end,
        handle = case when kept.handle = other.handle then b.before#>>'{{into,handle}}' else kept.handle end,
        phone = case when kept.phone = other.phone then b.before#>>'{{into,phone}}' else kept.phone end,
        phone_country = case when kept.phone = other.phone then b.before#>>'{{into,phone_country}}'
                        else kept.phone_country end,
        email = case when kept.email = other.email then b.before#>>'{{into,email}}' else kept.email end,
        locale = case when kept.locale = other.locale then b.before#>>'{{into,locale}}' else kept.locale end,
        country = case when kept.country = other.country then coalesce(b.before#>>'{{into,country}}', '')
                  else kept.country end,
        time_zone = case when kept.time_zone = other.time_zone then b.before#>>'{{into,time_zone}}'
                    else kept.time_zone end,
        company_id = case when kept.company_id = other.company_id then (b.before#>>'{{into,company_id}}')::uuid
                     else kept.company_id end,
        owner_id = case when kept.owner_id = other.owner_id then (b.before#>>'{{into,owner_id}}')::uuid
                   else kept.owner_id end,
        is_vip = case when other.is_vip then (b.before#>>'{{into,is_vip}}')::boolean else kept.is_vip end,
        muted_at = case when kept.muted_at = other.muted_at then (b.before#>>'{{into,muted_at}}')::timestamptz
                   else kept.muted_at end,
        blocked_at = case when kept.blocked_at = other.blocked_at then (b.before#>>'{{into,blocked_at}}')::timestamptz
                     else kept.blocked_at end,
        opted_out_at = case when kept.opted_out_at = other.opted_out_at
                       then (b.before#>>'{{into,opted_out_at}}')::timestamptz else kept.opted_out_at end,
        updated_at = now()
    from b, contacts other where kept.workspace_id = $1 and kept.id = $3 and other.workspace_id = $1
      and other.id = $2""",
)


async def kept_while_paused(session: Session, merge_id: UUID) -> list[UUID]:
    """Who stayed and waits, whose clock stood still at the merge: what was paused since stands in their threads."""
    rows = await (await session.raw()).fetch(
        "select c.id from contact_merges m cross join jsonb_array_elements(m.before->'kept') x"
        " join conversations c on c.workspace_id = $1 and c.id = (x->>'id')::uuid"
        " where m.workspace_id = $1 and m.id = $2 and x->>'paused_at' is not null and c.state <> 'resolved'"
        " and c.waiting_since is not null",
        session.workspace_id,
        merge_id,
    )
    return [row["id"] for row in rows]


async def undo_merge(session: Session, *, from_id: UUID, into_id: UUID, merge_id: UUID) -> list[UUID]:
    """Everybody has theirs again, and what came since goes by its address. Returns the conversations that went back."""
    connection = await session.raw()
    for statement in _UNDO:
        await connection.execute(statement, session.workspace_id, from_id, into_id, merge_id)
    rows = await connection.fetch(
        "select id from conversations where workspace_id = $1 and contact_id = $2", session.workspace_id, from_id
    )
    return [row["id"] for row in rows]
