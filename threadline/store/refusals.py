"""What a send taught about a customer or a channel: new identities, a closed window, a withdrawn consent, an outage."""

from collections.abc import Sequence
from uuid import UUID

from threadline.store.attempts import KnownAddress
from threadline.store.session import Session


async def learn_addresses(
    session: Session, workspace_id: UUID, learned: Sequence[tuple[UUID, UUID, KnownAddress]]
) -> None:
    """(new id, contact, identity) each; one that belongs to somebody already stays theirs."""
    await (await session.raw()).execute(
        """
        insert into addresses (workspace_id, id, contact_id, scheme, scope, value)
        select $1, l.id, l.contact_id, l.scheme, l.scope, l.value
        from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[])
             as l (id, contact_id, scheme, scope, value)
        order by l.scheme, l.scope, l.value
        on conflict do nothing
        """,
        workspace_id,
        [id for id, _, _ in learned],
        [contact_id for _, contact_id, _ in learned],
        [address.scheme for _, _, address in learned],
        [address.scope for _, _, address in learned],
        [address.value for _, _, address in learned],
    )


async def close_windows(
    session: Session,
    workspace_id: UUID,
    channel_id: UUID,
    contact_ids: Sequence[UUID],
    conversation_ids: Sequence[UUID],
) -> None:
    """The provider says the window is closed: it knows better than our clock. The conversations are locked."""
    connection = await session.raw()
    await connection.execute(
        """
        update reaches set window_closes_at = now()
        where workspace_id = $1 and channel_id = $2 and contact_id = any($3::uuid[]) and window_closes_at > now()
        """,
        workspace_id,
        channel_id,
        contact_ids,
    )
    await connection.execute(
        """
        update conversations set window_closes_at = now()
        where workspace_id = $1 and id = any($2::uuid[]) and window_closes_at > now()
        """,
        workspace_id,
        conversation_ids,
    )


async def withdraw_consent(
    session: Session, workspace_id: UUID, channel_id: UUID, contact_ids: Sequence[UUID], *, category: str, detail: str
) -> None:
    await (await session.raw()).execute(
        """
        insert into consents (workspace_id, contact_id, channel_id, category, is_given, source, detail, changed_at)
        select $1, c.id, $2, $4, false, 'provider', $5, now() from unnest($3::uuid[]) as c (id) order by c.id
        on conflict (workspace_id, contact_id, channel_id, category)
        do update set is_given = false, source = 'provider', detail = excluded.detail, changed_at = now()
        """,
        workspace_id,
        channel_id,
        contact_ids,
        category,
        detail,
    )


async def note_channel_error(session: Session, workspace_id: UUID, channel_id: UUID, *, text: str) -> bool:
    """The admin sees this beside the channel. Returns True if it says something new."""
    row = await (await session.raw()).fetchrow(
        """
        update channels set health = health || jsonb_build_object('last_error', $3::text, 'last_error_at', now())
        where workspace_id = $1 and id = $2 and health->>'last_error' is distinct from $3
        returning id
        """,
        workspace_id,
        channel_id,
        text,
    )
    return row is not None


async def clear_channel_error(session: Session, workspace_id: UUID, channel_id: UUID) -> bool:
    """Sending works again. Returns True if an error was shown until now."""
    row = await (await session.raw()).fetchrow(
        """
        update channels set health = health - 'last_error' - 'last_error_at'
        where workspace_id = $1 and id = $2 and health ? 'last_error' returning id
        """,
        workspace_id,
        channel_id,
    )
    return row is not None


async def stop_channel(session: Session, workspace_id: UUID, channel_id: UUID, *, reason: str) -> bool:
    """Nothing leaves on this channel until somebody mends it; its queue stays. Returns False if it was not running."""
    row = await (await session.raw()).fetchrow(
        """
        update channels set state = 'paused', paused_reason = $3,
            health = health || jsonb_build_object('state', 'stopped', 'last_error', $3::text, 'last_error_at', now())
        where workspace_id = $1 and id = $2 and state = 'connected' returning id
        """,
        workspace_id,
        channel_id,
        reason,
    )
    return row is not None
