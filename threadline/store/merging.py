"""Two contacts that turn out to be one: everything of one becomes the other's."""

from datetime import datetime
from uuid import UUID

from threadline.store.clocks import unpaused
from threadline.store.connection import Connection

_LOCK = """
select id from conversations where workspace_id = $1 and contact_id = any($2::uuid[]) order by id for update
"""

# Only one conversation per channel may stay unresolved: the one of `into`, which also waits as long as either did.
# Where its clock stands still, it shows as much. The other's pause ends here (core/merging.py: lent_clock).
_WAIT_AS_LONG = f"""
update conversations kept set
    waiting_since = least(kept.waiting_since, {unpaused("$4", alias="other.")}
                          - coalesce($4::timestamptz - kept.paused_at, interval '0')),
    last_inbound_at = greatest(kept.last_inbound_at, other.last_inbound_at),
    window_closes_at = greatest(kept.window_closes_at, other.window_closes_at)
from conversations other
where kept.workspace_id = $1 and kept.contact_id = $3 and kept.state <> 'resolved'
  and other.workspace_id = $1 and other.contact_id = $2 and other.state <> 'resolved'
  and other.channel_id = kept.channel_id and other.thread = kept.thread
"""

_RESOLVE_SECOND = """
update conversations other set state = 'resolved', resolved_at = $4, waiting_since = null
from conversations kept
where kept.workspace_id = $1 and kept.contact_id = $3 and kept.state <> 'resolved'
  and other.workspace_id = $1 and other.contact_id = $2 and other.state <> 'resolved'
  and other.channel_id = kept.channel_id and other.thread = kept.thread
"""

_REACHES = """
insert into reaches as r (workspace_id, channel_id, contact_id, last_inbound_at, window_closes_at, blocked_at,
                          blocked_reason)
select workspace_id, channel_id, $3, last_inbound_at, window_closes_at, blocked_at, blocked_reason
from reaches where workspace_id = $1 and contact_id = $2
on conflict (workspace_id, channel_id, contact_id) do update set
    last_inbound_at = greatest(r.last_inbound_at, excluded.last_inbound_at),
    window_closes_at = greatest(r.window_closes_at, excluded.window_closes_at)
"""

_CONSENTS = """
insert into consents as c (workspace_id, contact_id, channel_id, category, is_given, source, detail, changed_at)
select workspace_id, $3, channel_id, category, is_given, source, detail, changed_at
from consents where workspace_id = $1 and contact_id = $2
on conflict (workspace_id, contact_id, channel_id, category) do update set
    is_given = excluded.is_given, source = excluded.source, detail = excluded.detail, changed_at = excluded.changed_at
where excluded.changed_at > c.changed_at
"""

_LABELS = """
insert into contact_labels (workspace_id, contact_id, label_id, added_at)
select workspace_id, $3, label_id, added_at from contact_labels where workspace_id = $1 and contact_id = $2
on conflict do nothing
"""

# A field that holds one value keeps that of `into`; one of several choices has those of both.
_VALUES = """
insert into contact_values (workspace_id, contact_id, field_id, value)
select v.workspace_id, $3, v.field_id, v.value from contact_values v
join fields f on f.workspace_id = v.workspace_id and f.id = v.field_id
where v.workspace_id = $1 and v.contact_id = $2
  and (f.type = 'choices' or not exists (select from contact_values o where o.workspace_id = $1
                                         and o.contact_id = $3 and o.field_id = v.field_id))
on conflict do nothing
"""

# A number that moved is the newer one ($5); where two were taken for one by hand, each fact of `into` stands.
_CONTACT = """
update contacts kept set
    name = case when kept.name = '' then other.name else kept.name end,
    is_name_ours = kept.is_name_ours or (kept.name = '' and other.is_name_ours),
    handle = case when other.handle <> '' and ($5 or kept.handle = '') then other.handle else kept.handle end,
    phone = case when other.phone <> '' and ($5 or kept.phone = '') then other.phone else kept.phone end,
    phone_country = case when other.phone <> '' and ($5 or kept.phone = '') then other.phone_country
                    else kept.phone_country end,
    email = coalesce(nullif(kept.email, ''), other.email),
    locale = coalesce(nullif(kept.locale, ''), other.locale),
    country = coalesce(nullif(kept.country, ''), other.country),
    time_zone = coalesce(nullif(kept.time_zone, ''), other.time_zone),
    company_id = coalesce((select k.id from companies k where k.workspace_id = $1 and k.id = kept.company_id
                           and k.deleted_at is null), other.company_id, kept.company_id),
    owner_id = coalesce(kept.owner_id, other.owner_id),
    is_vip = kept.is_vip or other.is_vip,
    muted_at = coalesce(kept.muted_at, other.muted_at),
    blocked_at = coalesce(kept.blocked_at, other.blocked_at),
    opted_out_at = coalesce(kept.opted_out_at, other.opted_out_at),
    updated_at = $4
from contacts other
where kept.workspace_id = $1 and kept.id = $3 and other.workspace_id = $1 and other.id = $2
"""


async def merge_contacts(
    connection: Connection, *, workspace_id: UUID, from_id: UUID, into_id: UUID, is_newer: bool = True, now: datetime
) -> list[UUID]:
    """Conversations, identities, windows, consents, labels, fields, notes, what waits to be sent go over; the empty
    contact points on. `is_newer`: number and handle of `from_id` are the later ones.

    Where both had an unresolved conversation on a channel, the one of `from_id` is resolved and stays readable.
    Returns the conversations that went over.
    """
    await connection.fetch(_LOCK, workspace_id, [from_id, into_id])
    await connection.execute(_WAIT_AS_LONG, workspace_id, from_id, into_id, now)
    await connection.execute(_RESOLVE_SECOND, workspace_id, from_id, into_id, now)
    moved = await connection.fetch(
        "update conversations set contact_id = $3 where workspace_id = $1 and contact_id = $2 returning id",
        workspace_id,
        from_id,
        into_id,
    )
    conversation_ids = [row["id"] for row in moved]
    await connection.execute(
        "update attempts set contact_id = $2 where conversation_id = any($1::uuid[]) and status <= 1",
        conversation_ids,
        into_id,
    )
    await connection.execute(
        "update addresses set contact_id = $3 where workspace_id = $1 and contact_id = $2",
        workspace_id,
        from_id,
        into_id,
    )
    await connection.execute(
        "update contact_notes set contact_id = $3 where workspace_id = $1 and contact_id = $2",
        workspace_id,
        from_id,
        into_id,
    )
    for statement in (_REACHES, _CONSENTS, _LABELS, _VALUES):
        await connection.execute(statement, workspace_id, from_id, into_id)
    for table in ("reaches", "consents", "contact_labels", "contact_values"):
        await connection.execute(
            f"delete from {table} where workspace_id = $1 and contact_id = $2",
            workspace_id,
            from_id,
        )
    await connection.execute(_CONTACT, workspace_id, from_id, into_id, now, is_newer)
    await connection.execute(
        "update contacts set merged_into = $3, updated_at = $4"
        " where workspace_id = $1 and (id = $2 or merged_into = $2)",
        workspace_id,
        from_id,
        into_id,
        now,
    )
    return conversation_ids
