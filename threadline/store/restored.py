"""What a restored backup must not do: send again, unmarked, what may have been sent since it was made (R35)."""

from typing import Final

import msgspec

from threadline.store.session import Session


class Queued(msgspec.Struct, frozen=True, kw_only=True):
    workspace: str
    channel: str
    count: int


async def count_queued(session: Session) -> list[Queued]:
    """Messages without a known end, by channel. As the engine."""
    rows = await (await session.raw()).fetch(
        "select w.name as workspace, c.name as channel, count(*)::int as count from attempts a"
        " join channels c on c.id = a.channel_id join workspaces w on w.id = a.workspace_id"
        " where a.status <= 1 and not a.is_held group by 1, 2 order by 1, 2"
    )
    return [Queued(**row) for row in rows]


PAUSE_AND_MARK: Final = """
update public.installation
set sending_paused_at = coalesce(sending_paused_at, now()), sending_paused_reason = 'restored';
update public.attempts set status = 1, claimed_at = coalesce(claimed_at, now()),
    uncertain_at = coalesce(uncertain_at, now()),
    uncertain_reason = case when uncertain_at is null then 'restored' else uncertain_reason end
where status <= 1 and not is_held;
"""
"""The last statements of the transaction that restores: there is no moment at which a process could send. Queued and
claimed attempts alike are marked, for nobody knows what became of them after the backup. The schema is the backup's,
which may be older than ours."""
